/** Working together: projects with their tasks, calls, appointments, e-mails, folders and documents. */
import type { FieldDefinition, ModuleDefinition } from '../definition.js'
import {
  accountLabel,
  choice,
  description,
  field,
  naming,
  projectLabel,
  reference,
  section,
  statusLabel,
  words
} from './fields.js'

const tasks = words('Tasks', 'Aufgaben', 'Úkoly')
const calls = words('Calls', 'Anrufe', 'Hovory')
const appointments = words('Appointments', 'Termine', 'Schůzky')
const emails = words('E-mails', 'E-Mails', 'E-maily')
const projectNotes = { name: 'notes', label: words('Project notes', 'Projektnotizen', 'Poznámky k projektům') }
const documents = { name: 'documents', label: words('Documents', 'Dokumente', 'Dokumenty') }
const projects = { name: 'projects', label: words('Projects', 'Projekte', 'Projekty') }
const folders = { name: 'folders', label: words('Folders', 'Ordner', 'Složky') }

const subject = naming(words('Subject', 'Betreff', 'Předmět'))
const startsAt = field('datetime', words('Starts', 'Beginn', 'Začátek'), { required: true, sortable: true })
const activityParents = ['Account', 'Contact', 'Lead', 'Deal', 'Case']

/** On one task, call or appointment: more is a slip of the pen. */
const mostMinutes = 100_000

type Back = NonNullable<FieldDefinition['back']>

/** What tasks, calls and appointments have alike; what costs are made from among it (T11). */
function activity(ofProject: Back): Record<string, FieldDefinition> {
  return {
    project: reference(projectLabel, 'Project', ofProject),
    spentMinutes: field('integer', words('Time spent (minutes)', 'Aufwand (Minuten)', 'Odpracováno (minut)'), {
      min: 0,
      max: mostMinutes
    }),
    description
  }
}

const project: ModuleDefinition = {
  name: 'Project',
  label: projectLabel,
  plural: projects.label,
  icon: 'folder-kanban',
  hasFeed: true,
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    account: reference(accountLabel, 'Account', projects),
    status: choice(
      statusLabel,
      [
        ['Planned', words('Planned', 'Geplant', 'Plánovaný')],
        ['Active', words('Active', 'Läuft', 'Probíhá'), 'info'],
        ['OnHold', words('On hold', 'Angehalten', 'Pozastavený'), 'warn'],
        ['Completed', words('Completed', 'Abgeschlossen', 'Dokončený'), 'good'],
        ['Cancelled', words('Cancelled', 'Abgebrochen', 'Zrušený'), 'bad']
      ],
      'Planned'
    ),
    progress: field('integer', words('Progress (%)', 'Fortschritt (%)', 'Postup (%)'), {
      min: 0,
      max: 100,
      default: 0
    }),
    startDate: field('date', words('Start', 'Beginn', 'Začátek'), { sortable: true }),
    endDate: field('date', words('End', 'Ende', 'Konec'), { sortable: true }),
    timeZone: field('text', words('Time zone', 'Zeitzone', 'Časové pásmo'), {
      required: true,
      maxLength: 64,
      default: 'Europe/Berlin'
    }),
    budget: field('money', words('Budget', 'Budget', 'Rozpočet'), { decimals: 2, min: 0 }),
    description
  },
  links: {
    contacts: {
      label: words('Contacts', 'Kontakte', 'Kontakty'),
      to: 'Contact',
      table: 'crm_project_contact',
      near: 'project_id',
      far: 'contact_id',
      back: { name: 'projects', label: projects.label }
    }
  },
  related: [
    'contacts',
    'tasks',
    'calls',
    'appointments',
    'notes',
    'emails',
    'folders',
    'documents',
    'quotes',
    'orders',
    'contracts',
    'cases'
  ],
  layouts: {
    list: ['name', 'account', 'status', 'progress', 'startDate', 'endDate'],
    detail: [
      section.overview('name', 'account', 'status', 'progress', 'assignedUser'),
      {
        label: words('Schedule and budget', 'Zeitplan und Budget', 'Harmonogram a rozpočet'),
        fields: ['startDate', 'endDate', 'timeZone', 'budget']
      },
      section.details('description')
    ]
  }
}

const task: ModuleDefinition = {
  name: 'Task',
  label: words('Task', 'Aufgabe', 'Úkol'),
  plural: tasks,
  icon: 'square-check',
  title: 'subject',
  hasFeed: true,
  parents: activityParents,
  fields: {
    subject,
    status: choice(
      statusLabel,
      [
        ['Open', words('Open', 'Offen', 'Otevřený'), 'info'],
        ['Started', words('Started', 'Begonnen', 'Zahájený'), 'warn'],
        ['Done', words('Done', 'Erledigt', 'Hotový'), 'good']
      ],
      'Open'
    ),
    dueDate: field('date', words('Due date', 'Fällig am', 'Termín'), { sortable: true }),
    ...activity({ name: 'tasks', label: tasks })
  },
  layouts: {
    list: ['subject', 'status', 'dueDate', 'project', 'assignedUser'],
    detail: [
      section.overview('subject', 'status', 'dueDate', 'spentMinutes', 'assignedUser'),
      section.relations('project'),
      section.details('description')
    ]
  }
}

