/** Moments as people type them, in their own time zone; kept in UTC. */
import { momentAt } from '../db/moment.js'

/** `2026-03-01 13:30:00` (UTC) → `2026-03-01T14:30`, as a form's input wants it. */
export function localMoment(utc: string, timeZone: string): string {
  const at = Date.parse(`${utc.replace(' ', 'T')}Z`)
  return Number.isNaN(at) ? '' : new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 16)
}

/** The way back; undefined for what is no moment. Of an hour that the clocks show twice it is the first, of one they skip the time after. */
export function utcMoment(local: string, timeZone: string): string | undefined {
  const wanted = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN
  if (Number.isNaN(wanted)) return undefined
  const guess = wanted - offsetAt(wanted - 86_400_000, timeZone)
  const at = guess + offsetAt(guess, timeZone) === wanted ? guess : wanted - offsetAt(guess, timeZone)
  return momentAt(at)
}

/** By how many milliseconds the clocks are ahead of UTC there, at that moment. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA-u-hc-h23', { timeZone, ...clockFace }).formatToParts(at)
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '00'
  const shown = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`
  return Date.parse(shown) - Math.trunc(at / 1000) * 1000
}

const clockFace = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit'
} as const
