/** The rights of one record as its page shows them: what is said of each right, and what comes of it for each person. */
import type { Request, Response } from 'express'
import { hiddenAmong } from '../../access/hidden.js'
import type { Context } from '../../context.js'
import type { Translate } from '../../web/locale.js'
import type { Again } from '../../web/submit.js'
import { closingFor } from '../closing.js'
import { externalUsers, type ExternalUser } from '../external-users.js'
import { rightsOfAll } from '../module-rights.js'
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
import { guestsUrl } from './frame.js'

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

/** The members of those of its projects that the CRM shows, and whoever has rights or is responsible without being one. */
export async function shownPeople(
  context: Context,
  req: Request,
  { world, place, id }: { world: ProjectWorld; place: PlaceInWorld; id: string }
): Promise<ShownPeople> {
  const projects = await projectIdsOf(context, world, place, id)
  const shown = await shownProjects(context, req, world, projects)
  const members = await peopleOf(context, world, shown)
  const said = await rightsAt(context.db, place.module.name, id)
  const responsible = hasResponsible(place) ? await responsibleAt(context.db, place.module.name, id) : []
  const named = [...said.keys(), ...responsible].filter((one) => one !== everybody)
  const all = await withOthers(context, members, [...new Set(named)])
  const hidden = await hiddenAmong(context.kernel, req.staff, all)
  const seen = all.filter((user) => !hidden.has(user.id))
  const isOfProjects = members.length > 0 || shown.length < projects.length
  const eligible = isOfProjects || !hasResponsible(place) ? seen : await anybody(context, req, seen)
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

/** Who may not see a project sees none of its members, wherever he comes from. */
async function shownProjects(
  context: Context,
  { staff }: Request,
  { module }: ProjectWorld,
  ids: readonly string[]
): Promise<string[]> {
  const allowed = await Promise.all(ids.map((id) => context.host.allows(staff, 'view', module.name, id)))
  return ids.filter((_, index) => allowed[index])
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
  ask: Asked & { res: Response; again: Again | undefined }
): Promise<Shown> {
  const t = context.t(req.locale)
  const { at, people, again } = ask
  const said = await rightsAt(context.db, at.module, at.id)
  const cells = cellsOf(t, said, again)
  const group = { id: everybody, name: t('guests-admin:rights.group'), isGroup: true, cells: cells(everybody) }
  const persons = []
  const facts = await factsAbout(context, req, ask)
  for (const user of people.seen)
    persons.push({
      id: user.id,
      name: nameOf(user, people.seen),
      status: user.status,
      cells: cells(user.id),
      outcome: t(`guests-admin:outcome.${await outcomeFor(context, user, at)}`),
      url: guestsUrl(ask.res, 'users', user.id),
      reasons: [
        ...(await facts(user)),
        ...(people.responsible.includes(user.id) ? [t('guests-admin:said.responsible')] : []),
        ...reasonsOf(t, said, user)
      ]
    })
  return {
    stamp: again ? String(again.typed['stamp'] ?? rightsStamp(said)) : rightsStamp(said),
    rows: [group, ...persons]
  }
}

interface Asked {
  readonly at: RecordAt
  readonly world: ProjectWorld
  readonly place: PlaceInWorld
  readonly people: ShownPeople
}

/** What besides the rights on the record decides: the account, the project, the module right. */
async function factsAbout(
  context: Context,
  req: Request,
  { at, world, place, people }: Asked
): Promise<(user: ExternalUser) => Promise<string[]>> {
  const t = context.t(req.locale)
  const projects = await shownProjects(context, req, world, await projectIdsOf(context, world, place, at.id))
  const rightsOf = await rightsOfAll(
    context.db,
    people.seen.map(({ id }) => id)
  )
  const kind = place.kind === 'folders' ? 'documents' : place.kind
  return async (user) => {
    if (user.status !== 'confirmed') return [t(`guests-admin:closing.${user.status}`)]
    const closed = await Promise.all(projects.map((id) => closingFor(context, world, user, id)))
    const [first] = closed
    const isShut = first !== undefined && !closed.includes('none')
    const shut = isShut && (kind !== 'project' || first === 'ended') ? [t(`guests-admin:closing.${first}`)] : []
    if (kind === 'project') return shut
    const answer = rightsOf.get(user.id)?.has(kind) ? 'yes' : 'no'
    return [...shut, t(`guests-admin:outcome.right.${answer}`, { kind: t(`external:kind.${kind}`) })]
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
