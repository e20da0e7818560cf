/** The page machinery in the order it has to stand in: before the areas' routes, and behind them. */
import cookieParser from 'cookie-parser'
import type { Express } from 'express'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import { withinRequest } from '../db/within-request.js'
import { correlate, errorHandler, nothingHere } from './errors.js'
import { languagePages, requestLocale } from './locale.js'
import { belowMount } from './mount.js'
import { mountOf, setUpRendering } from './render.js'
import { cookieOptions, harden, readBodies, refuseForgery, securityHeaders } from './security.js'

/** Everything a page needs before its route is asked. `sessionCookies` are the names of all cookies that sessions are known by. */
export function setUpWeb(app: Express, options: { config: Config; sessionCookies: readonly string[] }): void {
  const { config, sessionCookies } = options
  harden(app, config)
  app.use((_req, _res, next) => withinRequest(next))
  app.use(belowMount(config), correlate, ...securityHeaders(config))
  setUpRendering(app, { config })
  app.use(cookieParser(), requestLocale(), ...readBodies(), refuseForgery(config, sessionCookies))
  app.use(languagePages({ mount: mountOf(config), cookie: cookieOptions(config) }))
}

/** What stands behind all routes. */
export function finishWeb(app: Express, log: Logger): void {
  app.use(nothingHere)
  app.use(errorHandler(log))
}
