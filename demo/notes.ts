/** What is written on the demo world's records: by staff, by customers, and between staff only. */

export interface NoteRow {
  readonly module: string
  readonly record: string
  /** Id of a staff member, or of a contact of the cast. */
  readonly by: string
  readonly hoursAgo: number
  readonly text: string
  readonly internal?: boolean
}

export const notes: readonly NoteRow[] = [
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'anna',
    hoursAgo: 46,
    text: 'Im Haus B frieren inzwischen 40 Leute. Wann kommt jemand?'
  },
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'petra',
    hoursAgo: 45,
    text: 'Der Notdienst ist unterwegs, Ankunft gegen 11 Uhr.'
  },
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'petra',
    hoursAgo: 44,
    text: 'Third boiler of this batch. Ask Rheinventil about a recall.',
    internal: true
  },
  {
    module: 'Case',
    record: 'jonas-valve-case',
    by: 'frank',
    hoursAgo: 20,
    text: 'Ersatz geht heute raus, die falschen Ventile holen wir ab.'
  },
  {
    module: 'Case',
    record: 'bjorns-case',
    by: 'bjorn',
    hoursAgo: 70,
    text: 'We put a tray under it. The drip is getting faster.'
  },
  {
    module: 'Case',
    record: 'bjorns-case',
    by: 'petra',
    hoursAgo: 66,
    text: 'A gasket set is on its way; our engineer calls you tomorrow.'
  },
  {
    module: 'Case',
    record: 'bjorns-case',
    by: 'grace',
    hoursAgo: 50,
    text: 'Warranty ended last month, but treat it as covered.',
    internal: true
  },
  {
    module: 'Case',
    record: 'janas-boiler-case',
    by: 'jana',
    hoursAgo: 98,
    text: 'Dnes v noci spadl tlak na 0,9 baru.'
  },
  {
    module: 'Case',
    record: 'janas-boiler-case',
    by: 'petra',
    hoursAgo: 80,
    text: 'Zítra v osm přijede technik s tlakovou zkouškou.'
  },
  {
    module: 'Quote',
    record: 'annas-quote',
    by: 'frank',
    hoursAgo: 26,
    text: 'Der Preis gilt auch, wenn Haus C erst im Herbst kommt.'
  },
  {
    module: 'Quote',
    record: 'annas-quote',
    by: 'frank',
    hoursAgo: 25,
    text: 'Floor is 28,500. Do not go below.',
    internal: true
  },
  {
    module: 'Project',
    record: 'nordwind-retrofit',
    by: 'frank',
    hoursAgo: 1080,
    text: 'Haus A ist vermessen, die Pläne liegen in den Dokumenten.'
  },
  {
    module: 'Project',
    record: 'fjordside-pump-room',
    by: 'grace',
    hoursAgo: 288,
    text: 'Downtime agreed for the last weekend of the month.'
  },
  {
    module: 'Account',
    record: 'nordwind',
    by: 'frank',
    hoursAgo: 2160,
    text: 'New buyer since spring: Jonas Petersen.',
    internal: true
  },
  {
    module: 'Lead',
    record: 'lena',
    by: 'frank',
    hoursAgo: 432,
    text: 'Wants a quote for a guest house with twelve rooms.',
    internal: true
  }
]
