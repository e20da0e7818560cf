/** Releases: saved as wholes, one module or several at a time; saving raises the user type's revision. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { insertRows } from '../../db/rows.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { FieldError, Staff } from '../../host/host.js'
import {
  configuration,
  isDecided,
  releaseOf,
  rights,
  type Configuration,
  type Release,
  type SetUpStep,
  type UserType
} from '../configuration.js'
import { changeConfiguration, changeRow, type Change, type Seen } from '../../audit/configuration-change.js'
import { layoutSets, layoutsOf } from '../layouts/layouts.js'
import { releaseProblems, type ReleaseDraft } from './release-check.js'

/** @throws NotFound */
export function userTypeById(all: Configuration, id: string): UserType {
  const type = all.userTypes.get(id)
  if (!type) throw new NotFound()
  return type
}

/** Releases a module, or changes how it is released. @throws Invalid with what can't work, by the part of the form it stands at;
 *  ChangedMeanwhile. */
export async function saveRelease(context: Context, seen: Seen, draft: ReleaseDraft, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const problems = await problemsOf(context, userType, draft, by)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  await write(context, seen, { drafts: [draft], removed: [] }, by)
}

/** Several modules at once. */
export interface ReleaseChanges {
  /** Released, or released otherwise. */
  readonly drafts: readonly ReleaseDraft[]
  /** Taken back, with the line items in them; what isn't released is no error. */
  readonly removed: readonly string[]
  /** The step the set-up is at afterwards, null once it is finished (Z04); left out: as it is. */
  readonly setUp?: SetUpStep | null
  /** What else changes with them; gives its entries for the audit list. */
  readonly also?: (trx: Knex) => Promise<Change[]>
}

/** Changes the releases of several modules as one: each is judged as if the others were in force already, and nothing is written
 *  unless all of them can be. One revision, one audit entry for each module that changes (Z04).
 *  @throws Invalid with every problem as `<module>.<part of the form>`, ChangedMeanwhile, PorticoError when the primary module
 *  would be taken back. */
export async function saveReleases(context: Context, seen: Seen, changes: ReleaseChanges, by: Staff): Promise<void> {
  const before = userTypeById(await configuration(context.db), seen.id)
  const removed = await withParts(context, before, changes.removed)
  if (removed.includes(before.primaryModule)) throw new PorticoError('portal:error.primaryStays', { status: 409 })
  const userType = userTypeWith(before, changes.drafts, removed)
  const problems: Record<string, FieldError> = {}
  for (const draft of changes.drafts) {
    const wrong = await problemsOf(context, userType, draft, by)
    for (const [part, error] of isDecided(draft) ? Object.entries(wrong) : besidesFields(wrong))
      problems[`${draft.module}.${part}`] = error
  }
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  await write(context, seen, { ...changes, removed }, by)
}

/** What is wrong with a release whose fields are chosen later. */
function besidesFields(wrong: Readonly<Record<string, FieldError>>): [string, FieldError][] {
  return Object.entries(wrong).filter(([part, { key }]) => part !== 'fields' && !key.endsWith('.mandatoryNotReleased'))
}

/** The user type as it would be with these releases in place of the stored ones, whether or not it is saved like that. */
export function userTypeWith(
  userType: UserType,
  drafts: readonly ReleaseDraft[],
  removed: readonly string[] = []
): UserType {
  const gone = new Set([...removed, ...drafts.map(({ module }) => module)])
  const kept = userType.releases.filter(({ module }) => !gone.has(module))
  return { ...userType, releases: [...kept, ...drafts.map((draft) => ({ ...draft, id: '' }))] }
}

/** What is wrong with a draft in the portal of its user type. */
export async function problemsOf(
  context: Context,
  userType: UserType,
  draft: ReleaseDraft,
  by: Pick<Staff, 'locale'>
): Promise<Readonly<Record<string, FieldError>>> {
  const all = await configuration(context.db)
  const catalog = await context.host.catalog(by.locale)
  const set = (await layoutSets(context.db)).get(all.portals.get(userType.portalId)?.layoutSetId ?? '')
  const layouts = layoutsOf(set, draft.module)
  return releaseProblems({ catalog, userType, draft, layouts, publicModules: all.publicModules })
}

/** Takes a module back, with the line items in it. The primary module stays: without it nobody would see his own record (Z05). */
export async function removeRelease(context: Context, seen: Seen, module: string, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const release = releaseOf(userType, module)
  if (!release) throw new NotFound()
  if (release.kind === 'primary') throw new PorticoError('portal:error.primaryStays', { status: 409 })
  const removed = await withParts(context, userType, [module])
  await write(context, seen, { drafts: [], removed }, by)
}

/** The modules of `removed` that are released, and those of the line items in them. */
async function withParts(context: Context, userType: UserType, removed: readonly string[]): Promise<string[]> {
  const catalog = await context.host.catalog('en')
  const isPart = (module: string): boolean => removed.includes(catalog.modules.get(module)?.partOf?.module ?? '')
  return userType.releases.map(({ module }) => module).filter((module) => removed.includes(module) || isPart(module))
}

async function write(context: Context, seen: Seen, changes: ReleaseChanges, by: Staff): Promise<void> {
  const userType = userTypeById(await configuration(context.db), seen.id)
  const { drafts, removed, setUp, also } = changes
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_user_types', seen, setUp === undefined ? {} : { set_up: setUp })
    for (const module of removed) await deleteRelease(trx, userType.id, module)
    for (const draft of drafts) await replaceRelease(trx, userType.id, draft)
    return [
      ...removed.map((module) => removal(userType, module)),
      ...drafts.flatMap((draft) => entryOf(userType, draft)),
      ...((await also?.(trx)) ?? [])
    ]
  })
}

function removal(userType: UserType, module: string): Change {
  const before = plain(releaseOf(userType, module)!)
  return { action: 'release.removed', subject: `user-type:${userType.id}`, before }
}

/** None for a release that stays as it was. */
function entryOf(userType: UserType, draft: ReleaseDraft): Change[] {
  const stored = releaseOf(userType, draft.module)
  const subject = `user-type:${userType.id}`
  if (!stored) return [{ action: 'release.added', subject, after: plain(draft) }]
  const [before, after] = [plain(stored), plain(draft)]
  return isDeepStrictEqual(before, after) ? [] : [{ action: 'release.changed', subject, before, after }]
}

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

async function deleteRelease(trx: Knex, userTypeId: string, module: string): Promise<void> {
  const where = { user_type_id: userTypeId, module }
  for (const table of ['portico_released_fields', 'portico_layout_fields'] as const)
    await trx(table).whereIn('released_module_id', trx('portico_released_modules').select('id').where(where)).delete()
  await trx('portico_released_modules').where(where).delete()
}

/** For the audit list: only what JSON can hold, in an order of its own. */
function plain(release: ReleaseDraft | Release): Record<string, unknown> {
  const { module, kind, path, criteria, notes, view, inSteps } = release
  return {
    module,
    kind,
    path: path.join('.'),
    criteria: criteria ?? null,
    rights: rights.filter((right) => release.rights.has(right)),
    notes,
    view,
    inSteps,
    fields: inOrder(release.fields),
    layouts: inOrder(new Map(release.layouts.map(({ layoutId, fields }) => [layoutId, inOrder(fields)])))
  }
}

function inOrder<T>(entries: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
