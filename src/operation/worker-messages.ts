/** What the primary process and its workers say to each other. */
import type { Readiness } from './health.js'
import type { Snapshot } from './prometheus.js'

/** The parting of a worker: the service ends, or another worker has taken its place. */
export type Order = 'stop' | 'retire'

export type Question = 'readiness' | 'metrics'

export type ToWorker =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'question'; readonly id: number; readonly about: Question }

/** What a worker answers; nothing where nobody counts. */
export interface Answer {
  readonly readiness?: Readiness
  readonly metrics?: Snapshot
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  /** The last one: what it has counted goes on counting. */
  | { readonly kind: 'farewell'; readonly answer: Answer }
