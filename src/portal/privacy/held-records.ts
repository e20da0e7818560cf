/** What is held about a person in the CRM: his own record whole, what he wrote, and his notes with their files (Z30 *export*). */
import { authorOf, feedEntries, writtenIn, writtenCounts } from '../../access/authorship.js'
import { ID, oneOf, type Condition } from '../../access/condition.js'
import { lookUp, narrowRecords } from '../../access/question.js'
import { isReference, type Records, type Value, type ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import { viewerFor } from '../../access/viewer.js'
import type { Catalog, Field, Module } from '../../host/catalog.js'
import type { FeedEntry, FileInfo } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { plainText } from '../../web/rich-text.js'
import { shownValues, type Showing } from '../../pages/shown-value.js'
import { personOf } from '../portals/door.js'
import type { Chapter, Entry, Holding, Line } from './holding.js'
import type { PortalUser } from '../people/portal-users.js'
import { NotFound } from '../../errors.js'
import { linkedConditions } from './linked-modules.js'
import { hasRecord, peopleModules } from './persons-of.js'

/** So many records or notes are in memory at once. */
const pageSize = 100
/** In characters. */
const longestText = 500_000
const staffModule = 'User'

interface RecordChapters {
  readonly chapters: readonly Chapter[]
  readonly leftOut: readonly string[]
}

export async function recordChapters(holding: Holding): Promise<RecordChapters> {
  const { context, subject, t, users, locale } = holding
  const catalog = await context.host.catalog(locale)
  const people = new Set([...peopleModules, staffModule])
  const own: Chapter[] = hasRecord(subject)
    ? [{ id: 'record', title: t('privacy:archive.record'), entries: () => ownRecord(holding, catalog, people) }]
    : []
  const ids = users.map(({ id }) => id)
  const counts = await writtenCounts(context.db, ids)
  const written = [...counts.keys()].flatMap((name) => catalog.modules.get(name) ?? [])
  const naming = subject.isOneself ? await namingModules(holding, catalog) : []
  const unnamed = subject.isOneself ? namingOthers(catalog.modules.get(subject.module), catalog, people) : []
  return {
    chapters: [
      ...own,
      ...written.map((module) => writtenChapter(holding, module)),
      ...naming.map((one) => namingChapter(holding, one)),
      ...(counts.has(feedEntries) ? [notesChapter(holding, catalog, ids)] : [])
    ],
    leftOut: [
      ...leftOutWith(t, 'fields', unnamed),
      ...leftOutWith(t, 'unseen', [...new Set([...written, ...naming.map(({ module }) => module)])].map(labelOf))
    ]
  }
}

const labelOf = ({ labelPlural }: Module): string => labelPlural

function leftOutWith(t: Translate, what: 'fields' | 'unseen', names: readonly string[]): string[] {
  return names.length === 0 ? [] : [t(`privacy:archive.leftOut.${what}`, { names: names.join(', ') })]
}

/** Of himself everything that the CRM holds; of somebody he added what he sees of that one himself, for the archive goes to him. */
async function* ownRecord(holding: Holding, catalog: Catalog, people: ReadonlySet<string>): AsyncIterable<Entry> {
  const { context, subject } = holding
  const { module: name, recordId } = subject
  const module = catalog.modules.get(name)
  if (!module || !(await holding.mayHave(name, recordId))) return
  if (!subject.isOneself) {
    yield* asHeSees(holding)
    return
  }
  const fields = fieldsFor(module, catalog, people)
  const named = namedModules(catalog, people)
  const door = await narrowRecords(context.kernel, { module: name, when: oneOf(ID, [recordId]), fields, named })
  if (!(await lookUp(context.kernel, name, recordId, []))) return
  yield entryOf(holding, { ...(await door.find(name, recordId)), module })
}

async function* asHeSees(holding: Holding): AsyncIterable<Entry> {
  const { subject, requester } = holding
  const record = await seenThrough(await doorOf(holding, requester), subject.module, subject.recordId)
  if (record) yield entryOf(holding, record)
}

/** Undefined while his access is not in force. */
async function doorOf({ context, locale }: Holding, user: PortalUser): Promise<Records | undefined> {
  const person = await personOf(context, user.portalId, user)
  return person && records(await viewerFor(context.kernel, { ...person, locale }))
}

async function seenThrough(door: Records | undefined, module: string, id: string): Promise<ViewedRecord | undefined> {
  try {
    return await door?.find(module, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

function writtenChapter(holding: Holding, module: Module): Chapter {
  return {
    id: `written:${module.name}`,
    title: holding.t('privacy:archive.written', { module: module.labelPlural }),
    entries: () => writtenRecords(holding, module)
  }
}

/** As he sees them: in what he wrote stands by now what others added, and not all of it is his to know. */
async function* writtenRecords(holding: Holding, { name }: Module): AsyncIterable<Entry> {
  for (const user of holding.users) {
    const door = await doorOf(holding, user)
    for await (const id of idsWritten(holding, name, [user.id])) {
      const record = await seenThrough(door, name, id)
      if (record) yield entryOf(holding, record)
    }
  }
}

interface Naming {
  readonly module: Module
  readonly when: Condition
}

/** Modules with records that name the person. */
async function namingModules({ context, subject }: Holding, catalog: Catalog): Promise<Naming[]> {
  const found: Naming[] = []
  for (const [module, when] of linkedConditions(catalog, subject, { ids: [], written: new Map() })) {
    const door = await narrowRecords(context.kernel, { module: module.name, when, fields: [] })
    if ((await door.count(module.name)).count > 0) found.push({ module, when })
  }
  return found
}

function namingChapter(holding: Holding, naming: Naming): Chapter {
  const { name, labelPlural } = naming.module
  return {
    id: `naming:${name}`,
    title: holding.t('privacy:archive.naming', { module: labelPlural }),
    entries: () => namingRecords(holding, naming)
  }
}

/** As he sees them, by any of his accesses; what he wrote himself stands in a chapter of its own. */
async function* namingRecords(holding: Holding, naming: Naming): AsyncIterable<Entry> {
  const { users, context, mayHave } = holding
  const doors = await Promise.all(users.map((user) => doorOf(holding, user)))
  for await (const id of idsNaming(holding, naming)) {
    const { name } = naming.module
    const author = await authorOf(context.db, name, id)
    if (users.some((user) => user.id === author) || !(await mayHave(name, id))) continue
    const record = await seenThroughAny(doors, name, id)
    if (record) yield entryOf(holding, record)
  }
}

async function seenThroughAny(
  doors: readonly (Records | undefined)[],
  module: string,
  id: string
): Promise<ViewedRecord | undefined> {
  for (const door of doors) {
    const record = await seenThrough(door, module, id)
    if (record) return record
  }
  return undefined
}

async function* idsNaming({ context }: Holding, { module: { name }, when }: Naming): AsyncIterable<string> {
  const door = await narrowRecords(context.kernel, { module: name, when, fields: [] })
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await door.list(name, { limit: pageSize, ...(after ? { after } : {}) })
    for (const { id } of page.records) yield id
    after = page.next
  }
}

function notesChapter(holding: Holding, catalog: Catalog, ids: readonly string[]): Chapter {
  return {
    id: 'notes',
    title: holding.t('privacy:archive.notes'),
    entries: () => writtenNotes(holding, catalog, ids)
  }
}

async function* writtenNotes(holding: Holding, catalog: Catalog, ids: readonly string[]): AsyncIterable<Entry> {
  const doors = await Promise.all(holding.users.map((user) => doorOf(holding, user)))
  for await (const id of idsWritten(holding, feedEntries, ids)) {
    const note = await holding.context.host.feed.find(id)
    if (!note || !(await holding.mayHave(note.module, note.recordId))) continue
    const record = await seenThroughAny(doors, note.module, note.recordId)
    yield noteEntry(holding, catalog, note, record?.title)
  }
}

/** `recordTitle` is undefined while he doesn't see the record. */
function noteEntry({ format, t }: Holding, catalog: Catalog, note: FeedEntry, recordTitle: string | undefined): Entry {
  const { id, at, module, recordId, text, files } = note
  const label = catalog.modules.get(module)?.label ?? module
  const place = { module: label, at: format.datetime(at), record: recordTitle ?? '' }
  return {
    title: t(recordTitle === undefined ? 'privacy:archive.note' : 'privacy:archive.noteOn', place),
    lines: text === '' ? [] : [{ label: t('privacy:archive.line.text'), text }],
    files,
    data: { id, at, module, recordId, text, files: files.map(({ id: file, name, size }) => ({ id: file, name, size })) }
  }
}

/** A page of ids at a time; of records those that the reader may have. */
async function* idsWritten(holding: Holding, name: string, authorIds: readonly string[]): AsyncIterable<string> {
  const isNote = name === feedEntries
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await writtenIn(holding.context.db, name, authorIds, { after, limit: pageSize })
    for (const id of page) if (isNote || (await holding.mayHave(name, id))) yield id
    after = page.length < pageSize ? undefined : page.at(-1)
  }
}

/** All fields but those that name other people: colleagues and customers are no part of what is held about him. */
function fieldsFor(module: Module, catalog: Catalog, people: ReadonlySet<string>): string[] {
  return [...module.fields.values()]
    .filter((field) => !namesPeople(module, field, catalog, people))
    .map(({ name }) => name)
}

/** Who wrote a record and changed it last stands in both hosts' records as text too. */
const writers = /^(createdBy|modifiedBy)/

function namesPeople(module: Module, field: Field, catalog: Catalog, people: ReadonlySet<string>): boolean {
  if (writers.test(field.name)) return true
  const to = module.links.get(field.link ?? '')?.to
  return field.type === 'reference' && to !== undefined && catalog.modules.has(to) && people.has(to)
}

function namingOthers(module: Module | undefined, catalog: Catalog, people: ReadonlySet<string>): string[] {
  if (!module) return []
  const fields = [...module.fields.values()].filter((field) => namesPeople(module, field, catalog, people))
  return fields.map(({ label }) => label)
}

function namedModules(catalog: Catalog, people: ReadonlySet<string>): string[] {
  return [...catalog.modules.keys()].filter((name) => !people.has(name))
}

function entryOf(holding: Holding, record: ViewedRecord): Entry {
  const files = filesIn(record)
  return {
    title: record.title,
    lines: recordLines(holding, record),
    files,
    data: { id: record.id, module: record.module.name, values: plainValues(record) }
  }
}

function recordLines({ t, format }: Holding, record: ViewedRecord): Line[] {
  const showing: Showing = { t, format, recordUrl: () => undefined, fileUrl: () => '' }
  return shownValues(showing, record, Object.keys(record.values)).flatMap(
    ({ label, field, kind, text, badges, files }) => {
      const html = kind === 'html' ? plainText(String(record.values[field] ?? ''), longestText) : text
      const words = [...badges.map((badge) => badge.label), html, ...files.map(({ name }) => name)].filter(
        (one) => one !== ''
      )
      return words.length === 0 ? [] : [{ label, text: words.join(', ') }]
    }
  )
}

function filesIn({ module, values }: ViewedRecord): FileInfo[] {
  const fields = [...module.fields.values()].filter(({ type }) => type === 'files')
  return fields.flatMap(({ name }) => {
    const value = values[name]
    return Array.isArray(value) ? value.filter((one): one is FileInfo => typeof one !== 'string') : []
  })
}

/** As they are stored; of a record that may not be named, nothing. */
function plainValues({ values }: ViewedRecord): Record<string, unknown> {
  const plain = (value: Value): unknown => (isReference(value) && value.title === undefined ? null : value)
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]))
}
