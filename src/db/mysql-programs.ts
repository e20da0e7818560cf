/** The programs of MariaDB and MySQL that write a database out: they get the password by a file that only this user can read, never by a word that others see. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { OperatorError } from '../errors.js'

/** The first of these that this machine has is taken. */
const names = ['mariadb-dump', 'mysqldump']

export interface Program {
  readonly name: string
  readonly isMariadb: boolean
}

/** @throws OperatorError when the machine has none. */
export async function findDump(): Promise<Program> {
  for (const name of names) {
    const version = await versionOf(name)
    if (version !== undefined) return { name, isMariadb: /mariadb/i.test(version) }
  }
  throw new OperatorError(`This needs ${names.join(' or ')}. On Debian and Ubuntu: apt-get install mariadb-client.`)
}

async function versionOf(program: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(program, ['--version'])).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Runs a program on the database of `url`; `use` is given its streams. @throws OperatorError with what it said when it ends badly. */
export async function onDatabase(
  url: string,
  { program, args }: { program: Program; args: readonly string[] },
  use: (child: ChildProcess) => Promise<void>
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'portico-login-'))
  const forget = (): void => rmSync(folder, { recursive: true, force: true })
  const isOver = untilSignal(forget)
  try {
    const login = join(folder, 'login.cnf')
    writeFileSync(login, loginFile(url, folder, program), { mode: 0o600 })
    const database = decodeURIComponent(new URL(url).pathname.slice(1))
    const child = spawn(program.name, [`--defaults-file=${login}`, ...args, database])
    const ended = endOf(child, program)
    ended.catch(() => undefined)
    const [, used] = await Promise.allSettled([ended, use(child)])
    // Whoever stopped reading had a reason, and the program then only says that nobody listens.
    if (used.status === 'rejected' && used.reason instanceof OperatorError) throw used.reason
    await ended
    if (used.status === 'rejected') throw used.reason
  } finally {
    isOver()
    forget()
  }
}

/** A command that is broken off leaves no password behind. Says how to stop waiting for that. */
function untilSignal(forget: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const breakOff = (signal: NodeJS.Signals): void => {
    forget()
    isOver()
    process.kill(process.pid, signal)
  }
  const isOver = (): void => signals.forEach((signal) => void process.off(signal, breakOff))
  signals.forEach((signal) => void process.once(signal, breakOff))
  return isOver
}

async function endOf(child: ChildProcess, { name }: Program): Promise<void> {
  const said: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new OperatorError(`${name} failed: ${Buffer.concat(said).toString().trim().slice(0, 2000)}`)
}

function loginFile(url: string, folder: string, program: Program): string {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const socket = searchParams.get('socketPath')
  const place: Record<string, string> =
    socket === null ? { protocol: 'tcp', host: hostname.replace(/^\[|\]$/g, ''), port: port || '3306' } : { socket }
  const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  const said = { ...place, ...login, ...tlsOf(searchParams.get('ssl'), folder, program) }
  const lines = Object.entries(said).map(([name, value]) => `${name}="${escaped(value)}"`)
  return ['[client]', 'default-character-set=utf8mb4', ...lines, ''].join('\n')
}

const letters: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '"': '\\"', '\\': '\\\\' }

/** A line break would begin another setting. */
function escaped(value: string): string {
  return value.replace(/[\n\r"\\]/g, (letter) => letters[letter] ?? '')
}

/** As the driver reads it: the name of a provider, or its settings. */
const tls = z.looseObject({ ca: z.string().optional(), rejectUnauthorized: z.boolean().optional() })

/** The server is checked wherever the driver checks it. @throws OperatorError */
function tlsOf(said: string | null, folder: string, { isMariadb }: Program): Record<string, string> {
  if (said === null) return {}
  const { ca, rejectUnauthorized = true } = said.startsWith('{') ? settingsOf(said) : {}
  if (!rejectUnauthorized) return isMariadb ? { ssl: '1', 'ssl-verify-server-cert': '0' } : { 'ssl-mode': 'REQUIRED' }
  const file = ca === undefined ? usualAuthorities.find((one) => existsSync(one)) : join(folder, 'ca.pem')
  if (ca !== undefined) writeFileSync(join(folder, 'ca.pem'), ca, { mode: 0o600 })
  const checked: Record<string, string> = isMariadb
    ? { ssl: '1', 'ssl-verify-server-cert': '1' }
    : { 'ssl-mode': 'VERIFY_IDENTITY' }
  return { ...checked, ...(file !== undefined && { 'ssl-ca': file }) }
}

const usualAuthorities = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt']

function settingsOf(said: string): z.output<typeof tls> {
  try {
    return tls.parse(JSON.parse(said))
  } catch (cause) {
    throw new OperatorError('ssl in DATABASE_URL must be JSON, such as {"ca":"…"}.', { cause })
  }
}
