import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import { pumpRoom, retrofit } from './guests.js'
import { openGuestWorld, withoutTokens, type GuestWorld } from './guest-world.js'

onSqlite('what an external user sees of a project', (open) => {
  describe('its tabs and lists', function () {
    this.timeout(60_000)
    let world: GuestWorld
    const page = `/external/projects/${retrofit}`

    before(async () => {
      world = await openGuestWorld(open)
    })

    after(() => world.at.test.close())

    /** The tabs by their addresses' last words. */
    function tabs(): string[] {
      const { dirk } = world
      const links = dirk.page('nav.tabs a').get()
      return links.map((link) => dirk.page(link).attr('href')!.split('/').at(-1)!)
    }

    function head(): string[] {
      const { dirk } = world
      return dirk
        .page('main table thead th')
        .get()
        .map((th) => dirk.page(th).text().trim())
    }

    it('T09 a tab stands for each kind that is open to him, and no other has an address', async () => {
      const { dirk } = world
      await dirk.open(page)
      expect(tabs()).to.deep.equal(['tasks', 'appointments', 'calls', 'notes'])
      await world.yes('dirk', 'quotes', 'members')
      await dirk.open(page)
      expect(tabs()).to.deep.equal(['tasks', 'appointments', 'calls', 'notes', 'quotes', 'members'])
      await dirk.open(`${page}/quotes`)
      dirk.is(200)
      const other = await dirk.peek(`${page}/contracts`)
      expect(other.status).to.equal(404)
      expect(withoutTokens(other.text)).to.equal(withoutTokens((await dirk.peek(`${page}/nothing`)).text))
    })

    it('T09 the fields stand above and the first tab below; a tab has a count', async () => {
      const { dirk } = world
      await world.yes('dirk', 'tasks')
      await dirk.open(page)
      dirk.is(200).sees('Drei Häuser bekommen Wärmepumpen', 'Tasks 3', 'Aufmaß Haus A')
      await world.yes('dirk')
      await dirk.open(page)
      dirk.is(200).sees('Tasks 0', 'There is nothing here that you can see.').doesNotSee('Aufmaß')
    })

    it('T06 of quotes he sees exactly the named columns, of those he may read besides; nothing is a link', async () => {
      const { dirk } = world
      await world.yes('dirk', 'quotes')
      await dirk.open(`${page}/quotes`)
      dirk.is(200).doesNotSee('Wärmepumpen Haus A bis C')
      await world.say('Quote', 'annas-quote', 'external', { read: 'allow', write: 'allow', delete: 'allow' })
      await dirk.open(`${page}/quotes`)
      dirk.is(200).sees('Wärmepumpen Haus A bis C', 'Anna Schmidt')
      expect(head()).to.deep.equal([
        ...['Number', 'Date', 'Valid until', 'Contact', 'Subject', 'Total', 'Yearly amount', 'Type', 'Status']
      ])
      expect(dirk.page('main tbody a')).to.have.length(0)
      await world.say('Quote', 'annas-quote', 'dirk', { read: 'deny' })
      await dirk.open(`${page}/quotes`)
      dirk.is(200).doesNotSee('Wärmepumpen Haus A bis C')
      await world.say('Quote', 'annas-quote', 'dirk', {})
    })

    it('T06 orders, tickets and contracts have their own columns', async () => {
      const { dirk } = world
      await world.yes('dirk', 'orders', 'tickets', 'contracts')
      await world.say('Order', 'jonas-order', 'dirk', { read: 'allow' })
      await world.say('Case', 'annas-heating-case', 'dirk', { read: 'allow' })
      await world.say('Contract', 'nordwind-maintenance', 'dirk', { read: 'allow' })
      await dirk.open(`${page}/orders`)
      expect(head()).to.have.length(7)
      await dirk.open(`${page}/tickets`)
      expect(head()).to.deep.equal(['Number', 'Due by', 'Subject', 'Assigned to', 'Status', 'Priority'])
      await dirk.open(`${page}/contracts`)
      expect(head()).to.have.length(9)
      expect(dirk.page('main tbody a')).to.have.length(0)
    })

    it('T06 A03 nothing of a header can be opened, by no address at all', async () => {
      const { dirk } = world
      await world.yes('dirk', 'quotes', 'members', 'tasks', 'emails')
      await dirk.open(`${page}/tasks`)
      const nothing = withoutTokens((await dirk.peek('/external/tasks/no-such-task')).text)
      const addresses = [
        ...['annas-quote', 'annas-quote/edit', 'annas-quote/removal'].flatMap((way) => [
          `/external/quotes/${way}`,
          `${page}/quotes/${way}`
        ]),
        '/external/tasks/annas-quote',
        '/external/documents/annas-quote',
        `${page}/emails/annas-quote`,
        `${page}/members/anna`,
        `/external/tasks/anna`,
        `/external/Quote/annas-quote`
      ]
      for (const address of addresses) {
        const answer = await dirk.peek(address)
        expect(answer.status, address).to.equal(404)
        expect(withoutTokens(answer.text), address).to.equal(nothing)
      }
      expect((await dirk.peek(`/external/tasks/noise-report`)).status).to.equal(200)
    })

    it('T06 members show the named columns with the address in one; a link calls or writes, and opens nothing', async () => {
      const { dirk } = world
      await world.yes('dirk', 'members')
      await dirk.open(`${page}/members`)
      expect(head()).to.deep.equal(['Name', 'Category', 'E-mail', 'Phone', 'Mobile', 'Fax', 'Address'])
      dirk.is(200).sees('Anna Schmidt', 'Hamburg, DE').doesNotSee('Siobhán')
      const links = dirk.page('main tbody a').get()
      const targets = links.map((link) => dirk.page(link).attr('href')!.split(':')[0])
      expect(new Set(targets)).to.deep.equal(new Set(['mailto', 'tel']))
    })

    it('T06 mails are read and no more; one that is denied, or of another project, is not there', async () => {
      const { dirk } = world
      await world.yes('dirk', 'emails')
      await dirk.open(`${page}/emails`)
      dirk.sees('Bauzeitenplan, zweite Fassung', 'Nachtrag: Mehrkosten')
      await dirk.follow('Bauzeitenplan, zweite Fassung')
      dirk.is(200).sees('Guten Tag Frau Schmidt').doesNotSee('/edit"', '/removal"')
      await world.say('Email', 'mail-margin', 'external', { read: 'deny' })
      expect((await dirk.peek(`${page}/emails/mail-margin`)).status).to.equal(404)
      expect((await dirk.peek(`${page}/emails/mail-downtime`)).status).to.equal(404)
      expect((await dirk.peek(`/external/projects/${pumpRoom}/emails/mail-schedule`)).status).to.equal(404)
      expect((await dirk.peek(`${page}/emails/mail-schedule`)).status).to.equal(200)
    })

    it('T06 lists are searched, narrowed by options, sorted and paged; A09 not by what is hidden', async () => {
      const { dirk } = world
      await world.yes('dirk', 'tasks')
      await dirk.open(`${page}/tasks?q=Aufma%C3%9F`)
      dirk.is(200).sees('Aufmaß Haus A', '1 record').doesNotSee('Schallgutachten')
      await dirk.open(`${page}/tasks?filter.status=Open`)
      dirk.is(200).sees('Schallgutachten').doesNotSee('Aufmaß Haus A')
      await dirk.open(`${page}/tasks?sort=dueDate`)
      const subjects = dirk.page('main tbody th').get()
      expect(subjects.map((one) => dirk.page(one).text().trim())[0]).to.equal('Aufmaß Haus A')
      for (const hidden of ['sort=createdAt', 'sort=assignedUser', 'filter.account=nordwind', 'sort=nothing'])
        expect((await dirk.peek(`${page}/tasks?${hidden}`)).status, hidden).to.equal(422)
      for (let number = 1; number <= 26; number++)
        await world.save('Task', { subject: `Pipe ${number}`, status: 'Open', project: retrofit })
      await dirk.open(`${page}/tasks`)
      expect(dirk.page('main tbody tr')).to.have.length(25)
      await dirk.open(new URL(dirk.page('a[rel=next]').attr('href')!, dirk.origin + dirk.path).href)
      expect(dirk.page('main tbody tr')).to.have.length(4)
    })

    it('T09 tabs and pages are in his language', async () => {
      const { dirk } = world
      await dirk.open(`${page}/tasks`)
      await dirk.send('Deutsch')
      dirk.sees('Aufgaben', 'Über dieses Projekt')
      await dirk.send('Čeština')
      dirk.sees('Úkoly', 'O tomto projektu')
      await dirk.send('English')
      dirk.sees('Tasks')
    })
  })
})
