/** The naive oracle of global sharing: the rules S01–S07 by plain loops over people, roles, groups and records, one record at a time.
 *  It shares no code with the sharing it judges; its job is to disagree. */
import type { Criterion, Model, Rule } from '../../src/global-sharing/model.js'
import type { Scalar } from '../../src/host/catalog.js'
import { linksOf, type Thing, type Things } from './things.js'

export type Deed = 'view' | 'edit' | 'delete'
type Right = Deed | 'create'
type Set = { readonly kind: string; readonly id: string }

export type FieldType = 'text' | 'number' | 'boolean'

/** Types of the fields that criteria may speak of. */
export const fieldTypes: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  Account: { name: 'text', employees: 'number' },
  Contact: { lastName: 'text' },
  Case: { status: 'text', hours: 'number' },
  Task: { name: 'text', done: 'boolean' },
  Product: { name: 'text' },
  Quote: { name: 'text' }
}

export class SharingOracle {
  constructor(
    protected readonly model: Model,
    protected readonly things: Things
  ) {}

  /** May this person, who is no administrator, do that to the record? */
  may(person: string, deed: Deed, thing: Thing): boolean {
    if (thing.module !== 'QuoteItem') return this.mayWith(person, deed, thing, [])
    const needed = deed === 'view' ? 'view' : 'edit'
    return (
      this.mayAll(person, needed, 'Quote') ||
      this.others(thing, 'quote').some((quote) => this.mayWith(person, needed, quote, []))
    )
  }

  mayCreate(person: string, module: string): boolean {
    if (module !== 'QuoteItem') return this.right(person, module, 'create')
    return this.right(person, 'Quote', 'view') && this.right(person, 'Quote', 'edit')
  }

  /** S07: undefined stands for everybody. */
  mayAssign(
    person: string,
    module: string,
    everybody: readonly string[]
  ): { people: string[]; groups: string[] } | undefined {
    if (['public-edit', 'public-delete'].includes(this.level(module)) || this.privilege(person, 'editAll'))
      return undefined
    const isNear = (other: string): boolean =>
      other === person || this.isSameRole(person, other) || this.isSuperior(person, other)
    return { people: everybody.filter(isNear), groups: this.hostGroups(person) }
  }

  // --- S01 ---

  protected right(person: string, module: string, right: Right): boolean {
    return this.profiles(person).some(({ modules }) => (modules[module] ?? modules['*'])?.[right] === true)
  }

  protected privilege(person: string, name: 'viewAll' | 'editAll'): boolean {
    return this.profiles(person).some((profile) => profile[name])
  }

  private profiles(person: string) {
    const role = this.role(person)
    const ids = role === undefined ? this.model.withoutRole : this.model.roles[role]!.profiles
    return ids.filter((id) => id in this.model.profiles).map((id) => this.model.profiles[id]!)
  }

  // --- S02 ---

  private role(person: string): string | undefined {
    const role = this.model.people[person]
    return role !== undefined && role in this.model.roles ? role : undefined
  }

  protected isSameRole(one: string, other: string): boolean {
    return this.role(one) !== undefined && this.role(one) === this.role(other)
  }

  protected isSuperior(person: string, other: string): boolean {
    const [mine, his] = [this.role(person), this.role(other)]
    return mine !== undefined && his !== undefined && this.stands(mine, his) && !this.stands(his, mine)
  }

  /** Is `above` met on the way up from `role`? */
  private stands(above: string, role: string): boolean {
    let here = role
    for (let steps = 0; steps <= Object.keys(this.model.roles).length; steps++) {
      const parent = this.model.roles[here]!.parent
      if (parent === null || !(parent in this.model.roles)) return false
      if (parent === above) return true
      here = parent
    }
    return false
  }

  // --- S03 ---

  protected isIn(person: string, set: Set, within: readonly string[] = []): boolean {
    if (set.kind === 'user') return set.id === person
    if (set.kind === 'role') return this.role(person) === set.id
    if (set.kind === 'tree') return this.isInTree(person, set.id)
    if (within.includes(set.id)) return false
    const members = this.model.groups[set.id]?.members ?? []
    return members.some((member) => this.isIn(person, member, [...within, set.id]))
  }

  private isInTree(person: string, role: string): boolean {
    const his = this.role(person)
    if (his === undefined || !(role in this.model.roles)) return false
    return his === role || (this.stands(role, his) && !this.stands(his, role))
  }

  private hostGroups(person: string): string[] {
    return Object.keys(this.model.groups)
      .filter((id) => this.isIn(person, { kind: 'group', id }))
      .map((id) => this.model.groups[id]!.hostGroup)
      .filter((id) => id !== null)
  }

  // --- S04 ---

  protected level(module: string): string {
    return this.model.defaults[module]?.level ?? 'private'
  }

