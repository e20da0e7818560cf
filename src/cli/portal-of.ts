/** Finds a portal, and a person in it, by the words an operator types. */
import type { Context } from '../context.js'
import { PorticoError } from '../errors.js'
import { configuration, type Portal } from '../portal/configuration.js'
import { portalUserByAddress, type PortalUser } from '../portal/people/portal-users.js'

/** @throws PorticoError when no portal has this address. */
export async function portalOf(context: Context, slug: string): Promise<Portal> {
  const { portals } = await configuration(context.db)
  const portal = [...portals.values()].find((candidate) => candidate.slug === slug)
  if (!portal) throw new PorticoError('errors.commandLine.portal', { status: 404, args: { slug } })
  return portal
}

/** @throws PorticoError when the portal has no such user. */
export async function portalUserAt(context: Context, portal: Portal, address: string): Promise<PortalUser> {
  const user = await portalUserByAddress(context.db, portal.id, address)
  if (!user)
    throw new PorticoError('errors.commandLine.portalUser', { status: 404, args: { address, portal: portal.name } })
  return user
}
