/** Which addresses may belong to somebody from outside: never the company's own, never those of the CRM's users (Z02, Z15, T12, A38). */
import { isStaffAddress } from '../access/question.js'
import type { Context } from '../context.js'

export type AddressFault = 'characters' | 'companyDomain' | 'staffAddress'

/** Why this address (in lower case) can't be invited; undefined when it can. */
export async function addressFault(
  context: Pick<Context, 'config' | 'kernel'>,
  address: string
): Promise<AddressFault | undefined> {
  if (!isSupported(address)) return 'characters'
  if (isOfCompany(address, context.config.company.mailDomains)) return 'companyDomain'
  return (await isStaffAddress(context.kernel, address)) ? 'staffAddress' : undefined
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
