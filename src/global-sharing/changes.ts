/** What tells two models apart, thing by thing: what is staged and not yet in force (S08). */
import { same } from './canonical.js'
import type { Model } from './model.js'

/** What can differ: things there are many of, each with an id, and things there is one of. */
export const manifold = ['profiles', 'roles', 'groups', 'rules'] as const
export const single = ['defaults', 'withoutRole', 'people'] as const
export type Part = (typeof manifold)[number] | (typeof single)[number]

export interface ModelChange {
  readonly part: Part
  readonly how: 'added' | 'changed' | 'removed'
  /** Of a profile, a role, a group or a rule. */
  readonly id: string | undefined
  readonly before: unknown
  readonly after: unknown
}

/** In the order of the pages: defaults, the role tree, who has which role, profiles, groups, rules. */
const order: readonly Part[] = ['defaults', 'roles', 'people', 'profiles', 'withoutRole', 'groups', 'rules']

export function changesBetween(before: Model, after: Model): ModelChange[] {
  return order.flatMap((part) => changesOfPart(before, after, part))
}

function changesOfPart(before: Model, after: Model, part: Part): ModelChange[] {
  if (isSingle(part)) {
    const [old, now] = [before[part], after[part]]
    return same(old, now) ? [] : [{ part, how: 'changed', id: undefined, before: old, after: now }]
  }
  const [old, now]: readonly Readonly<Record<string, unknown>>[] = [before[part], after[part]]
  const ids = [...new Set([...Object.keys(old!), ...Object.keys(now!)])]
  return ids
    .map((id) => ({ id, before: old![id], after: now![id] }))
    .filter((one) => !same(one.before ?? null, one.after ?? null))
    .map((one) => ({ part, how: howOf(one), ...one }))
}

function howOf({ before, after }: { before: unknown; after: unknown }): ModelChange['how'] {
  if (before === undefined) return 'added'
  return after === undefined ? 'removed' : 'changed'
}

function isSingle(part: Part): part is (typeof single)[number] {
  return (single as readonly Part[]).includes(part)
}
