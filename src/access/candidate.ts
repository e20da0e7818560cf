/** Judges a row that does not exist yet, or not like this: the same conditions over a one-row table made of its values. */
import type { Field, Module, Scalar } from '../host/catalog.js'
import type { FieldValue } from '../host/host.js'
import type { Grant, ModulePolicy } from './grant.js'
import { onlyOf, predicate, standingColumns, type Candidate, type Compiler } from './compile.js'
import { ID } from './condition.js'
import { join, raw, sql, type Fragment } from './fragment.js'
import { standing } from './projection.js'

type Values = Readonly<Record<string, FieldValue>>

/** No record has this id: nothing that is there already can lead to a record that is not, as the empty text in a reference would. */
const idOfNew = '(new)'

/** `select g0, g1 …, ok` for a new row with these values. */
export function judgeNew(compiler: Compiler, policy: ModulePolicy, module: Module, grants: readonly Grant[], values: Values, candidate: Candidate): Fragment {
  const written = storedValues(module, values)
  const valueOfNew = (name: string): Scalar => (name === ID ? idOfNew : written.has(name) ? (written.get(name) ?? null) : defaultOf(module, name))
  const cells = standingColumns(module).map((name) => cell(compiler, name, valueOfNew(name)))
  return judge({ ...compiler, candidate }, policy, module, grants, sql`select ${join(cells, ', ')}`)
}

/** The same for an existing row with some values changed. */
export function judgeChanged(compiler: Compiler, policy: ModulePolicy, module: Module, grants: readonly Grant[], id: string, values: Values, candidate: Candidate): Fragment {
  const written = storedValues(module, values)
  const cells = standingColumns(module).map((name) => (written.has(name) ? cell(compiler, name, written.get(name) ?? null) : sql`${raw(compiler.dialect.quote(`was.${name}`))} as ${raw(compiler.dialect.quote(name))}`))
  const row = sql`select ${join(cells, ', ')} from ${raw(`${compiler.dialect.quote(module.table)} was`)} where ${raw(compiler.dialect.quote('was.id'))} = ${id}`
  return judge({ ...compiler, candidate }, policy, module, grants, row)
}

function judge(compiler: Compiler, policy: ModulePolicy, module: Module, grants: readonly Grant[], row: Fragment): Fragment {
  const flags = grants.map((grant, index) => sql`case when ${predicate(compiler, module, 'r', grant.when)} then 1 else 0 end as ${raw(`g${index}`)}`)
  const stands = sql`case when ${standing(compiler, policy, module, 'r')} then 1 else 0 end as ok`
  return sql`with r as (${row}) select ${join([...flags, stands], ', ')} from r`
}

function cell(compiler: Compiler, name: string, value: Scalar): Fragment {
  return sql`${typeof value === 'boolean' ? Number(value) : value} as ${raw(compiler.dialect.quote(name))}`
}

/** Values by column, for the fields that live in one. */
function storedValues(module: Module, values: Values): Map<string, Scalar> {
  const stored = new Map<string, Scalar>()
  for (const [name, value] of Object.entries(values)) {
    const field = module.fields.get(name)
    if (field?.storage.kind !== 'column') continue
    stored.set(field.storage.column, storedValue(value))
    const only = onlyOf(module, field)
    if (only) stored.set(only.column, only.is)
  }
  return stored
}

/** The empty text counts as nothing, as it does for the hosts: nothing grants less. */
function storedValue(value: FieldValue): Scalar {
  if (value === '') return null
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** What the host will put into a column nobody fills. */
function defaultOf(module: Module, column: string): Scalar {
  if (module.live?.column === column) return module.live.is
  const field = [...module.fields.values()].find((candidate: Field) => candidate.storage.kind === 'column' && candidate.storage.column === column)
  return field?.default ?? (field?.type === 'boolean' ? false : null)
}
