/** Records that a careless reading gets wrong, made over EspoCRM's REST: about ninety, each group with the reason it is there. */
import type { EspoClient } from './espo-client.js'
import type { Made } from './made.js'
import { probe } from './probe.js'

type Values = Readonly<Record<string, unknown>>

const names = {
  emoji: '🙂 Žluťoučký 漢字 & Söhne',
  wild: `O'Brien "100 %" _x\\y`,
  long: 'Ünder '.repeat(40).trim()
}
const long = 'A long text, line by line.\n'.repeat(600)

/** Makes them. `run` names those that people would search for. */
export async function makeHostileRecords(admin: EspoClient, made: Made, run: string): Promise<void> {
  const make = (entityType: string, values: Values): Promise<string> => made.make(entityType, values)
  const accounts = await makeAccounts(admin, make, run)
  const contacts = await makeContacts(admin, make, accounts)
  const cases = await makeCases(admin, make, accounts, contacts)
  const probes = await makeProbes(admin, make, accounts, contacts)
  await makeMoney(make, accounts, contacts)
  const { user } = await admin.get<{ user: { id: string } }>('App/user')
  const makeOwned: Make = (entityType, values) => make(entityType, { assignedUserId: user.id, ...values })
  await makeActivities(makeOwned, { accounts, contacts, cases, probes })
  await makePapers(admin, make, accounts)
  const gone = { Account: accounts[6], Case: cases[7], Contact: contacts[8], [probe]: probes[5] }
  for (const [entityType, id] of Object.entries(gone)) await admin.delete(`${entityType}/${id}`)
}

type Make = (entityType: string, values: Values) => Promise<string>

/** The same name twice, letters that collations take for others, nothing at all, several addresses, one in the recycle bin. */
async function makeAccounts(admin: EspoClient, make: Make, run: string): Promise<string[]> {
  const accounts = [
    await make('Account', {
      name: `Nordwind ${run}`,
      type: 'Customer',
      industry: 'Energy',
      website: 'nordwind.example',
      emailAddressData: addresses('info@nordwind.example', 'Sales@Nordwind.example'),
      phoneNumberData: phones('+49 30 901820', '+49 30 901821'),
      billingAddressStreet: 'Ring 1\nHaus B',
      billingAddressCity: 'Köln'
    }),
    await make('Account', { name: `nordwind ${run}`, type: 'customer'.replace('c', 'C'), sicCode: 'A1' }),
    await make('Account', { name: `Nordwind ${run}`, sicCode: 'a1', type: '' }),
    await make('Account', { name: names.emoji, description: names.wild, industry: null }),
    await make('Account', { name: names.wild, description: '' }),
    await make('Account', { name: names.long, emailAddress: 'Lang@LANG.example' }),
    await make('Account', { name: `Gone ${run}`, emailAddress: 'gone@nordwind.example' })
  ]
  await admin.put(`Account/${accounts[0]}`, {
    emailAddressData: addresses('Sales@Nordwind.example', 'info@nordwind.example')
  })
  return accounts
}

/** Names with missing parts, people of several accounts, of a removed one, and people who are removed themselves. */
async function makeContacts(admin: EspoClient, make: Make, accounts: readonly string[]): Promise<string[]> {
  const [nordwind, second, third, emoji, , , gone] = accounts
  const contacts = [
    await make('Contact', {
      salutationName: 'Mrs.',
      firstName: 'Anna',
      lastName: 'Nováková',
      accountId: nordwind,
      accountsIds: [nordwind, second, third],
      emailAddressData: addresses('anna@nordwind.example', 'Anna.Old@nordwind.example'),
      phoneNumberData: phones('+49 30 901877')
    }),
    await make('Contact', { firstName: 'Anna', lastName: 'Nováková', accountId: second }),
    await make('Contact', { lastName: 'Kessler', accountId: nordwind, description: long }),
    await make('Contact', { firstName: 'Žofie', lastName: 'Z', accountId: third }),
    await make('Contact', { salutationName: 'Dr.', lastName: names.emoji, accountId: emoji }),
    await make('Contact', { firstName: 'Jan', middleName: 'van der', lastName: 'Berg' }),
    await make('Contact', { firstName: ' Spaces ', lastName: 'Around', accountsIds: [emoji] }),
    await make('Contact', { firstName: 'Left', lastName: 'Behind', accountId: gone, doNotCall: true }),
    await make('Contact', { firstName: 'Removed', lastName: 'Person', accountId: nordwind })
  ]
  await admin.put(`Contact/${contacts[0]}`, {
    emailAddressData: addresses('Anna.Old@nordwind.example', 'anna@nordwind.example')
  })
  await admin.put(`Contact/${contacts[2]}`, { emailAddress: 'kessler@nordwind.example' })
  await admin.put(`Contact/${contacts[2]}`, { emailAddress: '' })
  await admin.delete(`Contact/${contacts[0]}/accounts`, { id: third })
  return contacts
}

