/** A portal and people who are in it, without the walk that leads there: for the suites and the benchmark that begin after it. */
import type { Context } from '../../src/context.js'
import { momentAt } from '../../src/db/moment.js'
import type { Staff } from '../../src/host/host.js'
import type { Installation } from '../../src/installation.js'
import {
  configuration,
  plainRelease,
  userTypesOf,
  type FieldRelease,
  type NoteRight,
  type Right
} from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import { confirm } from '../../src/portal/people/access-changes.js'
import { portalUserById, subjectOf } from '../../src/portal/people/portal-users.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { addUserType } from '../../src/portal/user-types/user-types.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'

export const customerPassword = 'brass kettle under the elm'

export interface Released {
  readonly module: string
  /** Links to the primary module; none: it is the primary module. */
  readonly path?: readonly string[]
  readonly rights?: readonly Right[]
  readonly notes?: NoteRight
  readonly editable?: readonly string[]
  readonly readOnly?: readonly string[]
}

/** Makes an active portal whose user type is released all this; gives the user type's id. */
export async function makePortal(
  { portico: { context } }: Installation,
  by: Staff,
  slug: string,
  released: readonly Released[]
): Promise<string> {
  const formats = { date: 'iso', time: '24' } as const
  const portal = { name: `Portal ${slug}`, slug, locale: 'en', timeZone: 'UTC', formats } as const
  const portalId = await createPortal(context, portal, by)
  const typeId = userTypesOf(await configuration(context.db), portalId)[0]!.id
  await release({ context, typeId, by }, released)
  return typeId
}

/** A further user type of the portal that `typeId` is in. */
export async function addType(
  { portico: { context } }: Installation,
  by: Staff,
  beside: string,
  { released, ...form }: { name: string; primaryModule: string; released: readonly Released[] }
): Promise<string> {
  const { portalId } = (await configuration(context.db)).userTypes.get(beside)!
  const typeId = await addUserType(context, portalId, form, by)
  await release({ context, typeId, by }, released)
  return typeId
}

async function release(
  { context, typeId, by }: { context: Context; typeId: string; by: Staff },
  released: readonly Released[]
): Promise<void> {
  const seen = async (): Promise<{ id: string; revision: number }> => {
    const { revision } = (await configuration(context.db)).userTypes.get(typeId)!
    return { id: typeId, revision }
  }
  for (const one of released) await saveRelease(context, await seen(), draftOf(one), by)
  await finishSetUp(context, await seen(), by)
}

/** Lets the person of a record in, as if he had accepted his invitation; he signs in with the record's address. */
export async function admit(
  { portico: { context } }: Installation,
  by: Staff,
  userTypeId: string,
  recordId: string,
  module = 'Contact'
): Promise<string> {
  const id = await invite(context, { module, recordId, userTypeId, language: 'en' }, by)
  const user = await portalUserById(context.db, id)
  await context.mail.withdraw(subjectOf(user))
  await context.identity.setPassword(user.identityId!, customerPassword)
  const { timeZone, formats } = by
  await context.identity.prefer(user.identityId!, { locale: 'en', timeZone, country: 'DE', formats })
  await confirm(context, user, momentAt(context.now()))
  return id
}

function draftOf(one: Released): Parameters<typeof saveRelease>[2] {
  const fields = new Map<string, FieldRelease>()
  for (const name of one.editable ?? []) fields.set(name, 'editable')
  for (const name of one.readOnly ?? []) fields.set(name, 'readOnly')
  return {
    ...plainRelease,
    module: one.module,
    kind: one.path ? 'related' : 'primary',
    path: one.path ?? [],
    rights: new Set(one.rights ?? []),
    notes: one.notes ?? 'none',
    fields
  }
}
