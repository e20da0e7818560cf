/** Listens, runs the jobs, and stops without dropping a request. */
import { setTimeout as pause } from 'node:timers/promises'
import { createApp } from './app.js'
import type { Job } from './hooks.js'
import type { Installation } from './installation.js'
import { keepHouse } from './jobs/housekeeping.js'
import { runJobs } from './jobs/runner.js'
import { answersHealth, readinessOf, type AskReadiness } from './operation/health.js'
import { createListener, keepAliveSeconds } from './operation/listener.js'
import { unmeasured, type Measures } from './operation/measures.js'
import { observe } from './operation/request-log.js'

export interface Running {
  /** The port it listens on. */
  readonly port: number
  readonly readiness: AskReadiness
  /** For as long as load balancers need to notice, requests are taken and `/readyz` says no; then those under way are finished, and jobs;
   *  the database is closed. */
  stop(): Promise<void>
  /** Another process has taken our place: no new connections from now on, and those that stand are left to whoever opened them. */
  retire(): Promise<void>
}

export interface ServeOptions {
  readonly measures?: Measures
  /** Seconds in which what is under way has to come to its end; what takes longer is broken off. */
  readonly patience?: number
}

export async function serve(installation: Installation, options: ServeOptions = {}): Promise<Running> {
  const { config, log, portico, db } = installation
  const { measures = unmeasured, patience = 30 } = options
  const readiness = readinessOf(db, () => listener.isDraining)
  const app = createApp(installation)
  const listener = createListener((req, res) => {
    if (answersHealth(req, res, readiness)) return
    observe(req, res, { config, log, measures })
    app(req, res)
  })
  await listener.listen(config.listen)
  const all = [...ownJobs(installation), ...installation.jobs, ...portico.plugin.jobs]
  const jobs = runJobs(all, { db, log, observe: measures.jobRan })

  const end = async (closed: Promise<void>, seconds: number): Promise<void> => {
    const work = closed.then(() => jobs.stop()).then(() => installation.close())
    if (await isDoneWithin(seconds, work)) return
    log.warn({ requests: listener.underWay, seconds }, 'what was still under way is broken off')
    listener.breakOff()
  }
  const drainAndEnd = async (): Promise<void> => {
    listener.drain()
    await pause(config.drainSeconds * 1000)
    await end(listener.close(), patience)
  }
  let ending: Promise<void> | undefined
  return {
    port: listener.port,
    readiness,
    stop() {
      if (ending) void listener.close()
      return (ending ??= drainAndEnd())
    },
    retire: () => (ending ??= end(listener.retire(), keepAliveSeconds + patience))
  }
}

async function isDoneWithin(seconds: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  const inTime = work.then(() => true)
  const tooLate = pause(seconds * 1000, false, { signal: timer.signal }).catch(() => false)
  return Promise.race([inTime, tooLate]).finally(() => timer.abort())
}

/** The work that goes on whichever modules are on, beside whichever CRM. */
function ownJobs({ portico }: Installation): Job[] {
  const { db, mail, sms, now } = portico.context
  return [
    { name: 'mail', everySeconds: 2, run: () => mail.deliver() },
    { name: 'text messages', everySeconds: 2, run: () => sms.deliver() },
    { name: 'housekeeping', everySeconds: 60 * 60, run: () => keepHouse(db, now()) }
  ]
}
