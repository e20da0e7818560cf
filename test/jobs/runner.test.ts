import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { pino } from 'pino'
import { openDatabase } from '../../src/db/open-database.js'
import type { Job } from '../../src/hooks.js'
import { runJobs, type Running } from '../../src/jobs/runner.js'
import { eachDatabase } from '../support/databases.js'
import { makeTables } from '../support/worlds.js'

const hold = 450

eachDatabase((open) => {
  describe('jobs of several processes', () => {
    let url: string
    let handles: Knex[]
    let running: Running[]
    let logged: Record<string, unknown>[]

    beforeEach(async () => {
      const database = await open()
      await makeTables(database)
      url = database.url
      handles = [openDatabase(url), openDatabase(url)]
      running = []
      logged = []
    })

    afterEach(async () => {
      await stopAll()
      for (const db of handles) await db.destroy()
    })

    const stopAll = async (): Promise<void> => {
      await Promise.all(running.splice(0).map((one) => one.stop()))
    }
    const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>) })
    const startOn = (db: Knex, ...jobs: Job[]): void => void running.push(runJobs(jobs, { db, log, tick: 50, hold }))
    const row = (name: string) =>
      handles[0]!<{ name: string; held_by: string | null; due_at: number }>('portico_jobs').where({ name }).first()

    it('E06 run once in their interval over all processes, and never twice at a time', async () => {
      const begun: number[] = []
      let atOnce = 0
      let most = 0
      const run = async (): Promise<void> => {
        begun.push(performance.now())
        most = Math.max(most, (atOnce += 1))
        await pause(30)
        atOnce -= 1
      }
      for (const db of handles) startOn(db, { name: 'often', everySeconds: 0.2, run })
      await pause(1000)
      await stopAll()
      expect(most, 'at once').to.equal(1)
      expect(begun.length, 'runs').to.be.within(3, 6)
      const pauses = begun.slice(1).map((at, index) => at - begun[index]!)
      expect(Math.min(...pauses), 'between two runs').to.be.greaterThan(150)
    })

    it('are held for as long as they take, and given free when they end, also by an error', async () => {
      let runs = 0
      const run = async (): Promise<void> => {
        runs += 1
        await pause(hold * 2)
        throw new Error('no luck')
      }
      for (const db of handles) startOn(db, { name: 'long', everySeconds: 3600, run })
      await pause(hold * 1.5)
      expect((await row('long'))?.held_by, 'while it runs').to.be.a('string')
      await pause(hold)
      expect((await row('long'))?.held_by, 'afterwards').to.equal(null)
      expect(runs).to.equal(1)
      expect(logged).to.have.length(1)
      expect(logged[0]).to.include({ job: 'long', msg: 'a job failed' })
    })

    it('are followed by another process when theirs is killed in the middle, and not before', async function () {
      this.timeout(20_000)
      const child = spawn(process.execPath, ['--import', 'tsx', 'test/jobs/job-process.ts', url, String(hold)])
      await said(child, 'began')
      let runs = 0
      const slow: Job = { name: 'slow', everySeconds: 0.2, run: () => Promise.resolve(void (runs += 1)) }
      startOn(handles[0]!, slow)
      await pause(hold * 1.5)
      expect(runs, 'while the other one is at it').to.equal(0)
      child.kill('SIGKILL')
      await pause(hold * 2)
      expect(runs, 'when it is dead').to.be.greaterThan(0)
    })

    it('that were taken over meanwhile do not end as if they were still ours', async () => {
      let isAtIt = false
      const run = async (): Promise<void> => {
        isAtIt = true
        await pause(300)
      }
      startOn(handles[0]!, { name: 'lost', everySeconds: 3600, run })
      while (!isAtIt) await pause(10)
      await handles[1]!('portico_jobs').where({ name: 'lost' }).update({ held_by: 'another', due_at: 1 })
      await pause(250)
      expect(logged.map(({ job, msg }) => [job, msg])).to.deep.equal([
        ['lost', 'a job took too long; another process has it']
      ])
      await stopAll()
      const left = await row('lost')
      expect([left?.held_by, Number(left?.due_at)]).to.deep.equal(['another', 1])
    })

    it('are finished before a process stops, which begins no more', async () => {
      let [begun, ended] = [0, 0]
      const run = async (): Promise<void> => {
        begun += 1
        await pause(200)
        ended += 1
      }
      startOn(handles[0]!, { name: 'stopped', everySeconds: 0.05, run })
      while (begun === 0) await pause(10)
      await stopAll()
      expect([begun, ended]).to.deep.equal([1, 1])
      expect((await row('stopped'))?.held_by).to.equal(null)
    })

    it('run in each process when they keep something in its memory', async () => {
      const runs = [0, 0]
      for (const [index, db] of handles.entries()) {
        const run = (): Promise<void> => Promise.resolve(void (runs[index]! += 1))
        startOn(db, { name: 'memory', everySeconds: 0.1, everyProcess: true, run })
      }
      await pause(350)
      for (const count of runs) expect(count).to.be.within(2, 4)
    })
  })
})

async function said(child: ChildProcess, word: string): Promise<void> {
  for (;;) {
    const [piece] = (await once(child.stdout!, 'data')) as [Buffer]
    if (piece.toString().includes(word)) return
  }
}
