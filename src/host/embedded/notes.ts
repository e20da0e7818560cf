/** Notes and files of records through a gate: who may not see a record sees nothing written on it. */
import type { Knex } from 'knex'
import { Forbidden, NotFound } from '../../errors.js'
import type { Scope } from '../../hooks.js'
import type { Module } from '../catalog.js'
import type { Actor, FileInfo } from '../host.js'
import { allRows, firstRow } from './answers.js'
import { actorId } from './actors.js'
import { latestEntries, type CrmFeed, type CrmFeedEntry } from './feed.js'
import type { CrmFiles } from './files.js'
import type { Gate } from './gate.js'
import type { Model } from './model.js'
import { rows, union, waysIn } from './query.js'
import { fileInField } from './record-files.js'
import type { Reader } from './reading.js'
import type { Records } from './records.js'

export type Notes = Pick<Records, 'feed' | 'post' | 'changePost' | 'removePost' | 'file' | 'stream'>

export interface NotesOptions {
  readonly db: Knex
  readonly model: () => Promise<Model>
  readonly feed: CrmFeed
  readonly files: CrmFiles
}

const usualLength = 200

export function createNotes({ db, model, feed, files }: NotesOptions, actor: Actor, gate: Gate, reader: Reader): Notes {
  const mustSee = async (module: string, id: string): Promise<void> => {
    await reader.rowOf((await model()).module(module).module, id)
  }

  const entries = async (module: string, id: string, limit = usualLength): Promise<CrmFeedEntry[]> => {
    await mustSee(module, id)
    return feed.list(module, id, { internal: true, limit })
  }

  /** A post on this very record that is his to change. */
  const mustBeHis = async (module: string, id: string, entryId: string): Promise<void> => {
    await mustSee(module, id)
    const entry = await feed.find(entryId)
    if (entry?.kind !== 'post' || entry.module !== module || entry.recordId !== id) throw new NotFound()
    const isHis = entry.author.kind === actor.kind && entry.author.id === actorId(actor)
    if (!isHis && !gate.isAdministrator) throw new Forbidden()
  }

  return {
    feed: entries,
    async post(module, id, note) {
      await mustSee(module, id)
      return feed.post({ module, recordId: id, ...note }, actor)
    },
    async changePost(module, id, entryId, text) {
      await mustBeHis(module, id, entryId)
      await feed.change(entryId, text, actor)
    },
    async removePost(module, id, entryId) {
      await mustBeHis(module, id, entryId)
      await feed.remove(entryId, actor)
    },
    async file(module, id, fileId) {
      await mustSee(module, id)
      const info =
        (await fileInField(db, (await model()).module(module).module, id, fileId)) ??
        (await fileOn(db, module, id, fileId))
      return { info, open: () => files.read(fileId) }
    },
    async stream(modules, limit = 50) {
      const known = await model()
      const found: CrmFeedEntry[] = []
      for (const name of modules) {
        const scopes = await gate.scopes(name, 'view')
        found.push(...(await latestVisible(db, known.module(name).module, scopes, limit)))
      }
      return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit)
    }
  }
}

/** So many entries are looked through for some that may be seen before the records are asked which of them have any. */
const lookedThrough = 5_000
/** Who sees more records than this finds some by looking on. */
const fewRecords = 2_000

/** The latest entries on visible records: whoever sees little is not kept waiting while all that was ever written is looked through. */
async function latestVisible(
  db: Knex,
  module: Module,
  scopes: readonly Scope[],
  limit: number
): Promise<CrmFeedEntry[]> {
  const visible = rows(db, module, scopes).select(db.raw('1')).whereRaw('r.id = f.record_id')
  const narrow: Narrow = (query) => void query.whereExists(visible.clone())
  if (scopes.length === 0) return latestEntries(db, module.name, narrow, limit)
  const since = (await lastPosition(db)) - lookedThrough
  const recent = await latestEntries(
    db,
    module.name,
    (query) => {
      narrow(query)
      void query.where('f.position', '>', since)
    },
    limit
  )
  if (recent.length === limit || since <= 0) return recent
  const ids = await idsWithin(db, module, scopes)
  const few: Narrow = (query) => void query.whereIn('f.record_id', ids)
  return latestEntries(db, module.name, ids.length > fewRecords ? narrow : few, limit)
}

type Narrow = (query: Knex.QueryBuilder) => void

async function lastPosition(db: Knex): Promise<number> {
  const last = await firstRow<{ position: number | null }>(db('crm_feed').max({ position: 'position' }).first())
  return Number(last?.position ?? 0)
}

/** One more than few, where there are more. */
async function idsWithin(db: Knex, module: Module, scopes: readonly Scope[]): Promise<string[]> {
  const ways = (waysIn(scopes)?.parts ?? [scopes]).map((way) =>
    rows(db, module, way)
      .select('r.id')
      .limit(fewRecords + 1)
  )
  const found = await allRows<{ id: string }>(union(db, ways).limit(fewRecords + 1))
  return found.map(({ id }) => id)
}

/** A file on a note of this record. @throws NotFound */
async function fileOn(db: Knex, module: string, id: string, fileId: string): Promise<FileInfo> {
  const info = await firstRow<FileInfo>(
    db('crm_feed as f')
      .join('crm_feed_file as a', 'a.feed_id', 'f.id')
      .join('crm_file as i', 'i.id', 'a.file_id')
      .first('i.id', 'i.name', 'i.type', 'i.size')
      .where({ 'f.module': module, 'f.record_id': id, 'i.id': fileId })
  )
  if (!info) throw new NotFound()
  return info
}
