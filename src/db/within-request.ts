/** What one request asks of the database several times is asked once: it works by one configuration, and the next one sees every change. */
import { AsyncLocalStorage } from 'node:async_hooks'

const memory = new AsyncLocalStorage<Map<object, Promise<unknown>>>()

/** Begins the memory of a request that `work` goes on with. */
export function withinRequest(work: () => void): void {
  memory.run(new Map(), work)
}

/** What `ask` gave in this request, by the thing it asks; outside of requests (jobs, events, the command line) it is asked each time. */
export async function oncePerRequest<T>(about: object, ask: () => Promise<T>): Promise<T> {
  const answers = memory.getStore()
  if (!answers) return ask()
  const known = answers.get(about) as Promise<T> | undefined
  const answer = known ?? ask()
  answers.set(about, answer)
  answer.catch(() => answers.delete(about))
  return answer
}

/** This request changes what it may have asked before. */
export function forgetAnswers(): void {
  memory.getStore()?.clear()
}
