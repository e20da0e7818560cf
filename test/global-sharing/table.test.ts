import { expect } from 'chai'
import { levels } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import type { Visitor } from '../support/visitor.js'
import { hire, listed, rightsOnPages, staffAs } from './crm-staff.js'
import { modelOf, relations, table, type Kind, type Relation } from './relations.js'

eachDatabase((open) => {
  describe('S04 every default, action and relation in the CRM', () => {
    let app: TestApp
    let staff: Record<Relation, string>
    let hostGroup: string
    const paths: Record<Kind, string> = { person: '/crm/Lead/of-a-person', group: '/crm/Lead/of-a-group' }
    const titles: Record<Kind, string> = { person: 'Person Owns', group: 'Group Owns' }
    const visitors = new Map<Relation, Visitor>()

    before(async () => {
      app = await openApp(open, { world: 'people' })
      const { crm } = app.embedded
      await crm.settings.saveSwitches({ 'global-sharing': true })
      const ids = await Promise.all(
        relations.map((relation, index) =>
          hire(app, `member-${index}`, relation, { isAdministrator: relation === 'administrator' })
        )
      )
      staff = Object.fromEntries(relations.map((relation, index) => [relation, ids[index]!])) as typeof staff
      hostGroup = await crm.groups.create('The team')
      const add = (id: string, values: Record<string, string>) =>
        crm.store.system.create('Lead', { company: 'Table', ...values }, { id })
      await add('of-a-person', { firstName: 'Person', lastName: 'Owns', assignedUser: staff.owner })
      await add('of-a-group', { firstName: 'Group', lastName: 'Owns', assignedGroup: hostGroup })
      for (const relation of relations) visitors.set(relation, await staffAs(app, staff[relation]))
    })
    after(() => app.close())

    for (const level of levels)
      it(`S04 S02 S03 S05 ${level}: what each may view, edit and delete, and finds in the list`, async () => {
        await setModel(app, () => modelOf('Lead', level, { staff, hostGroup }))
        for (const relation of relations) {
          const visitor = visitors.get(relation)!
          const inList = await listed(visitor, '/crm/Lead?q=Table')
          for (const kind of ['person', 'group'] as const) {
            const expected = table[level][kind][relation]
            expect(await rightsOnPages(visitor, paths[kind]), `${relation}, record of a ${kind}`).to.equal(expected)
            expect(inList.includes(titles[kind]), `${relation}, list, record of a ${kind}`).to.equal(expected !== '')
          }
        }
      })

    it('S09 switched off, everybody may do everything, as before', async () => {
      await setModel(app, () => modelOf('Lead', 'private', { staff, hostGroup }))
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': false })
      for (const relation of relations)
        expect(await rightsOnPages(visitors.get(relation)!, paths.person), relation).to.equal('ved')
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': true })
      expect(await rightsOnPages(visitors.get('outsider')!, paths.person)).to.equal('')
    })
  })
})
