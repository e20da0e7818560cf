import { join } from 'node:path'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/backup.js'
import { restoreBackup } from '../../src/backup/restore.js'
import { answersFor, type InitOptions } from '../../src/cli/init-answers.js'
import { migrate } from '../../src/db/migrate.js'
import { createStaffTables, emptyStaffTables, installIntegration } from '../espocrm-adapter/staff-world.js'
import { temporaryFolder } from '../support/child-process.js'
import { onMysql, type TestDatabase } from '../support/databases.js'

onMysql('portico init and backup beside EspoCRM', (open) => {
  let test: TestDatabase

  before(async () => {
    test = await open()
    await createStaffTables(test.db)
    await emptyStaffTables(test.db)
  })

  const options = (): InitOptions => ({
    user: 'portico',
    admin: 'admin',
    yes: true,
    crm: 'espocrm',
    database: test.url
  })

  it('says so while the extension is not installed there', async () => {
    const refusal: unknown = await answersFor(options(), {}, undefined).catch((error: unknown) => error)
    expect((refusal as Error).message).to.match(/^- The database can't be used: EspoCRM has no Portico integration/)
  })

  it('knows from the integration where visitors come, and needs no secret of its own', async () => {
    await installIntegration(test.db, { siteUrl: 'https://crm.nordwind.example', serviceUrl: '/crm-portal' })
    const answers = await answersFor(options(), {}, undefined)
    expect(answers).to.deep.include({
      DATABASE_URL: `espocrm+${test.url}`,
      PORTICO_COMPANY_NAME: 'crm.nordwind.example',
      PORTICO_COMPANY_DOMAINS: 'nordwind.example',
      PORTICO_MAIL_FROM: 'portal@nordwind.example'
    })
    for (const name of ['PORTICO_PUBLIC_URL', 'PORTICO_SECRET', 'PORTICO_FILES', 'NODE_ENV'])
      expect(answers[name], name).to.equal(undefined)
  })

  it('says which answers have no meaning there, and how else to give them', async () => {
    const said = { url: 'https://x.example', files: '/x', adminPasswordFile: '/x' }
    const refusal: unknown = await answersFor({ ...options(), ...said }, {}, undefined).catch((error: unknown) => error)
    expect((refusal as Error).message)
      .to.match(/^- --url does not go with EspoCRM.*--set PORTICO_PUBLIC_URL=/m)
      .and.match(/^- --files does not/m)
      .and.match(/^- --admin-password-file does not/m)
    const set = ['PORTICO_PUBLIC_URL=https://x.example']
    expect(await answersFor({ ...options(), set }, {}, undefined)).to.include({
      PORTICO_PUBLIC_URL: 'https://x.example'
    })
  })

  it('keeps the whole database, EspoCRM’s tables too, and with it the secret', async () => {
    await migrate(test.db)
    const folder = join(temporaryFolder('beside'), 'made')
    const config = { databaseUrl: test.url, filesFolder: '', host: 'espocrm' as const }
    const made = await makeBackup({ config, files: undefined, version: '0.1.0', secret: undefined }, folder)
    expect(made.tables).to.include({ integration: 1 })
    expect(made.secret).to.equal(undefined)
    const { url, db } = await open()
    const to = { config: { ...config, databaseUrl: url }, secret: undefined, otherSecret: false, sessionTables: [] }
    const { tables } = await restoreBackup(folder, to)
    expect(tables.filter(({ then, now }) => then !== now)).to.deep.equal([])
    expect(await db('integration').first('data')).to.deep.equal(await test.db('integration').first('data'))
  })
})
