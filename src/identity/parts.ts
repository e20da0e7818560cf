/** What identity's pages and guards are made of: put together once, in `createIdentity`. */
import type { RequestHandler } from 'express'
import type { Knex } from 'knex'
import type { Audit } from '../audit/audit.js'
import type { Kernel } from '../access/kernel.js'
import type { Config } from '../config.js'
import type { Locale } from '../host/catalog.js'
import type { Mail } from '../mail/mail.js'
import type { SmsKind } from '../sms/kinds.js'
import type { Sms } from '../sms/sms.js'
import type { WriteSms } from '../sms/templates.js'
import type { Attempts } from './attempts.js'
import type { Epochs } from './epoch.js'
import type { RecoveryCodes } from './factors/recovery-codes.js'
import type { SecondFactors } from './factors/second-factors.js'
import type { Door } from './identity.js'
import type { Links } from './one-time-link.js'
import type { Passwords } from './password.js'
import type { Profiles } from './profiles.js'
import type { CheckPassword } from './sign-in.js'
import type { Codes } from './sign-in-code.js'

export interface Parts {
  readonly db: Knex
  readonly config: Pick<Config, 'publicUrl' | 'secret' | 'phoneCountry'>
  readonly kernel: Kernel
  readonly mail: Mail
  readonly sms: Sms
  readonly audit: Audit
  /** How a text message is written; undefined while its text is not approved. */
  approvedSms(kind: SmsKind, wanted: readonly Locale[]): Promise<WriteSms | undefined>
  readonly now: () => number
  readonly profiles: Profiles
  readonly epochs: Epochs
  readonly links: Links
  readonly codes: Codes
  readonly factors: SecondFactors
  readonly recovery: RecoveryCodes
  /** The doors, of all modules that are on, at which somebody is known by this identity; whether one admits him has to be asked. */
  doorsOf(identityId: string, locale: Locale): Promise<Door[]>
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly checkPassword: CheckPassword
  readonly session: RequestHandler
}
