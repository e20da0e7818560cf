/** Looking at a part of what is his: the same grants, with a condition more. It can only take away. */
import { all, any, descended, ID, joined, linked, oneOf, unlinked, type Condition } from '../../access/condition.js'
import { viewerUnder, type Viewer } from '../../access/viewer.js'
import type { KnownFolders, KnownPart } from '../project-settings.js'

/** The viewer with just those records of `module` before him for which `when` holds. He only looks. */
export function narrowedTo(viewer: Viewer, module: string, when: Condition): Viewer {
  const policy = viewer.policy.get(module)
  if (!policy) return viewer
  const place = { id: 'place', when, reason: { key: 'access:reason.member' } }
  const narrowed = { ...policy, restrictions: [...policy.restrictions, place] }
  return viewerUnder(viewer.kernel, viewer.person, new Map([...viewer.policy, [module, narrowed]]))
}

/** Things of one project. */
export function ofProject({ link }: Pick<KnownPart, 'link'>, projectId: string): Condition {
  return linked(link.name, oneOf(ID, [projectId]))
}

/** What he is responsible for. */
export function hisOwn(module: string, { person }: Viewer): Condition {
  return joined('portico_responsible', { module, person_id: person.id })
}

/** The folders of a project, at whatever depth. */
export function foldersOf({ link, parent }: KnownFolders, projectId: string): Condition {
  const isOfIt = linked(link, oneOf(ID, [projectId]))
  return descended(parent, isOfIt, any(unlinked(link), isOfIt))
}

/** The uppermost folders of a project: they are in none, or in one that belongs to no project. */
export function topFoldersOf({ link, parent }: KnownFolders, projectId: string): Condition {
  return all(linked(link, oneOf(ID, [projectId])), any(unlinked(parent), linked(parent, unlinked(link))))
}
