/** Before the first test and after the last: the servers all suites share. Mocha loads this file by `.mocharc.json`, also in each
 *  process of a parallel run; those take the server from the environment. */
import { chromium, closeBrowser } from './browser.js'
import { mariadb, startMysqlIfWanted, stopMysql, wantMysql } from './mariadb.js'
import { apache } from './apache.js'
import { galera, rsync } from './galera.js'
import { nginx } from './nginx.js'
import { refuseToSkipInCi, tellWhatIsMissing } from './needs.js'
import { openssl } from './tls.js'

const programs = [mariadb, galera, rsync, apache, nginx, openssl, chromium]

export async function mochaGlobalSetup(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  refuseToSkipInCi(programs)
  if (isParallel()) wantMysql()
  await startMysqlIfWanted()
}

export async function mochaGlobalTeardown(): Promise<void> {
  await stopMysql()
  tellWhatIsMissing(programs)
}

export const mochaHooks = { afterAll: closeBrowser }

/** Then no suite has been loaded in this process, and none could say what it wants. */
function isParallel(): boolean {
  return process.argv.includes('--parallel')
}
