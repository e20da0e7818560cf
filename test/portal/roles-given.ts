/** Roles for tests, and the viewers they make. */
import { mergePolicies } from '../../src/access/grant.js'
import { viewerFor, type Person, type Viewer } from '../../src/access/viewer.js'
import { records } from '../../src/access/records.js'
import type { Records } from '../../src/access/record.js'
import type { FieldRelease } from '../../src/portal/configuration.js'
import type { AccessLevels } from '../../src/portal/levels.js'
import { rolePolicy } from '../../src/portal/role-policy.js'
import type { Level, LeveledAction, PortalRole, RoleModule } from '../../src/portal/roles.js'
import type { TestApp } from '../support/app.js'

type Given = Partial<Record<LeveledAction, Level>> & {
  create?: boolean
  fields?: Record<string, FieldRelease>
}

/** A role by what it says of its modules. */
export function role(name: string, modules: Record<string, Given>): PortalRole {
  const all = Object.entries(modules).map(([module, given]) => [module, moduleOf(module, given)] as const)
  return { id: name, name, revision: 1, modules: new Map(all) }
}

function moduleOf(module: string, { create, fields, ...levels }: Given): RoleModule {
  const { read, edit, delete: remove, stream } = levels
  return {
    module,
    mayCreate: create ?? false,
    levels: { read, edit, delete: remove, stream },
    fields: new Map(Object.entries(fields ?? {}))
  }
}

export const byName: AccessLevels = { revision: 1, configured: new Map() }

export interface Around {
  readonly levels?: AccessLevels
  readonly accounts?: readonly string[]
}

/** Somebody with these roles and nothing else. */
export async function viewerWith(
  test: TestApp,
  person: Person,
  roles: readonly PortalRole[],
  around: Around = {}
): Promise<Viewer> {
  const { kernel, host } = test.embedded.portico.context
  const catalog = await host.catalog('en')
  const facts = { catalog, person, roles, levels: around.levels ?? byName, accounts: around.accounts }
  return viewerFor({ ...kernel, policyFor: async () => mergePolicies(rolePolicy(facts)) }, person)
}

/** His door. */
export async function doorWith(...given: Parameters<typeof viewerWith>): Promise<Records> {
  return records(await viewerWith(...given))
}
