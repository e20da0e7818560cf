/** Portal users who aren't written to: processing was stopped, or they gave no consent (Z29, Z30). An invitation that is sent again and the
 *  mail that confirms a changed address wait until that ends; what they ask for themselves goes all the same. */
import type { Context } from '../../context.js'
import { silencesAmong, type Silence } from '../privacy/processing.js'
import { refusal } from './eligibility.js'
import { noRecord, type PortalUser } from './portal-users.js'

type Addressee = Pick<PortalUser, 'id' | 'module' | 'recordId' | 'status'>

/** Whoever came in before gave his address to come in by: to him a mail about it needs no consent, but it ends with a stop. */
export async function silenceOf(context: Context, user: Addressee): Promise<Silence | undefined> {
  const { id, module = noRecord.module, recordId = id, status } = user
  const silence = (await silencesAmong(context, module, [recordId])).get(recordId)
  return silence === 'noConsent' && status === 'suspended' ? undefined : silence
}

/** @throws PorticoError with the reason */
export async function mustBeWrittenTo(context: Context, user: Addressee): Promise<void> {
  const silence = await silenceOf(context, user)
  if (silence) throw refusal(silence)
}
