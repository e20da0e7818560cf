/** Formatted text, files and amounts in other currencies on the pages of a portal: what hosts beside the embedded CRM have. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { Readable } from 'node:stream'
import type { Catalog } from '../../src/host/catalog.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { catalogWith, changeModule, fieldsWith, whileHost } from '../support/changed-host.js'
import { customerAt, door, releasePath, staffAt } from './people.js'

const page = `${door}/case/bjorns-case`
const attack = '<h2>Offer</h2><p onclick="go()">Pay <b>soon</b>.</p><script>go()</script><img src=x onerror=go()>'

/** Cases with formatted text in their resolution, papers, and a cost in a currency of its own. */
function richer(catalog: Catalog): Catalog {
  return changeModule(catalog, 'Case', (module) => ({
    fields: fieldsWith(module, {
      resolution: { type: 'richText', label: 'Answer', readOnly: false, searchable: true, sortable: true },
      papers: {
        type: 'files',
        label: 'Papers',
        readOnly: false,
        storage: {
          kind: 'files',
          from: 'paper',
          columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
          key: 'parent_id',
          where: [{ column: 'deleted', is: 0 }],
          order: 'name'
        }
      },
      cost: {
        type: 'money',
        label: 'Cost',
        readOnly: false,
        searchable: false,
        maxLength: undefined,
        currency: 'costCurrency',
        storage: { kind: 'column', column: 'cost' }
      },
      costCurrency: { type: 'option', label: 'Currency', storage: { kind: 'column', column: 'cost_currency' } }
    })
  }))
}

async function furnish(test: TestApp): Promise<string> {
  const { db, host } = test.embedded
  await db.schema.alterTable('crm_case', (table) => {
    table.decimal('cost', 18, 2)
    table.string('cost_currency', 40)
  })
  await db.schema.createTable('paper_of', (table) => {
    table.string('file_id', 36).collate(db.client.config.client === 'mysql2' ? 'utf8mb4_bin' : 'binary')
    table.string('parent_id', 36)
    table.integer('deleted')
  })
  await db.raw(
    'create view paper as select f.id, f.name, f.type, f.size, p.parent_id, p.deleted from paper_of p join crm_file f on f.id = p.file_id'
  )
  const paper = (name: string) =>
    host.files.write({ name, type: 'text/html', content: Readable.from(['<script>']) }, { kind: 'system' })
  const { id } = await paper('offer.html')
  const gone = await paper('removed.html')
  await db('paper_of').insert([
    { file_id: id, parent_id: 'bjorns-case', deleted: 0 },
    { file_id: gone.id, parent_id: 'bjorns-case', deleted: 1 }
  ])
  await db('crm_case').where({ id: 'bjorns-case' }).update({ resolution: attack, cost: 1234.5, cost_currency: 'CZK' })
  return id
}

const fieldRow = (visitor: Visitor, name: string) => visitor.page(`tr:has(input[name=visible][value=${name}])`)

