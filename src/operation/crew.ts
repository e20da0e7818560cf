/** The workers, as the primary process sees them: started, asked, told to leave. Who is a member and for how long is decided by the supervisor. */
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type { Answer, FromWorker, Order, Question, ToWorker } from './worker-messages.js'

/** A worker ended, or said nothing for too long, before it was ready. */
export class NotStarted extends Error {}

const secondsToStart = 60
const secondsToAnswer = 3

/** A new worker that takes requests. @throws NotStarted; what was wrong it has said itself. */
export async function startWorker(): Promise<Worker> {
  const worker = cluster.fork()
  const isReady = await within(secondsToStart, (over) =>
    Promise.race([heard(worker, 'ready', over).then(() => true), ended(worker, over).then(() => false)])
  )
  if (isReady) return worker
  kill(worker)
  throw new NotStarted(isReady === undefined ? `it said nothing for ${secondsToStart} s` : 'it ended')
}

export async function ended(worker: Worker, over?: AbortSignal): Promise<void> {
  if (!worker.isDead()) await once(worker, 'exit', { signal: over })
}

export function kill(worker: Worker): void {
  worker.process.kill('SIGKILL')
}

export function order(worker: Worker, what: Order): void {
  send(worker, { kind: 'order', order: what })
}

let questions = 0

/** Empty when the worker says nothing. */
export async function ask(worker: Worker, about: Question): Promise<Answer> {
  const id = (questions += 1)
  const message = await within(secondsToAnswer, (over) => {
    const answer = heard(worker, 'answer', over, (one) => one.id === id)
    send(worker, { kind: 'question', id, about })
    return answer
  })
  return message?.answer ?? {}
}

/** The next message of this kind, as long as anybody waits for it. */
export function heard<K extends FromWorker['kind']>(
  worker: Worker,
  kind: K,
  over?: AbortSignal,
  isIt: (message: Extract<FromWorker, { kind: K }>) => boolean = () => true
): Promise<Extract<FromWorker, { kind: K }>> {
  return new Promise((resolve) => {
    const listen = (message: FromWorker): void => {
      const found = message as Extract<FromWorker, { kind: K }>
      if (message.kind !== kind || !isIt(found)) return
      worker.off('message', listen)
      resolve(found)
    }
    worker.on('message', listen)
    over?.addEventListener('abort', () => worker.off('message', listen))
  })
}

/** What `wait` gives, or undefined after so many seconds; nobody waits any more then. */
async function within<T>(seconds: number, wait: (over: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const over = new AbortController()
  const late = pause(seconds * 1000, undefined, { signal: over.signal, ref: false })
  try {
    return await Promise.race([wait(over.signal), late])
  } finally {
    late.catch(() => undefined)
    over.abort()
  }
}

function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined)
}
