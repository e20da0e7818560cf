/** Requests over kept-alive connections, one after the other or several at once, and what they take. */
import { Agent, request } from 'node:http'

export interface Ask {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
}

export interface Throughput {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
}

/** As many connections as requests under way. */
const agents = new Map<number, Agent>()

export function send(ask: Ask, connections = 1): Promise<Answer> {
  const { method, url, headers, body } = ask
  const agent = agents.get(connections) ?? new Agent({ keepAlive: true, maxSockets: connections })
  agents.set(connections, agent)
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const sent = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(pieces).toString() })
      )
      response.on('error', reject)
    })
    // A server may close a connection that waits just as it is used again: that request was never read.
    sent.on('error', (error) =>
      sent.reusedSocket && method === 'GET' ? resolve(send(ask, connections)) : reject(error)
    )
    sent.end(body)
  })
}

/** The answer, and how long it took, in milliseconds. @throws when its status is another one. */
export async function timed(ask: Ask, status: number, connections = 1): Promise<{ answer: Answer; took: number }> {
  const start = performance.now()
  const answer = await send(ask, connections)
  const took = performance.now() - start
  if (answer.status !== status)
    throw new Error(`${ask.method} ${ask.url}: ${answer.status} in place of ${status}. ${answer.text.slice(0, 300)}`)
  return { answer, took }
}

/** Keeps `connections` requests under way for so many seconds. */
export async function load(ask: Ask, connections: number, seconds: number): Promise<Throughput> {
  const times: number[] = []
  const start = performance.now()
  const end = start + seconds * 1000
  const worker = async (): Promise<void> => {
    while (performance.now() < end) times.push((await timed(ask, 200, connections)).took)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  const spent = (performance.now() - start) / 1000
  return { perSecond: times.length / spent, p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

export function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? Number.NaN
}
