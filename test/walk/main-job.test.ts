import { expect } from 'chai'
import { demoPassword, staff } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'

const password = 'brass kettle under the elm'

/** The whole way, in the order in which people go it; each step stands on the one before. */
eachDatabase((open) => {
  describe('from the switch to a customer’s first case', function () {
    this.timeout(60_000)
    this.bail(true)
    let test: TestApp
    let irena: Visitor
    let frank: Visitor
    let petra: Visitor
    let anna: Visitor

    before(async () => {
      test = await openApp(open, { world: 'people' })
      irena = test.visitor()
      frank = test.visitor()
      petra = test.visitor()
      anna = test.visitor()
      await signIn(irena, staff.irena.userName)
      await signIn(frank, staff.frank.userName)
      await signIn(petra, staff.petra.userName)
    })

    after(() => test.close())

    it('the administrator switches a module on, and only that one is there', async () => {
      await irena.open('/portico/admin/portals')
      irena.is(404)
      await irena.open('/crm/settings')
      await irena.send('Save', { 'switch.portal': 'true' })
      irena.is(200).sees('The settings were saved and are in force.')
      await irena.open('/portico/admin/portals')
      irena.is(200).sees('There is no portal yet.')
      await irena.open('/portico/admin/sharing')
      irena.is(404)
    })

    it('Z01 Z02 she creates a portal, named after the company, with the user type Client Portal', async () => {
      await irena.open('/portico/admin/portals')
      await irena.follow('Create the first portal')
      expect(irena.page('input[name=name]').attr('value')).to.equal('Thermovia')
      await irena.send('Create portal', { name: 'Thermovia Service', slug: 'service', locale: 'en' })
      irena.is(200).sees('Thermovia Service', 'What may “Client Portal” see?')
    })

    it('Z04 Z05 Z06 she chooses modules, whose records of them, and rights, step by step', async () => {
      const { page } = irena
      const ways = page('select[name=path]')
        .toArray()
        .map((one) => page(one).find('option').first().attr('value')!)
        .map((way) => way.replace(/^(Case|Quote)\/contact$/, '$1/account.contacts'))
      await irena.send('Save and next', {
        module: ['Case', 'Quote'],
        path: ways,
        right: ['Contact/edit', 'Case/create', 'Case/edit', 'Case/writeNotes', 'Quote/readNotes']
      })
      irena.is(200).sees('Fields of Contacts')
    })

    it('Z11 she chooses the fields of each, and which of them are written', async () => {
      await irena.send('Save and next', {
        visible: ['name', 'firstName', 'lastName', 'email', 'phone'],
        readOnly: ['email']
      })
      irena.is(200).sees('Fields of Quotes')
      await irena.send('Save and next', { visible: ['number', 'subject', 'status', 'amount'] })
      irena.is(200).sees('Fields of Cases')
      await irena.send('Save and next', {
        visible: ['number', 'subject', 'status', 'priority', 'description', 'createdAt'],
        readOnly: ['status']
      })
      irena.is(200).sees('Invitations to “Client Portal”')
    })

    it('Z04 Z18 she sees it all in a summary and finishes it', async () => {
      await irena.send('Save and next')
      irena.is(200).sees('Everything is chosen', 'Cases', 'Quotes')
      await irena.send('Finish')
      irena.is(200).sees('“Client Portal” is set up.')
      expect(irena.page('input[readonly]').attr('value'), 'E05 the address to copy').to.match(/\/portal\/service$/)
    })

    it('Z14 her colleague sends the invitation from the contact’s page and picks the language', async () => {
      await frank.open('/crm/Contact/anna')
      frank.is(200)
      await frank.follow('Send portal invitation')
      await frank.send('Send invitation', { language: 'en' })
      frank.is(200).sees('is on its way')
      await test.settle()
    })

    it('Z16 opening the link of the mail accepts nothing; the button does', async () => {
      const link = await linkInMail(anna, 'Anna Schmidt')
      await anna.open(link)
      anna.is(200).sees('You are invited to Thermovia Service')
      await anna.open(link)
      anna.is(200).sees('You are invited to Thermovia Service')
      await anna.send('Accept the invitation')
      anna.is(200).sees('Choose your password')
      const second = await test.visitor().open(link)
      second.is(410)
    })

    it('Z19 she sets a password, with its strength shown and a trivial one refused, and her formats', async () => {
      await anna.send('Set the password', { password: 'password123' })
      anna.is(422).sees('Strength')
      await anna.send('Set the password', { password })
      anna.is(200).sees('Welcome to Thermovia Service')
      await anna.send('Continue', {
        locale: 'en',
        dateFormat: 'dmy',
        timeFormat: '24',
        timeZone: 'Europe/Berlin',
        country: 'DE'
      })
      anna.is(200).sees('Thermovia Service')
      expect(anna.path).to.match(/^\/portal\/service\/\w+/)
    })

    it('Z05 she sees her company’s cases: lists, searches, sorts and pages them, and nobody else’s', async () => {
      await anna.open('/portal/service/case')
      anna.is(200).sees('Heating fails').doesNotSee('Pump leaks', 'annas-internal')
      await anna.open('/portal/service/case?q=heating')
      anna.sees('Heating fails', '1 record')
      await anna.open('/portal/service/case?q=Pump+leaks')
      anna.sees('Nothing in Cases matches.')
      await anna.open('/portal/service/case')
      await anna.follow('Subject')
      anna.is(200)
      await anna.open('/portal/service/case')
      await anna.follow('Heating fails')
      anna.is(200).sees('Heating fails', 'Notes')
    })

    it('Z26 Z28 she creates a case with a note and a file', async () => {
      await anna.open('/portal/service/case/new')
      await anna.send('Save', { subject: '', description: 'x' })
      anna.is(422).sees('What you typed is still here')
      await anna.send('Save', {
        subject: 'Radiator rattles <script>',
        priority: 'High',
        description: 'Every night at ten.'
      })
      anna.is(200).sees('Radiator rattles <script>', 'High')
      await anna.send('Write note', { text: 'A recording is attached.' }, [
        { field: 'files', name: 'rattle.txt', content: 'rattle, rattle', type: 'text/plain' }
      ])
      anna.is(200).sees('A recording is attached.', 'rattle.txt')
      const file = await anna.peek(anna.page('ul.files a').attr('href')!)
      expect(file.status).to.equal(200)
      expect(file.headers['content-disposition']).to.match(/^attachment/)
      expect(file.headers['x-content-type-options']).to.equal('nosniff')
      await test.settle()
    })

    it('Z26 Z27 staff find it in the feed, owned by the inviter and written by her; they answer', async () => {
      await petra.open('/crm/Case?q=Radiator')
      await petra.follow('Radiator rattles <script>')
      petra.sees('Frank Weber', 'Anna Schmidt', 'A recording is attached.', 'rattle.txt')
      await petra.send('Write note', { text: 'We know that one. Warranty is over, do not tell.', internal: 'true' })
      petra.is(200)
      await petra.send('Write note', { text: 'A technician comes on Monday.' })
      petra.is(200).sees('A technician comes on Monday.')
    })

    it('E10 Z27 she sees the answer, and not the internal note', async () => {
      await anna.open(anna.path)
      anna.sees('A technician comes on Monday.', 'Petra Nováková').doesNotSee('do not tell')
    })

    it('A01 a case of another company is not there: same status, same bytes as for one that does not exist', async () => {
      const foreign = await anna.peek('/portal/service/case/bjorns-case')
      const missing = await anna.peek('/portal/service/case/no-such-case')
      expect(foreign.status).to.equal(404)
      expect(masked(foreign.text)).to.equal(masked(missing.text))
    })

    it('Z22 A24 deactivated, her next request is refused, and her links are dead; activated, she comes in again', async () => {
      await anna.open('/portal/service/forgotten-password')
      await anna.open(anna.path)
      await frank.open('/crm/Contact/anna')
      await frank.follow('Portal access')
      await frank.send('Yes, deactivate')
      frank.is(200).sees('Access is deactivated')
      await anna.open('/portal/service/case')
      expect(anna.path).to.include('/sign-in')
      await anna.send('Sign in', { email: 'anna@nordwind.example', password })
      anna.doesNotSee('Heating fails')
      expect(anna.response.status).to.be.oneOf([401, 422])
      await frank.send('Activate')
      frank.is(200).sees('Access is active again.')
      await anna.open('/portal/service/case')
      expect(anna.path).to.include('/sign-in')
      await anna.send('Sign in', { email: 'anna@nordwind.example', password })
      anna.is(200).sees('Heating fails')
    })

    it('switched off, the module’s pages, buttons and menu entries are gone at once; its data stays', async () => {
      await irena.open('/crm/settings')
      expect(irena.page('input[name="switch.portal"]').is('[checked]')).to.equal(true)
      await irena.send('Save', { 'switch.portal': [] })
      await anna.open('/portal/service/case')
      anna.is(404)
      await irena.open('/portico/admin/portals')
      irena.is(404)
      await frank.open('/crm/Contact/anna')
      frank.is(200).doesNotSee('Portal access')
      await irena.open('/crm/settings')
      await irena.send('Save', { 'switch.portal': 'true' })
      await anna.open('/portal/service/case')
      anna.is(200).sees('Radiator rattles')
    })

    async function signIn(visitor: Visitor, name: string): Promise<void> {
      await visitor.open('/crm/sign-in')
      await visitor.send('English')
      await visitor.open('/crm/sign-in')
      await visitor.send('Sign in', { userName: name, password: demoPassword })
      visitor.is(200)
    }
  })
})

/** The link in the newest mail to somebody, read on the development mailbox page. */
async function linkInMail(visitor: Visitor, name: string): Promise<string> {
  await visitor.open('/mailbox')
  visitor.is(200).sees(name)
  await visitor.open(visitor.page('main a[href*="/mailbox/"]').first().attr('href')!)
  const link = visitor.page('main a[href*="/invitation/"]').first().attr('href')
  expect(link).to.be.a('string')
  return link!
}

/** Without what is made anew for each page: the token in its forms. */
function masked(html: string): string {
  return html.replace(/name="_csrf" value="[^"]*"/g, '')
}
