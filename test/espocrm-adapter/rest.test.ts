import { expect } from 'chai'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createRest, EspoRefused, type Rest, type RestOptions } from '../../src/host/espocrm/rest.js'
import { HostSilent, HostUnavailable } from '../../src/host/host.js'
import { failure } from '../host-contract/refusals.js'
import { FakeEspo } from './fake-espo.js'
import { accepted, refused } from './fake-espo-answers.js'

describe("EspoCRM's REST door", () => {
  let fake: FakeEspo
  let rest: Rest
  /** How often the key was read from the database. */
  let reads: number

  before(async () => {
    fake = await FakeEspo.open()
  })
  beforeEach(() => {
    fake.forget()
    rest = open()
  })
  after(() => fake.goDown())

  const open = (options: Partial<RestOptions> = {}): Rest => {
    reads = 0
    const apiKey = async (): Promise<string> => {
      reads += 1
      return fake.key
    }
    return createRest({ url: async () => fake.url, apiKey, patience: 400, ...options })
  }
  const refusal = async (work: () => Promise<unknown>): Promise<EspoRefused> => {
    const error = await failure(work)
    expect(error).to.be.instanceOf(EspoRefused)
    return error as EspoRefused
  }
  /** What the log would say; the test fails when it ended otherwise. */
  const unavailable = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await failure(work)
    expect(error).to.be.instanceOf(HostUnavailable)
    return (error as Error).message
  }

  describe('sending', () => {
    it('gives the JSON of the answer, and says who does it with which key', async () => {
      const answer = await rest.send('POST', 'Case', {
        body: { name: 'Žluť 🙂' },
        actor: 'user1',
        headers: { 'X-Skip-Duplicate-Check': 'true' }
      })
      expect(answer).to.deep.include({ id: 'newCase', name: 'Žluť 🙂' })
      const [asked] = fake.asked
      expect(asked).to.deep.include({ method: 'POST', path: 'Case', body: { name: 'Žluť 🙂' } })
      expect(asked?.headers).to.deep.include({
        'x-api-key': 'key-of-portico',
        'x-portico-actor': 'user1',
        'x-skip-duplicate-check': 'true',
        'content-type': 'application/json'
      })
    })

    it('names nobody when Portico itself does it, and writes queries so that they arrive', async () => {
      fake.answers('GET Portico/metadata', { status: 200, body: {} })
      await rest.send('GET', 'Portico/metadata', { query: { languages: 'en_US,cs_CZ', q: 'a&b=ž' } })
      const [asked] = fake.asked
      expect(asked?.headers).not.to.have.property('x-portico-actor')
      const query = new URL(asked!.path, fake.url).searchParams
      expect([query.get('languages'), query.get('q')]).to.deep.equal(['en_US,cs_CZ', 'a&b=ž'])
    })

    it('takes `true` for an answer, and an empty one in JSON for none', async () => {
      expect(await rest.send('DELETE', 'Case/1')).to.equal(true)
      fake.answers('DELETE Case/1', { status: 200 })
      expect(await rest.send('DELETE', 'Case/1')).to.equal(undefined)
    })

    it('keeps one connection for one request after the other', async () => {
      const before = fake.connections
      for (let turn = 0; turn < 5; turn += 1) await rest.send('PUT', 'Case/1', { body: { name: `${turn}` } })
      expect(fake.connections - before).to.be.at.most(1)
    })
  })

  describe('what EspoCRM refuses', () => {
    it('comes with status, reason and JSON', async () => {
      fake.answers('POST Case', refused.required)
      const error = await refusal(() => rest.send('POST', 'Case', { body: {} }))
      expect(error).to.deep.include({ status: 400, reason: refused.required.reason, body: refused.required.body })
    })

    it('may come without reason or body', async () => {
      fake.answers('PUT Case/nope', refused.notThere)
      const error = await refusal(() => rest.send('PUT', 'Case/nope', { body: {} }))
      expect(error).to.deep.include({ status: 404, reason: 'Record nope not found.', body: undefined })
    })

    it('keeps letters of all kinds in its reason', async () => {
      const reason = Buffer.from('Dnes zavřeno').toString('latin1')
      fake.answers('POST Case', { ...refused.script, reason })
      expect((await refusal(() => rest.send('POST', 'Case', { body: {} }))).reason).to.equal('Dnes zavřeno')
    })
  })

  describe('an EspoCRM that does not answer as one', () => {
    it('is down, and comes up again', async () => {
      await fake.goDown()
      expect(await unavailable(() => rest.send('GET', 'Case/1'))).to.equal('EspoCRM does not answer.')
      await fake.comeUp()
      expect(await rest.send('DELETE', 'Case/1')).to.equal(true)
    })

    it('is too slow', async () => {
      fake.mood = 'slow'
      const start = Date.now()
      await unavailable(() => rest.send('GET', 'Case/1'))
      expect(Date.now() - start).to.be.within(300, 3000)
    })

    it('fails', async () => {
      fake.mood = 'failing'
      expect(await unavailable(() => rest.send('POST', 'Case', { body: {} }))).to.match(/answered 500/)
    })

    for (const mood of ['page', 'empty', 'redirecting'] as const) {
      it(`is something else at its address: ${mood}`, async () => {
        fake.mood = mood
        expect(await unavailable(() => rest.send('PUT', 'Case/1', { body: {} }))).to.match(/at EspoCRM's address/)
      })
    }

    it('is the web server alone, whose 404 says nothing of records', async () => {
      fake.answers('GET Case/1', refused.webServer)
      expect(await unavailable(() => rest.send('GET', 'Case/1'))).to.match(/is not EspoCRM: 404/)
      fake.answers('GET Case/1', refused.notThere)
      expect((await refusal(() => rest.send('GET', 'Case/1'))).status).to.equal(404)
    })

    it('breaks off in the middle', async () => {
      fake.mood = 'half'
      await unavailable(() => rest.send('PUT', 'Case/1', { body: {} }))
    })

    it('leaves it open whether it wrote, where it was asked to and its answer does not say', async () => {
      const write = (): Promise<unknown> => rest.send('POST', 'Case', { body: {} })
      for (const mood of ['half', 'slow', 'failing', 'page', 'empty'] as const) {
        fake.mood = mood
        expect(await failure(write), mood).to.be.instanceOf(HostSilent)
        expect(await failure(() => rest.send('GET', 'Case/1')), mood).not.to.be.instanceOf(HostSilent)
      }
    })

    it('has written nothing where it was not reached', async () => {
      const write = (): Promise<unknown> => rest.send('POST', 'Case', { body: {} })
      for (const status of [502, 503]) {
        fake.answers('POST Case', { ...refused.webServer, status })
        await unavailable(write)
        expect(await failure(write), String(status)).not.to.be.instanceOf(HostSilent)
      }
      await fake.goDown()
      await unavailable(() => rest.send('GET', 'Case/1'))
      const error = await failure(write)
      await fake.comeUp()
      expect(error).to.be.instanceOf(HostUnavailable).and.not.instanceOf(HostSilent)
    })

    it('says more than anybody can hold', async () => {
      rest = open({ largest: 1000 })
      fake.answers('GET Case/1', { status: 200, body: { description: 'x'.repeat(900) } })
      expect(await rest.send('GET', 'Case/1')).to.have.property('description')
      fake.answers('GET Case/1', { status: 200, body: { description: 'x'.repeat(1000) } })
      expect(await unavailable(() => rest.send('GET', 'Case/1'))).to.match(/larger than 1000 bytes/)
    })

    it('is asked once: nothing is sent again by itself', async () => {
      fake.mood = 'failing'
      await unavailable(() => rest.send('POST', 'Case', { body: {} }))
      expect(fake.routes).to.deep.equal(['POST Case'])
    })

    it('has an address that can not be read', async () => {
      rest = open({ url: () => Promise.reject(new Error('The database is away.')) })
      await unavailable(() => rest.send('GET', 'Case/1'))
    })
  })

  describe('the key', () => {
    it('is read once', async () => {
      await Promise.all([rest.send('DELETE', 'Case/1'), rest.send('DELETE', 'Case/2')])
      await rest.send('DELETE', 'Case/3')
      expect(reads).to.equal(1)
    })

    it('is read again when an administrator has made a new one, by many requests at once, too', async () => {
      await rest.send('DELETE', 'Case/1')
      fake.key = 'a-new-key'
      const answers = await Promise.all(['2', '3', '4'].map((id) => rest.send('DELETE', `Case/${id}`)))
      expect(answers).to.deep.equal([true, true, true])
      expect(reads).to.equal(2)
    })

    it('that stays wrong is a fault of the installation, until it is right', async () => {
      let key = 'wrong'
      rest = open({ apiKey: async () => key })
      expect(await unavailable(() => rest.send('DELETE', 'Case/1'))).to.match(/refuses the key/)
      key = 'wrong as well'
      expect(await unavailable(() => rest.send('DELETE', 'Case/1'))).to.match(/refuses the key/)
      key = fake.key
      expect(await rest.send('DELETE', 'Case/1')).to.equal(true)
    })

    it('that can not be read, or is not there, is asked for again', async () => {
      const found = [() => Promise.reject(new Error('away')), async () => '', async () => fake.key]
      rest = open({ apiKey: () => found.shift()!() })
      expect(await unavailable(() => rest.send('DELETE', 'Case/1'))).to.match(/can't be read/)
      expect(await unavailable(() => rest.send('DELETE', 'Case/1'))).to.match(/has no active user portico/)
      expect(await rest.send('DELETE', 'Case/1')).to.equal(true)
    })
  })

  describe('streams', () => {
    it('bring the bytes as they are, HTML as well', async () => {
      fake.answers('GET Attachment/file/1', { status: 200, type: 'text/html', body: '<p>Žluť</p>' })
      const stream = await rest.stream('Attachment/file/1')
      expect(stream).to.be.instanceOf(Readable)
      expect(String(await buffer(stream))).to.equal('<p>Žluť</p>')
    })

    it('may be empty', async () => {
      fake.answers('GET Attachment/file/1', { status: 200, type: 'text/plain' })
      expect(await buffer(await rest.stream('Attachment/file/1'))).to.have.length(0)
    })

    it('are refused like everything else', async () => {
      fake.answers('GET Attachment/file/1', refused.fileNotThere)
      expect((await refusal(() => rest.stream('Attachment/file/1'))).status).to.equal(404)
      fake.mood = 'slow'
      await unavailable(() => rest.stream('Attachment/file/1'))
    })

    it('have to begin in time, and may then take theirs', async () => {
      fake.answers('GET Attachment/file/1', { status: 200, type: 'text/plain', body: 'x'.repeat(5_000_000) })
      const stream = await rest.stream('Attachment/file/1')
      await new Promise((done) => setTimeout(done, 600))
      expect(await buffer(stream)).to.have.length(5_000_000)
    })

    it('that break off end with an error, not as if they were whole', async () => {
      fake.answers('GET Attachment/file/1', accepted.done)
      fake.mood = 'half'
      await unavailable(async () => buffer(await rest.stream('Attachment/file/1')))
    })
  })
})
