/** What belongs to a project, by kind, and how far each kind is open to external users: the table of modules of the source, as data (T06). */

/** Rights are given by kind. Projects themselves are always on. */
export const kinds = [
  'quotes',
  'calls',
  'tasks',
  'orders',
  'emails',
  'documents',
  'members',
  'notes',
  'appointments',
  'tickets',
  'contracts'
] as const
export type Kind = (typeof kinds)[number]

/** *yes*: the named columns in a list, of records he may read besides; nobody opens them. */
const papers = ['quotes', 'orders', 'tickets', 'contracts'] as const satisfies readonly Kind[]
/** *no*: those he is responsible for are his to open, change and make; *yes*: he reads all others of the project, too. */
export const activities = ['calls', 'tasks', 'appointments', 'notes'] as const satisfies readonly Kind[]
export type Activity = (typeof activities)[number]

export function isPaper(kind: Kind): boolean {
  return (papers as readonly Kind[]).includes(kind)
}

export function isActivity(kind: Kind): kind is Activity {
  return (activities as readonly Kind[]).includes(kind)
}

/** A column that the source names, with the names that CRMs have for the fields in it; the first of them that there is counts.
 *  An address stands in several fields: all that there are. */
export interface Column {
  readonly id: string
  readonly fields: readonly string[]
  readonly takesAll?: boolean
}

const contact: Column = { id: 'contact', fields: ['contact', 'billingContact'] }
const subject: Column = { id: 'subject', fields: ['subject', 'name'] }
const status: Column = { id: 'status', fields: ['status'] }
const type: Column = { id: 'type', fields: ['type'] }

/** All that is ever shown of these kinds, in the order of the source. */
export const headerColumns: Partial<Readonly<Record<Kind, readonly Column[]>>> = {
  quotes: [
    { id: 'number', fields: ['number', 'numberA', 'quoteNumber'] },
    { id: 'date', fields: ['date', 'dateQuoted'] },
    { id: 'validUntil', fields: ['validUntil', 'dateValidUntil'] },
    contact,
    subject,
    { id: 'amount', fields: ['amount', 'grandTotalAmount'] },
    { id: 'recurringAmount', fields: ['recurringAmount'] },
    type,
    status
  ],
  orders: [
    { id: 'number', fields: ['number', 'numberA', 'orderNumber'] },
    { id: 'begin', fields: ['startDate', 'date', 'dateOrdered'] },
    { id: 'due', fields: ['dueDate', 'deliveryDate', 'dateDue'] },
    contact,
    subject,
    { id: 'volume', fields: ['amount', 'grandTotalAmount'] },
    { id: 'progress', fields: ['progress', 'status'] }
  ],
  tickets: [
    { id: 'number', fields: ['number'] },
    { id: 'dueBy', fields: ['dueDate', 'dateDue', 'dateEnd'] },
    subject,
    { id: 'responsible', fields: ['assignedUser'] },
    status,
    { id: 'priority', fields: ['priority'] }
  ],
  contracts: [
    { id: 'number', fields: ['number', 'numberA'] },
    { id: 'concluded', fields: ['concludedOn', 'signedOn', 'startDate', 'dateStart'] },
    contact,
    subject,
    { id: 'oneTimePayment', fields: ['oneTimeAmount', 'oneTimePayment'] },
    { id: 'recurringPayment', fields: ['recurringAmount', 'recurringPayment', 'amount'] },
    type,
    { id: 'cancelled', fields: ['cancelledOn', 'isCancelled', 'cancelled'] },
    { id: 'due', fields: ['dueDate', 'endDate', 'dateEnd'] }
  ],
  members: [
    { id: 'contact', fields: ['name'] },
    { id: 'category', fields: ['category', 'accountType', 'accountRole', 'title'] },
    { id: 'email', fields: ['email', 'emailAddress'] },
    { id: 'phone', fields: ['phone', 'phoneNumber'] },
    { id: 'mobile', fields: ['mobile', 'phoneNumberMobile'] },
    { id: 'fax', fields: ['fax', 'phoneNumberFax'] },
    {
      id: 'address',
      takesAll: true,
      fields: [
        'street',
        'postalCode',
        'city',
        'country',
        'addressStreet',
        'addressPostalCode',
        'addressCity',
        'addressCountry'
      ]
    }
  ]
}

/** What CRMs call the modules of each kind; the first that there is, is proposed. */
export const usualModules: Readonly<Record<Kind, readonly string[]>> = {
  quotes: ['Quote', 'CQuote'],
  orders: ['Order', 'SalesOrder', 'COrder'],
  tickets: ['Case'],
  contracts: ['Contract', 'CContract'],
  calls: ['Call'],
  tasks: ['Task'],
  appointments: ['Appointment', 'Meeting'],
  notes: ['ProjectNote', 'PorticoNote'],
  emails: ['Email'],
  documents: ['Document'],
  members: ['Contact']
}
