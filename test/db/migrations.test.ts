import { expect } from 'chai'
import type { Knex } from 'knex'
import { migrations } from '../../migrations/index.js'
import { configurationVersion } from '../../src/db/configuration-version.js'
import { migrate, schemaVersion } from '../../src/db/migrate.js'
import { PorticoError } from '../../src/errors.js'
import { eachDatabase, onMysql } from '../support/databases.js'

eachDatabase((open, engine) => {
  describe('our migrations', () => {
    let db: Knex

    before(async () => {
      ;({ db } = await open())
    })

    it('are taken once, in their order, and each has a sentence for a name', async () => {
      const taken = await migrate(db)
      expect(taken).to.deep.equal(migrations.map((one) => one.name))
      expect(await schemaVersion(db)).to.equal(migrations.length)
      expect(await migrate(db)).to.deep.equal([])
    })

    it('are safe to run twice: what broke off half-way is finished, and nothing is lost', async () => {
      await db('portico_configuration').where({ id: 1 }).update({ version: 41 })
      await db('portico_schema').delete()
      expect(await migrate(db)).to.have.length(migrations.length)
      expect(await configurationVersion(db)).to.equal(41)
    })

    it('taken by two processes at once end in one state', async () => {
      await db('portico_schema').where('step', '>', 2).delete()
      const taken = await Promise.all([migrate(db), migrate(db)])
      expect(await schemaVersion(db)).to.equal(migrations.length)
      const steps = taken.map((one) => one.length).sort((a, b) => a - b)
      if (engine === 'mysql') expect(steps, 'they take turns').to.deep.equal([0, migrations.length - 2])
    })

    it('refuse a database that a newer program has been at', async () => {
      await db('portico_schema').insert({ step: 9999, name: 'from the future', applied_at: '2099-01-01 00:00:00' })
      const refusal: unknown = await migrate(db).catch((error: unknown) => error)
      expect(refusal).to.be.instanceOf(PorticoError).with.property('key', 'errors.schema.newer')
      await db('portico_schema').where({ step: 9999 }).delete()
    })
  })
})

onMysql('our tables on MariaDB', (open) => {
  it('give every column of ours on MariaDB a stated collation: bytes for keys, letters for text', async () => {
    const { db } = await open()
    await migrate(db)
    const [rows] = (await db.raw(
      "select table_name as t, column_name as c, collation_name as l from information_schema.columns where table_schema = database() and table_name like 'portico\\_%' and collation_name is not null"
    )) as [{ t: string; c: string; l: string }[]]
    expect(rows.length).to.be.greaterThan(50)
    const strange = rows.filter(({ l }) => l !== 'utf8mb4_bin' && l !== 'utf8mb4_unicode_ci')
    expect(strange).to.deep.equal([])
    expect(rows.find(({ t, c }) => t === 'portico_authorship' && c === 'record_id')?.l).to.equal('utf8mb4_bin')
  })
})
