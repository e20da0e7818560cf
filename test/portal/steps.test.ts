/** Forms filled in step by step, and new records of several kinds (Z05, Z11). */
import { expect } from 'chai'
import { HostRefused } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { customerAt, door } from './people.js'
import { arrange, give, idIn, inLayout, items, quotes } from './released-forms.js'

onSqlite('a form in steps', (open) => {
  let test: TestApp
  let anna: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    await give(test, 'Quote', { ...quotes, inSteps: true })
    await give(test, 'QuoteItem', items)
    anna = await customerAt(test, 'anna')
  })

  after(() => test.close())

  const counts = async (): Promise<unknown> =>
    Promise.all(['crm_quote', 'crm_quote_item'].map((table) => test.embedded.db(table).count({ n: '*' })))
  const shown = (): string[] =>
    anna
      .page('form.form :is(input:not([type=hidden]), textarea, select)')
      .toArray()
      .map((one) => anna.page(one).attr('name')!)

  it('Z05 shows one section of the layout after the other, the items last, and saves at the end', async () => {
    const before = await counts()
    await anna.open(`${door}/quote/new`)
    anna.sees('Step 1 of 3: Overview')
    expect(shown()).to.deep.equal(['subject', 'validUntil'])
    await anna.send('Next', { subject: 'In steps' })
    anna.is(200).sees('Step 2 of 3: Details')
    expect(shown()).to.deep.equal(['description'])
    await anna.send('Next', { description: 'Two lines,\nas typed.' })
    anna.is(200).sees('Step 3 of 3: Quote items')
    await anna.send('Add a row', { 'QuoteItem.1.description': 'First' })
    anna.is(200).sees('Step 3 of 3')
    expect(await counts()).to.deep.equal(before)
    await anna.send('Save', { 'QuoteItem.2.description': 'Second' })
    anna.is(200).sees('In steps', 'Two lines,', 'First', 'Second')
  })

  it('Z05 goes back without losing anything', async () => {
    await anna.open(`${door}/quote/new`)
    await anna.send('Next', { subject: 'There and back', validUntil: '2027-01-31' })
    await anna.send('Next', { description: 'Kept' })
    await anna.send('Back', { 'QuoteItem.1.description': 'Kept, too', 'QuoteItem.1.quantity': '' })
    anna.is(200).sees('Step 2 of 3')
    await anna.send('Back')
    expect(anna.page('#field-subject').attr('value')).to.equal('There and back')
    expect(anna.page('#field-validUntil').attr('value')).to.equal('2027-01-31')
    await anna.send('Next')
    expect(anna.page('#field-description').text().trim()).to.equal('Kept')
    await anna.send('Next')
    expect(anna.page('[name="QuoteItem.1.description"]').attr('value')).to.equal('Kept, too')
  })

  it('Z05 Z11 does not go on while something in the step can’t be taken', async () => {
    await anna.open(`${door}/quote/new`)
    await anna.send('Next', { subject: '', validUntil: '2027-02-30' })
    anna.is(422).sees('Step 1 of 3')
    expect(anna.page('#field-subject').attr('aria-invalid')).to.equal('true')
    expect(anna.page('#field-validUntil').attr('aria-invalid')).to.equal('true')
    await anna.send('Next', { subject: 'Filled in', validUntil: '' })
    anna.is(200).sees('Step 2 of 3')
  })

  it('Z05 a refusal of the CRM at the end leads back to the step with the field at fault', async () => {
    const refuse = async (): Promise<never> => {
      throw new HostRefused({ subject: { key: 'errors.field.characters' } })
    }
    await anna.open(`${door}/quote/new`)
    await anna.send('Next', { subject: 'Refused' })
    await anna.send('Next', { description: 'Kept' })
    await whileHost(test, { save: refuse }, async () => {
      await anna.send('Save')
    })
    anna.is(422).sees('Step 1 of 3')
    expect(anna.page('#field-subject').attr('aria-invalid')).to.equal('true')
    expect(anna.page('input[name=description]').attr('value')).to.equal('Kept')
    await anna.send('Next')
    await anna.send('Next')
    await anna.send('Save')
    anna.is(200).sees('Refused', 'Kept')
  })

  it('A14 what is carried along is checked like what is typed: unknown names are refused in every step', async () => {
    const before = await counts()
    await anna.open(`${door}/quote/new`)
    for (const _go of ['next', 'back', ''])
      for (const name of ['assignedUser', 'amount', 'QuoteItem.1.unitPrice']) {
        const refused = await anna.forge(`${door}/quote`, { subject: 'x', _step: '0', _go, [name]: '1' })
        expect(refused.status, `${_go} ${name}`).to.equal(422)
      }
    const skipped = await anna.forge(`${door}/quote`, { subject: '', _step: '2' })
    expect(skipped.status, 'a step that was skipped').to.equal(422)
    expect(skipped.text).to.include('Step 1 of 3')
    expect(await counts()).to.deep.equal(before)
  })

  it('A23 what is carried along is text', async () => {
    const attack = '"><img src=x onerror=alert(1)>'
    await anna.open(`${door}/quote/new`)
    await anna.send('Next', { subject: attack })
    expect(anna.page('main img')).to.have.length(0)
    expect(anna.page('input[name=subject]').attr('value')).to.equal(attack)
  })

  it('Z05 a change goes in steps as well, and tells of what others changed meanwhile (A28)', async () => {
    await anna.open(`${door}/quote/annas-quote/edit`)
    anna.sees('Step 1 of 3')
    await anna.send('Next', { subject: 'Hers' })
    await test.embedded.host.save(
      { module: 'Quote', id: 'annas-quote', values: { subject: 'Staff’s' } },
      { kind: 'system' }
    )
    await anna.send('Next', { description: 'Changed' })
    await anna.send('Save')
    anna.is(409).sees('Step 1 of 3', 'It now says: Staff’s')
    await anna.send('Next')
    await anna.send('Next')
    await anna.send('Save')
    anna.is(200).sees('Hers', 'Changed')
  })
})

