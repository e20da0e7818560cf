/** The demo world with external users in it: staff at their pages, and guests who have accepted their invitations. */
import { demoPassword, staff } from '../../demo/cast.js'
import type { Context } from '../../src/context.js'
import type { Staff } from '../../src/host/host.js'
import { confirm, externalUsersAt, type ExternalUser } from '../../src/external-users/external-users.js'
import type { Kind } from '../../src/external-users/kinds.js'
import { addMember } from '../../src/external-users/memberships.js'
import { everybody, setRights } from '../../src/external-users/object-rights.js'
import { projectsOf } from '../../src/external-users/project.js'
import { releasedFields, releaseFields } from '../../src/external-users/released-fields.js'
import { openApp, type TestApp } from '../support/app.js'
import type { OpenDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'

export const retrofit = 'nordwind-retrofit'
export const pumpRoom = 'fjordside-pump-room'
export const ended = 'morava-boiler-house'

export interface Guests {
  readonly test: TestApp
  readonly irena: Staff
  /** A staff member, signed in, with English pages. */
  staff(userName: keyof typeof staff): Promise<Visitor>
  /** Makes the contact a member of the projects; he has accepted and has a password. */
  admit(contactId: string, ...projectIds: readonly string[]): Promise<ExternalUser>
  /** Signs the contact in; whatever comes of it. */
  guest(contactId: string): Promise<Visitor>
  /** Gives or takes the group's right. */
  letGroupRead(projectId: string, may?: boolean): Promise<void>
  release(...fields: readonly string[]): Promise<void>
  change(projectId: string, values: Readonly<Record<string, string | null>>): Promise<void>
}

export async function openGuests(open: OpenDatabase): Promise<Guests> {
  const test = await openApp(open, { world: 'people' })
  const { crm, host, portico } = test.embedded
  const { context } = portico
  await crm.settings.saveSwitches({ 'external-users': true })
  const irena = (await host.staffById(staff.irena.id))!
  return {
    test,
    irena,
    staff: (userName) => staffAt(test, userName),
    async admit(contactId, ...projectIds) {
      for (const projectId of projectIds) await join(context, contactId, projectId, irena)
      return accept(test, contactId)
    },
    guest: (contactId) => guestAt(test, contactId),
    letGroupRead: (projectId, may = true) =>
      context.db.transaction((trx) =>
        setRights(trx, 'Project', projectId, new Map([[everybody, may ? { read: 'allow' } : {}]]))
      ),
    release: async (...fields) =>
      releaseFields(
        context,
        irena,
        (await releasedFields(context.db)).revision,
        (await projectsOf(context)).module,
        fields
      ),
    async change(projectId, values) {
      await host.save({ module: 'Project', id: projectId, values }, { kind: 'staff', id: irena.id })
    }
  }
}

export async function externalUser(test: TestApp, contactId: string): Promise<ExternalUser | undefined> {
  const [user] = await externalUsersAt(test.embedded.db, 'Contact', [contactId])
  return user
}

async function staffAt(test: TestApp, userName: keyof typeof staff): Promise<Visitor> {
  const visitor = await test.visitor().open('/crm/sign-in')
  await visitor.send('Sign in', { userName, password: demoPassword })
  return visitor.send('English')
}

async function guestAt(test: TestApp, contactId: string): Promise<Visitor> {
  const { address } = (await externalUser(test, contactId))!
  const visitor = await test.visitor().open('/external/sign-in')
  return visitor.send('Sign in', { email: address, password: demoPassword })
}

/** Invited by mail, unless he is an external user already. */
async function join(context: Context, contactId: string, projectId: string, by: Staff): Promise<void> {
  const [known] = await externalUsersAt(context.db, 'Contact', [contactId])
  const invited = { kind: 'new', contactId, entry: { way: 'mail' }, language: 'en', rights: new Set<Kind>() } as const
  const joining = known ? ({ kind: 'known', personId: known.id } as const) : invited
  await addMember(context, { projectId, joining, hourlyRate: undefined, responsibilities: [] }, by)
}

/** As if he had followed the link in his mail. */
async function accept(test: TestApp, contactId: string): Promise<ExternalUser> {
  const { context } = test.embedded.portico
  const { identityId } = (await externalUser(test, contactId))!
  await context.identity.setPassword(identityId, demoPassword)
  const preferences = { timeZone: 'Europe/Berlin', country: undefined, formats: { date: 'iso', time: '24' } } as const
  await context.identity.prefer(identityId, { locale: 'en', ...preferences })
  await confirm(context, identityId)
  return (await externalUser(test, contactId))!
}
