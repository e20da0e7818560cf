import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { keepHouse } from '../../src/jobs/housekeeping.js'
import { phoneNumberIn, shownAddress, shownNumber } from '../../src/phone-number.js'
import { segmentsOf } from '../../src/sms/segments.js'
import { createSms, type Sms, type SmsOptions, type TextMessage } from '../../src/sms/sms.js'
import { strangeDomains } from '../../src/sms/link-domains.js'
import { written } from '../../src/sms/templates.js'
import { migrations } from '../../migrations/index.js'
import { onSqlite } from '../support/databases.js'
import { openSmsGateway, type SmsGateway } from '../support/sms-gateway.js'

const minute = 60_000

onSqlite('text messages', (open) => {
  let db: Knex
  let gateway: SmsGateway
  let now = Date.now()
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  )

  before(async () => {
    db = (await open()).db
    for (const migration of migrations) await migration.up(db)
  })

  beforeEach(async () => {
    gateway = await openSmsGateway()
    lines.length = 0
    await db('portico_sms').delete()
  })

  afterEach(() => gateway.close())

  const sms = (config: Partial<SmsOptions['config']> = {}): Sms =>
    createSms({ db, config: { environment: 'test', smsGateway: gateway, ...config }, log, now: () => now })

  const message = (text: string, more: Partial<TextMessage> = {}): TextMessage => ({
    to: '+491711234567',
    text,
    about: 'portal-user:anna',
    kind: 'invitation',
    ...more
  })

  const rows = (): Promise<Record<string, unknown>[]> =>
    db('portico_sms').select('state', 'tries', 'text', 'last_error').orderBy('id')

  it('Z18 go to the gateway as a signed request with a key of its own, once', async () => {
    const id = await sms().send(message('Hello €'))
    await sms().deliver()
    await sms().deliver()
    expect(gateway.requests.length).to.equal(1)
    const [request] = gateway.requests
    expect(JSON.parse(request!.body)).to.deep.equal({ id, to: '+491711234567', text: 'Hello €', kind: 'invitation' })
    expect(request?.headers).to.include({ 'content-type': 'application/json', 'idempotency-key': id })
    expect(Math.abs(Number(request?.headers['portico-timestamp']) - now / 1000)).to.be.lessThan(2)
    expect(gateway.isGenuine(request!)).to.equal(true)
    expect(gateway.isGenuine({ ...request!, body: request!.body.replace('Hello', 'Howdy') })).to.equal(false)
    expect(await rows()).to.deep.equal([{ state: 'sent', tries: 1, text: '', last_error: null }])
  })

  it('Z18 are tried again when the gateway has trouble, with the same key, and not before the pause is over', async () => {
    await sms().send(message('Patience'))
    gateway.answers.splice(0, 1, 503, 429, 408, 200)
    for (const pause of [0, 1, 5, 15]) {
      now += pause * minute
      await sms().deliver()
      await sms().deliver()
    }
    expect(gateway.requests.length).to.equal(4)
    expect(new Set(gateway.requests.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1)
    expect(gateway.requests.every((request) => gateway.isGenuine(request))).to.equal(true)
    expect(await rows()).to.deep.equal([{ state: 'sent', tries: 4, text: '', last_error: '408' }])
  })

  it('Z18 are not tried again when the gateway refuses them for good; nothing of them stays', async () => {
    gateway.answers[0] = 422
    await sms().send(message('No such number'))
    await sms().deliver()
    now += 24 * 60 * minute
    await sms().deliver()
    expect(gateway.requests.length).to.equal(1)
    expect(await rows()).to.deep.equal([{ state: 'refused', tries: 1, text: '', last_error: '422' }])
    expect(JSON.stringify(lines)).to.contain('422').and.not.contain('No such').and.not.contain('+49')
  })

  it('Z18 wait while the secret or the address of the gateway is wrong: the operator mends it, and nothing is lost', async () => {
    const wrong = [401, 403, 404, 405]
    gateway.answers.splice(0, 1, ...wrong, 200)
    await sms().send(message('Come in'))
    for (const [tries, status] of wrong.entries()) {
      await sms().deliver()
      expect((await rows())[0]).to.include({ state: 'waiting', tries: tries + 1, last_error: String(status) })
      now += 120 * minute
    }
    await sms().deliver()
    expect((await rows())[0]).to.include({ state: 'sent' })
  })

  it('Z18 follow no redirect: nobody but the configured address gets them', async () => {
    gateway.answers[0] = 307
    await sms().send(message('Stay'))
    await sms().deliver()
    expect(gateway.requests.map(({ path }) => path)).to.deep.equal(['/messages'])
    expect((await rows())[0]).to.include({ state: 'waiting', last_error: '307' })
  })

  it('Z18 wait when nobody answers at the gateway’s address', async () => {
    await sms({ smsGateway: { url: 'http://127.0.0.1:9/', secret: 'irrelevant' } }).send(message('Anybody?'))
    await sms({ smsGateway: { url: 'http://127.0.0.1:9/', secret: 'irrelevant' } }).deliver()
    expect((await rows())[0]).to.include({ state: 'waiting', tries: 1 })
  })

  it('A24 are withdrawn about one person and sent about the other', async () => {
    await sms().send(message('for Anna'))
    await sms().send(message('for Bruno', { about: 'portal-user:bruno' }))
    await sms().withdraw('portal-user:anna')
    await sms().deliver()
    expect(gateway.requests.map(({ body }) => body).join())
      .to.contain('for Bruno')
      .and.not.contain('for Anna')
    expect((await rows()).map(({ state, text }) => [state, text])).to.deep.equal([
      ['withdrawn', ''],
      ['sent', '']
    ])
  })

  it('Z18 a code that is no longer valid is not sent; an invitation of the same age is', async () => {
    await sms().send(message('987650', { kind: 'verification' }))
    await sms().send(message('Come in'))
    now += 11 * minute
    await sms().deliver()
    expect(gateway.requests.map(({ body }) => body).join())
      .to.contain('Come in')
      .and.not.contain('987650')
    expect((await rows()).map(({ state }) => state)).to.deep.equal(['refused', 'sent'])
  })

  it('Z18 of a transaction that fails are not sent', async () => {
    const failing = db.transaction(async (trx) => {
      await sms().send(message('Never'), trx)
      throw new Error('no')
    })
    await failing.catch(() => undefined)
    await sms().deliver()
    expect(gateway.requests).to.deep.equal([])
  })

  it('Z18 without a gateway stand in the log and can be read in development; in production nothing of them is anywhere', async () => {
    const [developed, produced] = [
      sms({ smsGateway: undefined }),
      sms({ smsGateway: undefined, environment: 'production' })
    ]
    await developed.send(message('Read me'))
    await developed.deliver()
    await produced.send(message('Log only'))
    await produced.deliver()
    expect(lines.map(({ to, text, level }) => [to, text, level])).to.deep.equal([
      ['+491711234567', 'Read me', 30],
      [undefined, undefined, 30]
    ])
    expect(JSON.stringify(lines[1])).not.to.match(/Log only|4917/)
    expect((await rows()).map(({ state, text }) => [state, text])).to.deep.equal([
      ['logged', 'Read me'],
      ['logged', '']
    ])
    expect([developed.hasGateway, sms().hasGateway]).to.deep.equal([false, true])
  })

  it('Z18 are listed for staff with their state, without their text', async () => {
    gateway.answers[0] = 400
    await sms().send(message('secret link'))
    await sms().deliver()
    const [listed, ...more] = await sms().messagesAbout('portal-user:anna')
    expect(listed).to.include({ state: 'refused', error: '400', to: '+491711234567', kind: 'invitation' })
    expect(more).to.deep.equal([])
    expect(JSON.stringify(listed)).not.to.contain('secret')
    expect(await sms().messagesAbout('portal-user:bruno')).to.deep.equal([])
  })

  it('leave the table a month after they were settled; those that wait stay', async () => {
    await sms().send(message('old and sent'))
    await sms().deliver()
    await sms().send(message('old and waiting'))
    await keepHouse(db, now + 31 * 24 * 60 * minute)
    expect((await rows()).map(({ text }) => text)).to.deep.equal(['old and waiting'])
  })
})

