/** On which basis a person's data is processed, whether processing was stopped, and whether he may be written to (Z29, Z30). */
import type { Knex } from 'knex'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile, staffActor } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import type { Staff } from '../../host/host.js'
import { auditSubjectOf, type Subject } from './persons-of.js'
import { latestStates, type Noting } from './consents.js'
import { privacySettings } from './settings.js'

export const bases = [
  'legitimate-interests',
  'contract',
  'legal-obligation',
  'vital-interests',
  'public-interests',
  'consent'
] as const
export type Basis = (typeof bases)[number]

export interface Processing {
  /** Undefined: nobody recorded one. */
  readonly basis: Basis | undefined
  /** For staff. */
  readonly remark: string
  readonly stoppedAt: string | undefined
  /** 0: nothing was recorded. */
  readonly revision: number
  readonly changedAt: string | undefined
  readonly changedBy: string | undefined
}

interface ProcessingRow {
  readonly module: string
  readonly record_id: string
  readonly basis: string
  readonly remark: string | null
  readonly stopped_at: string | null
  readonly revision: number
  readonly changed_at: string
  readonly changed_by: string
}

const table = 'portico_processing'
const keyOf = ({ module, recordId }: Subject) => ({ module, record_id: recordId })

export async function processingOf(db: Knex, subject: Subject): Promise<Processing> {
  const row = await db<ProcessingRow>(table).first().where(keyOf(subject))
  return {
    basis: bases.find((basis) => basis === row?.basis),
    remark: row?.remark ?? '',
    stoppedAt: row?.stopped_at ?? undefined,
    revision: row?.revision ?? 0,
    changedAt: row?.changed_at,
    changedBy: row?.changed_by
  }
}

/** @throws ChangedMeanwhile when somebody else recorded one first. */
export async function recordBasis(
  context: Noting,
  subject: Subject,
  form: { revision: number; basis: Basis; remark: string },
  by: Staff
): Promise<void> {
  const { revision, basis, remark } = form
  await context.db.transaction(async (trx) => {
    const before = await processingOf(trx, subject)
    await put(trx, { subject, revision, by: by.name, at: momentAt(context.now()) }, { basis, remark })
    const entry = {
      before: { basis: before.basis ?? '', remark: before.remark },
      after: { basis, remark }
    }
    await context.audit.note({ ...entry, ...noted(subject, 'privacy.basis', by) }, trx)
  })
}

/** A request to stop was granted, or staff lift the stop again. @throws ChangedMeanwhile */
export async function setStopped(
  context: Noting,
  trx: Knex,
  subject: Subject,
  isStopped: boolean,
  by: Staff
): Promise<void> {
  const { revision } = await processingOf(trx, subject)
  const at = momentAt(context.now())
  await put(trx, { subject, revision, by: by.name, at }, { stopped_at: isStopped ? at : null })
  await context.audit.note(noted(subject, isStopped ? 'privacy.stopped' : 'privacy.lifted', by), trx)
}

/** Staff lift the stop that their page showed. @throws ChangedMeanwhile */
export async function liftStop(context: Noting, subject: Subject, revision: number, by: Staff): Promise<void> {
  await context.db.transaction(async (trx) => {
    const now = await processingOf(trx, subject)
    if (now.revision !== revision || now.stoppedAt === undefined) throw new ChangedMeanwhile()
    await setStopped(context, trx, subject, false, by)
  })
}

interface Writing {
  readonly subject: Subject
  readonly revision: number
  readonly by: string
  readonly at: string
}

async function put(trx: Knex, { subject, revision, by, at }: Writing, values: Record<string, unknown>): Promise<void> {
  const row = { ...values, revision: revision + 1, changed_at: at, changed_by: by }
  const written =
    revision === 0
      ? await insertOnce(trx, subject, row)
      : await trx(table)
          .where({ ...keyOf(subject), revision })
          .update(row)
  if (Number(written) === 0) throw new ChangedMeanwhile()
}

/** Of two who record the first basis at once, the second is told. */
async function insertOnce(trx: Knex, subject: Subject, row: Record<string, unknown>): Promise<number> {
  const known: unknown = await trx(table).first('revision').where(keyOf(subject)).forUpdate()
  if (known) return 0
  await trx(table).insert({ basis: '', ...keyOf(subject), ...row })
  return 1
}

function noted(subject: Subject, action: string, by: Staff): AuditEntry {
  return { actor: staffActor(by), action, subject: auditSubjectOf(subject) }
}

/** Why nobody writes to a person; words of `portal:refusal`. */
export type Silence = 'processingStopped' | 'noConsent'

/** Those of the records that may be invited: processing was not stopped and, while compliance is on and consent is the basis, it was
 *  given and not withdrawn (Z15 *no consent*). */
export function mayBeInvited(
  context: Pick<Context, 'db'>,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlySet<string>> {
  return mayBeReached(context, module, recordIds)
}

/** Those of the records to whom notifications may go, by the same rule. What he asks for himself (a new password, the answer to a request of
 *  his) goes all the same. Of somebody without a record: module '' and his own id. */
export function mayBeWrittenTo(
  context: Pick<Context, 'db'>,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlySet<string>> {
  return mayBeReached(context, module, recordIds)
}

async function mayBeReached(
  context: Pick<Context, 'db'>,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlySet<string>> {
  const silences = await silencesAmong(context, module, recordIds)
  return new Set(recordIds.filter((id) => !silences.has(id)))
}

/** Of each record whose person isn't written to, why. A stop that was granted holds whether compliance is on or not: it was promised. */
export async function silencesAmong(
  context: Pick<Context, 'db'>,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlyMap<string, Silence>> {
  const { isOn } = await privacySettings(context.db)
  const silences = new Map<string, Silence>()
  for (let from = 0; from < recordIds.length; from += batch)
    for (const [id, why] of await silencesIn(context.db, isOn, module, recordIds.slice(from, from + batch)))
      silences.set(id, why)
  return silences
}

/** One statement asks about so many. */
const batch = 200

async function silencesIn(
  db: Knex,
  isOn: boolean,
  module: string,
  ids: readonly string[]
): Promise<readonly (readonly [string, Silence])[]> {
  const rows = await rowsOf(db, module, ids)
  const stopped = rows.filter(({ stopped_at: at }) => at !== null)
  const asked = isOn ? rows.filter(({ basis }) => basis === 'consent') : []
  const states = await latestStates(
    db,
    module,
    asked.map((row) => row.record_id)
  )
  const withoutConsent = asked.filter((row) => states.get(row.record_id) !== 'given')
  return [
    ...withoutConsent.map((row) => [row.record_id, 'noConsent'] as const),
    ...stopped.map((row) => [row.record_id, 'processingStopped'] as const)
  ]
}

/** Those of the records for which processing was stopped. */
export async function stoppedAmong(
  db: Knex,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlySet<string>> {
  const stopped = new Set<string>()
  for (let from = 0; from < recordIds.length; from += batch)
    for (const row of await rowsOf(db, module, recordIds.slice(from, from + batch)))
      if (row.stopped_at !== null) stopped.add(row.record_id)
  return stopped
}

async function rowsOf(
  db: Knex,
  module: string,
  ids: readonly string[]
): Promise<Pick<ProcessingRow, 'record_id' | 'basis' | 'stopped_at'>[]> {
  return db<ProcessingRow>(table)
    .select('record_id', 'basis', 'stopped_at')
    .where({ module })
    .whereIn('record_id', [...ids])
}
