/** `portico init`: asks what it has to know, writes the configuration and a unit for systemd, makes the tables, and looks over all of it. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { besideEspocrm } from '../config-variables.js'
import { readConfig } from '../config.js'
import { readVariables, withVariables } from '../environment-file.js'
import { OperatorError } from '../errors.js'
import { defaultsFrom } from '../espocrm.js'
import type { Settings } from '../host/espocrm/settings.js'
import { projectFolder } from '../web/project-folder.js'
import { textIfThere, writeWhole } from './configuration-file.js'
import { doctor } from './doctor.js'
import { makeFirstAdministrator } from './init-administrator.js'
import { askDatabase, guessesFrom, tryDatabase } from './init-database.js'
import { masked, problemsWith, questionsFor, type Answers, type Question } from './init-questions.js'
import { stepsByHand } from './init-steps.js'
import { openTerminal, type Terminal } from './init-terminal.js'
import { foldersOf, stateFolder, unitText, type UnitOf } from './init-unit.js'
import { runMigrations } from './migrate.js'
import { say } from './terminal.js'

export interface InitOptions {
  readonly config?: string
  readonly unit?: string | boolean
  readonly replaceUnit?: boolean
  readonly user: string
  readonly workers?: string
  readonly crm?: string
  readonly database?: string
  readonly admin: string
  readonly adminPasswordFile?: string
  readonly set?: readonly string[]
  readonly yes?: boolean
  readonly change?: boolean
  readonly dryRun?: boolean
  readonly [flag: string]: unknown
}

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
  const file = resolve(
    options.config ?? process.env['PORTICO_CONFIG'] ?? (isRoot() ? '/etc/portico.env' : 'portico.env')
  )
  const before = textIfThere(file)
  if (before !== undefined) await refuseUntold(file, options, terminal)
  const existing = before === undefined ? {} : readVariables(before, file)
  const variables = await answers(options, existing, terminal)
  const text = withVariables(before ?? header, changesIn(existing, variables))
  const unit = { ...unitOf(options, file), of: unitParts(options, file, variables) }
  if (options.dryRun) return show({ file, variables, unit })
  for (const folder of foldersOf(variables)) mkdirSync(folder, { recursive: true, mode: 0o750 })
  if (text !== before) writeWhole(file, text, 0o600)
  say(`\n${text === before ? 'Unchanged' : 'Written'}: ${file}`)
  const unitFile = unit.file && writeUnit(unit.file, unitText(unit.of), options)
  Object.assign(process.env, variables, { PORTICO_CONFIG: file })
  await finish({ options, variables, file, unitFile: unitFile || undefined }, terminal)
}

const header = `# Portico's configuration, read by systemd, by sh and by portico --config. Every variable: docs/operating.md
`

async function finish(
  made: { options: InitOptions; variables: Answers; file: string; unitFile: string | undefined },
  terminal: Terminal | undefined
): Promise<void> {
  const { options, variables, file } = made
  await runMigrations()
  const wanted = {
    userName: options.admin,
    passwordFile: options.adminPasswordFile,
    newPasswordFile: `${file}.first-password`
  }
  const isEmbedded = !besideEspocrm.test(variables['DATABASE_URL'] ?? '')
  const administrator = isEmbedded ? await makeFirstAdministrator(process.env, wanted, terminal) : undefined
  say('\nWhat portico doctor finds:')
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

/** Every variable of the installation, old ones and new ones. */
async function answers(options: InitOptions, existing: Answers, terminal: Terminal | undefined): Promise<Answers> {
  const given = { ...existing, ...fromEnvironment(options, existing), ...fromSet(options) }
  const { url, settings } = await databaseFor(options, given, terminal)
  const host = besideEspocrm.test(url) ? 'espocrm' : 'embedded'
  const guesses = settings ? guessesFrom(url, settings) : {}
  const place = { state: stateOf(), guesses }
  const fixed =
    host === 'embedded' ? { NODE_ENV: 'production', PORTICO_SECRET: randomBytes(48).toString('base64') } : {}
  let known: Answers = { ...fixed, PORTICO_DRAIN_SECONDS: '5', ...given, DATABASE_URL: url }
  // What a configuration that is there does without, it goes on without.
  const isLeftAlone = !terminal && Object.keys(existing).length > 0
  const missing: string[] = []
  for (const question of questionsFor(host)) {
    const fallback = isLeftAlone ? '' : question.fallback(known, place)
    const answer = await answerTo(question, { options, known, fallback }, terminal)
    if (answer === undefined) missing.push(`- --${question.flag}: ${question.words}. ${question.help}`)
    else known = { ...known, [question.variable]: inFile(question, answer) }
  }
  if (missing.length > 0)
    throw new OperatorError(`These are to be said:\n${missing.join('\n')}${options.yes ? '' : hint}`)
  readConfig(known, settings && defaultsFrom(settings))
  return known
}

const hint = '\nWith --yes whatever has a default gets it.'

interface Asking {
  readonly options: InitOptions
  readonly known: Answers
  readonly fallback: string | undefined
}

async function answerTo(
  question: Question,
  asking: Asking,
  terminal: Terminal | undefined
): Promise<string | undefined> {
  const { options, known, fallback } = asking
  const { variable, flag, words, help } = question
  const problems = (answer: string): string[] => (answer === '' ? [] : problemsWith(variable, answer, known))
  const said = options[flag] as string | undefined
  if (said !== undefined) return checked(said, problems(said))
  const current = known[variable] ?? fallback
  const isDecided = known[variable] !== undefined || fallback === '' || options.yes === true
  if (!terminal) return isDecided ? current : undefined
  const shown = current === undefined ? undefined : masked(variable, current)
  return terminal.ask({ words, help, fallback: current, shown, problems })
}

