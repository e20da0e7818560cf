/** Files: contents in a folder under random ids, names and sizes in the database. */
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Knex } from 'knex'
import { NotFound } from '../../errors.js'
import type { FileInfo, Files } from '../host.js'
import { actorId } from './actors.js'
import { holdFreeFile } from './record-files.js'
import { momentAt } from '../../db/moment.js'
import { letGo } from './set-aside.js'

export interface CrmFiles extends Files {
  info(id: string): Promise<FileInfo | undefined>
  /** Removes it unless it is on a record or a note. */
  removeUnused(id: string): Promise<void>
}

/** Where in the folder of files the content of this one lies. */
export function pathOfFile(id: string): string {
  return join(id.slice(0, 2), id)
}

export function createFiles(db: Knex, folder: string, now: () => number): CrmFiles {
  const pathOf = (id: string): string => join(folder, pathOfFile(id))
  const info = (id: string): Promise<FileInfo | undefined> =>
    db('crm_file').first('id', 'name', 'type', 'size').where({ id })

  const remove = async (id: string): Promise<void> => {
    if (!(await info(id))) return
    await db('crm_feed_file').where({ file_id: id }).delete()
    await db('crm_file').where({ id }).delete()
    await letGo(folder, pathOfFile(id))
  }

  return {
    info,
    remove,
    async write({ name, type, content }, by) {
      const id = randomUUID()
      const size = await store(pathOf(id), content)
      const file = { id, name, type, size }
      await db('crm_file').insert({
        ...file,
        created_at: momentAt(now()),
        author_kind: by.kind,
        author_id: actorId(by)
      })
      return file
    },
    async read(id) {
      if (!(await info(id))) throw new NotFound()
      const handle = await open(pathOf(id))
      return createReadStream('', { fd: handle })
    },
    async removeUnused(id) {
      if (await holdFreeFile(db, id)) await remove(id)
    }
  }
}

/** Writes all of `content` or nothing, and gives its size in bytes. */
async function store(path: string, content: NodeJS.ReadableStream): Promise<number> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.part`
  try {
    await pipeline(content, createWriteStream(unfinished, { flags: 'wx' }))
    await rename(unfinished, path)
    return (await stat(path)).size
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
