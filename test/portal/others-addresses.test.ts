import { expect } from 'chai'
import { remove } from '../../src/portal/people/access-changes.js'
import { openPortal } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { Life } from './life.js'
import { customerAt, door, theUserType } from './people.js'
import { give } from './released-forms.js'

onSqlite('the address that another one signs in with', (open) => {
  let test: TestApp
  let life: Life
  let anna: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    life = new Life(test)
    await give(test, 'Contact', {
      kind: 'primary',
      path: ['account', 'contacts'],
      rights: ['edit', 'editShared', 'create'],
      editable: ['firstName', 'lastName', 'title', 'email', 'phone'],
      readOnly: ['name', 'account']
    })
    anna = await customerAt(test, 'anna')
  })

  after(() => test.close())

  const addressOf = async (id: string): Promise<string | undefined> =>
    (await life.db<{ id: string; email: string }>('crm_contact').first('email').where({ id }))?.email

  /** What his form offers for the address of this contact. */
  const isOffered = async (id: string): Promise<boolean> => {
    await anna.open(`${door}/contact/${id}/edit`)
    return anna.is(200).page('input[name=email]').length === 1
  }

  it('Z20 A39 a colleague who comes in by it keeps it, though the rest of his record can be changed', async () => {
    const before = await addressOf('jonas')
    expect(await isOffered('jonas')).to.equal(false)
    const refused = await anna.forge(`${door}/contact/jonas`, { email: 'attacker@evil.example', title: 'Boss' })
    expect(refused.status).to.be.oneOf([403, 422])
    expect(await addressOf('jonas')).to.equal(before)
    await anna.open(`${door}/contact/jonas/edit`)
    await anna.send('Save', { title: 'Head of sales' })
    anna.is(200).sees('Head of sales')
    await test.settle()
    expect(await life.mailsTo('attacker@evil.example')).to.deep.equal([])
  })

  it('Z20 A39 so does whoever comes in to another portal by it, in whatever state his access is', async () => {
    const club = await openPortal(life.context, 'club', [])
    const peter = await life.invited(club, await life.record('Contact', { account: 'nordwind', firstName: 'Peter' }))
    expect(await isOffered(peter.recordId)).to.equal(false)
    await remove(life.context, peter.id, await life.by())
    expect(await isOffered(peter.recordId), 'whoever has no access').to.equal(true)
  })

  it('Z20 his own he changes himself, and that of a contact without access', async () => {
    const nobody = await life.record('Contact', { account: 'nordwind', firstName: 'Nobody' })
    await anna.open(`${door}/contact/${nobody.recordId}/edit`)
    await anna.send('Save', { email: 'nobody.new@nordwind.example' })
    anna.is(200)
    expect(await addressOf(nobody.recordId)).to.equal('nobody.new@nordwind.example')
    expect(await isOffered('anna')).to.equal(true)
  })

  it('Z20 A39 a phone number that nobody signs in with is changed as before', async () => {
    await anna.open(`${door}/contact/jonas/edit`)
    await anna.send('Save', { phone: '+49 40 1234567' })
    anna.is(200).sees('+49 40 1234567')
  })

  it('Z20 A39 whom she made herself and staff invited then is no longer hers to readdress', async () => {
    await anna.open(`${door}/contact/new`)
    await anna.send('Save', { firstName: 'Marta', lastName: 'Made', email: 'marta@nordwind.example' })
    const id = anna.is(200).path.split('/').at(-1)!.split('?')[0]!
    expect(await isOffered(id)).to.equal(true)
    const { id: userType } = await theUserType(test)
    await life.invited(userType, { module: 'Contact', recordId: id, address: 'marta@nordwind.example' })
    expect(await isOffered(id)).to.equal(false)
  })
})
