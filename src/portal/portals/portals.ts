/** Portals: made once with their first user type, renamed, switched off and on, never deleted once they are configured (Z01, Z02). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Context } from '../../context.js'
import { Invalid, NotFound, PorticoError } from '../../errors.js'
import type { Locale } from '../../host/catalog.js'
import type { FieldError, Formats, Staff } from '../../host/host.js'
import { configuration, userTypesOf, type Configuration, type Portal } from '../configuration.js'
import { changeConfiguration, changeRow, type Seen } from '../../audit/configuration-change.js'
import { raiseConfigurationVersion } from '../../db/configuration-version.js'
import { momentAt } from '../../db/moment.js'
import { asTyped, isApart, readCustomUrl } from './custom-url.js'
import { freeNames, freeSlugs, isSlug, slugOf } from './slug.js'
import { withdrawAllOf } from '../people/portal-off.js'
import { bearUserType, deleteUserType } from '../user-types/user-types.js'

/** How long an old address leads to the new one. */
export const redirectDays = 90
const clientPortal = { name: 'Client Portal', primaryModule: 'Contact' } as const

export interface PortalForm {
  readonly name: string
  /** Undefined: made from the name. */
  readonly slug: string | undefined
  readonly locale: Locale
  readonly timeZone: string
  readonly formats: Formats
  /** As it was typed (E06); undefined or empty: the portal has no address of its own. */
  readonly customUrl?: string | undefined
}

/** The path under which a portal's pages are. */
export function baseOf(portal: Pick<Portal, 'slug'>): string {
  return `/portal/${portal.slug}`
}

/** What people are told to type (E05, E06): its custom URL, or else its name below the public address. No slash at the end. */
export function portalUrl(context: Pick<Context, 'config'>, portal: Pick<Portal, 'slug' | 'customUrl'>): string {
  return portal.customUrl ?? context.config.publicUrl + baseOf(portal)
}

/** Sessions and links of a portal are bound to this. */
export function audienceOf(portalId: string): string {
  return `portal:${portalId}`
}

/** @throws NotFound */
export function portalById(all: Configuration, id: string): Portal {
  const portal = all.portals.get(id)
  if (!portal) throw new NotFound()
  return portal
}

/** Makes a portal with the user type *Client Portal*, whose set-up begins (Z02, Z04); the first one is the default. @throws Invalid with proposals when the address is taken. */
export async function createPortal(context: Context, form: PortalForm, by: Staff): Promise<string> {
  const all = await configuration(context.db)
  const { slug, customUrl } = checked(context, all, form)
  const portal = { id: randomUUID(), slug, isActive: true, isDefault: all.portals.size === 0 }
  await changeConfiguration(context, by, async (trx) => {
    await claimAddress(trx, slug)
    await trx('portico_portals')
      .insert({ ...portalRow({ ...form, customUrl }), ...birthOf(context, portal) })
      .catch(refuseTaken)
    await mustBeFree(trx, portal.id, customUrl)
    await bearUserType(context, trx, { id: randomUUID(), portalId: portal.id, ...clientPortal, isBuiltIn: true })
    return { action: 'portal.created', subject: `portal:${portal.id}`, after: settingsOf({ ...form, slug, customUrl }) }
  })
  return portal.id
}

/** What changes for a portal's users when it changes its name or its address. */
export interface Move {
  readonly before: Portal
  readonly after: Pick<Portal, 'name' | 'slug' | 'customUrl'>
  /** Until when the old address below the public one leads to the new one, in UTC; undefined while it stays. */
  readonly until: string | undefined
}

/** Changes name, addresses, language and formats; an old name in the address leads to the new one for 90 days, nothing leads on from an old
 *  custom URL. `tell` works in the same transaction. @throws Invalid; PorticoError when somebody else was faster */
