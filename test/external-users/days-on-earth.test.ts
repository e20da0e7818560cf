import { expect } from 'chai'
import fc from 'fast-check'
import type { Condition } from '../../src/access/condition.js'
import { daysOnEarth, zoneNames } from '../../src/external-users/days-on-earth.js'
import { hasNotEnded } from '../../src/external-users/policy.js'

describe('the days on earth', () => {
  it('are two, and three between 10 and 12 o’clock in Greenwich', () => {
    const datesAt = (moment: string): string[] => daysOnEarth(Date.parse(moment), []).map(({ date }) => date)
    expect(datesAt('2026-06-15T09:59:59Z')).to.deep.equal(['2026-06-15', '2026-06-14'])
    expect(datesAt('2026-06-15T10:00:00Z')).to.deep.equal(['2026-06-16', '2026-06-15', '2026-06-14'])
    expect(datesAt('2026-06-15T12:00:00Z')).to.deep.equal(['2026-06-16', '2026-06-15'])
  })

  it('have every zone once', () => {
    const zones = daysOnEarth(Date.parse('2026-06-15T11:00:00Z'), zoneNames()).flatMap((day) => day.zones)
    expect(zones).to.have.members([...zoneNames()])
    expect(zones).to.include.members([
      'UTC',
      'Europe/Berlin',
      'Europe/Kyiv',
      'Asia/Kolkata',
      'Etc/GMT+12',
      'Pacific/Kiritimati'
    ])
  })
})

describe('the last day of a project (T02)', () => {
  const lastSeconds = [
    { why: 'an ordinary day', timeZone: 'Europe/Berlin', endDate: '2026-06-15', last: '2026-06-15T21:59:59Z' },
    {
      why: 'the day before the clocks go forward',
      timeZone: 'Europe/Berlin',
      endDate: '2026-03-28',
      last: '2026-03-28T22:59:59Z'
    },
    { why: 'the day of 23 hours', timeZone: 'Europe/Berlin', endDate: '2026-03-29', last: '2026-03-29T21:59:59Z' },
    {
      why: 'the day before the clocks go back',
      timeZone: 'Europe/Berlin',
      endDate: '2026-10-24',
      last: '2026-10-24T21:59:59Z'
    },
    { why: 'the day of 25 hours', timeZone: 'Europe/Berlin', endDate: '2026-10-25', last: '2026-10-25T22:59:59Z' },
    {
      why: 'clocks that go forward at midnight',
      timeZone: 'America/Havana',
      endDate: '2026-03-07',
      last: '2026-03-08T04:59:59Z'
    },
    {
      why: 'clocks that go back at midnight, so that 23 o’clock comes twice',
      timeZone: 'America/Santiago',
      endDate: '2026-04-04',
      last: '2026-04-05T03:59:59Z'
    },
    { why: 'half an hour', timeZone: 'Asia/Kolkata', endDate: '2026-06-15', last: '2026-06-15T18:29:59Z' },
    {
      why: 'three quarters of an hour',
      timeZone: 'Asia/Kathmandu',
      endDate: '2026-06-15',
      last: '2026-06-15T18:14:59Z'
    },
    {
      why: 'where the day begins first',
      timeZone: 'Pacific/Kiritimati',
      endDate: '2026-06-15',
      last: '2026-06-15T09:59:59Z'
    },
    { why: 'where the day ends last', timeZone: 'Etc/GMT+12', endDate: '2026-06-15', last: '2026-06-16T11:59:59Z' },
    { why: 'the last day of a leap February', timeZone: 'UTC', endDate: '2028-02-29', last: '2028-02-29T23:59:59Z' }
  ]
  for (const { why, last, ...project } of lastSeconds) {
    it(`is open to its last second and closed at midnight: ${why} (${project.timeZone})`, () => {
      expect(isOpen(project, Date.parse(last) + 999)).to.equal(true)
      expect(isOpen(project, Date.parse(last) + 1000)).to.equal(false)
    })
  }

  it('is what the clocks there say, at any moment anywhere', () => {
    const zones = [...zoneNames()]
    const moments = fc.date({ min: new Date('2000-01-01'), max: new Date('2037-01-01'), noInvalidDate: true })
    const check = (moment: Date, timeZone: string, days: number): void => {
      const today = new Intl.DateTimeFormat('en-CA', {
        timeZone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit'
      }).format(moment)
      const endDate = new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10)
      expect(isOpen({ endDate, timeZone }, moment.getTime())).to.equal(days >= 0)
    }
    fc.assert(fc.property(moments, fc.constantFrom(...zones), fc.integer({ min: -3, max: 3 }), check))
  })

  it('ends with the first midnight on earth where the zone says nothing', () => {
    for (const timeZone of [null, '', 'Mars/Olympus', 'europe/berlin', 'Europe/Berlin ']) {
      const project = { endDate: '2026-06-15', timeZone }
      expect(isOpen(project, Date.parse('2026-06-15T09:59:59Z')), String(timeZone)).to.equal(true)
      expect(isOpen(project, Date.parse('2026-06-15T10:00:00Z')), String(timeZone)).to.equal(false)
    }
  })

  it('never comes where there is no end date', () => {
    expect(isOpen({ endDate: null, timeZone: 'Europe/Berlin' }, Date.parse('2099-01-01T00:00:00Z'))).to.equal(true)
  })
})

interface Dated {
  readonly endDate: string | null
  readonly timeZone: string | null
}

function isOpen(project: Dated, now: number): boolean {
  return holds(
    hasNotEnded({ endDate: 'endDate', timeZone: { field: 'timeZone' } }, daysOnEarth(now, [project.timeZone ?? ''])),
    project
  )
}

/** The words the condition is made of, by their meaning. */
function holds(condition: Condition, project: Dated): boolean {
  const valueOf = (field: string): string | null => project[field as keyof Dated]
  if (condition.kind === 'any') return condition.of.some((part) => holds(part, project))
  if (condition.kind === 'all') return condition.of.every((part) => holds(part, project))
  if (condition.kind === 'oneOf') return condition.values.some((value) => value === valueOf(condition.field))
  if (condition.kind !== 'compare') throw new TypeError(`No ${condition.kind} was expected here.`)
  const value = valueOf(condition.field)
  if (condition.operator === 'isEmpty') return value === null
  if (condition.operator === '≥') return value !== null && value >= String(condition.value)
  throw new TypeError(`No ${condition.operator} was expected here.`)
}
