/** A change of somebody's own second factors: noted, told by mail, and at once the end of all his other sessions, or nothing of it
 *  (A34, A35). */
import type { Knex } from 'knex'
import type { Request } from 'express'
import { PorticoError } from '../../errors.js'
import type { NoticeMail } from '../../mail/write-mail.js'
import { liveSignIns, resume, standing } from '../admission.js'
import { noticeOf } from '../notices.js'
import type { DoorPage } from '../pages.js'
import type { Parts } from '../parts.js'
import type { StoredIdentity } from '../profiles.js'
import { needsFactor } from './ways.js'
import type { FactorKind } from './second-factors.js'

type At = Parameters<DoorPage>[0]

/** What the audit list and the mail say of it, without words of his. */
export interface Told {
  readonly action: 'second-factor.added' | 'second-factor.removed' | 'recovery-codes.renewed'
  readonly before?: { readonly kind: FactorKind }
  readonly after?: { readonly kind: FactorKind }
}

const mailOf: Record<Told['action'], NoticeMail> = {
  'second-factor.added': 'second-factor-added',
  'second-factor.removed': 'second-factor-removed',
  'recovery-codes.renewed': 'recovery-codes-renewed'
}

/** Does `act`, notes it and tells it, all in one transaction. Throws what `act` throws; nothing is changed then. */
export async function noteAndTell<T>({ parts, req }: At, told: Told, act: (trx: Knex) => Promise<T>): Promise<T> {
  const { kind, id, name } = req.viewer.person
  const about = `${kind}:${id}`
  const { identityId, audience } = standing(req)
  const tell = await noticeOf(parts, { identityId, audience, about, what: mailOf[told.action] })
  return parts.db.transaction(async (trx) => {
    const done = await act(trx)
    await parts.audit.note({ ...told, actor: { kind: 'outside', id, name }, subject: about }, trx)
    await tell(trx)
    return done
  })
}

/** The same for what ends his sessions everywhere; the one that did it goes on, under a new id. */
export async function changeFactors<T>(
  at: At,
  told: Told,
  { isFactored }: { isFactored?: true },
  act: (trx: Knex) => Promise<T>
): Promise<T> {
  const { parts, req } = at
  const { identityId } = standing(req)
  const open = await liveSignIns(parts, req)
  const done = await noteAndTell(at, told, async (trx) => {
    const result = await act(trx)
    await parts.epochs.raiseEverywhere(identityId, trx)
    return result
  })
  await resume(parts, req, isFactored ? open.map((one) => ({ ...one, isFactored })) : open)
  return done
}

/** Whoever has a second factor has shown it in this session before he changes any. @throws PorticoError (403) */
export async function mustHaveShownFactor(parts: Parts, req: Request, identity: StoredIdentity): Promise<void> {
  if (standing(req).isFactored || !(await needsFactor(parts, identity))) return
  throw new PorticoError('factors:problem.notShown', { status: 403 })
}
