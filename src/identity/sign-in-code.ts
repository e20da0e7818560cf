/** Codes that sign in: six digits sent to a phone, for one door and one use, dead after ten minutes or five wrong tries (Z18, A35). */
import { createHash, randomInt } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import { proofOf } from '../signing.js'
import { codeMinutes } from '../sms/kinds.js'

/** Whose code it is, and at which door. */
export interface CodeOwner {
  /** Of an identity, or what stands for nobody (`nobodyAt`). */
  readonly id: string
  readonly audience: string
  /** Of the session that asked for it, when it is good in that one alone. */
  readonly session?: string
}

export interface Codes {
  /** A new code; the one before it dies. */
  issue(owner: CodeOwner): Promise<string>
  /** Whether the code is right; it is used up then. Of two at once only one is told so, and wrong ones are counted before they are
   *  compared, however many come at once. */
  use(owner: CodeOwner, typed: string): Promise<boolean>
}

const mostTries = 5

export function createCodes(db: Knex, secret: string, now: () => number): Codes {
  const alive = ({ id, audience }: CodeOwner) =>
    db('portico_sign_in_codes').where({ identity_id: id, audience }).andWhere('expires_at', '>', momentAt(now()))
  const hashOf = ({ id, audience, session = '' }: CodeOwner, code: string) =>
    proofOf({ secret, purpose: 'sign-in-code' }, audience, id, code, session)
  return {
    async issue(owner) {
      const code = String(randomInt(1_000_000)).padStart(6, '0')
      const row = { code_hash: hashOf(owner, code), tries: 0, expires_at: momentAt(now() + codeMinutes * 60_000) }
      await db('portico_sign_in_codes')
        .insert({ identity_id: owner.id, audience: owner.audience, ...row })
        .onConflict(['identity_id', 'audience'])
        .merge(row)
      return code
    },
    async use(owner, typed) {
      const counted = await alive(owner).andWhere('tries', '<', mostTries).increment('tries', 1)
      const used = await alive(owner)
        .andWhere({ code_hash: hashOf(owner, typed) })
        .delete()
      return counted === 1 && used === 1
    }
  }
}

/** What a number that nobody has is called: a code is made for it and its tries are counted as for everybody's (A30). */
export function nobodyAt(number: string): string {
  return `nobody:${createHash('sha256').update(number).digest('hex').slice(0, 28)}`
}
