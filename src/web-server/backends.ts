/** Where the service listens, as a web server in front has to call it. */
import { PorticoError } from '../errors.js'
import { isHostname } from './site-words.js'

/** `127.0.0.1:3000`, `portico-1.internal:3000`, `[::1]:3000`. */
export type Backend = string

/** Reads `127.0.0.1:3000` or `http://127.0.0.1:3000`. @throws PorticoError for what is neither. */
export function backendOf(text: string): Backend {
  const [, host = '', port = ''] = /^(?:http:\/\/)?(.+):(\d{1,5})\/?$/.exec(text.trim().toLowerCase()) ?? []
  if (!isHostname(host) || Number(port) < 1 || Number(port) > 65535)
    throw new PorticoError('web-server:refused.backend', { status: 422, args: { backend: text } })
  return `${host}:${Number(port)}`
}

/** This machine's own, as `PORTICO_LISTEN` says; a service that listens at all addresses is called at the loopback one. */
export function backendOfListen({ host, port }: { readonly host: string; readonly port: number }): Backend {
  if (host === '0.0.0.0') return `127.0.0.1:${port}`
  if (host === '::') return `[::1]:${port}`
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
