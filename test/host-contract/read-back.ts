/** Reads a host's records the way the kernel does: by SQL, through what the catalog says of tables and columns. */
import type { Knex } from 'knex'
import { moduleOf, type ColumnIs, type Field, type Link, type Scalar } from '../../src/host/catalog.js'
import type { Host } from '../../src/host/host.js'

/** The value of a field as the database holds it, of a live record; undefined when there is no such record. */
export async function readField(host: Host, module: string, id: string, field: string): Promise<unknown> {
  const row = await readRow(host, module, id, field)
  return row && row['value']
}

export async function isLive(host: Host, module: string, id: string): Promise<boolean> {
  const { table, live } = moduleOf(await host.catalog('en'), module)
  return (
    (await host
      .db(`${table} as r`)
      .first('r.id')
      .where({ 'r.id': id, ...only(live, 'r') })) !== undefined
  )
}

/** Ids of the live records at the far end of a link, in their order. */
export async function farEnds(host: Host, module: string, id: string, name: string): Promise<string[]> {
  const catalog = await host.catalog('en')
  const near = moduleOf(catalog, module)
  const link = near.links.get(name)!
  const far = moduleOf(catalog, link.to)
  const query = host.db(`${near.table} as r`).where({ 'r.id': id, ...only(near.live, 'r') })
  joinFar(query, link, far.table)
  const rows = (await query.where(only(far.live, 'f')).select({ id: 'f.id' }).orderBy('f.id')) as { id: string }[]
  return rows.map((row) => row.id)
}

function joinFar(query: Knex.QueryBuilder, { storage }: Link, table: string): void {
  switch (storage.kind) {
    case 'column':
      void query.join(`${table} as f`, 'f.id', `r.${storage.column}`).where(only(storage.only, 'r'))
      return
    case 'reverse':
      void query.join(`${table} as f`, `f.${storage.column}`, 'r.id').where(only(storage.only, 'f'))
      return
    case 'table':
      void query
        .join(`${storage.table} as l`, `l.${storage.near}`, 'r.id')
        .join(`${table} as f`, 'f.id', `l.${storage.far}`)
      for (const rule of [storage.live, ...storage.only]) void query.where(only(rule, 'l'))
  }
}

async function readRow(
  host: Host,
  module: string,
  id: string,
  name: string
): Promise<Record<string, unknown> | undefined> {
  const { table, live, fields } = moduleOf(await host.catalog('en'), module)
  const storage = fields.get(name)!.storage
  const query = host.db(`${table} as r`).where({ 'r.id': id, ...only(live, 'r') })
  switch (storage.kind) {
    case 'column':
      return query.first({ value: `r.${storage.column}` })
    case 'joined': {
      const row: Record<string, Scalar> | undefined = await query.first(storage.columns.map((column) => `r.${column}`))
      return (
        row && {
          value: storage.columns
            .map((column) => row[column])
            .filter(Boolean)
            .join(' ')
        }
      )
    }
    case 'side':
      return readSide(query, storage)
    case 'files': {
      const files = query.leftJoin(`${storage.from} as s`, `s.${storage.key}`, `r.${storage.near ?? 'id'}`)
      for (const rule of storage.where) void files.where(only(rule, 's'))
      const ids = (await files.select({ id: `s.${storage.columns.id}` }).orderBy(`s.${storage.order}`)) as {
        id: string
      }[]
      return { value: JSON.stringify(ids.map(({ id: file }) => file)) }
    }
  }
}

/** The rules stand in the join: a record without such a row has an empty field, and is there. */
function readSide(
  query: Knex.QueryBuilder,
  storage: Extract<Field['storage'], { kind: 'side' }>
): Promise<Record<string, unknown> | undefined> {
  const { from, key, near = 'id', value, where, through } = storage
  const sided = query.leftJoin(`${from} as s`, (join) => {
    join.on(`s.${key}`, `r.${near}`)
    for (const { column, is } of where) void join.onVal(`s.${column}`, is)
  })
  if (!through) return sided.first({ value: `s.${value}` })
  return sided
    .leftJoin(`${through.table} as x`, (join) => {
      join.on(`x.${through.key}`, `s.${through.by}`)
      for (const { column, is } of through.where) void join.onVal(`x.${column}`, is)
    })
    .first({ value: `x.${value}` })
}

function only(rule: ColumnIs | undefined, alias: string): Record<string, string | number> {
  return rule ? { [`${alias}.${rule.column}`]: rule.is } : {}
}
