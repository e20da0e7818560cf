/** What the measured list page has to do: the demo world's portal, its Cases also by two criteria, with a layout of its own for
 *  complaints, so that fields are decided per record, and three portal roles that read cases too. */
import type { Context } from '../src/context.js'
import type { Embedded } from '../src/embedded.js'
import type { Staff } from '../src/host/host.js'
import { configuration, releaseOf, type FieldRelease, type UserType } from '../src/portal/configuration.js'
import type { Criteria } from '../src/portal/user-types/criteria.js'
import { chooseLayoutSet, createLayoutSet, saveLayout } from '../src/portal/layouts/layout-changes.js'
import { layoutSets } from '../src/portal/layouts/layouts.js'
import { saveRelease } from '../src/portal/user-types/releases.js'
import { createRole, saveRoleModule, saveRolesOfPortal } from '../src/portal/roles/role-changes.js'
import { roleById, type Level } from '../src/portal/roles/roles.js'
import { staff } from '../demo/cast.js'

/** New cases of high priority: one of twenty. */
const criteria: Criteria = {
  join: 'all',
  of: [
    { field: 'status', operator: '=', match: { by: 'value', value: 'New' } },
    { field: 'priority', operator: '=', match: { by: 'value', value: 'High' } }
  ]
}

/** Each shows a little more of what is nearer to the person. */
const roles: readonly (readonly [name: string, level: Level, fields: readonly string[]])[] = [
  ['Colleagues', 'account', ['number', 'subject', 'status']],
  ['Own contact', 'contact', ['number', 'subject', 'status', 'priority', 'resolution']],
  ['Writers', 'own', ['number', 'subject', 'status', 'priority', 'type', 'description', 'resolution']]
]

/** Configures what is not configured yet. */
export async function preparePortal({ portico: { context }, host }: Embedded): Promise<void> {
  const irena = (await host.staffById(staff.irena.id))!
  if ((await layoutSets(context.db)).size > 0) return
  const layoutId = await makeLayout(context, irena)
  await releaseCases(context, irena, layoutId)
  await giveRoles(context, irena)
}

async function portalAndType({ db }: Context): Promise<{ portal: { id: string; revision: number }; type: UserType }> {
  const { portals, userTypes } = await configuration(db)
  const [portal] = [...portals.values()]
  const type = [...userTypes.values()].find(({ portalId }) => portalId === portal!.id)
  const { id, revision } = portal!
  return { portal: { id, revision }, type: type! }
}

async function makeLayout(context: Context, by: Staff): Promise<string> {
  const setId = await createLayoutSet(context, { name: 'Bench', copyOf: undefined }, by)
  const draft = {
    id: undefined,
    module: 'Case',
    kind: 'detail',
    name: 'Complaint',
    sections: [{ label: 'Complaint', fields: ['number', 'subject', 'resolution'] }],
    forRecords: { field: 'type', values: ['Complaint'] }
  } as const
  await saveLayout(context, { id: setId, revision: 1 }, draft, by)
  await chooseLayoutSet(context, (await portalAndType(context)).portal, setId, by)
  return (await layoutSets(context.db)).get(setId)!.layouts[0]!.id
}

async function releaseCases(context: Context, by: Staff, layoutId: string): Promise<void> {
  const { type } = await portalAndType(context)
  const fields = new Map<string, FieldRelease>(['number', 'subject', 'resolution'].map((name) => [name, 'readOnly']))
  const draft = { ...releaseOf(type, 'Case')!, criteria, layouts: [{ layoutId, fields }] }
  const { id, revision } = type
  await saveRelease(context, { id, revision }, { ...draft, rights: new Set(['edit']) }, by)
}

async function giveRoles(context: Context, by: Staff): Promise<void> {
  const ids: string[] = []
  for (const [name, level, fields] of roles) {
    const id = await createRole(context, name, by)
    const { revision } = await roleById(context.db, id)
    const released = new Map<string, FieldRelease>(fields.map((field) => [field, 'readOnly']))
    const levels = { read: level, edit: undefined, delete: undefined, stream: undefined }
    const draft = { module: 'Case', mayCreate: false, levels, fields: released }
    await saveRoleModule(context, { id, revision }, draft, by)
    ids.push(id)
  }
  await saveRolesOfPortal(context, (await portalAndType(context)).portal, ids, by)
}
