/** The client programs of MariaDB and MySQL: they get the password by a file that only this user can read, never by a word that others see. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { OperatorError } from '../errors.js'

/** The first of these that this machine has is taken. */
const names = { dump: ['mariadb-dump', 'mysqldump'], client: ['mariadb', 'mysql'] } as const

export interface Program {
  readonly name: string
  readonly isMariadb: boolean
}

/** @throws OperatorError when the machine has none. */
export async function findProgram(kind: keyof typeof names): Promise<Program> {
  for (const name of names[kind]) {
    const version = await versionOf(name)
    if (version !== undefined) return { name, isMariadb: /mariadb/i.test(version) }
  }
  const wanted = names[kind].join(' or ')
  throw new OperatorError(`This needs ${wanted}. On Debian and Ubuntu: apt-get install mariadb-client.`)
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
  try {
    const login = join(folder, 'login.cnf')
    writeFileSync(login, loginFile(url), { mode: 0o600 })
    const database = decodeURIComponent(new URL(url).pathname.slice(1))
    const child = spawn(program.name, [`--defaults-file=${login}`, ...args, database])
    const ended = endOf(child, program)
    ended.catch(() => undefined)
    const [, used] = await Promise.allSettled([ended, use(child)])
    await ended
    if (used.status === 'rejected') throw used.reason
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function endOf(child: ChildProcess, { name }: Program): Promise<void> {
  const said: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new OperatorError(`${name} failed: ${Buffer.concat(said).toString().trim().slice(0, 2000)}`)
}

function loginFile(url: string): string {
  const { hostname, port, username, password, searchParams } = new URL(url)
  const socket = searchParams.get('socketPath')
  const place: Record<string, string> =
    socket === null ? { protocol: 'tcp', host: hostname.replace(/^\[|\]$/g, ''), port: port || '3306' } : { socket }
  const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) }
  const said = { ...place, ...login }
  const lines = Object.entries(said).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`)
  return ['[client]', 'default-character-set=utf8mb4', ...lines, ''].join('\n')
}
