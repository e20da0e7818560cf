/** Which records conditions mean, without asking the database for each: a module's records are read once as classes, and conditions are
 *  answered from lists of classes. Says what the kernel says (a generated test compares them). */
import { always, owned, type Condition } from '../access/condition.js'
import type { Kernel } from '../access/kernel.js'
import { leadsToOne, recordClasses, type ClassFlag, type RecordClass } from '../access/record-classes.js'
import type { Catalog, Module } from '../host/catalog.js'

/** Numbers of classes; `all`: every one. */
export type Classes = readonly number[] | 'all'

export interface ClassWorld {
  /** How many records there are. */
  readonly records: number
  recordsIn(classes: Classes): number
  /** Id of a record of this class. */
  exampleOf(index: number): string
  /** The classes whose records a condition means; one of those that the world was made for. */
  matching(condition: Condition): Classes
  /** What is in `one` and not in `other`. */
  without(one: Classes, other: Classes): number[]
}

/** Reads the records of a module, told apart as far as `conditions` tell them apart: one statement. */
export async function classWorld(
  kernel: Kernel,
  catalog: Catalog,
  module: Module,
  conditions: Iterable<Condition>
): Promise<ClassWorld> {
  const questions = questionsOf(catalog, module, conditions)
  const classes = await recordClasses(kernel, module.name, {
    owners: [...questions.owners.values()],
    flags: [...questions.flags.values()]
  })
  return worldOf(catalog, module, { classes, owners: [...questions.owners.keys()], flags: [...questions.flags.keys()] })
}

type Path = readonly string[]

interface Questions {
  readonly owners: Map<string, Path>
  readonly flags: Map<string, ClassFlag>
}

function questionsOf(catalog: Catalog, module: Module, conditions: Iterable<Condition>): Questions {
  const questions: Questions = { owners: new Map(), flags: new Map() }
  const ask = (path: Path, condition: Condition): unknown =>
    questions.flags.set(flagKey(path, condition), { path, condition })
  const walk = (near: Module, path: Path, condition: Condition): void => {
    const step = stepOf(catalog, near, condition)
    if (step) {
      ask([...path, step.link], always)
      walk(step.module, [...path, step.link], step.condition)
    } else if (condition.kind === 'owned') {
      questions.owners.set(placeKey(path), path)
      for (const group of condition.groups) ask(path, owned([], [group]))
    } else if (condition.kind === 'all' || condition.kind === 'any') {
      for (const part of condition.of) walk(near, path, part)
    } else if (condition.kind !== 'always' && condition.kind !== 'never') ask(path, condition)
  }
  for (const condition of conditions) walk(module, [], condition)
  return questions
}

interface LinkStep {
  readonly link: string
  readonly module: Module
  readonly condition: Condition
}

/** A condition on the one record at the other end of a link is taken apart; on several it is one question. */
function stepOf(catalog: Catalog, near: Module, condition: Condition): LinkStep | undefined {
  if (condition.kind !== 'linked') return undefined
  const link = near.links.get(condition.link)
  const module = link && leadsToOne(link) ? catalog.modules.get(link.to) : undefined
  return module && { link: condition.link, module, condition: condition.condition }
}

function placeKey(path: Path): string {
  return path.join('\n')
}

function flagKey(path: Path, condition: Condition): string {
  return `${placeKey(path)}\n\n${JSON.stringify(condition)}`
}

interface Read {
  readonly classes: readonly RecordClass[]
  /** The keys of what was asked, in the order of the answers. */
  readonly owners: readonly string[]
  readonly flags: readonly string[]
}

function worldOf(catalog: Catalog, module: Module, read: Read): ClassWorld {
  const { classes } = read
  const postings = postingsOf(read)
  const every = classes.map((_, index) => index)
  const total = sizeOf(classes, every)
  const marks = new Int32Array(classes.length)
  let round = 0
  const union = (lists: readonly (readonly number[])[]): readonly number[] => {
    if (lists.length === 1) return lists[0]!
    round += 1
    return lists.flatMap((list) => list.filter((index) => marks[index] !== round && (marks[index] = round)))
  }
  const listed = (list: Classes): readonly number[] => (list === 'all' ? every : list)

  const matching = (near: Module, path: Path, condition: Condition): Classes => {
    const step = stepOf(catalog, near, condition)
    if (step) return behind(step, [...path, step.link])
    switch (condition.kind) {
      case 'always':
        return 'all'
      case 'never':
        return nothing
      case 'owned':
        return union([
          ...condition.people.map((id) => postings.owned(placeKey(path), id)),
          ...condition.groups.map((group) => postings.holding(flagKey(path, owned([], [group]))))
        ])
      case 'any':
        return union(condition.of.map((part) => listed(matching(near, path, part))))
      case 'all':
        return condition.of.map((part) => matching(near, path, part)).reduce(both)
      case 'linked':
      case 'unlinked':
      case 'descended':
      case 'oneOf':
      case 'compare':
      case 'joined':
      case 'not':
        return postings.holding(flagKey(path, condition))
    }
  }
  const behind = (step: LinkStep, path: Path): Classes => {
    const found = matching(step.module, path, step.condition)
    return found === 'all' ? postings.holding(flagKey(path, always)) : found
  }
  const both = (one: Classes, other: Classes): Classes => {
    if (one === 'all') return other
    return other === 'all' ? one : marked(other, (isMarked) => one.filter(isMarked))
  }
  const marked = <T>(list: readonly number[], use: (isMarked: (index: number) => boolean) => T): T => {
    round += 1
    for (const index of list) marks[index] = round
    return use((index) => marks[index] === round)
  }
  return {
    records: total,
    recordsIn: (list) => (list === 'all' ? total : sizeOf(classes, list)),
    exampleOf: (index) => classes[index]!.example,
    matching: (condition) => matching(module, [], condition),
    without(one, other) {
      if (other === 'all') return []
      return marked(other, (isMarked) => listed(one).filter((index) => !isMarked(index)))
    }
  }
}

const nothing: readonly number[] = []

function sizeOf(classes: readonly RecordClass[], list: readonly number[]): number {
  return list.reduce((sum, index) => sum + classes[index]!.records, 0)
}

interface Postings {
  /** The classes whose record at that place belongs to this person. */
  owned(place: string, staffId: string): readonly number[]
  /** The classes for which a question was answered with yes. */
  holding(flag: string): readonly number[]
}

function postingsOf({ classes, owners, flags }: Read): Postings {
  const byOwner = new Map(owners.map((key) => [key, new Map<string, number[]>()]))
  const byFlag = new Map(flags.map((key): [string, number[]] => [key, []]))
  classes.forEach((one, index) => {
    owners.forEach((key, place) => put(byOwner.get(key)!, one.owners[place], index))
    flags.forEach((key, place) => one.holds[place] && byFlag.get(key)!.push(index))
  })
  return {
    owned: (place, staffId) => byOwner.get(place)?.get(staffId) ?? nothing,
    holding: (flag) => byFlag.get(flag) ?? nothing
  }
}

function put(lists: Map<string, number[]>, key: string | null | undefined, index: number): void {
  if (key === null || key === undefined) return
  const list = lists.get(key)
  if (list) list.push(index)
  else lists.set(key, [index])
}
