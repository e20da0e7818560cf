/** How values are written for a reader: his language, his time zone, his way to write dates. */
import type { Locale } from '../host/catalog.js'
import type { Formats } from '../host/host.js'
import { shownAddress } from '../phone-number.js'

/** Whom a page is written for. Staff, persons and profiles all are readers. */
export interface Reader {
  readonly timeZone: string
  readonly formats: Formats
}

/** Values that can't be read as what they should be are shown as they are; nothing is shown as ''. */
export interface Format {
  /** `YYYY-MM-DD`. */
  date(value: unknown): string
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  datetime(value: unknown): string
  /** The time of day alone, of `YYYY-MM-DD HH:MM:SS` in UTC. */
  time(value: unknown): string
  number(value: unknown): string
  /** In euros where nothing is said of the currency; with the bare number where it is said to be unknown (null). */
  money(value: unknown, currency?: string | null): string
  /** Bytes. */
  fileSize(value: unknown): string
  /** What somebody signs in with: an e-mail address, or a number as E.164 (Z18). */
  address(value: unknown): string
}

const unknownReader: Reader = { timeZone: 'UTC', formats: { date: 'iso', time: '24' } }

const regions: Record<Locale, string> = { en: 'en-GB', de: 'de-DE', cs: 'cs-CZ' }
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Making one takes longer than a page's formatting. */
const known = new Map<string, Format>()

export function formatFor(locale: Locale, reader: Reader = unknownReader): Format {
  const { timeZone, formats } = reader
  const key = [locale, timeZone, formats.date, formats.time].join()
  const format = known.get(key) ?? makeFormat(locale, reader)
  known.set(key, format)
  return format
}

function makeFormat(locale: Locale, reader: Reader): Format {
  const day = new Intl.DateTimeFormat(dateRegion(locale, reader.formats), { ...digits, timeZone: 'UTC' })
  const dayHere = new Intl.DateTimeFormat(dateRegion(locale, reader.formats), { ...digits, timeZone: reader.timeZone })
  const time = new Intl.DateTimeFormat(regions[locale], clock(reader))
  const number = new Intl.NumberFormat(regions[locale], { maximumFractionDigits: 6 })
  return {
    date: (value) => written(value, (text) => inDate(text, (at) => day.format(at))),
    datetime: (value) => written(value, (text) => inDate(text, (at) => `${dayHere.format(at)} ${time.format(at)}`)),
    time: (value) => written(value, (text) => inDate(text, (at) => time.format(at))),
    number: (value) => written(value, (text) => inNumber(text, (n) => number.format(n))),
    money: (value, currency = 'EUR') =>
      written(value, (text) => inNumber(text, (n) => n.toLocaleString(regions[locale], moneyStyle(currency)))),
    fileSize: (value) => written(value, (text) => inNumber(text, (n) => fileSize(n, locale))),
    address: (value) => written(value, shownAddress)
  }
}

/** @throws RangeError for a code that is not of three letters. */
function moneyStyle(currency: string | null): Intl.NumberFormatOptions {
  return currency === null ? { minimumFractionDigits: 2, maximumFractionDigits: 6 } : { style: 'currency', currency }
}

const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const

function dateRegion(locale: Locale, formats: Formats): string {
  if (formats.date === 'iso') return 'sv-SE'
  return formats.date === 'mdy' ? 'en-US' : regions[locale]
}

function clock(reader: Reader): Intl.DateTimeFormatOptions {
  return {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: reader.formats.time === '12' ? 'h12' : 'h23',
    timeZone: reader.timeZone
  }
}

function written(value: unknown, write: (text: string) => string): string {
  return value === null || value === undefined || value === '' ? '' : write(String(value))
}

function inDate(text: string, write: (at: Date) => string): string {
  const at = new Date(
    /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : `${text.replace(' ', 'T')}${/Z$/.test(text) ? '' : 'Z'}`
  )
  return Number.isNaN(at.getTime()) ? text : write(at)
}

function inNumber(text: string, write: (n: number) => string): string {
  const n = Number(text)
  return Number.isFinite(n) ? write(n) : text
}

function fileSize(bytes: number, locale: Locale): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1000)))
  const size = new Intl.NumberFormat(regions[locale], {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: 1
  })
  return size.format(bytes / 1000 ** step)
}
