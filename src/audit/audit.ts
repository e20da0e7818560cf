/** The audit list: who changed what, when, before and after. Written in the transaction of the change. */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import { insertRows } from '../db/rows.js'
import { orderedId } from './ordered-id.js'

export interface Audit {
  note(entry: AuditEntry, trx?: Knex): Promise<void>
  /** What a change does to many, in the transaction of that change. */
  noteAll(entries: readonly AuditEntry[], trx: Knex): Promise<void>
  /** Newest first, at most `limit`. */
  list(ask: AuditAsk): Promise<StoredAuditEntry[]>
}

export interface AuditAsk {
  readonly subject?: string | readonly string[]
  /** All subjects of this kind: `portal` stands for each `portal:<id>`. */
  readonly kind?: string
  readonly limit: number
}

export interface AuditEntry {
  readonly actor: {
    readonly kind: 'staff' | 'outside' | 'system' | 'command-line'
    readonly id: string
    readonly name: string
  }
  /** A word of the domain: `portal.created`, `invitation.sent`, `portal-user.deactivated`. */
  readonly action: string
  /** What it was done to: `portal:<id>`, `portal-user:<id>`. */
  readonly subject: string
  readonly before?: unknown
  readonly after?: unknown
}
export interface StoredAuditEntry extends AuditEntry {
  readonly id: string
  readonly at: string
}

interface AuditRow {
  id: string
  at: string
  actor_kind: AuditEntry['actor']['kind']
  actor_id: string
  actor_name: string
  action: string
  subject: string
  before: string | null
  after: string | null
}

/** The audit list in `db`; `now` gives milliseconds since 1970. */
export function createAudit(db: Knex, now: () => number = Date.now): Audit {
  return {
    async note(entry, trx = db) {
      await trx('portico_audit').insert(rowOf(entry, now()))
    },
    async noteAll(entries, trx) {
      await insertRows(
        trx,
        'portico_audit',
        entries.map((entry) => ({ ...rowOf(entry, now()) }))
      )
    },
    async list({ subject, kind, limit }) {
      const query = db<AuditRow>('portico_audit')
        .select(...columns)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      if (subject !== undefined) query.whereIn('subject', [subject].flat())
      if (kind !== undefined) query.where('subject', '>=', `${kind}:`).where('subject', '<', `${kind};`)
      const rows = await query
      return rows.map(entryOf)
    }
  }
}

const columns = ['id', 'at', 'actor_kind', 'actor_id', 'actor_name', 'action', 'subject', 'before', 'after'] as const

function rowOf(entry: AuditEntry, at: number): AuditRow {
  const { actor, action, subject } = entry
  return {
    id: orderedId(at),
    at: momentAt(at),
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_name: actor.name,
    action,
    subject,
    before: written(entry.before),
    after: written(entry.after)
  }
}

/** JSON keeps line breaks and control characters of people's words out of the entry's structure (A49). */
function written(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function entryOf(row: AuditRow): StoredAuditEntry {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    action: row.action,
    subject: row.subject,
    before: row.before === null ? undefined : JSON.parse(row.before),
    after: row.after === null ? undefined : JSON.parse(row.after)
  }
}
