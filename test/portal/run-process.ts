/** A process of its own that works on runs until it is killed: `tsx test/portal/run-process.ts`, with the configuration in the environment. */
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { readConfig } from '../../src/config.js'
import { openEmbedded } from '../../src/embedded.js'
import { workOnRuns } from '../../src/portal/people/runs/work.js'

const embedded = await openEmbedded(readConfig(process.env), pino({ level: 'silent' }))
for (;;) {
  await workOnRuns(embedded.portico.context)
  await pause(50)
}
