/** Saying what external users may do with a record, and who of them is responsible for it, as staff do it: noted, and nothing overwritten (T07). */
import { staffActor, ChangedMeanwhile } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import type { Staff } from '../host/host.js'
import { holdRights, rightsAt, rightsStamp, setRights, type RecordRights } from './object-rights.js'
import { responsibleAt, setResponsible } from './responsible.js'

export interface RecordAt {
  readonly module: string
  readonly id: string
}

/** A record in the audit list: a project by what it is there. */
export function rightsSubject({ module, id }: RecordAt, projectModule: string): string {
  return module === projectModule ? `project:${id}` : `record:${module}:${id}`
}

/** Says anew what these grantees may do with a record, if what the form showed still holds. @throws ChangedMeanwhile */
export async function changeRecordRights(
  context: Context,
  change: { readonly at: RecordAt; readonly stamp: string; readonly wanted: RecordRights; readonly subject: string },
  by: Staff
): Promise<void> {
  const { at, stamp, wanted, subject } = change
  await context.db.transaction(async (trx) => {
    await holdRights(trx)
    const before = await rightsAt(trx, at.module, at.id)
    if (rightsStamp(before) !== stamp) throw new ChangedMeanwhile()
    await setRights(trx, at.module, at.id, wanted)
    const after = await rightsAt(trx, at.module, at.id)
    if (rightsStamp(after) === stamp) return
    const action = subject.startsWith('project:') ? 'project.security-changed' : 'record.rights-changed'
    const told = { before: Object.fromEntries(before), after: Object.fromEntries(after) }
    await context.audit.note({ actor: staffActor(by), action, subject, ...told }, trx)
  })
}

/** Makes exactly these external users responsible, if those whom the form showed still are. @throws ChangedMeanwhile */
export async function changeResponsible(
  context: Context,
  change: { at: RecordAt; shown: readonly string[]; wanted: readonly string[]; subject: string },
  by: Staff
): Promise<void> {
  const { at, shown, wanted, subject } = change
  await context.db.transaction(async (trx) => {
    await holdRights(trx)
    const before = await responsibleAt(trx, at.module, at.id)
    if (!isSame(before, shown)) throw new ChangedMeanwhile()
    if (isSame(before, wanted)) return
    await setResponsible(trx, {
      module: at.module,
      recordId: at.id,
      people: wanted,
      by: by.id,
      now: context.now()
    })
    const told = { before: { responsible: before }, after: { responsible: wanted } }
    await context.audit.note({ actor: staffActor(by), action: 'record.responsible-changed', subject, ...told }, trx)
  })
}

export function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.toSorted().join() === others.toSorted().join()
}
