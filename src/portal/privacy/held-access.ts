/** What Portico itself holds about a person: access, sign-in, messages, what he did, what was asked by form, and the audit list (Z30 *export*). */
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { preferencesOf } from '../notifications/preferences.js'
import { formRequestsOf, messageSubjects } from './belonging-rows.js'
import { nameOf } from './persons-of.js'
import { auditSubjects, linesOf, type Chapter, type Entry, type Holding } from './holding.js'
import type { PortalUser } from '../people/portal-users.js'

const pageSize = 200

type Row = Readonly<Record<string, string | null>>

export async function aboutAccess(holding: Holding): Promise<Chapter[]> {
  const { t, users } = holding
  if (users.length === 0) return []
  const chapter = (id: string, entries: () => AsyncIterable<Entry>): Chapter => ({
    id,
    title: t(`privacy:archive.${id}`),
    entries
  })
  return [
    chapter('access', () => accesses(holding)),
    chapter('guest', () => guestAccess(holding)),
    chapter('signIn', () => signIns(holding)),
    chapter('messages', () => messages(holding)),
    chapter('notifications', () => notifications(holding)),
    chapter('doings', () => doings(holding)),
    chapter('forms', () => forms(holding)),
    chapter('audit', () => audit(holding))
  ]
}

async function* accesses({ context, users, all, t, format }: Holding): AsyncIterable<Entry> {
  for (const user of users) {
    const portal = all.portals.get(user.portalId)?.name ?? ''
    const userType = all.userTypes.get(user.userTypeId ?? '')?.name
    const { name, address, status, invitedAt, acceptedAt } = user
    const wanted = await preferencesOf(context.db, user.id)
    const toldOf = wanted?.kinds ?? []
    yield {
      title: portal,
      lines: linesOf(t, {
        name,
        address,
        userType,
        state: t(`portal:status.${status}`),
        invitedAt: format.datetime(invitedAt),
        acceptedAt: format.datetime(acceptedAt),
        notifications: toldOf.map((kind) => t(`notifications:staff.kind.${kind}`)).join(', ')
      }),
      files: [],
      data: {
        portal,
        userType,
        name,
        address,
        status,
        invitedAt,
        acceptedAt,
        notifications: toldOf,
        summary: wanted?.summary
      }
    }
  }
}

interface Guest {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly status: string
  readonly invited_at: string
}

/** He may be an external user of projects too; by his record, for a sign-in may be shared. */
async function* guestAccess({ context, subject, t, format }: Holding): AsyncIterable<Entry> {
  const { module, recordId } = subject
  const guest = await context
    .db<Guest & { module: string; record_id: string }>('portico_external_users')
    .first('id', 'name', 'address', 'status', 'invited_at')
    .where({ module, record_id: recordId })
  if (!guest) return
  const { name, address, status, invited_at: invitedAt } = guest
  const projects = await projectsOf(context, guest.id)
  yield {
    title: name,
    lines: linesOf(t, { name, address, invitedAt: format.datetime(invitedAt), projects: projects.join(', ') }),
    files: [],
    data: { name, address, status, invitedAt, projects }
  }
}

async function projectsOf(context: Context, personId: string): Promise<string[]> {
  const found: string[] = []
  const rows = (await context
    .db('portico_memberships')
    .select('module', 'record_id')
    .where({ person_id: personId })
    .orderBy(['module', 'record_id'])
    .limit(pageSize)) as { module: string; record_id: string }[]
  for (const row of rows) {
    const name = await nameOf(context, { module: row.module, recordId: row.record_id })
    if (name !== undefined) found.push(name)
  }
  return found
}

async function* signIns({ users, context, t }: Holding): AsyncIterable<Entry> {
  for (const id of new Set(users.flatMap(({ identityId }) => identityId ?? []))) {
    const profile = await context.identity.profile(id)
    if (!profile) continue
    const { address, name, locale, timeZone, country, formats } = profile
    yield {
      title: address,
      lines: linesOf(t, { name, language: t(`portal:change.languages.${locale}`), timeZone, country }),
      files: [],
      data: { address, name, locale, timeZone, country, formats }
    }
  }
}

/** When which message went, and what became of it; their texts are gone after a while and held secrets (links). */
async function* messages(holding: Holding): AsyncIterable<Entry> {
  const columns = ['id', 'kind', 'created_at', 'sent_at', 'state']
  const about = await messageSubjects(holding.context.db, holding)
  for (const table of ['portico_mail', 'portico_sms'] as const)
    for await (const row of rowsAbout(holding, table, columns, 'about', about))
      yield rowEntry(holding, row, { what: table === 'portico_mail' ? 'mail' : 'sms', words: 'mail' })
}

