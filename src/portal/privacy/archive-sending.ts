/** Handing an archive over: to the person whose request was granted, or to staff who are to decide; noted before its first byte. */
import type { Response } from 'express'
import type { AuditEntry } from '../../audit/audit.js'
import type { Context } from '../../context.js'
import { momentAt } from '../../db/moment.js'
import { NotFound, PorticoError } from '../../errors.js'
import { sendFile } from '../../web/downloads.js'
import { portalUsersWhere } from '../people/portal-users.js'
import { archiveOf } from './archive.js'
import { holdingOf } from './holding.js'
import { requestSubject, type PrivacyRequest } from './requests.js'

export interface Recipient {
  readonly actor: AuditEntry['actor']
  mayHave(module: string, recordId: string): Promise<boolean>
  /** Asked while it is on its way; without it, he keeps it. */
  readonly stillAllowed?: () => Promise<boolean>
}

/** Who is taking one just now: it is work for minutes where much is held. */
const taking = new Set<string>()

/** One at a time for each who takes them. @throws PorticoError (429) for a second one, NotFound */
export async function sendArchive(
  context: Context,
  res: Response,
  request: PrivacyRequest,
  recipient: Recipient
): Promise<void> {
  const { kind, id } = recipient.actor
  const who = `${kind}:${id}`
  if (taking.has(who)) throw new PorticoError('privacy:problem.underWay', { status: 429 })
  taking.add(who)
  try {
    await send(context, res, request, recipient)
  } finally {
    taking.delete(who)
  }
}

/** It is written in the language and the time of the person, whoever takes it. @throws NotFound for a request whose portal user is gone. */
async function send(
  context: Context,
  res: Response,
  request: PrivacyRequest,
  { actor, mayHave, stillAllowed }: Recipient
): Promise<void> {
  const [requester] = await portalUsersWhere(context.db, { id: request.portalUserId })
  const profile = requester?.identityId ? await context.identity.profile(requester.identityId) : undefined
  if (!requester || !profile) throw new NotFound()
  const { module, recordId } = request
  const isOneself = module === '' || (requester.module === module && requester.recordId === recordId)
  const subject = { module, recordId, name: request.subject, isOneself }
  const reader = { locale: profile.locale, reader: profile, mayHave }
  const holding = await holdingOf(context, subject, requester, reader)
  await context.audit.note({ actor, action: 'privacy.downloaded', subject: requestSubject(request) })
  const name = `portico-${momentAt(context.now()).slice(0, 10)}.zip`
  await sendFile(res, { id: request.id, name, type: 'application/zip', size: 0 }, archiveOf(holding), stillAllowed)
}