onSqlite('a form in steps with one section', (open) => {
  let test: TestApp

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
  })

  after(() => test.close())

  it('Z05 counts no steps', async () => {
    await give(test, 'Quote', { ...quotes, inSteps: true, editable: ['subject'] })
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/quote/new`)
    anna.is(200).doesNotSee('Step 1')
    expect(anna.page('.steps')).to.have.length(0)
    await anna.send('Save', { subject: 'In one go' })
    anna.is(200).sees('In one go')
    await give(test, 'Quote', { ...quotes, inSteps: true, editable: ['subject', 'description'] })
    await anna.open(`${door}/quote/new`)
    anna.is(200).sees('Step 1 of 2')
  })
})

onSqlite('new records of several kinds', (open) => {
  let test: TestApp
  let anna: Visitor
  let complaint: string

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    ;[complaint = ''] = await arrange(test, 'Case', [
      {
        name: 'Wrong things (ours)',
        sections: [{ label: 'What went wrong', fields: ['subject', 'resolution'] }],
        forRecords: { field: 'type', values: ['Complaint'] }
      }
    ])
    await give(test, 'Case', {
      path: ['account', 'contacts'],
      rights: ['create', 'edit', 'clone'],
      editable: ['subject', 'priority', 'type', 'description'],
      readOnly: ['number', 'status'],
      layouts: [inLayout(complaint, ['subject', 'resolution'], ['number', 'type'])]
    })
    anna = await customerAt(test, 'anna')
  })

  after(() => test.close())

  const stored = (path: string) =>
    test.embedded
      .db('crm_case')
      .first('type', 'resolution', 'priority')
      .where({ id: idIn(path) })
  const names = (): string[] =>
    anna
      .page('form.form [name]:not([type=hidden])')
      .toArray()
      .map((one) => anna.page(one).attr('name')!)

  const choices = ({ page: $ }: Visitor = anna): string[] =>
    $('.cards h2')
      .toArray()
      .map((one) => $(one).text().trim())

  it('Z05 she says first what kind it is, in her own words and not by the name that staff gave the layout', async () => {
    await anna.open(`${door}/case/new`)
    anna.is(200).sees('What kind of record is it?').doesNotSee('ours')
    expect(choices()).to.deep.equal(['Complaint', 'Case'])
    const jonas = await customerAt(test, 'jonas')
    await jonas.open(`${door}/case`)
    await jonas.send('Deutsch')
    await jonas.open(`${door}/case/new`)
    expect(choices(jonas)).to.deep.equal(['Reklamation', 'Ticket'])
    expect(anna.page('form.form')).to.have.length(0)
    await anna.open(`${door}/quote`)
    await anna.open(`${door}/contact/anna/edit`)
    expect(anna.page('form.form'), 'where there is nothing to choose').to.have.length(1)
  })

  it('Z11 the form has the fields of the layout, and the record becomes one of it', async () => {
    await anna.open(`${door}/case/new`)
    await anna.follow('Complaint')
    expect(names()).to.deep.equal(['subject', 'resolution'])
    anna.sees('What went wrong')
    await anna.send('Save', { subject: 'Too loud', resolution: 'Make it quiet.' })
    anna.is(200).sees('Too loud')
    expect(await stored(anna.path)).to.include({ type: 'Complaint', resolution: 'Make it quiet.' })
  })

  it('Z11 the standard form has its own fields, and does not offer what would make it another kind', async () => {
    await anna.open(`${door}/case/new?kind=standard`)
    expect(names()).to.have.members(['subject', 'priority', 'type', 'description'])
    const types = anna.page('#field-type option').toArray()
    expect(types.map((one) => anna.page(one).attr('value'))).to.deep.equal(['', 'Question', 'Incident'])
    await anna.send('Save', { subject: 'Just a question', type: 'Question', priority: 'Low' })
    anna.is(200)
    expect(await stored(anna.path)).to.include({ type: 'Question', priority: 'Low' })
  })

  it('A14 the kind opens no field of another one', async () => {
    await anna.open(`${door}/case/new?kind=standard`)
    const forged: Record<string, string>[] = [
      { _kind: complaint, subject: 'x', priority: 'Low' },
      { _kind: 'standard', subject: 'x', resolution: 'Free of charge' },
      { _kind: 'standard', subject: 'x', type: 'Complaint' },
      { subject: 'x', resolution: 'Free of charge' }
    ]
    for (const fields of forged)
      expect((await anna.forge(`${door}/case`, fields)).status, JSON.stringify(fields)).to.equal(422)
    expect((await anna.forge(`${door}/case`, { _kind: 'nothing', subject: 'x' })).status).to.equal(404)
    expect((await anna.forge(`${door}/case`, { _kind: complaint, subject: 'Twin' })).status).to.equal(303)
  })

  it('Z06 a copy is of the kind of the original', async () => {
    await anna.open(`${door}/case/new?kind=${complaint}`)
    await anna.send('Save', { subject: 'Too loud again' })
    await anna.follow('Clone')
    expect(names()).to.deep.equal(['subject', 'resolution'])
    await anna.send('Save', { subject: 'Copied' })
    expect(await stored(anna.is(200).path)).to.include({ type: 'Complaint' })
  })
})
