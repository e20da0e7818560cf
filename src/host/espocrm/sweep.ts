/** The sweep: finds changes that EspoCRM's hooks did not tell of (`restoreDeleted`, SQL, a crash between two statements)
 *  by their `modified_at`, and removals that were undone, and writes the missing rows into the outbox. */
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../../db/moment.js'
import type { Catalog, Module } from '../catalog.js'
import { asides, type Story } from './events.js'

/** What `portico_outbox.handled` says of a row. */
export const marks = {
  waiting: 0,
  handedOut: 1,
  /** Handed out, too: a removal that EspoCRM may undo without a hook and without a new `modified_at`. */
  removal: 2,
  /** Handed out, too: an answer, which a conversion whose event has to wait asks for later. */
  answer: 3
} as const

export const outboxTable = 'portico_outbox'
const sweepsTable = 'portico_sweeps'

/** A hook has this long to write its row, in milliseconds. */
export const patience = 30_000
/** A sweep begins this long before the end of the last one: EspoCRM's clock need not be ours. In milliseconds. */
const overlap = 600_000
const batch = 500
/** EspoCRM has no index on `modified_at`: of the time, looking through a table takes at most one part in so many. */
const share = 500

export interface SweepOptions {
  readonly db: Knex
  readonly catalog: () => Promise<Catalog>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Sweep {
  /** Looks through each module whose turn it is; gives the number of rows it wrote. */
  run(): Promise<number>
}

/** The first look at a module only notes when it was. Two services may sweep at once: they take turns module by module. */
export function createSweep({ db, catalog, now }: SweepOptions): Sweep {
  const restUntil = new Map<string, number>()

  const sweepModule = async (module: Module): Promise<number> => {
    const written = await sweepRestored(db, module, now())
    const started = now()
    if (started < (restUntil.get(module.name) ?? 0)) return written
    const found = await sweepChanges(db, module, started)
    restUntil.set(module.name, now() + (now() - started) * share)
    return written + found
  }

  return {
    async run() {
      const modules = [...(await catalog()).modules.values()]
      await forget(db, modules)
      let written = 0
      for (const module of modules) written += await sweepModule(module)
      return written
    }
  }
}

/** What is no module any more must not hold up the housekeeping. */
async function forget(db: Knex, modules: readonly Module[]): Promise<void> {
  const names = modules.map(({ name }) => name)
  await db(sweepsTable).whereNotIn('module', names).delete()
}

/** A record as the sweep sees it; moments as `YYYY-MM-DD HH:MM:SS` in UTC. */
export interface Changed {
  readonly id: string
  readonly at: string
  readonly made: string | null
  readonly live: number
}

async function sweepChanges(db: Knex, module: Module, now: number): Promise<number> {
  const until = momentAt(now - patience)
  let from = await beginning(db, module, until)
  let written = 0
  while (from) {
    const [last, count] = await sweepBatch(db, module, { from, until, now })
    written += count
    from = last
  }
  return written
}

/** Where a look through the module begins: after this record of this moment. */
interface Place {
  readonly at: string
  readonly id: string
}

/** Undefined at the first time: what was before is not swept later, either. */
async function beginning(db: Knex, { name }: Module, until: string): Promise<Place | undefined> {
  const known = await db<SweepRow>(sweepsTable).first('until').where({ module: name })
  if (known) return { at: before(known.until, overlap), id: '' }
  await db(sweepsTable)
    .insert({ module: name, until: before(until, -overlap) })
    .onConflict('module')
    .ignore()
  return undefined
}

interface SweepRow {
  readonly module: string
  readonly until: string
}

/** Gives the place where the next batch begins, undefined after the last one. The sweep's row is held meanwhile: what
 *  another service has just written is seen. */
function sweepBatch(
  db: Knex,
  module: Module,
  { from, until, now }: { from: Place; until: string; now: number }
): Promise<[Place | undefined, number]> {
  return db.transaction(async (trx) => {
    const where = { module: module.name }
    const known = await trx<SweepRow>(sweepsTable).first('until').where(where).forUpdate()
    const changed = await changedBetween(trx, module, { from, until, limit: batch })
    const missed = await untold(trx, module, changed)
    await writeStories(
      trx,
      missed.map(({ record, isNew }) => storyOf(module, record, isNew)),
      now
    )
    const last = changed.length === batch ? changed.at(-1) : undefined
    const swept = last?.at ?? until
    if (known && known.until < swept) await trx(sweepsTable).where(where).update({ until: swept })
    return [last, missed.length]
  })
}

/** Records modified after `from`, up to `until`, removed ones too, in the order of time. */
export function changedBetween(
  db: Knex,
  module: Module,
  { from, until, limit }: { from: Place; until: string; limit: number }
): Promise<Changed[]> {
  const [modified, created] = [columnOf(module, module.modifiedAt), columnOf(module, module.createdAt)]
  return db({ r: module.table })
    .select('r.id', { at: `r.${modified}`, made: `r.${created}` })
    .select(
      module.live ? db.raw('case when ?? = ? then 1 else 0 end as live', liveBinding(module.live)) : db.raw('1 as live')
    )
    .where((after) =>
      after
        .where(`r.${modified}`, '>', from.at)
        .orWhere((same) => same.where(`r.${modified}`, from.at).where('r.id', '>', from.id))
    )
    .where(`r.${modified}`, '<=', until)
    .orderBy([`r.${modified}`, 'r.id'])
    .limit(limit)
}

function liveBinding({ column, is }: NonNullable<Module['live']>): Knex.RawBinding[] {
  return [`r.${column}`, is]
}

function columnOf({ name, fields }: Module, field: string): string {
  const storage = fields.get(field)?.storage
  if (storage?.kind !== 'column') throw new RangeError(`${name}.${field} is kept in no column.`)
  return storage.column
}

interface Missed {
  readonly record: Changed
  /** Nothing was ever told of it, and it was made when it was changed last. */
  readonly isNew: boolean
}

/** Those of which the outbox says nothing since they were modified. */
async function untold(db: Knex, module: Module, changed: readonly Changed[]): Promise<Missed[]> {
  const told = await lastTold(db, module, changed)
  return changed
    .filter(({ id, at }) => (told.get(id) ?? '') < at)
    .map((record) => ({ record, isNew: !told.has(record.id) && record.made === record.at }))
}

/** When the outbox was last told of these records, by id; `by: 'hook'` leaves out what a sweep wrote. */
export async function lastTold(
  db: Knex,
  module: Module,
  changed: readonly Changed[],
  { by }: { by?: 'hook' } = {}
): Promise<ReadonlyMap<string, string>> {
  const rows = db<OutboxRow>(outboxTable)
    .select('subject')
    .max({ at: 'created_at' })
    .whereIn(
      'subject',
      changed.map(({ id }) => subjectOf(module, id))
    )
    .groupBy('subject')
  for (const aside of asides) rows.whereNot('event', 'like', aside)
  if (by === 'hook') rows.whereNot('event', 'like', '%"swept":true%')
  const told = (await rows) as { subject: string; at: string }[]
  return new Map(told.map(({ subject, at }) => [idIn(module, subject), at]))
}

export interface OutboxRow {
  readonly id: string
  readonly subject: string
  readonly event: string
  readonly handled: number
  readonly created_at: string
}

function subjectOf({ name }: Module, id: string): string {
  return `${name}/${id}`
}

function idIn({ name }: Module, subject: string): string {
  return subject.slice(name.length + 1)
}

function storyOf({ name }: Module, { id, live }: Changed, isNew: boolean): Story {
  return sweptStory(name, id, !live ? 'delete' : isNew ? 'create' : 'update')
}

function sweptStory(entityType: string, id: string, action: Story['action']): Story {
  return { entityType, id, action, changed: [], by: null, swept: true }
}

async function writeStories(db: Knex, stories: readonly Story[], now: number): Promise<void> {
  const rows = stories.map((story) => ({
    id: randomBytes(9).toString('hex').slice(0, 17),
    subject: `${story.entityType}/${story.id}`,
    event: JSON.stringify(story),
    attempts: 0,
    not_before: 0,
    handled: marks.waiting,
    created_at: momentAt(now)
  }))
  if (rows.length > 0) await db(outboxTable).insert(rows)
}

/** Removals that were told of, of records that live: they were restored, which is told as it is in the embedded CRM. */
async function sweepRestored(db: Knex, module: Module, now: number): Promise<number> {
  if (!module.live) return 0
  const prefix = subjectOf(module, '')
  const rows = (await db({ o: outboxTable })
    .distinct('o.subject')
    .join({ r: module.table }, 'r.id', db.raw('substr(o.subject, ?)', [prefix.length + 1]))
    .where({ 'o.handled': marks.removal, [`r.${module.live.column}`]: module.live.is })
    .where('o.subject', 'like', `${prefix}%`)
    .limit(batch)) as Pick<OutboxRow, 'subject'>[]
  let written = 0
  for (const { subject } of rows) if (await tellRestored(db, module, subject, now)) written++
  return written + (rows.length === batch ? await sweepRestored(db, module, now) : 0)
}

/** Whoever takes the mark away tells of it. */
function tellRestored(db: Knex, module: Module, subject: string, now: number): Promise<boolean> {
  return db.transaction(async (trx) => {
    const taken = await trx(outboxTable).where({ subject, handled: marks.removal }).update({ handled: marks.handedOut })
    if (taken === 0) return false
    await writeStories(trx, [sweptStory(module.name, idIn(module, subject), 'create')], now)
    return true
  })
}

/** What has been swept for good: rows of the outbox that are older, no sweep asks for any more. */
export async function sweptUntil(db: Knex): Promise<string | undefined> {
  const row = await db<SweepRow>(sweepsTable).min({ until: 'until' }).first()
  return row?.until ? before(row.until, overlap) : undefined
}

function before(moment: string, milliseconds: number): string {
  return momentAt(timeOf(moment) - milliseconds)
}

/** In milliseconds since 1970. */
export function timeOf(moment: string): number {
  return Date.parse(`${moment.replace(' ', 'T')}Z`)
}
