/** What Portico itself holds about a person: access, sign-in, messages, what he did, what was asked by form, and the audit list (Z30 *export*). */
import type { Knex } from 'knex'
import { preferencesOf } from '../notifications/preferences.js'
import { messageSubjects } from './belonging-rows.js'
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
  for await (const row of rowsAbout(holding, 'portico_doings', columns, 'portal_user_id', ids(holding.users)))
    yield rowEntry(holding, row, { what: 'doing', words: 'feed' })
}

async function* forms(holding: Holding): AsyncIterable<Entry> {
  const columns = ['id', 'name', 'address', 'values', 'created_at', 'state', 'answer']
  for await (const row of rowsAbout(holding, 'portico_form_requests', columns, 'portal_user_id', ids(holding.users)))
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
  readonly what: 'mail' | 'sms' | 'notification' | 'doing' | 'form'
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
