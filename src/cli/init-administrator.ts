/** The first administrator of an embedded CRM that has nobody yet. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readConfig, type Environment } from '../config.js'
import { openEmbedded } from '../embedded.js'
import { OperatorError } from '../errors.js'
import { HostRefused } from '../host/host.js'
import { translator } from '../web/locale.js'
import type { Terminal } from './init-terminal.js'
import { logger } from './terminal.js'

export interface AdministratorWanted {
  readonly userName: string
  /** A file whose first line is the password. */
  readonly passwordFile: string | undefined
  /** Where a made password is put, for its owner alone. */
  readonly newPasswordFile: string
}

/** Makes him unless the CRM has people. Gives his user name and, where his password was made here, the file it is in. */
export async function makeFirstAdministrator(
  env: Environment,
  wanted: AdministratorWanted,
  terminal: Terminal | undefined
): Promise<{ userName: string; passwordFile: string | undefined } | undefined> {
  const { crm, close } = await openEmbedded(readConfig(env), logger('silent'))
  try {
    if ((await crm.users.list({ limit: 1 })).users.length > 0) return undefined
    const { userName, password, isMade } = await credentials(wanted, terminal)
    const create = (): Promise<unknown> =>
      crm.users.create({ userName, name: userName, password, isAdministrator: true })
    if (isMade) await keepIn(wanted.newPasswordFile, password, create)
    else await create()
    return { userName, passwordFile: isMade ? wanted.newPasswordFile : undefined }
  } catch (error) {
    throw error instanceof HostRefused ? new OperatorError(sentenceFor(error), { cause: error }) : error
  } finally {
    await close()
  }
}

/** The file comes first: a password that nobody can read any more would lock everybody out. @throws OperatorError when there is such a file */
async function keepIn(file: string, password: string, create: () => Promise<unknown>): Promise<void> {
  try {
    writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'it is there already' : (cause as Error).message
    throw new OperatorError(`The first password can't be put into ${file}: ${why}.`, { cause })
  }
  await create().catch((error: unknown) => {
    rmSync(file, { force: true })
    throw error
  })
}

/** What is wrong with what was said of him, before anything is written. */
export function administratorFaults({ userName, passwordFile, newPasswordFile }: AdministratorWanted): string[] {
  const ofName = nameProblems(userName).map((problem) => `--admin: ${problem}`)
  if (passwordFile === undefined)
    return existsSync(newPasswordFile)
      ? [...ofName, `${newPasswordFile} is there already: the first password would go into it. Move it away.`]
      : ofName
  return [...ofName, ...fileProblems(passwordFile).map((problem) => `--admin-password-file: ${problem}`)]
}

function nameProblems(name: string): string[] {
  return /^\S{1,50}$/.test(name) ? [] : ['A user name has 1 to 50 characters and no blanks.']
}

function passwordProblems(password: string): string[] {
  return [...password].length >= 8 ? [] : ['A password has at least 8 characters.']
}

function fileProblems(file: string): string[] {
  try {
    return passwordProblems(firstLineOf(file)).map((problem) => `${problem} It is the first line of ${file}.`)
  } catch (error) {
    return [`${file} can't be read: ${(error as Error).message}.`]
  }
}

function firstLineOf(file: string): string {
  return readFileSync(file, 'utf8').split(/\r?\n/)[0] ?? ''
}

interface Credentials {
  readonly userName: string
  readonly password: string
  readonly isMade: boolean
}

async function credentials({ userName, passwordFile }: AdministratorWanted, terminal?: Terminal): Promise<Credentials> {
  if (passwordFile !== undefined) return { userName, password: firstLineOf(passwordFile), isMade: false }
  if (!terminal) return { userName, password: randomBytes(18).toString('base64url'), isMade: true }
  const name = await terminal.ask({
    words: 'User name of the first administrator',
    help: 'The CRM has nobody yet. He signs in to it and makes the others.',
    fallback: userName,
    problems: nameProblems
  })
  const password = await terminal.ask({
    words: 'His password',
    fallback: undefined,
    isSecret: true,
    problems: passwordProblems
  })
  return { userName: name, password, isMade: false }
}

function sentenceFor({ fields }: HostRefused): string {
  const t = translator('en')
  const reasons = Object.entries(fields).map(([field, { key, args }]) => `${field}: ${t(key, { ...args })}`)
  return `The first administrator can't be made: ${reasons.join(' ')}`
}
