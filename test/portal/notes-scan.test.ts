import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { customers } from '../../demo/cast.js'
import { openApp, type TestApp } from '../support/app.js'
import { answering, eicar, openClamd, type FakeClamd } from '../support/clamd.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, staffAt } from './people.js'

const page = `${door}/case/bjorns-case`

onSqlite('files of notes', (open) => {
  describe('with a virus scanner', function () {
    this.timeout(60_000)
    let test: TestApp
    let clamd: FakeClamd
    let bjorn: Visitor

    before(async () => {
      clamd = await openClamd(answering)
      test = await openApp(open, { config: { clamd: clamd.address } })
      bjorn = await customerAt(test, 'bjorn')
    })

    after(async () => {
      await clamd.close()
      await test.close()
    })

    const kept = async (): Promise<number> =>
      readdirSync(test.embedded.config.filesFolder).length +
      Number((await test.embedded.db('crm_file').count({ n: '*' }).first())?.['n'])

    const write = async (content: string, text = 'See the file.'): Promise<Visitor> => {
      await bjorn.open(page)
      return bjorn.send('Write note', { text }, [{ field: 'files', name: 'flange.txt', content, type: 'text/plain' }])
    }

    it('Z28 A19 a virus refuses the note with a sentence, keeps nothing of it, and stands in the audit list', async () => {
      const before = await kept()
      await write(eicar)
      bjorn.is(422).sees('There is a virus in flange.txt.')
      expect(bjorn.page('textarea[name=text]').text()).to.include('See the file.')
      expect(await kept()).to.equal(before)
      const [entry] = await test.embedded.portico.context.audit.list({ limit: 1 })
      expect(entry).to.deep.include({
        action: 'upload.refused',
        after: { file: 'flange.txt', virus: 'Eicar-Signature' }
      })
      expect(entry?.actor.name).to.include(customers.bjorn.lastName)
      await bjorn.open(page)
      bjorn.doesNotSee('See the file.')
    })

    it('Z28 a clean file is taken, and the page says that the note is there', async () => {
      const before = await kept()
      await write('drip drip')
      bjorn.is(200).sees('flange.txt', 'See the file.', 'Your note is there.')
      expect(await kept()).to.be.greaterThan(before)
      await bjorn.open(page)
      bjorn.doesNotSee('Your note is there.')
    })

    it('Z28 staff’s own uploads in the embedded CRM are looked at as well', async () => {
      const frank = await staffAt(test, 'frank')
      await frank.open('/crm/Case/bjorns-case')
      await frank.send('Write note', { text: 'For you.' }, [
        { field: 'files', name: 'x.txt', content: eicar, type: 'text/plain' }
      ])
      frank.is(422).sees('There is a virus in x.txt.')
    })

    it('Z28 A19 without an answer of the scanner no file is taken; words without a file are', async () => {
      await clamd.close()
      const before = await kept()
      await write('drip drip', 'Not this one.')
      bjorn.is(422).sees('Files cannot be checked for viruses at the moment')
      expect(await kept()).to.equal(before)
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'But this one.' })
      bjorn.is(200).sees('But this one.').doesNotSee('Not this one.')
      clamd = await openClamd(answering)
    })
  })
})