/** Internal ones, many contacts, undone links, links to what is removed, and one in the recycle bin. */
async function makeCases(
  admin: EspoClient,
  make: Make,
  accounts: readonly string[],
  contacts: readonly string[]
): Promise<string[]> {
  const [nordwind, second] = accounts
  const [anna, other, kessler, zofie, , jan, , , removed] = contacts
  const cases = [
    await make('Case', { name: 'Heating fails', accountId: nordwind, contactsIds: contacts, contactId: anna }),
    await make('Case', { name: 'heating fails', accountId: second, contactsIds: [other], priority: 'Urgent' }),
    await make('Case', { name: 'Heating fails ', accountId: nordwind, contactId: kessler, status: 'Closed' }),
    await make('Case', { name: 'Internal', accountId: nordwind, contactsIds: [anna], isInternal: true }),
    await make('Case', { name: names.emoji, contactsIds: [anna, jan], description: long, type: 'Question' }),
    await make('Case', { name: names.wild, type: null, description: null }),
    await make('Case', { name: 'Undone', contactsIds: [anna, zofie], accountId: null }),
    await make('Case', { name: 'In the recycle bin', accountId: nordwind, contactsIds: [anna] }),
    await make('Case', { name: 'Of a removed person', contactsIds: [removed], contactId: removed }),
    await make('Case', { name: 'STRASSE', status: 'Assigned', priority: 'Low' }),
    await make('Case', { name: 'Straße', status: 'Pending', priority: 'High' })
  ]
  await admin.delete(`Case/${cases[6]}/contacts`, { id: anna })
  return cases
}

/** Every type of field at its edges. */
async function makeProbes(
  admin: EspoClient,
  make: Make,
  accounts: readonly string[],
  contacts: readonly string[]
): Promise<string[]> {
  const file = (field: string, name: string): Promise<string> => attach(admin, probe, field, name)
  const probes = [
    await make(probe, {
      name: 'Everything',
      place: 'Brno',
      stage: 'Customer',
      tags: ['Heating', 'Air'],
      words: ['some', 'wörds', '🙂', 'with "quotes"'],
      steps: ['Asked', 'Paid'],
      seats: 12,
      rating: 1.125,
      turnover: 1_250_000.5,
      turnoverCurrency: 'USD',
      isNice: true,
      founded: '1999-12-31',
      calledAt: '2026-03-29 02:30:00',
      story: '<p>Hello <b>you</b></p>',
      notes: long,
      links: ['https://a.example', 'https://b.example/x'],
      code: '4006381333931',
      planId: await file('plan', 'plan.txt'),
      papersIds: [await file('papers', 'one.txt'), await file('papers', 'two 漢.txt')],
      siteStreet: 'Ring 1\nHaus B',
      siteCity: 'Köln',
      sitePostalCode: '50667',
      accountId: accounts[0],
      partnersIds: contacts.slice(0, 3),
      emailAddress: 'Probe@Probe.example',
      phoneNumber: '+420 601 123 456'
    }),
    await make(probe, { name: 'Nothing', stage: 'New' }),
    await make(probe, {
      name: 'Zeros',
      seats: 0,
      rating: 0,
      turnover: 0,
      turnoverCurrency: 'EUR',
      tags: [],
      place: ''
    }),
    await make(probe, {
      name: 'Negative',
      rating: -0.001,
      turnover: -1,
      turnoverCurrency: 'USD',
      accountId: accounts[1]
    }),
    await make(probe, { name: 'Brno', place: 'brno', tags: ['Air'], founded: '2024-02-29', isNice: false }),
    await make(probe, { name: 'Later removed', accountId: accounts[0], partnersIds: contacts.slice(0, 2) })
  ]
  await admin.put(`Contact/${contacts[0]}`, { cProbeId: probes[0] })
  await admin.put(`Contact/${contacts[1]}`, { cProbeId: probes[5] })
  return probes
}

