/** Random sharing models: role trees, some of them broken; groups in groups, some in circles; profiles, rules, defaults; and names nobody knows. */
import fc from 'fast-check'
import { operators } from '../../src/access/condition.js'
import { levels, type Criterion, type Model, type PeopleSet, type Member } from '../../src/global-sharing/model.js'
import { fieldTypes, type FieldType } from './oracle.js'
import { linksOf, type Thing, type Things } from './things.js'

type Arb<T> = fc.Arbitrary<T>

export const people = Array.from({ length: 10 }, (_, index) => `p${index}`)
const hostGroups = ['hg0', 'hg1', 'hg2', 'hg3']
export const modules = Object.keys(linksOf)
const roles = Array.from({ length: 7 }, (_, index) => `r${index}`)
const groups = ['a', 'b', 'c', 'd', 'e']
const profiles = ['full', 'f1', 'f2', 'f3']
const ghost = 'ghost'
const texts = ['A1', 'a1', 'A1 ', 'New', 'x', '']
const numbers = [0, 1, 5, 6]

export interface Asked {
  readonly model: Model
  /** Who asks. */
  readonly people: readonly string[]
}

const often = fc.integer({ min: 0, max: 4 }).map((number) => number > 0)
const mostOften = fc.integer({ min: 0, max: 2 }).map((number) => number > 0)
const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 0)

const peopleSet: Arb<PeopleSet> = fc.oneof(
  fc.record({ kind: fc.constantFrom('role' as const, 'tree' as const), id: mostly(roles, ghost) }),
  fc.record({ kind: fc.constant('group' as const), id: mostly(groups, ghost) })
)

const member: Arb<Member> = fc.oneof(
  { weight: 2, arbitrary: peopleSet },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('user' as const), id: mostly(people, ghost) }) }
)

function modelArb(): Arb<Model> {
  return fc.record({
    defaults: sparse([...modules, 'Ghost'], defaultArb),
    profiles: everyOne(profiles, profileArb),
    withoutRole: fc.subarray([...profiles, ghost]),
    roles: everyOne(roles, roleArb),
    people: sparse(people, () => mostly(roles, ghost), 6),
    groups: everyOne(groups, groupArb),
    rules: everyOne(['s0', 's1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9'], ruleArb)
  })
}

/** Most of the values, now and then the other. */
function mostly<T>(values: readonly T[], other: T): Arb<T> {
  return fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.constant(other) })
}

function everyOne<T>(keys: readonly string[], make: (key: string) => Arb<T>): Arb<Record<string, T>> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, make(key)])))
}

/** Each key with a chance of `chance` in `chance + 1`. */
function sparse<T>(keys: readonly string[], make: (key: string) => Arb<T>, chance = 2): Arb<Record<string, T>> {
  const made = keys.map((key) => fc.option(make(key), { nil: undefined, freq: chance }))
  return fc
    .tuple(...made)
    .map((values) =>
      Object.fromEntries(keys.flatMap((key, index) => (values[index] === undefined ? [] : [[key, values[index] as T]])))
    )
}

function defaultArb(module: string): Arb<Model['defaults'][string]> {
  const links = [...Object.keys(linksOf[module] ?? {}), 'assignedUser', ghost]
  const level = fc.oneof(
    { weight: 4, arbitrary: fc.constant(levels[0]) },
    { weight: 3, arbitrary: fc.constantFrom(...levels) }
  )
  return fc.oneof(
    { weight: 2, arbitrary: level.map((one) => ({ level: one })) },
    { weight: 1, arbitrary: fc.record({ level: fc.constant(levels[0]), follows: fc.constantFrom(...links) }) }
  )
}

function profileArb(id: string): Arb<Model['profiles'][string]> {
  const all = { view: true, create: true, edit: true, delete: true }
  const rights = fc.record({ view: mostOften, create: often, edit: often, delete: often })
  const isFull = id === 'full'
  return fc.record({
    name: fc.constant(id),
    viewAll: isFull ? fc.constant(false) : seldom,
    editAll: isFull ? fc.constant(false) : seldom,
    modules: isFull ? fc.constant({ '*': all }) : sparse([...modules, '*'], () => rights)
  })
}

/** Mostly a tree; some roles stand in a circle, or below a role that is not there. */
function roleArb(id: string): Arb<Model['roles'][string]> {
  const index = roles.indexOf(id)
  const above = index === 0 ? fc.constant(null) : fc.constantFrom(...roles.slice(0, index))
  const parent = fc.oneof(
    { weight: 12, arbitrary: above },
    { weight: 2, arbitrary: fc.constantFrom(...roles) },
    { weight: 1, arbitrary: fc.constantFrom(ghost, null) }
  )
  const some = fc.oneof(
    { weight: 3, arbitrary: fc.constant(['full']) },
    { weight: 3, arbitrary: fc.uniqueArray(mostly(profiles.slice(1), ghost), { minLength: 1, maxLength: 2 }) }
  )
  return fc.record({ name: fc.constant(id), parent, profiles: some })
}

function groupArb(id: string): Arb<Model['groups'][string]> {
  return fc.record({
    name: fc.constant(id),
    hostGroup: fc.constantFrom(null, ...hostGroups),
    members: fc.array(member, { maxLength: 3 })
  })
}

function ruleArb(): Arb<Model['rules'][string]> {
  return mostly(
    ['Account', 'Account', 'Account', 'Contact', 'Case', 'Case', 'Task', 'Product', 'Quote'],
    'QuoteItem'
  ).chain((module) =>
    fc.record({
      module: fc.constant(module),
      from: peopleSet,
      to: member,
      write: fc.boolean(),
      criteria: fc.array(criterionOf(module), { maxLength: 1 }),
      related: fc.array(relatedTo(module), { minLength: 1, maxLength: 2 })
    })
  )
}

