/** Epochs: two numbers that a session must still match. Raising one ends the sessions that were made before, at once (A24). */
import type { Knex } from 'knex'

export interface Epochs {
  /** The epoch of an identity at a door, as a session keeps it; undefined when there is no such identity. */
  current(identityId: string, audience: string): Promise<string | undefined>
  /** Ends everything at one door. */
  raise(identityId: string, audience: string, trx?: Knex): Promise<void>
  /** Ends everything at all doors. */
  raiseEverywhere(identityId: string, trx: Knex): Promise<void>
}

export function createEpochs(db: Knex): Epochs {
  return {
    async current(identityId, audience) {
      const row = await db('portico_identities as i')
        .leftJoin('portico_identity_doors as d', (join) =>
          join.on('d.identity_id', 'i.id').andOnVal('d.audience', audience)
        )
        .where('i.id', identityId)
        .first<{ own: number; door: number | null } | undefined>('i.epoch as own', 'd.epoch as door')
      return row && `${row.own}.${row.door ?? 0}`
    },
    async raise(identityId, audience, trx = db) {
      await trx('portico_identity_doors')
        .insert({ identity_id: identityId, audience, epoch: 1 })
        .onConflict(['identity_id', 'audience'])
        .merge({ epoch: trx.raw('portico_identity_doors.epoch + 1') })
    },
    async raiseEverywhere(identityId, trx) {
      await trx('portico_identities').where({ id: identityId }).increment('epoch', 1)
    }
  }
}
