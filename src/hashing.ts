/** Hashes of passwords, argon2id: one at a time, because each takes 7 MB while it is made, and a crowd of them must not fill the memory. */
import { hash as hashNow, verify as verifyNow } from '@node-rs/argon2'

/** Of OWASP's equally strong choices for argon2id (the library's default algorithm) one with little memory: a process at work feels it. A hash
 *  says what it was made with, so older ones stay good. */
const cost = { memoryCost: 7168, timeCost: 5, parallelism: 1 }

export function hash(password: string): Promise<string> {
  return inTurn(() => hashNow(password, cost))
}

export function verify(hashed: string, password: string): Promise<boolean> {
  return inTurn(() => verifyNow(hashed, password))
}

let last: Promise<unknown> = Promise.resolve()

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work)
  last = mine.catch(() => undefined)
  return mine
}
