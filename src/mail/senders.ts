/** The addresses by which we know a mail again that comes back: its envelope's sender and its Message-ID, signed so that nobody can invent one. */
import type { Config } from '../config.js'
import { isSame, proofOf } from '../signing.js'
import { addressIn, domainOf } from './addresses.js'

export type SenderConfig = Pick<Config, 'mailFrom' | 'bounceAddress' | 'secret'>

export interface Senders {
  /** `bounces+<mail>-<signature>@example.com`; undefined while no address for bounces is configured. */
  envelopeOf(mailId: string): string | undefined
  /** `<<mail>-<signature>@example.com>` */
  messageIdOf(mailId: string): string
  /** The mail whose envelope or Message-ID stands in `text`; undefined where there is none that we signed. */
  mailIn(text: string): string | undefined
}

/** In an address 64 characters may stand before the @; chance in the id itself makes guessing hopeless already. */
const signatureLength = 12

export function senders({ mailFrom, bounceAddress, secret }: SenderConfig): Senders {
  const sign = (id: string): string => proofOf({ secret, purpose: 'bounces' }, id).slice(0, signatureLength)
  const tagOf = (id: string): string => `${id}-${sign(id)}`
  return {
    envelopeOf: (id) => bounceAddress?.replace(/(?=@)/, `+${tagOf(id)}`),
    messageIdOf: (id) => `<${tagOf(id)}@${domainOf(addressIn(mailFrom))}>`,
    mailIn: (text) =>
      [...text.toLowerCase().matchAll(/\b([0-9a-f]{36})-([0-9a-f]{12})(?=@)/g)]
        .filter(([, id = '', signature = '']) => isSame(signature, sign(id)))
        .map(([, id]) => id)[0]
  }
}
