import cluster from 'node:cluster'
import { execFile } from 'node:child_process'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { pino } from 'pino'
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

async function until(happens: () => boolean): Promise<void> {
  for (let tries = 0; !happens(); tries += 1) {
    expect(tries, 'tries').to.be.lessThan(500)
    await pause(20)
  }
}

describe('the workers', function () {
  this.timeout(20_000)
  let port: number
  let lines: string[]
  let supervisor: Supervisor

  /** From now on workers are made so. */
  function hire(becomes: 'works' | 'fails'): void {
    cluster.setupPrimary({ exec: 'test/operation/crew-member.ts', args: [becomes, String(port)], silent: true })
  }

  beforeEach(async () => {
    port = await freePort()
    lines = []
    const log = pino({ base: undefined }, { write: (line: string) => void lines.push(line) })
    supervisor = createSupervisor({ count: 2, log, secondsToStop: 10, firstPause: 20, keep: keptOf })
  })

  afterEach(() => supervisor.kill())

  it('are as many as was said, and are ready when all are', async () => {
    hire('works')
    expect(await supervisor.readiness()).to.equal('starting')
    await supervisor.start()
    expect(await supervisor.readiness()).to.equal('ready')
    expect(await crewOf(port)).to.have.length(2)
  })

  it('that die are replaced, with a line in the log', async () => {
    hire('works')
    await supervisor.start()
    const before = await crewOf(port)
    await ask(port, '/die').catch(() => undefined)
    await until(() => lines.join('').includes('a worker died; another one takes its place'))
    await until(() => Object.keys(cluster.workers ?? {}).length === 2)
    for (let tries = 0; (await crewOf(port)).length < 2 && tries < 50; tries += 1) await pause(50)
    const after = await crewOf(port)
    expect(after).to.have.length(2)
    expect(after.filter((pid) => before.includes(pid))).to.have.length(1)
  })

  it('that can’t even start are given up, with a sentence', async () => {
    hire('fails')
    const refusal: unknown = await supervisor.start().catch((error: unknown) => error)
    expect(String(refusal)).to.equal('Error: No worker could start, 3 times in a row; what is wrong stands above.')
  })

  it('are all replaced without a request that fails, and what they counted is not lost', async () => {
    hire('works')
    await supervisor.start()
    const before = await crewOf(port)
    let isOver = false
    let answered = 8
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
    const page = await pageOf(await supervisor.snapshots())
    expect(page)
      .to.include(`answers ${answered + 8}\n`)
      .and.include('members 2\n')
  })

  it('that can’t be replaced go on', async () => {
    hire('works')
    await supervisor.start()
    const before = await crewOf(port)
    hire('fails')
    await supervisor.replaceAll()
    expect(lines.join('')).to.include('a new worker could not start; the old ones go on')
    expect(await crewOf(port)).to.deep.equal(before)
  })

  it('stop when they are told to, and are not replaced', async () => {
    hire('works')
    await supervisor.start()
    const stopped = supervisor.stop()
    expect(await supervisor.readiness()).to.equal('draining')
    await stopped
    expect(cluster.workers).to.deep.equal({})
    expect(await ask(port).catch((error: NodeJS.ErrnoException) => error.code)).to.equal('ECONNREFUSED')
    expect(lines).to.deep.equal([])
  })

  it('are refused with SQLite, which has one writer, and in numbers that are none', async () => {
    const said = (words: string[]): Promise<string> =>
      new Promise((resolve) =>
        execFile(process.execPath, ['--import', 'tsx', 'src/cli/portico.ts', 'serve', ...words], (_, __, err) =>
          resolve(err)
        )
      )
    const [sqlite, none] = await Promise.all([said(['--workers', '2']), said(['--workers', '0'])])
    expect(sqlite).to.match(/^SQLite is for one process: /)
    expect(none).to.include('It must be a whole number from 1 to 64.')
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
