/** What `portico doctor` looks at beside every CRM: our tables, the database's habits, and the mail server. */
import type { Knex } from 'knex'
import nodemailer from 'nodemailer'
import { migrations } from '../../migrations/index.js'
import type { Config } from '../config.js'
import { dialectOf } from '../db/dialect.js'
import { schemaVersion } from '../db/migrate.js'
import { reasonOf, type Finding } from '../host/finding.js'
import { clamdVersion } from '../web/virus-scan.js'

/** One finding called `Database` alone, when there is no way in. */
export async function checkDatabase(db: Knex): Promise<Finding[]> {
  try {
    const isMysql = dialectOf(db).name === 'mysql'
    const schema = await checkSchema(db)
    return isMysql ? [schema, await checkCollation(db), await checkClock(db)] : [schema]
  } catch (error) {
    const remedy = 'Check DATABASE_URL, and that the server runs and lets this user in.'
    return [{ check: 'Database', found: reasonOf(error), remedy }]
  }
}

async function checkSchema(db: Knex): Promise<Finding> {
  const version = (await db.schema.hasTable('portico_schema')) ? await schemaVersion(db) : 0
  return {
    check: 'Tables',
    found: `step ${version} of ${migrations.length}`,
    remedy: remedyForSchema(version)
  }
}

function remedyForSchema(version: number): string | undefined {
  if (version > migrations.length) return 'A newer Portico has been at this database: start that one.'
  return version === migrations.length ? undefined : 'Run `portico migrate`.'
}

async function checkCollation(db: Knex): Promise<Finding> {
  const [[row]] = (await db.raw('select @@character_set_database as charset, version() as version')) as [
    [{ charset: string; version: string }]
  ]
  const isRight = row.charset === 'utf8mb4'
  return {
    check: 'Character set',
    found: `${row.charset} on ${row.version}`,
    remedy: isRight ? undefined : 'Make the database with character set utf8mb4.'
  }
}

async function checkClock(db: Knex): Promise<Finding> {
  const [[row]] = (await db.raw('select unix_timestamp(utc_timestamp()) as now')) as [[{ now: number }]]
  const apart = Math.abs(Number(row.now) - Date.now() / 1000)
  return {
    check: 'Clock',
    found: `${apart.toFixed(0)} s apart from the database's`,
    remedy: apart > 30 ? 'Synchronize the clocks of both machines (NTP).' : undefined
  }
}

/** Without clamd uploads are not looked at, which is the operator's choice; one that is named must answer, or none is taken. */
export async function checkClamd({ clamd }: Pick<Config, 'clamd'>): Promise<Finding> {
  const check = 'Virus scan'
  if (clamd === undefined) return { check, found: 'none; uploads are not scanned' }
  try {
    return { check, found: await clamdVersion(clamd) }
  } catch (error) {
    const remedy = 'Check PORTICO_CLAMD, and that clamd runs and listens there. Until then every upload is refused.'
    return { check, found: reasonOf(error), remedy }
  }
}

export async function checkMail(config: Pick<Config, 'smtpUrl' | 'environment'>): Promise<Finding> {
  if (!config.smtpUrl) {
    const remedy =
      config.environment === 'production'
        ? 'Set PORTICO_SMTP_URL; without it no invitation leaves the house.'
        : undefined
    return { check: 'Mail', found: `no mail server; mails ${remedy ? 'wait for one' : 'are kept'}`, remedy }
  }
  try {
    await nodemailer.createTransport(config.smtpUrl).verify()
    return { check: 'Mail', found: 'the mail server answers' }
  } catch (error) {
    return { check: 'Mail', found: reasonOf(error), remedy: 'Check PORTICO_SMTP_URL.' }
  }
}
