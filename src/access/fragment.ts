/** Pieces of SQL with their bindings, put together without ever putting a value into the text. */
import type { Knex } from 'knex'
import type { Scalar } from '../host/catalog.js'

export interface Fragment {
  readonly sql: string
  readonly bindings: readonly Scalar[]
}

/** A template whose holes are fragments (spliced in) or values (bound); names are put in with `name()`. */
export function sql(texts: TemplateStringsArray, ...holes: readonly (Fragment | Scalar)[]): Fragment {
  const bindings: Scalar[] = []
  let text = texts[0]!
  holes.forEach((hole, index) => {
    if (isFragment(hole)) {
      text += hole.sql
      bindings.push(...hole.bindings)
    } else {
      text += '?'
      bindings.push(hole)
    }
    text += texts[index + 1]!
  })
  return { sql: text, bindings }
}

/** Text that is SQL already: quoted names, expressions made of them. Never input. */
export function raw(text: string, bindings: readonly Scalar[] = []): Fragment {
  return { sql: text, bindings }
}

export const nothing: Fragment = raw('')
export const isTrue: Fragment = raw('1 = 1')
export const isFalse: Fragment = raw('1 = 0')

export function join(parts: readonly Fragment[], separator: string): Fragment {
  return { sql: parts.map((part) => part.sql).join(separator), bindings: parts.flatMap((part) => part.bindings) }
}

/** All of them hold; no parts: true. */
export function and(parts: readonly Fragment[]): Fragment {
  const needed = parts.filter((part) => part.sql !== isTrue.sql)
  if (needed.some((part) => part.sql === isFalse.sql)) return isFalse
  if (needed.length === 0) return isTrue
  return needed.length === 1 ? needed[0]! : sql`(${join(needed, ' and ')})`
}

/** One of them holds; no parts: false. */
export function or(parts: readonly Fragment[]): Fragment {
  const possible = parts.filter((part) => part.sql !== isFalse.sql)
  if (possible.some((part) => part.sql === isTrue.sql)) return isTrue
  if (possible.length === 0) return isFalse
  return possible.length === 1 ? possible[0]! : sql`(${join(possible, ' or ')})`
}

/** Runs a statement and gives its rows, whichever client it is. */
export async function rowsOf(db: Knex, statement: Fragment): Promise<Record<string, unknown>[]> {
  const result: unknown = await db.raw(statement.sql, statement.bindings as Knex.RawBinding[])
  const rows: unknown = Array.isArray(result) && Array.isArray(result[0]) ? result[0] : result
  return rows as Record<string, unknown>[]
}

function isFragment(hole: Fragment | Scalar): hole is Fragment {
  return typeof hole === 'object' && hole !== null
}
