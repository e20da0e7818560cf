/** Mail addresses as they are written in the configuration. */

/** `crm@example.com` of `Example <crm@example.com>`. */
export function addressIn(mailbox: string): string {
  return (/<([^<>]+)>\s*$/.exec(mailbox)?.[1] ?? mailbox).trim()
}

/** The domain of an address, in lower case; '' where there is none. */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : address.slice(at + 1).toLowerCase()
}
