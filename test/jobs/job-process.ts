/** A process of its own that runs one job until it is killed: `tsx test/jobs/job-process.ts <database> <milliseconds it holds its jobs>`. The job says when it
 *  begins and then takes a minute. */
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { openDatabase } from '../../src/db/open-database.js'
import { runJobs } from '../../src/jobs/runner.js'

const [url = '', hold = ''] = process.argv.slice(2)
const run = async (): Promise<void> => {
  process.stdout.write('began\n')
  await pause(60_000)
}
runJobs([{ name: 'slow', everySeconds: 0.2, run }], {
  db: openDatabase(url),
  log: pino({ level: 'silent' }),
  tick: 50,
  hold: Number(hold)
})
await pause(60_000)
