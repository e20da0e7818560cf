import { expect } from 'chai'
import fc from 'fast-check'
import { momentAt } from '../../src/db/moment.js'
import { localMoment, utcMoment } from '../../src/web/zoned-time.js'

describe('times in forms', () => {
  it('are kept in UTC, in summer and in winter', () => {
    expect(utcMoment('2026-07-01T09:30', 'Europe/Prague')).to.equal('2026-07-01 07:30:00')
    expect(utcMoment('2026-12-01T09:30', 'Europe/Prague')).to.equal('2026-12-01 08:30:00')
    expect(localMoment('2026-12-31 23:30:00', 'Asia/Kolkata')).to.equal('2027-01-01T05:00')
  })

  it('move on by the hour that the clocks leave out', () => {
    expect(utcMoment('2026-03-29T02:30', 'Europe/Berlin')).to.be.oneOf(['2026-03-29 00:30:00', '2026-03-29 01:30:00'])
  })

  it('come back as they were written, but in the hour the clocks change', () => {
    const minutes = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 })
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC')
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const shown = localMoment(momentAt(minute * 60_000), zone)
        expect(localMoment(utcMoment(shown, zone)!, zone)).to.equal(shown)
      })
    )
  })

  it('that are none are no moment', () => {
    expect(utcMoment('soon', 'UTC')).to.equal(undefined)
    expect(utcMoment('2026-13-01T00:00', 'UTC')).to.equal(undefined)
    expect(localMoment('never', 'UTC')).to.equal('')
  })
})
