/** The configuration of portals as one value, loaded once per configuration version: what is stored, not yet what it means. */
import type { Knex } from 'knex'
import { cachedByVersion } from '../db/configuration-version.js'
import { listBy } from '../db/rows.js'
import type { Locale } from '../host/catalog.js'
import type { Formats } from '../host/host.js'
import type { Criteria } from './user-types/criteria.js'
import { readCriteria } from './user-types/criteria.js'
import { readHolds, type Holds } from './user-types/holds.js'
import { publicModules } from './user-types/public-modules.js'

export interface Portal {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly isActive: boolean
  readonly isDefault: boolean
  readonly locale: Locale
  readonly timeZone: string
  readonly formats: Formats
  /** Portal roles that all its users have (E02). */
  readonly roleIds: readonly string[]
  /** What the navigation shows, in order (E03; words of `tabs.ts`); undefined: everything released. */
  readonly tabs: readonly string[] | undefined
  /** Undefined: the layouts of the CRM (E07). */
  readonly layoutSetId: string | undefined
  /** Undefined: the first module is the first page (E04). */
  readonly dashboardId: string | undefined
  /** `#rrggbb`; undefined: Portico's own (E01). */
  readonly accent: string | undefined
  /** What people type to get there, without a slash at its end, where that isn't below the public address (E06). */
  readonly customUrl: string | undefined
  /** Stamp of the logo's content; undefined: it has none. */
  readonly logo: string | undefined
  /** Raised by every change; who saves on top of an older one is told. */
  readonly revision: number
}

export interface UserType {
  readonly id: string
  readonly portalId: string
  readonly name: string
  /** *Client Portal*, which every portal is born with and which can't be deleted (Z02). */
  readonly isBuiltIn: boolean
  readonly primaryModule: string
  /** The step its set-up is at; undefined once it is finished. Until then nobody can be invited to it (Z04). */
  readonly setUp: SetUpStep | undefined
  /** How its people are invited, and what they sign in with (Z18). */
  readonly preference: Preference
  /** The field of the primary module that invitations go to; undefined: its first e-mail field (Z18). */
  readonly addressField: string | undefined
  /** Which records wait for something, so that their people can't be invited yet (Z15). */
  readonly holds: Holds
  readonly webTabIds: readonly string[]
  readonly revision: number
  readonly releases: readonly Release[]
}

export const preferences = ['email', 'phone'] as const
export type Preference = (typeof preferences)[number]

/** What is still to be done, in this order (Z04). */
export const setUpSteps = ['tabs', 'fields', 'invitation'] as const
export type SetUpStep = (typeof setUpSteps)[number]

export const releaseKinds = ['primary', 'related', 'public', 'part'] as const
/** `part`: line items, released inside the module they are part of. */
export type ReleaseKind = (typeof releaseKinds)[number]

/** To view is what a release means; the rest are rights of their own (Z06). */
export const rights = ['create', 'edit', 'editShared', 'delete', 'clone'] as const
export type Right = (typeof rights)[number]

export const noteRights = ['none', 'read', 'write'] as const
export type NoteRight = (typeof noteRights)[number]

/** A module released to a user type. */
export interface Release {
  readonly id: string
  readonly module: string
  readonly kind: ReleaseKind
  /** Links from this module to the primary module; empty: no link counts (Z12). */
  readonly path: readonly string[]
  readonly criteria: Criteria | undefined
  readonly rights: ReadonlySet<Right>
  readonly notes: NoteRight
  /** In the standard layout: of records that none of `layouts` is for. */
  readonly fields: ReadonlyMap<string, FieldRelease>
  /** Further layouts of the portal's layout set, with the fields released in each (Z05, Z11). */
  readonly layouts: readonly LayoutRelease[]
  readonly view: ReleaseView
  /** Forms are filled in steps, one per section of the layout (Z05). */
  readonly inSteps: boolean
}

/** What a release is where nothing else is said: of no records, shown as a list, without a right. */
export const plainRelease = {
  path: [],
  criteria: undefined,
  rights: new Set<Right>(),
  notes: 'none',
  layouts: [],
  view: 'list',
  inSteps: false
} as const satisfies Partial<Release>

export const releaseViews = ['list', 'canvas'] as const
/** `canvas`: cards (Z10). */
export type ReleaseView = (typeof releaseViews)[number]

export interface LayoutRelease {
  readonly layoutId: string
  readonly fields: ReadonlyMap<string, FieldRelease>
}
export type FieldRelease = 'editable' | 'readOnly'

