/** Why somebody sees a record, or why not: the same compiled policy, asked branch by branch (X01). */
import type { Module } from '../host/catalog.js'
import { predicate, table, column, type Compiler } from './compile.js'
import type { Condition } from './condition.js'
import { describe } from './describe.js'
import { join, raw, rowsOf, sql, type Fragment } from './fragment.js'
import type { ModulePolicy, Policy } from './grant.js'
import { standing } from './projection.js'
import type { ExplainedCondition, Explanation } from './record.js'
import type { Knex } from 'knex'

type Translate = (key: string, args?: Record<string, string | number>) => string

interface Part {
  readonly depth: number
  readonly condition: Condition
}

/** Asks every grant and every part of its condition about one row. A row that isn't there fails them all. */
export async function explainRecord(db: Knex, compiler: Compiler, policy: Policy, module: Module, id: string, t: Translate): Promise<Explanation> {
  const own: ModulePolicy = policy.get(module.name) ?? { module: module.name, grants: [], restrictions: [] }
  const parts = own.grants.map((grant) => partsOf(grant.when))
  const holds = await ask(db, compiler, own, module, id, parts)
  const grants = own.grants.map((grant, index) => ({
    id: grant.id,
    actions: grant.actions,
    reason: grant.reason,
    fields: grant.fields,
    matches: holds(`p${index}_0`),
    conditions: parts[index]!.map((part, place): ExplainedCondition => ({ depth: part.depth, sentence: describe(compiler.catalog, module, part.condition, t), holds: holds(`p${index}_${place}`) }))
  }))
  const restrictions = own.restrictions.map((restriction, index) => ({ id: restriction.id, reason: restriction.reason, holds: holds(`s${index}`) }))
  const visible = holds('ok') && grants.some((grant) => grant.matches && grant.actions.includes('view'))
  return { visible, grants, restrictions }
}

async function ask(db: Knex, compiler: Compiler, own: ModulePolicy, module: Module, id: string, parts: readonly (readonly Part[])[]): Promise<(name: string) => boolean> {
  const flags = [
    flag(standing(compiler, own, module, 'r'), 'ok'),
    ...own.restrictions.map((restriction, index) => flag(predicate(compiler, module, 'r', restriction.when), `s${index}`)),
    ...parts.flatMap((list, index) => list.map((part, place) => flag(predicate(compiler, module, 'r', part.condition), `p${index}_${place}`)))
  ]
  const statement = sql`select ${join(flags, ', ')} from ${table(compiler.dialect, module.table, 'r')} where ${column(compiler.dialect, 'r', 'id')} = ${id}`
  const [row] = await rowsOf(db, statement)
  return (name) => Number(row?.[name] ?? 0) === 1
}

function flag(condition: Fragment, name: string): Fragment {
  return sql`case when ${condition} then 1 else 0 end as ${raw(name)}`
}

/** The condition itself and, below it, the parts of its `all` and `any`. */
function partsOf(condition: Condition, depth = 0): Part[] {
  const inner = condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap((part) => partsOf(part, depth + 1)) : []
  return [{ depth, condition }, ...inner]
}
