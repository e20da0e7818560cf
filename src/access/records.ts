/** The door: the one way to a host record. It hides how conditions become SQL, which fields a row shows, and the checks before a write. */
import { moduleOf, type Catalog, type Field, type Module } from '../host/catalog.js'
import type { FeedEntry, FieldValue } from '../host/host.js'
import { HostRefused } from '../host/host.js'
import { Forbidden, Invalid, NotFound } from '../errors.js'
import { judgeChanged, judgeNew } from './candidate.js'
import { column, CannotCompile, containsText, isMoment, predicate, table, valueKind, valueOf, type Candidate, type Compiler } from './compile.js'
import { all, any, compare, oneOf, ID } from './condition.js'
import { openCursor, sealCursor } from './cursor.js'
import { explainRecord } from './explain.js'
import { and, isFalse, isTrue, or, raw, rowsOf, sql, type Fragment } from './fragment.js'
import type { Action, Grant, ModulePolicy } from './grant.js'
import { cappedCount, ordered, pageOfIds, type Branch, type Order } from './plan.js'
import { areAlike, fieldsOf, grantsFor, project, reader, shownReference, standing } from './projection.js'
import { forgetAuthor, isAuthor, noteAuthor } from './authorship.js'
import type { Filter, ListQuery, NewRecord, Page, Records, ReleasedModule, ViewedRecord } from './record.js'
import type { Viewer } from './viewer.js'

const defaultLimit = 25
const largestLimit = 200
const longestSearch = 100
const feedLimit = 500

/** Module name under which notes are kept in the authorship table. */
const feedEntries = 'FeedEntry'

/** What `viewer` may see and do. @see Records for each method. Rules: Z05–Z08, Z28, E09–E11. */
export function records(viewer: Viewer): Records {
  return {
    modules: () => releasedModules(viewer),
    module: (name) => releasedModule(viewer, name),
    list: async (name, query) => list(await enter(viewer, name, 'view'), query ?? {}),
    count: async (name, query, cap) => count(await enter(viewer, name, 'view'), query ?? {}, cap ?? 1000),
    find: async (name, id) => find(await enter(viewer, name, 'open'), id),
    related: (name, id, link, query) => related(viewer, { name, id, link }, query ?? {}),
    create: (name, record) => create(viewer, name, record),
    change: (name, id, values) => change(viewer, name, id, values),
    remove: (name, id) => remove(viewer, name, id),
    cloneOf: (name, id) => cloneOf(viewer, name, id),
    link: (name, id, link, other) => setLink(viewer, { name, id, link, other }, true),
    unlink: (name, id, link, other) => setLink(viewer, { name, id, link, other }, false),
    feed: (name, id) => feed(viewer, name, id),
    post: (name, id, note) => post(viewer, name, id, note),
    changePost: (name, id, entryId, text) => changePost(viewer, { name, id, entryId }, text),
    removePost: (name, id, entryId) => removePost(viewer, { name, id, entryId }),
    file: (name, id, fileId) => file(viewer, name, id, fileId),
    explain: (name, id, t) => explain(viewer, name, id, t)
  }
}

/** A module the viewer was let into, with all that a statement about it needs. */
interface Entered {
  readonly viewer: Viewer
  readonly catalog: Catalog
  readonly module: Module
  readonly policy: ModulePolicy
  readonly compiler: Compiler
}

async function enter(viewer: Viewer, name: string, action: Action): Promise<Entered> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  const module = catalog.modules.get(name)
  const policy = viewer.policy.get(name)
  if (!module || !policy || grantsFor(policy, action).length === 0) throw new NotFound()
  return { viewer, catalog, module, policy, compiler: { catalog, dialect: viewer.kernel.dialect } }
}

// --- what is released ---

async function releasedModules(viewer: Viewer): Promise<readonly ReleasedModule[]> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  return [...catalog.modules.values()].flatMap((module) => {
    const policy = viewer.policy.get(module.name)
    return policy && grantsFor(policy, 'view').length > 0 ? [released(module, policy)] : []
  })
}

