/** What an hour of somebody cost in a project he is no longer a member of: his time keeps its rate, so that removing him does not rewrite what
 *  the project has cost (T11). */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import { keptRate } from './hourly-rate.js'

export interface MembershipKey {
  readonly module: string
  readonly record_id: string
  readonly person_id: string
}

interface FormerRateRow extends MembershipKey {
  readonly hourly_rate: string | number
  readonly left_at: string
}

/** Keeps the rate of a membership that ends; one that has none leaves nothing. `rate` is as stored. In `trx`. */
export async function keepFormerRate(
  trx: Knex,
  key: MembershipKey,
  rate: string | number | null,
  now: number
): Promise<void> {
  await trx('portico_former_rates').where(key).delete()
  if (rate === null) return
  await trx('portico_former_rates').insert({ ...key, hourly_rate: rate, left_at: momentAt(now) })
}

/** Of somebody who is a member again: what he had is with his membership from now on. In `trx`. */
export async function takeFormerRate(trx: Knex, key: MembershipKey): Promise<number | undefined> {
  const row = await trx<FormerRateRow>('portico_former_rates').first('hourly_rate').where(key)
  await trx('portico_former_rates').where(key).delete()
  return row && keptRate(row.hourly_rate)
}

/** In hundredths, by person. */
export async function formerRates(db: Knex, module: string, projectId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db<FormerRateRow>('portico_former_rates')
    .select('person_id', 'hourly_rate')
    .where({ module, record_id: projectId })
  return new Map(rows.map((row) => [row.person_id, keptRate(row.hourly_rate) ?? 0]))
}
