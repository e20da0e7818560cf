import { expect } from 'chai'
import type { Knex } from 'knex'
import { Readable } from 'node:stream'
import { openDatabase } from '../../src/db/open-database.js'
import type { ModuleDefinition } from '../../src/host/embedded/definition.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import { testModules } from '../host-contract/embedded-modules.js'
import { openTestCrm } from '../host-contract/open-embedded.js'
import { failure, refusal } from '../host-contract/refusals.js'
import { eachDatabase, onMysql, onSqlite } from '../support/databases.js'

/** Fields that came when external users did. */
const later: Readonly<Record<string, readonly string[]>> = {
  Contract: ['type', 'concludedOn', 'cancelledOn', 'dueDate', 'oneTimeAmount'],
  Document: ['file']
}

/** The modules as they were before that. */
function earlier(): ModuleDefinition[] {
  const without = (module: ModuleDefinition): ModuleDefinition => ({
    ...module,
    ...(module.name === 'Document' && { parents: [] }),
    fields: Object.fromEntries(Object.entries(module.fields).filter(([name]) => !later[module.name]?.includes(name)))
  })
  return modules.filter(({ name }) => name !== 'ProjectNote').map(without)
}

const label = { en: 'Machine', de: 'Maschine', cs: 'Stroj' }
const machine: ModuleDefinition = {
  name: 'Machine',
  label,
  plural: { en: 'Machines', de: 'Maschinen', cs: 'Stroje' },
  icon: 'cog',
  fields: {
    name: { label, type: 'text', required: true, searchable: true, sortable: true },
    company: { label, type: 'reference', to: 'Company', back: { name: 'machines', label } }
  },
  layouts: { list: ['name'], detail: [{ label, fields: ['name', 'company'] }] }
}

