/** What of the CRM is released to a viewer at all: for navigation, columns and forms. */
import type { Module } from '../host/catalog.js'
import { enter } from './entered.js'
import { isSortable, isWritable } from './field-kinds.js'
import type { ModulePolicy } from './grant.js'
import { fieldsOf, grantsFor } from './projection.js'
import type { ReleasedModule } from './record.js'
import type { Viewer } from './viewer.js'

export async function releasedModules(viewer: Viewer): Promise<readonly ReleasedModule[]> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  return [...catalog.modules.values()].flatMap((module) => {
    const policy = viewer.policy.get(module.name)
    return policy && grantsFor(policy, 'view').length > 0 ? [released(module, policy)] : []
  })
}

export async function releasedModule(viewer: Viewer, name: string): Promise<ReleasedModule> {
  const { module, policy } = await enter(viewer, name, 'view')
  return released(module, policy)
}

export function released(module: Module, policy: ModulePolicy): ReleasedModule {
  const view = grantsFor(policy, 'view')
  return {
    module,
    fields: fieldsOf(module, view),
    sortable: fieldsOf(module, view, 'every').filter((name) => isSortable(module.fields.get(name)!)),
    creatable: fieldsOf(module, grantsFor(policy, 'create')).filter((name) => isWritable(module.fields.get(name))),
    may: new Set(policy.grants.flatMap((grant) => grant.actions))
  }
}
