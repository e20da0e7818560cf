/** What portals can do beyond the first one's lists: a dashboard, a layout for complaints, a page from elsewhere in the navigation, and a
 *  second portal for partners, with an appearance and portal roles of its own. For whoever tries Portico; tests make what they need. */
import { records } from '../src/access/records.js'
import { viewerFor } from '../src/access/viewer.js'
import type { Context } from '../src/context.js'
import type { Embedded } from '../src/embedded.js'
import type { Staff } from '../src/host/host.js'
import {
  configuration,
  plainRelease,
  releaseOf,
  userTypesOf,
  type FieldRelease,
  type UserType
} from '../src/portal/configuration.js'
import { chooseDashboard, createDashboard, dashboardById, putDashlet } from '../src/portal/dashboards/dashboards.js'
import type { Dashlet } from '../src/portal/dashboards/dashlets.js'
import { chooseLayoutSet, createLayoutSet, saveLayout } from '../src/portal/layouts/layout-changes.js'
import { layoutSets } from '../src/portal/layouts/layouts.js'
import { createAccessForm, releaseAccessForm } from '../src/portal/forms/access-forms.js'
import { confirmRequest, putRequest, requestBehind } from '../src/portal/forms/requests.js'
import { chooseModules } from '../src/portal/feed/feed.js'
import { invite } from '../src/portal/people/invitations.js'
import { portalUserByAddress } from '../src/portal/people/portal-users.js'
import { personOf } from '../src/portal/portals/door.js'
import { createPortal } from '../src/portal/portals/portals.js'
import { addConsent } from '../src/portal/privacy/consents.js'
import { oneself } from '../src/portal/privacy/persons-of.js'
import { recordBasis } from '../src/portal/privacy/processing.js'
import { makeRequest } from '../src/portal/privacy/requests.js'
import { privacySettings, savePrivacySettings } from '../src/portal/privacy/settings.js'
import { saveRelease, saveReleases } from '../src/portal/user-types/releases.js'
import type { ReleaseDraft } from '../src/portal/user-types/release-check.js'
import { createRole, saveRoleModule, saveRolesOfPortal } from '../src/portal/roles/role-changes.js'
import { roleById } from '../src/portal/roles/roles.js'
import { saveHolds } from '../src/portal/user-types/save-holds.js'
import { finishSetUp } from '../src/portal/user-types/set-up.js'
import { addUserType, chooseAddressField } from '../src/portal/user-types/user-types.js'
import { approveDraft, smsTemplates } from '../src/sms/templates.js'
import { saveAccent } from '../src/portal/portals/theme.js'
import { createWebTab } from '../src/portal/portals/web-tabs.js'
import { customers, staff } from './cast.js'
import { seedGuests } from './guests.js'
import { admit, demoPortal } from './portals.js'

const partnerPortal = { name: 'Thermovia Partner', slug: 'partner' } as const

/** Adds it to the demo world's portal; does nothing where it is there already. */
export async function seedShowcase(embedded: Embedded): Promise<void> {
  const { context } = embedded.portico
  const portals = [...(await configuration(context.db)).portals.values()]
  if (portals.length !== 1 || portals[0]!.slug !== demoPortal.slug) return
  const irena = (await embedded.host.staffById(staff.irena.id))!
  await addDashboard(context, irena, portals[0]!.id)
  await addComplaints(context, irena, portals[0]!.id)
  await addOrders(context, irena, portals[0]!.id)
  await addWebTab(context, irena, portals[0]!.id)
  await addPartners(embedded, irena)
  await addPrivacy(context, irena, portals[0]!.id)
  await addForm(context, (await embedded.host.staffById(staff.frank.id))!, portals[0]!.id)
  await addFeed(context, portals[0]!.id)
  await addHolds(embedded, irena, portals[0]!.id)
  await addPhones(context, irena)
  await seedGuests(embedded)
}

type Count = Extract<Dashlet, { kind: 'count' }>

const open: Count['filters'] = [{ field: 'status', operator: '≠', value: 'Closed' }]

