/** One of several processes that answer requests: it says when it is ready, and leaves when the primary process tells it to. */
import type { Running } from '../server.js'
import type { Prometheus } from './prometheus.js'
import type { Answer, FromWorker, Order, Question, ToWorker } from './worker-messages.js'

export interface Work {
  readonly running: Running
  readonly prometheus: Prometheus | undefined
}

/** Begins the work and goes on until it is told to leave. */
export async function workUntilTold(begin: () => Promise<Work>): Promise<void> {
  const order = orderFromPrimary()
  const work = await begin()
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'question') void answerTo(work, message)
  })
  void tell({ kind: 'ready' })
  await leave(work, await order)
}

/** A signal that reaches the worker itself is an order as well; SIGHUP is for the primary process. */
function orderFromPrimary(): Promise<Order> {
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'order') resolve(message.order)
    })
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve('stop'))
    process.on('SIGHUP', () => undefined)
  })
}

async function answerTo({ running, prometheus }: Work, { id, about }: { id: number; about: Question }): Promise<void> {
  const answer: Answer =
    about === 'readiness' ? { readiness: await running.readiness() } : { metrics: await prometheus?.snapshot() }
  await tell({ kind: 'answer', id, answer })
}

/** Whoever is told to stop while he retires stops sooner. */
async function leave({ running, prometheus }: Work, order: Order): Promise<void> {
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'order' && message.order === 'stop') void running.stop()
  })
  await (order === 'stop' ? running.stop() : running.retire())
  await tell({ kind: 'farewell', answer: { metrics: await prometheus?.snapshot() } })
}

/** To nobody when the primary process is gone. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve()
    process.send?.(message, undefined, {}, () => resolve())
  })
}