export async function changePortal(
  context: Context,
  seen: Seen,
  form: PortalForm,
  by: Staff,
  tell?: (move: Move, trx: Knex) => Promise<void>
): Promise<void> {
  const all = await configuration(context.db)
  const before = portalById(all, seen.id)
  const { slug, customUrl } = checked(context, all, form, before)
  const name = form.name.trim()
  await changeConfiguration(context, by, async (trx) => {
    await claimAddress(trx, slug)
    await changeRow(trx, 'portico_portals', seen, { ...portalRow({ ...form, customUrl }), slug }).catch(refuseTaken)
    await mustBeFree(trx, before.id, customUrl)
    const until = slug === before.slug ? undefined : await keepOldAddress(context, trx, before)
    await tell?.({ before, after: { name, slug, customUrl }, until }, trx)
    return {
      action: 'portal.changed',
      subject: `portal:${before.id}`,
      before: settingsOf(before),
      after: settingsOf({ ...form, name, slug, customUrl })
    }
  })
}

/** For the audit list: what the form of the settings holds. */
function settingsOf({ name, slug, customUrl, locale, timeZone, formats }: PortalForm): Record<string, unknown> {
  return {
    name,
    slug,
    customUrl: customUrl && asTyped(customUrl),
    locale,
    timeZone,
    dateFormat: formats.date,
    timeFormat: formats.time
  }
}

/** Switched off, a portal is there for nobody; its configuration and users stay. */
export async function switchPortal(context: Context, seen: Seen, isActive: boolean, by: Staff): Promise<void> {
  portalById(await configuration(context.db), seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen, { is_active: isActive })
    if (!isActive) await withdrawAllOf(context, seen.id, trx)
    return { action: isActive ? 'portal.activated' : 'portal.deactivated', subject: `portal:${seen.id}` }
  })
}

/** Whether it was never configured: its only user type is still being set up, and nobody was ever let in. */
export async function mayDiscard(db: Knex, all: Configuration, portalId: string): Promise<boolean> {
  const types = userTypesOf(all, portalId)
  if (types.length !== 1 || types[0]?.setUp === undefined) return false
  return (await db('portico_portal_users').first('id').where({ portal_id: portalId })) === undefined
}

/** Gives up a portal that was never configured; its address is free again. A configured one stays (Z01). @throws PorticoError */
export async function discardPortal(context: Context, seen: Seen, by: Staff): Promise<void> {
  const all = await configuration(context.db)
  const before = portalById(all, seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await changeRow(trx, 'portico_portals', seen)
    if (!(await mayDiscard(trx, all, seen.id))) throw new PorticoError('portals:refusal.configured', { status: 409 })
    for (const type of userTypesOf(all, seen.id)) await deleteUserType(trx, type.id)
    for (const table of ['portico_portal_addresses', 'portico_portal_logos', 'portico_roles_of_portals'] as const)
      await trx(table).where({ portal_id: seen.id }).delete()
    await trx('portico_portals').where({ id: seen.id }).delete()
    return { action: 'portal.discarded', subject: `portal:${seen.id}`, before: settingsOf(before) }
  })
}

/** Makes it the one that answers at `/portal`. */
export async function makeDefault(context: Context, seen: Seen, by: Staff): Promise<void> {
  portalById(await configuration(context.db), seen.id)
  await changeConfiguration(context, by, async (trx) => {
    await trx('portico_portals').where({ is_default: true }).update({ is_default: false })
    await changeRow(trx, 'portico_portals', seen, { is_default: true })
    return { action: 'portal.made-default', subject: `portal:${seen.id}` }
  })
}

/** The addresses the form asks for. @throws Invalid for what can't be taken. */
function checked(
  context: Context,
  all: Configuration,
  form: PortalForm,
  current?: Portal
): { slug: string; customUrl: string | undefined } {
  const slug = form.slug ?? slugOf(form.name)
  const problems: Record<string, FieldError> = {}
  if (form.name.trim() === '') problems.name = { key: 'portal:problem.nameMissing' }
  if (!isSlug(slug)) problems.slug = { key: 'portal:problem.slugForm' }
  const others = [...all.portals.values()].filter(({ id }) => id !== current?.id)
  const isNamed = (name: string): boolean => others.some((portal) => nameKey(portal.name) === nameKey(name))
  if (isNamed(form.name))
    problems.name = { key: 'portal:problem.nameTaken', args: { proposals: freeNames(form.name, isNamed).join(', ') } }
  const isTaken = takenFor(all, momentAt(context.now()), current)
  if (isTaken(slug))
    problems.slug = { key: 'portal:problem.slugTaken', args: { slug, proposals: freeSlugs(slug, isTaken).join(', ') } }
  const custom = customUrlIn(context, form, others)
  if (custom.problem) problems.customUrl = custom.problem
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  return { slug, customUrl: custom.url }
}

