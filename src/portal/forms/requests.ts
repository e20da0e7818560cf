/** Requests for access: what visitors sent by portal forms. A request is a row of ours and nothing else; it gives no right (Z32). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../../db/moment.js'
import { havingWords, searchWords } from '../../db/search.js'
import { NotFound } from '../../errors.js'
import { locales, type Locale } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'
import { hashOfToken, newToken } from '../../signing.js'

/** `unconfirmed`: nobody has shown yet that the address is his; staff don't see it. */
export type RequestState = 'unconfirmed' | 'waiting' | 'approved' | 'refused'

/** Those that staff see. */
export const seenStates = ['waiting', 'approved', 'refused'] as const satisfies readonly RequestState[]
export type SeenState = (typeof seenStates)[number]

/** How long the link in the mail that confirms an address is good. */
export const confirmationHours = 48

export interface FormRequest {
  readonly id: string
  readonly formId: string
  /** In lower case. */
  readonly address: string
  /** As he typed it, or his address. */
  readonly name: string
  /** By field, without the address. */
  readonly values: Readonly<Record<string, FieldValue>>
  readonly language: Locale
  readonly state: RequestState
  readonly createdAt: string
  readonly confirmedAt: string | undefined
  readonly decidedAt: string | undefined
  /** Name of the staff member. */
  readonly decidedBy: string | undefined
  /** What was written to him when he was refused. */
  readonly answer: string | undefined
  /** The record that was made or chosen for him. */
  readonly module: string | undefined
  readonly recordId: string | undefined
  readonly portalUserId: string | undefined
  /** Until then somebody is letting him in. */
  readonly claimedUntil: string | undefined
  readonly revision: number
}

export type NewRequest = Pick<FormRequest, 'formId' | 'address' | 'name' | 'values' | 'language'>

/** Writes a request down whose address has to be confirmed, in place of an earlier unconfirmed one; gives its id and the token. */
export async function putRequest(
  trx: Knex,
  request: NewRequest,
  now: number
): Promise<{ id: string; token: string; replaced: readonly string[] }> {
  const { formId, address } = request
  const id = randomUUID()
  const token = newToken()
  const earlier = { form_id: formId, address, state: 'unconfirmed' }
  const replaced = await trx('portico_form_requests').where(earlier).pluck<string[]>('id')
  await trx('portico_form_requests').whereIn('id', replaced).delete()
  await trx('portico_form_requests').insert({
    ...{ id, form_id: formId, address, name: request.name, language: request.language },
    values: JSON.stringify(request.values),
    state: 'unconfirmed',
    token_hash: hashOfToken(token),
    created_at: momentAt(now),
    expires_at: momentAt(now + confirmationHours * 60 * 60_000),
    revision: 1
  })
  return { id, token, replaced }
}

/** Whether somebody with this address waits for a decision already. */
export async function isWaiting(db: Knex, formId: string, address: string): Promise<boolean> {
  const found: unknown = await db('portico_form_requests')
    .first('id')
    .where({ form_id: formId, address, state: 'waiting' })
  return found !== undefined
}

/** The request behind the link of a mail, while it can be confirmed; asking changes nothing. */
export async function requestBehind(
  db: Knex,
  { formId, token, now }: { formId: string; token: string; now: number }
): Promise<FormRequest | undefined> {
  const [request] = await read(db, (rows) =>
    rows
      .where({ form_id: formId, token_hash: hashOfToken(token), state: 'unconfirmed' })
      .where('expires_at', '>', momentAt(now))
  )
  return request
}

/** The address is his. Of two at once one confirms; another request of his that waits already stays the only one. */
export async function confirmRequest(trx: Knex, request: FormRequest, now: number): Promise<boolean> {
  await trx('portico_forms').first('id').where({ id: request.formId }).forUpdate()
  if (await isWaiting(trx, request.formId, request.address)) return false
  const confirmed = await trx('portico_form_requests')
    .where({ id: request.id, state: 'unconfirmed' })
    .update({ state: 'waiting', token_hash: null, confirmed_at: momentAt(now), revision: request.revision + 1 })
  return confirmed === 1
}

