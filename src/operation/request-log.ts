/** One line in the log for each request, and its part in the measures: which kind of page, how it ended, how long it took. No address,
 *  no name, no number of a person, nothing that a visitor wrote. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request } from 'express'
import type { Logger } from 'pino'
import type { Config } from '../config.js'
import type { Measures } from './measures.js'
import { routePattern } from './route-pattern.js'

/** What the web machinery has put on a request by the time it ends; a request that was refused early lacks it. */
type Ended = IncomingMessage & Partial<Pick<Request, 'address' | 'correlationId' | 'route' | 'site'>>

export interface Observing {
  readonly config: Pick<Config, 'environment'>
  readonly log: Logger
  readonly measures: Measures
}

/** Notes this request when it is over. */
export function observe(req: Ended, res: ServerResponse, { config, log, measures }: Observing): void {
  const began = performance.now()
  const level = config.environment === 'production' ? 'info' : 'debug'
  measures.requestBegan()
  res.once('close', () => {
    const route = routePattern(req)
    const milliseconds = performance.now() - began
    const isWhole = res.writableFinished
    const status = isWhole ? `${Math.floor(res.statusCode / 100)}xx` : 'aborted'
    measures.requestEnded({ method: methodOf(req), route, status, seconds: milliseconds / 1000 })
    log[level](
      {
        correlationId: req.correlationId,
        method: methodOf(req),
        route,
        status: res.statusCode,
        aborted: isWhole ? undefined : true,
        ms: Math.round(milliseconds),
        site: siteOf(req)
      },
      'request'
    )
  })
}

function methodOf({ method }: IncomingMessage): string {
  return method !== undefined && ['GET', 'HEAD', 'POST'].includes(method) ? method : 'other'
}

/** `public`, or the id of the portal whose own address it was. */
function siteOf({ site }: Ended): string | undefined {
  return site && (site.rewrittenTo.split('/').at(-1) || 'public')
}
