/** A Galera cluster of three servers on this machine, to try things out with and for the tests: `tsx scripts/galera.ts <empty folder>` starts it from Debian's packages (mariadb-server,
 *  galera-4, rsync), says the DATABASE_URL, and stops it on SIGINT or SIGTERM. Nothing in it is tuned for safety. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection, type RowDataPacket } from 'mysql2/promise'

export interface Cluster {
  readonly nodes: readonly Node[]
  /** `127.0.0.1:port` of each. */
  readonly hosts: readonly string[]
  /** `mysql://…@a,b,c/portico` of these hosts, with a database that is there. */
  urlOf(hosts: readonly string[]): string
  /** Ends every node that runs, one after the other. */
  stop(signal?: Signal): Promise<void>
}

type Signal = 'SIGTERM' | 'SIGKILL'

export interface Node {
  /** `mysql://…/portico`: this node alone. */
  readonly url: string
  readonly pid: number
  /** Starts it again after its end, and waits until it has what it missed. */
  start(): Promise<void>
  stop(signal?: Signal): Promise<void>
}

const library = '/usr/lib/galera/libgalera_smm.so'
const program = '/usr/sbin/mariadbd'
const installer = '/usr/bin/mariadb-install-db'

/** What a machine lacks for it: names of Debian's packages. */
export function missingForGalera(): string[] {
  const needed = { 'mariadb-server': program, 'galera-4': library, rsync: '/usr/bin/rsync' }
  return Object.entries(needed).flatMap(([name, file]) => (existsSync(file) ? [] : [name]))
}

/** Starts three nodes in `folder`, each with what the first one has; `fill` works with that one while the others come. @throws with the end of
 *  a node's log when it does not come up. */
export async function startCluster(folder: string, fill?: (url: string) => Promise<void>): Promise<Cluster> {
  const password = randomBytes(12).toString('hex')
  const ports = await freePorts(12)
  const places = [0, 1, 2].map((index) => placeOf(folder, index, ports.slice(index * 4, index * 4 + 4)))
  for (const place of places) makeFolders(place)
  install(places[0]!, password)
  const peers = places.map(({ group }) => `127.0.0.1:${group}`).join(',')
  const nodes = places.map((place) => new RunningNode(place, peers, password))
  const stop = async (signal?: Signal): Promise<void> => {
    for (const node of nodes.toReversed()) await node.stop(signal)
  }
  try {
    await startFirst(nodes[0]!, places[0]!)
    await Promise.all([fill?.(nodes[0]!.url), startOneByOne(nodes.slice(1))])
  } catch (error) {
    await stop('SIGKILL')
    throw error
  }
  const hosts = places.map(({ port }) => `127.0.0.1:${port}`)
  return { nodes, hosts, urlOf: (some) => `mysql://root:${password}@${some.join(',')}/portico`, stop }
}

async function startFirst(node: RunningNode, place: Place): Promise<void> {
  await node.start('--wsrep-new-cluster')
  rmSync(firstWords(place))
  await makeDatabase(node.url)
}

async function startOneByOne(nodes: readonly RunningNode[]): Promise<void> {
  for (const node of nodes) await node.start()
}

interface Place {
  readonly name: string
  readonly folder: string
  readonly port: number
  /** Ports of the cluster's own talk, for missing changes, and for whole copies. */
  readonly group: number
  readonly changes: number
  readonly copies: number
}

function placeOf(folder: string, index: number, ports: readonly number[]): Place {
  const name = `node${index + 1}`
  const [port = 0, group = 0, changes = 0, copies = 0] = ports
  return { name, folder: resolve(folder, name), port, group, changes, copies }
}

/** What the first node does when it starts for the first time; the others have it from there. */
function firstWords({ folder }: Place): string {
  return join(folder, 'root.sql')
}

/** A node that runs as root could not take a copy: rsync gives up its rights. */
function runsAs(): string {
  return userInfo().uid === 0 ? 'mysql' : userInfo().username
}

function makeFolders({ folder }: Place): void {
  for (const one of [folder, join(folder, 'data'), join(folder, 'tmp')]) {
    mkdirSync(one, { recursive: true })
    chmodSync(one, 0o755)
    if (userInfo().uid === 0) execFileSync('chown', [runsAs(), one])
  }
}

