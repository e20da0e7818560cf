/** Administrators of global sharing for tests of its pages, in English. */
import { demoPassword, type staff } from '../../demo/cast.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'

export async function administrator(app: TestApp, userName: keyof typeof staff): Promise<Visitor> {
  const visitor = app.visitor()
  await visitor.open('/crm/sign-in')
  await visitor.send('English')
  await visitor.open('/crm/sign-in')
  await visitor.send('Sign in', { userName, password: demoPassword })
  return visitor.is(200)
}

export const sharing = '/portico/admin/sharing'