const dashlets: readonly Dashlet[] = [
  {
    kind: 'text',
    id: 'welcome',
    title: { any: 'Welcome', de: 'Willkommen', cs: 'Vítejte' },
    text: {
      any: 'Here you see how your heating and your requests are doing. In an emergency call +420 541 555 000.',
      de: 'Hier sehen Sie, wie es um Ihre Anlage und Ihre Anfragen steht. Im Notfall: +420 541 555 000.',
      cs: 'Zde vidíte, jak je na tom vaše zařízení a vaše požadavky. V nouzi volejte +420 541 555 000.'
    },
    isWide: true
  },
  count('open-cases', { any: 'Open cases', de: 'Offene Tickets', cs: 'Otevřené případy' }, 'Case', open),
  count('urgent-cases', { any: 'Urgent ones', de: 'Dringende', cs: 'Naléhavé' }, 'Case', [
    ...open,
    { field: 'priority', operator: '=', value: 'Urgent' }
  ]),
  count('quotes', { any: 'Quotes', de: 'Angebote', cs: 'Nabídky' }, 'Quote', []),
  count('invoices', { any: 'Invoices', de: 'Rechnungen', cs: 'Faktury' }, 'Invoice', []),
  {
    kind: 'chart',
    id: 'by-status',
    title: { any: 'Cases by status', de: 'Tickets nach Status', cs: 'Případy podle stavu' },
    module: 'Case',
    filters: [],
    shape: 'donut',
    by: 'status',
    period: 'month'
  },
  {
    kind: 'chart',
    id: 'invoiced',
    title: { any: 'Invoices by month', de: 'Rechnungen nach Monat', cs: 'Faktury podle měsíců' },
    module: 'Invoice',
    filters: [],
    shape: 'bar',
    by: 'date',
    period: 'month',
    sum: 'amount'
  },
  {
    kind: 'list',
    id: 'latest',
    title: { any: 'Latest cases', de: 'Neueste Tickets', cs: 'Nejnovější případy' },
    module: 'Case',
    filters: open,
    columns: ['subject', 'status', 'createdAt'],
    limit: 5,
    isWide: true
  },
  {
    kind: 'stream',
    id: 'news',
    title: { any: 'Latest notes', de: 'Neueste Notizen', cs: 'Nejnovější poznámky' },
    limit: 5,
    isWide: true
  }
]

function count(id: string, title: Count['title'], module: string, filters: Count['filters']): Count {
  return { kind: 'count', id, title, module, filters }
}

async function addDashboard(context: Context, by: Staff, portalId: string): Promise<void> {
  const id = await createDashboard(context, 'Service', by)
  for (const dashlet of dashlets) {
    const { revision } = await dashboardById(context.db, id)
    await putDashlet(context, { id, revision }, dashlet, by)
  }
  await chooseDashboard(context, await seenPortal(context, portalId), id, by)
}

/** Complaints are shown as a story, and what Thermovia says to them comes first. */
async function addComplaints(context: Context, by: Staff, portalId: string): Promise<void> {
  const id = await createLayoutSet(context, { name: 'Thermovia', copyOf: undefined }, by)
  const complaint = {
    id: undefined,
    module: 'Case',
    kind: 'detail',
    name: 'Complaint',
    sections: [
      { label: 'Our answer', fields: ['status', 'resolution'] },
      { label: 'Your complaint', fields: ['number', 'subject', 'type', 'description', 'createdAt'] }
    ],
    forRecords: { field: 'type', values: ['Complaint'] }
  } as const
  await saveLayout(context, { id, revision: 1 }, complaint, by)
  await chooseLayoutSet(context, await seenPortal(context, portalId), id, by)
  const layoutId = (await layoutSets(context.db)).get(id)!.layouts[0]!.id
  const type = await clientPortalOf(context, portalId)
  const cases = releaseOf(type, 'Case')!
  const shown = complaint.sections.flatMap((section) => section.fields)
  const fields = new Map([...cases.fields].filter(([name]) => shown.some((field) => field === name)))
  await saveRelease(context, seenOf(type), { ...cases, layouts: [{ layoutId, fields }] }, by)
}

/** Customers order by themselves: an order is filled in step by step, its items last, and orders are shown as cards. */
async function addOrders(context: Context, by: Staff, portalId: string): Promise<void> {
  const order: ReleaseDraft = {
    ...plainRelease,
    module: 'Order',
    kind: 'related',
    path: ['account', 'contacts'],
    rights: new Set(['create', 'edit', 'clone']),
    notes: 'write',
    view: 'canvas',
    inSteps: true,
    fields: fieldsOf(['subject', 'deliveryDate', 'description'], ['number', 'account', 'status', 'date', 'amount'])
  }
  const items: ReleaseDraft = {
    ...plainRelease,
    module: 'OrderItem',
    kind: 'part',
    rights: new Set(['create', 'edit', 'delete']),
    fields: fieldsOf(['product', 'description', 'quantity'], ['unitPrice', 'amount'])
  }
  const type = await clientPortalOf(context, portalId)
  await saveReleases(context, seenOf(type), { drafts: [order, items], removed: [] }, by)
}

