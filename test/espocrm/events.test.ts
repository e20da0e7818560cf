import { expect } from 'chai'
import type { HostEvent } from '../../src/host/host.js'
import { EspoClient, Refused } from './espo-client.js'
import { newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { openInstallation, type Installation } from './service.js'
import { makeStaff, password } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

const kinds: readonly HostEvent['kind'][] = [
  'record.created',
  'record.changed',
  'record.removed',
  'lead.converted',
  'note.posted',
  'staff.changed'
]

/** What people do in EspoCRM's own pages, and Portico hears of. */
onEspocrm('what EspoCRM tells', (live) => {
  const run = newRun()
  let installation: Installation
  let made: Made
  let events: HostEvent[]
  let putBack: () => Promise<void>

  before(async () => {
    putBack = await rememberIntegration(live().admin)
    await setSwitches(live().admin, { portal: true })
    made = new Made(live().admin)
    installation = await openInstallation(live())
    await installation.host.deliver()
    for (const kind of kinds) installation.host.on(kind, (event) => Promise.resolve(void events.push(event)))
  })

  after(async () => {
    await installation?.close()
    await made?.remove()
    await putBack?.()
  })

  beforeEach(() => void (events = []))

  const about = (id: string): HostEvent[] => events.filter((event) => 'id' in event && event.id === id)

  it('Z24 a lead was converted: to which contact and account, after both came to be', async () => {
    const { admin } = live()
    const leadId = await made.make('Lead', { firstName: 'Ida', lastName: run, emailAddress: `ida@${run}.example` })
    const records = { Account: { name: `Ida ${run}` }, Contact: { firstName: 'Ida', lastName: run } }
    await admin.post('Lead/action/convert', { id: leadId, records, skipDuplicateCheck: true })
    const lead = await admin.get(`Lead/${leadId}`)
    const [contactId, accountId] = [String(lead['createdContactId']), String(lead['createdAccountId'])]
    made.note('Account', accountId)
    made.note('Contact', contactId)
    await installation.host.deliver()
    expect(about(leadId)).to.deep.include({ kind: 'lead.converted', id: leadId, contactId, accountId })
    expect(about(contactId).map(({ kind }) => kind)).to.include('record.created')
  })

  it('Z24 what staff answered before a conversion goes along with it, and only what those say who may edit the lead', async () => {
    const { admin, url } = live()
    const leadId = await made.make('Lead', { firstName: 'Ivo', lastName: run, emailAddress: `ivo@${run}.example` })
    const answer = (userType: string): Readonly<Record<string, unknown>> => ({
      entityType: 'Lead',
      id: leadId,
      answers: { userType }
    })
    const { clerk } = await makeStaff(live())
    const asClerk = await EspoClient.signIn(url, clerk.userName, password)
    expect(await statusOf(asClerk.post('Portico/answers', answer('stolen')))).to.equal(404)
    await admin.post('Portico/answers', answer('first'))
    await admin.post('Portico/answers', answer('customers'))
    for (const answers of [undefined, {}, { userType: 1 }, { 'a b': 'x' }, { userType: 'x'.repeat(256) }])
      expect(await statusOf(admin.post('Portico/answers', { ...answer(''), answers }))).to.equal(400)
    const records = { Contact: { firstName: 'Ivo', lastName: run } }
    await admin.post('Lead/action/convert', { id: leadId, records, skipDuplicateCheck: true })
    const contactId = made.note('Contact', String((await admin.get(`Lead/${leadId}`))['createdContactId']))
    await installation.host.deliver()
    expect(about(leadId)).to.deep.include({
      kind: 'lead.converted',
      id: leadId,
      contactId,
      accountId: undefined,
      answers: { userType: 'customers' }
    })
  })

  it('Z20 another of several addresses or numbers has become the primary one', async () => {
    const { admin } = live()
    const id = await made.make('Contact', { lastName: run, emailAddress: `one@${run}.example` })
    const put = (values: Readonly<Record<string, unknown>>): Promise<unknown> => admin.put(`Contact/${id}`, values)
    const addresses = (first: string, second: string): Readonly<Record<string, unknown>> => ({
      emailAddressData: [
        { emailAddress: `${first}@${run}.example`, primary: true },
        { emailAddress: `${second}@${run}.example`, primary: false }
      ]
    })
    await put(addresses('one', 'two'))
    await put({ phoneNumberData: [{ phoneNumber: '+49301112221', primary: true, type: 'Office' }] })
    await installation.host.deliver()
    events = []
    await put(addresses('two', 'one'))
    await put({
      phoneNumberData: [
        { phoneNumber: '+49301112221', primary: false, type: 'Office' },
        { phoneNumber: '+49301112222', primary: true, type: 'Office' }
      ]
    })
    await installation.host.deliver()
    const changed = about(id).map((event) => (event.kind === 'record.changed' ? event.changed : event.kind))
    expect(changed).to.deep.equal([['emailAddress'], ['phoneNumber']])
    expect(await admin.get(`Contact/${id}`)).to.include({
      emailAddress: `two@${run}.example`,
      phoneNumber: '+49301112222'
    })
  })

  it('Z27 somebody wrote a note in the stream of a record, and who; not that EspoCRM itself wrote a line', async () => {
    const { admin, url } = live()
    const { administrator } = await makeStaff(live())
    const vera = await EspoClient.signIn(url, administrator.userName, password)
    const id = await made.make('Case', { name: `Noted ${run}` })
    const note = { type: 'Post', parentType: 'Case', parentId: id, attachmentsIds: [] }
    const open = await vera.post('Note', { ...note, post: 'We are on it.' })
    const internal = await vera.post('Note', { ...note, post: 'Check the warranty.', isInternal: true })
    await admin.put(`Case/${id}`, { status: 'Assigned' })
    await vera.post('Note', { type: 'Post', targetType: 'self', post: 'On no record.' })
    await installation.host.deliver()
    const by = administrator.id
    expect(events.filter(({ kind }) => kind === 'note.posted')).to.deep.equal([
      { kind: 'note.posted', module: 'Case', id, noteId: open.id, internal: false, by },
      { kind: 'note.posted', module: 'Case', id, noteId: internal.id, internal: true, by }
    ])
  })

  it('an address alone was changed, in a table of its own', async () => {
    const id = await made.make('Contact', { lastName: run, emailAddress: `old@${run}.example` })
    await installation.host.deliver()
    events = []
    await live().admin.put(`Contact/${id}`, { emailAddress: `new@${run}.example` })
    await installation.host.deliver()
    expect(about(id)).to.have.length(1)
    expect(about(id)[0]).to.deep.include({ kind: 'record.changed', module: 'Contact', changed: ['emailAddress'] })
  })

  it('who of the staff did it', async () => {
    const id = await made.make('Case', { name: run })
    await installation.host.deliver()
    const { user } = await live().admin.get<{ user: { id: string } }>('App/user')
    expect(about(id)[0]).to.deep.include({ kind: 'record.created', by: user.id })
  })

  it('a staff member was changed', async () => {
    const { clerk } = await makeStaff(live())
    await live().admin.put(`User/${clerk.id}`, { title: `Clerk ${run}` })
    await installation.host.deliver()
    expect(events).to.deep.include({ kind: 'staff.changed', id: clerk.id })
  })

  it('a removed record was restored, which no hook tells: the sweep finds it', async function () {
    this.timeout(120_000)
    const { admin } = live()
    const id = await made.make('Case', { name: `Restored ${run}` })
    await admin.delete(`Case/${id}`)
    await installation.host.deliver()
    expect(about(id).map(({ kind }) => kind)).to.deep.equal(['record.created', 'record.removed'])
    events = []
    await admin.post('Case/action/restoreDeleted', { id })
    await installation.events.sweep()
    await installation.host.deliver()
    expect(about(id).map(({ kind }) => kind)).to.deep.equal(['record.created'])
  })
})

/** What EspoCRM refuses with; 200 when it does not. */
async function statusOf(request: Promise<unknown>): Promise<number> {
  try {
    await request
    return 200
  } catch (error) {
    if (error instanceof Refused) return error.status
    throw error
  }
}
