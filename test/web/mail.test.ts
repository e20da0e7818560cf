import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import request from 'supertest'
import { migrations } from '../../migrations/index.js'
import { createMail, type Mail, type Message } from '../../src/mail/mail.js'
import { mailboxPages } from '../../src/mail/mailbox-pages.js'
import { writeMail } from '../../src/mail/write-mail.js'
import { eachDatabase } from '../support/databases.js'
import { openMailServer, type MailServer } from '../support/mail-server.js'
import { pagesWith } from './pages.js'

const message: Message = {
  to: { name: 'Anna "A" Berg', address: 'anna@nordwind.example' },
  subject: 'Grüße & more',
  text: 'Open http://localhost/x',
  html: '<p>Open</p>',
  about: 'portal-user:1'
}
const mailFrom = 'Thermovia <portal@thermovia.example>'
const log = pino({ level: 'silent' })
const environment = 'production'
const signing = { bounceAddress: undefined, secret: 'a secret for tests that is long enough' }

eachDatabase((open) => {
  describe('mail', () => {
    let db: Knex
    let server: MailServer
    let mail: Mail
    let clock: number

    beforeEach(async () => {
      db = (await open()).db
      for (const migration of migrations) await migration.up(db)
      server = await openMailServer()
      clock = Date.now()
      mail = createMail({
        db,
        config: { environment, smtpUrl: server.url, mailFrom, ...signing },
        log,
        now: () => clock
      })
    })
    afterEach(() => server.close())

    const rows = () =>
      db('portico_mail').select<{ state: string; tries: number }[]>('state', 'tries', 'text', 'html', 'last_error')

    it('goes out once, and its text does not stay behind (A32)', async () => {
      await mail.send(message)
      await mail.deliver()
      await mail.deliver()
      expect(server.taken).to.have.length(1)
      expect(server.taken[0])
        .to.match(/^From: Thermovia <portal@thermovia.example>/m)
        .and.match(/^To: .*<anna@nordwind.example>/m)
      expect(server.taken[0]).to.contain('Open http://localhost/x').and.contain('<p>Open</p>')
      expect(await rows()).to.deep.equal([{ state: 'sent', tries: 1, text: '', html: '', last_error: null }])
    })

    it('goes only when the transaction it is part of goes through', async () => {
      const undone = db.transaction(async (trx) => {
        await mail.send(message, trx)
        throw new Error('changed his mind')
      })
      await undone.catch(() => undefined)
      await mail.deliver()
      expect(server.taken).to.have.length(0)
      await db.transaction((trx) => mail.send(message, trx))
      await mail.deliver()
      expect(server.taken).to.have.length(1)
    })

    it('is tried again after growing pauses, eight times, then given up', async () => {
      server.refuse.now = true
      await mail.send(message)
      const pauses: number[] = []
      let minutes = 0
      for (let tries = 0; minutes < 3000; minutes += 1) {
        await mail.deliver()
        const tried = (await rows())[0]?.tries ?? 0
        if (tried > tries) {
          pauses.push(minutes)
          tries = tried
          if (tries === 8) break
          const next = await db('portico_mail').first<{ next_at: string }>('next_at')
          const wait = Date.parse(`${next.next_at.replace(' ', 'T')}Z`) - clock
          const whole = Math.floor(wait / 60_000)
          clock += whole * 60_000
          minutes += whole
        }
        clock += 60_000
      }
      const growth = pauses.slice(1).map((at, index) => at - (pauses[index] ?? 0))
      expect(growth).to.have.length(7)
      expect([...growth].sort((a, b) => a - b)).to.deep.equal(growth)
      expect(await rows()).to.deep.equal([
        { state: 'failed', tries: 8, text: '', html: '', last_error: '451 EMESSAGE' }
      ])
      server.refuse.now = false
      clock += 24 * 60 * 60_000
      await mail.deliver()
      expect(server.taken).to.have.length(0)
    })

    it('that failed once goes out later', async () => {
      server.refuse.now = true
      await mail.send(message)
      await mail.deliver()
      server.refuse.now = false
      await mail.deliver()
      expect(server.taken).to.have.length(0)
      clock += 2 * 60_000
      await mail.deliver()
      expect(server.taken).to.have.length(1)
    })

    it('about somebody who lost access does not go any more (A24)', async () => {
      await mail.send(message)
      await mail.send({ ...message, about: 'portal-user:2' })
      await mail.withdraw('portal-user:1')
      await mail.deliver()
      expect(server.taken).to.have.length(1)
      expect((await rows()).map(({ state }) => state).sort()).to.deep.equal(['sent', 'withdrawn'])
    })

    it('is sent by one of two processes', async () => {
      const second = createMail({
        db,
        config: { environment, smtpUrl: server.url, mailFrom, ...signing },
        log,
        now: () => clock
      })
      for (let i = 0; i < 5; i++) await mail.send(message)
      await Promise.all([mail.deliver(), second.deliver()])
      expect(server.taken).to.have.length(5)
    })

    it('has one recipient and one subject, whatever stands in a name (A49)', async () => {
      await mail.send({
        ...message,
        to: { name: 'Anna\r\nBcc: eve@evil.example', address: 'anna@nordwind.example' },
        subject: 'Hi\r\nX-Evil: 1'
      })
      await mail.deliver()
      expect(server.taken[0]).not.to.match(/^(Bcc|X-Evil):/m)
    })

    it('without a mail server waits for one in production', async () => {
      const early = createMail({
        db,
        config: { environment, smtpUrl: undefined, mailFrom, ...signing },
        log,
        now: () => clock
      })
      await early.send(message)
      await early.deliver()
      expect(server.taken).to.have.length(0)
      await mail.deliver()
      expect(server.taken).to.have.length(1)
    })

    it('without a mail server is kept and shown on the mailbox page, in development only', async () => {
      const development = { environment: 'development', smtpUrl: undefined } as const
      const kept = createMail({ db, config: { ...development, mailFrom, ...signing }, log, now: () => clock })
      const id = await kept.send({ ...message, text: 'Open:\nhttp://localhost/x?a=1&b=2\n<script>' })
      await kept.deliver()
      const { app } = pagesWith((router) => router.use(mailboxPages({ db, config: development })))
      expect((await request(app).get('/mailbox')).text).to.contain('Grüße &amp; more')
      const shown = (await request(app).get(`/mailbox/${id}`)).text
      expect(shown).to.contain('<a href="http://localhost/x?a=1&amp;b=2">').and.contain('&lt;script&gt;')
      expect((await request(app).get('/mailbox/unknown')).status).to.equal(404)
      for (const config of [
        { ...development, environment: 'production' as const },
        { ...development, smtpUrl: server.url }
      ]) {
        const without = pagesWith((router) => router.use(mailboxPages({ db, config })))
        expect((await request(without.app).get('/mailbox')).status).to.equal(404)
        expect((await request(without.app).get(`/mailbox/${id}`)).status).to.equal(404)
      }
    })
  })
})

