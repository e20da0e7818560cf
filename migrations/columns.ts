/** Column types of our tables: every one states its collation, so that comparisons with the host's columns are exact. */
import type { Knex } from 'knex'

const isMysql = (db: Knex): boolean => db.client.config.client === 'mysql2'

/** Ids, keys, tokens, words of ours: compared byte by byte. */
export function key(db: Knex, table: Knex.CreateTableBuilder, name: string, length = 36): Knex.ColumnBuilder {
  const column = table.string(name, length)
  return isMysql(db) ? column.collate('utf8mb4_bin') : column
}

/** Text people write. */
export function words(db: Knex, table: Knex.CreateTableBuilder, name: string, length = 255): Knex.ColumnBuilder {
  const column = table.string(name, length)
  return isMysql(db) ? column.collate('utf8mb4_unicode_ci') : column
}

/** Long text: JSON, bodies of mails. */
export function longWords(db: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  const column = table.text(name, 'mediumtext')
  return isMysql(db) ? column.collate('utf8mb4_unicode_ci') : column
}

/** Text of any size: what a host says of all its modules. */
export function endlessWords(db: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  const column = table.text(name, 'longtext')
  return isMysql(db) ? column.collate('utf8mb4_unicode_ci') : column
}

/** `YYYY-MM-DD HH:MM:SS` in UTC. */
export function moment(db: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return isMysql(db) ? table.specificType(name, 'datetime') : table.string(name, 19)
}

/** A small file. */
export function bytes(db: Knex, table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder {
  return isMysql(db) ? table.specificType(name, 'mediumblob') : table.binary(name)
}

/** Adds the columns a table doesn't have yet. */
export async function addColumns(
  db: Knex,
  name: string,
  columns: Readonly<Record<string, (table: Knex.CreateTableBuilder) => void>>
): Promise<void> {
  for (const [column, build] of Object.entries(columns)) {
    if (!(await db.schema.hasColumn(name, column))) await db.schema.alterTable(name, build)
  }
}

/** Makes a table unless it is there; tables are InnoDB, utf8mb4. */
export async function createTable(
  db: Knex,
  name: string,
  build: (table: Knex.CreateTableBuilder) => void
): Promise<void> {
  if (await db.schema.hasTable(name)) return
  await db.schema.createTable(name, (table) => {
    if (isMysql(db)) {
      table.engine('InnoDB')
      table.charset('utf8mb4')
      table.collate('utf8mb4_unicode_ci')
    }
    build(table)
  })
}
