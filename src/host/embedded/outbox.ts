/** The outbox: events written in the transaction of the change that caused them. */
import type { Knex } from 'knex'
import type { HostEvent } from '../host.js'
import { createOutboxReader, type OutboxReader } from '../outbox.js'

export type Outbox = OutboxReader

/** Writes an event into the transaction whose change it tells of. */
export type Emit = (trx: Knex, event: HostEvent) => Promise<void>

const outboxTable = 'crm_outbox'

export function emitter(now: () => number): Emit {
  return async (trx, event) => {
    await trx(outboxTable).insert({
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
    case 'note.posted':
      return `${event.module}/${event.id}`
    case 'lead.converted':
      return `Lead/${event.id}`
    case 'staff.changed':
      return `User/${event.id}`
    case 'switches.changed':
      return 'switches'
  }
}

export interface OutboxOptions {
  readonly now: () => number
  /** Told of each handler that failed; the event is tried again anyway. */
  readonly onFailure: (event: HostEvent, error: unknown) => void
}

export function createOutbox(db: Knex, { now, onFailure }: OutboxOptions): Outbox {
  return createOutboxReader(db, {
    table: outboxTable,
    now,
    parse: (event) => [JSON.parse(event) as HostEvent],
    onFailure: ({ event }, error) => {
      if (!event) throw error
      onFailure(event, error)
    }
  })
}