describe('a mail of ours', () => {
  const order = {
    template: 'invitation',
    to: { name: 'Anna <b>', address: 'anna@nordwind.example' },
    args: { door: 'Acme & Sons', by: 'Frank', count: 7 },
    link: 'https://crm.example.com/portal/acme/invitation/t0ken?a=1&b=2',
    about: 'portal-user:1'
  } as const

  it('says the same in text and in HTML, with the link in both', async () => {
    const { subject, text: plain, html } = await writeMail({ ...order, locale: 'en' })
    expect(subject).to.equal('Frank invites you to Acme & Sons')
    expect(plain).to.contain('Hello Anna <b>,').and.contain(order.link).and.contain('valid for 7 days')
    expect(html)
      .to.contain('Hello Anna &lt;b&gt;,')
      .and.contain(`href="${order.link.replaceAll('&', '&amp;')}"`)
      .and.contain('valid for 7 days')
    expect(html).not.to.match(/<img|<script|src=/)
  })

  it("is written in the reader's language", async () => {
    expect((await writeMail({ ...order, locale: 'de' })).text).to.contain('Die Einladung gilt 7 Tage')
    expect((await writeMail({ ...order, locale: 'cs', args: { ...order.args, count: 3 } })).text).to.contain(
      'Pozvánka platí 3 dny'
    )
    expect(
      (await writeMail({ ...order, template: 'password-reset', locale: 'cs', args: { door: 'Acme', count: 1 } })).text
    ).to.contain('platí 1 hodinu')
  })
})
