/** `portico reset-password`. */
import { PorticoError } from '../errors.js'
import { audienceOf, portalUrl } from '../portal/portals/portals.js'
import { portalOf, portalUserAt } from './portal-of.js'
import { say, withInstallation } from './terminal.js'

export async function resetPassword(address: string, options: { portal: string }): Promise<void> {
  await withInstallation(async ({ portico: { context } }) => {
    const portal = await portalOf(context, options.portal)
    const user = await portalUserAt(context, portal, address)
    if (user.status !== 'confirmed' || !user.identityId) {
      throw new PorticoError('errors.commandLine.notConfirmed', { status: 409, args: { address } })
    }
    const path = await context.identity.issueLink({
      purpose: 'password-reset',
      identityId: user.identityId,
      audience: audienceOf(portal.id),
      days: 1
    })
    say(portalUrl(context, portal) + path)
  })
}
