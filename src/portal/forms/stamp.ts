/** When a form was opened, signed: a program fills one in faster than anybody can read it (Z32). */
import { isSame, proofOf } from '../../signing.js'

/** Nobody reads and fills in a form faster than this. */
const fewestSeconds = 3
const mostHours = 24

export type Opened = 'good' | 'early' | 'old'

/** What a form carries that is opened now: the moment, and a signature that holds for this form alone. */
export function stampOf(secret: string, formId: string, now: number): string {
  return `${now}.${signed(secret, formId, String(now))}`
}

/** `old` is also what nobody signed. */
export function readStamp(secret: string, formId: string, { stamp, now }: { stamp: unknown; now: number }): Opened {
  const [, at = '', signature = ''] = /^(\d{1,16})\.([\w-]+)$/.exec(typeof stamp === 'string' ? stamp : '') ?? []
  if (!isSame(signature, signed(secret, formId, at))) return 'old'
  const age = now - Number(at)
  if (age > mostHours * 60 * 60_000) return 'old'
  return age < fewestSeconds * 1000 ? 'early' : 'good'
}

function signed(secret: string, formId: string, at: string): string {
  return proofOf({ secret, purpose: 'access-form' }, formId, at)
}
