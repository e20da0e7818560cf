/** What the demo world buys and sells: products, deals, quotes, orders, invoices, contracts. Days count from today, past ones below zero. */

export const products = [
  { id: 'heat-pump-12', name: 'Wärmepumpe WP 12', code: 'WP-12', unitPrice: 8490, vendor: 'kotle-hana' },
  { id: 'heat-pump-18', name: 'Wärmepumpe WP 18', code: 'WP-18', unitPrice: 11250, vendor: 'kotle-hana' },
  { id: 'buffer-500', name: 'Pufferspeicher 500 l', code: 'PS-500', unitPrice: 1390, vendor: 'kotle-hana' },
  { id: 'circulation-pump', name: 'Circulation pump CP 80', code: 'CP-80', unitPrice: 640, vendor: 'rheinventil' },
  { id: 'valve-dn20', name: 'Ventil DN 20', code: 'V-20', unitPrice: 18.9, vendor: 'rheinventil' },
  { id: 'controller', name: 'Controller R4', code: 'R-4', unitPrice: 420, vendor: 'rheinventil' },
  { id: 'yearly-service', name: 'Roční servis kotelny', code: 'S-1Y', unitPrice: 980, vendor: null },
  { id: 'old-controller', name: 'Controller R2', code: 'R-2', unitPrice: 310, vendor: 'rheinventil', active: false }
] as const

type Product = (typeof products)[number]['id']
type Line = readonly [product: Product, quantity: number, description?: string]

export const deals = [
  {
    id: 'nordwind-heat-pumps',
    name: 'Wärmepumpen Haus A bis C',
    contact: 'anna',
    stage: 'Proposal',
    amount: 31200,
    probability: 60,
    closeIn: 40
  },
  {
    id: 'nordwind-valves',
    name: 'Ventile für die Speicherstadt',
    contact: 'jonas',
    stage: 'Won',
    amount: 2800,
    probability: 100,
    closeIn: -20
  },
  {
    id: 'fjordside-pump-room',
    name: 'Pump room renewal',
    contact: 'bjorn',
    stage: 'Negotiation',
    amount: 18400,
    probability: 70,
    closeIn: 25
  },
  {
    id: 'tyne-housing-frame',
    name: 'Framework for 240 flats',
    contact: 'george',
    stage: 'Qualification',
    amount: 96000,
    probability: 30,
    closeIn: 120
  },
  {
    id: 'morava-regulation',
    name: 'Výměna regulace Křenová',
    contact: 'jana',
    stage: 'Proposal',
    amount: 9600,
    probability: 50,
    closeIn: 35
  },
  {
    id: 'lisen-cooling',
    name: 'Chlazení spilky',
    contact: 'radek',
    stage: 'Prospecting',
    amount: 27500,
    probability: 20,
    closeIn: 90
  },
  {
    id: 'alster-service',
    name: 'Wartungsvertrag 14 Häuser',
    contact: 'ulrike',
    stage: 'Lost',
    amount: 13700,
    probability: 0,
    closeIn: -45
  }
] as const

export interface Paper {
  readonly id: string
  readonly contact: string
  readonly subject: string
  readonly status: string
  /** Days from today. */
  readonly date: number
  readonly due: number
  readonly lines: readonly Line[]
  readonly deal?: string
  readonly project?: string
  /** The paper it came from: an order's quote, an invoice's order. */
  readonly from?: string
  /** What a quote is for. */
  readonly type?: 'Installation' | 'Retrofit' | 'Maintenance' | 'Parts'
  /** What follows a quote every year. */
  readonly yearly?: number
}

