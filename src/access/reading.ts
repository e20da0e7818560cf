/** Lists, counts and single records, as the grants allow; nothing here writes. */
import type { Field, Module } from '../host/catalog.js'
import { Invalid, NotFound } from '../errors.js'
import { column, table, valueOf } from './columns.js'
import { containsText } from './comparison.js'
import { predicate } from './compile.js'
import { CannotCompile } from './roots.js'
import { all, compare, ID } from './condition.js'
import { openCursor, sealCursor } from './cursor.js'
import { enter, isId, type Entered } from './entered.js'
import { isComparable, isSearchable } from './field-kinds.js'
import { and, isTrue, or, raw, rowsOf, sql, type Fragment } from './fragment.js'
import type { Grant } from './grant.js'
import { farLookups, isShownHere, shows } from './lookups.js'
import { cappedCount, ordered, pageOfIds, type Branch, type Order } from './plan.js'
import { areAlike, fieldsOf, grantsFor, project, reader, shownReference, standing } from './projection.js'
import type { Count, Filter, ListQuery, Page, ViewedRecord } from './record.js'
import { released } from './released.js'
import type { Viewer } from './viewer.js'

const defaultLimit = 25
const largestLimit = 200
const longestSearch = 100

/** What a list of linked records adds to the question. */
interface Within {
  readonly linked: Fragment
  /** Fields of which a grant must show one to give rows; undefined: no field tells of this link. */
  readonly lookups: readonly string[] | undefined
}

export async function list(entered: Entered, query: ListQuery, within?: Within): Promise<Page> {
  const { viewer, module, policy, compiler } = entered
  const view = grantsFor(policy, 'view')
  const limit = Math.min(Math.max(Math.trunc(query.limit ?? defaultLimit) || defaultLimit, 1), largestLimit)
  const order = orderOf(entered, query)
  const ids = pageOfIds(compiler, module, branches(entered, query, within), order, limit + 1)
  if (!ids) return { records: [], next: undefined }
  const alike = !query.decided && areAlike(view)
  const flagged = query.decided ? policy.grants : alike ? [] : view
  const projection = project(entered, listFields(module, view, query), flagged)
  const rows = await rowsOf(viewer.kernel.db, pageStatement(entered, ids, projection.columns, order))
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next =
    rows.length > limit && last
      ? sealCursor(viewer.kernel.secret, boundTo(entered, order), {
          value: last['k'] as string | number | null,
          id: String(last['id'])
        })
      : undefined
  const read = reader(entered, projection, {
    showing: 'view',
    detailed: query.decided === true,
    alike: alike ? view.slice(0, 1) : undefined
  })
  return { records: page.map(read), next }
}

function pageStatement(entered: Entered, ids: Fragment, columns: Fragment, order: Order): Fragment {
  const { dialect } = entered.compiler
  const key = ordered(entered.compiler, order, raw('p.k'))
  const direction = raw(order.descending ? 'desc' : 'asc')
  const rows = table(dialect, entered.module.table, 'r')
  return sql`select p.k as k, ${columns} from (${ids}) p ${raw(dialect.orderedJoin)} ${rows} on ${column(dialect, 'r', ID)} = p.id order by ${key} ${direction}, p.id ${direction}`
}

export async function count(
  entered: Entered,
  query: Pick<ListQuery, 'filter' | 'search'>,
  cap: number
): Promise<Count> {
  const statement = cappedCount(entered.compiler, entered.module, branches(entered, query), cap)
  if (!statement) return { count: 0, capped: false }
  const [row] = await rowsOf(entered.viewer.kernel.db, statement)
  const total = Number(row?.['count'] ?? 0)
  return { count: Math.min(total, cap), capped: total > cap }
}

export async function find(entered: Entered, id: string): Promise<ViewedRecord> {
  const [record] = await findSome(entered, [id])
  if (!record) throw new NotFound()
  return record
}

