/** Web tabs: web pages of elsewhere that a user type sees inside the portal, in a frame (Z09). Portico itself never fetches them. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Person } from '../../access/viewer.js'
import { changeConfiguration, changeRow, type Change, type Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { cachedByVersion } from '../../db/configuration-version.js'
import { momentAt } from '../../db/moment.js'
import { insertRows } from '../../db/rows.js'
import { Invalid, NotFound } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { configuration, type Configuration, type UserType } from '../configuration.js'
import { isUrl } from '../../url.js'

export interface WebTab {
  readonly id: string
  readonly name: string
  /** As `normalUrl` writes it. */
  readonly url: string
  readonly revision: number
}

export interface WebTabForm {
  readonly name: string
  readonly url: string
  /** The user types that get it; ids of types that are gone count for nothing. */
  readonly userTypeIds: readonly string[]
}

/** All web tabs by id, in the order of their names. */
export const webTabs: (db: Knex) => Promise<ReadonlyMap<string, WebTab>> = cachedByVersion(load)

/** @throws NotFound */
export async function webTabById(db: Knex, id: string): Promise<WebTab> {
  const tab = (await webTabs(db)).get(id)
  if (!tab) throw new NotFound()
  return tab
}

/** The web tabs of a person's user type, in the order of their names. */
export async function webTabsFor(db: Knex, person: Pick<Person, 'userTypeId'>): Promise<WebTab[]> {
  const ids = (await configuration(db)).userTypes.get(person.userTypeId ?? '')?.webTabIds ?? []
  return [...(await webTabs(db)).values()].filter(({ id }) => ids.includes(id))
}

/** The user types that have it. */
export function typesWith(all: Configuration, webTabId: string): UserType[] {
  return [...all.userTypes.values()].filter((type) => type.webTabIds.includes(webTabId))
}

const longestUrl = 2000
/** A name with a dot whose last part is no number: neither `localhost`, nor an address of numbers, nor what a policy would read as a pattern. */
const publicName = /^([a-z0-9_-]+\.)+(?!\d+\.?$)[a-z0-9-]+$/

/** The address of a web page as it is kept: https, a public host name, no user name or password. Undefined for any other: `localhost`
 *  and network addresses mean another machine for every visitor (A43). */
export function normalUrl(text: string): string | undefined {
  if (text.length > longestUrl || /[\p{Cc}\s\\]/u.test(text) || !isUrl(text)) return undefined
  const { protocol, username, password, hostname, href } = new URL(text)
  const isPlain = protocol === 'https:' && username === '' && password === ''
  const isPublic = publicName.test(hostname) && !/\.localhost$/.test(hostname)
  return isPlain && isPublic && href.length <= longestUrl ? href : undefined
}

/** Makes a web tab and gives its id. @throws Invalid */
export async function createWebTab(context: Context, form: WebTabForm, by: Staff): Promise<string> {
  const { name, url } = checked(form)
  const all = await configuration(context.db)
  const id = randomUUID()
  await changeConfiguration(context, by, async (trx) => {
    await trx('portico_web_tabs').insert({ id, name, url, revision: 1, created_at: momentAt(context.now()) })
    const shared = await shareOut(trx, { all, id, name, userTypeIds: form.userTypeIds })
    const after = { name, url, userTypes: namesOf(all, form) }
    return [{ action: 'web-tab.created', subject: subjectOf(id), after }, ...shared]
  })
  return id
}

/** Changes name, address and who has it. @throws Invalid, NotFound, ChangedMeanwhile */
export async function changeWebTab(context: Context, seen: Seen, form: WebTabForm, by: Staff): Promise<void> {
  const before = await webTabById(context.db, seen.id)
  const { name, url } = checked(form)
  const all = await configuration(context.db)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_web_tabs', seen, { name, url })
    const shared = await shareOut(trx, { all, id: seen.id, name, userTypeIds: form.userTypeIds })
    const had = namesOf(all, { userTypeIds: typesWith(all, seen.id).map((type) => type.id) })
    const change = {
      action: 'web-tab.changed',
      subject: subjectOf(seen.id),
      before: { name: before.name, url: before.url, userTypes: had },
      after: { name, url, userTypes: namesOf(all, form) }
    }
    return [change, ...shared]
  })
}