export interface OldAddress {
  readonly portalId: string
  /** UTC, `YYYY-MM-DD HH:MM:SS`; after it the address is free again. */
  readonly until: string
}

export interface Configuration {
  /** By id, in the order they were made. */
  readonly portals: ReadonlyMap<string, Portal>
  readonly oldAddresses: ReadonlyMap<string, OldAddress>
  readonly userTypes: ReadonlyMap<string, UserType>
  /** Modules whose organization-wide default is public (Z08). */
  readonly publicModules: ReadonlySet<string>
}

/** The configuration in force now. */
export const configuration: (db: Knex) => Promise<Configuration> = cachedByVersion(load)

export function userTypesOf(all: Configuration, portalId: string): UserType[] {
  return [...all.userTypes.values()].filter((type) => type.portalId === portalId)
}

export function releaseOf(type: UserType, module: string): Release | undefined {
  return type.releases.find((release) => release.module === module)
}

/** Whether its fields were chosen already; until then a release shows nothing (Z04). */
export function isDecided({ fields, layouts }: Pick<Release, 'fields' | 'layouts'>): boolean {
  return fields.size > 0 || layouts.length > 0
}

async function load(db: Knex): Promise<Configuration> {
  const portals = await loadPortals(db)
  const oldAddresses = await loadOldAddresses(db)
  const userTypes = await loadUserTypes(db, await loadReleases(db))
  return { portals, oldAddresses, userTypes, publicModules: await publicModules(db) }
}

interface PortalRow {
  id: string
  name: string
  slug: string
  is_active: number
  is_default: number
  locale: Locale
  time_zone: string
  date_format: Formats['date']
  time_format: Formats['time']
  tabs: string | null
  layout_set_id: string | null
  dashboard_id: string | null
  accent: string | null
  custom_url: string | null
  revision: number
}

const portalColumns = [
  'id',
  'name',
  'slug',
  'is_active',
  'is_default',
  'locale',
  'time_zone',
  'date_format',
  'time_format',
  'tabs',
  'layout_set_id',
  'dashboard_id',
  'accent',
  'custom_url',
  'revision'
] as const

async function loadPortals(db: Knex): Promise<Map<string, Portal>> {
  const roles = await listBy(db, 'portico_roles_of_portals', 'portal_id', 'role_id')
  const logos: { portal_id: string; stamp: string }[] = await db('portico_portal_logos').select('portal_id', 'stamp')
  const logoOf = new Map(logos.map(({ portal_id, stamp }) => [portal_id, stamp]))
  const rows = await db<PortalRow>('portico_portals')
    .select(...portalColumns)
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map((row) => [row.id, { ...portalOf(row), roleIds: roles.get(row.id) ?? [], logo: logoOf.get(row.id) }])
  )
}

function portalOf(row: PortalRow): Omit<Portal, 'roleIds' | 'logo'> {
  const { id, name, slug, locale, revision } = row
  const formats = { date: row.date_format, time: row.time_format }
  return {
    id,
    name,
    slug,
    locale,
    revision,
    formats,
    timeZone: row.time_zone,
    tabs: readTabs(row.tabs),
    layoutSetId: row.layout_set_id ?? undefined,
    dashboardId: row.dashboard_id ?? undefined,
    accent: row.accent ?? undefined,
    customUrl: row.custom_url ?? undefined,
    isActive: Boolean(row.is_active),
    isDefault: Boolean(row.is_default)
  }
}

/** What can't be read leaves the navigation as it is without a list. */
function readTabs(text: string | null): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(text ?? 'null')
    return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : undefined
  } catch {
    return undefined
  }
}

async function loadOldAddresses(db: Knex): Promise<Map<string, OldAddress>> {
  const rows: { slug: string; portal_id: string; until: string }[] = await db('portico_portal_addresses').select(
    'slug',
    'portal_id',
    'until'
  )
  return new Map(rows.map((row) => [row.slug, { portalId: row.portal_id, until: row.until }]))
}

interface UserTypeRow {
  id: string
  portal_id: string
  name: string
  is_built_in: number
  primary_module: string
  set_up: string | null
  preference: string
  address_field: string | null
  holds: string | null
  revision: number
}

const userTypeColumns = [
  'id',
  'portal_id',
  'name',
  'is_built_in',
  'primary_module',
  'set_up',
  'preference',
  'address_field',
  'holds',
  'revision'
] as const

