/** Records what a running EspoCRM with the extension says of itself, for the tests that have none: its definitions, and the columns of the tables that
 *  the catalog made of them names. Only data; nobody's records.
 *  ESPOCRM_URL: its address. ESPOCRM_ADMIN (`name:password`) or ESPOCRM_API_KEY: who asks. DATABASE_URL: its database. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import type { Knex } from 'knex'
import { openDatabase } from '../src/db/open-database.js'
import { locales, type Catalog, type Field, type Link } from '../src/host/catalog.js'
import { metadata, reduced, type Metadata } from '../src/host/espocrm/answers.js'
import { makeCatalog } from '../src/host/espocrm/catalog.js'
import { languages } from '../src/host/espocrm/labels.js'

const folder = join(import.meta.dirname, '../test/espocrm-adapter/recorded')

/** Beside these, every entity type that EspoCRM does not bring itself. */
const recordedTypes = [
  'User',
  'Account',
  'Contact',
  'Lead',
  'Opportunity',
  'Case',
  'Task',
  'Meeting',
  'Call',
  'Document',
  'KnowledgeBaseArticle',
  'DocumentFolder',
  'Email',
  'PorticoProject',
  'PorticoNote',
  /** For the choices of time zones. */
  'Settings'
]

const definitions = only(reduced(metadata.parse(await ask())))
const db = openDatabase(needed('DATABASE_URL'))
mkdirSync(folder, { recursive: true })
await write('metadata.json', definitions)
await write('columns.json', await columnsIn(db, tablesOf(makeCatalog(definitions, 'en'))))
await db.destroy()

async function ask(): Promise<unknown> {
  const query = new URLSearchParams({ languages: locales.map((locale) => languages[locale]).join() })
  const url = `${needed('ESPOCRM_URL')}/api/v1/Portico/metadata?${query.toString()}`
  const response = await fetch(url, { headers: credentials() })
  if (!response.ok)
    throw new Error(`EspoCRM answered ${response.status}. ${response.headers.get('x-status-reason') ?? ''}`)
  return response.json()
}

function credentials(): Record<string, string> {
  const key = process.env.ESPOCRM_API_KEY
  if (key) return { 'X-Api-Key': key }
  return { Authorization: `Basic ${Buffer.from(needed('ESPOCRM_ADMIN')).toString('base64')}` }
}

function needed(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set.`)
  return value
}

function only(all: Metadata): Metadata {
  const isRecorded = (name: string): boolean => recordedTypes.includes(name) || /^C[A-Z]/.test(name)
  return reduced({
    ...all,
    scopes: Object.fromEntries(Object.entries(all.scopes).filter(([name]) => isRecorded(name)))
  })
}

function tablesOf(catalog: Catalog): string[] {
  const tables = [...catalog.modules.values()].flatMap(({ table, fields, links }) => [
    table,
    ...[...fields.values()].flatMap(tablesOfField),
    ...[...links.values()].flatMap(tablesOfLink)
  ])
  return [...new Set(tables)].sort()
}

function tablesOfField({ storage }: Field): string[] {
  if (storage.kind === 'files') return [storage.from]
  if (storage.kind !== 'side') return []
  return storage.through ? [storage.from, storage.through.table] : [storage.from]
}

function tablesOfLink({ storage }: Link): string[] {
  return storage.kind === 'table' ? [storage.table] : []
}

/** Columns by table, in the order of their names. */
async function columnsIn(espo: Knex, tables: readonly string[]): Promise<Record<string, string[]>> {
  const columns: Record<string, string[]> = {}
  for (const table of tables) columns[table] = Object.keys(await espo(table).columnInfo()).sort()
  return columns
}

async function write(name: string, content: unknown): Promise<void> {
  writeFileSync(join(folder, name), await format(JSON.stringify(content), { parser: 'json', printWidth: 120 }))
}