async function releasedModule(viewer: Viewer, name: string): Promise<ReleasedModule> {
  const { module, policy } = await enter(viewer, name, 'view')
  return released(module, policy)
}

function released(module: Module, policy: ModulePolicy): ReleasedModule {
  const view = grantsFor(policy, 'view')
  return {
    module,
    fields: fieldsOf(module, view),
    sortable: fieldsOf(module, view, 'every').filter((name) => isSortable(module.fields.get(name)!)),
    creatable: fieldsOf(module, grantsFor(policy, 'create')).filter((name) => module.fields.get(name)?.readOnly === false),
    may: new Set(policy.grants.flatMap((grant) => grant.actions))
  }
}

/** Not a reference: the order of ids means nothing to people, but tells which records share one he may not see (A09). */
function isSortable(field: Field): boolean {
  return field.sortable && field.type !== 'reference'
}

// --- reading ---

async function list(entered: Entered, query: ListQuery, within?: Fragment): Promise<Page> {
  const { viewer, catalog, module, policy, compiler } = entered
  const view = grantsFor(policy, 'view')
  const limit = Math.min(Math.max(Math.trunc(query.limit ?? defaultLimit) || defaultLimit, 1), largestLimit)
  const order = orderOf(entered, query)
  const ids = pageOfIds(compiler, module, branches(entered, query, within), order, limit + 1)
  if (!ids) return { records: [], next: undefined }
  const alike = areAlike(view)
  const projection = project(compiler, viewer.policy, module, listFields(module, view, query), alike ? [] : view)
  const rows = await rowsOf(viewer.kernel.db, pageStatement(entered, ids, projection.columns, order))
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next = rows.length > limit && last ? sealCursor(viewer.kernel.secret, boundTo(entered, order), { value: last['k'] as string | number | null, id: String(last['id']) }) : undefined
  const read = reader(catalog, module, projection, { showing: 'view', detailed: false, alike: alike ? view.slice(0, 1) : undefined })
  return { records: page.map(read), next }
}

function pageStatement(entered: Entered, ids: Fragment, columns: Fragment, order: Order): Fragment {
  const { dialect } = entered.compiler
  const key = ordered(entered.compiler, order, raw('p.k'))
  const direction = raw(order.descending ? 'desc' : 'asc')
  const rows = table(dialect, entered.module.table, 'r')
  return sql`select p.k as k, ${columns} from (${ids}) p ${raw(dialect.orderedJoin)} ${rows} on ${column(dialect, 'r', ID)} = p.id order by ${key} ${direction}, p.id ${direction}`
}

async function count(entered: Entered, query: Pick<ListQuery, 'filter' | 'search'>, cap: number, within?: Fragment): Promise<{ count: number; capped: boolean }> {
  const statement = cappedCount(entered.compiler, entered.module, branches(entered, query, within), cap)
  if (!statement) return { count: 0, capped: false }
  const [row] = await rowsOf(entered.viewer.kernel.db, statement)
  const found = Number(row?.['count'] ?? 0)
  return { count: Math.min(found, cap), capped: found > cap }
}

async function find(entered: Entered, id: string): Promise<ViewedRecord> {
  const { viewer, catalog, module, policy, compiler } = entered
  if (!isId(id)) throw new NotFound()
  const shown = fieldsOf(module, grantsFor(policy, 'open'))
  const projection = project(compiler, viewer.policy, module, shown, policy.grants)
  const where = and([sql`${column(compiler.dialect, 'r', ID)} = ${id}`, standing(compiler, policy, module, 'r')])
  const [row] = await rowsOf(viewer.kernel.db, sql`select ${projection.columns} from ${table(compiler.dialect, module.table, 'r')} where ${where}`)
  if (row?.['id'] !== id) throw new NotFound()
  const record = reader(catalog, module, projection, { showing: 'open', detailed: true })(row)
  if (!record.may.has('open')) throw new NotFound()
  return record
}

