/** What differs between SQLite and MySQL/MariaDB in the SQL we write, and nowhere else. */
import type { Knex } from 'knex'

export interface Dialect {
  readonly name: 'sqlite' | 'mysql'
  /** A quoted name: a table, a column, or `alias.column`. */
  quote(name: string): string
  /** Text equality letter by letter, case and trailing spaces counted; the plain comparison stays in it for the index. */
  sameText(column: string): string
  /** Text equality with any of `count` values, letter by letter. */
  sameAsOneOf(column: string, count: number): string
  /** Blanks at the end of a text count for nothing in comparisons, even byte by byte. */
  readonly padsText: boolean
  /** A value as it is grouped by, letter by letter. */
  exactly(expression: string): string
  /** Where in a text the bound words stand, from 1, ignoring case and nothing else; 0: nowhere. */
  placeOf(expression: string): string
  /** Text read in a collation of the server; as it is where none is named, and where collations are not the server's. */
  collated(expression: string, collation: string | undefined): string
  /** A join that reads its left side first. */
  readonly orderedJoin: string
  /** The server's clock: milliseconds since 1970. */
  readonly clock: string
  /** The texts, NULL and '' left out, joined by a space. */
  joinWords(columns: readonly string[]): string
  /** How text is ordered in lists, ignoring case. */
  order(column: string, isText: boolean): string
}

const mysql: Dialect = {
  name: 'mysql',
  quote: quotedBy('`'),
  sameText: (column) => `(${column} = ? and binary ${column} = binary ?)`,
  sameAsOneOf: (column, count) =>
    `(${column} in (${marks(count)}) and binary ${column} in (${marks(count, 'binary ?')}))`,
  padsText: true,
  exactly: (expression) => `binary ${expression}`,
  placeOf: (expression) => `instr(binary ${folded('lower', expression)}, binary ${folded('lower', '?')})`,
  collated: (expression, collation) =>
    collation === undefined ? expression : `${expression} collate ${plain(collation)}`,
  orderedJoin: 'straight_join',
  clock: 'cast(unix_timestamp(now(3)) * 1000 as signed)',
  joinWords: filledWords,
  order: (column) => column
}

const sqlite: Dialect = {
  name: 'sqlite',
  quote: quotedBy('"'),
  sameText: (column) => `(${column} = ? and ${column} = ? collate binary)`,
  sameAsOneOf: (column, count) => `(${column} in (${marks(count)}) and ${column} collate binary in (${marks(count)}))`,
  padsText: false,
  exactly: (expression) => `${expression} collate binary`,
  placeOf: (expression) => `instr(${folded('portico_lower', expression)}, ${folded('portico_lower', '?')})`,
  collated: (expression) => expression,
  orderedJoin: 'cross join',
  clock: "cast((julianday('now') - 2440587.5) * 86400000 as integer)",
  joinWords: filledWords,
  order: (column, isText) => (isText ? `${column} collate nocase` : column)
}

/** A schema has few names and a statement says them often: each is quoted once. */
function quotedBy(mark: string): (name: string) => string {
  const known = new Map<string, string>()
  const quoted = (name: string): string =>
    name
      .split('.')
      .map((part) => mark + part.replaceAll(mark, mark + mark) + mark)
      .join('.')
  return (name) => {
    const quote = known.get(name) ?? quoted(name)
    known.set(name, quote)
    return quote
  }
}

/** Collations can't be quoted. @throws RangeError for what can't be the name of one. */
function plain(collation: string): string {
  if (!/^\w+$/.test(collation)) throw new RangeError(`${collation} is no collation.`)
  return collation
}

/** Lower case by Unicode; the two small sigmas are one letter. */
function folded(lower: string, expression: string): string {
  return `replace(${lower}(${expression}), 'ς', 'σ')`
}

/** By length: a `_ci` collation takes blanks for the empty text. */
function filledWords(columns: readonly string[]): string {
  return `concat_ws(' ', ${columns.map((column) => `case when length(${column}) > 0 then ${column} end`).join(', ')})`
}

function marks(count: number, mark = '?'): string {
  return Array.from({ length: count }, () => mark).join(', ')
}

/** The dialect of an open database. @throws for a client we do not speak. */
export function dialectOf(db: Knex): Dialect {
  const client = String(db.client.config.client)
  if (client === 'better-sqlite3') return sqlite
  if (client === 'mysql2') return mysql
  throw new RangeError(`Portico speaks SQLite and MySQL or MariaDB, not ${client}.`)
}
