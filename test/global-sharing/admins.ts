/** Administrators of global sharing for tests of its pages, in English. */
import { demoPassword } from '../../demo/cast.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'

export async function administrator(app: TestApp, userName: 'irena' | 'grace' | 'ben'): Promise<Visitor> {
  const visitor = app.visitor()
  await visitor.open('/crm/sign-in')
  await visitor.send('English')
  await visitor.open('/crm/sign-in')
  await visitor.send('Sign in', { userName, password: demoPassword })
  return visitor.is(200)
}

export const sharing = '/portico/admin/sharing'