async function* notifications(holding: Holding): AsyncIterable<Entry> {
  const columns = ['id', 'kind', 'module', 'created_at', 'state']
  for await (const row of rowsAbout(holding, 'portico_notifications', columns, 'portal_user_id', ids(holding.users)))
    yield rowEntry(holding, row, { what: 'notification', words: 'notifications' })
}

async function* doings(holding: Holding): AsyncIterable<Entry> {
  const columns = ['id', 'kind', 'module', 'at', 'fields']
  const { modules } = await holding.context.host.catalog(holding.locale)
  for await (const row of rowsAbout(holding, 'portico_doings', columns, 'portal_user_id', ids(holding.users)))
    yield doingEntry(holding, row, modules.get(row['module'] ?? '')?.label ?? '')
}

function doingEntry({ t, format }: Holding, { id: _id, ...row }: Row, module: string): Entry {
  return {
    title: `${t('privacy:archive.what.doing')} · ${format.datetime(row['at'])}`,
    lines: linesOf(t, { action: t(`privacy:archive.did.${row['kind'] ?? ''}`, { module }) }),
    files: [],
    data: row
  }
}

/** Those too that were refused or wait still: by his addresses, as a deletion finds them. */
async function* forms(holding: Holding): AsyncIterable<Entry> {
  const columns = ['id', 'name', 'address', 'values', 'created_at', 'state', 'answer']
  const { context, subject, users } = holding
  const addresses = users.map(({ address }) => address).filter((address) => address !== '')
  const requests = users.length === 0 ? [] : await formRequestsOf(context.db, { subject, users }, addresses)
  for await (const row of rowsAbout(holding, 'portico_form_requests', columns, 'id', requests))
    yield rowEntry(holding, row, { what: 'form', words: 'forms' })
}

/** Colleagues are not named: who did it is "you" or "the company". */
async function* audit(holding: Holding): AsyncIterable<Entry> {
  const { t, format, users } = holding
  const own = new Set(ids(users))
  const columns = ['id', 'at', 'action', 'actor_kind', 'actor_id']
  for await (const row of rowsAbout(holding, 'portico_audit', columns, 'subject', auditSubjects(holding))) {
    const by = own.has(row['actor_id'] ?? '') ? 'outside' : 'staff'
    const action = String(row['action'])
    yield {
      title: format.datetime(row['at']),
      lines: linesOf(t, {
        action: t(`portal:audit.${action.replaceAll('.', '-')}`),
        by: t(`privacy:archive.by.${by}`)
      }),
      files: [],
      data: { at: row['at'], action, by }
    }
  }
}

interface Telling {
  readonly what: 'mail' | 'sms' | 'notification' | 'form'
  /** Where the words for `kind` and `state` stand, if there are any. */
  readonly words: string
}

function rowEntry({ t, format }: Holding, { id: _id, ...row }: Row, { what, words }: Telling): Entry {
  const told = (name: 'kind' | 'state'): string | undefined => {
    const key = `${words}:${name}.${row[name] ?? ''}`
    return t(key) === key ? (row[name] ?? undefined) : t(key)
  }
  return {
    title: `${t(`privacy:archive.what.${what}`)} · ${format.datetime(row['created_at'] ?? row['at'])}`,
    lines: linesOf(t, {
      kind: told('kind'),
      name: row['name'] ?? undefined,
      address: row['address'] ?? undefined,
      values: row['values'] ?? undefined,
      sentAt: format.datetime(row['sent_at']),
      state: told('state'),
      answer: row['answer'] ?? undefined
    }),
    files: [],
    data: row
  }
}

/** Rows in the order of their ids, a page at a time. */
async function* rowsAbout(
  { context: { db } }: Holding,
  table: `portico_${string}`,
  columns: readonly string[],
  by: string,
  values: readonly string[]
): AsyncIterable<Row> {
  for (const value of values)
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: Row[] = await pageOf(db(table), columns, { [by]: value }, after)
      yield* page
      after = page.length < pageSize ? undefined : (page.at(-1)?.['id'] ?? undefined)
    }
}

function pageOf(rows: Knex.QueryBuilder, columns: readonly string[], where: Row, after: string): Promise<Row[]> {
  return rows
    .select([...columns])
    .where(where)
    .andWhere('id', '>', after)
    .orderBy('id')
    .limit(pageSize)
}

function ids(users: readonly PortalUser[]): string[] {
  return users.map(({ id }) => id)
}
