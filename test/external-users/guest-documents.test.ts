import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { onSqlite } from '../support/databases.js'
import { pumpRoom, retrofit } from './guests.js'
import { openGuestWorld, withoutTokens, type GuestWorld } from './guest-world.js'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)

onSqlite('the documents of a project', (open) => {
  describe('for an external user', function () {
    this.timeout(60_000)
    let world: GuestWorld
    const tab = `/external/projects/${retrofit}/documents`

    before(async () => {
      world = await openGuestWorld(open)
      await world.yes('dirk', 'documents')
      for (const folder of ['retrofit-plans', 'retrofit-house-a'])
        await world.say('Folder', folder, 'external', { read: 'allow' })
      for (const id of ['schedule-v2', 'floor-plan-a', 'site-rules', 'margin-sheet', 'pump-certificate'])
        await world.say('Document', id, 'external', { read: 'allow' })
    })

    after(() => world.at.test.close())

    function filesKept(): number {
      return readdirSync(world.at.test.embedded.config.filesFolder).length
    }

    it('T08 he walks through the folders that he may read, and finds his way back', async () => {
      const { dirk } = world
      await dirk.open(tab)
      dirk.is(200).sees('Pläne', 'Baustellenordnung').doesNotSee('Kalkulation', 'Ausschreibung', 'Grundriss')
      await dirk.follow('Pläne')
      dirk.is(200).sees('Bauzeitenplan', 'Bauzeitenplan-2.txt', 'TXT', '87 byte').doesNotSee('Baustellenordnung')
      await dirk.follow('Haus A')
      dirk.is(200).sees('All folders Pläne Haus A', 'Grundriss')
      await dirk.follow('Grundriss Haus A')
      dirk.is(200).sees('Your projects Sanierung Haus A bis C Haus A', 'Maßstab 1:50.')
      await dirk.follow('Haus A')
      await dirk.follow('Pläne')
      await dirk.follow('All folders')
      expect(dirk.path).to.equal(tab)
    })

    it('T08 a document is read with every folder above it, or not at all; its file too', async () => {
      const { dirk } = world
      await dirk.open('/external/documents/floor-plan-a')
      const file = dirk.page('main a[download]').attr('href')!
      const { response, content } = await dirk.download(file)
      expect(response.status).to.equal(200)
      expect(response.headers['content-disposition']).to.match(/^attachment; filename="?Grundriss-Haus-A.pdf/)
      expect(content.subarray(0, 4).toString()).to.equal('%PDF')
      await world.say('Folder', 'retrofit-plans', 'dirk', { read: 'deny' })
      const none = await dirk.peek('/external/documents/no-such')
      for (const address of [
        '/external/documents/floor-plan-a',
        file,
        `${tab}/retrofit-house-a`,
        `${tab}/retrofit-plans`
      ]) {
        const answer = await dirk.peek(address)
        expect(answer.status, address).to.equal(404)
        expect(withoutTokens(answer.text)).to.equal(withoutTokens(none.text))
      }
      await world.say('Folder', 'retrofit-plans', 'dirk', {})
      expect((await dirk.peek(file)).status).to.equal(200)
      expect((await dirk.peek('/external/documents/margin-sheet')).status, 'its folder is closed').to.equal(404)
    })

    it('T10 an open download ends when he loses the right, and goes on to its end while he has it', async () => {
      const { dirk, at } = world
      const { host } = at.test.embedded
      const by = { kind: 'staff', id: at.irena.id } as const
      const large = { name: 'large.txt', type: 'text/plain', content: Readable.from(Buffer.alloc(2_000_000, 'x')) }
      const { id, size } = await host.files.write(large, by)
      await host.save({ module: 'Document', id: 'site-rules', values: {}, files: { file: [id] } }, by)
      const file = `/external/documents/site-rules/files/${id}`
      const { content } = await dirk.download(file, async () => undefined)
      expect(content.length).to.equal(size)
      const begun = dirk.download(file, () => world.say('Project', retrofit, 'dirk', { read: 'deny' }))
      const outcome = await begun.then(
        () => 'whole',
        () => 'broken off'
      )
      expect(outcome).to.equal('broken off')
      await world.say('Project', retrofit, 'dirk', {})
    })

    it('A24 T08 a download breaks off when he signs out in the same browser', async () => {
      const { at } = world
      const visitor = await at.guest('dirk')
      await visitor.open('/external/documents/site-rules')
      const file = visitor.page('main a[download]').attr('href')!
      const outcome = await visitor
        .download(file, async () => void (await visitor.peek('/external/'), await visitor.forge('/external/sign-out')))
        .then(
          () => 'whole',
          () => 'broken off'
        )
      expect(outcome).to.equal('broken off')
      expect((await (await at.guest('dirk')).download(file)).content.length).to.equal(2_000_000)
    })

    it('T06 T08 without the right to documents the tab shows those of what he sees, and no folders', async () => {
      const { at } = world
      const sabine = await at.guest('sabine')
      await world.yes('sabine', 'quotes')
      await world.say('Quote', 'annas-quote', 'external', { read: 'allow' })
      await world.say('Document', 'heat-pump-offer', 'external', { read: 'allow' })
      await sabine.open(`/external/projects/${retrofit}`)
      await sabine.follow('Documents')
      sabine.is(200).doesNotSee('Pläne')
      expect(sabine.page('main a[href="/external/documents/heat-pump-offer"]').length).to.equal(1)
      await world.yes('sabine', 'quotes', 'documents')
      await sabine.open(tab)
      sabine.is(200).sees('Pläne')
      await world.say('Quote', 'annas-quote', 'external', {})
      await world.say('Document', 'heat-pump-offer', 'external', {})
      await world.yes('sabine')
    })

    it('T08 folders and documents of other projects are not there', async () => {
      const { dirk } = world
      await world.say('Folder', 'pump-room-papers', 'external', { read: 'allow', write: 'allow' })
      for (const address of [
        `${tab}/pump-room-papers`,
        `${tab}/pump-room-papers/upload`,
        `/external/projects/${pumpRoom}/documents/pump-room-papers`,
        '/external/documents/pump-certificate'
      ])
        expect((await dirk.peek(address)).status, address).to.equal(404)
      const siobhan = await world.at.guest('siobhan')
      await world.yes('siobhan', 'documents')
      expect((await siobhan.peek('/external/documents/pump-certificate')).status).to.equal(200)
      expect((await siobhan.peek(`/external/projects/${pumpRoom}/documents/retrofit-plans`)).status).to.equal(404)
    })

    it('T07 T08 A15 he adds a document where he may write; it has the folder’s rights, and he reads and changes it', async () => {
      const { dirk } = world
      await dirk.open(`${tab}/retrofit-house-a`)
      dirk.doesNotSee('Add a document')
      const before = filesKept()
      expect((await dirk.peek(`${tab}/retrofit-house-a/upload`)).status).to.equal(403)
      expect((await dirk.forge(`${tab}/retrofit-house-a/upload`, { name: 'x' })).status).to.equal(403)
      await world.say('Folder', 'retrofit-house-a', 'dirk', { write: 'allow' })
      await dirk.open(`${tab}/retrofit-house-a`)
      await dirk.follow('Add a document')
      await dirk.send('Upload', { name: 'Photo of the pump' }, [{ field: 'file', name: 'pump.png', content: png }])
      dirk.is(200).sees('The document is there.', 'Photo of the pump', 'pump.png', 'PNG')
      expect(filesKept()).to.equal(before + 1)
      await dirk.open(`${tab}/retrofit-house-a/upload`)
      const action = `${tab}/retrofit-house-a/upload`
      const strange = dirk.agent
        .post(action)
        .field('_csrf', String(dirk.page('input[name=_csrf]').first().attr('value')))
      expect((await strange.field('project', pumpRoom).attach('file', png, 'pump.png')).status).to.equal(400)
      await dirk.send('Upload', { name: 'x'.repeat(5000) }, [{ field: 'file', name: 'pump.png', content: png }])
      dirk.is(422).sees('200')
      await dirk.open(`${tab}/retrofit-house-a`)
      expect(filesKept()).to.equal(before + 1)
      await dirk.follow('Photo of the pump')
      const id = dirk.path.split('/').at(-1)!
      const dirkId = await world.userId('dirk')
      expect(await world.rightsAt('Document', id)).to.deep.equal({
        external: { read: 'allow' },
        [dirkId]: { read: 'allow', write: 'allow' }
      })
      expect(await world.titleOf('crm_document', 'project_id', id)).to.equal(retrofit)
      const staff = await world.at.staff('irena')
      await staff.open(`/portico/admin/external-users/records/Document/${id}`)
      staff.is(200).sees('External rights changed', 'Dirk Kessel')
      await world.yes('sabine', 'documents')
      const sabine = await world.at.guest('sabine')
      await sabine.open(`/external/documents/${id}`)
      sabine.is(200).doesNotSee('Replace the file', 'Change the details')
    })

    it('A19 A15 what is no good file is refused beside its field, in his words, and not kept', async () => {
      const { dirk } = world
      const before = filesKept()
      await dirk.open(`${tab}/retrofit-house-a/upload`)
      await dirk.send('Upload', { name: 'Nothing' })
      dirk.is(422).sees('Please fill this in.')
      expect(dirk.page('input[name=name]').attr('value')).to.equal('Nothing')
      await dirk.send('Upload', { name: 'Page' }, [
        { field: 'file', name: 'x.html', content: '<script>alert(1)</script>' }
      ])
      dirk.is(422)
      await dirk.send('Upload', {}, [{ field: 'file', name: 'plan.pdf', content: png }])
      dirk.is(422).sees('does not fit its content')
      await dirk.send('Upload', {}, [
        { field: 'file', name: 'one.png', content: png },
        { field: 'file', name: 'two.png', content: png }
      ])
      dirk.is(422)
      expect(filesKept()).to.equal(before)
      await dirk.send('Upload', {}, [{ field: 'file', name: 'one.png', content: png }])
      dirk.is(200).sees('one.png')
    })

    it('T07 the right to write replaces the file and the name, and no other field', async () => {
      const { dirk } = world
      for (const way of ['edit', 'file'])
        expect((await dirk.peek(`/external/documents/schedule-v2/${way}`)).status).to.equal(403)
      await dirk.open(tab)
      expect((await dirk.forge('/external/documents/schedule-v2', { name: 'Mine' })).status).to.equal(403)
      await world.say('Document', 'schedule-v2', 'dirk', { write: 'allow' })
      await dirk.open('/external/documents/schedule-v2')
      const old = dirk.page('main a[download]').attr('href')!
      await dirk.follow('Change the details')
      await dirk.send('Save', { name: 'Bauzeitenplan 3' })
      dirk.is(200).sees('Saved.', 'Bauzeitenplan 3')
      expect(
        (await dirk.forge('/external/documents/schedule-v2', { name: 'B', folder: 'retrofit-tender' })).status
      ).to.equal(422)
      await dirk.open('/external/documents/schedule-v2')
      await dirk.follow('Replace the file')
      await dirk.send('Upload', {}, [{ field: 'file', name: 'plan-3.txt', content: 'Montag: Kran' }])
      dirk.is(200).sees('Saved.', 'plan-3.txt').doesNotSee('Bauzeitenplan-2.txt')
      expect((await dirk.peek(old)).status).to.equal(404)
      const { content } = await dirk.download(dirk.page('main a[download]').attr('href')!)
      expect(content.toString()).to.equal('Montag: Kran')
    })

    it('T07 deleting takes the right to delete; deny wins over it', async () => {
      const { dirk } = world
      await dirk.open('/external/documents/schedule-v2')
      dirk.doesNotSee('/removal')
      expect((await dirk.forge('/external/documents/schedule-v2/removal')).status).to.equal(403)
      await world.say('Document', 'schedule-v2', 'dirk', { delete: 'allow' })
      await world.say('Document', 'schedule-v2', 'external', { read: 'allow', delete: 'deny' })
      expect((await dirk.peek('/external/documents/schedule-v2/removal')).status).to.equal(403)
      await world.say('Document', 'schedule-v2', 'external', { read: 'allow' })
      await dirk.open('/external/documents/schedule-v2')
      await dirk.follow('Delete')
      await dirk.send('Yes, delete')
      dirk.is(200).sees('Deleted.').doesNotSee('Bauzeitenplan 3')
      expect(dirk.path).to.equal(`${tab}/retrofit-plans?removed=1`)
    })

    it('T06 documents of his task are on its page, with their own right; of a quote in the tab', async () => {
      const { dirk } = world
      await world.yes('dirk')
      await world.responsible('Task', 'foundation-house-b', 'dirk')
      await dirk.open('/external/tasks/foundation-house-b')
      dirk.is(200).doesNotSee('Fundamentplan')
      expect((await dirk.peek(tab)).status).to.equal(404)
      await world.say('Document', 'foundation-drawing', 'dirk', { read: 'allow' })
      await dirk.open('/external/tasks/foundation-house-b')
      dirk.is(200).sees('Fundamentplan')
      await world.yes('dirk', 'quotes', 'documents')
      await world.say('Document', 'heat-pump-offer', 'dirk', { read: 'allow' })
      await dirk.open(tab)
      dirk.is(200).doesNotSee('Belonging to: Quotes')
      await world.say('Quote', 'annas-quote', 'dirk', { read: 'allow' })
      await dirk.open(tab)
      dirk.sees('Belonging to: Quotes', 'Angebot', 'Belonging to: Tasks')
    })
  })
})