async function related(viewer: Viewer, from: { name: string; id: string; link: string }, query: ListQuery): Promise<Page> {
  const parent = await enter(viewer, from.name, 'open')
  await find(parent, from.id)
  const link = parent.module.links.get(from.link)
  if (!link) throw new NotFound()
  const entered = await enter(viewer, link.to, 'view')
  return list(entered, query, farEnd(parent, from.link, from.id))
}

/** The row `r` of the module at the other end is linked to this one. */
function farEnd({ compiler, module }: Entered, name: string, id: string): Fragment {
  const { dialect } = compiler
  const storage = module.links.get(name)!.storage
  const far = column(dialect, 'r', ID)
  switch (storage.kind) {
    case 'reverse':
      return and([sql`${column(dialect, 'r', storage.column)} = ${id}`, ...(storage.only ? [sql`${column(dialect, 'r', storage.only.column)} = ${storage.only.is}`] : [])])
    case 'column': {
      const only = storage.only ? [sql`${column(dialect, 'n', storage.only.column)} = ${storage.only.is}`] : []
      return sql`${far} = (select ${column(dialect, 'n', storage.column)} from ${table(dialect, module.table, 'n')} where ${and([sql`${column(dialect, 'n', ID)} = ${id}`, ...only])})`
    }
    case 'table': {
      const rules = [...storage.only, ...(storage.live ? [storage.live] : [])].map((rule) => sql`${column(dialect, 'n', rule.column)} = ${rule.is}`)
      return sql`${far} in (select ${column(dialect, 'n', storage.far)} from ${table(dialect, storage.table, 'n')} where ${and([sql`${column(dialect, 'n', storage.near)} = ${id}`, ...rules])})`
    }
  }
}

/** One branch per view grant; a grant that doesn't show a filtered field has none, and a search looks only into what it shows. */
function branches(entered: Entered, query: Pick<ListQuery, 'filter' | 'search'>, within?: Fragment): Branch[] {
  const { module, policy } = entered
  const filters = query.filter ?? []
  const view = grantsFor(policy, 'view')
  const known = fieldsOf(module, view)
  if (filters.some((filter) => !known.includes(filter.field))) throw new UnknownField()
  const words = wordsOf(query.search)
  return view
    .filter((grant) => filters.every((filter) => grant.fields.includes(filter.field)))
    .map((grant) => ({
      condition: all(grant.when, ...policy.restrictions.map((restriction) => restriction.when)),
      asked: [...filters.map((filter) => filterPredicate(entered, filter)), ...words.map((word) => searchPredicate(entered, grant, word)), ...(within ? [within] : [])]
    }))
}

function filterPredicate(entered: Entered, filter: Filter): Fragment {
  const { compiler, module } = entered
  const isReference = module.fields.get(filter.field)?.type === 'reference'
  try {
    const asked = predicate(compiler, module, 'r', compare(filter.field, filter.operator, filter.value))
    return isReference ? and([asked, isKnown(entered, filter)]) : asked
  } catch (cause) {
    if (cause instanceof CannotCompile) throw new UnknownField(cause)
    throw cause
  }
}

/** A reference is compared whole, and only where it is shown; that there is one is no secret. */
function isKnown({ viewer, compiler, module }: Entered, { field, operator }: Filter): Fragment {
  if (operator === 'isEmpty' || operator === 'isNotEmpty') return isTrue
  if (operator !== '=' && operator !== '≠') throw new CannotCompile(`${operator} has no meaning for ${field}.`)
  return sql`${shownReference(compiler, viewer.policy, module, module.fields.get(field)!)} is not null`
}

function searchPredicate({ compiler, module }: Entered, grant: Grant, word: string): Fragment {
  const fields = grant.fields.flatMap((name) => module.fields.get(name) ?? []).filter((field) => field.searchable)
  return or(fields.map((field) => containsText(compiler.dialect, valueOf(compiler.dialect, module, field, 'r'), word)))
}

function wordsOf(search: string | undefined): string[] {
  return (search ?? '').slice(0, longestSearch).split(/\s+/).filter((word) => word !== '').slice(0, 8)
}

