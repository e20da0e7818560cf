import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { readConfig } from '../../src/config.js'
import { openDatabase } from '../../src/db/open-database.js'
import { checkDatabaseOfEspocrm, checkService, findIntegration, type Patient } from '../../src/host/espocrm/doctor.js'
import { protocol } from '../../src/host/espocrm/espo.js'
import { createRest } from '../../src/host/espocrm/rest.js'
import { readSettings } from '../../src/host/espocrm/settings.js'
import type { Finding } from '../../src/host/finding.js'
import { HostUnavailable } from '../../src/host/host.js'
import { onMysql } from '../support/databases.js'
import { recordedAnswer } from './catalog-recorded.js'
import { FakeEspo } from './fake-espo.js'
import { apiKey, createStaffTables, emptyStaffTables, installIntegration, secret } from './staff-world.js'

onMysql('the doctor beside EspoCRM', (open) => {
  let db: Knex
  let url: string
  let espo: FakeEspo

  before(async () => {
    ;({ db, url } = await open())
    await createStaffTables(db)
    await db.schema.createTable('case', (table) => {
      for (const column of ['account_id', 'contact_id', 'portico_project_id', 'created_at', 'id'])
        table.string(column, 17)
      for (const column of ['deleted', 'is_internal']) table.boolean(column)
      table.index(['account_id', 'deleted', 'is_internal', 'created_at', 'id'], 'IDX_PORTICO_ACCOUNT')
      table.index(['contact_id', 'deleted', 'is_internal', 'created_at', 'id', 'account_id'], 'IDX_OF_ANOTHER_NAME')
      table.index(['portico_project_id', 'deleted', 'is_internal', 'created_at', 'id'], 'IDX_PORTICO_PROJECT')
    })
    await db.schema.createTable('portico_outbox', (table) => {
      for (const column of ['subject', 'handled', 'position']) table.string(column, 100)
      table.index(['handled', 'position'])
      table.index(['subject', 'handled', 'position'])
    })
    espo = await FakeEspo.open()
  })
  after(async () => {
    await espo.goDown()
  })

  beforeEach(async () => {
    await emptyStaffTables(db)
    await installIntegration(db, { siteUrl: espo.url, serviceUrl: '/crm-portal' })
    espo.forget()
    espo.key = apiKey
    say({})
  })

  const say = (stamp: Readonly<Record<string, unknown>>): void =>
    espo.answers('GET Portico/stamp', {
      status: 200,
      body: { protocol, extensionVersion: '0.3.0', espoVersion: '9.1.7', now: Date.now() / 1000, ...stamp }
    })

  async function patient(changes: Partial<Patient> = {}): Promise<Patient> {
    const settings = await readSettings(db)
    const only = (name: string, names: readonly string[]): boolean => names.includes(name)
    const orm = Object.fromEntries(
      Object.entries(recordedAnswer().orm).filter(([name]) => only(name, ['Case', 'Account']))
    )
    return {
      db,
      config: readConfig({ DATABASE_URL: `espocrm+${url}`, PORTICO_PUBLIC_URL: `${espo.url}/crm-portal` }),
      settings,
      rest: createRest({ url: async () => espo.url, apiKey: async () => settings.apiKey, patience: 500 }),
      definitions: { current: async () => ({ ...recordedAnswer(), orm }), unmapped: async () => [] },
      events: { lag: async () => 0, flow: async () => ({ told: 5, untold: 1 }) },
      version: '0.3.0',
      hasTables: true,
      now: Date.now,
      ...changes
    }
  }

  const named = (findings: readonly Finding[], check: string): Finding => {
    const found = findings.find((finding) => finding.check === check)
    expect(found, `${check} among ${findings.map((finding) => finding.check).join(', ')}`).not.to.equal(undefined)
    return found!
  }
  const look = async (check: string, changes: Partial<Patient> = {}): Promise<Finding> =>
    named(await checkService(await patient(changes)), check)

  it('finds nothing wrong where nothing is', async () => {
    const findings = [
      ...(await checkDatabaseOfEspocrm(db)),
      ...(await findIntegration(db)).findings,
      ...(await checkService(await patient()))
    ]
    expect(findings.filter(({ remedy }) => remedy)).to.deep.equal([])
    expect(findings.map(({ check, found }) => `${check}: ${found}`)).to.include.members([
      'Integration: on, with portal, external-users',
      `EspoCRM's API: EspoCRM 9.1.7 answers at ${espo.url} and takes the key`,
      `Versions: extension 0.3.0, service 0.3.0, protocol ${protocol}`,
      'Indexes: all 6 that the extension declares'
    ])
    const [tables] = (await db.raw("show tables like 'portico\\_doctor%'")) as [unknown[]]
    expect(tables, 'and leaves nothing behind').to.deep.equal([])
  })

  describe('of the database', () => {
    it('says which rights are missing', async () => {
      const reader = `reader_${randomBytes(4).toString('hex')}`
      await db.raw(`create user '${reader}'@'127.0.0.1' identified by 'reader'`)
      await db.raw(`grant select on ${new URL(url).pathname.slice(1)}.* to '${reader}'@'127.0.0.1'`)
      const weak = openDatabase(url.replace(/\/\/[^@]+@/, `//${reader}:reader@`))
      try {
        const finding = named(await checkDatabaseOfEspocrm(weak), 'Rights in the database')
        expect(finding.found).to.match(/denied/)
        expect(finding.remedy).to.include('grant create, alter, index')
      } finally {
        await weak.destroy()
        await db.raw(`drop user '${reader}'@'127.0.0.1'`)
      }
    })

    it('says that ids of another character set can’t be compared with ours', async () => {
      await db.raw('alter table user modify id varchar(17) character set latin1 collate latin1_swedish_ci not null')
      const finding = named(await checkDatabaseOfEspocrm(db), "EspoCRM's ids")
      expect(finding.remedy).to.include('utf8mb4')
      await db.raw('alter table user modify id varchar(17) character set utf8mb4 collate utf8mb4_unicode_ci not null')
    })
  })

  describe('of the extension', () => {
    const findings = async (): Promise<Finding[]> => (await findIntegration(db)).findings

    it('says that it is missing', async () => {
      await db('integration').delete()
      const {
        settings,
        findings: [only]
      } = await findIntegration(db)
      expect(settings).to.equal(undefined)
      expect(only?.remedy).to.include('Upload portico-espocrm.zip')
    })

    it('says what is off', async () => {
      await db('integration').update({ enabled: 0 })
      expect(named(await findings(), 'Integration'))
        .to.include({ found: 'off' })
        .and.to.have.property('remedy')
      await db('integration').update({ enabled: 1, data: JSON.stringify({ portal: false, sharedSecret: secret }) })
      expect(named(await findings(), 'Integration').found).to.equal('on, with no module')
    })

    it('says what of it is incomplete', async () => {
      await db('integration').update({ data: JSON.stringify({ portal: true, sharedSecret: 'abc' }) })
      await db('user').where({ user_name: 'portico' }).update({ is_active: 0 })
      const found = await findings()
      for (const check of ['Shared secret', "EspoCRM's address", 'API user'])
        expect(named(found, check).remedy, check).to.include('Install the extension again')
      expect(JSON.stringify(found), 'no secret stands in the report').not.to.include('abc')
    })
  })

  describe("of EspoCRM's API", () => {
    const check = "EspoCRM's API"

    it('says that nobody answers, and where it asked', async () => {
      await espo.goDown()
      const { remedy } = await look(check)
      expect(remedy).to.include('PORTICO_ESPOCRM_URL').and.include(espo.url)
      await espo.comeUp()
    })

    it('says that the key is refused', async () => {
      espo.key = 'another one'
      expect((await look(check)).remedy).to.include('Administration > API Users')
    })

    it('says that something else answers there', async () => {
      espo.mood = 'page'
      expect((await look(check)).remedy).to.include('PORTICO_ESPOCRM_URL')
    })

    it('says that the extension does not answer, though EspoCRM does', async () => {
      espo.answers('GET Portico/stamp', { status: 404, reason: 'Not Found' })
      expect((await look(check)).remedy).to.include('php command.php rebuild')
      espo.answers('GET Portico/stamp', { status: 403, reason: 'Forbidden' })
      expect((await look(check)).remedy).to.include('does not take the user portico')
    })

    for (const [spoken, side] of [
      [protocol - 1, 'Upload the extension that belongs to the service'],
      [protocol + 1, 'Update the service']
    ] as const) {
      it(`says which side to update when the extension speaks protocol ${spoken}`, async () => {
        say({ protocol: spoken })
        expect((await look('Versions')).remedy).to.include(side)
      })
    }

    it('says that the clocks differ', async () => {
      say({ now: Date.now() / 1000 + 45 })
      expect(await look("EspoCRM's clock"))
        .to.include({ found: '45 s apart from ours' })
        .and.to.have.property('remedy')
      say({ now: Date.now() / 1000 - 15 })
      expect((await look("EspoCRM's clock")).remedy).to.equal(undefined)
    })
  })

  describe('of the events', () => {
    it('says that they are not handed out', async () => {
      const events = { lag: async () => 61, flow: async () => ({ told: 1, untold: 0 }) }
      expect((await look('Events', { events })).remedy).to.include('portico serve')
    })

    it('says that the hook is silent, when it is on and nothing was told', async () => {
      const events = { lag: async () => 0, flow: async () => ({ told: 0, untold: 3 }) }
      expect((await look('Events', { events })).remedy).to.include('hook does not run')
      const settings = { ...(await readSettings(db)), isOn: false }
      expect((await look('Events', { events, settings })).remedy).to.equal(undefined)
      const few = { lag: async () => 0, flow: async () => ({ told: 0, untold: 2 }) }
      expect((await look('Events', { events: few })).remedy).to.equal(undefined)
    })

    it('says that their table is missing', async () => {
      const events = {
        lag: () => db('portico_outbox_gone').first().then(Number),
        flow: async () => ({ told: 0, untold: 0 })
      }
      expect((await look('Events', { events })).remedy)
        .to.include('portico_outbox')
        .and.include('rebuild')
    })
  })

  it('leaves out what can’t be looked at before our tables are there', async () => {
    const checks = (await checkService(await patient({ hasTables: false }))).map(({ check }) => check)
    expect(checks).to.include.members(["EspoCRM's API"])
    for (const kept of ['Events', 'Indexes', 'Fields left out']) expect(checks).not.to.include(kept)
    expect((await checkService(await patient())).map(({ check }) => check)).to.include.members([
      'Events',
      'Indexes',
      'Fields left out'
    ])
  })

  describe('of the definitions', () => {
    it('lists the indexes that are missing; one of another name that serves as well is none', async () => {
      await db.schema.alterTable('case', (table) => table.dropIndex([], 'IDX_PORTICO_ACCOUNT'))
      const finding = await look('Indexes')
      expect(finding.found).to.equal('missing: case: account_id, deleted, is_internal, created_at, id')
      expect(finding.remedy).to.include('php command.php rebuild')
    })

    it('lists those of the outbox, without which events are picked slowly', async () => {
      await db.schema.alterTable('portico_outbox', (table) => table.dropIndex(['handled', 'position']))
      expect((await look('Indexes')).found).to.include('portico_outbox: handled, position')
    })

    it('lists the fields that are not mapped, with why, as advice', async () => {
      const left = { module: 'Case', field: 'cPlace', type: 'map', why: 'Portico does not map fields of this type.' }
      const definitions = { ...(await patient()).definitions, unmapped: async () => [left] }
      const finding = await look('Fields left out', { definitions })
      expect(finding).to.include({
        found: 'Case.cPlace (map): Portico does not map fields of this type.',
        isAdvice: true
      })
    })

    it('says that EspoCRM must be reached once', async () => {
      const down = async (): Promise<never> => Promise.reject(new HostUnavailable('EspoCRM does not answer.'))
      const definitions = { current: down, unmapped: down }
      for (const check of ['Indexes', 'Fields left out'])
        expect((await look(check, { definitions })).remedy, check).to.include("EspoCRM's API")
    })
  })

  describe('of global sharing', () => {
    const compiled = { defaults: {}, roles: {}, withoutRole: {}, groups: {}, rules: [] }
    const isOn = async (): Promise<Partial<Patient>> => {
      const { settings } = await patient()
      return { settings: { ...settings, switches: { ...settings.switches, 'global-sharing': true } } }
    }
    const model = async (text: string, version = 7): Promise<void> => {
      await db('portico_sharing_models').where({ version: 7 }).delete()
      await db('portico_sharing_models').insert({ version: 7, model: '{}', compiled: text })
      await db('portico_sharing').where({ id: 'in-force' }).update({ version })
    }
    before(async () => {
      await db.schema.createTable('portico_sharing', (table) => {
        table.string('id', 36).primary()
        table.integer('version')
      })
      await db('portico_sharing').insert({ id: 'in-force', version: 1 })
      await db.schema.createTable('portico_sharing_models', (table) => {
        table.integer('version').primary()
        table.text('model')
        table.text('compiled')
      })
    })

    it('S09 says which model is in force, and nothing while it is switched off', async () => {
      await model(JSON.stringify(compiled))
      expect(await look('Sharing model', await isOn())).to.deep.equal({
        check: 'Sharing model',
        found: 'version 7 is in force in EspoCRM'
      })
      expect((await checkService(await patient())).map(({ check }) => check)).not.to.include('Sharing model')
    })

    it('A26 says that everybody is left with his own where none can be understood', async () => {
      for (const text of ['', '{}', JSON.stringify({ ...compiled, rules: 'none' })]) {
        await model(text)
        expect((await look('Sharing model', await isOn())).remedy, text).to.include('his own')
      }
      await model(JSON.stringify(compiled), 8)
      expect((await look('Sharing model', await isOn())).found).to.equal('none is in force')
    })

    it('S09 names what EspoCRM asks nobody about, as advice', async () => {
      expect(await look('Beyond global sharing', await isOn())).to.include({ isAdvice: true })
    })
  })
})
