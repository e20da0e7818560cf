/** List pages ask the database as often for many rows as for few. */
import { expect } from 'chai'
import { createDashboard } from '../../src/portal/dashboards/dashboards.js'
import { createLayoutSet } from '../../src/portal/layouts/layout-changes.js'
import { invitePerson } from '../../src/portal/people/persons.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import { createWebTab } from '../../src/portal/portals/web-tabs.js'
import { configuration } from '../../src/portal/configuration.js'
import { createRole, saveRoleModule, saveRolesOfPortal } from '../../src/portal/roles/role-changes.js'
import { portalRoles, roleById, type RoleModule } from '../../src/portal/roles/roles.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal } from './people.js'

const staffPages = [
  '',
  '/roles',
  '/levels',
  '/layout-sets',
  '/dashboards',
  '/web-tabs',
  '/users',
  '/persons',
  '/preview',
  '/viewers?module=Case&record=annas-heating-case'
]

onSqlite('the statements of a page', (open) => {
  let test: TestApp
  let anna: Visitor
  let irena: Visitor

  before(async () => {
    test = await openApp(open)
    anna = await customerAt(test, 'anna')
    irena = await staffAt(test, 'irena')
    await more('first')
  })

  after(() => test.close())

  it('A48 are as many with ten portals, roles, dashboards and persons as with a few', async function () {
    this.timeout(60_000)
    const few = await counts()
    for (let round = 0; round < 4; round++) await more(`more ${round}`)
    expect(await counts()).to.deep.equal(few)
  })

  /** Of each page, once what is kept by configuration version is known. */
  async function counts(): Promise<Record<string, number>> {
    const found: Record<string, number> = {}
    for (const path of staffPages) found[path] = await statementsOf(irena, admin + path)
    for (const path of ['/case', '/case/annas-heating-case', '/contact/anna'])
      found[door + path] = await statementsOf(anna, door + path)
    return found
  }

  async function statementsOf(visitor: Visitor, path: string): Promise<number> {
    await visitor.open(path)
    let asked = 0
    const count = (): void => void asked++
    test.embedded.db.on('query', count)
    await visitor.open(path)
    test.embedded.db.off('query', count)
    visitor.is(200)
    return asked
  }

  /** One more of everything that list pages list; its role is one more for the customer, too. */
  async function more(name: string): Promise<void> {
    const { context } = test.embedded.portico
    const by = (await test.embedded.host.staffById('irena'))!
    const formats = { date: 'dmy', time: '24' } as const
    const form = { name, slug: undefined, locale: 'en', timeZone: 'UTC', formats } as const
    const portalId = await createPortal(context, form, by)
    await createDashboard(context, name, by)
    await createLayoutSet(context, { name, copyOf: undefined }, by)
    const roleId = await createRole(context, name, by)
    await saveRoleModule(context, await roleById(context.db, roleId), caseRole, by)
    const { id, revision } = await thePortal(test)
    await saveRolesOfPortal(context, { id, revision }, [...(await portalRoles(context.db)).keys()], by)
    const userTypeIds = [...(await configuration(context.db)).userTypes.keys()]
    await createWebTab(context, { name, url: 'https://www.example.com/', userTypeIds }, by)
    const address = `${name.replaceAll(' ', '-')}@example.com`
    await invitePerson(context, { portalId, name, address, language: 'en', roleIds: [roleId] }, by)
  }
})

const caseRole: RoleModule = {
  module: 'Case',
  mayCreate: false,
  levels: { read: 'account', edit: undefined, delete: undefined, stream: undefined },
  fields: new Map([['subject', 'readOnly']])
}
