/** Which day it is where: at any moment there are two or three dates on earth. */

export interface DayOnEarth {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** Names of the time zones in which it is that day. */
  readonly zones: readonly string[]
}

let known: { readonly minute: number; readonly days: readonly DayOnEarth[] } | undefined

/** The dates of this moment (milliseconds since 1970), the latest one first. Clocks differ by whole minutes, so a minute has one answer. */
export function daysOnEarth(now: number): readonly DayOnEarth[] {
  const minute = Math.floor(now / 60_000)
  if (known?.minute !== minute) known = { minute, days: daysAt(now) }
  return known.days
}

function daysAt(now: number): DayOnEarth[] {
  const zonesByDate = new Map<string, string[]>()
  for (const [zone, calendar] of calendars()) {
    const date = calendar.format(now)
    zonesByDate.set(date, [...(zonesByDate.get(date) ?? []), zone])
  }
  const days = [...zonesByDate].map(([date, zones]) => ({ date, zones }))
  return days.toSorted((one, other) => (one.date < other.date ? 1 : -1))
}

let made: ReadonlyMap<string, Intl.DateTimeFormat> | undefined

/** A calendar costs a while to make and is then quick to ask. */
function calendars(): ReadonlyMap<string, Intl.DateTimeFormat> {
  made ??= new Map(zoneNames().map((timeZone) => [timeZone, new Intl.DateTimeFormat('sv-SE', { timeZone })]))
  return made
}

function zoneNames(): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), ...otherNames.filter(isZone)])]
}

/** Names people use that the list of the runtime lacks, for it has one name for each zone. */
const otherNames = [
  ...['UTC', 'GMT', 'Etc/UTC', 'Etc/GMT'],
  ...Array.from({ length: 12 }, (_, hours) => `Etc/GMT+${hours + 1}`),
  ...Array.from({ length: 14 }, (_, hours) => `Etc/GMT-${hours + 1}`),
  ...[
    'Africa/Asmara',
    'America/Argentina/Buenos_Aires',
    'America/Atikokan',
    'America/Indiana/Indianapolis',
    'America/Nuuk'
  ],
  ...['Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Atlantic/Faroe', 'Europe/Kyiv'],
  ...['Pacific/Chuuk', 'Pacific/Kanton', 'Pacific/Pohnpei']
]

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
