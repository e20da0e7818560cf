/** Judges a row that does not exist yet, or not like this: the same conditions over a one-row table made of its values. */
import type { Field, Module, Scalar } from '../host/catalog.js'
import type { FieldValue } from '../host/host.js'
import type { Grant } from './grant.js'
import { column, onlyOf, standingColumns, table } from './columns.js'
import { predicate, type Candidate, type Compiler, type PendingOwner } from './compile.js'
import { ID, idOfNew } from './condition.js'
import { join, raw, sql, type Fragment } from './fragment.js'
import { flag, standing, type Subject } from './projection.js'

type Values = Readonly<Record<string, FieldValue>>

/** `select g0, g1 …, ok` for a new row with these values. */
export function judgeNew(subject: Subject, grants: readonly Grant[], values: Values, candidate: Candidate): Fragment {
  return judge(subject, candidate, grants, rowOfNew(subject, values))
}

/** A new record with these values as one that line items will be part of. */
export function pendingOwner(subject: Subject, values: Values, candidate: Candidate): PendingOwner {
  return { module: subject.module, row: rowOfNew(subject, values), candidate }
}

function rowOfNew({ compiler, module }: Subject, values: Values): Fragment {
  const written = storedValues(module, values)
  const valueOfNew = (name: string): Scalar =>
    name === ID ? idOfNew : written.has(name) ? (written.get(name) ?? null) : defaultOf(module, name)
  const cells = standingColumns(module).map((name) => cell(compiler, name, valueOfNew(name)))
  return sql`select ${join(cells, ', ')}`
}

/** The same for an existing row with some values changed. */
export function judgeChanged(
  subject: Subject,
  grants: readonly Grant[],
  change: { id: string; values: Values },
  candidate: Candidate
): Fragment {
  const { compiler, module } = subject
  const { dialect } = compiler
  const written = storedValues(module, change.values)
  const cells = standingColumns(module).map((name) =>
    written.has(name)
      ? cell(compiler, name, written.get(name) ?? null)
      : sql`${column(dialect, 'was', name)} as ${raw(dialect.quote(name))}`
  )
  const row = sql`select ${join(cells, ', ')} from ${table(dialect, module.table, 'was')} where ${column(dialect, 'was', ID)} = ${change.id}`
  return judge(subject, candidate, grants, row)
}

function judge(subject: Subject, candidate: Candidate, grants: readonly Grant[], row: Fragment): Fragment {
  const asIfThere: Subject = { ...subject, compiler: { ...subject.compiler, candidate } }
  const flags = grants.map((grant, index) =>
    flag(predicate(asIfThere.compiler, subject.module, 'r', grant.when), `g${index}`)
  )
  const asked = join([...flags, flag(standing(asIfThere, 'r'), 'ok')], ', ')
  if (!candidate.owner) return sql`with r as (${row}) select ${asked} from r`
  return sql`with owner as (${candidate.owner.row}), r as (${row}) select ${asked} from r, owner`
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
function defaultOf(module: Module, name: string): Scalar {
  if (module.live?.column === name) return module.live.is
  const field = [...module.fields.values()].find(
    (candidate: Field) => candidate.storage.kind === 'column' && candidate.storage.column === name
  )
  return field?.default ?? (field?.type === 'boolean' ? false : null)
}
