/** Papers with line items: quotes, orders, invoices. */
import type { FieldDefinition, ModuleDefinition, Words } from '../definition.js'
import {
  accountLabel,
  autoNumber,
  choice,
  contactLabel,
  description,
  field,
  money,
  naming,
  projectLabel,
  reference,
  section,
  statusLabel,
  typeLabel,
  words
} from './fields.js'

const quotes = { name: 'quotes', label: words('Quotes', 'Angebote', 'Nabídky') }
const orders = { name: 'orders', label: words('Orders', 'Aufträge', 'Objednávky') }
const invoices = { name: 'invoices', label: words('Invoices', 'Rechnungen', 'Faktury') }
const items = { name: 'items', label: words('Items', 'Positionen', 'Položky') }
const total = words('Total', 'Gesamtbetrag', 'Celkem')
const dateLabel = words('Date', 'Datum', 'Datum')

type Back = typeof quotes

/** What quotes, orders and invoices have alike. */
function paper(prefix: string, back: Back): Record<string, FieldDefinition> {
  return {
    number: autoNumber(prefix),
    subject: naming(words('Subject', 'Betreff', 'Předmět')),
    account: reference(accountLabel, 'Account', back),
    contact: reference(contactLabel, 'Contact', back),
    deal: reference(words('Deal', 'Verkaufschance', 'Obchod'), 'Deal', back),
    project: reference(projectLabel, 'Project', back),
    date: field('date', dateLabel, { sortable: true }),
    amount: money(total, { readOnly: true, sortable: true }),
    description
  }
}

function layouts(own: readonly string[], belongsTo: readonly string[]): ModuleDefinition['layouts'] {
  return {
    list: ['number', 'subject', 'account', 'status', 'date', 'amount'],
    detail: [
      section.overview('number', 'subject', 'status', 'date', ...own, 'amount', 'assignedUser'),
      section.relations(...belongsTo),
      section.details('description')
    ]
  }
}

function itemsOf(module: string, label: Words, plural: Words, parent: Words): ModuleDefinition {
  const link = module.toLowerCase()
  return {
    name: `${module}Item`,
    label,
    plural,
    icon: 'list',
    title: 'description',
    partOf: { module, link },
    fields: {
      [link]: reference(parent, module, items, { required: true }),
      position: field('integer', words('Position', 'Position', 'Pořadí'), { default: 0, min: 0, sortable: true }),
      product: reference(words('Product', 'Produkt', 'Produkt'), 'Product'),
      description: field('text', words('Description', 'Beschreibung', 'Popis'), { required: true, maxLength: 200 }),
      quantity: field('number', words('Quantity', 'Menge', 'Množství'), {
        required: true,
        decimals: 2,
        min: 0,
        default: 1
      }),
      unitPrice: money(words('Unit price', 'Stückpreis', 'Jednotková cena'), { required: true, default: 0 }),
      amount: money(words('Amount', 'Betrag', 'Částka'), { readOnly: true })
    },
    layouts: {
      list: ['product', 'description', 'quantity', 'unitPrice', 'amount'],
      detail: [section.overview(link, 'product', 'description', 'quantity', 'unitPrice', 'amount')]
    }
  }
}

