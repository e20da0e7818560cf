/** Conditions: values with few words that say which records are meant. The constructors simplify; `compile.ts` turns them into SQL. */
import type { Scalar } from '../host/catalog.js'

export type Condition =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'oneOf'; readonly field: string; readonly values: readonly (string | number)[] }
  | { readonly kind: 'compare'; readonly field: string; readonly operator: Operator; readonly value: Scalar }
  | { readonly kind: 'linked'; readonly link: string; readonly condition: Condition }
  | { readonly kind: 'unlinked'; readonly link: string }
  | { readonly kind: 'descended'; readonly link: string; readonly top: Condition; readonly step: Condition }
  | {
      readonly kind: 'joined'
      readonly table: PorticoTable
      readonly where: Readonly<Record<string, string | number>>
      readonly match: string
    }
  | { readonly kind: 'owned'; readonly people: readonly string[]; readonly groups: readonly string[] }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }

/** One meaning each, on every database, and none of them holds for NULL but `isEmpty`:
 *  `=` the same value, letter by letter, case and trailing spaces counted; `≠` there is a value and it is another one;
 *  `< ≤ > ≥` for numbers, dates and datetimes only; `contains`, `startsWith` for text, ignoring case, not accents;
 *  `isEmpty` NULL or the empty text; `isNotEmpty` its reverse. */
export const operators = ['=', '≠', '<', '≤', '>', '≥', 'contains', 'startsWith', 'isEmpty', 'isNotEmpty'] as const
export type Operator = (typeof operators)[number]

/** Tables of ours that a condition may join. */
export type PorticoTable =
  | 'portico_authorship'
  | 'portico_memberships'
  | 'portico_object_rights'
  | 'portico_portal_users'
  | 'portico_responsible'

/** The name by which conditions speak of a record's own id. */
export const ID = 'id'

/** The id of a record that is not there yet. No record has it: nothing that is there already can lead to one that is not, as the empty
 *  text in a reference would. */
export const idOfNew = '(new)'

/** The record is only being made. */
export const isPending: Condition = { kind: 'oneOf', field: ID, values: [idOfNew] }

export const always: Condition = { kind: 'always' }
export const never: Condition = { kind: 'never' }

/** The field holds one of `values`; none of them: never. */
export function oneOf(field: string, values: readonly (string | number)[]): Condition {
  const distinct = [...new Set(values)]
  return distinct.length === 0 ? never : { kind: 'oneOf', field, values: distinct }
}

export function compare(field: string, operator: Operator, value: Scalar = null): Condition {
  return { kind: 'compare', field, operator, value }
}

/** There is a live record at the other end of `link` for which `condition` holds. */
export function linked(link: string, condition: Condition): Condition {
  return condition.kind === 'never' ? never : { kind: 'linked', link, condition }
}

/** `linked` along a path of links, from the record outwards; an empty path is the condition itself. */
export function along(path: readonly string[], condition: Condition): Condition {
  return path.reduceRight((inner, link) => linked(link, inner), condition)
}

/** The record itself says that it leads nowhere by `link`: its lookup is empty or means another module, or no link row is there. A lookup
 *  that leads to a removed record is not empty. */
export function unlinked(link: string): Condition {
  return { kind: 'unlinked', link }
}

/** Of a tree: the records for which `top` holds, and those for which `step` holds and whose lookup `link` leads to one of these already
 *  (T08). A record below one that is missing, removed or part of a circle is none of them. */
export function descended(link: string, top: Condition, step: Condition): Condition {
  return top.kind === 'never' ? never : { kind: 'descended', link, top, step }
}

/** A row of one of our tables with all of `where` names the record: its `record_id` is the value of field `match`. */
export function joined(table: PorticoTable, where: Record<string, string | number>, match: string = ID): Condition {
  return { kind: 'joined', table, where, match }
}

/** The record belongs to one of these staff members or, where it belongs to nobody, to one of these groups of the host (S02, S03). */
export function owned(people: Iterable<string>, groups: Iterable<string> = []): Condition {
  const owners = { people: [...new Set(people)], groups: [...new Set(groups)] }
  return owners.people.length + owners.groups.length === 0 ? never : { kind: 'owned', ...owners }
}

/** The record of `module` was written by this portal or external user (Z06, E09 *own*). */
export function writtenBy(module: string, personId: string): Condition {
  return joined('portico_authorship', { module, author_id: personId })
}

/** The record of `module` was written by somebody from outside, whoever it was; the others are the work of staff (Z06 *edit shared*). */
export function writtenOutside(module: string): Condition {
  return joined('portico_authorship', { module })
}

export function all(...conditions: readonly Condition[]): Condition {
  const of = conditions.flatMap((c) => (c.kind === 'all' ? c.of : [c])).filter((c) => c.kind !== 'always')
  if (of.some((c) => c.kind === 'never')) return never
  return of.length === 0 ? always : of.length === 1 ? of[0]! : { kind: 'all', of }
}

export function any(...conditions: readonly Condition[]): Condition {
  const of = conditions.flatMap((c) => (c.kind === 'any' ? c.of : [c])).filter((c) => c.kind !== 'never')
  if (of.some((c) => c.kind === 'always')) return always
  return of.length === 0 ? never : of.length === 1 ? of[0]! : { kind: 'any', of }
}

/** How many links the longest way in it has. */
export function depthOf(condition: Condition): number {
  switch (condition.kind) {
    case 'linked':
      return 1 + depthOf(condition.condition)
    case 'all':
    case 'any':
      return Math.max(0, ...condition.of.map(depthOf))
    case 'not':
      return depthOf(condition.condition)
    case 'descended':
      return 1 + Math.max(depthOf(condition.top), depthOf(condition.step))
    case 'unlinked':
      return 1
    case 'always':
    case 'never':
    case 'oneOf':
    case 'compare':
    case 'joined':
    case 'owned':
      return 0
  }
}

/** Over our own tables and columns that can't be NULL; the compiler refuses it elsewhere. For restrictions, and for rights that are denied (T07). */
export function not(condition: Condition): Condition {
  if (condition.kind === 'always') return never
  if (condition.kind === 'never') return always
  return condition.kind === 'not' ? condition.condition : { kind: 'not', condition }
}
