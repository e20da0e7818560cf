/** What a model would change, in numbers: who of the staff gains or loses which records of which module, exactly (S08). Counted as sharing
 *  narrows; the CRM's own rights narrow further, before and after alike. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { always, type Condition } from '../access/condition.js'
import type { Compiler } from '../access/compile.js'
import type { Kernel } from '../access/kernel.js'
import type { Catalog, Module } from '../host/catalog.js'
import type { StaffName } from '../host/host.js'
import { classWorld, type Classes, type ClassWorld } from './effect-classes.js'
import type { Organization } from './organization.js'
import { isHostsAffair, narrowing } from './scope.js'

export const countedActions = ['view', 'edit', 'delete'] as const
export type CountedAction = (typeof countedActions)[number]

export interface Effect {
  /** Those who were asked about: active staff who are no administrators. */
  readonly people: number
  /** What changes, by module and action; nothing for what stays as it is. */
  readonly changes: readonly ActionEffect[]
}

export interface ActionEffect {
  readonly module: string
  /** `create` counts people, no records. */
  readonly action: CountedAction | 'create'
  readonly gain: Side
  readonly lose: Side
}

export interface Side {
  /** How many people. */
  readonly people: number
  /** How many different records, whoever gains or loses them. */
  readonly records: number
  /** Those with the most. */
  readonly most: readonly { readonly staffId: string; readonly records: number }[]
  readonly examples: readonly { readonly staffId: string; readonly recordId: string }[]
}

export interface EffectAsk {
  readonly kernel: Kernel
  readonly catalog: Catalog
  readonly people: readonly StaffName[]
  readonly before: Organization
  readonly after: Organization
  /** Called before each module. */
  progress?(done: number, total: number): Promise<void>
}

export async function effectOf(ask: EffectAsk): Promise<Effect> {
  const people = ask.people.filter(({ isActive, isAdministrator }) => isActive && !isAdministrator)
  const modules = [...ask.catalog.modules.values()].filter((module) => !isHostsAffair(module) && !module.partOf)
  const changes: ActionEffect[] = []
  for (const [index, module] of modules.entries()) {
    await ask.progress?.(index, modules.length)
    changes.push(...(await effectOn({ ...ask, people }, module)))
  }
  return { people: people.length, changes }
}

/** What one person may do with a module's records, before and after, where that differs. */
interface Differing {
  readonly staffId: string
  readonly before: Condition
  readonly after: Condition
}

async function effectOn(ask: EffectAsk, module: Module): Promise<ActionEffect[]> {
  const creating = await differing(ask, module, 'create')
  const byAction = new Map<CountedAction, Differing[]>()
  for (const action of countedActions) byAction.set(action, await differing(ask, module, action))
  const all = [...byAction.values()].flat()
  const created: ActionEffect[] = creating.length > 0 ? [creationEffect(module, creating)] : []
  if (all.length === 0) return created
  const conditions = all.flatMap(({ before, after }) => [before, after])
  const world = await classWorld(ask.kernel, ask.catalog, module, conditions)
  const counted: ActionEffect[] = []
  for (const [action, people] of byAction) counted.push(await recordEffect(world, { module, action, people }))
  return [...counted.filter(({ gain, lose }) => gain.people + lose.people > 0), ...created]
}

/** So many people in one turn; others get their answers in between. */
const atATime = 50

async function differing(
  { kernel, catalog, people, before, after }: EffectAsk,
  { name }: Module,
  action: CountedAction | 'create'
): Promise<Differing[]> {
  const compiler: Compiler = { catalog, dialect: kernel.dialect }
  const found: Differing[] = []
  for (const [index, { id, isAdministrator }] of people.entries()) {
    if (index % atATime === 0) await nextTurn()
    const asked = { module: name, action, staff: { id, isAdministrator } }
    const one = narrowing(before, compiler, asked) ?? always
    const other = narrowing(after, compiler, asked) ?? always
    if (JSON.stringify(one) !== JSON.stringify(other)) found.push({ staffId: id, before: one, after: other })
  }
  return found
}

function creationEffect(module: Module, people: readonly Differing[]): ActionEffect {
  const gaining = people.filter(({ before }) => before.kind === 'never').length
  const side = (count: number): Side => ({ people: count, records: 0, most: [], examples: [] })
  return { module: module.name, action: 'create', gain: side(gaining), lose: side(people.length - gaining) }
}

async function recordEffect(
  world: ClassWorld,
  ask: { module: Module; action: CountedAction; people: readonly Differing[] }
): Promise<ActionEffect> {
  const gain = newCount(world)
  const lose = newCount(world)
  for (const [index, { staffId, before, after }] of ask.people.entries()) {
    if (index % atATime === 0) await nextTurn()
    const [old, now] = [world.matching(before), world.matching(after)]
    gain.add(staffId, now, old)
    lose.add(staffId, old, now)
  }
  return { module: ask.module.name, action: ask.action, gain: gain.side(), lose: lose.side() }
}

const mostNamed = 3
const mostExamples = 2

interface Count {
  /** What this person has in `one` and has not in `other`. */
  add(staffId: string, one: Classes, other: Classes): void
  side(): Side
}

function newCount(world: ClassWorld): Count {
  const concerned = new Set<number>()
  const examples: { staffId: string; recordId: string }[] = []
  let people = 0
  let most: { staffId: string; records: number }[] = []
  return {
    add(staffId, one, other) {
      const classes = world.without(one, other)
      if (classes.length === 0) return
      people += 1
      for (const index of classes) concerned.add(index)
      const records = world.recordsIn(classes)
      most = [...most, { staffId, records }].sort((a, b) => b.records - a.records).slice(0, mostNamed)
      if (examples.length < mostExamples) examples.push({ staffId, recordId: world.exampleOf(classes[0]!) })
    },
    side: () => ({ people, records: world.recordsIn([...concerned]), most, examples })
  }
}
