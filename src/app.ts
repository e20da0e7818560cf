/** The web application: page machinery, the host's pages, Portico's pages, and what is said when nobody answers. */
import express, { type Express } from 'express'
import { portalSessionCookie } from './identity/session.js'
import type { Installation } from './installation.js'
import { finishWeb, setUpWeb } from './web/web.js'

export function createApp({ config, log, pages, portico, staffCookies }: Installation): Express {
  const app = express()
  setUpWeb(app, { config, sites: portico.sites, sessionCookies: [...staffCookies, portalSessionCookie] })
  app.use(pages)
  app.use(portico.plugin.routes)
  finishWeb(app, log)
  return app
}
