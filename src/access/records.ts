/** The door: the one way to a host record. It hides how conditions become SQL, which fields a row shows, and the checks before a write. */
import { attachment, withFiles } from './attachments.js'
import { enter, enterIfHis, isId, subjectOf } from './entered.js'
import { explainRecord } from './explain.js'
import { news } from './news.js'
import { changePost, feed, file, post, removeFile, removePost } from './notes.js'
import { count, find, findSome, found, list, related, relatedTo } from './reading.js'
import type { Explanation, Records, ViewedRecord } from './record.js'
import { releasedModule, releasedModules } from './released.js'
import { tally } from './tally.js'
import type { Viewer } from './viewer.js'
import { together } from './together.js'
import { change, cloneOf, create, mayCreate, remove, setLink } from './writing.js'

/** What `viewer` may see and do. @see Records for each method. Rules: Z05–Z08, Z28, E09–E11. */
export function records(viewer: Viewer): Records {
  return {
    modules: () => releasedModules(viewer),
    module: (name) => releasedModule(viewer, name),
    list: async (name, query) => list(await enter(viewer, name, 'view'), query ?? {}),
    count: async (name, query, cap) => count(await enter(viewer, name, 'view'), query ?? {}, cap ?? 1000),
    tally: async (name, query, cap) => tally(await enter(viewer, name, 'view'), query, cap ?? 10_000),
    find: async (name, id) => {
      const entered = await enter(viewer, name, 'open')
      const [record] = await withFiles(entered, [await find(entered, id)])
      return found(viewer, record!)
    },
    findSome: (name, ids) => some(viewer, name, ids),
    related: (name, id, link, query) => related(viewer, { name, id, link }, query ?? {}),
    relatedTo: (record, link, query) => relatedTo(viewer, record, link, query ?? {}),
    create: (name, record) => create(viewer, name, record),
    change: (name, id, values, files) => change(viewer, name, id, { values, files }),
    remove: (name, id) => remove(viewer, name, id),
    mayCreate: (name, fill) => mayCreate(viewer, name, fill),
    together: (writes) => together(viewer, writes),
    cloneOf: (name, id) => cloneOf(viewer, name, id),
    link: (name, id, link, other) => setLink(viewer, { name, id, link, other }, true),
    unlink: (name, id, link, other) => setLink(viewer, { name, id, link, other }, false),
    feed: (name, id) => feed(viewer, name, id),
    news: (limit) => news(viewer, limit),
    post: (name, id, note) => post(viewer, name, id, note),
    changePost: (name, id, entryId, text) => changePost(viewer, { name, id, entryId }, text),
    removePost: (name, id, entryId) => removePost(viewer, { name, id, entryId }),
    removeFile: (name, id, entryId, fileId) => removeFile(viewer, { name, id, entryId }, fileId),
    file: (name, id, fileId) => file(viewer, name, id, fileId),
    attachment: (name, id, field, fileId) => attachment(viewer, { name, id, field }, fileId),
    explain: (name, id, t) => explain(viewer, name, id, t)
  }
}

/** So many are found by one statement, and their files by another. */
const mostAtOnce = 50

async function some(viewer: Viewer, name: string, ids: readonly string[]): Promise<ReadonlyMap<string, ViewedRecord>> {
  const all = new Map<string, ViewedRecord>()
  const entered = await enterIfHis(viewer, name, 'open')
  for (let from = 0; entered && from < ids.length; from += mostAtOnce) {
    const part = await findSome(entered, ids.slice(from, from + mostAtOnce))
    for (const record of await withFiles(entered, part)) all.set(record.id, found(viewer, record))
  }
  return all
}

async function explain(
  viewer: Viewer,
  name: string,
  id: string,
  t: Parameters<Records['explain']>[2]
): Promise<Explanation> {
  const subject = await subjectOf(viewer, name)
  if (!subject || !isId(id)) return { visible: false, grants: [], restrictions: [] }
  return explainRecord(viewer.kernel.db, subject, id, t)
}
