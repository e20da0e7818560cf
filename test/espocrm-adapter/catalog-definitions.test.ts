/** EspoCRM's definitions: fetched when they changed, kept for when EspoCRM is down, refused where the extension is of another make. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { up } from '../../migrations/0007-beside-a-host.js'
import { HostUnavailable } from '../../src/host/host.js'
import { createCatalog } from '../../src/host/espocrm/catalog.js'
import { createDefinitions, ProtocolDiffers, type Definitions } from '../../src/host/espocrm/definitions.js'
import { protocol } from '../../src/host/espocrm/espo.js'
import { createRest } from '../../src/host/espocrm/rest.js'
import { eachDatabase, onMysql } from '../support/databases.js'
import { moduleIn, recordedAnswer } from './catalog-recorded.js'
import { FakeEspo } from './fake-espo.js'

const languages = 'languages=en_US%2Cde_DE%2Ccs_CZ'

describe("EspoCRM's definitions", () => {
  eachDatabase((open) => {
    let db: Knex
    let espo: FakeEspo
    let answer: Record<string, unknown>

    before(async () => {
      ;({ db } = await open())
      await up(db)
      espo = await FakeEspo.open()
    })

    after(() => espo.goDown())

    beforeEach(async () => {
      await db('portico_host_documents').delete()
      espo.forget()
      answer = { ...recordedAnswer(), now: 1_700_000_000 }
      espo.answers('GET Portico/metadata', () => ({ status: 200, body: answer }))
      espo.answers('GET Portico/stamp', () => ({ status: 200, body: answer }))
    })

    /** A service that was just started. */
    function service(from = db): Definitions {
      const rest = createRest({ url: async () => espo.url, apiKey: async () => espo.key, patience: 1000 })
      return createDefinitions({ db: from, rest, now: () => Date.UTC(2026, 0, 1), log: pino({ level: 'silent' }) })
    }

    it('are fetched once, in the three languages', async () => {
      const definitions = service()
      const [first, second] = await Promise.all([definitions.current(), definitions.current()])
      expect(first).to.equal(second)
      expect(await definitions.current()).to.equal(first)
      expect(espo.asked.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        `GET Portico/metadata?${languages}`
      ])
      expect(first.extensionVersion).to.equal(answer['extensionVersion'])
    })

    it('are kept: a service that starts while EspoCRM is down still has them', async () => {
      const known = await service().current()
      espo.mood = 'failing'
      expect(await service().current()).to.deep.equal(known)
      expect(await db('portico_host_documents').select('name', 'at')).to.deep.equal([
        { name: 'espocrm.definitions', at: '2026-01-01 00:00:00' }
      ])
    })

    it('are missed where EspoCRM was never reached', async () => {
      espo.mood = 'failing'
      const definitions = service()
      expect(await faultOf(definitions.current())).to.be.instanceOf(HostUnavailable)
      espo.mood = 'well'
      expect((await definitions.current()).espoVersion).to.equal('9.1.7')
    })

    it('are not fetched again while the stamp is the same', async () => {
      const definitions = service()
      const known = await definitions.current()
      expect(await definitions.refresh()).to.equal(false)
      expect(await definitions.current()).to.equal(known)
      expect(espo.routes).to.deep.equal(['GET Portico/metadata', 'GET Portico/stamp'])
    })

    it('are fetched once by each service: what an older one kept may lack what this one reads', async () => {
      await service().current()
      const newer = service()
      await newer.current()
      expect(await newer.refresh()).to.equal(true)
      expect(await newer.refresh()).to.equal(false)
      expect(espo.routes).to.deep.equal(['GET Portico/metadata', 'GET Portico/metadata', 'GET Portico/stamp'])
    })

    for (const [what, value] of [
      ['cacheTimestamp', 1_900_000_000],
      ['extensionVersion', '9.9.9'],
      ['espoVersion', '9.1.8']
    ] as const) {
      it(`are fetched again when the ${what} is another one`, async () => {
        const definitions = service()
        await definitions.current()
        answer[what] = value
        expect(await definitions.refresh()).to.equal(true)
        expect((await definitions.current())[what]).to.equal(value)
        expect((await service().current())[what], 'kept').to.equal(value)
        expect(await definitions.refresh()).to.equal(false)
      })
    }

    it('stay as they were while EspoCRM is down', async () => {
      const definitions = service()
      const known = await definitions.current()
      for (const mood of ['failing', 'page', 'slow'] as const) {
        espo.mood = mood
        expect(await faultOf(definitions.refresh()), mood).to.be.instanceOf(HostUnavailable)
        expect(await definitions.current()).to.equal(known)
      }
    })

    it('are fetched by the first refresh where there are none', async () => {
      const definitions = service()
      expect(await definitions.refresh()).to.equal(true)
      expect((await definitions.current()).espoVersion).to.equal('9.1.7')
      expect(espo.routes).to.deep.equal(['GET Portico/metadata'])
    })

    it('fetched while those that were kept are read stay: they are newer', async () => {
      await service().current()
      answer['cacheTimestamp'] = 1_900_000_000
      const late = readLate(db)
      const definitions = service(late.db)
      const asked = definitions.current()
      expect(await definitions.refresh()).to.equal(true)
      late.goOn()
      expect((await asked).cacheTimestamp).to.equal(1_900_000_000)
      expect((await definitions.current()).cacheTimestamp).to.equal(1_900_000_000)
    })

    it('of an older extension are refused: update the extension', async () => {
      answer = { protocol: protocol - 1, extensionVersion: '0.0.1' }
      for (const asked of [service().current(), service().refresh()]) {
        const fault = await faultOf(asked)
        expect(fault).to.be.instanceOf(ProtocolDiffers).and.to.include({ older: 'extension' })
        expect((fault as Error).message).to.match(
          /^The Portico extension in EspoCRM \(0\.0\.1\) is older than this service/
        )
      }
    })

    it('of a newer extension are refused: update the service, also while it runs', async () => {
      const definitions = service()
      const known = await definitions.current()
      answer = { ...answer, protocol: protocol + 1 }
      const fault = await faultOf(definitions.refresh())
      expect(fault).to.be.instanceOf(ProtocolDiffers).and.to.include({ older: 'service' })
      expect((fault as Error).message).to.match(/^This service is older than the Portico extension/)
      expect(await definitions.current()).to.equal(known)
    })

    it('of something else are refused', async () => {
      answer = { success: true }
      expect(await faultOf(service().current())).to.be.instanceOf(HostUnavailable)
    })

    it('kept by a service of another make are not taken', async () => {
      await db('portico_host_documents').insert({
        name: 'espocrm.definitions',
        content: JSON.stringify({ ...recordedAnswer(), protocol: protocol - 1 }),
        at: '2025-01-01 00:00:00'
      })
      expect((await service().current()).protocol).to.equal(protocol)
      expect(espo.routes).to.deep.equal(['GET Portico/metadata'])
    })

    it('are made into a catalog once per language, and anew when they changed', async () => {
      const definitions = service()
      const catalog = createCatalog({ db, definitions })
      const [english, german] = [await catalog('en'), await catalog('de')]
      expect(await catalog('en')).to.equal(english)
      expect(await catalog('de')).to.equal(german)
      expect(moduleIn(german, 'Case').label).to.equal('Fall')
      answer = { ...answer, cacheTimestamp: 1_900_000_000, settings: { currencyList: ['EUR', 'CZK'] } }
      await definitions.refresh()
      const changed = await catalog('en')
      expect(changed.stamp).not.to.equal(english.stamp)
      expect(changed.modules.get('Opportunity')!.fields.get('amountCurrency')!.options).to.have.length(2)
    })

    it('say what the catalog leaves out', async () => {
      const lines = await service().unmapped()
      expect(lines.map(({ module, field }) => `${module}.${field}`)).to.include('Contact.title')
    })
  })

  onMysql('the collation of ids, on MariaDB', (open) => {
    for (const [collation, expected] of [
      ['utf8mb4_unicode_ci', 'utf8mb4_unicode_ci'],
      ['utf8mb4_bin', undefined]
    ] as const) {
      it(`${collation}`, async () => {
        const { db } = await open()
        await db.raw(`create table account (id varchar(17) character set utf8mb4 collate ${collation} primary key)`)
        const catalog = createCatalog({ db, definitions: { current: async () => recordedAnswer() } })
        expect((await catalog('en')).idCollation).to.equal(expected)
      })
    }
  })
})

/** A database whose first answer comes no sooner than `goOn` is called. */
function readLate(db: Knex): { db: Knex; goOn(): void } {
  let goOn = (): void => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  let isFirst = true
  const late = new Proxy(db, {
    apply(target, _, args: [string]) {
      const query = target(...args)
      if (!isFirst) return query
      isFirst = false
      return { first: (column: string) => ({ where: (is: object) => query.first(column).where(is).then(afterwards) }) }
    }
  })
  return { db: late, goOn: () => goOn() }

  async function afterwards<T>(row: T): Promise<T> {
    await held
    return row
  }
}

async function faultOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => expect.fail('nothing was wrong'),
    (error: unknown) => error
  )
}
