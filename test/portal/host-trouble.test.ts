/** The CRM does not answer, or refuses what the form can't mend: nothing is lost, and a sentence says what to do. */
import { expect } from 'chai'
import { HostRefused, HostSilent, HostUnavailable, type Host } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { whileHost } from '../support/changed-host.js'
import { customerAt, door } from './people.js'

const sentence = 'The CRM can’t be reached just now. Nothing was saved; your input is still here.'
const attachment = { field: 'files', name: 'flange.txt', content: 'drip', type: 'text/plain' }

const down = async (): Promise<never> => {
  throw new HostUnavailable('no answer')
}

eachDatabase((open) => {
  describe('a portal whose CRM does not answer', function () {
    this.timeout(60_000)
    let test: TestApp
    let anna: Visitor

    before(async () => {
      test = await openApp(open)
      anna = await customerAt(test, 'anna')
    })

    after(() => test.close())

    const whileDown = (act: () => Promise<void>): Promise<void> => {
      const { feed, files } = test.embedded.host
      const parts: Partial<Host> = {
        save: down,
        link: down,
        remove: down,
        feed: { ...feed, post: down, change: down, remove: down },
        files
      }
      return whileHost(test, parts, act)
    }

    it('shows a new record’s form again with all that was typed, and goes on reading', async () => {
      await anna.open(`${door}/case/new`)
      await whileDown(async () => {
        await anna.send('Save', { subject: 'Boiler hums', description: 'Typed with care.', priority: 'High' })
        anna.is(503).sees(sentence, 'Try again in a few minutes.')
        expect(anna.page('#field-subject').attr('value')).to.equal('Boiler hums')
        expect(anna.page('#field-description').text().trim()).to.equal('Typed with care.')
        expect(anna.page('#field-priority option[selected]').attr('value')).to.equal('High')
        expect((await anna.peek(`${door}/case`)).status).to.equal(200)
      })
      await anna.send('Save')
      anna.is(200).sees('Boiler hums', 'Typed with care.')
    })

    it('does not say that nothing was saved where nobody knows', async () => {
      const silent = async (): Promise<never> => {
        throw new HostSilent('the line broke')
      }
      const { feed } = test.embedded.host
      await anna.open(`${door}/case/new`)
      await whileHost(test, { save: silent, feed: { ...feed, post: silent } }, async () => {
        await anna.send('Save', { subject: 'Boiler hums', description: 'Typed with care.' })
        anna.is(503).sees('it is not known whether this was saved').doesNotSee('Nothing was saved')
        expect(anna.page('#field-description').text().trim()).to.equal('Typed with care.')
        await anna.open(`${door}/case/annas-heating-case`)
        await anna.send('Write note', { text: 'It drips.' })
        anna.is(503).sees('it is not known whether your note was saved').doesNotSee('Nothing was saved')
        expect(anna.page('#field-text').text().trim()).to.equal('It drips.')
      })
    })

    it('shows the form of a change again, and notices others’ changes all the same', async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Radiator knocks' })
      await anna.follow('Edit')
      const id = anna.path.split('/').at(-2)!
      await whileDown(async () => {
        await anna.send('Save', { subject: 'Radiator bangs' })
        anna.is(503).sees(sentence)
        expect(anna.page('#field-subject').attr('value')).to.equal('Radiator bangs')
      })
      await test.embedded.host.save({ module: 'Case', id, values: { subject: 'Knocking' } }, { kind: 'system' })
      await anna.send('Save')
      anna.is(409).sees('It now says: Knocking')
    })

    it('says it in the reader’s language', async () => {
      const jonas = await customerAt(test, 'jonas')
      await jonas.open(`${door}/case/new`)
      await jonas.send('Deutsch')
      await jonas.open(`${door}/case/new`)
      await whileDown(async () => {
        await jonas.send('Speichern', { subject: 'Kessel brummt' })
        jonas.is(503).sees('Das CRM ist gerade nicht erreichbar.')
      })
    })

    it('keeps the text of a note, says that files are to be chosen again, and keeps none of them', async () => {
      const page = `${door}/case/annas-heating-case`
      const files = async (): Promise<number> => (await test.embedded.db('crm_file').select('id')).length
      const before = await files()
      await anna.open(page)
      await whileDown(async () => {
        await anna.send('Write note', { text: 'It got worse.' }, [attachment])
        anna.is(503).sees('your note is still here, but files have to be chosen again', 'Heating fails')
        expect(anna.page('#field-text').text().trim()).to.equal('It got worse.')
      })
      expect(await files()).to.equal(before)
      await whileHost(test, { files: { ...test.embedded.host.files, write: down } }, async () => {
        await anna.send('Write note', { text: 'Much worse.' }, [attachment])
        anna.is(503)
        expect(anna.page('#field-text').text().trim()).to.equal('Much worse.')
      })
      await anna.send('Write note', {}, [attachment])
      anna.is(200).sees('Much worse.', 'flange.txt')
      expect(await files()).to.equal(before + 1)
    })

    it('keeps the text of a changed note', async () => {
      await anna.open(`${door}/case/annas-heating-case`)
      await anna.send('Write note', { text: 'First.' })
      await anna.open(anna.page('li.feed__entry').last().find('a[href$="/edit"]').attr('href')!)
      await whileDown(async () => {
        await anna.send('Save', { text: 'Second.' })
        anna.is(503).sees(sentence)
        expect(anna.page('#field-text').text().trim()).to.equal('Second.')
      })
      await anna.send('Save')
      anna.is(200).sees('Second.').doesNotSee('First.')
    })

    it('A15 keeps no file of a note that the CRM refuses', async () => {
      const files = async (): Promise<number> => (await test.embedded.db('crm_file').select('id')).length
      const before = await files()
      const refuse = async (): Promise<never> => {
        throw new HostRefused({
          text: { key: 'errors.field.tooLong', args: { max: 5 } },
          channel: { key: 'errors.field.option' }
        })
      }
      await anna.open(`${door}/case/annas-heating-case`)
      await whileHost(test, { feed: { ...test.embedded.host.feed, post: refuse } }, async () => {
        await anna.send('Write note', { text: 'Too long.' }, [attachment])
      })
      anna.is(422).sees('The CRM did not take a value that this form does not show: Please choose one')
      expect(anna.page('#field-text-error').text()).to.include('At most 5 characters, please.')
      expect(anna.page('#field-text').text().trim()).to.equal('Too long.')
      expect(await files()).to.equal(before)
    })

    it('says above the form what the CRM refuses beside it, and names no field he does not see', async () => {
      const refuse = async (): Promise<never> => {
        throw new HostRefused({
          subject: { key: 'errors.field.characters' },
          status: { key: 'errors.field.option' },
          isInternal: { key: 'errors.field.required' }
        })
      }
      await anna.open(`${door}/case/new`)
      await whileHost(test, { save: refuse }, async () => {
        await anna.send('Save', { subject: 'Boiler hums' })
      })
      anna.is(422).sees('Status: Please choose one of the values offered.')
      anna.sees('The CRM did not take a value that this form does not show: Please fill this in.')
      anna.doesNotSee('Internal', 'isInternal')
      expect(anna.page('#field-subject-error').text()).to.include('characters')
      expect(anna.page('#field-subject').attr('value')).to.equal('Boiler hums')
    })
  })
})
