/** Organization-wide defaults: for each module, what all staff may do with records that aren't theirs (S04). */
import type { Knex } from 'knex'
import type { Context } from '../context.js'
import { changeConfiguration, changeRow } from '../audit/configuration-change.js'
import { cachedByVersion } from '../db/configuration-version.js'
import type { Catalog, Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'

/** From narrow to wide; `public…` are what a portal may show as a public module (Z08). */
export const levels = ['private', 'public-read', 'public-edit', 'public-delete'] as const
export type Level = (typeof levels)[number]

export interface Defaults {
  readonly revision: number
  /** A module that isn't in it, a new one for example, is private. */
  readonly levels: ReadonlyMap<string, Level>
}

interface DefaultRow {
  readonly module: string
  readonly level: string
}
interface SharingRow {
  readonly id: string
  readonly revision: number
}

/** The defaults in force. A word that is no level of ours counts as private. */
export const defaults: (db: Knex) => Promise<Defaults> = cachedByVersion(async (db) => {
  const rows = await db<DefaultRow>('portico_defaults').select('module', 'level').orderBy('module')
  const sharing = await db<SharingRow>('portico_sharing').first('revision').where({ id: 'defaults' })
  return {
    revision: Number(sharing?.revision ?? 0),
    levels: new Map(rows.map((row) => [row.module, levelOf(row.level)]))
  }
})

export function levelIn(all: Defaults, module: string): Level {
  return all.levels.get(module) ?? 'private'
}

/** The modules that can have a default: those whose records belong to somebody. */
export function ownedModules(catalog: Catalog): Module[] {
  return [...catalog.modules.values()].filter((module) => module.owner !== undefined && !module.partOf)
}

/** Puts new levels in force. @throws PorticoError when somebody else saved since `revision`. */
export async function changeDefaults(
  context: Context,
  by: Staff,
  revision: number,
  wanted: ReadonlyMap<string, Level>
): Promise<void> {
  const before = await defaults(context.db)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_sharing', { id: 'defaults', revision })
    for (const [module, level] of wanted)
      await trx('portico_defaults').insert({ module, level }).onConflict('module').merge(['level'])
    return {
      action: 'sharing.defaults-changed',
      subject: 'sharing:defaults',
      before: Object.fromEntries(before.levels),
      after: Object.fromEntries(wanted)
    }
  })
}

export function levelOf(word: unknown): Level {
  return levels.find((level) => level === word) ?? 'private'
}
