/** Links between EspoCRM's records: what may be linked, and how it is made and undone. */
import { NotFound } from '../../errors.js'
import { moduleOf, type Catalog, type Field, type Link, type Module } from '../catalog.js'
import { HostRefused, type FieldError, type FieldValue } from '../host.js'
import type { Espo } from './espo.js'
import { segment } from './ids.js'
import { refusing } from './refusals.js'
import type { Ask, Method } from './rest.js'
import { attributesFrom, isLive } from './values.js'

/** Records to be put at the far end of one link of a record. */
export interface Ends {
  readonly link: Link
  readonly others: readonly string[]
}
/** A record of `module`; `ask` says in whose name something is done with it. */
export interface Near {
  readonly catalog: Catalog
  readonly module: Module
  readonly id: string
  readonly ask: Ask
}

/** What is to be linked, by link. @throws HostRefused for links that take no further record and for records that aren't there. */
export async function endsOf(
  { db }: Espo,
  catalog: Catalog,
  module: Module,
  links: Readonly<Record<string, readonly string[]>>
): Promise<Ends[]> {
  const errors: Record<string, FieldError> = {}
  const ends = await Promise.all(
    Object.entries(links).map(async ([name, ids]) => {
      const link = module.links.get(name)
      if (!link || link.storage.kind === 'column') {
        errors[name] = { key: 'errors.field.unknown' }
        return []
      }
      const others = [...new Set(ids)]
      const far = moduleOf(catalog, link.to)
      const found = await Promise.all(others.map((other) => isLive(db, far, other)))
      if (found.includes(false)) errors[name] = { key: 'errors.field.reference' }
      return others.length > 0 ? [{ link, others }] : []
    })
  )
  if (Object.keys(errors).length > 0) throw new HostRefused(errors)
  return ends.flat()
}

/** Puts the records at the far end. What is there already stays. */
export async function join(espo: Espo, near: Near, { link, others }: Ends): Promise<void> {
  const back = backOf(near, link)
  if (back) for (const other of others) await setBack(espo, near, link, other, near.id)
  else await ask(espo, near, 'POST', link, { ids: others })
}

/** Takes a record away from the far end; one that isn't there is left alone. */
export async function part(espo: Espo, near: Near, link: Link, other: string): Promise<void> {
  if (!backOf(near, link)) return ask(espo, near, 'DELETE', link, { id: other })
  if (await leadsBack(espo, near, link, other)) await setBack(espo, near, link, other, null)
}

/** EspoCRM has one route for all links; it writes their tables or, without hooks and history, the column at the other end. */
async function ask({ rest }: Espo, near: Near, method: Method, link: Link, body: object): Promise<void> {
  const path = `${segment(near.module.name)}/${segment(near.id)}/${segment(link.name)}`
  await refusing(near.module, rest.send(method, path, { ...near.ask, body }))
}

/** The field at the far end that makes the link, where that is one and may be written: so it is validated like any other
 *  change, and stands in the far record's history. */
function backOf({ catalog }: Near, { storage, to }: Link): Field | undefined {
  if (storage.kind !== 'reverse') return undefined
  const field = fieldIn(moduleOf(catalog, to), storage.column)
  return field?.readOnly ? undefined : field
}

function fieldIn({ fields }: Module, column: string): Field | undefined {
  return [...fields.values()].find(({ storage }) => storage.kind === 'column' && storage.column === column)
}

async function setBack(espo: Espo, near: Near, link: Link, other: string, id: string | null): Promise<void> {
  const { catalog, ask: asked } = near
  const module = moduleOf(catalog, link.to)
  const values: Record<string, FieldValue> = { [backOf(near, link)!.name]: id }
  const type = link.storage.kind === 'reverse' && link.storage.only && fieldIn(module, link.storage.only.column)
  if (type && id !== null) values[type.name] = near.module.name
  const body = await attributesFrom({ db: espo.db, catalog, module, values, id: other })
  const path = `${segment(module.name)}/${segment(other)}`
  await refusing(module, espo.rest.send('PUT', path, { ...asked, body }))
}

async function leadsBack({ db }: Espo, { catalog, id }: Near, { storage, to }: Link, other: string): Promise<boolean> {
  if (storage.kind !== 'reverse') return false
  const { column, only } = storage
  const { table } = moduleOf(catalog, to)
  const rows = db(`${table} as r`).where({ 'r.id': other, ...(only && { [`r.${only.column}`]: only.is }) })
  const row = await rows.first<{ back: unknown } | undefined>({ back: `r.${column}` })
  return row?.back === id
}

/** @throws NotFound */
export async function mustBeThere({ db }: Espo, module: Module, id: string): Promise<void> {
  if (!(await isLive(db, module, id))) throw new NotFound()
}
