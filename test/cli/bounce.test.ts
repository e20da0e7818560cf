import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { senders } from '../../src/mail/senders.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'

onSqlite('portico bounce', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open, { world: 'people' })
  })

  after(() => test.close())

  /** What a mail server does: the report on standard input, the address it came to as a word. */
  async function bounce(recipient: string, database = test.embedded.config.databaseUrl) {
    const { filesFolder, secret } = test.embedded.config
    const env = { ...process.env, DATABASE_URL: database, PORTICO_FILES: filesFolder, PORTICO_SECRET: secret }
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/portico.ts', 'bounce', recipient], { env })
    child.stdin.end(
      'Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n\n--B--\n'
    )
    const [out, code] = await Promise.all([text(child.stdout), new Promise((resolve) => child.once('close', resolve))])
    return { out, code }
  }

  it('Z17 notes on the mail that it came back, once; a report about none of ours changes nothing', async function () {
    this.timeout(60_000)
    const { config, db, portico } = test.embedded
    const to = { name: 'Anna', address: 'anna@nordwind.example' }
    const id = await portico.context.mail.send({ to, subject: 'x', text: 'x', html: 'x', about: 'portal-user:1' })
    await db('portico_mail').where({ id }).update({ state: 'sent' })
    const recipient = senders({ ...config, bounceAddress: 'bounces@thermovia.example' }).envelopeOf(id) ?? ''
    const forged = await bounce(recipient.replace(/.@/, (end) => (end === '0@' ? '1@' : '0@')))
    expect(forged).to.deep.equal({ out: 'The report is of no mail that was sent from here.\n', code: 0 })
    expect(await db('portico_mail').first('state').where({ id })).to.deep.equal({ state: 'sent' })
    expect(await bounce(recipient)).to.deep.equal({ out: `Mail ${id} came back: 5.1.1.\n`, code: 0 })
    expect(await db('portico_mail').first('state').where({ id })).to.deep.equal({ state: 'bounced' })
  })

  it('Z17 asks the mail server to try again while the database is away', async function () {
    this.timeout(60_000)
    expect((await bounce('x', 'mysql://nobody@127.0.0.1:1/none')).code).to.equal(75)
  })
})
