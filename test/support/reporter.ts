/** Mocha's spec report, and the totals as JSON in the file that PORTICO_TEST_TOTALS names. */
import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import Mocha from 'mocha'

/** What a run came to; `skipped` are tests that were not run, with the file they stand in. */
export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly { readonly file: string; readonly title: string }[]
}

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options)
    const file = process.env.PORTICO_TEST_TOTALS
    if (file) this.writeTotalsTo(file)
  }

  private writeTotalsTo(file: string): void {
    const skipped: Totals['skipped'][number][] = []
    this.runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => {
      skipped.push({ file: relative(process.cwd(), test.file ?? ''), title: test.fullTitle() })
    })
    this.runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const totals: Totals = { passed: this.stats.passes, failed: this.stats.failures, skipped }
      writeFileSync(file, JSON.stringify(totals))
    })
  }
}
