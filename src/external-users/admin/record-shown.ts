/** The rights of one record as its page shows them: what is said of each right, and what comes of it for each person. */
import type { Request } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import type { Again } from '../../web/submit.js'
import { externalUsers, type ExternalUser } from '../external-users.js'
import { everybody, rights, rightsAt, rightsStamp, saidOf, type RecordRights } from '../object-rights.js'
import type { ProjectWorld } from '../project-settings.js'
import {
  hasResponsible,
  mostPeople,
  outcomeFor,
  peopleOf,
  projectIdsOf,
  withOthers,
  type PlaceInWorld
} from '../record-people.js'
import type { RecordAt } from '../record-rights.js'
import { responsibleAt } from '../responsible.js'

export interface ShownPeople {
  /** Everybody the record concerns, those whom the CRM hides among them. */
  readonly all: readonly ExternalUser[]
  /** Those whom the CRM shows. */
  readonly seen: readonly ExternalUser[]
  /** The group and all who are seen. */
  readonly grantees: readonly string[]
  readonly responsible: readonly string[]
  readonly hiddenResponsible: readonly string[]
  /** Who can be made responsible. */
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  /** There are more members than the page has room for. */
  readonly isCut: boolean
}

/** The members of its projects, and whoever has rights or is responsible without being one. */
export async function shownPeople(
  context: Context,
  req: Request,
  { world, place, id }: { world: ProjectWorld; place: PlaceInWorld; id: string }
): Promise<ShownPeople> {
  const members = await peopleOf(context, world, await projectIdsOf(context, world, place, id))
  const said = await rightsAt(context.db, place.module.name, id)
  const responsible = hasResponsible(place) ? await responsibleAt(context.db, place.module.name, id) : []
  const named = [...said.keys(), ...responsible].filter((one) => one !== everybody)
  const all = await withOthers(context, members, [...new Set(named)])
  const hidden = await hiddenAmong(context.kernel, req.staff, all)
  const seen = all.filter((user) => !hidden.has(user.id))
  const eligible = members.length > 0 || !hasResponsible(place) ? seen : await anybody(context, req, seen)
  return {
    all,
    seen,
    grantees: [everybody, ...seen.map((user) => user.id)],
    responsible,
    hiddenResponsible: responsible.filter((one) => hidden.has(one)),
    choices: eligible.map((user) => ({ value: user.id, label: nameOf(user, eligible) })),
    isCut: members.length >= mostPeople
  }
}

/** For what belongs to no project anybody can be responsible. */
async function anybody(context: Context, req: Request, seen: readonly ExternalUser[]): Promise<ExternalUser[]> {
  const users = await externalUsers(context.db, { skip: 0, limit: mostPeople })
  const hidden = await hiddenAmong(context.kernel, req.staff, users)
  const others = users.filter((user) => !hidden.has(user.id) && !seen.some((one) => one.id === user.id))
  return [...seen, ...others.filter((user) => user.status !== 'deactivated')]
}

/** Where several have one name, as the logins of one contact do, the login tells which is meant. */
function nameOf({ name, login }: ExternalUser, among: readonly ExternalUser[]): string {
  return among.filter((one) => one.name === name).length > 1 ? `${name} (${login})` : name
}

interface Shown {
  readonly stamp: string
  readonly rows: readonly Record<string, unknown>[]
}

/** A row for the group and for each person; what was typed comes again. */
export async function shownRights(
  context: Context,
  req: Request,
  ask: { at: RecordAt; place: PlaceInWorld; people: ShownPeople; again: Again | undefined }
): Promise<Shown> {
  const t = context.t(req.locale)
  const { at, people, again } = ask
  const said = await rightsAt(context.db, at.module, at.id)
  const cells = cellsOf(t, said, again)
  const group = { id: everybody, name: t('guests-admin:rights.group'), isGroup: true, cells: cells(everybody) }
  const persons = []
  for (const user of people.seen)
    persons.push({
      id: user.id,
      name: nameOf(user, people.seen),
      status: user.status,
      cells: cells(user.id),
      outcome: t(`guests-admin:outcome.${await outcomeFor(context, user, at)}`),
      reasons: [
        ...(people.responsible.includes(user.id) ? [t('guests-admin:said.responsible')] : []),
        ...reasonsOf(t, said, user)
      ]
    })
  return {
    stamp: again ? String(again.typed['stamp'] ?? rightsStamp(said)) : rightsStamp(said),
    rows: [group, ...persons]
  }
}

type Cells = (grantee: string) => readonly Record<string, unknown>[]

function cellsOf(t: Translate, said: RecordRights, again: Again | undefined): Cells {
  return (grantee) =>
    rights.map((right) => ({
      name: `${right}-${grantee}`,
      label: t(`guests-admin:right.${right}`),
      value: again?.typed[`${right}-${grantee}`] ?? said.get(grantee)?.[right] ?? ''
    }))
}

/** One line for each right of which something is said. */
function reasonsOf(t: Translate, said: RecordRights, user: ExternalUser): string[] {
  return rights.flatMap((right) => {
    const one = saidOf(said, user.id, right)
    return one ? [t(`guests-admin:said.${right}.${one.effect}.${one.to}`, { name: user.name })] : []
  })
}
