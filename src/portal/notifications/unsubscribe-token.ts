/** Tokens of the links by which mails are turned off without a sign-in: who and what, and a proof that we wrote it. They work for as
 *  long as the mail they stand in lies somewhere, and can do nothing else. */
import type { Config } from '../../config.js'
import { isSame, proofOf } from '../../signing.js'
import { notificationKinds, type NotificationKind } from './preferences.js'

/** One kind of mail, or all of them. */
export type Unsubscribed = NotificationKind | 'all'

export interface Unsubscription {
  readonly portalUserId: string
  readonly from: Unsubscribed
}

type Secret = Pick<Config, 'secret'>

export function unsubscribeToken(config: Secret, { portalUserId, from }: Unsubscription): string {
  return `${portalUserId}.${from}.${proof(config, portalUserId, from)}`
}

/** @returns undefined for what we did not write. */
export function unsubscriptionIn(config: Secret, token: string): Unsubscription | undefined {
  const [portalUserId = '', word, given = '', ...rest] = token.split('.')
  const from = ([...notificationKinds, 'all'] as const).find((one) => one === word)
  if (from === undefined || rest.length > 0) return undefined
  return isSame(given, proof(config, portalUserId, from)) ? { portalUserId, from } : undefined
}

function proof({ secret }: Secret, portalUserId: string, from: Unsubscribed): string {
  return proofOf({ secret, purpose: 'unsubscribe' }, portalUserId, from)
}
