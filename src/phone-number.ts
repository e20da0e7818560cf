/** Phone numbers: read as people write them, kept as E.164 (`+4917112345678`), shown as people read them (Z18). */
import type * as libphonenumber from 'libphonenumber-js/max'
import { onDemand } from './on-demand.js'

const numbers = onDemand<typeof libphonenumber>('libphonenumber-js/max')

/** What a number is written with; extensions and words are none of it. */
const written = /^[+\d\s()./–-]{3,40}$/

/** Marks without a width, which come along when a number is copied. */
const invisible = /[\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g

/** The number as E.164; undefined for what is none. `country` (ISO 3166-1 alpha-2) is that of numbers without a country code. */
export function phoneNumberIn(text: string, country: string): string | undefined {
  const plain = text.replace(invisible, '').trim()
  if (!written.test(plain)) return undefined
  const number = numbers().parsePhoneNumberFromString(plain, { ...defaultCountry(country), extract: false })
  return number?.isValid() ? number.number : undefined
}

/** A number that is kept, in the international form: readers and numbers are of several countries. */
export function shownNumber(kept: string): string {
  return numbers().parsePhoneNumberFromString(kept)?.formatInternational() ?? kept
}

/** What somebody signs in with, as people read it: a number as `shownNumber` writes it, an e-mail address as it is. */
export function shownAddress(address: string): string {
  return isPhoneNumber(address) ? shownNumber(address) : address
}

/** Whether an address somebody signs in with is a number. */
export function isPhoneNumber(address: string): boolean {
  return /^\+\d+$/.test(address)
}

function defaultCountry(country: string): { defaultCountry?: libphonenumber.CountryCode } {
  return numbers().isSupportedCountry(country) ? { defaultCountry: country } : {}
}
