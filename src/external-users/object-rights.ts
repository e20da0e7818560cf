/** Object rights: what the group *External* and single external users may do with one record, allowed or denied; deny wins (T07). */
import { createHash } from 'node:crypto'
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
  return (await rightsOfRecords(db, module, [recordId])).get(recordId) ?? new Map()
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

/** What is said of a record, as a text that is the same while nothing changes: a form carries it, so that the second of two is told. */
export function rightsStamp(said: RecordRights): string {
  const lines = [...said].flatMap(([grantee, effects]) =>
    rights.flatMap((right) => (effects[right] ? [`${grantee} ${right} ${effects[right]}`] : []))
  )
  return stampOf(lines)
}

/** The same for the same lines, in whatever order. */
export function stampOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.toSorted().join('\n')).digest('base64url').slice(0, 16)
}

/** What is said of one right for one person, and to whom: deny wins, and to him counts before to the group. */
export interface Said {
  readonly effect: Effect
  readonly to: 'group' | 'person'
}

/** Undefined: nothing is said, so nothing is allowed. */
export function saidOf(said: RecordRights, personId: string, right: Right): Said | undefined {
  const places = [
    { to: 'person', effect: said.get(personId)?.[right] },
    { to: 'group', effect: said.get(everybody)?.[right] }
  ] as const
  for (const effect of ['deny', 'allow'] as const) {
    const place = places.find((one) => one.effect === effect)
    if (place) return { effect, to: place.to }
  }
  return undefined
}

/** Of several records, by id; of which nothing is said are left out. */
export async function rightsOfRecords(
  db: Knex,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlyMap<string, RecordRights>> {
  const found = new Map<string, Map<string, Partial<Record<Right, Effect>>>>()
  for (const some of chunks(recordIds, mostAtOnce))
    for (const { record_id: id, grantee, right, effect } of await rowsAt(db, module, some)) {
      const record = found.get(id) ?? new Map<string, Partial<Record<Right, Effect>>>()
      found.set(id, record.set(grantee, { ...record.get(grantee), [right]: effect }))
    }
  return found
}

const mostAtOnce = 500

function rowsAt(db: Knex, module: string, recordIds: readonly string[]): Promise<Omit<RightRow, 'module'>[]> {
  return db<RightRow>('portico_object_rights')
    .select('record_id', 'grantee', 'right', 'effect')
    .where({ module })
    .whereIn('record_id', recordIds)
}

function chunks<T>(many: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(many.length / size) }, (_, at) => many.slice(at * size, (at + 1) * size))
}

/** One at a time says what may be done with records: whoever holds this sees what the one before said. In `trx`. */
export async function holdRights(trx: Knex): Promise<void> {
  await trx('portico_project_settings').first('id').where({ id: 'project' }).forUpdate()
}
