/** Mails that did not reach a portal user: noted on him, until he gets another address or a new invitation. */
import type { Knex } from 'knex'
import { momentAt } from '../../db/moment.js'
import type { Trouble } from '../../mail/mail.js'
import { subjectOf } from './portal-users.js'

/** Notes it (`troubleWords` of src/mail/mail-status.ts makes a sentence of it), unless he has another address by now. */
export async function noteMailProblem({ about, address, problem }: Trouble, at: number, trx: Knex): Promise<void> {
  const prefix = subjectOf({ id: '' })
  if (!about.startsWith(prefix)) return
  await trx('portico_portal_users')
    .where({ id: about.slice(prefix.length), address })
    .update({ mail_problem: problem, mail_problem_at: momentAt(at) })
}

/** What was noted counts no more: he is written to anew. */
export async function forgetMailProblem(trx: Knex, portalUserId: string): Promise<void> {
  await trx('portico_portal_users').where({ id: portalUserId }).update({ mail_problem: null, mail_problem_at: null })
}
