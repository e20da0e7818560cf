/** Moments as a person in a time zone writes them into a form, and as the CRM keeps them: in UTC. */
import { momentAt } from '../../../db/moment.js'

/** `YYYY-MM-DDTHH:MM` in `timeZone` of `YYYY-MM-DD HH:MM:SS` in UTC. */
export function localTime(utc: string, timeZone: string): string {
  return shifted(Date.parse(`${utc.replace(' ', 'T')}Z`), timeZone)
    .toISOString()
    .slice(0, 16)
}

/** The reverse; a time that the clocks leave out is moved on by the hour they skip. What is no time stays as it is. */
export function utcTime(local: string, timeZone: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local)) return local
  const wanted = Date.parse(`${local}Z`)
  if (Number.isNaN(wanted)) return local
  const guess = wanted - offsetAt(wanted, timeZone)
  return momentAt(wanted - offsetAt(guess, timeZone))
}

function shifted(at: number, timeZone: string): Date {
  return new Date(at + offsetAt(at, timeZone))
}

/** Milliseconds that the zone's clocks are ahead of UTC at a moment. */
function offsetAt(at: number, timeZone: string): number {
  const written = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)
  return Date.parse(`${written.replace(' ', 'T')}Z`) - Math.trunc(at / 1000) * 1000
}
