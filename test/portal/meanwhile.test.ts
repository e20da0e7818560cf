/** Two people at one record: nobody overwrites what he has not seen (A28). */
import { expect } from 'chai'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door, releasePath, staffAt } from './people.js'

const page = `${door}/case/bjorns-case`

eachDatabase((open) => {
  describe('a record that somebody else changes meanwhile', function () {
    this.timeout(60_000)
    let test: TestApp
    let bjorn: Visitor

    before(async () => {
      test = await openApp(open)
      const irena = await staffAt(test, 'irena')
      await irena.open(await releasePath(test, 'Case'))
      await irena.send('Save', { right: ['create', 'edit', 'editShared'] })
      bjorn = await customerAt(test, 'bjorn')
    })

    after(() => test.close())

    const stored = () =>
      test.embedded.db('crm_case').first('subject', 'priority', 'description').where({ id: 'bjorns-case' })
    const staffChanges = (values: Record<string, string>) =>
      test.embedded.host.save({ module: 'Case', id: 'bjorns-case', values }, { kind: 'system' })

    it('A28 is shown again with his input, and with what the record says now beside it; then he decides', async () => {
      await staffChanges({ subject: 'Pump leaks', priority: 'High' })
      await bjorn.open(`${page}/edit`)
      await staffChanges({ subject: 'Pump and valve leak', priority: 'Urgent' })
      await bjorn.send('Save', { subject: 'Pump leaks a lot' })
      bjorn.is(409).sees('Somebody changed this while you were working on it.')
      expect(bjorn.page('#field-subject').attr('value')).to.equal('Pump leaks a lot')
      expect(bjorn.page('#field-subject-error').text()).to.include('It now says: Pump and valve leak')
      expect(bjorn.page('#field-priority option[selected]').attr('value'), 'what he did not touch').to.equal('Urgent')
      expect(bjorn.page('#field-priority-error').text()).to.include('the new value is: Urgent')
      expect(bjorn.page('#field-description-error')).to.have.length(0)
      expect(await stored()).to.include({ subject: 'Pump and valve leak', priority: 'Urgent' })
      await bjorn.send('Save')
      bjorn.is(200)
      expect(await stored()).to.include({ subject: 'Pump leaks a lot', priority: 'Urgent' })
    })

    it('A28 is shown again as often as it is changed', async () => {
      await bjorn.open(`${page}/edit`)
      await staffChanges({ subject: 'One' })
      await bjorn.send('Save', { subject: 'Mine' })
      bjorn.is(409)
      await staffChanges({ subject: 'Two' })
      await bjorn.send('Save')
      bjorn.is(409).sees('It now says: Two')
      expect(bjorn.page('#field-subject').attr('value')).to.equal('Mine')
    })

    it('A28 still tells of the change behind a mistake in the form', async () => {
      await staffChanges({ subject: 'Before' })
      await bjorn.open(`${page}/edit`)
      await bjorn.send('Save', { subject: '' })
      bjorn.is(422)
      await staffChanges({ subject: 'After' })
      await bjorn.send('Save', { subject: 'Mine' })
      bjorn.is(409).sees('It now says: After')
    })

    it('is saved where others changed what the form does not show, or changed it to the same', async () => {
      await staffChanges({ subject: 'Before', priority: 'Low' })
      await bjorn.open(`${page}/edit`)
      await staffChanges({ status: 'Assigned', priority: 'High' })
      await bjorn.send('Save', { subject: 'Mine', priority: 'High' })
      bjorn.is(200)
      expect(await stored()).to.include({ subject: 'Mine', priority: 'High' })
    })

    it('is saved where nobody else was there, line breaks and blanks at the end counting for nothing', async () => {
      await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ description: 'One.\r\nTwo.  \n' })
      await bjorn.open(`${page}/edit`)
      await bjorn.send('Save', { subject: 'Quiet' })
      bjorn.is(200)
      expect(await stored()).to.include({ subject: 'Quiet' })
    })

    it('A28 a note changed elsewhere is not overwritten unseen', async () => {
      await bjorn.open(page)
      await bjorn.send('Write note', { text: 'It drips.' })
      const edit = bjorn.page('li.feed__entry').last().find('a[href$="/edit"]').attr('href')!
      const elsewhere = await customerAt(test, 'bjorn')
      await bjorn.open(edit)
      await elsewhere.open(edit)
      await elsewhere.send('Save', { text: 'It drips on the floor.' })
      elsewhere.is(200)
      await bjorn.send('Save', { text: 'It pours.' })
      bjorn.is(409).sees('It now says: It drips on the floor.')
      expect(bjorn.page('#field-text').text().trim()).to.equal('It pours.')
      await bjorn.send('Save')
      bjorn.is(200).sees('It pours.').doesNotSee('It drips on the floor.')
    })
  })
})