async function addWebTab(context: Context, by: Staff, portalId: string): Promise<void> {
  const type = await clientPortalOf(context, portalId)
  await createWebTab(
    context,
    { name: 'Thermovia.example', url: 'https://www.example.org/', userTypeIds: [type.id] },
    by
  )
}

/** The worked example of the rules (E12): a role by which partners create cases, read those of their company, and the knowledge base. */
async function addPartners(embedded: Embedded, by: Staff): Promise<void> {
  const { context } = embedded.portico
  const formats = { date: 'dmy', time: '24' } as const
  const id = await createPortal(context, { ...partnerPortal, locale: 'de', timeZone: 'Europe/Berlin', formats }, by)
  const type = await clientPortalOf(context, id)
  const own = new Map<string, FieldRelease>(['name', 'email', 'account'].map((name) => [name, 'readOnly']))
  await saveRelease(context, seenOf(type), { ...releaseOf(type, 'Contact')!, fields: own }, by)
  await finishSetUp(context, seenOf(await clientPortalOf(context, id)), by)
  await saveRolesOfPortal(context, await seenPortal(context, id), [await makeRole(context, by)], by)
  await saveAccent(context, await seenPortal(context, id), '#7a3e9d', by)
  await admit(embedded, by, type.id, customers.bjorn)
}

async function makeRole(context: Context, by: Staff): Promise<string> {
  const id = await createRole(context, 'Cases and knowledge base', by)
  const none = { read: undefined, edit: undefined, delete: undefined, stream: undefined }
  const modules = [
    {
      module: 'Case',
      mayCreate: true,
      levels: { read: 'account', edit: 'no', delete: 'no', stream: 'account' },
      fields: fieldsOf(['subject', 'priority', 'description'], ['number', 'status', 'account', 'createdAt'])
    },
    {
      module: 'KnowledgeArticle',
      mayCreate: false,
      levels: { ...none, read: 'account', edit: 'no', delete: 'no' },
      fields: fieldsOf([], ['title', 'category', 'body'])
    }
  ] as const
  for (const draft of modules) {
    const { revision } = await roleById(context.db, id)
    await saveRoleModule(context, { id, revision }, draft, by)
  }
  return id
}

function fieldsOf(editable: readonly string[], readOnly: readonly string[]): Map<string, FieldRelease> {
  return new Map([
    ...editable.map((name) => [name, 'editable'] as const),
    ...readOnly.map((name) => [name, 'readOnly'] as const)
  ])
}

async function clientPortalOf(context: Context, portalId: string): Promise<UserType> {
  return userTypesOf(await configuration(context.db), portalId)[0]!
}

function seenOf({ id, revision }: UserType): { id: string; revision: number } {
  return { id, revision }
}

async function seenPortal(context: Context, id: string): Promise<{ id: string; revision: number }> {
  const { revision } = (await configuration(context.db)).portals.get(id)!
  return { id, revision }
}

/** Visitors can ask for access, and one has: his address is confirmed, and he waits for an answer. */
async function addForm(context: Context, by: Staff, portalId: string): Promise<void> {
  const introductions = {
    en: 'For customers of Thermovia and whoever looks after their buildings.\n\nWe answer within **two working days**.',
    de: 'Für Kunden von Thermovia und alle, die deren Gebäude betreuen.\n\nWir antworten innerhalb von **zwei Werktagen**.',
    cs: 'Pro zákazníky společnosti Thermovia a všechny, kdo pečují o jejich budovy.\n\nOdpovídáme do **dvou pracovních dnů**.'
  }
  const draft = {
    name: 'Customers',
    slug: 'access',
    needsApproval: true,
    fields: ['firstName', 'phone'],
    introductions
  }
  const formId = await createAccessForm(context, (await clientPortalOf(context, portalId)).id, draft, by)
  await releaseAccessForm(context, { id: formId, revision: 1 }, by)
  const values = { firstName: 'Mikkel', lastName: 'Sørensen', phone: '+45 33 55 01 20' }
  const request = {
    formId,
    address: 'mikkel@havnegade.example',
    name: 'Mikkel Sørensen',
    values,
    language: 'en'
  } as const
  await context.db.transaction(async (trx) => {
    const { token } = await putRequest(trx, request, context.now())
    const put = await requestBehind(trx, { formId, token, now: context.now() })
    if (put) await confirmRequest(trx, put, context.now())
  })
}

