/** The service beside EspoCRM: Portico on EspoCRM's database and behind its doors. */
import { createHmac } from 'node:crypto'
import { Router } from 'express'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { ConfigProblems, readConfig, type Config, type Environment, type HostDefaults } from './config.js'
import { migrate } from './db/migrate.js'
import { openDatabase } from './db/open-database.js'
import { createAuthors } from './host/espocrm/authors.js'
import { createCatalog } from './host/espocrm/catalog.js'
import { createDefinitions, type Definitions } from './host/espocrm/definitions.js'
import { doors } from './host/espocrm/doors.js'
import type { Espo } from './host/espocrm/espo.js'
import { createEvents, type Events } from './host/espocrm/outbox.js'
import { espocrmHost, type EspocrmHost } from './host/espocrm/host.js'
import { createRest } from './host/espocrm/rest.js'
import { createSessions, staffCookie, type StaffSessions } from './host/espocrm/sessions.js'
import { oncePerRequest } from './db/within-request.js'
import { readSettings, type Settings } from './host/espocrm/settings.js'
import { createStaff, type StaffDirectory } from './host/espocrm/staff.js'
import { forgetTickets } from './host/espocrm/tickets.js'
import { HostUnavailable } from './host/host.js'
import type { Job } from './hooks.js'
import type { Installation, InstallationOptions } from './installation.js'
import { createPortico } from './portico.js'
import { serviceStartPage } from './start-page.js'
import { describe } from './web/errors.js'
import { isUrl } from './url.js'

export interface BesideEspocrm extends Installation {
  readonly espo: Espo
  readonly definitions: Definitions
  readonly events: Events
}

/** Opens EspoCRM's database, brings our tables there up to date, and installs Portico. EspoCRM's web server need not answer.
 *  @throws ConfigProblems; ExtensionMissing when the database is no EspoCRM's with the extension in it; ProtocolDiffers. */
export async function openEspocrm(
  env: Environment,
  log: Logger,
  { now = Date.now, manifest }: InstallationOptions = {}
): Promise<BesideEspocrm> {
  const db = openDatabase(readConfig(env).databaseUrl)
  try {
    const settings = await readSettings(db)
    const config = readConfig(env, defaultsFrom(settings))
    await migrate(db)
    const parts = createAdapter(db, { config, log, now, siteUrl: settings.siteUrl })
    const { host, staff } = parts
    const portico = await createPortico({ config, host, log, now, manifest })
    host.install(portico.plugin)
    await refresh(parts)
    const pages = Router()
    pages.use(serviceStartPage(host, config))
    pages.use(doors({ ...parts, ...parts.espo, plugin: portico.plugin, publicUrl: config.publicUrl }))
    return {
      ...parts,
      config,
      log,
      db,
      portico,
      pages,
      staffCookies: [staffCookie],
      jobs: jobsOf(parts),
      staffByUserName: staff.findByUserName,
      close: () => host.close()
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** While EspoCRM does not answer, what is known of it from before has to do. @throws ProtocolDiffers */
async function refresh({ definitions, espo }: Adapter): Promise<void> {
  try {
    await definitions.refresh()
  } catch (error) {
    if (!(error instanceof HostUnavailable)) throw error
    espo.log.warn({ error: describe(error) }, 'EspoCRM does not answer; what is known of it is from before')
  }
}

/** What EspoCRM's integration says in place of the environment. @throws ConfigProblems when it says too little. */
export function defaultsFrom({ siteUrl, serviceUrl, secret }: Settings): HostDefaults {
  const problems = []
  const isWhole = serviceUrl.includes('://')
  if (!isUrl(siteUrl))
    problems.push("EspoCRM's integration Portico does not say EspoCRM's own address: install the extension again.")
  if (isWhole ? !isUrl(serviceUrl) : !/^\/[^/]/.test(serviceUrl))
    problems.push(
      "The service's address in EspoCRM's integration Portico must be a path such as /crm-portal or a whole address such as https://portal.example.com."
    )
  if (secret.length < 32)
    problems.push("EspoCRM's integration Portico has no shared secret of 32 characters: install the extension again.")
  if (problems.length > 0) throw new ConfigProblems(problems)
  const publicUrl = isWhole ? serviceUrl : siteUrl + serviceUrl
  return { publicUrl, secret: createHmac('sha256', secret).update('portico service').digest('hex') }
}

export interface Adapter {
  readonly espo: Espo
  readonly definitions: Definitions
  readonly events: Events
  readonly staff: StaffDirectory
  readonly sessions: StaffSessions
  readonly host: EspocrmHost
}

/** The adapter's parts, put together; nothing is asked of EspoCRM yet. */
export function createAdapter(
  db: Knex,
  { config, log, now, siteUrl }: { config: Config; log: Logger; now: () => number; siteUrl: string }
): Adapter {
  const settings = (): Promise<Settings> => oncePerRequest(settings, () => readSettings(db))
  const rest = createRest({
    url: async () => config.espocrmUrl ?? (await settings()).siteUrl,
    apiKey: async () => (await readSettings(db)).apiKey
  })
  const definitions = createDefinitions({ db, rest, now, log })
  const espo: Espo = { db, rest, settings, catalog: createCatalog({ db, definitions }), log, now }
  const authors = createAuthors(espo)
  const events = createEvents(espo)
  const staff = createStaff(espo, async () => (await definitions.current()).settings)
  const sessions = createSessions({
    db,
    staff,
    config,
    now,
    onFailure: (error) => log.warn({ error: describe(error) }, 'old sessions of the staff were not removed')
  })
  const host = espocrmHost({ espo, authors, events, staff, staffOf: sessions.staffOf, siteUrl })
  return { espo, definitions, events, staff, sessions, host }
}

function jobsOf(adapter: Adapter): Job[] {
  const { espo, events } = adapter
  return [
    { name: 'host events', everySeconds: 1, run: () => events.deliver() },
    { name: 'definitions', everySeconds: 10, everyProcess: true, run: () => refresh(adapter) },
    { name: 'sweep', everySeconds: 5 * 60, run: () => events.sweep() },
    {
      name: 'host housekeeping',
      everySeconds: 5 * 60,
      run: async () => {
        await events.keepHouse()
        await forgetTickets(espo.db, espo.now())
      }
    }
  ]
}
