/** Who is responsible for an activity, as far as he may know: himself, and members of his projects whose names he sees (T06). */
import { ID, oneOf } from '../../access/condition.js'
import { records } from '../../access/records.js'
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import type { ExternalUser } from '../external-users.js'
import { holdRights } from '../object-rights.js'
import type { KnownPart } from '../project-settings.js'
import { peopleOf, placeOf, projectIdsOf } from '../record-people.js'
import { isSame, rightsSubject } from '../record-rights.js'
import { responsibleAt, setResponsible } from '../responsible.js'
import { ifHis } from './looked-up.js'
import { narrowedTo } from './narrowed.js'
import type { Room } from './room.js'

export interface People {
  /** Whom he may choose beside himself; none without the right to see members. */
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  /** Ids of all who are responsible now, those he doesn't see among them. */
  readonly now: readonly string[]
}

/** So many of his projects are looked through for people. */
const mostProjects = 50

/** For a new activity, or for one that there is. */
export async function peopleFor(room: Room, part: KnownPart, id?: string): Promise<People> {
  const now = id === undefined ? [] : await responsibleAt(room.context.db, part.module.name, id)
  const projects = await projectsFor(room, part, id)
  const users = await peopleOf(room.context, room.world, projects)
  const others = users.filter((user) => user.id !== room.viewer.person.id && user.status !== 'deactivated')
  return { choices: await namedOnes(room, others), now }
}

/** Those of the activity that are open to him; of one without a project all that are. */
async function projectsFor(room: Room, part: KnownPart, id?: string): Promise<string[]> {
  const { name } = room.world.module
  const { records: found } = await records(room.viewer).list(name, { limit: mostProjects, fields: [] })
  const open = found.map((project) => project.id)
  const place = placeOf(room.world, part.module.name)
  const own = id === undefined || !place ? [] : await projectIdsOf(room.context, room.world, place, id)
  return own.length === 0 ? open : open.filter((project) => own.includes(project))
}

/** As the members of the project are named to him; whose contact he doesn't see is left out. */
async function namedOnes({ viewer, world }: Room, users: readonly ExternalUser[]): Promise<People['choices']> {
  const module = world.parts.get('members')?.module
  if (!module || users.length === 0) return []
  const contacts = users.filter((user) => user.module === module.name).map(({ recordId }) => recordId)
  const door = records(narrowedTo(viewer, module.name, oneOf(ID, contacts)))
  const found = await ifHis(() => door.list(module.name, { limit: 200, fields: [module.title] }))
  const names = new Map(found?.records.map(({ id, title }) => [id, title]))
  return users.flatMap(({ id, recordId }) => {
    const label = names.get(recordId)
    return label ? [{ value: id, label }] : []
  })
}

/** Those of `ids` whom he sees and could choose. */
export function chosenOf({ choices }: People, ids: readonly string[]): string[] {
  return choices.map(({ value }) => value).filter((value) => ids.includes(value))
}

/** The names of who is responsible, his own first. */
export function namesOf({ t, viewer }: Room, people: People): string[] {
  const others = people.choices.filter(({ value }) => people.now.includes(value)).map(({ label }) => label)
  return [...(people.now.includes(viewer.person.id) ? [t('guest:people.you')] : []), ...others]
}

/** He himself, those chosen, and whoever is responsible already without his seeing it. @throws ChangedMeanwhile */
export async function keepPeople(
  { context, viewer, world }: Room,
  at: { readonly module: string; readonly id: string },
  people: People,
  chosen: readonly string[]
): Promise<void> {
  const { person } = viewer
  const hidden = people.now.filter((id) => !people.choices.some(({ value }) => value === id))
  const wanted = [...new Set([person.id, ...hidden, ...chosen])]
  if (isSame(people.now, wanted)) return
  await context.db.transaction(async (trx) => {
    await holdRights(trx)
    const before = await responsibleAt(trx, at.module, at.id)
    if (!isSame(before, people.now)) throw new ChangedMeanwhile()
    const by = person.id
    await setResponsible(trx, { module: at.module, recordId: at.id, people: wanted, by, now: context.now() })
    await context.audit.note(
      {
        actor: { kind: 'outside', id: person.id, name: person.name },
        action: 'record.responsible-changed',
        subject: rightsSubject(at, world.module.name),
        before: { responsible: before },
        after: { responsible: wanted }
      },
      trx
    )
  })
}
