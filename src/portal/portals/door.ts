/** The door of a portal: which portal an address means, and who may come in by it. */
import type { Request } from 'express'
import type { Person } from '../../access/viewer.js'
import type { Context } from '../../context.js'
import type { Door } from '../../identity/identity.js'
import { configuration, userTypesOf, type Configuration, type Portal } from '../configuration.js'
import { momentAt } from '../../db/moment.js'
import { newAddressesAt } from '../people/address-confirmation.js'
import type { Site } from '../../web/site.js'
import { audienceOf, baseOf, portalUrl } from './portals.js'
import { confirm } from '../people/access-changes.js'
import { resetMessage } from '../people/invitation-mail.js'
import { portalUserOf, type PortalUser } from '../people/portal-users.js'
import { firstPathFor } from './tabs.js'

/** The portal that `/portal/<word>` leads to, if it is on: by its address, by one it had within the last 90 days, or by its id. */
export function portalAt(all: Configuration, word: string, now: string): Portal | undefined {
  const active = [...all.portals.values()].filter((portal) => portal.isActive)
  const old = all.oldAddresses.get(word)
  const id = old && old.until > now ? old.portalId : word
  return active.find((portal) => portal.slug === word) ?? active.find((portal) => portal.id === id)
}

/** The portal that answers at `/portal`. */
export function defaultPortal(all: Configuration): Portal | undefined {
  return [...all.portals.values()].find((portal) => portal.isDefault && portal.isActive)
}

const doors = new WeakMap<Request, Door>()

/** The door that `standAt` put before this request. */
export async function doorOf(req: Request): Promise<Door | undefined> {
  return doors.get(req)
}

export function standAt(req: Request, door: Door): void {
  doors.set(req, door)
}

/** `site`: where its visitor stands; without one, the address that the portal's people are told. */
export function doorTo(context: Context, portal: Portal, site?: Site): Door {
  return {
    audience: audienceOf(portal.id),
    base: baseOf(portal),
    address: site ? addressAt(context, portal, site) : portalUrl(context, portal),
    name: portal.name,
    locale: portal.locale,
    admit: (identityId) => admit(context, portal.id, identityId),
    async accepted(identityId) {
      const user = await portalUserOf(context.db, portal.id, identityId)
      if (user) await confirm(context, user, momentAt(context.now()))
    },
    home: (viewer) => firstPathFor(context, viewer),
    takesNumbers: () => takesNumbers(context, portal.id),
    mail: (order) => resetMessage(context, portal, order),
    newAddresses: newAddressesAt(context, portal)
  }
}

/** At another site than its own, a portal is below the public address. */
function addressAt(context: Context, portal: Portal, site: Site): string {
  return site.base === baseOf(portal) ? site.url : context.config.publicUrl + baseOf(portal)
}

/** The portals in which somebody is known by this identity. */
export async function doorsOf(context: Context, identityId: string): Promise<Door[]> {
  const { portals } = await configuration(context.db)
  const rows = await context
    .db('portico_portal_users')
    .select<{ id: string }[]>('portal_id as id')
    .where({ identity_id: identityId, status: 'confirmed' })
  return [...portals.values()]
    .filter((portal) => rows.some(({ id }) => id === portal.id))
    .map((portal) => doorTo(context, portal))
}

/** Some of its people are invited by text message (Z18). */
async function takesNumbers(context: Context, portalId: string): Promise<boolean> {
  const types = userTypesOf(await configuration(context.db), portalId)
  return types.some(({ preference, setUp }) => preference === 'phone' && setUp === undefined)
}

/** Asked on every request. */
async function admit(context: Context, portalId: string, identityId: string): Promise<Person | undefined> {
  const user = await portalUserOf(context.db, portalId, identityId)
  return user && personOf(context, portalId, user)
}

/** His user type is there, of his portal and for records like his; or he has neither (E08). */
function isOfItsType(all: Configuration, { userTypeId, module, portalId }: PortalUser): boolean {
  if (userTypeId === undefined) return module === undefined
  const userType = all.userTypes.get(userTypeId)
  return userType?.portalId === portalId && userType.primaryModule === module
}

/** Who a portal user is in this portal; undefined while the portal is off, the user type is gone, the access isn't confirmed, or it isn't
 *  decided what he is now that his lead is a contact (Z24). */
export async function personOf(context: Context, portalId: string, user: PortalUser): Promise<Person | undefined> {
  const all = await configuration(context.db)
  const isOpen = all.portals.get(portalId)?.isActive && user.portalId === portalId && isOfItsType(all, user)
  const isIn = user.status === 'confirmed' && user.convertedContactId === undefined
  if (!isOpen || !isIn || !user.identityId) return undefined
  const profile = await context.identity.profile(user.identityId)
  if (!profile) return undefined
  const { name, locale, timeZone, formats } = profile
  const { id, module, recordId, userTypeId, invitedBy } = user
  return { kind: 'portal-user', id, name, module, recordId, portalId, userTypeId, invitedBy, locale, timeZone, formats }
}
