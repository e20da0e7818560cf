/** Documents of something else than the project: of a task, a quote. They are his with that and with the right on the document (T06). */
import { any, ID, linked, oneOf, type Condition } from '../../access/condition.js'
import { records } from '../../access/records.js'
import { isActivity, type Kind } from '../kinds.js'
import { shownDocuments, type ShownDocument } from './documents.js'
import { narrowedTo, ofProject } from './narrowed.js'
import type { Room } from './room.js'

/** So many are shown of one kind. */
const mostHeld = 50

interface HeldList {
  readonly kind: Kind
  /** `Quotes`: what they belong to. */
  readonly label: string
  readonly documents: readonly ShownDocument[]
}

/** Whether there is any of them in the project. */
export async function hasHeld(room: Room, projectId: string): Promise<boolean> {
  const ways = [...room.world.holders].flatMap(([kind, link]) => {
    const part = room.world.parts.get(kind)
    return part ? [linked(link, ofProject(part, projectId))] : []
  })
  return (await idsWhere(room, any(...ways), 1)).length > 0
}

/** Those of a project's quotes, tasks …, by kind. */
export async function heldLists(room: Room, projectId: string): Promise<HeldList[]> {
  if (!(await hasHeld(room, projectId))) return []
  const lists = await Promise.all(
    [...room.world.holders].map(async ([kind, link]): Promise<HeldList[]> => {
      const part = room.world.parts.get(kind)
      const documents = part ? await documentsWhere(room, linked(link, ofProject(part, projectId))) : []
      return documents.length > 0 ? [{ kind, label: part?.module.labelPlural ?? '', documents }] : []
    })
  )
  return lists.flat()
}

/** Those of one activity. */
export async function documentsHeldBy(room: Room, kind: Kind, id: string): Promise<ShownDocument[]> {
  const link = isActivity(kind) ? room.world.holders.get(kind) : undefined
  return link ? documentsWhere(room, linked(link, oneOf(ID, [id]))) : []
}

async function documentsWhere(room: Room, when: Condition): Promise<ShownDocument[]> {
  return shownDocuments(room, await idsWhere(room, when, mostHeld))
}

async function idsWhere({ world, viewer }: Room, when: Condition, limit: number): Promise<string[]> {
  const module = world.parts.get('documents')?.module
  if (!module || !viewer.policy.has(module.name)) return []
  const door = records(narrowedTo(viewer, module.name, when))
  const { records: found } = await door.list(module.name, { limit, fields: [] })
  return found.map(({ id }) => id)
}
