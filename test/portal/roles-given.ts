/** Roles for tests, and the viewers they make. */
import { mergePolicies } from '../../src/access/grant.js'
import { viewerFor, type Person, type Viewer } from '../../src/access/viewer.js'
import { records } from '../../src/access/records.js'
import type { Records } from '../../src/access/record.js'
import type { FieldRelease, Release } from '../../src/portal/configuration.js'
import { combined } from '../../src/portal/combined-policy.js'
import type { AccessLevels } from '../../src/portal/roles/levels.js'
import type { Level, LeveledAction, PortalRole, RoleModule } from '../../src/portal/roles/roles.js'
import type { TestApp } from '../support/app.js'
import { userType } from './releases.js'

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
  /** What a user type gives beside the roles. */
  readonly releases?: readonly Release[]
}

/** Somebody with these roles and, unless `around` says more, nothing else. */
export async function viewerWith(
  test: TestApp,
  person: Person,
  roles: readonly PortalRole[],
  around: Around = {}
): Promise<Viewer> {
  const { kernel, host } = test.embedded.portico.context
  const catalog = await host.catalog('en')
  const facts = { catalog, person, roles, levels: around.levels ?? byName, accounts: around.accounts }
  const more = { primary: {}, publicModules: new Set<string>(), layouts: undefined }
  const type = around.releases && { catalog, person, userType: userType(...around.releases), ...more }
  return viewerFor({ ...kernel, policyFor: async () => mergePolicies(combined(type, facts)) }, person)
}

/** His door. */
export async function doorWith(...given: Parameters<typeof viewerWith>): Promise<Records> {
  return records(await viewerWith(...given))
}
