/** Consent, with its whole history: what was given or withdrawn stays as it was worded then, and nothing is ever changed (Z29). */
import type { Knex } from 'knex'
import type { AuditEntry } from '../../audit/audit.js'
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import { orderedId } from '../../audit/ordered-id.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { Invalid } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import { auditSubjectOf, type Subject } from './persons-of.js'
import { privacySettings, textIn } from './settings.js'

export type ConsentState = 'given' | 'withdrawn'

export interface ConsentedPurpose {
  readonly id: string
  /** As it was called then. */
  readonly label: string
}

export interface Consent {
  readonly id: string
  readonly state: ConsentState
  readonly purposes: readonly ConsentedPurpose[]
  /** The text that stood beside it then. */
  readonly wording: string
  readonly at: string
  readonly byKind: 'outside' | 'staff'
  readonly byName: string
  /** Of one that was given elsewhere and recorded by staff. */
  readonly how: string | undefined
}

interface ConsentRow {
  readonly id: string
  readonly module: string
  readonly record_id: string
  readonly state: ConsentState
  readonly purposes: string
  readonly wording: string
  readonly at: string
  readonly by_kind: 'outside' | 'staff'
  readonly by_id: string
  readonly by_name: string
  readonly how: string | null
}

/** What writes to our tables work with. */
export type Noting = Pick<Context, 'db' | 'audit' | 'now'>

const table = 'portico_consents'

/** Newest first, at most `limit`; the first is in force. */
export async function consentsOf(db: Knex, { module, recordId }: Subject, limit = 100): Promise<Consent[]> {
  const rows: ConsentRow[] = await db<ConsentRow>(table)
    .select()
    .where({ module, record_id: recordId })
    .orderBy([
      { column: 'at', order: 'desc' },
      { column: 'id', order: 'desc' }
    ])
    .limit(limit)
  return rows.map(consentIn)
}

/** What is in force for each of the records that ever had one; few enough for one statement. */
export async function latestStates(
  db: Knex,
  module: string,
  recordIds: readonly string[]
): Promise<ReadonlyMap<string, ConsentState>> {
  if (recordIds.length === 0) return new Map()
  const later = db(`${table} as later`)
    .select(db.raw('1'))
    .whereRaw('later.module = c.module and later.record_id = c.record_id')
    .whereRaw('(later.at > c.at or (later.at = c.at and later.id > c.id))')
  const rows = (await db(`${table} as c`)
    .select('c.record_id', 'c.state')
    .where('c.module', module)
    .whereIn('c.record_id', [...recordIds])
    .whereNotExists(later)) as Pick<ConsentRow, 'record_id' | 'state'>[]
  return new Map(rows.map((row) => [row.record_id, row.state]))
}

export interface ConsentForm {
  /** Id of the one the page showed as in force; '' for none. */
  readonly seen: string
  readonly state: ConsentState
  /** Ids. */
  readonly purposes: readonly string[]
  readonly how?: string
}

/** Adds to the history of somebody whose basis is consent.
 *  @throws Invalid for a purpose that is gone or missing, ChangedMeanwhile when the basis or the consent is another by now. */
export async function addConsent(
  context: Noting,
  subject: Subject,
  form: ConsentForm,
  by: AuditEntry['actor'] & { readonly kind: 'outside' | 'staff'; readonly locale: Locale }
): Promise<void> {
  const said = await saidIn(context, form, by.locale)
  await context.db.transaction(async (trx) => {
    await mustBeBasis(trx, subject)
    const [before] = await consentsOf(trx, subject, 1)
    if ((before?.id ?? '') !== form.seen) throw new ChangedMeanwhile()
    await trx(table).insert(rowOf(context, subject, { form, said, by }))
    await context.audit.note(
      {
        actor: { kind: by.kind, id: by.id, name: by.name },
        action: actionOf(before, form),
        subject: auditSubjectOf(subject),
        before: { consent: before?.state ?? '', purposes: labelsOf(before?.purposes) },
        after: { consent: form.state, purposes: labelsOf(said.purposes), how: form.how ?? '' }
      },
      trx
    )
  })
}

/** Until the transaction ends nobody changes the basis or the consent of the same person. */
async function mustBeBasis(trx: Knex, { module, recordId }: Subject): Promise<void> {
  const row = await trx<{ module: string; record_id: string; basis: string }>('portico_processing')
    .first('basis')
    .where({ module, record_id: recordId })
    .forUpdate()
  if (row?.basis !== 'consent') throw new ChangedMeanwhile()
}

interface Said {
  readonly purposes: readonly ConsentedPurpose[]
  readonly wording: string
}

async function saidIn(context: Noting, form: ConsentForm, locale: Locale): Promise<Said> {
  const { purposes: offered, wording } = await privacySettings(context.db)
  if (form.state === 'withdrawn') return { purposes: [], wording: textIn(wording, locale) }
  const chosen = offered.filter(({ id }) => form.purposes.includes(id))
  if (chosen.length !== new Set(form.purposes).size) throw new Invalid({ purpose: { key: 'errors.field.option' } })
  if (offered.length > 0 && chosen.length === 0) throw new Invalid({ purpose: { key: 'privacy:problem.noPurpose' } })
  const purposes = chosen.map(({ id, labels }) => ({ id, label: textIn(labels, locale) }))
  return { purposes, wording: textIn(wording, locale) }
}

function actionOf(before: Consent | undefined, { state }: ConsentForm): string {
  if (state === 'withdrawn') return 'consent.withdrawn'
  return before?.state === 'given' ? 'consent.changed' : 'consent.given'
}

function labelsOf(purposes: readonly ConsentedPurpose[] = []): string {
  return purposes.map(({ label }) => label).join(', ')
}

function rowOf(
  context: Noting,
  { module, recordId }: Subject,
  { form, said, by }: { form: ConsentForm; said: Said; by: { kind: string; id: string; name: string } }
): ConsentRow {
  return {
    id: orderedId(context.now()),
    module,
    record_id: recordId,
    state: form.state,
    purposes: JSON.stringify(said.purposes),
    wording: said.wording,
    at: momentAt(context.now()),
    by_kind: by.kind as ConsentRow['by_kind'],
    by_id: by.id,
    by_name: by.name,
    how: form.how ?? null
  }
}

function consentIn(row: ConsentRow): Consent {
  return {
    id: row.id,
    state: row.state,
    purposes: JSON.parse(row.purposes) as ConsentedPurpose[],
    wording: row.wording,
    at: row.at,
    byKind: row.by_kind,
    byName: row.by_name,
    how: row.how ?? undefined
  }
}
