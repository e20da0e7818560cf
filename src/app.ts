/** The web application: page machinery, the CRM's pages, Portico's pages, and what is said when nobody answers. */
import express, { type Express } from 'express'
import type { Embedded } from './embedded.js'
import { crmSessionCookie, staffPages } from './host/embedded/pages/index.js'
import { portalSessionCookie } from './identity/session.js'
import { mailboxPages } from './mail/mailbox-pages.js'
import { startPage } from './start-page.js'
import { finishWeb, setUpWeb } from './web/web.js'

export function createApp(embedded: Embedded): Express {
  const { config, crm, db, log, portico } = embedded
  const app = express()
  setUpWeb(app, { config, sessionCookies: [crmSessionCookie(config), portalSessionCookie(config)] })
  app.use(startPage(embedded))
  app.use('/crm', staffPages(crm, { config }))
  app.use(mailboxPages({ db, config }))
  app.use(portico.plugin.routes)
  finishWeb(app, log)
  return app
}
