/** Whether what a role says of a module can work, and what of it the CRM no longer has. */
import { isShownOnly } from '../../access/field-kinds.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { plainRelease } from '../configuration.js'
import { lookupValues } from '../user-types/filling.js'
import { linkedLevels, waysOf, type AccessLevels } from './levels.js'
import { ownerModules } from '../link-path.js'
import { mayBeWritten } from '../policy.js'
import { missingForCreate } from '../user-types/release-check.js'
import { decidedByLevels } from './role-policy.js'
import type { PortalRole, RoleModule } from './roles.js'

type Problems = Record<string, FieldError>

interface Known {
  readonly catalog: Catalog
  readonly levels: AccessLevels
}

/** What is wrong with a draft, by the part of the form it stands at; nothing: it can be saved. */
export function roleProblems({ catalog, levels }: Known, draft: RoleModule): Problems {
  const module = catalog.modules.get(draft.module)
  if (!module || ownerModules(catalog).has(module.name)) return { module: { key: 'portal:problem.moduleGone' } }
  return { ...fieldsProblem(module, draft), ...createProblem({ catalog, levels }, module, draft) }
}

/** The names of fields, or of the whole module, that a role names and the CRM no longer has. */
export function goneFromRole(catalog: Catalog, given: RoleModule): string[] {
  const module = catalog.modules.get(given.module)
  return module ? [...given.fields.keys()].filter((name) => !module.fields.has(name)) : [given.module]
}

function fieldsProblem(module: Module, { fields }: RoleModule): Problems {
  return [...fields.keys()].some((name) => module.fields.has(name))
    ? {}
    : { fields: { key: 'portal:problem.noFields' } }
}

/** Z11: a mandatory field that nobody would fill. */
function createProblem(known: Known, module: Module, draft: RoleModule): Problems {
  if (!draft.mayCreate) return {}
  const filled = filledFor(known, module)
  const release = {
    ...plainRelease,
    module: module.name,
    kind: module.partOf ? ('part' as const) : ('related' as const)
  }
  const missing = missingForCreate(module, { ...release, fields: draft.fields }).filter(({ name }) => !filled.has(name))
  if (missing.length === 0) return {}
  const fields = missing.map(({ label }) => label).join(', ')
  return { create: { key: 'portal:problem.mandatoryNotReleased', args: { fields, count: missing.length } } }
}

/** The lookups that lead a new record to its author's contact and account. */
function filledFor({ catalog, levels }: Known, module: Module): Set<string> {
  const links = linkedLevels.flatMap((level) =>
    waysOf(levels, catalog, module, level).paths.flatMap(([first]) => module.links.get(first ?? '') ?? [])
  )
  return new Set(links.flatMap((link) => Object.keys(lookupValues(module, link, ''))))
}

/** Why a field of a module is never changed by a role: it decides whose a record is (a new one may hold it); it is of a kind that is
 *  shown only; the CRM or Portico fills it. */
export type NeverChanged = 'decides' | 'kind' | 'filled'

export function neverChanged(known: Known, role: PortalRole, module: Module): ReadonlyMap<string, NeverChanged> {
  const roles = [{ ...role, modules: new Map(role.modules).set(module.name, blankModule(module.name)) }]
  const deciding = decidedByLevels({ ...known, roles }).get(module.name)
  const found = new Map<string, NeverChanged>()
  for (const field of module.fields.values()) {
    if (!mayBeWritten(module, field)) found.set(field.name, isShownOnly(field) ? 'kind' : 'filled')
    else if (deciding?.has(field.name)) found.set(field.name, 'decides')
  }
  return found
}

/** A module of which a role says nothing yet. */
export function blankModule(module: string): RoleModule {
  const levels = { read: undefined, edit: undefined, delete: undefined, stream: undefined }
  return { module, mayCreate: false, levels, fields: new Map() }
}
