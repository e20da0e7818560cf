/** The configuration of portals as one value, loaded once per configuration version: what is stored, not yet what it means. */
import type { Knex } from 'knex'
import { cachedByVersion } from '../db/configuration-version.js'
import type { Locale } from '../host/catalog.js'
import type { Formats } from '../host/host.js'
import type { Criteria } from './criteria.js'
import { readCriteria } from './criteria.js'
import { publicModules } from './public-modules.js'

export interface Portal {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly isActive: boolean
  readonly isDefault: boolean
  readonly locale: Locale
  readonly timeZone: string
  readonly formats: Formats
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
  readonly revision: number
  readonly releases: readonly Release[]
}

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
  'revision'
] as const

async function loadPortals(db: Knex): Promise<Map<string, Portal>> {
  const rows = await db<PortalRow>('portico_portals')
    .select(...portalColumns)
    .orderBy(['created_at', 'id'])
  return new Map(rows.map((row) => [row.id, portalOf(row)]))
}

function portalOf(row: PortalRow): Portal {
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
    isActive: Boolean(row.is_active),
    isDefault: Boolean(row.is_default)
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
  revision: number
}

const userTypeColumns = ['id', 'portal_id', 'name', 'is_built_in', 'primary_module', 'revision'] as const

async function loadUserTypes(db: Knex, releases: ReadonlyMap<string, Release[]>): Promise<Map<string, UserType>> {
  const rows = await db<UserTypeRow>('portico_user_types')
    .select(...userTypeColumns)
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map(({ id, name, revision, ...row }) => {
      const rest = { portalId: row.portal_id, isBuiltIn: Boolean(row.is_built_in), primaryModule: row.primary_module }
      return [id, { id, name, revision, ...rest, releases: releases.get(id) ?? [] }]
    })
  )
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
}

const releaseColumns = ['id', 'user_type_id', 'module', 'kind', 'path', 'criteria', 'rights', 'notes'] as const

/** By user type. */
async function loadReleases(db: Knex): Promise<Map<string, Release[]>> {
  const fields = await loadFields(db)
  const rows = await db<ReleaseRow>('portico_released_modules')
    .select(...releaseColumns)
    .whereIn('kind', releaseKinds)
    .orderBy(['user_type_id', 'module'])
  const byType = new Map<string, Release[]>()
  for (const row of rows) {
    byType.set(row.user_type_id, [...(byType.get(row.user_type_id) ?? []), releaseIn(row, fields.get(row.id))])
  }
  return byType
}

/** A word that is not ours (a newer or damaged row) counts for nothing. */
function releaseIn(row: ReleaseRow, fields: ReadonlyMap<string, FieldRelease> | undefined): Release {
  const { id, module, kind } = row
  return {
    id,
    module,
    kind,
    path: row.path === '' ? [] : row.path.split('.'),
    criteria: readCriteria(row.criteria),
    rights: new Set(rights.filter((right) => row.rights.split(',').includes(right))),
    notes: noteRights.find((right) => right === row.notes) ?? 'none',
    fields: fields ?? new Map()
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
