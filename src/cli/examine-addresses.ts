/** What `portico doctor` says of the addresses under which visitors come. */
import { translator } from '../web/locale.js'
import { checkAddress } from '../web-server/check/check-address.js'
import { inWords } from '../web-server/check/observation.js'
import type { Place } from '../web-server/check/place.js'
import type { Finding } from '../host/finding.js'

/** One line for an address where all is well, else what is wrong there. */
export async function examineAddresses(place: Place): Promise<Finding[]> {
  const found = []
  for (const { url } of place.sites) found.push(...(await examine(url, place)))
  return found
}

async function examine(url: string, place: Place): Promise<Finding[]> {
  const faults = (await checkAddress(url, place)).filter(({ fault }) => fault !== undefined)
  if (faults.length === 0) return [{ check: url, found: 'leads to this service, and everything arrives as it should' }]
  return inWords(faults, translator('en')).map(({ check, ...rest }) => ({ check: `${url}, ${check}`, ...rest }))
}
