/** The embedded CRM with Portico installed in it: what the server, the command line and the tests start from. */
import { Router } from 'express'
import type { Logger } from 'pino'
import type { Config } from './config.js'
import { inTurn, migrate } from './db/migrate.js'
import { openDatabase } from './db/open-database.js'
import { openCrm, type Crm } from './host/embedded/crm.js'
import { embeddedHost } from './host/embedded/host.js'
import { modules } from './host/embedded/modules/index.js'
import { crmSessionCookie, staffPages } from './host/embedded/pages/index.js'
import { homePath } from './host/embedded/pages/paths.js'
import { forgetAttempts } from './host/embedded/pages/sign-in.js'
import { staffSessions } from './host/embedded/pages/sessions.js'
import type { Installation, InstallationOptions } from './installation.js'
import { mailboxPages } from './mail/mailbox-pages.js'
import { createPortico } from './portico.js'
import { embeddedStartPage } from './start-page.js'
import { describe } from './web/errors.js'
import type { Uploads } from './web/uploads.js'

export interface Embedded extends Installation {
  readonly crm: Crm
}

/** Opens the database, brings its tables up to date, and installs Portico. */
export async function openEmbedded(config: Config, log: Logger, options: InstallationOptions = {}): Promise<Embedded> {
  const { now = Date.now, manifest } = options
  const db = openDatabase(config.databaseUrl)
  try {
    await migrate(db)
    const crm = await inTurn(db, () =>
      openCrm({
        db,
        definitions: modules,
        filesFolder: config.filesFolder,
        publicUrl: config.publicUrl,
        now,
        onFailure: (event, error) =>
          log.error({ event: event.kind, error: describe(error) }, 'a host event was not handled; it is tried again')
      })
    )
    const host = embeddedHost(crm, { staffOf: staffSessions(crm, config).staffOf })
    const portico = await createPortico({ config, host, log, now, manifest })
    crm.install(portico.plugin)
    return {
      config,
      log,
      db,
      crm,
      host,
      portico,
      pages: crmPages(crm, config, portico.context.uploads),
      staffCookies: [crmSessionCookie],
      jobs: [
        { name: 'host events', everySeconds: 1, run: () => host.deliver() },
        { name: 'host housekeeping', everySeconds: 60 * 60, run: () => forgetAttempts(db, now()) }
      ],
      staffByUserName: crm.users.findByUserName,
      close: () => host.close()
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** The CRM itself, and in development the mails it did not send. */
function crmPages(crm: Crm, config: Config, uploads: Uploads): Router {
  const router = Router()
  router.use(embeddedStartPage(crm, config, homePath))
  router.use('/crm', staffPages(crm, { config, uploads }))
  router.use(mailboxPages({ db: crm.db, config }))
  return router
}
