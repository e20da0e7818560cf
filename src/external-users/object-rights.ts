/** Object rights: what the group *External* and single external users may do with one record, allowed or denied; deny wins (T07). */
import type { Knex } from 'knex'
import { all, any, joined, not, type Condition } from '../access/condition.js'

export const rights = ['read', 'write', 'delete'] as const
export type Right = (typeof rights)[number]
export type Effect = 'allow' | 'deny'

/** The group: every external user is in it. */
export const everybody = 'external'

/** Allowed to the group or to him, and denied to neither. Writing and deleting presuppose reading: see `mayRead`. */
export function allowed(module: string, personId: string, right: Right): Condition {
  return all(
    any(...[everybody, personId].map((one) => row(module, one, right, 'allow'))),
    notDenied(module, personId, right)
  )
}

export function notDenied(module: string, personId: string, right: Right): Condition {
  return all(...[everybody, personId].map((one) => not(row(module, one, right, 'deny'))))
}

function row(module: string, grantee: string, right: Right, effect: Effect): Condition {
  return joined('portico_object_rights', { module, grantee, right, effect })
}

/** Of one record: by grantee, what is said of each right; nothing said is nothing allowed. */
export type RecordRights = ReadonlyMap<string, Partial<Readonly<Record<Right, Effect>>>>

interface RightRow {
  readonly module: string
  readonly record_id: string
  readonly grantee: string
  readonly right: Right
  readonly effect: Effect
}

export async function rightsAt(db: Knex, module: string, recordId: string): Promise<RecordRights> {
  const rows = await db<RightRow>('portico_object_rights')
    .select('grantee', 'right', 'effect')
    .where({ module, record_id: recordId })
  const found = new Map<string, Partial<Record<Right, Effect>>>()
  for (const { grantee, right, effect } of rows) found.set(grantee, { ...found.get(grantee), [right]: effect })
  return found
}

/** Says anew what these grantees may do with a record; those not named keep what they have. In `trx`. */
export async function setRights(trx: Knex, module: string, recordId: string, wanted: RecordRights): Promise<void> {
  const at = { module, record_id: recordId }
  for (const [grantee, effects] of wanted) {
    await trx('portico_object_rights')
      .where({ ...at, grantee })
      .delete()
    for (const right of rights)
      if (effects[right]) await trx('portico_object_rights').insert({ ...at, grantee, right, effect: effects[right] })
  }
}
