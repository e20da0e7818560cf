/** Helping customers: cases and the knowledge base. */
import type { ModuleDefinition } from '../definition.js'
import {
  accountLabel,
  autoNumber,
  choice,
  contactLabel,
  description,
  field,
  naming,
  projectLabel,
  reference,
  section,
  statusLabel,
  typeLabel,
  words
} from './fields.js'

const cases = { name: 'cases', label: words('Cases', 'Tickets', 'Případy') }

const supportCase: ModuleDefinition = {
  name: 'Case',
  label: words('Case', 'Ticket', 'Případ'),
  plural: cases.label,
  icon: 'life-buoy',
  title: 'subject',
  hasFeed: true,
  outside: { isInternal: 0 },
  fields: {
    number: autoNumber('C-'),
    subject: naming(words('Subject', 'Betreff', 'Předmět')),
    account: reference(accountLabel, 'Account', cases),
    contact: reference(contactLabel, 'Contact', cases),
    project: reference(projectLabel, 'Project', cases),
    status: choice(
      statusLabel,
      [
        ['New', words('New', 'Neu', 'Nový'), 'info'],
        ['Assigned', words('Assigned', 'Zugewiesen', 'Přiřazený'), 'info'],
        ['Pending', words('Pending', 'Wartet', 'Čeká'), 'warn'],
        ['Closed', words('Closed', 'Geschlossen', 'Uzavřený'), 'good']
      ],
      'New'
    ),
    priority: choice(
      words('Priority', 'Priorität', 'Priorita'),
      [
        ['Low', words('Low', 'Niedrig', 'Nízká')],
        ['Normal', words('Normal', 'Normal', 'Běžná')],
        ['High', words('High', 'Hoch', 'Vysoká'), 'warn'],
        ['Urgent', words('Urgent', 'Dringend', 'Naléhavá'), 'bad']
      ],
      'Normal'
    ),
    type: choice(typeLabel, [
      ['Question', words('Question', 'Frage', 'Dotaz')],
      ['Incident', words('Incident', 'Störung', 'Porucha')],
      ['Complaint', words('Complaint', 'Reklamation', 'Reklamace')]
    ]),
    dueDate: field('date', words('Due by', 'Fällig bis', 'Vyřešit do'), { sortable: true }),
    isInternal: field('boolean', words('Internal', 'Intern', 'Interní'), { default: false }),
    description,
    resolution: field('longText', words('Resolution', 'Lösung', 'Řešení'))
  },
  links: {
    contacts: {
      label: words('Contacts involved', 'Beteiligte Kontakte', 'Zapojené kontakty'),
      to: 'Contact',
      table: 'crm_case_contact',
      near: 'case_id',
      far: 'contact_id',
      back: { name: 'involvedCases', label: words('Cases involved in', 'Beteiligt an Tickets', 'Zapojení do případů') }
    }
  },
  layouts: {
    list: ['number', 'subject', 'account', 'status', 'priority', 'createdAt', 'assignedUser'],
    detail: [
      section.overview(
        'number',
        'subject',
        'status',
        'priority',
        'type',
        'dueDate',
        'isInternal',
        'assignedUser',
        'createdAt'
      ),
      section.relations('account', 'contact', 'project'),
      section.details('description', 'resolution')
    ]
  }
}

const article: ModuleDefinition = {
  name: 'KnowledgeArticle',
  label: words('Article', 'Artikel', 'Článek'),
  plural: words('Knowledge base', 'Wissensdatenbank', 'Znalostní báze'),
  icon: 'book-open',
  title: 'title',
  outside: { status: 'Published' },
  fields: {
    title: naming(words('Title', 'Titel', 'Název')),
    category: choice(words('Category', 'Kategorie', 'Kategorie'), [
      ['GettingStarted', words('Getting started', 'Erste Schritte', 'Začínáme')],
      ['Maintenance', words('Maintenance', 'Wartung', 'Údržba')],
      ['Troubleshooting', words('Troubleshooting', 'Fehlersuche', 'Řešení potíží')],
      ['Billing', words('Billing', 'Abrechnung', 'Fakturace')]
    ]),
    status: choice(
      statusLabel,
      [
        ['Draft', words('Draft', 'Entwurf', 'Koncept'), 'warn'],
        ['Published', words('Published', 'Veröffentlicht', 'Zveřejněný'), 'good'],
        ['Archived', words('Archived', 'Archiviert', 'Archivovaný')]
      ],
      'Draft'
    ),
    body: field('longText', words('Text', 'Text', 'Text'), { required: true, searchable: true })
  },
  layouts: {
    list: ['title', 'category', 'status', 'modifiedAt'],
    detail: [section.overview('title', 'category', 'status', 'assignedUser'), section.details('body')]
  }
}

export const supportModules: readonly ModuleDefinition[] = [supportCase, article]
