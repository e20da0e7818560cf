/** A browser for the tests: the machine's own Chromium, started once for the run, in a parallel run for each file. */
import { chromium as playwright, type Browser } from 'playwright-core'
import { find, suiteNeeding, type Program } from './needs.js'

export const chromium: Program = {
  name: 'Chromium',
  files: ['chromium', 'chromium-browser', 'google-chrome'],
  debianPackage: 'chromium'
}

const quietly = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Every page is new to the browser: to optimize its scripts costs more than it gives.
  '--js-flags=--no-flush-bytecode --always-sparkplug --no-opt --no-maglev'
]

let started: Promise<Browser> | undefined

/** A suite that needs a browser; `browser()` gives it in hooks and tests. Make a context of your own and close it. */
export function browserSuite(title: string, suite: (browser: () => Promise<Browser>) => void): void {
  suiteNeeding(chromium, find(chromium) !== undefined, title, () => suite(browser))
}

function browser(): Promise<Browser> {
  started ??= playwright.launch({ executablePath: find(chromium)!, args: quietly })
  return started
}

export async function closeBrowser(): Promise<void> {
  await (await started)?.close()
  started = undefined
}