eachDatabase((open, engine) => {
  describe('a module that an administrator adds', () => {
    it('is there at once, for every process, and after a restart', async () => {
      const { db, url } = await open()
      const [crm, other] = [await openTestCrm(db), await openTestCrm(openDatabase(url))]
      const { stamp } = await other.catalog('en')
      await crm.define({ kind: 'module', definition: machine })
      expect((await other.catalog('de')).modules.get('Machine')?.label).to.equal('Maschine')
      expect((await other.catalog('en')).stamp).not.to.equal(stamp)
      const company = await other.store.system.create('Company', { name: 'Berg' })
      const id = await other.store.system.create('Machine', { name: 'Boiler', company })
      await other.close()
      const again = await openTestCrm(openDatabase(url))
      expect((await again.store.system.related('Company', company, 'machines')).records[0]?.id).to.equal(id)
      expect(again.definitions().at(-1)?.name).to.equal('Machine')
      await again.close()
    })

    it('is refused when its name is taken or is none', async () => {
      const crm = await openTestCrm((await open()).db)
      const define = (name: string) => () => crm.define({ kind: 'module', definition: { ...machine, name } })
      expect(await refusal(define('Company'))).to.deep.equal({ name: 'errors.field.taken' })
      expect(await refusal(define('User'))).to.deep.equal({ name: 'errors.field.taken' })
      expect(await refusal(define('drop table'))).to.deep.equal({ name: 'errors.field.name' })
    })
  })

  describe('fields that an administrator adds', () => {
    it('are there at once, in records that were there before too', async () => {
      const crm = await openTestCrm((await open()).db)
      const id = await crm.store.system.create('Company', { name: 'Berg' })
      const fields = {
        region: { label, type: 'text', searchable: true, sortable: true },
        isPartner: { label, type: 'boolean' },
        adviser: { label, type: 'reference', to: 'Person', back: { name: 'advised', label } }
      } as const
      await crm.define({ kind: 'fields', module: 'Company', fields })
      expect((await crm.store.system.find('Company', id)).values).to.include({
        region: null,
        isPartner: false,
        adviser: null
      })
      await crm.store.system.change('Company', id, { region: 'North', isPartner: true })
      const sort = { field: 'region', descending: true }
      expect((await crm.store.system.list('Company', { search: 'north', sort })).records).to.have.length(1)
      const detail = (await crm.catalog('en')).modules.get('Company')!.layouts.find(({ kind }) => kind === 'detail')
      expect(detail?.sections.at(-1)?.fields).to.include.members(['region', 'isPartner', 'adviser'])
    })

    it('are refused when their name is taken, is none or is kept where the CRM keeps something', async () => {
      const crm = await openTestCrm((await open()).db)
      const define = (name: string) => () =>
        crm.define({ kind: 'fields', module: 'Company', fields: { [name]: { label, type: 'text' } } })
      expect(await refusal(define('city'))).to.deep.equal({ city: 'errors.field.taken' })
      expect(await refusal(define('people'))).to.deep.equal({ people: 'errors.field.taken' })
      expect(await refusal(define('a b'))).to.deep.equal({ 'a b': 'errors.field.name' })
      for (const name of ['deleted', 'version', 'id']) expect(await failure(define(name)), name).to.be.instanceOf(Error)
      expect(crm.definitions()).to.deep.equal(testModules)
    })
  })

  describe('the tables', () => {
    it('are made once, and opening again changes nothing', async () => {
      const { db } = await open()
      await openTestCrm(db, { definitions: modules })
      const before = await indexes(db)
      await openTestCrm(db, { definitions: modules })
      expect(await indexes(db)).to.deep.equal(before)
    })

    it('of the real modules can be listed in every order and followed along every link by an index', async () => {
      const { db } = await open()
      const crm = await openTestCrm(db, { definitions: modules })
      const catalog = await crm.catalog('en')
      const { quote, order } = crm.dialect
      for (const module of catalog.modules.values()) {
        if (module.name === 'User') continue
        for (const field of [...module.fields.values()].filter((each) => each.sortable)) {
          const isText = ['text', 'option'].includes(field.type)
          const column =
            field.storage.kind === 'joined'
              ? field.storage.order
              : field.storage.kind === 'column'
                ? field.storage.column
                : ''
          const sorted = order(quote(column), isText)
          const plan = await explain(
            db,
            `select id from ${quote(module.table)} where deleted = 0 order by ${sorted} desc, id desc limit 25`
          )
          expect(plan, `${module.name} by ${field.name}: ${plan}`).not.to.match(/temp b-tree|filesort/i)
        }
        for (const { name, storage } of module.links.values()) {
          if (storage.kind !== 'table') continue
          const plan = await explain(
            db,
            `select ${quote(storage.far)} from ${quote(storage.table)} where ${quote(storage.near)} = 'x' and deleted = 0`
          )
          expect(plan, `${module.name}.${name}: ${plan}`).to.match(/using (covering )?index|"key":"/i)
        }
      }
    })
  })

  async function indexes(db: Knex): Promise<string[]> {
    const query =
      engine === 'sqlite'
        ? db('sqlite_master').select('name').where({ type: 'index' }).orderBy('name')
        : db('information_schema.statistics')
            .select({ name: db.raw("concat(table_name, '.', index_name, '.', column_name)") })
            .whereRaw('table_schema = database()')
            .orderBy(['table_name', 'index_name', 'seq_in_index'])
    return ((await query) as { name: string }[]).map((row) => row.name)
  }

  async function explain(db: Knex, statement: string): Promise<string> {
    const result: unknown = await db.raw(
      engine === 'sqlite' ? `explain query plan ${statement}` : `explain ${statement}`
    )
    return JSON.stringify(engine === 'sqlite' ? result : (result as unknown[])[0])
  }
})

onSqlite('the tables of a CRM that was there before external users', (open) => {
  it('get the columns of fields that came later, and keep what is in them', async () => {
    const { db, url } = await open()
    const before = await openTestCrm(db, { definitions: earlier() })
    const contract = await before.store.system.create('Contract', { subject: 'Service', amount: 980 })
    const text = { name: 'old.txt', type: 'text/plain', content: Readable.from([Buffer.from('a')]) }
    const { id: file } = await before.files.write(text, { kind: 'system' })
    await db.schema.alterTable('crm_file', (table) => {
      table.dropIndex([], 'crm_file_by_record_id')
      table.dropColumns('record_id', 'module', 'field')
    })
    await before.close()
    const crm = await openTestCrm(openDatabase(url), { definitions: modules })
    const { store } = crm
    await store.system.change('Contract', contract, { oneTimeAmount: 450, concludedOn: '2026-01-31' })
    const { values } = await store.system.find('Contract', contract)
    expect(values).to.deep.include({ amount: 980, oneTimeAmount: 450, concludedOn: '2026-01-31' })
    const document = await store.system.create('Document', { name: 'Old' }, { files: { file: [file] } })
    expect((await store.system.find('Document', document)).files['file']?.map(({ name }) => name)).to.deep.equal([
      'old.txt'
    ])
    await store.system.create('ProjectNote', { subject: 'New' })
    await crm.close()
  })
})

onMysql('on MariaDB', (open) => {
  describe('the collations', () => {
    it('of every text column of the CRM are stated: ids and keys exact, text ignoring case', async () => {
      const { db } = await open()
      await openTestCrm(db, { definitions: modules })
      const columns: { table: string; name: string; collation: string }[] = await db('information_schema.columns')
        .select({ table: 'table_name', name: 'column_name', collation: 'collation_name' })
        .whereRaw('table_schema = database() and collation_name is not null')
      for (const { table, name, collation } of columns) {
        expect(collation, `${table}.${name}`).to.be.oneOf(['utf8mb4_bin', 'utf8mb4_unicode_ci'])
        if (name === 'id' || name.endsWith('_id')) expect(collation, `${table}.${name}`).to.equal('utf8mb4_bin')
        if (name === 'name' && table !== 'crm_counter' && table !== 'crm_setting')
          expect(collation, `${table}.${name}`).to.equal('utf8mb4_unicode_ci')
      }
      expect(columns.length).to.be.greaterThan(200)
    })
  })
})
