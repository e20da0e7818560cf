/** What `portico doctor` looks at on this machine: the program's surroundings, its variables, its folders and where it listens. */
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Address, Config, Environment } from '../config.js'
import { variables } from '../config-variables.js'
import { openDatabase } from '../db/open-database.js'
import { serversIn } from '../db/servers.js'
import { reasonOf, type Finding } from '../host/finding.js'
import { projectFolder } from '../web/project-folder.js'

export async function checkMachine(config: Config, env: Environment): Promise<Finding[]> {
  return [
    checkNode(process.versions.node),
    checkTimeZones(),
    ...checkNames(env),
    ...checkConfigurationFile(env),
    ...(env['PORTICO_SECRET']?.trim() ? [checkSecret(config.secret)] : []),
    ...(config.host === 'embedded' ? [await checkFolder(config)] : []),
    await checkListen(config.listen),
    ...(config.metricsListen ? [await checkMetrics(config.metricsListen)] : []),
    ...(await checkServers(config.databaseUrl))
  ]
}

/** `20.19.4` against what package.json asks for, `>=20.19`. */
export function checkNode(version: string): Finding {
  const { engines } = JSON.parse(readFileSync(projectFolder('package.json'), 'utf8')) as { engines: { node: string } }
  const wanted = engines.node.replace('>=', '')
  const [has = [], needs = []] = [version, wanted].map((text) => text.split('.').map(Number))
  const isOld = has[0]! < needs[0]! || (has[0] === needs[0] && has[1]! < (needs[1] ?? 0))
  return { check: 'Node.js', found: version, remedy: isOld ? `Install ${wanted} or newer.` : undefined }
}

/** Everybody's times are told in his own zone: a Node built without the world's zones knows UTC alone. */
function checkTimeZones(): Finding {
  const at = (timeZone: string): string =>
    new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(Date.UTC(2026, 6, 1, 12))
  const count = Intl.supportedValuesOf('timeZone').length
  const isWhole = count > 300 && at('Europe/Prague') === '14' && at('America/New_York') === '08'
  return {
    check: 'Time zones',
    found: `${count} known, data of ${process.versions.tz ?? 'an unknown year'}`,
    remedy: isWhole ? undefined : 'Install a Node.js with full international data (full-icu).'
  }
}

/** Variables that nobody reads: most are misspelled. */
export function checkNames(env: Environment): Finding[] {
  const known = [...Object.keys(variables.shape), 'PORTICO_CONFIG']
  return Object.keys(env)
    .filter((name) => name.startsWith('PORTICO_') && !name.startsWith('PORTICO_TEST_') && !known.includes(name))
    .map((name) => {
      const near = known.filter((other) => distance(name, other) <= 3)
      const remedy =
        near.length > 0 ? `It is of no effect. Is it ${near.join(' or ')}?` : 'It is of no effect: take it out.'
      return { check: name, found: 'there is no such variable', remedy, isAdvice: true }
    })
}

/** How many letters have to be added, taken out or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1]
    for (const [column, other] of [...b].entries())
      next.push(Math.min(row[column + 1]! + 1, next[column]! + 1, row[column]! + (letter === other ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}

/** It holds passwords. */
function checkConfigurationFile({ PORTICO_CONFIG: file }: Environment): Finding[] {
  if (!file) return []
  const mode = statSync(file).mode & 0o777
  const remedy = mode & 0o007 ? `Everybody on this machine may read or write it: chmod 600 ${file}` : undefined
  return [{ check: 'Configuration', found: `${file}, mode ${mode.toString(8)}`, remedy }]
}

/** As many bits as nobody tries out. */
const enoughBits = 128

export function checkSecret(secret: string): Finding {
  const isWeak = bitsOf(secret) < enoughBits
  return {
    check: 'Secret',
    found: `${secret.length} characters${isWeak ? ', which are easy to guess' : ''}`,
    remedy: isWeak
      ? 'Take a random one (openssl rand -base64 48). Everybody signs in anew then, and second factors have to be added again.'
      : undefined
  }
}

