/** Access levels: which records of a module the levels *contact* and *account* mean, by links or paths of links (E09). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { changeConfiguration, changeRow } from '../../audit/configuration-change.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Catalog, Module } from '../../host/catalog.js'
import type { Staff } from '../../host/host.js'
import { leadsTo } from '../link-path.js'

/** The levels that go by links. */
export const linkedLevels = ['contact', 'account'] as const
export type LinkedLevel = (typeof linkedLevels)[number]

/** Where the paths of each level lead, and the names of links that count while nothing is configured: the source says so. */
export const levelEnds = {
  contact: { module: 'Contact', names: ['contact', 'contacts'] },
  account: { module: 'Account', names: ['account', 'accounts'] }
} as const satisfies Record<LinkedLevel, { module: string; names: readonly string[] }>

/** Which records a level means. */
export interface LevelWays {
  /** From the record outwards to the person's contact, or to one of his accounts. */
  readonly paths: readonly (readonly string[])[]
  /** Every record that may leave the company: these belong to no customer. */
  readonly isForAll: boolean
}

export interface AccessLevels {
  readonly revision: number
  /** By module; what is not here goes by the names of its links. */
  readonly configured: ReadonlyMap<string, Readonly<Record<LinkedLevel, LevelWays>>>
}

/** The levels in force now. */
export const accessLevels: (db: Knex) => Promise<AccessLevels> = cachedByVersion(load)

/** Knowledge bases belong to no customer: what the CRM publishes of them is for all who have the level (E12). */
const published: readonly string[] = ['KnowledgeArticle', 'KnowledgeBaseArticle']

/** Which records of `module` the level means now. Paths that the CRM no longer has mean none, and nothing takes their place. */
export function waysOf({ configured }: AccessLevels, catalog: Catalog, module: Module, level: LinkedLevel): LevelWays {
  const ways = configured.get(module.name)?.[level]
  if (!ways) return waysByName(module, level)
  const paths = ways.paths.filter((path) => counts(catalog, module.name, path, level))
  return { paths, isForAll: ways.isForAll && mayBeForAll(module) }
}

/** A way to an account goes on to the contact of whoever asks, and both together must not be too long for a statement (A29). */
const deepestWay = 4

function counts(catalog: Catalog, from: string, path: readonly string[], level: LinkedLevel): boolean {
  return path.length <= deepestWay && leadsTo(catalog, from, path, levelEnds[level].module)
}

/** What counts while nothing is configured. */
function waysByName(module: Module, level: LinkedLevel): LevelWays {
  const { module: end, names } = levelEnds[level]
  const paths = [...module.links.values()]
    .filter(({ name, to }) => to === end && names.some((one) => one === name))
    .map(({ name }) => [name])
  return { paths, isForAll: published.includes(module.name) && mayBeForAll(module) }
}

/** Only where the CRM itself says which records may leave the company. */
export function mayBeForAll(module: Module): boolean {
  return module.outside.length > 0
}

/** The configured paths that lead nowhere any more, as `Case.account.contacts`. */
export function gonePaths({ configured }: AccessLevels, catalog: Catalog, module: string): string[] {
  const ways = configured.get(module)
  if (!ways) return []
  return linkedLevels.flatMap((level) =>
    ways[level].paths.filter((path) => !counts(catalog, module, path, level)).map((path) => [module, ...path].join('.'))
  )
}

export type LevelDraft = Readonly<Record<LinkedLevel, LevelWays>>

/** Says which records of `module` the levels mean; undefined: those the names of its links say.
 *  @throws NotFound, Invalid for a path that leads elsewhere, ChangedMeanwhile. */
export async function saveLevels(
  context: Context,
  seen: { module: string; revision: number },
  draft: LevelDraft | undefined,
  by: Staff
): Promise<void> {
  const catalog = await context.host.catalog('en')
  const module = catalog.modules.get(seen.module)
  if (!module) throw new NotFound()
  if (draft) mustLead(catalog, module, draft)
  const before = (await accessLevels(context.db)).configured.get(module.name)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_levels', { id: 'levels', revision: seen.revision })
    await trx('portico_level_paths').where({ module: module.name }).delete()
    if (draft) await trx('portico_level_paths').insert(rowsOf(module.name, draft))
    return {
      action: draft ? 'levels.changed' : 'levels.reset',
      subject: `levels:${module.name}`,
      before: before && plain(before),
      after: draft && plain(draft)
    }
  })
}

function mustLead(catalog: Catalog, module: Module, draft: LevelDraft): void {
  const wrong = linkedLevels.filter(
    (level) =>
      draft[level].paths.some((path) => !counts(catalog, module.name, path, level)) ||
      (draft[level].isForAll && !mayBeForAll(module))
  )
  if (wrong.length > 0)
    throw new Invalid(Object.fromEntries(wrong.map((level) => [level, { key: 'roles:problem.pathGone' }])))
}

/** In the table: no link counts; every record does. */
const noPath = ''
const anyRecord = '*'

interface PathRow {
  module: string
  level: string
  path: string
}

function rowsOf(module: string, draft: LevelDraft): PathRow[] {
  return linkedLevels.flatMap((level) => {
    const { paths, isForAll } = draft[level]
    const words = [...paths.map((path) => path.join('.')), ...(isForAll ? [anyRecord] : [])]
    return [...new Set(words.length > 0 ? words : [noPath])].map((path) => ({ module, level, path }))
  })
}

function plain(draft: LevelDraft): Record<LinkedLevel, string> {
  const words = (level: LinkedLevel): string =>
    rowsOf('', draft)
      .filter((row) => row.level === level)
      .map(({ path }) => path)
      .join(', ')
  return { contact: words('contact'), account: words('account') }
}

async function load(db: Knex): Promise<AccessLevels> {
  const row = await db<{ id: string; revision: number }>('portico_levels').first('revision').where({ id: 'levels' })
  const rows = await db<PathRow>('portico_level_paths').select('module', 'level', 'path').orderBy(['module', 'path'])
  const modules = [...new Set(rows.map(({ module }) => module))]
  return {
    revision: row?.revision ?? 0,
    configured: new Map(modules.map((module) => [module, configuredIn(rows, module)]))
  }
}

/** A level that is none of ours counts for nothing. */
function configuredIn(rows: readonly PathRow[], module: string): Record<LinkedLevel, LevelWays> {
  const ways = (level: LinkedLevel): LevelWays => {
    const words = rows.filter((row) => row.module === module && row.level === level).map(({ path }) => path)
    const paths = words.filter((path) => path !== noPath && path !== anyRecord).map((path) => path.split('.'))
    return { paths, isForAll: words.includes(anyRecord) }
  }
  return { contact: ways('contact'), account: ways('account') }
}
