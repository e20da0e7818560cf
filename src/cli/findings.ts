/** How findings are told in a terminal. */
import type { Finding } from '../host/finding.js'
import { say } from './terminal.js'

/** One line each, and what to do; a fault makes the command fail. */
export function showFindings(findings: readonly Finding[]): void {
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
