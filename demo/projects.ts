/** Projects of the demo world with what hangs on them. Days count from today; one project has ended. */

export interface ProjectRow {
  readonly id: string
  readonly account: string
  readonly owner: string
  readonly name: string
  readonly status: string
  readonly progress: number
  readonly startsIn: number
  readonly endsIn: number
  readonly timeZone: string
  readonly budget: number
  readonly description: string
  readonly contacts: readonly string[]
}

export const projects: readonly ProjectRow[] = [
  {
    id: 'nordwind-retrofit',
    account: 'nordwind',
    owner: 'frank',
    name: 'Sanierung Haus A bis C',
    status: 'Active',
    progress: 40,
    startsIn: -60,
    endsIn: 120,
    timeZone: 'Europe/Berlin',
    budget: 86000,
    description: 'Drei Häuser bekommen Wärmepumpen. Während der Arbeiten bleibt die alte Anlage in Betrieb.',
    contacts: ['anna', 'jonas', 'mehmet', 'dirk']
  },
  {
    id: 'fjordside-pump-room',
    account: 'fjordside',
    owner: 'grace',
    name: 'Pump room renewal',
    status: 'Active',
    progress: 25,
    startsIn: -20,
    endsIn: 75,
    timeZone: 'Europe/London',
    budget: 24000,
    description: 'Twelve circulation pumps, new controllers, one weekend of downtime.',
    contacts: ['bjorn', 'siobhan']
  },
  {
    id: 'morava-boiler-house',
    account: 'teplo-morava',
    owner: 'irena',
    name: 'Kotelna Křenová',
    status: 'Completed',
    progress: 100,
    startsIn: -300,
    endsIn: -30,
    timeZone: 'Europe/Prague',
    budget: 41000,
    description: 'Výměna dvou kotlů a komínové vložky. Předáno bez závad.',
    contacts: ['jana', 'pavel']
  }
]

export const tasks = [
  {
    id: 'measure-house-a',
    project: 'nordwind-retrofit',
    subject: 'Aufmaß Haus A',
    status: 'Done',
    due: -30,
    minutes: 240,
    responsible: 'dirk',
    owner: 'frank'
  },
  {
    id: 'foundation-house-b',
    project: 'nordwind-retrofit',
    subject: 'Fundament für die Außeneinheit',
    status: 'Started',
    due: 6,
    minutes: 90,
    responsible: 'dirk',
    owner: 'frank'
  },
  {
    id: 'noise-report',
    project: 'nordwind-retrofit',
    subject: 'Schallgutachten einholen',
    status: 'Open',
    due: 14,
    minutes: 0,
    responsible: 'mehmet',
    owner: 'petra'
  },
  {
    id: 'book-shutdown',
    project: 'fjordside-pump-room',
    subject: 'Book the weekend shutdown',
    status: 'Open',
    due: 20,
    minutes: 30,
    responsible: 'siobhan',
    owner: 'grace'
  },
  {
    id: 'order-gaskets',
    project: 'fjordside-pump-room',
    subject: 'Order gaskets for DN 80',
    status: 'Done',
    due: -4,
    minutes: 20,
    responsible: undefined,
    owner: 'petra'
  },
  {
    id: 'handover-protocol',
    project: 'morava-boiler-house',
    subject: 'Předávací protokol',
    status: 'Done',
    due: -32,
    minutes: 120,
    responsible: 'pavel',
    owner: 'irena'
  }
] as const

export const calls = [
  {
    id: 'call-crane',
    project: 'nordwind-retrofit',
    subject: 'Kran für Donnerstag',
    direction: 'Outbound',
    status: 'Held',
    startsIn: -3,
    minutes: 15,
    responsible: 'dirk',
    owner: 'frank'
  },
  {
    id: 'call-insurer',
    project: 'fjordside-pump-room',
    subject: 'Insurer: test certificate',
    direction: 'Inbound',
    status: 'Planned',
    startsIn: 2,
    minutes: 0,
    responsible: undefined,
    owner: 'grace'
  }
] as const

export const appointments = [
  {
    id: 'site-meeting',
    project: 'nordwind-retrofit',
    subject: 'Baubesprechung',
    place: 'Haus B, Keller',
    status: 'Planned',
    startsIn: 5,
    hours: 2,
    minutes: 0,
    responsible: 'mehmet',
    owner: 'frank'
  },
  {
    id: 'kick-off',
    project: 'nordwind-retrofit',
    subject: 'Auftaktbesprechung',
    place: 'Hamburg, Speicherstraße 12',
    status: 'Held',
    startsIn: -58,
    hours: 1,
    minutes: 60,
    responsible: 'anna',
    owner: 'frank'
  },
  {
    id: 'pump-inspection',
    project: 'fjordside-pump-room',
    subject: 'Inspection of the plant room',
    place: 'Newcastle, Quayside',
    status: 'Planned',
    startsIn: 8,
    hours: 3,
    minutes: 0,
    responsible: 'siobhan',
    owner: 'grace'
  }
] as const

export const emails = [
  {
    id: 'mail-schedule',
    project: 'nordwind-retrofit',
    subject: 'Bauzeitenplan, zweite Fassung',
    from: 'frank@thermovia.example',
    to: 'anna@nordwind.example',
    sentIn: -15,
    body: 'Guten Tag Frau Schmidt, der Plan mit den neuen Terminen liegt in den Dokumenten. Freundliche Grüße, Frank Weber'
  },
  {
    id: 'mail-downtime',
    project: 'fjordside-pump-room',
    subject: 'Downtime window',
    from: 'bjorn@fjordside.example',
    to: 'grace@thermovia.example',
    sentIn: -6,
    body: 'Hi Grace, the last weekend of the month suits us. Regards, Björn'
  }
] as const

export const folders = [
  { id: 'retrofit-plans', name: 'Pläne', parent: undefined, project: 'nordwind-retrofit' },
  { id: 'retrofit-house-a', name: 'Haus A', parent: 'retrofit-plans', project: 'nordwind-retrofit' },
  { id: 'retrofit-costs', name: 'Kalkulation', parent: undefined, project: 'nordwind-retrofit' },
  { id: 'pump-room-papers', name: 'Certificates', parent: undefined, project: 'fjordside-pump-room' }
] as const

export const documents = [
  {
    id: 'schedule-v2',
    name: 'Bauzeitenplan',
    folder: 'retrofit-plans',
    project: 'nordwind-retrofit',
    account: 'nordwind',
    description: 'Zweite Fassung, nach der Auftaktbesprechung.'
  },
  {
    id: 'floor-plan-a',
    name: 'Grundriss Haus A',
    folder: 'retrofit-house-a',
    project: 'nordwind-retrofit',
    account: 'nordwind',
    description: 'Maßstab 1:50.'
  },
  {
    id: 'margin-sheet',
    name: 'Kalkulation intern',
    folder: 'retrofit-costs',
    project: 'nordwind-retrofit',
    account: undefined,
    description: 'Unsere Margen. Nicht für den Kunden.'
  },
  {
    id: 'pump-certificate',
    name: 'Test certificate 22-114',
    folder: 'pump-room-papers',
    project: 'fjordside-pump-room',
    account: 'fjordside',
    description: 'Issued by the maker.'
  }
] as const
