/** Selling: deals, products, contracts. */
import type { ModuleDefinition } from '../definition.js'
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

const deals = { name: 'deals', label: words('Deals', 'Verkaufschancen', 'Obchody') }
const contracts = { name: 'contracts', label: words('Contracts', 'Verträge', 'Smlouvy') }
const products = { name: 'products', label: words('Products', 'Produkte', 'Produkty') }

const deal: ModuleDefinition = {
  name: 'Deal',
  label: words('Deal', 'Verkaufschance', 'Obchod'),
  plural: deals.label,
  icon: 'handshake',
  hasFeed: true,
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    account: reference(accountLabel, 'Account', deals),
    contact: reference(contactLabel, 'Contact', deals),
    stage: choice(
      words('Stage', 'Phase', 'Fáze'),
      [
        ['Prospecting', words('Prospecting', 'Anbahnung', 'Oslovení')],
        ['Qualification', words('Qualification', 'Qualifizierung', 'Kvalifikace'), 'info'],
        ['Proposal', words('Proposal', 'Angebot', 'Nabídka'), 'info'],
        ['Negotiation', words('Negotiation', 'Verhandlung', 'Vyjednávání'), 'warn'],
        ['Won', words('Won', 'Gewonnen', 'Získáno'), 'good'],
        ['Lost', words('Lost', 'Verloren', 'Ztraceno'), 'bad']
      ],
      'Prospecting'
    ),
    amount: money(words('Amount', 'Betrag', 'Částka'), { sortable: true, min: 0 }),
    probability: field('integer', words('Probability (%)', 'Wahrscheinlichkeit (%)', 'Pravděpodobnost (%)'), {
      min: 0,
      max: 100
    }),
    closeDate: field('date', words('Expected close', 'Erwarteter Abschluss', 'Očekávané uzavření'), { sortable: true }),
    description
  },
  layouts: {
    list: ['name', 'account', 'stage', 'amount', 'closeDate', 'assignedUser'],
    detail: [
      section.overview('name', 'account', 'contact', 'stage', 'amount', 'probability', 'closeDate', 'assignedUser'),
      section.details('description')
    ]
  }
}

const product: ModuleDefinition = {
  name: 'Product',
  label: words('Product', 'Produkt', 'Produkt'),
  plural: products.label,
  icon: 'package',
  fields: {
    name: naming(words('Name', 'Name', 'Název')),
    code: field('text', words('Code', 'Artikelnummer', 'Kód'), { maxLength: 40, searchable: true, sortable: true }),
    unitPrice: money(words('Unit price', 'Stückpreis', 'Jednotková cena'), { sortable: true, min: 0 }),
    vendor: reference(words('Vendor', 'Lieferant', 'Dodavatel'), 'Vendor', products),
    active: field('boolean', words('Active', 'Aktiv', 'Aktivní'), { default: true }),
    description
  },
  layouts: {
    list: ['name', 'code', 'unitPrice', 'active'],
    detail: [
      section.overview('name', 'code', 'unitPrice', 'vendor', 'active', 'assignedUser'),
      section.details('description')
    ]
  }
}

const contract: ModuleDefinition = {
  name: 'Contract',
  label: words('Contract', 'Vertrag', 'Smlouva'),
  plural: contracts.label,
  icon: 'file-signature',
  title: 'subject',
  hasFeed: true,
  fields: {
    number: autoNumber('K-'),
    subject: naming(words('Subject', 'Betreff', 'Předmět')),
    account: reference(accountLabel, 'Account', contracts),
    contact: reference(contactLabel, 'Contact', contracts),
    project: reference(projectLabel, 'Project', contracts),
    status: choice(
      statusLabel,
      [
        ['Draft', words('Draft', 'Entwurf', 'Koncept')],
        ['Active', words('Active', 'Aktiv', 'Platná'), 'good'],
        ['Ended', words('Ended', 'Beendet', 'Ukončená'), 'warn'],
        ['Cancelled', words('Cancelled', 'Gekündigt', 'Vypovězená'), 'bad']
      ],
      'Draft'
    ),
    type: choice(typeLabel, [
      ['Maintenance', words('Maintenance', 'Wartung', 'Údržba')],
      ['Energy', words('Energy supply', 'Energielieferung', 'Dodávka energie')],
      ['Framework', words('Framework agreement', 'Rahmenvertrag', 'Rámcová smlouva')],
      ['Work', words('Work and services', 'Werkvertrag', 'Smlouva o dílo')]
    ]),
    concludedOn: field('date', words('Concluded on', 'Abgeschlossen am', 'Uzavřeno dne')),
    startDate: field('date', words('Start', 'Beginn', 'Začátek'), { sortable: true }),
    endDate: field('date', words('End', 'Ende', 'Konec'), { sortable: true }),
    cancelledOn: field('date', words('Cancelled on', 'Gekündigt am', 'Vypovězeno dne')),
    dueDate: field('date', words('Payment due', 'Zahlung fällig am', 'Splatnost platby')),
    oneTimeAmount: money(words('One-time amount', 'Einmalzahlung', 'Jednorázová platba'), { min: 0 }),
    amount: money(words('Yearly amount', 'Jahresbetrag', 'Roční částka'), { min: 0 }),
    description
  },
  layouts: {
    list: ['number', 'subject', 'account', 'status', 'startDate', 'endDate'],
    detail: [
      section.overview('number', 'subject', 'type', 'status', 'amount', 'oneTimeAmount', 'dueDate', 'assignedUser'),
      {
        label: words('Term', 'Laufzeit', 'Doba trvání'),
        fields: ['concludedOn', 'startDate', 'endDate', 'cancelledOn']
      },
      section.relations('account', 'contact', 'project'),
      section.details('description')
    ]
  }
}

export const salesModules: readonly ModuleDefinition[] = [deal, product, contract]
