/** What a refused call says, for tests. */
import { PorticoError } from '../../src/errors.js'
import { HostRefused } from '../../src/host/host.js'

/** The error that `work` ends with; undefined when it ends well. */
export async function failure(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  return undefined
}

/** The fields a refused save names, with the key of each error. @throws when it was not refused. */
export async function refusal(work: () => Promise<unknown>): Promise<Record<string, string>> {
  const error = await failure(work)
  if (!(error instanceof HostRefused)) throw error instanceof Error ? error : new Error('It was not refused.')
  return Object.fromEntries(Object.entries(error.fields).map(([field, { key }]) => [field, key]))
}

/** `404 errors.notFound`. @throws when it ends well or otherwise. */
export async function answer(work: () => Promise<unknown>): Promise<string> {
  const error = await failure(work)
  if (!(error instanceof PorticoError)) throw error instanceof Error ? error : new Error('It was not refused.')
  return `${error.status} ${error.key}`
}
