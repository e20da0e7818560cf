/** Secrets that we have to read again (those of authenticator apps): kept encrypted, so that whoever reads the tables has nothing of them. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { keyFor } from '../signing.js'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

export interface Sealer {
  seal(plain: string): string
  /** Undefined when it was changed, or sealed with another secret of the installation. */
  open(sealed: string): string | undefined
}

export function createSealer(secret: string): Sealer {
  const key = keyFor({ secret, purpose: 'second-factor' })
  return {
    seal(plain) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv(algorithm, key, iv)
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const tagEnd = ivBytes + tagBytes
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      try {
        decipher.setAuthTag(bytes.subarray(ivBytes, tagEnd))
        return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString('utf8')
      } catch {
        return undefined
      }
    }
  }
}
