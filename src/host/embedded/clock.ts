/** Days and moments as the CRM takes them: only those that exist. */

/** `YYYY-MM-DD` of a day that exists. */
export function isDay(text: string): boolean {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(text) && isReal(`${text}T00:00:00Z`, text)
}

/** `YYYY-MM-DD HH:MM:SS` of a moment that exists. */
export function isMoment(text: string): boolean {
  const iso = text.replace(' ', 'T')
  return /^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text) && isReal(`${iso}Z`, iso)
}

/** JavaScript makes March of the 30th of February; the text it gives back shows it. */
function isReal(iso: string, start: string): boolean {
  const date = new Date(iso)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(start)
}
