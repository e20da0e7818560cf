/** The fields of projects that external users see: one setting for all of them (T05). Nothing is released until somebody does. */
import type { Knex } from 'knex'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { Invalid } from '../errors.js'
import type { Catalog, Field } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { projectModule, projects } from './project.js'

export interface ReleasedFields {
  readonly revision: number
  readonly fields: ReadonlySet<string>
}

export const releasedFields: (db: Knex) => Promise<ReleasedFields> = cachedByVersion(async (db) => {
  const rows = await db<{ module: string; field: string }>('portico_external_fields')
    .select('field')
    .where({ module: projects })
    .orderBy('field')
  const release = await db<{ id: string; revision: number }>('portico_external_releases')
    .first('revision')
    .where({ id: 'fields' })
  return { revision: Number(release?.revision ?? 0), fields: new Set(rows.map((row) => row.field)) }
})

/** The fields that can be released. References are not among them: external users see no record a project refers to; nor are files,
 *  which their pages don't hand out. */
export function releasableFields(catalog: Catalog): Field[] {
  const fields = projectModule(catalog)?.fields.values() ?? []
  return [...fields].filter((field) => field.type !== 'reference' && field.type !== 'files')
}

/** Releases exactly these fields. @throws Invalid, PorticoError when somebody else saved since `revision`. */
export async function releaseFields(
  context: Context,
  by: Staff,
  revision: number,
  wanted: readonly string[]
): Promise<void> {
  const possible = new Set(releasableFields(await context.host.catalog('en')).map((field) => field.name))
  if (wanted.some((name) => !possible.has(name))) throw new Invalid({ fields: { key: 'errors.field.option' } })
  const before = [...(await releasedFields(context.db)).fields]
  const after = [...new Set(wanted)].sort()
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_external_releases', { id: 'fields', revision })
    await trx('portico_external_fields').where({ module: projects }).delete()
    for (const field of after) await trx('portico_external_fields').insert({ module: projects, field })
    return { action: 'external-users.fields-released', subject: 'external-users:fields', before, after }
  })
}
