/** `npm run check`: every script named `check:…`, as many at a time as there are processors; one run shows all there is to put right. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const waiting = Object.keys(scripts).filter((script) => script.startsWith('check:'))
const failed: string[] = []

async function check(name: string): Promise<void> {
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  const words: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => words.push(piece))
  const [status] = (await once(child, 'close')) as [number | null]
  process.stdout.write(`\n-- ${name}\n${Buffer.concat(words).toString()}`)
  if (status !== 0) failed.push(name)
}

async function checkWhatWaits(): Promise<void> {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await check(name)
}

await Promise.all(Array.from({ length: availableParallelism() }, checkWhatWaits))
console.log(failed.length === 0 ? '\nAll checks are fine.' : `\nTo put right: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
