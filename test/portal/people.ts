/** The cast at the doors: staff in the CRM, customers in the demo portal. */
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { configuration, userTypesOf, type Portal, type UserType } from '../../src/portal/configuration.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'

export const admin = '/portico/admin/portals'
export const door = `/portal/${demoPortal.slug}`

export async function staffAt(test: TestApp, name: keyof typeof staff): Promise<Visitor> {
  const visitor = test.visitor()
  await visitor.open('/crm/sign-in')
  await visitor.send('English')
  await visitor.open('/crm/sign-in')
  await visitor.send('Sign in', { userName: staff[name].userName, password: demoPassword })
  return visitor.is(200)
}

/** Signed in, and reading English whatever he speaks at home. */
export async function customerAt(test: TestApp, name: keyof typeof customers): Promise<Visitor> {
  const visitor = test.visitor()
  await visitor.open(`${door}/sign-in`)
  await visitor.send('English')
  await visitor.open(`${door}/sign-in`)
  await visitor.send('Sign in', { email: customers[name].email, password: demoPassword })
  return visitor.is(200)
}

/** The demo's own, whatever portals a test makes beside it. */
export async function thePortal(test: TestApp): Promise<Portal> {
  const portal = [...(await configuration(test.embedded.db)).portals.values()].find(({ isDefault }) => isDefault)
  if (!portal) throw new RangeError('There is no portal.')
  return portal
}

export async function theUserType(test: TestApp): Promise<UserType> {
  const [userType] = userTypesOf(await configuration(test.embedded.db), (await thePortal(test)).id)
  if (!userType) throw new RangeError('There is no user type.')
  return userType
}

/** The administrators' page of a module released to the demo portal's customers. */
export async function releasePath(test: TestApp, module: string): Promise<string> {
  return `${admin}/user-types/${(await theUserType(test)).id}/modules/${module}`
}

/** Without what is made anew for each page: the token in its forms. */
export function masked(html: string): string {
  return html.replace(/name="_csrf" value="[^"]*"/g, '')
}
