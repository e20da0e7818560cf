import { expect } from 'chai'
import { removeRelease, saveRelease } from '../../src/portal/user-types/releases.js'
import { arranged, goneFrom, listOf, type Tab } from '../../src/portal/portals/tabs.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'

const tab = (word: string): Tab => ({ word, label: word, icon: 'file', path: `/${word}` })
const tabs = ['home', 'module:Case', 'module:Quote', 'web:1'].map(tab)
const shown = (list: readonly string[] | undefined): string[] =>
  arranged(list, tabs).flatMap((one) => (one.isShown ? [one.tab.word] : []))

describe('a tab list', () => {
  it('E03 shows everything in the CRM’s order where there is none', () => {
    expect(shown(undefined)).to.deep.equal(['home', 'module:Case', 'module:Quote', 'web:1'])
  })

  it('E03 orders and hides what it names; what came later stands at the end', () => {
    expect(shown(['web:1', '-home', 'module:Quote'])).to.deep.equal(['web:1', 'module:Quote', 'module:Case'])
    expect(shown([])).to.deep.equal(['home', 'module:Case', 'module:Quote', 'web:1'])
  })

  it('E03 adds nothing: what is gone is skipped, and named for the administrator', () => {
    const list = ['module:Gone', '-web:9', 'module:Case']
    expect(shown(list)[0]).to.equal('module:Case')
    expect(arranged(list, tabs)).to.have.length(tabs.length)
    expect(goneFrom(list, tabs)).to.deep.equal(['module:Gone', 'web:9'])
    expect(goneFrom(undefined, tabs)).to.deep.equal([])
  })

  it('E03 is written down as it arranges', () => {
    const list = ['web:1', '-home', 'module:Quote', 'module:Case']
    expect(listOf(arranged(list, tabs))).to.deep.equal(list)
  })
})

