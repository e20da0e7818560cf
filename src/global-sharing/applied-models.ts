/** The models that were in force, each with its version; and what is kept no longer than it is read. */
import type { Knex } from 'knex'
import type { Context } from '../context.js'
import { momentAt } from '../db/moment.js'
import { NotFound, PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'
import { stage } from './draft.js'
import { understood } from './draft-row.js'
import { readInForce } from './in-force.js'
import type { Model } from './model.js'
import { purgeReach } from './reach.js'

export interface AppliedModel {
  readonly version: number
  /** UTC; undefined for the one that was there from the beginning. */
  readonly appliedAt: string | undefined
  readonly appliedBy: string | undefined
}

interface ModelRow {
  readonly version: number
  readonly model: string
  readonly applied_at: string | null
  readonly applied_by: string | null
}

/** Newest first. */
export async function appliedModels(db: Knex, limit: number): Promise<AppliedModel[]> {
  const rows = await db<ModelRow>('portico_sharing_models')
    .select('version', 'applied_at', 'applied_by')
    .orderBy('version', 'desc')
    .limit(limit)
  return rows.map(({ version, applied_at, applied_by }) => ({
    version: Number(version),
    appliedAt: applied_at ?? undefined,
    appliedBy: applied_by ?? undefined
  }))
}

/** The model of a version; undefined when it is gone or can't be understood. */
export async function modelOfVersion(db: Knex, version: number): Promise<Model | undefined> {
  const row = await db<ModelRow>('portico_sharing_models').first('model').where({ version })
  return row && understood(row.model)
}

/** Stages a model that was in force once. @throws NotFound; PorticoError (409) when it can't be understood, or when something is staged, which would be lost */
export async function stageAgain(context: Context, by: Staff, version: number): Promise<void> {
  const row = await context.db<ModelRow>('portico_sharing_models').first('model').where({ version })
  if (!row) throw new NotFound()
  const model = understood(row.model)
  if (!model) throw new PorticoError('recalculation:refusal.unreadable', { status: 409 })
  const subject = 'sharing:model'
  await stage(context, by, {
    action: 'sharing.model-restored',
    subject,
    part: () => ({ version }),
    change(_, isStaged) {
      if (isStaged) throw new PorticoError('recalculation:refusal.wouldBeLost', { status: 409 })
      return model
    }
  })
}

/** Statements that read by an older version are through by then. */
const readSeconds = 600
/** Previews are of use as long as somebody may go on with what they were about. */
const previewDays = 30

/** Removes who was in which set in versions that nobody reads any more, and old previews. */
export async function purgeSharing({ db, now }: Context): Promise<void> {
  const { version } = await readInForce(db)
  const read = await db<ModelRow>('portico_sharing_models')
    .where('applied_at', '<=', momentAt(now() - readSeconds * 1000))
    .andWhere('version', '<=', version)
    .orderBy('version', 'desc')
    .first('version')
  if (read) await purgeReach(db, Number(read.version))
  const over = momentAt(now() - previewDays * 24 * 3600 * 1000)
  await db('portico_sharing_runs').where({ kind: 'preview' }).where('ended_at', '<', over).delete()
}
