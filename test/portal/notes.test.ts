import { expect } from 'chai'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, releasePath, staffAt } from './people.js'

const page = `${door}/case/bjorns-case`

eachDatabase((open) => {
  describe('notes on a record in a portal', function () {
    this.timeout(60_000)
    let test: TestApp
    let bjorn: Visitor
    let emily: Visitor

    before(async () => {
      test = await openApp(open)
      bjorn = await customerAt(test, 'bjorn')
      emily = await customerAt(test, 'emily')
    })

    after(() => test.close())

    const write = async (text: string): Promise<string> => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text })
      bjorn.is(200).sees(text)
      const edit = bjorn.page('a[href$="/edit"]').filter((_, one) => bjorn.page(one).attr('href')!.includes('/notes/'))
      return bjorn
        .page(edit.last())
        .attr('href')!
        .replace(/\/edit$/, '')
    }

    it('Z28 are added, changed and removed by their author', async () => {
      const note = await write('It drips more now.')
      await bjorn.open(`${note}/edit`)
      await bjorn.send('Save', { text: 'It drips less now.' })
      bjorn.is(200).sees('It drips less now.').doesNotSee('It drips more now.')
      await bjorn.forge(`${note}/removal`)
      await bjorn.open(page)
      bjorn.doesNotSee('It drips less now.')
    })

    it('Z28 are read by a colleague who sees the record, and are not his to change', async () => {
      const note = await write('It drips on the floor.')
      await emily.open(page)
      emily.is(200).sees('It drips on the floor.')
      expect((await emily.peek(`${note}/edit`)).status).to.equal(404)
      expect((await emily.forge(note, { text: 'Changed' })).status).to.equal(404)
      expect((await emily.forge(`${note}/removal`)).status).to.equal(404)
      await bjorn.open(page)
      bjorn.sees('It drips on the floor.')
    })

    it('A06 are changed on their own record only', async () => {
      const note = await write('It drips more now.')
      const id = note.split('/').at(-1)!
      const other = await bjorn.open(`${door}/case`).then(() =>
        bjorn
          .page('tbody th a')
          .toArray()
          .map((one) => bjorn.page(one).attr('href')!)
          .find((href) => href !== page)!
      )
      expect((await bjorn.peek(`${other}/notes/${id}/edit`)).status).to.equal(404)
      expect((await bjorn.forge(`${other}/notes/${id}/removal`)).status).to.equal(404)
      await bjorn.open(page)
      bjorn.sees('It drips more now.')
    })

    it('A18 Z28 files are attached and read with the note’s right, and as downloads', async () => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'A picture of the flange.' }, [
        { field: 'files', name: 'flange.txt', content: 'drip drip', type: 'text/plain' }
      ])
      bjorn.is(200).sees('flange.txt')
      const href = bjorn.page('ul.files a').last().attr('href')!
      const file = await emily.peek(href)
      expect(file.status).to.equal(200)
      expect(file.headers['content-disposition']).to.match(/^attachment/)
      expect(file.text).to.equal('drip drip')
      const anna = await customerAt(test, 'anna')
      expect((await anna.peek(href)).status).to.equal(404)
      expect((await anna.peek(href.replace('bjorns-case', 'annas-heating-case'))).status).to.equal(404)
      expect((await test.visitor().peek(href)).status).to.equal(303)
    })

    it('Z28 files are removed by the note’s author, and by nobody else', async () => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'Two papers.' }, [
        { field: 'files', name: 'first.txt', content: 'one', type: 'text/plain' },
        { field: 'files', name: 'second.txt', content: 'two', type: 'text/plain' }
      ])
      const note = bjorn.page('li.feed__entry').last().find('a[href$="/edit"]').attr('href')!
      await bjorn.open(note)
      const removal = bjorn.page('form[action*="/files/"]').first().attr('action')!
      expect((await emily.forge(removal)).status).to.equal(404)
      await bjorn.send('Remove first.txt')
      bjorn.is(200).sees('Two papers.', 'second.txt').doesNotSee('first.txt')
      await bjorn.open(note)
      expect((await bjorn.forge(removal)).status).to.equal(404)
    })

    it('A15 whoever may not write here leaves nothing behind: no note, no file', async () => {
      const files = async (): Promise<number> => (await test.embedded.db('crm_file').select('id')).length
      const before = await files()
      await bjorn.open(page)
      const anna = await customerAt(test, 'anna')
      await anna.open(`${door}/case/annas-heating-case`)
      const foreign = await anna.forge(`${page}/notes`, { text: 'Hello' })
      expect(foreign.status).to.equal(404)
      await bjorn.send('Write note', { text: ' ' })
      bjorn.is(422)
      expect(bjorn.page('#field-text').attr('aria-invalid')).to.equal('true')
      expect(await files()).to.equal(before)
    })

    it('A19 a file that is not what it says is refused next to its field, and the note isn’t written', async () => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'Look at this.' }, [
        { field: 'files', name: 'page.html', content: '<script>alert(1)</script>', type: 'text/html' }
      ])
      bjorn.is(422)
      expect(bjorn.page('#field-files').attr('aria-invalid')).to.equal('true')
      await bjorn.open(page)
      bjorn.doesNotSee('Look at this.')
    })

    it('A22 the author is who is signed in, whatever the form says', async () => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'Mine.' })
      const [entry] = await test.embedded.host.feed
        .list('Case', 'bjorns-case', { internal: true, limit: 500 })
        .then((all) => all.filter(({ text }) => text === 'Mine.'))
      expect(entry?.author).to.include({ kind: 'outside', name: 'Björn Larsen' })
      expect(entry?.internal).to.equal(false)
    })

    it('E11 read and write are rights of their own', async () => {
      const note = await write('It drips more now.')
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { notes: 'read' })
      await bjorn.open(page)
      expect((await bjorn.peek(`${note}/edit`)).status, 'X13').to.equal(403)
      expect((await bjorn.forge(note, { text: 'Rewritten' })).status, 'X13').to.equal(403)
      expect((await bjorn.forge(`${note}/removal`)).status, 'X13').to.equal(403)
      await bjorn.open(page)
      bjorn.sees('It drips more now.').doesNotSee('Write note')
      expect((await bjorn.forge(`${page}/notes`, { text: 'Again' })).status).to.equal(403)
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { notes: 'none' })
      await bjorn.open(page)
      bjorn.is(200).doesNotSee('It drips more now.')
    })
  })
})