/** Two currencies, no amount, no currency. */
async function makeMoney(
  make: Make,
  [nordwind, second]: readonly string[],
  [anna, other]: readonly string[]
): Promise<void> {
  const closeDate = '2026-12-31'
  const sale = (values: Values): Promise<string> =>
    make('Opportunity', { name: 'Pump', stage: 'Prospecting', closeDate, amount: 100, ...values })
  await sale({ amount: 12_000.5, amountCurrency: 'USD', accountId: nordwind, contactsIds: [anna, other] })
  await sale({ amount: 12_000.5, amountCurrency: 'EUR', accountId: second, contactId: anna, probability: 0 })
  await sale({ amount: 0, stage: 'Closed Won', closeDate: '2020-01-01' })
  await sale({ name: names.wild, stage: 'Closed Lost', description: long })
  const lead = { lastName: 'Interested', status: 'New' }
  await make('Lead', {
    ...lead,
    firstName: 'Ida',
    opportunityAmount: 5,
    opportunityAmountCurrency: 'USD',
    website: 'x.example'
  })
  await make('Lead', {
    ...lead,
    accountName: 'Nordwind',
    emailAddress: 'ida@lead.example',
    source: 'Web Site',
    status: 'Dead'
  })
}

interface Parents {
  readonly accounts: readonly string[]
  readonly contacts: readonly string[]
  readonly cases: readonly string[]
  readonly probes: readonly string[]
}

/** Parents of several kinds, days and moments in the same field, removed parents. */
async function makeActivities(make: Make, { accounts, contacts, cases, probes }: Parents): Promise<void> {
  const task = (parentType: string | null, parentId: string | null | undefined, values: Values = {}): Promise<string> =>
    make('Task', { name: 'Ring up', status: 'Not Started', priority: 'Normal', parentType, parentId, ...values })
  await task('Account', accounts[0], { dateEnd: '2026-05-04 08:30:00' })
  await task('Account', accounts[6], { dateEndDate: '2026-05-04' })
  await task('Contact', contacts[0], { status: 'Completed', description: names.emoji })
  await task('Case', cases[0], { dateStart: '2026-05-04 00:00:00' })
  await task('Case', cases[7])
  await task(probe, probes[0])
  await task(null, null, { name: 'Alone' })
  const times = { dateStart: '2026-03-29 01:30:00', dateEnd: '2026-03-29 03:30:00' }
  await make('Meeting', {
    name: 'Visit',
    status: 'Planned',
    parentType: 'Account',
    parentId: accounts[0],
    contactsIds: contacts.slice(0, 2),
    ...times
  })
  await make('Meeting', {
    name: 'All day',
    status: 'Held',
    dateStartDate: '2026-05-04',
    dateEndDate: '2026-05-05',
    parentType: probe,
    parentId: probes[0]
  })
  await make('Call', {
    name: 'Call',
    status: 'Planned',
    direction: 'Inbound',
    parentType: 'Case',
    parentId: cases[0],
    contactsIds: [contacts[0]],
    ...times
  })
}

/** Articles in each state, documents. */
async function makePapers(admin: EspoClient, make: Make, [nordwind]: readonly string[]): Promise<void> {
  for (const status of ['Draft', 'In Review', 'Published', 'Archived']) {
    await make('KnowledgeBaseArticle', {
      name: `How to (${status})`,
      status,
      body: '<p>Bleed the radiator.</p>',
      publishDate: '2024-01-01'
    })
  }
  await make('Document', {
    name: 'Manual',
    fileId: await attach(admin, 'Document', 'file', 'manual.txt'),
    status: 'Active',
    publishDate: '2024-01-01',
    accountsIds: [nordwind]
  })
  await make('Campaign', { name: 'Spring', status: 'Active', type: 'Email', budget: 100, budgetCurrency: 'USD' })
  await make('TargetList', { name: 'Heaters' })
}

function attach(admin: EspoClient, entityType: string, field: string, name: string): Promise<string> {
  return admin.create('Attachment', {
    name,
    type: 'text/plain',
    role: 'Attachment',
    relatedType: entityType,
    parentType: entityType,
    field,
    file: `data:text/plain;base64,${Buffer.from(name).toString('base64')}`
  })
}

function addresses(primary: string, ...others: readonly string[]): Values[] {
  return [primary, ...others].map((emailAddress, index) => ({
    emailAddress,
    lower: emailAddress.toLowerCase(),
    primary: index === 0,
    optOut: index === 1,
    invalid: false
  }))
}

function phones(primary: string, ...others: readonly string[]): Values[] {
  return [primary, ...others].map((phoneNumber, index) => ({
    phoneNumber,
    primary: index === 0,
    type: 'Office',
    optOut: false,
    invalid: false
  }))
}
