/** Classes of records: those that no question asked can tell apart, counted together. One statement tells a million records
 *  by their owners and by what holds for them; who may see which classes is then worked out without the database (S08). */
import type { Link, Module } from '../host/catalog.js'
import { column, columnIs, isLive, table, valueOf } from './columns.js'
import { predicate, type Compiler } from './compile.js'
import { ID, type Condition } from './condition.js'
import { and, isTrue, join, raw, rowsOf, sql, type Fragment } from './fragment.js'
import type { Kernel } from './kernel.js'
import { linkOf } from './roots.js'

/** Something that is asked of a record, or of the one record that a path of links leads to. */
export interface ClassFlag {
  readonly path: readonly string[]
  readonly condition: Condition
}

export interface ClassQuestions {
  /** Where owners are told apart: `[]` is the record itself, else links to one record each, from the record outwards. */
  readonly owners: readonly (readonly string[])[]
  readonly flags: readonly ClassFlag[]
}

export interface RecordClass {
  readonly records: number
  /** Id of one of them. */
  readonly example: string
  /** For each path of `owners`: the staff member's id; null where the record belongs to nobody or isn't there. */
  readonly owners: readonly (string | null)[]
  /** For each of `flags`: does it hold? For what isn't there nothing holds. */
  readonly holds: readonly boolean[]
}

/** A link whose far end is one record, found by its id. */
export function leadsToOne({ storage }: Link): boolean {
  return storage.kind === 'column'
}

/** The classes of all records there are of a module, whoever may see them.
 *  @throws CannotCompile for conditions and paths that don't fit */
export async function recordClasses(kernel: Kernel, name: string, questions: ClassQuestions): Promise<RecordClass[]> {
  const catalog = await kernel.host.catalog('en')
  const module = catalog.modules.get(name)
  if (!module) return []
  const statement = classStatement({ catalog, dialect: kernel.dialect }, module, questions)
  const rows = await rowsOf(kernel.db, statement)
  return rows.map((row) => classOf(row, questions))
}

/** A row that a path leads to, beside `r`. */
interface Place {
  readonly module: Module
  readonly alias: string
  readonly isThere: Fragment
}

function classStatement(compiler: Compiler, module: Module, questions: ClassQuestions): Fragment {
  const { dialect } = compiler
  const places = new Map<string, Place>([['', { module, alias: 'r', isThere: isTrue }]])
  const joins: Fragment[] = []
  for (const path of [...questions.owners, ...questions.flags.map((flag) => flag.path)])
    addPlaces(compiler, path, places, joins)
  const owners = questions.owners.map((path) => ownerAt(compiler, places.get(keyOf(path))!))
  const flags = questions.flags.map(({ path, condition }) => flagAt(compiler, places.get(keyOf(path))!, condition))
  const told = [
    ...owners.map((owner, index) => sql`${owner} as ${raw(`o${index}`)}`),
    ...packed(flags).map((word, index) => sql`${word} as ${raw(`h${index}`)}`)
  ]
  const id = column(dialect, 'r', ID)
  const from = join([table(dialect, module.table, 'r'), ...joins], ' ')
  const rows = sql`select ${join([sql`${id} as id`, ...told], ', ')} from ${from} where ${isLive(dialect, 'r', module.live)}`
  const names = told.map((_, index) => (index < owners.length ? `o${index}` : `h${index - owners.length}`))
  const shown = names.map((name) => raw(`, min(c.${name}) as ${name}`))
  const keys = names.map((name) => raw(name.startsWith('o') ? dialect.exactly(`c.${name}`) : `c.${name}`))
  const grouped = keys.length > 0 ? sql` group by ${join(keys, ', ')}` : raw('')
  return sql`select count(*) as n, min(c.id) as example${join(shown, '')} from (${rows}) c${grouped}`
}

/** Joins what the path leads over, unless another path did. */
function addPlaces(compiler: Compiler, path: readonly string[], places: Map<string, Place>, joins: Fragment[]): void {
  path.forEach((name, index) => {
    const key = keyOf(path.slice(0, index + 1))
    if (places.has(key)) return
    const near = places.get(keyOf(path.slice(0, index)))!
    const place = placeBehind(compiler, near, linkOf(near.module, name), `p${places.size}`)
    places.set(key, place.place)
    joins.push(place.join)
  })
}

function placeBehind(
  { catalog, dialect }: Compiler,
  near: Place,
  { to, storage }: Link,
  alias: string
): { place: Place; join: Fragment } {
  const module = catalog.modules.get(to)
  if (!module || storage.kind !== 'column') throw new TypeError(`No one ${to} is behind that link.`)
  const id = column(dialect, alias, ID)
  const guard = storage.only ? columnIs(dialect, near.alias, storage.only) : isTrue
  const on = and([
    sql`${id} = ${column(dialect, near.alias, storage.column)}`,
    guard,
    isLive(dialect, alias, module.live)
  ])
  const place = { module, alias, isThere: sql`${id} is not null` }
  return { place, join: sql`left join ${table(dialect, module.table, alias)} on ${on}` }
}

function ownerAt({ dialect }: Compiler, { module, alias }: Place): Fragment {
  const owner = module.fields.get(module.owner ?? '')
  return owner ? valueOf(dialect, module, owner, alias) : raw('null')
}

function flagAt(compiler: Compiler, { module, alias, isThere }: Place, condition: Condition): Fragment {
  return and([isThere, predicate(compiler, module, alias, condition)])
}

/** So many flags are one number: as many as every number of JavaScript holds exactly. */
const perWord = 40

function packed(flags: readonly Fragment[]): Fragment[] {
  const words = Array.from({ length: Math.ceil(flags.length / perWord) }, (_, index) =>
    flags.slice(index * perWord, (index + 1) * perWord)
  )
  return words.map((word) =>
    join(
      word.map((flag, bit) => sql`case when ${flag} then ${raw(String(2 ** bit))} else 0 end`),
      ' + '
    )
  )
}

function classOf(row: Record<string, unknown>, { owners, flags }: ClassQuestions): RecordClass {
  return {
    records: Number(row['n']),
    example: String(row['example']),
    owners: owners.map((_, index) => textOf(row[`o${index}`])),
    holds: flags.map((_, index) => hasBit(Number(row[`h${Math.floor(index / perWord)}`]), index % perWord))
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function hasBit(word: number, bit: number): boolean {
  return Math.floor(word / 2 ** bit) % 2 === 1
}

function keyOf(path: readonly string[]): string {
  return path.join('\n')
}
