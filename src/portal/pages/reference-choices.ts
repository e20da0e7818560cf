/** What a lookup in a form offers: the records the person may see, all of them or, where they are many, those a search finds (A11). */
import type { Request } from 'express'
import { records } from '../../access/records.js'
import type { ViewedRecord } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import type { Field } from '../../host/catalog.js'
import type { Room } from './room.js'

const mostChoices = 200
const mostFound = 50
const fewestLetters = 2

interface Choices {
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** There is a search beside the choices. */
  readonly search: { readonly name: string; readonly value: string; readonly hint: string } | undefined
}

/** Whether the form was sent only to search for a lookup's records. */
export function isAskedFor(body: unknown): boolean {
  return typeof body === 'object' && body !== null && '_find' in body
}

export async function choicesFor(req: Request, room: Room, field: Field, chosen: string): Promise<Choices> {
  const target = room.module.links.get(field.link ?? '')?.to ?? ''
  const none = { value: '', label: room.t('portal:form.none') }
  const all = await records(req.viewer).list(target, { limit: mostChoices, fields: [] })
  if (!all.next) return { options: [none, ...options(all.records)], search: undefined }
  const words = wordsFor(req, field)
  const found =
    words.length < fewestLetters
      ? []
      : (await records(req.viewer).list(target, { search: words, limit: mostFound, fields: [] })).records
  const kept = await chosenRecord(req, target, chosen)
  const hint = found.length === mostFound ? 'portal:form.searchMore' : 'portal:form.search'
  return {
    options: [none, ...options([...kept, ...found.filter((record) => record.id !== chosen)])],
    search: { name: `_search.${field.name}`, value: words, hint: room.t(hint, { number: mostFound }) }
  }
}

function wordsFor(req: Request, field: Field): string {
  const words: unknown = req.body?.[`_search.${field.name}`]
  return typeof words === 'string' ? words.trim() : ''
}

async function chosenRecord(req: Request, module: string, id: string): Promise<ViewedRecord[]> {
  if (id === '') return []
  try {
    return [await records(req.viewer).find(module, id)]
  } catch (error) {
    if (error instanceof NotFound) return []
    throw error
  }
}

function options(found: readonly ViewedRecord[]): { value: string; label: string }[] {
  return found
    .map((record) => ({ value: record.id, label: record.title || record.id }))
    .toSorted((a, b) => a.label.localeCompare(b.label))
}
