/** The reader of an outbox, the same for every host: rows written with the changes that caused them are handed out later,
 *  at least once and in order per subject. No high-water mark: a row that comes to light late is found like any other. */
import type { Knex } from 'knex'
import type { HostEvent } from './host.js'

export interface OutboxReader {
  on(kind: HostEvent['kind'], handler: EventHandler): void
  /** Hands out the rows that are due; resolves when none is left. A failed one waits a while, and its subject's later ones with it. */
  deliver(): Promise<void>
  /** How many rows wait. */
  waiting(): Promise<number>
}
export type EventHandler = (event: HostEvent) => Promise<void>

export interface OutboxReaderOptions {
  /** Its columns: position, subject, event, attempts, not_before (milliseconds since 1970), and those that `kept` names. */
  readonly table: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The events that the text of a row stands for; none is fine. A row that makes it throw is tried again, too. */
  readonly parse: (event: string) => readonly HostEvent[] | Promise<readonly HostEvent[]>
  /** Told of each row that failed; it is tried again anyway. */
  readonly onFailure: (failed: FailedRow, error: unknown) => void
  /** Rows that were handed out stay, with marks. Default: they are deleted. */
  readonly kept?: { readonly waiting: Marks; readonly handled: (event: string) => Marks }
}
/** Values by column. */
export type Marks = Readonly<Record<string, number>>

export interface FailedRow {
  readonly subject: string
  /** The event whose handler failed; undefined when the row itself could not be read. */
  readonly event: HostEvent | undefined
}

interface Waiting {
  readonly position: number
  readonly subject: string
  readonly event: string
  readonly attempts: number
  readonly not_before: number
}

/** A reader that died leaves its row to others after this long, in milliseconds. */
const lease = 60_000
const longestPause = 600_000
const batch = 200

export function createOutboxReader(db: Knex, options: OutboxReaderOptions): OutboxReader {
  const { table, now, parse, onFailure, kept } = options
  const handlers: { kind: HostEvent['kind']; handler: EventHandler }[] = []
  const rowAt = (position: number): Knex.QueryBuilder => db(table).where({ position })

  const tell = async (event: HostEvent): Promise<void> => {
    for (const { kind, handler } of handlers) if (kind === event.kind) await handler(event)
  }

  const handOut = async (row: Waiting): Promise<boolean> => {
    let event: HostEvent | undefined
    try {
      for (event of await parse(row.event)) await tell(event)
    } catch (error) {
      await rowAt(row.position).update({ not_before: now() + pauseAfter(row.attempts) })
      onFailure({ subject: row.subject, event }, error)
      return false
    }
    await (kept ? rowAt(row.position).update(kept.handled(row.event)) : rowAt(row.position).delete())
    return true
  }

  /** What another reader has taken, or what failed, holds up the later rows of its subject. */
  const handOutAll = async (rows: readonly Waiting[]): Promise<void> => {
    const held = new Set<string>()
    for (const row of rows)
      if (!held.has(row.subject) && !((await claim(db, table, row, now())) && (await handOut(row))))
        held.add(row.subject)
  }

  const dueRows = (): Promise<Waiting[]> => selectDue(db, table, kept?.waiting ?? {}, now())
  const deliverAll = async (): Promise<void> => {
    for (let rows = await dueRows(); rows.length > 0; rows = await dueRows()) await handOutAll(rows)
  }

  return {
    on: (kind, handler) => void handlers.push({ kind, handler }),
    deliver: oneAfterAnother(deliverAll),
    async waiting() {
      const row = await db(table)
        .where(kept?.waiting ?? {})
        .count({ count: '*' })
        .first()
      return Number(row?.count ?? 0)
    }
  }
}

/** Whoever asks while `work` runs waits for one more run: what he wrote before he asked may have come too late for this one. */
function oneAfterAnother(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const run = (): Promise<void> => {
    if (!running) return (running = work().finally(() => (running = undefined)))
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return run()
      })
    return next
  }
  return run
}

/** The first due rows, without those that stand behind a row of their subject which is not due. */
function selectDue(db: Knex, table: string, waiting: Marks, now: number): Promise<Waiting[]> {
  const earlier = db({ e: table })
    .select(db.raw('1'))
    .whereRaw('e.subject = o.subject and e.position < o.position')
    .where(ofAlias('e', waiting))
    .where('e.not_before', '>', now)
  return db({ o: table })
    .select('o.position', 'o.subject', 'o.event', 'o.attempts', 'o.not_before')
    .where(ofAlias('o', waiting))
    .where('o.not_before', '<=', now)
    .whereNotExists(earlier)
    .orderBy('o.position')
    .limit(batch)
}

function ofAlias(alias: string, marks: Marks): Marks {
  return Object.fromEntries(Object.entries(marks).map(([column, value]) => [`${alias}.${column}`, value]))
}

/** One reader takes the row; another one that saw it too does not. */
async function claim(db: Knex, table: string, row: Waiting, now: number): Promise<boolean> {
  const { position, not_before, attempts } = row
  const taken = await db(table)
    .where({ position, not_before, attempts })
    .update({ not_before: now + lease, attempts: attempts + 1 })
  return taken === 1
}

/** 2, 4, 8 … seconds, at most ten minutes. */
function pauseAfter(attempts: number): number {
  return Math.min(2_000 * 2 ** Math.min(attempts, 20), longestPause)
}
