import { expect } from 'chai'
import fc from 'fast-check'
import { Invalid } from '../../src/errors.js'
import type { Field } from '../../src/host/catalog.js'
import type { FieldValue } from '../../src/host/host.js'
import { readValues, typedForm, typedValue } from '../../src/pages/form-values.js'
import { localMoment, utcMoment } from '../../src/web/zoned-time.js'
import { field } from '../portal/catalog.js'

const timeZone = 'Europe/Berlin'

describe('a moment that is typed', () => {
  it('is kept in UTC and shown in the person’s time zone', () => {
    expect(utcMoment('2026-03-01T14:30', timeZone)).to.equal('2026-03-01 13:30:00')
    expect(localMoment('2026-07-01 12:00:00', timeZone)).to.equal('2026-07-01T14:00')
    expect(utcMoment('2026-07-01T09:15', 'America/New_York')).to.equal('2026-07-01 13:15:00')
  })

  it('comes back as it was typed, in every zone, except in the hour that clocks skip', () => {
    const zones = ['UTC', 'Europe/Prague', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']
    const minutes = fc.integer({ min: Date.UTC(2000, 0, 1) / 60_000, max: Date.UTC(2040, 0, 1) / 60_000 })
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const utc = new Date(minute * 60_000).toISOString().slice(0, 19).replace('T', ' ')
        const local = localMoment(utc, zone)
        return localMoment(utcMoment(local, zone)!, zone) === local
      })
    )
  })

  it('has an answer for hours that clocks show twice or never', () => {
    expect(utcMoment('2026-10-25T02:30', timeZone)).to.be.oneOf(['2026-10-25 00:30:00', '2026-10-25 01:30:00'])
    expect(utcMoment('2026-03-29T02:30', timeZone)).to.match(/^2026-03-29 0[01]:30:00$/)
    expect(utcMoment('tomorrow', timeZone)).to.equal(undefined)
  })
})

describe('a record’s form', () => {
  const subject = field('subject', 'Case')
  const priority = field('priority', 'Case')
  const fields = [subject, priority]

  const read = (all: Field[], body: unknown, before?: Record<string, string>): Record<string, FieldValue> =>
    readValues(all, typedForm(all, body), { timeZone, before })

  const errorsIn = (act: () => unknown): string[] => {
    try {
      act()
    } catch (error) {
      if (error instanceof Invalid) return Object.entries(error.fields).map(([name, { key }]) => `${name} ${key}`)
      throw error
    }
    return []
  }

  it('A14 refuses a field that is not in it, like one that does not exist', () => {
    for (const extra of ['assignedUser', 'isInternal', 'no-such-field', 'id']) {
      expect(errorsIn(() => read(fields, { subject: 'x', [extra]: '1' }))).to.deep.equal([
        `${extra} errors.field.unknown`
      ])
    }
    expect(
      errorsIn(() => read(fields, { subject: 'x', priority: 'Low', _csrf: 'token', _of: 'record' }))
    ).to.deep.equal([])
  })

  it('Z11 what is mandatory in the CRM is mandatory here', () => {
    expect(errorsIn(() => read(fields, { subject: '  ', priority: 'Low' }))).to.deep.equal([
      'subject errors.field.required'
    ])
  })

  it('takes an option only if there is one', () => {
    expect(errorsIn(() => read(fields, { subject: 'x', priority: 'Sky-high' }))).to.deep.equal([
      'priority errors.field.option'
    ])
  })

  it('of a change sends only what differs from what was shown', () => {
    expect(read(fields, { subject: 'New', priority: 'Low' }, { subject: 'Old', priority: 'Low' })).to.deep.equal({
      subject: 'New'
    })
    expect(read([field('description', 'Case')], { description: '' }, { description: 'Old' })).to.deep.equal({
      description: null
    })
  })

  it('of a new record leaves out what is empty, so that defaults count', () => {
    expect(read([subject, field('description', 'Case')], { subject: 'x', description: '' })).to.deep.equal({
      subject: 'x'
    })
  })

  it('keeps numbers, days and boxes in their kinds', () => {
    const deal = [field('amount', 'Deal'), field('closeDate', 'Deal'), field('probability', 'Deal')]
    expect(read(deal, { amount: '12.5', closeDate: '2026-02-28', probability: '40' })).to.deep.equal({
      amount: 12.5,
      closeDate: '2026-02-28',
      probability: 40
    })
    expect(errorsIn(() => read(deal, { amount: 'much', closeDate: '2026-02-30', probability: '400' }))).to.deep.equal([
      'amount errors.field.invalid',
      'closeDate errors.field.invalid',
      'probability errors.field.tooBig'
    ])
    expect(read([field('active', 'Product')], {})).to.deep.equal({ active: false })
  })

  it('shows values as its inputs want them', () => {
    expect(
      typedValue(field('account', 'Case'), { module: 'Account', id: 'nordwind', title: 'Nordwind' }, timeZone)
    ).to.equal('nordwind')
    expect(typedValue(field('account', 'Case'), null, timeZone)).to.equal('')
    expect(typedValue(field('active', 'Product'), true, timeZone)).to.equal('true')
  })
})
