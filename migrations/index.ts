/** Our migrations in their order. Each is one step, safe to run twice; the number of the last one is the schema's version. */
import type { Knex } from 'knex'
import * as configuration from './0001-configuration.js'
import * as identity from './0002-identity.js'
import * as mail from './0003-mail.js'
import * as portal from './0004-portal.js'
import * as sharing from './0005-sharing.js'
import * as externalUsers from './0006-external-users.js'
import * as besideAHost from './0007-beside-a-host.js'
import * as portalsComplete from './0008-portals-complete.js'
import * as portalPeople from './0009-portal-people.js'
import * as globalSharing from './0010-global-sharing.js'
import * as projectGuests from './0011-project-guests.js'
import * as mailboxes from './0012-mailboxes.js'
import * as formerRates from './0013-former-rates.js'
import * as addresses from './0014-addresses.js'

export interface Migration {
  readonly name: string
  up(db: Knex): Promise<void>
}

export const migrations: readonly Migration[] = [
  configuration,
  identity,
  mail,
  portal,
  sharing,
  externalUsers,
  besideAHost,
  portalsComplete,
  portalPeople,
  globalSharing,
  projectGuests,
  mailboxes,
  formerRates,
  addresses
]
