import { Agent, get, type IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { createListener, keepAliveSeconds, type Listener } from '../../src/operation/listener.js'

/** Held answers go out when the test says so. */
interface Held {
  readonly listener: Listener
  release(): void
}

async function held(): Promise<Held> {
  const waiting: (() => void)[] = []
  const listener = createListener((req, res) => {
    const answer = (): void => void res.end('answered')
    if (req.url === '/slow') waiting.push(answer)
    else answer()
  })
  await listener.listen({ host: '127.0.0.1', port: 0 })
  return { listener, release: () => waiting.splice(0).forEach((answer) => answer()) }
}

interface Answer {
  readonly words: string
  readonly connection: string | undefined
  readonly reused: boolean
}

function ask({ port }: Pick<Listener, 'port'>, path: string, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent }, (answer: IncomingMessage) => {
      let words = ''
      answer.on('data', (piece: Buffer) => (words += piece.toString()))
      answer.on('end', () => resolve({ words, connection: answer.headers.connection, reused: request.reusedSocket }))
      answer.on('error', reject)
    })
    request.on('error', reject)
  })
}

async function fails(asked: Promise<Answer>): Promise<string> {
  return asked.then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code ?? error.message
  )
}

async function underWay(listener: Listener, count: number): Promise<void> {
  for (let tries = 0; listener.underWay !== count && tries < 200; tries += 1) await new Promise(setImmediate)
  expect(listener.underWay).to.equal(count)
}

describe('the listener', () => {
  let place: Held
  let agents: Agent[]
  const browser = (): Agent => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    return agent
  }

  beforeEach(async () => {
    agents = []
    place = await held()
  })

  afterEach(async () => {
    for (const agent of agents) agent.destroy()
    place.release()
    place.listener.breakOff()
    await place.listener.close()
  })

  it('keeps unused connections longer than proxies do, who thus never meet one that is being closed', async () => {
    expect(keepAliveSeconds).to.be.greaterThan(60)
    const visitor = browser()
    const first = await ask(place.listener, '/', visitor)
    const second = await ask(place.listener, '/', visitor)
    expect([first.connection, first.reused, second.reused]).to.deep.equal(['keep-alive', false, true])
  })

  it('that drains takes new connections, and every answer ends its connection', async () => {
    const [old, young] = [browser(), browser()]
    await ask(place.listener, '/', old)
    place.listener.drain()
    const answers = [await ask(place.listener, '/', old), await ask(place.listener, '/', young)]
    expect(answers.map(({ words, connection, reused }) => [words, connection, reused])).to.deep.equal([
      ['answered', 'close', true],
      ['answered', 'close', false]
    ])
  })

  it('that drains ends the connection of an answer that was asked for before', async () => {
    const answer = ask(place.listener, '/slow', browser())
    await underWay(place.listener, 1)
    place.listener.drain()
    place.release()
    expect((await answer).connection).to.equal('close')
  })

  it('that closes finishes what is under way, ends connections nobody uses, and refuses new ones', async () => {
    const [idle, busy, late] = [browser(), browser(), browser()]
    await ask(place.listener, '/', idle)
    const answer = ask(place.listener, '/slow', busy)
    await underWay(place.listener, 1)
    const { port } = place.listener
    const closed = place.listener.close()
    expect(await fails(ask({ port }, '/', late))).to.equal('ECONNREFUSED')
    place.release()
    expect((await answer).words).to.equal('answered')
    await closed
  })

  it('that retires refuses new connections and answers on those that stand, until nobody is left', async () => {
    const [faithful, late] = [browser(), browser()]
    await ask(place.listener, '/', faithful)
    const { port } = place.listener
    let isGone = false
    const gone = place.listener.retire().then(() => (isGone = true))
    expect(await fails(ask({ port }, '/', late))).to.equal('ECONNREFUSED')
    expect(isGone, 'a connection stands').to.equal(false)
    const answer = await ask({ port }, '/', faithful)
    expect([answer.words, answer.connection, answer.reused]).to.deep.equal(['answered', 'close', true])
    await gone
  })

  it('breaks off only what it is told to', async () => {
    const answer = fails(ask(place.listener, '/slow', browser()))
    await underWay(place.listener, 1)
    place.listener.breakOff()
    expect(await answer).to.equal('ECONNRESET')
  })

  it('that finds its address taken says so in a sentence', async () => {
    const other = createListener((_req, res) => res.end())
    const { port } = place.listener
    const refusal: unknown = await other.listen({ host: '127.0.0.1', port }).catch((error: unknown) => error)
    expect(String(refusal)).to.equal(
      `Error: Portico can't listen on 127.0.0.1:${port}: another program listens there. Check PORTICO_LISTEN.`
    )
  })
})
