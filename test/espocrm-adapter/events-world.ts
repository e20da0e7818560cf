/** EspoCRM as its events see it: some of its real columns in a test database, and an outbox into which the tests write as its hook does. */
import type { Knex } from 'knex'
import { pino } from 'pino'
import { momentAt } from '../../src/db/moment.js'
import type { Catalog, Field, FieldType, Link, LinkStorage, Module, Storage } from '../../src/host/catalog.js'
import type { HostEvent } from '../../src/host/host.js'
import { createEvents, type Events } from '../../src/host/espocrm/outbox.js'
import { Clock } from '../host-contract/open-embedded.js'

export interface World {
  readonly db: Knex
  readonly clock: Clock
  readonly events: Events
  /** What the handlers were told, in order, since it was last asked. */
  told(): HostEvent[]
  /** A row as the extension's hook writes it; gives its position. */
  hook(story: HookStory): Promise<number>
  /** A record as it is in EspoCRM, with no hook. */
  record(table: string, row: Readonly<Record<string, unknown>>): Promise<void>
  rows(): Promise<{ subject: string; handled: number; event: string }[]>
  turnOff(): void
}

export interface HookStory {
  readonly entityType: string
  readonly id: string
  readonly action: string
  readonly changed?: readonly string[]
  readonly link?: string
  readonly other?: string
  readonly by?: string | null
  readonly parentType?: string
  readonly parentId?: string
  readonly internal?: boolean
  readonly answers?: Readonly<Record<string, string>>
}

export const kinds = [
  'record.created',
  'record.changed',
  'record.removed',
  'lead.converted',
  'note.posted',
  'staff.changed',
  'switches.changed'
] as const

export async function openWorld(db: Knex, clock = new Clock()): Promise<World> {
  await makeTables(db)
  let isOn = true
  const events = eventsOn(db, clock, () => isOn)
  const told: HostEvent[] = []
  for (const kind of kinds) events.on(kind, (event) => Promise.resolve(void told.push(event)))
  return {
    db,
    clock,
    events,
    told: () => told.splice(0),
    hook: (story) => hook(db, story, momentAt(clock.now())),
    async record(table, row) {
      const at = momentAt(clock.now())
      await db(table).insert({ deleted: 0, created_at: at, modified_at: at, ...row })
    },
    rows: () => db('portico_outbox').select('subject', 'handled', 'event').orderBy('position'),
    turnOff: () => void (isOn = false)
  }
}

/** A service of its own on the same EspoCRM. */
export function eventsOn(db: Knex, clock: Clock, isOn = (): boolean => true): Events {
  const settings = { switches: {}, siteUrl: '', serviceUrl: '', secret: '', apiKey: '' }
  return createEvents({
    db,
    catalog: () => Promise.resolve(catalog),
    settings: () => Promise.resolve({ ...settings, isOn: isOn() }),
    log: pino({ level: 'silent' }),
    now: clock.now
  })
}

let count = 0

export async function hook(db: Knex, story: HookStory, at: string): Promise<number> {
  const id = String(++count).padStart(17, '0')
  const about = story.parentId === undefined ? [story.entityType, story.id] : [story.parentType, story.parentId]
  const subject = story.entityType === 'Integration' ? 'switches' : about.join('/')
  const event = JSON.stringify({ changed: [], by: null, ...story })
  await db('portico_outbox').insert({ id, subject, event, created_at: at })
  const row = await db<{ id: string; position: number }>('portico_outbox').first('position').where({ id })
  return row!.position
}

/** Tables with those of EspoCRM's columns and indexes that events have to do with. */
async function makeTables(db: Knex): Promise<void> {
  await db.schema.createTable('portico_outbox', (table) => {
    table.bigIncrements('position')
    table.string('id', 17).unique()
    table.string('subject', 100)
    table.text('event')
    table.integer('attempts').defaultTo(0)
    table.bigInteger('not_before').defaultTo(0)
    table.integer('handled').defaultTo(0)
    table.dateTime('created_at')
    table.index(['handled', 'position'], 'IDX_DUE')
    table.index(['subject', 'handled', 'position'], 'IDX_SUBJECT')
  })
  await db.schema.createTable('portico_sweeps', (table) => {
    table.string('module', 64).primary()
    table.dateTime('until').notNullable()
  })
  await db.schema.createTable('user', (table) => {
    table.string('id', 17).primary()
    table.string('type', 24)
    recordColumns(table)
  })
  await db('user').insert(Object.entries(users).map(([id, type]) => ({ id, type, deleted: 0 })))
  for (const name of ['account', 'contact'])
    await db.schema.createTable(name, (table) => {
      table.string('id', 17).primary()
      recordColumns(table)
    })
  await db.schema.createTable('lead', (table) => {
    table.string('id', 17).primary()
    table.string('status', 255)
    table.string('created_contact_id', 17)
    table.string('created_account_id', 17)
    table.dateTime('converted_at')
    recordColumns(table)
  })
}

