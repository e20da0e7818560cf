/** What a form showed, sent back with it: so a change that somebody made meanwhile is noticed, and not overwritten (A28). */
import { createHash } from 'node:crypto'
import type { Typed } from './form-values.js'

/** The hidden field that carries it. */
export const seenName = '_seen'

type TypedForm = Readonly<Record<string, Typed>>

/** What the form showed of each field, as a mark that tells whether it is still the same. */
export function seenMark(shown: TypedForm): string {
  return new URLSearchParams(
    Object.entries(shown).map(([name, value]): [string, string] => [name, markOf(value)])
  ).toString()
}

/** The form after a change that others made: what he typed where he typed something, the record's new values elsewhere. */
export interface Met {
  readonly typed: TypedForm
  /** Fields that hold something else than the form showed; `touched` ones he changed as well. */
  readonly changed: ReadonlyMap<string, 'touched' | 'untouched'>
}

/** Compares what was typed with what the form showed and with what the record holds `now`. Without a mark nothing is known of what
 *  was shown, and it is taken for what is there now; a field that the mark doesn't name was not in the form. */
export function meet(typed: TypedForm, now: TypedForm, mark: unknown): Met {
  if (typeof mark !== 'string') return { typed, changed: new Map() }
  const seen = new URLSearchParams(mark)
  const changed = new Map<string, 'touched' | 'untouched'>()
  const met = Object.entries(now).map(([name, present]): [string, Typed] => {
    const [was, his, is] = [seen.get(name), markOf(typed[name] ?? ''), markOf(present)]
    if (was === null) return [name, present]
    if (was === is || his === is) return [name, typed[name] ?? '']
    changed.set(name, his === was ? 'untouched' : 'touched')
    return [name, his === was ? present : (typed[name] ?? '')]
  })
  return { typed: Object.fromEntries(met), changed }
}

/** Blanks don't count: browsers and people add and lose them. */
function markOf(value: Typed): string {
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : JSON.stringify([...value].sort())
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
