import cluster from 'node:cluster'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { pino } from 'pino'
import { serve } from '../../src/cli/serve.js'
import { keptOf, pageOf } from '../../src/operation/prometheus.js'
import { createSupervisor, type Supervisor } from '../../src/operation/supervisor.js'
import { freePort } from '../support/child-process.js'

/** The number of the process that answered. */
function ask(port: number, path = '/'): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: new Agent() }, (answer) => {
      answer.on('data', (words: Buffer) => resolve(Number(words.toString())))
      answer.on('error', reject)
    }).on('error', reject)
  })
}

async function crewOf(port: number): Promise<number[]> {
  const seen = new Set<number>()
  for (let asked = 0; asked < 8; asked += 1) seen.add(await ask(port))
  return [...seen].sort()
}

async function until(happens: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await happens()); tries += 1) {
    expect(tries, 'tries').to.be.lessThan(500)
    await pause(20)
  }
}

/** One crew, whose story is told step by step. */
describe('the workers', function () {
  this.timeout(20_000)
  this.bail(true)
  let port: number
  let supervisor: Supervisor
  let lines: string[]

  /** From now on workers are made so. */
  function hire(becomes: 'works' | 'fails'): void {
    cluster.setupPrimary({ exec: 'test/operation/crew-member.ts', args: [becomes, String(port)], silent: true })
  }

  before(async () => {
    port = await freePort()
    lines = []
    const log = pino({ base: undefined }, { write: (line: string) => void lines.push(line) })
    supervisor = createSupervisor({ count: 2, log, secondsToStop: 10, firstPause: 10, keep: keptOf })
  })

  after(() => supervisor.kill())

  it('that can’t even start are given up, with a sentence', async () => {
    hire('fails')
    const refusal: unknown = await supervisor.start().catch((error: unknown) => error)
    expect(String(refusal)).to.equal('Error: No worker could start, 3 times in a row; what is wrong stands above.')
    expect(await supervisor.readiness()).to.equal('starting')
  })

  it('are as many as was said, and are ready when all are', async () => {
    hire('works')
    await supervisor.start()
    expect(await supervisor.readiness()).to.equal('ready')
    expect(await crewOf(port)).to.have.length(2)
  })

  it('are all replaced without a request that fails, and what they counted is not lost', async () => {
    const before = await crewOf(port)
    let isOver = false
    let answered = 16
    const visitors = Array.from({ length: 4 }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (; !isOver; answered += 1) await askBy(agent, port)
      agent.destroy()
    })
    await supervisor.replaceAll()
    isOver = true
    await Promise.all(visitors)
    const after = await crewOf(port)
    expect(after).to.have.length(2)
    expect(after.filter((pid) => before.includes(pid))).to.deep.equal([])
    const counted = async (): Promise<string> => pageOf(await supervisor.snapshots())
    await until(async () => (await counted()).includes(`answers ${answered + 8}\n`))
    expect(await counted()).to.include('members 2\n')
  })

  it('that can’t be replaced go on', async () => {
    const before = await crewOf(port)
    hire('fails')
    await supervisor.replaceAll()
    expect(lines.join('')).to.include('a new worker could not start; the old ones go on')
    expect(await crewOf(port)).to.deep.equal(before)
  })

  it('that die are replaced, with a line in the log', async () => {
    hire('works')
    const before = await crewOf(port)
    await ask(port, '/die').catch(() => undefined)
    await until(() => lines.join('').includes('a worker died; another one takes its place'))
    let after: number[] = []
    await until(async () => (after = await crewOf(port)).length === 2)
    expect(after.filter((pid) => before.includes(pid))).to.have.length(1)
  })

  it('are no more than was said however often they are to be replaced at once', async () => {
    const before = await crewOf(port)
    const first = supervisor.replaceAll()
    await pause(20)
    await Promise.all([first, supervisor.replaceAll(), supervisor.replaceAll(), supervisor.replaceAll()])
    await until(() => Object.keys(cluster.workers ?? {}).length === 2)
    expect((await crewOf(port)).filter((pid) => before.includes(pid))).to.deep.equal([])
  })

  it('stop when they are told to, and are not replaced', async () => {
    const told = lines.length
    const stopped = supervisor.stop()
    expect(await supervisor.readiness()).to.equal('draining')
    await stopped
    expect(cluster.workers).to.deep.equal({})
    expect(await ask(port).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ECONNREFUSED')
    expect(lines).to.have.length(told)
  })
})

describe('portico serve --workers', () => {
  it('is refused with SQLite, which has one writer', async () => {
    const refusal: unknown = await serve({ workers: 2 }).catch((error: unknown) => error)
    expect(String(refusal)).to.match(/^Error: SQLite is for one process: leave --workers out/)
  })
})

function askBy(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent }, (answer) => answer.resume().on('end', resolve).on('error', reject)).on(
      'error',
      reject
    )
  })
}
