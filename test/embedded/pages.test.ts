import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import type { Plugin } from '../../src/hooks.js'
import { eachDatabase } from '../support/databases.js'
import { openPages, type Place } from './crm-pages.js'

eachDatabase((open) => {
  let place: Place

  before(async function () {
    this.timeout(60_000)
    place = await openPages(await open())
  })

  describe('signing in to the CRM', () => {
    it('takes the right password and leads to where the visitor wanted to go', async () => {
      const visitor = await place.as()
      const door = await visitor.get('/crm/Case/bjorns-case', 303)
      expect(door.path).to.equal('/crm/sign-in')
      const page = await visitor.submit('/crm/sign-in', { userName: 'petra', password: demoPassword })
      expect(page.heading).to.include('Pump leaks')
    })

    it('refuses a wrong password and keeps the user name', async () => {
      const visitor = await place.as()
      await visitor.get('/crm/sign-in')
      const page = await visitor.submit('/crm/sign-in', { userName: 'petra', password: 'guess' }, 422)
      page.sees('User name and password do not fit together').misses('guess')
      expect(page.valueOf('userName')).to.equal('petra')
    })

    it('leads to no other site', async () => {
      const visitor = await place.as()
      await visitor.get('/crm/sign-in?to=https://evil.example/')
      const page = await visitor.submit('/crm/sign-in', {
        userName: 'ben',
        password: demoPassword,
        to: '//evil.example/'
      })
      expect(page.path).to.equal('/crm/')
    })

    it('makes people wait after many wrong passwords', async () => {
      const visitor = await place.as()
      await visitor.get('/crm/sign-in')
      for (let attempt = 0; attempt < 8; attempt++) {
        await visitor.submit('/crm/sign-in', { userName: 'nobody', password: 'guess' }, 422)
      }
      await visitor.force('/crm/sign-in', { userName: 'nobody', password: 'guess' }, 429)
    })

    it('ends by signing out', async () => {
      const visitor = await place.as('ben')
      await visitor.submit('/crm/sign-out')
      expect((await visitor.get('/crm/Case', 303)).path).to.equal('/crm/sign-in')
    })

    it('shows the pages in the language of the person, and in the one he picks', async () => {
      expect((await (await place.as('frank')).get('/crm/Case')).heading).to.equal('Tickets')
      expect((await (await place.as('petra')).get('/crm/Case')).heading).to.equal('Případy')
      const visitor = await place.as('petra')
      expect((await visitor.submit('/language', { to: '/crm/Case', locale: 'de' })).heading).to.equal('Tickets')
    })
  })

  describe('a list', () => {
    it('shows records, searched, filtered, sorted and page by page', async () => {
      const visitor = await place.as('grace')
      const all = await visitor.get('/crm/Case')
      all.sees('58 records')
      expect(all.$('tbody tr').length).to.equal(25)
      expect((await visitor.get('/crm/Case?page=3')).$('tbody tr').length).to.equal(8)
      ;(await visitor.get('/crm/Case?q=Pump+leaks')).sees('1 record', 'Pump leaks').misses('Heating fails')
      ;(await visitor.get('/crm/Case?is.priority=Urgent&is.status=Assigned')).sees('Heating fails').misses('Pump leaks')
      ;(await visitor.get('/crm/Case?field=subject&operator=startsWith&value=Heating')).sees('1 record')
      const sorted = await visitor.get('/crm/Account?sort=name&order=down')
      expect(sorted.$('tbody th').first().text()).to.equal('Tyne Housing Association')
      expect(sorted.$('th[aria-sort=descending]').text()).to.include('Name')
    })

    it('does not show what lies in the recycle bin', async () => {
      ;(await (await place.as('grace')).get('/crm/Case?q=Doppelt')).sees('0 records').misses('Kessel kalt')
    })

    it('is not there for a module that is not there, and neither are users and line items', async () => {
      const visitor = await place.as('irena')
      for (const module of ['Spaceship', 'User', 'QuoteItem', 'case']) await visitor.get(`/crm/${module}`, 404)
    })
  })

  describe('a record', () => {
    it('shows its values, its line items and what is linked to it', async () => {
      const page = await (await place.as('frank')).get('/crm/Quote/annas-quote')
      page.sees('Wärmepumpen Haus A bis C', 'Versendet', 'Anna Schmidt', 'Wärmepumpe WP 18', '31.990,00')
    })

    it('is created by its form, and its page shows it', async () => {
      const visitor = await place.as('frank')
      await visitor.get('/crm/Contact/new?account=nordwind')
      const page = await visitor.submit('/crm/Contact', {
        lastName: 'Lindner',
        firstName: 'Ruth',
        email: 'ruth@nordwind.example'
      })
      expect(page.heading).to.equal('Ruth Lindner')
      page.sees('Nordwind Heizung GmbH', 'ruth@nordwind.example', 'Frank Weber')
    })

    it('is not created from input that can not be taken, and the input is kept', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Contact/new')
      const page = await visitor.submit('/crm/Contact', { firstName: 'Ruth', lastName: '', email: 'nowhere' }, 422)
      expect(page.errorOf('lastName')).to.equal('Please fill this in.')
      expect(page.errorOf('email')).to.include('e-mail address')
      expect(page.valueOf('firstName')).to.equal('Ruth')
      expect(page.valueOf('email')).to.equal('nowhere')
      ;(await visitor.get('/crm/Contact?q=nowhere')).sees('0 records')
    })

    it('is changed by its form; whoever saves second is told of it, keeps his input and decides', async () => {
      const first = await place.as('grace')
      const second = await place.as('ben')
      await first.get('/crm/Case/bjorns-case/edit')
      await second.get('/crm/Case/bjorns-case/edit')
      await first.submit('/crm/Case/bjorns-case', { resolution: 'New gasket.' })
      const page = await second.submit('/crm/Case/bjorns-case', { resolution: 'New pump.' }, 422)
      page.sees('inzwischen gespeichert')
      expect(page.valueOf('resolution')).to.equal('New pump.')
      ;(await second.submit('/crm/Case/bjorns-case')).sees('New pump.')
    })

    it('keeps times as its reader means them', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Call/new')
      const page = await visitor.submit('/crm/Call', { subject: 'Summer call', startsAt: '2026-07-01T09:30' })
      page.sees('2026-07-01 09:30')
      const { records } = await place.crm.store.system.list('Call', { search: 'Summer call' })
      expect(records[0]!.values.startsAt).to.equal('2026-07-01 08:30:00')
    })

    it('takes line items in its form, row by row, without JavaScript', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Quote/new')
      const again = await visitor.submit(
        '/crm/Quote',
        { subject: 'Spare parts', 'items.0.product': 'valve-dn20', do: 'rows' },
        200
      )
      expect(again.valueOf('subject')).to.equal('Spare parts')
      expect(again.$('[name$=".product"]').length).to.equal(6)
      const made = await visitor.submit('/crm/Quote', {
        'items.0.quantity': '10',
        'items.1.description': 'Freight',
        'items.1.unitPrice': '25.50'
      })
      made.sees('Ventil DN 20', '€189.00', 'Freight', '€214.50')
      await visitor.get(`${made.path}/edit`)
      const changed = await visitor.submit(made.path, { 'items.0.removed': 'true', 'items.1.quantity': '2' })
      changed.sees('€51.00').misses('Ventil DN 20')
    })

    it('is not created while one of its line items can not be taken', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Quote/new')
      const page = await visitor.submit(
        '/crm/Quote',
        { subject: 'Half a quote', 'items.0.unitPrice': '12', 'items.0.description': '' },
        422
      )
      expect(page.errorOf('items.0.description')).to.equal('Please fill this in.')
      ;(await visitor.get('/crm/Quote?q=Half')).sees('0 records')
    })

    it('has each line item once, although one of them was refused at first', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Quote/new')
      const first = { 'items.0.description': 'Good row', 'items.1.description': 'Bad row', 'items.1.quantity': '-1' }
      const page = await visitor.submit('/crm/Quote', { subject: 'Two rows', ...first }, 422)
      expect(page.errorOf('items.1.quantity')).to.not.equal('')
      const { records } = await place.crm.store.system.list('Quote', { search: 'Two rows' })
      const made = await visitor.submit(`/crm/Quote/${records[0]!.id}`, { 'items.1.quantity': '1' })
      expect(made.$('#items').closest('section').find('tbody tr').length).to.equal(2)
    })

    it('is not reached through another one’s line items', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Quote/bjorns-quote/edit')
      await visitor.submit('/crm/Quote/bjorns-quote', {
        'items.0.id': 'annas-quote-1',
        'items.0.description': 'Stolen'
      })
      expect((await place.crm.store.system.find('QuoteItem', 'annas-quote-1')).title).to.equal('Wärmepumpe WP 12')
    })

    it('gets its other ends by links, and loses them', async () => {
      const visitor = await place.as('grace')
      const path = '/crm/Case/bjorns-case/links/contacts'
      ;(await visitor.get(path)).sees('Siobhán')
      ;(await visitor.submit(path, { id: 'emily' })).sees('Emily Carter')
      await visitor.submit(`${path}/emily/removal`)
      expect(visitor.page.$('tbody').text()).not.to.include('Emily')
    })

    it('that is gone or never was answers alike', async () => {
      const visitor = await place.as('grace')
      const gone = await visitor.get('/crm/Case/nordwind-removed-case', 404)
      const never = await visitor.get('/crm/Case/never-was', 404)
      expect(gone.text).to.equal(never.text)
    })
  })

  describe('a document', () => {
    const plan = { field: 'file', name: 'plan.txt', content: 'DN 20\n' }

    it('T08 gets its file by its form, shows it and gives it back; another one takes its place', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Document/new')
      const page = await visitor.submit('/crm/Document', { name: 'Plan', project: 'fjordside-pump-room' }, 303, [plan])
      const first = page.sees('plan.txt').$('.files a').attr('href')!
      const { headers, html } = await visitor.get(first)
      expect(headers['content-disposition']).to.include('plan.txt')
      expect(html).to.equal('DN 20\n')
      await visitor.get(first.replace(/Document\/[^/]+/, 'Document/pump-certificate'), 404)
      await visitor.get(`${page.path}/edit`)
      const changed = await visitor.submit(page.path, {}, 303, [{ ...plan, name: 'plan-2.txt' }])
      changed.sees('plan-2.txt').misses('>plan.txt')
      await visitor.get(first, 404)
    })

    it('keeps its file while other things are changed, and loses it by the box beside it', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Document/pump-certificate/edit')
      const kept = await visitor.submit('/crm/Document/pump-certificate', { description: 'Checked.' })
      kept.sees('Checked.', 'certificate-22-114.pdf')
      const form = await visitor.get('/crm/Document/pump-certificate/edit')
      const box = form.$('input[name^="removed.file."]').attr('name')!
      const page = await visitor.submit('/crm/Document/pump-certificate', { [box]: 'true' })
      page.sees('Checked.')
      expect(page.$('.files a').length).to.equal(0)
    })

    it('keeps no file of a form that can not be taken, and says that it has to be chosen again', async () => {
      const visitor = await place.as('grace')
      const files = async () => (await place.crm.db('crm_file').select('id')).length
      const before = await files()
      await visitor.get('/crm/Document/new')
      const page = await visitor.submit('/crm/Document', { name: '', description: 'Kept.' }, 422, [plan])
      page.sees('Please choose the file again.')
      expect(page.valueOf('description')).to.equal('Kept.')
      expect(await files()).to.equal(before)
      const script = { ...plan, name: 'plan.html', content: '<script>' }
      const refused = await visitor.submit('/crm/Document', { name: 'Plan' }, 422, [script])
      expect(refused.errorOf('file')).not.to.equal('')
      expect(refused.valueOf('name')).to.equal('Plan')
      expect(await files()).to.equal(before)
    })

    it('is made for a task from its page, and stands there', async () => {
      const visitor = await place.as('frank')
      const task = await visitor.get('/crm/Task/noise-report')
      const path = task.$('a[aria-label="Hinzufügen: Dokumente"]').attr('href')!
      await visitor.get(path)
      await visitor.submit('/crm/Document', { name: 'Schallgutachten' }, 303, [plan])
      ;(await visitor.get('/crm/Task/noise-report')).sees('Schallgutachten')
    })
  })

  describe('the feed of a record', () => {
    const path = '/crm/Case/jonas-valve-case'

    it('takes notes for everybody and internal ones, and says which is which', async () => {
      const visitor = await place.as('grace')
      await visitor.get(path)
      await visitor.submit(`${path}/notes`, { text: 'Seen by the customer' })
      const page = await visitor.submit(`${path}/notes`, { text: 'Only for us', internal: 'true' })
      const entries = page.$('.feed__entry')
      expect(entries.filter((_, entry) => page.$(entry).text().includes('Only for us')).text()).to.include('Internal')
      expect(entries.filter((_, entry) => page.$(entry).text().includes('Seen by')).text()).not.to.include('Internal')
      const outside = await place.crm.feed.list('Case', 'jonas-valve-case', { internal: false, limit: 50 })
      expect(outside.map(({ text }) => text))
        .to.include('Seen by the customer')
        .and.not.include('Only for us')
    })

    it('takes a file and gives it back', async () => {
      const visitor = await place.as('grace')
      await visitor.get(path)
      const list = { field: 'files', name: 'list.txt', content: 'DN 20\n' }
      const page = await visitor.submit(`${path}/notes`, { text: 'See file' }, 303, [list])
      const file = page.$('.files a').attr('href')!
      const { headers, html } = await visitor.get(file)
      expect(headers['content-disposition']).to.include('list.txt')
      expect(html).to.equal('DN 20\n')
      await visitor.get(file.replace('jonas-valve-case', 'bjorns-case'), 404)
    })

    it('refuses an empty note', async () => {
      const visitor = await place.as('grace')
      await visitor.get(path)
      expect((await visitor.submit(`${path}/notes`, { text: ' ' }, 422)).errorOf('text')).to.equal(
        'Please fill this in.'
      )
    })

    it('lets people change and delete their own notes, and no others', async () => {
      const frank = (await place.crm.feed.list('Case', 'jonas-valve-case', { internal: true, limit: 50 })).find(
        ({ kind, author }) => kind === 'post' && author.id === 'frank'
      )!
      const other = await place.as('grace')
      await other.get(path)
      await other.get(`${path}/notes/${frank.id}`, 404)
      await other.force(`${path}/notes/${frank.id}`, { text: 'Changed by Grace' }, 403)
      await other.force(`${path}/notes/${frank.id}/removal`, {}, 403)
      const own = await place.as('frank')
      await own.get(`${path}/notes/${frank.id}`)
      ;(await own.submit(`${path}/notes/${frank.id}`, { text: 'Changed by Frank' })).sees('Changed by Frank')
      await own.get(`${path}/notes/${frank.id}`)
      ;(await own.submit(`${path}/notes/${frank.id}/removal`)).misses('Changed by Frank')
    })
  })

  describe('the recycle bin', () => {
    it('takes what is deleted and gives it back', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Lead/oliver/removal')
      ;(await visitor.submit('/crm/Lead/oliver/removal')).misses('Oliver Bennett')
      ;(await visitor.get('/crm/recycle-bin?module=Lead')).sees('Oliver Bennett', 'Grace Hughes')
      const page = await visitor.submit('/crm/recycle-bin/Lead/oliver/restoration')
      expect(page.heading).to.include('Oliver Bennett')
    })

    it('is emptied by administrators only', async () => {
      const ben = await place.as('ben')
      const bin = await ben.get('/crm/recycle-bin?module=Case')
      bin.misses('nordwind-removed-case/purge')
      await ben.force('/crm/recycle-bin/Case/nordwind-removed-case/purge', {}, 404)
      const irena = await place.as('irena')
      await irena.get('/crm/recycle-bin?module=Case')
      ;(await irena.submit('/crm/recycle-bin/Case/nordwind-removed-case/purge')).misses('Kessel kalt')
    })
  })

  describe('a lead', () => {
    it('becomes a contact with an account, once', async () => {
      const visitor = await place.as('irena')
      await visitor.get('/crm/Lead/zuzana/conversion')
      const page = await visitor.submit('/crm/Lead/zuzana/conversion', { createAccount: 'true' })
      expect(page.path).to.match(/^\/crm\/Contact\//)
      page.sees('Zuzana Procházková', 'Penzion U Lípy')
      await visitor.force('/crm/Lead/zuzana/conversion', {}, 409)
    })
  })

  describe('a form', () => {
    it('is not taken without its token', async () => {
      const visitor = await place.as('grace')
      await visitor.get('/crm/Case/bjorns-case/edit')
      await visitor.submit('/crm/Case/bjorns-case', { _csrf: 'forged', subject: 'Forged' }, 403)
      ;(await visitor.get('/crm/Case/bjorns-case')).misses('Forged')
    })

    it('finds one of many records to refer to, without JavaScript', async () => {
      for (let number = 1; number <= 101; number++)
        await place.crm.store.system.create('Vendor', { name: `Vendor ${number}` })
      const visitor = await place.as('grace')
      await visitor.get('/crm/Product/new')
      const found = await visitor.submit(
        '/crm/Product',
        { name: 'Gasket', 'search.vendor': 'Vendor 99', do: 'search' },
        200
      )
      expect(found.valueOf('name')).to.equal('Gasket')
      const option = found.$('[name=vendor] option').filter((_, each) => found.$(each).text() === 'Vendor 99')
      ;(await visitor.submit('/crm/Product', { vendor: option.attr('value')! })).sees('Gasket', 'Vendor 99')
    })

    it('has the fields and modules that an administrator added', async () => {
      const words = { en: 'Experience', de: 'Erfahrung', cs: 'Praxe' }
      await place.crm.define({
        kind: 'fields',
        module: 'Contact',
        fields: { experience: { label: words, type: 'integer' } }
      })
      const visitor = await place.as('grace')
      await visitor.get('/crm/Contact/emily/edit')
      ;(await visitor.submit('/crm/Contact/emily', { experience: '12' })).sees('Experience', '12')
    })
  })

  describe('users', () => {
    it('are made, given permissions and deactivated by an administrator', async () => {
      const irena = await place.as('irena')
      await irena.get('/crm/users/new')
      const refused = await irena.submit(
        '/crm/users',
        { name: 'Karla', userName: 'frank', password: demoPassword, locale: 'de' },
        422
      )
      expect(refused.errorOf('userName')).to.not.equal('')
      expect(refused.valueOf('name')).to.equal('Karla')
      await irena.submit('/crm/users', { userName: 'karla', password: demoPassword })
      const karla = await place.as('karla')
      expect(karla.page.path).to.equal('/crm/')
      const { id } = (await place.crm.users.findByUserName('karla'))!
      await irena.get(`/crm/users/${id}`)
      await irena.submit(`/crm/users/${id}/deactivation`)
      expect((await karla.get('/crm/', 303)).path).to.equal('/crm/sign-in')
    })

    it('can not shut out the administrator who is at it', async () => {
      const irena = await place.as('irena')
      await irena.get('/crm/users/irena')
      await irena.submit('/crm/users/irena', { isAdministrator: [] })
      expect((await place.crm.users.find('irena'))!.isAdministrator).to.equal(true)
      await irena.get('/crm/users/irena')
      await irena.force('/crm/users/irena/deactivation', {}, 404)
    })

    it('are not there for anybody else', async () => {
      const frank = await place.as('frank')
      for (const path of ['/crm/users', '/crm/users/new', '/crm/users/irena']) await frank.get(path, 404)
      await frank.get('/crm/')
      await frank.force(
        '/crm/users',
        { name: 'Me', userName: 'me', password: demoPassword, locale: 'en', timeZone: 'UTC' },
        404
      )
      await frank.get('/crm/')
      await frank.force('/crm/users/frank', { isAdministrator: 'true' }, 404)
      expect((await place.crm.users.find('frank'))!.isAdministrator).to.equal(false)
    })

    it('change their own password, and other sessions of theirs end', async () => {
      const here = await place.as('ben')
      const there = await place.as('ben')
      await here.get('/crm/profile')
      await here.submit('/crm/profile/password', { currentPassword: 'wrong', newPassword: 'another-winter' }, 422)
      const page = await here.submit('/crm/profile/password', {
        currentPassword: demoPassword,
        newPassword: 'another-winter'
      })
      expect(page.path).to.equal('/crm/profile')
      expect((await there.get('/crm/', 303)).path).to.equal('/crm/sign-in')
      await here.submit('/crm/profile/password', { currentPassword: 'another-winter', newPassword: demoPassword })
    })
  })

  describe('an installed plugin', () => {
    before(() => place.crm.install(plugin))

    it('has its switches on the settings page', async () => {
      const irena = await place.as('irena')
      ;(await irena.get('/crm/settings')).sees('Zákaznický portál')
      await irena.submit('/crm/settings', { 'switch.portal': 'true' })
      expect(await place.crm.settings.switches()).to.include({ portal: true, 'external-users': false })
      await irena.submit('/crm/settings', { 'switch.portal': [] })
      expect(await place.crm.settings.switches()).to.include({ portal: false })
    })

    it('is switched by nobody but administrators', async () => {
      const frank = await place.as('frank')
      await frank.get('/crm/settings', 404)
      await frank.get('/crm/')
      await frank.force('/crm/settings', { 'switch.portal': 'true' }, 404)
      expect(await place.crm.settings.switches()).to.include({ portal: false })
    })

    it('narrows what a staff member sees and may do on every page, and nobody else', async () => {
      const ben = await place.as('ben')
      ;(await ben.get('/crm/Contract')).sees('0 Datensätze').misses('Wartung aller Anlagen')
      await ben.get('/crm/Contract/nordwind-maintenance', 404)
      ;(await ben.get('/crm/Account/nordwind')).misses('Wartung aller Anlagen')
      ;(await ben.get('/crm/search?q=Wartung+aller')).misses('nordwind-maintenance')
      ;(await ben.get('/crm/Deal/lisen-cooling')).sees('Chlazení spilky').misses('/crm/Deal/lisen-cooling/edit')
      await ben.get('/crm/Deal/lisen-cooling/edit', 403)
      await ben.force('/crm/Deal/lisen-cooling', { name: 'Mine' }, 403)
      const frank = await place.as('frank')
      ;(await frank.get('/crm/Contract')).sees('Wartung aller Anlagen')
      await frank.get('/crm/Deal/lisen-cooling/edit')
    })

    it('puts its pages on the administration page and its buttons on records', async () => {
      const frank = await place.as('frank')
      ;(await frank.get('/crm/administration')).sees('Portale').misses('/crm/users')
      ;(await frank.get('/crm/Contact/anna')).sees('Einladen')
      ;(await (await place.as('ben')).get('/crm/administration')).misses('Portale')
    })
  })

  describe('every page', () => {
    const paths = [
      '',
      'search?q=Pump',
      'profile',
      'administration',
      'users',
      'users/frank',
      'settings',
      'recycle-bin',
      'Case',
      'Case/new',
      'Case/bjorns-case',
      'Quote/annas-quote/edit',
      'Account/nordwind',
      'Case/bjorns-case/links/contacts',
      'Lead/lena/conversion',
      'Document/pump-certificate/edit',
      'Project/nordwind-retrofit',
      'Folder/retrofit-plans',
      'Contact/anna',
      'Case/bjorns-case/removal'
    ]

    it('has one heading, a label for every field, and no word without a translation', async () => {
      const irena = await place.as('irena')
      for (const locale of ['en', 'de', 'cs']) {
        await irena.get('/crm/')
        await irena.submit('/language', { to: '/crm/', locale })
        for (const path of paths) {
          const { $, html } = await irena.get(`/crm/${path}`)
          expect($('h1').length, path).to.equal(1)
          expect(html, path).not.to.match(/\b(crm|errors|web):[a-zA-Z]|undefined|\[object/)
          $('input:not([type=hidden]), select, textarea').each((_, field) => {
            const isLabelled = $(field).closest('label').length > 0 || $(`label[for="${field.attribs.id}"]`).length > 0
            expect(isLabelled, `${path}: ${field.attribs.name}`).to.equal(true)
          })
        }
      }
    })
  })
})

