/** A handful of EspoCRM's modules with tables as EspoCRM names them, for tests of writing: what is checked by SQL is really there. */
import type { Knex } from 'knex'
import { pino } from 'pino'
import type { Catalog, ColumnIs, Field, FieldType, Link, Module } from '../../src/host/catalog.js'
import { createAuthors } from '../../src/host/espocrm/authors.js'
import type { Espo } from '../../src/host/espocrm/espo.js'
import { createRest } from '../../src/host/espocrm/rest.js'
import { createSaving, type Saving } from '../../src/host/espocrm/saving.js'
import type { FakeEspo } from './fake-espo.js'

const deleted: ColumnIs = { column: 'deleted', is: 0 }

function field(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return {
    name,
    label: name,
    type,
    storage: { kind: 'column', column: type === 'reference' ? `${column}_id` : column },
    required: false,
    readOnly: false,
    options: [],
    maxLength: undefined,
    min: undefined,
    max: undefined,
    decimals: undefined,
    searchable: false,
    sortable: false,
    link: type === 'reference' ? name : undefined,
    default: null,
    ...more
  }
}

function options(...values: string[]): Pick<Field, 'options'> {
  return { options: values.map((value) => ({ value, label: value, tone: 'neutral' })) }
}

function one(name: string, to: string, column = `${name}_id`, only?: ColumnIs): Link {
  return { name, label: name, to, cardinality: 'one', storage: { kind: 'column', column, only } }
}

function back(name: string, to: string, column: string, only?: ColumnIs): Link {
  return { name, label: name, to, cardinality: 'many', storage: { kind: 'reverse', column, only } }
}

function many(name: string, to: string, [near, far]: readonly [string, string]): Link {
  const table = 'case_contact'
  return {
    name,
    label: name,
    to,
    cardinality: 'many',
    storage: { kind: 'table', table, near, far, live: deleted, only: [] }
  }
}

function module(name: string, fields: readonly Field[], links: readonly Link[] = []): Module {
  return {
    name,
    label: name,
    labelPlural: name,
    icon: 'box',
    table: name.toLowerCase(),
    live: deleted,
    title: 'name',
    owner: undefined,
    createdAt: 'createdAt',
    modifiedAt: 'modifiedAt',
    fields: new Map(fields.map((each) => [each.name, each])),
    links: new Map(links.map((each) => [each.name, each])),
    layouts: [],
    outside: [],
    partOf: undefined,
    hasFeed: true
  }
}

const name = field('name', 'text', { required: true, maxLength: 249 })
const accountParent: ColumnIs = { column: 'parent_type', is: 'Account' }
const contactParent: ColumnIs = { column: 'parent_type', is: 'Contact' }
const parentShown = (link: string): Field =>
  field(link, 'reference', { storage: { kind: 'column', column: 'parent_id' }, link, readOnly: true })

const modules: readonly Module[] = [
  module(
    'Account',
    [name, field('website', 'url')],
    [back('cases', 'Case', 'account_id'), back('tasks', 'Task', 'parent_id', accountParent)]
  ),
  module(
    'Contact',
    [
      field('name', 'text', {
        storage: { kind: 'joined', columns: ['first_name', 'last_name'], order: 'last_name' },
        required: true,
        readOnly: true
      }),
      field('firstName', 'text'),
      field('lastName', 'text', { required: true, maxLength: 100 }),
      field('emailAddress', 'email', {
        storage: { kind: 'side', from: 'entity_email_address', key: 'entity_id', value: 'name', where: [] }
      }),
      field('phoneNumber', 'phone'),
      field('account', 'reference')
    ],
    [one('account', 'Account'), many('cases', 'Case', ['contact_id', 'case_id'])]
  ),
  module(
    'Case',
    [
      name,
      field('number', 'integer', { readOnly: true }),
      field('status', 'option', { required: true, default: 'New', ...options('New', 'Closed') }),
      field('type', 'option', options('Question', 'Problem')),
      field('tags', 'options', options('Air', 'Heating')),
      field('description', 'longText', { maxLength: 1000 }),
      field('body', 'richText'),
      field('attachments', 'files', {
        storage: {
          kind: 'files',
          from: 'attachment',
          columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
          key: 'parent_id',
          where: [],
          order: 'id'
        }
      }),
      field('hours', 'integer', { min: 0, max: 100 }),
      field('rating', 'number'),
      field('cost', 'money', { currency: 'costCurrency' }),
      field('costCurrency', 'option', { default: 'EUR', ...options('EUR', 'CZK') }),
      field('dueOn', 'date'),
      field('visitAt', 'datetime'),
      field('isInternal', 'boolean'),
      field('account', 'reference'),
      field('contact', 'reference'),
      field('assignedUser', 'reference')
    ],
    [
      one('account', 'Account'),
      one('contact', 'Contact'),
      one('assignedUser', 'User', 'assigned_user_id'),
      many('contacts', 'Contact', ['case_id', 'contact_id']),
      back('visits', 'Visit', 'case_id')
    ]
  ),
  module(
    'Task',
    [
      name,
      field('parentType', 'option', options('Account', 'Contact')),
      field('parentId', 'text', { maxLength: 24 }),
      parentShown('parentAccount'),
      parentShown('parentContact')
    ],
    [
      one('parentAccount', 'Account', 'parent_id', accountParent),
      one('parentContact', 'Contact', 'parent_id', contactParent)
    ]
  ),
  module('Visit', [name, field('case', 'reference', { required: true })], [one('case', 'Case')]),
  module('User', [name])
]

const catalog: Catalog = { stamp: 'test', modules: new Map(modules.map((each) => [each.name, each])) }

/** Tables with the columns of the fields, ids in EspoCRM's own collation. */
export async function createTables(db: Knex): Promise<void> {
  for (const { table, fields, links } of modules) {
    const stored = [...fields.values()].flatMap(({ storage }) => (storage.kind === 'column' ? [storage.column] : []))
    const pointing = [...links.values()].flatMap(({ storage }) => (storage.kind === 'column' ? [storage.column] : []))
    await db.schema.createTable(table, (builder) => {
      builder.string('id', 17).primary()
      builder.boolean('deleted').notNullable().defaultTo(0)
      for (const column of new Set([...stored, ...pointing])) builder.string(column)
      if (table === 'user') for (const column of ['user_name', 'type']) builder.string(column)
    })
  }
}

export interface Written extends Saving {
  readonly espo: Espo
  /** Lets this much time pass. */
  pass(milliseconds: number): void
}

export function openSaving(db: Knex, fake: FakeEspo): Written {
  let time = Date.UTC(2026, 4, 4)
  const espo: Espo = {
    db,
    rest: createRest({ url: async () => fake.url, apiKey: async () => fake.key, patience: 2000 }),
    settings: () => Promise.reject(new Error('Saving asks for no settings.')),
    catalog: async () => catalog,
    log: pino({ level: 'silent' }),
    now: () => time
  }
  return { ...createSaving(espo, createAuthors(espo)), espo, pass: (milliseconds) => void (time += milliseconds) }
}
