/** Passkeys: made and shown by the browser for this host name alone, with its user verified, counting on where they count (T04, A35). */
import { isIP } from 'node:net'
import type { AuthenticatorTransport } from '@simplewebauthn/server'
import { z } from 'zod'
import type { Site } from '../../web/site.js'

export interface Passkey {
  /** The host name it was made at. */
  readonly site: string
  /** As browsers call it, base64url. */
  readonly credentialId: string
  /** base64url. */
  readonly publicKey: string
  readonly transports: readonly string[]
  /** What the passkey has counted to; 0 for one that doesn't count. */
  readonly counter: number
}

/** Who we are to browsers at one site. */
export interface PasskeySite {
  /** The host name. A passkey is good there and nowhere else. */
  readonly id: string
  readonly origin: string
}

/** Undefined where browsers make no passkeys: without https, and for a host without a name. */
export function passkeySite({
  isSecure,
  hostname,
  origin
}: Pick<Site, 'isSecure' | 'hostname' | 'origin'>): PasskeySite | undefined {
  const isKnown = isSecure || hostname === 'localhost'
  return isKnown && isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? { id: hostname, origin } : undefined
}

/** Loaded when the first passkey is asked for: it takes 10 MB. */
const passkeyLibrary = () => import('@simplewebauthn/server')

/** What a browser is asked, and the challenge in it. */
export interface Ceremony {
  readonly options: string
  readonly challenge: string
}

export async function askToCreate(
  site: PasskeySite,
  owner: { id: string; address: string; name: string; door: string; known: readonly Passkey[] }
): Promise<Ceremony> {
  const { generateRegistrationOptions } = await passkeyLibrary()
  const options = await generateRegistrationOptions({
    rpID: site.id,
    rpName: owner.door,
    userID: new TextEncoder().encode(owner.id),
    userName: owner.address,
    userDisplayName: owner.name,
    attestationType: 'none',
    excludeCredentials: owner.known.map(named),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' }
  })
  return { options: JSON.stringify(options), challenge: options.challenge }
}

export async function askToShow(site: PasskeySite, known: readonly Passkey[]): Promise<Ceremony> {
  const { generateAuthenticationOptions } = await passkeyLibrary()
  const options = await generateAuthenticationOptions({
    rpID: site.id,
    allowCredentials: known.map(named),
    userVerification: 'required'
  })
  return { options: JSON.stringify(options), challenge: options.challenge }
}

function named({ credentialId: id, transports }: Passkey): { id: string; transports: AuthenticatorTransport[] } {
  return { id, transports: transports as AuthenticatorTransport[] }
}

const text = z.string().max(10_000)

/** As much of an answer as has to be there before it is read closely. */
const created = z.object({
  id: text,
  rawId: text,
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: text, attestationObject: text, transports: z.array(text).max(10).optional() })
})
const shown = z.object({
  id: text,
  rawId: text,
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: text, authenticatorData: text, signature: text })
})

/** The new passkey of an answer; undefined when it doesn't answer this challenge of ours. */
export async function createdPasskey(
  site: PasskeySite,
  challenge: string,
  answer: string
): Promise<Passkey | undefined> {
  const response = answerIn(created, answer)
  if (!response) return undefined
  const { verifyRegistrationResponse } = await passkeyLibrary()
  const { registrationInfo } = await orNothing(() =>
    verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true
    })
  )
  if (!registrationInfo) return undefined
  const { id, publicKey, counter } = registrationInfo.credential
  const transports = response.response.transports ?? []
  const key = Buffer.from(publicKey).toString('base64url')
  return { site: site.id, credentialId: id, publicKey: key, transports, counter }
}

/** Which of `known` an answer shows, and what it has counted to; undefined for any other, and for one that is older than the last. */
export async function shownPasskey<P extends Passkey>(
  site: PasskeySite,
  challenge: string,
  answer: string,
  known: readonly P[]
): Promise<{ passkey: P; counter: number } | undefined> {
  const response = answerIn(shown, answer)
  const passkey = known.find(({ credentialId }) => credentialId === response?.id)
  if (!response || !passkey) return undefined
  const { verifyAuthenticationResponse } = await passkeyLibrary()
  const { authenticationInfo } = await orNothing(() =>
    verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')),
        counter: passkey.counter
      }
    })
  )
  return authenticationInfo && { passkey, counter: authenticationInfo.newCounter }
}

function answerIn<S extends z.ZodType>(schema: S, answer: string): z.infer<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(answer)).data
  } catch {
    return undefined
  }
}

/** The library throws for an answer that is wrong in any way. */
async function orNothing<I extends object>(
  verify: () => Promise<{ verified: boolean } & I>
): Promise<{ [K in keyof I]?: I[K] }> {
  try {
    const { verified, ...info } = await verify()
    return verified ? (info as unknown as I) : {}
  } catch {
    return {}
  }
}
