import { expect } from 'chai'
import type { Visitor } from '../support/visitor.js'
import { admit, customerPassword, makePortal } from './customers.js'
import { newRun, onEspocrm } from './live.js'
import type { Made } from './made.js'
import { accept } from './newcomers.js'
import { admin, openPortalWorld, portalAt, type PortalWorld } from './portal-world.js'
import { mount, type Service } from './service.js'

/** The example of the source, word for word. Of the knowledge base it says `read – account`; articles have no account, and the level means
 *  what EspoCRM publishes of them (decision 0010). */
onEspocrm('the worked example of portal roles', (live) => {
  const run = newRun()
  const door = `${mount}/portal/${run}`
  let portals: PortalWorld
  let service: Service
  let made: Made
  let world: PortalWorld['records']
  let vera: Visitor
  let anna: Visitor
  let role: string
  let caseId: string
  let jonas: Visitor

  const signedIn = async (name: string): Promise<Visitor> => {
    const visitor = service.visitor()
    await visitor.open(`${door}/sign-in`)
    await visitor.send('Sign in', { email: `${name}@${run}.example`, password: customerPassword })
    return visitor.is(200)
  }

  before(async function () {
    this.timeout(120_000)
    portals = await openPortalWorld(live(), run)
    ;({ service, vera, made, records: world } = portals)
    const by = (await service.installation.host.staffById(portals.cast.administrator.id))!
    const typeId = await makePortal(service.installation, by, run, [{ module: 'Contact', readOnly: ['name'] }])
    for (const id of [world.anna, world.jonas, world.bjoern]) await admit(service.installation, by, typeId, id)
  })

  after(async function () {
    this.timeout(60_000)
    await portals?.close()
  })

  it('E12 before it, the portal shows neither cases nor articles', async () => {
    anna = await signedIn('anna')
    for (const path of ['case', 'knowledge-base-article', `case/${world.heating}`])
      expect((await anna.peek(`${door}/${path}`)).status, path).to.equal(404)
  })

  it('E09 E12 cases: create yes, read account, edit no, delete no, stream account; articles: read account', async () => {
    await vera.open(`${admin}/roles/new`)
    await vera.send('Create role', { name: `Customers ${run}` })
    role = vera.is(200).path.split('?')[0]!
    await vera.open(`${role}/modules/Case`)
    const levels = { create: 'true', read: 'account', edit: 'no', delete: 'no', stream: 'account' }
    const visible = ['number', 'name', 'status', 'description', 'account']
    await vera.send('Add module', { ...levels, visible, readOnly: ['number', 'status', 'account'] })
    vera.is(200).sees('Cases', 'account')
    await vera.open(`${role}/modules/KnowledgeBaseArticle`)
    await vera.send('Add module', {
      read: 'account',
      edit: 'no',
      delete: 'no',
      visible: ['name', 'body'],
      readOnly: ['name', 'body']
    })
    vera.is(200)
    await vera.open(`${admin}/${(await portalAt(service, run)).id}/roles`)
    await vera.send('Save', { role: role.split('/').at(-1)! })
    vera.is(200).sees('Saved')
  })

  it('E12 she creates a case; in EspoCRM it is her contact’s and her account’s, by her name', async () => {
    await anna.open(`${door}/case/new`)
    await anna.send('Save', { name: 'The boiler hums', description: 'At night.' })
    caseId = made.note('Case', anna.is(200).path.split('/').at(-1)!.split('?')[0]!)
    expect(await live().admin.get(`Case/${caseId}`)).to.include({
      name: 'The boiler hums',
      accountId: world.nordwind,
      contactId: world.anna,
      createdByName: `Anna ${run}`,
      assignedUserId: portals.cast.administrator.id
    })
  })

  it('E12 a colleague reads the cases of the account, somebody of another account does not', async () => {
    jonas = await signedIn('jonas')
    await jonas.open(`${door}/case`)
    jonas.is(200).sees('The boiler hums', 'Heating fails').doesNotSee('Pump leaks')
    const bjoern = await signedIn('bjoern')
    await bjoern.open(`${door}/case`)
    bjoern.is(200).sees('Pump leaks').doesNotSee('The boiler hums')
    expect((await bjoern.peek(`${door}/case/${caseId}`)).status).to.equal(404)
  })

  it('E12 nobody edits or deletes one, not even his own, by form or by id', async () => {
    await anna.open(`${door}/case/${caseId}`)
    expect(anna.page('a[href$="/edit"], a[href$="/removal"]')).to.have.length(0)
    expect((await anna.peek(`${door}/case/${caseId}/edit`)).status).to.equal(403)
    expect((await anna.forge(`${door}/case/${caseId}`, { name: 'Changed' })).status).to.equal(403)
    expect((await anna.forge(`${door}/case/${caseId}/removal`)).status).to.equal(403)
    expect((await anna.forge(`${door}/case/${world.foreign}`, { name: 'Changed' })).status).to.equal(404)
    expect(await live().admin.get(`Case/${caseId}`)).to.include({ name: 'The boiler hums', deleted: false })
  })

  it('E10 an internal case and an internal note are never theirs, by list or by id', async () => {
    expect((await anna.peek(`${door}/case/${world.internal}`)).status).to.equal(404)
    await anna.open(`${door}/case`)
    anna.doesNotSee('Not for her')
    const note = { type: 'Post', parentType: 'Case', parentId: caseId }
    await live().admin.post('Note', { ...note, post: 'Warranty is over, do not tell.', isInternal: true })
    await live().admin.post('Note', { ...note, post: 'We are coming.' })
    await anna.open(`${door}/case/${caseId}`)
    anna.is(200).sees('We are coming.').doesNotSee('do not tell')
  })

  it('E11 the stream is read and written by those of the account; without its level there is none', async () => {
    await jonas.open(`${door}/case/${caseId}`)
    await jonas.send('Write note', { text: 'It hums here, too.' })
    jonas.is(200)
    await anna.open(`${door}/case/${caseId}`)
    anna.sees('It hums here, too.')
    await vera.open(`${role}/modules/Case`)
    await vera.send('Save', { stream: '' })
    await anna.open(`${door}/case/${caseId}`)
    anna.is(200).sees('At night.').doesNotSee('It hums here, too.')
  })

  it('E12 articles are read where EspoCRM publishes them, and never created', async () => {
    await anna.open(`${door}/knowledge-base-article`)
    anna.is(200).sees(`Pump care ${run}`).doesNotSee(`Draft ${run}`)
    await anna.open(`${door}/knowledge-base-article/${world.article}`)
    anna.is(200).sees('Once a year.')
    expect((await anna.peek(`${door}/knowledge-base-article/${world.draft}`)).status).to.equal(404)
    expect((await anna.peek(`${door}/knowledge-base-article/new`)).status).to.equal(403)
  })

  it('E08 somebody without a contact has chosen accounts; what he creates stands under his name in EspoCRM', async () => {
    await vera.open(`${admin}/persons/new`)
    const otto = { name: `Otto ${run}`, address: `otto@${run}.example` }
    await vera.send('Send invitation', { ...otto, portal: (await portalAt(service, run)).id, language: 'en' })
    vera.is(200).sees('is on its way')
    await service.settle()
    const visitor = service.visitor()
    await accept(visitor, portals.mails)
    await visitor.open(`${door}/case`)
    visitor.is(200).doesNotSee('Heating fails', 'Pump leaks')
    const page = vera.path.split('?')[0]!
    await vera.open(`${page}?account=${run}`)
    await vera.send('Save accounts', { which: 'chosen', account: [world.nordwind] })
    vera.is(200).sees('Saved', `Nordwind ${run}`)
    await visitor.open(`${door}/case`)
    visitor.is(200).sees('Heating fails').doesNotSee('Pump leaks', 'Not for her')
    expect((await visitor.peek(`${door}/case/${world.foreign}`)).status).to.equal(404)
    await visitor.open(`${door}/case/new`)
    await visitor.send('Save', { name: 'From the planner' })
    const id = made.note('Case', visitor.is(200).path.split('/').at(-1)!.split('?')[0]!)
    expect(await live().admin.get(`Case/${id}`)).to.include({
      accountId: world.nordwind,
      contactId: null,
      createdByName: `Otto ${run}`
    })
    const author = await live().admin.get(`User/${String((await live().admin.get(`Case/${id}`))['createdById'])}`)
    expect(author, 'his name can’t be used to sign in').to.include({ type: 'portal', isActive: false })
  })
})