function orderOf(entered: Entered, query: ListQuery): Order {
  const { module, policy, viewer } = entered
  const wanted = query.sort
  if (wanted && !released(module, policy).sortable.includes(wanted.field)) throw new UnknownField()
  const field = module.fields.get(wanted?.field ?? module.createdAt)
  if (!field) throw new CannotCompile(`${module.name} has no field ${module.createdAt}.`)
  const order = { field, descending: wanted?.descending ?? true, after: undefined }
  return { ...order, after: query.after ? openCursor(viewer.kernel.secret, boundTo(entered, order), query.after) : undefined }
}

function boundTo({ viewer, module }: Entered, order: Order): string {
  return [viewer.person.kind, viewer.person.id, module.name, order.field.name, order.descending].join('|')
}

function listFields(module: Module, view: readonly Grant[], query: ListQuery): string[] {
  const visible = fieldsOf(module, view)
  const layout = module.layouts.find((candidate) => candidate.kind === 'list')
  const wanted = new Set([module.title, ...(query.fields ?? layout?.sections.flatMap((section) => section.fields) ?? visible)])
  return visible.filter((name) => wanted.has(name))
}

// --- writing: decided before anything happens ---

async function create(viewer: Viewer, name: string, record: NewRecord): Promise<string> {
  const entered = await enter(viewer, name, 'create')
  mustWrite(viewer)
  const values = withOwner(entered, { ...record.values, ...record.fill })
  const candidate: Candidate = { isNew: true, authorId: viewer.person.id, links: record.links ?? {} }
  mustBeOfTheirType(entered.module, values)
  await referencesMustBeVisible(entered, record.values)
  await linkedMustBeVisible(entered, candidate.links)
  const grants = grantsFor(entered.policy, 'create')
  const statement = judgeNew(entered.compiler, entered.policy, entered.module, grants, values, candidate)
  mustCover(entered.module, await matching(entered, statement, grants), Object.keys(record.values))
  const id = await refusedByField(viewer.kernel.host.save({ module: name, values, links: record.links }, viewer.actor))
  await noteAuthor(viewer.kernel.db, name, id, viewer.person.id)
  return id
}

/** What somebody from outside creates belongs to the staff member who invited him (Z26). */
function withOwner({ module, viewer }: Entered, values: Readonly<Record<string, FieldValue>>): Readonly<Record<string, FieldValue>> {
  return module.owner ? { ...values, [module.owner]: viewer.person.invitedBy } : values
}

async function change(viewer: Viewer, name: string, id: string, values: Readonly<Record<string, FieldValue>>): Promise<void> {
  const entered = await enter(viewer, name, 'open')
  const before = await find(entered, id)
  mustWrite(viewer)
  if (!before.may.has('edit')) throw new Forbidden()
  mustBeWritable(entered.module, before.writable, Object.keys(values))
  mustBeOfTheirType(entered.module, values)
  await referencesMustBeVisible(entered, values)
  const grants = grantsFor(entered.policy, 'edit')
  const candidate: Candidate = { isNew: false, authorId: viewer.person.id, links: {} }
  const statement = judgeChanged(entered.compiler, entered.policy, entered.module, grants, id, values, candidate)
  mustCover(entered.module, await matching(entered, statement, grants), Object.keys(values))
  await refusedByField(viewer.kernel.host.save({ module: name, id, values }, viewer.actor))
}

async function remove(viewer: Viewer, name: string, id: string): Promise<void> {
  const record = await find(await enter(viewer, name, 'open'), id)
  mustWrite(viewer)
  if (!record.may.has('delete')) throw new Forbidden()
  await viewer.kernel.host.remove(name, id, viewer.actor)
}

async function cloneOf(viewer: Viewer, name: string, id: string): Promise<Readonly<Record<string, FieldValue>>> {
  const entered = await enter(viewer, name, 'open')
  const record = await find(entered, id)
  if (!record.may.has('clone')) throw new Forbidden()
  const creatable = new Set(released(entered.module, entered.policy).creatable)
  const values: Record<string, FieldValue> = {}
  for (const [field, value] of Object.entries(record.values)) {
    if (creatable.has(field)) values[field] = typeof value === 'object' && value !== null && 'id' in value ? value.id || null : value
  }
  return values
}

