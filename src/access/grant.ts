/** Grants: what somebody may do with which records, which fields it covers, and why. There are no negative grants. */
import type { Condition } from './condition.js'

export const actions = ['view', 'open', 'create', 'edit', 'delete', 'clone', 'feed', 'post'] as const
/** `view` in lists, `open` by itself (header-only modules lack it, T06), `feed` reads and `post` writes notes (E11, Z28). */
export type Action = (typeof actions)[number]

export interface Grant {
  /** Names the grant within its module's policy: a word a test or a log line can use. */
  readonly id: string
  readonly actions: readonly Action[]
  readonly when: Condition
  /** The fields the grant covers: seen by `view`, written by `create` and `edit`. */
  readonly fields: readonly string[]
  /** References among `fields` whose record is named, though nothing of that record is his: its title without its id (T06). Only where every
   *  grant that shows the field names it (`isNamed`). */
  readonly named?: readonly string[]
  readonly reason: Reason
}

/** A sentence in the reader's language: a key of `access:reason.*` with arguments. */
export interface Reason {
  readonly key: string
  readonly args?: Readonly<Record<string, string | number>>
}

/** A condition and-ed to every grant of the module, whatever the level (E10, T02). */
export interface Restriction {
  readonly id: string
  readonly when: Condition
  readonly reason: Reason
}

/** All that a person may do with one module. A module without one is invisible to him. */
export interface ModulePolicy {
  readonly module: string
  readonly grants: readonly Grant[]
  readonly restrictions: readonly Restriction[]
}

/** One person's whole policy, by module. */
export type Policy = ReadonlyMap<string, ModulePolicy>

/** Whether the record that the reference `field` leads to is named by its title even where no grant shows that record. A grant that shows the
 *  field and doesn't name it makes it a reference like any other, for the whole module. */
export function isNamed(policy: ModulePolicy | undefined, field: string): boolean {
  const showing = (policy?.grants ?? []).filter(
    (grant) => grant.fields.includes(field) && grant.actions.some((action) => action === 'view' || action === 'open')
  )
  return showing.length > 0 && showing.every(({ named }) => named?.includes(field) === true)
}

/** Adds up what several modules of ours give: grants add, restrictions all hold. */
export function mergePolicies(parts: readonly ModulePolicy[]): Policy {
  const merged = new Map<string, ModulePolicy>()
  for (const part of parts) {
    const known = merged.get(part.module)
    merged.set(part.module, {
      module: part.module,
      grants: [...(known?.grants ?? []), ...part.grants],
      restrictions: [...(known?.restrictions ?? []), ...part.restrictions]
    })
  }
  return merged
}
