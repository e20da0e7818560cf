/** Which addresses may belong to somebody from outside: never the company's own, never those of the CRM's users (Z02, Z15, T12, A38). */
import type mailchecker from 'mailchecker'
import { isStaffAddress } from '../access/question.js'
import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { onDemand } from '../on-demand.js'

const throwAwayDomains = onDemand<typeof mailchecker>('mailchecker')

export type AddressFault = 'characters' | 'companyDomain' | 'anonymous' | 'staffAddress'

/** Why this address (in lower case) can't be invited; undefined when it can. */
export async function addressFault(
  context: Pick<Context, 'config' | 'kernel'>,
  address: string
): Promise<AddressFault | undefined> {
  const fault = faultInItself(context.config, address)
  if (fault) return fault
  return (await isStaffAddress(context.kernel, address)) ? 'staffAddress' : undefined
}

/** The same without asking the CRM who its staff are. */
export function faultInItself(config: Pick<Config, 'company'>, address: string): AddressFault | undefined {
  if (!isSupported(address)) return 'characters'
  if (isOfCompany(address, config.company.mailDomains)) return 'companyDomain'
  return isAnonymous(address) ? 'anonymous' : undefined
}

/** Made to be thrown away, or what an erasure left in the place of an address: nobody in particular reads it. */
function isAnonymous(address: string): boolean {
  return /^(erased|anonym)|[@.]invalid$/.test(address) || !throwAwayDomains().isValid(address)
}

/** Latin letters, digits and `@ . - _ +`, as one address. */
function isSupported(address: string): boolean {
  return address.length <= 254 && /^[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9]+([.-][a-z0-9]+)*\.[a-z]{2,}$/.test(address)
}

/** The company's own mail domains, and what lies below them. */
function isOfCompany(address: string, domains: readonly string[]): boolean {
  const domain = address.slice(address.lastIndexOf('@') + 1)
  return domains.some((own) => domain === own.toLowerCase() || domain.endsWith(`.${own.toLowerCase()}`))
}
