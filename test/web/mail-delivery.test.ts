import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { migrations } from '../../migrations/index.js'
import { createMail, type Mail, type Message, type Trouble } from '../../src/mail/mail.js'
import { messagesAbout, troubleWords } from '../../src/mail/mail-status.js'
import { senders } from '../../src/mail/senders.js'
import { translator } from '../../src/web/locale.js'
import { onSqlite } from '../support/databases.js'
import { openMailServer, type MailServer } from '../support/mail-server.js'

const about = 'portal-user:1'
const message: Message = {
  to: { name: 'Anna Berg', address: 'anna@nordwind.example' },
  subject: 'Welcome',
  text: 'Open http://localhost/x',
  html: '<p>Open</p>',
  kind: 'invitation',
  about
}
const sender = {
  mailFrom: 'Thermovia <portal@thermovia.example>',
  bounceAddress: 'bounces@thermovia.example',
  secret: 'a secret for tests that is long enough'
}

onSqlite('a mail on its way', (open) => {
  let db: Knex
  let server: MailServer
  let mail: Mail
  let troubles: Trouble[]
  let clock: number

  const mailWith = (config: Partial<typeof sender> & { bounceAddress?: string | undefined }): Mail =>
    createMail({
      db,
      config: { environment: 'production', smtpUrl: server.url, ...sender, ...config },
      log: pino({ level: 'silent' }),
      now: () => clock
    })

  before(async () => {
    db = (await open()).db
    for (const migration of migrations) await migration.up(db)
  })

  beforeEach(async () => {
    await db('portico_mail').delete()
    server = await openMailServer()
    clock = Date.now()
    troubles = []
    mail = mailWith({})
    mail.onTrouble(async (trouble) => void troubles.push(trouble))
  })

  afterEach(() => server.close())

  const status = async () => (await messagesAbout(db, about, 10))[0]

  it('Z17 that the server refuses for good (550) is not tried again, and whom it concerns is told', async () => {
    server.refuse.recipient = { code: 550, words: '5.1.1 <anna@nordwind.example>: no such user' }
    await mail.send(message)
    await mail.deliver()
    expect(await status()).to.include({ state: 'refused', tries: 1, error: '550 5.1.1', kind: 'invitation' })
    expect(troubles).to.deep.equal([{ about, address: 'anna@nordwind.example', problem: 'refused 550 5.1.1' }])
    expect(await db('portico_mail').first('text', 'html')).to.deep.equal({ text: '', html: '' })
    server.refuse.recipient = undefined
    clock += 24 * 60 * 60_000
    await mail.deliver()
    expect(server.taken).to.have.length(0)
  })

  it('Z17 that can’t be taken now (451) waits and goes later; nobody is told', async () => {
    server.refuse.recipient = { code: 451, words: '4.2.1 greylisted' }
    await mail.send(message)
    await mail.deliver()
    expect(await status()).to.include({ state: 'waiting', tries: 1, error: '451 4.2.1' })
    server.refuse.recipient = undefined
    clock += 2 * 60_000
    await mail.deliver()
    expect(await status()).to.include({ state: 'sent', tries: 2 })
    expect(server.taken).to.have.length(1)
    expect(troubles).to.deep.equal([])
  })

  it('A24 Z30 of a guarded kind is asked about at each try, and withdrawn without a trace when it may not go any more', async () => {
    const asked: unknown[] = []
    let mayGo = true
    mail.guard('notification', async ({ about: whom }) => {
      asked.push(whom)
      return mayGo
    })
    server.refuse.recipient = { code: 451, words: '4.2.1 greylisted' }
    await mail.send({ ...message, kind: 'notification' })
    await mail.send(message)
    await mail.deliver()
    server.refuse.recipient = undefined
    mayGo = false
    clock += 2 * 60_000
    await mail.deliver()
    expect(asked).to.deep.equal([about, about])
    expect(server.taken, 'the invitation').to.have.length(1)
    const [left] = (await db('portico_mail').where({ kind: 'notification' })) as Record<string, unknown>[]
    expect(left).to.include({ state: 'withdrawn', text: '', html: '' })
    expect(troubles).to.deep.equal([])
  })

  it('Z17 that our own server does not relay is tried again: an operator can mend that', async () => {
    server.refuse.recipient = { code: 554, words: '5.7.1 <anna@nordwind.example>: Relay access denied' }
    await mail.send(message)
    await mail.deliver()
    expect(await status()).to.include({ state: 'waiting', tries: 1 })
    expect(troubles).to.deep.equal([])
  })

  it('Z17 has the sender, the address for answers and the way to unsubscribe that it was given', async () => {
    await mail.send({
      ...message,
      from: { name: 'Service\r\nBcc: eve@evil.example', address: 'service@thermovia.example' },
      replyTo: 'help@thermovia.example',
      unsubscribe: 'https://crm.example/portico/unsubscribe/t0ken'
    })
    await mail.deliver()
    const [taken = ''] = server.taken
    expect(taken)
      .to.match(/^From: .*<service@thermovia\.example>/m)
      .and.match(/^Reply-To: help@thermovia\.example/m)
      .and.match(/^List-Unsubscribe: <https:\/\/crm\.example\/portico\/unsubscribe\/t0ken>/m)
      .and.match(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)
    expect(taken).not.to.match(/^Bcc:/m)
    expect(server.envelopes[0]?.to).to.deep.equal(['anna@nordwind.example'])
  })

  it('Z17 without them comes from the configured address, and offers nothing to unsubscribe from', async () => {
    await mail.send(message)
    await mail.deliver()
    expect(server.taken[0]).to.match(/^From: Thermovia <portal@thermovia\.example>/m)
    expect(server.taken[0]).not.to.match(/^(Reply-To|List-Unsubscribe)/m)
  })

  it('Z17 has an envelope of its own, by which it is known again when it comes back', async () => {
    const id = await mail.send(message)
    await mail.deliver()
    const from = server.envelopes[0]?.from ?? ''
    expect(from).to.match(/^bounces\+[0-9a-f]{36}-[0-9a-f]{12}@thermovia\.example$/)
    expect(from.indexOf('@')).to.be.at.most(64)
    expect(senders(sender).mailIn(from)).to.equal(id)
    expect(senders(sender).mailIn(/^Message-ID:\s*(\S+)/im.exec(server.taken[0] ?? '')?.[1] ?? '')).to.equal(id)
    expect(senders({ ...sender, secret: 'another secret' }).mailIn(from)).to.equal(undefined)
    expect(senders(sender).mailIn(from.replace(/\+0/, '+1'))).to.equal(undefined)
  })

  it('Z17 without an address for bounces has the plain sender in its envelope', async () => {
    const plain = mailWith({ bounceAddress: undefined })
    await plain.send(message)
    await plain.deliver()
    expect(server.envelopes[0]?.from).to.equal('portal@thermovia.example')
  })

  it('Z17 that came back is noted once, whichever report is first; one that was never sent can’t', async () => {
    const id = await mail.send(message)
    expect(await mail.bounced(id, '5.1.1')).to.equal(false)
    await mail.deliver()
    expect(await mail.bounced(id, '5.1.1')).to.equal(true)
    expect(await mail.bounced(id, '5.2.2')).to.equal(false)
    expect(await mail.bounced('0'.repeat(36), '5.1.1')).to.equal(false)
    expect(await status()).to.include({ state: 'bounced', error: '5.1.1' })
    expect(troubles).to.deep.equal([{ about, address: 'anna@nordwind.example', problem: 'bounced 5.1.1' }])
  })

  it('Z17 tells staff what became of it, newest first, and only of whom they ask', async () => {
    await mail.send(message)
    clock += 60_000
    await mail.send({ ...message, kind: 'confirmation' })
    await mail.send({ ...message, about: 'portal-user:2' })
    expect((await messagesAbout(db, about, 10)).map(({ kind }) => kind)).to.deep.equal(['confirmation', 'invitation'])
    expect(await messagesAbout(db, about, 1)).to.have.length(1)
  })
})

describe('what mail servers say', () => {
  it('Z17 becomes a sentence, with the codes for whoever looks after the mail', () => {
    const t = translator('en')
    const told = (problem: string): string => troubleWords(t, problem)
    expect(told('refused 550 5.1.1')).to.equal('The mail server does not know the address (550 5.1.1).')
    expect(told('refused 550 EENVELOPE')).to.equal('The mail server does not know the address (550 EENVELOPE).')
    expect(told('bounced 5.2.2')).to.equal('The mailbox is full (5.2.2).')
    expect(told('refused 550 5.7.1')).to.equal('The mail server does not take our mail (550 5.7.1).')
    expect(told('ECONNECTION')).to.equal('The mail server can’t be reached (ECONNECTION).'.replace('’', "'"))
    expect(told('EAUTH')).to.contain('sign in')
    expect(told('451 EMESSAGE')).to.contain('at the moment')
    expect(told('bounced 5.0.0')).to.equal('The mail was not delivered (5.0.0).')
  })
})
