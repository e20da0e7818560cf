/** The embedded CRM with Portico installed in it: what the server, the command line and the tests start from. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { migrate } from './db/migrate.js'
import { openDatabase } from './db/open-database.js'
import { openCrm, type Crm } from './host/embedded/crm.js'
import { embeddedHost } from './host/embedded/host.js'
import { modules } from './host/embedded/modules/index.js'
import { staffSessions } from './host/embedded/pages/sessions.js'
import type { Host } from './host/host.js'
import { createPortico, type Portico, type PorticoOptions } from './portico.js'
import { describe } from './web/errors.js'

export interface Embedded {
  readonly config: Config
  readonly log: Logger
  readonly db: Knex
  readonly crm: Crm
  readonly host: Host
  readonly portico: Portico
  close(): Promise<void>
}

/** Opens the database, brings its tables up to date, and installs Portico. */
export async function openEmbedded(
  config: Config,
  log: Logger,
  options: Pick<PorticoOptions, 'now' | 'manifest'> = {}
): Promise<Embedded> {
  const { now = Date.now, manifest } = options
  const db = openDatabase(config.databaseUrl)
  try {
    await migrate(db)
    const crm = await openCrm({
      db,
      definitions: modules,
      filesFolder: config.filesFolder,
      publicUrl: config.publicUrl,
      now,
      onFailure: (event, error) =>
        log.error({ event: event.kind, error: describe(error) }, 'a host event was not handled; it is tried again')
    })
    const host = embeddedHost(crm, { staffOf: staffSessions(crm, config).staffOf })
    const portico = await createPortico({ config, host, log, now, manifest })
    crm.install(portico.plugin)
    return { config, log, db, crm, host, portico, close: () => host.close() }
  } catch (error) {
    await db.destroy()
    throw error
  }
}
