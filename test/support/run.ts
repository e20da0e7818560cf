/** Before the first test and after the last: the servers all suites share. Mocha loads this file by `.mocharc.json`. */
import { closeBrowser } from './browser.js'
import { startMysqlIfWanted, stopMysql } from './mariadb.js'
import { refuseToSkipInCi, tellWhatWasSkipped } from './needs.js'

export async function mochaGlobalSetup(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  refuseToSkipInCi()
  await startMysqlIfWanted()
}

export async function mochaGlobalTeardown(): Promise<void> {
  await closeBrowser()
  await stopMysql()
  tellWhatWasSkipped()
}
