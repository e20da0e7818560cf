/** Writing EspoCRM's records through its REST door: created, changed, linked and removed in somebody's name. */
import { z } from 'zod'
import { Forbidden, NotFound } from '../../errors.js'
import { moduleOf, type Catalog, type Module } from '../catalog.js'
import { HostUnavailable, type Actor, type Change, type Connection, type Host } from '../host.js'
import { describe } from '../../web/errors.js'
import type { Authors } from './authors.js'
import type { Espo } from './espo.js'
import { segment } from './ids.js'
import { endsOf, join, mustBeThere, part, type Ends } from './linking.js'
import { refusing } from './refusals.js'
import { fileAttributes } from './placing.js'
import type { Ask } from './rest.js'
import { attributesFrom, type Attributes } from './values.js'

export type Saving = Pick<Host, 'save' | 'link' | 'remove'>

export function createSaving(espo: Espo, authors: Authors): Saving {
  const { db, rest, log, now } = espo

  /** EspoCRM looks for duplicates to ask a person whether he means them; nobody is there to answer. */
  const askBy = async (by: Actor): Promise<Ask> => {
    const actor = await authors.idOf(by)
    return { headers: { 'X-Skip-Duplicate-Check': 'true' }, ...(actor !== undefined && { actor }) }
  }

  const create = async (
    catalog: Catalog,
    module: Module,
    { ask, ...made }: { ask: Ask; attributes: Attributes; ends: readonly Ends[] }
  ): Promise<string> => {
    const body = { ...daysFor(module, now()), ...made.attributes, ...firstEnds(made.ends) }
    const answer = await refusing(module, rest.send('POST', segment(module.name), { ...ask, body }))
    const id = idIn(answer)
    const near = { catalog, module, id, ask }
    try {
      for (const ends of missingEnds(made.ends, answer)) await join(espo, near, ends)
    } catch (error) {
      await takeBack(module, id, ask)
      throw error
    }
    return id
  }

  /** A record without its links is not what was asked for: it goes to the recycle bin. */
  const takeBack = async (module: Module, id: string, ask: Ask): Promise<void> => {
    try {
      await rest.send('DELETE', `${segment(module.name)}/${segment(id)}`, ask)
    } catch (error) {
      log.error({ error: describe(error), module: module.name }, 'a record that could not be linked stays in EspoCRM')
    }
  }

  const change = async (
    catalog: Catalog,
    module: Module,
    { id, ask, ...made }: { id: string; ask: Ask; attributes: Attributes; ends: readonly Ends[] }
  ): Promise<string> => {
    const path = `${segment(module.name)}/${segment(id)}`
    if (Object.keys(made.attributes).length > 0)
      await refusing(module, rest.send('PUT', path, { ...ask, body: made.attributes }))
    for (const ends of made.ends) await join(espo, { catalog, module, id, ask }, ends)
    return id
  }

  return {
    async save({ module: name, id, values, links = {}, files = {} }: Change, by: Actor) {
      const catalog = await espo.catalog('en')
      const module = writableModule(catalog, name)
      const attributes = {
        ...(await attributesFrom({ db, catalog, module, values, id })),
        ...(await fileAttributes(db, module, { id, files }))
      }
      const ends = await endsOf(espo, catalog, module, links)
      const ask = await askBy(by)
      return id === undefined
        ? create(catalog, module, { attributes, ends, ask })
        : change(catalog, module, { id, attributes, ends, ask })
    },
    async link({ module: name, id, link, other, present }: Connection, by: Actor) {
      const catalog = await espo.catalog('en')
      const module = writableModule(catalog, name)
      await mustBeThere(espo, module, id)
      const ends = await endsOf(espo, catalog, module, { [link]: [other] })
      const near = { catalog, module, id, ask: await askBy(by) }
      for (const end of ends) await (present ? join(espo, near, end) : part(espo, near, end.link, other))
    },
    async remove(name, id, by) {
      const module = writableModule(await espo.catalog('en'), name)
      try {
        const path = `${segment(module.name)}/${segment(id)}`
        await refusing(module, rest.send('DELETE', path, await askBy(by)))
      } catch (error) {
        if (!(error instanceof NotFound)) throw error
      }
    }
  }
}

/** @throws RangeError for a module that isn't in the catalog; Forbidden for EspoCRM's users, whom nobody makes from here. */
function writableModule(catalog: Catalog, name: string): Module {
  if (name === 'User') throw new Forbidden()
  return moduleOf(catalog, name)
}

/** Days that EspoCRM's own pages fill in. What is said by whoever makes the record counts before them. */
function daysFor({ fields }: Module, now: number): Attributes {
  const days = [...fields.values()].flatMap(({ name, startsToday: timeZone }) =>
    timeZone === undefined ? [] : [[name, new Intl.DateTimeFormat('sv', { timeZone }).format(now)]]
  )
  return Object.fromEntries(days) as Attributes
}

/** EspoCRM takes the first record of a link with a new record; several it takes only where the link is a field as well. */
function firstEnds(ends: readonly Ends[]): Record<string, readonly string[]> {
  const inTables = ends.filter(({ link }) => link.storage.kind === 'table')
  return Object.fromEntries(inTables.map(({ link, others }) => [idsOf(link.name), others.slice(0, 1)]))
}

/** What the new record, as EspoCRM gives it back, is not linked to yet. */
function missingEnds(ends: readonly Ends[], answer: unknown): Ends[] {
  const record = z.record(z.string(), z.unknown()).parse(answer)
  return ends
    .map(({ link, others }) => {
      const made = z.array(z.string()).catch([]).parse(record[idsOf(link.name)])
      return { link, others: others.filter((other) => !made.includes(other)) }
    })
    .filter(({ others }) => others.length > 0)
}

function idsOf(link: string): string {
  return `${link}Ids`
}

function idIn(answer: unknown): string {
  const { data } = z.object({ id: z.string().min(1) }).safeParse(answer)
  if (!data) throw new HostUnavailable('EspoCRM made a record and gave no id.')
  return data.id
}
