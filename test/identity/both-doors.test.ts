import { expect } from 'chai'
import { demoPassword, staff } from '../../demo/cast.js'
import { confirm, externalUsersAt } from '../../src/external-users/external-users.js'
import { addMember } from '../../src/external-users/memberships.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'

const portal = '/portal/thermovia'
const across = (base: string) => `form[action="${base}/sign-in/across"]`

onSqlite('a portal user who is a guest of a project too', (open) => {
  let test: TestApp

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open, { world: 'demo' })
    const { host, portico, db } = test.embedded
    const irena = (await host.staffById(staff.irena.id))!
    const joining = {
      kind: 'new',
      contactId: 'anna',
      entry: { way: 'mail' },
      language: 'en',
      rights: new Set<never>()
    } as const
    const entry = { projectId: 'nordwind-retrofit', joining, hourlyRate: undefined, responsibilities: [] }
    await addMember(portico.context, entry, irena)
    const [guest] = await externalUsersAt(db, 'Contact', ['anna'])
    await confirm(portico.context, guest!.identityId)
  })

  after(() => test.close())

  const anna = async (base: string): Promise<Visitor> => {
    const visitor = await test.visitor().open(`${base}/sign-in`)
    await visitor.submit(`${base}/sign-in`, { email: 'anna@nordwind.example', password: demoPassword })
    return visitor
  }

  it('A33 A52 finds each door in the account menu of the other, and goes there and back', async () => {
    const visitor = await anna(portal)
    expect((await visitor.peek('/external/')).status).to.equal(303)
    await visitor.submit('/external/sign-in/across')
    expect(visitor.path).to.match(/^\/external\//)
    visitor.is(200)
    await visitor.submit(`${portal}/sign-in/across`)
    expect(visitor.path)
      .to.match(/^\/portal\/thermovia\//)
      .and.not.include('sign-in')
    expect((await visitor.peek('/external/')).status).to.equal(200)
    await visitor.submit(`${portal}/sign-out`)
    expect((await visitor.peek('/external/')).status).to.equal(303)
  })

  it('A33 one door alone is shown to who has one, and opens no other', async () => {
    const bruno = await test.visitor().open(`${portal}/sign-in`)
    await bruno.submit(`${portal}/sign-in`, { email: 'jonas@nordwind.example', password: demoPassword })
    expect(bruno.page('form[action$="/across"]').length).to.equal(0)
    await bruno.forge('/external/sign-in/across')
    expect((await bruno.peek('/external/')).status).to.equal(303)
  })

  it('A24 the door of a module that is switched off is gone, and crossing from it too', async () => {
    const { settings } = test.embedded.crm
    const visitor = await anna('/external')
    expect(visitor.page(across(portal)).length).to.equal(1)
    const switches = await test.embedded.host.switches()
    await settings.saveSwitches({ ...switches, portal: false })
    expect((await visitor.open('/external/')).page(across(portal)).length).to.equal(0)
    expect((await visitor.forge(`${portal}/sign-in/across`)).status).to.equal(404)
    await settings.saveSwitches({ ...switches, 'external-users': false })
    expect((await visitor.forge(`${portal}/sign-in/across`)).headers['location']).to.equal(`${portal}/sign-in`)
    await settings.saveSwitches(switches)
    await visitor.open('/external/')
    expect((await visitor.forge(`${portal}/sign-in/across`)).headers['location']).to.match(/thermovia\/(?!sign-in)/)
  })
})
