import { expect } from 'chai'
import type { Catalog, Module } from '../../src/host/catalog.js'
import { lostOf } from '../../src/external-users/project-fitness.js'
import { keptSettings, projectWorld, proposedSettings, worldOf } from '../../src/external-users/project-settings.js'
import { releasedFields } from '../../src/external-users/released-fields.js'
import { responsibilities } from '../../src/external-users/responsibilities.js'
import { catalogWith, changeModule, whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { openGuests, retrofit, type Guests } from './guests.js'

const settings = '/portico/admin/external-users/settings'

onSqlite('the project settings', (open) => {
  describe('on their pages', function () {
    this.timeout(60_000)
    let at: Guests
    let frank: Visitor
    let irena: Visitor

    before(async () => {
      at = await openGuests(open)
      frank = await at.staff('frank')
      irena = await at.staff('irena')
    })

    after(() => at.test.close())

    const kept = async (): Promise<Awaited<ReturnType<typeof keptSettings>>['settings']> =>
      (await keptSettings(at.test.embedded.db)).settings

    it('T01 propose by the names in the CRM, and stay as they are once something is saved', async () => {
      await frank.open(settings)
      frank.is(200).sees('Everything here is proposed', 'Quotes', 'Cases')
      expect(await kept()).to.equal(undefined)
      await frank.send('Save settings', { zoneField: '', zone: 'Europe/Prague' })
      frank.sees('The settings are saved and in force.', 'The settings are as administrators saved them.')
      expect(await kept()).to.include({ module: 'Project', endDate: 'endDate' })
      expect((await kept())!.timeZone).to.deep.equal({ zone: 'Europe/Prague' })
      expect(Object.keys((await kept())!.parts)).to.have.length(11)
    })

    it('T01 take only what the CRM has', async () => {
      await frank.open(settings)
      const revision = frank.page('input[name=revision]').first().attr('value')!
      const form = { revision, endDate: 'endDate', zoneField: 'timeZone' }
      const wrong: readonly Readonly<Record<string, string | readonly string[]>>[] = [
        { endDate: 'name' },
        { zoneField: 'budget' },
        { zoneField: '', zone: 'Middle/Earth' },
        { file: 'name' },
        { folders: 'Folder.account.parent.folder' },
        { 'holder-quotes': 'project' }
      ]
      for (const one of wrong)
        expect((await frank.forge(settings, { ...form, ...one })).status, JSON.stringify(one)).to.equal(422)
      expect((await frank.forge(settings, { ...form, other: 'x' })).status).to.equal(400)
      expect((await frank.forge(`${settings}/module`, { revision, module: 'User' })).status).to.equal(422)
      expect((await frank.forge(settings, form)).status).to.equal(303)
    })

    it('T01 tell the second of two', async () => {
      await frank.open(settings)
      await irena.open(settings)
      await irena.send('Save settings', { zoneField: 'timeZone' })
      await frank.send('Save settings', { zoneField: '', zone: 'Europe/London' })
      frank.is(409)
      expect(frank.page('select[name=zone] option[selected]').attr('value')).to.equal('Europe/London')
      expect((await kept())!.timeZone).to.deep.equal({ field: 'timeZone' })
    })

    it('T06 say for each kind which fields the columns are', async () => {
      await frank.open(`${settings}/kinds/quotes`)
      frank.is(200).sees('Quotes of a project', 'Valid until', '(proposed)')
      await frank.send('Save settings', { 'column-amount': '', 'column-type': 'description' })
      frank.sees('The kind is saved and in force.')
      expect((await kept())!.parts.quotes!.columns).to.include.keys('number', 'type')
      expect((await kept())!.parts.quotes!.columns['type']).to.deep.equal(['description'])
      expect((await kept())!.parts.quotes!.columns['amount'] ?? []).to.deep.equal([])
      frank.sees('Amount')
    })

    it('T06 take a module for one kind only, and only one with a link to the project', async () => {
      const address = `${settings}/kinds/calls`
      await frank.open(address)
      const revision = frank.page('input[name=revision]').first().attr('value')!
      const taken = await frank.forge(address, { revision, way: 'Task.project', shown: 'Call.project' })
      expect([taken.status, taken.text.includes('stands for another kind already')]).to.deep.equal([422, true])
      expect((await frank.forge(address, { revision, way: 'Account.parent', shown: '' })).status).to.equal(422)
      expect(
        (await frank.forge(address, { revision, way: 'Call.project', shown: 'Call.project', minutes: 'subject' }))
          .status
      ).to.equal(422)
      expect((await frank.peek(`${settings}/kinds/nothing`)).status).to.equal(404)
    })

    it('T06 leave a kind out, and propose its fields when another module is chosen', async () => {
      await frank.open(`${settings}/kinds/contracts`)
      await frank.send('Save settings', { way: '' })
      expect((await kept())!.parts.contracts).to.equal(undefined)
      const { host, db } = at.test.embedded
      expect((await projectWorld(db, await host.catalog('en')))!.parts.has('contracts')).to.equal(false)
      await frank.open(`${settings}/kinds/contracts`)
      await frank.send('Save settings', { way: 'Contract.project' })
      expect((await kept())!.parts.contracts!.columns['number']).to.have.length(1)
    })

    it('T01 another module is proposed anew, and everything goes back', async () => {
      await frank.open(settings)
      await frank.send('Use this module', { module: 'Deal' })
      frank.sees('The module is chosen')
      expect((await kept())!.module).to.equal('Deal')
      await frank.send('Back to the proposal')
      frank.sees('The settings are as proposed again.', 'Everything here is proposed')
      expect(await kept()).to.equal(undefined)
      frank.sees('Project settings changed', 'As proposed')
    })

    it('T05 release fields module by module; the usual ones are proposed, and nothing is released until somebody saves', async () => {
      await frank.open(`${settings}/fields`)
      frank.is(200).sees('Projects', 'Nothing').doesNotSee('Quotes</a>')
      await frank.open(`${settings}/fields/Project`)
      await frank.follow('Propose the usual fields')
      frank.sees('The usual fields are ticked.')
      expect(frank.page('input[value=name]').is('[checked]')).to.equal(true)
      expect(frank.page('input[value=budget]').is('[checked]')).to.equal(false)
      expect((await releasedFields(at.test.embedded.db)).fields.size).to.equal(0)
      await frank.send('Release these fields')
      frank.sees('The fields are released and in force.', 'Name')
      expect([...(await releasedFields(at.test.embedded.db)).fields.get('Project')!]).to.include('name')
    })

    it('T05 refuse a field that can’t be released, other modules, and the second of two', async () => {
      const address = `${settings}/fields/Project`
      await frank.open(address)
      const revision = frank.page('input[name=revision]').attr('value')!
      expect((await frank.forge(address, { revision, fields: ['account'] })).status).to.equal(422)
      expect((await frank.forge(address, { revision: '0', fields: ['budget'] })).status).to.equal(409)
      for (const module of ['Quote', 'Contact', 'Account', 'NoModule'])
        expect((await frank.peek(`${settings}/fields/${module}`)).status, module).to.equal(404)
      expect((await frank.forge(address, { revision, fields: ['name', 'budget'] })).status).to.equal(303)
    })

    it('T03 responsibilities are added, renamed, ordered and retired', async () => {
      const page = `${settings}/responsibilities`
      const labels = async (): Promise<string[]> =>
        (await responsibilities(at.test.embedded.db)).entries.map(({ label, isOffered }) =>
          isOffered ? label : `-${label}`
        )
      await frank.open(page)
      for (const label of ['Building', 'Planning']) {
        const before = await labels()
        await frank.send('Save list', { label: [...before, label] })
        frank.sees('The list is saved.')
      }
      expect(await labels()).to.deep.equal(['Building', 'Planning'])
      await frank.submit(page, { act: 'down-0' })
      expect(await labels()).to.deep.equal(['Planning', 'Building'])
      await frank.send('Save list', { label: ['Plans', 'Building', ''], offered: ['1', '2'] })
      expect(await labels()).to.deep.equal(['-Plans', 'Building'])
      await frank.send('Save list', { label: ['', 'Building', ''] })
      frank.is(422)
      await frank.open(page)
      await frank.submit(page, { act: 'remove-0' })
      expect(await labels()).to.deep.equal(['Building'])
    })

    it('A26 what the CRM no longer has is said, breaks no page and opens nothing', async () => {
      const without = (catalog: Catalog, name: string, field: string): Catalog =>
        changeModule(catalog, name, (module: Module) => ({
          fields: new Map([...module.fields].filter(([one]) => one !== field))
        }))
      await frank.open(settings)
      await frank.send('Save settings')
      const gone = catalogWith(at.test, (catalog) =>
        without(without(catalog, 'Quote', 'number'), 'Task', 'spentMinutes')
      )
      await whileHost(at.test, gone, async () => {
        await frank.open(settings)
        frank
          .is(200)
          .sees(
            'Quotes: the CRM no longer has the field “number”',
            'Tasks: the CRM no longer has the field “spentMinutes”'
          )
        await frank.open(`${settings}/kinds/quotes`)
        frank.is(200)
      })
      const ended = catalogWith(at.test, (catalog) => without(catalog, 'Project', 'endDate'))
      await whileHost(at.test, ended, async () => {
        for (const path of [settings, `${settings}/fields`, `/portico/admin/external-users`]) {
          await frank.open(path)
          frank.is(200)
        }
        await frank.open(settings)
        frank.sees('No external user gets to any project until another one is chosen.')
        expect((await frank.peek(`/portico/admin/external-users/projects/${retrofit}/security`)).status).to.equal(404)
      })
      await frank.open(settings)
      frank.doesNotSee('no longer has')
    })

    it('T08 A26 folders that are gone close the documents', async () => {
      const catalog = await at.test.embedded.host.catalog('en')
      const meant = proposedSettings(catalog)!
      const changed = { ...catalog, modules: new Map([...catalog.modules].filter(([name]) => name !== 'Folder')) }
      expect(worldOf(catalog, meant)!.parts.has('documents')).to.equal(true)
      expect(worldOf(changed, meant)!.parts.has('documents')).to.equal(false)
      expect(worldOf(changed, meant)!.parts.has('tasks')).to.equal(true)
      expect(lostOf(changed, meant)).to.deep.equal([{ place: 'folders', kind: undefined, name: 'Folder' }])
      expect(lostOf(catalog, meant)).to.deep.equal([])
    })
  })
})
