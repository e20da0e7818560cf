/** The outbox: events written with the change that caused them, handed out later, at least once and in order per record. */
import type { Knex } from 'knex'
import type { HostEvent } from '../host.js'

export interface Outbox {
  on(kind: HostEvent['kind'], handler: EventHandler): void
  /** Hands out the events that are due; resolves when none is left. A failed one waits a while, and its record's later ones with it. */
  deliver(): Promise<void>
  /** How many events wait. */
  waiting(): Promise<number>
}
export type EventHandler = (event: HostEvent) => Promise<void>

/** Writes an event into the transaction whose change it tells of. */
export type Emit = (trx: Knex, event: HostEvent) => Promise<void>

/** A reader that died leaves its event to others after this long, in milliseconds. */
const lease = 60_000
const longestPause = 600_000
const batch = 200

export function emitter(now: () => number): Emit {
  return async (trx, event) => {
    await trx('crm_outbox').insert({
      subject: subjectOf(event),
      event: JSON.stringify(event),
      attempts: 0,
      not_before: now()
    })
  }
}

/** Events about the same thing are handed out in order. */
function subjectOf(event: HostEvent): string {
  switch (event.kind) {
    case 'record.created':
    case 'record.changed':
    case 'record.removed':
      return `${event.module}/${event.id}`
    case 'lead.converted':
      return `Lead/${event.id}`
    case 'staff.changed':
      return `User/${event.id}`
    case 'switches.changed':
      return 'switches'
  }
}

interface Waiting {
  readonly position: number
  readonly event: string
  readonly attempts: number
  readonly not_before: number
}

export interface OutboxOptions {
  readonly now: () => number
  /** Told of each handler that failed; the event is tried again anyway. */
  readonly onFailure: (event: HostEvent, error: unknown) => void
}

export function createOutbox(db: Knex, { now, onFailure }: OutboxOptions): Outbox {
  const handlers: { kind: HostEvent['kind']; handler: EventHandler }[] = []

  const handOut = async (waiting: Waiting): Promise<void> => {
    const event = JSON.parse(waiting.event) as HostEvent
    try {
      for (const { kind, handler } of handlers) if (kind === event.kind) await handler(event)
    } catch (error) {
      await putBack(db, waiting, now())
      onFailure(event, error)
      return
    }
    await db('crm_outbox').where({ position: waiting.position }).delete()
  }

  const deliverAll = async (): Promise<void> => {
    for (let due = await dueEvents(db, now()); due.length > 0; due = await dueEvents(db, now())) {
      for (const waiting of due) if (await claim(db, waiting, now())) await handOut(waiting)
    }
  }

  return {
    on: (kind, handler) => void handlers.push({ kind, handler }),
    deliver: oneAfterAnother(deliverAll),
    async waiting() {
      const row = await db('crm_outbox').count({ count: '*' }).first()
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

/** The first event of each subject, where it is due: what comes after it waits for it. */
function dueEvents(db: Knex, now: number): Promise<Waiting[]> {
  const earlier = db('crm_outbox as e')
    .select(db.raw('1'))
    .whereRaw('e.subject = o.subject and e.position < o.position')
  return db('crm_outbox as o')
    .select('o.position', 'o.event', 'o.attempts', 'o.not_before')
    .where('o.not_before', '<=', now)
    .whereNotExists(earlier)
    .orderBy('o.position')
    .limit(batch)
}

/** One reader takes the event; another one that saw it too does not. */
async function claim(db: Knex, waiting: Waiting, now: number): Promise<boolean> {
  const { position, not_before, attempts } = waiting
  const taken = await db('crm_outbox')
    .where({ position, not_before, attempts })
    .update({ not_before: now + lease, attempts: attempts + 1 })
  return taken === 1
}

async function putBack(db: Knex, waiting: Waiting, now: number): Promise<void> {
  await db('crm_outbox')
    .where({ position: waiting.position })
    .update({ not_before: now + pauseAfter(waiting.attempts) })
}

/** 2, 4, 8 … seconds, at most ten minutes. */
function pauseAfter(attempts: number): number {
  return Math.min(2_000 * 2 ** Math.min(attempts, 20), longestPause)
}
