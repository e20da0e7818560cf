/** What one person sees, module by module: how many records, and by which of his rights (S11). */
import type { Compiler } from '../access/compile.js'
import { always } from '../access/condition.js'
import { insideCount } from '../access/inside.js'
import type { Kernel } from '../access/kernel.js'
import type { Count } from '../access/record.js'
import { same } from './canonical.js'
import type { Organization } from './organization.js'
import { recordActions, type Judged } from './reasons.js'
import { narrowing, type RecordAction } from './scope.js'

/** Counting goes no further than this. */
export const mostCounted = 10_000

export type Tally = Readonly<Record<RecordAction, Count>>

/** Counts as long as there is time; what is counted once in this page is not counted again. */
export interface Counting {
  readonly kernel: Kernel
  readonly compiler: Compiler
  /** No count is begun later (milliseconds of `performance.now()`). */
  readonly until: number
  readonly known: Map<string, Promise<Count>>
}

/** How many records of the module he may view, edit and delete; undefined when there was no time. */
export async function tallyOf(
  counting: Counting,
  organization: Organization,
  staff: Judged,
  module: string
): Promise<Tally | undefined> {
  const counts: Partial<Record<RecordAction, Count>> = {}
  for (const action of recordActions) {
    const condition = narrowing(organization, counting.compiler, { module, action, staff }) ?? always
    const key = JSON.stringify([module, condition])
    const known = counting.known.get(key)
    if (!known && performance.now() >= counting.until) return undefined
    const asked = known ?? insideCount(counting.kernel, module, condition, mostCounted)
    counting.known.set(key, asked)
    counts[action] = await asked
  }
  return counts as Tally
}

/** Whether he may do the same with records of the module by both. */
export function isTheSame(
  compiler: Compiler,
  [one, other]: readonly [Organization, Organization],
  staff: Judged,
  module: string
): boolean {
  return recordActions.every((action) => {
    const ask = { module, action, staff }
    return same(narrowing(one, compiler, ask) ?? always, narrowing(other, compiler, ask) ?? always)
  })
}
