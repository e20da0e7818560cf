/** Which rows of our own are a person's: what a deletion counts, empties and removes (Z30). */
import type { Knex } from 'knex'
import { subjectOfRequest } from '../forms/requests.js'
import { subjectOf, type PortalUser } from '../people/portal-users.js'
import type { Subject } from './persons-of.js'
import { requestSubject } from './requests.js'

/** A person, and his accesses, those that ended too. */
export interface Belonging {
  readonly subject: Subject
  readonly users: readonly PortalUser[]
}

/** Ids of the requests that he made or that were made about him. */
export function requestsOf(db: Knex, belonging: Belonging): Promise<string[]> {
  return his(db('portico_privacy_requests'), belonging).pluck('id')
}

/** Ids of what he asked for by portal forms, also before he had an access: by his addresses. */
export function formRequestsOf(db: Knex, belonging: Belonging, addresses: readonly string[]): Promise<string[]> {
  return his(db('portico_form_requests'), belonging)
    .orWhereIn(
      'address',
      addresses.map((address) => address.toLowerCase())
    )
    .pluck('id')
}

export function itemsOfRuns(db: Knex, belonging: Belonging): Knex.QueryBuilder {
  return his(db('portico_run_items'), belonging)
}

/** What mails and text messages to him are about. */
export async function messageSubjects(db: Knex, belonging: Belonging): Promise<string[]> {
  const addresses = belonging.users.flatMap(({ address }) => (address === '' ? [] : address))
  return [
    ...belonging.users.map(subjectOf),
    ...(await requestsOf(db, belonging)).map((id) => requestSubject({ id })),
    ...(await formRequestsOf(db, belonging, addresses)).map((id) => subjectOfRequest({ id }))
  ]
}

function his(rows: Knex.QueryBuilder, { subject, users }: Belonging): Knex.QueryBuilder {
  const { module, recordId } = subject
  const ids = users.map(({ id }) => id)
  return rows.where((either) => either.where({ module, record_id: recordId }).orWhereIn('portal_user_id', ids))
}
