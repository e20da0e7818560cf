import { expect } from 'chai'
import request, { type Response } from 'supertest'
import { readConfig } from '../../src/config.js'
import { arrivalIn, wayHeader, wayPath, wayProof, type Arrival } from '../../src/web/way.js'
import { pagesWith } from './pages.js'

const secret = 'a secret for tests that is long enough to be one'
const env = { PORTICO_PUBLIC_URL: 'http://crm.example', PORTICO_SECRET: secret }
const keeper = readConfig({ NODE_ENV: 'test', ...env })

describe('E06 the way of a request to us', () => {
  const { app } = pagesWith(() => undefined, env)
  const ask = (proof: string, { host = 'crm.example', path = wayPath } = {}): request.Test =>
    request(app).get(path).set('Host', host).set(wayHeader, proof)
  const bare = ({ status, text, headers }: Response): unknown => {
    const { 'x-correlation-id': _id, date: _date, 'set-cookie': _token, ...rest } = headers as Record<string, unknown>
    return { status, text: text.replace(/name="_csrf" value="[^"]*"/g, ''), rest }
  }

  it('is told to whoever proves that he knows the secret, at every path and for any host', async () => {
    for (const [host, path, site] of [
      ['crm.example', wayPath, 'http://crm.example'],
      ['crm.example', '/portal/%20x/?q=1', 'http://crm.example'],
      ['evil.example', wayPath, null]
    ] as const) {
      const { nonce, proof } = wayProof(keeper, Date.now())
      const arrival = arrivalIn(keeper, nonce, (await ask(proof, { host, path })).text) as Arrival
      expect(arrival).to.include({ host, url: path, site, method: 'GET', protocol: 'http' })
    }
  })

  it('A17 is as nothing to everybody else', async () => {
    const now = Date.now()
    const { nonce, proof } = wayProof(keeper, now)
    const answered = JSON.parse((await ask(proof)).text) as { nonce: string; proof: string }
    const nothing = bare(await request(app).get('/nothing').set('Host', 'crm.example'))
    for (const [what, wrong] of [
      ['nothing', ''],
      ['a nonce alone', nonce],
      ['another nonce', proof.replace(/^\d{13}-./, (start) => start.slice(0, -1) + (start.endsWith('0') ? '1' : '0'))],
      ['half a proof', proof.slice(0, -10)],
      ['another secret', wayProof({ secret: secret.replace('a', 'b') }, now).proof],
      ['no secret', wayProof({ secret: '' }, now).proof],
      ['one of before', wayProof(keeper, now - 61_000).proof],
      ['one of later', wayProof(keeper, now + 65_000).proof],
      ['an answer of ours', `${answered.nonce}.${answered.proof}`]
    ] as const)
      expect(bare(await ask(wrong)), what).to.deep.equal(nothing)
    expect(
      bare(await request(app).get(`${wayPath}?${wayHeader}=${proof}`).set('Host', 'crm.example')),
      'in the address'
    ).to.have.property('status', 404)
    const { text } = await ask(proof, { host: 'evil.example' })
    expect((await ask('', { host: 'evil.example' })).text).to.equal('Not found\n')
    expect(text, 'its twin').to.include('proof')
  })

  it('is believed only from us, and only as the answer to this question', async () => {
    const { nonce, proof } = wayProof(keeper, Date.now())
    const { text } = await ask(proof)
    expect(arrivalIn(keeper, nonce, text)).to.be.an('object')
    expect(arrivalIn(keeper, wayProof(keeper, Date.now()).nonce, text)).to.equal('stale')
    for (const other of [text.replace('crm.example', 'evil.example'), '{}', '', '<h1>It works!</h1>', 'null'])
      expect(arrivalIn(keeper, nonce, other), other).to.equal(undefined)
    expect(arrivalIn({ secret: 'x'.repeat(40) }, nonce, text)).to.equal(undefined)
  })

  it('counts a body of any kind without keeping it', async () => {
    const { nonce, proof } = wayProof(keeper, Date.now())
    const sent = await request(app)
      .post(wayPath)
      .set('Host', 'crm.example')
      .set('Content-Type', 'application/octet-stream')
      .set(wayHeader, proof)
      .send(Buffer.alloc(2_000_000))
    expect((arrivalIn(keeper, nonce, sent.text) as Arrival).body.size).to.equal(2_000_000)
  })
})
