/** Seeds the demo world's external user: the dispatcher of a subsidiary, who follows one project. */
import type { Embedded } from '../src/embedded.js'
import { confirm, externalUsersAt, subjectOf } from '../src/external-users/external-users.js'
import { addMember } from '../src/external-users/memberships.js'
import { projectsOf } from '../src/external-users/project.js'
import { letGroupRead } from '../src/external-users/read-right.js'
import { releasedFields, releaseFields } from '../src/external-users/released-fields.js'
import { demoPassword, staff } from './cast.js'
import { contacts } from './companies.js'

export const guest = contacts.find(({ id }) => id === 'sabine')!

const project = 'nordwind-retrofit'

/** What external users see of a project. */
const released = ['name', 'status', 'progress', 'startDate', 'endDate', 'description']

/** Makes her a member of the project, as if she had accepted her invitation. Does nothing where she is one already. */
export async function seedGuest({ host, portico: { context } }: Embedded): Promise<void> {
  if ((await externalUsersAt(context.db, 'Contact', [guest.id])).length > 0) return
  const irena = (await host.staffById(staff.irena.id))!
  await releaseFields(
    context,
    irena,
    (await releasedFields(context.db)).revision,
    (await projectsOf(context)).module,
    released
  )
  await letGroupRead(context, project, true, irena)
  await addMember(context, { projectId: project, contactId: guest.id, language: guest.locale }, irena)
  const [user] = await externalUsersAt(context.db, 'Contact', [guest.id])
  await context.mail.withdraw(subjectOf(user!))
  await context.identity.setPassword(user!.identityId, demoPassword)
  await context.identity.prefer(user!.identityId, {
    locale: guest.locale,
    timeZone: irena.timeZone,
    country: 'DE',
    formats: irena.formats
  })
  await confirm(context, user!.identityId)
}
