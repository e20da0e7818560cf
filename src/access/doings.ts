/** What portal users did, kept as it happens: the staff's feed is read from it, whatever the CRM tells of by itself (Z27). */
import { orderedId } from '../audit/ordered-id.js'
import { momentAt } from '../db/moment.js'
import type { FieldValue } from '../host/host.js'
import { isMoney, isReference, type Value, type ViewedRecord } from './record.js'
import type { Viewer } from './viewer.js'

export const doingKinds = [
  'created',
  'changed',
  'removed',
  'noted',
  'noteChanged',
  'noteRemoved',
  'fileRemoved'
] as const
export type DoingKind = (typeof doingKinds)[number]

export interface Doing {
  readonly kind: DoingKind
  readonly module: string
  readonly recordId: string
  /** Of the note. */
  readonly entryId?: string
  /** The names of what was changed; their values are in the record. */
  readonly fields?: readonly string[]
}

/** Called once the host has written. External users have a feed of their own: the project's. */
export async function noteDoing({ kernel, person }: Viewer, doing: Doing): Promise<void> {
  if (person.kind !== 'portal-user') return
  const now = Date.now()
  await kernel.db('portico_doings').insert({
    id: orderedId(now),
    at: momentAt(now),
    kind: doing.kind,
    portal_user_id: person.id,
    name: person.name,
    module: doing.module,
    record_id: doing.recordId,
    entry_id: doing.entryId ?? null,
    fields: doing.fields ? JSON.stringify(doing.fields) : null
  })
}

/** The fields that hold something else than before. */
export function changedIn(before: ViewedRecord, values: Readonly<Record<string, FieldValue>>): string[] {
  return Object.keys(values).filter(
    (name) => asWritten(before.values[name] ?? null) !== asWritten(values[name] ?? null)
  )
}

function asWritten(value: Value | FieldValue): string {
  return JSON.stringify(value === null ? '' : writtenValue(value))
}

/** A value as it would be written. Files never are. */
export function writtenValue(value: Value): FieldValue {
  if (isReference(value)) return value.id || null
  if (isMoney(value)) return value.amount
  return typeof value === 'object' && value !== null ? value.filter((one) => typeof one === 'string') : value
}
