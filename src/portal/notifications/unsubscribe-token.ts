/** Tokens of the links by which mails are turned off without a sign-in: who and what, and a proof that we wrote it. They work for as
 *  long as the mail they stand in lies somewhere, and can do nothing else. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Config } from '../../config.js'
import { notificationKinds, type NotificationKind } from './preferences.js'

/** One kind of mail, or all of them. */
export type Unsubscribed = NotificationKind | 'all'

export interface Unsubscription {
  readonly portalUserId: string
  readonly from: Unsubscribed
}

type Secret = Pick<Config, 'secret'>

export function unsubscribeToken(config: Secret, { portalUserId, from }: Unsubscription): string {
  return `${portalUserId}.${from}.${proofOf(config, portalUserId, from)}`
}

/** @returns undefined for what we did not write. */
export function unsubscriptionIn(config: Secret, token: string): Unsubscription | undefined {
  const [portalUserId = '', word, proof = '', ...rest] = token.split('.')
  const from = ([...notificationKinds, 'all'] as const).find((one) => one === word)
  if (from === undefined || rest.length > 0) return undefined
  return isSame(proof, proofOf(config, portalUserId, from)) ? { portalUserId, from } : undefined
}

function proofOf({ secret }: Secret, portalUserId: string, from: Unsubscribed): string {
  const key = createHash('sha256').update(`unsubscribe:${secret}`).digest()
  return createHmac('sha256', key)
    .update(JSON.stringify([portalUserId, from]))
    .digest('base64url')
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
