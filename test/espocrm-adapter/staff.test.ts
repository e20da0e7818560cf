import { expect } from 'chai'
import type { Knex } from 'knex'
import { createStaff, type StaffDirectory } from '../../src/host/espocrm/staff.js'
import { groupsOf } from '../../src/host/espocrm/groups.js'
import { HostUnavailable, permissions } from '../../src/host/host.js'
import { eachDatabase } from '../support/databases.js'
import {
  add,
  addAlice,
  addRole,
  createStaffTables,
  emptyStaffTables,
  house,
  openRights,
  type FakeRights
} from './staff-world.js'

eachDatabase((open) => {
  describe("EspoCRM's users as staff", () => {
    let db: Knex
    let host: FakeRights
    let staff: StaffDirectory

    before(async () => {
      ;({ db } = await open())
      await createStaffTables(db)
    })
    beforeEach(async () => {
      await emptyStaffTables(db)
      host = await openRights()
      staff = createStaff({ db, rest: host.rest }, async () => house)
      await addAlice(db)
    })
    afterEach(() => host.espo.goDown())

    const prefer = (choices: unknown): Promise<unknown> =>
      db('preferences').insert({ id: 'alice', data: JSON.stringify(choices) })

    describe('are known', () => {
      it('by id and by user name, with their names and the main one of their addresses', async () => {
        await add(
          db,
          'email_address',
          { id: 'old', name: 'old@crm.example' },
          { id: 'main', name: 'Alice@crm.example' },
          { id: 'removed', name: 'removed@crm.example', deleted: 1 }
        )
        await add(
          db,
          'entity_email_address',
          { entity_id: 'alice', entity_type: 'User', email_address_id: 'old', primary: 0 },
          { entity_id: 'alice', entity_type: 'User', email_address_id: 'removed', primary: 1 },
          { entity_id: 'alice', entity_type: 'Contact', email_address_id: 'old', primary: 1 },
          { entity_id: 'alice', entity_type: 'User', email_address_id: 'main', primary: 1 }
        )
        expect(await staff.find('alice')).to.include({
          id: 'alice',
          userName: 'alice',
          name: 'Alice Adams',
          email: 'Alice@crm.example',
          isAdministrator: false,
          isActive: true
        })
        expect((await staff.findByUserName('alice'))?.id).to.equal('alice')
        expect(await staff.findByUserName('bob')).to.equal(undefined)
      })

      it('by their user name where they have no other, and without an address', async () => {
        await db('user').where({ id: 'alice' }).update({ first_name: null, last_name: '' })
        expect(await staff.find('alice')).to.include({ name: 'alice', email: undefined })
      })

      it('while they are not in the recycle bin', async () => {
        await db('user').where({ id: 'alice' }).update({ deleted: 1 })
        expect(await staff.find('alice')).to.equal(undefined)
        expect(await staff.findByUserName('alice')).to.equal(undefined)
      })

      for (const [type, isActive, isAdministrator] of [
        ['regular', true, false],
        ['admin', true, true],
        ['super-admin', true, true],
        ['portal', false, false],
        ['api', false, false],
        ['system', false, false]
      ] as const) {
        it(`as ${isActive ? 'active' : 'nobody of the staff'} when they are of type ${type}`, async () => {
          await db('user').where({ id: 'alice' }).update({ type })
          expect(await staff.find('alice')).to.include({ isActive, isAdministrator })
        })
      }

      it('as inactive once an administrator says so', async () => {
        await db('user').where({ id: 'alice' }).update({ is_active: 0 })
        expect(await staff.find('alice')).to.include({ isActive: false })
      })
    })

    describe('read', () => {
      it("as EspoCRM's settings say, where they chose nothing", async () => {
        await prefer({ language: '', timeZone: '', dateFormat: '', timeFormat: '', defaultCurrency: 'EUR' })
        const { locale, timeZone, formats } = (await staff.find('alice'))!
        expect({ locale, timeZone, formats }).to.deep.equal({
          locale: 'de',
          timeZone: 'Europe/Vienna',
          formats: { date: 'dmy', time: '24' }
        })
      })

      it('as they chose', async () => {
        await prefer({ language: 'cs_CZ', timeZone: 'Europe/Prague', dateFormat: 'YYYY-MM-DD', timeFormat: 'hh:mma' })
        const { locale, timeZone, formats } = (await staff.find('alice'))!
        expect({ locale, timeZone, formats }).to.deep.equal({
          locale: 'cs',
          timeZone: 'Europe/Prague',
          formats: { date: 'iso', time: '12' }
        })
      })

      it('English and UTC where we know no better', async () => {
        await prefer({ language: 'uk_UA', timeZone: 'Moon/Tycho', dateFormat: 'MM/DD/YYYY' })
        expect(await staff.find('alice')).to.deep.include({
          locale: 'en',
          timeZone: 'UTC',
          formats: { date: 'mdy', time: '24' }
        })
      })
    })

    describe('have permissions', () => {
      const granted = async (): Promise<string[]> => [...(await staff.find('alice'))!.permissions].sort()

      it('by their roles and the roles of their teams, all together', async () => {
        await db('role_user').insert({ user_id: 'alice', role_id: await addRole(db, 'r1', { PorticoPortals: true }) })
        await db('team').insert({ id: 'sales' })
        await db('team_user').insert({ user_id: 'alice', team_id: 'sales' })
        await db('role_team').insert({
          team_id: 'sales',
          role_id: await addRole(db, 'r2', { PorticoPortalUsers: true, PorticoPortals: false, Case: { read: 'all' } })
        })
        expect(await granted()).to.deep.equal(['manage-portal-users', 'manage-portals'])
      })

      it('not by a role that says nothing, no, or something else', async () => {
        for (const [id, data] of Object.entries({
          empty: undefined,
          none: {},
          no: { PorticoPortals: false },
          odd: { PorticoPortals: 'yes', PorticoSharing: { read: 'all' }, PorticoPortalUsers: 1 }
        }))
          await db('role_user').insert({ user_id: 'alice', role_id: await addRole(db, id, data) })
        expect(await granted()).to.deep.equal([])
      })

      it('not by roles and teams that are removed, or that they are taken out of', async () => {
        const all = { PorticoPortals: true, PorticoPortalUsers: true, PorticoSharing: true }
        const role = await addRole(db, 'all', all)
        await add(db, 'team', { id: 'sales' }, { id: 'removed', deleted: 1 })
        await add(
          db,
          'role_user',
          { user_id: 'alice', role_id: role, deleted: 1 },
          { user_id: 'alice', role_id: await addRole(db, 'gone', all) },
          { user_id: 'bob', role_id: role }
        )
        await db('role').where({ id: 'gone' }).update({ deleted: 1 })
        await add(
          db,
          'team_user',
          { user_id: 'alice', team_id: 'sales', deleted: 1 },
          { user_id: 'alice', team_id: 'removed' }
        )
        await add(db, 'role_team', { team_id: 'sales', role_id: role }, { team_id: 'removed', role_id: role })
        expect(await granted()).to.deep.equal([])
        await db('team_user').update({ deleted: 0 })
        expect(await granted()).to.have.length(3)
      })

      it('all of them, as administrators', async () => {
        await db('user').where({ id: 'alice' }).update({ type: 'admin' })
        expect(await granted()).to.deep.equal([...permissions].sort())
      })

      it('none, as users of a kind that is no staff, whatever their roles', async () => {
        await db('role_user').insert({ user_id: 'alice', role_id: await addRole(db, 'r1', { PorticoPortals: true }) })
        await db('user').where({ id: 'alice' }).update({ type: 'portal' })
        expect(await granted()).to.deep.equal([])
      })
    })

    describe('are signed in', () => {
      const signIn = { id: 'alice', token: 'alices-session' }

      it("while EspoCRM's own session goes on", async () => {
        expect((await staff.signedIn(signIn))?.name).to.equal('Alice Adams')
      })

      for (const [why, table, change] of [
        ['they sign out of EspoCRM', 'auth_token', { is_active: 0 }],
        ["EspoCRM's session is removed", 'auth_token', { deleted: 1 }],
        ["the session is another user's", 'auth_token', { user_id: 'bob' }],
        ["it is a session in one of EspoCRM's own portals", 'auth_token', { portal_id: 'p1' }],
        ['they are switched off', 'user', { is_active: 0 }],
        ['they are removed', 'user', { deleted: 1 }],
        ['they become portal users', 'user', { type: 'portal' }]
      ] as const) {
        it(`not when ${why}`, async () => {
          await db(table).update(change)
          expect(await staff.signedIn(signIn)).to.equal(undefined)
        })
      }
    })

    it('S11 are told by name, active or not: not programs, not customers, not those in the recycle bin', async () => {
      const [adams, zoe] = [
        { first_name: 'Alice', last_name: 'Adams' },
        { first_name: 'Zoë', last_name: 'Adams' }
      ]
      await add(
        db,
        'user',
        { id: 'zoe', user_name: 'zoe', ...zoe, is_active: 0 },
        { id: 'root', user_name: 'root', type: 'admin' },
        { id: 'system', user_name: 'system', type: 'system' },
        { id: 'program', user_name: 'program', type: 'api' },
        { id: 'anna', user_name: 'portico.anna', type: 'portal', last_name: 'A' },
        { id: 'gone', user_name: 'gone', last_name: 'B', deleted: 1 }
      )
      const person = { isActive: true, isAdministrator: false }
      expect(await staff.names()).to.deep.equal([
        { id: 'root', userName: 'root', name: 'root', isActive: true, isAdministrator: true },
        { ...person, id: 'alice', userName: 'alice', name: Object.values(adams).join(' ') },
        { ...person, id: 'zoe', userName: 'zoe', name: 'Zoë Adams', isActive: false }
      ])
    })

    it('S03 have teams as their groups, by name', async () => {
      await add(
        db,
        'team',
        { id: 't2', name: 'West' },
        { id: 't1', name: 'East' },
        { id: 't3', name: 'Old', deleted: 1 }
      )
      expect(await groupsOf(db)).to.deep.equal([
        { id: 't1', name: 'East' },
        { id: 't2', name: 'West' }
      ])
    })

    describe('may do to a record', () => {
      const may = async (action: 'view' | 'edit', module = 'Case', id = 'c1'): Promise<boolean> =>
        staff.allows((await staff.find('alice'))!, action, module, id)

      it('what EspoCRM says', async () => {
        host.rights.set('alice/Case/c1', { view: true, edit: false, delete: false })
        expect(await may('view')).to.equal(true)
        expect(await may('edit')).to.equal(false)
        expect(await may('view', 'Case', 'c2')).to.equal(false)
      })

      it('with a module what EspoCRM says of it as a whole', async () => {
        host.rights.set('alice/Case', { view: true, edit: false, delete: false })
        const alice = (await staff.find('alice'))!
        expect(await staff.allowsModule(alice, 'Case')).to.equal(true)
        expect(await staff.allowsModule(alice, 'Contact')).to.equal(false)
        const before = host.espo.asked.length
        for (const module of ['', '../User', 'Case/c1', 'Case?x'])
          expect(await staff.allowsModule(alice, module), module).to.equal(false)
        expect(host.espo.asked.length).to.equal(before)
      })

      it('nothing, where there is no such module or record; what can be none is not even asked for', async () => {
        host.espo.answers(/rights/, { status: 404, reason: '' })
        expect(await may('view')).to.equal(false)
        const before = host.espo.asked.length
        for (const [module, id] of [
          ['../User', 'c1'],
          ['', 'c1'],
          ['Case', ''],
          ['Case', '..'],
          ['Case', 'c1/../c2'],
          ['Case', 'c1?x'],
          ['Case?', 'c1']
        ] as const)
          expect(await may('view', module, id), `${module}/${id}`).to.equal(false)
        expect(host.espo.asked.length).to.equal(before)
      })

      for (const status of [400, 403, 500, 503]) {
        it(`is not known when EspoCRM answers ${status}`, async () => {
          host.espo.answers(/rights/, { status, reason: '' })
          const refusal: unknown = await may('view').catch((error: unknown) => error)
          expect(refusal).to.be.instanceOf(HostUnavailable)
        })
      }

      it('is not known when EspoCRM does not answer', async () => {
        await host.espo.goDown()
        expect(await may('view').catch((error: unknown) => error)).to.be.instanceOf(HostUnavailable)
      })
    })
  })
})
