/** What `portico doctor` looks at beside EspoCRM: database, extension, EspoCRM's API, events and indexes. */
import { randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import { z } from 'zod'
import type { Config } from '../../config.js'
import { findingOf, reasonOf, type Finding } from '../finding.js'
import type { Metadata } from './answers.js'
import { ProtocolDiffers, type Definitions } from './definitions.js'
import { protocol } from './espo.js'
import { snake } from './naming.js'
import type { Events } from './outbox.js'
import { EspoRefused, type Rest } from './rest.js'
import { readSettings, type Settings } from './settings.js'
import { isUrl } from '../../url.js'

export interface Patient {
  readonly db: Knex
  readonly config: Config
  readonly settings: Settings
  readonly rest: Pick<Rest, 'send'>
  readonly definitions: Pick<Definitions, 'current' | 'unmapped'>
  readonly events: Pick<Events, 'lag' | 'flow'>
  /** The service's own version. */
  readonly version: string
  /** Our tables are up to date; until then, events and definitions can't be looked at. */
  readonly hasTables: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const reinstall = 'Install the extension again at Administration > Extensions.'
const rebuild = "Run `php command.php rebuild` in EspoCRM's folder, as the web server's user."

/** EspoCRM's database: what the service must be able to do there, and how ids compare. */
export async function checkDatabaseOfEspocrm(db: Knex): Promise<Finding[]> {
  return [await rightsInDatabase(db), await collationOfIds(db)]
}

function rightsInDatabase(db: Knex): Promise<Finding> {
  const grant =
    'Let the user of DATABASE_URL make tables there: grant create, alter, index, drop, select, insert, update, delete on the database.'
  return findingOf('Rights in the database', grant, async () => {
    const table = `portico_doctor_${randomBytes(4).toString('hex')}`
    try {
      await db.schema.createTable(table, (made) => made.integer('id').primary())
      await db.schema.alterTable(table, (made) => made.integer('more').index(`${table}_more`))
      await db(table).insert({ id: 1, more: 1 })
      await db(table).where({ id: 1 }).update({ more: 2 })
      await db(table).where({ id: 1 }).delete()
    } finally {
      await db.schema.dropTableIfExists(table)
    }
    return { found: 'tables can be made, changed, written and removed' }
  })
}

function collationOfIds(db: Knex): Promise<Finding> {
  const convert = "Convert EspoCRM's tables to utf8mb4 (collation utf8mb4_unicode_ci)."
  return findingOf("EspoCRM's ids", convert, async () => {
    const [rows] = (await db.raw(
      "select collation_name as collation from information_schema.columns where table_schema = database() and table_name = 'user' and column_name = 'id'"
    )) as [{ collation: string }[]]
    const collation = rows[0]?.collation ?? 'no table of users'
    return { found: collation, remedy: collation.startsWith('utf8mb4_') ? undefined : convert }
  })
}

/** The integration, or what keeps it from being read. */
export async function findIntegration(db: Knex): Promise<{ settings?: Settings; findings: Finding[] }> {
  try {
    const settings = await readSettings(db)
    return { settings, findings: checkIntegration(settings) }
  } catch (error) {
    return {
      findings: [
        {
          check: 'Extension',
          found: reasonOf(error),
          remedy: 'Upload portico-espocrm.zip at Administration > Extensions, and check DATABASE_URL.'
        }
      ]
    }
  }
}

function checkIntegration({ isOn, switches, secret, siteUrl, apiKey }: Settings): Finding[] {
  const on = Object.keys(switches).filter((id) => switches[id])
  return [
    {
      check: 'Integration',
      found: isOn ? `on, with ${on.join(', ') || 'no module'}` : 'off',
      remedy:
        on.length > 0
          ? undefined
          : 'Switch Portico and at least one of its modules on at Administration > Integrations > Portico.'
    },
    {
      check: 'Shared secret',
      found: secret.length >= 32 ? 'present' : secret === '' ? 'none' : `${secret.length} characters`,
      remedy: secret.length >= 32 ? undefined : reinstall
    },
    { check: "EspoCRM's address", found: siteUrl || 'unknown', remedy: isUrl(siteUrl) ? undefined : reinstall },
    {
      check: 'API user',
      found: apiKey === '' ? 'no active user portico with a key' : 'user portico has a key',
      remedy:
        apiKey === '' ? `${reinstall} If the user portico is there, it must be active and have an API key.` : undefined
    }
  ]
}

/** Everything that needs the integration. */
export async function checkService(patient: Patient): Promise<Finding[]> {
  return [...(await checkApi(patient)), ...(patient.hasTables ? await checkWhatIsKept(patient) : [])]
}

async function checkWhatIsKept(patient: Patient): Promise<Finding[]> {
  return [
    await checkEvents(patient),
    await checkIndexes(patient),
    await checkFields(patient),
    ...(patient.settings.switches['global-sharing'] ? await checkSharing(patient) : [])
  ]
}

const stamp = z.object({
  protocol: z.number(),
  extensionVersion: z.string(),
  espoVersion: z.string(),
  now: z.number()
})

async function checkApi({ rest, config, settings, version, now }: Patient): Promise<Finding[]> {
  const check = "EspoCRM's API"
  const at = config.espocrmUrl ?? settings.siteUrl
  try {
    const asked = now()
    const said = stamp.parse(await rest.send('GET', 'Portico/stamp'))
    return [
      { check, found: `EspoCRM ${said.espoVersion} answers at ${at} and takes the key` },
      versions(said, version),
      clocks(said.now, (asked + now()) / 2000)
    ]
  } catch (error) {
    return [{ check, found: reasonOf(error), remedy: remedyForApi(error, at) }]
  }
}

function remedyForApi(error: unknown, at: string): string {
  if (error instanceof z.ZodError || (error instanceof EspoRefused && error.status === 404))
    return `EspoCRM is there, the extension does not answer. ${reinstall} Or: ${rebuild}`
  if (error instanceof EspoRefused) return `EspoCRM does not take the user portico for the service's. ${reinstall}`
  if (/\bkey\b/.test(reasonOf(error)))
    return 'At Administration > API Users, the user portico must be active and come by API key. Or install the extension again.'
  return `Start EspoCRM's web server, or say by PORTICO_ESPOCRM_URL at which address this machine reaches EspoCRM; it was asked at ${at}.`
}

function versions(said: { protocol: number; extensionVersion: string }, version: string): Finding {
  return {
    check: 'Versions',
    found: `extension ${said.extensionVersion}, service ${version}, protocol ${said.protocol}`,
    remedy: said.protocol === protocol ? undefined : new ProtocolDiffers(said).message
  }
}

/** `theirs` and `ours` in seconds since 1970. */
function clocks(theirs: number, ours: number): Finding {
  const apart = Math.round(Math.abs(theirs - ours))
  return {
    check: "EspoCRM's clock",
    found: `${apart} s apart from ours`,
    remedy:
      apart > 20
        ? 'Synchronize the clocks of both machines (NTP): tickets are good for a minute, so staff could not come in.'
        : undefined
  }
}

/** Seconds after which a row that waits is too old. */
const longestLag = 60
/** So many changes without a word of the hook are no chance. */
const enough = 3

function checkEvents({ events, settings }: Patient): Promise<Finding> {
  return findingOf('Events', `The table portico_outbox is missing or can't be read. ${rebuild}`, async () => {
    const lag = await events.lag()
    if (lag > longestLag)
      return {
        found: `the oldest waits for ${lag} s`,
        remedy: "Start the service (`portico serve`); if it runs, its log says what can't be handled."
      }
    const { told, untold } = await events.flow()
    const found = `none waits; of ${told + untold} changes in the last minutes EspoCRM told ${told}`
    const isSilent = settings.isOn && told === 0 && untold >= enough
    return {
      found,
      remedy: isSilent
        ? `The extension's hook does not run, so changes are noticed late. ${rebuild} ${reinstall}`
        : undefined
    }
  })
}

function checkIndexes({ db, definitions }: Patient): Promise<Finding> {
  return findingOf('Indexes', "EspoCRM's definitions must be read once first: see EspoCRM's API.", async () => {
    const wanted = declaredIndexes(await definitions.current())
    const present = await presentIndexes(db)
    const missing = wanted.filter((index) => !present.some((known) => `${known},`.startsWith(`${index},`)))
    return missing.length === 0
      ? { found: `all ${wanted.length} that the extension declares` }
      : { found: `missing: ${missing.map((index) => index.replace(/,(?=.*,)|,/g, ', ')).join('; ')}`, remedy: rebuild }
  })
}

/** Of the extension's outbox, which is no module of the catalog. */
const outboxIndexes = ['portico_outbox: handled,position', 'portico_outbox: subject,handled,position']

/** `table: column,column` of those that the extension brings. */
function declaredIndexes({ orm }: Metadata): string[] {
  const ofModules = Object.entries(orm).flatMap(([entity, { indexes }]) =>
    Object.entries(indexes)
      .filter(([name]) => name.startsWith('portico'))
      .map(([, { columns }]) => `${snake(entity)}: ${columns.map(snake).join(',')}`)
  )
  return [...ofModules, ...outboxIndexes]
}

async function presentIndexes(db: Knex): Promise<string[]> {
  const [rows] = (await db.raw(
    "select concat(table_name, ': ', group_concat(column_name order by seq_in_index separator ',')) as columns_in_order " +
      'from information_schema.statistics where table_schema = database() group by table_name, index_name'
  )) as [{ columns_in_order: string }[]]
  return rows.map((row) => row.columns_in_order)
}

function checkFields({ definitions }: Patient): Promise<Finding> {
  return findingOf('Fields left out', "EspoCRM's definitions must be read once first: see EspoCRM's API.", async () => {
    const left = await definitions.unmapped()
    const reasons = [...new Set(left.map(({ why }) => why))]
    const names = (why: string): string =>
      left
        .filter((one) => one.why === why)
        .map(({ module, field, type }) => (field ? `${module}.${field} (${type})` : module))
        .join(', ')
    return left.length === 0
      ? { found: 'none' }
      : {
          found: reasons.map((why) => `${names(why)}: ${why}`).join('\n    '),
          remedy: 'Nothing to be done: these are not offered to people outside.',
          isAdvice: true
        }
  })
}

/** What EspoCRM shows or lets be done without asking any code that an extension can bring. */
const unguarded =
  'totals of streams and names of files in the stream of a parent; notices made before somebody lost sight of a record; to whom an import gives records; ' +
  'records one sees but may not change, added to a target list all at once; conditions on fields of linked records; ' +
  'whose an address in an e-mail is; members of target lists that others put there, in mass e-mails and campaign logs; ' +
  'names of third records and pictures in templates; names of earlier reminders and in conflicts of saving'

async function checkSharing({ db }: Patient): Promise<Finding[]> {
  return [
    await findingOf('Sharing model', 'Start the service once (`portico serve`): it makes the tables.', () =>
      modelInForce(db)
    ),
    {
      check: 'Beyond global sharing',
      found: unguarded,
      remedy: 'Nothing to be done: EspoCRM asks nobody there. Its own roles can withhold imports, exports and streams.',
      isAdvice: true
    }
  ]
}

async function modelInForce(db: Knex): Promise<Omit<Finding, 'check'>> {
  const row: { version: number; compiled: string } | undefined = await db('portico_sharing as s')
    .join('portico_sharing_models as m', 'm.version', 's.version')
    .where({ 's.id': 'in-force' })
    .first('m.version', 'm.compiled')
  const understood = row !== undefined && compiledModel.safeParse(parsed(row.compiled)).success
  return understood
    ? { found: `version ${row.version} is in force in EspoCRM` }
    : {
        found: row ? `version ${row.version} can't be understood` : 'none is in force',
        remedy:
          "Until there is one, everybody but administrators sees nothing but his own records in EspoCRM. Recalculate at Portico's page of global sharing."
      }
}

const compiledModel = z.object({
  defaults: z.record(z.string(), z.object({ level: z.string() })),
  roles: z.record(z.string(), z.object({})),
  withoutRole: z.object({}),
  groups: z.record(z.string(), z.object({})),
  rules: z.array(z.object({}))
})

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
