import { expect } from 'chai'
import { openMailServer, readable, type MailServer } from '../support/mail-server.js'
import { Visitor } from '../support/visitor.js'
import type { Json, List } from './espo-client.js'
import { eventually, newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { invitationLink } from './newcomers.js'
import { mount, openService, type Service } from './service.js'
import { letPorticoUse, makeStaff, type Cast } from './staff.js'
import { rememberIntegration, setIntegration, setSwitches } from './switches.js'

const password = 'brass kettle under the elm'

/** The whole way through two web servers: Portico's pages come through EspoCRM's, and what Portico writes is read back over
 *  EspoCRM's REST. Each step stands on the one before. */
onEspocrm('from the switch in EspoCRM to a customer’s first case', (live) => {
  const run = newRun()
  const slug = run
  const portal = `${mount}/portal/${slug}`
  let mails: MailServer
  let service: Service
  let made: Made
  let cast: Cast
  let vera: Visitor
  let karl: Visitor
  let anna: Visitor
  let putBack: () => Promise<void>
  let world: Awaited<ReturnType<typeof makeWorld>>
  let caseId: string

  before(async function () {
    this.timeout(120_000)
    const { admin } = live()
    putBack = await rememberIntegration(admin)
    made = new Made(admin)
    cast = await makeStaff(live())
    await letPorticoUse(live(), 'Account', 'Contact', 'Case')
    world = await makeWorld(made, run)
    mails = await openMailServer()
    service = await openService(live(), { env: { PORTICO_SMTP_URL: mails.url } })
    anna = service.visitor()
  })

  after(async function () {
    this.timeout(60_000)
    await service?.installation.db('portico_portals').where({ slug }).update({ is_active: false })
    await service?.close()
    mails?.close()
    await made?.remove()
    await putBack?.()
  })

  it('while it is off, no user of EspoCRM gets a ticket; switched on, only that module is there', async () => {
    const { admin } = live()
    await setIntegration(admin, { enabled: false })
    await refused(() => service.staffVisitor(cast.administrator, '/portico/admin/portals'))
    await setSwitches(admin, { portal: true })
    vera = await service.staffVisitor(cast.administrator, '/portico/admin/portals')
    vera.is(200).sees(cast.administrator.name)
    await vera.open(`${mount}/portico/admin/sharing`)
    vera.is(404)
  })

  it('Z01 Z02 the administrator creates a portal with the user type Client Portal', async () => {
    await vera.open(`${mount}/portico/admin/portals/new`)
    await vera.send('Create portal', { name: `Service ${run}`, slug, locale: 'en' })
    vera.is(200).sees(`Service ${run}`, 'Client Portal')
  })

  it('Z05 Z06 Z11 she releases contacts, accounts and cases by paths of links', async () => {
    await vera.follow('Client Portal')
    const userType = vera.path
    await vera.open(`${userType}/modules/Contact`)
    await vera.send('Save', {
      right: ['edit'],
      visible: ['name', 'firstName', 'lastName', 'emailAddress', 'account'],
      readOnly: ['emailAddress', 'account']
    })
    vera.is(200).sees('Saved.')
    await vera.open(`${userType}/modules/Account`)
    await vera.send('Release the module', {
      path: 'contacts',
      visible: ['name', 'website'],
      readOnly: ['name', 'website']
    })
    vera.is(200).sees('Saved.')
    await vera.open(`${userType}/modules/Case`)
    await vera.send('Release the module', {
      path: 'account.contacts',
      right: ['create', 'edit'],
      notes: 'write',
      visible: ['number', 'name', 'status', 'priority', 'description', 'account', 'createdAt'],
      readOnly: ['status', 'account']
    })
    vera.is(200).sees('Saved.', 'Cases')
  })

  it('Z04 E05 she goes through the set-up and finishes it', async () => {
    await vera.follow('Go on: Modules')
    await vera.send('Save and next')
    vera.is(200).sees('Invitations to “Client Portal”')
    await vera.send('Save and next')
    await vera.send('Finish')
    vera.is(200).sees('“Client Portal” is set up.')
    expect(vera.page('input[readonly]').attr('value')).to.equal(live().url + portal)
  })

  it('Z14 the contact’s page in EspoCRM offers the invitation to a clerk who may send it', async () => {
    karl = await service.staffVisitor(cast.clerk, '/portico/admin/portals')
    expect(await actions(karl, world.anna))
      .to.include('portal-invitation')
      .and.not.include('portal-access')
    const stranger = service.visitor()
    expect((await stranger.peek(`${mount}/host/record-actions?module=Contact&id=${world.anna}`)).status).to.equal(401)
    expect(await actions(karl, world.noAddress), 'a contact without an address').not.to.include('portal-invitation')
    await karl.open(await addressOf(karl, world.anna, 'portal-invitation'))
    await choosePortal(karl, run)
    karl.is(200).sees('is on its way')
    await service.settle()
  })

  it('Z16 Z19 she accepts by the mail’s link and its button, and chooses her password', async () => {
    const link = invitationLink(mails)
    expect(link, 'built from EspoCRM’s own address').to.match(new RegExp(`^${live().url}${mount}/`))
    await anna.open(link)
    anna.is(200).sees('You are invited')
    await anna.send('Accept the invitation')
    anna.is(200).sees('Choose your password')
    await anna.send('Set the password', { password })
    await anna.send('Continue', {
      locale: 'en',
      dateFormat: 'dmy',
      timeFormat: '24',
      timeZone: 'Europe/Berlin',
      country: 'DE'
    })
    anna.is(200).sees(`Service ${run}`)
    expect((await service.visitor().open(link)).response.status).to.equal(410)
  })

  it('Z05 she sees her company’s cases, searches, sorts and opens them, and nobody else’s', async () => {
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Heating fails', 'Boiler hums').doesNotSee('Pump leaks', 'Not for her', 'Long gone')
    await anna.open(`${portal}/case?q=heating`)
    anna.sees('Heating fails', '1 record').doesNotSee('Boiler hums')
    await anna.open(`${portal}/case?q=Pump+leaks`)
    anna.sees('Nothing in Cases matches.')
    const sort = anna.page('a[href*="sort="]').first().attr('href')
    await anna.open(`${portal}/case`)
    await anna.open(new URL(anna.page('a[href*="sort="]').first().attr('href') ?? sort!, live().url + anna.path).href)
    anna.is(200).sees('Heating fails')
    await anna.follow('Heating fails')
    anna.is(200).sees('Heating fails', `Nordwind ${run}`)
    await anna.open(`${portal}/account`)
    anna.is(200).sees(`Nordwind ${run}`).doesNotSee(`Südwind ${run}`)
    await anna.open(`${portal}/contact`)
    anna.is(200).sees(`Anna ${run}`).doesNotSee(`Björn ${run}`)
  })

  it('Z26 Z28 she creates a case with a note and a file; what EspoCRM refuses keeps what she typed', async () => {
    await anna.open(`${portal}/case/new`)
    await anna.send('Save', { name: '', description: 'Typed already' })
    anna.is(422).sees('What you typed is still here')
    expect(anna.page('textarea[name=description]').text()).to.include('Typed already')
    await anna.send('Save', {
      name: 'Radiator rattles 🙂',
      priority: 'High',
      description: 'Every night <b>at ten</b>.'
    })
    anna.is(200).sees('Radiator rattles 🙂', 'High')
    caseId = made.note('Case', anna.path.split('/').at(-1)!.split('?')[0]!)
    await anna.send('Write note', { text: 'A recording is attached.' }, [
      { field: 'files', name: 'rattle.txt', content: 'rattle, rattle', type: 'text/plain' }
    ])
    anna.is(200).sees('A recording is attached.', 'rattle.txt')
    const file = await anna.peek(anna.page('ul.files a').attr('href')!)
    expect([file.status, file.text]).to.deep.equal([200, 'rattle, rattle'])
    expect(file.headers['content-disposition']).to.match(/^attachment/)
  })

  it('Z26 Z27 in EspoCRM it belongs to the inviter and stands under her name, with note and file', async () => {
    const { admin } = live()
    const record = await admin.get(`Case/${caseId}`)
    expect(record).to.deep.include({
      name: 'Radiator rattles 🙂',
      priority: 'High',
      description: 'Every night <b>at ten</b>.',
      accountId: world.nordwind,
      assignedUserId: cast.clerk.id,
      createdByName: `Anna ${run}`
    })
    const { list } = await admin.get<List>(`Case/${caseId}/stream`)
    const post = list.find((note) => note['type'] === 'Post') as Json
    expect(post).to.deep.include({ post: 'A recording is attached.', createdByName: `Anna ${run}`, isInternal: false })
    expect(list.find((note) => note['type'] === 'Create')).to.deep.include({ createdByName: `Anna ${run}` })
    const [attachment] = (await admin.get(`Note/${post.id}`))['attachmentsIds'] as string[]
    expect(String(await admin.bytes(`Attachment/file/${attachment}`))).to.equal('rattle, rattle')
    const author = await admin.get(`User/${String(record['createdById'])}`)
    expect(author, 'her name can’t be used to sign in').to.deep.include({ type: 'portal', isActive: false })
  })

  it('E10 staff answer in EspoCRM; she sees the answer and not the internal note', async () => {
    const { admin } = live()
    const note = { type: 'Post', parentType: 'Case', parentId: caseId }
    await admin.post('Note', { ...note, post: 'Warranty is over, do not tell.', isInternal: true })
    await admin.post('Note', { ...note, post: 'A technician comes on Monday.' })
    await anna.open(`${portal}/case/${caseId}`)
    anna.is(200).sees('A technician comes on Monday.', 'Admin').doesNotSee('do not tell')
  })

  it('Z27 who follows the module finds it in the portal feed and answers there; she is told by mail, and who may not see cases sees nothing', async () => {
    const feed = `${mount}/portico/feed`
    await vera.open(`${feed}/modules`)
    await vera.send('Save', { modules: 'Case' })
    vera
      .is(200)
      .sees(`Anna ${run} wrote a note: Case`, 'A recording is attached.', 'rattle.txt', `Anna ${run} created: Case`)
    await vera.send('Send answer', { text: 'Bring the recording along.', internal: 'true' })
    await vera.send('Send answer', { text: 'We listened to it.' })
    vera.is(200).sees('the portal shows it')
    await anna.open(`${portal}/case/${caseId}`)
    anna.is(200).sees('We listened to it.', cast.administrator.name).doesNotSee('Bring the recording along.')
    const mail = await notificationTo(service, mails)
    expect(readable(mail)).to.include('We listened to it.').and.not.include('Bring')
    expect(mail).to.match(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)
    await karl.open(`${feed}/modules`)
    karl.is(200).doesNotSee('value="Case"')
    await karl.open(feed)
    karl.is(200).doesNotSee('We listened', 'Radiator rattles')
  })

  it('E10 A01 an internal case, another company’s and a removed one are not there, by list or by id', async () => {
    const missing = await anna.peek(`${portal}/case/0000000000000000a`)
    expect(missing.status).to.equal(404)
    for (const id of [world.internal, world.foreign, world.removed]) {
      const answer = await anna.peek(`${portal}/case/${id}`)
      expect(answer.status).to.equal(404)
      expect(masked(answer.text)).to.equal(masked(missing.text))
    }
    await live().admin.put(`Case/${world.second}`, { isInternal: true })
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Heating fails').doesNotSee('Boiler hums')
    expect((await anna.peek(`${portal}/case/${world.second}`)).status).to.equal(404)
  })

  it('Z05 moved to another company in EspoCRM, she sees that one’s cases at once', async () => {
    await live().admin.put(`Contact/${world.anna}`, { accountId: world.suedwind, accountsIds: [world.suedwind] })
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Pump leaks').doesNotSee('Heating fails')
    await live().admin.put(`Contact/${world.anna}`, { accountId: world.nordwind, accountsIds: [world.nordwind] })
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Heating fails').doesNotSee('Pump leaks')
  })

  it('Z22 A24 Z31 deactivated, her next request is refused; activated, she comes in again', async () => {
    await karl.open(await addressOf(karl, world.anna, 'portal-access'))
    expect(karl.is(200).page('button').text(), 'he may not manage users').not.to.include('Deactivate')
    await vera.open(await addressOf(vera, world.anna, 'portal-access'))
    await vera.send('Yes, deactivate')
    vera.is(200).sees('Access is deactivated')
    await anna.open(`${portal}/case`)
    expect(anna.path).to.include('/sign-in')
    await vera.send('Activate')
    vera.is(200).sees('Access is active again.')
    await anna.send('Sign in', { email: `anna@${run}.example`, password })
    anna.is(200).sees('Heating fails')
  })

  it('E05 under a custom URL she signs in at that host name, and everything stays there; unknown host names get nothing', async () => {
    const own = `http://${run}.example`
    const direct = `http://${live().listen}`
    await vera.open(`${mount}/portico/admin/portals`)
    await vera.follow(`Service ${run}`)
    await vera.send('Save', { customUrl: own })
    vera.is(200).sees('Saved.')
    const there = new Visitor(direct, 'en', { at: own })
    await there.open('/case')
    await there.send('Sign in', { email: `anna@${run}.example`, password })
    there.is(200).sees('Heating fails')
    expect([there.origin, there.path]).to.deep.equal([own, '/case'])
    await there.follow('Heating fails')
    expect([there.origin, there.path]).to.deep.equal([own, `/case/${world.first}`])
    await there.open('/forgotten-password')
    await there.send('Send the mail', { email: `anna@${run}.example` })
    await service.settle()
    expect(readable(mails.taken.at(-1) ?? '')).to.include(`${own}/reset/`)
    const stranger = await new Visitor(direct, 'en', { at: 'http://stranger.example' }).peek('/case')
    expect([stranger.status, stranger.text]).to.deep.equal([404, 'Not found\n'])
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Heating fails')
  })

  it('signed out of EspoCRM, a user is signed out here with the next request', async () => {
    const visitor = await service.staffVisitor(cast.clerk, '/portico/admin/portals')
    visitor.is(200)
    const where = { 'where[0][type]': 'equals', 'where[0][attribute]': 'userId', 'where[0][value]': cast.clerk.id }
    for (const { id } of await live().admin.all('AuthToken', where))
      await live().admin.put(`AuthToken/${id}`, { isActive: false })
    const answer = await visitor.peek(`${mount}/portico/admin/portals`)
    expect(answer.status).to.equal(303)
    expect(answer.headers['location']).to.match(new RegExp(`^${live().url}/#Portico/open/`))
  })

  it('switched off, pages and buttons are gone at once; the data stays', async () => {
    const { admin } = live()
    karl = await service.staffVisitor(cast.clerk, '/portico/admin/portals')
    expect(await actions(karl, world.anna)).to.include('portal-access')
    await setSwitches(admin, { portal: false })
    await anna.open(`${portal}/case`)
    anna.is(404)
    expect(await actions(karl, world.anna)).to.deep.equal([])
    await vera.open(`${mount}/portico/admin/portals`)
    vera.is(404)
    await setIntegration(admin, { enabled: false })
    expect((await anna.peek(`${portal}/case`)).status).to.equal(404)
    await setSwitches(admin, { portal: true })
    await anna.open(`${portal}/case`)
    anna.is(200).sees('Radiator rattles')
  })

  it('E01 the portal switched off is there for nobody', async () => {
    vera = await service.staffVisitor(cast.administrator, '/portico/admin/portals')
    await vera.follow(`Service ${run}`)
    await vera.send('Switch the portal off')
    vera.is(200)
    await anna.open(`${portal}/case`)
    anna.is(404)
  })

  /** Names of the buttons EspoCRM's page shows on a contact. */
  async function actions(visitor: Visitor, contactId: string): Promise<string[]> {
    return (await buttons(visitor, contactId)).map(({ name }) => name)
  }

  async function addressOf(visitor: Visitor, contactId: string, button: string): Promise<string> {
    return (await buttons(visitor, contactId)).find(({ name }) => name === button)!.url
  }

  async function buttons(visitor: Visitor, contactId: string): Promise<{ name: string; url: string }[]> {
    const response = await visitor.peek(`${mount}/host/record-actions?module=Contact&id=${contactId}`)
    expect(response.status).to.equal(200)
    return (response.body as { actions: { name: string; url: string }[] }).actions
  }
})

/** Two companies with their people and cases. */
async function makeWorld(made: Made, run: string): Promise<Record<WorldName, string>> {
  const nordwind = await made.make('Account', { name: `Nordwind ${run}`, website: 'https://nordwind.example' })
  const suedwind = await made.make('Account', { name: `Südwind ${run}` })
  const anna = { firstName: 'Anna', lastName: run, accountId: nordwind, emailAddress: `anna@${run}.example` }
  const named = { accountId: nordwind, status: 'New' }
  const world = {
    nordwind,
    suedwind,
    anna: await made.make('Contact', anna),
    bjoern: await made.make('Contact', { firstName: 'Björn', lastName: run, accountId: suedwind }),
    noAddress: await made.make('Contact', { lastName: `Silent ${run}`, accountId: nordwind }),
    first: await made.make('Case', { ...named, name: 'Heating fails' }),
    second: await made.make('Case', { ...named, name: 'Boiler hums' }),
    internal: await made.make('Case', { ...named, name: 'Not for her', isInternal: true }),
    foreign: await made.make('Case', { ...named, name: 'Pump leaks', accountId: suedwind }),
    removed: await made.make('Case', { ...named, name: 'Long gone' })
  }
  await made.admin.delete(`Case/${world.removed}`)
  return world
}
type WorldName =
  'nordwind' | 'suedwind' | 'anna' | 'bjoern' | 'noAddress' | 'first' | 'second' | 'internal' | 'foreign' | 'removed'

/** Sends the invitation to the portal of this run: earlier runs may have left theirs. */
async function choosePortal(visitor: Visitor, run: string): Promise<void> {
  const options = visitor.page('select[name=userType] option')
  const mine = options.filter((_, option) => visitor.page(option).text().includes(run))
  const userType = mine.first().attr('value')
  await visitor.send('Send invitation', { language: 'en', ...(userType && { userType }) })
}

async function refused(work: () => Promise<unknown>): Promise<void> {
  const outcome = await work().then(
    () => 'done',
    () => 'refused'
  )
  expect(outcome).to.equal('refused')
}

/** Without what is made anew for each page: the token in its forms. */
function masked(html: string): string {
  return html.replace(/name="_csrf" value="[^"]*"/g, '')
}

/** The next notification, made at once. */
async function notificationTo({ installation, settle }: Service, { taken }: MailServer): Promise<string> {
  const { db, portico } = installation
  await eventually('an event of the answer', async () => {
    await settle()
    return (await db('portico_notifications').update({ due_at: '2026-01-01 00:00:00' })) > 0 || undefined
  })
  await portico.plugin.jobs.find(({ name }) => name === 'notifications')!.run()
  await settle()
  return taken.at(-1) ?? ''
}