function install(place: Place, password: string): void {
  const own = ['--no-defaults', `--user=${runsAs()}`, `--datadir=${join(place.folder, 'data')}`]
  const how = ['--auth-root-authentication-method=normal', '--skip-test-db']
  execFileSync(installer, [...own, ...how], { stdio: 'pipe' })
  writeFileSync(
    firstWords(place),
    [
      "create user if not exists 'root'@'127.0.0.1';",
      `alter user 'root'@'127.0.0.1' identified by '${password}';`,
      "grant all on *.* to 'root'@'127.0.0.1' with grant option;"
    ].join('\n')
  )
}

class RunningNode implements Node {
  private child: ChildProcess | undefined

  constructor(
    private readonly place: Place,
    private readonly peers: string,
    private readonly password: string
  ) {}

  get url(): string {
    return `mysql://root:${this.password}@127.0.0.1:${this.place.port}/portico`
  }

  get pid(): number {
    return this.child?.pid ?? 0
  }

  async start(...more: string[]): Promise<void> {
    const log = openSync(join(this.place.folder, 'log'), 'a')
    const child = spawn(program, [...this.settings(), ...more], { stdio: ['ignore', log, log] })
    closeSync(log)
    this.child = child
    process.once('exit', () => child.kill('SIGKILL'))
    await this.synced(child, Date.now() + 60_000)
  }

  async stop(signal: Signal = 'SIGTERM'): Promise<void> {
    const child = this.child
    if (!child || hasEnded(child)) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  private async synced(child: ChildProcess, deadline: number): Promise<void> {
    while (!(await isSynced(this.url.replace('/portico', '/mysql')))) {
      if (hasEnded(child) || Date.now() > deadline) throw new Error(`${this.place.name}: ${this.lastWords()}`)
      await pause(100)
    }
  }

  private lastWords(): string {
    return readFileSync(join(this.place.folder, 'log'), 'utf8').slice(-3000)
  }

  private settings(): string[] {
    const { name, folder, port, group, changes, copies } = this.place
    const init = firstWords(this.place)
    return [
      '--no-defaults',
      `--user=${runsAs()}`,
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${join(folder, 'tmp')}`,
      `--socket=${join(folder, 'tmp', 'socket')}`,
      `--pid-file=${join(folder, 'tmp', 'pid')}`,
      ...(existsSync(init) ? [`--init-file=${init}`] : []),
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
      '--binlog-format=ROW',
      '--default-storage-engine=InnoDB',
      '--innodb-autoinc-lock-mode=2',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-flush-method=nosync',
      '--innodb-doublewrite=0',
      '--innodb-file-per-table=OFF',
      '--innodb-buffer-pool-size=64M',
      '--innodb-log-file-size=16M',
      '--performance-schema=0',
      '--max-connections=100',
      '--wsrep-on=ON',
      `--wsrep-provider=${library}`,
      '--wsrep-cluster-name=portico',
      `--wsrep-cluster-address=gcomm://${this.peers}`,
      `--wsrep-node-name=${name}`,
      '--wsrep-node-address=127.0.0.1',
      '--wsrep-slave-threads=2',
      '--wsrep-sst-method=rsync',
      `--wsrep-sst-receive-address=127.0.0.1:${copies}`,
      `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${changes};gcache.size=32M`
    ]
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function isSynced(uri: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri, connectTimeout: 1000 })
    const [rows] = await connection.query<RowDataPacket[]>("show status like 'wsrep_local_state_comment'")
    await connection.end()
    return rows[0]?.['Value'] === 'Synced'
  } catch {
    return false
  }
}

async function makeDatabase(url: string): Promise<void> {
  const connection = await createConnection({ uri: url.replace('/portico', '/mysql') })
  await connection.query('create database portico character set utf8mb4 collate utf8mb4_unicode_ci')
  await connection.end()
}

/** Below those that outgoing connections take: a node that starts again finds its own still free. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(15_000, 30_000)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  await once(server.close(), 'close')
  return true
}

async function run(folder: string): Promise<void> {
  const missing = missingForGalera()
  if (missing.length > 0) throw new Error(`A cluster needs: apt-get install ${missing.join(' ')}`)
  const cluster = await startCluster(folder)
  console.log(`DATABASE_URL=${cluster.urlOf(cluster.hosts)}`)
  cluster.nodes.forEach(({ pid, url }) => console.log(`pid ${pid}: ${url}`))
  const timer = setInterval(() => undefined, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(timer)
  await cluster.stop()
}

if (process.argv[1] === import.meta.filename) await run(process.argv[2] ?? '')
