/** A web application with the page machinery and a few routes that misbehave. */
import express, { type Express, type Router } from 'express'
import { load } from 'cheerio'
import { pino, type Logger } from 'pino'
import { readConfig } from '../../src/config.js'
import { finishWeb, setUpWeb } from '../../src/web/web.js'

export interface Pages {
  readonly app: Express
  /** What was logged, one entry each. */
  readonly entries: Record<string, unknown>[]
}

export function pagesWith(routes: (app: Router) => void, env: Record<string, string> = {}): Pages {
  const entries: Record<string, unknown>[] = []
  const log: Logger = pino(
    { base: undefined },
    { write: (entry: string) => void entries.push(JSON.parse(entry) as Record<string, unknown>) }
  )
  const app = express()
  setUpWeb(app, { config: readConfig({ NODE_ENV: 'test', ...env }), sessionCookies: ['sid'] })
  app.get('/form', (req, res) => void res.send(`<input name="_csrf" value="${req.forgery?.token()}">`))
  routes(app)
  finishWeb(app, log)
  return { app, entries }
}

export function tokenIn(html: string): string {
  return load(html)('input[name=_csrf]').first().attr('value') ?? ''
}