describe('a phone number', () => {
  it('Z18 is kept as E.164, whatever way it is written', () => {
    for (const text of ['0171 1234567', '+49 (171) 123-4567', '0049 171 1234567', '\u202a+49 171 1234567\u202c'])
      expect(phoneNumberIn(text, 'DE'), text).to.equal('+491711234567')
    expect(phoneNumberIn('601 123 456', 'CZ')).to.equal('+420601123456')
    expect(phoneNumberIn('601 123 456', 'XX')).to.equal(undefined)
  })

  it('Z15 is none with other characters in it, too short, or with an extension', () => {
    const wrong = [
      '',
      '12',
      'anna',
      '0171 1234567 ext 5',
      'tel:+491711234567',
      '0171 1234567; +1 900 555 0100',
      '0'.repeat(50)
    ]
    for (const text of wrong) expect(phoneNumberIn(text, 'DE'), text).to.equal(undefined)
  })

  it('Z18 is shown with gaps and its country, wherever the reader is', () => {
    expect(shownNumber('+491711234567')).to.equal('+49 171 1234567')
    expect(shownAddress('+441915550141')).to.equal('+44 191 555 0141')
    expect(shownAddress('anna@nordwind.example')).to.equal('anna@nordwind.example')
  })
})

describe('the length of a text message', () => {
  it('Z18 is counted as the networks count it', () => {
    expect(segmentsOf('a'.repeat(160))).to.deep.equal({ letters: 160, messages: 1, unusual: [] })
    expect(segmentsOf('a'.repeat(161))).to.include({ letters: 161, messages: 2 })
    expect(segmentsOf('€'.repeat(80))).to.include({ letters: 160, messages: 1 })
    expect(segmentsOf('Grüße an alle')).to.deep.equal({ letters: 13, messages: 1, unusual: [] })
    expect(segmentsOf(`ř${'a'.repeat(69)}`)).to.deep.equal({ letters: 70, messages: 1, unusual: ['ř'] })
    expect(segmentsOf(`ř${'a'.repeat(70)}`)).to.include({ letters: 71, messages: 2 })
  })
})

