/** Hourly rates: what an hour of a member costs in one project, in hundredths of the company's currency (T03, T11). */
import { Invalid } from '../errors.js'

/** In hundredths: a hundred thousand an hour. */
const highest = 10_000_000

/** The company's currency: the one of amounts of which a CRM says no other. */
export const currency = 'EUR'

/** Hundredths; undefined for nothing. A comma and a point both stand before the decimals; a rate is never long enough to need
 *  separators of thousands. @throws Invalid with an error for `field` */
export function rateIn(typed: string, field: string): number | undefined {
  const text = typed.replace(/[\s\u00a0\u202f]/g, '')
  if (text === '') return undefined
  const [, whole, decimals = ''] = /^(\d{1,9})(?:[.,](\d{1,2}))?$/.exec(text) ?? []
  if (whole === undefined) throw new Invalid({ [field]: { key: 'external:rate.unreadable' } })
  const hundredths = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  if (hundredths > highest) throw new Invalid({ [field]: { key: 'errors.field.tooBig', args: { max: highest / 100 } } })
  return hundredths
}

/** As it is kept: `85.50`. */
export function storedRate(hundredths: number | undefined): string | null {
  return hundredths === undefined ? null : (hundredths / 100).toFixed(2)
}

/** The databases give decimals as text or as a number. */
export function keptRate(stored: string | number | null): number | undefined {
  return stored === null ? undefined : Math.round(Number(stored) * 100)
}
