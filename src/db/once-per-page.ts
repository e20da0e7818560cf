/** What the parts of a page all ask the database for is read once for that page: what counts when a request comes counts until it is
 *  answered, or until it changes the configuration itself. Jobs and commands read anew each time. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestHandler } from 'express'

interface Page {
  /** Undefined once the request has changed what was read. */
  reads: Map<object, Promise<unknown>> | undefined
}

const pages = new AsyncLocalStorage<Page>()

/** From here on a request remembers what it has read. */
export const rememberReads: RequestHandler = (_req, _res, next) => pages.run({ reads: new Map() }, next)

/** What `read` gives, the same for all who ask by the same `key` while one page is made. */
export function oncePerPage<T>(key: object, read: () => Promise<T>): Promise<T> {
  const reads = pages.getStore()?.reads
  const known = reads?.get(key) as Promise<T> | undefined
  if (known) return known
  const reading = read()
  reads?.set(key, reading)
  return reading
}

/** This request changes the configuration: from now on it reads anew each time. */
export function forgetReads(): void {
  const page = pages.getStore()
  if (page) page.reads = undefined
}
