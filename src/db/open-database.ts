/** Opens the database a URL names, with the settings our statements rely on. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import knex, { type Knex } from 'knex'

/** `mysql://…` is MySQL or MariaDB; everything else is the file of an SQLite database (`:memory:` too). */
export function openDatabase(url: string): Knex {
  return /^(mysql|mariadb):\/\//.test(url) ? openMysql(url.replace(/^mariadb:/, 'mysql:')) : openSqlite(url)
}

/** Strict, in UTC, and comparing text of ours with the collation that our columns and the hosts' have. */
const sessionSettings =
  "set session sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
  "time_zone = '+00:00', collation_connection = 'utf8mb4_unicode_ci'"

function openMysql(url: string): Knex {
  return knex({
    client: 'mysql2',
    // What fails reaches the caller as an error; standard output is for what a command has to say.
    log: { warn: () => undefined },
    connection: {
      uri: url,
      charset: 'utf8mb4',
      timezone: 'Z',
      dateStrings: true,
      decimalNumbers: true,
      supportBigNumbers: true
    },
    pool: {
      min: 0,
      max: 10,
      afterCreate: (
        connection: { query(sql: string, done: (error: unknown) => void): void },
        done: (error: unknown, connection: unknown) => void
      ) => connection.query(sessionSettings, (error) => done(error, connection))
    }
  })
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
