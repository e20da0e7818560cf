import { expect } from 'chai'
import type { Knex } from 'knex'
import { migrate } from '../../src/db/migrate.js'
import { dueUsers, put, rearrange, take, waitingFor } from '../../src/portal/notifications/waiting.js'
import { ChangedMeanwhile } from '../../src/audit/configuration-change.js'
import { eachDatabase } from '../support/databases.js'

eachDatabase((open) => {
  describe('what waits to be told', () => {
    let db: Knex

    before(async () => {
      db = (await open()).db
      await migrate(db)
    })

    beforeEach(() => db('portico_notifications').delete())
    after(() => db.destroy())

    const at = '2026-05-04 10:00:00'
    const changed = (recordId: string, ...fields: string[]) =>
      ({ kind: 'changed', module: 'Case', recordId, entryId: undefined, fields }) as const
    const people = (...ids: string[]) => ids.map((portalUserId) => ({ portalUserId, due: at }))
    const now = Date.parse('2026-05-04T10:00:00Z')

    it('Z27 is put down once however often it comes, with all fields, for each person by himself', async () => {
      await put(db, changed('one', 'status'), people('anna', 'bjorn'), at)
      await put(db, changed('one', 'priority', 'status'), people('anna'), at)
      expect((await waitingFor(db, 'anna')).map(({ fields }) => fields)).to.deep.equal([['status', 'priority']])
      expect((await waitingFor(db, 'bjorn')).map(({ fields }) => fields)).to.deep.equal([['status']])
      expect(await dueUsers(db, now - 1000, 10)).to.deep.equal([])
      expect((await dueUsers(db, now, 10)).toSorted()).to.deep.equal(['anna', 'bjorn'])
      expect(await dueUsers(db, now, 1)).to.have.length(1)
    })

    it('A24 is taken by one, and by nobody who saw less of it than there is now', async () => {
      await put(db, changed('one', 'status'), people('anna'), at)
      const seen = await waitingFor(db, 'anna')
      await put(db, changed('one', 'priority'), people('anna'), at)
      const taken = (rows: typeof seen): Promise<unknown> =>
        db.transaction((trx) => take(trx, rows)).catch((error: unknown) => error)
      expect(await taken(seen)).to.be.instanceOf(ChangedMeanwhile)
      const left = await waitingFor(db, 'anna')
      const both = await Promise.all([taken(left), taken(left)])
      expect(both.filter((one) => one instanceof ChangedMeanwhile)).to.have.length(1)
      expect(await waitingFor(db, 'anna')).to.deep.equal([])
    })

    it('Z27 is dropped with the kind that he no longer wants', async () => {
      await put(db, changed('one', 'status'), people('anna', 'bjorn'), at)
      await put(db, { ...changed('one'), kind: 'new' }, people('anna'), at)
      await rearrange(db, 'anna', { kinds: ['new'], due: '2026-05-05 05:00:00' })
      expect((await waitingFor(db, 'anna')).map(({ kind }) => kind)).to.deep.equal(['new'])
      expect(await dueUsers(db, now, 10)).to.deep.equal(['bjorn'])
    })
  })
})