const quote: ModuleDefinition = {
  name: 'Quote',
  label: words('Quote', 'Angebot', 'Nabídka'),
  plural: quotes.label,
  icon: 'file-text',
  title: 'subject',
  hasFeed: true,
  fields: {
    ...paper('Q-', quotes),
    status: choice(
      statusLabel,
      [
        ['Draft', words('Draft', 'Entwurf', 'Koncept')],
        ['Sent', words('Sent', 'Versendet', 'Odesláno'), 'info'],
        ['Accepted', words('Accepted', 'Angenommen', 'Přijato'), 'good'],
        ['Declined', words('Declined', 'Abgelehnt', 'Odmítnuto'), 'bad']
      ],
      'Draft'
    ),
    type: choice(typeLabel, [
      ['Installation', words('New installation', 'Neuanlage', 'Nová instalace')],
      ['Retrofit', words('Retrofit', 'Umbau', 'Přestavba')],
      ['Maintenance', words('Maintenance', 'Wartung', 'Údržba')],
      ['Parts', words('Spare parts', 'Ersatzteile', 'Náhradní díly')]
    ]),
    validUntil: field('date', words('Valid until', 'Gültig bis', 'Platí do'), { sortable: true }),
    recurringAmount: money(words('Yearly amount', 'Jahresbetrag', 'Roční částka'), { min: 0 })
  },
  layouts: layouts(['validUntil', 'type', 'recurringAmount'], ['account', 'contact', 'deal', 'project'])
}

const order: ModuleDefinition = {
  name: 'Order',
  label: words('Order', 'Auftrag', 'Objednávka'),
  plural: orders.label,
  icon: 'shopping-cart',
  title: 'subject',
  hasFeed: true,
  fields: {
    ...paper('O-', orders),
    quote: reference(words('Quote', 'Angebot', 'Nabídka'), 'Quote', orders),
    status: choice(
      statusLabel,
      [
        ['New', words('New', 'Neu', 'Nová'), 'info'],
        ['Confirmed', words('Confirmed', 'Bestätigt', 'Potvrzená'), 'info'],
        ['Delivered', words('Delivered', 'Geliefert', 'Dodaná'), 'good'],
        ['Cancelled', words('Cancelled', 'Storniert', 'Zrušená'), 'bad']
      ],
      'New'
    ),
    startDate: field('date', words('Work begins', 'Beginn der Arbeiten', 'Začátek prací')),
    deliveryDate: field('date', words('Delivery date', 'Liefertermin', 'Termín dodání'), { sortable: true })
  },
  layouts: layouts(['startDate', 'deliveryDate'], ['account', 'contact', 'deal', 'quote', 'project'])
}

const invoice: ModuleDefinition = {
  name: 'Invoice',
  label: words('Invoice', 'Rechnung', 'Faktura'),
  plural: invoices.label,
  icon: 'receipt',
  title: 'subject',
  hasFeed: true,
  fields: {
    ...paper('I-', invoices),
    order: reference(words('Order', 'Auftrag', 'Objednávka'), 'Order', invoices),
    status: choice(
      statusLabel,
      [
        ['Draft', words('Draft', 'Entwurf', 'Koncept')],
        ['Sent', words('Sent', 'Versendet', 'Odeslaná'), 'info'],
        ['Paid', words('Paid', 'Bezahlt', 'Zaplacená'), 'good'],
        ['Overdue', words('Overdue', 'Überfällig', 'Po splatnosti'), 'bad'],
        ['Cancelled', words('Cancelled', 'Storniert', 'Stornovaná'), 'warn']
      ],
      'Draft'
    ),
    dueDate: field('date', words('Due date', 'Fällig am', 'Splatnost'), { sortable: true })
  },
  layouts: layouts(['dueDate'], ['account', 'contact', 'deal', 'order', 'project'])
}

export const inventoryModules: readonly ModuleDefinition[] = [
  quote,
  itemsOf(
    'Quote',
    words('Quote item', 'Angebotsposition', 'Položka nabídky'),
    words('Quote items', 'Angebotspositionen', 'Položky nabídky'),
    quote.label
  ),
  order,
  itemsOf(
    'Order',
    words('Order item', 'Auftragsposition', 'Položka objednávky'),
    words('Order items', 'Auftragspositionen', 'Položky objednávky'),
    order.label
  ),
  invoice,
  itemsOf(
    'Invoice',
    words('Invoice item', 'Rechnungsposition', 'Položka faktury'),
    words('Invoice items', 'Rechnungspositionen', 'Položky faktury'),
    invoice.label
  )
]
