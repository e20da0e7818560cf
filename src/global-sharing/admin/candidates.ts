/** Searching for people, roles and groups to put somewhere: a search that works without JavaScript and never lists everybody. */
import type { Request } from 'express'
import type { StaffName } from '../../host/host.js'
import { queryText } from '../../web/paging.js'

/** So many are offered at once; who is not among them is searched for more exactly. */
export const offeredAtOnce = 20

export interface Found<T> {
  readonly offered: readonly T[]
  /** Of those that match and are not offered. */
  readonly more: number
}

export function searchIn(req: Request): string {
  return queryText(req, 'q', 200) ?? ''
}

/** Nothing is offered of a long list before somebody searches in it. */
export function found<T>(all: readonly T[], query: string, words: (one: T) => readonly string[]): Found<T> {
  if (query === '' && all.length > offeredAtOnce) return { offered: [], more: all.length }
  const matching = all.filter((one) => matches(query, words(one)))
  return { offered: matching.slice(0, offeredAtOnce), more: Math.max(0, matching.length - offeredAtOnce) }
}

export function wordsOf({ name, userName }: StaffName): readonly string[] {
  return [name, userName]
}

/** Every word of the query begins or stands within one of the texts; accents and case don't matter. */
export function matches(query: string, texts: readonly string[]): boolean {
  const plain = texts.map(plainly).join(' ')
  return plainly(query)
    .split(/\s+/)
    .every((word) => plain.includes(word))
}

function plainly(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
