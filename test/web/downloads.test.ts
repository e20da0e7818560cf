import { Readable } from 'node:stream'
import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import express from 'express'
import { answerCounts, sendFile } from '../../src/web/downloads.js'

describe('a download', () => {
  interface Sent {
    readonly outcome: unknown
    /** Bytes that arrived. */
    readonly arrived: number
    /** The answer came to its end. */
    readonly isWhole: boolean
  }

  /** What comes over a real connection. */
  const sent = async (content: Readable, stillAllowed: () => Promise<boolean>, size = 0): Promise<Sent> => {
    let settled: (outcome: unknown) => void
    const outcome = new Promise<unknown>((done) => (settled = done))
    const app = express().get('/', async (_req, res) => {
      const info = { id: 'a', name: 'a.bin', type: 'application/zip', size }
      settled(await sendFile(res, info, content, stillAllowed).catch((error: unknown) => error))
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const answer = await new Promise<Omit<Sent, 'outcome'>>((done) => {
      const port = (server.address() as AddressInfo).port
      const request = get({ port, host: '127.0.0.1' }, (found) => {
        let arrived = 0
        found.on('data', (chunk: Buffer) => (arrived += chunk.length))
        found.on('error', () => undefined)
        found.on('close', () => done({ arrived, isWhole: found.complete }))
      })
      request.on('error', () => done({ arrived: 0, isWhole: false }))
    })
    server.close()
    return { outcome: await outcome, ...answer }
  }
  /** `count` chunks of `size` bytes, one every `every` milliseconds. */
  const chunks = async function* (count: number, size: number, every: number): AsyncIterable<Buffer> {
    for (let n = 0; n < count; n++) {
      yield Buffer.alloc(size)
      await pause(every)
    }
  }

  it('T10 A28 of a slow file goes on as long as it is allowed, and breaks off at the chunk after the answer was no', async () => {
    let asked = 0
    const still = await sent(Readable.from(chunks(8, 1000, 90)), async () => (asked++, true), 8000)
    expect(still).to.deep.equal({ outcome: undefined, arrived: 8000, isWhole: true })
    expect(asked).to.be.at.least(2)
    const source = Readable.from(chunks(1000, 1000, 90))
    let isAllowed = true
    setTimeout(() => (isAllowed = false), 500)
    const { outcome, arrived, isWhole } = await sent(source, async () => isAllowed, 1_000_000)
    expect(outcome).to.equal(undefined)
    expect(arrived).to.be.within(1000, 9000)
    expect(isWhole).to.equal(false)
    expect(source.destroyed).to.equal(true)
  })

  it('T10 A28 of a fast file no more than half a megabyte follows an answer, however large its chunks are', async () => {
    const whole = answerCounts.bytes * 5 + 1
    let asked = 0
    const all = await sent(Readable.from([Buffer.alloc(whole)]), async () => (asked++, true), whole)
    expect(all).to.deep.equal({ outcome: undefined, arrived: whole, isWhole: true })
    expect(asked).to.be.at.least(5)
    const no = await sent(Readable.from([Buffer.alloc(whole)]), async () => false, whole)
    expect(no.arrived).to.be.at.most(answerCounts.bytes)
    expect(no.isWhole).to.equal(false)
    asked = 0
    await sent(Readable.from(chunks(20, 1000, 0)), async () => (asked++, true), 20_000)
    expect(asked, 'a small file is not asked about').to.be.at.most(1)
  })

  it('A26 is broken off too when nobody can say whether it is allowed, and that is an error', async () => {
    const failing = (): Promise<boolean> => Promise.reject(new Error('The database is gone.'))
    const { outcome, isWhole } = await sent(Readable.from([Buffer.alloc(answerCounts.bytes * 2)]), failing)
    expect(outcome).to.be.instanceOf(Error)
    expect(isWhole).to.equal(false)
  })

  const outcomeOf = async (content: Readable, leaves: boolean): Promise<unknown> => {
    let settled: (outcome: unknown) => void
    const outcome = new Promise<unknown>((done) => (settled = done))
    const app = express().get('/', async (_req, res) => {
      const info = { id: 'a', name: 'a.bin', type: 'application/zip', size: 0 }
      settled(await sendFile(res, info, content).catch((error: unknown) => error))
    })
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }, (answer) => {
      answer.once('data', () => {
        if (leaves) answer.destroy()
      })
      answer.on('error', () => undefined)
    }).on('error', () => undefined)
    const found = await outcome
    request.destroy()
    server.close()
    return found
  }
  const endless = async function* (): AsyncIterable<Buffer> {
    for (;;) {
      yield Buffer.alloc(1000)
      await pause(2)
    }
  }
  const broken = async function* (): AsyncIterable<Buffer> {
    yield Buffer.alloc(1000)
    await pause(20)
    throw new Error('The disk broke off.')
  }

  it('A48 that the visitor breaks off is no error, and its source is closed; one that breaks off here is one', async () => {
    const source = Readable.from(endless())
    expect(await outcomeOf(source, true)).to.equal(undefined)
    expect(source.destroyed).to.equal(true)
    expect(await outcomeOf(Readable.from(broken()), false)).to.be.instanceOf(Error)
    const closed = Readable.from(endless())
    setTimeout(() => closed.destroy(), 50)
    expect(await outcomeOf(closed, false)).to.be.instanceOf(Error)
  })
})
