/** Where a record leads by its lookups: Portico's own question. Its answer goes to no page before the viewer's own rights were asked. */
import { always } from '../../access/condition.js'
import { narrowRecords } from '../../access/question.js'
import { isReference } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import type { Module } from '../../host/catalog.js'
import type { Room } from './room.js'

/** The field that holds a link; undefined for links that stand in no field. */
export function lookupOf(module: Module, link: string | undefined): string | undefined {
  return [...module.fields.values()].find((field) => field.type === 'reference' && field.link === link)?.name
}

/** The ids at the other end of these links, each undefined where it leads nowhere. */
export async function idsAtEnds(
  { context }: Room,
  module: Module,
  id: string,
  links: readonly (string | undefined)[]
): Promise<(string | undefined)[]> {
  const fields = links.map((link) => lookupOf(module, link) ?? '')
  const named = [...new Set(links.flatMap((link) => module.links.get(link ?? '')?.to ?? []))]
  const question = { module: module.name, when: always, fields: [module.title, ...fields], named }
  const { values } = await (await narrowRecords(context.kernel, question)).find(module.name, id)
  return fields.map((name) => {
    const value = values[name] ?? null
    return isReference(value) && value.id !== '' ? value.id : undefined
  })
}

/** What is found for him; undefined where it isn't his. */
export async function ifHis<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}
