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

/** So many characters of the tree fit into a page that stays light; what is deeper is drawn on pages of its own. */
const roomOfPage = 25_000

export interface Around {
  readonly model: Model
  readonly t: Translate
  readonly counts: ReadonlyMap<string, number>
}

/** As deep as there is room: all of a level or nothing of it. */
export function branches(around: Around, forest: readonly PlacedRole[], room = roomOfPage): readonly Branch[] {
  const top = forest[0]?.depth ?? 0
  const sizes: number[] = []
  for (const role of flat(forest)) sizes[role.depth - top] = (sizes[role.depth - top] ?? 0) + sizeOf(around, role)
  const tooDeep = sizes.findIndex((_, depth) => sizes.slice(0, depth + 1).reduce((sum, size) => sum + size, 0) > room)
  const deepest = tooDeep === -1 ? sizes.length : Math.max(0, tooDeep - 1)
  return forest.map((role) => branch(around, role, deepest + top))
}

/** What a page spends on a role, about. */
function sizeOf(around: Around, role: PlacedRole): number {
  const words = role.id.length + role.name.length + aboutOf(around, role).length
  return words + (role.below.length > 0 ? 105 : 45)
}

function branch(around: Around, role: PlacedRole, deepest: number): Branch {
  const { t } = around
  const isCut = role.depth >= deepest && role.below.length > 0
  return {
    id: role.id,
    name: role.name,
    about: aboutOf(around, role),
    lacks: profilesOf(around, role).length > 0 ? undefined : t('organization:tree.noRights'),
    below: isCut ? [] : role.below.map((one) => branch(around, one, deepest)),
    more: isCut ? t('organization:tree.more', { count: flat(role.below).length }) : undefined
  }
}

function aboutOf(around: Around, role: PlacedRole): string {
  const people = around.t('organization:tree.people', { count: around.counts.get(role.id) ?? 0 })
  return [people, ...profilesOf(around, role)].join(' · ')
}

function profilesOf({ model }: Around, { profiles }: PlacedRole): string[] {
  return profiles.flatMap((id) => named(model.profiles, id)?.name ?? [])
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
