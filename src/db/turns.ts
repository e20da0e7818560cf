/** Whose turn it is to run a job, over all processes that share a database: rows of `portico_jobs`.
 *
 *  Moments are those of the database's clock, which is one, where the machines of the processes have one each. A process takes what it saw
 *  free and due, and nothing that has changed since; it holds it with renewals, and writes down when the job is next due. */
import type { Knex } from 'knex'
import { transact } from './collision.js'
import { dialectOf } from './dialect.js'
import { hasSkipLocked } from './skip-locked.js'
import type { Job } from '../hooks.js'

const table = 'portico_jobs'

export interface Turns {
  /** Those of `jobs` that are free and due; one query, as a rule. A job that nobody knew is due from now on. */
  due(jobs: readonly Job[]): Promise<Due[]>
  /** Takes these, and gives the names of those that are ours now. */
  take(due: readonly Due[]): Promise<ReadonlySet<string>>
  /** Holds them longer, and gives the names of those that are still ours. */
  renew(names: readonly string[]): Promise<ReadonlySet<string>>
  /** Lets go of what is still ours. */
  finish(done: readonly Due[]): Promise<void>
}

/** As it was seen; milliseconds since 1970. */
export interface Due {
  readonly job: Job
  readonly seenAt: number
  readonly dueAt: number
  readonly heldUntil: number
}

interface Row {
  readonly name: string
  readonly due_at: number | string
  readonly held_until: number | string
}

type SeenRow = Row & { readonly now: number | string }

/** `holder` is this process; who doesn't renew for `hold` milliseconds is gone. A process that looks a moment early, by `slack`, needn't
 *  wait until it looks again. */
export function turnsOf(db: Knex, { holder, hold, slack }: { holder: string; hold: number; slack: number }): Turns {
  const { clock } = dialectOf(db)
  const held = { held_by: holder, held_until: db.raw(`${clock} + ?`, [hold]) }
  const ours = (names: readonly string[]): Knex.QueryBuilder =>
    db(table).where({ held_by: holder }).whereIn('name', names)

  const take = async (due: readonly Due[]): Promise<string[]> => {
    if (await hasSkipLocked(db)) return transact(db, (trx) => takeUnlocked(trx, due, held))
    const taken = []
    for (const one of due) if ((await db(table).where(asSeen(one)).update(held)) === 1) taken.push(one.job.name)
    return taken
  }

  return {
    async due(jobs) {
      const rows: SeenRow[] = await db(table).select('name', 'due_at', 'held_until', db.raw(`${clock} as now`))
      const seen = new Map(rows.map((row) => [row.name, row]))
      const unknown = jobs.filter(({ name }) => !seen.has(name))
      if (unknown.length > 0) await addTo(db, unknown, clock)
      return jobs.flatMap((job) => dueIn(job, seen.get(job.name), { hold, slack }))
    },
    take: async (due) => new Set(await take(due)),
    async renew(names) {
      const renewed = await ours(names).update({ held_until: held.held_until })
      return new Set(renewed === names.length ? names : await ours(names).pluck<string[]>('name'))
    },
    async finish(done) {
      const next = done.map(({ job, seenAt }) => [job.name, seenAt + job.everySeconds * 1000])
      const dueAt = db.raw(`case name ${next.map(() => 'when ? then ?').join(' ')} end`, next.flat())
      await ours(done.map(({ job }) => job.name)).update({ due_at: dueAt, held_by: null, held_until: 0 })
    }
  }
}

/** Two processes may find the same one missing. */
async function addTo(db: Knex, jobs: readonly Job[], clock: string): Promise<void> {
  const rows = jobs.map(({ name }) => ({ name, due_at: db.raw(clock), held_until: 0 }))
  await db(table).insert(rows).onConflict('name').ignore()
}

/** Not further ahead than clocks of servers differ: what was written before the clock was put back would keep the job waiting. */
const clocksDiffer = 300_000

function dueIn(job: Job, row: SeenRow | undefined, { hold, slack }: { hold: number; slack: number }): Due[] {
  if (!row) return []
  const [now, dueAt, heldUntil] = [Number(row.now), Number(row.due_at), Number(row.held_until)]
  const isAhead = (moment: number, most: number): boolean => moment > now && moment <= now + most + clocksDiffer
  const isHeld = isAhead(heldUntil, hold)
  const isLater = isAhead(dueAt - slack, job.everySeconds * 1000)
  return isHeld || isLater ? [] : [{ job, seenAt: now, dueAt, heldUntil }]
}

/** What somebody else is just taking is passed over. */
async function takeUnlocked(trx: Knex, due: readonly Due[], held: Record<string, unknown>): Promise<string[]> {
  const rows = await trx<Row>(table)
    .select('name', 'due_at', 'held_until')
    .whereIn(
      'name',
      due.map(({ job }) => job.name)
    )
    .orderBy('name')
    .forUpdate()
    .skipLocked()
  const isAsSeen = ({ job, dueAt, heldUntil }: Due): boolean =>
    rows.some((row) => row.name === job.name && Number(row.due_at) === dueAt && Number(row.held_until) === heldUntil)
  const names = due.filter(isAsSeen).map(({ job }) => job.name)
  if (names.length > 0) await trx(table).whereIn('name', names).update(held)
  return names
}

function asSeen({ job, dueAt, heldUntil }: Due): Record<string, string | number> {
  return { name: job.name, due_at: dueAt, held_until: heldUntil }
}
