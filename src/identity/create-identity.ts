/** Puts identity together. */
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { createAudit } from '../audit/audit.js'
import type { Kernel } from '../access/kernel.js'
import type { Config } from '../config.js'
import { Invalid, NotFound } from '../errors.js'
import type { Mail } from '../mail/mail.js'
import type { Sms } from '../sms/sms.js'
import { approvedSms } from '../sms/templates.js'
import type { OtherSites } from '../web/mount.js'
import { requireViewer } from './admission.js'
import { createAttempts, type Attempts } from './attempts.js'
import { otherDoors } from './crossing.js'
import { createEpochs } from './epoch.js'
import { factorPhoneIn, factorsOf, type Factors } from './factors/administration.js'
import { factorAudience } from './factors/factor-pages.js'
import { createRecoveryCodes } from './factors/recovery-codes.js'
import { createSecondFactors, forgetFactors } from './factors/second-factors.js'
import type { Identity, LinkPurpose } from './identity.js'
import { freeLoginNames, takeLoginName, type NewLogin } from './login-name.js'
import { createLinks } from './one-time-link.js'
import { identityPages } from './pages.js'
import { noticeOf, type Notice, type Tell } from './notices.js'
import type { Parts } from './parts.js'
import { createPasswords, judge, type Owner, type Passwords } from './password.js'
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
  /** Default: nobody has more than one door. */
  readonly doorsOf?: Parts['doorsOf']
  /** Where people reach us beside the public address; default: nowhere. */
  readonly sites?: OtherSites
  readonly now?: () => number
  readonly passwords?: Passwords
  readonly attempts?: Attempts
}

/** Identity, with what staff may do for a person (T03) and the demonstration's seed needs. */
export interface OwnIdentity extends Identity {
  /** Sets a password for him, as staff do; his sessions end. @throws Invalid with an error for `password` when it is easy to guess. */
  setPassword(identityId: string, password: string): Promise<void>
  /** A password that staff set for somebody new, for `takeLoginName`; takes long, so it belongs before a transaction.
   *  @throws Invalid with an error for `password` when it is easy to guess. */
  hashedPassword(password: string, owner: Owner): Promise<string>
  /** An identity with a login name instead of an address; undefined when somebody has that name already (T03). */
  takeLoginName(person: NewLogin, trx: Knex): Promise<string | undefined>
  /** Names like this one that nobody has, at most three. */
  freeLoginNames(name: string): Promise<string[]>
  /** Sets what he would choose on his first sign-in, so that he isn't asked. */
  prefer(identityId: string, preferences: Preferences): Promise<void>
  /** What protects his sign-in besides the password, for administrators (T04). Whoever changes it notes that in the audit list himself. */
  factorsOf(identityId: string): Promise<Factors | undefined>
  /** At his next sign-in he chooses a new password before anything else opens; what he has open now stays open. */
  forcePasswordChange(identityId: string, trx: Knex): Promise<void>
  /** He need not any more. */
  waivePasswordChange(identityId: string, trx: Knex): Promise<void>
  /** A number for codes of a second factor, as `setFactorPhone` takes it; asks the database, so it belongs before a transaction.
   *  @throws Invalid with an error for `phone`: no number, or no text for such codes is approved, which would lock him out */
  factorPhoneIn(typed: string): Promise<string>
  /** Codes go there from now on, and his sessions end everywhere; undefined: they are no longer sent. */
  setFactorPhone(identityId: string, number: string | undefined, trx: Knex): Promise<void>
  /** Removes apps, passkeys, recovery codes and the number: he signs in with his password alone. His sessions end everywhere. */
  resetFactors(identityId: string, trx: Knex): Promise<void>
  /** A mail that tells him what an administrator does about his sign-in: written before the transaction, queued in it. */
  noticeOf(notice: Notice): Promise<Tell>
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
    otherDoors: (req, res) => otherDoors(parts, req, res),
    enrol: (person, trx) => profiles.enrol(person, trx),
    async profile(identityId) {
      const identity = await profiles.find(identityId)
      if (!identity) return undefined
      const { id, address, name, hasPassword, locale, timeZone, country, formats } = identity
      return { id, address, name, hasPassword, locale, timeZone, country, formats }
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
      await trx('portico_sign_in_codes')
        .where({ identity_id: identityId })
        .whereIn('audience', [audience, factorAudience(audience)])
        .delete()
    },
    setPassword: (identityId, password) => setPassword(parts, identityId, password),
    hashedPassword: (password, owner) => hashedPassword(parts, password, owner),
    takeLoginName: (person, trx) => takeLoginName(trx, person, parts.now()),
    freeLoginNames: (name) => freeLoginNames(options.db, name),
    prefer: (identityId, preferences) => profiles.prefer(identityId, preferences),
    factorsOf: (identityId) => factorsOf(parts, identityId),
    forcePasswordChange: (identityId, trx) => change(trx, identityId, { must_change_password: 1 }),
    waivePasswordChange: (identityId, trx) => change(trx, identityId, { must_change_password: 0 }),
    factorPhoneIn: (typed) => factorPhoneIn(parts, typed),
    async setFactorPhone(identityId, number, trx) {
      await change(trx, identityId, { factor_phone: number ?? null })
      await epochs.raiseEverywhere(identityId, trx)
    },
    async resetFactors(identityId, trx) {
      await forgetFactors(trx, identityId)
      await change(trx, identityId, { factor_phone: null })
      await epochs.raiseEverywhere(identityId, trx)
    },
    noticeOf: (notice) => noticeOf(parts, notice)
  }
}

async function change(trx: Knex, id: string, values: Record<string, string | number | null>): Promise<void> {
  await trx('portico_identities').where({ id }).update(values)
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
    attempts = createAttempts(db),
    doorsOf = async () => [],
    sites = async () => []
  } = options
  const profiles = createProfiles(db, now, config.phoneCountry)
  const checkPassword = createPasswordCheck(profiles, passwords)
  const session = sessions({ db, config, log })
  return {
    db,
    config,
    kernel,
    mail,
    sms,
    audit: createAudit(db, now),
    approvedSms: (kind, wanted) => approvedSms({ db, config, sites }, kind, wanted),
    now,
    profiles,
    epochs: createEpochs(db),
    links: createLinks(db, now),
    codes: createCodes(db, config.secret, now),
    factors: createSecondFactors(db, config, now),
    recovery: createRecoveryCodes(db, config.secret, now),
    doorsOf,
    passwords,
    attempts,
    checkPassword,
    session
  }
}

async function setPassword({ profiles, passwords, links }: Parts, identityId: string, password: string): Promise<void> {
  const identity = await profiles.find(identityId)
  if (!identity) throw new NotFound()
  await profiles.setPassword(identityId, await hashedPassword({ passwords }, password, identity), 'staff')
  await links.endResets(identityId)
}

async function hashedPassword(
  { passwords }: Pick<Parts, 'passwords'>,
  password: string,
  owner: Owner
): Promise<string> {
  const { error } = judge(password, owner)
  if (error) throw new Invalid({ password: error })
  return passwords.hash(password)
}
