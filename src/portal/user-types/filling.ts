/** What Portico puts into a record that a portal user creates, so that it belongs to him: the link the release counts by. */
import { along, ID, oneOf } from '../../access/condition.js'
import type { NewRecord } from '../../access/record.js'
import type { Kernel } from '../../access/kernel.js'
import type { Person } from '../../access/viewer.js'
import { PorticoError } from '../../errors.js'
import type { Catalog, Field, Link, Module } from '../../host/catalog.js'
import { moduleOf } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'
import type { Release } from '../configuration.js'
import { idsWhere } from '../../access/question.js'

type Filling = Pick<NewRecord, 'fill' | 'links'>

/** The values and links for a new record of `release`'s module. Where the path goes over other records (Case.account.contacts) the
 *  first of them is taken, unless `chosen` names one; the kernel judges the choice like any other.
 *  @throws PorticoError when there is none: the person's record isn't linked with an account yet. (Z12, Z26) */
export async function filling(
  kernel: Kernel,
  ask: { catalog: Catalog; release: Release; person: Person; chosen: Readonly<Record<string, FieldValue>> }
): Promise<Filling> {
  const { catalog, release, person, chosen } = ask
  const module = moduleOf(catalog, release.module)
  const link = module.links.get(release.path[0] ?? '')
  if (!link || person.recordId === undefined) return {}
  if (Object.keys(lookupValues(module, link, '')).some((name) => chosen[name])) return {}
  const rest = release.path.slice(1)
  const [id] =
    rest.length === 0
      ? [person.recordId]
      : await idsWhere(kernel, link.to, along(rest, oneOf(ID, [person.recordId])), 1)
  if (id === undefined) throw new PorticoError('portal:error.notLinkedYet', { status: 409, args: { link: link.label } })
  return link.storage.kind === 'column' ? { fill: lookupValues(module, link, id) } : { links: { [link.name]: [id] } }
}

/** The link from a line item to the record it is part of. */
export function partFilling(module: Module, ownerId: string): Filling {
  const link = module.links.get(module.partOf?.link ?? '')
  return link ? { fill: lookupValues(module, link, ownerId) } : {}
}

/** The field values that make `link` lead to `id`: its lookup, and for a lookup that serves several modules also which one it means.
 *  None for a link that isn't kept in a column of the record. */
export function lookupValues(module: Module, { storage }: Link, id: string): Record<string, FieldValue> {
  if (storage.kind !== 'column') return {}
  const lookup = fieldIn(module, storage.column)
  const kind = storage.only && fieldIn(module, storage.only.column)
  if (!lookup || (storage.only && !kind)) return {}
  return { [lookup.name]: id, ...(kind ? { [kind.name]: storage.only.is } : {}) }
}

function fieldIn(module: Module, column: string): Field | undefined {
  return [...module.fields.values()].find(({ storage }) => storage.kind === 'column' && storage.column === column)
}
