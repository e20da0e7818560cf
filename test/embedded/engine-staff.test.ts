import { expect } from 'chai'
import { Readable } from 'node:stream'
import type { Crm, Records } from '../../src/host/embedded/crm.js'
import { NarrowPlugin } from '../host-contract/narrow-plugin.js'
import { openTestCrm } from '../host-contract/open-embedded.js'
import { answer, refusal } from '../host-contract/refusals.js'
import { eachDatabase } from '../support/databases.js'

const password = 'a password for tests'
const notFound = '404 errors.notFound'
const forbidden = '403 errors.forbidden'

eachDatabase((open) => {
  describe('staff whom a plugin shows companies in Berlin only', () => {
    let crm: Crm
    let plugin: NarrowPlugin
    let karl: Records
    let berlin: string
    let prague: string

    before(async () => {
      const { db } = await open()
      crm = await openTestCrm(db)
      plugin = new NarrowPlugin()
      crm.install(plugin)
      const id = await crm.users.create({ userName: 'karl', name: 'Karl', password })
      karl = crm.store.as((await crm.users.find(id))!)
    })
    beforeEach(async () => {
      await crm.db('crm_company').delete()
      await crm.db('crm_person').delete()
      plugin.authorize = () => true
      plugin.scope = (module) =>
        module === 'Company' ? { sql: 'r.city = ? or r.city is null', bindings: ['Berlin'] } : undefined
      berlin = await crm.store.system.create('Company', { name: 'Berg', city: 'Berlin' })
      prague = await crm.store.system.create('Company', { name: 'Praga', city: 'Praha' })
    })

    it('list, count, search and find those, and no others', async () => {
      expect(names(await karl.list('Company'))).to.deep.equal(['Berg'])
      expect(await karl.count('Company')).to.deep.equal({ count: 1, capped: false })
      expect((await karl.find('Company', berlin)).title).to.equal('Berg')
      expect(await answer(() => karl.find('Company', prague))).to.equal(notFound)
      expect(await karl.search('praga')).to.deep.equal([])
      expect((await karl.search('berg')).map(({ module }) => module)).to.deep.equal(['Company'])
    })

    it('find others again when the plugin says so', async () => {
      plugin.scope = () => undefined
      expect((await karl.find('Company', prague)).title).to.equal('Praga')
    })

    it('do not get around it by a filter, for the condition stands in brackets', async () => {
      const filter = [{ field: 'name', operator: 'startsWith', value: 'p' }] as const
      expect(names(await karl.list('Company', { filter }))).to.deep.equal([])
    })

    it('see no name of a hidden company where others refer to it, and reach no records through it', async () => {
      const anna = await crm.store.system.create('Person', { lastName: 'Anna', company: prague })
      const todo = await crm.store.system.create('Todo', { subject: 'Ring', parentType: 'Company', parentId: prague })
      expect((await karl.find('Person', anna)).titles).not.to.have.property('company')
      expect((await karl.find('Todo', todo)).titles).not.to.have.property('parentId')
      expect(names(await karl.related('Person', anna, 'company'))).to.deep.equal([])
      expect(await answer(() => karl.related('Company', prague, 'people'))).to.equal(notFound)
      plugin.scope = () => undefined
      expect((await karl.find('Person', anna)).titles).to.include({ company: 'Praga' })
      expect((await karl.find('Todo', todo)).titles).to.include({ parentId: 'Praga' })
    })

    it('refer to no hidden company and link nothing to it', async () => {
      const reference = { company: 'errors.field.reference' }
      const anna = await karl.create('Person', { lastName: 'Anna', company: berlin })
      expect(await refusal(() => karl.create('Person', { lastName: 'Bert', company: prague }))).to.deep.equal(reference)
      expect(await refusal(() => karl.change('Person', anna, { company: prague }))).to.deep.equal(reference)
      const todo = { subject: 'Ring', parentType: 'Company', parentId: prague }
      expect(await refusal(() => karl.create('Todo', todo))).to.deep.equal({ parentId: 'errors.field.reference' })
      expect(await refusal(() => karl.link('Person', anna, 'partnerOf', prague))).to.deep.equal({
        partnerOf: 'errors.field.reference'
      })
      const links = { partnerOf: [prague] }
      expect(await refusal(() => karl.create('Person', { lastName: 'Cyril' }, { links }))).to.deep.equal({
        partnerOf: 'errors.field.reference'
      })
      await karl.link('Person', anna, 'partnerOf', berlin)
      expect(names(await karl.related('Person', anna, 'partnerOf'))).to.deep.equal(['Berg'])
    })

    it('move no record to a hidden parent, not even by its id alone', async () => {
      const todo = await karl.create('Todo', { subject: 'Ring', parentType: 'Company', parentId: berlin })
      const move = (): Promise<void> => karl.change('Todo', todo, { parentId: prague })
      expect(await refusal(move)).to.deep.equal({ parentId: 'errors.field.reference' })
      expect((await karl.find('Todo', todo)).values).to.include({ parentId: berlin })
      plugin.scope = () => undefined
      await move()
      expect((await karl.find('Todo', todo)).values).to.include({ parentId: prague })
    })

    it('leave a hidden reference that is there already as it is', async () => {
      const anna = await crm.store.system.create('Person', { lastName: 'Anna', company: prague })
      await karl.change('Person', anna, { lastName: 'Anna B.', company: prague })
      expect((await karl.find('Person', anna)).title).to.equal('Anna B.')
    })

    it('change and remove nothing hidden, and nothing of it is written', async () => {
      expect(await answer(() => karl.change('Company', prague, { name: 'Mine' }))).to.equal(notFound)
      expect(await answer(() => karl.remove('Company', prague))).to.equal(notFound)
      expect((await crm.store.system.find('Company', prague)).values).to.include({ name: 'Praga' })
    })

    it('read and write no note on a hidden company, and open no file of it', async () => {
      const content = Readable.from([Buffer.from('Secret')])
      const file = await crm.files.write({ name: 'a.txt', type: 'text/plain', content }, { kind: 'system' })
      const note = { text: 'Hidden', internal: false, files: [file.id] }
      const entry = await crm.store.system.post('Company', prague, note)
      for (const work of [
        () => karl.feed('Company', prague),
        () => karl.post('Company', prague, { ...note, files: [] }),
        () => karl.changePost('Company', prague, entry, 'x'),
        () => karl.removePost('Company', berlin, entry),
        () => karl.file('Company', prague, file.id),
        () => karl.file('Company', berlin, file.id)
      ])
        expect(await answer(work)).to.equal(notFound)
      expect((await karl.stream(['Company'])).map((each) => each.recordId)).to.deep.equal([berlin])
      plugin.scope = () => undefined
      expect((await karl.file('Company', prague, file.id)).info).to.deep.equal(file)
      expect((await karl.stream(['Company']))[0]?.text).to.equal('Hidden')
    })

    it('change only their own notes; an administrator any', async () => {
      const theirs = await crm.store.system.post('Company', berlin, { text: 'Theirs', internal: true, files: [] })
      const own = await karl.post('Company', berlin, { text: 'Own', internal: true, files: [] })
      await karl.changePost('Company', berlin, own, 'Own, changed')
      expect(await answer(() => karl.changePost('Company', berlin, theirs, 'x'))).to.equal(forbidden)
      expect(await answer(() => karl.removePost('Company', berlin, theirs))).to.equal(forbidden)
      const id = await crm.users.create({
        userName: `root-${Math.random()}`,
        name: 'Root',
        password,
        isAdministrator: true
      })
      await crm.store.as((await crm.users.find(id))!).removePost('Company', berlin, theirs)
      const texts = (await karl.feed('Company', berlin)).map((entry) => entry.text)
      expect(texts).to.deep.equal(['Created', 'Own, changed'])
    })

    it('see in the recycle bin, and restore from it, what they could see and remove', async () => {
      for (const id of [berlin, prague]) await crm.store.system.remove('Company', id)
      expect((await karl.recycleBin('Company')).records.map(({ record }) => record.title)).to.deep.equal(['Berg'])
      expect(await answer(() => karl.restore('Company', prague))).to.equal(notFound)
      await karl.restore('Company', berlin)
      expect(names(await karl.list('Company'))).to.deep.equal(['Berg'])
      expect(await answer(() => karl.purge('Company', prague))).to.equal(forbidden)
    })
  })

  describe('staff whom a plugin lets see but not touch', () => {
    let crm: Crm
    let plugin: NarrowPlugin
    let karl: Records
    let id: string

    before(async () => {
      crm = await openTestCrm((await open()).db)
      plugin = new NarrowPlugin()
      crm.install(plugin)
      const user = await crm.users.create({ userName: 'karl', name: 'Karl', password })
      karl = crm.store.as((await crm.users.find(user))!)
      id = await crm.store.system.create('Company', { name: 'Berg' })
    })
    beforeEach(() => {
      plugin.scope = () => undefined
      plugin.authorize = () => true
    })

    it('are refused by the answer no, and by anything that is not the answer yes', async () => {
      for (const said of [false, 'no', undefined, 1]) {
        plugin.authorize = (_module, action) => (action === 'view' ? true : said)
        expect(await answer(() => karl.create('Company', { name: 'New' }))).to.equal(forbidden)
        expect(await answer(() => karl.change('Company', id, { name: 'New' }))).to.equal(forbidden)
        expect(await answer(() => karl.remove('Company', id))).to.equal(forbidden)
        expect([...(await karl.may('Company', id))]).to.deep.equal(['view'])
        expect([...(await karl.may('Company'))]).to.deep.equal([])
      }
      expect((await karl.find('Company', id)).title).to.equal('Berg')
    })

    it('are refused by a scope for the action alone', async () => {
      plugin.scope = (_module, action) =>
        action === 'edit' || action === 'delete' ? { sql: '1 = 0', bindings: [] } : undefined
      expect(await answer(() => karl.change('Company', id, { name: 'New' }))).to.equal(forbidden)
      expect(await answer(() => karl.remove('Company', id))).to.equal(forbidden)
      expect([...(await karl.may('Company', id))]).to.deep.equal(['view'])
    })

    it('need the right to edit the other record where a link is a field of it', async () => {
      const anna = await crm.store.system.create('Person', { lastName: 'Anna' })
      plugin.authorize = (module, action) => module !== 'Person' || action === 'view'
      expect(await answer(() => karl.link('Company', id, 'people', anna))).to.equal(forbidden)
      plugin.authorize = () => true
      await karl.link('Company', id, 'people', anna)
      expect(names(await karl.related('Company', id, 'people'))).to.deep.equal(['Anna'])
    })

    it('reach no users and no modules that are not there through the door to records', async () => {
      expect(await answer(() => karl.find('User', id))).to.equal(notFound)
      expect(await answer(() => karl.create('User', { name: 'x', userName: 'y' }))).to.equal(forbidden)
      expect(await answer(() => karl.list('NoSuchModule'))).to.equal(notFound)
    })

    it('are all asked about, and every plugin must agree', async () => {
      const second = new NarrowPlugin()
      crm.install(second)
      second.scope = () => ({ sql: 'r.name <> ?', bindings: ['Berg'] })
      expect(names(await karl.list('Company'))).not.to.include('Berg')
      second.scope = () => undefined
      second.authorize = () => false
      expect(await answer(() => karl.change('Company', id, { name: 'New' }))).to.equal(forbidden)
      second.authorize = () => true
      await karl.change('Company', id, { city: 'Bonn' })
    })
  })
})

function names(page: { readonly records: readonly { readonly title: string }[] }): string[] {
  return page.records.map((record) => record.title)
}
