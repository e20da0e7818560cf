/** A process of its own that works on runs until it is killed: `tsx test/portal/run-process.ts [minutes its clock is ahead]`, with the configuration in the environment. It says when it
 *  begins. */
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { readConfig } from '../../src/config.js'
import { openEmbedded } from '../../src/embedded.js'
import { workOnRuns } from '../../src/portal/people/runs/work.js'

const embedded = await openEmbedded(readConfig(process.env), pino({ level: 'silent' }))
const { context } = embedded.portico
const ahead = Number(process.argv[2] ?? 0) * 60_000
process.stdout.write('ready\n')
for (;;) {
  await workOnRuns({ ...context, now: () => context.now() + ahead })
  await pause(50)
}
