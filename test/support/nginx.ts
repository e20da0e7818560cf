/** nginx for the tests: an instance with the given configuration in a folder of its own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { start, temporaryFolder, type Running } from './child-process.js'
import { find, suiteNeeding, type Program } from './needs.js'

export const nginx: Program = { name: 'nginx', files: ['nginx'], debianPackage: 'nginx' }

export interface Nginx extends Running {
  /** The server's folder. */
  readonly folder: string
  /** What the error log says so far. */
  log(): string
}

/** A suite that needs nginx. */
export function nginxSuite(title: string, suite: () => void): void {
  suiteNeeding(nginx, find(nginx) !== undefined, title, suite)
}

/** Starts nginx with this configuration of its `http` block, which has to listen at `at`.
 *  @throws with nginx's own words when it does not take the configuration. */
export async function startNginx(options: {
  at: { host: string; port: number }
  config: (folder: string) => string
}): Promise<Nginx> {
  const folder = temporaryFolder('nginx', 0o755)
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, `${ground(folder)}\nhttp {\n${temporary(folder)}\n${options.config(folder)}\n}\n`)
  const running = await start(find(nginx)!, ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], async () => {
    const socket = connect(options.at)
    await once(socket, 'connect')
    socket.destroy()
  })
  return { ...running, folder, log: () => readFileSync(join(folder, 'error.log'), 'utf8') }
}

function ground(folder: string): string {
  return [
    ...(process.getuid?.() === 0 ? ['user www-data;'] : []),
    'daemon off;',
    'worker_processes 1;',
    `pid ${join(folder, 'pid')};`,
    'events { worker_connections 512; }'
  ].join('\n')
}

function temporary(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return ['access_log off;', ...kinds.map((kind) => `${kind}_temp_path ${join(folder, kind)};`)].join('\n')
}
