/** A changed address: a page that says which one for which door, and the button that confirms it (Z20). */
import type { Request } from 'express'
import { PorticoError } from '../errors.js'
import { localeFor } from '../web/locale.js'
import { page, urlFor } from '../web/render.js'
import { beginAt } from './admission.js'
import type { Door, NewAddresses, PendingAddress } from './identity.js'
import type { Link } from './one-time-link.js'
import type { DoorPage } from './pages.js'
import { noticeUrl } from './sign-in-pages.js'

/** Opening the link confirms nothing; mail scanners open links too (A32). */
export const showConfirmation: DoorPage = async ({ parts, req, res, door }) => {
  const { identityId, name, address } = await pendingBehind(door, await parts.links.peek(presented(req, door)))
  const identity = await parts.profiles.find(identityId)
  req.locale = localeFor(req, { person: identity?.locale })
  await page(res, 'identity/confirmation', { door, name, address })
}

/** He goes on with the password he had; where the new address belongs to an identity without one, he sets it now. */
export const confirmAddress: DoorPage = async ({ parts, req, res, door }) => {
  const { addresses, ...pending } = await pendingBehind(door, await parts.links.use(presented(req, door)))
  const identityId = await addresses.confirm(pending.identityId)
  const identity = await parts.profiles.find(identityId)
  if (identity?.hasPassword) return res.redirect(303, noticeUrl(res, door, 'address-confirmed', identity.locale))
  await beginAt(parts, req, door, { identityId, stage: 'password', by: 'link', isFactored: false })
  res.redirect(303, urlFor(res, `${door.base}/password`))
}

function presented(req: Request, door: Door) {
  return { token: String(req.params.token), purpose: 'confirmation', audience: door.audience } as const
}

/** @throws 410, for used, expired and invented links alike, and once the address is another one again */
async function pendingBehind(
  { newAddresses: addresses }: Door,
  link: Link | undefined
): Promise<PendingAddress & { identityId: string; addresses: NewAddresses }> {
  const pending = link && (await addresses?.pending(link.identityId))
  if (!addresses || !pending) throw new PorticoError('errors.link.confirmation', { status: 410 })
  return { ...pending, identityId: link.identityId, addresses }
}
