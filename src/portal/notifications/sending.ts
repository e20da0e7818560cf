/** The job that makes mails of what waits: one mail for each person, of what he may know at this moment. */
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { NotFound } from '../../errors.js'
import { viewerFor } from '../../access/viewer.js'
import type { Message } from '../../mail/mail.js'
import { describe } from '../../web/errors.js'
import { configuration } from '../configuration.js'
import { noRecord, portalUserById, type PortalUser } from '../people/portal-users.js'
import { personOf } from '../portals/door.js'
import { mayBeWrittenTo } from '../privacy/processing.js'
import { newsFor } from './news.js'
import { notificationMail } from './notification-mail.js'
import { preferencesOf } from './preferences.js'
import { dueUsers, postpone, take, waitingFor, type Waiting } from './waiting.js'

const peoplePerRun = 200
const pauseAfterFailure = 10 * 60_000

/** Makes the mails that are due, and hands them to the outbox. */
export async function sendNotifications(context: Context): Promise<void> {
  for (const id of await dueUsers(context.db, context.now(), peoplePerRun)) await sendTo(context, id)
}

/** What goes wrong with one person keeps nobody else's mail. */
async function sendTo(context: Context, portalUserId: string): Promise<void> {
  const waiting = await waitingFor(context.db, portalUserId)
  try {
    const message = await messageTo(context, portalUserId, waiting)
    await context.db.transaction(async (trx) => {
      await take(trx, waiting)
      if (message) await context.mail.send(message, trx)
    })
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return
    context.log.warn({ error: describe(error) }, 'a notification was not made; it is tried again')
    await postpone(context.db, portalUserId, context.now() + pauseAfterFailure)
  }
}

/** @returns undefined when there is nothing that he may be told. */
async function messageTo(
  context: Context,
  portalUserId: string,
  waiting: readonly Waiting[]
): Promise<Message | undefined> {
  const user = await userWith(context, portalUserId)
  const person = user && (await personOf(context, user.portalId, user))
  const portal = user && (await configuration(context.db)).portals.get(user.portalId)
  const address = await addressOf(context, user)
  if (!user || !person || !portal || address === undefined || !(await mayBeTold(context, user))) return undefined
  const wanted = (await preferencesOf(context.db, portalUserId))?.kinds ?? []
  const viewer = await viewerFor(context.kernel, person)
  const news = await newsFor(
    viewer,
    waiting.filter(({ kind }) => wanted.includes(kind))
  )
  return news.length === 0 ? undefined : notificationMail(context, { person, address, portal, news })
}

/** What is made into a mail and not taken by a server waits in the outbox: later than this it says nothing any more, for what he may see may
 *  have changed by then; it stands in the portal. */
const hoursToSend = 3

/** Whether a mail that was made may still go to him: he has access, wants such mails, and nothing forbids to write to him. */
export async function mayStillGo(context: Context, mail: { about: string; createdAt: string }): Promise<boolean> {
  if (mail.createdAt < momentAt(context.now() - hoursToSend * 60 * 60_000)) return false
  const user = await userWith(context, mail.about.replace(/^portal-user:/, ''))
  if (!user || !(await personOf(context, user.portalId, user)) || !(await mayBeTold(context, user))) return false
  return ((await preferencesOf(context.db, user.id))?.kinds ?? []).length > 0
}

async function userWith({ db }: Context, id: string): Promise<PortalUser | undefined> {
  try {
    return await portalUserById(db, id)
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** The one that was proven; somebody who signs in by a phone number has none. */
async function addressOf(context: Context, user: PortalUser | undefined): Promise<string | undefined> {
  if (!user?.identityId) return undefined
  const profile = await context.identity.profile(user.identityId)
  return profile?.address.includes('@') ? profile.address : undefined
}

/** The law, or he himself, may say that nothing is sent to him (Z29). */
async function mayBeTold(
  context: Context,
  { id, module = noRecord.module, recordId = id }: PortalUser
): Promise<boolean> {
  return (await mayBeWrittenTo(context, module, [recordId])).has(recordId)
}
