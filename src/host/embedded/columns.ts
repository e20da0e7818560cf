/** Column types and indexes of the CRM's tables, each stating its collation; safe to ask for what is there already. */
import { createHash } from 'node:crypto'
import type { Knex } from 'knex'
import { dialectOf } from '../../db/dialect.js'
import { allRows } from './answers.js'

export type Table = Knex.CreateTableBuilder

export interface Columns {
  /** Ids, keys and words of ours: compared byte by byte. */
  key(table: Table, name: string, length?: number): Knex.ColumnBuilder
  /** Text people write. */
  words(table: Table, name: string, length?: number): Knex.ColumnBuilder
  longWords(table: Table, name: string): Knex.ColumnBuilder
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  moment(table: Table, name: string): Knex.ColumnBuilder
  day(table: Table, name: string): Knex.ColumnBuilder
  /** 0 or 1, never NULL. */
  flag(table: Table, name: string): Knex.ColumnBuilder
}

export function columnsOf(db: Knex): Columns {
  return dialectOf(db).name === 'mysql' ? mysqlColumns : sqliteColumns
}

const mysqlColumns: Columns = {
  key: (table, name, length = 36) => table.string(name, length).collate('utf8mb4_bin'),
  words: (table, name, length = 255) => table.string(name, length).collate('utf8mb4_unicode_ci'),
  longWords: (table, name) => table.text(name, 'mediumtext').collate('utf8mb4_unicode_ci'),
  moment: (table, name) => table.specificType(name, 'datetime'),
  day: (table, name) => table.specificType(name, 'date'),
  flag: (table, name) => table.specificType(name, 'tinyint').notNullable().defaultTo(0)
}

const sqliteColumns: Columns = {
  key: (table, name, length = 36) => table.string(name, length),
  words: (table, name, length = 255) => table.string(name, length),
  longWords: (table, name) => table.text(name),
  moment: (table, name) => table.string(name, 19),
  day: (table, name) => table.string(name, 10),
  flag: (table, name) => table.integer(name).notNullable().defaultTo(0)
}

/** Makes the table unless it is there. */
export async function createTable(db: Knex, name: string, build: (table: Table) => void): Promise<void> {
  if (await db.schema.hasTable(name)) return
  await db.schema.createTable(name, (table) => {
    if (dialectOf(db).name === 'mysql') {
      table.engine('InnoDB')
      table.charset('utf8mb4')
      table.collate('utf8mb4_unicode_ci')
    }
    build(table)
  })
}

/** Adds those of `columns` that the table does not have; `build` makes one. */
export async function addColumns(
  db: Knex,
  name: string,
  columns: readonly string[],
  build: (table: Table, column: string) => void
): Promise<void> {
  const known = new Set(Object.keys(await db(name).columnInfo()))
  const missing = columns.filter((column) => !known.has(column))
  if (missing.length === 0) return
  await db.schema.alterTable(name, (table) => missing.forEach((column) => build(table, column)))
}

export interface Index {
  readonly table: string
  /** In their order; `isText` columns are ordered as lists order text. */
  readonly columns: readonly { readonly name: string; readonly isText: boolean }[]
}

/** Makes those of `indexes` that are missing. */
export async function addIndexes(db: Knex, table: string, indexes: readonly Index[]): Promise<void> {
  const known = await indexNames(db, table)
  for (const index of indexes) {
    const name = indexName(index)
    if (known.has(name)) continue
    known.add(name)
    await db.raw(createIndex(db, name, index))
  }
}

function createIndex(db: Knex, name: string, index: Index): string {
  const { quote, order } = dialectOf(db)
  const columns = index.columns.map((column) => order(quote(column.name), column.isText))
  return `create index ${quote(name)} on ${quote(index.table)} (${columns.join(', ')})`
}

/** MySQL takes names of 64 characters. */
function indexName(index: Index): string {
  const [first, second] = index.columns
  const lead = first!.name === 'deleted' && second ? second.name : first!.name
  const name = `${index.table}_by_${lead}`
  return name.length <= 64
    ? name
    : `${name.slice(0, 55)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}

async function indexNames(db: Knex, table: string): Promise<Set<string>> {
  const isMysql = dialectOf(db).name === 'mysql'
  const rows = await allRows<{ name: string }>(
    isMysql
      ? db('information_schema.statistics')
          .distinct({ name: 'index_name' })
          .whereRaw('table_schema = database()')
          .where({ table_name: table })
      : db('sqlite_master').select('name').where({ type: 'index', tbl_name: table })
  )
  return new Set(rows.map((row) => row.name))
}
