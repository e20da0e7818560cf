/** Programs that tests start several times, as one file each: Node then begins in half the time that tsx takes to find all modules. */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Esbuild {
  buildSync(options: Readonly<Record<string, unknown>>): unknown
}

const made = new Map<string, string>()

/** The path of the bundle of a TypeScript file, made once in a process. Packages stay outside, so it stands where Node finds them. */
export function bundled(file: string): string {
  const known = made.get(file)
  if (known !== undefined) return known
  const name = createHash('sha256').update(`${file} ${process.pid}`).digest('hex').slice(0, 16)
  const outfile = join(import.meta.dirname, '../../node_modules/.cache/portico-tests', `${name}.mjs`)
  esbuild().buildSync({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external'
  })
  process.once('exit', () => rmSync(outfile, { force: true }))
  made.set(file, outfile)
  return outfile
}

/** The one that tsx works with. */
function esbuild(): Esbuild {
  const ofTsx = createRequire(fileURLToPath(import.meta.resolve('tsx')))
  return ofTsx('esbuild') as Esbuild
}
