/** The door of the external users: one for all of them, whatever their projects. */
import type { Context } from '../context.js'
import type { Locale } from '../host/catalog.js'
import type { Door, ResolveDoor } from '../identity/identity.js'
import { lookUp } from '../access/question.js'
import type { Person } from '../access/viewer.js'
import { addressFault } from '../identity/outside-address.js'
import { contactFields } from './project.js'
import { hasOpenProject } from './policy.js'
import { audience, confirm, externalUserOf } from './external-users.js'

export const doorBase = '/external'

export function doorName(context: Context, locale: Locale): string {
  return context.t(locale)('external:door.name', { company: context.config.company.name })
}

/** The door, in the language that the request has when its words are asked for: until somebody is known it is the browser's. */
export function resolveDoor(context: Context): ResolveDoor {
  return async (req) => ({
    ...doorIn(context, req.locale),
    get name() {
      return doorName(context, req.locale)
    }
  })
}

/** The door at which somebody is known by this identity: this one, or none. */
export async function doorsOf(context: Context, identityId: string, locale: Locale): Promise<Door[]> {
  return (await externalUserOf(context.db, identityId)) ? [doorIn(context, locale)] : []
}

function doorIn(context: Context, locale: Locale): Door {
  return {
    audience,
    base: doorBase,
    address: context.config.publicUrl + doorBase,
    name: doorName(context, locale),
    locale,
    admit: (identityId) => admit(context, identityId),
    accepted: (identityId) => confirm(context, identityId),
    home: async () => '/',
    takesNames: true,
    note: context.t(locale)('guest:door.note'),
    mailboxOf: (identityId) => mailboxOf(context, identityId)
  }
}

/** The mailbox that staff gave him, while the CRM still says it is his and somebody from outside may have it (T03, T12). Whoever changes the
 *  contact in the CRM gets no link to a new password by that (A31, A32). */
async function mailboxOf(context: Context, identityId: string): Promise<string | undefined> {
  const user = await externalUserOf(context.db, identityId)
  const { address } = await contactFields(context)
  const contact = user && (await lookUp(context.kernel, user.module, user.recordId, [address]))
  const mailbox = mailboxIn(String(contact?.values[address] ?? ''))
  if (mailbox === undefined || mailbox !== user?.mailbox) return undefined
  return (await addressFault(context, mailbox)) ? undefined : mailbox
}

/** An e-mail address of the CRM as mailboxes are kept: in lower case; undefined for none. */
export function mailboxIn(address: string): string | undefined {
  const text = address.trim().toLowerCase()
  return text === '' ? undefined : text
}

/** Asked on every request: whoever is deactivated, or has not accepted, does not come in, nor does anybody to whom no project is open (T01). */
async function admit(context: Context, identityId: string): Promise<Person | undefined> {
  const user = await externalUserOf(context.db, identityId)
  const profile = user?.status === 'confirmed' ? await context.identity.profile(identityId) : undefined
  if (!user || !profile) return undefined
  const { id, module, recordId, invitedBy } = user
  const { name, locale, timeZone, formats } = profile
  const person: Person = {
    kind: 'external-user',
    id,
    name,
    module,
    recordId,
    portalId: undefined,
    userTypeId: undefined,
    invitedBy,
    locale,
    timeZone,
    formats
  }
  return (await hasOpenProject(context, person)) ? person : undefined
}
