/** Where a document lies, as far as that is his to know: the way back to its folder. */
import type { Request } from 'express'
import type { ViewedRecord } from '../../access/record.js'
import { records } from '../../access/records.js'
import { folderIn, urlOf } from './document-tab.js'
import { documentTitle } from './documents.js'
import { idsAtEnds, ifHis } from './looked-up.js'
import { partIn, type Crumb, type Room } from './room.js'

/** So deep are folders at most. */
const deepest = 20

export function documentIn(room: Room, req: Request): Promise<ViewedRecord> {
  return records(room.viewer).find(partIn(room, 'documents').module.name, String(req.params['id']))
}

/** His projects, the document's project, its folder, itself; what isn't his to see is left out. */
export async function crumbsOfDocument(room: Room, record: ViewedRecord, here?: string): Promise<Crumb[]> {
  const { t, url } = room
  const way = await placeOfDocument(room, record)
  return [
    { label: t('external:projects.title'), url: url('') },
    ...way,
    { label: documentTitle(room, record), url: here }
  ]
}

/** The address of its folder or, where that isn't known, of his projects. */
export async function wayBack(room: Room, record: ViewedRecord): Promise<string> {
  return (await placeOfDocument(room, record)).at(-1)?.url ?? room.url('')
}

async function placeOfDocument(room: Room, { module, id }: ViewedRecord): Promise<Crumb[]> {
  const { world } = room
  const part = partIn(room, 'documents')
  const [own, folderId] = await idsAtEnds(room, module, id, [part.link.name, world.folders?.of])
  const projectId = own ?? (await projectAbove(room, folderId))
  const project = projectId && (await ifHis(() => records(room.viewer).find(world.module.name, projectId)))
  if (!project) return []
  const folder = folderId === undefined ? undefined : await ifHis(() => folderIn(room, project, folderId))
  return [
    { label: project.title || room.t('external:project.untitled'), url: room.url('projects', project.id) },
    { label: folder?.title || module.labelPlural, url: urlOf(room, { project, part, folder }) }
  ]
}

/** The project of the uppermost folder that has one. */
async function projectAbove(room: Room, folderId: string | undefined): Promise<string | undefined> {
  const { folders } = room.world
  let above: string | undefined
  for (let [at, steps] = [folderId, 0]; folders && at !== undefined && steps < deepest; steps++) {
    const [project, parent] = await idsAtEnds(room, folders.module, at, [folders.link, folders.parent])
    above = project ?? above
    at = parent
  }
  return above
}
