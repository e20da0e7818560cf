/** Which day it is where: at any moment there are two or three dates on earth. */

export interface DayOnEarth {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** Names of the time zones in which it is that day. */
  readonly zones: readonly string[]
}

const hour = 3_600_000

/** The dates of this moment (milliseconds since 1970), the latest one first, each with those of `zones` where it is that day. Names of no
 *  zone are left out. */
export function daysOnEarth(now: number, zones: Iterable<string>): readonly DayOnEarth[] {
  const clocks = [...new Set(zones)].flatMap((zone) => {
    const calendar = calendarOf(zone)
    return calendar ? [{ zone, date: calendar.format(now) }] : []
  })
  return datesAt(now).map((date) => ({
    date,
    zones: clocks.filter((one) => one.date === date).map(({ zone }) => zone)
  }))
}

/** Clocks are at most 14 hours ahead of Greenwich and 12 behind. */
function datesAt(now: number): string[] {
  const moments = [now + 14 * hour, now, now - 12 * hour]
  return [...new Set(moments.map((moment) => new Date(moment).toISOString().slice(0, 10)))]
}

const calendars = new Map<string, Intl.DateTimeFormat>()

/** A calendar costs a while and 30 kB to make, so there are none but for the zones that are asked about. */
function calendarOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!calendars.has(zone) && zoneNames().has(zone))
    calendars.set(zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone }))
  return calendars.get(zone)
}

let names: ReadonlySet<string> | undefined

/** As they are spelled: `europe/berlin` is none. */
export function zoneNames(): ReadonlySet<string> {
  return (names ??= new Set([...Intl.supportedValuesOf('timeZone'), ...otherNames.filter(isZone)]))
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
