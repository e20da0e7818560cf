/** `portico vhost --check`: looks at a deployed address from where the command runs (E06). */
import { PorticoError } from '../errors.js'
import { portalUrl } from '../portal/portals/portals.js'
import { translator } from '../web/locale.js'
import { checkAddress } from '../web-server/check/check-address.js'
import { inWords, type Observation } from '../web-server/check/observation.js'
import { placeOf, type Place } from '../web-server/check/place.js'
import { showFindings } from './findings.js'
import { portalOf } from './portal-of.js'
import { withInstallation } from './terminal.js'

export interface CheckedAddress {
  /** The portal whose address it should be: the last word of its address. */
  readonly portal?: string
  /** Connects to this address in place of what the name means, before the DNS leads here. */
  readonly at?: string
}

/** @throws PorticoError for what is no address of http or https, or no portal. */
export async function checkDeployed(url: string, { portal, at }: CheckedAddress): Promise<void> {
  await withInstallation(async ({ portico: { context } }) => {
    const meant = portal === undefined ? undefined : portalUrl(context, await portalOf(context, portal))
    const found = await look(url, await placeOf(context, meant), at)
    showFindings(inWords(found, translator('en')))
  })
}

async function look(url: string, place: Place, at: string | undefined): Promise<Observation[]> {
  try {
    return await checkAddress(url, place, { at })
  } catch (cause) {
    if (cause instanceof TypeError)
      throw new PorticoError('way:refused.noAddress', { status: 422, args: { url }, cause })
    throw cause
  }
}
