/** Z10: a released module as cards. */
import { expect } from 'chai'
import { releaseOf } from '../../src/portal/configuration.js'
import { isCanvas } from '../../src/portal/pages/canvas.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import type { Viewer } from '../../src/access/viewer.js'
import { staff } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, theUserType } from './people.js'

onSqlite('cards', (open) => {
  describe('a module that is shown as cards', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor
    let inATable: string[]

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
      const cases = test.embedded.db<Record<string, unknown>>('crm_case')
      const row = await cases.clone().first().where({ id: 'annas-quote-question' })
      const more = Array.from({ length: 15 }, (_, index) => ({ ...row, id: `more-${index}`, number: `C-9${index}` }))
      await test.embedded.db('crm_case').insert(more)
      await anna.open(`${door}/case?sort=subject`)
      inATable = textsOf('tbody th')
      await show('canvas')
    })

    after(() => test.close())

    async function show(view: 'list' | 'canvas'): Promise<void> {
      const { id, revision, ...type } = await theUserType(test)
      const draft = { ...releaseOf({ id, revision, ...type }, 'Case')!, view }
      const irena = (await test.embedded.host.staffById(staff.irena.id))!
      await saveRelease(test.embedded.portico.context, { id, revision }, draft, irena)
    }

    const textsOf = (selector: string): string[] =>
      anna
        .page(selector)
        .toArray()
        .map((one) => anna.page(one).text().trim())
    const titles = (): string[] => textsOf('ul.canvas h2')

    it('Z10 has a card for each record: its title, its status, the first fields of the list; and no table', async () => {
      await anna.open(`${door}/case?q=Heating`)
      anna.is(200).sees('1 record')
      expect(anna.page('main table')).to.have.length(0)
      const card = anna.page('ul.canvas > li')
      expect(card.find('h2 a').attr('href')).to.equal(`${door}/case/annas-heating-case`)
      expect(card.find('.canvas__status').text().trim()).to.equal('Assigned')
      expect(textsOf('ul.canvas dt')).to.deep.equal(['Number', 'Account', 'Priority', 'Created'])
      expect(card.find('dd a').attr('href')).to.equal(`${door}/account/nordwind`)
    })

    it('Z10 can be searched, filtered and put in order without a table’s heads, and goes on page by page', async () => {
      await anna.open(`${door}/case`)
      expect(titles()).to.have.length(25)
      expect(titles()).not.to.deep.equal(inATable)
      await anna.send('Show', { sort: 'subject' })
      expect(titles()).to.deep.equal(inATable)
      await anna.send('Show', { 'filter.status': 'Assigned' })
      expect(anna.page('select[name=sort] option[selected]').attr('value')).to.equal('subject')
      expect([...new Set(textsOf('.canvas__status'))]).to.deep.equal(['Assigned'])
      await anna.open(`${door}/case?sort=subject`)
      await anna.follow('Next')
      expect(titles()).to.have.length(5)
      await anna.open(`${door}/case?q=nothing-like-this`)
      anna.is(200).sees('Nothing in Cases matches.')
    })

    it('Z10 stays a table where it is linked to a record, and other modules stay lists', async () => {
      await anna.open(`${door}/account/nordwind`)
      expect(anna.page('table.list caption').text()).to.include('Cases')
      await anna.open(`${door}/quote`)
      expect(anna.page('main table.list')).to.have.length(1)
      expect(anna.page('.canvas')).to.have.length(0)
    })

    it('Z10 is a list again once that is chosen, and for who sees it through roles alone', async () => {
      const viewerOf = (userTypeId: string | undefined): Viewer =>
        ({ person: { userTypeId }, kernel: { db: test.embedded.db } }) as Viewer
      const { id } = await theUserType(test)
      expect(await isCanvas(viewerOf(id), 'Case')).to.equal(true)
      expect(await isCanvas(viewerOf(id), 'Quote')).to.equal(false)
      expect(await isCanvas(viewerOf(undefined), 'Case')).to.equal(false)
      await show('list')
      await anna.open(`${door}/case`)
      expect(anna.page('main table.list')).to.have.length(1)
      expect(anna.page('.canvas')).to.have.length(0)
    })
  })
})
