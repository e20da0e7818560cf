/** `portico doctor`: each check says what it found and, where something is wrong, what to do about it. */
import { readConfig, type Config } from '../config.js'
import { migrations } from '../../migrations/index.js'
import { dialectOf } from '../db/dialect.js'
import { openDatabase } from '../db/open-database.js'
import { schemaVersion } from '../db/migrate.js'
import { openEmbedded } from '../embedded.js'
import { logger, say } from './terminal.js'
import nodemailer from 'nodemailer'

interface Finding {
  readonly check: string
  /** Undefined: all is well. */
  readonly remedy?: string
  readonly found: string
}

export async function doctor(): Promise<void> {
  const config = readConfig(process.env)
  const findings = [...(await checkDatabase(config)), ...(await checkHost(config)), await checkMail(config)]
  for (const { check, found, remedy } of findings) {
    say(`${remedy ? '✗' : '✓'} ${check}: ${found}`)
    if (remedy) say(`    → ${remedy}`)
  }
  if (findings.some((finding) => finding.remedy)) process.exitCode = 1
}

async function checkDatabase(config: Config): Promise<Finding[]> {
  const db = openDatabase(config.databaseUrl)
  try {
    const isMysql = dialectOf(db).name === 'mysql'
    const version = (await db.schema.hasTable('portico_schema')) ? await schemaVersion(db) : 0
    const schema: Finding = {
      check: 'Tables',
      found: `step ${version} of ${migrations.length}`,
      remedy: version === migrations.length ? undefined : 'Run `portico migrate`.'
    }
    return isMysql ? [schema, await checkCollation(db), await checkClock(db)] : [schema]
  } catch (error) {
    return [
      {
        check: 'Database',
        found: reason(error),
        remedy: 'Check DATABASE_URL, and that the server runs and lets this user in.'
      }
    ]
  } finally {
    await db.destroy()
  }
}

async function checkCollation(db: ReturnType<typeof openDatabase>): Promise<Finding> {
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

async function checkClock(db: ReturnType<typeof openDatabase>): Promise<Finding> {
  const [[row]] = (await db.raw('select unix_timestamp(utc_timestamp()) as now')) as [[{ now: number }]]
  const apart = Math.abs(Number(row.now) - Date.now() / 1000)
  return {
    check: 'Clock',
    found: `${apart.toFixed(0)} s apart from the database's`,
    remedy: apart > 30 ? 'Synchronize the clocks of both machines (NTP).' : undefined
  }
}

async function checkHost(config: Config): Promise<Finding[]> {
  try {
    const embedded = await openEmbedded(config, logger({ logLevel: 'silent' }))
    try {
      const catalog = await embedded.host.catalog('en')
      const switches = await embedded.host.switches()
      const on = Object.keys(switches).filter((id) => switches[id])
      return [
        { check: 'CRM', found: `${embedded.host.name}, ${catalog.modules.size} modules` },
        {
          check: 'Modules on',
          found: on.join(', ') || 'none',
          remedy: on.length === 0 ? "Switch them on in the CRM's settings." : undefined
        }
      ]
    } finally {
      await embedded.close()
    }
  } catch (error) {
    return [{ check: 'CRM', found: reason(error), remedy: 'See the message; the CRM could not be opened.' }]
  }
}

async function checkMail(config: Config): Promise<Finding> {
  if (!config.smtpUrl) {
    const remedy =
      config.environment === 'production'
        ? 'Set PORTICO_SMTP_URL; without it no invitation leaves the house.'
        : undefined
    return { check: 'Mail', found: 'no mail server; mails are kept', remedy }
  }
  try {
    await nodemailer.createTransport(config.smtpUrl).verify()
    return { check: 'Mail', found: 'the mail server answers' }
  } catch (error) {
    return { check: 'Mail', found: reason(error), remedy: 'Check PORTICO_SMTP_URL.' }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
