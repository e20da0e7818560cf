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
    owner: 'frank'
  },
  {
    id: 'foundation-house-b',
    project: 'nordwind-retrofit',
    subject: 'Fundament für die Außeneinheit',
    status: 'Started',
    due: 6,
    minutes: 90,
    owner: 'frank'
  },
  {
    id: 'noise-report',
    project: 'nordwind-retrofit',
    subject: 'Schallgutachten einholen',
    status: 'Open',
    due: 14,
    minutes: 0,
    owner: 'petra'
  },
  {
    id: 'book-shutdown',
    project: 'fjordside-pump-room',
    subject: 'Book the weekend shutdown',
    status: 'Open',
    due: 20,
    minutes: 30,
    owner: 'grace'
  },
  {
    id: 'order-gaskets',
    project: 'fjordside-pump-room',
    subject: 'Order gaskets for DN 80',
    status: 'Done',
    due: -4,
    minutes: 20,
    owner: 'petra'
  },
  {
    id: 'handover-protocol',
    project: 'morava-boiler-house',
    subject: 'Předávací protokol',
    status: 'Done',
    due: -32,
    minutes: 120,
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
  },
  {
    id: 'mail-margin',
    project: 'nordwind-retrofit',
    subject: 'Nachtrag: Mehrkosten Haus C',
    from: 'petra@thermovia.example',
    to: 'frank@thermovia.example',
    sentIn: -2,
    body: 'Hallo Frank, bitte erst intern klären, bevor der Kunde das Schreiben bekommt. Petra'
  }
] as const

export const projectNotes = [
  {
    id: 'note-access',
    project: 'nordwind-retrofit',
    subject: 'Zugang zur Baustelle',
    text: 'Der Schlüssel für Haus B liegt beim Pförtner. Anlieferung nur zwischen 7 und 9 Uhr.',
    owner: 'frank'
  },
  {
    id: 'note-defects',
    project: 'nordwind-retrofit',
    subject: 'Mängel nach der Begehung',
    text: 'Haus A: Dämmung im Heizraum fehlt auf drei Metern. Haus B: ein Ventil klemmt.',
    owner: 'petra'
  },
  {
    id: 'note-power',
    project: 'fjordside-pump-room',
    subject: 'Power supply during the shutdown',
    text: 'The site provides a generator; the fuel is on us.',
    owner: 'grace'
  }
] as const

export const folders = [
  { id: 'retrofit-plans', name: 'Pläne', parent: undefined, project: 'nordwind-retrofit' },
  { id: 'retrofit-house-a', name: 'Haus A', parent: 'retrofit-plans', project: 'nordwind-retrofit' },
  { id: 'retrofit-tender', name: 'Ausschreibung', parent: undefined, project: 'nordwind-retrofit' },
  { id: 'retrofit-costs', name: 'Kalkulation', parent: undefined, project: 'nordwind-retrofit' },
  { id: 'pump-room-papers', name: 'Certificates', parent: undefined, project: 'fjordside-pump-room' }
] as const

/** A document with its file; what is in it is a page of plain text, or a drawing. `parent`: what it belongs to beside a project. */
export interface DocumentRow {
  readonly id: string
  readonly name: string
  readonly file: string
  readonly content: string
  readonly description?: string
  readonly folder?: string
  readonly project?: string
  readonly account?: string
  /** Owned by whoever owns its project, where nobody is named. */
  readonly owner?: string
  readonly parent?: readonly [module: string, id: string]
}

export const documents: readonly DocumentRow[] = [
  {
    id: 'schedule-v2',
    name: 'Bauzeitenplan',
    file: 'Bauzeitenplan-2.txt',
    content: 'Woche 1: Fundament Haus B\nWoche 3: Außeneinheit Haus B\nWoche 6: Inbetriebnahme Haus A\n',
    folder: 'retrofit-plans',
    project: 'nordwind-retrofit',
    account: 'nordwind',
    description: 'Zweite Fassung, nach der Auftaktbesprechung.'
  },
  {
    id: 'floor-plan-a',
    name: 'Grundriss Haus A',
    file: 'Grundriss-Haus-A.pdf',
    content: 'Haus A, Erdgeschoss, 1:50',
    folder: 'retrofit-house-a',
    project: 'nordwind-retrofit',
    account: 'nordwind',
    description: 'Maßstab 1:50.'
  },
  {
    id: 'margin-sheet',
    name: 'Kalkulation intern',
    file: 'Kalkulation.csv',
    content: 'Position;Einkauf;Verkauf\nWP 12;6100;8490\nPS-500;940;1390\n',
    folder: 'retrofit-costs',
    project: 'nordwind-retrofit',
    description: 'Unsere Margen. Nicht für den Kunden.'
  },
  {
    id: 'tender-comparison',
    name: 'Preisvergleich Montage',
    file: 'Preisvergleich.csv',
    content: 'Firma;Angebot\nKessel & Partner;18400\nHanse Montage;19750\n',
    folder: 'retrofit-tender',
    project: 'nordwind-retrofit',
    description: 'Für alle Beteiligten außer den Bietern.'
  },
  {
    id: 'site-rules',
    name: 'Baustellenordnung',
    file: 'Baustellenordnung.pdf',
    content: 'Helmpflicht. Rauchen nur im Hof.',
    project: 'nordwind-retrofit',
    description: 'Liegt in keinem Ordner.'
  },
  {
    id: 'foundation-drawing',
    name: 'Fundamentplan Außeneinheit',
    file: 'Fundamentplan.pdf',
    content: 'Betonplatte 120 x 60 x 20 cm',
    owner: 'frank',
    parent: ['Task', 'foundation-house-b']
  },
  {
    id: 'heat-pump-offer',
    name: 'Angebot Wärmepumpen',
    file: 'Angebot-Waermepumpen.pdf',
    content: 'Drei Wärmepumpen WP 12 mit Pufferspeicher',
    owner: 'frank',
    parent: ['Quote', 'annas-quote']
  },
  {
    id: 'pump-certificate',
    name: 'Test certificate 22-114',
    file: 'certificate-22-114.pdf',
    content: 'Batch 22-114 passed at 10 bar',
    folder: 'pump-room-papers',
    project: 'fjordside-pump-room',
    account: 'fjordside',
    description: 'Issued by the maker.'
  }
]
