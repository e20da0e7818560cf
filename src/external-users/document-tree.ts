/** The folders and documents of one project as a tree, and who can't get to what because of a folder above it (T08). */
import type { Knex } from 'knex'
import { any, descended, ID, linked, oneOf, unlinked, type Condition } from '../access/condition.js'
import { narrowRecords } from '../access/question.js'
import type { ViewedRecord } from '../access/record.js'
import { ChangedMeanwhile, staffActor } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import type { Module } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import {
  holdRights,
  rights,
  rightsOfRecords,
  rightsStamp,
  saidOf,
  setRights,
  stampOf,
  type Effect,
  type RecordRights,
  type Right
} from './object-rights.js'
import type { KnownFolders, ProjectWorld } from './project-settings.js'

/** So many folders, and so many documents, a page shows. */
export const mostOfTree = 200

export interface TreeNode {
  readonly module: string
  readonly id: string
  readonly title: string
  readonly isFolder: boolean
  readonly depth: number
  /** Keys of the folders it is in, the uppermost first. */
  readonly above: readonly string[]
}

export interface Tree {
  /** Folders before what is in them. */
  readonly nodes: readonly TreeNode[]
  /** The project has more than the page shows. */
  readonly isCut: boolean
}

/** Names a node among those of a tree. */
export function keyOf({ module, id }: Pick<TreeNode, 'module' | 'id'>): string {
  return `${module}.${id}`
}

/** A node as the audit list calls it. */
export function subjectOf({ module, id }: Pick<TreeNode, 'module' | 'id'>): string {
  return `record:${module}:${id}`
}

/** All of a project's folders and documents, as far as there is room. */
export async function documentTree(context: Context, world: ProjectWorld, projectId: string): Promise<Tree> {
  const part = world.parts.get('documents')
  if (!part) return { nodes: [], isCut: false }
  const { folders } = world
  const isProject = oneOf(ID, [projectId])
  const inTree = folders && inFolders(folders, isProject)
  const found = folders && inTree ? await entries(context, folders.module, folders.parent, inTree) : []
  const ofProject = linked(part.link.name, isProject)
  const placed = folders && inTree ? any(ofProject, linked(folders.of, inTree)) : ofProject
  const documents = await entries(context, part.module, folders?.of, placed)
  const nodes = arranged(found.slice(0, mostOfTree), documents.slice(0, mostOfTree))
  return { nodes, isCut: found.length > mostOfTree || documents.length > mostOfTree }
}

/** The project's own folders, and what is in them and belongs to no other project. */
function inFolders({ link, parent }: KnownFolders, isProject: Condition): Condition {
  const isHis = linked(link, isProject)
  return descended(parent, isHis, unlinked(link))
}

interface Entry {
  readonly module: string
  readonly id: string
  readonly title: string
  readonly isFolder: boolean
  /** Key of the folder it is in. */
  readonly folder: string | undefined
}

const perPage = 200

/** One more than a page shows. */
async function entries(context: Context, module: Module, up: string | undefined, when: Condition): Promise<Entry[]> {
  const lookup = [...module.fields.values()].find((field) => up !== undefined && field.link === up)
  const fields = [module.title, ...(lookup ? [lookup.name] : [])]
  const to = up === undefined ? undefined : module.links.get(up)?.to
  const door = await narrowRecords(context.kernel, {
    module: module.name,
    when,
    fields,
    named: to === undefined || to === module.name ? [] : [to]
  })
  const found: Entry[] = []
  for (let after: string | undefined = ''; after !== undefined && found.length <= mostOfTree;) {
    const page = await door.list(module.name, { limit: perPage, fields, ...(after ? { after } : {}) })
    found.push(...page.records.map((record) => entryOf(record, lookup?.name, to === module.name)))
    after = page.next
  }
  return found
}

function entryOf(record: ViewedRecord, lookup: string | undefined, isFolder: boolean): Entry {
  const place = lookup === undefined ? null : record.values[lookup]
  const folder = typeof place === 'object' && place !== null && 'id' in place ? keyOf(place) : undefined
  return { module: record.module.name, id: record.id, title: record.title, isFolder, folder }
}

