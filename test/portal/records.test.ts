import { expect } from 'chai'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { setDefaults } from '../support/sharing.js'
import { customerAt, door, masked, releasePath, staffAt } from './people.js'
import { give } from './released-forms.js'

eachDatabase((open) => {
  describe('a portal’s lists', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
    })

    after(() => test.close())

    it('Z19 the first page after sign-in is the first released module', async () => {
      await anna.open(`${door}/`)
      expect(anna.path).to.equal(`${door}/account`)
      anna.sees('Nordwind Heizung GmbH').doesNotSee('Fjordside')
    })

    it('Z05 the navigation has what is released, and nothing else', async () => {
      const emily = await customerAt(test, 'emily')
      await emily.open(`${door}/case`)
      const labels = emily
        .page('nav.nav a')
        .toArray()
        .map((one) => emily.page(one).text().trim())
      expect(labels).to.include.members([
        'Accounts',
        'Contacts',
        'Cases',
        'Quotes',
        'Invoices',
        'Products',
        'Knowledge base'
      ])
      expect(labels).not.to.include('Deals').and.not.to.include('Quote items')
    })

    it('A47 a module that isn’t released, one that doesn’t exist and a foreign word get the same 404', async () => {
      const answers = await Promise.all(
        ['deal', 'no-such-module', 'Case', '__proto__', 'user'].map((word) => anna.peek(`${door}/${word}`))
      )
      for (const { status, text } of answers) {
        expect(status).to.equal(404)
        expect(masked(text)).to.equal(masked(answers[0]!.text))
      }
    })

    it('A08 search finds, counts and pages only what she may see', async () => {
      await anna.open(`${door}/case?q=heating+fails`)
      anna.sees('Heating fails', '1 record')
      await anna.open(`${door}/case?q=leaks`)
      anna.is(200).sees('0 records').doesNotSee('Pump leaks')
    })

    it('filters by options, and says so when nothing is left', async () => {
      await anna.open(`${door}/case`)
      await anna.send('Show', { 'filter.priority': 'Urgent' })
      anna.sees('Heating fails').doesNotSee('Falsche Ventile geliefert')
      await anna.send('Show', { q: 'Ventile' })
      anna.sees('Nothing in Cases matches.')
      await anna.follow('Show everything')
      anna.sees('Falsche Ventile geliefert')
    })

    it('A09 a filter or order by a hidden field is answered like one by a field that doesn’t exist', async () => {
      for (const query of [
        'filter.assignedUser=frank',
        'sort=modifiedAt',
        'filter.isInternal=true',
        'sort=-description'
      ]) {
        const hidden = await anna.peek(`${door}/case?${query}`)
        const unknown = await anna.peek(`${door}/case?${query.replace(/(filter\.|sort=-?)\w+/, '$1nothing')}`)
        expect(hidden.status, query).to.equal(422)
        expect(hidden.status).to.equal(unknown.status)
        expect(withoutIds(hidden.text)).to.equal(withoutIds(unknown.text))
      }
      expect((await anna.peek(`${door}/case?filter.status=New&sort=-createdAt`)).status).to.equal(200)
    })

    it('sorts by a column’s head, one way and the other', async () => {
      const titles = (): string[] =>
        anna
          .page('tbody th')
          .toArray()
          .map((one) => anna.page(one).text().trim())
      await anna.open(`${door}/quote`)
      const before = titles()
      await anna.follow('Date')
      expect(anna.page('th[aria-sort=ascending]')).to.have.length(1)
      const up = titles()
      await anna.follow('Date')
      expect(anna.page('th[aria-sort=descending]')).to.have.length(1)
      expect(titles()).to.deep.equal([...up].reverse())
      expect(up).to.have.members(before)
    })

    it('pages forward and back without losing or repeating a record', async () => {
      for (let i = 0; i < 30; i++) {
        const values = { subject: `Counted ${i}`, account: 'nordwind', contact: 'anna' }
        await test.embedded.host.save({ module: 'Case', values }, { kind: 'system' })
      }
      const seen: string[] = []
      const collect = (): number =>
        seen.push(
          ...anna
            .page('tbody th a')
            .toArray()
            .map((one) => anna.page(one).attr('href')!)
        )
      await anna.open(`${door}/case`)
      collect()
      expect(seen).to.have.length(25)
      await anna.open(`${door}/case${anna.page('a[rel=next]').attr('href')}`)
      collect()
      expect(new Set(seen).size).to.equal(seen.length).and.be.greaterThan(30)
      await anna.open(`${door}/case${anna.page('a[rel=prev]').attr('href')}`)
      expect(anna.page('tbody th a').first().attr('href')).to.equal(seen[0])
    })

    it('E10 an internal case is never hers, by list, by search or by id', async () => {
      await anna.open(`${door}/case?q=credit+line`)
      anna.doesNotSee('Nordwind pays late')
      const internal = await anna.peek(`${door}/case/nordwind-internal-case`)
      const missing = await anna.peek(`${door}/case/no-such-case`)
      expect(internal.status).to.equal(404)
      expect(masked(internal.text)).to.equal(masked(missing.text))
    })
  })

  describe('a record in a portal', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
    })

    after(() => test.close())

    const stored = async (id: string): Promise<Record<string, unknown>> => {
      const [row]: Record<string, unknown>[] = await test.embedded.db<Record<string, unknown>>('crm_case').where({ id })
      return row ?? {}
    }
    const idIn = (path: string): string => path.split('/').at(-1)!.split('?')[0]!

    it('Z11 shows the released fields and not one more, neither on the page nor in its source', async () => {
      const internal = 'Supplier says: our own mistake.'
      await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ resolution: 'Valve replaced.' })
      await test.embedded.db('crm_account').where({ id: 'fjordside' }).update({ description: internal })
      const bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(`${door}/case/bjorns-case`)
      bjorn.is(200).sees('Pump leaks', 'Valve replaced.').doesNotSee('Assigned to', 'Siobhan')
      const shown = bjorn.page('dt').toArray()
      const labels = shown.map((one) => bjorn.page(one).text())
      const released = [
        'Number',
        'Subject',
        'Status',
        'Priority',
        'Type',
        'Created',
        'Account',
        'Description',
        'Resolution'
      ]
      expect(labels).to.have.members(released)
      await bjorn.open(`${door}/account/fjordside`)
      bjorn.is(200).doesNotSee(internal)
    })

    it('A03 an id of another module is nothing here', async () => {
      expect((await anna.peek(`${door}/quote/annas-heating-case`)).status).to.equal(404)
      expect((await anna.peek(`${door}/case/anna`)).status).to.equal(404)
    })

    it('A06 what is linked to it is listed by its own right, and links of foreign records are not there', async () => {
      await anna.open(`${door}/account/nordwind`)
      anna.is(200).sees('Heating fails').doesNotSee('Nordwind pays late')
      await anna.open(`${door}/account/nordwind/related/cases`)
      anna.is(200).sees('Heating fails').doesNotSee('Nordwind pays late')
      for (const path of [
        'account/fjordside/related/cases',
        'account/nordwind/related/deals',
        'account/nordwind/related/nothing'
      ]) {
        expect((await anna.peek(`${door}/${path}`)).status, path).to.equal(404)
      }
    })

    it('Z06 Z26 she creates a case: hers by link, owned by whoever invited her, written by her', async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Boiler hums', priority: 'Low', description: 'All day.' })
      anna.is(200).sees('Boiler hums')
      expect(anna.page('[role=status]').text().trim(), 'T13').to.equal('Saved.')
      const row = await stored(idIn(anna.path))
      expect(row).to.include({
        account_id: 'nordwind',
        assigned_user_id: 'frank',
        created_by_name: 'Anna Schmidt',
        priority: 'Low'
      })
      const jonas = await customerAt(test, 'jonas')
      await jonas.open(anna.path)
      jonas.is(200).sees('Boiler hums')
      const bjorn = await customerAt(test, 'bjorn')
      expect((await bjorn.peek(anna.path)).status).to.equal(404)
    })

    it('Z26 what she creates belongs to nobody once whoever invited her is gone, or deactivated', async () => {
      const frank = (await test.embedded.host.staffById('frank'))!
      for (const inviter of [undefined, { ...frank, isActive: false }]) {
        await whileHost(test, { staffById: async () => inviter }, async () => {
          await anna.open(`${door}/case/new`)
          await anna.send('Save', { subject: 'Nobody is left', priority: 'Low' })
          anna.is(200).sees('Nobody is left')
        })
        expect(await stored(idIn(anna.path))).to.include({ assigned_user_id: null, account_id: 'nordwind' })
      }
    })

    it('Z11 what is missing is said next to its field, and what was typed stays', async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: '', description: 'Typed with care.', priority: 'High' })
      anna.is(422)
      expect(anna.page('#field-subject').attr('aria-invalid')).to.equal('true')
      expect(anna.page('#field-subject-error').text().trim()).to.equal('Please fill this in.')
      expect(anna.page('#field-description').text().trim()).to.equal('Typed with care.')
      expect(anna.page('#field-priority option[selected]').attr('value')).to.equal('High')
    })

    it('A14 a field that is not in the form is refused, and nothing is written', async () => {
      const count = async (): Promise<unknown> => (await test.embedded.db('crm_case').count({ cases: '*' }))[0]
      const before = await count()
      await anna.open(`${door}/case/new`)
      const forged: Record<string, string>[] = [
        { assignedUser: 'irena' },
        { account: 'fjordside' },
        { isInternal: 'true' },
        { status: 'Closed' },
        { createdBy: 'irena' }
      ]
      for (const extra of forged) {
        const refused = await anna.forge(`${door}/case`, { subject: 'Forged', priority: 'Low', ...extra })
        expect(refused.status, Object.keys(extra)[0]).to.equal(422)
      }
      expect(await count()).to.deep.equal(before)
      expect((await anna.forge(`${door}/case`, { subject: 'Honest', priority: 'Low' })).status).to.equal(303)
    })

    it('Z06 edit is for what she wrote; what staff or colleagues wrote she may look at', async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Boiler hums' })
      const own = anna.path
      await anna.follow('Edit')
      await anna.send('Save', { subject: 'Boiler roars' })
      anna.is(200).sees('Boiler roars')
      expect(anna.path).to.equal(own)
      await anna.open(`${door}/case/jonas-valve-case`)
      anna.is(200).sees('Falsche Ventile geliefert')
      expect(anna.page('a').filter((_, one) => anna.page(one).text().trim() === 'Edit')).to.have.length(0)
      expect((await anna.peek(`${door}/case/jonas-valve-case/edit`)).status).to.equal(403)
      const before = await stored('jonas-valve-case')
      const refused = await anna.forge(`${door}/case/jonas-valve-case`, { subject: 'Changed', priority: 'Low' })
      expect(refused.status).to.equal(403)
      expect(await stored('jonas-valve-case')).to.deep.equal(before)
    })

    it('Z06 clone begins a new record with what she may write of a visible one', async () => {
      await anna.open(`${door}/case/jonas-valve-case`)
      await anna.follow('Clone')
      expect(anna.page('#field-subject').attr('value')).to.equal('Falsche Ventile geliefert')
      await anna.send('Save', { subject: 'Wrong valves again' })
      anna.is(200).sees('Wrong valves again')
      expect(await stored(idIn(anna.path))).to.include({ priority: 'High', status: 'New', account_id: 'nordwind' })
      expect((await anna.peek(`${door}/case/bjorns-case/clone`)).status).to.equal(404)
    })

    it('Z06 his own record is his to edit, where it is released for writing', async () => {
      await anna.open(`${door}/contact/anna/edit`)
      expect(
        anna
          .page('form [name]')
          .toArray()
          .map((one) => anna.page(one).attr('name'))
      ).not.to.include('email')
      await anna.send('Save', { phone: '+49 40 5550 999' })
      anna.is(200).sees('+49 40 5550 999')
      expect((await anna.forge(`${door}/contact/anna`, { email: 'anna@elsewhere.example' })).status).to.equal(422)
      expect((await anna.peek(`${door}/contact/jonas`)).status).to.equal(404)
    })

    it('Z11 line items show with the record they are part of, by its right', async () => {
      const bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(`${door}/quote/bjorns-quote`)
      bjorn.is(200).sees('Quote items', 'Circulation pump CP 80')
      const own = bjorn.page('main table a[href*="/quote-item/"]').first().attr('href')!
      expect((await bjorn.peek(own)).status).to.equal(200)
      expect((await anna.peek(own)).status).to.equal(404)
    })

    it('A23 what a customer types is text everywhere', async () => {
      const attack = '<img src=x onerror=alert(1)>"\'><script>alert(2)</script>'
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: attack, description: attack })
      anna.is(200).sees(attack)
      expect(anna.page('main img, main script')).to.have.length(0)
    })

    it('the address of an old bookmark leads to sign-in and back', async () => {
      const stranger = test.visitor()
      await stranger.open(`${door}/case/annas-heating-case`)
      expect(stranger.path).to.include(`${door}/sign-in`)
    })

    it('Z06 edit shared opens what staff wrote, within her own scope only', async () => {
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { right: ['create', 'edit', 'editShared'] })
      irena.is(200)
      await anna.open(`${door}/case/jonas-valve-case`)
      await anna.follow('Edit')
      await anna.send('Save', { priority: 'Urgent' })
      anna.is(200)
      expect(await stored('jonas-valve-case')).to.include({ priority: 'Urgent', subject: 'Falsche Ventile geliefert' })
      const foreign = await anna.forge(`${door}/case/bjorns-case`, { priority: 'Low' })
      expect(foreign.status).to.equal(404)
      expect(await stored('bjorns-case')).to.include({ priority: 'High' })
    })

    it('Z05 a reference to a module that isn’t hers is nowhere, rather than empty; with the module it is there', async () => {
      const heads = async (): Promise<string> => {
        await anna.open(`${door}/case`)
        return anna.is(200).page('main thead').text()
      }
      const labels = async (): Promise<string> => {
        await anna.open(`${door}/case/annas-heating-case`)
        return anna.is(200).page('main dl.values dt').text()
      }
      await give(test, 'Case', {
        path: ['account', 'contacts'],
        rights: ['create', 'edit', 'clone'],
        notes: 'write',
        editable: ['subject', 'priority', 'type', 'description'],
        readOnly: ['number', 'account', 'project', 'assignedUser', 'status', 'resolution', 'createdAt']
      })
      expect(await heads())
        .to.include('Account')
        .and.not.to.include('Project')
      expect(await labels())
        .to.include('Account')
        .and.include('Assigned')
        .and.not.to.include('Project')
      await give(test, 'Project', { path: ['account', 'contacts'], readOnly: ['status'] })
      expect(await labels(), 'without its name').not.to.include('Project')
      await give(test, 'Project', { path: ['account', 'contacts'], readOnly: ['name'] })
      expect(await labels()).to.include('Project')
    })

    it('Z06 delete is for what she wrote, is asked for first, and is said afterwards', async () => {
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { right: ['create', 'edit', 'delete'] })
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Made by mistake' })
      const own = anna.path
      await anna.follow('Delete')
      anna.is(200).sees('Delete Made by mistake?')
      expect((await anna.peek(own)).status).to.equal(200)
      await anna.send('Yes, delete')
      anna.is(200).doesNotSee('Made by mistake')
      expect(anna.page('[role=status]').text().trim(), 'T13').to.equal('Deleted.')
      await anna.open(`${door}/case`)
      expect(anna.page('[role=status]'), 'T13').to.have.length(0)
      expect((await anna.peek(own)).status).to.equal(404)
      expect((await anna.peek(`${door}/case/jonas-valve-case/removal`)).status).to.equal(403)
      expect((await anna.forge(`${door}/case/jonas-valve-case/removal`)).status).to.equal(403)
      expect((await anna.forge(`${door}/case/bjorns-case/removal`)).status).to.equal(404)
      expect((await stored('jonas-valve-case'))['deleted']).to.equal(0)
    })

    it('Z08 a public module is read by everybody and written by nobody', async () => {
      await anna.open(`${door}/product`)
      anna.is(200)
      expect(anna.page('tbody tr').length).to.be.greaterThan(0)
      const first = anna.page('tbody th a').first().attr('href')!
      anna.doesNotSee('New: Product', 'Unit price')
      expect((await anna.peek(`${door}/product/new`)).status).to.equal(403)
      expect((await anna.forge(first, { name: 'Mine' })).status).to.equal(403)
      await setDefaults(test, { Product: 'private' })
      expect((await anna.peek(first)).status).to.equal(404)
      expect((await anna.peek(`${door}/product`)).status).to.equal(404)
    })
  })
})

/** Error pages name their request in the log; that number is another one each time. */
function withoutIds(html: string): string {
  return masked(html)
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '')
    .replace(/value="[^"]*"/g, '')
}
