/** Previews: staff see a portal as one of its user types or one of its users does; they only look, and it is noted (Z13, X03). */
import { randomUUID } from 'node:crypto'
import { mergePolicies } from '../access/grant.js'
import { lookUp } from '../access/question.js'
import { viewerFor, viewerUnder, type Person, type Viewer } from '../access/viewer.js'
import { staffActor } from '../audit/configuration-change.js'
import type { Context } from '../context.js'
import { momentAt } from '../db/moment.js'
import { NotFound, PorticoError } from '../errors.js'
import type { Locale } from '../host/catalog.js'
import type { Staff } from '../host/host.js'
import { configuration, type Portal, type UserType } from './configuration.js'
import { policyUnder } from './policy-source.js'
import { maySeePerson } from './people/persons.js'
import { portalById } from './portals/portals.js'
import { portalUserById, subjectOf, type PortalUser } from './people/portal-users.js'
import { userTypeById } from './user-types/releases.js'

/** How long a preview lasts. */
export const previewMinutes = 60

/** As whom: a portal user, or anybody of a user type whose own record would be this one. */
export type PreviewedAs = { readonly portalUserId: string } | { readonly userTypeId: string; readonly recordId: string }

/** Whose eyes, and where they look. */
export interface Preview {
  readonly id: string
  readonly portal: Portal
  /** Undefined for a portal user who has roles alone (E08). */
  readonly userType: UserType | undefined
  /** Undefined: as the user type. */
  readonly user: PortalUser | undefined
  /** The record that stands for the person; undefined for a portal user without one. */
  readonly module: string | undefined
  readonly recordId: string | undefined
  /** Of the portal user, or of the record. */
  readonly name: string
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly until: string
}

/** Begins a preview and gives its id.
 *  @throws NotFound for who isn't there, and for somebody whose record the CRM doesn't show to this staff member. */
export async function beginPreview(context: Context, as: PreviewedAs, by: Staff): Promise<string> {
  const until = momentAt(context.now() + previewMinutes * 60_000)
  const preview: Preview = { id: randomUUID(), until, ...(await whoIs(context, as, by)) }
  await context.db.transaction(async (trx) => {
    await trx('portico_previews').insert({
      id: preview.id,
      staff_id: by.id,
      portal_id: preview.portal.id,
      user_type_id: preview.userType?.id ?? '',
      portal_user_id: preview.user?.id ?? null,
      module: preview.module ?? '',
      record_id: preview.recordId ?? '',
      started_at: momentAt(context.now()),
      until
    })
    await note(context, preview, { action: 'preview.started', by, until }, trx)
  })
  return preview.id
}

/** A running preview of this staff member's own. Asked on every request: the person may be gone meanwhile, or the CRM may not show
 *  him any more. @throws NotFound; PorticoError (410) once it is over. */
export async function previewById(context: Context, id: string, by: Staff): Promise<Preview> {
  const row = await rowOf(context, id, by)
  if (row.until <= momentAt(context.now())) throw new PorticoError('preview:error.over', { status: 410 })
  const as = row.portalUserId
    ? { portalUserId: row.portalUserId }
    : { userTypeId: row.userTypeId, recordId: row.recordId }
  return { id, until: row.until, ...(await whoIs(context, as, by)) }
}

/** Ends it now; one that is over already stays so. */
export async function endPreview(context: Context, id: string, by: Staff): Promise<Preview> {
  const preview = await previewById(context, id, by)
  const now = momentAt(context.now())
  await context.db.transaction(async (trx) => {
    const ended = await trx('portico_previews').where({ id }).where('until', '>', now).update({ until: now })
    if (ended > 0) await note(context, preview, { action: 'preview.ended', by }, trx)
  })
  return preview
}

/** @throws NotFound for whom the CRM doesn't show to this staff member. */
export async function mustBeShown(
  context: Context,
  by: Staff,
  who: Pick<PortalUser, 'module' | 'recordId'>
): Promise<void> {
  if (!(await maySeePerson(context, by, who))) throw new NotFound()
}

