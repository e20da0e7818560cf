/** Identity: one sign-in for everybody from outside. What a door (a portal, the external users' pages) needs of it. */
import type { RequestHandler, Router, Request, Response } from 'express'
import type { Knex } from 'knex'
import type { Viewer, Person } from '../access/viewer.js'
import type { Locale } from '../host/catalog.js'
import type { Formats } from '../host/host.js'
import type { Message } from '../mail/mail.js'
import type { MailOrder } from '../mail/write-mail.js'
import type { DraftLink, LinkOrder } from './one-time-link.js'
import type { AddressChange, Leaving } from './readdress.js'

export { createIdentity, type OwnIdentity } from './create-identity.js'

/** Where people come in: a portal, or the external users' pages. Sessions are bound to the audience (A33, A52). */
export interface Door {
  /** `portal:<id>` or `external`. */
  readonly audience: string
  /** Path under which the door's pages are mounted, without a trailing slash: `/portal/acme`. */
  readonly base: string
  /** Where people reach it from outside, without a slash at its end: the configured address of the site a visitor stands at, or the one
   *  that its people are told. Links in mails begin with it; it never comes from a header. */
  readonly address: string
  /** Shown on the sign-in page. */
  readonly name: string
  readonly locale: Locale
  /** Who this identity is behind this door, or undefined when it may not come in (unknown, invited, deactivated). */
  admit(identityId: string): Promise<Person | undefined>
  /** An invitation was accepted and the password is set: the person is confirmed. */
  accepted(identityId: string): Promise<void>
  /** The path (below `base`) of the first page after sign-in. */
  home(viewer: Viewer): Promise<string>
  /** Whether people sign in here by phone number too (Z18); absent: never. */
  takesNumbers?(): Promise<boolean>
  /** People sign in here by a login name too (T03); absent: never. */
  readonly takesNames?: boolean
  /** The e-mail address of somebody who signs in by a login name, for a new password; undefined when he has none. */
  mailboxOf?(identityId: string): Promise<string | undefined>
  /** A sentence that always stands on the sign-in page. */
  readonly note?: string
  /** Writes a mail to one of its people in words of its own; doors without it have Portico's (Z17). */
  readonly mail?: (order: DoorMail) => Promise<Message>
  /** Doors behind which an address can change (Z20). */
  readonly newAddresses?: NewAddresses
}

export interface DoorMail extends MailOrder {
  readonly template: 'password-reset'
  readonly identityId: string
  readonly link: string
}

/** Addresses that were changed and are confirmed by their owners, with the button behind a link in a mail (Z20). */
export interface NewAddresses {
  /** The address this identity is to confirm here; undefined when there is none. */
  pending(identityId: string): Promise<PendingAddress | undefined>
  /** He confirmed it. Gives the identity by which he comes in from now on. @throws PorticoError when that can't be */
  confirm(identityId: string): Promise<string>
}

export interface PendingAddress {
  readonly name: string
  readonly address: string
}

export type ResolveDoor = (req: Request) => Promise<Door | undefined>

export interface Identity {
  /** Sign-in, sign-out, forgotten password, invitation, first sign-in (password, then preferences), profile; for the door the request names.
   *  Mounted below the door's base; a request without a door is a 404. `frame` prepares `res.locals.area` for the profile page, as for
   *  the door's other pages behind `requireViewer`; without it that page looks like the entrance. */
  pages(door: ResolveDoor, frame?: RequestHandler): Router
  /** Puts `req.viewer` there, or sends the visitor to the door's sign-in page. Checks status and epoch on every request (A24). */
  requireViewer(door: ResolveDoor): RequestHandler
  /** The other doors by which the person of this request may come in, for the account menu of his pages (`res.locals.area.user.doors`). */
  otherDoors(req: Request, res: Response): Promise<OtherDoor[]>
  /** The identity with this address, made (without a password) if there is none. Addresses compare in lower case. */
  enrol(
    person: { address: string; name: string; locale: Locale; timeZone: string; formats: Formats },
    trx?: Knex
  ): Promise<string>
  profile(identityId: string): Promise<Profile | undefined>
  /** The languages that people have chosen, or were invited in, by identity; at most 200 at once. */
  localesOf(identityIds: readonly string[], trx: Knex): Promise<ReadonlyMap<string, Locale>>
  /** A new one-time link (hash stored, `days` valid, one use); older ones of the same purpose and audience die. Gives the path below the door's base.
   *  `by` is the name of whoever invites, for the page of the invitation. */
  issueLink(
    link: { purpose: LinkPurpose; identityId: string; audience: string; days: number; by?: string },
    trx?: Knex
  ): Promise<string>
  /** The same for a message that is written before the transaction in which the link begins to work. */
  draftLink(link: LinkOrder): DraftLink & { readonly path: string }
  /** Another address for somebody who signs in with `identityId`; gives the identity by which he does from now on. */
  readdress(change: AddressChange, trx: Knex): Promise<string>
  /** Leaves the address to whoever has proven it; gives the identity of those who leave. */
  vacate(leaving: Leaving, trx: Knex): Promise<string>
  /** Nobody signs in with it any more: it is deleted, with its password and preferences. */
  forget(identityId: string, trx: Knex): Promise<void>
  /** Ends all sessions, links and codes of the identity at one door (`audience`), at once. */
  revoke(identityId: string, audience: string, trx?: Knex): Promise<void>
}

/** Another door of somebody who is signed in: a form posts to `url`, and he is there. */
export interface OtherDoor {
  readonly name: string
  readonly url: string
  /** Its host name, where that is another one and knows nothing of this session: a link leads to `url`, and he signs in there. */
  readonly host: string | undefined
}

export type LinkPurpose = 'invitation' | 'password-reset' | 'confirmation'

export interface Profile {
  readonly id: string
  /** What he signs in with: an e-mail address in lower case, a phone number as E.164 (`+4930123456`) (Z18), or a login name (T03). */
  readonly address: string
  readonly name: string
  readonly hasPassword: boolean
  readonly locale: Locale
  readonly timeZone: string
  readonly country: string | undefined
  readonly formats: Formats
}

declare module 'express-serve-static-core' {
  interface Request {
    /** Set by `requireViewer`; handlers behind it may rely on it. */
    viewer: Viewer
    /** The language this page is rendered in. */
    locale: Locale
  }
}
