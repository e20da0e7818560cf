/** What Portico puts into a record that a portal user creates by the right of a role: his contact and his account (E09, E12). */
import { along } from '../../access/condition.js'
import type { NewRecord } from '../../access/record.js'
import { idsWhere } from '../../access/question.js'
import type { Person } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import type { Catalog, Link, Module } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'
import { configuration, releaseOf } from '../configuration.js'
import { filling, lookupValues } from '../user-types/filling.js'
import { accessLevels, levelEnds, linkedLevels, waysOf, type AccessLevels, type LinkedLevel } from './levels.js'
import { ownRecord } from '../policy.js'
import { chosenAccounts } from '../people/portal-users.js'
import { hisAccounts } from './role-policy.js'

type Filling = Pick<NewRecord, 'fill' | 'links'>

interface Wanted {
  readonly catalog: Catalog
  readonly module: Module
  readonly person: Person
  readonly chosen: Readonly<Record<string, FieldValue>>
}

/** The values and links for a new record: as the user type's release says where it gives the right to create, else as the levels of
 *  roles say. The kernel judges them like any other. @throws PorticoError (Z12) */
export async function fillingFor(context: Context, wanted: Wanted): Promise<Filling> {
  const { catalog, module, person, chosen } = wanted
  const userType = (await configuration(context.db)).userTypes.get(person.userTypeId ?? '')
  const release = userType && releaseOf(userType, module.name)
  if (release?.rights.has('create')) return filling(context.kernel, { catalog, release, person, chosen })
  return fillingByLevels(context, wanted, await accessLevels(context.db))
}

/** For each level the lookups, or where there is none the first list, that lead to his contact or to the first of his accounts; a longer
 *  way only where none leads there at once. What he chose himself, and what leads nowhere, is left. Never his contact's own links to accounts: they would give him the new one. */
async function fillingByLevels(context: Context, wanted: Wanted, levels: AccessLevels): Promise<Filling> {
  const { catalog, module, chosen } = wanted
  const fill: Record<string, FieldValue> = {}
  const links: Record<string, readonly string[]> = {}
  for (const level of linkedLevels) {
    const ways = waysOf(levels, catalog, module, level).paths.flatMap((path) => {
      const link = module.links.get(path[0] ?? '')
      return link ? [{ link, rest: path.slice(1) }] : []
    })
    const lookups = nearest(ways.filter(({ link }) => link.storage.kind === 'column'))
    const lists = nearest(ways.filter(({ link }) => link.storage.kind === 'table' && !isOfCustomers(module)))
    for (const way of lookups.length > 0 ? lookups : lists.slice(0, 1)) {
      const isTaken = Object.keys(lookupValues(module, way.link, '')).some((name) => chosen[name] || fill[name])
      const id = isTaken ? undefined : await farEnd(context, wanted, levels, { level, ...way })
      if (id !== undefined && way.link.storage.kind === 'column')
        Object.assign(fill, lookupValues(module, way.link, id))
      else if (id !== undefined) links[way.link.name] = [id]
    }
  }
  return { fill, links }
}

interface FirstLink {
  readonly link: Link
  readonly rest: readonly string[]
}

function nearest(ways: readonly FirstLink[]): FirstLink[] {
  const direct = ways.filter(({ rest }) => rest.length === 0)
  return direct.length > 0 ? direct : ways.toSorted((a, b) => a.rest.length - b.rest.length).slice(0, 1)
}

function isOfCustomers({ name }: Module): boolean {
  return linkedLevels.some((level) => levelEnds[level].module === name)
}

/** The record at the far end of a link: the first that is his contact or account; in the middle of a way the only one that leads to them. */
async function farEnd(
  { kernel, db }: Context,
  { catalog, person }: Wanted,
  levels: AccessLevels,
  way: { level: LinkedLevel; link: Link; rest: readonly string[] }
): Promise<string | undefined> {
  const accounts = (await chosenAccounts(db)).get(person.id)
  const isContact = person.module === levelEnds.contact.module
  const ends =
    way.level === 'account' ? hisAccounts({ catalog, person, levels, accounts }) : isContact ? [ownRecord(person)] : []
  const found = new Set<string>()
  for (const end of ends) {
    for (const id of await idsWhere(kernel, way.link.to, along(way.rest, end), 2)) found.add(id)
    if (way.rest.length === 0 && found.size > 0) break
  }
  const [first] = found
  return way.rest.length > 0 && found.size > 1 ? undefined : first
}
