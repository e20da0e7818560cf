/** Whether a release can work: what is wrong with one before it is saved, and what of a saved one the CRM no longer has. */
import { isOffered } from '../../access/comparables.js'
import { isShownOnly } from '../../access/field-kinds.js'
import type { Catalog, Field, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import type { Release, UserType } from '../configuration.js'
import { releaseOf } from '../configuration.js'
import { isFor } from '../layouts/arrangements.js'
import { comparisonsIn, criteriaProblems, primaryFieldsIn } from './criteria.js'
import { brokenAt, deepestPath, leadsTo, ownerModules, type BrokenPath } from '../link-path.js'
import { lookupValues } from './filling.js'
import type { PortalLayout } from '../layouts/layouts.js'
import { decidingFields, fieldsBeyond, mayBeWritten, writable } from '../policy.js'

export type ReleaseDraft = Omit<Release, 'id'>

export interface ReleaseAsk {
  readonly catalog: Catalog
  readonly userType: UserType
  readonly draft: ReleaseDraft
  /** Of the draft's module in the portal's layout set. */
  readonly layouts: readonly PortalLayout[]
  readonly publicModules: ReadonlySet<string>
}

type Problems = Record<string, FieldError>

/** What is wrong with a draft, by the part of the form it stands at; nothing: it can be saved. Rules: Z05–Z08, Z11, Z12. */
export function releaseProblems(ask: ReleaseAsk): Problems {
  const module = ask.catalog.modules.get(ask.draft.module)
  if (!module || ownerModules(ask.catalog).has(module.name)) return { module: { key: 'portal:problem.moduleGone' } }
  return {
    ...kindProblem(ask, module),
    ...pathProblem(ask),
    ...criteriaProblem(ask, module),
    ...rightsProblem(ask, module),
    ...fieldsProblems(ask, module),
    ...layoutsProblem(ask, module)
  }
}

/** What the release names and the CRM no longer has: names of fields, options, paths, modules, and of the fields that layouts go by
 *  (they are left out, never widened). `layouts` are those of its module in the portal. */
export function goneFrom(
  catalog: Catalog,
  userType: UserType,
  release: Release,
  layouts: readonly PortalLayout[] = []
): string[] {
  const module = catalog.modules.get(release.module)
  if (!module) return [release.module]
  const released = [release, ...release.layouts].flatMap(({ fields }) => [...fields.keys()])
  const fields = released.filter((name) => !module.fields.has(name))
  const criteria = comparisonsIn(release.criteria)
    .map((one) => one.field)
    .filter((name) => !module.fields.has(name))
  const primary = catalog.modules.get(userType.primaryModule)
  const matched = primaryFieldsIn(release.criteria).filter((name) => !primary?.fields.has(name))
  const isPathGone = release.path.length > 0 && !leadsTo(catalog, module.name, release.path, userType.primaryModule)
  const path = isPathGone ? [[module.name, ...release.path].join('.')] : []
  const own = matched.map((name) => `${userType.primaryModule}.${name}`)
  return [
    ...new Set([
      ...fields,
      ...criteria,
      ...optionsGone(module, release),
      ...own,
      ...path,
      ...layoutFieldsGone(module, release, layouts)
    ])
  ]
}

function optionsGone(module: Module, { criteria }: Release): string[] {
  return comparisonsIn(criteria).flatMap(({ field: name, operator, match }) => {
    const field = module.fields.get(name)
    const isGone = field && match.by === 'value' && match.value !== null && !isOffered(field, operator, match.value)
    return isGone ? [`${name}: ${String(match.value)}`] : []
  })
}

/** Fields by which a released layout would know its records. */
function layoutFieldsGone(module: Module, release: Release, layouts: readonly PortalLayout[]): string[] {
  return layouts
    .filter(({ id }) => release.layouts.some(({ layoutId }) => layoutId === id))
    .flatMap(({ forRecords }) => (forRecords && !isFor(module, forRecords) ? [forRecords.field] : []))
}

/** Whether the release gives fields in layouts that the portal no longer has; until it is saved anew every record shows no more
 *  than those layouts did. */
export function isLayoutGone(release: Release, layouts: readonly PortalLayout[]): boolean {
  return release.layouts.some(({ layoutId }) => !layouts.some(({ id }) => id === layoutId))
}

/** The fields of a new record that Portico fills in itself: its owner, and the lookup with which the path, or the way to the parent record, begins. */
export function filledFields(module: Module, release: Pick<Release, 'kind' | 'path'>): string[] {
  const link = module.links.get((release.kind === 'part' ? module.partOf?.link : release.path[0]) ?? '')
  return [...(module.owner ? [module.owner] : []), ...Object.keys(link ? lookupValues(module, link, '') : {})]
}

/** The mandatory fields that would stay empty in a record made through this release, with these of its fields (Z11). */
export function missingForCreate(
  module: Module,
  release: Pick<Release, 'kind' | 'path' | 'fields'>,
  released: Pick<Release, 'fields'> = release
): Field[] {
  const given = new Set([...filledFields(module, release), ...writable(released, module)])
  return [...module.fields.values()].filter((field) => isNeeded(field) && !given.has(field.name))
}

/** What is read-only is the CRM's to fill, but for files and formatted text, which nobody outside can give. */
function isNeeded(field: Field): boolean {
  const isOurs = !field.readOnly || isShownOnly(field)
  return field.required && isOurs && field.default === null && field.storage.kind !== 'joined'
}

function kindProblem({ draft, userType, publicModules }: ReleaseAsk, module: Module): Problems {
  const isPrimary = module.name === userType.primaryModule
  if (isPrimary !== (draft.kind === 'primary')) return { kind: { key: 'portal:problem.primaryKind' } }
  if ((module.partOf !== undefined) !== (draft.kind === 'part')) return { kind: { key: 'portal:problem.partKind' } }
  if (module.partOf && !releaseOf(userType, module.partOf.module)) return { kind: { key: 'portal:problem.partOwner' } }
  if (draft.kind === 'public' && !publicModules.has(module.name))
    return { kind: { key: 'portal:problem.notPublic', args: { module: module.labelPlural } } }
  return {}
}

function pathProblem({ catalog, userType, draft }: ReleaseAsk): Problems {
  const { path, module, kind, criteria } = draft
  if (path.length > 0) {
    const broken = brokenAt(catalog, module, path, userType.primaryModule)
    return broken ? { path: brokenProblem(catalog, userType, broken) } : tooLong(path)
  }
  return kind === 'related' && !criteria ? { path: { key: 'portal:problem.noScope' } } : {}
}

function brokenProblem(catalog: Catalog, { primaryModule }: UserType, broken: BrokenPath): FieldError {
  const primary = catalog.modules.get(primaryModule)?.label ?? primaryModule
  switch (broken.why) {
    case 'long':
      return { key: 'portal:problem.pathLong', args: { max: deepestPath } }
    case 'end':
      return { key: 'portal:problem.pathEnd', args: { module: broken.module.label, primary } }
    case 'link': {
      const links = [...broken.module.links.keys()].join(', ')
      return { key: 'portal:problem.pathLink', args: { link: broken.link, module: broken.module.label, links } }
    }
  }
}

/** As text it must fit into its column. */
function tooLong(path: readonly string[]): Problems {
  const max = 255
  return path.join('.').length > max ? { path: { key: 'errors.field.tooLong', args: { max } } } : {}
}

function criteriaProblem({ catalog, userType, draft }: ReleaseAsk, module: Module): Problems {
  const primary = catalog.modules.get(userType.primaryModule)
  return draft.criteria && primary ? criteriaProblems(module, primary, draft.criteria) : {}
}

function rightsProblem(ask: ReleaseAsk, module: Module): Problems {
  const { draft } = ask
  if (draft.kind === 'public')
    return draft.rights.size > 0 || draft.notes !== 'none' ? { rights: { key: 'portal:problem.publicRights' } } : {}
  if (draft.rights.has('clone') && !draft.rights.has('create'))
    return { rights: { key: 'portal:problem.cloneNeedsCreate' } }
  const filled = draft.rights.has('create') ? filledByTheHost(module, draft) : undefined
  if (filled) return { rights: { key: 'portal:problem.pathReadOnly', args: { field: filled.label } } }
  return draft.rights.has('create') ? mandatoryProblem(ask, module) : {}
}

/** In the standard layout, or in another: a new record has the fields of one of them. */
function mandatoryProblem({ draft, layouts }: ReleaseAsk, module: Module): Problems {
  for (const released of [draft, ...draft.layouts]) {
    const missing = missingForCreate(module, draft, released)
    if (missing.length === 0) continue
    const args = { fields: missing.map((field) => field.label).join(', '), count: missing.length }
    const layout = 'layoutId' in released && layouts.find(({ id }) => id === released.layoutId)
    if (!layout) return { rights: { key: 'portal:problem.mandatoryNotReleased', args } }
    return { rights: { key: 'portal:problem.mandatoryInLayout', args: { ...args, layout: layout.name } } }
  }
  return {}
}

/** The lookup that a new record would have to be put on the path by, where the CRM lets nobody write it. */
function filledByTheHost(module: Module, { path }: ReleaseDraft): Field | undefined {
  const link = module.links.get(path[0] ?? '')
  const names = link ? Object.keys(lookupValues(module, link, '')) : []
  return names.flatMap((name) => module.fields.get(name) ?? []).find(({ readOnly }) => readOnly)
}

/** `fields` for the standard layout, `fields.<layout>` for each of the others. */
function fieldsProblems(ask: ReleaseAsk, module: Module): Problems {
  const never = neverWritten(ask.catalog, ask.userType, ask.draft)
  const problems: Problems = {}
  for (const released of [ask.draft, ...ask.draft.layouts]) {
    const problem = fieldsProblem(module, never, released.fields)
    if (problem) problems['layoutId' in released ? `fields.${released.layoutId}` : 'fields'] = problem
  }
  return problems
}

function fieldsProblem(
  module: Module,
  never: ReadonlyMap<string, NeverWritten>,
  released: Release['fields']
): FieldError | undefined {
  const fields = [...released.keys()].flatMap((name) => module.fields.get(name) ?? [])
  if (fields.length === 0) return { key: 'portal:problem.noFields' }
  const refused = fields.filter(({ name }) => {
    const why = released.get(name) === 'editable' ? never.get(name) : undefined
    return why === 'decides' || why === 'kind'
  })
  if (refused.length === 0) return undefined
  const args = { fields: refused.map(({ label }) => label).join(', '), count: refused.length }
  const isDeciding = refused.some(({ name }) => never.get(name) === 'decides')
  return { key: isDeciding ? 'portal:problem.deciding' : 'portal:problem.neverWritten', args }
}

/** Fields are released in layouts that say for which records they are. */
function layoutsProblem({ draft, layouts }: ReleaseAsk, module: Module): Problems {
  const usable = new Set(layouts.filter(({ forRecords }) => isFor(module, forRecords)).map(({ id }) => id))
  const isKnown = draft.layouts.every(({ layoutId }) => usable.has(layoutId))
  return isKnown ? {} : { layouts: { key: 'portal:problem.layoutGone' } }
}

/** Why a field is not written from outside: it decides what its person sees (A05); it is of a kind that is shown only; the CRM or
 *  Portico fills it. */
type NeverWritten = 'decides' | 'kind' | 'filled'

/** The fields of the draft's module that no release makes writable, with the reason. */
export function neverWritten(
  catalog: Catalog,
  userType: UserType,
  draft: ReleaseDraft
): ReadonlyMap<string, NeverWritten> {
  const releases = [...userType.releases.filter((one) => one.module !== draft.module), { ...draft, id: '' }]
  const isPrimary = draft.module === userType.primaryModule
  const own = isPrimary ? decidingFields(catalog, { ...userType, releases }) : new Set<string>()
  const deciding = new Set([...own, ...(draft.rights.has('create') ? [] : leadingOthers(catalog, releases, draft))])
  const module = catalog.modules.get(draft.module)
  const found = new Map<string, NeverWritten>()
  for (const field of module?.fields.values() ?? []) {
    const may = mayBeWritten(module!, field)
    if (may && deciding.has(field.name)) found.set(field.name, 'decides')
    if (!may) found.set(field.name, isShownOnly(field) ? 'kind' : 'filled')
  }
  return found
}

/** What leads records of other modules along their paths is written in new records only. */
function leadingOthers(
  catalog: Catalog,
  releases: readonly ReleaseDraft[],
  { module }: ReleaseDraft
): Iterable<string> {
  const paths = releases.map((one) => ({ from: one.module, path: one.path }))
  return fieldsBeyond(catalog, paths).get(module) ?? []
}

/** Fields of the own record that are released for writing and that nobody may write any more once the draft of another module is in
 *  force, because they would decide what their person sees (A05). */
export function writableNoMore(catalog: Catalog, userType: UserType, draft: ReleaseDraft): Field[] {
  const { primaryModule } = userType
  const own = releaseOf(userType, primaryModule)
  const module = catalog.modules.get(primaryModule)
  if (!own || !module || draft.module === primaryModule) return []
  const others = userType.releases.filter((one) => one.module !== draft.module)
  const deciding = decidingFields(catalog, { ...userType, releases: [...others, { ...draft, id: '' }] })
  const released = [own, ...own.layouts].flatMap((one) => writable(one, module))
  return [...module.fields.values()].filter(({ name }) => deciding.has(name) && released.includes(name))
}
