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

async function loadPortals(db: Knex): Promise<Map<string, Portal>> {
  const rows = await db('portico_portals')
    .select('id', 'name', 'slug', 'is_active', 'is_default', 'locale', 'time_zone', 'date_format', 'time_format', 'revision')
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        name: row.name,
        slug: row.slug,
        isActive: Boolean(row.is_active),
        isDefault: Boolean(row.is_default),
        locale: row.locale,
        timeZone: row.time_zone,
        formats: { date: row.date_format, time: row.time_format },
        revision: row.revision
      }
    ])
  )
}

async function loadOldAddresses(db: Knex): Promise<Map<string, OldAddress>> {
  const rows = await db('portico_portal_addresses').select('slug', 'portal_id', 'until')
  return new Map(rows.map((row) => [row.slug, { portalId: row.portal_id, until: row.until }]))
}

async function loadUserTypes(db: Knex, releases: ReadonlyMap<string, Release[]>): Promise<Map<string, UserType>> {
  const rows = await db('portico_user_types')
    .select('id', 'portal_id', 'name', 'is_built_in', 'primary_module', 'revision')
    .orderBy(['created_at', 'id'])
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        portalId: row.portal_id,
        name: row.name,
        isBuiltIn: Boolean(row.is_built_in),
        primaryModule: row.primary_module,
        revision: row.revision,
        releases: releases.get(row.id) ?? []
      }
    ])
  )
}

/** By user type. A word that is not ours (a newer or damaged row) counts for nothing. */
async function loadReleases(db: Knex): Promise<Map<string, Release[]>> {
  const fields = await loadFields(db)
  const rows = await db('portico_released_modules')
    .select('id', 'user_type_id', 'module', 'kind', 'path', 'criteria', 'rights', 'notes')
    .whereIn('kind', releaseKinds)
    .orderBy(['user_type_id', 'module'])
  const byType = new Map<string, Release[]>()
  for (const row of rows) {
    const release: Release = {
      id: row.id,
      module: row.module,
      kind: row.kind,
      path: row.path === '' ? [] : row.path.split('.'),
      criteria: readCriteria(row.criteria),
      rights: new Set(rights.filter((right) => row.rights.split(',').includes(right))),
      notes: noteRights.find((right) => right === row.notes) ?? 'none',
      fields: fields.get(row.id) ?? new Map()
    }
    byType.set(row.user_type_id, [...(byType.get(row.user_type_id) ?? []), release])
  }
  return byType
}

async function loadFields(db: Knex): Promise<Map<string, Map<string, FieldRelease>>> {
  const rows = await db('portico_released_fields').select('released_module_id', 'field', 'is_read_only').orderBy('field')
  const byRelease = new Map<string, Map<string, FieldRelease>>()
  for (const row of rows) {
    const fields = byRelease.get(row.released_module_id) ?? new Map<string, FieldRelease>()
    byRelease.set(row.released_module_id, fields.set(row.field, row.is_read_only ? 'readOnly' : 'editable'))
  }
  return byRelease
}