const call: ModuleDefinition = {
  name: 'Call',
  label: words('Call', 'Anruf', 'Hovor'),
  plural: calls,
  icon: 'phone',
  title: 'subject',
  hasFeed: true,
  parents: activityParents,
  fields: {
    subject,
    direction: choice(words('Direction', 'Richtung', 'Směr'), [
      ['Inbound', words('Incoming', 'Eingehend', 'Příchozí')],
      ['Outbound', words('Outgoing', 'Ausgehend', 'Odchozí')]
    ]),
    status: choice(
      statusLabel,
      [
        ['Planned', words('Planned', 'Geplant', 'Plánovaný'), 'info'],
        ['Held', words('Held', 'Geführt', 'Uskutečněný'), 'good'],
        ['Missed', words('Missed', 'Verpasst', 'Zmeškaný'), 'bad']
      ],
      'Planned'
    ),
    startsAt,
    ...activity({ name: 'calls', label: calls })
  },
  layouts: {
    list: ['subject', 'direction', 'status', 'startsAt', 'project', 'assignedUser'],
    detail: [
      section.overview('subject', 'direction', 'status', 'startsAt', 'spentMinutes', 'assignedUser'),
      section.relations('project'),
      section.details('description')
    ]
  }
}

const appointment: ModuleDefinition = {
  name: 'Appointment',
  label: words('Appointment', 'Termin', 'Schůzka'),
  plural: appointments,
  icon: 'calendar',
  title: 'subject',
  hasFeed: true,
  parents: activityParents,
  fields: {
    subject,
    status: choice(
      statusLabel,
      [
        ['Planned', words('Planned', 'Geplant', 'Plánovaná'), 'info'],
        ['Held', words('Held', 'Stattgefunden', 'Uskutečněná'), 'good'],
        ['Cancelled', words('Cancelled', 'Abgesagt', 'Zrušená'), 'bad']
      ],
      'Planned'
    ),
    startsAt,
    endsAt: field('datetime', words('Ends', 'Ende', 'Konec'), { required: true, notBefore: 'startsAt' }),
    place: field('text', words('Place', 'Ort', 'Místo'), { maxLength: 200 }),
    ...activity({ name: 'appointments', label: appointments })
  },
  layouts: {
    list: ['subject', 'status', 'startsAt', 'place', 'project', 'assignedUser'],
    detail: [
      section.overview('subject', 'status', 'startsAt', 'endsAt', 'place', 'spentMinutes', 'assignedUser'),
      section.relations('project'),
      section.details('description')
    ]
  }
}

const projectNote: ModuleDefinition = {
  name: 'ProjectNote',
  label: words('Project note', 'Projektnotiz', 'Poznámka k projektu'),
  plural: projectNotes.label,
  icon: 'sticky-note',
  title: 'subject',
  hasFeed: true,
  parents: activityParents,
  fields: {
    subject,
    text: field('longText', words('Text', 'Text', 'Text')),
    project: reference(projectLabel, 'Project', projectNotes)
  },
  layouts: {
    list: ['subject', 'project', 'modifiedAt', 'assignedUser'],
    detail: [section.overview('subject', 'project', 'assignedUser'), section.details('text')]
  }
}

const email: ModuleDefinition = {
  name: 'Email',
  label: words('E-mail', 'E-Mail', 'E-mail'),
  plural: emails,
  icon: 'mail',
  title: 'subject',
  parents: activityParents,
  fields: {
    subject,
    fromAddress: field('email', words('From', 'Von', 'Od'), { maxLength: 254 }),
    toAddresses: field('text', words('To', 'An', 'Komu'), { maxLength: 1000 }),
    status: choice(
      statusLabel,
      [
        ['Draft', words('Draft', 'Entwurf', 'Koncept')],
        ['Sent', words('Sent', 'Gesendet', 'Odeslaný'), 'good'],
        ['Received', words('Received', 'Empfangen', 'Přijatý'), 'info']
      ],
      'Draft'
    ),
    sentAt: field('datetime', words('Sent at', 'Gesendet am', 'Odesláno'), { sortable: true }),
    project: reference(projectLabel, 'Project', { name: 'emails', label: emails }),
    body: field('longText', words('Text', 'Text', 'Text'))
  },
  layouts: {
    list: ['subject', 'fromAddress', 'toAddresses', 'status', 'sentAt'],
    detail: [
      section.overview('subject', 'fromAddress', 'toAddresses', 'status', 'sentAt', 'project', 'assignedUser'),
      section.details('body')
    ]
  }
}

const folder: ModuleDefinition = {
  name: 'Folder',
  label: words('Folder', 'Ordner', 'Složka'),
  plural: folders.label,
  icon: 'folder',
  within: 'parentFolder',
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    parentFolder: reference(words('In folder', 'In Ordner', 'Ve složce'), 'Folder', folders),
    project: reference(projectLabel, 'Project', folders)
  },
  layouts: {
    list: ['name', 'parentFolder', 'project'],
    detail: [section.overview('name', 'parentFolder', 'project', 'assignedUser')]
  }
}

const document: ModuleDefinition = {
  name: 'Document',
  label: words('Document', 'Dokument', 'Dokument'),
  plural: documents.label,
  icon: 'file',
  hasFeed: true,
  within: 'folder',
  parents: ['Task', 'Call', 'Appointment', 'ProjectNote', 'Quote', 'Order', 'Contract', 'Case'],
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    file: field('files', words('File', 'Datei', 'Soubor'), { max: 1 }),
    folder: reference(folder.label, 'Folder', documents),
    project: reference(projectLabel, 'Project', documents),
    account: reference(accountLabel, 'Account', documents),
    description
  },
  layouts: {
    list: ['name', 'folder', 'project', 'file', 'modifiedAt'],
    detail: [
      section.overview('name', 'file', 'assignedUser'),
      section.relations('folder', 'project', 'account'),
      section.details('description')
    ]
  }
}

export const projectModules: readonly ModuleDefinition[] = [
  project,
  task,
  call,
  appointment,
  projectNote,
  email,
  folder,
  document
]
