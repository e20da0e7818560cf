/** A few modules for trying the embedded CRM's engine: one of each thing a definition can say. */
import type { FieldDefinition, ModuleDefinition, Words } from '../../src/host/embedded/definition.js'

const words = (en: string, de = `${en} (de)`, cs = `${en} (cs)`): Words => ({ en, de, cs })
const text = (label: string, more: Partial<FieldDefinition> = {}): FieldDefinition => ({
  label: words(label),
  type: 'text',
  ...more
})

const company: ModuleDefinition = {
  name: 'Company',
  label: words('Company', 'Firma', 'Firma'),
  plural: words('Companies', 'Firmen', 'Firmy'),
  icon: 'building-2',
  hasFeed: true,
  outside: { isHidden: 0 },
  fields: {
    name: text('Name', { required: true, maxLength: 60, searchable: true, sortable: true }),
    city: text('City', { searchable: true }),
    about: { label: words('About'), type: 'longText' },
    email: { label: words('E-mail'), type: 'email', searchable: true },
    phone: { label: words('Phone'), type: 'phone' },
    website: { label: words('Website'), type: 'url' },
    status: {
      label: words('Status'),
      type: 'option',
      required: true,
      default: 'New',
      options: [
        { value: 'New', label: words('New', 'Neu', 'Nová'), tone: 'info' },
        { value: 'Customer', label: words('Customer', 'Kunde', 'Zákazník'), tone: 'good' }
      ]
    },
    tags: {
      label: words('Tags'),
      type: 'options',
      options: ['Heating', 'Cooling', 'Air'].map((value) => ({ value, label: words(value) }))
    },
    employees: { label: words('Employees'), type: 'integer', min: 0, max: 1_000_000 },
    rating: { label: words('Rating'), type: 'number', decimals: 3 },
    turnover: { label: words('Turnover'), type: 'money', sortable: true },
    isHidden: { label: words('Hidden'), type: 'boolean' },
    founded: { label: words('Founded'), type: 'date', sortable: true },
    closed: { label: words('Closed'), type: 'date', notBefore: 'founded' },
    calledAt: { label: words('Called'), type: 'datetime' },
    secret: text('Secret', { readOnly: true }),
    logo: { label: words('Logo'), type: 'files', max: 1 },
    papers: { label: words('Papers'), type: 'files' },
    mother: {
      label: words('Mother company'),
      type: 'reference',
      to: 'Company',
      back: { name: 'daughters', label: words('Daughters') }
    }
  },
  links: {
    partners: {
      label: words('Partners'),
      to: 'Person',
      table: 'crm_company_person',
      near: 'company_id',
      far: 'person_id',
      back: { name: 'partnerOf', label: words('Partner of') }
    }
  },
  layouts: {
    list: ['name', 'status', 'city'],
    detail: [{ label: words('Overview'), fields: ['name', 'status', 'city', 'assignedUser'] }]
  }
}

const name: Record<string, FieldDefinition> = {
  name: {
    label: words('Name'),
    type: 'personName',
    parts: ['firstName', 'lastName'],
    searchable: true,
    sortable: true
  },
  firstName: text('First name', { maxLength: 100 }),
  lastName: text('Last name', { required: true, maxLength: 100 })
}

function person(
  of: Pick<ModuleDefinition, 'name' | 'label' | 'plural' | 'icon'>,
  fields: ModuleDefinition['fields']
): ModuleDefinition {
  const shown = ['firstName', 'lastName', 'email']
  return {
    ...of,
    hasFeed: true,
    fields: {
      ...name,
      email: { label: words('E-mail'), type: 'email' },
      phone: { label: words('Phone'), type: 'phone' },
      ...fields
    },
    layouts: { list: ['name', 'email'], detail: [{ label: words('Overview'), fields: shown }] }
  }
}

const contact = person(
  {
    name: 'Person',
    label: words('Person', 'Mensch', 'Člověk'),
    plural: words('People', 'Menschen', 'Lidé'),
    icon: 'user'
  },
  {
    company: {
      label: words('Company'),
      type: 'reference',
      to: 'Company',
      back: { name: 'people', label: words('People') }
    }
  }
)

const todo: ModuleDefinition = {
  name: 'Todo',
  label: words('To-do', 'Aufgabe', 'Úkol'),
  plural: words('To-dos', 'Aufgaben', 'Úkoly'),
  icon: 'square-check',
  title: 'subject',
  parents: ['Company', 'Person'],
  fields: {
    number: { label: words('Number'), type: 'autoNumber', prefix: 'T-', sortable: true },
    subject: text('Subject', { required: true })
  },
  layouts: { list: ['subject'], detail: [{ label: words('Overview'), fields: ['subject'] }] }
}

const price: FieldDefinition = { label: words('Unit price'), type: 'money' }

const product: ModuleDefinition = {
  name: 'Product',
  label: words('Product'),
  plural: words('Products'),
  icon: 'package',
  fields: { name: text('Name', { required: true, searchable: true }), unitPrice: price },
  layouts: { list: ['name'], detail: [{ label: words('Overview'), fields: ['name', 'unitPrice'] }] }
}

const bill: ModuleDefinition = {
  name: 'Bill',
  label: words('Bill'),
  plural: words('Bills'),
  icon: 'receipt',
  title: 'subject',
  hasFeed: true,
  fields: {
    subject: text('Subject', { required: true }),
    amount: { label: words('Amount'), type: 'money', readOnly: true, sortable: true },
    scan: { label: words('Scan'), type: 'files', max: 1 }
  },
  layouts: { list: ['subject', 'amount'], detail: [{ label: words('Overview'), fields: ['subject', 'amount'] }] }
}

const billItem: ModuleDefinition = {
  name: 'BillItem',
  label: words('Bill item'),
  plural: words('Bill items'),
  icon: 'list',
  title: 'description',
  partOf: { module: 'Bill', link: 'bill' },
  fields: {
    bill: {
      label: words('Bill'),
      type: 'reference',
      to: 'Bill',
      required: true,
      back: { name: 'items', label: words('Items') }
    },
    product: { label: words('Product'), type: 'reference', to: 'Product' },
    description: text('Description'),
    quantity: { label: words('Quantity'), type: 'number', default: 1 },
    unitPrice: { ...price, default: 0 },
    amount: { label: words('Amount'), type: 'money', readOnly: true },
    photo: { label: words('Photo'), type: 'files' }
  },
  layouts: {
    list: ['description', 'amount'],
    detail: [{ label: words('Overview'), fields: ['description', 'quantity', 'unitPrice'] }]
  }
}

/** Companies and people and what hangs on them; bills with items. */
export const testModules: readonly ModuleDefinition[] = [company, contact, todo, product, bill, billItem]
