/** Sharing at the CRM's own door: what can't be understood, and what hangs on shared records, in lists and by address. */
import { expect } from 'chai'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import { emptyModel, type Model } from '../../src/global-sharing/model.js'
import type { Records } from '../../src/host/embedded/crm.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { setModel } from '../support/sharing.js'

const full = { view: true, create: true, edit: true, delete: true }
const role = (name: string): Model['roles'][string] => ({ name, parent: null, profiles: ['all'] })

/** Frank sells, Ben assists and Grace works elsewhere; leads are open to all for reading. */
const company: Model = {
  ...emptyModel,
  defaults: { Lead: { level: 'public-read' } },
  profiles: { all: { name: 'All', viewAll: false, editAll: false, modules: { '*': full } } },
  roles: { sales: role('Sales'), desk: role('Desk'), other: role('Other') },
  people: { frank: 'sales', ben: 'desk', grace: 'other' }
}

onSqlite('sharing at the door of the CRM', (open) => {
  let app: TestApp
  const as = async (id: string): Promise<Records> => {
    const { crm, host } = app.embedded
    return crm.store.as((await host.staffById(id))!)
  }

  before(async () => {
    app = await openApp(open, { world: 'people' })
    const { crm } = app.embedded
    await crm.settings.saveSwitches({ 'global-sharing': true })
    const add = (module: string, id: string, values: Record<string, string>): Promise<string> =>
      crm.store.system.create(module, values, { id })
    await add('Lead', 'franks-lead', { lastName: 'Doors', assignedUser: 'frank' })
    for (const owner of ['frank', 'grace']) {
      await add('Account', `account-of-${owner}`, { name: 'Doors', assignedUser: owner })
      const hanging = { subject: 'Doors', account: `account-of-${owner}`, assignedUser: 'irena' }
      await add('Case', `case-at-${owner}`, hanging)
    }
  })
  after(() => app.close())

  async function found(id: string, module: string): Promise<string[]> {
    const { records } = await (await as(id)).list(module, { search: 'Doors' })
    return records.map((record) => record.id).sort()
  }

  async function rights(id: string, module: string, record: string): Promise<string> {
    const may = await (await as(id)).may(module, record)
    return (['view', 'edit', 'delete'] as const).map((action) => (may.has(action) ? action[0] : '')).join('')
  }

  describe('S04 what is in force and not understood', () => {
    let whole: string

    beforeEach(async () => {
      await setModel(app, () => company)
      whole = JSON.stringify(company)
      expect(await rights('frank', 'Lead', 'franks-lead'), 'understood').to.equal('ved')
      expect(await rights('ben', 'Lead', 'franks-lead'), 'understood').to.equal('v')
      expect(await found('ben', 'Lead')).to.deep.equal(['franks-lead'])
    })
    afterEach(async () => {
      await store(whole)
      expect(await rights('ben', 'Lead', 'franks-lead'), 'understood again').to.equal('v')
    })

    const unknown: Readonly<Record<string, (text: string) => string>> = {
      'a level nobody knows': (text) => text.replace('"public-read"', '"public-all"'),
      'a word nobody knows': (text) => text.replace('"roles"', '"everybody":true,"roles"'),
      'half of it': (text) => text.slice(0, text.length / 2)
    }
    for (const [what, spoil] of Object.entries(unknown))
      it(`S04 ${what}: nobody but administrators sees or does anything, the owner neither`, async () => {
        await store(spoil(whole))
        expect(await inForce(app.embedded.db)).to.include({ isWhole: false })
        for (const id of ['frank', 'ben', 'petra']) {
          expect(await found(id, 'Lead'), id).to.deep.equal([])
          expect((await (await as(id)).count('Lead')).count, id).to.equal(0)
          expect(await rights(id, 'Lead', 'franks-lead'), id).to.equal('')
          await refused((await as(id)).find('Lead', 'franks-lead'))
          await refused((await as(id)).create('Lead', { lastName: 'Made up' }))
        }
        expect(await rights('irena', 'Lead', 'franks-lead')).to.equal('ved')
        expect(await found('irena', 'Lead')).to.deep.equal(['franks-lead'])
      })

    it('S04 no row of it at all: the same', async () => {
      const { db } = app.embedded
      const rows = await db('portico_sharing').select<object[]>()
      await db('portico_sharing').delete()
      await raiseConfigurationVersion(db)
      expect(await inForce(db)).to.include({ isWhole: false })
      expect(await rights('frank', 'Lead', 'franks-lead')).to.equal('')
      expect(await rights('irena', 'Lead', 'franks-lead')).to.equal('ved')
      await db('portico_sharing').insert(rows)
    })

    async function store(text: string): Promise<void> {
      const { db } = app.embedded
      const { version }: { version: number } = await db('portico_sharing').first('version')
      await db('portico_sharing_models').where({ version }).update({ model: text })
      await raiseConfigurationVersion(db)
    }

    async function refused(asked: Promise<unknown>): Promise<void> {
      const status = await asked.then(
        () => 200,
        (error: { status?: number }) => error.status
      )
      expect(status).to.be.oneOf([403, 404])
    }
  })

  it('S06 cases hang on shared accounts, in the list as by their address, and only on those', async () => {
    await setModel(app, () => ({
      ...company,
      rules: {
        rule: {
          module: 'Account',
          from: { kind: 'role', id: 'sales' },
          to: { kind: 'role', id: 'desk' },
          write: true,
          criteria: [],
          related: [{ module: 'Case', link: 'account', write: false }]
        }
      }
    }))
    expect(await found('ben', 'Account')).to.deep.equal(['account-of-frank'])
    expect(await found('ben', 'Case')).to.deep.equal(['case-at-frank'])
    expect(await rights('ben', 'Account', 'account-of-frank')).to.equal('ve')
    expect(await rights('ben', 'Case', 'case-at-frank')).to.equal('v')
    expect(await rights('ben', 'Case', 'case-at-grace')).to.equal('')
    expect(await found('grace', 'Case')).to.deep.equal([])
    expect(await rights('grace', 'Case', 'case-at-frank')).to.equal('')
  })
})
