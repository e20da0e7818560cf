/** Whom data privacy is about: a record of the CRM that stands for a person, or a portal user who has none (E08). */
import type { Knex } from 'knex'
import { isAuthor } from '../../access/authorship.js'
import { lookUp } from '../../access/question.js'
import { records } from '../../access/records.js'
import type { Viewer } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { configuration } from '../configuration.js'
import { noRecord } from '../people/portal-users.js'

/** Of whom data is held. Without a record the module is '' and the id that of the portal user. */
export interface Subject {
  readonly module: string
  readonly recordId: string
}

/** A subject as somebody in a portal meets him. */
export interface NamedSubject extends Subject {
  readonly name: string
  readonly isOneself: boolean
}

/** As the audit list and queued mail speak of a subject. */
export function auditSubjectOf({ module, recordId }: Subject): string {
  return module === noRecord.module ? `portal-user:${recordId}` : `record:${module}:${recordId}`
}

export function hasRecord({ module }: Subject): boolean {
  return module !== noRecord.module
}

/** Modules whose records are people whatever a portal does with them. */
export const peopleModules = ['Contact', 'Lead']

/** The modules whose records stand for people: contacts, leads, and what user types have as primary module. */
export async function personModules(context: Context): Promise<ReadonlySet<string>> {
  const { modules } = await context.host.catalog('en')
  const { userTypes } = await configuration(context.db)
  const named = [...peopleModules, ...[...userTypes.values()].map(({ primaryModule }) => primaryModule)]
  return new Set(named.filter((module) => modules.has(module)))
}

export function oneself({ person }: Pick<Viewer, 'person'>): NamedSubject {
  const { module = noRecord.module, recordId = person.id, name } = person
  return { module, recordId, name, isOneself: true }
}

/** Himself, or somebody whose record he wrote and still sees, and who has never come in himself. @throws NotFound for everybody else. */
export async function subjectFor(context: Context, viewer: Viewer, asked: Subject): Promise<NamedSubject> {
  const own = oneself(viewer)
  if (own.module === asked.module && own.recordId === asked.recordId) return own
  const isPerson = (await personModules(context)).has(asked.module)
  if (!isPerson || !(await isAuthor(context.db, asked.module, asked.recordId, viewer.person.id))) throw new NotFound()
  if (await speaksForHimself(context.db, asked)) throw new NotFound()
  const { title } = await records(viewer).find(asked.module, asked.recordId)
  return { ...asked, name: title, isOneself: false }
}

/** Whoever came in himself decides for himself, whoever added his record; also while his access is suspended or was taken back for a while. */
async function speaksForHimself(db: Knex, { module, recordId }: Subject): Promise<boolean> {
  const row: unknown = await db('portico_portal_users')
    .first('id')
    .where({ module, record_id: recordId })
    .whereIn('status', ['confirmed', 'suspended', 'deactivated'])
  return row !== undefined
}

interface Written {
  readonly module: string
  readonly record_id: string
}

/** The people he added and still sees, by `skip` and `limit` of what he wrote; `more` when there is more behind. */
export async function addedBy(
  context: Context,
  viewer: Viewer,
  page: { skip: number; limit: number }
): Promise<{ people: NamedSubject[]; more: boolean }> {
  const written = await context
    .db<Written & { author_id: string }>('portico_authorship')
    .select('module', 'record_id')
    .where({ author_id: viewer.person.id })
    .whereIn('module', [...(await personModules(context))])
    .orderBy(['module', 'record_id'])
    .offset(page.skip)
    .limit(page.limit + 1)
  const own = oneself(viewer)
  const people: NamedSubject[] = []
  for (const { module, record_id: recordId } of written.slice(0, page.limit)) {
    if (module === own.module && recordId === own.recordId) continue
    if (await speaksForHimself(context.db, { module, recordId })) continue
    const record = await unlessGone(records(viewer).find(module, recordId))
    if (record) people.push({ module, recordId, name: record.title, isOneself: false })
  }
  return { people, more: written.length > page.limit }
}

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** What the CRM calls the person; undefined for a record that is gone. */
export async function nameOf(context: Context, subject: Subject): Promise<string | undefined> {
  if (!hasRecord(subject)) return nameOfUser(context.db, subject.recordId)
  const module = (await context.host.catalog('en')).modules.get(subject.module)
  if (!module) return undefined
  return (await lookUp(context.kernel, subject.module, subject.recordId, [module.title]))?.title
}

async function nameOfUser(db: Knex, id: string): Promise<string | undefined> {
  const where = { id, module: noRecord.module }
  const row = await db<{ id: string; module: string; name: string }>('portico_portal_users').first('name').where(where)
  return row?.name
}
