/** `portico doctor` beside EspoCRM: as far as it gets. */
import type { Knex } from 'knex'
import { ConfigProblems, readConfig, type Config, type Environment } from '../config.js'
import { openDatabase } from '../db/open-database.js'
import { createAdapter, defaultsFrom } from '../espocrm.js'
import { checkDatabaseOfEspocrm, checkService, findIntegration } from '../host/espocrm/doctor.js'
import type { Settings } from '../host/espocrm/settings.js'
import type { Finding } from '../host/finding.js'
import { readManifest } from '../plugin-manifest.js'
import { portalSites } from '../portal/portals/sites.js'
import { checkClamd, checkDatabase, checkMail } from './common-checks.js'
import { placeOf } from '../web-server/check/place.js'
import { examineAddresses } from './examine-addresses.js'
import { checkMachine } from './machine-checks.js'
import { logger } from './terminal.js'

/** @throws ConfigProblems */
export async function examineEspocrm(env: Environment): Promise<Finding[]> {
  const before = readConfig(env)
  return [...(await checkMachine(before, env)), ...(await examineWithDatabase(env, before))]
}

async function examineWithDatabase(env: Environment, { databaseUrl }: Config): Promise<Finding[]> {
  const db = openDatabase(databaseUrl)
  try {
    const ofDatabase = await checkDatabase(db)
    if (ofDatabase.some(({ check }) => check === 'Database')) return ofDatabase
    const { settings, findings } = await findIntegration(db)
    if (!settings) return findings
    const hasTables = ofDatabase.every(({ check, remedy }) => check !== 'Tables' || remedy === undefined)
    const behind = await checkBehind(db, env, { settings, hasTables })
    return [...ofDatabase, ...(await checkDatabaseOfEspocrm(db)), ...findings, ...behind]
  } finally {
    await db.destroy()
  }
}

/** What can be looked at once the integration is found. */
async function checkBehind(
  db: Knex,
  env: Environment,
  { settings, hasTables }: { settings: Settings; hasTables: boolean }
): Promise<Finding[]> {
  try {
    const config = readConfig(env, defaultsFrom(settings))
    const now = Date.now
    const parts = createAdapter(db, { config, log: logger('silent'), now, siteUrl: settings.siteUrl })
    const { version } = readManifest()
    const patient = { ...parts, rest: parts.espo.rest, db, config, settings, version, hasTables, now }
    const sites = async () => (hasTables ? portalSites(db) : [])
    return [
      ...(await checkService(patient)),
      ...(await examineAddresses(await placeOf({ config, host: parts.host, sites }))),
      await checkMail(config),
      await checkClamd(config),
      ...unsaid(env, config)
    ]
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error
    return error.problems.map((found) => ({ check: 'Configuration', found, remedy: 'The rest is checked after that.' }))
  }
}

/** What has a makeshift in place of what only the operator knows. */
function unsaid(env: Environment, { mailFrom, company }: Config): Finding[] {
  const makeshifts = [
    { name: 'PORTICO_MAIL_FROM', found: `mails come from ${mailFrom}` },
    { name: 'PORTICO_COMPANY_NAME', found: `the company is called ${company.name}` },
    {
      name: 'PORTICO_COMPANY_DOMAINS',
      found: `own addresses, which can't be invited, end with ${company.mailDomains.join(', ') || '(nothing)'}`
    }
  ]
  return makeshifts
    .filter(({ name }) => !env[name]?.trim())
    .map(({ name, found }) => ({ check: name, found, remedy: `Set ${name}.`, isAdvice: true as const }))
}
