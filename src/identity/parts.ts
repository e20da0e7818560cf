/** What identity's pages and guards are made of: put together once, in `createIdentity`. */
import type { RequestHandler } from 'express'
import type { Kernel } from '../access/kernel.js'
import type { Config } from '../config.js'
import type { Mail } from '../mail/mail.js'
import type { Attempts } from './attempts.js'
import type { Epochs } from './epoch.js'
import type { Links } from './one-time-link.js'
import type { Passwords } from './password.js'
import type { Profiles } from './profiles.js'
import type { CheckPassword } from './sign-in.js'

export interface Parts {
  readonly config: Pick<Config, 'publicUrl' | 'secret'>
  readonly kernel: Kernel
  readonly mail: Mail
  readonly now: () => number
  readonly profiles: Profiles
  readonly epochs: Epochs
  readonly links: Links
  readonly passwords: Passwords
  readonly attempts: Attempts
  readonly checkPassword: CheckPassword
  readonly session: RequestHandler
}
