import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { ConfigProblems } from '../../src/config.js'
import { readConfig } from '../../src/config.js'
import { openDatabase } from '../../src/db/open-database.js'
import { serversIn } from '../../src/db/servers.js'
import { DatabaseUnavailable } from '../../src/db/unavailable.js'
import { freePort } from '../support/child-process.js'
import { onMysql } from '../support/databases.js'

describe('E06 the servers that a DATABASE_URL names', () => {
  it('are one, or several with commas between, each with the user, the password and the database', () => {
    expect(serversIn('mysql://u:p%40,x@db1:3306,db2,[::1]:3307/portico?ssl=true')).to.deep.equal([
      'mysql://u:p%40,x@db1:3306/portico?ssl=true',
      'mysql://u:p%40,x@db2/portico?ssl=true',
      'mysql://u:p%40,x@[::1]:3307/portico?ssl=true'
    ])
    expect(serversIn('mariadb://db/x')).to.deep.equal(['mariadb://db/x'])
  })

  it('are refused with a sentence when one of them is none, and taken beside EspoCRM, too', () => {
    const problemsOf = (url: string): readonly string[] => {
      try {
        readConfig({ DATABASE_URL: url })
        return []
      } catch (error) {
        return (error as ConfigProblems).problems
      }
    }
    for (const url of [
      'mysql://db1,/x',
      'mysql://,db2/x',
      'mysql://db1:99999,db2/x',
      'mysql://db1,db2',
      'mysql://u@/x'
    ])
      expect(problemsOf(url)[0], url).to.match(/^DATABASE_URL must be/)
    for (const url of ['mysql://db1,db2:3307/x', 'espocrm+mysql://u:p@db1,db2/espocrm'])
      expect(problemsOf(url), url).to.deep.equal([])
    expect(readConfig({ DATABASE_URL: 'espocrm+mysql://u:p@a,b/espocrm' }).databaseUrl).to.equal(
      'mysql://u:p@a,b/espocrm'
    )
  })
})

onMysql('E06 several servers of one database', (open) => {
  let url: string
  const opened: { destroy(): Promise<void> }[] = []
  const relays: Relay[] = []

  before(async () => void ({ url } = await open()))

  afterEach(async () => {
    for (const db of opened.splice(0)) await db.destroy()
    for (const relay of relays.splice(0)) relay.close()
  })

  const databaseAt = (...hosts: readonly string[]) => {
    const db = openDatabase(url.replace(/@[^/]*/, `@${hosts.join(',')}`))
    opened.push(db)
    return db
  }
  const host = (): string => new URL(url).host
  const relay = async (isSilent = false): Promise<Relay> => {
    const made = await openRelay(new URL(url), isSilent)
    relays.push(made)
    return made
  }

  it('are asked in their order: one that is gone is passed over, and none at all is said', async () => {
    const nobody = `127.0.0.1:${await freePort()}`
    expect(await databaseAt(nobody, host()).raw('select 1')).to.be.an('array')
    const failure: unknown = await databaseAt(nobody, nobody)
      .raw('select 1')
      .catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DatabaseUnavailable).with.property('code', 'ECONNREFUSED')
  })

  it('are not waited for long when one is silent, and not again soon', async () => {
    const silent = await relay(true)
    const db = databaseAt(silent.host, host())
    expect(await timeOf(() => db.raw('select 1'))).to.be.within(1_500, 4_000)
    expect(await timeOf(() => Promise.all([1, 2, 3].map(() => db.raw('select sleep(0.05)'))))).to.be.below(1_000)
  })

  it('take over from one whose connections break off, also in the middle of a transaction, of which nothing stays', async () => {
    const first = await relay()
    const db = databaseAt(first.host, host())
    await db.raw('create table kept (id int primary key) engine = InnoDB')
    const failure: unknown = await db
      .transaction(async (trx) => {
        await trx('kept').insert({ id: 1 })
        first.close()
        await pause(50)
        await trx('kept').insert({ id: 2 })
      })
      .catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(DatabaseUnavailable)
    await db('kept').insert({ id: 3 })
    expect(await db('kept').pluck('id')).to.deep.equal([3])
  })
})

interface Relay {
  readonly host: string
  close(): void
}

/** Passes everything on to a server, or, silent, nothing at all. */
async function openRelay({ hostname, port }: URL, isSilent: boolean): Promise<Relay> {
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    if (isSilent) return
    const onward = connect(Number(port), hostname).on('error', () => undefined)
    sockets.push(onward)
    socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

async function timeOf(work: () => PromiseLike<unknown>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
