import { expect } from 'chai'
import { load } from 'cheerio'
import request from 'supertest'
import { DatabaseUnavailable } from '../../src/db/unavailable.js'
import { Forbidden, Invalid, NotFound, PorticoError } from '../../src/errors.js'
import { HostRefused, HostUnavailable } from '../../src/host/host.js'
import { pagesWith } from './pages.js'

const secret = "insert into people values ('anna@nordwind.example')"

const thrown: Record<string, () => Error> = {
  unseen: () => new NotFound(),
  forbidden: () => new Forbidden(),
  expired: () => new PorticoError('errors.link.reset', { status: 410 }),
  invalid: () => new Invalid({ name: { key: 'errors.field.tooLong', args: { max: 7 } } }),
  refused: () => new HostRefused({ name: { key: 'errors.field.required' } }),
  unavailable: () => new HostUnavailable('no answer from 10.0.0.7'),
  broken: () => new Error('a mistake for anna@nordwind.example'),
  database: () => Object.assign(new Error(secret), { code: 'SQLITE_CONSTRAINT' }),
  lost: () => new DatabaseUnavailable(Object.assign(new Error(secret), { code: 'PROTOCOL_CONNECTION_LOST' })),
  clash: () => Object.assign(new Error(secret), { code: 'ER_LOCK_DEADLOCK' })
}

describe('an error', () => {
  const { app, entries } = pagesWith((router) => {
    router.get('/throw/:what/:token', (req) => {
      throw thrown[req.params.what]?.() ?? new Error('unknown')
    })
    router.get('/half', (req, res) => {
      res.write('half')
      throw new Error('broken off')
    })
  })
  const get = (path: string, language = 'en') => request(app).get(path).set('Accept-Language', language)

  beforeEach(() => void entries.splice(0))

  for (const [what, status, sentence] of [
    ['unseen', 404, 'nothing at this address'],
    ['forbidden', 403, 'You may not do this'],
    ['expired', 410, 'not valid any more'],
    ['invalid', 422, 'At most 7 characters'],
    ['refused', 422, 'Please fill this in'],
    ['unavailable', 503, 'The CRM does not answer'],
    ['lost', 503, 'The database can’t be reached'],
    ['clash', 409, 'Somebody else changed the same at the same moment'],
    ['broken', 500, 'The mistake is ours'],
    ['database', 500, 'The mistake is ours']
  ] as const) {
    it(`that is ${what} is answered as ${status} with a sentence (A17)`, async () => {
      const answer = await get(`/throw/${what}/t0ken`)
      expect(answer.status).to.equal(status)
      expect(answer.type).to.equal('text/html')
      expect(load(answer.text)('h1')).to.have.length(1)
      expect(answer.text)
        .to.contain(sentence)
        .and.not.match(/anna@|insert into|10\.0\.0\.7|node_modules|t0ken/)
    })
  }

  it('is told in three languages', async () => {
    const titles = await Promise.all(
      ['en', 'de', 'cs'].map(async (language) => load((await get('/nothing', language)).text)('h1').text())
    )
    expect(titles).to.deep.equal(['This page does not exist', 'Diese Seite gibt es nicht', 'Tato stránka neexistuje'])
  })

  it('of ours is in the log under the number on the page, without addresses, values and tokens (A17)', async () => {
    for (const what of ['broken', 'database', 'unavailable']) {
      const answer = await get(`/throw/${what}/t0ken`)
      const entry = entries.at(-1)
      expect(entry).to.include({
        correlationId: answer.headers['x-correlation-id'],
        route: '/throw/:what/:token',
        level: 50
      })
      expect(answer.text).to.contain(String(entry?.['correlationId']))
      expect(JSON.stringify(entry)).not.to.match(/anna@|insert into|t0ken|127\.0\.0\.1/)
      expect(JSON.stringify(entry)).to.contain('errors.test.ts')
    }
  })

  it('of the visitor is not in the log', async () => {
    for (const what of ['unseen', 'forbidden', 'invalid', 'expired']) await get(`/throw/${what}/t0ken`)
    expect(entries).to.deep.equal([])
  })

  it('never takes the number of a request from the visitor (A49)', async () => {
    const answer = await request(app).get('/throw/broken/x').set('X-Correlation-Id', 'forged')
    expect(answer.headers['x-correlation-id']).to.match(/^[0-9a-f-]{36}$/)
  })

  it('is the same page for everything that is not there: neither path nor number stands on it (A01)', async () => {
    const agent = request.agent(app)
    await agent.get('/nothing')
    const [foreign, missing] = [await agent.get('/throw/unseen/1'), await agent.get('/there/is/nothing')]
    expect(foreign.status).to.equal(missing.status)
    expect(foreign.text).to.equal(missing.text)
  })

  it('behind half an answer breaks the connection', async () => {
    const failure: unknown = await get('/half').catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(Error)
    expect(entries).to.have.length(1)
  })
})
