import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { rowsByTable, tablesOf } from '../../src/db/table-rows.js'
import { pathOfFile } from '../../src/host/embedded/files.js'
import { openApp, type TestApp } from '../support/app.js'
import { temporaryFolder } from '../support/child-process.js'
import { eachDatabase, type TestDatabase } from '../support/databases.js'
import { customerAt, door } from '../portal/people.js'

interface Outcome {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

async function portico(words: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const file = ['--import', 'tsx', 'src/cli/portico.ts', ...words]
  const child = spawn(process.execPath, file, { env: { ...process.env, ...env } })
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve))
  ])
  return { code, out, err }
}

eachDatabase((open, engine) => {
  describe('a backup of a service that goes on', function () {
    this.timeout(120_000)
    let test: TestApp
    let empty: TestDatabase
    const folder = join(temporaryFolder('backup'), 'today')
    const filesFolder = join(temporaryFolder('restored'), 'files')
    const secret = 'a secret for tests that is long enough to be one'
    let made: Outcome
    let restored: Outcome
    let written = 0

    const at = (databaseUrl: string, files: string): Record<string, string> => ({
      NODE_ENV: 'test',
      DATABASE_URL: databaseUrl,
      PORTICO_FILES: files,
      PORTICO_SECRET: secret
    })

    /** Notes with files come and go for as long as the backup is made. */
    async function underLoad<T>(work: Promise<T>): Promise<T> {
      const { feed, files } = test.embedded.crm
      const by = { kind: 'outside', id: 'load', name: 'Load' } as const
      let isOver = false
      const over = (): void => void (isOver = true)
      work.then(over, over)
      const kept: string[] = []
      while (!isOver) {
        const content = `content ${written}`
        const file = await files.write({ name: `${written}.txt`, type: 'text/plain', content: streamOf(content) }, by)
        const note = { module: 'Case', recordId: 'bjorns-case', text: content, internal: false, files: [file.id] }
        kept.push(await feed.post(note, by))
        written += 1
        if (kept.length > 30) await feed.remove(kept.shift()!, by)
      }
      return work
    }

    before(async () => {
      test = await openApp(open)
      const bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(`${door}/case/bjorns-case`)
      const photo = { field: 'files', name: 'flange.txt', content: 'drip drip', type: 'text/plain' }
      await bjorn.send('Write note', { text: 'It drips here.' }, [photo])
      const { databaseUrl, filesFolder: files } = test.embedded.config
      made = await underLoad(portico(['backup', folder], at(databaseUrl, files)))
      empty = await open()
      restored = await portico(['restore', folder], at(empty.url, filesFolder))
    })

    after(() => test.close())

    it('ends well, and says what is in it, for nobody but its owner', () => {
      expect(made.code, made.err).to.equal(0)
      expect(made.out).to.match(/^Database: \d+ tables with \d+ rows/m)
      expect(made.out).to.match(/^Files: \d+, /m)
      expect(made.out).not.to.include('!')
      expect(existsSync(`${folder}.unfinished`)).to.equal(false)
      for (const name of ['.', 'manifest.json', engine === 'sqlite' ? 'database.sqlite' : 'database.sql.gz'])
        expect(statSync(join(folder, name)).mode & 0o077, name).to.equal(0)
      const holds = readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => !name.startsWith('files'))
      expect(holds).to.have.length(2)
      expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).not.to.include(secret)
    })

    it('goes back into an empty database with the same rows in every table, and says so table by table', async () => {
      expect(restored.code, restored.err).to.equal(0)
      const { tables } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
        tables: Record<string, number>
      }
      const now = await rowsByTable(empty.db, await tablesOf(empty.db))
      expect(Object.keys(now)).to.have.members(Object.keys(tables))
      for (const [table, rows] of Object.entries(tables)) {
        expect(restored.out).to.include(`✓ ${table}: ${rows} rows\n`)
        expect(now[table], table).to.equal(table === 'portico_sessions' ? 0 : rows)
      }
      expect(tables['portico_sessions'], 'there were some').to.be.greaterThan(0)
      expect(restored.out).not.to.include('✗')
    })

    it('taken under load is of one moment: every note that names a file has it, and no file is of no note', async () => {
      expect(written).to.be.greaterThan(10)
      const named = await empty.db('crm_feed_file').pluck<string[]>('file_id')
      const rows = await empty.db('crm_file').pluck<string[]>('id')
      expect(rows).to.include.members(named)
      for (const id of rows) expect(existsSync(join(filesFolder, pathOfFile(id))), id).to.equal(true)
      const all = readdirSync(filesFolder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      expect(all).to.have.length(rows.length)
    })

    it('lets people sign in again, and gives them their files; sessions are not in it', async () => {
      const again = await openApp(() => Promise.resolve(empty), { config: { filesFolder, secret } })
      try {
        const bjorn = await customerAt(again, 'bjorn')
        await bjorn.open(`${door}/case/bjorns-case`)
        bjorn.sees('It drips here.', 'flange.txt')
        const link = bjorn.page('a').filter((_, a) => bjorn.page(a).text().includes('flange.txt'))
        const { content, response } = await bjorn.download(link.first().attr('href')!)
        expect(response.status, customers.bjorn.email).to.equal(200)
        expect(content.toString()).to.equal('drip drip')
      } finally {
        await again.embedded.close()
        rmSync(filesFolder, { recursive: true, force: true })
      }
    })
  })
})

function streamOf(content: string): Readable {
  return Readable.from([Buffer.from(content)])
}