/** Each folder with what is in it; what stands in no folder of the project, and what stands in a circle, comes last. */
function arranged(folders: readonly Entry[], documents: readonly Entry[]): TreeNode[] {
  const known = new Set(folders.map(keyOf))
  const inside = new Map<string | undefined, Entry[]>()
  for (const entry of [...byTitle(folders), ...byTitle(documents)]) {
    const place = entry.folder !== undefined && known.has(entry.folder) ? entry.folder : undefined
    inside.set(place, [...(inside.get(place) ?? []), entry])
  }
  const placed = new Map<string, TreeNode>()
  const put = (entry: Entry, above: readonly string[]): void => {
    const key = keyOf(entry)
    if (placed.has(key)) return
    const { module, id, title, isFolder } = entry
    placed.set(key, { module, id, title, isFolder, depth: above.length, above })
    for (const one of (isFolder && inside.get(key)) || []) put(one, [...above, key])
  }
  for (const entry of [...(inside.get(undefined) ?? []), ...folders, ...documents]) put(entry, [])
  return [...placed.values()]
}

function byTitle(some: readonly Entry[]): Entry[] {
  return some.toSorted((one, other) => one.title.localeCompare(other.title))
}

// --- rights in a tree ---

/** By key; of what nothing is said is left out. */
export type TreeRights = ReadonlyMap<string, RecordRights>

export async function treeRights(db: Knex, nodes: readonly TreeNode[]): Promise<TreeRights> {
  const said = new Map<string, RecordRights>()
  for (const module of new Set(nodes.map((node) => node.module))) {
    const ids = nodes.filter((node) => node.module === module).map(({ id }) => id)
    for (const [id, rightsOfOne] of await rightsOfRecords(db, module, ids)) said.set(keyOf({ module, id }), rightsOfOne)
  }
  return said
}

/** The same while nothing that is said of any of them changes. */
export function treeStamp(said: TreeRights): string {
  return stampOf([...said].map(([key, one]) => `${key} ${rightsStamp(one)}`))
}

/** The uppermost folder above a node that keeps this person from it; undefined when none does, or when he may not read the node itself. */
export function blockerFor(said: TreeRights, node: TreeNode, personId: string): string | undefined {
  if (!mayRead(said, keyOf(node), personId)) return undefined
  return node.above.find((key) => !mayRead(said, key, personId))
}

function mayRead(said: TreeRights, key: string, personId: string): boolean {
  return saidOf(said.get(key) ?? new Map(), personId, 'read')?.effect === 'allow'
}

/** What is to be said of each right: undefined leaves it as it is. */
export type Wish = Readonly<Partial<Record<Right, Effect | 'nothing'>>>

/** Says the same of several nodes for one grantee, if the whole tree still is as the form showed it. @throws ChangedMeanwhile */
export async function changeTreeRights(
  context: Context,
  change: { tree: readonly TreeNode[]; chosen: readonly TreeNode[]; grantee: string; wish: Wish; stamp: string },
  by: Staff
): Promise<void> {
  const { tree, chosen, grantee, wish, stamp } = change
  await context.db.transaction(async (trx) => {
    await holdRights(trx)
    const before = await treeRights(trx, tree)
    if (treeStamp(before) !== stamp) throw new ChangedMeanwhile()
    for (const node of chosen) {
      const was: RecordRights = before.get(keyOf(node)) ?? new Map()
      const wanted = wished(was.get(grantee) ?? {}, wish)
      await setRights(trx, node.module, node.id, new Map([[grantee, wanted]]))
      await noteChange(context, node, { was, is: new Map([...was, [grantee, wanted]]) }, by, trx)
    }
  })
}

function wished(was: Partial<Record<Right, Effect>>, wish: Wish): Partial<Record<Right, Effect>> {
  return Object.fromEntries(
    rights.flatMap((right) => {
      const effect = wish[right] ?? was[right]
      return effect === undefined || effect === 'nothing' ? [] : [[right, effect]]
    })
  )
}

async function noteChange(
  context: Context,
  { module, id }: TreeNode,
  { was, is }: { was: RecordRights; is: RecordRights },
  by: Staff,
  trx: Knex
): Promise<void> {
  if (rightsStamp(was) === rightsStamp(is)) return
  const told = { before: Object.fromEntries(was), after: Object.fromEntries(is) }
  const subject = subjectOf({ module, id })
  await context.audit.note({ actor: staffActor(by), action: 'record.rights-changed', subject, ...told }, trx)
}
