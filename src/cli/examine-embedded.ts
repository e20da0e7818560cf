/** `portico doctor` with the embedded CRM. */
import { readConfig, type Config, type Environment } from '../config.js'
import { openDatabase } from '../db/open-database.js'
import { openEmbedded } from '../embedded.js'
import { reasonOf, type Finding } from '../host/finding.js'
import { placeOf } from '../web-server/check/place.js'
import { checkClamd, checkDatabase, checkMail } from './common-checks.js'
import { examineAddresses } from './examine-addresses.js'
import { checkMachine } from './machine-checks.js'
import { logger } from './terminal.js'

/** @throws ConfigProblems */
export async function examineEmbedded(env: Environment): Promise<Finding[]> {
  const config = readConfig(env)
  const db = openDatabase(config.databaseUrl)
  const ofDatabase = await checkDatabase(db).finally(() => db.destroy())
  return [
    ...(await checkMachine(config, env)),
    ...ofDatabase,
    ...(await checkHost(config)),
    await checkMail(config),
    await checkClamd(config)
  ]
}

async function checkHost(config: Config): Promise<Finding[]> {
  try {
    const embedded = await openEmbedded(config, logger('silent'))
    try {
      const { context } = embedded.portico
      const catalog = await embedded.host.catalog('en')
      const switches = await embedded.host.switches()
      const on = Object.keys(switches).filter((id) => switches[id])
      const addresses = config.environment === 'production' ? await examineAddresses(await placeOf(context)) : []
      return [
        { check: 'CRM', found: `${embedded.host.name}, ${catalog.modules.size} modules` },
        {
          check: 'Modules on',
          found: on.join(', ') || 'none',
          ...(on.length === 0 && { remedy: "Switch them on in the CRM's settings.", isAdvice: true as const })
        },
        ...addresses
      ]
    } finally {
      await embedded.close()
    }
  } catch (error) {
    return [{ check: 'CRM', found: reasonOf(error), remedy: 'See the message; the CRM could not be opened.' }]
  }
}
