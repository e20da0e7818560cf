/** How configuration changes: in one transaction with its audit entry and the raised version, refused when somebody else was faster. */
import type { Knex } from 'knex'
import type { AuditEntry } from './audit.js'
import type { Context } from '../context.js'
import { transact } from '../db/collision.js'
import { raiseConfigurationVersion } from '../db/configuration-version.js'
import { forgetAnswers } from '../db/within-request.js'
import { PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'

export type Change = Omit<AuditEntry, 'actor'>

/** Runs `change`, which gives the audit entry or several, and puts it in force for the next request everywhere. `change` does nothing outside of
 *  the transaction: after a collision with somebody else it is begun anew. */
export async function changeConfiguration(
  context: Context,
  by: Staff,
  change: (trx: Knex) => Promise<Change | readonly Change[]>
): Promise<void> {
  await transact(context.db, async (trx) => {
    const entries = [await change(trx)].flat()
    for (const entry of entries) await context.audit.note({ ...entry, actor: staffActor(by) }, trx)
    await raiseConfigurationVersion(trx)
  })
  forgetAnswers()
}

export function staffActor(by: Staff): AuditEntry['actor'] {
  return { kind: 'staff', id: by.id, name: by.name }
}

/** Something that is configured, as the page showed it to whoever changes it. */
export interface Seen {
  readonly id: string
  readonly revision: number
}

/** Changes a row that still has the revision the writer saw, and raises it. @throws PorticoError when it is newer. */
export async function changeRow(
  trx: Knex,
  table: `portico_${string}`,
  seen: Seen,
  values: Record<string, unknown> = {}
): Promise<void> {
  const { id, revision } = seen
  const changed = await trx(table)
    .where({ id, revision })
    .update({ ...values, revision: revision + 1 })
  if (changed === 0) throw new ChangedMeanwhile()
}

/** Somebody else saved first: what was typed is shown again with this, nothing is overwritten. */
export class ChangedMeanwhile extends PorticoError {
  constructor() {
    super('errors.changedMeanwhile', { status: 409 })
  }
}
