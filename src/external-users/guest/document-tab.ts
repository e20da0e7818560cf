/** The documents of a project: its folders to walk through, what lies in each, and what belongs to its tasks, quotes and so on (T08). */
import type { Request } from 'express'
import { all, ID, linked, oneOf, unlinked, type Condition } from '../../access/condition.js'
import type { NewRecord, ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import { NotFound } from '../../errors.js'
import { askedIn, queryOf, sortOf, type Asked } from '../../pages/list-address.js'
import { cursorOf, pageLinks } from '../../web/paging.js'
import type { KnownPart } from '../project-settings.js'
import { shownDocuments } from './documents.js'
import { heldLists } from './held-documents.js'
import { idsAtEnds, ifHis, lookupOf } from './looked-up.js'
import { foldersOf, narrowedTo, ofProject, topFoldersOf } from './narrowed.js'
import type { Crumb, Room } from './room.js'

/** So many folders are shown of one. */
const mostFolders = 200
/** So deep are folders at most, for the way back up. */
const deepest = 20

/** A folder of a project, or the place above all of them. */
export interface Place {
  readonly project: ViewedRecord
  readonly part: KnownPart
  /** Undefined: above all folders. */
  readonly folder: ViewedRecord | undefined
}

export async function documentsTab(room: Room, req: Request, project: ViewedRecord, part: KnownPart): Promise<object> {
  const folderId = req.params['folder']
  const folder = folderId === undefined ? undefined : await folderIn(room, project, String(folderId))
  const place = { project, part, folder }
  const asked = { ...askedIn(req), filters: {} }
  const { search } = asked
  const door = records(narrowedTo(room.viewer, part.module.name, lyingIn(room, place)))
  const found = await door.list(part.module.name, {
    ...queryOf(part, asked),
    after: cursorOf(req),
    fields: []
  })
  const ids = found.records.map(({ id }) => id)
  const here = urlOf(room, place)
  return {
    here,
    search,
    isSearchable: part.module.fields.get(part.module.title)?.searchable === true,
    crumbs: folder ? await crumbsTo(room, place) : [],
    folders: search === '' ? await foldersIn(room, place) : [],
    list: await shownDocuments(room, ids),
    held: folder || search !== '' ? [] : await heldLists(room, project.id),
    sorts: await sortsIn(room, part, here, asked),
    uploadUrl: (await mayUpload(room, place)) ? `${here}/upload` : undefined,
    pages: pageLinks(req, found.next)
  }
}

async function sortsIn({ viewer }: Room, { module }: KnownPart, here: string, asked: Asked): Promise<object> {
  const { sortable } = await records(viewer).module(module.name)
  const by = (name: string): object | undefined => (sortable.includes(name) ? sortOf(here, asked, name) : undefined)
  return { name: by(module.title), date: by(module.modifiedAt) }
}

/** @throws NotFound for one that isn't his, or is of another project */
export async function folderIn({ viewer, world }: Room, project: ViewedRecord, id: string): Promise<ViewedRecord> {
  const { folders } = world
  if (!folders) throw new NotFound()
  const { name } = folders.module
  return records(narrowedTo(viewer, name, foldersOf(folders, project.id))).find(name, id)
}

export function urlOf({ url }: Room, { project, folder }: Place): string {
  return url('projects', project.id, 'documents', ...(folder ? [folder.id] : []))
}

/** The documents in the folder; above all folders those of the project that lie in none. */
function lyingIn({ world: { folders } }: Room, { project, part, folder }: Place): Condition {
  if (folders && folder) return linked(folders.of, oneOf(ID, [folder.id]))
  const isOfIt = ofProject(part, project.id)
  return folders ? all(isOfIt, unlinked(folders.of)) : isOfIt
}

async function foldersIn(room: Room, place: Place): Promise<{ title: string; url: string }[]> {
  const { folders } = room.world
  if (!folders || !room.viewer.policy.has(folders.module.name)) return []
  const { name } = folders.module
  const { project, folder } = place
  const when = folder ? linked(folders.parent, oneOf(ID, [folder.id])) : topFoldersOf(folders, project.id)
  const found = await records(narrowedTo(room.viewer, name, when)).list(name, { limit: mostFolders })
  return found.records
    .map((one) => ({ title: folderTitle(room, one), url: urlOf(room, { ...place, folder: one }) }))
    .toSorted((one, other) => one.title.localeCompare(other.title))
}

function folderTitle({ t }: Room, { title, module }: ViewedRecord): string {
  return title || t('portal:list.untitled', { module: module.label })
}

/** From above all folders down to this one, as far as each is his. */
async function crumbsTo(room: Room, place: Place): Promise<Crumb[]> {
  const above = { label: room.t('guest:documents.top'), url: urlOf(room, { ...place, folder: undefined }) }
  const way: Crumb[] = []
  const met = new Set<string>()
  for (let at = place.folder; at && way.length < deepest && !met.has(at.id); at = await parentOf(room, place, at)) {
    met.add(at.id)
    const url = at === place.folder ? undefined : urlOf(room, { ...place, folder: at })
    way.unshift({ label: folderTitle(room, at), url })
  }
  return [above, ...way]
}

async function parentOf(room: Room, { project }: Place, { id }: ViewedRecord): Promise<ViewedRecord | undefined> {
  const { module, parent } = room.world.folders!
  const [above] = await idsAtEnds(room, module, id, [parent])
  return above === undefined ? undefined : ifHis(() => folderIn(room, project, above))
}

/** What a new document there is filled in with: its folder, and the project. */
export function fillingFor(
  { world }: Room,
  { project, part, folder }: Place
): Pick<NewRecord, 'fill' | 'links'> | undefined {
  const { folders } = world
  const of = folders && lookupOf(part.module, folders.of)
  if (!folder || !of) return undefined
  const own = lookupOf(part.module, part.link.name)
  return {
    fill: { [of]: folder.id, ...(own && { [own]: project.id }) },
    ...(own ? {} : { links: { [part.link.name]: [project.id] } })
  }
}

/** Whether there is a way to put a document there. */
export async function mayUpload(room: Room, place: Place): Promise<boolean> {
  const filling = fillingFor(room, place)
  const { file } = room.world
  if (!filling?.fill || !file) return false
  const door = records(room.viewer)
  const { creatable } = await door.module(place.part.module.name)
  return creatable.includes(file) && (await door.mayCreate(place.part.module.name, filling.fill))
}
