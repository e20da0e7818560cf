/** The model in force: one row, named by one number, so that nobody ever reads half of two models. */
import type { Knex } from 'knex'
import { cachedByVersion } from '../db/configuration-version.js'
import { understood } from './draft-row.js'
import { emptyModel, type Model } from './model.js'
import { organizationOf, type Organization } from './organization.js'

export interface InForce {
  readonly version: number
  readonly model: Model
  readonly organization: Organization
  /** False when what is stored can't be understood: then nobody but administrators has anything. */
  readonly isWhole: boolean
}

/** What this request goes by. */
export const inForce: (db: Knex) => Promise<InForce> = cachedByVersion(readInForce)

/** What is in force at this moment, to the transaction that asks. */
export async function readInForce(db: Knex): Promise<InForce> {
  const row: { version: number; model: string } | undefined = await db('portico_sharing as s')
    .join('portico_sharing_models as m', 'm.version', 's.version')
    .where({ 's.id': 'in-force' })
    .first('m.version', 'm.model')
  const model = row && understood(row.model)
  const whole = model ?? emptyModel
  return {
    version: Number(row?.version ?? 0),
    model: whole,
    organization: organizationOf(whole),
    isWhole: model !== undefined
  }
}
