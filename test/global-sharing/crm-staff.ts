/** Staff of the embedded CRM for tests of global sharing, and what its pages let them do. */
import { demoPassword } from '../../demo/cast.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'

/** Makes a user of the CRM with this id and gives the id. */
export function hire(
  { embedded }: TestApp,
  id: string,
  name: string = id,
  { isAdministrator = false } = {}
): Promise<string> {
  return embedded.crm.users.create({ id, userName: id, name, password: demoPassword, isAdministrator })
}

/** Signed in to the CRM. */
export async function staffAs(app: TestApp, userName: string): Promise<Visitor> {
  const visitor = app.visitor()
  await visitor.open('/crm/sign-in')
  await visitor.submit('/crm/sign-in', { userName, password: demoPassword })
  return visitor.is(200)
}

/** By the record's own pages: v he sees it, e he gets its form, d he is asked whether it shall be removed. */
export async function rightsOnPages(visitor: Visitor, path: string): Promise<string> {
  const answers = await Promise.all([path, `${path}/edit`, `${path}/removal`].map((page) => visitor.peek(page)))
  return ['v', 'e', 'd'].filter((_, index) => answers[index]!.status === 200).join('')
}

/** The titles in a module's list. */
export async function listed(visitor: Visitor, address: string): Promise<string[]> {
  await visitor.open(address)
  return visitor
    .is(200)
    .page('table.list tbody th')
    .map((_, cell) => visitor.page(cell).text().trim())
    .get()
}

/** Whom and which groups the form's choice *Assigned to* offers. */
export async function offeredOwners(visitor: Visitor, address: string): Promise<string[]> {
  await visitor.open(address)
  return visitor
    .is(200)
    .page('select[name=assignedUser] option')
    .map((_, option) => visitor.page(option).text().trim())
    .get()
}
