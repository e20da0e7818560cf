/** What `portico init` ends up with: from options, the environment, the configuration that is there, questions and defaults, in this order. */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { besideEspocrm, variables } from '../config-variables.js'
import { readConfig } from '../config.js'
import { OperatorError } from '../errors.js'
import { defaultsFrom } from '../espocrm.js'
import type { Settings } from '../host/espocrm/settings.js'
import { askDatabase, guessesFrom, tryDatabase } from './init-database.js'
import {
  masked,
  problemsWith,
  questionsFor,
  type Answers,
  type Guesses,
  type Question,
  type VariableName
} from './init-questions.js'
import type { Terminal } from './init-terminal.js'
import { stateFolder } from './init-unit.js'

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

/** Every variable of the installation, old ones and new ones. `furtherFaults` are told with the rest. @throws OperatorError with all that is missing or wrong; ConfigProblems */
export async function answersFor(
  options: InitOptions,
  existing: Answers,
  terminal: Terminal | undefined,
  furtherFaults: (known: Answers) => readonly string[] = () => []
): Promise<Answers> {
  const given = { ...existing, ...fromEnvironment(options, existing), ...fromSet(options) }
  const database = await databaseFor(options, given, terminal)
  const { host, settings, url } = database
  const guesses = settings ? guessesFrom(url, settings) : {}
  const asking = { options, terminal, guesses, isNew: Object.keys(existing).length === 0 }
  const known = { ...firstValues(host), ...given, ...(url !== '' && { DATABASE_URL: url }) }
  const { answers, faults } = await answerAll(host, known, asking)
  const said = [...unfit(options, host), ...faultsOfSet(options, host, known)]
  const all = [...database.faults, ...said, ...faults, ...furtherFaults(answers)]
  if (all.length > 0) throw new OperatorError(`${all.map((fault) => `- ${fault}`).join('\n')}${hintFor(options)}`)
  readConfig(answers, settings && defaultsFrom(settings))
  return answers
}

/** What nobody is asked for. */
function firstValues(host: HostName): Answers {
  const drain = { PORTICO_DRAIN_SECONDS: '5' }
  if (host === 'espocrm') return drain
  return { NODE_ENV: 'production', PORTICO_SECRET: randomBytes(48).toString('base64'), ...drain }
}

function hintFor({ yes }: InitOptions): string {
  return yes ? '' : '\nWith --yes whatever has a default gets it.'
}

interface Asking {
  readonly options: InitOptions
  readonly terminal: Terminal | undefined
  readonly guesses: Guesses
  /** There is no configuration yet. What an old one does without, it goes on without. */
  readonly isNew: boolean
}

async function answerAll(
  host: HostName,
  given: Answers,
  asking: Asking
): Promise<{ answers: Answers; faults: string[] }> {
  let answers = given
  const faults: string[] = []
  for (const question of questionsFor(host)) {
    const answer = await answerTo(question, answers, asking)
    faults.push(...answer.faults)
    if (answer.faults.length === 0) answers = { ...answers, [question.variable]: inFile(question, answer.value) }
  }
  return { answers, faults }
}

