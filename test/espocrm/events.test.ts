import { expect } from 'chai'
import type { HostEvent } from '../../src/host/host.js'
import { newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { openInstallation, type Installation } from './service.js'
import { makeStaff } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

const kinds: readonly HostEvent['kind'][] = [
  'record.created',
  'record.changed',
  'record.removed',
  'lead.converted',
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
