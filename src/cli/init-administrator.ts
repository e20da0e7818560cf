/** The first administrator of an embedded CRM that has nobody yet. */
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
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

interface Credentials {
  readonly userName: string
  readonly password: string
  readonly isMade: boolean
}

async function credentials({ userName, passwordFile }: AdministratorWanted, terminal?: Terminal): Promise<Credentials> {
  if (passwordFile !== undefined) {
    const [password = ''] = readFileSync(passwordFile, 'utf8').split('\n')
    return { userName, password, isMade: false }
  }
  if (!terminal) return { userName, password: randomBytes(18).toString('base64url'), isMade: true }
  const name = await terminal.ask({
    words: 'User name of the first administrator',
    help: 'The CRM has nobody yet. He signs in to it and makes the others.',
    fallback: userName,
    problems: (answer) => (/^\S{1,50}$/.test(answer) ? [] : ['A user name has no blanks.'])
  })
  const password = await terminal.ask({
    words: 'His password',
    fallback: undefined,
    isSecret: true,
    problems: (answer) => (answer.length >= 8 ? [] : ['A password has at least 8 characters.'])
  })
  return { userName: name, password, isMade: false }
}

function sentenceFor({ fields }: HostRefused): string {
  const t = translator('en')
  const reasons = Object.entries(fields).map(([field, { key, args }]) => `${field}: ${t(key, { ...args })}`)
  return `The first administrator can't be made: ${reasons.join(' ')}`
}
