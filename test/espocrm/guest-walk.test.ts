/** External users on the running EspoCRM: from a contact in a project to what he sees of it, and how he loses it (T01–T10). */
import { expect } from 'chai'
import { releaseFor, responsibilityOf, rightTo } from './guest-rights.js'
import { keepSettings, keptSettings, proposedFor } from '../../src/external-users/project-settings.js'
import type { Visitor } from '../support/visitor.js'
import { newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { mount, openService, type Service } from './service.js'
import { letPorticoUse, makeStaff, type Cast } from './staff.js'
import { rememberIntegration, setSwitches } from './switches.js'

const password = 'seven-Otters-climb-88'
const pages = `${mount}/portico/admin/external-users`

onEspocrm('an external user of EspoCRM', (live) => {
  const run = newRun()
  let service: Service
  let made: Made
  let cast: Cast
  let vera: Visitor
  let guest: Visitor
  let world: World
  let putBack: () => Promise<void>

  before(async function () {
    this.timeout(120_000)
    putBack = await rememberIntegration(live().admin)
    made = new Made(live().admin)
    cast = await makeStaff(live())
    await letPorticoUse(live(), 'PorticoProject', 'PorticoNote', 'DocumentFolder')
    world = await makeWorld(made, run, cast)
    service = await openService(live())
    await setSwitches(live().admin, { 'external-users': true })
    await service.installation.definitions.refresh()
    vera = await service.staffVisitor(cast.administrator, '/portico/admin/external-users')
    guest = service.visitor()
    await releaseFor(service, {
      PorticoProject: ['name', 'status', 'dateEnd'],
      Task: ['name', 'status', 'description'],
      Document: ['name'],
      Email: ['name', 'body']
    })
  })

  after(async function () {
    this.timeout(60_000)
    const { db } = service.installation
    const people = await db('portico_external_users').pluck<string[]>('id').where({ record_id: world.anna })
    for (const table of ['portico_memberships', 'portico_module_rights', 'portico_responsible'])
      await db(table).whereIn('person_id', people).delete()
    await db('portico_object_rights').whereIn('record_id', Object.values(world)).delete()
    await db('portico_external_fields').delete()
    await service.close()
    await made.remove()
    await putBack()
  })

  const signIn = async (): Promise<Visitor> => {
    guest = service.visitor()
    await guest.open(`${mount}/external/sign-in`)
    await guest.send('Sign in', { email: `anna.${run}`, password })
    return guest.path.includes('/welcome') ? guest.open(`${mount}/external/`) : guest
  }
  const project = (...rest: string[]): string => [mount, 'external', 'projects', world.project, ...rest].join('/')

  it('T03 staff pick the contact and set login and password; EspoCRM has the contact among the project’s members then', async () => {
    await vera.open(`${pages}/projects/${world.project}/members/new?q=${run}`)
    await vera.follow(`Add: Anna ${run}`)
    const rights = ['documents', 'tasks', 'tickets', 'emails']
    await vera.send('Add member', { way: 'login', loginName: `anna.${run}`, password, language: 'en', rights })
    vera.is(200).sees(`Anna ${run}`)
    const { list } = await live().admin.get<{ list: { id: string }[] }>(`PorticoProject/${world.project}/contacts`)
    expect(list.map(({ id }) => id)).to.deep.equal([world.anna])
  })

  it('T01 without a right on the project nobody comes in; with it he sees the released fields', async () => {
    await signIn()
    expect(guest.path).to.include('/sign-in')
    await rightTo(service, 'PorticoProject', world.project, 'read')
    await signIn()
    guest.is(200).sees(`Town hall ${run}`)
    await guest.open(project())
    guest.is(200).sees(`Town hall ${run}`, 'Active').doesNotSee('Secret budget')
  })

  it('T06 T08 he sees and changes his own task, reads the others; documents by the rights on them and their folder', async () => {
    await responsibilityOf(service, cast.administrator.id, world, { module: 'Task', id: world.task })
    await guest.open(`${mount}/external/tasks/${world.task}/edit`)
    await guest.send('Save', { name: `Measure twice ${run}` })
    guest.is(200).sees(`Measure twice ${run}`)
    expect(await live().admin.get(`Task/${world.task}`)).to.deep.include({
      name: `Measure twice ${run}`,
      modifiedByName: `Anna ${run}`
    })
    await guest.open(`${mount}/external/tasks/${world.other}`)
    guest.is(200).sees(`Not hers ${run}`)
    expect((await guest.peek(`${mount}/external/tasks/${world.other}/edit`)).status).to.be.oneOf([403, 404])
    await guest.open(project('documents'))
    guest.is(200).doesNotSee(`Plan ${run}`)
    await rightTo(service, 'DocumentFolder', world.folder, 'read')
    await rightTo(service, 'Document', world.document, 'read')
    await guest.open(project('documents', world.folder))
    guest.is(200).sees(`Plan ${run}`)
  })

  it('T06 a ticket is seen with its columns by right, and is opened by no route', async () => {
    await guest.open(project('tickets'))
    guest.is(200).doesNotSee(`Pump hums ${run}`)
    await rightTo(service, 'Case', world.ticket, 'read')
    await guest.open(project('tickets'))
    guest.is(200).sees(`Pump hums ${run}`)
    expect((await guest.peek(`${mount}/external/tickets/${world.ticket}`)).status).to.equal(404)
  })

  it('T06 of the project’s e-mails he reads what was sent, and no draft', async () => {
    await guest.open(project('emails'))
    guest.is(200).sees(`Offer ${run}`).doesNotSee(`Unsaid ${run}`)
    await guest.open(project('emails', world.sent))
    guest.is(200).sees('Our best price')
    expect((await guest.peek(project('emails', world.draft))).status).to.equal(404)
  })

  it('T02 the day after the end date all of it is gone; moved, it is back', async () => {
    await live().admin.put(`PorticoProject/${world.project}`, { dateEnd: '2020-01-01', dateStart: null })
    expect((await guest.peek(project())).status).not.to.equal(200)
    await live().admin.put(`PorticoProject/${world.project}`, { dateEnd: '2099-12-31' })
    await signIn()
    await guest.open(project())
    guest.is(200).sees(`Town hall ${run}`)
  })

  it('T10 deactivated he is out at once, and so he is when he is removed from his only project', async () => {
    const { db } = service.installation
    const { id } = await db('portico_external_users').first<{ id: string }>('id').where({ record_id: world.anna })
    await vera.open(`${pages}/projects/${world.project}/members/${id}`)
    await vera.send('Save member', { deactivated: 'true' })
    expect((await guest.peek(project())).status).not.to.equal(200)
    await vera.open(`${pages}/projects/${world.project}/members/${id}`)
    await vera.send('Save member', { deactivated: [] })
    await signIn()
    guest.is(200).sees(`Town hall ${run}`)
    await db('portico_memberships').where({ person_id: id }).delete()
    expect((await guest.peek(project())).status).not.to.equal(200)
  })

  it('T01 T02 another module can be the projects: Opportunity, by its close date and the links that lead to it', async () => {
    const { portico, db } = service.installation
    const { context } = portico
    const staff = (await context.host.staffById(cast.administrator.id))!
    const catalog = await context.host.catalog('en')
    const settings = proposedFor(catalog, catalog.modules.get('Opportunity')!)!
    expect(settings).to.deep.include({ module: 'Opportunity', endDate: 'closeDate', timeZone: { zone: 'UTC' } })
    expect(settings.parts.tasks!.link).to.equal('parentOpportunity')
    await keepSettings(context, staff, (await keptSettings(db)).revision, settings)
    try {
      const { id } = await db('portico_external_users').first<{ id: string }>('id').where({ record_id: world.anna })
      const membership = { module: 'Opportunity', record_id: world.deal, person_id: id }
      await db('portico_memberships').insert({ ...membership, added_by: staff.id, added_at: '2026-01-01 00:00:00' })
      await rightTo(service, 'Opportunity', world.deal, 'read')
      await releaseFor(service, { Opportunity: ['name'] })
      await signIn()
      guest.is(200).sees(`Deal ${run}`).doesNotSee(`Town hall ${run}`)
      expect((await guest.peek(project())).status).to.equal(404)
      await live().admin.put(`Opportunity/${world.deal}`, { closeDate: '2020-01-01' })
      expect((await guest.peek(`${mount}/external/projects/${world.deal}`)).status).not.to.equal(200)
    } finally {
      await keepSettings(context, staff, (await keptSettings(db)).revision, undefined)
    }
  })
})

type World = Awaited<ReturnType<typeof makeWorld>>

/** A project with what belongs to it, and a contact who is in none. */
async function makeWorld(made: Made, run: string, { administrator }: Cast) {
  const anna = await made.make('Contact', { firstName: 'Anna', lastName: run, emailAddress: `anna@${run}.example` })
  const project = await made.make('PorticoProject', {
    ...{ name: `Town hall ${run}`, status: 'Active', timeZone: 'Europe/Prague' },
    ...{ description: 'Secret budget', dateEnd: '2099-12-31' }
  })
  const mine = { parentType: 'PorticoProject', parentId: project, assignedUserId: administrator.id }
  const letter = {
    ...{ parentType: 'PorticoProject', parentId: project, body: '<p>Our best price</p>', isHtml: true },
    ...{ from: 'vera@thermovia.example', to: `anna@${run}.example`, dateSent: '2026-11-20 09:00:00' }
  }
  const folder = await made.make('DocumentFolder', { name: `Plans ${run}`, porticoProjectId: project })
  const file = await made.make('Attachment', {
    ...{ name: 'plan.txt', type: 'text/plain', role: 'Attachment', relatedType: 'Document', field: 'file' },
    file: 'data:text/plain;base64,cGxhbg=='
  })
  const placed = { folderId: folder, porticoProjectId: project, fileId: file, publishDate: '2026-11-22' }
  return {
    ...{ anna, project, folder },
    task: await made.make('Task', { ...mine, name: `Measure ${run}` }),
    other: await made.make('Task', { ...mine, name: `Not hers ${run}` }),
    document: await made.make('Document', { ...placed, name: `Plan ${run}` }),
    ticket: await made.make('Case', { name: `Pump hums ${run}`, porticoProjectId: project }),
    sent: await made.make('Email', { ...letter, name: `Offer ${run}`, status: 'Archived' }),
    draft: await made.make('Email', { ...letter, name: `Unsaid ${run}`, status: 'Draft' }),
    deal: await made.make('Opportunity', { name: `Deal ${run}`, amount: 1, closeDate: '2099-12-31' })
  }
}