/** Users of every type that EspoCRM has, by id. */
const users = {
  alice: 'regular',
  root: 'admin',
  boss: 'super-admin',
  portico: 'api',
  anna: 'portal',
  system: 'system'
} as const

function recordColumns(table: Knex.CreateTableBuilder): void {
  table.boolean('deleted').defaultTo(0)
  table.dateTime('created_at')
  table.dateTime('modified_at')
}

const addressBehindLink: Storage = {
  kind: 'side',
  from: 'entity_email_address',
  key: 'entity_id',
  value: 'name',
  where: [{ column: 'primary', is: 1 }],
  through: { table: 'email_address', key: 'id', by: 'email_address_id', where: [] }
}

const attachments: Storage = {
  kind: 'files',
  from: 'attachment',
  columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
  key: 'parent_id',
  where: [{ column: 'field', is: 'cPlans' }],
  order: 'created_at'
}

const catalog: Catalog = {
  stamp: '1',
  modules: new Map(
    [
      module('Account', {
        fields: [
          field('name'),
          field('website'),
          field('annualRevenue', 'money', column('annual_revenue'), { currency: 'annualRevenueCurrency' }),
          field('assignedUser', 'reference', column('assigned_user_id'), { link: 'assignedUser' })
        ],
        links: [
          link('contacts', 'Contact', between('account_id', 'contact_id')),
          link('leads', 'Lead', { kind: 'reverse', column: 'account_id', only: undefined }),
          link('assignedUser', 'User', { kind: 'column', column: 'assigned_user_id', only: undefined }),
          link('collaborators', 'User', { ...between('entity_id', 'user_id'), table: 'entity_collaborator' })
        ]
      }),
      module('Contact', {
        fields: [
          field('name', 'text', { kind: 'joined', columns: ['first_name', 'last_name'], order: 'first_name' }),
          field('firstName', 'text', column('first_name')),
          field('lastName', 'text', column('last_name')),
          field('emailAddress', 'email', addressBehindLink),
          field('account', 'reference', column('account_id'), { link: 'account' }),
          field('cPlans', 'files', attachments),
          field('cVisitAt', 'datetime', column('c_visit_at'))
        ],
        links: [
          link('account', 'Account', { kind: 'column', column: 'account_id', only: undefined }),
          link('accounts', 'Account', between('contact_id', 'account_id'))
        ]
      }),
      module('Lead', {
        fields: [
          field('status'),
          field('company', 'reference', column('account_id'), { link: 'account' }),
          field('createdContact', 'reference', column('created_contact_id'), { link: undefined })
        ],
        links: [link('account', 'Account', { kind: 'column', column: 'account_id', only: undefined })]
      }),
      module('User', { fields: [field('userName')], links: [] })
    ].map((each) => [each.name, each])
  )
}

function module(name: string, { fields, links }: { fields: Field[]; links: Link[] }): Module {
  const always = [
    field('createdAt', 'datetime', column('created_at')),
    field('modifiedAt', 'datetime', column('modified_at'))
  ]
  return {
    ...{
      name,
      label: name,
      labelPlural: name,
      icon: 'file',
      table: name.toLowerCase(),
      title: 'name',
      owner: undefined
    },
    ...{ createdAt: 'createdAt', modifiedAt: 'modifiedAt', layouts: [], outside: [], partOf: undefined, hasFeed: true },
    live: { column: 'deleted', is: 0 },
    fields: new Map([...fields, ...always].map((each) => [each.name, each])),
    links: new Map(links.map((each) => [each.name, each]))
  }
}

function field(
  name: string,
  type: FieldType = 'text',
  storage: Storage = column(name),
  more: Partial<Field> = {}
): Field {
  return {
    ...{ name, label: name, type, storage, required: false, readOnly: false, options: [], maxLength: undefined },
    ...{ min: undefined, max: undefined, decimals: undefined, searchable: false, sortable: false, link: undefined },
    ...{ default: null, ...more }
  }
}

function column(name: string): Storage {
  return { kind: 'column', column: name }
}

function link(name: string, to: string, storage: LinkStorage): Link {
  return { name, label: name, to, cardinality: storage.kind === 'column' ? 'one' : 'many', storage }
}

function between(near: string, far: string): Extract<LinkStorage, { kind: 'table' }> {
  return { kind: 'table', table: 'account_contact', near, far, live: { column: 'deleted', is: 0 }, only: [] }
}
