/** Seeds the demo world's portal: what Thermovia releases to its customers, and the customers who have come in already. */
import type { Embedded } from '../src/embedded.js'
import type { Staff } from '../src/host/host.js'
import {
  configuration,
  plainRelease,
  userTypesOf,
  type FieldRelease,
  type NoteRight,
  type Right
} from '../src/portal/configuration.js'
import { invite } from '../src/portal/people/invitations.js'
import { confirm } from '../src/portal/people/access-changes.js'
import { portalUserById, subjectOf } from '../src/portal/people/portal-users.js'
import { createPortal } from '../src/portal/portals/portals.js'
import { saveRelease } from '../src/portal/user-types/releases.js'
import { finishSetUp } from '../src/portal/user-types/set-up.js'
import { momentAt } from '../src/db/moment.js'
import { customers, demoPassword, staff } from './cast.js'
import { seedSharing } from './sharing.js'

export const demoPortal = { name: 'Thermovia Service', slug: 'thermovia' } as const

interface Released {
  readonly module: string
  readonly kind: 'primary' | 'related' | 'public' | 'part'
  readonly path?: readonly string[]
  readonly rights?: readonly Right[]
  readonly notes?: NoteRight
  readonly editable?: readonly string[]
  readonly readOnly?: readonly string[]
}

/** Customers see the cases and papers of their company, open cases of their own, and read the public modules. */
const released: readonly Released[] = [
  {
    module: 'Contact',
    kind: 'primary',
    rights: ['edit'],
    editable: ['firstName', 'lastName', 'phone', 'mobile'],
    readOnly: ['name', 'email', 'title', 'account']
  },
  { module: 'Account', kind: 'related', path: ['contacts'], readOnly: ['name', 'phone', 'website'] },
  {
    module: 'Case',
    kind: 'related',
    path: ['account', 'contacts'],
    rights: ['create', 'edit', 'clone'],
    notes: 'write',
    editable: ['subject', 'priority', 'type', 'description'],
    readOnly: ['number', 'account', 'status', 'resolution', 'createdAt']
  },
  {
    module: 'Quote',
    kind: 'related',
    path: ['account', 'contacts'],
    notes: 'read',
    readOnly: ['number', 'subject', 'account', 'status', 'date', 'validUntil', 'amount']
  },
  { module: 'QuoteItem', kind: 'part', readOnly: ['product', 'description', 'quantity', 'unitPrice', 'amount'] },
  {
    module: 'Invoice',
    kind: 'related',
    path: ['account', 'contacts'],
    readOnly: ['number', 'subject', 'account', 'status', 'date', 'amount']
  },
  { module: 'Product', kind: 'public', readOnly: ['name', 'code', 'description'] },
  { module: 'KnowledgeArticle', kind: 'public', readOnly: ['title', 'category', 'body'] }
]

/** Switches the modules on, makes the portal and lets the cast in. Does nothing where there is a portal already. */
export async function seedPortal(embedded: Embedded): Promise<void> {
  const { context } = embedded.portico
  if ((await configuration(context.db)).portals.size > 0) return
  const irena = (await embedded.host.staffById(staff.irena.id))!
  await embedded.crm.settings.saveSwitches({ portal: true, 'external-users': true, 'global-sharing': true })
  await seedSharing(embedded, irena)
  const userTypeId = await seedReleases(embedded, irena)
  const frank = (await embedded.host.staffById(staff.frank.id))!
  for (const customer of Object.values(customers)) await admit(embedded, frank, userTypeId, customer)
}

async function seedReleases({ portico: { context } }: Embedded, by: Staff): Promise<string> {
  const formats = { date: 'dmy', time: '24' } as const
  const portalId = await createPortal(context, { ...demoPortal, locale: 'en', timeZone: 'Europe/Prague', formats }, by)
  const typeId = userTypesOf(await configuration(context.db), portalId)[0]!.id
  for (const one of released) {
    const { revision } = (await configuration(context.db)).userTypes.get(typeId)!
    await saveRelease(context, { id: typeId, revision }, draftOf(one), by)
  }
  const { revision } = (await configuration(context.db)).userTypes.get(typeId)!
  await finishSetUp(context, { id: typeId, revision }, by)
  return typeId
}

function draftOf(one: Released): Parameters<typeof saveRelease>[2] {
  const fields = new Map<string, FieldRelease>()
  for (const name of one.editable ?? []) fields.set(name, 'editable')
  for (const name of one.readOnly ?? []) fields.set(name, 'readOnly')
  return {
    ...plainRelease,
    module: one.module,
    kind: one.kind,
    path: one.path ?? [],
    rights: new Set(one.rights ?? []),
    notes: one.notes ?? 'none',
    fields
  }
}

type Customer = (typeof customers)[keyof typeof customers]

/** As if he had accepted his invitation a while ago. */
export async function admit(
  { portico: { context } }: Embedded,
  by: Staff,
  userTypeId: string,
  customer: Customer
): Promise<void> {
  const id = await invite(
    context,
    { module: 'Contact', recordId: customer.id, userTypeId, language: customer.locale },
    by
  )
  const user = await portalUserById(context.db, id)
  await context.mail.withdraw(subjectOf(user))
  await context.identity.setPassword(user.identityId!, demoPassword)
  await context.identity.prefer(user.identityId!, {
    locale: customer.locale,
    timeZone: by.timeZone,
    country: customer.country,
    formats: by.formats
  })
  await confirm(context, user, momentAt(context.now()))
}
