/** `portico init`: asks what it has to know, writes the configuration and a unit for systemd, makes the tables, and looks over all of it. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { besideEspocrm } from '../config-variables.js'
import { readVariables, withVariables } from '../environment-file.js'
import { OperatorError } from '../errors.js'
import { projectFolder } from '../web/project-folder.js'
import { textIfThere, writeWhole } from './configuration-file.js'
import { doctor } from './doctor.js'
import { administratorFaults, makeFirstAdministrator, type AdministratorWanted } from './init-administrator.js'
import { answersFor, isRoot, type InitOptions } from './init-answers.js'
import { masked, type Answers } from './init-questions.js'
import { stepsByHand } from './init-steps.js'
import { openTerminal, type Terminal } from './init-terminal.js'
import { foldersOf, unitText, type UnitOf } from './init-unit.js'
import { runMigrations } from './migrate.js'
import { say } from './terminal.js'

export async function init(options: InitOptions): Promise<void> {
  const isAsked = process.stdin.isTTY && process.stdout.isTTY && !options.yes
  const terminal = isAsked ? openTerminal(process.stdin, process.stdout) : undefined
  try {
    await install(options, terminal)
  } finally {
    terminal?.close()
  }
}

/** @throws OperatorError, ConfigProblems before anything is written, when an answer is missing or can't be used. */
export async function install(options: InitOptions, terminal: Terminal | undefined): Promise<void> {
  const file = resolve(options.config ?? process.env['PORTICO_CONFIG'] ?? usualFile())
  const before = textIfThere(file)
  if (before !== undefined) await refuseUntold(file, options, terminal)
  const existing = before === undefined ? {} : readVariables(before, file)
  const setup = { options, file, isNew: before === undefined, isAsked: terminal !== undefined }
  const variables = await answersFor(options, existing, terminal, (known) => faultsOf(setup, known))
  const unit = { file: unitFile(options, file), text: unitText(unitParts(options, file, variables)) }
  if (options.dryRun) return show({ file, variables, unit })
  // What is made from here on, an SQLite database too, is for its owner alone.
  process.umask(0o077)
  for (const folder of foldersOf(variables)) mkdirSync(folder, { recursive: true, mode: 0o750 })
  writeConfiguration(file, before, withVariables(before ?? header, changesIn(existing, variables)))
  if (unit.file) writeUnit(unit.file, unit.text, options)
  putInForce({ ...variables, PORTICO_CONFIG: file })
  await finish({ options, variables, file, unitFile: unit.file }, terminal)
}

interface Setup {
  readonly options: InitOptions
  readonly file: string
  readonly isNew: boolean
  readonly isAsked: boolean
}

/** What can't be done with the other options, besides the variables. */
function faultsOf({ options, file, isNew, isAsked }: Setup, known: Answers): string[] {
  const unit = unitFile(options, file)
  const folders = [file, ...(unit === undefined ? [] : [unit])].map((one) => dirname(one))
  const noFolders = [...new Set(folders)].filter((folder) => !isFolder(folder))
  const { PORTICO_FILES: files } = known
  const makesPassword = options.adminPasswordFile === undefined && isNew && !isAsked
  const isAnswered = makesPassword || options.adminPasswordFile !== undefined
  return [
    ...unitFaults(options, isOnServer(known)),
    ...noFolders.map((folder) => `There is no folder ${folder}.`),
    ...(files === undefined ? [] : folderProblems(files).map((problem) => `--files: ${problem}`)),
    ...(isEmbedded(known) && isAnswered ? administratorFaults(administratorOf(options, file)) : [])
  ]
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

/** A folder that is there, or can be made. */
function folderProblems(folder: string): string[] {
  if (/^\/(proc|sys)(\/|$)/.test(folder)) return [`${folder} is no place to keep files in.`]
  if (!existsSync(folder) && dirname(folder) !== folder) return folderProblems(dirname(folder))
  return isFolder(folder) ? [] : [`${folder} is no folder.`]
}

function isOnServer({ DATABASE_URL: url = '' }: Answers): boolean {
  return url.includes('://')
}

function isEmbedded({ DATABASE_URL: url = '' }: Answers): boolean {
  return !besideEspocrm.test(url)
}

function administratorOf({ admin, adminPasswordFile }: InitOptions, file: string): AdministratorWanted {
  return { userName: admin, passwordFile: adminPasswordFile, newPasswordFile: `${file}.first-password` }
}

/** For what this process does from now on. */
function putInForce(variables: Answers): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}