describe('what a text message says', () => {
  const values = { name: 'Anna Berg', portal: 'Acme', link: 'https://crm.example.com/x', days: 7 }

  it('Z18 is the text with its values, numbers in the reader’s language', () => {
    expect(written('{{name}}: {{link}} ({{days}})', 'en', values)).to.equal(
      'Anna Berg: https://crm.example.com/x (7 days)'
    )
    expect(written('{{days}}', 'de', values)).to.equal('7 Tage')
    expect(written('{{days}}', 'cs', { ...values, days: 1 })).to.equal('1 den')
  })

  it('A49 makes no link of a name, no second line, and not a long message', () => {
    const said = written('{{name}}!', 'en', { ...values, name: 'win.evil.example/now http://evil.example\nPS' })
    expect(strangeDomains(said, ['crm.example.com'])).to.deep.equal([])
    expect(said).not.to.contain('\n')
    expect(written('{{name}}', 'en', { ...values, name: 'x'.repeat(500) }).length).to.equal(60)
    expect(written('{{name}}', 'en', { ...values, name: '{{link}}' })).to.equal('{{link}}')
  })

  it('Z18 may lead to the allowed domains and what is below them, and nowhere else', () => {
    const allowed = ['example.com']
    const good = ['Look at https://example.com/a?b=c.d', 'www.example.com', 'Ask us. We answer.', 'from 8.30 to 16.45']
    const bad = [
      'http://evil.example',
      'evil.example/x',
      'https://example.com@evil.example/',
      'https://example.com.evil.example',
      'HTTPS://EVIL.EXAMPLE',
      'notexample.com',
      'https://пример.рф',
      'https://[',
      '(https://evil.example)'
    ]
    for (const text of good) expect(strangeDomains(text, allowed), text).to.deep.equal([])
    for (const text of bad) expect(strangeDomains(text, allowed).length, text).to.equal(1)
  })
})
