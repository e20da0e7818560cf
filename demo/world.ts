/** Seeds the demo world: one small company, Thermovia, with its staff, customers and a year of work. */
import { Readable } from 'node:stream'
import { momentAt } from '../src/db/moment.js'
import type { Crm } from '../src/host/embedded/crm.js'
import type { Values } from '../src/host/embedded/records.js'
import type { Actor } from '../src/host/host.js'
import { articles } from './articles.js'
import { cases, type CaseRow } from './cases.js'
import { customers, demoPassword, leads, staff, type Person } from './cast.js'
import { accounts, contacts, vendors, type CompanyRow } from './companies.js'
import { demoFile, type DemoFile } from './files.js'
import { notes, type NoteRow } from './notes.js'
import { contracts, deals, invoices, orders, products, quotes, type Paper } from './papers.js'
import {
  appointments,
  calls,
  documents,
  emails,
  folders,
  projectNotes,
  projects,
  tasks,
  type DocumentRow
} from './projects.js'

const dayMs = 24 * 60 * 60 * 1000

/** Fills an empty CRM with the demo world and gives true; a CRM that has the cast already is left alone (false). */
export async function seedWorld(crm: Crm): Promise<boolean> {
  if (await crm.users.findByUserName(staff.irena.userName)) return false
  const seed = new Seed(crm)
  await seedStaff(crm)
  await seedRelations(seed)
  await seedSales(seed)
  await seedProjects(seed)
  await seedPapers(seed)
  await seedSupport(seed)
  await seedDocuments(seed)
  await seedNotes(seed)
  return true
}

type Ids = Readonly<Record<string, readonly string[]>>

/** Writes records with ids people can read, at moments counted in days from today. */
class Seed {
  constructor(private readonly crm: Crm) {}

  async add(
    module: string,
    id: string,
    owner: string,
    values: Values,
    options: { daysAgo?: number; links?: Ids; files?: Ids } = {}
  ) {
    const { daysAgo = 90, links, files } = options
    const by = this.crm.store.by({ kind: 'staff', id: owner })
    await by.create(
      module,
      { assignedUser: owner, ...values },
      { id, at: this.moment(-daysAgo, -(id.length % 9)), links, files }
    )
  }

  /** Gives its id. */
  async file({ name, type, content }: DemoFile, owner: string): Promise<string> {
    const by = { kind: 'staff', id: owner } as const
    return (await this.crm.files.write({ name, type, content: Readable.from([content]) }, by)).id
  }

  async addLine(module: string, id: string, values: Values) {
    await this.crm.store.system.create(module, values, { id })
  }

  async note({ module, record, by, hoursAgo, text, internal = false }: NoteRow) {
    const entry = { module, recordId: record, text, internal, files: [] }
    await this.crm.feed.post(entry, author(by), this.moment(0, -hoursAgo))
  }

  remove(module: string, id: string) {
    return this.crm.store.by({ kind: 'staff', id: staff.petra.id }).remove(module, id)
  }

  /** `YYYY-MM-DD`, so many days from today. */
  day(days: number): string {
    return this.moment(days).slice(0, 10)
  }

  /** `YYYY-MM-DD HH:MM:SS` UTC, so many days from now. */
  moment(days: number, hours = 0): string {
    return momentAt(this.crm.now() + days * dayMs + hours * 60 * 60 * 1000)
  }
}

async function seedStaff(crm: Crm): Promise<void> {
  for (const member of Object.values(staff)) await crm.users.create({ ...member, password: demoPassword })
}

async function seedRelations(seed: Seed): Promise<void> {
  for (const row of accounts) await addCompany(seed, 'Account', row)
  for (const one of contacts) await seed.add('Contact', one.id, ownerOf(one.id), contactValues(one), { daysAgo: 300 })
  for (const { id, ...values } of leads) await seed.add('Lead', id, ownerIn(values.country), values, { daysAgo: 20 })
  for (const row of vendors) await addCompany(seed, 'Vendor', row)
}

/** A company's fax and what it is to us are those of its people. */
function contactValues({ firstName, lastName, account, title, email, phone, city, country }: Person): Values {
  const { type } = accounts.find(({ id }) => id === account)!.values
  const category = type === 'Partner' ? 'Partner' : 'Customer'
  const fax = phone === '' ? null : phone.replace(/\d\d$/, '99')
  return { firstName, lastName, account, title, category, email, phone, fax, city, country }
}

function addCompany(seed: Seed, module: string, { id, owner, values }: CompanyRow): Promise<void> {
  return seed.add(module, id, owner, values, { daysAgo: 400 })
}

async function seedSales(seed: Seed): Promise<void> {
  for (const { id, ...values } of products)
    await seed.add('Product', id, staff.frank.id, { active: true, ...values }, { daysAgo: 400 })
  for (const { id, contact, closeIn, ...values } of deals) {
    await seed.add('Deal', id, ownerOf(contact), { ...values, ...customer(contact), closeDate: seed.day(closeIn) })
  }
}

