/** The kernel's surroundings: the host it reads, and the policies its modules give. */
import type { Knex } from 'knex'
import type { Catalog } from '../host/catalog.js'
import type { Host } from '../host/host.js'
import type { Dialect } from '../db/dialect.js'
import type { ModulePolicy, Policy } from './grant.js'
import { mergePolicies } from './grant.js'
import type { Person } from './viewer.js'

export type PolicySource = (person: Person, catalog: Catalog) => Promise<ModulePolicy[]>

export interface Kernel {
  readonly host: Host
  readonly db: Knex
  readonly dialect: Dialect
  /** Key for cursors: 32 bytes. */
  readonly secret: Buffer
  policyFor(person: Person): Promise<Policy>
}

/** `sources` is asked anew each time, so a module that was switched off gives nothing at once. */
export function createKernel(options: {
  host: Host
  dialect: Dialect
  secret: Buffer
  sources: () => Promise<readonly PolicySource[]>
}): Kernel {
  const { host, dialect, secret, sources } = options
  return {
    host,
    db: host.db,
    dialect,
    secret,
    async policyFor(person) {
      const catalog = await host.catalog(person.locale)
      const parts = await Promise.all((await sources()).map((source) => source(person, catalog)))
      return mergePolicies(parts.flat())
    }
  }
}
