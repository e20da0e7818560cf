/** Dashboards through the pages: made by staff, seen by each customer with his own records and nothing else (E04). */
import { expect } from 'chai'
import { dashboards } from '../../src/portal/dashboards/dashboards.js'
import type { Catalog } from '../../src/host/catalog.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { catalogWith, changeModule, whileHost } from '../support/changed-host.js'
import type { Answers, Visitor } from '../support/visitor.js'
import { admin, customerAt, door, masked, releasePath, staffAt, thePortal } from './people.js'
import { give } from './released-forms.js'

onSqlite('a dashboard (E04)', (open) => {
  let test: TestApp
  let irena: Visitor
  let dashboard: string

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    await irena.open(`${admin}/dashboards`)
    await irena.send('Create dashboard', { name: 'Customers' })
    dashboard = irena.path
    await add('text', '', { title: 'Hotline', text: 'Call **us**.', 'text.de': 'Rufen Sie **uns** an.' })
    await add('count', 'Case', { title: 'All my cases' })
    await add('count', 'Case', { title: 'New ones' }, { field: 'status', operator: '=', value: 'New' })
    await add('chart', 'Case', { shape: 'donut', by: 'status' })
    await add('chart', 'Case', { title: 'By project', by: 'project' })
    await add('chart', 'Invoice', { shape: 'horizontal', by: 'status', sum: 'amount' })
    await add('chart', 'Lead', { title: 'Leads of everybody', by: 'status' })
    await add('list', 'Case', { title: 'Latest', columns: ['subject', 'status', 'project'], limit: '3' })
    await add('count', 'Case', { title: 'By secret' }, { field: 'isInternal', operator: '=', value: 'false' })
    await add('stream', '', { limit: '3' })
  })

  after(() => test.close())

  async function add(
    kind: string,
    module: string,
    answers: Answers,
    filter?: { field: string; operator: string; value: string }
  ): Promise<Visitor> {
    await irena.open(`${dashboard}/dashlets/new?kind=${kind}&module=${module}`)
    if (filter) await irena.is(200).send('Show fitting inputs', { ...answers, 'criteria.0.field': filter.field })
    const condition = filter && { 'criteria.0.operator': filter.operator, 'criteria.0.value': filter.value }
    return irena.is(200).send('Save', { ...answers, ...condition })
  }

  async function choose(id: string): Promise<void> {
    await irena.open(`${admin}/${(await thePortal(test)).id}/dashboard`)
    await irena.send('Save', { dashboard: id })
    irena.is(200).sees('Saved')
  }

  const idOf = (path: string): string => path.split('/').at(-1)!.split('?')[0]!
  /** What stands under a heading of the dashboard. */
  const under = ({ page: $ }: Visitor, title: string): ReturnType<typeof $> =>
    $('.dashlet').filter((_, one) => $(one).find('h2').text().trim() === title)
  const headings = ({ page: $ }: Visitor): string[] =>
    $('.dashlet h2')
      .toArray()
      .map((one) => $(one).text().trim())

  /** The count of a list page. */
  async function counted(who: Visitor, path: string): Promise<number> {
    await who.open(path)
    return Number(/(\d+) records?\b/.exec(who.text)?.[1])
  }

  it('E04 is not there until a portal has it; then it is the first page, and Home stands first in the navigation', async () => {
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    expect(anna.path).not.to.equal(`${door}/`)
    expect(anna.page('nav.nav a').first().text()).not.to.equal('Home')
    await choose(idOf(dashboard))
    await anna.open(`${door}/`)
    anna.is(200).sees('Welcome, Anna Schmidt', 'Call us.')
    expect(anna.path).to.equal(`${door}/`)
    expect(anna.page('nav.nav a').first().text()).to.equal('Home')
    const signedIn = await customerAt(test, 'anna')
    expect(signedIn.path).to.equal(`${door}/`)
  })

  it('E04 shows two customers each their own numbers, the same as in their lists (A08)', async () => {
    const numbers: string[] = []
    for (const name of ['anna', 'bjorn'] as const) {
      const who = await customerAt(test, name)
      const [all, fresh] = [await counted(who, `${door}/case`), await counted(who, `${door}/case?filter.status=New`)]
      await who.open(`${door}/`)
      expect(under(who, 'All my cases').find('.stat').text()).to.equal(String(all))
      expect(under(who, 'New ones').find('.stat').text()).to.equal(String(fresh))
      expect(under(who, 'New ones').find('h2 a').attr('href')).to.equal(`${door}/case?filter.status=New`)
      numbers.push(`${all} ${fresh} ${under(who, 'Cases by Status').find('table').text()}`)
    }
    expect(numbers[0]).not.to.equal(numbers[1])
  })

  it('E04 A08 a chart’s table holds what the lists count, and the picture says the same', async () => {
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    const chart = under(anna, 'Cases by Status')
    const $ = anna.page
    const rows = chart
      .find('tbody tr')
      .toArray()
      .map((row) => [$(row).find('th').text(), Number($(row).find('td').text())] as const)
    expect(rows.length).to.be.greaterThan(1)
    const words = chart.find('svg desc').text()
    expect(words).to.equal(rows.map(([label, count]) => `${label}: ${count}`).join('; '))
    expect(chart.find('svg').attr('aria-labelledby')).to.equal(
      `${chart.find('svg title').attr('id')} ${chart.find('svg desc').attr('id')}`
    )
    for (const [label, count] of rows)
      expect(await counted(anna, `${door}/case?filter.status=${label}`), label).to.equal(count)
    await anna.open(`${door}/`)
    const amounts = under(anna, 'Invoices by Status').find('td.num').first().text()
    expect(amounts).to.match(/€/)
    expect(anna.response.text).not.to.match(/\sstyle=|<style/)
  })

  it('E04 A09 leaves out, without a word, what isn’t released to him; released with what it refers to, it is there', async () => {
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    expect(headings(anna)).to.deep.equal([
      'Hotline',
      'All my cases',
      'New ones',
      'Cases by Status',
      'Invoices by Status',
      'Latest',
      'Latest notes'
    ])
    anna.doesNotSee('By project', 'Leads of everybody', 'By secret', '>Project<')
    await irena.open(await releasePath(test, 'Case'))
    const visible = irena
      .page('input[name=visible][checked]')
      .toArray()
      .map((box) => irena.page(box).attr('value')!)
    irena.sees('Shows only once Projects is released, too.')
    await irena.send('Save', { visible: [...visible, 'project'] })
    irena.is(200)
    await anna.open(`${door}/`)
    anna.doesNotSee('By project', '>Project<')
    await give(test, 'Project', { path: ['account', 'contacts'], readOnly: ['name'] })
    await anna.open(`${door}/`)
    expect(headings(anna)).to.include('By project').and.not.to.include('By secret')
    expect(under(anna, 'Latest').find('thead').text()).to.include('Project')
  })

  it('E04 lists the newest records and notes, as many as it should, with the way to each', async () => {
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    expect(under(anna, 'Latest').find('tbody tr')).to.have.length(3)
    const note = under(anna, 'Latest notes').find('.news li').first()
    expect(under(anna, 'Latest notes').find('.news li')).to.have.length(3)
    const address = note.find('a').attr('href')!
    const words = note.find('p').eq(1).text()
    await anna.open(address)
    anna.is(200).sees(words)
  })

  it('E11 the stream dashlet has no note of a record whose notes he may not read, and no internal one', async () => {
    const bjorn = await customerAt(test, 'bjorn')
    await bjorn.open(`${door}/`)
    const notes = under(bjorn, 'Latest notes').find('.news a')
    for (const path of notes.toArray().map((one) => bjorn.page(one).attr('href')!)) {
      await bjorn.open(path)
      expect(bjorn.response.status, path).to.equal(200)
      expect(bjorn.page('#notes').length, path).to.equal(1)
    }
    const { host } = test.embedded
    const entry = { module: 'Case', recordId: 'annas-heating-case', files: [] }
    const frank = { kind: 'staff', id: 'frank' } as const
    await host.feed.post({ ...entry, text: 'For staff alone', internal: true }, frank)
    await host.feed.post({ ...entry, text: 'For Anna', internal: false }, frank)
    await bjorn.open(`${door}/`)
    bjorn.doesNotSee('For Anna', 'For staff alone')
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    anna.sees('For Anna').doesNotSee('For staff alone')
  })

  it('E04 a portal user’s own dashboard comes before the portal’s; he can’t choose one himself', async () => {
    await irena.open(`${admin}/dashboards`)
    await irena.send('Create dashboard', { name: 'Special' })
    const special = irena.path
    await irena.open(`${special}/dashlets/new?kind=text&module=`)
    await irena.send('Save', { text: 'Only for Björn' })
    await test.embedded
      .db('portico_portal_users')
      .where({ record_id: 'bjorn' })
      .update({ dashboard_id: idOf(special) })
    const bjorn = await customerAt(test, 'bjorn')
    await bjorn.open(`${door}/`)
    bjorn.sees('Only for Björn').doesNotSee('Hotline')
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    anna.sees('Hotline').doesNotSee('Only for Björn')
    const nowhere = await anna.peek(`${door}/nowhere`)
    for (const path of ['dashboard', 'dashboards', 'dashlets']) {
      const answer = await anna.peek(`${door}/${path}`)
      expect([answer.status, masked(answer.text)], path).to.deep.equal([404, masked(nowhere.text)])
      expect((await anna.forge(`${door}/${path}`, { dashboard: idOf(special) })).status, path).to.equal(404)
    }
    expect((await anna.forge(`${door}/`, { dashboard: idOf(special) })).status).to.equal(404)
    expect((await anna.forge(special, { name: 'Mine', revision: '2' })).status).not.to.be.within(200, 299)
    expect((await dashboards(test.embedded.db)).get(idOf(special))!.name).to.equal('Special')
  })

  it('E04 says what is wrong with a dashlet beside its input, and keeps what was typed', async () => {
    await irena.open(`${dashboard}/dashlets/new?kind=chart&module=Case`)
    await irena.send('Save', { title: 'My line', shape: 'line', by: 'status' })
    irena.is(422).sees('A line needs time')
    expect(irena.page('input[name=title]').attr('value')).to.equal('My line')
    await irena.send('Show fitting inputs', { by: 'createdAt' })
    await irena.send('Save', { period: 'quarter' })
    irena.is(200).sees('Saved', 'My line')
    await irena.open(`${dashboard}/dashlets/new?kind=list&module=Case`)
    await irena.send('Save', { limit: '21' })
    irena.is(422)
    expect((await irena.peek(`${dashboard}/dashlets/new?kind=chart&module=Nothing`)).status).to.equal(404)
  })

  it('E04 dashlets are moved and removed; who saves on top of a newer dashboard is told, and nothing is lost (A28)', async () => {
    await irena.open(dashboard)
    const order = (): string[] =>
      irena
        .page('.arranged strong')
        .toArray()
        .map((one) => irena.page(one).text())
    const before = order()
    const action = irena.page('.arranged form').eq(1).attr('action')!
    await irena.submit(action)
    expect(order()).to.deep.equal([before[1], before[0], ...before.slice(2)])
    const late = await staffAt(test, 'irena')
    await late.open(dashboard)
    await irena.submit(irena.page('.arranged li').eq(1).find('form').eq(2).attr('action')!)
    expect(order()).to.deep.equal([before[1], ...before.slice(2)])
    await late.send('Save', { name: 'Too late' })
    late.is(409)
    expect(late.page('input[name=name]').attr('value')).to.equal('Too late')
    await irena.open(dashboard)
    irena.sees('Customers', 'Dashlet removed', 'Dashlet moved').doesNotSee('Too late')
  })

  it('E04 is not deleted while it is in use, and then it is', async () => {
    await irena.open(dashboard)
    expect(irena.text).to.include('It is the first page of: Thermovia Service').and.not.to.include('Delete dashboard')
    const { revision } = (await dashboards(test.embedded.db)).get(idOf(dashboard))!
    expect((await irena.forge(`${dashboard}/removal`, { revision: String(revision) })).status).to.equal(409)
    await irena.open(`${admin}/dashboards`)
    await irena.send('Create dashboard', { name: 'Short-lived' })
    await irena.send('Delete dashboard')
    irena.is(200).doesNotSee('Short-lived')
  })

  it('E04 lives on when the CRM loses a field or a module, and tells the administrator', async () => {
    const anna = await customerAt(test, 'anna')
    const lost = (catalog: Catalog): Catalog => {
      const modules = new Map([...catalog.modules].filter(([name]) => name !== 'Invoice'))
      return changeModule({ ...catalog, modules }, 'Case', ({ fields }) => ({
        fields: new Map([...fields].filter(([name]) => name !== 'status'))
      }))
    }
    await whileHost(test, catalogWith(test, lost), async () => {
      await anna.open(`${door}/`)
      expect(anna.is(200) && headings(anna))
        .to.include('All my cases')
        .and.not.to.include('New ones')
      await irena.open(dashboard)
      irena.is(200).sees('The CRM no longer has these: Case.status, Invoice.')
      await irena.follow('New ones')
      irena.is(200).sees('The CRM no longer has this: Case.status.')
    })
  })

  it('E04 leaves out stored dashlets that can’t be read, and the administrator is told', async () => {
    const { db } = test.embedded
    const row = await db<{ id: string; dashlets: string }>('portico_dashboards')
      .first()
      .where({ id: idOf(dashboard) })
    const damaged = JSON.stringify([...(JSON.parse(row!.dashlets) as unknown[]), { kind: 'weather' }])
    await db('portico_dashboards')
      .where({ id: idOf(dashboard) })
      .update({ dashlets: damaged })
    await db('portico_configuration').increment('version', 1)
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    anna.is(200).sees('All my cases')
    await irena.open(dashboard)
    irena.is(200).sees('1 dashlet can’t be read')
  })

  it('E04 a portal without one begins with its first module again', async () => {
    await choose('')
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/`)
    expect(anna.path).not.to.equal(`${door}/`)
    expect(anna.page('nav.nav a').first().text()).not.to.equal('Home')
  })
})
