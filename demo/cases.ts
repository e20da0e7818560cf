/** Cases of the demo world, each in the language of the customer who has it. */

export interface CaseRow {
  readonly id: string
  /** Id of the contact; his account is the case's account. */
  readonly contact: string
  readonly subject: string
  readonly status: 'New' | 'Assigned' | 'Pending' | 'Closed'
  readonly priority: 'Low' | 'Normal' | 'High' | 'Urgent'
  readonly type: 'Question' | 'Incident' | 'Complaint'
  readonly daysAgo: number
  readonly dueIn?: number
  readonly project?: string
  readonly description?: string
  readonly resolution?: string
  readonly isInternal?: boolean
  /** More contacts who take part. */
  readonly involved?: readonly string[]
  /** It lies in the recycle bin. */
  readonly isRemoved?: boolean
}

/** The cases that tests and screenshots call by name. */
const named: readonly CaseRow[] = [
  {
    id: 'annas-heating-case',
    contact: 'anna',
    subject: 'Heating fails',
    status: 'Assigned',
    priority: 'Urgent',
    type: 'Incident',
    daysAgo: 2,
    dueIn: 1,
    project: 'nordwind-retrofit',
    description: 'Seit heute früh bleibt der Kessel im Haus B kalt. Am Regler steht E-17, ein Neustart hilft nicht.',
    involved: ['jonas']
  },
  {
    id: 'annas-quote-question',
    contact: 'anna',
    subject: 'Wann kommt das Angebot für die Wärmepumpe?',
    status: 'Pending',
    priority: 'Normal',
    type: 'Question',
    daysAgo: 9,
    description: 'Wir brauchen die Zahlen für die Sitzung am Monatsende.'
  },
  {
    id: 'jonas-valve-case',
    contact: 'jonas',
    subject: 'Falsche Ventile geliefert',
    status: 'New',
    priority: 'High',
    type: 'Complaint',
    daysAgo: 1,
    dueIn: 5,
    project: 'nordwind-retrofit',
    description: 'Bestellt waren 24 Stück DN 20, im Karton liegen DN 15.'
  },
  {
    id: 'bjorns-case',
    contact: 'bjorn',
    subject: 'Pump leaks',
    status: 'Assigned',
    priority: 'High',
    type: 'Incident',
    daysAgo: 3,
    dueIn: 2,
    project: 'fjordside-pump-room',
    description: 'Circulation pump P2 in the plant room drips at the flange, about a litre a day.',
    involved: ['siobhan']
  },
  {
    id: 'janas-boiler-case',
    contact: 'jana',
    subject: 'Kotel v Křenové hlásí nízký tlak',
    status: 'Assigned',
    priority: 'High',
    type: 'Incident',
    daysAgo: 4,
    description: 'Tlak klesá každou noc o dvě desetiny. Netěsnost jsme nenašli.',
    involved: ['pavel']
  },
  {
    id: 'nordwind-internal-case',
    contact: 'anna',
    subject: 'Nordwind pays late: check the credit line',
    status: 'Assigned',
    priority: 'Normal',
    type: 'Question',
    daysAgo: 6,
    description: 'Three invoices in a row were paid after the reminder. Not for the customer.',
    isInternal: true
  },
  {
    id: 'nordwind-removed-case',
    contact: 'anna',
    subject: 'Doppelt gemeldet: Kessel kalt',
    status: 'Closed',
    priority: 'Low',
    type: 'Incident',
    daysAgo: 2,
    isRemoved: true
  }
]

type Short = readonly [contact: string, subject: string, kind: string, daysAgo: number, text?: string]

