/** Cookies as a browser keeps them: by host, path and scheme, with the promises that `__Host-` and `Secure` make. */
interface Cookie {
  readonly name: string
  readonly value: string
  readonly hostname: string
  readonly path: string
  readonly isSecure: boolean
}

export class CookieJar {
  private cookies: readonly Cookie[] = []
  /** Cookies that a browser would have thrown away, as they were sent. */
  readonly refused: string[] = []

  /** Takes a line of `Set-Cookie` that came from `url`. */
  keep(line: string, url: URL): void {
    const [pair = '', ...rest] = line.split(';').map((part) => part.trim())
    const flags = new Map(rest.map((part) => [part.split('=')[0]!.toLowerCase(), part.slice(part.indexOf('=') + 1)]))
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    const path = flags.get('path')?.startsWith('/') ? flags.get('path')! : folderOf(url.pathname)
    const cookie = { name, value: pair.slice(at + 1), hostname: url.hostname, path, isSecure: flags.has('secure') }
    if (flags.has('domain') || !isTaken(cookie, url)) return void this.refused.push(line)
    const others = this.cookies.filter((one) => !isSame(one, cookie))
    this.cookies = isOver(flags) ? others : [...others, cookie]
  }

  /** What a request to `url` carries. */
  sentTo(url: URL): string {
    return this.cookies
      .filter(
        ({ hostname, path, isSecure }) =>
          hostname === url.hostname && isBelow(url.pathname, path) && (!isSecure || isSafe(url))
      )
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  get names(): string[] {
    return this.cookies.map(({ name }) => name)
  }
}

function isTaken({ name, path, isSecure }: Cookie, url: URL): boolean {
  if (isSecure && !isSafe(url)) return false
  return !name.startsWith('__Host-') || (isSecure && path === '/')
}

function isSafe({ protocol }: URL): boolean {
  return protocol === 'https:'
}

function isSame(a: Cookie, b: Cookie): boolean {
  return a.name === b.name && a.path === b.path && a.hostname === b.hostname
}

function isOver(flags: ReadonlyMap<string, string>): boolean {
  const expires = flags.get('expires')
  return Number(flags.get('max-age') ?? 1) <= 0 || (expires !== undefined && Date.parse(expires) <= Date.now())
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
