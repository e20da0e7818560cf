import { gzipSync } from 'node:zlib'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Response } from 'express'
import request from 'supertest'
import { allowFrames } from '../../src/web/security.js'
import { page } from '../../src/web/render.js'
import { pagesWith, tokenIn } from './pages.js'

describe('headers of every answer', () => {
  const { app } = pagesWith((router) => {
    router.get('/page', (req, res) => void res.send('page'))
    router.get('/tab', (req, res) => {
      allowFrames(res, ['https://maps.example.com/some/path'])
      res.send('tab')
    })
  })
  const directives = (header: string | undefined): Map<string, string> =>
    new Map(
      (header ?? '')
        .split(';')
        .map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1).join(' ')])
    )

  it('never allow frames of more than one https host (Z09)', () => {
    for (const address of [
      'https://*.example.com/',
      'https://a;b.example.com/',
      'http://example.com/',
      'data:text/html,x'
    ])
      expect(() => allowFrames({ getHeader: () => '' } as unknown as Response, [address]), address).to.throw(RangeError)
  })

  it('allow nothing from elsewhere, no framing and no referrer (A32, A51)', async () => {
    const { headers } = await request(app).get('/page')
    const policy = directives(headers['content-security-policy'])
    expect(policy.get('default-src')).to.equal("'none'")
    for (const name of ['script-src', 'style-src', 'img-src', 'font-src', 'form-action'])
      expect(policy.get(name), name).to.equal("'self'")
    expect(policy.get('frame-ancestors')).to.equal("'none'")
    expect(policy.has('frame-src')).to.equal(false)
    expect(headers).to.include({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY'
    })
    expect(headers).not.to.have.any.keys('x-powered-by', 'etag')
  })

  it('keep pages out of shared caches and out of the back button, but let files be kept (A45)', async () => {
    const { headers } = await request(app).get('/page')
    expect(headers['cache-control']).to.equal('private, no-store')
    expect(headers['vary']).to.contain('Cookie')
    const file = await request(app).get('/public/portico.css')
    expect(file.status).to.equal(200)
    expect(file.headers['cache-control']).to.equal('no-cache')
    expect(file.headers['x-content-type-options']).to.equal('nosniff')
    expect((await request(app).get('/nothing')).headers['cache-control']).to.equal('private, no-store')
  })

  it('let one page show a frame of one origin, and change nothing else (Z09)', async () => {
    const plain = directives((await request(app).get('/page')).headers['content-security-policy'])
    const tab = directives((await request(app).get('/tab')).headers['content-security-policy'])
    expect(tab.get('frame-src')).to.equal('https://maps.example.com')
    tab.delete('frame-src')
    expect([...tab]).to.deep.equal([...plain])
  })

  it('allow framing by the configured sites alone (A51)', async () => {
    const framed = pagesWith(() => undefined, { PORTICO_FRAME_ANCESTORS: 'https://www.example.com' })
    const { headers } = await request(framed.app).get('/form')
    expect(directives(headers['content-security-policy']).get('frame-ancestors')).to.equal('https://www.example.com')
    expect(headers).not.to.have.property('x-frame-options')
  })

  it('demand https only where there is https', async () => {
    expect((await request(app).get('/page')).headers).not.to.have.property('strict-transport-security')
    const secure = pagesWith(() => undefined, {
      PORTICO_PUBLIC_URL: 'https://crm.example.com',
      PORTICO_SECRET: 'x'.repeat(32)
    })
    const shown = await request(secure.app).get('/form').set('Host', 'crm.example.com')
    expect(shown.headers['strict-transport-security']).to.equal('max-age=31536000')
  })
})