async function setLink(viewer: Viewer, ends: { name: string; id: string; link: string; other: string }, present: boolean): Promise<void> {
  const entered = await enter(viewer, ends.name, 'open')
  const near = await find(entered, ends.id)
  const link = entered.module.links.get(ends.link)
  if (!link || link.cardinality !== 'many') throw new NotFound()
  const far = await find(await enter(viewer, link.to, 'open'), ends.other)
  mustWrite(viewer)
  if (!near.may.has('edit') || !far.may.has('edit')) throw new Forbidden()
  await refusedByField(viewer.kernel.host.link({ module: ends.name, id: ends.id, link: ends.link, other: ends.other, present }, viewer.actor))
}

/** Which of `grants` match the row as it will be; none where it breaks a restriction. */
async function matching(entered: Entered, statement: Fragment, grants: readonly Grant[]): Promise<Grant[]> {
  const [row] = await rowsOf(entered.viewer.kernel.db, statement)
  if (Number(row?.['ok'] ?? 0) !== 1) return []
  return grants.filter((_, index) => Number(row?.[`g${index}`]) === 1)
}

function mustCover(module: Module, grants: readonly Grant[], fields: readonly string[]): void {
  if (grants.length === 0) throw new Forbidden('errors.outOfScope')
  mustBeWritable(module, new Set(grants.flatMap((grant) => grant.fields)), fields)
}

/** A field he may not write gets the answer of a field that isn't there (A14). */
function mustBeWritable(module: Module, writable: ReadonlySet<string>, fields: readonly string[]): void {
  const refused = fields.filter((name) => !writable.has(name) || module.fields.get(name)?.readOnly !== false)
  if (refused.length > 0) throw new Invalid(Object.fromEntries(refused.map((name) => [name, { key: 'errors.field.unknown' }])))
}

/** A value of another type would be judged as one thing and stored as another. */
function mustBeOfTheirType(module: Module, values: Readonly<Record<string, FieldValue>>): void {
  const wrong = Object.entries(values).filter(([name, value]) => value !== null && !fitsType(module.fields.get(name), value))
  if (wrong.length > 0) throw new Invalid(Object.fromEntries(wrong.map(([name]) => [name, { key: 'errors.field.invalid' }])))
}

function fitsType(field: Field | undefined, value: FieldValue): boolean {
  if (!field) return true
  if (field.type === 'options') return Array.isArray(value)
  switch (valueKind(field)) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'moment':
      return value === '' || (typeof value === 'string' && isMoment(value) && value.length === (field.type === 'date' ? 10 : 19))
  }
}

/** What a new record is linked to must be there for him; the record that stands for himself always is. */
async function linkedMustBeVisible({ viewer, module, catalog }: Entered, links: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const { module: ownModule, recordId } = viewer.person
  for (const [name, ids] of Object.entries(links)) {
    const to = module.links.get(name)?.to
    for (const id of ids) {
      const isHimself = to === ownModule && id === recordId
      if (!to || !(isHimself || (await isVisible(viewer, catalog, to, id)))) throw new Invalid({ [name]: { key: 'errors.field.reference' } })
    }
  }
}

/** He may refer only to records he may see (A05, A11). */
async function referencesMustBeVisible({ viewer, module, catalog }: Entered, values: Readonly<Record<string, FieldValue>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    const field = module.fields.get(name)
    if (field?.type !== 'reference' || value === null || value === '') continue
    const to = module.links.get(field.link ?? '')?.to
    if (!to || !(await isVisible(viewer, catalog, to, value))) throw new Invalid({ [name]: { key: 'errors.field.reference' } })
  }
}

