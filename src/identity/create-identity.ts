/** Puts identity together. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { Kernel } from '../access/kernel.js'
import type { Config } from '../config.js'
import { Invalid, NotFound } from '../errors.js'
import type { Mail } from '../mail/mail.js'
import type { Sms } from '../sms/sms.js'
import { approvedSms } from '../sms/templates.js'
import { requireViewer } from './admission.js'
import { createAttempts, type Attempts } from './attempts.js'
import { createEpochs } from './epoch.js'
import type { Identity, LinkPurpose } from './identity.js'
import { createLinks } from './one-time-link.js'
import { identityPages } from './pages.js'
import type { Parts } from './parts.js'
import { createPasswords, judge, type Passwords } from './password.js'
import { createProfiles, type Preferences } from './profiles.js'
import { forget, readdress, vacate } from './readdress.js'
import { sessions } from './session.js'
import { createPasswordCheck } from './sign-in.js'
import { createCodes } from './sign-in-code.js'

export interface IdentityOptions {
  readonly db: Knex
  readonly kernel: Kernel
  readonly mail: Mail
  readonly sms: Sms
  readonly config: Pick<Config, 'publicUrl' | 'secret' | 'phoneCountry'>
  readonly log: Logger
  readonly now?: () => number
  readonly passwords?: Passwords
  readonly attempts?: Attempts
}

/** Identity, with what staff may do for a person (T03) and the demonstration's seed needs. */
export interface OwnIdentity extends Identity {
  /** Sets a password for him; his sessions end. @throws Invalid with an error for `password` when it is easy to guess. */
  setPassword(identityId: string, password: string): Promise<void>
  /** Sets what he would choose on his first sign-in, so that he isn't asked. */
  prefer(identityId: string, preferences: Preferences): Promise<void>
}

const pathOfPurpose: Record<LinkPurpose, string> = {
  invitation: '/invitation',
  'password-reset': '/reset',
  confirmation: '/confirmation'
}

export function createIdentity(options: IdentityOptions): OwnIdentity {
  const parts = makeParts(options)
  const { profiles, epochs, links } = parts
  return {
    pages: (door, frame) => identityPages(parts, door, frame),
    requireViewer: (door) => requireViewer(parts, door),
    enrol: (person, trx) => profiles.enrol(person, trx),
    async profile(identityId) {
      const identity = await profiles.find(identityId)
      if (!identity) return undefined
      const { passwordHash: _hash, isWelcomed: _isWelcomed, hasCarriedPassword: _isCarried, ...profile } = identity
      return profile
    },
    localesOf: (ids, trx) => profiles.localesOf(ids, trx),
    async issueLink(link, trx) {
      return `${pathOfPurpose[link.purpose]}/${await links.issue(link, trx)}`
    },
    draftLink(link) {
      const draft = links.draft(link)
      return { ...draft, path: `${pathOfPurpose[link.purpose]}/${draft.token}` }
    },
    readdress,
    vacate,
    forget: (identityId, trx) => forget(trx, identityId),
    async revoke(identityId, audience, trx = options.db) {
      await epochs.raise(identityId, audience, trx)
      await links.end(identityId, audience, trx)
      await trx('portico_sign_in_codes').where({ identity_id: identityId, audience }).delete()
    },
    setPassword: (identityId, password) => setPassword(parts, identityId, password),
    prefer: (identityId, preferences) => profiles.prefer(identityId, preferences)
  }
}

function makeParts(options: IdentityOptions): Parts {
  const {
    db,
    kernel,
    mail,
    sms,
    config,
    log,
    now = Date.now,
    passwords = createPasswords(),
    attempts = createAttempts(db)
  } = options
  const profiles = createProfiles(db, now, config.phoneCountry)
  const checkPassword = createPasswordCheck(profiles, passwords)
  const session = sessions({ db, config, log })
  return {
    config,
    kernel,
    mail,
    sms,
    approvedSms: (kind, wanted) => approvedSms({ db, config }, kind, wanted),
    now,
    profiles,
    epochs: createEpochs(db),
    links: createLinks(db, now),
    codes: createCodes(db, config.secret, now),
    passwords,
    attempts,
    checkPassword,
    session
  }
}

async function setPassword({ profiles, passwords, links }: Parts, identityId: string, password: string): Promise<void> {
  const identity = await profiles.find(identityId)
  if (!identity) throw new NotFound()
  const { error } = judge(password, identity)
  if (error) throw new Invalid({ password: error })
  await profiles.setPassword(identityId, await passwords.hash(password))
  await links.endResets(identityId)
}
