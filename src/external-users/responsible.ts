/** Who from outside is responsible for a task, a call, an appointment or a note: what is his to open and to change (T06). */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'

interface ResponsibleRow {
  readonly module: string
  readonly record_id: string
  readonly person_id: string
  readonly added_by: string
  readonly added_at: string
}

/** Ids of the external users responsible for a record, in the order in which they became it. */
export async function responsibleAt(db: Knex, module: string, recordId: string): Promise<string[]> {
  return (await responsibleFor(db, module, [recordId])).get(recordId) ?? []
}

/** The same of several records, by id; those for which nobody is responsible are left out. */
export async function responsibleFor(
  db: Knex,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await db<ResponsibleRow>('portico_responsible')
    .select('record_id', 'person_id')
    .where({ module })
    .whereIn('record_id', recordIds)
    .orderBy(['added_at', 'person_id'])
  const people = new Map<string, string[]>()
  for (const row of rows) people.set(row.record_id, [...(people.get(row.record_id) ?? []), row.person_id])
  return people
}

/** Makes exactly these people responsible for a record; who is it already stays what he was. `by` is the id of whoever says so. In `trx`. */
export async function setResponsible(
  trx: Knex,
  { module, recordId, people, by, now }: Responsibility & { readonly people: readonly string[] }
): Promise<void> {
  const at = { module, record_id: recordId }
  const before = await responsibleAt(trx, module, recordId)
  await trx('portico_responsible').where(at).whereNotIn('person_id', people).delete()
  for (const person of new Set(people))
    if (!before.includes(person))
      await trx('portico_responsible').insert({ ...at, person_id: person, added_by: by, added_at: momentAt(now) })
}

interface Responsibility {
  readonly module: string
  readonly recordId: string
  /** Of a member of staff or of an external user. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly now: number
}