async function seedProjects(seed: Seed): Promise<void> {
  for (const { id, owner, startsIn, endsIn, contacts: members, ...values } of projects) {
    const dates = { startDate: seed.day(startsIn), endDate: seed.day(endsIn) }
    await seed.add('Project', id, owner, { ...values, ...dates }, { daysAgo: -startsIn, links: { contacts: members } })
  }
  for (const { id, owner, due, minutes, ...values } of tasks) {
    await seed.add(
      'Task',
      id,
      owner,
      { ...given(values), dueDate: seed.day(due), spentMinutes: minutes },
      { daysAgo: 25 }
    )
  }
  for (const { id, owner, startsIn, minutes, ...values } of calls) {
    await seed.add(
      'Call',
      id,
      owner,
      { ...given(values), startsAt: seed.moment(startsIn), spentMinutes: minutes },
      { daysAgo: 10 }
    )
  }
  for (const { id, owner, startsIn, hours, minutes, ...values } of appointments) {
    const times = { startsAt: seed.moment(startsIn), endsAt: seed.moment(startsIn, hours), spentMinutes: minutes }
    await seed.add('Appointment', id, owner, { ...values, ...times }, { daysAgo: 59 })
  }
  for (const { id, from, to, sentIn, ...values } of emails) {
    const sent = { fromAddress: from, toAddresses: to, sentAt: seed.moment(sentIn), status: 'Sent' }
    await seed.add('Email', id, ownerOfProject(values.project), { ...values, ...sent }, { daysAgo: -sentIn })
  }
  for (const { id, parent, ...values } of folders) {
    await seed.add('Folder', id, ownerOfProject(values.project), given({ ...values, parentFolder: parent }), {
      daysAgo: 50
    })
  }
  for (const { id, owner, ...values } of projectNotes) await seed.add('ProjectNote', id, owner, values, { daysAgo: 12 })
}

/** After all that documents can belong to. */
async function seedDocuments(seed: Seed): Promise<void> {
  for (const row of documents) await addDocument(seed, row)
}

async function addDocument(
  seed: Seed,
  { id, file, content, parent, owner: named, ...values }: DocumentRow
): Promise<void> {
  const owner = named ?? ownerOfProject(values.project!)
  const files = { file: [await seed.file(demoFile(file, content), owner)] }
  const [parentType, parentId] = parent ?? []
  await seed.add('Document', id, owner, given({ ...values, parentType, parentId }), { daysAgo: 15, files })
}

async function seedPapers(seed: Seed): Promise<void> {
  for (const paper of quotes)
    await addPaper(
      seed,
      'Quote',
      paper,
      given({ validUntil: seed.day(paper.due), type: paper.type, recurringAmount: paper.yearly })
    )
  for (const paper of orders)
    await addPaper(
      seed,
      'Order',
      paper,
      given({ startDate: seed.day(paper.date + 2), deliveryDate: seed.day(paper.due), quote: paper.from })
    )
  for (const paper of invoices)
    await addPaper(seed, 'Invoice', paper, given({ dueDate: seed.day(paper.due), order: paper.from }))
  for (const { id, contact, start, end, cancelled, ...values } of contracts) {
    const dates = given({
      concludedOn: seed.day(start - 14),
      startDate: seed.day(start),
      endDate: seed.day(end),
      dueDate: seed.day(Math.min(end, 30)),
      cancelledOn: cancelled === undefined ? undefined : seed.day(cancelled)
    })
    await seed.add(
      'Contract',
      id,
      ownerOf(contact),
      { ...given(values), ...customer(contact), ...dates },
      { daysAgo: -start }
    )
  }
}

async function addPaper(seed: Seed, module: string, paper: Paper, more: Values): Promise<void> {
  const { id, contact, subject, status, date, deal, project, lines } = paper
  const values = given({ subject, status, deal, project, date: seed.day(date) })
  await seed.add(module, id, ownerOf(contact), { ...values, ...customer(contact), ...more }, { daysAgo: -date })
  for (const [index, [productId, quantity, description]] of lines.entries()) {
    const product = products.find((one) => one.id === productId)!
    await seed.addLine(`${module}Item`, `${id}-${index + 1}`, {
      [module.toLowerCase()]: id,
      position: index + 1,
      product: productId,
      description: description ?? product.name,
      quantity,
      unitPrice: product.unitPrice
    })
  }
}

async function seedSupport(seed: Seed): Promise<void> {
  for (const row of cases.toSorted((a, b) => b.daysAgo - a.daysAgo)) await addCase(seed, row)
  for (const { id, ...values } of articles)
    await seed.add('KnowledgeArticle', id, staff.petra.id, values, { daysAgo: 120 })
}

async function addCase(seed: Seed, row: CaseRow): Promise<void> {
  const { id, contact, daysAgo, dueIn, involved, isRemoved, ...values } = row
  const dueDate = dueIn === undefined ? undefined : seed.day(dueIn)
  const links = involved && { contacts: involved }
  await seed.add(
    'Case',
    id,
    staff.petra.id,
    { ...given({ ...values, dueDate }), ...customer(contact) },
    { daysAgo, links }
  )
  if (isRemoved) await seed.remove('Case', id)
}

async function seedNotes(seed: Seed): Promise<void> {
  for (const note of notes) await seed.note(note)
}

function author(id: NoteRow['by']): Actor {
  const person = Object.values(customers).find((one) => one.id === id)
  if (!person) return { kind: 'staff', id }
  return { kind: 'outside', id, name: `${person.firstName} ${person.lastName}`, module: 'Contact', recordId: id }
}

/** The contact and his account, as values. */
function customer(contactId: string): Values {
  return { contact: contactId, account: contacts.find((one) => one.id === contactId)!.account }
}

function ownerOf(contactId: string): string {
  const { account } = contacts.find((one) => one.id === contactId)!
  return accounts.find((one) => one.id === account)!.owner
}

function ownerOfProject(projectId: string): string {
  return projects.find((one) => one.id === projectId)!.owner
}

function ownerIn(country: string): string {
  return country === 'DE' ? staff.frank.id : country === 'GB' ? staff.grace.id : staff.irena.id
}

/** The values that are there: `undefined` ones left out. */
function given(values: Readonly<Record<string, Values[string] | undefined>>): Values {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, Values[string]] => entry[1] !== undefined)
  )
}