/** Now and then of a field, an operator or a value that does not fit. */
function criterionOf(module: string): Arb<Criterion> {
  const fields = Object.entries<FieldType>(fieldTypes[module] ?? { name: 'text' })
  return mostly<readonly [string, FieldType]>(fields, [ghost, 'text']).chain(([field, type]) =>
    fc.record({
      field: fc.constant(field),
      operator: mostly(fitting[type], undefined).chain((operator) =>
        operator ? fc.constant(operator) : fc.constantFrom(...operators)
      ),
      value: mostly<Criterion['value']>(valuesOf[type], null)
    })
  )
}

type Operators = readonly (Criterion['operator'] | undefined)[]
const fitting: Readonly<Record<FieldType, Operators>> = {
  text: ['=', '≠', 'contains', 'startsWith', 'isEmpty', 'isNotEmpty'],
  number: ['=', '≠', '<', '≤', '>', '≥', 'isEmpty', 'isNotEmpty'],
  boolean: ['=', '≠']
}
const valuesOf: Readonly<Record<FieldType, readonly Criterion['value'][]>> = {
  text: texts.filter((text) => text !== ''),
  number: numbers,
  boolean: [true, false]
}

function relatedTo(module: string): Arb<Model['rules'][string]['related'][number]> {
  const leading = modules.flatMap((from) =>
    Object.entries(linksOf[from]!).flatMap(([link, to]) => (to === module ? [{ module: from, link }] : []))
  )
  const other = { module: 'Case', link: 'contact' }
  return fc
    .tuple(mostly(leading.length > 0 ? leading : [other], other), fc.boolean())
    .map(([way, write]) => ({ ...way, write }))
}

/** Rarely somebody whom the model does not know. */
export const asked: Arb<Asked> = fc.record({
  model: modelArb(),
  people: fc.uniqueArray(mostly(people, 'P1'), { minLength: 4, maxLength: 5 })
})

/** What the dice give too seldom: somebody is told of cases by a rule on accounts, and may see no accounts. */
export const relatedWithoutParent: Asked = {
  people: ['p0', 'p1', 'p2', 'p3'],
  model: {
    defaults: {},
    profiles: { full: rightsOn('*'), cases: rightsOn('Case') },
    withoutRole: ['cases'],
    roles: { r0: { name: 'r0', parent: null, profiles: ['full'] } },
    people: Object.fromEntries(people.slice(1).map((id) => [id, 'r0'])),
    groups: {},
    rules: {
      s0: {
        module: 'Account',
        from: { kind: 'role', id: 'r0' },
        to: { kind: 'user', id: 'p0' },
        write: true,
        criteria: [],
        related: [{ module: 'Case', link: 'account', write: true }]
      }
    }
  }
}

function rightsOn(module: string): Model['profiles'][string] {
  const all = { view: true, create: true, edit: true, delete: true }
  return { name: module, viewAll: false, editAll: false, modules: { [module]: all } }
}

// --- records ---

/** How many records of each module there are. */
const counts: Readonly<Record<string, number>> = {
  Account: 12,
  Contact: 14,
  Case: 24,
  Task: 16,
  Product: 8,
  Quote: 10,
  QuoteItem: 14
}

/** Near misses of a person's and of a group's id are among the owners. */
export function thingsOf(seed: number): Things {
  const [things] = fc.sample(fc.tuple(...modules.flatMap(thingsOfModule)), { seed, numRuns: 1 })
  return things as unknown as Things
}

function thingsOfModule(module: string): Arb<Thing>[] {
  return Array.from({ length: counts[module]! }, (_, index) =>
    fc.record({
      module: fc.constant(module),
      id: fc.constant(`${module}${index}`),
      removed: module === 'Product' ? fc.constant(false) : seldom,
      owner: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom<string | null>(...people) },
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom<string | null>('P1', 'nobody') }
      ),
      groups: groupsIn(module),
      values: valuesIn(module),
      links: linksIn(module)
    })
  )
}

function groupsIn(module: string): Arb<string[]> {
  if (module === 'Account') return mostly(hostGroups, 'HG1').map((id) => [id])
  return module === 'Case' ? fc.subarray([...hostGroups, 'HG1'], { maxLength: 2 }) : fc.constant([])
}

function valuesIn(module: string): Arb<Thing['values']> {
  const fields = Object.entries(fieldTypes[module] ?? {})
  const value = {
    text: fc.constantFrom(...texts, null),
    number: fc.constantFrom(...numbers, null),
    boolean: fc.boolean()
  }
  return fc.record(
    Object.fromEntries(fields.map(([name, type]) => [name, value[type] as Arb<Thing['values'][string]>]))
  )
}

/** A task has one parent; everything else at most one at each end, but for a case's contacts. */
function linksIn(module: string): Arb<Thing['links']> {
  const ends = Object.entries(linksOf[module]!).map(([link, to]) => {
    const ids = Array.from({ length: counts[to]! }, (_, index) => `${to}${index}`)
    return [
      link,
      fc.subarray([...ids, 'nowhere'], { maxLength: link === 'contacts' ? 3 : 1, minLength: link === 'quote' ? 1 : 0 })
    ] as const
  })
  const links: Arb<Record<string, string[]>> = fc.record(Object.fromEntries(ends))
  if (module !== 'Task') return links
  return links.map(({ parentCase, parentAccount }) =>
    parentCase!.length > 0
      ? { parentCase: parentCase!, parentAccount: [] }
      : { parentCase: [], parentAccount: parentAccount! }
  )
}
