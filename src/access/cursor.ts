/** Cursors: where the next page begins, sealed, so that a sort value the viewer may not see does not leave with them. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Order } from './plan.js'

type After = NonNullable<Order['after']>

/** Seals a position; `bound` is whose list it is, of what and in which order: a cursor of another list opens nothing. */
export function sealCursor(secret: Buffer, bound: string, after: After): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(bound))
  const sealed = Buffer.concat([cipher.update(JSON.stringify([after.value, after.id]), 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')
}

/** The position, or undefined for anything that wasn't sealed for `bound`: the list then begins anew. */
export function openCursor(secret: Buffer, bound: string, cursor: string): After | undefined {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.length < 30 || bytes.length > 4096) return undefined
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12)).setAAD(Buffer.from(bound))
    decipher.setAuthTag(bytes.subarray(12, 28))
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    const [value, id] = JSON.parse(text) as [After['value'], string]
    return { value, id }
  } catch {
    return undefined
  }
}
