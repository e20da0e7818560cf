/** The fields that external users see: one setting for all of them (T05). Nothing is released until somebody does. */
import type { Knex } from 'knex'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { cachedByVersion } from '../db/configuration-version.js'
import { Invalid } from '../errors.js'
import type { Field, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { isPaper } from './kinds.js'
import type { ProjectWorld } from './project-settings.js'

export interface ReleasedFields {
  readonly revision: number
  /** By module. */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>
}

export const releasedFields: (db: Knex) => Promise<ReleasedFields> = cachedByVersion(async (db) => {
  const rows = await db<{ module: string; field: string }>('portico_external_fields').select('module', 'field')
  const release = await db<{ id: string; revision: number }>('portico_external_releases')
    .first('revision')
    .where({ id: 'fields' })
  const fields = new Map<string, Set<string>>()
  for (const { module, field } of rows) fields.set(module, (fields.get(module) ?? new Set()).add(field))
  return { revision: Number(release?.revision ?? 0), fields }
})

/** The modules whose fields are released one by one: projects and what can be opened of them. Of the others the source names the columns (T06). */
export function releasableModules({ module, parts }: ProjectWorld): Module[] {
  const opened = [...parts.values()].filter(({ kind }) => !isPaper(kind) && kind !== 'members')
  return [module, ...opened.map((part) => part.module)]
}

/** The fields that can be released. References are not among them, in whatever form the CRM keeps them: external users see no record one
 *  refers to; nor are files, of which a document's own is always there. */
export function releasableFields(module: Module): Field[] {
  return [...module.fields.values()].filter(
    (field) => field.type !== 'reference' && field.type !== 'files' && !holdsLink(module, field)
  )
}

/** The field is the column of a link: which record something belongs to, or of which module that is. */
function holdsLink({ links }: Module, { storage }: Field): boolean {
  if (storage.kind !== 'column') return false
  return [...links.values()].some(
    ({ storage: link }) =>
      link.kind === 'column' && (link.column === storage.column || link.only?.column === storage.column)
  )
}

/** Releases exactly these fields of a module. @throws Invalid, PorticoError when somebody else saved since `revision`. */
export async function releaseFields(
  context: Context,
  by: Staff,
  revision: number,
  module: Module,
  wanted: readonly string[]
): Promise<void> {
  const possible = new Set(releasableFields(module).map((field) => field.name))
  if (wanted.some((name) => !possible.has(name))) throw new Invalid({ fields: { key: 'errors.field.option' } })
  const before = [...((await releasedFields(context.db)).fields.get(module.name) ?? [])].sort()
  const after = [...new Set(wanted)].sort()
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_external_releases', { id: 'fields', revision })
    await trx('portico_external_fields').where({ module: module.name }).delete()
    for (const field of after) await trx('portico_external_fields').insert({ module: module.name, field })
    const subject = `external-users:fields:${module.name}`
    return { action: 'external-users.fields-released', subject, before, after }
  })
}

/** What most release of a module: its list, and of what can be made outside also the text; no amounts, which are nobody's business until
 *  somebody says so. */
export function usualFields(module: Module): string[] {
  const possible = releasableFields(module).filter(({ type }) => type !== 'money')
  const listed = new Set(module.layouts.filter(({ kind }) => kind === 'list').flatMap(fieldsIn))
  return possible
    .filter(({ name, type }) => name === module.title || listed.has(name) || type === 'longText')
    .map(({ name }) => name)
}

function fieldsIn({ sections }: Module['layouts'][number]): readonly string[] {
  return sections.flatMap(({ fields }) => fields)
}
