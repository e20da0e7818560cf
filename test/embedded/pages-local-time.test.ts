import { expect } from 'chai'
import fc from 'fast-check'
import { localTime, utcTime } from '../../src/host/embedded/pages/local-time.js'

describe('times in forms', () => {
  it('are kept in UTC, in summer and in winter', () => {
    expect(utcTime('2026-07-01T09:30', 'Europe/Prague')).to.equal('2026-07-01 07:30:00')
    expect(utcTime('2026-12-01T09:30', 'Europe/Prague')).to.equal('2026-12-01 08:30:00')
    expect(localTime('2026-12-31 23:30:00', 'Asia/Kolkata')).to.equal('2027-01-01T05:00')
  })

  it('move on by the hour that the clocks leave out', () => {
    expect(utcTime('2026-03-29T02:30', 'Europe/Berlin')).to.be.oneOf(['2026-03-29 00:30:00', '2026-03-29 01:30:00'])
  })

  it('come back as they were written, but in the hour the clocks change', () => {
    const minutes = fc.integer({ min: Date.UTC(2020, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 })
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'UTC')
    fc.assert(
      fc.property(minutes, zones, (minute, zone) => {
        const shown = localTime(new Date(minute * 60_000).toISOString().slice(0, 19).replace('T', ' '), zone)
        expect(localTime(utcTime(shown, zone), zone)).to.equal(shown)
      })
    )
  })

  it('that are none stay as they are, for the CRM to refuse', () => {
    expect(utcTime('soon', 'UTC')).to.equal('soon')
    expect(utcTime('2026-13-01T00:00', 'UTC')).to.equal('2026-13-01T00:00')
  })
})
