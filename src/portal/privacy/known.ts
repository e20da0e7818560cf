/** How a person is and was called and reached, by the CRM and by our own tables: a deletion must know it to take it out (Z30). */
import type { Knex } from 'knex'
import { z } from 'zod'
import { lookUp } from '../../access/question.js'
import type { Context } from '../../context.js'
import { subjectOf, type PortalUser } from '../people/portal-users.js'
import { itemsOfRuns, type Belonging } from './belonging-rows.js'
import { uniteKnown, type Known } from './initials.js'
import { hasRecord, type Subject } from './persons-of.js'

/** What is forgotten before the deletion comes to its end: the record and the sign-ins. */
export async function knownElsewhere(context: Context, { subject, users }: Belonging): Promise<Known> {
  const ids = new Set(users.flatMap(({ identityId }) => identityId ?? []))
  const profiles = await Promise.all([...ids].map((id) => context.identity.profile(id)))
  const found = profiles.filter((profile) => profile !== undefined)
  const byProfile = { names: found.map(({ name }) => name), addresses: found.map(({ address }) => address) }
  return uniteKnown([await knownToCrm(context, subject), byProfile])
}

async function knownToCrm(context: Context, subject: Subject): Promise<Known> {
  const module = (await context.host.catalog('en')).modules.get(subject.module)
  if (!hasRecord(subject) || !module) return { names: [], addresses: [] }
  const reached = [...module.fields.values()].filter(({ type }) => type === 'email' || type === 'phone')
  const fields = reached.map(({ name }) => name)
  const record = await lookUp(context.kernel, module.name, subject.recordId, [module.title, ...fields])
  const values = fields.map((field) => record?.values[field])
  return {
    names: record ? [record.title] : [],
    addresses: values.filter((value) => typeof value === 'string')
  }
}

interface Said {
  readonly name?: string
  readonly address?: string
}

/** What stands in our tables under his ids: names and addresses of former days too. */
export async function knownHere(trx: Knex, { subject, users }: Belonging): Promise<Known> {
  const about = { module: subject.module, record_id: subject.recordId }
  const ids = users.map(({ id }) => id)
  const doings = trx('portico_doings').distinct('name').whereIn('portal_user_id', ids)
  const requests = trx('portico_privacy_requests').distinct('subject as name').where(about)
  const items = itemsOfRuns(trx, { subject, users }).distinct('name', 'address')
  const said: Said[] = [...users, ...(await changesOfAddress(trx, users))]
  for (const rows of [doings, requests, items]) said.push(...((await rows) as Said[]))
  return uniteKnown([
    { names: said.flatMap(({ name }) => name ?? []), addresses: said.flatMap(({ address }) => address ?? []) }
  ])
}

/** Where he was reached before (Z20). */
async function changesOfAddress(trx: Knex, users: readonly PortalUser[]): Promise<Said[]> {
  const rows = (await trx('portico_audit')
    .select('before', 'after')
    .whereIn('subject', users.map(subjectOf))
    .where({ action: 'portal-user.address-changed' })) as { before: string; after: string }[]
  return rows.flatMap(({ before, after }) => [before, after]).map((text) => address.parse(JSON.parse(text)))
}

const address = z.object({ address: z.string().optional() })
