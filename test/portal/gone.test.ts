/** The CRM loses a module, a field or a link that portals use; or has modules that lack what ours have. */
import { expect } from 'chai'
import type { Catalog, Module } from '../../src/host/catalog.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { catalogWith, changeModule, fieldsWith, whileHost } from '../support/changed-host.js'
import { admin, customerAt, door, masked, releasePath, staffAt, theUserType } from './people.js'

function lacking<T>(all: ReadonlyMap<string, T>, ...names: string[]): Map<string, T> {
  return new Map([...all].filter(([name]) => !names.includes(name)))
}

const withoutModule =
  (name: string) =>
  (catalog: Catalog): Catalog => ({ ...catalog, modules: lacking(catalog.modules, name) })

eachDatabase((open) => {
  describe('a portal whose CRM has changed', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
    })

    after(() => test.close())

    const whileCatalog = (change: (catalog: Catalog) => Catalog, act: () => Promise<void>): Promise<void> =>
      whileHost(test, catalogWith(test, change), act)

    it('shows the rest when a module is gone: no navigation, no address, and the administrator is told', async () => {
      const anna = await customerAt(test, 'anna')
      const irena = await staffAt(test, 'irena')
      await whileCatalog(withoutModule('Case'), async () => {
        await anna.open(`${door}/account/nordwind`)
        anna.is(200).sees('Nordwind Heizung GmbH')
        const labels = anna.page('nav.nav a').text()
        expect(labels).to.include('Accounts').and.not.to.include('Cases')
        for (const [path, nothing] of [
          ['case', 'none'],
          ['case/new', 'none/new'],
          ['case/annas-heating-case', 'none/annas-heating-case'],
          ['account/nordwind/related/cases', 'account/nordwind/related/none']
        ] as const) {
          const answer = await anna.peek(`${door}/${path}`)
          const missing = await anna.peek(`${door}/${nothing}`)
          expect(answer.status, path).to.equal(404)
          expect(masked(answer.text), path).to.equal(masked(missing.text))
        }
        await irena.open(`${admin}/user-types/${(await theUserType(test)).id}`)
        irena.is(200).sees('The CRM no longer has the module “Case”.')
        expect((await irena.peek(await releasePath(test, 'Case'))).status).to.equal(404)
      })
      await anna.open(`${door}/case/annas-heating-case`)
      anna.is(200).sees('Heating fails')
    })

    it('shows records whose references lead into a module that is gone', async () => {
      const bjorn = await customerAt(test, 'bjorn')
      const noAccounts = (catalog: Catalog): Catalog =>
        changeModule(withoutModule('Account')(catalog), 'Contact', ({ links }) => ({
          links: lacking(links, 'account')
        }))
      await whileCatalog(noAccounts, async () => {
        await bjorn.open(`${door}/contact/bjorn`)
        bjorn.is(200).sees('Björn Larsen')
        expect((await bjorn.peek(`${door}/account`)).status).to.equal(404)
      })
    })

    it('lets nobody in whose own module is gone, and still shows administrators the user type', async () => {
      const irena = await staffAt(test, 'irena')
      const anna = await customerAt(test, 'anna')
      await whileCatalog(withoutModule('Contact'), async () => {
        expect((await anna.peek(`${door}/case/annas-heating-case`)).status).to.equal(404)
        await irena.open(`${admin}/user-types/${(await theUserType(test)).id}`)
        irena.is(200).sees('The CRM no longer has the module “Contact”.', 'Case.account.contacts')
        await irena.open(await releasePath(test, 'Case'))
        irena.is(200).sees('Case.account.contacts')
      })
    })

    it('leaves out a field that is gone, and a path of links that leads nowhere; the administrator is told', async () => {
      const anna = await customerAt(test, 'anna')
      const irena = await staffAt(test, 'irena')
      const userType = `${admin}/user-types/${(await theUserType(test)).id}`
      const noPriority = (catalog: Catalog): Catalog =>
        changeModule(catalog, 'Case', ({ fields }) => ({ fields: lacking(fields, 'priority') }))
      await whileCatalog(noPriority, async () => {
        await anna.open(`${door}/case/annas-heating-case`)
        anna.is(200).sees('Heating fails')
        expect(anna.page('dt').text()).not.to.include('Priority')
        await irena.open(userType)
        irena.sees('The CRM no longer has this: priority.')
      })
      const noAccount = (catalog: Catalog): Catalog =>
        changeModule(catalog, 'Case', ({ links }) => ({ links: lacking(links, 'account') }))
      await whileCatalog(noAccount, async () => {
        expect((await anna.peek(`${door}/case/annas-heating-case`)).status).to.equal(404)
        await irena.open(userType)
        irena.sees('The CRM no longer has this: Case.account.contacts.')
      })
    })

    it('works with a module of hundreds of fields that has neither owner, feed nor layouts', async () => {
      const anna = await customerAt(test, 'anna')
      const irena = await staffAt(test, 'irena')
      const many = Array.from({ length: 700 }, (_, index) => `extra${index}`)
      const wide = (module: Module): Partial<Module> => ({
        owner: undefined,
        hasFeed: false,
        layouts: [],
        fields: fieldsWith(
          module,
          Object.fromEntries(many.map((name) => [name, { searchable: false, sortable: false, type: 'text' as const }]))
        )
      })
      await whileCatalog(
        (catalog) => changeModule(catalog, 'Case', wide),
        async () => {
          await irena.open(await releasePath(test, 'Case'))
          const $ = irena.page
          const visible = $('input[name=visible]')
            .toArray()
            .map((one) => $(one).attr('value')!)
          expect(visible).to.have.length.greaterThan(700)
          await irena.send('Save', {
            visible,
            readOnly: visible.filter((name) => name !== 'subject' && name !== 'priority')
          })
          irena.is(200)
          await anna.open(`${door}/case`)
          anna.is(200).sees('Heating fails')
          await anna.open(`${door}/case/annas-heating-case`)
          anna.is(200).sees('extra699').doesNotSee('Write note')
          expect((await anna.forge(`${door}/case/annas-heating-case/notes`, { text: 'x' })).status).to.equal(403)
          await anna.open(`${door}/case/new`)
          anna.is(200)
        }
      )
    })

    it('works with ids of seventeen characters', async () => {
      const id = 'ab12cd34ef56a7b8c'
      const [row]: Record<string, unknown>[] = await test.embedded
        .db<Record<string, unknown>>('crm_case')
        .where({ id: 'annas-heating-case' })
      await test.embedded.db('crm_case').insert({ ...row, id, number: 4711, subject: 'Seventeen' })
      const anna = await customerAt(test, 'anna')
      await anna.open(`${door}/case/${id}`)
      anna.is(200).sees('Seventeen')
      expect((await anna.peek(`${door}/case/${id.toUpperCase()}`)).status).to.equal(404)
    })
  })
})
