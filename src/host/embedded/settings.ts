/** The CRM's own settings: small values by key, and the switches of installed plugins. */
import type { Knex } from 'knex'
import { allRows, firstRow } from './answers.js'
import type { Emit } from './outbox.js'
import { inTransaction } from './transaction.js'

export interface Settings {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown): Promise<void>
  /** The switches an administrator turned on or off, by id; one that was never set is off. */
  switches(): Promise<Readonly<Record<string, boolean>>>
  /** Saves these switches and emits `switches.changed`. */
  saveSwitches(switches: Readonly<Record<string, boolean>>): Promise<void>
}

const switchPrefix = 'switch.'

export function createSettings(db: Knex, emit: Emit): Settings {
  return {
    get: (key) => readSetting(db, key),
    set: (key, value) => writeSetting(db, key, value),
    async switches() {
      const rows = await allRows<{ name: string; value: string }>(
        db('crm_setting').select('name', 'value').where('name', 'like', `${switchPrefix}%`)
      )
      return Object.fromEntries(rows.map((row) => [row.name.slice(switchPrefix.length), row.value === 'true']))
    },
    saveSwitches: (switches) =>
      inTransaction(db, async (trx) => {
        for (const [id, isOn] of Object.entries(switches)) await writeSetting(trx, switchPrefix + id, isOn)
        await emit(trx, { kind: 'switches.changed' })
      })
  }
}

export async function readSetting<T>(db: Knex, name: string): Promise<T | undefined> {
  const row = await firstRow<{ value: string }>(db('crm_setting').first('value').where({ name }))
  return row && (JSON.parse(row.value) as T)
}

export async function writeSetting(db: Knex, name: string, value: unknown): Promise<void> {
  await db('crm_setting')
    .insert({ name, value: JSON.stringify(value) })
    .onConflict('name')
    .merge()
}
