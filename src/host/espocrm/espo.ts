/** What the parts of the adapter share: EspoCRM's database, its REST door, the integration's row, its definitions. */
import type { Logger } from 'pino'
import type { Knex } from 'knex'
import type { Catalog, Locale } from '../catalog.js'
import type { Rest } from './rest.js'
import type { Settings } from './settings.js'

export interface Espo {
  readonly db: Knex
  readonly rest: Rest
  /** Read from EspoCRM's database anew for each request, and at each call outside of one. */
  readonly settings: () => Promise<Settings>
  readonly catalog: (locale: Locale) => Promise<Catalog>
  readonly log: Logger
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What the extension and the service must agree on; the extension says its own in `GET Portico/stamp`. */
export const protocol = 2

/** Name of the API user that the extension makes for the service. */
export const serviceUserName = 'portico'
