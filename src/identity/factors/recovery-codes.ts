/** Recovery codes: ten words of ten letters, each good once in the place of a second factor; only their hashes are kept (T04). */
import { randomInt } from 'node:crypto'
import type { Knex } from 'knex'
import { momentAt } from '../../db/moment.js'
import { insertRows } from '../../db/rows.js'
import { proofOf } from '../../signing.js'

export interface RecoveryCodes {
  /** Ten new ones; those before are worth nothing any more. This is the only time they can be read. */
  renew(identityId: string, trx: Knex): Promise<string[]>
  /** Whether it is one of his that was not used; it is now. Of two at once only one is told so. */
  use(identityId: string, typed: string): Promise<boolean>
  /** How many are left. */
  left(identityId: string, trx?: Knex): Promise<number>
  /** There is nothing any more that they could stand for. */
  forget(identityId: string, trx: Knex): Promise<void>
}

const count = 10
const length = 10
/** Without letters that look like digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

export function createRecoveryCodes(db: Knex, secret: string, now: () => number): RecoveryCodes {
  const hashOf = (identityId: string, code: string) => proofOf({ secret, purpose: 'recovery-code' }, identityId, code)
  const unused = (identityId: string, trx = db) =>
    trx('portico_recovery_codes').where({ identity_id: identityId }).whereNull('used_at')
  return {
    async renew(identityId, trx) {
      const codes = Array.from({ length: count }, newCode)
      const rows = codes.map((code) => ({ identity_id: identityId, code_hash: hashOf(identityId, code) }))
      await trx('portico_recovery_codes').where({ identity_id: identityId }).delete()
      await insertRows(trx, 'portico_recovery_codes', rows)
      return codes.map((code) => `${code.slice(0, length / 2)}-${code.slice(length / 2)}`)
    },
    async use(identityId, typed) {
      const code = plain(typed)
      if (code.length !== length) return false
      const used = await unused(identityId)
        .andWhere({ code_hash: hashOf(identityId, code) })
        .update({ used_at: momentAt(now()) })
      return used === 1
    },
    async left(identityId, trx = db) {
      const row = await unused(identityId, trx).count<{ count: number | string }[]>('* as count').first()
      return Number(row?.count ?? 0)
    },
    async forget(identityId, trx) {
      await trx('portico_recovery_codes').where({ identity_id: identityId }).delete()
    }
  }
}

function newCode(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** However it is written: in capitals, with spaces, with the letters that stand for digits. */
function plain(typed: string): string {
  return typed.toLowerCase().replace(/[\s-]/g, '').replaceAll('o', '0').replace(/[il]/g, '1')
}
