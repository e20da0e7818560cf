/** Listens, runs the jobs, and stops without dropping a request. */
import { createServer, type Server } from 'node:http'
import { createApp } from './app.js'
import type { Job } from './hooks.js'
import type { Installation } from './installation.js'
import { keepHouse } from './jobs/housekeeping.js'
import { runJobs } from './jobs/runner.js'

export interface Running {
  /** Takes no new requests, finishes those under way and the jobs, and closes the database. */
  stop(): Promise<void>
}

export async function serve(installation: Installation): Promise<Running> {
  const { config, log, portico } = installation
  const server = createServer(createApp(installation))
  await listening(server, config.listen)
  const jobs = runJobs([...ownJobs(installation), ...installation.jobs, ...portico.plugin.jobs], log)
  return {
    stop: async () => {
      await closed(server)
      await jobs.stop()
      await installation.close()
    }
  }
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

function listening(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => resolve())
  })
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
