/** Our migrations in their order. Each is one step, safe to run twice; the number of the last one is the schema's version. */
import type { Knex } from 'knex'
import * as configuration from './0001-configuration.js'

export interface Migration {
  readonly name: string
  up(db: Knex): Promise<void>
}

export const migrations: readonly Migration[] = [configuration]
