import { expect } from 'chai'
import { openDatabase } from '../../src/db/open-database.js'
import type { Crm, Records } from '../../src/host/embedded/crm.js'
import { embeddedHost } from '../../src/host/embedded/host.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import type { Host, Staff } from '../../src/host/host.js'
import { NarrowPlugin } from '../host-contract/narrow-plugin.js'
import { openTestCrm } from '../host-contract/open-embedded.js'
import { answer, refusal } from '../host-contract/refusals.js'
import { eachDatabase } from '../support/databases.js'

const password = 'a password for tests'
type Owner = Readonly<Record<string, string | null>>
const notAssigned = { assignedUser: 'crm:error.mayNotAssign' }

eachDatabase((open) => {
  describe('owners of records', () => {
    let crm: Crm
    let host: Host
    let plugin: NarrowPlugin
    let karl: Records
    let karlHimself: Staff
    const owners = (people: readonly string[], groups: readonly string[] = []) => ({
      people: new Set(people),
      groups: new Set(groups)
    })

    before(async () => {
      crm = await openTestCrm((await open()).db, { definitions: modules })
      host = embeddedHost(crm, { staffOf: () => Promise.resolve(undefined) })
      plugin = new NarrowPlugin()
      crm.install(plugin)
      for (const id of ['karl', 'mia', 'otto']) await crm.users.create({ id, userName: id, name: id, password })
      await crm.users.change('otto', { isActive: false })
      await crm.groups.create('Team A', 'team-a')
      await crm.groups.create('Team B', 'team-b')
      karlHimself = (await crm.users.find('karl'))!
      karl = crm.store.as(karlHimself)
    })
    after(() => crm.close())
    beforeEach(async () => {
      await crm.db('crm_lead').delete()
      plugin.authorize = () => true
      plugin.scope = () => undefined
      plugin.owners = () => undefined
    })

    const ownersOf = async (module: string, id: string): Promise<unknown> => {
      const { assignedUser, assignedGroup } = (await crm.store.system.find(module, id)).values
      return [assignedUser, assignedGroup]
    }

    it('S07 A10 change in the record’s history, under the name of whoever took it over', async () => {
      const id = await crm.store.as((await crm.users.find('mia'))!).create('Lead', { lastName: 'Taken' })
      await karl.change('Lead', id, { assignedUser: 'karl', lastName: 'Kept' })
      await karl.change('Lead', id, { assignedGroup: 'team-a' })
      const told = (await karl.feed('Lead', id)).map(({ author, event }) => [author.id, event])
      const person = (from: string | null, to: string | null) => ({ name: 'assignedUser', from, to })
      expect(told.slice(1)).to.deep.equal([
        ['karl', { kind: 'changed', fields: [person('mia', 'karl')] }],
        [
          'karl',
          { kind: 'changed', fields: [person('karl', null), { name: 'assignedGroup', from: null, to: 'team-a' }] }
        ]
      ])
    })

    describe('S03 are a person or a group', () => {
      it('and whoever gets the record takes it from the other', async () => {
        const id = await karl.create('Lead', { lastName: 'A' })
        expect(await ownersOf('Lead', id)).to.deep.equal(['karl', null])
        await karl.change('Lead', id, { assignedGroup: 'team-a' })
        expect(await ownersOf('Lead', id)).to.deep.equal([null, 'team-a'])
        await karl.change('Lead', id, { assignedUser: 'mia' })
        expect(await ownersOf('Lead', id)).to.deep.equal(['mia', null])
        await karl.change('Lead', id, { assignedUser: 'mia', assignedGroup: 'team-a' })
        expect(await ownersOf('Lead', id)).to.deep.equal(['mia', null])
      })

      it('from the beginning, if that is said', async () => {
        const id = await karl.create('Lead', { lastName: 'A', assignedGroup: 'team-b' })
        expect(await ownersOf('Lead', id)).to.deep.equal([null, 'team-b'])
      })

      it('a group only that there is, and chosen by staff only', async () => {
        const unknown = { assignedGroup: 'errors.field.option' }
        expect(await refusal(() => karl.create('Lead', { lastName: 'A', assignedGroup: 'no-team' }))).to.deep.equal(
          unknown
        )
        const outside = crm.store.by({ kind: 'outside', id: 'p1', name: 'Anna' })
        expect(await refusal(() => outside.create('Lead', { lastName: 'A', assignedGroup: 'team-a' }))).to.deep.equal({
          assignedGroup: 'errors.field.readOnly'
        })
        expect(await outside.create('Lead', { lastName: 'A' })).to.be.a('string')
      })

      it('that the catalog knows by name, and which records name by it', async () => {
        const field = (await host.catalog('de')).modules.get('Lead')!.fields.get('assignedGroup')!
        expect(field).to.include({ type: 'option', readOnly: true })
        expect(field.options.map(({ label }) => label)).to.deep.equal(['Team A', 'Team B'])
        expect((await host.catalog('en')).modules.get('Lead')!.ownerGroups).to.deep.equal({
          kind: 'column',
          column: 'assigned_group_id'
        })
        expect((await host.catalog('en')).modules.get('QuoteItem')).not.to.have.property('ownerGroups')
      })
    })

    describe('S03 groups', () => {
      it('are listed by name, made, renamed and removed, and the catalog follows', async () => {
        const before = (await host.catalog('en')).stamp
        const id = await crm.groups.create(' Alpha ')
        expect((await host.groups()).map(({ name }) => name)).to.deep.equal(['Alpha', 'Team A', 'Team B'])
        expect((await host.catalog('en')).stamp).not.to.equal(before)
        await crm.groups.rename(id, 'Zulu')
        expect((await host.groups()).map(({ name }) => name)).to.deep.equal(['Team A', 'Team B', 'Zulu'])
        await crm.groups.remove(id)
        expect((await host.groups()).map(({ name }) => name)).to.deep.equal(['Team A', 'Team B'])
        expect(await answer(() => crm.groups.remove(id))).to.equal('404 errors.notFound')
        expect(await answer(() => crm.groups.rename(id, 'Z'))).to.equal('404 errors.notFound')
      })

      it('have a name, and each its own', async () => {
        expect(await refusal(() => crm.groups.create(' '))).to.deep.equal({ name: 'errors.field.required' })
        expect(await refusal(() => crm.groups.create('x'.repeat(101)))).to.deep.equal({ name: 'errors.field.tooLong' })
        expect(await refusal(() => crm.groups.create('team a'))).to.deep.equal({ name: 'errors.field.taken' })
        expect(await refusal(() => crm.groups.rename('team-b', 'Team A'))).to.deep.equal({ name: 'errors.field.taken' })
      })

      it('stay while a record belongs to them; from the recycle bin it comes back as nobody’s', async () => {
        const group = await crm.groups.create('Short-lived')
        const id = await karl.create('Lead', { lastName: 'A', assignedGroup: group })
        expect(await crm.groups.holders(group)).to.deep.equal(['Lead'])
        expect(await refusal(() => crm.groups.remove(group))).to.deep.equal({ name: 'crm:groups.inUse' })
        await karl.remove('Lead', id)
        await crm.groups.remove(group)
        await karl.restore('Lead', id)
        expect(await ownersOf('Lead', id)).to.deep.equal([null, null])
      })
    })

    describe('S07 to whom a plugin lets staff assign', () => {
      it('are the only ones that records are made for', async () => {
        plugin.owners = (module) => (module === 'Lead' ? owners(['karl', 'mia'], ['team-a']) : undefined)
        const make = (values: object) => karl.create('Lead', { lastName: 'A', ...values })
        for (const refused of [{ assignedUser: 'otto' }, { assignedGroup: 'team-b' }, { assignedUser: null }])
          expect(await refusal(() => make(refused)), JSON.stringify(refused)).to.deep.equal(notAssigned)
        for (const allowed of [{}, { assignedUser: 'mia' }, { assignedGroup: 'team-a' }])
          expect(await make(allowed), JSON.stringify(allowed)).to.be.a('string')
        expect(await karl.create('Contact', { lastName: 'A', assignedUser: 'otto' })).to.be.a('string')
      })

      it('are the only ones that records are given to; who has one keeps it', async () => {
        const id = await crm.store.system.create('Lead', { lastName: 'A', assignedUser: 'otto' })
        plugin.owners = () => owners(['karl'])
        await karl.change('Lead', id, { lastName: 'B', assignedUser: 'otto', assignedGroup: null })
        expect((await karl.find('Lead', id)).values.lastName).to.equal('B')
        const others: readonly Owner[] = [{ assignedUser: 'mia' }, { assignedGroup: 'team-a' }, { assignedUser: null }]
        for (const refused of others)
          expect(await refusal(() => karl.change('Lead', id, { lastName: 'C', ...refused }))).to.deep.equal(notAssigned)
        expect((await karl.find('Lead', id)).values.lastName).to.equal('B')
        await karl.change('Lead', id, { assignedUser: 'karl' })
        expect(await ownersOf('Lead', id)).to.deep.equal(['karl', null])
      })

      it('are those whom all plugins leave', async () => {
        const other = new NarrowPlugin()
        other.owners = () => owners(['mia', 'otto'])
        plugin.owners = () => owners(['karl', 'mia'])
        const both = [...crm.plugins, other]
        const left = await Promise.all(both.map((one) => one.recordOwners({ module: 'Lead', staff: karlHimself })))
        expect(left.every((one) => one?.people.has('mia'))).to.equal(true)
        crm.install(other)
        expect([...(await karl.owners('Lead'))!.people]).to.deep.equal(['mia'])
        other.owners = () => undefined
        expect([...(await karl.owners('Lead'))!.people]).to.deep.equal(['karl', 'mia'])
      })

      it('bind nobody where no plugin speaks of them', async () => {
        expect(await karl.owners('Lead')).to.equal(undefined)
        const id = await karl.create('Lead', { lastName: 'A', assignedUser: 'otto' })
        await karl.change('Lead', id, { assignedUser: null })
        expect(await ownersOf('Lead', id)).to.deep.equal([null, null])
      })

      it('have what becomes of a lead, or else who converts it', async () => {
        const lead = { lastName: 'A', assignedUser: 'otto' }
        const first = await crm.store.system.create('Lead', lead)
        const second = await crm.store.system.create('Lead', lead)
        const third = await crm.store.system.create('Lead', { lastName: 'A', assignedGroup: 'team-a' })
        const convert = async (id: string): Promise<unknown> =>
          ownersOf('Contact', (await karl.convertLead(id, { createAccount: false })).contactId)
        expect(await convert(first)).to.deep.equal(['otto', null])
        plugin.owners = (module) => (module === 'Contact' ? owners(['karl'], ['team-a']) : undefined)
        expect(await convert(second)).to.deep.equal(['karl', null])
        expect(await convert(third)).to.deep.equal([null, 'team-a'])
      })
    })

    describe('S09 a scope of several parts', () => {
      const sees = (...parts: readonly string[]) => {
        const anyOf = parts.map((sql) => ({ sql, bindings: [] }))
        plugin.scope = (module) =>
          module === 'Lead' ? { sql: parts.map((sql) => `(${sql})`).join(' or '), bindings: [], anyOf } : undefined
      }
      const titles = ({ records }: { records: readonly { title: string }[] }): string[] =>
        records.map(({ title }) => title)

      beforeEach(async () => {
        for (let n = 0; n < 12; n++)
          await crm.store.system.create(
            'Lead',
            {
              firstName: `N${n % 2}`,
              lastName: `lead ${String(n).padStart(2, '0')}`,
              city: n % 3 === 0 ? 'Brno' : 'Praha',
              assignedUser: n % 2 === 0 ? 'karl' : null,
              assignedGroup: n % 4 === 1 ? 'team-a' : null
            },
            { id: `lead-${n}`, at: `2026-03-${String(n + 1).padStart(2, '0')} 10:00:00` }
          )
        sees("r.assigned_user_id = 'karl'", "r.assigned_group_id = 'team-a'", "r.city = 'Brno'")
      })

      const visible = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10]
      const named = (...numbers: readonly number[]): string[] =>
        numbers.map((n) => `N${n % 2} lead ${String(n).padStart(2, '0')}`)

      it('gives every record once, in order, page by page', async () => {
        const newest = visible.toReversed()
        expect(titles(await karl.list('Lead'))).to.deep.equal(named(...newest))
        for (const page of [1, 2, 3, 4]) {
          const found = await karl.list('Lead', { page, limit: 3 })
          expect(titles(found), `page ${page}`).to.deep.equal(named(...newest.slice((page - 1) * 3, page * 3)))
          expect(found.hasMore).to.equal(page < 4)
        }
        const byName = await karl.list('Lead', { sort: { field: 'name', descending: false }, limit: 4, page: 2 })
        expect(titles(byName)).to.deep.equal(named(4, 5, 6, 8))
      })

      it('is searched, filtered and counted', async () => {
        expect(titles(await karl.list('Lead', { search: 'lead 07' }))).to.deep.equal([])
        expect(titles(await karl.list('Lead', { search: 'lead 09' }))).to.deep.equal(named(9))
        const filter = [{ field: 'city', operator: '=', value: 'Praha' }] as const
        expect(titles(await karl.list('Lead', { filter }))).to.deep.equal(named(10, 8, 5, 4, 2, 1))
        expect(await karl.count('Lead')).to.deep.equal({ count: 10, capped: false })
        expect(await karl.count('Lead', { filter })).to.deep.equal({ count: 6, capped: false })
        expect(await karl.count('Lead', {}, 7)).to.deep.equal({ count: 7, capped: true })
        expect((await karl.search('lead 0')).map(({ records }) => records.length)).to.deep.equal([5])
      })

      it('holds for single records, the recycle bin and the stream', async () => {
        expect(await answer(() => karl.find('Lead', 'lead-7'))).to.equal('404 errors.notFound')
        expect((await karl.find('Lead', 'lead-9')).title).to.equal('N1 lead 09')
        for (const id of ['lead-7', 'lead-9']) await crm.store.system.remove('Lead', id)
        const bin = await karl.recycleBin('Lead')
        expect(bin.records.map(({ record }) => record.id)).to.deep.equal(['lead-9'])
        const told = new Set((await karl.stream(['Lead'], 50)).map(({ recordId }) => recordId))
        expect(told.has('lead-7') || told.has('lead-11')).to.equal(false)
        expect(told.has('lead-8')).to.equal(true)
      })

      it('S09 narrows nothing once the plugin is silent', async () => {
        plugin.scope = () => undefined
        expect((await karl.list('Lead')).records.length).to.equal(12)
        expect((await karl.count('Lead')).count).to.equal(12)
      })

      it('finds what little there is to see behind thousands of entries', async () => {
        sees("r.id = 'lead-3'", "r.id = 'lead-4'")
        const noise = Array.from({ length: 500 }, (_, n) => ({
          id: `noise-${n}`,
          module: 'Lead',
          record_id: 'lead-7',
          kind: 'post',
          text: 'noise',
          internal: 0,
          at: '2026-05-01 10:00:00',
          author_kind: 'system',
          author_name: 'x'
        }))
        for (let round = 0; round < 12; round++)
          await crm.db('crm_feed').insert(noise.map((row) => ({ ...row, id: `${row.id}-${round}` })))
        const told = await karl.stream(['Lead'], 50)
        expect(new Set(told.map(({ recordId }) => recordId))).to.deep.equal(new Set(['lead-3', 'lead-4']))
        await crm.db('crm_feed').where('id', 'like', 'noise-%').delete()
      })
    })

    describe('S09 a module', () => {
      it('may be seen unless a plugin says that nothing of it may be', async () => {
        expect(await host.allowsModule(karlHimself, 'Lead')).to.equal(true)
        plugin.authorize = (module, action, id) => !(module === 'Lead' && action === 'view' && id === undefined)
        expect(await host.allowsModule(karlHimself, 'Lead')).to.equal(false)
        expect(await host.allowsModule(karlHimself, 'Contact')).to.equal(true)
        expect(await host.allowsModule(karlHimself, 'Nothing')).to.equal(false)
      })
    })

    it('S03 a database that was made before there were groups gets the column and its index', async () => {
      const { url, db } = await open()
      const old = await openTestCrm(db)
      await old.store.system.create('Company', { name: 'Old' }, { id: 'old' })
      await db.raw(`drop index crm_company_by_assigned_group_id${url.startsWith('mysql') ? ' on crm_company' : ''}`)
      await db.schema.alterTable('crm_company', (table) => void table.dropColumn('assigned_group_id'))
      await db.schema.dropTable('crm_group')
      await old.close()
      const now = await openTestCrm(openDatabase(url))
      expect((await now.store.system.find('Company', 'old')).values.assignedGroup).to.equal(null)
      await now.groups.create('New', 'new')
      await now.store.system.change('Company', 'old', { assignedGroup: 'new' })
      expect(await now.groups.holders('new')).to.deep.equal(['Company'])
      // Fails where there is no index.
      await now.db.raw(`drop index crm_company_by_assigned_group_id${url.startsWith('mysql') ? ' on crm_company' : ''}`)
      await now.close()
    })
  })
})
