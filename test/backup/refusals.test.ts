import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/backup.js'
import { contentOf, describeFile, readBackup, writeManifest } from '../../src/backup/manifest.js'
import { restoreBackup, type Restored, type RestoreTo } from '../../src/backup/restore.js'
import { openDatabase } from '../../src/db/open-database.js'
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

  it('a backup whose proof was taken away, unless the operator stands up for it himself', async () => {
    const withoutProof = (copy: string): void => rewrite(copy, /,\s*"secret": "\w+",\s*"proof": "\w+"/, '')
    await refuses(/Nothing proves that the backup is as it was made/, withoutProof)
    await refuses(/was changed after it was made/, (copy) => rewrite(copy, /,\s*"proof": "\w+"/, ''))
    await refuses(/none is set here/, () => undefined, { secret: undefined })
    const { restored } = await restore(withoutProof, { otherSecret: true })
    expect(restored.contents.secret).to.equal(undefined)
  })

  it('a link in place of a file, or on the way to it', async () => {
    const away = join(folder, 'away')
    mkdirSync(away, { recursive: true })
    writeFileSync(join(away, 'ab-photo'), 'a photo')
    const linked = (copy: string, name: string, to: string): void => {
      rmSync(join(copy, name), { recursive: true })
      symlinkSync(to, join(copy, name))
    }
    await refuses(/files\/ab\/ab-photo is missing/, (copy) => linked(copy, 'files/ab', away))
    await refuses(/ab-photo is missing/, (copy) => linked(copy, 'files/ab/ab-photo', join(away, 'ab-photo')))
    await refuses(/database\.sqlite is missing/, (copy) =>
      linked(copy, 'database.sqlite', join(good, 'database.sqlite'))
    )
  })

  /** Changes the database and says in the manifest what it is now, as somebody can who writes into the folder. */
  async function forge(copy: string, statement: string): Promise<void> {
    const db = openDatabase(join(copy, 'database.sqlite'))
    await db.raw(statement)
    await db.raw('pragma journal_mode = delete')
    await db.destroy()
    const { size, sha256 } = await describeFile(copy, 'database.sqlite')
    const said = JSON.parse(readFileSync(manifestOf(copy), 'utf8')) as object
    writeFileSync(manifestOf(copy), JSON.stringify({ ...said, database: { name: 'database.sqlite', size, sha256 } }))
  }

  it('a database with more in it than tables and rows, and leaves nothing of it', async () => {
    const trigger = 'create trigger boom after insert on crm_file begin delete from portico_schema; end'
    await refuses(/nothing else; this is none: trigger boom/, (copy) => forge(copy, trigger), { otherSecret: true })
    await refuses(/view boom/, (copy) => forge(copy, 'create view boom as select 1'), { otherSecret: true })
    await restore((copy) => forge(copy, 'create index fine on crm_file (created_at)'), { otherSecret: true })
    const unfinished = readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('restoring'))
    expect(unfinished).to.deep.equal([])
  })

  it('what is changed between being checked and being used', async () => {
    const contents = await readBackup(good, { secret, otherSecret: false })
    const copy = join(folder, 'changing')
    cpSync(good, copy, { recursive: true })
    const [file] = contents.files
    const pieces = contentOf(copy, file!)
    writeFileSync(join(copy, file!.name), 'a PHOTO')
    const reading = async (): Promise<void> => {
      for await (const piece of pieces) void piece
    }
    expect(await reading().catch((error: Error) => error.message)).to.match(/holds something else/)
  })

  it('a manifest that would write on the terminal, or beside the folder of files', async () => {
    for (const [from_, to] of [
      ['"crm_file": 1', '"crm_\\u001b[2Jfile": 1'],
      ['"missing": []', '"missing": ["\\u001b]0;x"]'],
      ['files/ab/ab-photo', 'database.sqlite']
    ] as const)
      await refuses(/was changed, or is of a newer Portico/, (copy) => rewrite(copy, from_, to), { otherSecret: true })
  })

  it('to send what waited when the operator says so; else it goes on waiting', async () => {
    const row = { about: 'x', to_name: 'x', to_address: 'x@x.example', subject: 's', text: 'https://x/once', html: 'h' }
    const moments = { created_at: '2026-01-01 00:00:00', next_at: '2026-01-01 00:00:00' }
    await from.db('portico_mail').insert({ id: 'waits', state: 'waiting', ...row, ...moments })
    await from.db('portico_mail').insert({ id: 'went', state: 'sent', ...row, ...moments })
    await from.db('portico_sms').insert({
      ...{ id: 'waits', about: 'x', kind: 'x', to_number: '+4912345', text: '123456', state: 'waiting' },
      ...moments
    })
    const waiting = join(folder, 'waiting')
    await makeBackup(made(from), waiting)
    const again = (copy: string): void => {
      rmSync(copy, { recursive: true })
      cpSync(waiting, copy, { recursive: true })
    }
    const { restored, at } = await restore(again, { withdrawMessages: true })
    expect(restored.messagesWithdrawn).to.equal(2)
    expect(await at.db('portico_mail').select('id', 'state', 'text', 'html').orderBy('id')).to.deep.equal([
      { id: 'waits', state: 'withdrawn', text: '', html: '' },
      { id: 'went', state: 'sent', text: row.text, html: 'h' }
    ])
    expect(await at.db('portico_sms').select('state', 'text')).to.deep.equal([{ state: 'withdrawn', text: '' }])
    const { restored: kept, at: there } = await restore(again)
    expect(kept.messagesWithdrawn).to.equal(0)
    expect(await there.db('portico_mail').where({ state: 'waiting' }).pluck<string[]>('id')).to.deep.equal(['waits'])
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

  it('and a backup is not made beside another one, but after one that was killed', async () => {
    const filesFolder = join(folder, 'busy')
    const work = (): Promise<string> => Promise.resolve('done')
    const both = stored.whileSetAside(filesFolder, () =>
      stored.whileSetAside(filesFolder, work).catch((error: Error) => error.message)
    )
    expect(await both).to.match(/Another backup of .*busy is being made/)
    expect(await stored.whileSetAside(filesFolder, work)).to.equal('done')
    const ended = spawnSync('true').pid
    writeFileSync(join(filesFolder, '.backup'), `${hostname()} ${ended}`)
    expect(await stored.whileSetAside(filesFolder, work)).to.equal('done')
    writeFileSync(join(filesFolder, '.backup'), `another.machine ${ended}`)
    expect(await stored.whileSetAside(filesFolder, work).catch((error: Error) => error.message)).to.match(
      /Another backup/
    )
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
