import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/backup.js'
import { readBackup, writeManifest } from '../../src/backup/manifest.js'
import { restoreBackup, type Restored, type RestoreTo } from '../../src/backup/restore.js'
import { stored } from '../../src/host/embedded/stored.js'
import { tablesOf } from '../../src/db/table-rows.js'
import { OperatorError } from '../../src/errors.js'
import { temporaryFolder } from '../support/child-process.js'
import { onSqlite, type TestDatabase } from '../support/databases.js'
import { makeTables } from '../support/worlds.js'

const secret = 'a secret for tests that is long enough to be one'
const files = stored

onSqlite('what a restore refuses', (open) => {
  const folder = temporaryFolder('refusals')
  const good = join(folder, 'good')
  let from: TestDatabase

  before(async () => {
    from = await open()
    await makeTables(from)
    await from.db.schema.createTable('crm_file', (table) => {
      table.string('id').primary()
      table.string('created_at')
    })
    await from.db('crm_file').insert({ id: 'ab-photo', created_at: '2026-01-01 00:00:00' })
    mkdirSync(join(folder, 'files', 'ab'), { recursive: true })
    writeFileSync(join(folder, 'files', 'ab', 'ab-photo'), 'a photo')
    await makeBackup(made(from), good)
  })

  const made = (at: TestDatabase) => ({
    config: { databaseUrl: at.url, filesFolder: join(folder, 'files'), host: 'embedded' as const },
    files,
    version: '0.1.0',
    secret
  })

  let count = 0

  /** Into an empty database, of a copy of the good backup that `change` was at. */
  async function restore(
    change: (copy: string) => unknown = () => undefined,
    to: Partial<RestoreTo> = {}
  ): Promise<{ restored: Restored; at: TestDatabase; filesFolder: string }> {
    const copy = join(folder, `copy-${(count += 1)}`)
    cpSync(good, copy, { recursive: true })
    await change(copy)
    const at = await open()
    const filesFolder = join(copy, 'restored')
    const config = { databaseUrl: at.url, filesFolder, host: 'embedded' as const }
    try {
      const restored = await restoreBackup(copy, { config, secret, otherSecret: false, sessionTables: [], ...to })
      return { restored, at, filesFolder }
    } catch (error) {
      expect(await tablesOf(at.db), 'nothing was written').to.deep.equal([])
      throw error
    }
  }

  async function refuses(words: RegExp, change: (copy: string) => unknown, to: Partial<RestoreTo> = {}): Promise<void> {
    const refusal: unknown = await restore(change, to).catch((error: unknown) => error)
    expect(refusal).to.be.instanceOf(OperatorError)
    expect((refusal as Error).message).to.match(words)
  }

  const manifestOf = (copy: string): string => join(copy, 'manifest.json')
  const rewrite = (copy: string, from_: string | RegExp, to: string): void =>
    writeFileSync(manifestOf(copy), readFileSync(manifestOf(copy), 'utf8').replace(from_, to))

  it('nothing, if nobody was at it', async () => {
    const { restored, filesFolder } = await restore()
    expect(restored.tables.filter(({ then, now }) => then !== now)).to.deep.equal([])
    expect(readFileSync(join(filesFolder, 'ab', 'ab-photo'), 'utf8')).to.equal('a photo')
  })

  it('half a backup: without its manifest, or without a file that it names', async () => {
    await refuses(/is no whole backup: it has no manifest\.json/, (copy) => rmSync(manifestOf(copy)))
    await refuses(/not whole: files\/ab\/ab-photo is missing/, (copy) => rmSync(join(copy, 'files/ab/ab-photo')))
    await refuses(/not whole: database\.sqlite is missing/, (copy) => rmSync(join(copy, 'database.sqlite')))
    await refuses(/database\.sqlite has \d+ bytes/, (copy) => truncateSync(join(copy, 'database.sqlite'), 4096))
    await refuses(/manifest\.json was changed or cut off/, (copy) => truncateSync(manifestOf(copy), 500))
  })

  it('a changed backup: a file, the database, or what the manifest says of them', async () => {
    await refuses(/ab-photo holds something else/, (copy) => writeFileSync(join(copy, 'files/ab/ab-photo'), 'b photo'))
    await refuses(/database\.sqlite has/, (copy) => appendFileSync(join(copy, 'database.sqlite'), 'x'))
    await refuses(/manifest\.json was changed after it was made/, (copy) =>
      rewrite(copy, '"crm_file": 1', '"crm_file": 2')
    )
    await refuses(/manifest\.json was changed after it was made/, (copy) => rewrite(copy, /,\s*"proof": "\w+"/, ''))
  })

  it('a manifest that leads out of the backup’s folder, be it signed', async () => {
    await refuses(/was changed, or is of a newer Portico/, (copy) =>
      rewrite(copy, 'files/ab/ab-photo', 'files/../../etc')
    )
  })

  it('a backup under another secret, unless the operator says that it is lost', async () => {
    const other = 'another secret for tests that is long enough'
    await refuses(/made under another PORTICO_SECRET/, () => undefined, { secret: other })
    const { restored } = await restore(undefined, { secret: other, otherSecret: true })
    expect(restored.contents.tables['crm_file']).to.equal(1)
  })

  it('a backup of a newer Portico, of another kind of database, or of another CRM', async () => {
    const again = async (copy: string, change: object): Promise<void> => {
      const { secret: _fingerprint, ...contents } = await readBackup(copy, { secret, otherSecret: false })
      rmSync(manifestOf(copy))
      await writeManifest(copy, { ...contents, ...change }, secret)
    }
    await refuses(/newer than this one \(step \d+\)/, (copy) => again(copy, { step: 9999, portico: '9.0.0' }))
    await refuses(/The backup is of MySQL or MariaDB/, (copy) => again(copy, { engine: 'mysql' }))
    await refuses(/begin DATABASE_URL with espocrm\+mysql/, (copy) => again(copy, { host: 'espocrm' }))
    await restore((copy) => again(copy, { portico: '0.0.9' }))
  })

  it('to go where something is: a database with tables, a folder with files', async () => {
    const config = { databaseUrl: from.url, filesFolder: join(folder, 'none'), host: 'embedded' as const }
    await refuses(/the one of DATABASE_URL has \d+ tables/, () => undefined, { config })
    const at = await open()
    const filled = { databaseUrl: at.url, filesFolder: join(folder, 'files'), host: 'embedded' as const }
    await refuses(/folder of files, .*, is not empty: ab is in it/, () => undefined, { config: filled })
  })

  it('and a backup does not go into a folder that holds something, nor is one made of nothing', async () => {
    const refusal = async (work: Promise<unknown>): Promise<string> =>
      work.then(
        () => 'taken',
        (error: Error) => error.message
      )
    expect(await refusal(makeBackup(made(from), good))).to.match(/is not empty/)
    const nothing = { ...from, url: join(folder, 'nothing.sqlite') }
    expect(await refusal(makeBackup(made(nothing), join(folder, 'new')))).to.match(/There is no database at/)
    expect(readdirSync(folder)).not.to.include.members(['nothing.sqlite', 'new'])
  })
})
