/** Settings of a module of ours that belong to no portal: named values, changed like all configuration. */
import type { Knex } from 'knex'
import { changeConfiguration, ChangedMeanwhile } from './configuration-change.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { cachedByVersion } from '../db/configuration-version.js'

export interface StoredSetting {
  readonly value: unknown
  /** 0: never saved. */
  readonly revision: number
}

const stored: (db: Knex) => Promise<ReadonlyMap<string, StoredSetting>> = cachedByVersion(load)

/** What was saved under this name; the caller parses it. */
export async function settingNamed(db: Knex, name: string): Promise<StoredSetting> {
  return (await stored(db)).get(name) ?? { value: undefined, revision: 0 }
}

export interface SettingChange {
  readonly name: string
  /** As the page showed it. */
  readonly revision: number
  /** JSON. */
  readonly value: unknown
  /** A word of the domain for the audit list: `privacy.settings`. */
  readonly action: string
}

/** @throws ChangedMeanwhile when somebody else saved first. */
export async function saveSetting(context: Context, change: SettingChange, by: Staff): Promise<void> {
  const { name, revision, value, action } = change
  const before = (await settingNamed(context.db, name)).value
  await changeConfiguration(context, by, async (trx) => {
    const row = { value: JSON.stringify(value), revision: revision + 1 }
    const isSaved = revision === 0 ? await insert(trx, { name, ...row }) : await update(trx, { name, revision }, row)
    if (!isSaved) throw new ChangedMeanwhile()
    return { action, subject: `setting:${name}`, before, after: value }
  })
}

async function insert(trx: Knex, row: Record<string, unknown>): Promise<boolean> {
  const known: unknown = await trx('portico_settings').first('name').where({ name: row['name'] })
  if (known) return false
  await trx('portico_settings').insert(row)
  return true
}

async function update(trx: Knex, where: Record<string, unknown>, row: Record<string, unknown>): Promise<boolean> {
  return (await trx('portico_settings').where(where).update(row)) === 1
}

async function load(db: Knex): Promise<ReadonlyMap<string, StoredSetting>> {
  const rows: { name: string; value: string; revision: number }[] = await db('portico_settings').select(
    'name',
    'value',
    'revision'
  )
  return new Map(rows.map(({ name, value, revision }) => [name, { value: JSON.parse(value) as unknown, revision }]))
}
