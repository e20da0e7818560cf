/** What of the CRM is released to a viewer at all: for navigation, columns and forms. */
import type { Catalog, Field, Module } from '../host/catalog.js'
import { enter } from './entered.js'
import { isSortable, takesAnything } from './field-kinds.js'
import { isNamed, type ModulePolicy, type Policy } from './grant.js'
import { fieldsOf, grantsFor, staffModule } from './projection.js'
import type { ReleasedModule } from './record.js'
import type { Viewer } from './viewer.js'

export async function releasedModules(viewer: Viewer): Promise<readonly ReleasedModule[]> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  return [...catalog.modules.values()].flatMap((module) => {
    const policy = viewer.policy.get(module.name)
    return policy && grantsFor(policy, 'view').length > 0
      ? [toldOf(catalog, viewer.policy, released(module, policy))]
      : []
  })
}

export async function releasedModule(viewer: Viewer, name: string): Promise<ReleasedModule> {
  const { module, policy, compiler } = await enter(viewer, name, 'view')
  return toldOf(compiler.catalog, viewer.policy, released(module, policy))
}

/** A reference needs more than to be released: somebody who is never told which record it leads to would take it for an empty one. */
function toldOf(catalog: Catalog, policies: Policy, given: Omit<ReleasedModule, 'silent'>): ReleasedModule {
  const silent = new Set(
    [...given.module.fields.values()]
      .filter((field) => isSilent(catalog, policies, given.module, field))
      .map(({ name }) => name)
  )
  return { ...given, fields: given.fields.filter((name) => !silent.has(name)), silent }
}

/** No view grant shows the title of any record at the other end, and nothing names one. Staff are always named. */
function isSilent(catalog: Catalog, policies: Policy, module: Module, { name, type, link }: Field): boolean {
  if (type !== 'reference') return false
  const target = catalog.modules.get(module.links.get(link ?? '')?.to ?? '')
  if (!target) return true
  if (target.name === staffModule || isNamed(policies.get(module.name), name)) return false
  return !grantsFor(policies.get(target.name), 'view').some(({ fields }) => fields.includes(target.title))
}

export function released(module: Module, policy: ModulePolicy): Omit<ReleasedModule, 'silent'> {
  const view = grantsFor(policy, 'view')
  return {
    module,
    fields: fieldsOf(module, view),
    sortable: fieldsOf(module, view, 'every').filter((name) => isSortable(module.fields.get(name)!)),
    creatable: fieldsOf(module, grantsFor(policy, 'create')).filter((name) => takesAnything(module.fields.get(name))),
    may: new Set(policy.grants.flatMap((grant) => grant.actions))
  }
}
