/** Keys, proofs and tokens. Each purpose has a key of its own, made of the installation's one secret: what is signed for one opens nothing elsewhere. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface SigningKey {
  readonly secret: string
  /** A word that nothing else uses. */
  readonly purpose: string
}

export function keyFor({ secret, purpose }: SigningKey): Buffer {
  return createHash('sha256').update(`${purpose}:${secret}`).digest()
}

/** The proof that we wrote `parts`, in hexadecimal digits. */
export function proofOf(key: SigningKey, ...parts: readonly string[]): string {
  return createHmac('sha256', keyFor(key)).update(JSON.stringify(parts)).digest('hex')
}

/** How long it takes says nothing of where they differ. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** What stands in a link that opens something: 256 bits of chance. Only its hash is kept (A32). */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
