/** The members of a project as they are: who, at what rate, and as what (T03). */
import type { Knex } from 'knex'
import type { Context } from '../context.js'
import { NotFound } from '../errors.js'
import { externalUserById, membersOf, type ExternalUser } from './external-users.js'
import { keptRate } from './hourly-rate.js'
import { projectModuleName } from './project.js'
import { responsibilitiesIn, type Responsibility } from './responsibilities.js'

/** As many as a page shows. */
export const mostMembers = 500

export interface Member {
  readonly user: ExternalUser
  /** In hundredths. */
  readonly hourlyRate: number | undefined
  readonly responsibilities: readonly Responsibility[]
  /** Of the membership. */
  readonly revision: number
}

export interface MembershipRow {
  readonly person_id: string
  readonly hourly_rate: string | number | null
  readonly is_linked: number
  readonly revision: number
}

/** By name. */
export async function projectMembers(context: Context, projectId: string): Promise<Member[]> {
  const module = await projectModuleName(context)
  const users = await membersOf(context.db, module, projectId, mostMembers)
  const rows = await context
    .db<MembershipRow & { module: string; record_id: string }>('portico_memberships')
    .select('person_id', 'hourly_rate', 'revision')
    .where({ module, record_id: projectId })
  const byPerson = new Map(rows.map((row) => [row.person_id, row]))
  const doings = await responsibilitiesIn(context.db, { module, projectId })
  return users.flatMap((user) => {
    const row = byPerson.get(user.id)
    return row ? [memberOf(user, row, doings.get(user.id) ?? [])] : []
  })
}

/** @throws NotFound when he is no member */
export async function memberAt(context: Context, projectId: string, personId: string): Promise<Member> {
  const at = { module: await projectModuleName(context), record_id: projectId }
  const row = await context
    .db<MembershipRow & { module: string; record_id: string }>('portico_memberships')
    .first('hourly_rate', 'revision')
    .where({ ...at, person_id: personId })
  if (!row) throw new NotFound()
  const doings = await responsibilitiesIn(context.db, { module: at.module, projectId })
  return memberOf(await externalUserById(context.db, personId), row, doings.get(personId) ?? [])
}

function memberOf(
  user: ExternalUser,
  row: Pick<MembershipRow, 'hourly_rate' | 'revision'>,
  responsibilities: readonly Responsibility[]
): Member {
  return { user, hourlyRate: keptRate(row.hourly_rate), responsibilities, revision: Number(row.revision) }
}

/** What an hour costs, in hundredths, by person; of the members who have a rate. */
export async function ratesIn(db: Knex, module: string, projectId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db<MembershipRow & { module: string; record_id: string }>('portico_memberships')
    .select('person_id', 'hourly_rate')
    .where({ module, record_id: projectId })
    .whereNotNull('hourly_rate')
  return new Map(rows.map((row) => [row.person_id, keptRate(row.hourly_rate) ?? 0]))
}
