/** Mails that tell somebody what was done about his sign-in, so that he notices when it was not he who did it (A34, A35). */
import type { Knex } from 'knex'
import { isPhoneNumber } from '../phone-number.js'
import { writeMail, type NoticeMail } from '../mail/write-mail.js'
import type { Door } from './identity.js'
import { isLoginName } from './login-name.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'

/** Queues the mail, in the transaction of what it tells. */
export type Tell = (trx: Knex) => Promise<void>

export interface Notice {
  readonly identityId: string
  /** The door whose mailbox it goes to, and which it leads to. */
  readonly audience: string
  /** As queued mails name whom they are about. */
  readonly about: string
  readonly what: NoticeMail
}

/** Writes the mail before the transaction; tells nothing to whom no mail reaches. */
export async function noticeOf(parts: Parts, { identityId, audience, about, what }: Notice): Promise<Tell> {
  const identity = await parts.profiles.find(identityId)
  const doors = identity ? await parts.doorsOf(identity.id, identity.locale) : []
  const door = doors.find((one) => one.audience === audience)
  const mailbox = identity && door ? await mailboxAt(door, identity) : undefined
  if (!identity || !door || mailbox === undefined) return async () => undefined
  const message = await writeMail({
    template: what,
    locale: identity.locale,
    to: { name: identity.name, address: mailbox },
    args: { door: door.name },
    link: `${door.address}/`,
    about
  })
  return async (trx) => void (await parts.mail.send(message, trx))
}

/** His e-mail address, or the one that the door knows of who signs in by a login name; never a login name or a number. */
export async function mailboxAt(door: Door, { id, address }: StoredIdentity): Promise<string | undefined> {
  if (isPhoneNumber(address)) return undefined
  return isLoginName(address) ? door.mailboxOf?.(id) : address
}
