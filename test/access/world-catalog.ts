/** The small CRM these tests speak of: modules, fields and links of every kind the catalog knows, with hostile names. */
import type { Catalog, ColumnIs, Field, FieldType, Link, LinkStorage, Module, Storage } from '../../src/host/catalog.js'

const live: ColumnIs = { column: 'deleted', is: 0 }
const attachment = { id: 'id', name: 'name', type: 'type', size: 'size' } as const

/** One file, named by a column of the record. */
const signedContract: Storage = {
  kind: 'files',
  from: 'attachment',
  columns: attachment,
  key: 'id',
  near: 'contract_id',
  where: [{ column: 'deleted', is: 0 }],
  order: 'created_at'
}

export const catalog: Catalog = { stamp: 'world', modules: byName(allModules()) }

function allModules(): Module[] {
  return [accounts(), contacts(), cases(), tasks(), products(), quotes(), quoteItems(), users()]
}

function accounts(): Module {
  return module('Account', 'account', {
    fields: [
      text('name', { required: true, searchable: true, sortable: true }),
      text('code'),
      field('type', 'option', { sortable: true, options: ['Customer', 'Partner', 'partner'].map(option) }),
      field('employees', 'integer', { sortable: true }),
      field('revenue', 'money', { decimals: 2 }),
      field('isVip', 'boolean', { required: true, default: false }),
      emailOf('Account'),
      reference('parentAccount'),
      ...standard({ createdAtRequired: true })
    ],
    links: [
      toOne('parentAccount', 'Account'),
      toOne('assignedUser', 'User'),
      reverse('subsidiaries', 'Account', 'parent_account_id'),
      reverse('contacts', 'Contact', 'account_id'),
      reverse('cases', 'Case', 'account_id'),
      reverse('quotes', 'Quote', 'account_id'),
      reverse('tasks', 'Task', 'parent_id', { column: 'parent_type', is: 'Account' })
    ],
    ownerGroups: { kind: 'column', column: 'owner_group_id' },
    list: ['name', 'type', 'employees']
  })
}

function contacts(): Module {
  return module('Contact', 'contact', {
    fields: [
      field('name', 'text', {
        readOnly: true,
        searchable: true,
        sortable: true,
        storage: { kind: 'joined', columns: ['first_name', 'middle_name', 'last_name'], order: 'last_name' }
      }),
      text('firstName'),
      text('middleName'),
      text('lastName', { required: true }),
      emailOf('Contact'),
      field('birthday', 'date', { sortable: true }),
      field('interests', 'options', { options: ['red', 'Red', 'blue', 'dark red', 'a"b'].map(option) }),
      reference('account'),
      ...standard({ createdAtRequired: true })
    ],
    links: [
      toOne('account', 'Account'),
      toOne('assignedUser', 'User'),
      reverse('ownCases', 'Case', 'contact_id'),
      table('cases', 'Case', { near: 'contact_id', far: 'case_id' })
    ],
    list: ['name', 'account', 'email']
  })
}

function cases(): Module {
  return module('Case', 'case', {
    fields: [
      field('number', 'integer', { sortable: true }),
      text('name', { required: true, searchable: true, sortable: true }),
      field('status', 'option', { sortable: true, options: ['New', 'new', 'Open', 'Closed'].map(option) }),
      field('hours', 'number', { decimals: 4, sortable: true }),
      field('amount', 'money', { decimals: 2, sortable: true }),
      field('isInternal', 'boolean', { required: true, default: false }),
      field('dueDate', 'date', { sortable: true }),
      field('closedAt', 'datetime', { sortable: true }),
      field('tags', 'options', { options: ['red', 'Red', 'blue', 'dark red', 'a"b'].map(option) }),
      field('description', 'longText', { searchable: true }),
      reference('account', { sortable: true }),
      reference('contact'),
      ...standard({ createdAtRequired: false })
    ],
    links: [
      toOne('account', 'Account'),
      toOne('contact', 'Contact'),
      toOne('assignedUser', 'User'),
      table('contacts', 'Contact', { near: 'case_id', far: 'contact_id' }),
      reverse('tasks', 'Task', 'parent_id', { column: 'parent_type', is: 'Case' })
    ],
    outside: [{ column: 'is_internal', is: 0 }],
    ownerGroups: {
      kind: 'table',
      table: 'entity_group',
      near: 'entity_id',
      far: 'group_id',
      live,
      only: [{ column: 'entity_type', is: 'Case' }]
    },
    list: ['number', 'name', 'status', 'account', 'contact', 'createdAt']
  })
}

/** A task's parent is a case or an account, told apart by a second column. */
function tasks(): Module {
  const parent = { kind: 'column', column: 'parent_id' } as const
  return module('Task', 'task', {
    fields: [
      text('name', { required: true, searchable: true, sortable: true }),
      field('done', 'boolean', { required: true, default: false, sortable: true }),
      field('startsAt', 'datetime', { sortable: true }),
      reference('parentCase', { storage: parent }),
      reference('parentAccount', { storage: parent }),
      ...standard({ createdAtRequired: true })
    ],
    links: [
      link('parentCase', 'Case', 'one', { ...parent, only: { column: 'parent_type', is: 'Case' } }),
      link('parentAccount', 'Account', 'one', { ...parent, only: { column: 'parent_type', is: 'Account' } }),
      toOne('assignedUser', 'User')
    ],
    list: ['name', 'done', 'parentCase', 'parentAccount']
  })
}