export const quotes: readonly Paper[] = [
  {
    id: 'annas-quote',
    contact: 'anna',
    subject: 'Wärmepumpen Haus A bis C',
    status: 'Sent',
    date: -8,
    due: 22,
    deal: 'nordwind-heat-pumps',
    project: 'nordwind-retrofit',
    type: 'Retrofit',
    yearly: 980,
    lines: [
      ['heat-pump-12', 2],
      ['heat-pump-18', 1],
      ['buffer-500', 2],
      ['yearly-service', 1, 'Wartung im ersten Jahr']
    ]
  },
  {
    id: 'jonas-quote',
    contact: 'jonas',
    subject: 'Ventile DN 20',
    status: 'Accepted',
    date: -34,
    due: -4,
    deal: 'nordwind-valves',
    lines: [['valve-dn20', 148]]
  },
  {
    id: 'bjorns-quote',
    contact: 'bjorn',
    subject: 'Pump room renewal',
    status: 'Sent',
    date: -5,
    due: 25,
    deal: 'fjordside-pump-room',
    project: 'fjordside-pump-room',
    type: 'Installation',
    lines: [
      ['circulation-pump', 12],
      ['controller', 4],
      ['yearly-service', 2, 'Service, two years']
    ]
  },
  {
    id: 'emilys-quote',
    contact: 'emily',
    subject: 'Spare controllers',
    status: 'Declined',
    date: -60,
    due: -30,
    lines: [['controller', 3]]
  },
  {
    id: 'janas-quote',
    contact: 'jana',
    subject: 'Výměna regulace Křenová 52–58',
    status: 'Draft',
    date: -2,
    due: 28,
    deal: 'morava-regulation',
    lines: [
      ['controller', 8],
      ['valve-dn20', 96],
      ['yearly-service', 4, 'Servis na první rok']
    ]
  }
]

export const orders: readonly Paper[] = [
  {
    id: 'jonas-order',
    contact: 'jonas',
    subject: 'Ventile DN 20',
    status: 'Delivered',
    date: -28,
    due: -10,
    deal: 'nordwind-valves',
    project: 'nordwind-retrofit',
    from: 'jonas-quote',
    lines: [['valve-dn20', 148]]
  },
  {
    id: 'bjorns-order',
    contact: 'bjorn',
    subject: 'Two circulation pumps',
    status: 'Confirmed',
    date: -12,
    due: 9,
    project: 'fjordside-pump-room',
    lines: [['circulation-pump', 2]]
  },
  {
    id: 'janas-order',
    contact: 'jana',
    subject: 'Roční servis kotelen',
    status: 'New',
    date: -3,
    due: 30,
    lines: [['yearly-service', 4]]
  }
]

export const invoices: readonly Paper[] = [
  {
    id: 'jonas-invoice',
    contact: 'jonas',
    subject: 'Ventile DN 20',
    status: 'Paid',
    date: -9,
    due: 5,
    from: 'jonas-order',
    lines: [['valve-dn20', 148]]
  },
  {
    id: 'annas-invoice',
    contact: 'anna',
    subject: 'Notdiensteinsatz Haus B',
    status: 'Overdue',
    date: -44,
    due: -30,
    lines: [['yearly-service', 1, 'Einsatz am Wochenende']]
  },
  {
    id: 'bjorns-invoice',
    contact: 'bjorn',
    subject: 'Down payment, circulation pumps',
    status: 'Sent',
    date: -11,
    due: 3,
    from: 'bjorns-order',
    lines: [['circulation-pump', 1, 'Down payment 50%']]
  },
  {
    id: 'janas-invoice',
    contact: 'jana',
    subject: 'Servis za uplynulý rok',
    status: 'Paid',
    date: -70,
    due: -56,
    lines: [['yearly-service', 4]]
  }
]

export interface ContractRow {
  readonly id: string
  readonly contact: string
  readonly subject: string
  readonly type: 'Maintenance' | 'Energy' | 'Framework' | 'Work'
  readonly status: string
  readonly start: number
  readonly end: number
  readonly cancelled?: number
  /** Each year. */
  readonly amount: number
  readonly oneTimeAmount?: number
  readonly project?: string
}

export const contracts: readonly ContractRow[] = [
  {
    id: 'nordwind-maintenance',
    contact: 'anna',
    subject: 'Wartung aller Anlagen',
    type: 'Maintenance',
    status: 'Active',
    start: -400,
    end: 330,
    amount: 11760,
    oneTimeAmount: 450,
    project: 'nordwind-retrofit'
  },
  {
    id: 'fjordside-maintenance',
    contact: 'bjorn',
    subject: 'Maintenance, plant room',
    type: 'Maintenance',
    status: 'Active',
    start: -200,
    end: 165,
    amount: 5880,
    project: 'fjordside-pump-room'
  },
  {
    id: 'morava-maintenance',
    contact: 'jana',
    subject: 'Servisní smlouva na čtyři kotelny',
    type: 'Maintenance',
    status: 'Ended',
    start: -760,
    end: -30,
    amount: 3920,
    cancelled: -120
  }
]
