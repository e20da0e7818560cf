import { expect } from 'chai'
import type { Knex } from 'knex'
import { deactivate } from '../../src/portal/people/access-changes.js'
import {
  portalUserByAddress,
  portalUserById,
  portalUsersIn,
  type PortalUser
} from '../../src/portal/people/portal-users.js'
import { workOnRuns } from '../../src/portal/people/runs/work.js'
import { transfer } from '../../src/portal/people/transfer.js'
import { invite } from '../../src/portal/people/invitations.js'
import type { Staff } from '../../src/host/host.js'
import { customers } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'

onSqlite('portal users', (open) => {
  describe('on the users page', function () {
    this.timeout(60_000)
    let test: TestApp
    let db: Knex
    let petra: Visitor
    let frank: Staff
    let userTypeId: string
    let users: string
    let otherTypeId: string

    beforeEach(async () => {
      test = await openApp(open)
      ;({ db } = test.embedded)
      frank = (await test.embedded.host.staffById('frank'))!
      userTypeId = (await theUserType(test)).id
      users = `${admin}/user-types/${userTypeId}/users`
      otherTypeId = await twinType('partners', {})
      petra = await staffAt(test, 'petra')
    })

    afterEach(() => test.close())

    /** A type like the portal's own, but for `differences`. */
    const twinType = async (id: string, differences: Record<string, unknown>): Promise<string> => {
      const row = (await db('portico_user_types').where({ id: userTypeId }).first()) as Record<string, unknown>
      await db('portico_user_types').insert({ ...row, id, name: `Type ${id}`, is_built_in: false, ...differences })
      const own = (await db('portico_released_modules')
        .where({ user_type_id: userTypeId, kind: 'primary' })
        .first()) as Record<string, unknown>
      await db('portico_released_modules').insert({ ...own, id: `own-${id}`, user_type_id: id, module: 'Contact' })
      await db('portico_released_fields').insert({
        released_module_id: `own-${id}`,
        field: 'lastName',
        is_read_only: true
      })
      await db('portico_configuration').increment('version', 1)
      return id
    }

    const userOf = async (name: keyof typeof customers): Promise<PortalUser> =>
      (await portalUserByAddress(db, (await thePortal(test)).id, customers[name].email))!

    const worked = async (visitor: Visitor): Promise<Visitor> => {
      await workOnRuns(test.embedded.portico.context)
      return visitor.open(visitor.path)
    }

    /** The CRM as it is where it hides these contacts from everybody. */
    const whileHidden = (isHidden: (id: string) => boolean, act: () => Promise<void>): Promise<void> => {
      const { allows } = test.embedded.host
      const hiding: typeof allows = async (staff, right, module, id) =>
        !isHidden(id) && allows(staff, right, module, id)
      return whileHost(test, { allows: hiding }, act)
    }

    const questionAbout = (chosen: readonly [string, string][]): Promise<Visitor> => {
      const asked = [['kind', 'deactivation'], ['scope', 'everybody'], ['status', 'active'], ...chosen]
      return petra.open(`${admin}/runs/new?${new URLSearchParams(asked).toString()}`)
    }

    const novak = async (): Promise<string> => {
      const values = { lastName: 'Novak', email: 'nora@nordwind.example' }
      const recordId = await test.embedded.host.save({ module: 'Contact', values }, { kind: 'system' })
      const form = { module: 'Contact', recordId, userTypeId, language: 'en' } as const
      return invite(test.embedded.portico.context, form, frank)
    }

    it('Z18 Z21 a number is shown with gaps, and found as it is shown', async () => {
      await db('portico_portal_users')
        .where({ id: (await userOf('jonas')).id })
        .update({ address: '+441915550141' })
      for (const words of ['', '+44 191 555 0141', '0191 555 0141', '5550141']) {
        await petra.open(`${users}?q=${encodeURIComponent(words)}`)
        petra.sees('Signs in with', 'Jonas Petersen', '+44 191 555 0141').doesNotSee('+441915550141')
      }
      await petra.open(`${users}?q=${encodeURIComponent('+44 191 555 0142')}`)
      petra.sees('Nobody matches').doesNotSee('Jonas Petersen')
    })

    it('Z21 an empty filter says that it is empty; nobody chosen leads back to the list with that said', async () => {
      await petra.open(`${users}?status=deactivated`)
      petra.sees('Nobody is in the list “Deactivated” right now').doesNotSee('Nobody here yet')
      await petra.open(`${users}?status=active`)
      await petra.send('Deactivate')
      petra.is(200).sees('Anna Schmidt')
      expect(petra.path).to.include('/users?status=active')
      expect(petra.page('.notice--bad').text()).to.not.equal('')
    })

    it('X07 the pages about portal users stand under that entry of the menu', async () => {
      const current = async (path: string): Promise<string> => {
        await petra.open(path)
        return petra.page('nav [aria-current=page]').first().text().trim()
      }
      const about = [users, `${admin}/access?module=Contact&record=anna`, `${admin}/runs`, `${admin}/persons`]
      for (const path of about) expect(await current(path), path).to.equal('Portal users')
      const irena = await staffAt(test, 'irena')
      await irena.open(`${admin}/user-types/${userTypeId}`)
      expect(irena.page('nav [aria-current=page]').first().text().trim()).to.equal('Portals')
    })

    it('Z21 each filter has its count and offers what the rule allows, and no more', async () => {
      const { context } = test.embedded.portico
      await novak()
      await deactivate(context, (await userOf('jonas')).id, frank)
      await db('portico_portal_users')
        .where({ id: (await userOf('pavel')).id })
        .update({ status: 'suspended' })
      const offered = async (filter: string): Promise<string[]> => {
        await petra.open(`${users}?status=${filter}`)
        return petra
          .page('button[name=kind]')
          .map((_, button) => petra.page(button).attr('value')!)
          .get()
      }
      expect(await offered('all')).to.deep.equal([])
      petra.sees('All 7', 'Active 6', 'Confirmed 4', 'Unconfirmed 2', 'Deactivated 1', 'open one of the other lists')
      expect(await offered('active')).to.deep.equal(['deactivation', 'removal'])
      expect(await offered('confirmed')).to.deep.equal(['transfer', 'removal'])
      expect(await offered('unconfirmed')).to.deep.equal(['invitation-again'])
      petra.sees('Invitation not accepted 1', 'Login suspended 1')
      expect(await offered('suspended')).to.deep.equal(['invitation-again'])
      petra.sees('Pavel Kučera').doesNotSee('Novak')
      expect(await offered('deactivated')).to.deep.equal(['activation', 'transfer', 'removal'])
      const forged = `${admin}/runs/new?kind=activation&scope=${userTypeId}&status=confirmed&all=1`
      expect((await petra.peek(forged)).status).to.equal(404)
    })

    it('Z21 Z22 those ticked are deactivated at once, and activated again', async () => {
      const anna = await customerAt(test, 'anna')
      await petra.open(`${users}?status=active`)
      await petra.send('Deactivate', { user: [(await userOf('anna')).id, (await userOf('jonas')).id] })
      petra.is(200).sees('Deactivate 2 portal users?', 'Anna Schmidt, Jonas Petersen')
      await petra.send('Yes, deactivate')
      await worked(petra)
      petra.sees('Finished', 'Successful2')
      await anna.open(`${door}/case`)
      expect(anna.path).to.include('/sign-in')
      expect(await userOf('bjorn')).to.include({ status: 'confirmed' })
      await petra.open(`${users}?status=deactivated`)
      await petra.send('Activate', { all: '1' })
      petra.sees('Activate 2 portal users?')
      await petra.send('Yes, activate')
      await worked(petra)
      expect(await userOf('anna')).to.include({ status: 'confirmed' })
    })

    it('Z21 everybody whom the search finds is removed, and nobody else', async () => {
      await petra.open(`${users}?status=confirmed&q=nordwind`)
      await petra.send('Remove', { all: '1' })
      petra.is(200).sees('Remove 2 portal users?', 'nordwind')
      await petra.send('Yes, remove')
      await worked(petra)
      petra.sees('Successful2')
      const left = await portalUsersIn(
        db,
        { kind: 'type', userTypeId },
        { statuses: ['confirmed'], search: '', skip: 0, limit: 50 }
      )
      expect(left.map(({ name }) => name)).to.deep.equal([
        'Björn Larsen',
        'Emily Carter',
        'Jana Dvořáková',
        'Pavel Kučera'
      ])
    })

    it('Z21 unconfirmed ones get the right mail again: the invitation, or the one to confirm an address', async () => {
      const invited = await novak()
      const pavel = await userOf('pavel')
      await test.embedded.host.save(
        { module: 'Contact', id: 'pavel', values: { email: 'pavel@elsewhere.example' } },
        { kind: 'staff', id: 'frank' }
      )
      await test.settle()
      expect((await portalUserById(db, pavel.id)).status).to.equal('suspended')
      await db('portico_mail').delete()
      await petra.open(`${users}?status=unconfirmed`)
      await petra.send('Invite again', { all: '1' })
      petra.sees('Invite 2 people again?')
      await petra.send('Yes, send again')
      await worked(petra)
      petra.sees('Successful2')
      const mails = await db('portico_mail').select('about', 'kind', 'to_address').orderBy('kind')
      expect(mails).to.deep.equal([
        { about: `portal-user:${pavel.id}`, kind: 'confirmation', to_address: 'pavel@elsewhere.example' },
        { about: `portal-user:${invited}`, kind: 'invitation', to_address: 'nora@nordwind.example' }
      ])
    })

    it('Z23 the type of many is changed, in force with the next request, and only where it fits', async () => {
      await twinType('leads', { primary_module: 'Lead' })
      await twinType('phones', { preference: 'phone' })
      await twinType('unfinished', { set_up: 'tabs' })
      const anna = await customerAt(test, 'anna')
      await anna.open(`${door}/case`)
      anna.is(200)
      await petra.open(`${users}?status=confirmed`)
      await petra.send('Change user type', { user: [(await userOf('anna')).id] })
      const offered = petra
        .page('select[name=target] option')
        .map((_, one) => petra.page(one).attr('value'))
        .get()
      expect(offered).to.deep.equal([otherTypeId])
      const forged = {
        kind: 'transfer',
        scope: userTypeId,
        status: 'confirmed',
        user: (await userOf('anna')).id,
        target: 'leads'
      }
      const run = petra.page('input[name=_run]').attr('value')!
      expect((await petra.forge(`${admin}/runs`, { ...forged, _run: run })).status).to.equal(409)
      await petra.send('Yes, change the user type')
      await worked(petra)
      petra.sees('Successful1')
      expect(await userOf('anna')).to.include({ userTypeId: otherTypeId, status: 'confirmed' })
      expect((await anna.peek(`${door}/case`)).status).to.equal(404)
      expect((await anna.peek(`${door}/contact/anna`)).status).to.equal(200)
    })

    it('Z23 from the record’s page too; the limit of the other type holds', async () => {
      await petra.open(`${admin}/access?module=Contact&record=anna`)
      await petra.send('Change user type', { target: otherTypeId })
      petra.is(200).sees('The user type is changed', `Type ${otherTypeId}`)
      const { context } = test.embedded.portico
      const { limits } = test.embedded.config
      const before = limits.activeUsersPerType
      Object.assign(limits, { activeUsersPerType: 1 })
      const full = await transfer(context, (await userOf('jonas')).id, otherTypeId, frank).then(
        () => undefined,
        (error: { key: string }) => error.key
      )
      Object.assign(limits, { activeUsersPerType: before })
      expect(full).to.equal('portal:refusal.limit')
      const audit = await context.audit.list({ subject: `portal-user:${(await userOf('anna')).id}`, limit: 1 })
      expect(audit[0]).to.include({ action: 'portal-user.transferred' })
    })

    it('Z21 Z30 A02 of all types, each with his own; whom the CRM hides is not told, and whose processing was stopped is', async () => {
      await petra.open(`${admin}/users/all`)
      petra.is(200).sees('All portal users', 'Anna Schmidt', 'Client Portal')
      await whileHidden(
        (id) => id === 'anna',
        async () => {
          await petra.open(`${admin}/users/all`)
          petra.is(200).sees('Not shown to you by the CRM', 'Björn Larsen').doesNotSee('Anna Schmidt', 'anna@nordwind')
          await petra.open(`${admin}/users/all?q=anna`)
          petra.doesNotSee('Not shown to you by the CRM')
        }
      )
      const stop = { basis: '', stopped_at: '2026-01-01 00:00:00', revision: 1, changed_by: 'Frank' }
      const person = { module: 'Contact', record_id: 'anna', changed_at: '2026-01-01 00:00:00' }
      await petra.open(`${admin}/users/all?q=anna`)
      petra.doesNotSee('Processing was stopped')
      await db('portico_processing').insert({ ...person, ...stop })
      for (const path of ['users/all?q=anna', 'access?module=Contact&record=anna']) {
        await petra.open(`${admin}/${path}`)
        petra.is(200).sees('Processing was stopped')
      }
      await petra.open(`${admin}/users/all?status=active&q=anna`)
      await petra.send('Deactivate', { all: '1' })
      await petra.send('Yes, deactivate')
      await worked(petra)
      expect(await userOf('anna')).to.include({ status: 'deactivated' })
      expect((await petra.peek(`${admin}/users/all?status=everybody`)).status).to.equal(404)
    })

    it('Z21 A09 S09 whom the CRM hides no run names, counts or finds, and what it does is not done to him', async () => {
      const [anna, bjorn] = [await userOf('anna'), await userOf('bjorn')]
      const all = ['all', '1'] as [string, string]
      await whileHidden(
        (id) => id === 'anna',
        async () => {
          await questionAbout([
            ['user', anna.id],
            ['user', bjorn.id]
          ])
          petra.is(200).sees('Deactivate 1 portal user?', 'Björn Larsen').doesNotSee('Anna Schmidt')
          const answers: string[] = []
          for (const words of [anna.address, 'nobody@nordwind.example']) {
            await questionAbout([all, ['q', words]])
            answers.push(petra.is(200).text.replaceAll(words, ''))
            const order = { kind: 'deactivation', scope: 'everybody', status: 'active', all: '1', q: words }
            const refused = await petra.forge(`${admin}/runs`, { ...order, _run: crypto.randomUUID() })
            expect(refused.status).to.equal(409)
          }
          expect(answers[0]).to.equal(answers[1])
          await questionAbout([all])
          await petra.send('Yes, deactivate')
          expect(await db('portico_run_items').where({ name: 'Anna Schmidt' })).to.have.length(0)
          await worked(petra)
          petra.sees('Failed1').doesNotSee('Anna Schmidt', anna.address)
        }
      )
      expect([(await userOf('anna')).status, (await userOf('bjorn')).status]).to.deep.equal([
        'confirmed',
        'deactivated'
      ])
      await questionAbout([all, ['q', anna.address]])
      petra.sees('Deactivate 1 portal user?')
      await questionAbout([['user', anna.id]])
      petra.sees('Anna Schmidt')
    })

    it('Z21 A09 a search leafs through those alone whom the CRM shows', async () => {
      const row = (await db('portico_portal_users').where({ record_id: 'anna' }).first()) as Record<string, unknown>
      const crowd = Array.from({ length: 52 }, (_, index) => `Crowd ${10 + index}`)
      const ids: string[] = []
      for (const lastName of crowd) {
        const contact = { module: 'Contact', values: { lastName } }
        ids.push(await test.embedded.host.save(contact, { kind: 'staff', id: 'frank' }))
      }
      const rows = ids.map((id, index) => ({ ...row, id, record_id: id, identity_id: null, name: crowd[index]! }))
      await db.batchInsert('portico_portal_users', rows, 20)
      await petra.open(`${admin}/users/all?q=Crowd`)
      expect(petra.sees('Crowd 10').page('.pager a')).to.have.length(1)
      await whileHidden(
        (id) => ids.slice(0, 51).includes(id),
        async () => {
          await petra.open(`${admin}/users/all?q=Crowd`)
          expect(petra.sees('Crowd 61').doesNotSee('Crowd 10').page('.pager a')).to.have.length(0)
        }
      )
    })

    it('E08 those without a record too', async () => {
      const otto = await staffAt(test, 'frank')
      await otto.open(`${admin}/persons/new`)
      await otto.send('Send invitation', { name: 'Otto Ohne', address: 'otto@planner.example' })
      await petra.open(`${admin}/persons?status=unconfirmed`)
      await petra.send('Invite again', { all: '1' })
      await petra.send('Yes, send again')
      await worked(petra)
      petra.sees('Successful1')
      await petra.open(`${admin}/persons?status=active`)
      await petra.send('Remove', { all: '1' })
      await petra.send('Yes, remove')
      await worked(petra)
      await petra.open(`${admin}/persons`)
      petra.doesNotSee('Otto Ohne')
    })

    it('Z17 Z21 what was sent to him, and that it came back, stands on his page', async () => {
      const id = await novak()
      await db('portico_portal_users').where({ id }).update({ mail_problem: 'refused 550 5.1.1' })
      await petra.open(`${users}?status=unconfirmed`)
      petra.sees('Mail problem')
      await petra.open(`${admin}/users/${id}`)
      petra.is(200).sees('does not know the address', 'Messages 1', 'nora@nordwind.example')
    })
  })
})
