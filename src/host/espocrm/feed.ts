/** The feed: posts in EspoCRM's streams, and the lines it writes there itself. Read by SQL, written by REST. */
import type { Knex } from 'knex'
import { z } from 'zod'
import { Forbidden, NotFound } from '../../errors.js'
import {
  HostRefused,
  HostUnavailable,
  type Actor,
  type Feed,
  type FeedEntry,
  type Files,
  type NewFeedEntry
} from '../host.js'
import type { Authors } from './authors.js'
import type { Espo } from './espo.js'
import { createFiles } from './files.js'
import { segment } from './ids.js'
import { entriesOf, notes, onlyPublic } from './notes.js'
import { noteText } from '../note-text.js'
import { freeFiles } from './placing.js'
import { EspoRefused } from './rest.js'

export function createFeed(espo: Espo, authors: Authors): Feed {
  const { db, rest } = espo
  const files = createFiles(espo)

  const find = async (entryId: string): Promise<FeedEntry | undefined> =>
    (await entriesOf(espo, notes(db).where({ 'n.id': entryId }).limit(1), authors.outsideOf))[0]

  const mustBePost = async (entryId: string): Promise<FeedEntry> => {
    const entry = await find(entryId)
    if (entry?.kind !== 'post') throw new NotFound()
    return entry
  }

  return {
    find,
    async list(module, id, { internal, limit }) {
      const query = notes(db).where({ 'n.parent_type': module, 'n.parent_id': id }).limit(limit)
      return entriesOf(espo, internal ? query : onlyPublic(query), authors.outsideOf)
    },
    async recent(module, ids, limit) {
      const query = notes(db)
        .where({ 'n.parent_type': module, 'n.type': 'Post' })
        .whereIn('n.parent_id', [...ids])
      // By an expression: in the order of its index MySQL would read everybody's notes until it has found enough of these.
      const newest = onlyPublic(query).clearOrder().orderByRaw('n.number + 0 desc').limit(limit)
      return (await entriesOf(espo, newest, authors.outsideOf)).reverse()
    },
    async post(entry, by) {
      await mustTakeNotes(espo, entry)
      const post = noteText(entry.text, entry.files.length > 0)
      const attachmentsIds = [...new Set(entry.files)]
      await mustBeFree(db, attachmentsIds)
      const parent = { parentType: entry.module, parentId: entry.recordId }
      const body = { type: 'Post', ...parent, post, isInternal: entry.internal, attachmentsIds }
      const ask = { body, ...(await actorOf(authors, by)) }
      return written.parse(await refusing(rest.send('POST', 'Note', ask))).id
    },
    async change(entryId, text, by) {
      const entry = await mustBePost(entryId)
      const post = noteText(text, entry.files.length > 0)
      await refusing(rest.send('PUT', doorOf(entry), { body: { post }, ...(await actorOf(authors, by)) }))
    },
    async remove(entryId, by) {
      const entry = await mustBePost(entryId)
      await refusing(rest.send('DELETE', doorOf(entry), await actorOf(authors, by)))
      for (const file of entry.files) await removeOurs(files, file.id)
    }
  }
}

const written = z.object({ id: z.string() })

/** @throws NotFound when the module has no feed or the record isn't there */
async function mustTakeNotes({ db, catalog }: Espo, { module: name, recordId }: NewFeedEntry): Promise<void> {
  const module = (await catalog('en')).modules.get(name)
  if (!module?.hasFeed) throw new NotFound()
  const { table, live } = module
  const found: unknown = await db(table)
    .first('id')
    .where({ id: recordId, ...(live && { [live.column]: live.is }) })
  if (!found) throw new NotFound()
}

/** Files that `files.write` gave, and that hang nowhere yet: EspoCRM would take them off another note. @throws HostRefused */
async function mustBeFree(db: Knex, files: readonly string[]): Promise<void> {
  const ids = new Set((await freeFiles(db, files)).map(({ id }) => id))
  if (!files.every((id) => ids.has(id))) throw new HostRefused({ files: { key: 'errors.field.reference' } })
}

async function actorOf(authors: Authors, by: Actor): Promise<{ actor?: string }> {
  const actor = await authors.idOf(by)
  return actor === undefined ? {} : { actor }
}

/** The extension's own door: EspoCRM's lets a note be changed only by its author, and only for some days. */
function doorOf(entry: FeedEntry): string {
  return `Portico/note/${segment(entry.id)}`
}

/** What `write` of a note gives.
 *  @throws HostRefused for a text that a rule of the CRM's administrator forbids, and for a file that went a moment ago;
 *  NotFound for a note that did; HostUnavailable for a right that Portico's user lacks: nobody outside can mend that. */
async function refusing<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    throw error instanceof EspoRefused ? refusalOf(error) : error
  }
}

function refusalOf(error: EspoRefused): Error {
  if (error.status === 404) return new NotFound(error)
  if (/\b(link|field): attachments\b/.test(error.reason))
    return new HostRefused({ files: { key: 'errors.field.reference' } })
  if (error.status === 400) return new HostRefused({ text: { key: 'errors.field.invalid' } })
  return new HostUnavailable(`EspoCRM lets its user portico write no note: ${error.message}`, { cause: error })
}

/** What staff added to the note is not ours to remove: it went out of sight with the note, and EspoCRM clears it away. */
async function removeOurs(files: Files, id: string): Promise<void> {
  try {
    await files.remove(id)
  } catch (error) {
    if (!(error instanceof Forbidden)) throw error
  }
}
