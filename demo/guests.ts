/** Seeds the demo world's external users: a dispatcher who follows a project, and in the showcase installers, an engineer, a customer … */
import type { Embedded } from '../src/embedded.js'
import {
  confirm,
  deactivate,
  externalUsersAt,
  subjectOf,
  type ExternalUser
} from '../src/external-users/external-users.js'
import type { Kind } from '../src/external-users/kinds.js'
import { addMember, type Joining } from '../src/external-users/memberships.js'
import { everybody, setRights, type RecordRights } from '../src/external-users/object-rights.js'
import { releasedFields, releaseFields } from '../src/external-users/released-fields.js'
import { responsibilities, saveResponsibilities } from '../src/external-users/responsibilities.js'
import { setResponsible } from '../src/external-users/responsible.js'
import { moduleOf } from '../src/host/catalog.js'
import type { Staff } from '../src/host/host.js'
import { demoPassword, staff, type Person } from './cast.js'
import { contacts } from './companies.js'
import {
  guestResponsibilities,
  releasedToGuests,
  responsibleContacts,
  rightsOnRecords,
  type Said
} from './guest-rights.js'

interface GuestRow {
  readonly contact: string
  readonly project: string
  /** Instead of the contact's address. */
  readonly loginName?: string
  /** He has a password already, for he is a portal user, too. */
  readonly isKnown?: boolean
  readonly yes: readonly Kind[]
  /** In hundredths of the currency. */
  readonly hourlyRate?: number
  readonly does: readonly (typeof guestResponsibilities)[number][]
  readonly isDeactivated?: boolean
}

const retrofit = 'nordwind-retrofit'

const dispatcher: GuestRow = {
  contact: 'sabine',
  project: retrofit,
  yes: ['quotes', 'orders', 'tickets', 'contracts', 'tasks', 'emails', 'documents', 'members'],
  hourlyRate: 4200,
  does: ['Dispatch']
}

/** One of each: the installer with tasks of his own, an engineer with a login name, a portal user, one who was deactivated, and one whose
 *  only project has ended. */
const others: readonly GuestRow[] = [
  { contact: 'dirk', project: retrofit, yes: ['documents'], hourlyRate: 6850, does: ['Installation', 'Acceptance'] },
  {
    contact: 'siobhan',
    project: 'fjordside-pump-room',
    loginName: 'siobhan.oneill',
    yes: ['quotes', 'tickets', 'tasks', 'appointments', 'calls', 'documents'],
    hourlyRate: 7200,
    does: ['Site management']
  },
  { contact: 'anna', project: retrofit, isKnown: true, yes: ['quotes', 'members'], does: ['Acceptance'] },
  {
    contact: 'mehmet',
    project: retrofit,
    yes: ['tasks', 'calls', 'appointments', 'notes'],
    hourlyRate: 5900,
    does: ['Site management'],
    isDeactivated: true
  },
  { contact: 'eliska', project: 'morava-boiler-house', yes: ['tickets'], does: ['Accounting'] }
]

export const guest = contactNamed('sabine')

/** Who comes in by the door for external users, and by which name; what to see of it. */
export const guestsAtTheDoor: readonly {
  readonly person: Person
  readonly signInName: string
  readonly about: 'dispatcher' | 'installer' | 'engineer' | 'both' | 'deactivated' | 'ended'
}[] = [
  { person: guest, signInName: guest.email, about: 'dispatcher' },
  { person: contactNamed('dirk'), signInName: contactNamed('dirk').email, about: 'installer' },
  { person: contactNamed('siobhan'), signInName: 'siobhan.oneill', about: 'engineer' },
  { person: contactNamed('anna'), signInName: contactNamed('anna').email, about: 'both' },
  { person: contactNamed('mehmet'), signInName: contactNamed('mehmet').email, about: 'deactivated' },
  { person: contactNamed('eliska'), signInName: contactNamed('eliska').email, about: 'ended' }
]

function contactNamed(id: string): Person {
  return contacts.find((one) => one.id === id)!
}

/** Makes her a member of the project, as if she had accepted her invitation, and says what external users see. Does nothing where she is
 *  one already. */