describe('a form', () => {
  let acts = 0
  const { app } = pagesWith((router) => {
    router.post('/act', (req, res) => {
      acts += 1
      res.send(req.body)
    })
    router.post('/upload', (req, res) => void req.on('end', () => res.send('read')).resume())
  })

  /** A browser that has loaded the form. */
  const loaded = async (): Promise<{ agent: ReturnType<typeof request.agent>; token: string }> => {
    const agent = request.agent(app)
    const { text } = await agent.get('/form')
    return { agent, token: tokenIn(text) }
  }

  beforeEach(() => {
    acts = 0
  })

  it('is taken with its own token (A41)', async () => {
    const { agent, token } = await loaded()
    expect((await agent.post('/act').type('form').send({ name: 'Anna', _csrf: token })).body).to.deep.equal({
      name: 'Anna',
      _csrf: token
    })
    expect(acts).to.equal(1)
  })

  it("is refused without a token, with an invented one, with another visitor's and without the cookie (A41)", async () => {
    const { agent, token } = await loaded()
    const other = await loaded()
    for (const _csrf of [undefined, '', 'invented', 'a.b', other.token]) {
      expect((await agent.post('/act').type('form').send({ _csrf })).status).to.equal(403)
    }
    expect((await agent.post('/act').type('form').send(`_csrf=${token}&_csrf=${token}`)).status).to.equal(403)
    expect((await request(app).post('/act').type('form').send({ _csrf: token })).status).to.equal(403)
    expect((await agent.post(`/act?_csrf=${token}`).type('form').send({})).status).to.equal(403)
    expect(acts).to.equal(0)
  })

  it('is refused when the session is another one than that of the form (A41)', async () => {
    const shown = await request(app).get('/form').set('Cookie', 'sid=anna')
    const own = String(shown.headers['set-cookie']).split(';')[0] ?? ''
    const send = (session: string) =>
      request(app)
        .post('/act')
        .set('Cookie', `${own}; ${session}`)
        .type('form')
        .send({ _csrf: tokenIn(shown.text) })
    expect((await send('sid=mallory')).status).to.equal(403)
    expect((await send('')).status).to.equal(403)
    expect((await send('sid=anna')).status).to.equal(200)
  })

  for (const [from, headers, status] of [
    ['our own page', { Origin: 'http://localhost:3000', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['a page that sends no referrer', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }, 200],
    ['another site', { Origin: 'https://evil.example' }, 403],
    ['another site that hides its origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }, 403],
    ['a neighbour below the same domain', { 'Sec-Fetch-Site': 'same-site' }, 403],
    ['an origin that is none', { Origin: 'evil' }, 403]
  ] as const) {
    it(`from ${from} is ${status === 200 ? 'taken' : 'refused, even with the right token'} (A41)`, async () => {
      const { agent, token } = await loaded()
      const answer = await agent.post('/act').set(headers).type('form').send({ _csrf: token })
      expect(answer.status).to.equal(status)
      expect(acts).to.equal(status === 200 ? 1 : 0)
    })
  }

  it('E06 A41 is taken under a host name of ours, from a page of that host name', async () => {
    const { agent, token } = await loaded()
    const send = (host: string, origin: string) =>
      agent.post('/act').set({ Host: host, Origin: origin }).type('form').send({ _csrf: token })
    expect((await send('localhost:8080', 'http://localhost:8080')).status).to.equal(200)
    expect((await send('localhost:8080', 'https://evil.example')).status).to.equal(403)
    expect((await send('evil.example', 'https://evil.example')).status).to.equal(404)
  })

  it('cannot change its method (A41)', async () => {
    const { agent, token } = await loaded()
    expect((await agent.get('/act?_method=POST').set('X-HTTP-Method-Override', 'POST')).status).to.equal(404)
    expect((await agent.post('/form').type('form').send({ _method: 'GET', _csrf: token })).status).to.equal(404)
    expect(acts).to.equal(0)
  })

  it('with files needs the token too, and what was read to find it is not lost (A41)', async () => {
    const { agent, token } = await loaded()
    const file = Buffer.alloc(300_000, 'x')
    expect((await agent.post('/upload').field('_csrf', token).attach('file', file, 'a.txt')).text).to.equal('read')
    expect((await agent.post('/upload').attach('file', file, 'a.txt')).status).to.equal(403)
    expect((await agent.post('/upload').field('_csrf', 'invented').attach('file', file, 'a.txt')).status).to.equal(403)
    expect((await agent.post('/upload').attach('file', file, 'a.txt').field('_csrf', token)).status).to.equal(403)
  })

  it('with files is refused at a route that expects none, unless it has the token (A41)', async () => {
    const { agent, token } = await loaded()
    expect((await agent.post('/act').field('name', 'Anna')).status).to.equal(403)
    expect(acts).to.equal(0)
    expect((await agent.post('/act').field('_csrf', token).field('name', 'Anna')).status).to.equal(200)
  })
})

describe('what cannot be read', () => {
  const { app, entries } = pagesWith((router) => {
    router.get('/records/:id', (req, res) => void res.send(req.params.id))
    router.post('/act', (req, res) => void res.send('done'))
  })

  it('is refused as 413 when it is too much (A48)', async () => {
    const agent = request.agent(app)
    const token = tokenIn((await agent.get('/form')).text)
    const send = (body: string) => agent.post('/act').type('form').send(body)
    expect((await send(`_csrf=${token}&text=${'x'.repeat(600_000)}`)).status).to.equal(413)
    expect((await send(`_csrf=${token}${'&a=1'.repeat(5001)}`)).status).to.equal(413)
    expect((await send(`_csrf=${token}&text=${'x'.repeat(400_000)}`)).status).to.equal(200)
  })

  it("is refused as 400 in the reader's language, without a trace of our code (A17, A48)", async () => {
    const answers = [
      await request(app).get('/records/%E0%A4%A').set('Accept-Language', 'de'),
      await request(app).get('/records/%00').set('Accept-Language', 'de'),
      await request(app).get('/records/1?q=%ff').set('Accept-Language', 'de'),
      await request(app).post('/act').set('Accept-Language', 'de').type('form').send('name=%ff'),
      await request(app).post('/act').set('Accept-Language', 'de').type('json').send('{"a": '),
      await request(app).post('/act').set('Accept-Language', 'de').type('text/xml').send('<a/>'),
      await request(app).post('/act').set('Accept-Language', 'de').set('Content-Type', 'multipart/form-data').send('x'),
      await request(app)
        .post('/act')
        .set('Accept-Language', 'de')
        .type('form')
        .set('Content-Encoding', 'gzip')
        .send('x')
    ]
    for (const [index, { status, text }] of answers.entries()) {
      expect(status, String(index)).to.equal(400)
      expect(text).to.contain('Die Anfrage konnte nicht gelesen werden')
      expect(text).not.to.match(/node_modules|\.ts|\.js:|URIError|at \w+ \(/)
    }
    expect(entries).to.deep.equal([])
    expect((await request(app).get('/records/a%20b?q=50%25')).text).to.equal('a b')
  })

  it('is refused when it is compressed, however small it is (A48)', async () => {
    const agent = request.agent(app)
    const body = `_csrf=${tokenIn((await agent.get('/form')).text)}`
    const form = agent.post('/act').type('form').set('Content-Encoding', 'gzip')
    form.write(gzipSync(body))
    expect((await form).status).to.equal(400)
    expect((await agent.post('/act').type('form').send(body)).status).to.equal(200)
  })

  it('does not keep a connection that breaks off waiting', async () => {
    const server: Server = createServer(app).listen(0)
    const socket = connect((server.address() as AddressInfo).port)
    const head =
      'POST /act HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n'
    socket.write(head)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await once(socket, 'close')
    server.close()
    await once(server, 'close')
  })
})

describe('a page', () => {
  it('of an area has what the area put there, and never the request', async () => {
    const { app } = pagesWith((router) => {
      router.get('/bad', async (req, res) =>
        page(res, 'errors/error', {
          heading: '<b>',
          sentence: '"quoted" & more',
          fields: [],
          correlationId: undefined,
          signInUrl: undefined
        })
      )
    })
    const { text } = await request(app).get('/bad')
    expect(text).to.contain('<h1>&lt;b&gt;</h1>').and.contain('&#34;quoted&#34; &amp; more')
    expect(text.length).to.be.lessThan(50_000)
  })
})
