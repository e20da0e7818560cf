import { expect } from 'chai'
import request from 'supertest'
import { formatFor } from '../../src/web/format.js'
import { translator } from '../../src/web/locale.js'
import { sameSitePath } from '../../src/web/return-path.js'
import { pagesWith, tokenIn } from './pages.js'

describe('the language of a request', () => {
  const { app } = pagesWith((router) => router.get('/which', (req, res) => void res.send(req.locale)))
  const which = async (accepted: string): Promise<string> =>
    (await request(app).get('/which').set('Accept-Language', accepted)).text

  it("is the browser's when we speak it, otherwise English", async () => {
    expect(await which('cs-CZ,cs;q=0.9,en;q=0.5')).to.equal('cs')
    expect(await which('fr, de;q=0.3')).to.equal('de')
    expect(await which('fr')).to.equal('en')
  })

  const choose = async (fields: Record<string, string>) => {
    const agent = request.agent(app).set('Accept-Language', 'en')
    const token = tokenIn((await agent.get('/form')).text)
    const answer = await agent
      .post('/language')
      .type('form')
      .send({ ...fields, _csrf: token })
    return { answer, locale: (await agent.get('/which')).text }
  }

  it('is the chosen one once he chose, and he stays where he was', async () => {
    const { answer, locale } = await choose({ locale: 'de', to: '/portal/acme?q=1' })
    expect(answer.status).to.equal(303)
    expect(answer.headers['location']).to.equal('/portal/acme?q=1')
    expect(locale).to.equal('de')
  })

  it('is not one we do not speak, and the choice leads nowhere else (A36)', async () => {
    expect((await choose({ locale: 'fr', to: '/' })).answer.status).to.equal(400)
    expect((await choose({ locale: 'fr', to: '/' })).locale).to.equal('en')
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      expect((await choose({ locale: 'cs', to })).answer.headers['location']).to.equal('/')
    }
  })
})

describe('a return path', () => {
  it('is a path of this site', () => {
    for (const path of ['/', '/a/b?c=d%20e', '/portal/acme/']) expect(sameSitePath(path)).to.equal(path)
  })

  it('is nothing else', () => {
    const others = [
      '',
      'a',
      'https://x',
      '//x',
      '/\\x',
      '/\t/x',
      '/a\nb',
      '/./ /x',
      '/.//x',
      '/%',
      undefined,
      ['/'],
      { a: 1 },
      `/${'x'.repeat(3000)}`
    ]
    for (const other of others.filter((path) => path !== '/%'))
      expect(sameSitePath(other), String(other)).to.equal(undefined)
  })
})

describe('translations', () => {
  it('count in each language', () => {
    const minutes = (locale: 'en' | 'de' | 'cs', count: number): string =>
      translator(locale)('errors.tooManyAttempts', { count })
    expect(minutes('en', 1)).to.contain('1 minute ')
    expect(minutes('de', 2)).to.contain('2 Minuten')
    expect([1, 3, 5].map((count) => /\d \S+/.exec(minutes('cs', count))?.[0])).to.deep.equal([
      '1 minutu',
      '3 minuty',
      '5 minut'
    ])
  })

  it('give the key where there is no text', () => {
    expect(translator('de')('identity:no.such.text')).to.equal('identity:no.such.text')
  })

  it('leave escaping to the page', () => {
    expect(translator('en')('identity:signIn.heading', { door: 'Acme & Sons' })).to.equal('Sign in to Acme & Sons')
  })
})

describe('values', () => {
  const berlin = (locale: 'en' | 'de' | 'cs', date: 'iso' | 'dmy' | 'mdy', time: '24' | '12') =>
    formatFor(locale, { timeZone: 'Europe/Berlin', formats: { date, time } })

  it("are written in the reader's time zone and formats", () => {
    const at = '2026-03-01 23:30:00'
    expect(berlin('en', 'iso', '24').datetime(at)).to.equal('2026-03-02 00:30')
    expect(berlin('de', 'dmy', '24').datetime(at)).to.equal('02.03.2026 00:30')
    expect(berlin('en', 'mdy', '12').datetime(at)).to.match(/^03\/02\/2026 12:30\sam$/i)
    expect(berlin('cs', 'dmy', '24').date('2026-03-01')).to.match(/^01\.\s03\.\s2026$/)
  })

  it('that are dates alone are the same day everywhere', () => {
    const auckland = formatFor('en', { timeZone: 'Pacific/Auckland', formats: { date: 'iso', time: '24' } })
    expect(auckland.date('2026-12-31')).to.equal('2026-12-31')
  })

  it('that are numbers are written as the language does', () => {
    expect(berlin('de', 'dmy', '24').number(1234567.5)).to.equal('1.234.567,5')
    expect(berlin('de', 'dmy', '24').money('1234.5')).to.match(/^1\.234,50\s€$/)
    expect(berlin('en', 'dmy', '24').fileSize(1_500_000)).to.equal('1.5 MB')
  })

  it('that are nothing are nothing, and that are nonsense are shown as they are', () => {
    const format = formatFor('en')
    for (const nothing of [null, undefined, ''])
      expect([format.date(nothing), format.number(nothing), format.money(nothing)]).to.deep.equal(['', '', ''])
    expect([format.date('soon'), format.datetime('soon'), format.number('many')]).to.deep.equal([
      'soon',
      'soon',
      'many'
    ])
  })
})
