/** Time zones as people choose them in forms. */

export interface TimeZoneChoice {
  readonly value: string
  readonly label: string
}

/** All time zones, the person's own among them even where this machine lists it under another name. */
export function timeZoneChoices(own: string): TimeZoneChoice[] {
  const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), own])
  return [...names].sort().map((value) => ({ value, label: value.replaceAll('_', ' ') }))
}

/** Is it a time zone, under whatever name? */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
