/** A web server that answers like EspoCRM, and fails like it when it is told to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { accepted, refused, type Answer } from './fake-espo-answers.js'

/** What was asked of it. */
export interface Asked {
  readonly method: string
  /** Behind `/api/v1/`, with the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** `slow` never answers; `half` breaks off in the middle of an answer; `page` is somebody else's HTML with status 200. */
export type Mood = 'well' | 'slow' | 'failing' | 'page' | 'empty' | 'redirecting' | 'half'

type Answering = Answer | ((asked: Asked) => Answer)

export class FakeEspo {
  /** In the order of time. */
  readonly asked: Asked[] = []
  /** The key it takes. */
  key = 'key-of-portico'
  mood: Mood = 'well'
  #connections = 0
  #port = 0
  #server: Server | undefined
  #answers: { readonly route: string | RegExp; readonly answer: Answering }[] = []

  static async open(): Promise<FakeEspo> {
    const fake = new FakeEspo()
    await fake.comeUp()
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** How many connections were made to it. */
  get connections(): number {
    return this.#connections
  }

  /** `POST Case`, `PUT Case/1`, without the query, as asked since the last `forget`. */
  get routes(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path.split('?')[0]}`)
  }

  /** What is answered to `POST Case` from now on; what was told last counts. */
  answers(route: string | RegExp, answer: Answering): void {
    this.#answers.unshift({ route, answer })
  }

  /** Everything is as it was at first. */
  forget(): void {
    this.asked.length = 0
    this.#answers = []
    this.mood = 'well'
    this.key = 'key-of-portico'
  }

  /** Nobody listens at the address any more. */
  async goDown(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server) return
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }

  /** Listens again at the same address. */
  async comeUp(): Promise<void> {
    const server = createServer((req, res) => void this.#take(req, res))
    server.on('connection', () => (this.#connections += 1))
    await new Promise<void>((done) => server.listen(this.#port, '127.0.0.1', done))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  async #take(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const sent = await text(req)
    const asked: Asked = {
      method: req.method ?? '',
      path: (req.url ?? '').replace(/^\/api\/v1\//, ''),
      headers: req.headers,
      body: sent === '' ? undefined : (JSON.parse(sent) as unknown)
    }
    this.asked.push(asked)
    if (req.headers['x-api-key'] !== this.key) send(res, refused.key)
    else inMood[this.mood](res, this.#answerTo(asked))
  }

  #answerTo(asked: Asked): Answer {
    const route = `${asked.method} ${asked.path.split('?')[0]}`
    const told = this.#answers.find((each) =>
      typeof each.route === 'string' ? each.route === route : each.route.test(route)
    )
    if (!told) return usual(asked)
    return typeof told.answer === 'function' ? told.answer(asked) : told.answer
  }
}

/** What EspoCRM answers when there is nothing to say against it. */
function usual({ method, path, body }: Asked): Answer {
  if (path === 'Portico/author') return accepted.author('author1')
  const segments = path.split('/')
  const sent = body as Readonly<Record<string, unknown>> | undefined
  if (method === 'POST' && segments.length === 1) return accepted.created(`new${path}`, sent)
  if (method === 'PUT' && segments.length === 2) return accepted.created(segments[1]!, sent)
  return method === 'GET' ? refused.noRoute : accepted.done
}

const inMood: Readonly<Record<Mood, (res: ServerResponse, answer: Answer) => void>> = {
  well: send,
  slow: () => undefined,
  failing: (res) => send(res, refused.broken),
  page: (res) => send(res, { status: 200, type: 'text/html', body: '<html>Sign in</html>' }),
  empty: (res) => send(res, { status: 200, type: 'text/html' }),
  redirecting: (res) => {
    res.writeHead(302, { location: 'https://elsewhere.example/' })
    res.end()
  },
  half(res) {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    res.write('{"id":', () => setTimeout(() => res.destroy(), 20))
  }
}

function send(res: ServerResponse, { status, reason, type = 'application/json', body }: Answer): void {
  const content = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  res.writeHead(status, { 'content-type': type, ...(reason !== undefined && { 'x-status-reason': reason }) })
  res.end(content)
}
