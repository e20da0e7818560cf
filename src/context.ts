/** What a module of ours works with: made once at start, handed to `register`. */
import type { Logger } from 'pino'
import type { Knex } from 'knex'
import type { Kernel } from './access/kernel.js'
import type { Audit } from './audit/audit.js'
import type { Config } from './config.js'
import type { OwnIdentity } from './identity/create-identity.js'
import type { Mail } from './mail/mail.js'
import type { Sms } from './sms/sms.js'
import type { Translate } from './web/locale.js'
import type { OtherSites } from './web/mount.js'
import type { Uploads } from './web/uploads.js'
import type { Locale } from './host/catalog.js'
import type { Host, Staff } from './host/host.js'
import type { MenuItem } from './hooks.js'

export interface Context {
  readonly config: Config
  readonly host: Host
  readonly db: Knex
  readonly kernel: Kernel
  readonly identity: OwnIdentity
  readonly mail: Mail
  readonly sms: Sms
  readonly uploads: Uploads
  readonly audit: Audit
  readonly log: Logger
  /** Where visitors reach us beside the public address. */
  readonly sites: OtherSites
  /** Milliseconds since 1970; tests set it. */
  readonly now: () => number
  /** The administrators' pages of the modules that are on, as far as this staff member may open them. */
  adminMenu(ask: { staff: Staff; locale: Locale }): Promise<MenuItem[]>
  /** A bound translation function. */
  readonly t: (locale: Locale) => Translate
}
