/** Preferences a person has: language, formats, time zone, country; the form, and what can be chosen. */
import { z } from 'zod'
import { locales, type Locale } from '../host/catalog.js'
import { isTimeZone } from '../web/time-zones.js'
import { countries } from './countries.js'
import type { Preferences } from './profiles.js'

export const preferencesForm = z.strictObject({
  locale: z.enum(locales),
  dateFormat: z.enum(['iso', 'dmy', 'mdy']),
  timeFormat: z.enum(['24', '12']),
  timeZone: z.string().max(64).refine(isTimeZone, 'errors.field.option'),
  country: z.union([z.literal(''), z.enum(countries)])
})

export function preferencesOf(form: z.infer<typeof preferencesForm>): Preferences {
  const { locale, dateFormat, timeFormat, timeZone, country } = form
  return { locale, timeZone, country: country || undefined, formats: { date: dateFormat, time: timeFormat } }
}

/** The values the form begins with. */
export function typedPreferences(preferences: Preferences): z.infer<typeof preferencesForm> {
  const { locale, timeZone, country, formats } = preferences
  const known = countries.find((code) => code === country) ?? ''
  return { locale, timeZone, country: known, dateFormat: formats.date, timeFormat: formats.time }
}

/** All countries by their names in `locale`. */
export function countryChoices(locale: Locale): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: 'region' })
  const { compare } = new Intl.Collator(locale)
  return countries
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => compare(a.label, b.label))
}
