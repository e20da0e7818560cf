import { execFile } from 'node:child_process'
import { expect } from 'chai'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

onSqlite('the command line', function (open) {
  let test: TestApp

  before(async () => {
    test = await openApp(open)
  })

  after(() => test.close())

  function portico(words: readonly string[], more: Record<string, string> = {}): Promise<Outcome> {
    const { databaseUrl, filesFolder, secret } = test.embedded.config
    const env = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORTICO_FILES: filesFolder,
      PORTICO_SECRET: secret,
      PORTICO_LISTEN: '127.0.0.1:0',
      ...more
    }
    const file = ['--import', 'tsx', 'src/cli/portico.ts', ...words]
    return new Promise((resolve) =>
      execFile(process.execPath, file, { env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err })
      )
    )
  }

  it('X01 explain says why a portal user sees a record, and why not, in his language', async function () {
    this.timeout(30_000)
    const place = ['--portal', 'thermovia', '--language']
    const seen = await portico(['explain', 'anna@nordwind.example', 'Case', 'annas-heating-case', ...place, 'en'])
    expect(seen.out)
      .to.match(/^He sees this record\.\n/)
      .and.include('✓ Account → Contacts → It is his own record')
    const foreign = await portico(['explain', 'anna@nordwind.example', 'Case', 'bjorns-case', ...place, 'cs'])
    expect(foreign.out)
      .to.match(/^Tento záznam nevidí\.\n/)
      .and.include('✗ Firma → Kontakty')
    expect(foreign.out).not.to.include('Pump leaks')
    expect(foreign.code).to.equal(0)
  })

  it('all problems of the configuration are reported at once, as sentences', async function () {
    this.timeout(15_000)
    const { code, err } = await portico(['doctor'], {
      PORTICO_LISTEN: 'x',
      PORTICO_SECRET: 'short',
      PORTICO_SMTP_URL: 'y'
    })
    expect(code).to.equal(1)
    expect(err.split('\n').filter((row) => row.startsWith('- '))).to.have.length(3)
    expect(err).not.to.match(/^\s+at /m)
  })

  it('doctor finds all well, and says what to do where it is not', async function () {
    this.timeout(30_000)
    const well = await portico(['doctor'])
    expect(well.code, well.out + well.err).to.equal(0)
    expect(well.out)
      .to.match(/^✓ Tables: /m)
      .and.not.include('✗')
    const ill = await portico(['doctor'], { PORTICO_SMTP_URL: 'smtp://127.0.0.1:9' })
    expect(ill.code).to.equal(1)
    expect(ill.out).to.include('✗ Mail').and.include('→ Check PORTICO_SMTP_URL.')
  })

  it('a database that a newer program has been at is refused with a sentence, and nothing is changed', async function () {
    this.timeout(15_000)
    const { db } = test.embedded
    await db('portico_schema').insert({ step: 9999, name: 'from the future', applied_at: '2099-01-01 00:00:00' })
    const { code, err } = await portico(['migrate'])
    expect(code).to.equal(1)
    expect(err)
      .to.match(/newer/i)
      .and.not.match(/^\s+at /m)
    await db('portico_schema').where({ step: 9999 }).delete()
    const again = await portico(['migrate'])
    expect(again.out).to.include('The tables are up to date.')
  })

  it('A31 reset-password prints a link for a portal user, and a sentence for anybody else', async function () {
    this.timeout(30_000)
    const link = await portico(['reset-password', 'anna@nordwind.example', '--portal', 'thermovia'])
    expect(link.out).to.match(/\/portal\/thermovia\/reset\/[\w-]{43}\n$/)
    const nobody = await portico(['reset-password', 'nobody@nordwind.example', '--portal', 'thermovia'])
    expect(nobody.code).to.equal(1)
    expect(nobody.err).to.equal('Nobody with the address nobody@nordwind.example has access to Thermovia Service.\n')
  })

  describe('beside EspoCRM', () => {
    const nobody = { DATABASE_URL: 'espocrm+mysql://espo:secret@127.0.0.1:9/espocrm', PORTICO_SECRET: '', NODE_ENV: '' }

    it('the demo world stays out: with a sentence, before anything is opened', async function () {
      this.timeout(30_000)
      for (const words of [['seed'], ['start', '--demo']]) {
        const { code, err } = await portico(words, nobody)
        expect(code, words.join(' ')).to.equal(1)
        expect(err)
          .to.match(/^The demo world is for the embedded CRM alone/)
          .and.not.match(/^\s+at /m)
      }
    })

    it('a database that does not answer is a sentence without its password', async function () {
      this.timeout(30_000)
      for (const words of [
        ['migrate'],
        ['start'],
        ['explain', 'anna@nordwind.example', 'Case', 'c1', '--portal', 'x']
      ]) {
        const { code, err } = await portico(words, nobody)
        expect(code, words.join(' ')).to.equal(1)
        expect(err)
          .to.include("The database can't be opened")
          .and.include('ECONNREFUSED')
          .and.not.include('secret')
          .and.not.match(/^\s+at /m)
      }
      const { code, out } = await portico(['doctor'], nobody)
      expect(code).to.equal(1)
      expect(out)
        .to.match(/^✗ Database: .*ECONNREFUSED/m)
        .and.include('→ Check DATABASE_URL')
        .and.not.include('secret')
    })
  })
})
