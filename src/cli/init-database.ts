/** Which database: put together of small answers, and tried before it is written down. */
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { besideEspocrm } from '../config-variables.js'
import { openDatabase } from '../db/open-database.js'
import { readConfig } from '../config.js'
import { defaultsFrom } from '../espocrm.js'
import { reasonOf } from '../host/finding.js'
import { readSettings, type Settings } from '../host/espocrm/settings.js'
import type { Guesses } from './init-questions.js'
import type { Terminal } from './init-terminal.js'

type HostName = 'embedded' | 'espocrm'

/** Asks for the parts and gives the URL, or the file of SQLite. */
export async function askDatabase(terminal: Terminal, host: HostName, state: string): Promise<string> {
  if (host === 'embedded' && (await askKind(terminal)) === 'sqlite') {
    const words = 'File of the database'
    const problems = (file: string): string[] => (file.includes('://') ? ['This is no file.'] : [])
    return resolve(await terminal.ask({ words, fallback: `${state}/portico.sqlite`, problems }))
  }
  return askServer(terminal, host === 'espocrm' ? 'espocrm' : 'portico', host)
}

function askKind(terminal: Terminal): Promise<string> {
  return terminal.ask({
    words: 'Database: sqlite or mysql',
    help: 'SQLite is a file and needs nothing else; MySQL or MariaDB is for several processes or machines.',
    fallback: 'sqlite',
    problems: (answer) => (['sqlite', 'mysql'].includes(answer) ? [] : ['Answer sqlite or mysql.'])
  })
}

async function askServer(terminal: Terminal, name: string, host: HostName): Promise<string> {
  const help =
    host === 'espocrm'
      ? "EspoCRM's own database, as its data/config-internal.php names it."
      : 'Several servers of a cluster have commas between. The database must be there, made with character set utf8mb4.'
  const plain = (pattern: RegExp, sentence: string) => (answer: string) => (pattern.test(answer) ? [] : [sentence])
  const server = await terminal.ask({
    words: 'Database server',
    help,
    fallback: '127.0.0.1:3306',
    problems: plain(/^[^\s/@,]+(,[^\s/@,]+)*$/, 'Write host:port.')
  })
  const database = await terminal.ask({
    words: 'Database',
    fallback: name,
    problems: plain(/^[^\s/]+$/, 'Write its name.')
  })
  const user = await terminal.ask({ words: 'User of the database', fallback: name, problems: () => [] })
  const password = await terminal.ask({ words: 'His password', fallback: '', isSecret: true, problems: () => [] })
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return `${host === 'espocrm' ? 'espocrm+' : ''}mysql://${login}@${server}/${encodeURIComponent(database)}`
}

/** Why this database can't be used, as sentences; none: it can. Beside EspoCRM its integration is read, too. */
export async function tryDatabase(url: string): Promise<{ problems: string[]; settings?: Settings }> {
  if (!url.includes('://')) return { problems: tryFolder(dirname(url)) }
  const db = openDatabase(url.replace(besideEspocrm, ''))
  try {
    await db.raw('select 1')
    if (!besideEspocrm.test(url)) return { problems: [] }
    const settings = await readSettings(db)
    defaultsFrom(settings)
    return { problems: [], settings }
  } catch (error) {
    return { problems: [reasonOf(error)] }
  } finally {
    await db.destroy()
  }
}

/** Folders that others have things in: the service's user is to own the one he writes to. */
const shared = /^\/(etc|usr|var(\/(lib|log|tmp|cache))?|srv|opt|home|root|tmp|mnt|media|run)?$/

/** The folder may yet have to be made. */
function tryFolder(folder: string): string[] {
  if (shared.test(folder)) return [`${folder} is not for Portico alone: put the database into a folder of its own.`]
  const nearest = existsSync(folder) ? folder : dirname(folder)
  if (nearest !== folder && !existsSync(nearest)) return tryFolder(nearest)
  try {
    accessSync(nearest, constants.W_OK)
    return []
  } catch (error) {
    return [`Nothing can be written in ${folder}: ${reasonOf(error)}`]
  }
}

/** What EspoCRM lets one guess. */
export function guessesFrom(url: string, settings: Settings): Guesses {
  const { company, mailFrom } = readConfig({ DATABASE_URL: url }, defaultsFrom(settings))
  return { company: company.name, domains: company.mailDomains.join(',') || undefined, mailFrom }
}