/** A file leaves the pages that are marked as a preview, so that is noted too. */
export function noteFileTaken(context: Context, preview: Preview, by: Staff, file: string): Promise<void> {
  return note(context, preview, { action: 'preview.file-taken', by, file })
}

/** The person's own view, read only. A portal that is off, or not offered yet, looks as if it were on. */
export async function viewerOf(context: Context, preview: Preview, by: Staff, locale: Locale): Promise<Viewer> {
  const { portal, userType } = preview
  const person = { ...(await personIn(context, preview, by)), locale }
  if (portal.isActive) return viewerFor(context.kernel, person, { previewBy: by })
  const catalog = await context.host.catalog(locale)
  const others = await context.kernel.policyFor(person)
  const own = await policyUnder(context, { person, catalog, portal, userType })
  return viewerUnder(context.kernel, person, mergePolicies([...others.values(), ...own]))
}

interface PreviewRow {
  userTypeId: string
  portalUserId: string | null
  recordId: string
  until: string
}

/** Another's preview is not there. */
async function rowOf(context: Context, id: string, by: Staff): Promise<PreviewRow> {
  const row = (await context
    .db('portico_previews')
    .first('user_type_id as userTypeId', 'portal_user_id as portalUserId', 'record_id as recordId', 'until')
    .where({ id, staff_id: by.id })) as PreviewRow | undefined
  if (!row) throw new NotFound()
  return row
}

type Who = Omit<Preview, 'id' | 'until'>

async function whoIs(context: Context, as: PreviewedAs, by: Staff): Promise<Who> {
  const who = 'portalUserId' in as ? await userAt(context, as.portalUserId) : await anybodyAt(context, as)
  await mustBeShown(context, by, who)
  return who
}

async function userAt(context: Context, id: string): Promise<Who> {
  const all = await configuration(context.db)
  const user = await portalUserById(context.db, id)
  const { name, module, recordId } = user
  const userType = all.userTypes.get(user.userTypeId ?? '')
  return { portal: portalById(all, user.portalId), userType, user, module, recordId, name }
}

async function anybodyAt(
  context: Context,
  { userTypeId, recordId }: { userTypeId: string; recordId: string }
): Promise<Who> {
  const all = await configuration(context.db)
  const userType = userTypeById(all, userTypeId)
  const module = userType.primaryModule
  const title = (await context.host.catalog('en')).modules.get(module)?.title
  const record = title === undefined ? undefined : await lookUp(context.kernel, module, recordId, [title])
  if (!record) throw new NotFound()
  return { portal: portalById(all, userType.portalId), userType, user: undefined, module, recordId, name: record.title }
}

/** Of a user type nobody in particular: he wrote nothing, and begins with the formats of whoever would invite him (Z14). */
async function personIn(context: Context, preview: Preview, by: Staff): Promise<Person> {
  const { user, module, recordId, name } = preview
  const place = { portalId: preview.portal.id, userTypeId: preview.userType?.id }
  const profile = user?.identityId ? await context.identity.profile(user.identityId) : undefined
  const { locale, timeZone, formats } = profile ?? by
  const id = user?.id ?? `preview:${preview.id}`
  const invitedBy = user?.invitedBy ?? by.id
  return { kind: 'portal-user', id, name, module, recordId, ...place, invitedBy, locale, timeZone, formats }
}

interface Event {
  readonly action: 'preview.started' | 'preview.ended' | 'preview.file-taken'
  readonly by: Staff
  readonly until?: string
  readonly file?: string
}

/** Under the staff member's name, with the person's: among the changes of the portal, which name him to whoever may see him, and of the
 *  portal user. A record that the CRM doesn't show to everybody who reads them is named by its id alone. */
async function note(
  context: Context,
  { portal, userType, user, module, recordId, name }: Preview,
  { action, by, ...more }: Event,
  trx = context.db
): Promise<void> {
  const whom = user ? { portalUser: name, portalUserId: user.id } : { record: `${module}/${recordId}` }
  const after = { ...whom, userType: userType?.name, ...more }
  for (const subject of [`portal:${portal.id}`, ...(user ? [subjectOf(user)] : [])])
    await context.audit.note({ actor: staffActor(by), action, subject, after }, trx)
}
