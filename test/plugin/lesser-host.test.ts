/** What our pages say beside a CRM that lacks what the embedded one has: they never pretend. */
import { expect } from 'chai'
import { demoPassword, staff } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { catalogWith, whileHost } from '../support/changed-host.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'

eachDatabase((open) => {
  describe('beside a CRM that can do less', function () {
    this.timeout(60_000)
    let test: TestApp
    /** Reads Czech. */
    let irena: Visitor

    before(async () => {
      test = await openApp(open)
      irena = test.visitor()
      await irena.open('/crm')
      await irena.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
    })

    after(() => test.close())

    const hint = 'se Portica zatím neptá, kdo ze zaměstnanců co vidí'

    it('S09 the defaults say where the CRM does not narrow its own lists by them', async () => {
      await whileHost(test, { narrowsStaff: false }, async () => {
        ;(await irena.open('/portico/admin/sharing')).is(200).sees(hint)
      })
    })

    it('S09 and say nothing of it where the CRM does', async () => {
      ;(await irena.open('/portico/admin/sharing')).is(200)
      expect(irena.response.text).not.to.include(hint)
    })

    it('T01 without a module for projects the page of external users says so, and offers no fields to release', async () => {
      const withoutProjects = catalogWith(test, (catalog) => ({
        ...catalog,
        modules: new Map([...catalog.modules].filter(([name]) => name !== 'Project'))
      }))
      await whileHost(test, withoutProjects, async () => {
        ;(await irena.open('/portico/admin/external-users')).is(200).sees('nemá modul projektů')
        await irena.open('/portico/admin/external-users/settings/fields')
        expect(irena.response.text).not.to.include('settings/fields/Project')
      })
    })

    it('T01 with one it offers them', async () => {
      ;(await irena.open('/portico/admin/external-users')).is(200).doesNotSee('nemá modul projektů')
      ;(await irena.open('/portico/admin/external-users/settings/fields')).is(200)
      expect(irena.response.text).to.include('settings/fields/Project')
    })
  })
})
