/** Why somebody sees a record, or why not: the same compiled policy, asked branch by branch (X01). */
import { column, table } from './columns.js'
import { predicate } from './compile.js'
import { ID, type Condition } from './condition.js'
import { describe } from './describe.js'
import { join, rowsOf, sql, type Fragment } from './fragment.js'
import type { ModulePolicy } from './grant.js'
import { flag, standing, type Subject } from './projection.js'
import type { ExplainedCondition, Explanation } from './record.js'
import type { Knex } from 'knex'

type Translate = (key: string, args?: Record<string, string | number>) => string

interface Part {
  readonly depth: number
  readonly condition: Condition
}

/** Asks every grant and every part of its condition about one row. A row that isn't there fails them all. */
export async function explainRecord(db: Knex, subject: Subject, id: string, t: Translate): Promise<Explanation> {
  const { compiler, module, policies } = subject
  const own: ModulePolicy = policies.get(module.name) ?? { module: module.name, grants: [], restrictions: [] }
  const parts = own.grants.map((grant) => partsOf(grant.when))
  const holds = await ask(db, subject, id, flagsFor(subject, own, parts))
  const shown = (part: Part, name: string): ExplainedCondition => ({
    depth: part.depth,
    sentence: describe(compiler.catalog, module, part.condition, t),
    holds: holds(name)
  })
  const grants = own.grants.map(({ id: grantId, actions, reason, fields }, index) => ({
    id: grantId,
    actions,
    reason,
    fields,
    matches: holds(`p${index}_0`),
    conditions: parts[index]!.map((part, place) => shown(part, `p${index}_${place}`))
  }))
  const restrictions = own.restrictions.map((one, index) => ({
    id: one.id,
    reason: one.reason,
    holds: holds(`s${index}`)
  }))
  const isVisible = holds('ok') && grants.some((grant) => grant.matches && grant.actions.includes('view'))
  return { visible: isVisible, grants, restrictions }
}

function flagsFor(subject: Subject, own: ModulePolicy, parts: readonly (readonly Part[])[]): Fragment[] {
  const asked = (condition: Condition): Fragment => predicate(subject.compiler, subject.module, 'r', condition)
  return [
    flag(standing(subject, 'r'), 'ok'),
    ...own.restrictions.map((one, index) => flag(asked(one.when), `s${index}`)),
    ...parts.flatMap((list, index) => list.map((part, place) => flag(asked(part.condition), `p${index}_${place}`)))
  ]
}

async function ask(
  db: Knex,
  { compiler: { dialect }, module }: Subject,
  id: string,
  flags: readonly Fragment[]
): Promise<(name: string) => boolean> {
  const from = table(dialect, module.table, 'r')
  const [row] = await rowsOf(
    db,
    sql`select ${join(flags, ', ')} from ${from} where ${column(dialect, 'r', ID)} = ${id}`
  )
  return (name) => Number(row?.[name] ?? 0) === 1
}

/** The condition itself and, below it, the parts of its `all` and `any`. */
function partsOf(condition: Condition, depth = 0): Part[] {
  const inner =
    condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap((part) => partsOf(part, depth + 1)) : []
  return [{ depth, condition }, ...inner]
}
