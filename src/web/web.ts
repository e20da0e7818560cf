/** The page machinery in the order it has to stand in: before the areas' routes, and behind them. */
import cookieParser from 'cookie-parser'
import type { Express } from 'express'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { withinRequest } from '../db/within-request.js'
import { correlate, errorHandler, nothingHere } from './errors.js'
import { languagePages, requestLocale } from './locale.js'
import { standAtSite, type OtherSites } from './mount.js'
import { publicFiles, rendering } from './render.js'
import { harden, readBodies, refuseForgery, securityHeaders, strictTransport } from './security.js'
import { tellTheWay } from './way.js'

export interface WebOptions {
  readonly config: Config
  /** Default: none beside the public address. */
  readonly sites?: OtherSites
  /** Plain names of all cookies that sessions are known by. */
  readonly sessionCookies: readonly string[]
}

/** Everything a page needs before its route is asked. */
export function setUpWeb(app: Express, { config, sites, sessionCookies }: WebOptions): void {
  harden(app, config)
  app.use((_req, _res, next) => withinRequest(next))
  app.use(correlate, ...securityHeaders(config), tellTheWay(config, sites), rendering({ config }))
  app.use(standAtSite(config, sites), strictTransport)
  app.use('/public', ...publicFiles({ config }))
  app.use(cookieParser(), requestLocale(), ...readBodies(), refuseForgery(config, sessionCookies))
  app.use(languagePages())
}

/** What stands behind all routes. */
export function finishWeb(app: Express, log: Logger): void {
  app.use(nothingHere)
  app.use(errorHandler(log))
}
