/** Opens the database a URL names, with the settings our statements rely on. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import knex, { type Knex } from 'knex'
import { clientFor, type Connection } from './mysql-client.js'
import { serversIn } from './servers.js'

/** `mysql://…` is MySQL or MariaDB, with several servers the first that is fit; everything else is the file of an SQLite database
 *  (`:memory:` too). */
export function openDatabase(url: string): Knex {
  return /^(mysql|mariadb):\/\//.test(url) ? openMysql(url.replace(/^mariadb:/, 'mysql:')) : openSqlite(url)
}

/** Strict, in UTC, and comparing text of ours with the collation that our columns and the hosts' have. */
const sessionSettings =
  "set session sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
  "time_zone = '+00:00', collation_connection = 'utf8mb4_unicode_ci'"

/** Galera: every statement first waits until this server has what was committed at any other one before. */
const seeEverything = 'set session wsrep_sync_wait = 15'

/** Where another server can do, in milliseconds. */
const longestConnect = 2_000
/** Connections come back to the first server once it is there again, so that all processes write to one. */
const longestLife = 60_000

function openMysql(url: string): Knex {
  const urls = serversIn(url)
  const hasChoice = urls.length > 1
  const settings = {
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    decimalNumbers: true,
    supportBigNumbers: true,
    ...(hasChoice && { connectTimeout: longestConnect })
  }
  const servers = (hasChoice ? urls : [url]).map((uri) => ({ uri, ...settings }))
  return knex({
    client: clientFor(servers, (connection) => prepareMysql(connection, hasChoice)),
    // What fails reaches the caller as an error; standard output is for what a command has to say.
    log: { warn: () => undefined },
    connection: { ...servers[0] },
    pool: { min: 0, max: 10, ...(hasChoice && lifetimes) }
  })
}

const lifetimes = { maxConnectionLifetimeMillis: longestLife, maxConnectionLifetimeJitterMillis: longestLife / 4 }

/** @throws when there are others, and this server would take no changes or is not at one with its cluster. */
async function prepareMysql(connection: Connection, hasChoice: boolean): Promise<void> {
  await ask(connection, sessionSettings)
  const is = await ask(connection, "show global variables where variable_name in ('read_only', 'wsrep_on')")
  const isGalera = is.get('wsrep_on') === 'ON'
  if (hasChoice && is.get('read_only') !== 'OFF') throw new NotFit('The server only replicates.')
  if (hasChoice && isGalera) await refuseOutsider(connection)
  if (isGalera) await ask(connection, seeEverything)
}

const synced = '4'

async function refuseOutsider(connection: Connection): Promise<void> {
  const has = await ask(connection, "show global status where variable_name in ('wsrep_ready', 'wsrep_local_state')")
  if (has.get('wsrep_ready') !== 'ON' || has.get('wsrep_local_state') !== synced)
    throw new NotFit('The server is not in step with its cluster.')
}

class NotFit extends Error {
  readonly code = 'NOT_FIT'
}

/** The answer of `show …`: names with their values. */
function ask(connection: Connection, statement: string): Promise<ReadonlyMap<string, string>> {
  return new Promise((resolve, reject) =>
    connection.query(statement, (error, rows) =>
      error instanceof Error ? reject(error) : resolve(new Map(Array.isArray(rows) ? rows.map(namedValue) : []))
    )
  )
}

function namedValue(row: Readonly<Record<string, string>>): [string, string] {
  return [row['Variable_name'] ?? '', row['Value'] ?? '']
}

function openSqlite(file: string): Knex {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  return knex({
    client: 'better-sqlite3',
    connection: { filename: file },
    useNullAsDefault: true,
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: Database, done: (error: unknown, connection: Database) => void) => {
        prepareSqlite(connection)
        done(null, connection)
      }
    }
  })
}

/** SQLite folds only ASCII by itself; this function gives it the meaning the kernel states. */
function prepareSqlite(connection: Database): void {
  connection.pragma('journal_mode = WAL')
  connection.pragma('foreign_keys = ON')
  connection.pragma('busy_timeout = 5000')
  connection.function('portico_lower', { deterministic: true }, (text: unknown) =>
    text === null ? null : String(text).toLowerCase()
  )
}
