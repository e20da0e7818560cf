/** The tabs of a project: one for each kind of things that is open to him (T09). */
import { records } from '../../access/records.js'
import { isActivity, type Kind } from '../kinds.js'
import { moduleRights } from '../module-rights.js'
import type { KnownPart } from '../project-settings.js'
import { hasHeld } from './held-documents.js'
import { narrowedTo, ofProject } from './narrowed.js'
import type { Room } from './room.js'

export interface Tab {
  readonly kind: Kind
  readonly label: string
  readonly url: string
  /** `12`, `99+`; undefined where counting would take long. */
  readonly count: string | undefined
}

/** What people look for first. */
const order: readonly Kind[] = [
  'tasks',
  'appointments',
  'calls',
  'notes',
  'documents',
  'emails',
  'tickets',
  'quotes',
  'orders',
  'contracts',
  'members'
]

/** More than that is many. */
const mostCounted = 99

export async function tabsOf(room: Room, projectId: string): Promise<Tab[]> {
  const open = await openKinds(room, projectId)
  return Promise.all(
    open.map(async (part) => ({
      kind: part.kind,
      label: part.kind === 'members' ? room.t('external:kind.members') : part.module.labelPlural,
      url: room.url('projects', projectId, part.kind),
      count: part.kind === 'documents' ? undefined : await countIn(room, part, projectId)
    }))
  )
}

/** Activities always, for his own are his without any right; documents also where some belong to what he sees. */
async function openKinds(room: Room, projectId: string): Promise<KnownPart[]> {
  const { world, viewer, context } = room
  const yes = await moduleRights(context.db, viewer.person.id)
  const parts = order.flatMap((kind) => world.parts.get(kind) ?? [])
  const there = parts.filter(({ module }) => viewer.policy.has(module.name))
  const open = there.filter(({ kind }) => isActivity(kind) || yes.has(kind))
  const documents = there.find(({ kind }) => kind === 'documents')
  if (!documents || open.includes(documents) || !(await hasHeld(room, projectId))) return open
  return there.filter((part) => part === documents || open.includes(part))
}

async function countIn({ viewer }: Room, part: KnownPart, projectId: string): Promise<string> {
  const { name } = part.module
  const door = records(narrowedTo(viewer, name, ofProject(part, projectId)))
  const { count, capped } = await door.count(name, {}, mostCounted)
  return capped ? `${count}+` : String(count)
}
