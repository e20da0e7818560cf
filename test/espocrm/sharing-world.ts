/** What the suites of global sharing stand on: a sales team in EspoCRM, and models put in force as Portico's service does. */
import type { Knex } from 'knex'
import { openDatabase } from '../../src/db/open-database.js'
import { migrate } from '../../src/db/migrate.js'
import { EspoClient, Refused } from './espo-client.js'
import type { Live } from './live.js'
import { Made } from './made.js'
import { letRoleUse, makeMember, password, type StaffMember } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

const people = {
  /** The sales manager. */
  mara: { firstName: 'Mara', lastName: 'Manager' },
  one: { firstName: 'Person', lastName: 'One' },
  two: { firstName: 'Person', lastName: 'Two' },
  /** The sales assistant. */
  axel: { firstName: 'Axel', lastName: 'Assistant' },
  /** Of no role of Portico's. */
  otto: { firstName: 'Otto', lastName: 'Outside' }
} as const
export type Name = keyof typeof people

export type ModuleRights = Readonly<Record<'view' | 'create' | 'edit' | 'delete', boolean>>
export interface Profile {
  readonly viewAll: boolean
  readonly editAll: boolean
  readonly modules: Readonly<Record<string, ModuleRights>>
}
export interface SharingRule {
  readonly module: string
  readonly from: string
  readonly to: string
  readonly write: boolean
  readonly criteria: readonly { readonly field: string; readonly operator: string; readonly value: unknown }[]
  readonly related: readonly { readonly module: string; readonly link: string; readonly write: boolean }[]
}

/** A model as the service compiles it for EspoCRM; what is left out is the worked example's. */
export interface Compiled {
  readonly defaults: Readonly<Record<string, { readonly level: string; readonly follows?: string }>>
  readonly roles: Readonly<Record<string, Profile>>
  readonly withoutRole: Profile
  readonly groups: Readonly<Record<string, { readonly teams: readonly string[] }>>
  readonly rules: readonly SharingRule[]
}
/** The members of each set. */
export type Sets = Readonly<Record<string, readonly Name[]>>

export const everything: ModuleRights = { view: true, create: true, edit: true, delete: true }
export const nothing: ModuleRights = { view: false, create: false, edit: false, delete: false }
export const plain: Profile = { viewAll: false, editAll: false, modules: { '*': everything } }

/** Figure 1 of the source: a manager, below him two people and an assistant. */
const roles = { manager: plain, sales: plain, assistant: plain }
const tree: Sets = {
  'role:manager': ['mara'],
  'role:sales': ['one', 'two'],
  'role:assistant': ['axel'],
  'below:manager': ['one', 'two', 'axel'],
  'tree:manager': ['mara', 'one', 'two', 'axel'],
  'tree:sales': ['one', 'two'],
  'tree:assistant': ['axel']
}

const types = [
  ...['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Task', 'Meeting', 'Call', 'Document'],
  ...['KnowledgeBaseArticle', 'TargetList', 'Campaign', 'EmailTemplate', 'Template']
]
const all = { create: 'yes', read: 'all', edit: 'all', delete: 'all', stream: 'all' }
const rightsInEspo = {
  ...Object.fromEntries(types.map((type) => [type, all])),
  Email: all,
  User: { read: 'all', edit: 'no' },
  Team: { read: 'all' },
  Import: true,
  GlobalStream: true,
  Activities: true,
  Calendar: true
}
const permissions = {
  ...{ assignmentPermission: 'all', userPermission: 'all', messagePermission: 'all', mentionPermission: 'all' },
  ...{
    massUpdatePermission: 'yes',
    exportPermission: 'yes',
    userCalendarPermission: 'all',
    auditPermission: 'yes',
    followerManagementPermission: 'all'
  }
}

export interface SharingWorld {
  readonly db: Knex
  readonly made: Made
  readonly cast: Readonly<Record<Name, StaffMember>>
  /** EspoCRM as somebody of the team is signed in to it. */
  readonly as: Readonly<Record<Name, EspoClient>>
  /** The worked example with what is given instead, in force from now on. */
  inForce(compiled?: Partial<Compiled>, sets?: Sets): Promise<void>
  /** Whatever stands in the row that EspoCRM reads. */
  inForceAsItStands(compiled: string, sets?: Sets): Promise<void>
  switchTo(isOn: boolean): Promise<void>
  close(): Promise<void>
}