export async function seedGuest(embedded: Embedded): Promise<void> {
  const irena = await administrator(embedded)
  if (await userAt(embedded, guest.id)) return
  await releaseAll(embedded, irena)
  await listResponsibilities(embedded, irena)
  await admit(embedded, irena, dispatcher)
  await sayRights(embedded)
}

/** All the others. */
export async function seedGuests(embedded: Embedded): Promise<void> {
  if (await userAt(embedded, others[0]!.contact)) return
  const irena = await administrator(embedded)
  for (const row of others) await admit(embedded, irena, row)
  await sayRights(embedded)
}

async function administrator({ host }: Embedded): Promise<Staff> {
  return (await host.staffById(staff.irena.id))!
}

async function userAt({ db }: Embedded, contactId: string): Promise<ExternalUser | undefined> {
  return (await externalUsersAt(db, 'Contact', [contactId]))[0]
}

async function releaseAll({ host, portico: { context } }: Embedded, by: Staff): Promise<void> {
  const catalog = await host.catalog('en')
  for (const [module, fields] of Object.entries(releasedToGuests)) {
    const { revision } = await releasedFields(context.db)
    await releaseFields(context, by, revision, moduleOf(catalog, module), fields)
  }
}

async function listResponsibilities({ portico: { context } }: Embedded, by: Staff): Promise<void> {
  const { revision } = await responsibilities(context.db)
  const list = guestResponsibilities.map((label) => ({ label, isOffered: true }))
  await saveResponsibilities(context, by, revision, list)
}

async function admit(embedded: Embedded, by: Staff, row: GuestRow): Promise<void> {
  const { context } = embedded.portico
  const { entries } = await responsibilities(context.db)
  const does = entries.filter(({ label }) => (row.does as readonly string[]).includes(label)).map(({ id }) => id)
  const member = { projectId: row.project, hourlyRate: row.hourlyRate, responsibilities: does }
  const { user } = await addMember(context, { ...member, joining: joiningOf(row) }, by)
  if (!row.loginName) await accept(embedded, by, user, row)
  if (row.isDeactivated) await deactivate(context, user.id, by)
}

function joiningOf({ contact, loginName, yes }: GuestRow): Joining {
  const entry = loginName ? ({ way: 'login', loginName, password: demoPassword } as const) : ({ way: 'mail' } as const)
  return { kind: 'new', contactId: contact, entry, language: contactNamed(contact).locale, rights: new Set(yes) }
}

/** As if he had followed the link in his mail. */
async function accept(
  { portico: { context } }: Embedded,
  by: Staff,
  user: ExternalUser,
  { contact, isKnown }: GuestRow
): Promise<void> {
  await context.mail.withdraw(subjectOf(user))
  if (!isKnown) {
    const { locale, country } = contactNamed(contact)
    await context.identity.setPassword(user.identityId, demoPassword)
    await context.identity.prefer(user.identityId, { locale, timeZone: by.timeZone, country, formats: by.formats })
  }
  await confirm(context, user.identityId)
}

/** As far as those whom it concerns are there. */
async function sayRights({ db, portico: { context } }: Embedded): Promise<void> {
  const ids = [dispatcher, ...others].map(({ contact }) => contact)
  const users = await externalUsersAt(db, 'Contact', ids)
  const people = new Map(users.map((user) => [user.recordId, user.id]))
  await db.transaction(async (trx) => {
    for (const [record, said] of Object.entries(rightsOnRecords))
      await setRights(trx, ...placeOf(record), rightsIn(said, people))
    for (const [record, contactIds] of Object.entries(responsibleContacts)) {
      const [module, recordId] = placeOf(record)
      const responsible = contactIds.flatMap((id) => people.get(id) ?? [])
      await setResponsible(trx, { module, recordId, people: responsible, by: staff.irena.id, now: context.now() })
    }
  })
}

/** `Module/id` */
function placeOf(record: string): [module: string, id: string] {
  return record.split('/') as [string, string]
}

function rightsIn(said: readonly Said[], people: ReadonlyMap<string, string>): RecordRights {
  const all = said.flatMap(([grantee, effect, ...rights]) => {
    const key = grantee === everybody ? grantee : people.get(grantee)
    return key ? [[key, Object.fromEntries(rights.map((right) => [right, effect]))] as const] : []
  })
  return new Map(all)
}
