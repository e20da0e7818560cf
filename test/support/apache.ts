/** Apache for the tests: an instance with the given configuration in a folder and on a port of its own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { freePort, start, temporaryFolder, type Running } from './child-process.js'
import { find, suiteNeeding, type Program } from './needs.js'

export const apache: Program = { name: 'Apache', files: ['apache2', 'httpd'], debianPackage: 'apache2' }
const moduleFolders = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2']

export interface Apache extends Running {
  readonly port: number
  /** The server's folder; `www` in it is readable for the server. */
  readonly folder: string
  /** What the error log says so far. */
  log(): string
}

/** A suite that needs Apache. */
export function apacheSuite(title: string, suite: () => void): void {
  suiteNeeding(apache, find(apache) !== undefined, title, suite)
}

/** Starts Apache with these modules (`proxy`, `proxy_http`, `rewrite` …) and this configuration, on 127.0.0.1.
 *  @throws with Apache's own words when it does not take the configuration. */
export async function startApache(options: {
  modules: readonly string[]
  config: (place: { port: number; folder: string }) => string
}): Promise<Apache> {
  const folder = temporaryFolder('apache', 0o755)
  const port = await freePort()
  const file = join(folder, 'apache.conf')
  writeFileSync(file, `${ground(folder, port, options.modules)}\n${options.config({ port, folder })}\n`)
  const running = await start(find(apache)!, ['-f', file, '-D', 'FOREGROUND'], () => reach(port))
  return { ...running, port, folder, log: () => readFileSync(join(folder, 'error.log'), 'utf8') }
}

function ground(folder: string, port: number, modules: readonly string[]): string {
  return [
    `ServerRoot "${folder}"`,
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    `PidFile "${join(folder, 'pid')}"`,
    `DefaultRuntimeDir "${folder}"`,
    `ErrorLog "${join(folder, 'error.log')}"`,
    ...['mpm_event', 'authz_core', ...modules].map(loadModule),
    ...(process.getuid?.() === 0 ? [loadModule('unixd'), 'User www-data', 'Group www-data'] : [])
  ].join('\n')
}

function loadModule(name: string): string {
  const folder = moduleFolders.find((candidate) => existsSync(candidate)) ?? 'modules'
  const path = join(folder, `mod_${name}.so`)
  return existsSync(path) ? `LoadModule ${name}_module "${path}"` : `# ${name} is built in`
}

function reach(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/', timeout: 2000 }, (answer) => {
      answer.resume()
      resolve()
    })
      .on('error', reject)
      .end()
  })
}