async function isVisible(viewer: Viewer, catalog: Catalog, module: string, value: FieldValue): Promise<boolean> {
  const policy = viewer.policy.get(module)
  if (!policy || typeof value !== 'string' || !isId(value)) return false
  const target = moduleOf(catalog, module)
  const compiler: Compiler = { catalog, dialect: viewer.kernel.dialect }
  const scope = any(...grantsFor(policy, 'view').map((grant) => grant.when))
  const where = and([standing(compiler, policy, target, 'r'), predicate(compiler, target, 'r', all(oneOf(ID, [value]), scope))])
  if (where === isFalse) return false
  const rows = await rowsOf(viewer.kernel.db, sql`select ${column(compiler.dialect, 'r', ID)} as id from ${table(compiler.dialect, target.table, 'r')} where ${where}`)
  return rows.length === 1
}

function mustWrite(viewer: Viewer): void {
  if (viewer.readOnly) throw new Forbidden('errors.readOnlyPreview')
}

async function refusedByField<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (cause) {
    if (cause instanceof HostRefused) throw new Invalid(cause.fields)
    throw cause
  }
}

// --- notes and their files ---

async function feed(viewer: Viewer, name: string, id: string): Promise<readonly FeedEntry[]> {
  const record = await find(await enter(viewer, name, 'open'), id)
  if (!record.may.has('feed')) throw new Forbidden()
  const entries = await viewer.kernel.host.feed.list(name, id, { internal: false, limit: feedLimit })
  return entries.filter((entry) => !entry.internal && entry.kind === 'post')
}

async function post(viewer: Viewer, name: string, id: string, note: { text: string; files: readonly string[] }): Promise<string> {
  const record = await find(await enter(viewer, name, 'open'), id)
  mustWrite(viewer)
  if (!record.may.has('post')) throw new Forbidden()
  const entryId = await viewer.kernel.host.feed.post({ module: name, recordId: id, text: note.text, internal: false, files: note.files }, viewer.actor)
  await noteAuthor(viewer.kernel.db, feedEntries, entryId, viewer.person.id)
  return entryId
}

async function changePost(viewer: Viewer, note: { name: string; id: string; entryId: string }, text: string): Promise<void> {
  await ownPost(viewer, note)
  await viewer.kernel.host.feed.change(note.entryId, text, viewer.actor)
}

async function removePost(viewer: Viewer, note: { name: string; id: string; entryId: string }): Promise<void> {
  await ownPost(viewer, note)
  await viewer.kernel.host.feed.remove(note.entryId, viewer.actor)
  await forgetAuthor(viewer.kernel.db, feedEntries, note.entryId)
}

/** A note on this record that he wrote himself, where he may still write. */
async function ownPost(viewer: Viewer, note: { name: string; id: string; entryId: string }): Promise<void> {
  const entries = await feed(viewer, note.name, note.id)
  mustWrite(viewer)
  const isHis = entries.some((entry) => entry.id === note.entryId) && (await isAuthor(viewer.kernel.db, feedEntries, note.entryId, viewer.person.id))
  if (!isHis) throw new NotFound()
}

async function file(viewer: Viewer, name: string, id: string, fileId: string): ReturnType<Records['file']> {
  const entries = await feed(viewer, name, id)
  const info = entries.flatMap((entry) => entry.files).find((candidate) => candidate.id === fileId)
  if (!info) throw new NotFound()
  return { info, open: () => viewer.kernel.host.files.read(info.id) }
}

// --- why ---

async function explain(viewer: Viewer, name: string, id: string, t: Parameters<Records['explain']>[2]): ReturnType<Records['explain']> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  const module = catalog.modules.get(name)
  if (!module || !isId(id)) return { visible: false, grants: [], restrictions: [] }
  return explainRecord(viewer.kernel.db, { catalog, dialect: viewer.kernel.dialect }, viewer.policy, module, id, t)
}

/** What an id can look like on any host; anything else is asked of no database. */
function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,36}$/.test(text)
}

/** A filter, sort or search by a field he doesn't see, or that doesn't exist: one answer (A09). */
export class UnknownField extends Invalid {
  constructor(readonly why?: unknown) {
    super({ query: { key: 'errors.field.unknown' } })
  }
}