eachDatabase((open) => {
  describe('formatted text, files and currencies in a portal', function () {
    this.timeout(60_000)
    let test: TestApp
    let file: string
    let restore: Promise<void>
    let leave: () => void
    let bjorn: Visitor

    before(async () => {
      test = await openApp(open)
      file = await furnish(test)
      const stay = new Promise<void>((resolve) => (leave = resolve))
      restore = whileHost(test, catalogWith(test, richer), () => stay)
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      const visible = [
        ...['number', 'subject', 'status', 'priority', 'type', 'description', 'account', 'createdAt'],
        ...['resolution', 'papers', 'cost']
      ]
      const readOnly = ['number', 'account', 'status', 'createdAt', 'resolution', 'papers']
      await irena.send('Save', { visible, readOnly, right: ['create', 'edit', 'editShared', 'clone'] })
      irena.is(200)
      bjorn = await customerAt(test, 'bjorn')
    })

    after(async () => {
      leave()
      await restore
      await test.close()
    })

    it('A23 formatted text is shown as HTML without what could run, in lists as words', async () => {
      await bjorn.open(page)
      bjorn.is(200)
      const shown = bjorn.page('dd .rich')
      expect(shown.find('h4').text()).to.equal('Offer')
      expect(shown.find('b').text()).to.equal('soon')
      expect(bjorn.page('main script, main img, main [onclick]')).to.have.length(0)
      bjorn.doesNotSee('onerror', 'go()')
      await bjorn.open(`${door}/account/fjordside/related/cases`)
      bjorn.is(200)
      expect(bjorn.page('td .rich, td b')).to.have.length(0)
    })

    it('A18 A19 A20 files of a field are downloads, for whoever sees the field on this record', async () => {
      await bjorn.open(page)
      bjorn.sees('Papers', 'offer.html').doesNotSee('removed.html')
      const href = bjorn.page('dd ul.files a').attr('href')!
      expect(href).to.equal(`${page}/fields/papers/${file}`)
      const answer = await bjorn.peek(href)
      expect(answer.status).to.equal(200)
      expect(answer.headers['content-disposition']).to.equal('attachment; filename=offer.html')
      expect(answer.headers['x-content-type-options']).to.equal('nosniff')
      expect(answer.headers['content-security-policy']).to.include('sandbox')
      const anna = await customerAt(test, 'anna')
      const foreign = [
        href,
        href.replace('bjorns-case', 'annas-heating-case'),
        href.replace('papers', 'subject'),
        href.replace(file, 'none')
      ]
      for (const path of foreign) expect((await anna.peek(path)).status, path).to.equal(404)
      for (const path of foreign.slice(2)) expect((await bjorn.peek(path)).status, path).to.equal(404)
      expect((await test.visitor().peek(href)).status).to.equal(303)
    })

    it('A09 neither is a filter, an order or a thing to search in', async () => {
      for (const query of ['filter.resolution=x', 'filter.papers=x', 'sort=resolution', 'sort=papers'])
        expect((await bjorn.peek(`${door}/case?${query}`)).status, query).to.equal(422)
      await bjorn.open(`${door}/case?q=onclick`)
      bjorn.is(200).sees('0 records')
      await bjorn.open(`${door}/case?q=leaks`)
      bjorn.is(200).sees('1 record')
    })

    it('A14 neither is in a form, nor taken from one', async () => {
      await bjorn.open(`${page}/edit`)
      bjorn.is(200)
      expect(bjorn.page('[name=resolution], [name=papers]')).to.have.length(0)
      const fields = { subject: 'Pump leaks', priority: 'High' }
      const forged: Record<string, string>[] = [{ resolution: '<p>Free</p>' }, { papers: file }]
      for (const extra of forged) expect((await bjorn.forge(page, { ...fields, ...extra })).status).to.equal(422)
    })

    it('an amount stands with its own currency, on the page and in the form, though the currency is not released', async () => {
      await bjorn.open(page)
      bjorn.sees('CZK 1,234.50').doesNotSee('€')
      expect(bjorn.page('dt').text()).not.to.include('Currency')
      await bjorn.open(`${page}/edit`)
      bjorn.sees('Cost (CZK)')
      expect(bjorn.page('#field-cost').attr('value')).to.equal('1234.5')
      const { db } = test.embedded
      const currency = (code: string | null): Knex.QueryBuilder =>
        db('crm_case').where({ id: 'bjorns-case' }).update({ cost_currency: code })
      await currency('USD')
      await bjorn.open(page)
      bjorn.sees('US$1,234.50')
      for (const none of [null, 'nonsense, and a secret']) {
        await currency(none)
        await bjorn.open(page)
        bjorn.sees('1,234.50').doesNotSee('US$', '€', 'secret')
      }
      await currency('CZK')
    })

    it('administrators release them for viewing, and for nothing else', async () => {
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      for (const name of ['resolution', 'papers']) {
        expect(fieldRow(irena, name).find('input[name=readOnly]').attr('type'), name).to.equal('hidden')
        expect(fieldRow(irena, name).text()).to.include('formatted text and files come from the CRM alone')
      }
      expect(fieldRow(irena, 'cost').find('input[name=readOnly]').attr('type')).to.equal('checkbox')
      const $ = irena.page
      const criteria = $('select[name="criteria.0.field"] option').toArray()
      const names = criteria.map((one) => $(one).attr('value'))
      expect(names).to.include('cost').and.not.to.include.members(['resolution']).and.not.to.include('papers')
      await irena.send('Save', { visible: ['subject', 'resolution'], readOnly: [] })
      irena.is(422).sees('Answer can be shown but not written from outside. Make it read-only.')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { 'criteria.0.field': 'papers' })
      irena.is(422).sees('The module has no field of this name that can be compared.')
    })
  })
})
