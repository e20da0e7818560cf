/** Runs jobs at their intervals: never two runs of one job at a time in this process, and a failing run does not end it. */
import type { Logger } from 'pino'
import type { Job } from '../hooks.js'

export interface Running {
  /** Starts no more runs and waits for those under way. */
  stop(): Promise<void>
}

export function runJobs(jobs: readonly Job[], log: Logger): Running {
  const timers = jobs.map((job) => start(job, log))
  return {
    stop: async () => {
      await Promise.all(timers.map((timer) => timer.stop()))
    }
  }
}

function start(job: Job, log: Logger): Running {
  let current: Promise<void> | undefined
  const timer = setInterval(() => {
    current ??= job
      .run()
      .catch((error: unknown) =>
        log.error({ job: job.name, error: error instanceof Error ? error.message : String(error) }, 'a job failed')
      )
      .finally(() => (current = undefined))
  }, job.everySeconds * 1000)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await current
    }
  }
}
