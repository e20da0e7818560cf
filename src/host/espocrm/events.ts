/** What EspoCRM's outbox says, as events of the host port: attributes become fields, links are told at both ends. */
import type { Knex } from 'knex'
import { z } from 'zod'
import { momentAt } from '../../db/moment.js'
import type { Catalog, Field, Link, Module } from '../catalog.js'
import type { HostEvent } from '../host.js'

const story = z.object({
  entityType: z.string(),
  id: z.string(),
  /** `answer`: what staff said to a question of ours, before what they were asked about. */
  action: z.enum(['create', 'update', 'delete', 'relate', 'unrelate', 'answer']),
  /** Attributes of EspoCRM, not fields. */
  changed: z.array(z.string()).nullish(),
  link: z.string().nullish(),
  /** Id of the record at the link's other end. */
  other: z.string().nullish(),
  /** Of a note: the record it is on, and whether it is for staff alone. */
  parentType: z.string().nullish(),
  parentId: z.string().nullish(),
  internal: z.boolean().nullish(),
  answers: z.record(z.string(), z.string()).nullish(),
  by: z.string().nullish(),
  /** The sweep found it; what was changed is not known. */
  swept: z.boolean().nullish()
})

/** The text of an outbox row: what the extension's hook writes, or the sweep. */
export type Story = z.infer<typeof story>

/** @throws when the text is none that we know; a newer Portico may. */
export function readStory(event: string): Story {
  return story.parse(JSON.parse(event))
}

export interface Sources {
  readonly db: Knex
  readonly catalog: Catalog
}

/** The events of one row, in order. Users are told of as staff, entity types outside the catalog not at all. */
export async function eventsOf(told: Story, sources: Sources): Promise<readonly HostEvent[]> {
  if (told.entityType === 'Integration') return told.id === 'Portico' ? [{ kind: 'switches.changed' }] : []
  if (told.entityType === 'User') return [{ kind: 'staff.changed', id: told.id }]
  if (told.entityType === noteType) return noteEvents(told, sources)
  const module = sources.catalog.modules.get(told.entityType)
  if (!module) return []
  const by = await staffId(sources.db, told.by)
  if (told.link) return linkEvents(told, module, sources.catalog, by)
  return [...recordEvents(told, module, by), ...(await conversions(told, sources.db))]
}

const answerRows = '%"action":"answer"%'
/** Rows about a record that don't say that it has changed. */
export const asides = [answerRows, '%"entityType":"Note"%'] as const

const noteType = 'Note'

async function noteEvents({ id, parentType, parentId, internal, by }: Story, sources: Sources): Promise<HostEvent[]> {
  const module = sources.catalog.modules.get(parentType ?? '')
  if (!module || !parentId) return []
  const author = await staffId(sources.db, by)
  const note = { noteId: id, internal: internal === true, by: author }
  return [{ kind: 'note.posted', module: module.name, id: parentId, ...note }]
}

/** Outside persons' authors, Portico's own API user and the system are nobody of the staff. */
async function staffId(db: Knex, id: string | null | undefined): Promise<string | undefined> {
  if (!id) return undefined
  const isStaff = db<{ id: string; type: string }>('user')
    .first('id')
    .where({ id })
    .whereIn('type', ['regular', 'admin', 'super-admin'])
  return (await isStaff)?.id
}

const kinds = { create: 'record.created', update: 'record.changed', delete: 'record.removed' } as const

function recordEvents({ action, id, changed, swept }: Story, module: Module, by: string | undefined): HostEvent[] {
  if (action === 'relate' || action === 'unrelate' || action === 'answer') return []
  const attributes = (changed ?? []).filter((attribute) => !automatic.has(attribute))
  if (action === 'update' && attributes.length === 0 && !swept) return []
  const fields = action === 'delete' ? [] : fieldsOf(module, attributes)
  return [{ kind: kinds[action], module: module.name, id, changed: fields, by }]
}

/** EspoCRM writes these by itself; alone they are no change. */
const automatic: ReadonlySet<string> = new Set([
  'id',
  'deleted',
  'createdAt',
  'createdById',
  'createdByName',
  'modifiedAt',
  'modifiedById',
  'modifiedByName',
  'streamUpdatedAt',
  'versionNumber'
])

/** Names of the catalog's fields and to-many links that the attributes are parts of, each once; unknown ones are left out. */
function fieldsOf(module: Module, attributes: readonly string[]): string[] {
  const known = namesByAttribute(module)
  return [...new Set(attributes.flatMap((attribute) => known.get(attribute) ?? []))]
}

/** Catalogs are kept for long, events come often. */
const knownNames = new WeakMap<Module, ReadonlyMap<string, readonly string[]>>()

