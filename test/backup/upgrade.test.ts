import { join } from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { createTable, moment as momentColumn, words } from '../../migrations/columns.js'
import { migrations } from '../../migrations/index.js'
import { makeBackup } from '../../src/backup/backup.js'
import { restoreBackup } from '../../src/backup/restore.js'
import { migrate, schemaVersion } from '../../src/db/migrate.js'
import { rowsByTable, tablesOf } from '../../src/db/table-rows.js'
import { temporaryFolder } from '../support/child-process.js'
import { eachDatabase, type TestDatabase } from '../support/databases.js'

/** Before addresses of portals of their own. */
const older = 13
const moment = '2026-01-02 03:04:05'

/** As the program of then made it. */
async function makeOlder(db: Knex): Promise<void> {
  await createTable(db, 'portico_schema', (table) => {
    table.integer('step').primary()
    words(db, table, 'name').notNullable()
    momentColumn(db, table, 'applied_at').notNullable()
  })
  for (const [index, { name, up }] of migrations.slice(0, older).entries()) {
    await up(db)
    await db('portico_schema').insert({ step: index + 1, name, applied_at: moment })
  }
}

const mail = (id: string) => ({
  id,
  about: 'portal-user:1',
  to_name: 'Jiří',
  to_address: 'jiri@example.com',
  subject: "it's \\ (2),(3); 'x'\n",
  text: 'x'.repeat(70_000),
  html: '☂',
  state: 'sent',
  created_at: moment,
  next_at: moment
})

eachDatabase((open, engine) => {
  describe('an upgrade', function () {
    this.timeout(60_000)
    let test: TestDatabase
    let back: TestDatabase
    const folder = temporaryFolder('upgrade')
    const secret = 'a secret for tests that is long enough to be one'
    const at = ({ url }: TestDatabase) => ({
      databaseUrl: url,
      filesFolder: join(folder, 'none'),
      host: 'embedded' as const
    })
    let rows: Record<string, number>

    before(async () => {
      test = await open()
      await makeOlder(test.db)
      for (const id of ['mail-1', 'mail-2', 'mail-3']) await test.db('portico_mail').insert(mail(id))
      rows = await rowsByTable(test.db, await tablesOf(test.db))
      await makeBackup({ config: at(test), files: undefined, version: '0.0.9', secret }, join(folder, 'before'))
    })

    it('takes the steps that are missing, and keeps every row', async () => {
      expect(await schemaVersion(test.db)).to.equal(older)
      expect(await migrate(test.db)).to.deep.equal(migrations.slice(older).map(({ name }) => name))
      const now = await rowsByTable(test.db, Object.keys(rows))
      expect(now).to.deep.equal({ ...rows, portico_schema: migrations.length })
      expect(rows['portico_mail']).to.equal(3)
      expect(await test.db.schema.hasTable('portico_jobs')).to.equal(true)
      expect(await migrate(test.db), 'a second process').to.deep.equal([])
    })

    it('is taken back by the backup of before: the older database, as it was', async () => {
      back = await open()
      const to = { config: at(back), secret, otherSecret: false, sessionTables: [] }
      const { tables, contents } = await restoreBackup(join(folder, 'before'), to)
      expect(contents.step).to.equal(older)
      expect(tables.filter(({ then, now }) => then !== now)).to.deep.equal([])
      expect(Object.fromEntries(tables.map(({ table, now }) => [table, now]))).to.deep.equal(rows)
      expect(await schemaVersion(back.db)).to.equal(older)
      expect(await back.db.schema.hasColumn('portico_portals', 'custom_url'), engine).to.equal(false)
    })

    it('can then be made again', async () => {
      expect(await migrate(back.db)).to.have.length(migrations.length - older)
      expect(await back.db('portico_mail').first('subject', 'html').where({ id: 'mail-2' })).to.deep.equal({
        subject: mail('').subject,
        html: '☂'
      })
    })
  })
})
