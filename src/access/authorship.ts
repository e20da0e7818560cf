/** Who from outside wrote which record or note; kept by us, for the host may not be able to (Z06, Z26). */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'

interface AuthorshipRow {
  readonly module: string
  readonly record_id: string
  readonly author_id: string
  readonly at: string
}

export async function noteAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<void> {
  await db('portico_authorship')
    .insert({ module, record_id: recordId, author_id: authorId, at: momentAt(Date.now()) })
    .onConflict(['module', 'record_id'])
    .ignore()
}

export async function isAuthor(db: Knex, module: string, recordId: string, authorId: string): Promise<boolean> {
  const row = await db<AuthorshipRow>('portico_authorship')
    .first('at')
    .where({ module, record_id: recordId, author_id: authorId })
  return row !== undefined
}

/** Name under which notes stand among what people wrote. */
export const feedEntries = 'FeedEntry'

/** Ids of what any of these people wrote in a module, or of their notes (`feedEntries`), in order, after the id `after`. */
export async function writtenIn(
  db: Knex,
  module: string,
  authorIds: readonly string[],
  page: { after: string; limit: number }
): Promise<string[]> {
  const rows = await db<AuthorshipRow>('portico_authorship')
    .select('record_id')
    .where({ module })
    .whereIn('author_id', [...authorIds])
    .andWhere('record_id', '>', page.after)
    .orderBy('record_id')
    .limit(page.limit)
  return rows.map((row) => row.record_id)
}

/** How much they wrote, by module. */
export async function writtenCounts(db: Knex, authorIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('portico_authorship')
    .select('module', db.raw('count(*) as n'))
    .whereIn('author_id', [...authorIds])
    .groupBy('module')
    .orderBy('module')) as { module: string; n: number | string }[]
  return new Map(rows.map(({ module, n }) => [module, Number(n)]))
}

export async function forgetAuthor(db: Knex, module: string, recordId: string): Promise<void> {
  await db('portico_authorship').where({ module, record_id: recordId }).delete()
}

/** Who from outside wrote it: the id of the portal or external user; undefined for staff's. */
export async function authorOf(db: Knex, module: string, recordId: string): Promise<string | undefined> {
  const row = await db<AuthorshipRow>('portico_authorship').first('author_id').where({ module, record_id: recordId })
  return row?.author_id
}
