/** Links that lead nowhere, as SQL: what the record itself says, whatever became of the other end. */
import type { Module } from '../host/catalog.js'
import { column, columnIs, isLive, table } from './columns.js'
import type { Compiler } from './compile.js'
import { ID } from './condition.js'
import { and, isFalse, isTrue, sql, type Fragment } from './fragment.js'
import { CannotCompile, linkOf } from './roots.js'

/** Never NULL. Of a record that is only being made its links say it, and of a line item that it will be part of something.
 *  @throws CannotCompile for a link that only records at its other end know of. */
export function unlinkedPredicate(
  { dialect, candidate }: Compiler,
  module: Module,
  alias: string,
  name: string
): Fragment {
  const { storage } = linkOf(module, name)
  if (candidate?.owner && name === module.partOf?.link) return isFalse
  switch (storage.kind) {
    case 'column': {
      const end = column(dialect, alias, storage.column)
      const isEmpty = sql`(${end} is null or ${end} = '')`
      if (!storage.only) return isEmpty
      const type = column(dialect, alias, storage.only.column)
      return sql`(${isEmpty} or ${type} is null or ${type} <> ${storage.only.is})`
    }
    case 'table': {
      if (candidate?.isNew) return (candidate.links[name] ?? []).length === 0 ? isTrue : isFalse
      const rows = and([
        sql`${column(dialect, 'ul', storage.near)} = ${column(dialect, alias, ID)}`,
        isLive(dialect, 'ul', storage.live),
        ...storage.only.map((rule) => columnIs(dialect, 'ul', rule))
      ])
      return sql`not exists (select 1 from ${table(dialect, storage.table, 'ul')} where ${rows})`
    }
    case 'reverse':
      throw new CannotCompile(`${module.name} holds nothing of its link ${name}.`)
  }
}
