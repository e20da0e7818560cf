import { expect } from 'chai'
import type { ExternalUser } from '../../src/external-users/external-users.js'
import { adminPages } from '../../src/external-users/admin/routes.js'
import { moduleRights, setModuleRights } from '../../src/external-users/module-rights.js'
import { setRights } from '../../src/external-users/object-rights.js'
import { userCounts, usersFound, type UserSearch } from '../../src/external-users/user-search.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'

const users = '/portico/admin/external-users'

onSqlite('all external users', (open) => {
  describe('on their pages', function () {
    this.timeout(60_000)
    let at: Guests
    let irena: Visitor
    let petra: Visitor
    let dirk: ExternalUser

    before(async () => {
      at = await openGuests(open)
      await at.letGroupRead(retrofit)
      dirk = await at.admit('dirk', retrofit)
      await at.admit('siobhan', pumpRoom)
      irena = await at.staff('irena')
      petra = await at.staff('petra')
    })

    after(() => at.test.close())

    const page = (): string => `${users}/users/${dirk.id}`

    it('Z31 every page is for those with its permission; for others none of them is there', async () => {
      const ben = await at.staff('ben')
      const { pages } = adminPages(at.test.embedded.portico.context)
      expect(pages.length).to.be.greaterThan(20)
      const filled = (path: string): string =>
        users +
        path
          .replace(':user', dirk.id)
          .replace(':person', dirk.id)
          .replace(':project', retrofit)
          .replace(':kind', 'tasks')
          .replace('records/:module/:record', 'records/Task/foundation-house-b')
          .replace(':module', 'Task')
      for (const { method, path } of pages) {
        if (method === 'use') continue
        const answer = method === 'get' ? await ben.peek(filled(path)) : await ben.forge(filled(path))
        expect(answer.status, `${method} ${path}`).to.equal(404)
        if (method === 'get' && !path.includes(':change'))
          expect((await irena.peek(filled(path))).status, path).to.equal(200)
      }
    })

    it('Z31 who manages users sees nothing of the settings', async () => {
      await petra.open(users)
      petra.is(200).doesNotSee('Project settings')
      for (const path of ['settings', 'settings/fields', 'settings/responsibilities', 'settings/kinds/tasks'])
        expect((await petra.peek(`${users}/${path}`)).status, path).to.equal(404)
      await irena.open(users)
      await irena.follow('Project settings')
      irena.is(200)
    })

    it('shows them with search and filters', async () => {
      await petra.open(users)
      petra.is(200).sees('Dirk Kessel', 'Siobhán', 'All')
      await petra.open(`${users}?q=kessel`)
      petra.sees('Dirk Kessel').doesNotSee('Siobhán')
      await petra.open(`${users}?project=${pumpRoom}`)
      petra.sees('Siobhán').doesNotSee('Dirk Kessel')
      await petra.open(`${users}?status=deactivated`)
      petra.sees('Nobody fits these filters.')
      await petra.open(`${users}?signed=never&factor=no`)
      petra.sees('Dirk Kessel')
      await at.guest('dirk')
      await petra.open(`${users}?signed=never`)
      petra.sees('Siobhán').doesNotSee('Dirk Kessel')
    })

    it('A09 finds nobody by words whom the CRM hides, and shows that there is somebody', async () => {
      const { host } = at.test.embedded
      const allows: typeof host.allows = async (by, right, module, id) =>
        id !== 'dirk' && usually(by, right, module, id)
      const usually = host.allows
      await whileHost(at.test, { allows }, async () => {
        await petra.open(users)
        petra.sees('Not shown to you by the CRM').doesNotSee('Dirk Kessel', dirk.login, dirk.id)
        await petra.open(`${users}?q=kessel`)
        petra.sees('Nobody fits these filters.')
        expect((await petra.peek(page())).status).to.equal(404)
        expect((await petra.forge(`${page()}/deactivation`)).status).to.equal(404)
      })
      expect((await petra.peek(page())).status).to.equal(200)
    })

    it('T06 has one answer for each kind of things, no by default, and projects always on', async () => {
      await petra.open(page())
      petra.is(200).sees('Dirk Kessel', 'This is always on', 'Sanierung Haus A bis C', 'Open to this person')
      expect(petra.page('input[type=radio][value=no][checked]').length).to.equal(11)
      await petra.send('Save module rights', { tasks: 'yes', quotes: 'yes' })
      petra.sees('The module rights of Dirk Kessel are saved')
      expect([...(await moduleRights(at.test.embedded.db, dirk.id))].sort()).to.deep.equal(['quotes', 'tasks'])
      expect(petra.page('input[type=radio][value=yes][checked]').length).to.equal(2)
      petra.sees('Module rights changed')
    })

    it('T06 the second of two who save module rights is told, and nothing is overwritten', async () => {
      await petra.open(page())
      await irena.open(page())
      await irena.send('Save module rights', { tasks: 'no', quotes: 'no', emails: 'yes' })
      irena.is(200)
      await petra.send('Save module rights', { calls: 'yes' })
      petra.is(409)
      expect(petra.page('input[name=calls][value=yes]').is('[checked]')).to.equal(true)
      expect([...(await moduleRights(at.test.embedded.db, dirk.id))]).to.deep.equal(['emails'])
    })

    it('T10 deactivates and activates him; at once', async () => {
      const guest = await at.guest('dirk')
      expect((await guest.peek('/external/')).status).to.equal(200)
      await petra.open(page())
      expect(petra.page('details.ask summary').text()).to.include('Deactivate for all projects')
      petra.sees('ends at once, with open sessions')
      await petra.send('Deactivate now')
      petra.sees('Dirk Kessel is deactivated for all projects', 'Closed to this person')
      expect((await guest.peek('/external/')).status).to.equal(303)
      await petra.send('Activate')
      petra.sees('Dirk Kessel is active again.', 'Open to this person')
      expect((await (await at.guest('dirk')).peek('/external/')).status).to.equal(200)
      expect((await petra.forge(`${page()}/no-such-change`)).status).to.equal(404)
    })

    const mails = (): Promise<string[]> =>
      at.test.embedded
        .db('portico_mail')
        .where({ about: `external-user:${dirk.id}` })
        .whereNot({ kind: 'invitation' })
        .orderBy('id')
        .pluck('kind')

    it('T01 T02 says of whom nothing is open why, and of nobody else; last sign-in and second factor besides', async () => {
      await at.guest('dirk')
      await petra.open(`${users}?q=kessel`)
      petra.is(200).doesNotSee('No project released', 'All projects have ended')
      const [, status, projects, signedIn, factor] = cellsOf(petra, 'Dirk Kessel')
      expect([status, projects, factor]).to.deep.equal(['Active', '1', 'No'])
      expect(signedIn).to.match(/^20/)
      await at.letGroupRead(retrofit, false)
      await petra.open(users)
      expect(cellsOf(petra, 'Dirk Kessel')[1]).to.equal('Active No project released')
      await at.test.embedded.db.transaction((trx) =>
        setRights(trx, 'Project', retrofit, new Map([[dirk.id, { read: 'deny' }]]))
      )
      await petra.open(users)
      expect(cellsOf(petra, 'Dirk Kessel')[1]).to.equal('Active Reading is denied')
      await at.change(retrofit, { endDate: '2020-03-31' })
      await petra.open(users)
      expect(cellsOf(petra, 'Dirk Kessel')[1]).to.equal('Active All projects have ended')
      await petra.open(page())
      petra.sees('Closed to this person', 'The project has ended.')
    })

    it('T02 every page of a project that has ended says so, with the day and the time zone; of one that goes on none', async () => {
      const place = `${users}/projects/${retrofit}`
      const pages = ['', '/security', '/documents', '/costs', '/members/new', `/members/${dirk.id}`]
      for (const one of pages) {
        await petra.open(place + one)
        petra.is(200).sees('This project ended on 2020-03-31 at 24:00 (Europe/Berlin)')
      }
      await at.change(retrofit, { endDate: null })
      await at.test.embedded.db.transaction((trx) => setRights(trx, 'Project', retrofit, new Map([[dirk.id, {}]])))
      await petra.open(place)
      petra.is(200).doesNotSee('This project ended').sees('No external user may read this project yet')
      await at.letGroupRead(retrofit)
      for (const one of pages) {
        await petra.open(place + one)
        petra.is(200).doesNotSee('This project ended', 'No external user may read this project yet')
      }
    })

    it('T03 a contact of the CRM leads to the accounts he has; one without has no button', async () => {
      await petra.open('/crm/Contact/dirk')
      await petra.follow('External user')
      petra.is(200).sees('Dirk Kessel', 'Module rights')
      await petra.open('/crm/Contact/pavel')
      petra.is(200).doesNotSee('External user')
    })

    it('T04 only administrators force a new password; staff do not see it', async () => {
      await petra.open(page())
      petra.is(200).doesNotSee('Force a password change', 'Mobile number')
      for (const path of ['password-change', 'password-change/removal', 'phone', 'factors/removal'])
        expect((await petra.forge(`${page()}/${path}`, { phone: '+4915123456789' })).status, path).to.equal(404)
      const { identity } = at.test.embedded.portico.context
      expect((await identity.factorsOf(dirk.identityId))?.mustChangePassword).to.equal(false)
      await irena.open(page())
      await irena.send('Force a password change')
      irena.sees('Dirk Kessel has to change the password at the next sign-in.')
      expect((await identity.factorsOf(dirk.identityId))?.mustChangePassword).to.equal(true)
      irena.sees('Password change forced')
      expect(await mails()).to.deep.equal(['password-change-forced'])
      await irena.send('Do not force it any more')
      expect((await identity.factorsOf(dirk.identityId))?.mustChangePassword).to.equal(false)
    })

    it('T04 asks before all second factors are removed', async () => {
      const { identity } = at.test.embedded.portico.context
      await irena.open(page())
      irena.doesNotSee('Remove all second factors')
      const { db } = at.test.embedded
      await db('portico_identities').where({ id: dirk.identityId }).update({ factor_phone: '+4915123456789' })
      await irena.open(page())
      expect(irena.page('details.ask summary').last().text()).to.include('Remove all second factors')
      await irena.send('Remove now')
      irena.is(200).sees('The second factors of Dirk Kessel are removed.')
      expect((await identity.factorsOf(dirk.identityId))?.phone).to.equal(undefined)
    })

    it('T04 only a phone number is a phone number', async () => {
      await irena.open(page())
      await irena.send('Save number', { phone: 'no number' })
      irena.is(422)
      expect(irena.page('input[name=phone]').attr('value')).to.equal('no number')
      const { identity } = at.test.embedded.portico.context
      expect((await identity.factorsOf(dirk.identityId))?.phone).to.equal(undefined)
    })
  })
})

