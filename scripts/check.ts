/** `npm run check`: every script named `check:…`, one after the other, so that one run shows all there is to put right. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const failed: string[] = []
for (const name of Object.keys(scripts).filter((script) => script.startsWith('check:'))) {
  console.log(`\n-- ${name}`)
  const { status } = spawnSync('npm', ['run', '--silent', name], { stdio: 'inherit' })
  if (status !== 0) failed.push(name)
}
console.log(failed.length === 0 ? '\nAll checks are fine.' : `\nTo put right: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