function products(): Module {
  return module('Product', 'product', {
    fields: [
      text('name', { required: true, searchable: true, sortable: true }),
      field('unitPrice', 'money', { decimals: 2, sortable: true }),
      ...standard({ createdAtRequired: true })
    ],
    links: [toOne('assignedUser', 'User')],
    live: undefined,
    list: ['name', 'unitPrice']
  })
}

function quotes(): Module {
  return module('Quote', 'quote', {
    fields: [
      text('name', { required: true, sortable: true }),
      reference('account'),
      field('total', 'money', { decimals: 2, sortable: true, currency: 'totalCurrency' }),
      field('totalCurrency', 'option', { options: ['EUR', 'USD', 'CZK'].map(option) }),
      field('discount', 'money', { decimals: 2, currency: 'gone' }),
      field('terms', 'richText', { searchable: true, sortable: true }),
      field('papers', 'files', { storage: papersOf('Quote') }),
      field('contract', 'files', { storage: signedContract }),
      ...standard({ createdAtRequired: true })
    ],
    links: [toOne('account', 'Account'), toOne('assignedUser', 'User'), reverse('items', 'QuoteItem', 'quote_id')],
    list: ['name', 'account', 'total', 'terms', 'papers']
  })
}

function quoteItems(): Module {
  return module('QuoteItem', 'quote_item', {
    fields: [
      text('name', { required: true }),
      field('quantity', 'integer', {}),
      reference('quote'),
      reference('product'),
      ...standard({ createdAtRequired: true })
    ],
    links: [toOne('quote', 'Quote'), toOne('product', 'Product'), toOne('assignedUser', 'User')],
    partOf: { module: 'Quote', link: 'quote' },
    list: ['name', 'quantity', 'product']
  })
}

function users(): Module {
  return module('User', 'user', {
    fields: [
      text('name', { required: true }),
      field('createdAt', 'datetime', { required: true }),
      field('modifiedAt', 'datetime', {})
    ],
    links: [],
    owner: undefined,
    list: ['name']
  })
}

function standard({ createdAtRequired }: { createdAtRequired: boolean }): Field[] {
  return [
    reference('assignedUser'),
    field('createdAt', 'datetime', { required: createdAtRequired, readOnly: true, sortable: true }),
    field('modifiedAt', 'datetime', { readOnly: true })
  ]
}

type Parts = { fields: Field[]; links: Link[]; list: string[] } & Partial<
  Pick<Module, 'live' | 'outside' | 'partOf' | 'owner' | 'ownerGroups'>
>

function module(name: string, tableName: string, parts: Parts): Module {
  const section = { label: '', fields: parts.list }
  return {
    name,
    label: name,
    labelPlural: `${name}s`,
    icon: 'box',
    table: tableName,
    live: 'live' in parts ? parts.live : live,
    title: 'name',
    owner: 'owner' in parts ? parts.owner : 'assignedUser',
    ...(parts.ownerGroups && { ownerGroups: parts.ownerGroups }),
    createdAt: 'createdAt',
    modifiedAt: 'modifiedAt',
    fields: byName(parts.fields),
    links: byName(parts.links),
    layouts: [{ name: 'list', kind: 'list', label: name, sections: [section] }],
    outside: parts.outside ?? [],
    partOf: parts.partOf,
    hasFeed: true
  }
}

function field(name: string, type: FieldType, more: Partial<Field>): Field {
  return {
    name,
    label: name,
    type,
    storage: { kind: 'column', column: snake(name) },
    required: false,
    readOnly: false,
    options: [],
    maxLength: undefined,
    min: undefined,
    max: undefined,
    decimals: undefined,
    searchable: false,
    sortable: false,
    link: undefined,
    default: null,
    ...more
  }
}

function text(name: string, more: Partial<Field> = {}): Field {
  return field(name, 'text', { maxLength: 150, ...more })
}

function reference(name: string, more: Partial<Field> = {}): Field {
  return field(name, 'reference', { storage: { kind: 'column', column: `${snake(name)}_id` }, link: name, ...more })
}

/** Addresses are kept in a table of their own, for all modules together. */
function emailOf(moduleName: string): Field {
  const where = [
    { column: 'entity_type', is: moduleName },
    { column: 'is_primary', is: 1 },
    { column: 'deleted', is: 0 }
  ]
  const storage = { kind: 'side', from: 'email_address', key: 'entity_id', value: 'address', where } as const
  return field('email', 'email', { storage, readOnly: true, searchable: true })
}

/** Attachments name the record they belong to, its type, and the field they stand in. */
function papersOf(moduleName: string): Storage {
  const where = [
    { column: 'parent_type', is: moduleName },
    { column: 'field', is: 'papers' },
    { column: 'deleted', is: 0 }
  ]
  return { kind: 'files', from: 'attachment', columns: attachment, key: 'parent_id', where, order: 'created_at' }
}

function link(name: string, to: string, cardinality: Link['cardinality'], storage: LinkStorage): Link {
  return { name, label: name, to, cardinality, storage }
}

function toOne(name: string, to: string): Link {
  return link(name, to, 'one', { kind: 'column', column: `${snake(name)}_id`, only: undefined })
}

function reverse(name: string, to: string, column: string, only?: ColumnIs): Link {
  return link(name, to, 'many', { kind: 'reverse', column, only })
}

function table(name: string, to: string, ends: { near: string; far: string }): Link {
  return link(name, to, 'many', { kind: 'table', table: 'case_contact', ...ends, live, only: [] })
}

function option(value: string): Field['options'][number] {
  return { value, label: value, tone: 'neutral' }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.name, item]))
}