const plugin: Plugin = {
  manifest: { id: 'probe', name: 'Probe', version: '1.0.0', modules: [], hooks: [], permissions: [], hosts: {} },
  settings: () => ({
    title: 'Probe',
    switches: [
      { id: 'portal', label: 'Zákaznický portál', help: 'Zákazníci se přihlásí.' },
      { id: 'external-users', label: 'Externí uživatelé', help: 'Hosté v projektech.' }
    ],
    permissions: [{ id: 'manage-portals', label: 'Manage portals' }]
  }),
  adminMenu: ({ staff }) =>
    Promise.resolve(
      staff.permissions.has('manage-portals')
        ? [{ label: 'Portale', help: 'Einrichten', url: '/probe', icon: 'globe' }]
        : []
    ),
  routes: (req, res, next) => next(),
  recordQuestions: () => Promise.resolve([]),
  notePosted: () => Promise.resolve(),
  recordActions: ({ module }) =>
    Promise.resolve(
      module === 'Contact' ? [{ name: 'invite', label: 'Einladen', url: '/probe/invite', icon: 'mail-plus' }] : []
    ),
  recordScope: ({ module, staff }) =>
    Promise.resolve(module === 'Contract' && staff.id === 'ben' ? { sql: '1 = 0', bindings: [] } : undefined),
  recordAuthorize: ({ module, action, staff }) =>
    Promise.resolve(!(module === 'Deal' && action === 'edit' && staff.id === 'ben')),
  recordOwners: () => Promise.resolve(undefined),
  recordSaved: () => Promise.resolve(),
  leadConverted: () => Promise.resolve(),
  jobs: []
}
