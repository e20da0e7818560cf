/** What a lookup in a form offers: the records the person may see, all of them or, where they are many, those a search finds (A11). */
import type { Request } from 'express'
import { records } from '../access/records.js'
import type { Page, ViewedRecord } from '../access/record.js'
import { NotFound } from '../errors.js'
import type { Field, Module } from '../host/catalog.js'
import type { Translate } from '../web/locale.js'

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

/** A lookup's input: the module its field is of, the input's name, and the id that is chosen in it. */
interface Lookup {
  readonly module: Module
  readonly field: Field
  readonly name: string
  readonly chosen: string
  /** Without a search at most so many are offered; default and most 200. */
  readonly most?: number
}

export async function choicesFor(
  req: Request,
  { t }: { readonly t: Translate },
  { module, field, name, chosen, most = mostChoices }: Lookup
): Promise<Choices> {
  const target = module.links.get(field.link ?? '')?.to ?? ''
  const none = { value: '', label: t('portal:form.none') }
  const all = await firstOf(req, target)
  if (!all.next && all.records.length <= most) return { options: [none, ...options(all.records)], search: undefined }
  const words = wordsFor(req, name)
  const found = words.length < fewestLetters ? [] : (await foundBy(req, target, words)).records
  const kept = await once(req, `id ${target} ${chosen}`, () => chosenRecord(req, target, chosen))
  const hint = found.length === mostFound ? 'portal:form.searchMore' : 'portal:form.search'
  return {
    options: [none, ...options([...kept, ...found.filter((record) => record.id !== chosen)])],
    search: { name: `_search.${name}`, value: words, hint: t(hint, { number: mostFound }) }
  }
}

const asked = new WeakMap<Request, Map<string, Promise<unknown>>>()

/** Asked once for a form with many lookups of the same kind; `name` says what is asked (A48). */
function once<T>(req: Request, name: string, ask: () => Promise<T>): Promise<T> {
  const known = asked.get(req) ?? new Map<string, Promise<unknown>>()
  const answer = (known.get(name) as Promise<T> | undefined) ?? ask()
  asked.set(req, known.set(name, answer))
  return answer
}

function firstOf(req: Request, target: string): Promise<Page> {
  return once(req, `all ${target}`, () => records(req.viewer).list(target, { limit: mostChoices, fields: [] }))
}

function foundBy(req: Request, target: string, words: string): Promise<Page> {
  const query = { search: words, limit: mostFound, fields: [] }
  return once(req, `words ${target} ${words}`, () => records(req.viewer).list(target, query))
}

function wordsFor(req: Request, name: string): string {
  const words: unknown = req.body?.[`_search.${name}`]
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