/** What chance there is in a text by how often its characters come: an upper limit, which words and repetitions stay far below. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / text.length), 0)
}

/** In bytes: below that, uploads and the database soon find no room. */
const littleRoom = 1_000_000_000

async function checkFolder({ filesFolder }: Config): Promise<Finding> {
  const check = 'Folder of files'
  try {
    await mkdir(filesFolder, { recursive: true, mode: 0o700 })
    const probe = join(filesFolder, `.doctor-${randomBytes(4).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
    const { bavail, bsize } = await statfs(filesFolder)
    const free = bavail * bsize
    const found = `${filesFolder} can be written, ${(free / 1e9).toFixed(1)} GB are free`
    return free > littleRoom ? { check, found } : { check, found, remedy: 'Make room there.', isAdvice: true }
  } catch (error) {
    const remedy = `Let the user that the service runs as write in ${filesFolder} (PORTICO_FILES).`
    return { check, found: reasonOf(error), remedy }
  }
}

/** Nobody listens there, or we do. */
async function checkListen({ host, port }: Address): Promise<Finding> {
  const check = 'Where it listens'
  const refusal = await refusalToListen({ host, port })
  const at = `${host}:${port}`
  if (refusal === undefined) return { check, found: `${at}, where nobody listens yet` }
  if (refusal !== 'EADDRINUSE')
    return { check, found: `${at}: ${refusal}`, remedy: 'Name an address of this machine in PORTICO_LISTEN.' }
  const state = await stateAt({ host, port })
  if (state === undefined)
    return { check, found: `something else listens at ${at}`, remedy: 'Take another port in PORTICO_LISTEN.' }
  return { check, found: `Portico runs at ${at} and is ${state}` }
}

async function checkMetrics({ host, port }: Address): Promise<Finding> {
  const check = 'Metrics'
  const refusal = await refusalToListen({ host, port })
  const isOpen = !/^(127\.|::1$|localhost$)/.test(host)
  const found = `${host}:${port}${refusal === undefined ? ', where nobody listens yet' : ''}`
  if (refusal === undefined || refusal === 'EADDRINUSE')
    return isOpen
      ? { check, found, remedy: 'See that only your monitoring reaches it: whoever does reads it.', isAdvice: true }
      : { check, found }
  return { check, found: `${found}: ${refusal}`, remedy: 'Name an address of this machine in PORTICO_METRICS_LISTEN.' }
}

/** The system's word for why one can't listen there; undefined: one can. */
function refusalToListen({ host, port }: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** Undefined: no Portico answers there. */
async function stateAt({ host, port }: Address): Promise<string | undefined> {
  const here = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  const url = `http://${here.includes(':') ? `[${here}]` : here}:${port}`
  try {
    const ask = (path: string): Promise<Response> => fetch(url + path, { signal: AbortSignal.timeout(3000) })
    if ((await (await ask('/healthz')).text()).trim() !== 'alive') return undefined
    return (await ask('/readyz')).ok ? 'ready' : 'not ready'
  } catch {
    return undefined
  }
}

/** Of several servers each is asked: while one answers, nobody else notices that others don't. */
async function checkServers(url: string): Promise<Finding[]> {
  const servers = serversIn(url)
  return servers.length < 2 ? [] : Promise.all(servers.map(checkServer))
}

async function checkServer(url: string): Promise<Finding> {
  const check = `Database server ${new URL(url).host}`
  const db = openDatabase(url)
  try {
    const [[row]] = (await db.raw('select version() as version, @@global.read_only as isReadOnly')) as [
      [{ version: string; isReadOnly: number }]
    ]
    const remedy = row.isReadOnly ? 'It only replicates; it is used once it takes changes.' : undefined
    return { check, found: row.version, remedy, ...(remedy && { isAdvice: true }) }
  } catch (error) {
    return { check, found: reasonOf(error), remedy: 'Start it, or take it out of DATABASE_URL.' }
  } finally {
    await db.destroy()
  }
}
