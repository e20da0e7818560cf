/** A CRM that keeps things as EspoCRM does: addresses behind link rows, values of other records, attachments, teams; ids in a collation that
 *  ignores case. */
import type { Knex } from 'knex'
import { up as portico } from '../../migrations/0001-configuration.js'
import { up as memberships } from '../../migrations/0006-external-users.js'
import type { Catalog, Field, Link, Module, OwnerGroups, Storage } from '../../src/host/catalog.js'
import { dialectOf } from '../../src/db/dialect.js'

const live = { column: 'deleted', is: 0 }

const storages = {
  email: {
    kind: 'side',
    from: 'entity_email_address',
    key: 'entity_id',
    value: 'name',
    where: [{ column: 'entity_type', is: 'Contact' }, { column: 'primary', is: 1 }, live],
    through: { table: 'email_address', key: 'id', by: 'email_address_id', where: [live] }
  },
  accountType: { kind: 'side', from: 'account', key: 'id', near: 'account_id', value: 'type', where: [live] },
  papers: {
    kind: 'files',
    from: 'attachment',
    columns: { id: 'id', name: 'name', type: 'type', size: 'size' },
    key: 'parent_id',
    where: [live],
    order: 'created_at'
  }
} as const satisfies Record<string, Storage>

const teams: OwnerGroups = {
  kind: 'table',
  table: 'entity_team',
  near: 'entity_id',
  far: 'team_id',
  live,
  only: [{ column: 'entity_type', is: 'Contact' }]
}

/** `idCollation` as the host would say. */
export function storagesCatalog(idCollation?: string): Catalog {
  const contact = module('Contact', {
    fields: [
      field('name', 'text'),
      field('email', 'email', storages.email),
      field('accountType', 'option', storages.accountType),
      field('tags', 'options'),
      field('papers', 'files', storages.papers),
      { ...field('account', 'reference', { kind: 'column', column: 'account_id' }), link: 'account' },
      field('assignedUser', 'reference', at('assigned_user_id'))
    ],
    links: [
      {
        name: 'account',
        label: '',
        to: 'Account',
        cardinality: 'one',
        storage: { kind: 'column', column: 'account_id', only: undefined }
      }
    ]
  })
  const owned: Module = { ...contact, owner: 'assignedUser', ownerGroups: teams }
  const account = module('Account', { fields: [field('name', 'text'), field('type', 'option')], links: [] })
  return {
    stamp: 'storages',
    modules: new Map([owned, account].map((one) => [one.name, one])),
    ...(idCollation !== undefined && { idCollation })
  }
}

function module(name: string, { fields, links }: { fields: Field[]; links: Link[] }): Module {
  return {
    name,
    label: name,
    labelPlural: name,
    icon: 'box',
    table: name.toLowerCase(),
    live,
    title: 'name',
    owner: undefined,
    createdAt: 'createdAt',
    modifiedAt: 'modifiedAt',
    fields: new Map([...fields, field('createdAt', 'datetime', at('created_at'))].map((one) => [one.name, one])),
    links: new Map(links.map((link) => [link.name, link])),
    layouts: [],
    outside: [],
    partOf: undefined,
    hasFeed: false
  }
}

function at(column: string): Storage {
  return { kind: 'column', column }
}

function field(name: string, type: Field['type'], storage: Storage = at(name)): Field {
  return {
    name,
    label: name,
    type,
    storage,
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
    default: null
  }
}

export const hostCollation = 'utf8mb4_unicode_ci'

/** Makes the tables; on MySQL their ids are in the host's collation, those of Portico's byte by byte. */
export async function openStorages(db: Knex): Promise<void> {
  await portico(db)
  await memberships(db)
  const { name, quote } = dialectOf(db)
  const text = name === 'mysql' ? `varchar(100) character set utf8mb4 collate ${hostCollation}` : 'text'
  for (const [table, columns] of Object.entries(tables)) {
    const lines = columns.map((column) => `${quote(column)} ${numbers.has(column) ? 'int' : text}`)
    const keys = columns.includes('id') ? [`primary key (${quote('id')})`] : []
    await db.raw(`create table ${quote(table)} (${[...lines, ...keys].join(', ')})`)
  }
}

const tables: Readonly<Record<string, readonly string[]>> = {
  account: ['id', 'name', 'type', 'deleted', 'created_at'],
  contact: ['id', 'name', 'tags', 'account_id', 'assigned_user_id', 'deleted', 'created_at'],
  entity_team: ['entity_id', 'entity_type', 'team_id', 'deleted'],
  entity_email_address: ['entity_id', 'entity_type', 'email_address_id', 'primary', 'deleted'],
  email_address: ['id', 'name', 'deleted']
}
const numbers = new Set(['deleted', 'primary'])

/** A contact for each way in which an address or an account's value may be there or not. Frank, and the team `sales`, own one each; owners
 *  whose ids only look alike own others. */
export async function fillStorages(db: Knex): Promise<void> {
  const row = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    id,
    name: id,
    tags: null,
    account_id: 'north',
    assigned_user_id: null,
    deleted: 0,
    created_at: '2024-01-01 00:00:00',
    ...more
  })
  await db('account').insert([
    { id: 'north', name: 'North', type: 'Customer', deleted: 0, created_at: '2024-01-01 00:00:00' },
    { id: 'gone', name: 'Gone', type: 'Customer', deleted: 1, created_at: '2024-01-01 00:00:00' },
    { id: 'south', name: 'South', type: 'Partner', deleted: 0, created_at: '2024-01-01 00:00:00' }
  ])
  await db('contact').insert([
    row('anna', { tags: '["A\\/C","B"]', assigned_user_id: 'frank' }),
    row('no-primary', { account_id: 'south', assigned_user_id: 'FRANK' }),
    row('link-removed', { account_id: null, assigned_user_id: 'frank ' }),
    row('address-removed', { account_id: 'gone' }),
    row('of-a-lead', { account_id: 'nowhere' }),
    row('without', { tags: '["A/C"]' })
  ])
  await db('email_address').insert([
    { id: 'e1', name: 'anna@north.example', deleted: 0 },
    { id: 'e2', name: 'second@north.example', deleted: 0 },
    { id: 'e3', name: 'removed@north.example', deleted: 1 }
  ])
  const link = (entityId: string, address: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    entity_id: entityId,
    entity_type: 'Contact',
    email_address_id: address,
    primary: 1,
    deleted: 0,
    ...more
  })
  await db('entity_email_address').insert([
    link('anna', 'e2', { primary: 0 }),
    link('anna', 'e1'),
    link('no-primary', 'e2', { primary: 0 }),
    link('link-removed', 'e1', { deleted: 1 }),
    link('address-removed', 'e3'),
    link('of-a-lead', 'e1', { entity_type: 'Lead' })
  ])
  const ofTeam = (entityId: string, team: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
    entity_id: entityId,
    entity_type: 'Contact',
    team_id: team,
    deleted: 0,
    ...more
  })
  await db('entity_team').insert([
    ofTeam('anna', 'sales'),
    ofTeam('without', 'sales'),
    ofTeam('of-a-lead', 'SALES'),
    ofTeam('of-a-lead', 'sales', { entity_type: 'Lead' }),
    ofTeam('address-removed', 'sales '),
    ofTeam('address-removed', 'sales', { deleted: 1 })
  ])
}
