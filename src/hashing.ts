/** Hashes of passwords, argon2id: one at a time, because each takes 19 MB while it is made, and a crowd of them must not fill the memory. */
import { hash as hashNow, verify as verifyNow, type Options } from '@node-rs/argon2'

export function hash(password: string, cost?: Options): Promise<string> {
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