/** `kind` is three letters: status (N A P C), priority (l n h u), type (q i c). The text is the description, of closed ones the resolution. */
const others: readonly Short[] = [
  ['anna', 'Thermostat im Büro 3. OG zeigt falsche Temperatur', 'Cni', 41, 'Fühler getauscht, Anzeige stimmt wieder.'],
  [
    'anna',
    'Jahreswartung Haus A: Terminvorschlag',
    'Pnq',
    12,
    'Bitte nur vormittags, nachmittags sind Prüfungen im Haus.'
  ],
  ['anna', 'Zugang für neue Kollegin', 'Clq', 33, 'Zugang eingerichtet, Einladung verschickt.'],
  ['anna', 'Geräusche in der Steigleitung', 'Ani', 5, 'Klopfen nach dem Aufheizen, vor allem nachts.'],
  ['anna', 'Regler E-17 in der Doku nicht beschrieben', 'Nlq', 7],
  ['jonas', 'Liefertermin Pufferspeicher verschiebt sich?', 'Pnq', 8, 'Der Kran ist für Donnerstag bestellt.'],
  ['jonas', 'Rechnung mit falscher Kostenstelle', 'Cnc', 27, 'Rechnung storniert und neu gestellt.'],
  ['jonas', 'Sammelbestellung für das zweite Quartal', 'Nnq', 3],
  ['jonas', 'Skonto bei Teillieferung', 'Clq', 60, 'Skonto gilt je Teilrechnung.'],
  ['mehmet', 'Baustelle Speicherstadt: Estrich zu früh beheizt', 'Ahi', 4, 'Wer gibt das neue Aufheizprotokoll frei?'],
  ['mehmet', 'Wandaufbau für Fußbodenheizung klären', 'Cnq', 52, 'Zeichnung mit Maßen nachgereicht.'],
  ['mehmet', 'Pumpengruppe ohne Dichtungen geliefert', 'Cnc', 19, 'Dichtungssatz per Express nachgeschickt.'],
  ['sabine', 'Notdienst hat die Anlage nicht gefunden', 'Phc', 6, 'Die Anlagennummer fehlt auf dem Schild.'],
  ['sabine', 'Wartungsprotokolle als PDF', 'Nlq', 10],
  ['sabine', 'Ersatzgerät für Bremen', 'Cui', 23, 'Leihgerät am selben Tag gebracht.'],
  ['sabine', 'Störung nach Stromausfall', 'Ani', 2, 'Alle drei Kessel stehen auf Handbetrieb.'],
  [
    'ulrike',
    'Mieter melden kalte Heizkörper im Erdgeschoss',
    'Ahi',
    1,
    'Hudtwalckerstraße 30 bis 36, nur Erdgeschoss.'
  ],
  ['ulrike', 'Heizkostenabrechnung: Zählerstände fehlen', 'Pnq', 15],
  ['ulrike', 'Legionellenprüfung: Protokoll gesucht', 'Cnq', 38, 'Protokoll liegt bei den Dokumenten der Firma.'],
  ['dirk', 'Schulungstermin für Monteure', 'Nlq', 11, 'Vier Personen, gern im Februar.'],
  ['dirk', 'Montageanleitung auf Polnisch?', 'Clq', 70, 'Es gibt sie auf Englisch, Deutsch und Tschechisch.'],
  ['bjorn', 'Pressure sensor reads zero', 'Cni', 35, 'Replaced the sensor under warranty.'],
  ['bjorn', 'Can the controller speak Modbus?', 'Cnq', 48, 'Yes, from firmware 4.2; guide attached to the article.'],
  ['bjorn', 'Noise from P1 after the service', 'Ani', 5, 'A whine at about 2,900 rpm, gone below 2,400.'],
  ['bjorn', 'Spare impeller for the summer shutdown', 'Pnq', 14],
  ['bjorn', 'Test certificate for batch 22-114', 'Nnq', 2, 'Our insurer asks for it by Friday.'],
  ['emily', 'Two order confirmations for one order', 'Cnc', 29, 'The second one is void; we cancelled it.'],
  ['emily', 'Delivery address for the Leeds site', 'Clq', 44, 'Address added to the account.'],
  ['emily', 'Price list for next year', 'Pnq', 10],
  ['emily', 'Pallets returned but not credited', 'Ahc', 6, 'Twelve pallets, collected three weeks ago.'],
  ['emily', 'Change of bank details', 'Nhq', 1, 'Please call me back before you change anything.'],
  ['siobhan', 'Flange bolts torque for DN 80', 'Clq', 21, '65 Nm, crosswise, in two passes.'],
  ['siobhan', 'Plant room drawing is out of date', 'Anq', 8],
  ['siobhan', 'Vibration alarm at night', 'Phi', 4, 'Always between two and three, never on Sundays.'],
  ['siobhan', 'Access badge for the night shift', 'Clq', 31, 'Badge sent by post.'],
  ['george', 'Site visit before we decide', 'Pnq', 13],
  ['george', 'References for social housing', 'Cnq', 40, 'Sent three references from Hamburg and Brno.'],
  ['jana', 'Termín roční prohlídky kotelny', 'Pnq', 16, 'Vyhovuje nám první týden v měsíci.'],
  ['jana', 'Rozúčtování tepla za loňský rok', 'Cnq', 50, 'Podklady jsme poslali e-mailem.'],
  ['jana', 'Nabídka na výměnu regulace', 'Nnq', 3, 'Jde o domy Křenová 52 až 58.'],
  ['jana', 'Porucha čerpadla v noci', 'Cui', 26, 'Technik vyměnil kondenzátor, čerpadlo běží.'],
  ['jana', 'Faktura na špatné IČO', 'Cnc', 37, 'Fakturu jsme opravili.'],
  ['pavel', 'Chybí těsnění v dodávce', 'Cnc', 22, 'Těsnění jsme doposlali druhý den.'],
  ['pavel', 'Jak resetovat hlášení E-17?', 'Clq', 18, 'Postup je ve znalostní bázi.'],
  ['pavel', 'Hluk z expanzní nádoby', 'Ani', 5, 'Ozývá se při každém sepnutí kotle.'],
  ['pavel', 'Přístup do portálu pro kolegu', 'Nlq', 2],
  ['pavel', 'Nesedí průtok po vyregulování', 'Phi', 7, 'V druhém patře teče o třetinu méně.'],
  ['eliska', 'Žádost o splátkový kalendář', 'Anq', 9],
  ['eliska', 'Potvrzení o zaplacení', 'Clq', 45, 'Potvrzení je u faktury.'],
  ['radek', 'Chlazení spilky nedrží teplotu', 'Aui', 1, 'Místo osmi stupňů máme jedenáct.'],
  ['radek', 'Čištění výměníku před sezónou', 'Pnq', 20],
  ['radek', 'Dokumentace ke kompresoru', 'Clq', 55, 'Návod jsme nahráli mezi dokumenty.']
]

const statuses = { N: 'New', A: 'Assigned', P: 'Pending', C: 'Closed' } as const
const priorities = { l: 'Low', n: 'Normal', h: 'High', u: 'Urgent' } as const
const types = { q: 'Question', i: 'Incident', c: 'Complaint' } as const

function spelledOut([contact, subject, kind, daysAgo, text]: Short): CaseRow {
  const status = statuses[kind[0] as keyof typeof statuses]
  const priority = priorities[kind[1] as keyof typeof priorities]
  const type = types[kind[2] as keyof typeof types]
  const words = status === 'Closed' ? { resolution: text } : { description: text }
  return { id: idOf(contact, subject), contact, subject, status, priority, type, daysAgo, ...words }
}

/** `jonas-skonto-bei-teillieferung`: an id people can read, at most 36 characters. */
function idOf(...words: readonly string[]): string {
  const plain = words.join(' ').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 36)
    .replace(/^-|-$/g, '')
}

export const cases: readonly CaseRow[] = [...named, ...others.map(spelledOut)]
