/** A security key in software: makes and shows passkeys as a browser would, or as an attacker would like to. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

export interface Claims {
  readonly origin?: string
  readonly rpId?: string
  readonly isVerified?: boolean
  readonly counter?: number
}

export interface Authenticator {
  /** The answer to a page's `data-options` for a new passkey. */
  create(options: string, claims?: Claims): string
  /** The answer to a page's `data-options` that asks for a passkey. */
  get(options: string, claims?: Claims): string
}

const here: Required<Claims> = { origin: 'http://localhost', rpId: 'localhost', isVerified: true, counter: 0 }
const sha256 = (text: string | Buffer): Buffer => createHash('sha256').update(text).digest()

export function authenticator(): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(32)
  return {
    create(options, claims) {
      const { clientData, head } = begun('webauthn.create', options, claims, 0x40)
      const credential = Buffer.concat([Buffer.alloc(16), short(id.length), id, coseKey(publicKey)])
      const authData = Buffer.concat([head, credential])
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        ...[word('fmt'), word('none'), word('attStmt'), Buffer.from([0xa0]), word('authData'), octets(authData)]
      ])
      return answer(id, { clientDataJSON: clientData, attestationObject: attestation })
    },
    get(options, claims) {
      const { clientData, head } = begun('webauthn.get', options, claims, 0)
      const signature = sign('sha256', Buffer.concat([head, sha256(clientData)]), privateKey)
      return answer(id, { clientDataJSON: clientData, authenticatorData: head, signature })
    }
  }
}

function begun(type: string, options: string, claims: Claims = {}, flag: number): { clientData: Buffer; head: Buffer } {
  const { origin, rpId, isVerified, counter } = { ...here, ...claims }
  const { challenge } = JSON.parse(options) as { challenge: string }
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  const flags = Buffer.from([0x01 | (isVerified ? 0x04 : 0) | flag])
  const clientData = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  return { clientData, head: Buffer.concat([sha256(rpId), flags, count]) }
}

function answer(id: Buffer, parts: Record<string, Buffer>): string {
  const response = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.toString('base64url')]))
  const name = id.toString('base64url')
  return JSON.stringify({ id: name, rawId: name, type: 'public-key', response })
}

/** CBOR, as much of it as a key needs. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const [left, right] = [x, y].map((part) => octets(Buffer.from(part, 'base64url')))
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    left!,
    Buffer.from([0x22]),
    right!
  ])
}

function word(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
}

function octets(bytes: Buffer): Buffer {
  return Buffer.concat([
    bytes.length < 256 ? Buffer.from([0x58, bytes.length]) : Buffer.concat([Buffer.from([0x59]), short(bytes.length)]),
    bytes
  ])
}

function short(value: number): Buffer {
  const two = Buffer.alloc(2)
  two.writeUInt16BE(value)
  return two
}
