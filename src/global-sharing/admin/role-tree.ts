/** The role tree as its page draws it, and roles as choices of a field (S02, S11). */
import type { StaffName } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { named, type Model } from '../model.js'
import { roleOf } from '../people.js'
import { flat, roleForest, type PlacedRole } from '../roles.js'

export interface Branch {
  readonly id: string
  readonly name: string
  /** "12 people · Sales"; what it lacks is in `lacks`. */
  readonly about: string
  readonly lacks: string | undefined
  readonly below: readonly Branch[]
  /** "38 roles below", where the page has no room for them. */
  readonly more: string | undefined
}

/** More are drawn on pages of their own, so that a page stays light. */
export const rolesDrawn = 220

export interface Around {
  readonly model: Model
  readonly t: Translate
  readonly counts: ReadonlyMap<string, number>
}

/** As deep as there is room: all of a level or nothing of it. */
export function branches(around: Around, forest: readonly PlacedRole[], room = rolesDrawn): readonly Branch[] {
  const top = forest[0]?.depth ?? 0
  const depths = flat(forest).map(({ depth }) => depth - top)
  const fits = (depth: number): boolean => depths.filter((one) => one <= depth).length <= room
  const deepest = Math.max(0, ...[...new Set(depths)].filter(fits))
  return forest.map((role) => branch(around, role, deepest + top))
}

function branch(around: Around, role: PlacedRole, deepest: number): Branch {
  const { t, model, counts } = around
  const profiles = role.profiles.flatMap((id) => named(model.profiles, id)?.name ?? [])
  const people = t('organization:tree.people', { count: counts.get(role.id) ?? 0 })
  const isCut = role.depth >= deepest && role.below.length > 0
  return {
    id: role.id,
    name: role.name,
    about: [people, ...(profiles.length > 0 ? [profiles.join(', ')] : [])].join(' · '),
    lacks: profiles.length > 0 ? undefined : t('organization:tree.noRights'),
    below: isCut ? [] : role.below.map((one) => branch(around, one, deepest)),
    more: isCut ? t('organization:tree.more', { count: flat(role.below).length }) : undefined
  }
}

/** How many people the CRM has in each role. */
export function countsOf(model: Model, people: readonly StaffName[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { id } of people) {
    const role = roleOf(model, id)
    if (role !== undefined) counts.set(role, (counts.get(role) ?? 0) + 1)
  }
  return counts
}

export interface RoleChoice {
  readonly value: string
  readonly label: string
}

/** Without those left out, each below its superior and shifted to the right. */
export function roleChoices(model: Model, leftOut: ReadonlySet<string> = new Set()): readonly RoleChoice[] {
  return flat(roleForest(model))
    .filter(({ id }) => !leftOut.has(id))
    .map(({ id, name, depth }) => ({ value: id, label: `${'– '.repeat(depth)}${name}` }))
}
