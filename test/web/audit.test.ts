import { expect } from 'chai'
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { createAudit, type Audit, type AuditEntry } from '../../src/audit/audit.js'
import { eachDatabase } from '../support/databases.js'

const entry: AuditEntry = {
  actor: { kind: 'staff', id: 's1', name: 'Frank' },
  action: 'portal.changed',
  subject: 'portal:1'
}

eachDatabase((open) => {
  describe('the audit list', () => {
    let db: Knex
    let audit: Audit

    beforeEach(async () => {
      db = (await open()).db
      await migrations[0]?.up(db)
      audit = createAudit(db, () => Date.UTC(2026, 0, 2, 3, 4, 5))
    })

    it('is newest first, also within one second, and no longer than asked for', async () => {
      for (let i = 1; i <= 20; i++) await audit.note({ ...entry, after: { name: `Name ${i}` } })
      const listed = await audit.list({ limit: 15 })
      expect(listed.map(({ after }) => after)).to.deep.equal(
        Array.from({ length: 15 }, (_, i) => ({ name: `Name ${20 - i}` }))
      )
      expect(listed[0]).to.deep.include({ ...entry, before: undefined, at: '2026-01-02 03:04:05' })
    })

    it('can be asked for one subject', async () => {
      await audit.note(entry)
      await audit.note({ ...entry, subject: 'portal:2' })
      expect((await audit.list({ subject: 'portal:2', limit: 10 })).map(({ subject }) => subject)).to.deep.equal([
        'portal:2'
      ])
    })

    it('is written only when the change is', async () => {
      const undone = db.transaction(async (trx) => {
        await audit.note(entry, trx)
        throw new Error('changed his mind')
      })
      await undone.catch(() => undefined)
      expect(await audit.list({ limit: 10 })).to.deep.equal([])
      await db.transaction((trx) => audit.note(entry, trx))
      expect(await audit.list({ limit: 10 })).to.have.length(1)
    })

    it("keeps line breaks of people's words inside of one entry (A49)", async () => {
      const before = { name: 'x\r\n2026-01-01 admin granted all', nested: ['"', null, 1] }
      await audit.note({ ...entry, before })
      const row = await db('portico_audit').first<{ before: string }>('before')
      expect(row.before).not.to.match(/[\r\n]/)
      expect((await audit.list({ limit: 1 }))[0]?.before).to.deep.equal(before)
    })
  })
})
