/** Values that stand one or two tables away, files, and ids in the host's collation: read, compared, judged and planned. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { judgeNew } from '../../src/access/candidate.js'
import { standingColumns, valueOf } from '../../src/access/columns.js'
import { predicate, type Compiler } from '../../src/access/compile.js'
import { compare, joined, linked, oneOf, owned, writtenBy, type Condition } from '../../src/access/condition.js'
import { rowsOf, sql, type Fragment } from '../../src/access/fragment.js'
import { cappedCount, pageOfIds } from '../../src/access/plan.js'
import { CannotCompile } from '../../src/access/roots.js'
import { dialectOf } from '../../src/db/dialect.js'
import { moduleOf } from '../../src/host/catalog.js'
import type { FieldValue } from '../../src/host/host.js'
import { eachDatabase, onMysql } from '../support/databases.js'
import { fillStorages, hostCollation, openStorages, storagesCatalog } from './storages-crm.js'

const author = 'person-1'

describe('storages', () => {
  eachDatabase((open, engine) => {
    let db: Knex
    let compiler: Compiler

    before(async () => {
      ;({ db } = await open())
      await openStorages(db)
      await fillStorages(db)
      compiler = { catalog: storagesCatalog(), dialect: dialectOf(db) }
    })

    const contacts = () => moduleOf(compiler.catalog, 'Contact')

    async function valuesOf(name: string): Promise<Record<string, unknown>> {
      const value = valueOf(compiler.dialect, contacts(), contacts().fields.get(name)!, 'r')
      const rows = await rowsOf(db, sql`select r.id as id, ${value} as value from contact r`)
      return Object.fromEntries(rows.map((row) => [String(row['id']), row['value']]))
    }

    async function idsWhere(condition: Condition, by: Compiler = compiler): Promise<string[]> {
      const where = predicate(by, contacts(), 'r', condition)
      const rows = await rowsOf(db, sql`select r.id as id from contact r where ${where} order by r.id`)
      return rows.map((row) => String(row['id']))
    }

    it('an address is the primary one of the record itself, unless it or its link was removed', async () => {
      expect(await valuesOf('email')).to.deep.equal({
        anna: 'anna@north.example',
        'no-primary': null,
        'link-removed': null,
        'address-removed': null,
        'of-a-lead': null,
        without: null
      })
    })

    it('a value of the record that a reference leads to, unless that one is removed or not there', async () => {
      expect(await valuesOf('accountType')).to.deep.equal({
        anna: 'Customer',
        without: 'Customer',
        'no-primary': 'Partner',
        'link-removed': null,
        'address-removed': null,
        'of-a-lead': null
      })
    })

    it('both are compared as any other value', async () => {
      expect(await idsWhere(compare('email', 'contains', 'NORTH'))).to.deep.equal(['anna'])
      expect(await idsWhere(compare('email', '=', 'Anna@north.example'))).to.deep.equal([])
      expect(await idsWhere(oneOf('accountType', ['Partner']))).to.deep.equal(['no-primary'])
      expect(await idsWhere(compare('accountType', 'isNotEmpty'))).to.deep.equal(['anna', 'no-primary', 'without'])
    })

    it('one of several options is found however the host writes a slash', async () => {
      expect(await idsWhere(compare('tags', 'contains', 'A/C'))).to.deep.equal(['anna', 'without'])
      expect(await idsWhere(compare('tags', 'contains', 'B'))).to.deep.equal(['anna'])
      expect(await idsWhere(compare('tags', 'contains', 'A'))).to.deep.equal([])
    })

    it('S02 S03 an owner whose id differs in case, or by a blank at its end, is another owner', async () => {
      const loose = compilerOn(db, hostCollation)
      for (const by of [loose, { ...loose, isRowByRow: true }]) {
        expect(await idsWhere(owned(['frank']), by)).to.deep.equal(['anna'])
        expect(await idsWhere(owned(['FRANK', 'nobody']), by)).to.deep.equal(['no-primary'])
        expect(await idsWhere(owned(['frank ']), by)).to.deep.equal(['link-removed'])
        expect(await idsWhere(owned(['Frank', 'frank  ', '']), by)).to.deep.equal([])
        expect(await idsWhere(owned([], ['sales']), by)).to.deep.equal(['without'])
        expect(await idsWhere(owned([], ['SALES']), by)).to.deep.equal(['of-a-lead'])
        expect(await idsWhere(owned([], ['sales ', 'Sales']), by)).to.deep.equal(['address-removed'])
        expect(await idsWhere(owned(['frank'], ['sales']), by)).to.deep.equal(['anna', 'without'])
      }
    })

    it('S02 the plain comparison takes them for one another where ids ignore case: this check can fail', async () => {
      const isAlike = sql`select r.id as id from contact r where r.assigned_user_id in (${'frank'}) order by r.id`
      const found = (await rowsOf(db, isAlike)).map((row) => String(row['id']))
      expect(found).to.deep.equal(engine === 'mysql' ? ['anna', 'link-removed', 'no-primary'] : ['anna'])
    })

    it('a new record is judged by the value of the record that it will lead to', async () => {
      expect(standingColumns(contacts())).to.include('account_id')
      const judged = async (values: Record<string, FieldValue>): Promise<boolean> => {
        const when = compare('accountType', '=', 'Customer')
        const grant = { id: 'g', actions: ['create'], when, fields: ['account'], reason: { key: 'k' } } as const
        const subject = { compiler, policies: new Map(), module: contacts() }
        const candidate = { isNew: true, authorId: author, links: {} }
        const [row] = await rowsOf(db, judgeNew(subject, [grant], values, candidate))
        return Number(row?.['g0']) === 1
      }
      expect(await judged({ account: 'north' })).to.equal(true)
      expect(await judged({ account: 'south' })).to.equal(false)
      expect(await judged({ account: 'gone' }), 'a removed one').to.equal(false)
      expect(await judged({})).to.equal(false)
    })

    it('files are no value: what speaks of them as one is not compiled', () => {
      const compile = (name: string) => () => valueOf(compiler.dialect, contacts(), contacts().fields.get(name)!, 'r')
      expect(compile('papers')).to.throw(CannotCompile, 'Contact.papers keeps files')
      expect(compile('email')).not.to.throw()
      expect(() => predicate(compiler, contacts(), 'r', compare('papers', 'isEmpty'))).to.throw(CannotCompile)
    })

    it('are asked in the reviewed SQL', () => {
      const beside = { ...compiler, catalog: storagesCatalog(hostCollation) }
      const parts: [string, Fragment | undefined][] = [
        ['an address', valueOf(compiler.dialect, contacts(), contacts().fields.get('email')!, 'r')],
        [
          'a value of another record',
          valueOf(compiler.dialect, contacts(), contacts().fields.get('accountType')!, 'r')
        ],
        ['a page of what he wrote', page(beside, writtenBy('Contact', author))],
        ['the same where ids are compared byte by byte', page(compiler, writtenBy('Contact', author))],
        ['a page by a membership', page(beside, membership)],
        ['one record, asked whether he wrote it', predicate(beside, contacts(), 'r', writtenBy('Contact', author))],
        [
          'the count',
          cappedCount(beside, contacts(), [{ conditions: [writtenBy('Contact', author)], asked: [] }], 1000)
        ]
      ]
      const text = parts.map(([title, part]) => `-- ${title}\n${part!.sql};\n-- ${JSON.stringify(part!.bindings)}\n`)
      mustBeGolden(engine, text.join('\n'))
    })
  })

  describe('ids in the collation of the host', () => {
    onMysql('on MariaDB', (open) => {
      let db: Knex

      before(async function () {
        this.timeout(60_000)
        ;({ db } = await open())
        await openStorages(db)
        await db.raw(
          "insert into contact (id, name, account_id, assigned_user_id, deleted, created_at) select concat('c', seq), concat('Contact ', seq), concat('a', seq % 500), concat('u', seq % 400), 0, '2024-01-01 00:00:00' from seq_1_to_20000"
        )
        await db.raw('create index contact_by_owner on contact (assigned_user_id)')
        await db.raw("insert into account (id, name, deleted) select concat('a', seq), 'Account', 0 from seq_0_to_499")
        await db.raw(
          "insert into portico_authorship (module, record_id, author_id, at) select 'Contact', concat('c', seq * 100), ?, '2024-01-01 00:00:00' from seq_1_to_30",
          [author]
        )
        await db.raw(
          "insert into portico_memberships (module, record_id, person_id, added_by, added_at) select 'Account', concat('a', seq), ?, 'eva', '2024-01-01 00:00:00' from seq_1_to_3",
          [author]
        )
        await db.raw('analyze table contact, account, portico_authorship, portico_memberships')
      })

      /** By table: how it is read, and by which key. */
      async function explained({ sql: text, bindings }: Fragment): Promise<Record<string, string>> {
        const steps = await rowsOf(db, { sql: `explain ${text}`, bindings })
        return Object.fromEntries(
          steps.map(({ table, type, key }) => [String(table), `${String(type)} ${String(key)}`])
        )
      }

      for (const collation of [hostCollation, undefined]) {
        it(`what he wrote is found by the host's primary key, ${collation ?? 'byte by byte'}`, async () => {
          const plan = await explained(page(compilerOn(db, collation), writtenBy('Contact', author))!)
          expect(plan['r']).to.equal('eq_ref PRIMARY')
        })

        it(`so are records behind a link, from a membership, ${collation ?? 'byte by byte'}`, async () => {
          const plan = await explained(page(compilerOn(db, collation), membership)!)
          expect(plan['t1']).to.match(/^(eq_ref|ref) PRIMARY$/)
        })
      }

      it("S02 an owner's records are found by the owner's index, those that an id only looks like left out", async () => {
        const hers = page(compilerOn(db, hostCollation), owned(['u7', 'u8']))!
        expect((await explained(hers))['r']).to.equal('range contact_by_owner')
        expect((await rowsOf(db, hers)).length).to.equal(25)
        expect(await rowsOf(db, page(compilerOn(db, hostCollation), owned(['U7', 'u8 ']))!)).to.deep.equal([])
      })

      it("S02 asked row by row, no index of the owner's serves: this check can fail", async () => {
        const walked = page({ ...compilerOn(db, hostCollation), isRowByRow: true }, owned(['u7', 'u8']))!
        expect((await explained(walked))['r']).to.match(/^ALL /)
      })

      it('an id read in another collation than its index walks the module: this check can fail', async () => {
        const { sql: text, bindings } = page(compilerOn(db), writtenBy('Contact', author))!
        const turned = text.replace('on `r`.`id` = s.near_id', 'on `r`.`id` collate utf8mb4_bin = s.near_id')
        expect(turned).not.to.equal(text)
        expect((await explained({ sql: turned, bindings }))['r']).to.match(/^(ALL|index) /)
      })

      it('the same records are found either way', async () => {
        for (const condition of [writtenBy('Contact', author), membership]) {
          const [with_, without] = await Promise.all(
            [hostCollation, undefined].map(async (collation) => rowsOf(db, page(compilerOn(db, collation), condition)!))
          )
          expect(with_!.length).to.equal(25)
          expect(with_).to.deep.equal(without)
        }
      })

      it('a name that is no collation never gets into a statement', () => {
        const named = () => page(compilerOn(db, "x' or 1 = 1 --"), writtenBy('Contact', author))
        expect(named).to.throw(RangeError, 'is no collation')
      })
    })
  })
})

const membership = linked('account', joined('portico_memberships', { module: 'Account', person_id: author }))

function compilerOn(db: Knex, idCollation?: string): Compiler {
  return { catalog: storagesCatalog(idCollation), dialect: dialectOf(db) }
}

function page(compiler: Compiler, condition: Condition): Fragment | undefined {
  const module = moduleOf(compiler.catalog, 'Contact')
  const order = { field: module.fields.get('createdAt')!, descending: true, after: undefined }
  return pageOfIds(compiler, module, [{ conditions: [condition], asked: [] }], order, 25)
}

function mustBeGolden(engine: string, statements: string): void {
  const file = join(import.meta.dirname, 'golden', `storages.${engine}.sql`)
  const title = `-- Storages: ${engine}. Made by UPDATE_GOLDEN=1 npx mocha test/access/storages.test.ts`
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, `${title}\n\n${statements}`)
  expect(readFileSync(file, 'utf8').replace(/^-- .*\n\n/, '')).to.equal(statements)
}
