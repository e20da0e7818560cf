/** What the tests need of the machine: programs that are found or not; suites without theirs are skipped, and the end of the run says so. */
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** A program or a library some suites need, and the Debian package that brings it. */
export interface Program {
  readonly name: string
  /** Names of programs, or whole paths. */
  readonly files: readonly string[]
  readonly debianPackage: string
}

const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'].filter(
  Boolean
)

/** Where it is on this machine, or undefined. */
export function find(program: Program): string | undefined {
  return program.files
    .flatMap((file) => (isAbsolute(file) ? [file] : folders.map((folder) => join(folder, file))))
    .find(isUsable)
}

/** A suite that is skipped on a machine that can't run it. */
export function suiteNeeding(program: Program, isThere: boolean, title: string, suite: () => void): void {
  if (isThere) describe(title, suite)
  else describe.skip(title, suite)
}

/** With `CI=true` a machine that lacks one of `programs` fails the run. @throws naming what is missing. */
export function refuseToSkipInCi(programs: readonly Program[]): void {
  const missing = missingOf(programs)
  if (process.env.CI === 'true' && missing.length > 0) throw new Error(`CI allows no skip. ${inWords(missing)}`)
}

/** One line at the end of the run: what could not run here, and how to get it. */
export function tellWhatIsMissing(programs: readonly Program[]): void {
  const missing = missingOf(programs)
  if (missing.length > 0) console.log(`\n${inWords(missing)}\n`)
}

function missingOf(programs: readonly Program[]): Program[] {
  return programs.filter((program) => find(program) === undefined)
}

function inWords(programs: readonly Program[]): string {
  const packages = programs.map((program) => program.debianPackage).join(' ')
  return `Tests with ${programs.map((program) => program.name).join(', ')} are skipped; they need: apt-get install ${packages}`
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, path.endsWith('.so') ? constants.R_OK : constants.X_OK)
    return true
  } catch {
    return false
  }
}
