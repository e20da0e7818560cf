import { expect } from 'chai'
import { configuration } from '../../src/portal/configuration.js'
import { followConversion, noAccess } from '../../src/portal/people/conversion.js'
import { accessesOf, portalUserById } from '../../src/portal/people/portal-users.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { addUserType } from '../../src/portal/user-types/user-types.js'
import { openPortal, release } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { Life, type Somebody } from './life.js'
import { admin, staffAt } from './people.js'

onSqlite('a lead that is a portal user', function (open) {
  let test: TestApp
  let life: Life
  /** In the club: for leads, and two for contacts. In the shop: for leads, and one for contacts. */
  let types: Record<'clubLeads' | 'clubContacts' | 'members' | 'shopLeads' | 'shopContacts', string>

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    life = new Life(test)
    const clubContacts = await openPortal(life.context, 'club', [])
    const shopContacts = await openPortal(life.context, 'shop', [])
    types = {
      clubContacts,
      shopContacts,
      clubLeads: await added(clubContacts, 'Prospects', 'Lead'),
      members: await added(clubContacts, 'Members', 'Contact'),
      shopLeads: await added(shopContacts, 'Prospects', 'Lead')
    }
  })

  after(() => test.close())

  /** A finished type in the portal of another one. */
  const added = async (beside: string, name: string, primaryModule: string): Promise<string> => {
    const by = await life.by()
    const { portalId } = (await configuration(life.db)).userTypes.get(beside)!
    const id = await addUserType(life.context, portalId, { name, primaryModule }, by)
    await release(life.context, id, { module: primaryModule, kind: 'primary', readOnly: ['firstName', 'lastName'] })
    const { revision } = (await configuration(life.db)).userTypes.get(id)!
    await finishSetUp(life.context, { id, revision }, by)
    return id
  }

  const lead = (type: string): Promise<Somebody> => life.confirmed(type, undefined, 'Lead')

  /** As an import or an interface does it: nobody is asked. */
  const converted = async (person: Somebody, answers?: Record<string, string>): Promise<string> => {
    const { contactId } = await test.embedded.crm.store.system.convertLead(person.recordId, {
      createAccount: false,
      ...(answers && { answers })
    })
    await test.settle()
    return contactId
  }

  const [club, shop] = ['/portal/club', '/portal/shop']

  describe('and becomes a contact', function () {
    this.timeout(20_000)

    it('Z24 staff are asked which user type it is; the sign-in, the session and the authorship go along', async () => {
      const nora = await lead(types.clubLeads)
      const before = await life.user(nora)
      const session = await life.signIn(nora.address, club)
      const irena = await staffAt(test, 'irena')
      await irena.open(`/crm/Lead/${nora.recordId}/conversion`)
      irena.sees('Nora Novak has access to Thermovia club as a lead. Which user type is it as a contact?', 'Members')
      const question = `question.user-type:${nora.id}`
      await irena.send('Convert', { [question]: '' })
      irena.is(422)
      await irena.send('Convert', { [question]: types.members })
      irena.is(200)
      const contactId = irena.path.split('/').at(-1)!
      await test.settle()
      const after = await life.user(nora)
      expect(after).to.include({ module: 'Contact', recordId: contactId, userTypeId: types.members })
      expect(after).to.include({ id: before.id, identityId: before.identityId, status: 'confirmed' })
      expect(await life.mailsTo(nora.address), 'no new invitation').to.deep.equal([])
      expect(await life.isIn(session, club)).to.equal(true)
      expect(await life.isIn(await life.signIn(nora.address, club), club)).to.equal(true)
    })

    it('Z24 nobody was asked: where there is one user type it is that one, however often the CRM tells of it', async () => {
      const nora = await lead(types.shopLeads)
      const contactId = await converted(nora)
      expect(await life.user(nora)).to.include({ userTypeId: types.shopContacts, recordId: contactId })
      await followConversion(life.context, {
        kind: 'lead.converted',
        id: nora.recordId,
        contactId,
        accountId: undefined
      })
      expect(await life.user(nora)).to.include({ userTypeId: types.shopContacts, status: 'confirmed' })
    })

    it('Z24 nobody was asked and there are several: nobody comes in until staff say which it is', async () => {
      const nora = await lead(types.clubLeads)
      const session = await life.signIn(nora.address, club)
      const contactId = await converted(nora)
      expect(await life.user(nora)).to.include({ module: 'Lead', convertedContactId: contactId })
      expect(await life.isIn(session, club)).to.equal(false)
      ;(await life.signIn(nora.address, club)).is(422)
      const petra = await staffAt(test, 'petra')
      await petra.open(`/crm/Contact/${contactId}`)
      await petra.follow('Decide on portal access')
      petra.is(200).sees('The lead became a contact', 'Members')
      await petra.send('Decide', { userType: types.members })
      petra.is(200).sees('Members')
      expect(await life.user(nora)).to.include({
        recordId: contactId,
        userTypeId: types.members,
        convertedContactId: undefined
      })
      expect(await life.isIn(await life.signIn(nora.address, club), club)).to.equal(true)
      const again = await petra.peek(`${admin}/users/${nora.id}/conversion`)
      expect([again.status, again.headers['location']], 'decided').to.deep.equal([303, `${admin}/users/${nora.id}`])
    })

    it('Z24 A24 the lead is removed before staff have said it: the access waits; the contact is removed: it ends', async () => {
      const nora = await lead(types.clubLeads)
      const contactId = await converted(nora)
      await life.context.host.remove('Lead', nora.recordId, { kind: 'system' })
      await test.settle()
      expect(await life.user(nora)).to.include({ convertedContactId: contactId, status: 'confirmed' })
      await life.context.host.remove('Contact', contactId, { kind: 'system' })
      await test.settle()
      expect((await accessesOf(life.db, 'Lead', nora.recordId)).map(({ status }) => status)).to.deep.equal(['removed'])
    })

    it('Z24 an invitation that was not accepted goes along, too', async () => {
      const nora = await life.invited(types.shopLeads, undefined, 'Lead')
      const link = await life.linkTo(nora.address, 'invitation')
      await converted(nora)
      const visitor = await test.visitor().open(link)
      await visitor.send('Accept the invitation')
      await visitor.send('Set the password', { password: 'granite teapot over the river' })
      expect(await life.isIn(visitor, shop)).to.equal(true)
      expect(await life.user(nora)).to.include({ module: 'Contact', status: 'confirmed' })
    })

    it('Z24 staff may say that the contact has no access', async () => {
      const nora = await lead(types.clubLeads)
      await converted(nora, { [`user-type:${nora.id}`]: noAccess })
      const gone = await portalUserById(life.db, nora.id).catch((error: unknown) => error)
      expect(gone).to.be.instanceOf(Error)
      ;(await life.signIn(nora.address, club)).is(422)
    })

    it('Z24 A37 an answer that is no user type of the portal gives nothing', async () => {
      const nora = await lead(types.clubLeads)
      const contactId = await converted(nora, { [`user-type:${nora.id}`]: types.shopContacts })
      expect(await life.user(nora)).to.include({ userTypeId: types.clubLeads, convertedContactId: contactId })
      const petra = await staffAt(test, 'petra')
      await petra.open(`${admin}/users/${nora.id}/conversion`)
      const forged = await petra.forge(`${admin}/users/${nora.id}/conversion`, { userType: types.shopContacts })
      expect(forged.status).to.equal(404)
    })

    it('Z20 Z24 a contact with another address: he confirms it', async () => {
      const nora = await lead(types.shopLeads)
      const contact = await life.record('Contact')
      await followConversion(life.context, {
        kind: 'lead.converted',
        id: nora.recordId,
        contactId: contact.recordId,
        accountId: undefined
      })
      expect(await life.user(nora)).to.include({ status: 'suspended', address: contact.address, module: 'Contact' })
      await (await test.visitor().open(await life.linkTo(contact.address, 'confirmation'))).send('Confirm the address')
      expect(await life.isIn(await life.signIn(contact.address, shop), shop)).to.equal(true)
    })

    it('Z24 a contact who has access already keeps it; the lead’s ends', async () => {
      const nora = await lead(types.shopLeads)
      const contact = await life.confirmed(types.shopContacts)
      await followConversion(life.context, {
        kind: 'lead.converted',
        id: nora.recordId,
        contactId: contact.recordId,
        accountId: undefined
      })
      expect(await life.user(contact)).to.include({ status: 'confirmed' })
      ;(await life.signIn(nora.address, shop)).is(422)
      expect(await life.isIn(await life.signIn(contact.address, shop), shop)).to.equal(true)
    })
  })
})
