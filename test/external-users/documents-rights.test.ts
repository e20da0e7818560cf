import { expect } from 'chai'
import type { ExternalUser } from '../../src/external-users/external-users.js'
import { setModuleRights } from '../../src/external-users/module-rights.js'
import { rightsAt } from '../../src/external-users/object-rights.js'
import { documentTree } from '../../src/external-users/document-tree.js'
import { projectsOf } from '../../src/external-users/project.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { openGuests, retrofit, type Guests } from './guests.js'

const page = `/portico/admin/external-users/projects/${retrofit}/documents`

onSqlite('the rights on documents (T08)', (open) => {
  describe('on their page', function () {
    this.timeout(60_000)
    let at: Guests
    let petra: Visitor
    let dirk: ExternalUser

    before(async () => {
      at = await openGuests(open)
      await at.letGroupRead(retrofit)
      dirk = await at.admit('dirk', retrofit)
      petra = await at.staff('petra')
    })

    after(() => at.test.close())

    const read = async (module: string, id: string): Promise<unknown> =>
      (await rightsAt(at.test.embedded.db, module, id)).get('external')?.read

    it('T08 shows folders with what is in them, and who lacks the module right', async () => {
      await petra.open(page)
      petra
        .is(200)
        .sees('Pläne', 'Grundriss Haus A', 'These members lack the module right “Shared documents”', 'Dirk Kessel')
      await at.test.embedded.db.transaction((trx) => setModuleRights(trx, dirk.id, new Set(['documents'])))
      await petra.open(page)
      petra.doesNotSee('These members lack the module right')
    })

    it('T08 warns where a document is allowed, and a folder above it is not', async () => {
      await petra.open(page)
      petra.doesNotSee('is not released')
      expect(petra.page('.feed__entry').length).to.equal(0)
      await petra.send('Save rights', { node: ['Document.floor-plan-a'], below: [], read: 'allow' })
      petra.sees('Dirk Kessel can’t read this: the folder “Pläne” is not released.')
      expect(petra.page('.feed__entry').length).to.equal(1)
      expect(petra.page('.feed__entry').text()).to.include('Grundriss Haus A').and.to.include('Petra')
      expect(await read('Document', 'floor-plan-a')).to.equal('allow')
      expect(await read('Folder', 'retrofit-house-a')).to.equal(undefined)
    })

    it('T08 gives a folder with all below it at once, and the warning is gone', async () => {
      await petra.open(page)
      await petra.send('Save rights', { node: ['Folder.retrofit-plans'], below: 'true', read: 'allow' })
      petra.sees('The rights are saved').doesNotSee('is not released')
      for (const [module, id] of [
        ['Folder', 'retrofit-plans'],
        ['Folder', 'retrofit-house-a'],
        ['Document', 'floor-plan-a'],
        ['Document', 'schedule-v2']
      ] as const)
        expect(await read(module, id), id).to.equal('allow')
      expect(await read('Folder', 'retrofit-tender')).to.equal(undefined)
    })

    it('T07 says something of one person, leaves the rest, and takes it back', async () => {
      await petra.open(page)
      const node = ['Folder.retrofit-house-a']
      await petra.send('Save rights', { node, below: [], grantee: dirk.id, read: 'deny', write: 'allow' })
      petra.sees('Dirk Kessel can’t read this: the folder “Haus A” is not released.')
      const said = await rightsAt(at.test.embedded.db, 'Folder', 'retrofit-house-a')
      expect(said.get(dirk.id)).to.deep.equal({ read: 'deny', write: 'allow' })
      expect(said.get('external')).to.deep.equal({ read: 'allow' })
      await petra.send('Save rights', { node, below: [], grantee: dirk.id, read: 'nothing' })
      petra.doesNotSee('is not released')
      expect((await rightsAt(at.test.embedded.db, 'Folder', 'retrofit-house-a')).get(dirk.id)).to.deep.equal({
        write: 'allow'
      })
    })

    it('T08 takes nothing of other projects and nobody who is no member; the second of two is told', async () => {
      await petra.open(page)
      const stamp = petra.page('input[name=stamp]').attr('value')!
      const form = { stamp, grantee: 'external', read: 'deny' }
      const wrong: readonly Readonly<Record<string, string | readonly string[]>>[] = [
        {},
        { node: ['Folder.pump-room-papers'] },
        { node: ['Account.nordwind'] },
        { node: ['Folder.retrofit-plans'], grantee: 'somebody' },
        { node: ['Folder.retrofit-plans'], read: 'everything' }
      ]
      for (const one of wrong)
        expect((await petra.forge(page, { ...form, ...one })).status, JSON.stringify(one)).to.equal(422)
      const irena = await at.staff('irena')
      await irena.open(page)
      await irena.send('Save rights', { node: ['Folder.retrofit-plans'], below: [], delete: 'deny' })
      expect((await petra.forge(page, { ...form, node: ['Folder.retrofit-plans'] })).status).to.equal(409)
      expect(await read('Folder', 'retrofit-plans')).to.equal('allow')
    })

    it('S09 shows nothing that the CRM hides, and changes nothing it does not let change', async () => {
      const { host } = at.test.embedded
      const usually = host.allows
      const hide: typeof host.allows = async (by, right, module, id) =>
        id !== 'floor-plan-a' && usually(by, right, module, id)
      await whileHost(at.test, { allows: hide }, async () => {
        await petra.open(page)
        petra.is(200).sees('Pläne').doesNotSee('Grundriss Haus A', 'floor-plan-a')
      })
      const keep: typeof host.allows = async (by, right, module, id) =>
        (id !== 'floor-plan-a' || right === 'view') && usually(by, right, module, id)
      await whileHost(at.test, { allows: keep }, async () => {
        await petra.open(page)
        await petra.send('Save rights', { node: ['Folder.retrofit-plans'], below: 'true', write: 'allow' })
        petra.is(422).sees('some that the CRM does not let you change')
      })
    })
  })
})

eachDatabase((open) => {
  describe('the tree of documents', function () {
    this.timeout(60_000)

    it('T08 has folders of the project and what is in them, and survives a circle', async () => {
      const at = await openGuests(open)
      const { host, portico } = at.test.embedded
      const by = { kind: 'staff', id: at.irena.id } as const
      const tree = async (): Promise<string[]> => {
        const { nodes } = await documentTree(portico.context, await projectsOf(portico.context), retrofit)
        return nodes.map(({ title, depth }) => `${depth} ${title}`)
      }
      expect(await tree()).to.include.members(['0 Pläne', '1 Haus A', '2 Grundriss Haus A'])
      const loose = await host.save({ module: 'Folder', values: { name: 'Loose', parentFolder: 'retrofit-plans' } }, by)
      expect(await tree()).to.include('1 Loose')
      await at.test.embedded.db('crm_folder').where({ id: 'retrofit-plans' }).update({ parent_folder_id: loose })
      expect((await tree()).filter((one) => /Pläne|Loose/.test(one))).to.have.length(2)
      await at.test.close()
    })
  })
})
