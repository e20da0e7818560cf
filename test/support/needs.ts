/** What the tests need of the machine: programs that are found or not; suites without theirs are skipped, and the end of the run says so. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program some suites need, and the Debian package that brings it. */
export interface Program {
  readonly name: string
  readonly files: readonly string[]
  readonly debianPackage: string
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'].filter(
  Boolean
)
const lacking = new Set<Program>()

/** Where the program is on this machine, or undefined. */
export function find(program: Program): string | undefined {
  return program.files.flatMap((file) => folders.map((folder) => join(folder, file))).find(isExecutable)
}

/** A suite that is skipped on a machine that can't run it. */
export function suiteNeeding(program: Program, isThere: boolean, title: string, suite: () => void): void {
  if (isThere) return void describe(title, suite)
  lacking.add(program)
  describe.skip(title, suite)
}

/** With `CI=true` a machine that lacks something fails the run. @throws naming what is missing. */
export function refuseToSkipInCi(): void {
  if (process.env.CI === 'true' && lacking.size > 0) throw new Error(`CI allows no skip. ${lackingInWords()}`)
}

/** One line at the end of the run: what was skipped, and how to get it. */
export function tellWhatWasSkipped(): void {
  if (lacking.size > 0) console.log(`\n${lackingInWords()}\n`)
}

function lackingInWords(): string {
  const programs = [...lacking]
  const packages = programs.map((program) => program.debianPackage).join(' ')
  return `Tests with ${programs.map((program) => program.name).join(', ')} need: apt-get install ${packages}`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
