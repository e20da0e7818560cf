/** The staff's feed: what portal users did in the modules that a staff member follows, as far as the CRM shows him the records (Z27). */
import type { Knex } from 'knex'
import { doingKinds, type DoingKind } from '../../access/doings.js'
import { lookUp } from '../../access/question.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { FeedEntry, Staff } from '../../host/host.js'
import { configuration, type Configuration } from '../configuration.js'
import { modulesOfRoles } from '../roles/roles.js'

/** What a portal user did. */
export interface Done {
  readonly id: string
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly at: string
  readonly kind: DoingKind
  readonly name: string
  readonly module: Module
  readonly recordId: string
  /** Empty for a record that is gone. */
  readonly title: string
  /** The labels of what was changed. */
  readonly fields: readonly string[]
  /** The note as it is now; undefined where it is gone, or none. */
  readonly note: FeedEntry | undefined
  /** Notes can be written on the record, so it can be answered. */
  readonly takesNotes: boolean
}

export interface FeedPage {
  readonly done: readonly Done[]
  /** The cursor of older ones; undefined: there are none. */
  readonly next: string | undefined
}

const perPage = 20
/** Records that this staff member may not see are passed over; so many rows are looked at for one page. */
const lookedAt = 60

/** Newest first, what is older than the cursor `before`. */
export async function portalFeed(
  context: Context,
  staff: Staff,
  { catalog, before }: { catalog: Catalog; before: string | undefined }
): Promise<FeedPage> {
  const modules = await followedModules(context, staff, catalog)
  const rows = await rowsOf(context.db, [...modules.keys()], before)
  const visible = visibleTo(context, staff)
  const done: Done[] = []
  for (const [index, row] of rows.entries()) {
    if (done.length === perPage) return { done, next: rows[index - 1]?.id }
    const module = modules.get(row.module)
    if (module && (await visible(row))) done.push(await doneIn(context, row, module))
  }
  return { done, next: rows.length === lookedAt ? rows.at(-1)?.id : undefined }
}

/** Something done to a record that this staff member may see and answer. @throws NotFound */
export async function doneById(context: Context, staff: Staff, id: string): Promise<Pick<Row, 'module' | 'recordId'>> {
  const [row] = await doings(context.db).where({ id }).limit(1)
  const module = row && (await context.host.catalog('en')).modules.get(row.module)
  if (!row || !module?.hasFeed || !(await context.host.allows(staff, 'view', row.module, row.recordId)))
    throw new NotFound()
  return row
}

/** The modules a staff member chose, those that portals show and that are his to see. */
async function followedModules(context: Context, staff: Staff, catalog: Catalog): Promise<Map<string, Module>> {
  const chosen = new Set(await chosenModules(context.db, staff.id))
  const all = await choosableModules(context, staff, catalog)
  return new Map(all.filter(({ name }) => chosen.has(name)).map((module) => [module.name, module]))
}

/** What a staff member can choose among: the modules with which portal users work, as far as the CRM shows them to him. */
export async function choosableModules(context: Context, staff: Staff, catalog: Catalog): Promise<Module[]> {
  const all = await configuration(context.db)
  const released = new Set([...releasedModules(all), ...(await modulesOfRoles(context.db, [...all.portals.values()]))])
  const known = [...catalog.modules.values()].filter(({ name, partOf }) => released.has(name) && !partOf)
  const mine = await Promise.all(known.map(({ name }) => context.host.allowsModule(staff, name)))
  return known.filter((_, index) => mine[index])
}

function releasedModules({ userTypes }: Configuration): string[] {
  return [...userTypes.values()].flatMap(({ releases }) => releases.map(({ module }) => module))
}

export async function chosenModules(db: Knex, staffId: string): Promise<string[]> {
  const rows = (await db('portico_feed_modules').select('module').where({ staff_id: staffId })) as { module: string }[]
  return rows.map(({ module }) => module)
}

/** His choice among `choosable`; of what he can't see any more he keeps what he chose. */
export async function chooseModules(
  db: Knex,
  staffId: string,
  { choosable, chosen }: { choosable: readonly string[]; chosen: readonly string[] }
): Promise<void> {
  const rows = choosable.filter((name) => chosen.includes(name)).map((module) => ({ staff_id: staffId, module }))
  await db.transaction(async (trx) => {
    await trx('portico_feed_modules')
      .where({ staff_id: staffId })
      .whereIn('module', [...choosable])
      .delete()
    if (rows.length > 0) await trx('portico_feed_modules').insert(rows).onConflict(['staff_id', 'module']).ignore()
  })
}

interface Row {
  readonly id: string
  readonly at: string
  readonly kind: DoingKind
  readonly name: string
  readonly module: string
  readonly recordId: string
  readonly entryId: string | null
  readonly fields: string | null
}

function doings(db: Knex): Knex.QueryBuilder<Row, Row[]> {
  return db('portico_doings').select(
    'id',
    'at',
    'kind',
    'name',
    'module',
    'record_id as recordId',
    'entry_id as entryId',
    'fields'
  ) as Knex.QueryBuilder<Row, Row[]>
}

/** Their ids are in the order of time. */
async function rowsOf(db: Knex, modules: readonly string[], before: string | undefined): Promise<Row[]> {
  const rows = doings(db)
    .whereIn('module', [...modules])
    .whereIn('kind', [...doingKinds])
    .orderBy('id', 'desc')
    .limit(lookedAt)
  return before === undefined ? rows : rows.andWhere('id', '<', before)
}

/** A record is asked about once for a page. What is gone the CRM shows nobody: administrators alone are told who removed it. */
function visibleTo({ host }: Context, staff: Staff): (row: Row) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>()
  return ({ kind, module, recordId }) => {
    if (kind === 'removed' && staff.isAdministrator) return Promise.resolve(true)
    const key = JSON.stringify([module, recordId])
    const answer = known.get(key) ?? host.allows(staff, 'view', module, recordId)
    known.set(key, answer)
    return answer
  }
}

async function doneIn(context: Context, row: Row, module: Module): Promise<Done> {
  const record = await lookUp(context.kernel, module.name, row.recordId, [module.title])
  const names = row.fields === null ? [] : (JSON.parse(row.fields) as string[])
  const { id, at, kind, name, recordId } = row
  return {
    ...{ id, at, kind, name, module, recordId },
    title: record?.title ?? '',
    fields: names.flatMap((field) => module.fields.get(field)?.label ?? []),
    note: row.entryId === null ? undefined : await noteOf(context, row),
    takesNotes: module.hasFeed && record !== undefined
  }
}

/** Only a note that is on this record still. */
async function noteOf({ host }: Context, { entryId, module, recordId }: Row): Promise<FeedEntry | undefined> {
  const entry = await host.feed.find(String(entryId))
  return entry?.kind === 'post' && entry.module === module && entry.recordId === recordId ? entry : undefined
}
