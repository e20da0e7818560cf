import { expect } from 'chai'
import { levels } from '../../src/global-sharing/model.js'
import type { Records } from '../../src/host/embedded/crm.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import { hire } from './crm-staff.js'
import { modelOf, relations, table, type Kind, type Relation } from './relations.js'

eachDatabase((open) => {
  describe('S04 every default, action and relation in the CRM', () => {
    let app: TestApp
    let staff: Record<Relation, string>
    let hostGroup: string
    const ids: Record<Kind, string> = { person: 'of-a-person', group: 'of-a-group' }

    before(async () => {
      app = await openApp(open, { world: 'people' })
      const { crm } = app.embedded
      await crm.settings.saveSwitches({ 'global-sharing': true })
      const members = relations.map(async (relation, index) => {
        const isAdministrator = relation === 'administrator'
        return [relation, await hire(app, `member-${index}`, relation, { isAdministrator })] as const
      })
      staff = Object.fromEntries(await Promise.all(members)) as typeof staff
      hostGroup = await crm.groups.create('The team')
      const lead = { lastName: 'Table' }
      await crm.store.system.create('Lead', { ...lead, assignedUser: staff.owner }, { id: ids.person })
      await crm.store.system.create('Lead', { ...lead, assignedGroup: hostGroup }, { id: ids.group })
    })
    after(() => app.close())

    const recordsOf = async (relation: Relation): Promise<Records> =>
      app.embedded.crm.store.as((await app.embedded.crm.users.find(staff[relation]))!)

    /** `ved`, as far as he may. */
    const rightsOf = async (relation: Relation, kind: Kind): Promise<string> => {
      const may = await (await recordsOf(relation)).may('Lead', ids[kind])
      return (['view', 'edit', 'delete'] as const).map((action) => (may.has(action) ? action[0] : '')).join('')
    }

    for (const level of levels)
      it(`S02 S03 S04 S05 ${level}: what each may view, edit and delete, and finds in the list`, async () => {
        await setModel(app, () => modelOf('Lead', level, { staff, hostGroup }))
        for (const relation of relations) {
          const { records: found } = await (await recordsOf(relation)).list('Lead', { search: 'Table' })
          for (const kind of ['person', 'group'] as const) {
            const expected = table[level][kind][relation]
            const isListed = found.some(({ id }) => id === ids[kind])
            expect(await rightsOf(relation, kind), `${relation}, record of a ${kind}`).to.equal(expected)
            expect(isListed, `${relation}, list, record of a ${kind}`).to.equal(expected !== '')
          }
        }
      })

    it('S09 switched off, everybody may do everything, as before', async () => {
      await setModel(app, () => modelOf('Lead', 'private', { staff, hostGroup }))
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': false })
      for (const relation of relations) expect(await rightsOf(relation, 'person'), relation).to.equal('ved')
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': true })
      expect(await rightsOf('outsider', 'person')).to.equal('')
    })
  })
})