/** Those of `ids` that he may open, in one statement and in no order. */
export async function findSome(entered: Entered, ids: readonly string[]): Promise<ViewedRecord[]> {
  const { viewer, module, policy, compiler } = entered
  const asked = new Set(ids.filter(isId))
  if (asked.size === 0) return []
  const shown = fieldsOf(module, grantsFor(policy, 'open'))
  const projection = project(entered, shown, policy.grants)
  const marks = [...asked].map(() => '?').join(', ')
  const named = sql`${column(compiler.dialect, 'r', ID)} in (${raw(marks, [...asked])})`
  const where = and([named, standing(entered, 'r')])
  const rows = await rowsOf(
    viewer.kernel.db,
    sql`select ${projection.columns} from ${table(compiler.dialect, module.table, 'r')} where ${where}`
  )
  const read = reader(entered, projection, { showing: 'open', detailed: true })
  // The database may take other ids for equal (letter case).
  return rows.flatMap((row) => (asked.has(row['id'] as string) ? read(row) : [])).filter(({ may }) => may.has('open'))
}

export async function related(
  viewer: Viewer,
  from: { name: string; id: string; link: string },
  query: ListQuery
): Promise<Page> {
  const parent = await enter(viewer, from.name, 'open')
  return linkedTo(parent, await find(parent, from.id), from.link, query)
}

/** As `related`, of a record that was found for this very viewer and need not be found again.
 *  @throws NotFound for a record that came to him by another way. */
export async function relatedTo(viewer: Viewer, record: ViewedRecord, link: string, query: ListQuery): Promise<Page> {
  if (finders.get(record) !== viewer) throw new NotFound()
  return linkedTo(await enter(viewer, record.module.name, 'open'), record, link, query)
}

/** Who opened which record, for as long as somebody holds it: a request. */
const finders = new WeakMap<ViewedRecord, Viewer>()

/** Notes that `viewer` was let to this record. */
export function found(viewer: Viewer, record: ViewedRecord): ViewedRecord {
  finders.set(record, viewer)
  return record
}

async function linkedTo(parent: Entered, record: ViewedRecord, name: string, query: ListQuery): Promise<Page> {
  const link = parent.module.links.get(name)
  if (!link) throw new NotFound()
  const entered = await enter(parent.viewer, link.to, 'view')
  const lookups = farLookups(parent.module, entered.module, link)
  const view = grantsFor(entered.policy, 'view')
  if (!isShownHere(record, entered.module, link) || !view.some((grant) => shows(grant, lookups))) throw new NotFound()
  return list(entered, query, { linked: farEnd(parent, name, record.id), lookups })
}

/** The row `r` of the module at the other end is linked to this one. */
function farEnd({ compiler, module }: Entered, name: string, id: string): Fragment {
  const { dialect } = compiler
  const storage = module.links.get(name)!.storage
  const far = column(dialect, 'r', ID)
  switch (storage.kind) {
    case 'reverse':
      return and([
        sql`${column(dialect, 'r', storage.column)} = ${id}`,
        ...(storage.only ? [sql`${column(dialect, 'r', storage.only.column)} = ${storage.only.is}`] : [])
      ])
    case 'column': {
      const only = storage.only ? [sql`${column(dialect, 'n', storage.only.column)} = ${storage.only.is}`] : []
      return sql`${far} = (select ${column(dialect, 'n', storage.column)} from ${table(dialect, module.table, 'n')} where ${and([sql`${column(dialect, 'n', ID)} = ${id}`, ...only])})`
    }
    case 'table': {
      const rules = [...storage.only, ...(storage.live ? [storage.live] : [])].map(
        (rule) => sql`${column(dialect, 'n', rule.column)} = ${rule.is}`
      )
      return sql`${far} in (select ${column(dialect, 'n', storage.far)} from ${table(dialect, storage.table, 'n')} where ${and([sql`${column(dialect, 'n', storage.near)} = ${id}`, ...rules])})`
    }
  }
}

/** What narrows a question to some of the records he may see. */
interface Narrowing extends Pick<ListQuery, 'filter' | 'search'> {
  /** Further fields that tell something by the answer: a grant must show them as it must show the filtered ones. */
  readonly uses?: readonly string[]
}

/** The rows of all view grants; one that doesn't show a filtered field gives none, and a search looks only into what a grant shows.
 *  Grants in which the same is asked for are asked together. */
