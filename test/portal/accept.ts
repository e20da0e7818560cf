/** Somebody who was invited and came in, without the way there. */
import { demoPassword } from '../../demo/cast.js'
import { momentAt } from '../../src/db/moment.js'
import { confirm } from '../../src/portal/people/access-changes.js'
import type { PortalUser } from '../../src/portal/people/portal-users.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'

/** Signs him in at this address. */
export async function acceptAs(test: TestApp, user: PortalUser, signIn: string): Promise<Visitor> {
  const { context } = test.embedded.portico
  await context.identity.setPassword(user.identityId!, demoPassword)
  await context.identity.prefer(user.identityId!, {
    locale: 'en',
    timeZone: 'UTC',
    country: 'DE',
    formats: { date: 'iso', time: '24' }
  })
  await confirm(context, user, momentAt(context.now()))
  const visitor = test.visitor()
  await visitor.open(signIn)
  await visitor.send('Sign in', { email: user.address, password: demoPassword })
  return visitor.is(200)
}
