/** The row that an administrator edits at Administration > Integrations > Portico, and the key of the service's API user. */
import type { Knex } from 'knex'
import { z } from 'zod'
import { moduleIds, type Switches } from '../host.js'
import { serviceUserName } from './espo.js'

export interface Settings {
  /** `Enabled` in EspoCRM; without it every module is off. */
  readonly isOn: boolean
  readonly switches: Switches
  /** EspoCRM's own address as people type it, without a trailing slash. */
  readonly siteUrl: string
  /** Where Portico is: a path on EspoCRM's site (`/crm-portal`) or a whole address; without a trailing slash. */
  readonly serviceUrl: string
  /** Shared with the extension alone; signs tickets. */
  readonly secret: string
  /** Of the API user the extension made; empty when there is none. */
  readonly apiKey: string
}

/** The database is no EspoCRM's, or the extension is not installed there. */
export class ExtensionMissing extends Error {
  constructor(message = 'EspoCRM has no Portico integration: install the extension at Administration > Extensions.') {
    super(message)
  }
}

const row = z.object({
  siteUrl: z.string().default(''),
  serviceUrl: z.string().default('/crm-portal'),
  sharedSecret: z.string().default('')
})

/** @throws ExtensionMissing when there is no such row; what knex throws when the database does not answer. */
export async function readSettings(db: Knex): Promise<Settings> {
  const found = await integrationRow(db)
  if (!found) throw new ExtensionMissing()
  const data = JSON.parse(found.data ?? '{}') as Record<string, unknown>
  const isOn = Boolean(found.enabled)
  const { siteUrl, serviceUrl, sharedSecret } = row.parse(data)
  return {
    isOn,
    switches: switchesOf(data, isOn),
    siteUrl: siteUrl.replace(/\/+$/, ''),
    serviceUrl: serviceUrl.replace(/\/+$/, ''),
    secret: sharedSecret,
    apiKey: found.api_key ?? ''
  }
}

/** One statement for both rows: every page asks. */
async function integrationRow(db: Knex): Promise<IntegrationRow | undefined> {
  const apiKey = db('user')
    .select('api_key')
    .where({ user_name: serviceUserName, type: 'api', is_active: 1, deleted: 0 })
    .limit(1)
  try {
    return await db('integration')
      .first<IntegrationRow>('enabled', 'data', apiKey.as('api_key'))
      .where({ id: 'Portico', deleted: 0 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ER_NO_SUCH_TABLE')) throw error
    throw new ExtensionMissing("DATABASE_URL leads to a database that is not EspoCRM's: it has no table integration.")
  }
}

interface IntegrationRow {
  readonly enabled: number
  readonly data: string | null
  readonly api_key: string | null
}

/** A module's switch is the field called like its id in camel case. */
function switchesOf(data: Readonly<Record<string, unknown>>, isOn: boolean): Switches {
  const flags = Object.entries(data).filter(([, value]) => typeof value === 'boolean')
  const known = Object.fromEntries(moduleIds.map((id) => [id, false]))
  return { ...known, ...Object.fromEntries(flags.map(([name, value]) => [kebab(name), isOn && value === true])) }
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
