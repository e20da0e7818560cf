/** EspoCRM users of the tests: made once by the administrator's REST, found again by later runs. */
import type { Live } from './live.js'
import type { EspoClient, Json } from './espo-client.js'

export const password = 'Portico-tests-1'

/** A user of EspoCRM with what the tests need of him. */
export interface StaffMember {
  readonly id: string
  readonly userName: string
  readonly name: string
}

const people = {
  administrator: { userName: 'portico-test-vera', firstName: 'Věra', lastName: 'Černá', type: 'admin' },
  clerk: { userName: 'portico-test-karl', firstName: 'Karl', lastName: 'Kessler', type: 'regular' },
  gone: { userName: 'portico-test-gustav', firstName: 'Gustav', lastName: 'Gone', type: 'regular' }
} as const
export type Person = {
  readonly userName: string
  readonly firstName: string
  readonly lastName: string
  readonly type: string
}
export type Cast = Readonly<Record<keyof typeof people, StaffMember>>

/** All of them active; the clerk may manage portals and nothing else of Portico, and reads and edits every contact. */
export async function makeStaff({ admin }: Live): Promise<Cast> {
  const roleId = await roleNamed(admin, 'Portico tests: clerk', {
    PorticoPortals: true,
    Contact: { create: 'yes', read: 'all', edit: 'all', delete: 'no', stream: 'all' }
  })
  return {
    administrator: await makeUser(admin, people.administrator, []),
    clerk: await makeUser(admin, people.clerk, [roleId]),
    gone: await makeUser(admin, people.gone, [])
  }
}

/** Ivan, who may manage portals and their users, and reads every contact; by default he edits his own alone. */
export async function makeIvan(
  { admin }: Live,
  contacts: Readonly<Record<string, string>> | false = ofHisOwn
): Promise<StaffMember> {
  const rights = { PorticoPortals: true, PorticoPortalUsers: true, Contact: contacts }
  const ivan = { userName: 'portico-test-ivan', firstName: 'Ivan', lastName: 'Own', type: 'regular' }
  return makeUser(admin, ivan, [await roleNamed(admin, 'Portico tests: own contacts', rights)])
}

const ofHisOwn = { create: 'yes', read: 'all', edit: 'own', delete: 'no', stream: 'all' }

/** Somebody whose role in EspoCRM, `Portico tests: <role>`, gives him these rights and permissions. */
export async function makeMember(
  { admin }: Live,
  person: Person,
  role: {
    readonly name: string
    readonly data: Record<string, unknown>
    readonly permissions?: Record<string, unknown>
  }
): Promise<StaffMember> {
  return makeUser(admin, person, [await roleNamed(admin, `Portico tests: ${role.name}`, role.data, role.permissions)])
}

export async function setActive({ admin }: Live, user: StaffMember, isActive: boolean): Promise<void> {
  await admin.put(`User/${user.id}`, { isActive })
}

/** Lets the user that Portico's service is known by work on these entity types, as an administrator does in its role. */
export async function letPorticoUse(live: Live, ...entityTypes: readonly string[]): Promise<void> {
  await letRoleUse(live, 'Portico', ...entityTypes)
}

/** The same for whoever has a role of EspoCRM. @throws when there is none of this name: is Portico's extension installed? */
export async function letRoleUse({ admin }: Live, name: string, ...entityTypes: readonly string[]): Promise<void> {
  const role = await found(admin, 'Role', 'name', name)
  if (!role) throw new Error(`EspoCRM has no role ${name}.`)
  const { data } = await admin.get<{ data: Record<string, unknown> }>(`Role/${role.id}`)
  const all = { create: 'yes', read: 'all', edit: 'all', delete: 'all', stream: 'all' }
  const missing = entityTypes.filter((entityType) => typeof data[entityType] !== 'object')
  if (missing.length === 0) return
  const more = Object.fromEntries(missing.map((entityType) => [entityType, all]))
  await admin.put(`Role/${role.id}`, { data: { ...data, ...more } })
}

async function roleNamed(
  admin: EspoClient,
  name: string,
  data: Record<string, unknown>,
  permissions: Record<string, unknown> = {}
): Promise<string> {
  const known = await found(admin, 'Role', 'name', name)
  if (!known) return admin.create('Role', { name, data, ...permissions })
  await admin.put(`Role/${known.id}`, { data, ...permissions })
  return known.id
}

async function makeUser(admin: EspoClient, person: Person, rolesIds: readonly string[]): Promise<StaffMember> {
  const values = { ...person, rolesIds, rolesNames: {}, password, passwordConfirm: password, isActive: true }
  const known = await found(admin, 'User', 'userName', person.userName)
  const id = known?.id ?? (await admin.create('User', values))
  if (known) await admin.put(`User/${id}`, values)
  return { id, userName: person.userName, name: `${person.firstName} ${person.lastName}` }
}

async function found(
  admin: EspoClient,
  entityType: string,
  attribute: string,
  value: string
): Promise<Json | undefined> {
  const where = { 'where[0][type]': 'equals', 'where[0][attribute]': attribute, 'where[0][value]': value }
  return (await admin.all(entityType, where))[0]
}