function checked(answer: string, problems: readonly string[]): string {
  if (problems.length > 0) throw new OperatorError(problems.join('\n'))
  return answer
}

/** Paths in a file must not depend on where a command is run. */
function inFile({ variable }: Question, answer: string): string | undefined {
  if (answer === '') return undefined
  return variable === 'PORTICO_FILES' ? resolve(answer) : answer
}

/** What the environment says of the installation's own variables counts as said on the command line. */
function fromEnvironment(options: InitOptions, existing: Answers): Answers {
  const names = ['DATABASE_URL', 'PORTICO_SECRET', ...questionsFor('embedded').map(({ variable }) => variable)]
  const said = names.filter((name) => process.env[name]?.trim())
  return Object.fromEntries(
    said.filter((name) => !(name in existing) || options.change).map((name) => [name, process.env[name]])
  )
}

function fromSet({ set = [] }: InitOptions): Answers {
  const pairs = set.map((text) => /^([A-Z][A-Z_]+)=(.*)$/s.exec(text))
  if (pairs.includes(null))
    throw new OperatorError('--set takes NAME=value, such as --set PORTICO_UPLOAD_SIZE=50000000.')
  return Object.fromEntries(pairs.map((pair) => [pair![1], pair![2]]))
}

async function databaseFor(
  options: InitOptions,
  given: Answers,
  terminal: Terminal | undefined
): Promise<{ url: string; settings: Settings | undefined }> {
  const said = options.database ?? given['DATABASE_URL']
  if (said === undefined && terminal) return askUntilItAnswers(options, terminal)
  const url = said ?? (options.yes && options.crm !== 'espocrm' ? `${stateOf()}/portico.sqlite` : undefined)
  if (url === undefined)
    throw new OperatorError(
      `--database is to be said: a file for SQLite, mysql://… or espocrm+mysql://…; with a password in it better as DATABASE_URL.${hint}`
    )
  const whole = url.includes('://') ? url : resolve(url)
  checked(whole, problemsWith('DATABASE_URL', whole, {}))
  const { problems, settings } = await tryDatabase(whole)
  if (problems.length > 0) throw new OperatorError(`The database can't be used: ${problems.join(' ')}`)
  return { url: whole, settings }
}

async function askUntilItAnswers(
  options: InitOptions,
  terminal: Terminal
): Promise<{ url: string; settings: Settings | undefined }> {
  const host = await hostFor(options, terminal)
  for (;;) {
    const url = await askDatabase(terminal, host, stateOf())
    const { problems, settings } = await tryDatabase(url)
    if (problems.length === 0) return { url, settings }
    for (const problem of problems) terminal.say(`  ! The database can't be used: ${problem}`)
  }
}

async function hostFor({ crm }: InitOptions, terminal: Terminal): Promise<'embedded' | 'espocrm'> {
  const problems = (answer: string): string[] =>
    ['embedded', 'espocrm'].includes(answer) ? [] : ['Answer embedded or espocrm.']
  const said =
    crm ?? (await terminal.ask({ words: 'CRM: embedded or espocrm', help: crmHelp, fallback: 'embedded', problems }))
  return checked(said, problems(said)) as 'embedded' | 'espocrm'
}

const crmHelp = 'Portico brings a small CRM of its own, or runs beside an EspoCRM in which its extension is installed.'

function changesIn(before: Answers, after: Answers): Answers {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value))
}

function stateOf(): string {
  return isRoot() ? stateFolder : resolve('var')
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function unitOf({ unit }: InitOptions, configFile: string): { file: string | undefined } {
  if (unit === false) return { file: undefined }
  if (typeof unit === 'string') return { file: resolve(unit) }
  const folder =
    isRoot() && existsSync('/etc/systemd/system') && dirname(configFile) === '/etc'
      ? '/etc/systemd/system'
      : dirname(configFile)
  return { file: join(folder, 'portico.service') }
}

function unitParts({ user, workers }: InitOptions, configFile: string, variables: Answers): UnitOf {
  const isServer = (variables['DATABASE_URL'] ?? '').includes('://')
  const count = workers === undefined ? (isServer ? 2 : 0) : Number(workers)
  if (!Number.isInteger(count) || count < 0 || count > 64)
    throw new OperatorError('--workers takes a number from 0 to 64.')
  if (count > 0 && !isServer) throw new OperatorError('--workers needs MySQL or MariaDB: SQLite is for one process.')
  return { variables, configFile, folder: projectFolder('.'), node: process.execPath, user, workers: count }
}

/** A unit that somebody changed stays, unless he says otherwise. Gives the file. */
function writeUnit(file: string, text: string, { replaceUnit }: InitOptions): string {
  const before = textIfThere(file)
  if (before === text) say(`Unchanged: ${file}`)
  else if (before !== undefined && !replaceUnit) say(`Left as it is: ${file} (--replace-unit writes it anew)`)
  else {
    writeWhole(file, text, 0o644)
    say(`Written: ${file}`)
  }
  return file
}

function show({
  file,
  variables,
  unit
}: {
  file: string
  variables: Answers
  unit: { file: string | undefined; of: UnitOf }
}): void {
  say(`# ${file} would have:`)
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) say(`${name}=${masked(name, value)}`)
  if (unit.file) say(`\n# ${unit.file} would be:\n${unitText(unit.of)}`)
}
