import { Readable } from 'node:stream'
import { once } from 'node:events'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import express from 'express'
import { sendFile } from '../../src/web/downloads.js'

describe('a download', () => {
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
