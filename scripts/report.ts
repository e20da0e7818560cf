/** How a check ends: its problems, one a line, and a failing exit; or one line that says what was checked. */

export function report(what: string, problems: readonly string[]): void {
  if (problems.length === 0) return console.log(`${what}: fine`)
  for (const problem of problems) console.error(problem)
  console.error(`${what}: ${problems.length} to put right`)
  process.exitCode = 1
}

/** Is this the script that was started, rather than imported? */
export function isStarted(meta: ImportMeta): boolean {
  return meta.filename === process.argv[1]
}