eachDatabase((open) => {
  describe('looking for external users', function () {
    this.timeout(60_000)
    let at: Guests

    before(async () => {
      at = await openGuests(open)
      const dirk = await at.admit('dirk', retrofit, pumpRoom)
      await at.admit('siobhan', pumpRoom)
      const { db } = at.test.embedded
      await db.transaction((trx) => setModuleRights(trx, dirk.id, new Set(['tasks'])))
      await db('portico_identities').where({ id: dirk.identityId }).update({ factor_phone: '+4915123456789' })
    })

    after(() => at.test.close())

    async function found(ask: Partial<UserSearch>): Promise<string[]> {
      const { context } = at.test.embedded.portico
      const some = await usersFound(context, at.irena, { words: '', ...ask, skip: 0, limit: 50 })
      return some.map((user) => user.recordId)
    }

    it('goes by project, module right, second factor, status and words, and all of them together', async () => {
      expect(await found({})).to.deep.equal(['dirk', 'siobhan'])
      expect(await found({ project: { module: 'Project', id: pumpRoom } })).to.deep.equal(['dirk', 'siobhan'])
      expect(await found({ project: { module: 'Project', id: retrofit } })).to.deep.equal(['dirk'])
      expect(await found({ kind: 'tasks' })).to.deep.equal(['dirk'])
      expect(await found({ kind: 'quotes' })).to.deep.equal([])
      expect(await found({ hasFactor: true })).to.deep.equal(['dirk'])
      expect(await found({ hasFactor: false })).to.deep.equal(['siobhan'])
      expect(await found({ status: 'confirmed', words: 'siob' })).to.deep.equal(['siobhan'])
      expect(await found({ kind: 'tasks', hasFactor: false })).to.deep.equal([])
      expect(await found({ isNew: true })).to.deep.equal(['dirk', 'siobhan'])
    })

    it('counts each sort', async () => {
      const counts = await userCounts(at.test.embedded.db)
      expect(counts.statuses).to.deep.equal({ invited: 0, confirmed: 2, deactivated: 0 })
      expect(counts.kinds).to.include({ tasks: 1, quotes: 0 })
      expect(counts.factors).to.deep.equal({ yes: 1, no: 1 })
      expect(counts.isNew).to.equal(2)
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('confirmed')
    })
  })
})

/** The cells of somebody's row. */
function cellsOf({ page: $ }: Visitor, name: string): string[] {
  const row = $('tr').filter((_, one) => $(one).find('th[scope=row]').text().trim() === name)
  const cells = row.first().find('td').toArray()
  return cells.map((cell) => $(cell).text().replace(/\s+/g, ' ').trim())
}
