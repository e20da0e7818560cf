import { expect } from 'chai'
import { customers, staff } from '../../demo/cast.js'
import { Invalid } from '../../src/errors.js'
import { configuration } from '../../src/portal/configuration.js'
import { saveAccountsOfUser } from '../../src/portal/people/persons.js'
import {
  chosenAccounts,
  portalUserByAddress,
  portalUserById,
  type PortalUser
} from '../../src/portal/people/portal-users.js'
import { portalRoles } from '../../src/portal/roles/roles.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt } from './people.js'

const nobody = { name: 'Otto Ohnekontakt', address: 'otto@planungsbuero.example' }
const password = 'granite-teapot-over-the-river'

onSqlite('portal users as people', (open) => {
  let test: TestApp
  let frank: Visitor
  let otto: Visitor

  before(async () => {
    test = await openApp(open)
    frank = await staffAt(test, 'frank')
    await newRole('Company cases', 'Case', { read: 'account', create: 'true', visible: ['subject'], readOnly: [] })
  })

  after(() => test.close())

  const newRole = async (name: string, module: string, given: Record<string, string | string[]>): Promise<void> => {
    await frank.open(`${admin}/roles/new`)
    await frank.send('Create role', { name })
    const { path } = frank
    await frank.open(`${path}/modules/${module}`)
    await frank.submit(`${path}/modules/${module}`, given)
    frank.is(200)
  }

  const roleId = async (name: string): Promise<string> =>
    [...(await portalRoles(test.embedded.db)).values()].find((role) => role.name === name)!.id

  const portalId = async (): Promise<string> => [...(await configuration(test.embedded.db)).portals.keys()][0]!

  const userAt = async (address: string): Promise<PortalUser> =>
    (await portalUserByAddress(test.embedded.db, await portalId(), address))!

  const linkTo = async (name: string): Promise<string> => {
    await test.settle()
    const visitor = await test.visitor().open('/mailbox')
    const row = visitor.page('tr').filter((_, one) => visitor.page(one).text().includes(name))
    await visitor.open(row.first().find('a[href*="/mailbox/"]').attr('href')!)
    return new URL(visitor.page('main a[href*="/invitation/"]').first().attr('href')!).pathname
  }

  const invite = async (answers: Record<string, string | string[]>): Promise<Visitor> => {
    await frank.open(`${admin}/persons/new`)
    return frank.send('Send invitation', { ...nobody, language: 'en', ...answers })
  }

  it('E08 A38 somebody without a contact is invited like others: never with a company’s or a colleague’s address', async () => {
    for (const address of ['somebody@thermovia.example', staff.ben.email]) {
      await invite({ address })
      expect(frank.is(422).page('#field-name').attr('value')).to.equal(nobody.name)
      expect(frank.page('#field-address[aria-invalid]')).to.have.length(1)
    }
    await invite({ address: 'nonsense' })
    frank.is(422)
    expect(await userAt(nobody.address)).to.equal(undefined)
  })

  it('Z31 E08 who only manages users sees them, and invites nobody', async () => {
    const petra = await staffAt(test, 'petra')
    await petra.open(`${admin}/persons`)
    petra.is(200).doesNotSee('New portal user without a contact')
    expect((await petra.peek(`${admin}/persons/new`)).status).to.equal(404)
    expect((await petra.forge(`${admin}/persons`, { ...nobody, language: 'en' })).status).to.equal(404)
  })

  it('E08 he is invited, accepts, and sees what roles give him: first nothing', async () => {
    await invite({})
    frank.is(200).sees('is on its way', 'without a contact')
    otto = await test.visitor().open(await linkTo(nobody.name))
    await otto.send('Accept the invitation')
    await otto.send('Set the password', { password })
    await otto.open(`${door}/`)
    otto.is(200).sees('Otto Ohnekontakt').doesNotSee('Cases')
    expect((await otto.peek(`${door}/case`)).status).to.equal(404)
  })

  it('E02 E08 with a role and chosen accounts he reads their cases, creates his own, and nothing else', async () => {
    const { id } = await userAt(nobody.address)
    await frank.open(`${admin}/users/${id}`)
    await frank.send('Save roles', { role: await roleId('Company cases') })
    frank.is(200).sees('Saved', 'Roles changed')
    await otto.open(`${door}/case`)
    otto.is(200).doesNotSee('Heating fails')
    await frank.open(`${admin}/users/${id}?account=nordwind`)
    frank.sees('Nordwind Heizung GmbH (found)')
    await frank.send('Save accounts', { which: 'chosen', account: ['nordwind'] })
    frank.is(200).sees('Saved', 'Nordwind Heizung GmbH')
    await otto.open(`${door}/case`)
    otto.is(200).sees('Heating fails').doesNotSee('Pump leaks')
    expect((await otto.peek(`${door}/case/bjorns-case`)).status).to.equal(404)
    await otto.open(`${door}/case/new`)
    await otto.send('Save', { subject: 'From the planner' })
    otto.is(200).sees('From the planner')
    const row: unknown = await test.embedded
      .db('crm_case')
      .first('account_id', 'contact_id')
      .where({ subject: 'From the planner' })
    expect(row).to.deep.equal({ account_id: 'nordwind', contact_id: null })
  })

  it('E08 several accounts are chosen, and those he may not view are not there to choose', async () => {
    const { id } = await userAt(nobody.address)
    await frank.open(`${admin}/users/${id}?account=teplo`)
    await frank.send('Save accounts', { which: 'chosen', account: ['nordwind', 'teplo-morava'] })
    frank.is(200).sees('Nordwind Heizung GmbH', 'Teplo Morava s.r.o.')
    await frank.open(`${admin}/users/${id}`)
    await frank.forge(`${admin}/users/${id}/accounts`, { revision: '4', which: 'chosen', account: 'no-such-account' })
    const rows = await test.embedded.db<{ account_id: string }>('portico_accounts_of_users').select('account_id')
    expect(rows.map((row) => row.account_id)).to.have.members(['nordwind', 'teplo-morava'])
  })

  it('E08 accounts that are taken away are gone, however many there are', async () => {
    const { context } = test.embedded.portico
    const irena = (await test.embedded.host.staffById('irena'))!
    const one: unknown = await test.embedded.db('crm_account').first('*')
    const ids = Array.from({ length: 220 }, (_, index) => `many-${index}`)
    for (const id of ids) await test.embedded.db('crm_account').insert({ ...(one as object), id, name: id })
    const { id } = await userAt(customers.anna.email)
    const save = async (chosen: readonly string[] | undefined): Promise<void> => {
      const { revision } = await portalUserById(test.embedded.db, id)
      await saveAccountsOfUser(context, { id, revision }, chosen, irena)
    }
    await save(ids.slice(0, 190))
    await save(ids.slice(20, 210))
    const now = (await chosenAccounts(test.embedded.db)).get(id)
    expect(now).to.have.members(ids.slice(20, 210))
    const tooMany = await save(ids).catch((error: unknown) => error)
    expect(tooMany).to.be.instanceOf(Invalid)
    await save(undefined)
  })

  it('Z31 access of somebody whose record the CRM hides from a colleague is not ended by its address', async () => {
    const { id } = await userAt(customers.jonas.email)
    const { host } = test.embedded
    const { allows } = host
    const petra = await staffAt(test, 'frank')
    await petra.open(`${admin}/users/${id}`)
    Object.assign(host, { allows: async () => false })
    try {
      for (const change of ['invitation', 'deactivation', 'activation', 'removal'])
        expect((await petra.forge(`${admin}/users/${id}/${change}`, {})).status, change).to.equal(404)
    } finally {
      Object.assign(host, { allows })
    }
    expect((await userAt(customers.jonas.email)).status).to.equal('confirmed')
    expect((await petra.forge(`${admin}/users/${id}/deactivation`, {})).status).to.be.oneOf([200, 303])
    expect((await userAt(customers.jonas.email)).status).to.equal('deactivated')
    await petra.forge(`${admin}/users/${id}/activation`, {})
  })

  it('A28 of two who change the same user, the second is told', async () => {
    const { id } = await userAt(nobody.address)
    const irena = await staffAt(test, 'irena')
    await irena.open(`${admin}/users/${id}`)
    await frank.open(`${admin}/users/${id}`)
    await frank.send('Save roles', { role: [] })
    frank.is(200)
    await irena.send('Save roles', { role: await roleId('Company cases') })
    irena.is(409)
    expect(irena.page('input[name=role][checked]')).to.have.length(1)
    await frank.send('Save roles', { role: await roleId('Company cases') })
    frank.is(200)
  })

  it('E04 a dashboard of his own is chosen from those there are', async () => {
    const { db } = test.embedded
    const row = { id: 'dash-1', name: 'Planners', dashlets: '[]', revision: 1, created_at: '2026-01-01 00:00:00' }
    await db('portico_dashboards').insert(row)
    const { id } = await userAt(nobody.address)
    await frank.open(`${admin}/users/${id}`)
    await frank.send('Save dashboard', { dashboard: 'dash-1' })
    frank.is(200).sees('Dashboard changed')
    expect((await userAt(nobody.address)).dashboardId).to.equal('dash-1')
    await frank.forge(`${admin}/users/${id}/dashboard`, {
      revision: String((await userAt(nobody.address)).revision),
      dashboard: 'none'
    })
    expect((await userAt(nobody.address)).dashboardId).to.equal('dash-1')
  })

  it('E08 he is in the list, found by name, and in another portal he is the same person', async () => {
    await frank.open(`${admin}/users`)
    await frank.follow('Portal users without a contact')
    frank.sees(nobody.name)
    await frank.open(`${admin}/persons?q=nothing`)
    frank.doesNotSee(nobody.address)
    await frank.open(`${admin}/new`)
    await frank.send('Create portal', { name: 'Planners' })
    const other = [...(await configuration(test.embedded.db)).portals.values()].find(({ name }) => name === 'Planners')!
    await frank.open(`${admin}/users/${(await userAt(nobody.address)).id}`)
    await frank.follow('Let into another portal')
    await frank.send('Send invitation', { portal: other.id })
    frank.is(200).sees('All portals of this person', 'Thermovia Service', 'Planners')
  })

  it('E02 E08 a customer’s page leads to his roles, and a colleague’s record that staff may not see to nothing', async () => {
    await frank.open(`${admin}/access?module=Contact&record=anna`)
    await frank.follow('Roles, accounts, dashboard')
    frank.is(200).sees('Anna Schmidt', 'Client Portal', 'Those of the contact')
    const anna = await customerAt(test, 'anna')
    expect((await anna.peek(`${door}/deal`)).status).to.equal(404)
    const { path } = frank
    await newRole('Deals', 'Deal', { read: 'account', visible: ['name'], readOnly: ['name'] })
    await frank.open(path)
    await frank.send('Save roles', { role: await roleId('Deals') })
    await anna.open(`${door}/deal`)
    anna.is(200).sees('Deals')
    const jonas = await customerAt(test, 'jonas')
    expect((await jonas.peek(`${door}/deal`)).status).to.equal(404)
  })

  it('X01 E08 «Who can see this?» names him too', async () => {
    await frank.open(`${admin}/viewers?module=Case&record=annas-heating-case`)
    frank.is(200).sees(nobody.name, 'Company cases')
  })

  it('A24 E08 removed, he is out at once, and what was given to him is gone', async () => {
    const { id } = await userAt(nobody.address)
    await frank.open(`${admin}/users/${id}`)
    await frank.send('Yes, remove')
    frank.is(200)
    expect((await otto.peek(`${door}/case`)).status).not.to.equal(200)
    for (const table of ['portico_roles_of_users', 'portico_accounts_of_users'])
      expect(await test.embedded.db(table).where({ portal_user_id: id }), table).to.have.length(0)
  })
})
