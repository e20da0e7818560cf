import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setDefaults } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'

/** Petra owns the heating case, Frank sold to Nordwind; Ben owns nothing, has no permission, and by his profile deletes nothing. */
eachDatabase((open) => {
  describe('organization-wide defaults', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor
    let petra: Visitor
    let ben: Visitor
    let frank: Visitor

    before(async () => {
      test = await openApp(open)
      irena = await signedIn('irena')
      petra = await signedIn('petra')
      ben = await signedIn('ben')
      frank = await signedIn('frank')
    })

    after(() => test.close())

    it('S04 a module without a default is private: only the owner sees, edits and deletes', async () => {
      const lead = await anyRecord('Lead', 'frank')
      await setDefaults(test, { Lead: 'private' })
      ;(await ben.open(`/crm/Lead/${lead}`)).is(404)
      await ben.open('/crm/Lead')
      expect(ben.response.text).not.to.include(lead)
      ;(await frank.open(`/crm/Lead/${lead}`)).is(200)
      ;(await irena.open(`/crm/Lead/${lead}`)).is(200)
    })

    it('S04 Public: Read Only lets all see, and only the owner edit and delete', async () => {
      await setDefaults(test, { Case: 'public-read' })
      ;(await ben.open('/crm/Case/annas-heating-case')).is(200).sees('Heating fails')
      ;(await ben.open('/crm/Case/annas-heating-case/edit')).is(403)
      ;(await frank.open('/crm/Case/annas-heating-case/removal')).is(403)
      await frank.open('/crm')
      expect((await frank.forge('/crm/Case/annas-heating-case/removal')).status).to.equal(403)
      await petra.open('/crm/Case/annas-heating-case/edit')
      petra.is(200)
      await petra.send('Save', { resolution: 'A new board.' })
      petra.is(200).sees('A new board.')
    })

    it('S04 Public: Read, Create/Edit lets all edit, and only the owner delete', async () => {
      await setDefaults(test, { Case: 'public-edit' })
      await ben.open('/crm/Case/annas-heating-case/edit')
      await ben.send('Save', { resolution: 'Ben was here.' })
      ben.is(200).sees('Ben was here.')
      ;(await frank.open('/crm/Case/annas-heating-case/removal')).is(403)
    })

    it('S04 S01 Public: Read, Create/Edit, Delete lets all delete whom their profile lets', async () => {
      await setDefaults(test, { Case: 'public-delete' })
      const id = await anyRecord('Case', 'petra')
      ;(await ben.open(`/crm/Case/${id}/removal`)).is(403)
      ;(await frank.open(`/crm/Case/${id}/removal`)).is(200)
      await frank.send('Delete')
      frank.is(200)
      ;(await petra.open(`/crm/Case/${id}`)).is(404)
    })

    it('S09 switched off, the CRM behaves as before', async () => {
      await setDefaults(test, { Case: 'private' })
      ;(await ben.open('/crm/Case/bjorns-case')).is(404)
      await irena.open('/crm/settings')
      await irena.send('Save', { 'switch.global-sharing': [] })
      ;(await ben.open('/crm/Case/bjorns-case')).is(200)
      await irena.open('/crm/settings')
      await irena.send('Save', { 'switch.global-sharing': 'true' })
      ;(await ben.open('/crm/Case/bjorns-case')).is(404)
    })

    it('S11 the page is there for who may manage sharing, and for nobody else', async () => {
      ;(await ben.open('/portico/admin/sharing')).is(404)
      const grace = await signedIn('grace')
      ;(await grace.open('/portico/admin/sharing')).is(200).sees('Organization-wide defaults')
      const refused = await ben.forge('/portico/admin/sharing', { Case: 'public-delete' })
      expect(refused.status).to.equal(404)
    })

    it('Z08 a module that is no longer public disappears from the portal with the next request', async () => {
      const anna = test.visitor()
      await anna.open('/portal/thermovia/sign-in')
      await anna.send('Sign in', { email: 'anna@nordwind.example', password: demoPassword })
      ;(await anna.open('/portal/thermovia/product')).is(200)
      await setDefaults(test, { Product: 'private' })
      ;(await anna.open('/portal/thermovia/product')).is(404)
      await setDefaults(test, { Product: 'public-read' })
      ;(await anna.open('/portal/thermovia/product')).is(200)
    })

    it('S09 a contact that is private to a colleague can be neither found on our staff pages nor invited', async () => {
      await setDefaults(test, { Contact: 'public-read' })
      const contact = await test.embedded.crm.store.system.create('Contact', {
        firstName: 'Eva',
        lastName: 'Private',
        email: 'eva@nordwind.example',
        assignedUser: 'irena'
      })
      const invitation = `/portico/admin/portals/invitations/new?module=Contact&record=${contact}`
      ;(await frank.open(invitation)).is(200)
      await frank.send('Send invitation')
      frank.is(409).sees('no right to change this record')
      await setDefaults(test, { Contact: 'private' })
      ;(await frank.open(invitation)).is(404)
      ;(await petra.open(`/portico/admin/portals/access?module=Contact&record=${contact}`)).is(404)
      await petra.open('/portico/admin/external-users/projects/nordwind-retrofit/members/new?q=Private')
      petra.doesNotSee('eva@nordwind.example')
      await setDefaults(test, { Contact: 'public-edit' })
      await petra.open('/portico/admin/external-users/projects/nordwind-retrofit/members/new?q=Private')
      petra.sees('eva@nordwind.example')
      ;(await frank.open(invitation)).is(200)
      await frank.send('Send invitation')
      frank.is(200).sees('is on its way')
    })

    async function signedIn(name: string): Promise<Visitor> {
      const visitor = test.visitor()
      await visitor.open('/crm/sign-in')
      await visitor.send('English')
      await visitor.open('/crm/sign-in')
      await visitor.send('Sign in', { userName: name, password: demoPassword })
      return visitor
    }

    async function anyRecord(module: 'Lead' | 'Case', owner: string): Promise<string> {
      const row = await test.embedded
        .db<{ id: string; assigned_user_id: string; deleted: number }>(module === 'Lead' ? 'crm_lead' : 'crm_case')
        .first('id')
        .where({ assigned_user_id: owner, deleted: 0 })
      return row!.id
    }
  })
})