/** Takes it away from everybody. @throws NotFound, ChangedMeanwhile */
export async function removeWebTab(context: Context, seen: Seen, by: Staff): Promise<void> {
  const { id, name, url } = await webTabById(context.db, seen.id)
  const all = await configuration(context.db)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_web_tabs', seen)
    const shared = await shareOut(trx, { all, id, name, userTypeIds: [] })
    await trx('portico_web_tabs').where({ id }).delete()
    return [{ action: 'web-tab.removed', subject: removedTabs, before: { name, url } }, ...shared]
  })
}

/** Gives a user type these web tabs and no other, inside a change of configuration of the caller's, who sees to the type's revision;
 *  gives the entry for the audit list, none where nothing changes. What is no web tab (any more) is left out. */
export async function putWebTabs(
  trx: Knex,
  { id, webTabIds }: Pick<UserType, 'id' | 'webTabIds'>,
  ids: readonly string[]
): Promise<Change[]> {
  const known = await webTabs(trx)
  const inWords = (list: readonly string[]): string => list.flatMap((one) => known.get(one)?.name ?? []).join(', ')
  const chosen = [...new Set(ids)].filter((one) => known.has(one))
  if (chosen.length === webTabIds.length && chosen.every((one) => webTabIds.includes(one))) return []
  await trx('portico_web_tabs_of_types').where({ user_type_id: id }).delete()
  await insertRows(
    trx,
    'portico_web_tabs_of_types',
    chosen.map((one) => ({ user_type_id: id, web_tab_id: one }))
  )
  const [before, after] = [{ webTabs: inWords(webTabIds) }, { webTabs: inWords(chosen) }]
  return [{ action: 'user-type.web-tabs-changed', subject: `user-type:${id}`, before, after }]
}

/** What happened to web tabs that are gone, in the audit list. */
export const removedTabs = 'web-tabs'

export function subjectOf(webTabId: string): string {
  return `web-tab:${webTabId}`
}

function checked(form: WebTabForm): { name: string; url: string } {
  const url = normalUrl(form.url.trim())
  if (url === undefined) throw new Invalid({ url: { key: 'web-tabs:problem.url' } })
  return { name: form.name.trim(), url }
}

interface Share {
  readonly all: Configuration
  readonly id: string
  readonly name: string
  readonly userTypeIds: readonly string[]
}

/** Gives the web tab to these user types and to no other; each type that changes by it gets a new revision and an entry of its own. */
async function shareOut(trx: Knex, { all, id, name, userTypeIds }: Share): Promise<Change[]> {
  const changing = [...all.userTypes.values()].filter(
    (type) => type.webTabIds.includes(id) !== userTypeIds.includes(type.id)
  )
  for (const type of changing) {
    const row = { user_type_id: type.id, web_tab_id: id }
    if (type.webTabIds.includes(id)) await trx('portico_web_tabs_of_types').where(row).delete()
    else await trx('portico_web_tabs_of_types').insert(row).onConflict(['user_type_id', 'web_tab_id']).ignore()
    await trx('portico_user_types').where({ id: type.id }).increment('revision', 1)
  }
  return changing.map((type) => ({
    action: 'user-type.web-tabs-changed',
    subject: `user-type:${type.id}`,
    [type.webTabIds.includes(id) ? 'before' : 'after']: { webTab: name }
  }))
}

function namesOf(all: Configuration, { userTypeIds }: Pick<WebTabForm, 'userTypeIds'>): string {
  return userTypeIds.flatMap((id) => all.userTypes.get(id)?.name ?? []).join(', ')
}

async function load(db: Knex): Promise<ReadonlyMap<string, WebTab>> {
  const rows = await db<WebTab>('portico_web_tabs').select('id', 'name', 'url', 'revision').orderBy(['name', 'id'])
  return new Map(rows.map((row) => [row.id, row]))
}
