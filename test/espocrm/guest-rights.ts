/** What staff say of records for external users, put straight where it is kept. */
import { everybody, setRights, type Right } from '../../src/external-users/object-rights.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import type { Service } from './service.js'

/** The group may do this to the record. */
export async function rightTo(
  { installation: { db } }: Service,
  module: string,
  id: string,
  right: Right
): Promise<void> {
  await db.transaction((trx) => setRights(trx, module, id, new Map([[everybody, { [right]: 'allow' }]])))
}

/** The contact of the world is responsible for it. */
export async function responsibilityOf(
  { installation: { db } }: Service,
  by: string,
  { anna }: { readonly anna: string },
  { module, id }: { readonly module: string; readonly id: string }
): Promise<void> {
  const person = await db('portico_external_users').first<{ id: string }>('id').where({ record_id: anna })
  const row = { module, record_id: id, person_id: person.id }
  await db('portico_responsible').insert({ ...row, added_by: by, added_at: '2026-01-01 00:00:00' })
}

/** Exactly these fields of each of these modules are shown. */
export async function releaseFor(
  { installation: { db } }: Service,
  fields: Readonly<Record<string, readonly string[]>>
): Promise<void> {
  for (const [module, names] of Object.entries(fields)) {
    await db('portico_external_fields').where({ module }).delete()
    await db('portico_external_fields').insert(names.map((field) => ({ module, field })))
  }
  await raiseConfigurationVersion(db)
}
