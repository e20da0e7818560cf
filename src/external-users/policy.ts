/** What an external user may do: read the projects he is a member of, while he has the right to and they have not ended (T01, T02, T05). */
import { all, any, compare, joined, oneOf, type Condition } from '../access/condition.js'
import type { Grant, ModulePolicy } from '../access/grant.js'
import { lookUp } from '../access/question.js'
import type { Person } from '../access/viewer.js'
import type { Context } from '../context.js'
import type { Catalog, Module } from '../host/catalog.js'
import { daysOnEarth, type DayOnEarth } from './days-on-earth.js'
import { endDate, projectModule, timeZone } from './project.js'
import { everybody } from './read-right.js'
import { releasedFields } from './released-fields.js'

/** Nothing for others, and for somebody whose contact is gone (A24). Asked anew for each request, so midnight counts at once. */
export async function policySource(context: Context, person: Person, catalog: Catalog): Promise<ModulePolicy[]> {
  const module = projectModule(catalog)
  if (person.kind !== 'external-user' || !module) return []
  const isThere = (await lookUp(context.kernel, person.module ?? '', person.recordId ?? '', [])) !== undefined
  if (!isThere) return []
  const { fields } = await releasedFields(context.db)
  return [projectPolicy({ module, personId: person.id, fields, now: context.now() })]
}

interface ProjectPolicyInput {
  readonly module: Module
  readonly personId: string
  /** The released fields; those the module no longer has are left out. */
  readonly fields: ReadonlySet<string>
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Rules: T01, T02, T05. */
function projectPolicy({ module, personId, fields, now }: ProjectPolicyInput): ModulePolicy {
  const isMember = joined('portico_memberships', { module: module.name, person_id: personId })
  const readBy = (id: string, grantee: string): Grant => ({
    id,
    actions: ['view', 'open'],
    when: all(
      isMember,
      joined('portico_object_rights', { module: module.name, grantee, right: 'read', effect: 'allow' })
    ),
    fields: [...fields].filter((name) => module.fields.has(name)),
    reason: { key: 'access:reason.member' }
  })
  return {
    module: module.name,
    grants: [readBy('group-right', everybody), readBy('own-right', personId)],
    restrictions: [{ id: 'ended', when: hasNotEnded(daysOnEarth(now)), reason: { key: 'access:reason.ended' } }]
  }
}

/** The end date is today or later where the project is; a project without one does not end. A time zone that nobody knows gets the latest
 *  date on earth, so its last day ends too early rather than too late. */
export function hasNotEnded([latest, ...earlier]: readonly DayOnEarth[]): Condition {
  if (!latest) throw new RangeError('There is always a day.')
  const isOpenThere = ({ date, zones }: DayOnEarth): Condition =>
    all(oneOf(timeZone, zones), compare(endDate, '≥', date))
  return any(compare(endDate, 'isEmpty'), compare(endDate, '≥', latest.date), ...earlier.map(isOpenThere))
}