/** One that staff may see. @throws NotFound */
export async function requestById(db: Knex, id: string): Promise<FormRequest> {
  const [request] = await read(db, (rows) => rows.where({ id }).whereIn('state', seenStates))
  if (!request) throw new NotFound()
  return request
}

export interface RequestsAsked {
  readonly state: SeenState
  /** In name or address. */
  readonly search: string
  readonly skip: number
  readonly limit: number
}

/** Those that wait, the oldest first; those that are decided, the newest first. */
export function requestsIn(db: Knex, { state, search, skip, limit }: RequestsAsked): Promise<FormRequest[]> {
  return read(db, (rows) =>
    rows
      .where({ state })
      .where((all) => havingWords(all, ['name', 'address'], searchWords(search)))
      .orderBy([
        { column: 'created_at', order: state === 'waiting' ? 'asc' : 'desc' },
        { column: 'id', order: 'asc' }
      ])
      .offset(skip)
      .limit(limit)
  )
}

export async function countRequests(db: Knex): Promise<Readonly<Record<SeenState, number>>> {
  const rows: { state: string; requests: number | string }[] = await db('portico_form_requests')
    .select('state', db.raw('count(*) as requests'))
    .whereIn('state', seenStates)
    .groupBy('state')
  const of = (state: SeenState): number => Number(rows.find((row) => row.state === state)?.requests ?? 0)
  return { waiting: of('waiting'), approved: of('approved'), refused: of('refused') }
}

/** Deletes forms with all that was sent by them, inside a change of the caller's. */
export async function forgetForms(trx: Knex, ids: readonly string[]): Promise<void> {
  await trx('portico_form_requests').whereIn('form_id', ids).delete()
  await trx('portico_forms').whereIn('id', ids).delete()
}

/** The forms of a user type that goes. */
export async function forgetFormsOfType(trx: Knex, userTypeId: string): Promise<void> {
  await forgetForms(trx, await trx('portico_forms').where({ user_type_id: userTypeId }).pluck<string[]>('id'))
}

/** A request as it is talked about in the audit list and in queued mail. */
export function subjectOfRequest({ id }: Pick<FormRequest, 'id'>): string {
  return `form-request:${id}`
}

type Stored = Readonly<Record<keyof Omit<FormRequest, 'revision'>, string | null>> & { readonly revision: number }

async function read(db: Knex, narrow: (rows: Knex.QueryBuilder) => Knex.QueryBuilder): Promise<FormRequest[]> {
  const rows = (await narrow(
    db('portico_form_requests').select(
      ...['id', 'address', 'name', 'values', 'language', 'state', 'answer', 'module', 'revision'],
      'form_id as formId',
      'created_at as createdAt',
      'confirmed_at as confirmedAt',
      'decided_at as decidedAt',
      'decided_by as decidedBy',
      'record_id as recordId',
      'portal_user_id as portalUserId',
      'claimed_until as claimedUntil'
    )
  )) as Stored[]
  return rows.map(requestIn)
}

function requestIn(row: Stored): FormRequest {
  return {
    ...{ id: row.id!, formId: row.formId!, address: row.address!, name: row.name!, createdAt: row.createdAt! },
    values: JSON.parse(row.values ?? '{}') as FormRequest['values'],
    language: locales.find((locale) => locale === row.language) ?? 'en',
    state: row.state as RequestState,
    ...{ confirmedAt: row.confirmedAt ?? undefined, decidedAt: row.decidedAt ?? undefined },
    ...{ decidedBy: row.decidedBy ?? undefined, answer: row.answer ?? undefined },
    ...{ module: row.module ?? undefined, recordId: row.recordId ?? undefined },
    ...{ portalUserId: row.portalUserId ?? undefined, claimedUntil: row.claimedUntil ?? undefined },
    revision: row.revision
  }
}
