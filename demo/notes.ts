/** What is written on the demo world's records: by staff, by customers, and between staff only. */

export interface NoteRow {
  readonly module: string
  readonly record: string
  /** Id of a staff member, or of a contact of the cast. */
  readonly by: string
  readonly text: string
  readonly internal?: boolean
}

export const notes: readonly NoteRow[] = [
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'anna',
    text: 'Im Haus B frieren inzwischen 40 Leute. Wann kommt jemand?'
  },
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'petra',
    text: 'Der Notdienst ist unterwegs, Ankunft gegen 11 Uhr.'
  },
  {
    module: 'Case',
    record: 'annas-heating-case',
    by: 'petra',
    text: 'Third boiler of this batch. Ask Rheinventil about a recall.',
    internal: true
  },
  {
    module: 'Case',
    record: 'jonas-valve-case',
    by: 'frank',
    text: 'Ersatz geht heute raus, die falschen Ventile holen wir ab.'
  },
  { module: 'Case', record: 'bjorns-case', by: 'bjorn', text: 'We put a tray under it. The drip is getting faster.' },
  {
    module: 'Case',
    record: 'bjorns-case',
    by: 'petra',
    text: 'A gasket set is on its way; our engineer calls you tomorrow.'
  },
  {
    module: 'Case',
    record: 'bjorns-case',
    by: 'grace',
    text: 'Warranty ended last month, but treat it as covered.',
    internal: true
  },
  { module: 'Case', record: 'janas-boiler-case', by: 'jana', text: 'Dnes v noci spadl tlak na 0,9 baru.' },
  {
    module: 'Case',
    record: 'janas-boiler-case',
    by: 'petra',
    text: 'Zítra v osm přijede technik s tlakovou zkouškou.'
  },
  {
    module: 'Quote',
    record: 'annas-quote',
    by: 'frank',
    text: 'Der Preis gilt auch, wenn Haus C erst im Herbst kommt.'
  },
  { module: 'Quote', record: 'annas-quote', by: 'frank', text: 'Floor is 28,500. Do not go below.', internal: true },
  {
    module: 'Project',
    record: 'nordwind-retrofit',
    by: 'frank',
    text: 'Haus A ist vermessen, die Pläne liegen in den Dokumenten.'
  },
  {
    module: 'Project',
    record: 'fjordside-pump-room',
    by: 'grace',
    text: 'Downtime agreed for the last weekend of the month.'
  },
  {
    module: 'Account',
    record: 'nordwind',
    by: 'frank',
    text: 'New buyer since spring: Jonas Petersen.',
    internal: true
  },
  {
    module: 'Lead',
    record: 'lena',
    by: 'frank',
    text: 'Wants a quote for a guest house with twelve rooms.',
    internal: true
  }
]
