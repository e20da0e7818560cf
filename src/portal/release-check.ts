/** Whether a release can work: what is wrong with one before it is saved, and what of a saved one the CRM no longer has. */
import { isShownOnly } from '../access/field-kinds.js'
import type { Catalog, Field, Module } from '../host/catalog.js'
import type { FieldError } from '../host/host.js'
import type { Release, UserType } from './configuration.js'
import { releaseOf } from './configuration.js'
import { comparisonsIn, criterionProblem, primaryFieldsIn } from './criteria.js'
import { leadsTo } from './link-path.js'
import { lookupValues } from './filling.js'
import { decidingFields, mayBeWritten, writable } from './policy.js'

export type ReleaseDraft = Omit<Release, 'id'>

export interface ReleaseAsk {
  readonly catalog: Catalog
  readonly userType: UserType
  readonly draft: ReleaseDraft
  readonly publicModules: ReadonlySet<string>
}

type Problems = Record<string, FieldError>

/** What is wrong with a draft, by the part of the form it stands at; nothing: it can be saved. Rules: Z05–Z08, Z11, Z12. */
export function releaseProblems(ask: ReleaseAsk): Problems {
  const module = ask.catalog.modules.get(ask.draft.module)
  if (!module) return { module: { key: 'portal:problem.moduleGone' } }
  return {
    ...kindProblem(ask, module),
    ...pathProblem(ask),
    ...criteriaProblem(ask, module),
    ...rightsProblem(ask.draft, module),
    ...fieldsProblem(ask, module)
  }
}

/** What the release names and the CRM no longer has: names of fields, paths and modules (they are left out, never widened). */
export function goneFrom(catalog: Catalog, userType: UserType, release: Release): string[] {
  const module = catalog.modules.get(release.module)
  if (!module) return [release.module]
  const fields = [...release.fields.keys()].filter((name) => !module.fields.has(name))
  const criteria = comparisonsIn(release.criteria)
    .map((one) => one.field)
    .filter((name) => !module.fields.has(name))
  const primary = catalog.modules.get(userType.primaryModule)
  const matched = primaryFieldsIn(release.criteria).filter((name) => !primary?.fields.has(name))
  const isPathGone = release.path.length > 0 && !leadsTo(catalog, module.name, release.path, userType.primaryModule)
  const path = isPathGone ? [[module.name, ...release.path].join('.')] : []
  return [...new Set([...fields, ...criteria, ...matched.map((name) => `${userType.primaryModule}.${name}`), ...path])]
}

/** The fields of a new record that Portico fills in itself: its owner, and the lookup with which the path, or the way to the parent record, begins. */
export function filledFields(module: Module, release: Pick<Release, 'kind' | 'path'>): string[] {
  const link = module.links.get((release.kind === 'part' ? module.partOf?.link : release.path[0]) ?? '')
  return [...(module.owner ? [module.owner] : []), ...Object.keys(link ? lookupValues(module, link, '') : {})]
}

/** The mandatory fields that would stay empty in a record made through this release (Z11). */
function missingForCreate(module: Module, release: ReleaseDraft): Field[] {
  const given = new Set([...filledFields(module, release), ...writable(release, module)])
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
  const isLinked = leadsTo(catalog, draft.module, draft.path, userType.primaryModule)
  if (draft.path.length > 0 && !isLinked) return { path: { key: 'portal:problem.pathGone' } }
  if (draft.kind === 'related' && draft.path.length === 0 && !draft.criteria)
    return { path: { key: 'portal:problem.noScope' } }
  return {}
}

function criteriaProblem({ catalog, userType, draft }: ReleaseAsk, module: Module): Problems {
  const primary = catalog.modules.get(userType.primaryModule)
  if (!draft.criteria || !primary) return {}
  const problem = comparisonsIn(draft.criteria)
    .map((one) => criterionProblem(module, primary, one))
    .find((one) => one !== undefined)
  return problem ? { criteria: problem } : {}
}

function rightsProblem(draft: ReleaseDraft, module: Module): Problems {
  if (draft.kind === 'public')
    return draft.rights.size > 0 || draft.notes !== 'none' ? { rights: { key: 'portal:problem.publicRights' } } : {}
  if (draft.rights.has('clone') && !draft.rights.has('create'))
    return { rights: { key: 'portal:problem.cloneNeedsCreate' } }
  const filled = draft.rights.has('create') ? filledByTheHost(module, draft) : undefined
  if (filled) return { rights: { key: 'portal:problem.pathReadOnly', args: { field: filled.label } } }
  const missing = draft.rights.has('create') ? missingForCreate(module, draft) : []
  if (missing.length === 0) return {}
  const fields = missing.map((field) => field.label).join(', ')
  return { rights: { key: 'portal:problem.mandatoryNotReleased', args: { fields, count: missing.length } } }
}

/** The lookup that a new record would have to be put on the path by, where the CRM lets nobody write it. */
function filledByTheHost(module: Module, { path }: ReleaseDraft): Field | undefined {
  const link = module.links.get(path[0] ?? '')
  const names = link ? Object.keys(lookupValues(module, link, '')) : []
  return names.flatMap((name) => module.fields.get(name) ?? []).find(({ readOnly }) => readOnly)
}

function fieldsProblem({ catalog, userType, draft }: ReleaseAsk, module: Module): Problems {
  const fields = [...draft.fields.keys()].flatMap((name) => module.fields.get(name) ?? [])
  if (fields.length === 0) return { fields: { key: 'portal:problem.noFields' } }
  const never = neverWritten(catalog, userType, draft)
  const refused = fields.filter(({ name }) => {
    const why = draft.fields.get(name) === 'editable' ? never.get(name) : undefined
    return why === 'decides' || why === 'kind'
  })
  if (refused.length === 0) return {}
  const args = { fields: refused.map(({ label }) => label).join(', '), count: refused.length }
  const isDeciding = refused.some(({ name }) => never.get(name) === 'decides')
  return { fields: { key: isDeciding ? 'portal:problem.deciding' : 'portal:problem.neverWritten', args } }
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
  const deciding = isPrimary ? decidingFields(catalog, { ...userType, releases }) : new Set<string>()
  const module = catalog.modules.get(draft.module)
  const found = new Map<string, NeverWritten>()
  for (const field of module?.fields.values() ?? []) {
    const may = mayBeWritten(module!, field)
    if (may && deciding.has(field.name)) found.set(field.name, 'decides')
    if (!may) found.set(field.name, isShownOnly(field) ? 'kind' : 'filled')
  }
  return found
}
