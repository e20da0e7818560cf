/** Large bodies through a web server, one way and the other. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { multipart, type WebVisitor } from '../support/web-visitor.js'
import type { Service } from './service.js'

const size = 50_000_000
const piece = Buffer.alloc(100_000, 'a line of text in a large file\n')

/** Writes a note with a file of 50 MB on the first record of a list. The web server must have called Portico before the second megabyte is
 *  sent. `most`: how many bytes this process, in which Portico runs, held at once more than before. */
export async function uploads(visitor: WebVisitor, service: Service, list: string): Promise<{ most: number }> {
  await visitor.open(list)
  await visitor.follow('Pump leaks')
  const form = visitor.formWith('Write note')
  const token = form.values.get('_csrf')![0]!
  const address = new URL(form.action, visitor.last.url)
  const { head, foot, type } = formAround(token)
  const arrival = service.arrival(new URL(address).pathname.split('/').at(-1)!)
  const isCalled = Promise.race([arrival.then(() => true), pause(5000, false, { ref: false })])
  const body = Readable.from(bytes(head, foot, isCalled))
  const headers = {
    'Content-Type': type,
    'Content-Length': String(head.length + size + foot.length),
    Origin: visitor.last.url.origin
  }
  const watch = watchMemory()
  const answer = await visitor.ask(address.href, { method: 'POST', headers, body })
  const most = watch.end()
  expect([answer.status, answer.text.slice(0, 200)]).to.deep.equal([303, answer.text.slice(0, 200)])
  await visitor.open(new URL(answer.headers.location!, address).href)
  return { most }
}

async function* bytes(head: Buffer, foot: Buffer, isCalled: Promise<boolean>): AsyncGenerator<Buffer> {
  yield head
  for (let sent = 0; sent < size; sent += piece.length) {
    if (sent === 1_000_000)
      expect(await isCalled, 'Portico is called while the visitor is still sending').to.equal(true)
    yield piece
  }
  yield foot
}

/** The form around a file. */
function formAround(token: string): { head: Buffer; foot: Buffer; type: string } {
  const marker = 'the file itself'
  const file = { field: 'files', name: 'large.txt', content: marker, type: 'text/plain' }
  const { body, type } = multipart(
    [
      ['_csrf', token],
      ['text', 'Fifty megabytes']
    ],
    [file]
  )
  const at = body.indexOf(marker)
  return { head: body.subarray(0, at), foot: body.subarray(at + marker.length), type }
}

function watchMemory(): { end(): number } {
  const held = (): number => process.memoryUsage().arrayBuffers
  const before = held()
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, held() - before)), 10)
  return {
    end: () => {
      clearInterval(timer)
      return most
    }
  }
}

/** The address of the newest file on the record's page. */
export function fileOf(visitor: WebVisitor): string {
  const link = visitor.page('ul.files a').filter((_, a) => visitor.page(a).text().includes('large.txt'))
  return new URL(link.first().attr('href')!, visitor.last.url).href
}

/** Takes the whole file; after the first piece nothing for so many milliseconds. */
export async function downloads(visitor: WebVisitor, address: string, milliseconds: number): Promise<void> {
  const answer = await visitor.send(new URL(address), {})
  expect(answer.statusCode).to.equal(200)
  let received = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (received === 0) await pause(milliseconds)
    received += chunk.length
  }
  expect(received).to.equal(size)
}

/** What is said to a body of 400 MB, of which nothing is sent. */
export async function uploadsTooMuch(visitor: WebVisitor): Promise<number> {
  const nothing = new Readable({ read: () => undefined })
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x', 'Content-Length': '400000000' }
  const answer = await visitor.send(visitor.last.url, { method: 'POST', headers, body: nothing })
  answer.destroy()
  return answer.statusCode!
}

/** The pieces of an answer of which the second is only made when the first has arrived. */
export async function trickles(visitor: WebVisitor, service: Service, address: string): Promise<string[]> {
  const { finish } = service.trickle(new URL(address).pathname.split('/').at(-1)!)
  const answer = await visitor.send(new URL(address), {})
  const pieces: string[] = []
  answer.setEncoding('utf8').on('data', (words: string) => {
    pieces.push(words)
    finish()
  })
  await Promise.race([once(answer, 'end'), pause(5000, undefined, { ref: false }).then(finish)])
  return pieces
}
