/** Where a link to a new password goes for somebody with a login name: to the address that staff gave him. What the CRM says today counts only
 *  when staff have confirmed it: many may edit a contact who may not open projects to anybody (T03, A31, A32). */
import { ChangedMeanwhile, staffActor } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { mailboxIn } from './door.js'
import { subjectOf, type ExternalUser } from './external-users.js'
import { mailFault } from './invitation.js'
import { contactAt } from './project.js'

export interface Mailbox {
  /** Where mail goes now; undefined where none goes. */
  readonly used: string | undefined
  /** The contact's address of today, where it waits to be confirmed. */
  readonly waiting: string | undefined
}

/** Of somebody who signs in with a login name. @throws NotFound when his contact is gone */
export async function mailboxAt(context: Context, user: ExternalUser): Promise<Mailbox> {
  const { address } = await contactAt(context, user.recordId)
  const now = (await mailFault(context, address)) ? undefined : mailboxIn(address)
  if (now === undefined) return { used: undefined, waiting: undefined }
  return now === user.mailbox ? { used: now, waiting: undefined } : { used: undefined, waiting: now }
}

/** Takes the contact's address of today, which must still be the one that was `shown`. @throws ChangedMeanwhile */
export async function confirmMailbox(context: Context, user: ExternalUser, shown: string, by: Staff): Promise<void> {
  const { waiting } = await mailboxAt(context, user)
  if (waiting === undefined || waiting !== shown || user.address !== '') throw new ChangedMeanwhile()
  await context.db.transaction(async (trx) => {
    const same = { id: user.id, revision: user.revision }
    const changed = await trx('portico_external_users')
      .where(same)
      .update({ mailbox: waiting })
      .increment('revision', 1)
    if (changed === 0) throw new ChangedMeanwhile()
    const entry = { action: 'external-user.mailbox-confirmed', actor: staffActor(by), subject: subjectOf(user) }
    await context.audit.note(entry, trx)
  })
}
