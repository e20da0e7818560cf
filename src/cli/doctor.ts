/** `portico doctor`: each check says what it found and, where something is wrong, what to do about it. */
import { chosenHost } from '../config.js'
import type { Finding } from '../host/finding.js'
import { examineEmbedded } from './examine-embedded.js'
import { examineEspocrm } from './examine-espocrm.js'
import { say } from './terminal.js'

export async function doctor(): Promise<void> {
  const findings = await (chosenHost(process.env) === 'espocrm' ? examineEspocrm : examineEmbedded)(process.env)
  for (const finding of findings) {
    say(`${markOf(finding)} ${finding.check}: ${finding.found}`)
    if (finding.remedy) say(`    → ${finding.remedy}`)
  }
  if (findings.some((finding) => markOf(finding) === '✗')) process.exitCode = 1
}

function markOf({ remedy, isAdvice }: Finding): '✓' | '!' | '✗' {
  if (!remedy) return '✓'
  return isAdvice ? '!' : '✗'
}
