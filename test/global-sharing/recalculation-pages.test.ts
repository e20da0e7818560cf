import { expect } from 'chai'
import type { Context } from '../../src/context.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { draft, stage } from '../../src/global-sharing/draft.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import type { Model } from '../../src/global-sharing/model.js'
import { workOnRuns } from '../../src/global-sharing/recalculation.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { administrator } from './admins.js'

const here = '/portico/admin/sharing/recalculation'

/** Ben owns nothing; Frank has leads, which are private. */
onSqlite('the pages of recalculation', (open) => {
  let test: TestApp
  let context: Context
  let irena: Visitor
  let grace: Visitor
  let ben: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    context = test.embedded.portico.context
    irena = await administrator(test, 'irena')
    grace = await administrator(test, 'grace')
    ben = await administrator(test, 'ben')
  })

  after(() => test.close())

  it('S08 what is staged stands there in words, and the old rules hold', async () => {
    await irena.open(here)
    irena.is(200).sees('Nothing is staged')
    await stageLevel('Lead', 'public-read')
    await irena.open(here)
    irena.sees('Organization-wide defaults change', 'Leads', 'Public: Read Only')
    await ben.open(`/crm/Lead/${await franksLead()}`)
    ben.is(404)
  })

  it('S08 a preview counts who gains, with an example and why', async () => {
    await irena.open(here)
    await irena.send('Preview')
    irena.is(200).sees('under way', 'It will begin in a moment.')
    const page = irena.path
    await workOnRuns(context, 'preview')
    await irena.open(page)
    irena.is(200).sees('finished', 'What changes', 'Leads', 'will see “', 'Public: Read Only')
    irena.doesNotSee('will no longer see')
    await irena.open(here)
    irena.sees('The preview of').doesNotSee('End preview')
    expect((await inForce(context.db)).model.defaults['Lead']?.level ?? 'private').to.equal('private')
  })

  it('S08 Recalculate puts it in force, and the report says which version', async () => {
    await irena.open(here)
    await irena.send('Recalculate')
    const page = irena.path
    irena.is(200).sees('under way')
    expect(irena.response.headers['refresh']).to.equal('2')
    await workOnRuns(context, 'apply')
    await irena.open(page)
    const { version } = await inForce(context.db)
    irena.is(200).sees(`Version ${version} is in force.`)
    await ben.open(`/crm/Lead/${await franksLead()}`)
    ben.is(200)
    await irena.open(here)
    irena.sees('Nothing is staged', 'in force').doesNotSee('End preview')
  })

  it('S08 A28 of two administrators the second is told that what is staged has changed', async () => {
    await stageLevel('Lead', 'private')
    await grace.open(here)
    await stageLevel('Vendor', 'private')
    await grace.send('Recalculate')
    grace.is(409)
    expect((await draft(context.db)).isStaged).to.equal(true)
    await grace.send('Preview')
    grace.is(200)
    await grace.send('Stop')
    grace.is(200).sees('It was stopped by hand.')
  })

  it('S08 throwing away what is staged asks first', async () => {
    await irena.open(`${here}/discard`)
    irena.is(200).sees('Throw away what is staged?', 'Organization-wide defaults change')
    await irena.send('Throw away what is staged')
    irena.is(200).sees('Nothing is staged')
    expect((await draft(context.db)).isStaged).to.equal(false)
    await ben.open(`/crm/Lead/${await franksLead()}`)
    ben.is(200)
  })

  it('S08 it is not thrown away while it is being recalculated', async () => {
    await stageLevel('Lead', 'private')
    await grace.open(`${here}/discard`)
    await irena.open(here)
    await irena.send('Recalculate')
    await grace.send('Throw away what is staged')
    grace.is(409).sees('It is being recalculated right now.')
    await workOnRuns(context)
  })

  it('S08 applied at once, a change is in force when it is saved', async () => {
    await irena.open(here)
    await irena.send('Save option', { atOnce: 'true' })
    irena.is(200).sees('The option is saved.')
    await stageLevel('Lead', 'public-read')
    expect((await draft(context.db)).isStaged).to.equal(false)
    await ben.open(`/crm/Lead/${await franksLead()}`)
    ben.is(200)
    await irena.open(here)
    await irena.send('Save option', { atOnce: [] })
    await stageLevel('Lead', 'private')
    await ben.open(`/crm/Lead/${await franksLead()}`)
    ben.is(200)
  })

  it('S08 a staged model that nobody can read can be thrown away', async () => {
    await damageDraft('{"roles":7}')
    for (const page of ['', '/recalculation', '/recalculation/discard'])
      (await irena.open(`/portico/admin/sharing${page}`)).is(200)
    irena.sees('Throw away what is staged?')
    await irena.send('Throw away what is staged')
    irena.is(200).sees('Nothing is staged')
  })

  it('S08 a module that is gone neither stops a preview nor a recalculation', async () => {
    const rights = { view: true, create: true, edit: true, delete: true }
    const standard = (await inForce(context.db)).model.profiles['standard']!
    await change((model) => ({
      ...model,
      defaults: { ...model.defaults, Ghost: { level: 'public-edit', follows: 'nothing' } },
      profiles: {
        ...model.profiles,
        standard: { ...standard, modules: { ...standard.modules, Ghost: rights } }
      },
      rules: { ...model.rules, ghost: ghostRule }
    }))
    await irena.open(here)
    irena.is(200).sees('Ghost')
    await irena.send('Preview')
    const page = irena.path
    await workOnRuns(context)
    await irena.open(page)
    irena.is(200).sees('Nobody gains and nobody loses')
    await irena.send('Recalculate')
    await workOnRuns(context)
    expect((await inForce(context.db)).model.defaults['Ghost']?.level).to.equal('public-edit')
  })

  it('S08 A26 a model in force that nobody can read gives nothing, and an earlier one can be staged again', async () => {
    const { version } = await inForce(context.db)
    const frank = await administrator(test, 'frank')
    const lead = `/crm/Lead/${await franksLead()}`
    await frank.open(lead).then((page) => page.is(200))
    await context.db('portico_sharing_models').where({ version }).update({ model: '{"roles":{"a":"superuser"}}' })
    await context.db.transaction((trx) => raiseConfigurationVersion(trx))
    await frank.open(lead).then((page) => page.is(404))
    await irena.open(here)
    irena.is(200).sees("What is in force can't be understood")
    const restored = await irena.forge(`${here}/versions/${version - 1}/draft`)
    expect(restored.status).to.equal(303)
    const { revision } = await draft(context.db)
    const over = await irena.forge(`${here}/versions/${version - 1}/draft`)
    expect(over.status, 'over what waits').to.equal(409)
    expect(over.text).to.include('Changes are waiting, and they would be lost.')
    expect((await draft(context.db)).revision).to.equal(revision)
    await irena.open(here)
    await irena.send('Recalculate')
    await workOnRuns(context)
    expect((await inForce(context.db)).version).to.equal(version + 1)
    await frank.open(lead).then((page) => page.is(200))
  })

  it('S08 S11 is there for who may manage sharing, and for nobody else', async () => {
    await ben.open(here).then((page) => page.is(404))
    expect((await ben.forge(`${here}/runs`, { kind: 'apply', revision: '1' })).status).to.equal(404)
    expect((await irena.forge(`${here}/runs`, { kind: 'everything', revision: '1' })).status).to.equal(422)
  })

  const ghostRule: Model['rules'][string] = {
    module: 'Ghost',
    from: { kind: 'role', id: 'nobody' },
    to: { kind: 'user', id: 'ben' },
    write: true,
    criteria: [],
    related: []
  }

  function stageLevel(module: string, level: 'private' | 'public-read'): Promise<void> {
    return change((model) => ({ ...model, defaults: { ...model.defaults, [module]: { level } } }))
  }

  async function change(how: (model: Model) => Model): Promise<void> {
    const by = (await context.host.staffById('irena'))!
    const part = (model: Model): unknown => model.defaults
    await stage(context, by, { action: 'sharing.defaults-changed', subject: 'sharing:defaults', part, change: how })
  }

  async function damageDraft(model: string): Promise<void> {
    await context.db.transaction(async (trx) => {
      await trx('portico_sharing_drafts').update({ model })
      await raiseConfigurationVersion(trx)
    })
  }

  async function franksLead(): Promise<string> {
    const rows = await context
      .db<{ id: string; assigned_user_id: string; deleted: number }>('crm_lead')
      .select('id')
      .where({ assigned_user_id: 'frank', deleted: 0 })
    return rows[0]!.id
  }
})