/** Two staff members follow what customers do, and one of the customers has just asked something. */
async function addFeed(context: Context, portalId: string): Promise<void> {
  for (const { id } of [staff.irena, staff.petra])
    await chooseModules(context.db, id, { choosable: ['Case', 'Contact'], chosen: ['Case', 'Contact'] })
  const bjorn = await portalUserByAddress(context.db, portalId, customers.bjorn.email)
  const person = bjorn && (await personOf(context, portalId, bjorn))
  if (!person) return
  const his = records(await viewerFor(context.kernel, person))
  await his.post('Case', 'bjorns-case', { text: 'When does your technician arrive?', files: [] })
}

/** Contacts can wait for approval or review before they are invited; one of them does. */
async function addHolds({ host, portico: { context } }: Embedded, by: Staff, portalId: string): Promise<void> {
  const [type] = userTypesOf(await configuration(context.db), portalId)
  const hold = (value: string) => ({ field: 'approval', values: [value] })
  await saveHolds(context, type!, { approval: hold('Pending'), review: hold('Review') }, by)
  await host.save({ module: 'Contact', id: 'dirk', values: { approval: 'Pending' } }, { kind: 'staff', id: by.id })
}

/** Compliance is on: Anna has given her consent, and Jonas asks for a copy of his data. */
async function addPrivacy(context: Context, by: Staff, portalId: string): Promise<void> {
  const { revision, ...settings } = await privacySettings(context.db)
  const purposes = [
    { id: 'news', labels: { en: 'News by mail', de: 'Neuigkeiten per E-Mail', cs: 'Novinky e-mailem' } },
    { id: 'calls', labels: { en: 'Calls', de: 'Anrufe', cs: 'Telefonáty' } }
  ]
  const wording = {
    en: 'Thermovia may use my data to tell me about maintenance and offers. I can withdraw this at any time.',
    de: 'Thermovia darf meine Daten nutzen, um mich über Wartung und Angebote zu informieren. Ich kann dies jederzeit widerrufen.',
    cs: 'Thermovia smí používat mé údaje, aby mě informovala o údržbě a nabídkách. Souhlas mohu kdykoli odvolat.'
  }
  const officer = 'Simona Strážná, privacy@thermovia.example'
  await savePrivacySettings(context, revision, { ...settings, isOn: true, purposes, wording, officer }, by)
  const anna = { module: 'Contact', recordId: customers.anna.id }
  await recordBasis(context, anna, { revision: 0, basis: 'consent', remark: '' }, by)
  const giver = { kind: 'outside', id: customers.anna.id, name: 'Anna Schmidt', locale: customers.anna.locale } as const
  await addConsent(context, anna, { seen: '', state: 'given', purposes: ['news'] }, giver)
  const jonas = await portalUserByAddress(context.db, portalId, customers.jonas.email)
  const person = jonas && (await personOf(context, portalId, jonas))
  if (person) await makeRequest(context, { person }, oneself({ person }), { kind: 'export', words: '' })
}

/** Partners on the road are invited by text message; one of them was, and hasn't answered yet. */
async function addPhones(context: Context, by: Staff): Promise<void> {
  for (const template of await smsTemplates(context.db))
    await approveDraft(context, template, 'Thermovia Communications', by)
  const all = await configuration(context.db)
  const partners = [...all.portals.values()].find(({ slug }) => slug === partnerPortal.slug)!
  const id = await addUserType(context, partners.id, { name: 'On the road', primaryModule: 'Contact' }, by)
  const type = async (): Promise<UserType> => (await configuration(context.db)).userTypes.get(id)!
  const fields = new Map<string, FieldRelease>(['name', 'phone', 'account'].map((name) => [name, 'readOnly']))
  await saveRelease(context, seenOf(await type()), { ...releaseOf(await type(), 'Contact')!, fields }, by)
  await chooseAddressField(context, seenOf(await type()), 'phone', by)
  await finishSetUp(context, seenOf(await type()), by)
  const { id: recordId, locale: language } = customers.emily
  await invite(context, { module: 'Contact', recordId, userTypeId: id, language }, by)
}
