/** A process of its own that works on recalculations and kills itself at a moment that it was told: `tsx recalculation-process.ts <moment>`,
 *  with `DATABASE_URL` in the environment. */
import { pino } from 'pino'
import { createAudit } from '../../src/audit/audit.js'
import type { Context } from '../../src/context.js'
import { openDatabase } from '../../src/db/open-database.js'
import type { Staff } from '../../src/host/host.js'
import { workOnRuns } from '../../src/global-sharing/recalculation.js'
import { moments, type Moment } from './recalculation-moments.js'

const moment = process.argv[2] as Moment
const db = openDatabase(process.env.DATABASE_URL!)
const irena = { id: 'irena', name: 'Irena', isActive: true, isAdministrator: true, permissions: new Set() }
const host = { db, staffById: () => Promise.resolve(irena as unknown as Staff) }
const log = pino({ level: 'silent' })
const context = { db, host, log, audit: createAudit(db), now: Date.now } as unknown as Context

let seen = 0
db.on('query', ({ sql }: { sql: string }) => {
  const at = moments[moment]
  if (!at?.statement.test(sql)) return
  seen += 1
  if (seen === at.time) process.kill(process.pid, 'SIGKILL')
})
await workOnRuns(context, 'apply')
process.kill(process.pid, 'SIGKILL')