  private isOpen(module: string, deed: Deed): boolean {
    const level = this.level(module)
    if (deed === 'view') return ['public-read', 'public-edit', 'public-delete'].includes(level)
    return deed === 'edit' ? ['public-edit', 'public-delete'].includes(level) : level === 'public-delete'
  }

  /** With every record of the module, whoever it belongs to. */
  private mayAll(person: string, deed: Deed, module: string): boolean {
    const isWithin = this.right(person, module, 'view') && this.right(person, module, deed)
    return isWithin && (this.isOpen(module, deed) || this.isPrivileged(person, deed))
  }

  protected mayWith(person: string, deed: Deed, thing: Thing, left: readonly string[]): boolean {
    if (this.mayAll(person, deed, thing.module)) return true
    if (!this.right(person, thing.module, 'view') || !this.right(person, thing.module, deed)) return false
    if (this.isHis(person, thing)) return true
    return this.isShared(person, deed, thing) || this.follows(person, deed, thing, left)
  }

  protected isPrivileged(person: string, deed: Deed): boolean {
    if (deed === 'delete') return false
    return this.privilege(person, 'editAll') || (deed === 'view' && this.privilege(person, 'viewAll'))
  }

  protected isHis(person: string, thing: Thing): boolean {
    if (thing.owner !== null) return thing.owner === person || this.isSuperior(person, thing.owner)
    return this.hostGroups(person).some((group) => thing.groups.includes(group))
  }

  // --- S05 ---

  protected isShared(person: string, deed: Deed, thing: Thing): boolean {
    if (deed === 'delete') return false
    const rules = Object.values(this.model.rules).filter((rule) => this.isIn(person, rule.to))
    return rules.some((rule) => {
      const directly = rule.module === thing.module && (deed === 'view' || rule.write) && this.speaksOf(rule, thing)
      return directly || this.isRelated(person, deed, thing, rule)
    })
  }

  protected speaksOf(rule: Rule, thing: Thing): boolean {
    const isFrom =
      thing.owner !== null
        ? this.isIn(thing.owner, rule.from)
        : rule.from.kind === 'group' && thing.groups.includes(this.model.groups[rule.from.id]?.hostGroup ?? '-')
    return isFrom && rule.criteria.every((criterion) => this.meets(thing, criterion))
  }

  private meets({ module, values }: Thing, { field, operator, value }: Criterion): boolean {
    const type = fieldTypes[module]![field]
    const has = values[field] ?? null
    if (type === undefined) return false
    if (operator === 'isEmpty') return has === null || has === ''
    if (operator === 'isNotEmpty') return has !== null && has !== ''
    if ((type === 'text' ? 'string' : type) !== typeof value || has === null) return false
    return type === 'text' ? meetsText(String(has), operator, String(value)) : meetsInOrder(type, has, operator, value)
  }

  // --- S06 ---

  protected isRelated(person: string, deed: Deed, thing: Thing, rule: Rule): boolean {
    return rule.related.some(
      ({ module, link, write }) =>
        module === thing.module &&
        (deed === 'view' || write) &&
        linksOf[module]![link] === rule.module &&
        this.right(person, rule.module, 'view') &&
        this.others(thing, link).some((other) => other.module === rule.module && this.speaksOf(rule, other))
    )
  }

  /** `left`: the modules that were left on the way here; none of them is come back to. */
  protected follows(person: string, deed: Deed, thing: Thing, left: readonly string[]): boolean {
    const link = this.model.defaults[thing.module]?.follows
    const to = link === undefined ? undefined : linksOf[thing.module]![link]
    if (link === undefined || to === undefined || left.length === 3 || left.includes(to)) return false
    return this.others(thing, link).some((other) => this.mayWith(person, deed, other, [...left, thing.module]))
  }

  /** The records at the other end that are there. */
  protected others(thing: Thing, link: string): Thing[] {
    const to = linksOf[thing.module]![link]
    const ids = thing.links[link] ?? []
    return this.things.filter((other) => other.module === to && ids.includes(other.id) && !other.removed)
  }
}

function meetsText(has: string, operator: string, value: string): boolean {
  switch (operator) {
    case '=':
      return has === value
    case '≠':
      return has !== value
    case 'contains':
      return has.toLowerCase().includes(value.toLowerCase())
    case 'startsWith':
      return has.toLowerCase().startsWith(value.toLowerCase())
    default:
      return false
  }
}

function meetsInOrder(type: 'number' | 'boolean', has: Scalar, operator: string, value: Scalar): boolean {
  if (operator === '=') return has === value
  if (operator === '≠') return has !== value
  if (type === 'boolean') return false
  const [one, other] = [Number(has), Number(value)]
  const holds: Readonly<Record<string, boolean>> = {
    '<': one < other,
    '≤': one <= other,
    '>': one > other,
    '≥': one >= other
  }
  return holds[operator] ?? false
}