async function loadUserTypes(db: Knex, releases: ReadonlyMap<string, Release[]>): Promise<Map<string, UserType>> {
  const webTabs = await listBy(db, 'portico_web_tabs_of_types', 'user_type_id', 'web_tab_id')
  const rows = await db<UserTypeRow>('portico_user_types')
    .select(...userTypeColumns)
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map((row) => [
      row.id,
      { ...userTypeIn(row), webTabIds: webTabs.get(row.id) ?? [], releases: releases.get(row.id) ?? [] }
    ])
  )
}

/** A step that is none of ours is a set-up that begins again. */
function userTypeIn(row: UserTypeRow): Omit<UserType, 'webTabIds' | 'releases'> {
  const { id, name, revision } = row
  return {
    id,
    name,
    revision,
    portalId: row.portal_id,
    isBuiltIn: Boolean(row.is_built_in),
    primaryModule: row.primary_module,
    setUp: row.set_up === null ? undefined : (setUpSteps.find((step) => step === row.set_up) ?? 'tabs'),
    preference: preferences.find((word) => word === row.preference) ?? 'email',
    addressField: row.address_field ?? undefined,
    holds: readHolds(row.holds)
  }
}

interface ReleaseRow {
  id: string
  user_type_id: string
  module: string
  kind: ReleaseKind
  path: string
  criteria: string | null
  rights: string
  notes: string
  view: string
  in_steps: number
}

const releaseColumns = [
  'id',
  'user_type_id',
  'module',
  'kind',
  'path',
  'criteria',
  'rights',
  'notes',
  'view',
  'in_steps'
] as const

/** By user type. */
async function loadReleases(db: Knex): Promise<Map<string, Release[]>> {
  const fields = await loadFields(db)
  const layouts = await loadLayoutFields(db)
  const rows = await db<ReleaseRow>('portico_released_modules')
    .select(...releaseColumns)
    .whereIn('kind', releaseKinds)
    .orderBy(['user_type_id', 'module'])
  const byType = new Map<string, Release[]>()
  for (const row of rows) {
    byType.set(row.user_type_id, [
      ...(byType.get(row.user_type_id) ?? []),
      {
        ...releaseIn(row),
        fields: fields.get(row.id) ?? new Map<string, FieldRelease>(),
        layouts: layouts.get(row.id) ?? []
      }
    ])
  }
  return byType
}

/** A word that is not ours (a newer or damaged row) counts for nothing. */
function releaseIn(row: ReleaseRow): Omit<Release, 'fields' | 'layouts'> {
  const { id, module, kind } = row
  return {
    id,
    module,
    kind,
    path: row.path === '' ? [] : row.path.split('.'),
    criteria: readCriteria(row.criteria),
    rights: new Set(rights.filter((right) => row.rights.split(',').includes(right))),
    notes: noteRights.find((right) => right === row.notes) ?? 'none',
    view: releaseViews.find((view) => view === row.view) ?? 'list',
    inSteps: Boolean(row.in_steps)
  }
}

interface FieldRow {
  released_module_id: string
  field: string
  is_read_only: number
}

/** By release. */
async function loadFields(db: Knex): Promise<Map<string, Map<string, FieldRelease>>> {
  const rows = await db<FieldRow>('portico_released_fields')
    .select('released_module_id', 'field', 'is_read_only')
    .orderBy('field')
  const byRelease = new Map<string, Map<string, FieldRelease>>()
  for (const row of rows) {
    const fields = byRelease.get(row.released_module_id) ?? new Map<string, FieldRelease>()
    byRelease.set(row.released_module_id, fields.set(row.field, row.is_read_only ? 'readOnly' : 'editable'))
  }
  return byRelease
}

/** By release. */
async function loadLayoutFields(db: Knex): Promise<Map<string, LayoutRelease[]>> {
  const rows = await db<FieldRow & { layout_id: string }>('portico_layout_fields')
    .select('released_module_id', 'layout_id', 'field', 'is_read_only')
    .orderBy(['released_module_id', 'layout_id', 'field'])
  const byRelease = new Map<string, Map<string, Map<string, FieldRelease>>>()
  for (const row of rows) {
    const layouts = byRelease.get(row.released_module_id) ?? new Map<string, Map<string, FieldRelease>>()
    const fields = layouts.get(row.layout_id) ?? new Map<string, FieldRelease>()
    layouts.set(row.layout_id, fields.set(row.field, row.is_read_only ? 'readOnly' : 'editable'))
    byRelease.set(row.released_module_id, layouts)
  }
  return new Map(
    [...byRelease].map(([id, layouts]) => [id, [...layouts].map(([layoutId, fields]) => ({ layoutId, fields }))])
  )
}