export function branches(entered: Entered, query: Narrowing, within?: Within): Branch[] {
  const { module, policy } = entered
  const filters = query.filter ?? []
  const used = [...filters.map(({ field }) => field), ...(query.uses ?? [])]
  const view = grantsFor(policy, 'view')
  const known = fieldsOf(module, view)
  if (used.some((name) => !known.includes(name))) throw new UnknownField()
  const words = wordsOf(query.search)
  const asking = view.filter(
    (grant) => used.every((name) => grant.fields.includes(name)) && shows(grant, within?.lookups)
  )
  const restrictions = policy.restrictions.map((restriction) => restriction.when)
  return alikeIn(asking, words.length > 0 ? searchedIn(module) : () => '').map((grants) => ({
    conditions: grants.map((grant) => all(grant.when, ...restrictions)),
    asked: [
      ...filters.map((filter) => filterPredicate(entered, filter)),
      ...words.map((word) => searchPredicate(entered, grants[0]!, word)),
      ...(within ? [within.linked] : [])
    ]
  }))
}

function searchedIn(module: Module): (grant: Grant) => string {
  return (grant) =>
    searchedFields(module, grant)
      .map(({ name }) => name)
      .toSorted()
      .join()
}

/** Which fields a search in the grant looks into. */
function searchedFields(module: Module, { fields }: Grant): Field[] {
  return fields.flatMap((name) => module.fields.get(name) ?? []).filter(isSearchable)
}

function alikeIn(grants: readonly Grant[], faceOf: (grant: Grant) => string): Grant[][] {
  const groups = new Map<string, Grant[]>()
  for (const grant of grants) groups.set(faceOf(grant), [...(groups.get(faceOf(grant)) ?? []), grant])
  return [...groups.values()]
}

function filterPredicate(entered: Entered, filter: Filter): Fragment {
  const { compiler, module } = entered
  const field = module.fields.get(filter.field)
  const isReference = field?.type === 'reference'
  if (!field || !isComparable(field)) throw new UnknownField()
  try {
    const asked = predicate(compiler, module, 'r', compare(filter.field, filter.operator, filter.value))
    return isReference ? and([asked, isKnown(entered, filter)]) : asked
  } catch (cause) {
    if (cause instanceof CannotCompile) throw new UnknownField(cause)
    throw cause
  }
}

/** A reference is compared whole, and only where it is shown; that there is one is no secret. */
function isKnown(entered: Entered, { field, operator }: Filter): Fragment {
  if (operator === 'isEmpty' || operator === 'isNotEmpty') return isTrue
  if (operator !== '=' && operator !== '≠') throw new CannotCompile(`${operator} has no meaning for ${field}.`)
  return sql`${shownReference(entered, entered.module.fields.get(field)!)} is not null`
}

function searchPredicate({ compiler, module }: Entered, grant: Grant, word: string): Fragment {
  const fields = searchedFields(module, grant)
  return or(fields.map((field) => containsText(compiler.dialect, valueOf(compiler.dialect, module, field, 'r'), word)))
}

function wordsOf(search: string | undefined): string[] {
  return (search ?? '')
    .slice(0, longestSearch)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 8)
}

export function orderOf(entered: Entered, query: ListQuery): Order {
  const { module, policy, viewer } = entered
  const wanted = query.sort
  if (wanted && !released(module, policy).sortable.includes(wanted.field)) throw new UnknownField()
  const field = module.fields.get(wanted?.field ?? module.createdAt)
  if (!field) throw new CannotCompile(`${module.name} has no field ${module.createdAt}.`)
  const order = { field, descending: wanted?.descending ?? true, after: undefined }
  return {
    ...order,
    after: query.after ? openCursor(viewer.kernel.secret, boundTo(entered, order), query.after) : undefined
  }
}

function boundTo({ viewer, module }: Entered, order: Order): string {
  return [viewer.person.kind, viewer.person.id, module.name, order.field.name, order.descending].join('|')
}

/** Never files: which a record has is for its own page. */
function listFields(module: Module, view: readonly Grant[], query: ListQuery): string[] {
  const visible = fieldsOf(module, view)
  const layout = module.layouts.find((candidate) => candidate.kind === 'list')
  const wanted = new Set([
    module.title,
    ...(query.fields ?? layout?.sections.flatMap((section) => section.fields) ?? visible)
  ])
  return visible.filter((name) => wanted.has(name) && module.fields.get(name)?.type !== 'files')
}

/** A filter, sort or search by a field he doesn't see, or that doesn't exist: one answer (A09). */
export class UnknownField extends Invalid {
  constructor(readonly why?: unknown) {
    super({ query: { key: 'errors.field.unknown' } })
  }
}
