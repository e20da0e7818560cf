/** Tickets: EspoCRM's word, signed with the secret it shares with us, that this user of it stands before the door now. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import { z } from 'zod'
import { isDuplicate } from '../../db/collision.js'
import { momentAt } from '../../db/moment.js'
import { PorticoError } from '../../errors.js'
import { sameSitePath } from '../../web/return-path.js'

export interface Ticket {
  /** Id of EspoCRM's user, and of his session there (a row of `auth_token`). */
  readonly userId: string
  readonly session: string
  /** A path of ours, below the mount. */
  readonly to: string
}

/** Seconds by which EspoCRM's clock may be ahead of ours. */
const skew = 30
/** No ticket is good for longer, whatever it says; in seconds. */
const longest = 120
const longestText = 4096

const claims = z.object({
  sub: z.string().regex(/^[\w-]{1,36}$/),
  ses: z.string().regex(/^[\w-]{1,36}$/),
  to: z.string().regex(/^\/(?!\/)[\w\-./?=&%]*$/),
  iat: z.int(),
  exp: z.int(),
  jti: z.string().regex(/^[\w-]{8,64}$/)
})
type Claims = z.infer<typeof claims>

/** Takes a ticket, once. `now` is in milliseconds since 1970.
 *  @throws PorticoError 403 when it is not EspoCRM's or was used, 410 when it is too old, 503 when the clocks differ. */
export async function takeTicket(db: Knex, text: unknown, secret: string, now: number): Promise<Ticket> {
  const { sub, ses, to, iat, exp, jti } = claimsOf(text, secret)
  const path = sameSitePath(to)
  if (path === undefined || exp - iat > longest) throw invalid()
  const ahead = iat - Math.floor(now / 1000)
  if (ahead > skew) throw new PorticoError('start:ticket.clocks', { status: 503, args: { seconds: ahead } })
  if (exp * 1000 <= now) throw new PorticoError('start:ticket.expired', { status: 410 })
  await useUp(db, jti, exp)
  return { userId: sub, session: ses, to: path }
}

/** Forgets the tickets whose time is over: they are refused for that. */
export async function forgetTickets(db: Knex, now: number): Promise<void> {
  await db('portico_used_tickets').where('expires_at', '<', momentAt(now)).delete()
}

function invalid(cause?: unknown): PorticoError {
  return new PorticoError('start:ticket.invalid', { status: 403, cause })
}

/** @throws unless the secret's holder signed it, and it says what a ticket says. */
function claimsOf(text: unknown, secret: string): Claims {
  const [payload = '', signature = '', ...more] =
    typeof text === 'string' && text.length <= longestText ? text.split('.') : []
  if (secret === '' || payload === '' || more.length > 0 || !isSigned(payload, signature, secret)) throw invalid()
  try {
    return claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  } catch (cause) {
    throw invalid(cause)
  }
}

function isSigned(payload: string, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(`portico-ticket.${payload}`).digest()
  const given = Buffer.from(signature, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The key of the table decides between two that come at once, on whichever replica. */
async function useUp(db: Knex, id: string, exp: number): Promise<void> {
  try {
    await db('portico_used_tickets').insert({ id, expires_at: momentAt(exp * 1000) })
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause
    throw new PorticoError('start:ticket.used', { status: 403, cause })
  }
}