onSqlite('the navigation of a portal', (open) => {
  let test: TestApp
  let irena: Visitor
  let anna: Visitor
  let page: string

  before(async () => {
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    anna = await customerAt(test, 'anna')
    page = `${admin}/${(await thePortal(test)).id}/tabs`
  })
  after(() => test.close())
  beforeEach(async () => {
    await irena.open(page)
  })

  const words = (): string[] =>
    irena
      .page('input[name=words]')
      .map((_, input) => irena.page(input).attr('value')!)
      .get()
  const navigation = async (): Promise<string[]> => {
    await anna.open(`${door}/profile`)
    return anna
      .page('.nav a')
      .map((_, link) => anna.page(link).text().trim())
      .get()
  }
  const arrange = (mode: 'all' | 'own', hidden: readonly string[], places: readonly string[]): Promise<Visitor> =>
    irena.send('Save', { mode, shown: words().filter((word) => !hidden.includes(word)), places })
  const asTheyAre = (): string[] => words().map((_, index) => String(index + 1))

  it('E03 shows everything released, until somebody arranges it', async () => {
    expect(words()).to.include.members(['home', 'module:Case', 'module:Contact'])
    expect(irena.page('input[name=mode][checked]').attr('value')).to.equal('all')
    expect(await navigation())
      .to.have.length.greaterThan(4)
      .and.include.members(['Cases', 'Quotes', 'Knowledge base'])
  })

  it('E03 a changed entry counts, although «everything» stands chosen above', async () => {
    await arrange('all', [], asTheyAre())
    expect((await thePortal(test)).tabs).to.equal(undefined)
    await arrange('all', ['module:Contact'], asTheyAre())
    expect(irena.page('input[name=mode][checked]').attr('value')).to.equal('own')
    expect(await navigation())
      .to.include('Quotes')
      .and.not.to.include('Contacts')
    await arrange('all', ['module:Contact'], asTheyAre())
    expect((await thePortal(test)).tabs).to.equal(undefined)
  })

  it('E03 is arranged by numbers and boxes; its first entry is the first page', async () => {
    const places = words().map((word, index) => (word === 'module:Quote' ? '1' : String(index + 1)))
    await arrange('own', ['module:Contact', 'module:Invoice'], places)
    irena.is(200).sees('Navigation changed by Irena Malá')
    expect(words()[0]).to.equal('module:Quote')
    const shownNow = await navigation()
    expect(shownNow[0]).to.equal('Quotes')
    expect(shownNow).not.to.include('Contacts').and.not.to.include('Invoices')
    expect((await anna.peek(`${door}/`)).headers['location']).to.equal(`${door}/quote`)
    const again = await customerAt(test, 'jonas')
    expect(again.path, 'after signing in').to.equal(`${door}/quote`)
  })

  it('E03 hides and takes nothing away; nor does it give anything', async () => {
    await arrange('own', ['module:Contact'], asTheyAre())
    await anna.open(`${door}/contact`)
    anna.is(200).sees('Schmidt')
    const portal = await thePortal(test)
    await test.embedded
      .db('portico_portals')
      .where({ id: portal.id })
      .update({ tabs: '["module:Contract","module:Case"]' })
    await test.embedded.db('portico_configuration').increment('version', 1)
    expect((await navigation())[0]).to.equal('Cases')
    expect(await navigation()).not.to.include('Contracts')
    expect((await anna.peek(`${door}/contract`)).status).to.equal(404)
  })

  it('E03 is moved step by step, too', async () => {
    await arrange('all', [], asTheyAre())
    const before = words()
    const label = irena.page('tbody th').eq(2).text().trim()
    await irena.send(`Move ${label} up`)
    expect(words()).to.deep.equal([before[0], before[2], before[1], ...before.slice(3)])
    await irena.send(`Move ${label} down`)
    expect(words()).to.deep.equal(before)
    expect((await thePortal(test)).tabs, 'a list of its own now').to.deep.equal(before)
  })

  it('E03 is everything in the CRM’s order again when asked', async () => {
    await arrange('own', ['module:Case'], asTheyAre())
    expect(await navigation()).not.to.include('Cases')
    await arrange('all', ['module:Case'], asTheyAre())
    expect((await thePortal(test)).tabs).to.equal(undefined)
    expect(await navigation()).to.include('Cases')
  })

  it('E03 what is released later stands at its end; what is taken back is left out and named', async () => {
    await arrange('own', [], asTheyAre())
    const { context } = test.embedded.portico
    const staff = (await test.embedded.host.staffById('irena'))!
    const quote = (await theUserType(test)).releases.find((release) => release.module === 'Quote')!
    const seen = async (): Promise<{ id: string; revision: number }> => {
      const { id, revision } = await theUserType(test)
      return { id, revision }
    }
    await removeRelease(context, await seen(), 'Quote', staff)
    expect(await navigation()).not.to.include('Quotes')
    await irena.open(page)
    irena.sees('no longer there for anybody in the portal', 'Quotes')
    await irena.send('Save')
    irena.is(200).doesNotSee('no longer there for anybody')
    await saveRelease(context, await seen(), quote, staff)
    expect((await navigation()).at(-1)).to.equal('Quotes')
  })

  it('A28 the second of two who arrange it is told, and what he arranged is still there', async () => {
    const frank = await (await staffAt(test, 'frank')).open(page)
    await arrange('own', ['module:Case'], asTheyAre())
    const last = frank.page('tbody th').last().text().trim()
    await frank.send(`Move ${last} up`)
    frank.is(409).sees('Somebody else')
    const rows = frank.page('tbody th')
    expect(
      rows
        .eq(rows.length - 2)
        .text()
        .trim()
    ).to.equal(last)
    expect((await thePortal(test)).tabs).to.include('-module:Case')
  })

  it('E03 is no business of staff without the permission', async () => {
    const petra = await staffAt(test, 'petra')
    expect((await petra.peek(page)).status).to.equal(404)
    expect((await petra.forge(page, { revision: '1', mode: 'all' })).status).to.equal(404)
  })
})
