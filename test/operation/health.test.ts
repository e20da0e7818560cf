import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { migrations } from '../../migrations/index.js'
import { readinessOf, type Readiness } from '../../src/operation/health.js'
import { serveMetrics } from '../../src/operation/metrics-server.js'
import { openDatabase } from '../../src/db/open-database.js'
import { onSqlite } from '../support/databases.js'
import { serveWorld, type Serving } from './serving.js'

interface Answer {
  readonly status: number
  readonly words: string
  readonly connection: string
}

function ask(url: string, path: string, host = 'somewhere.example', method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url + path, { method, headers: { host } }, (answer) => {
      let words = ''
      answer.on('data', (piece: Buffer) => (words += piece.toString()))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, words, connection: answer.headers.connection ?? '' })
      )
    })
      .on('error', reject)
      .end()
  })
}

onSqlite('the health of a process', function (open) {
  let serving: Serving

  before(async () => {
    serving = await serveWorld(open, { world: 'people', config: { drainSeconds: 1 }, patience: 0.2 })
  })

  after(() => serving.close())

  it('is told at any host name, where pages are not', async () => {
    for (const path of ['/healthz', '/readyz', '/readyz?probe=1'])
      expect((await ask(serving.url, path)).status).to.equal(200)
    expect(await ask(serving.url, '/healthz')).to.include({ words: 'alive\n' })
    expect(await ask(serving.url, '/readyz', undefined, 'HEAD')).to.include({ status: 200, words: '' })
    expect(await ask(serving.url, '/')).to.include({ status: 404, words: 'Not found\n' })
    expect((await ask(serving.url, '/', '127.0.0.1')).status).to.equal(200)
  })

  it('is no page for anything but questions', async () => {
    expect((await ask(serving.url, '/readyz', '127.0.0.1', 'POST')).status).to.equal(403)
    expect((await ask(serving.url, '/healthz/more', '127.0.0.1')).status).to.equal(404)
  })

  it('stands on the port of the numbers as well', async () => {
    const asked = { readiness: async () => 'starting' as const, metrics: async () => 'portico_up 1\n' }
    const listener = await serveMetrics({ host: '127.0.0.1', port: 0 }, asked)
    const url = `http://127.0.0.1:${listener.port}`
    expect(await ask(url, '/healthz')).to.include({ status: 200 })
    expect(await ask(url, '/readyz')).to.include({ status: 503, words: 'starting\n' })
    expect(await ask(url, '/metrics')).to.include({ status: 200, words: 'portico_up 1\n' })
    expect(await ask(url, '/portal')).to.include({ status: 404, words: 'Not found\n' })
    await listener.close()
  })

  it('numbers stand nowhere else', async () => {
    expect((await ask(serving.url, '/metrics', '127.0.0.1')).status).to.equal(404)
  })

  it('is bad while the tables are older than the program, and good when they are newer', async () => {
    const { db } = serving.embedded
    const found = (): Promise<Readiness> => readinessOf(db, () => false)()
    expect(await found()).to.equal('ready')
    const newest = { step: migrations.length }
    const row: unknown = await db('portico_schema').where(newest).first()
    await db('portico_schema').where(newest).delete()
    expect(await found()).to.equal('the tables are not up to date')
    await db('portico_schema').insert([row, { ...(row as object), step: migrations.length + 1 }])
    expect(await found()).to.equal('ready')
    await db('portico_schema')
      .where({ step: migrations.length + 1 })
      .delete()
  })

  it('is bad without a database', async () => {
    const nowhere = openDatabase('mysql://portico:x@127.0.0.1:9/portico')
    expect(await readinessOf(nowhere, () => false)()).to.equal('the database does not answer')
    await nowhere.destroy()
  })

  it('asks the database once a second, however often it is asked', async () => {
    const { db } = serving.embedded
    let statements = 0
    const count = (): number => (statements += 1)
    db.on('query', count)
    const readiness = readinessOf(db, () => false)
    await Promise.all(Array.from({ length: 20 }, readiness))
    db.off('query', count)
    expect(statements).to.equal(1)
  })

  it('is bad while it drains, and requests are taken all the same, until the listener closes; what takes too long is broken off', async () => {
    const stuck = hangingForm(serving.url)
    await pause(50)
    const stopped = serving.running.stop()
    await pause(50)
    expect(await ask(serving.url, '/readyz')).to.include({ status: 503, words: 'draining\n', connection: 'close' })
    expect((await ask(serving.url, '/healthz')).status).to.equal(200)
    expect(await ask(serving.url, '/', '127.0.0.1')).to.include({ status: 200, connection: 'close' })
    await stopped
    expect(await ask(serving.url, '/healthz').catch((error: NodeJS.ErrnoException) => error.code)).to.equal(
      'ECONNREFUSED'
    )
    expect(await stuck).to.equal('ECONNRESET')
    expect(serving.lines.join('')).to.include('what was still under way is broken off')
  })
})

/** Somebody who begins a form and never ends it; how that ended for him. */
function hangingForm(url: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': 1000 }
    const form = request(`${url}/language`, { method: 'POST', headers })
    form.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    form.write('_csrf=x')
  })
}
