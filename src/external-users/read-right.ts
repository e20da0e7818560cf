/** Who may read a project at all, beside being a member: the project's security, as far as it concerns external users (T01). */
import type { Knex } from 'knex'
import { staffActor } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { everybody } from './object-rights.js'
import { projectModuleName, projectTitle } from './project.js'

function groupRight(module: string, projectId: string): Record<string, string> {
  return { module, record_id: projectId, grantee: everybody, right: 'read' }
}

export async function mayGroupRead(db: Knex, module: string, projectId: string): Promise<boolean> {
  const row = await db<{ effect: string }>('portico_object_rights').first('effect').where(groupRight(module, projectId))
  return row?.effect === 'allow'
}

/** Gives or takes the group's right to read a project; in force for the next request. @throws NotFound */
export async function letGroupRead(context: Context, projectId: string, may: boolean, by: Staff): Promise<void> {
  await projectTitle(context, projectId)
  const module = await projectModuleName(context)
  await context.db.transaction(async (trx) => {
    const before = await mayGroupRead(trx, module, projectId)
    if (before === may) return
    await trx('portico_object_rights').where(groupRight(module, projectId)).delete()
    if (may) await trx('portico_object_rights').insert({ ...groupRight(module, projectId), effect: 'allow' })
    const change = { before: { externalUsersRead: before }, after: { externalUsersRead: may } }
    await context.audit.note(
      { actor: staffActor(by), action: 'project.security-changed', subject: `project:${projectId}`, ...change },
      trx
    )
  })
}
