/** Runs jobs at their intervals: over all processes that share the database never two runs of one job at a time, and a failing run does not end it. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { turnsOf, type Due, type Turns } from '../db/turns.js'
import type { Job } from '../hooks.js'
import { unmeasured, type Measures } from '../operation/measures.js'
import { describe } from '../web/errors.js'

export interface Running {
  /** Starts no more runs and waits for those under way. */
  stop(): Promise<void>
}

export interface JobsOptions {
  readonly db: Knex
  readonly log: Logger
  /** How often this process looks for what is due, in milliseconds. */
  readonly tick?: number
  /** A process that dies holds its jobs for so long, in milliseconds. */
  readonly hold?: number
  /** Told of each run in this process. */
  readonly observe?: Measures['jobRan']
}

export function runJobs(
  jobs: readonly Job[],
  { db, log, tick = 1_000, hold = 30_000, observe = unmeasured.jobRan }: JobsOptions
): Running {
  const run = (job: Job): Promise<void> => attempt(job, log, observe)
  const shared = jobs.filter((job) => !job.everyProcess)
  const turns = turnsOf(db, { holder: randomUUID(), hold, slack: tick / 10 })
  const running = [
    ...jobs.filter((job) => job.everyProcess).map((job) => repeat(() => run(job), job.everySeconds * 1000)),
    runShared(shared, turns, { run, log, tick, hold })
  ]
  return { stop: async () => void (await Promise.all(running.map((one) => one.stop()))) }
}

function runShared(
  jobs: readonly Job[],
  turns: Turns,
  { run, log, tick, hold }: { run: (job: Job) => Promise<void>; log: Logger; tick: number; hold: number }
): Running {
  const running = new Map<string, Promise<void>>()
  /** Runs that go on here though another process has them by now. */
  const lost = new Set<string>()
  /** Runs that ended and are still to be written down. */
  const done = new Set<Due>()
  const tell = teller(log)

  const start = (due: Due): void => {
    const { name } = due.job
    const ended = run(due.job).finally(() => {
      running.delete(name)
      if (!lost.delete(name)) done.add(due)
    })
    running.set(name, ended)
  }

  const settle = async (): Promise<void> => {
    const ended = [...done]
    if (ended.length === 0) return
    await turns.finish(ended)
    for (const due of ended) done.delete(due)
  }

  const look = tell(async () => {
    await settle()
    const due = await turns.due(jobs.filter(({ name }) => !running.has(name)))
    if (due.length === 0) return
    const ours = await turns.take(due)
    for (const one of due) if (ours.has(one.job.name)) start(one)
  })

  const renew = tell(async () => {
    const names = [...running.keys()].filter((name) => !lost.has(name))
    if (names.length === 0) return
    const ours = await turns.renew(names)
    for (const name of names.filter((one) => !ours.has(one) && running.has(one))) {
      lost.add(name)
      log.warn({ job: name }, 'a job took too long; another process has it')
    }
  })

  const looking = repeat(look, tick, look())
  const renewing = repeat(renew, hold / 3)
  return {
    stop: async () => {
      await looking.stop()
      await Promise.all(running.values())
      await renewing.stop()
      await tell(settle)()
    }
  }
}

/** A database that does not answer is told once, until it answers again; the jobs go on then. */
function teller(log: Logger): (work: () => Promise<void>) => () => Promise<void> {
  let isTold = false
  return (work) => async () => {
    try {
      await work()
      isTold = false
    } catch (error) {
      if (!isTold) log.error({ error: describe(error) }, 'jobs wait: the database does not answer')
      isTold = true
    }
  }
}

async function attempt(job: Job, log: Logger, observe: Measures['jobRan']): Promise<void> {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  try {
    await job.run()
    log.trace({ job: job.name, ms: Math.round(seconds() * 1000) }, 'a job ran')
    observe({ job: job.name, seconds: seconds(), failed: false })
  } catch (error) {
    log.error({ job: job.name, ms: Math.round(seconds() * 1000), error: describe(error) }, 'a job failed')
    observe({ job: job.name, seconds: seconds(), failed: true })
  }
}

/** Again and again, but never while it is still at it. */
function repeat(work: () => Promise<void>, milliseconds: number, first?: Promise<void>): Running {
  let current = first?.finally(() => (current = undefined))
  const timer = setInterval(() => {
    current ??= work().finally(() => (current = undefined))
  }, milliseconds)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await current
    }
  }
}
