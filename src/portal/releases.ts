/** Releases: saved as a whole, one module at a time; saving raises the user type's revision. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Context } from '../context.js'
import { Invalid, NotFound, PorticoError } from '../errors.js'
import type { Staff } from '../host/host.js'
import { configuration, releaseOf, type Configuration, type Release, type UserType } from './configuration.js'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import { releaseProblems, type ReleaseDraft } from './release-check.js'

export interface SeenUserType {
  readonly id: string
  readonly revision: number
}

/** @throws NotFound */
export function userTypeById(all: Configuration, id: string): UserType {
  const type = all.userTypes.get(id)
  if (!type) throw new NotFound()
  return type
}

/** Releases a module, or changes how it is released. @throws Invalid with what can't work, ChangedMeanwhile. */
export async function saveRelease(context: Context, seen: SeenUserType, draft: ReleaseDraft, by: Staff): Promise<void> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, seen.id)
  const catalog = await context.host.catalog(by.locale)
  const problems = releaseProblems({ catalog, userType, draft, publicModules: all.publicModules })
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  const before = releaseOf(userType, draft.module)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen)
    await replaceRelease(trx, userType.id, draft)
    return {
      action: before ? 'release.changed' : 'release.added',
      subject: `user-type:${userType.id}`,
      before: before && plain(before),
      after: plain(draft)
    }
  })
}

/** Takes a module back, with the line items in it. The primary module stays: without it nobody would see his own record (Z05). */
export async function removeRelease(context: Context, seen: SeenUserType, module: string, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const release = releaseOf(userType, module)
  if (!release) throw new NotFound()
  if (release.kind === 'primary') throw new PorticoError('portal:error.primaryStays', { status: 409 })
  const catalog = await context.host.catalog('en')
  const parts = userType.releases.filter((one) => catalog.modules.get(one.module)?.partOf?.module === module)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen)
    for (const one of [release, ...parts]) await deleteRelease(trx, userType.id, one.module)
    return { action: 'release.removed', subject: `user-type:${userType.id}`, before: plain(release) }
  })
}

/** In one statement: SQLite takes no more than 500. */
const mostRows = 200

async function replaceRelease(trx: Knex, userTypeId: string, draft: ReleaseDraft): Promise<void> {
  await deleteRelease(trx, userTypeId, draft.module)
  const id = randomUUID()
  await trx('portico_released_modules').insert({
    id,
    user_type_id: userTypeId,
    module: draft.module,
    kind: draft.kind,
    path: draft.path.join('.'),
    criteria: draft.criteria ? JSON.stringify(draft.criteria) : null,
    rights: [...draft.rights].join(','),
    notes: draft.notes,
    view: draft.view,
    in_steps: draft.inSteps
  })
  await insertRows(trx, 'portico_released_fields', fieldRows(draft.fields, { released_module_id: id }))
  for (const { layoutId, fields } of draft.layouts)
    await insertRows(trx, 'portico_layout_fields', fieldRows(fields, { released_module_id: id, layout_id: layoutId }))
}

function fieldRows(fields: Release['fields'], keys: Record<string, string>): Record<string, unknown>[] {
  return [...fields].map(([field, how]) => ({ ...keys, field, is_read_only: how === 'readOnly' }))
}

async function insertRows(
  trx: Knex,
  table: `portico_${string}`,
  rows: readonly Record<string, unknown>[]
): Promise<void> {
  for (let from = 0; from < rows.length; from += mostRows) await trx(table).insert(rows.slice(from, from + mostRows))
}

async function deleteRelease(trx: Knex, userTypeId: string, module: string): Promise<void> {
  const where = { user_type_id: userTypeId, module }
  for (const table of ['portico_released_fields', 'portico_layout_fields'])
    await trx(table).whereIn('released_module_id', trx('portico_released_modules').select('id').where(where)).delete()
  await trx('portico_released_modules').where(where).delete()
}

/** For the audit list: only what JSON can hold. */
function plain(release: ReleaseDraft | Release): unknown {
  const layouts = release.layouts.map(({ layoutId, fields }) => [layoutId, Object.fromEntries(fields)])
  const fields = Object.fromEntries(release.fields)
  return { ...release, rights: [...release.rights], fields, layouts: Object.fromEntries(layouts) }
}