async function answerTo(
  question: Question,
  known: Answers,
  { options, terminal, guesses, isNew }: Asking
): Promise<{ value: string; faults: readonly string[] }> {
  const { variable, flag, words, help } = question
  const problems = (answer: string): string[] => (answer === '' ? [] : problemsWith(variable, answer, known))
  const said = options[flag] as string | undefined
  if (said !== undefined) return { value: said, faults: problems(said) }
  const usual = isNew || terminal ? question.fallback(known, { state: stateOf(), guesses }) : ''
  const fallback = known[variable] ?? usual
  if (terminal) {
    const shown = fallback === undefined ? undefined : masked(variable, fallback)
    return { value: await terminal.ask({ words, help, fallback, shown, problems }), faults: [] }
  }
  const isDecided = fallback !== undefined && (fallback !== usual || usual === '' || options.yes === true)
  return { value: fallback ?? '', faults: isDecided ? [] : [`--${flag} is to be said: ${words}. ${help}`] }
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

function fromSet(options: InitOptions): Answers {
  return Object.fromEntries(pairsOf(options).filter(([name, value]) => isVariable(name) && value !== undefined))
}

/** What is wrong with `--set`; what a question is about is told with it. */
function faultsOfSet(options: InitOptions, host: HostName, known: Answers): string[] {
  const asked = questionsFor(host).map(({ variable }) => variable as string)
  return pairsOf(options).flatMap(([name, value]) => {
    if (!isVariable(name)) return [`--set takes NAME=value; there is no variable ${name}.`]
    if (value === undefined) return [`--set takes NAME=value; ${name} has no value.`]
    return asked.includes(name) || value === '' ? [] : problemsWith(name, value, known)
  })
}

function pairsOf({ set = [] }: InitOptions): (readonly [name: string, value: string | undefined])[] {
  return set.map((text) => {
    const [name = '', ...rest] = text.split('=')
    return [name, rest.length === 0 ? undefined : rest.join('=')]
  })
}

function isVariable(name: string): name is VariableName {
  return name in variables.shape
}

/** Answers that nobody would look at: beside EspoCRM they come from its integration, or there is no such thing. */
function unfit(options: InitOptions, host: HostName): string[] {
  if (host === 'embedded') return []
  return [
    ...(options['url'] === undefined
      ? []
      : ['--url does not go with EspoCRM, whose integration has the address; else --set PORTICO_PUBLIC_URL=….']),
    ...(options['files'] === undefined ? [] : ['--files does not go with EspoCRM, which keeps the files.']),
    ...(options.adminPasswordFile === undefined
      ? []
      : ['--admin-password-file does not go with EspoCRM, whose administrators are these.'])
  ]
}

type HostName = 'embedded' | 'espocrm'

interface Database {
  readonly host: HostName
  /** '' where nobody said it. */
  readonly url: string
  readonly settings?: Settings
  readonly faults: readonly string[]
}

async function databaseFor(options: InitOptions, given: Answers, terminal: Terminal | undefined): Promise<Database> {
  const said = options.database ?? given['DATABASE_URL']
  if (said === undefined && terminal) return askUntilItAnswers(options, terminal)
  const url = said ?? (options.yes && options.crm !== 'espocrm' ? `${stateOf()}/portico.sqlite` : undefined)
  if (url === undefined) return { host: hostNamed(options.crm), url: '', faults: [databaseIsMissing] }
  const whole = !url.includes('://')
    ? resolve(url)
    : options.crm === 'espocrm'
      ? url.replace(/^(?=my|maria)/, 'espocrm+')
      : url
  const host = besideEspocrm.test(whole) ? 'espocrm' : 'embedded'
  const faults = [...problemsWith('DATABASE_URL', whole, {}), ...contradiction(options, host)]
  if (faults.length > 0) return { host, url: whole, faults }
  const { problems, settings } = await tryDatabase(whole)
  return { host, url: whole, settings, faults: problems.map(unusable) }
}

const databaseIsMissing =
  '--database is to be said: a file for SQLite, mysql://… or espocrm+mysql://…; with a password in it better as DATABASE_URL.'

const unusable = (problem: string): string => `The database can't be used: ${problem}`

function contradiction({ crm }: InitOptions, host: HostName): string[] {
  return crm === undefined || crm === host ? [] : [`--crm ${crm} does not go with this database, which is for ${host}.`]
}

async function askUntilItAnswers({ crm }: InitOptions, terminal: Terminal): Promise<Database> {
  const host = crm === undefined ? await askHost(terminal) : hostNamed(crm)
  for (;;) {
    const url = await askDatabase(terminal, host, stateOf())
    const { problems, settings } = await tryDatabase(url)
    if (problems.length === 0) return { host, url, settings, faults: [] }
    for (const problem of problems) terminal.say(`  ! ${unusable(problem)}`)
  }
}

async function askHost(terminal: Terminal): Promise<HostName> {
  const answer = await terminal.ask({
    words: 'CRM: embedded or espocrm',
    help: 'Portico brings a small CRM of its own, or runs beside an EspoCRM in which its extension is installed.',
    fallback: 'embedded',
    problems: (text) => (isHostName(text) ? [] : ['Answer embedded or espocrm.'])
  })
  return hostNamed(answer)
}

function isHostName(text: string): text is HostName {
  return text === 'embedded' || text === 'espocrm'
}

/** @throws OperatorError */
function hostNamed(text = 'embedded'): HostName {
  if (isHostName(text)) return text
  throw new OperatorError('--crm takes embedded or espocrm.')
}

function stateOf(): string {
  return isRoot() ? stateFolder : resolve('var')
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}
