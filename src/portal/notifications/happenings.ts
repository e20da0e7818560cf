/** From what happens in the CRM to notifications: who of the portal users is to be told of an event. */
import { lookUp } from '../../access/question.js'
import type { Context } from '../../context.js'
import type { HostEvent } from '../../host/host.js'
import { momentAt } from '../../db/moment.js'
import type { UserType } from '../configuration.js'
import { authorsOn, openTypes, ownersOf, thoseBehind, type Place } from './participants.js'
import { dueAt, preferencesIn, type NotificationKind } from './preferences.js'
import { put, type Recipient, type Waiting } from './waiting.js'

type Happening = Omit<Waiting, 'id'>

/** A record older than this isn't new: it came back from the recycle bin, or was imported. */
const newFor = 3 * 86_400_000

/** Handles the host's events. What people outside do themselves is no news, and neither is what nobody in particular did. */
export async function noteHappening(context: Context, event: HostEvent): Promise<void> {
  const happening = happeningIn(event)
  const types = happening && (await openTypes(context, happening.module))
  if (!happening || !types) return
  const isNew = happening.kind === 'new'
  const cameInBy = isNew ? await birthOf(context, happening) : momentAt(context.now())
  if (cameInBy === undefined) return
  const people = isNew ? await ownersOf(context, happening, types) : await participants(context, happening, types)
  const wanting = await whoWants(context, [...people], { kind: happening.kind, cameInBy })
  const recipients = await Promise.all(wanting.map((person) => recipientOf(context, person)))
  await put(context.db, happening, recipients, momentAt(context.now()))
}

async function participants(context: Context, place: Place, types: readonly UserType[]): Promise<Set<string>> {
  const found = [ownersOf, thoseBehind].map((ask) => ask(context, place, types))
  return new Set((await Promise.all([...found, authorsOn(context, place)])).flatMap((ids) => [...ids]))
}

/** When the record was made (UTC); undefined for one that is gone or isn't new. */
async function birthOf(context: Context, { module: name, recordId }: Happening): Promise<string | undefined> {
  const module = (await context.host.catalog('en')).modules.get(name)
  const record = module && (await lookUp(context.kernel, name, recordId, [module.createdAt]))
  const madeAt = record?.values[record.module.createdAt]
  return typeof madeAt === 'string' && madeAt > momentAt(context.now() - newFor) ? madeAt : undefined
}

function happeningIn(event: HostEvent): Happening | undefined {
  switch (event.kind) {
    case 'note.posted':
      return event.by === undefined || event.internal
        ? undefined
        : { kind: 'answered', ...placeOf(event), entryId: event.noteId, fields: [] }
    case 'record.created':
      return event.by === undefined ? undefined : { kind: 'new', ...placeOf(event), entryId: undefined, fields: [] }
    case 'record.changed':
      return event.by === undefined || event.changed.length === 0
        ? undefined
        : { kind: 'changed', ...placeOf(event), entryId: undefined, fields: event.changed }
    case 'record.removed':
    case 'lead.converted':
    case 'staff.changed':
    case 'switches.changed':
      return undefined
  }
}

function placeOf({ module, id }: { module: string; id: string }): { module: string; recordId: string } {
  return { module, recordId: id }
}

interface Candidate {
  readonly id: string
  readonly identityId: string
  readonly notifications: string | null
}

/** Of these people who has access now, gets mail, and wants to be told of such things. What was made before he came in isn't new to him. */
async function whoWants(
  { db }: Context,
  ids: readonly string[],
  { kind, cameInBy }: { kind: NotificationKind; cameInBy: string }
): Promise<Candidate[]> {
  if (ids.length === 0) return []
  const rows = (await db('portico_portal_users')
    .select('id', 'identity_id as identityId', 'notifications')
    .whereIn('id', [...ids])
    .where({ status: 'confirmed' })
    .where('address', 'like', '%@%')
    .whereNotNull('identity_id')
    .where('accepted_at', '<=', cameInBy)
    .orderBy('id')) as Candidate[]
  return rows.filter(({ notifications }) => preferencesIn(notifications).kinds.includes(kind))
}

/** Only of those who have one mail a day the time zone matters. */
async function recipientOf({ identity, now }: Context, { id, ...person }: Candidate): Promise<Recipient> {
  const { summary } = preferencesIn(person.notifications)
  const zone = summary === 'daily' ? (await identity.profile(person.identityId))?.timeZone : undefined
  return { portalUserId: id, due: dueAt(summary, zone ?? 'UTC', now()) }
}