function usualFile(): string {
  return isRoot() ? '/etc/portico.env' : 'portico.env'
}

function writeConfiguration(file: string, before: string | undefined, text: string): void {
  if (text !== before) writeWhole(file, text, 0o600)
  say(`\n${text === before ? 'Unchanged' : 'Written'}: ${file}`)
}

const header = `# Portico's configuration, read by systemd, by sh and by portico --config. Every variable: docs/operating.md
`

async function finish(
  made: { options: InitOptions; variables: Answers; file: string; unitFile: string | undefined },
  terminal: Terminal | undefined
): Promise<void> {
  const { options, variables, file } = made
  await runMigrations()
  const administrator = isEmbedded(variables)
    ? await makeFirstAdministrator(process.env, administratorOf(options, file), terminal)
    : undefined
  say('\nWhat portico doctor finds (neither the service nor a web server in front has to run yet):')
  await doctor()
  // Before the service runs and a web server leads to it, not all can be well.
  process.exitCode = 0
  say('\nLeft to do by hand:')
  stepsByHand({ ...made, user: options.user, administrator }).forEach((step, index) => say(`\n${index + 1}. ${step}`))
}

async function refuseUntold(
  file: string,
  { change, dryRun }: InitOptions,
  terminal: Terminal | undefined
): Promise<void> {
  if (change || dryRun) return
  const question = {
    words: 'Change it? yes or no',
    help: `There is a configuration already: ${file}. Its secret stays, and what you don't change.`,
    fallback: 'no',
    problems: () => []
  }
  if (/^y(es)?$/i.test((await terminal?.ask(question)) ?? 'no')) return
  throw new OperatorError(
    `${file} is there already and stays as it is. To change what you name, and nothing else: portico init --change`
  )
}

function changesIn(before: Answers, after: Answers): Answers {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value))
}

/** Where systemd looks, if the configuration is the machine's; else beside the configuration. */
function unitFile({ unit }: InitOptions, configFile: string): string | undefined {
  if (unit === false) return undefined
  if (typeof unit === 'string') return resolve(unit)
  const folder = dirname(configFile)
  const isOfMachine = isRoot() && folder === '/etc' && existsSync('/etc/systemd/system')
  return join(isOfMachine ? '/etc/systemd/system' : folder, 'portico.service')
}

function unitParts({ user, workers }: InitOptions, configFile: string, variables: Answers): UnitOf {
  const count = workersIn(workers, isOnServer(variables))
  return { variables, configFile, folder: projectFolder('.'), node: process.execPath, user, workers: count }
}

function workersIn(said: string | undefined, isServer: boolean): number {
  return said === undefined ? (isServer ? 2 : 0) : Number(said)
}

function unitFaults({ user, workers }: InitOptions, isServer: boolean): string[] {
  const count = workersIn(workers, isServer)
  const isCount = Number.isInteger(count) && count >= 0 && count <= 64
  return [
    ...(isCount ? [] : ['--workers takes a number from 0 to 64.']),
    ...(isCount && count > 0 && !isServer ? ['--workers needs MySQL or MariaDB: SQLite is for one process.'] : []),
    ...(/^[a-z_][a-z0-9_-]{0,31}$/i.test(user) ? [] : ['--user takes the name of a user of this machine.'])
  ]
}

/** A unit that somebody changed stays, unless he says otherwise. */
function writeUnit(file: string, text: string, { replaceUnit }: InitOptions): void {
  const before = textIfThere(file)
  if (before === text) return say(`Unchanged: ${file}`)
  if (before !== undefined && !replaceUnit) return say(`Left as it is: ${file} (--replace-unit writes it anew)`)
  writeWhole(file, text, 0o644)
  say(`Written: ${file}`)
}

interface Shown {
  readonly file: string
  readonly variables: Answers
  readonly unit: { readonly file: string | undefined; readonly text: string }
}

function show({ file, variables, unit }: Shown): void {
  say(`# ${file} would have:`)
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) say(`${name}=${masked(name, value)}`)
  if (unit.file) say(`\n# ${unit.file} would be:\n${unit.text}`)
}
