/** Who may read a project at all, beside being a member: the project's security, as far as it concerns external users (T01). */
import type { Knex } from 'knex'
import { staffActor } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { projects, projectTitle } from './project.js'

/** The group *External*: every external user is in it. */
export const everybody = 'external'

function groupRight(projectId: string): Record<string, string> {
  return { module: projects, record_id: projectId, grantee: everybody, right: 'read' }
}

export async function mayGroupRead(db: Knex, projectId: string): Promise<boolean> {
  const row = await db<{ effect: string }>('portico_object_rights').first('effect').where(groupRight(projectId))
  return row?.effect === 'allow'
}

/** Gives or takes the group's right to read a project; in force for the next request. @throws NotFound */
export async function letGroupRead(context: Context, projectId: string, may: boolean, by: Staff): Promise<void> {
  await projectTitle(context, projectId)
  await context.db.transaction(async (trx) => {
    const before = await mayGroupRead(trx, projectId)
    if (before === may) return
    await trx('portico_object_rights').where(groupRight(projectId)).delete()
    if (may) await trx('portico_object_rights').insert({ ...groupRight(projectId), effect: 'allow' })
    const change = { before: { externalUsersRead: before }, after: { externalUsersRead: may } }
    await context.audit.note(
      { actor: staffActor(by), action: 'project.security-changed', subject: `project:${projectId}`, ...change },
      trx
    )
  })
}