function namesByAttribute(module: Module): ReadonlyMap<string, readonly string[]> {
  const known = knownNames.get(module) ?? namesIn(module)
  knownNames.set(module, known)
  return known
}

function namesIn(module: Module): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>()
  const note = (attribute: string, name: string): void => {
    names.set(attribute, [...(names.get(attribute) ?? []), name])
  }
  for (const field of module.fields.values()) for (const each of attributesOf(field, module)) note(each, field.name)
  for (const { name, cardinality } of module.links.values())
    if (cardinality === 'many' && !module.fields.has(name)) note(`${name}Ids`, name)
  return names
}

/** EspoCRM spreads one field over several attributes (`accountId`; `emailAddress` and `emailAddressData`; `amountCurrency`). */
function attributesOf(field: Field, { fields }: Module): ReadonlySet<string> {
  const endings = ['Id', 'Ids', 'Type', 'Data', 'Date', 'Currency'].map((ending) => field.name + ending)
  const parts = endings.filter((attribute) => !fields.has(attribute))
  return new Set([field.name, ...parts, ...columnsOf(field).map(attributeOf)])
}

function columnsOf({ storage }: Field): readonly string[] {
  switch (storage.kind) {
    case 'column':
      return [storage.column]
    case 'joined':
      return storage.columns
    case 'side':
    case 'files':
      return []
  }
}

/** EspoCRM names a column after its attribute: `account_id` keeps `accountId`. */
function attributeOf(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** EspoCRM's hook runs for the end at which somebody linked; both records were changed by it. Users have no record events. */
function linkEvents(
  { id, link: name, other }: Story,
  module: Module,
  catalog: Catalog,
  by: string | undefined
): HostEvent[] {
  const changed = (at: Module, recordId: string, names: string[]): HostEvent => ({
    kind: 'record.changed',
    module: at.name,
    id: recordId,
    changed: names,
    by
  })
  const link = module.links.get(name!)
  const here = changed(module, id, link ? [nameOf(link, module)] : [])
  const target = link && catalog.modules.get(link.to)
  if (!target || target.name === 'User' || !other) return [here]
  const back = [...target.links.values()].find((each) => isBack(link, module, each))
  return [here, changed(target, other, back ? [nameOf(back, target)] : [])]
}

/** A to-one link is the business of its field. */
function nameOf(link: Link, module: Module): string {
  const field = [...module.fields.values()].find((each) => each.link === link.name)
  return field?.name ?? link.name
}

function isBack(link: Link, from: Module, candidate: Link): boolean {
  if (candidate.to !== from.name) return false
  const [one, other] = [link.storage, candidate.storage]
  if (one.kind === 'table')
    return other.kind === 'table' && other.table === one.table && other.near === one.far && other.far === one.near
  return other.kind !== 'table' && other.kind !== one.kind && other.column === one.column
}

/** A save by which a lead came to its contact, or its contact to a lead that is converted. Told once for each. */
async function conversions({ entityType, id, action, changed, swept }: Story, db: Knex): Promise<HostEvent[]> {
  const isIt = swept || changed?.some((attribute) => ['convertedAt', 'createdContactId'].includes(attribute))
  if (entityType !== 'Lead' || action === 'delete' || !isIt) return []
  const lead = await db<ConvertedLead>('lead')
    .first('created_contact_id', 'created_account_id', 'converted_at')
    .where({ id, status: 'Converted', deleted: 0 })
  if (!lead?.created_contact_id) return []
  const accountId = lead.created_account_id ?? undefined
  const answers = await answersTo(db, id, lead.converted_at)
  return [{ kind: 'lead.converted', id, contactId: lead.created_contact_id, accountId, ...(answers && { answers }) }]
}

interface ConvertedLead {
  readonly id: string
  readonly status: string
  readonly deleted: number
  readonly created_contact_id: string | null
  readonly created_account_id: string | null
  readonly converted_at: string | null
}

/** An answer counts for a conversion so long, in milliseconds; one to a conversion that failed counts for no later one. */
const answerLasts = 60 * 60_000

/** The latest answers before the conversion. Both moments are EspoCRM's. */
async function answersTo(db: Knex, id: string, convertedAt: string | null): Promise<Story['answers']> {
  if (convertedAt === null) return undefined
  const at = Date.parse(`${convertedAt.replace(' ', 'T')}Z`)
  const row = (await db('portico_outbox')
    .first('event')
    .where({ subject: `Lead/${id}` })
    .where('event', 'like', answerRows)
    .where('created_at', '>=', momentAt(at - answerLasts))
    .where('created_at', '<=', convertedAt)
    .orderBy('position', 'desc')) as { event: string } | undefined
  return row && readStory(row.event).answers
}
