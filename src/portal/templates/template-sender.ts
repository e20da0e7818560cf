/** Who a mail from a template says it is from, only addresses of the company, and where answers go (Z17). */
import type { Config } from '../../config.js'
import { addressIn, domainOf } from '../../mail/addresses.js'
import type { Message } from '../../mail/mail.js'
import type { Template } from './mail-templates.js'

type Senders = Pick<Config, 'mailFrom' | 'company'>

/** The domains that senders may have: the company's own, and that of the configured sender. */
export function senderDomains({ mailFrom, company }: Senders): string[] {
  return [...new Set([...company.mailDomains, domainOf(addressIn(mailFrom))])].filter((domain) => domain !== '')
}

export function isOwnAddress(config: Senders, address: string): boolean {
  return senderDomains(config).includes(domainOf(address))
}

/** A sender that is not the company's any more gives way to the configured one. Answers may go elsewhere: to a help desk's own domain. */
export function envelopeOf(
  config: Senders,
  { senderName, senderAddress, replyTo }: Template
): Pick<Message, 'from' | 'replyTo'> {
  const isOwn = senderAddress !== '' && isOwnAddress(config, senderAddress)
  const from = { name: senderName, address: isOwn ? senderAddress : addressIn(config.mailFrom) }
  return {
    ...((isOwn || senderName !== '') && { from }),
    ...(replyTo !== '' && { replyTo })
  }
}