function customUrlIn(
  { config, host }: Context,
  { customUrl = '' }: PortalForm,
  others: readonly Portal[]
): { url?: string; problem?: FieldError } {
  if (customUrl.trim() === '') return {}
  const around = {
    publicUrl: config.publicUrl,
    crmUrl: host.homeUrl,
    others: others.flatMap(({ name, customUrl: url }) => (url === undefined ? [] : [{ name, customUrl: url }]))
  }
  return readCustomUrl(customUrl, around)
}

/** What is wrong with the custom URL that it has, since the public address or another portal's changed; undefined: nothing. */
export function customUrlProblem(context: Context, all: Configuration, portal: Portal): FieldError | undefined {
  return customUrlIn(
    context,
    portal,
    [...all.portals.values()].filter(({ id }) => id !== portal.id)
  ).problem
}

/** Two administrators asked for addresses in each other's way at the same moment: whoever writes second sees what the first wrote, because
 *  everybody who changes the configuration waits for the row with its version. */
async function mustBeFree(trx: Knex, portalId: string, customUrl: string | undefined): Promise<void> {
  if (customUrl === undefined) return
  await raiseConfigurationVersion(trx)
  const rows = await trx<{ id: string; custom_url: string }>('portico_portals')
    .select('custom_url')
    .whereNotNull('custom_url')
    .whereNot({ id: portalId })
  if (rows.some((row) => !isApart(customUrl, row.custom_url)))
    throw new PorticoError('addresses:error.taken', { status: 409 })
}

function nameKey(name: string): string {
  return name.trim().toLowerCase()
}

/** An address is taken by a portal (by its id, too, which leads there), and for 90 days by the one that left it, unless that is this very portal. */
function takenFor(all: Configuration, now: string, current: Portal | undefined): (slug: string) => boolean {
  const others = new Set(
    [...all.portals.values()].filter(({ id }) => id !== current?.id).flatMap(({ slug, id }) => [slug, id])
  )
  return (slug) => {
    const old = all.oldAddresses.get(slug)
    return others.has(slug) || (old !== undefined && old.until > now && old.portalId !== current?.id)
  }
}

/** Two administrators asked for the same address at the same moment. */
function refuseTaken(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isUnique = /^(SQLITE_CONSTRAINT_UNIQUE|ER_DUP_ENTRY)$/.test(code)
  if (isUnique) throw new PorticoError('portal:error.addressTaken', { status: 409, cause: error })
  throw error
}

async function claimAddress(trx: Knex, slug: string): Promise<void> {
  await trx('portico_portal_addresses').where({ slug }).delete()
}

async function keepOldAddress(context: Context, trx: Knex, before: Portal): Promise<string> {
  const until = momentAt(context.now() + redirectDays * 86_400_000)
  await trx('portico_portal_addresses').insert({ slug: before.slug, portal_id: before.id, until })
  return until
}

function portalRow(form: PortalForm): Record<string, unknown> {
  const { name, locale, timeZone, formats, customUrl = null } = form
  return {
    name: name.trim(),
    locale,
    time_zone: timeZone,
    date_format: formats.date,
    time_format: formats.time,
    custom_url: customUrl
  }
}

function birthOf(
  context: Context,
  portal: { id: string; slug: string; isActive: boolean; isDefault: boolean }
): Record<string, unknown> {
  const { id, slug, isActive, isDefault } = portal
  return { id, slug, is_active: isActive, is_default: isDefault, revision: 1, created_at: momentAt(context.now()) }
}
