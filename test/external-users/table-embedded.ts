/** The embedded CRM as a host of the table: what it calls what the source names, written by hand. */
import { openApp, type TestApp } from '../support/app.js'
import type { OpenDatabase } from '../support/databases.js'
import { release, type Names, type OpenGuestHost } from './table-world.js'

const activity = ['createdAt', 'subject']

const embeddedNames: Names = {
  modules: {
    projects: 'Project',
    folders: 'Folder',
    quotes: 'Quote',
    calls: 'Call',
    tasks: 'Task',
    orders: 'Order',
    emails: 'Email',
    documents: 'Document',
    members: 'Contact',
    notes: 'ProjectNote',
    appointments: 'Appointment',
    tickets: 'Case',
    contracts: 'Contract'
  },
  project: { endDate: 'endDate', timeZone: 'timeZone' },
  toProject: {
    folders: 'project',
    quotes: 'project',
    calls: 'project',
    tasks: 'project',
    orders: 'project',
    emails: 'project',
    documents: 'project',
    members: 'projects',
    notes: 'project',
    appointments: 'project',
    tickets: 'project',
    contracts: 'project'
  },
  toFolder: { folders: 'parentFolder', documents: 'folder' },
  toHolder: {
    quotes: 'parentQuote',
    calls: 'parentCall',
    tasks: 'parentTask',
    orders: 'parentOrder',
    notes: 'parentProjectNote',
    appointments: 'parentAppointment',
    tickets: 'parentCase',
    contracts: 'parentContract'
  },
  fields: {
    projects: ['name', 'status', 'endDate', 'description'],
    folders: ['name'],
    // Nummer, Datum, Ablaufdatum, Kontakt, Kurzbeschreibung, Betrag, Betrag intervall, Angebotsart, Status
    quotes: ['number', 'date', 'validUntil', 'contact', 'subject', 'amount', 'recurringAmount', 'type', 'status'],
    calls: [...activity, 'status', 'startsAt', 'description'],
    tasks: [...activity, 'status', 'dueDate', 'description'],
    // Auftragsnummer, Beginn, Fälligkeit, Kontakt, Betreff, Auftragsvolumen, Bearbeitungsstand
    orders: ['number', 'startDate', 'deliveryDate', 'contact', 'subject', 'amount', 'status'],
    emails: ['subject', 'fromAddress', 'sentAt', 'body'],
    documents: ['name', 'description', 'modifiedAt'],
    // Kontakt, Kategorie, E-Mail, Telefon, Mobiltelefon, Fax, Anschrift
    members: ['name', 'category', 'email', 'phone', 'mobile', 'fax', 'street', 'postalCode', 'city', 'country'],
    notes: [...activity, 'text'],
    appointments: [...activity, 'startsAt', 'endsAt', 'place'],
    // Ticketnummer, Fällig bis, Betreff, Zuständigkeit, Status, Priorität
    tickets: ['number', 'dueDate', 'subject', 'assignedUser', 'status', 'priority'],
    // Nummer, Abschluss, Kontakt, Kurzbeschreibung, Einmalzahlung, Zahlung Intervall, Vertragsart, gekündigt, Fälligkeit
    contracts: [
      'number',
      'concludedOn',
      'contact',
      'subject',
      'oneTimeAmount',
      'amount',
      'type',
      'cancelledOn',
      'dueDate'
    ]
  },
  written: {
    calls: ['subject', 'status', 'startsAt', 'description'],
    tasks: ['subject', 'status', 'dueDate', 'description'],
    notes: ['subject', 'text'],
    appointments: ['subject', 'startsAt', 'endsAt', 'place'],
    documents: ['name', 'description']
  },
  linksAsText: ['parentId', 'parentType'],
  file: 'file',
  fresh: {
    calls: { subject: 'New', startsAt: '2024-05-01 12:00:00' },
    tasks: { subject: 'New' },
    notes: { subject: 'New' },
    appointments: { subject: 'New', startsAt: '2024-05-01 12:00:00', endsAt: '2024-05-01 13:00:00' },
    documents: { name: 'New' }
  }
}

export interface EmbeddedGuestHost extends OpenGuestHost {
  readonly test: TestApp
}

export async function openGuestHost(open: OpenDatabase): Promise<EmbeddedGuestHost> {
  const test = await openApp(open, { world: 'people' })
  await test.embedded.crm.settings.saveSwitches({ 'external-users': true })
  return guestHostOf(test)
}

/** The table's world in an app that is open already. */
export async function guestHostOf(test: TestApp): Promise<EmbeddedGuestHost> {
  const { context } = test.embedded.portico
  const host: EmbeddedGuestHost = {
    test,
    now: context.now(),
    close: () => test.close(),
    kernel: context.kernel,
    db: test.embedded.db,
    catalog: await context.host.catalog('en'),
    names: embeddedNames,
    contact: { module: 'Contact', recordId: 'dirk' },
    always: { created_by_name: 'test', author_kind: 'system' }
  }
  await release(host)
  return host
}
