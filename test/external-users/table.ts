/** The source's table of modules, line by line, as it stands in the German text, and not as our code has it (T06). */

/** What is said of things of one kind under *no* and under *yes*. */
export interface Line {
  /** The module's name in the source. */
  readonly german: string
  readonly no: What
  readonly yes: What
  /** The columns that are named; of other kinds the released fields are shown. */
  readonly columns?: readonly string[]
  /** "Dokumente des … sind unter Umständen sichtbar, wenn zusätzlich mindestens Leserechte auf die Dokumente … gewährt werden." */
  readonly holdsDocuments?: boolean
}

export type What =
  /** "Keine Berechtigungen" */
  | 'nothing'
  /** "Die Kopfdaten … werden in der Listenansicht angezeigt, wenn der externe Benutzer auch mindestens Leserechte … erhält." */
  | 'headerByRight'
  /** "… in denen der externe Benutzer explizit in der Zuständigkeit enthalten ist, werden angezeigt, lassen sich öffnen und ändern. Neue … können angelegt werden" */
  | 'own'
  /** "Zusätzlich zu den Berechtigungen unter Nein kann der externe Benutzer auch alle anderen … sehen und lesen. Änderungen sind nicht möglich." */
  | 'ownAndOthers'
  /** "lesenden Zugriff auf alle dem Projekt zugeordneten E-Mails" */
  | 'allRead'
  /** "Dokumente und Ordner für freigegebene Objekte und Aktivitäten …, wenn zusätzlich mindestens Leserechte auf die Ordner und Dokumente gewährt wurden" */
  | 'held'
  /** "Zugriff auf die Dokumente des Projektes, wenn zusätzlich mindestens Leserechte auf die Ordner und Dokumente gewährt werden" */
  | 'heldAndShared'
  /** "Zugriff auf die im Projekt eingetragenen Mitglieder. Dabei werden … angezeigt. Die Kontakte und weitere Details selbst sind nicht aufrufbar" */
  | 'header'

const activity = { no: 'own', yes: 'ownAndOthers', holdsDocuments: true } as const
const paper = { no: 'nothing', yes: 'headerByRight', holdsDocuments: true } as const

export const table = {
  quotes: {
    german: 'Angebote',
    ...paper,
    columns: [
      'Nummer',
      'Datum',
      'Ablaufdatum',
      'Kontakt',
      'Kurzbeschreibung',
      'Betrag',
      'Betrag intervall',
      'Angebotsart',
      'Status'
    ]
  },
  calls: { german: 'Anrufe', ...activity },
  tasks: { german: 'Aufgaben', ...activity },
  orders: {
    german: 'Aufträge',
    ...paper,
    columns: ['Auftragsnummer', 'Beginn', 'Fälligkeit', 'Kontakt', 'Betreff', 'Auftragsvolumen', 'Bearbeitungsstand']
  },
  emails: { german: 'E-Mail', no: 'nothing', yes: 'allRead' },
  documents: { german: 'Gemeinsame Dokumente', no: 'held', yes: 'heldAndShared' },
  members: {
    german: 'Kontakte/Mitglieder',
    no: 'nothing',
    yes: 'header',
    columns: ['Kontakt', 'Kategorie', 'E-Mail', 'Telefon', 'Mobiltelefon', 'Fax', 'Anschrift']
  },
  notes: { german: 'Notizen', ...activity },
  appointments: { german: 'Termine', ...activity },
  tickets: {
    german: 'Tickets',
    ...paper,
    columns: ['Ticketnummer', 'Fällig bis', 'Betreff', 'Zuständigkeit', 'Status', 'Priorität']
  },
  contracts: {
    german: 'Verträge',
    ...paper,
    columns: [
      'Nummer',
      'Abschluss',
      'Kontakt',
      'Kurzbeschreibung',
      'Einmalzahlung',
      'Zahlung Intervall',
      'Vertragsart',
      'gekündigt',
      'Fälligkeit'
    ]
  }
} as const satisfies Readonly<Record<string, Line>>

export type Kind = keyof typeof table
export const kinds = Object.keys(table) as readonly Kind[]

/** Projects ("Dieser Haken ist immer gesetzt") and folders have no line of their own. */
export type Sort = Kind | 'projects' | 'folders'

export function lineOf(kind: Kind): Line {
  return table[kind]
}

/** What stands of a kind for somebody whose module right says so. */
export function said(kind: Kind, isYes: boolean): What {
  return isYes ? lineOf(kind).yes : lineOf(kind).no
}

export const activityKinds = kinds.filter((kind) => lineOf(kind).no === 'own')
export const holderKinds = kinds.filter((kind) => lineOf(kind).holdsDocuments)
