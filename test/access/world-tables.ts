/** The tables of the test CRM, as a host would make them: ids compared byte by byte, text ignoring case, an index per list. */
import type { Knex } from 'knex'
import { up as portico } from '../../migrations/0001-configuration.js'
import { dialectOf } from '../../src/db/dialect.js'
import type { Field, Module } from '../../src/host/catalog.js'
import { catalog } from './world-catalog.js'

type Kind = 'id' | 'words' | 'longWords' | 'flag' | 'count' | 'integer' | 'number' | 'money' | 'date' | 'moment'
type Columns = Record<string, Kind>

const types: Record<'mysql' | 'sqlite', Record<Kind, string>> = {
  mysql: {
    id: 'varchar(36) character set utf8mb4 collate utf8mb4_bin',
    words: 'varchar(190) character set utf8mb4 collate utf8mb4_unicode_ci',
    longWords: 'mediumtext character set utf8mb4 collate utf8mb4_unicode_ci',
    flag: 'tinyint not null default 0',
    count: 'bigint',
    integer: 'bigint',
    number: 'decimal(18, 4)',
    money: 'decimal(18, 2)',
    date: 'date',
    moment: 'datetime'
  },
  sqlite: {
    id: 'text',
    words: 'text',
    longWords: 'text',
    flag: 'integer not null default 0',
    count: 'integer',
    integer: 'integer',
    number: 'real',
    money: 'real',
    date: 'text',
    moment: 'text'
  }
}

/** Makes every table, empty and without indexes. */
export async function createTables(db: Knex): Promise<void> {
  await portico(db)
  for (const [table, columns] of Object.entries(ownTables)) await createTable(db, table, columns)
  for (const module of catalog.modules.values()) await createTable(db, module.table, columnsOf(module))
}

/** Makes every index. */
export async function createIndexes(db: Knex): Promise<void> {
  for (const [table, columns] of indexes()) await createIndex(db, table, columns)
}

/** The columns of a module's table, in order. */
export function columnsOf(module: Module): Columns {
  const columns: Columns = { id: 'id', ...(module.live ? { deleted: 'flag' as const } : {}) }
  for (const field of module.fields.values()) {
    if (field.storage.kind === 'column') columns[field.storage.column] = kindOf(field)
    if (field.storage.kind === 'files' && field.storage.near) columns[field.storage.near] = 'id'
  }
  if (module.ownerGroups?.kind === 'column') columns[module.ownerGroups.column] = 'id'
  for (const { storage } of module.links.values()) {
    if (storage.kind === 'column' && storage.only) columns[storage.only.column] = 'words'
  }
  return columns
}

/** Tables that are no module's: links, addresses, and those of ours that conditions join. */
export const ownTables: Record<string, Columns> = {
  case_contact: { case_id: 'id', contact_id: 'id', deleted: 'flag' },
  entity_group: { entity_type: 'words', entity_id: 'id', group_id: 'id', deleted: 'flag' },
  email_address: { entity_type: 'words', entity_id: 'id', address: 'words', is_primary: 'flag', deleted: 'flag' },
  attachment: {
    id: 'id',
    name: 'words',
    type: 'words',
    size: 'integer',
    parent_id: 'id',
    parent_type: 'words',
    field: 'words',
    created_at: 'moment',
    deleted: 'flag'
  },
  portico_memberships: { record_id: 'id', person_id: 'id' },
  portico_object_rights: { module: 'id', record_id: 'id', grantee: 'id', right: 'id', effect: 'id' },
  portico_responsible: { module: 'id', record_id: 'id', person_id: 'id' },
  portico_doings: {
    id: 'id',
    at: 'moment',
    kind: 'id',
    portal_user_id: 'id',
    name: 'words',
    module: 'id',
    record_id: 'id',
    entry_id: 'id',
    fields: 'longWords'
  }
}

async function createTable(db: Knex, table: string, columns: Columns): Promise<void> {
  const { name, quote } = dialectOf(db)
  const key = columns['id'] ? [`primary key (${quote('id')})`] : []
  const lines = Object.entries(columns).map(([column, kind]) => `${quote(column)} ${types[name][kind]}`)
  await db.raw(
    `create table ${quote(table)} (${[...lines, ...key].join(', ')})${name === 'mysql' ? ' engine = InnoDB' : ''}`
  )
}

function kindOf(field: Field): Kind {
  switch (field.type) {
    case 'reference':
      return 'id'
    case 'longText':
    case 'richText':
    case 'options':
      return 'longWords'
    case 'boolean':
      return 'flag'
    case 'integer':
    case 'number':
    case 'money':
    case 'date':
      return field.type
    case 'datetime':
      return 'moment'
    default:
      return 'words'
  }
}

interface IndexColumn {
  readonly name: string
  readonly isText: boolean
}

/** By what a record belongs to, newest first; by each field a list may be sorted by; both ways through a link table. */
function indexes(): [string, IndexColumn[]][] {
  const found = new Map<string, [string, IndexColumn[]]>()
  const add = (table: string, columns: IndexColumn[]): void =>
    void found.set(`${table} ${columns.map((column) => column.name).join()}`, [table, columns])
  for (const module of catalog.modules.values()) indexesOf(module).forEach((columns) => add(module.table, columns))
  for (const [near, far] of [
    ['case_id', 'contact_id'],
    ['contact_id', 'case_id']
  ]) {
    add('case_contact', [near!, 'deleted', far!].map(plain))
  }
  add('email_address', ['entity_id', 'entity_type', 'is_primary', 'deleted'].map(plain))
  add('portico_memberships', ['person_id', 'record_id'].map(plain))
  add('portico_object_rights', ['grantee', 'module', 'right', 'effect', 'record_id'].map(plain))
  add('portico_responsible', ['person_id', 'module', 'record_id'].map(plain))
  add('entity_group', ['entity_id', 'entity_type', 'group_id', 'deleted'].map(plain))
  return [...found.values()]
}

function indexesOf(module: Module): IndexColumn[][] {
  const alive = module.live ? [plain('deleted')] : []
  const created = [...alive, plain('created_at'), plain('id')]
  const fields = [...module.fields.values()]
  const belonging = fields.flatMap((field) =>
    field.type === 'reference' && field.storage.kind === 'column' ? [[plain(field.storage.column), ...created]] : []
  )
  const sorted = fields
    .filter((field) => field.sortable && field.type !== 'reference' && field.type !== 'richText')
    .map((field) => [...alive, { name: sortColumn(field), isText: isText(field) }, plain('id')])
  return [...belonging, created, ...sorted]
}

function plain(name: string): IndexColumn {
  return { name, isText: false }
}

/** The column a list in this field's order is sorted by. */
export function sortColumn({ storage, name }: Field): string {
  if (storage.kind === 'column') return storage.column
  if (storage.kind === 'joined') return storage.order
  throw new RangeError(`Nothing can be sorted by ${name}.`)
}

export function isText(field: Field): boolean {
  return !['integer', 'number', 'money', 'boolean', 'date', 'datetime'].includes(field.type)
}

async function createIndex(db: Knex, table: string, columns: IndexColumn[]): Promise<void> {
  const { quote, order } = dialectOf(db)
  const name = `${table}_by_${columns.map((column) => column.name).join('_')}`.slice(0, 60)
  const list = columns.map((column) => order(quote(column.name), column.isText))
  await db.raw(`create index ${quote(name)} on ${quote(table)} (${list.join(', ')})`)
}