/** Global sharing is on; EspoCRM's own role lets everybody of the team do everything. */
export async function openSharingWorld(live: Live): Promise<SharingWorld> {
  const undoing: (() => unknown)[] = [await rememberIntegration(live.admin)]
  const close = async (): Promise<void> => {
    for (const undo of undoing.splice(0).reverse()) await undo()
  }
  try {
    const db = openDatabase(live.databaseUrl.replace('espocrm+', ''))
    undoing.push(() => db.destroy())
    await migrate(db)
    undoing.push(await rememberModel(db))
    const made = new Made(live.admin)
    undoing.push(() => made.remove())
    const cast = await makeTeam(live)
    const as = await signedIn(live, cast)
    const world = { db, made, cast, as, close, switchTo: (isOn: boolean) => switchTo(live, isOn) }
    const inForceAsItStands = (compiled: string, sets: Sets = {}): Promise<void> => putInForce(db, cast, compiled, sets)
    const inForce = (compiled: Partial<Compiled> = {}, sets: Sets = {}): Promise<void> =>
      inForceAsItStands(JSON.stringify({ ...example, ...compiled }), { ...tree, ...sets })
    await inForce()
    await switchTo(live, true)
    return { ...world, inForce, inForceAsItStands }
  } catch (error) {
    await close()
    throw error
  }
}

const example: Compiled = { defaults: {}, roles, withoutRole: plain, groups: {}, rules: [] }

async function makeTeam(live: Live): Promise<SharingWorld['cast']> {
  const role = { name: 'all', data: rightsInEspo, permissions }
  const members: [string, StaffMember][] = []
  for (const [name, person] of Object.entries(people)) {
    const user = { ...person, userName: `portico-test-${name}`, type: 'regular' }
    members.push([name, await makeMember(live, user, role)])
  }
  return Object.fromEntries(members) as SharingWorld['cast']
}

/** EspoCRM's own role of the team allows everything with this entity type, too. */
export function letTeamUse(live: Live, entityType: string): Promise<void> {
  return letRoleUse(live, 'Portico tests: all', entityType)
}

/** Somebody whose role in EspoCRM shows him his own leads alone. */
export async function ownLeadsOnly(live: Live): Promise<EspoClient> {
  const person = { firstName: 'Clara', lastName: 'Clerk', userName: 'portico-test-clara', type: 'regular' }
  const own = { create: 'yes', read: 'own', edit: 'own', delete: 'no', stream: 'own' }
  const { userName } = await makeMember(live, person, { name: 'own leads', data: { Lead: own } })
  return EspoClient.signIn(live.url, userName, password)
}

async function signedIn(live: Live, cast: SharingWorld['cast']): Promise<SharingWorld['as']> {
  const clients = await Promise.all(
    Object.entries(cast).map(async ([name, { userName }]) => [
      name,
      await EspoClient.signIn(live.url, userName, password)
    ])
  )
  return Object.fromEntries(clients) as SharingWorld['as']
}

async function switchTo({ admin }: Live, isOn: boolean): Promise<void> {
  await setSwitches(admin, { 'global-sharing': isOn })
}

/** The version in force now, to be put back; what was written after it goes. */
async function rememberModel(db: Knex): Promise<() => Promise<void>> {
  const before: { version: number } = await db('portico_sharing').where({ id: 'in-force' }).first('version')
  return async () => {
    await db('portico_sharing').where({ id: 'in-force' }).update(before)
    await db('portico_sharing_models').where('version', '>', before.version).delete()
    await db('portico_reach').where('since', '>', before.version).delete()
    await db('portico_reach').where('until', '>', before.version).update({ until: null })
  }
}

/** As the service does it: the members of the sets first, the model, and last the one number that names both. */
async function putInForce(db: Knex, cast: SharingWorld['cast'], compiled: string, sets: Sets): Promise<void> {
  const last: { version: number } = await db('portico_sharing_models').orderBy('version', 'desc').first('version')
  const version = last.version + 1
  const rows = Object.entries(sets).flatMap(([key, names]) =>
    names.map((name) => ({ set_key: key, staff_id: cast[name].id, since: version, until: null }))
  )
  await db('portico_reach').whereNull('until').update({ until: version })
  if (rows.length > 0) await db('portico_reach').insert(rows)
  await db('portico_sharing_models').insert({ version, model: '{}', compiled })
  await db('portico_sharing').where({ id: 'in-force' }).update({ version })
}

/** Ids of what a list of EspoCRM's shows of the records asked for. */
export async function shown(list: Promise<readonly { readonly id: string }[]>): Promise<string[]> {
  return (await list).map(({ id }) => id).sort()
}

/** EspoCRM's status for what somebody tries; 200 when he may. */
export async function statusOf(attempt: Promise<unknown>): Promise<number> {
  try {
    await attempt
    return 200
  } catch (error) {
    if (error instanceof Refused) return error.status
    throw error
  }
}
