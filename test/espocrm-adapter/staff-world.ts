/** EspoCRM as its staff see it: its real columns in a test database, filled by hand, and a little server for its rights. */
import { createHmac } from 'node:crypto'
import type { Knex } from 'knex'
import { createRest, type Rest } from '../../src/host/espocrm/rest.js'
import type { Habits } from '../../src/host/espocrm/staff.js'
import { FakeEspo } from './fake-espo.js'

export const secret = 'f'.repeat(48)
export const apiKey = 'the key of portico'

/** EspoCRM's own settings in these tests. */
export const house: Habits = {
  language: 'de_DE',
  timeZone: 'Europe/Vienna',
  dateFormat: 'DD.MM.YYYY',
  timeFormat: 'HH:mm'
}

export interface Row {
  readonly [column: string]: string | number | null
}

/** Tables with those of EspoCRM's columns that its users, their rights and the integration have to do with. */
export async function createStaffTables(db: Knex): Promise<void> {
  const rows = (name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> =>
    db.schema.createTable(name, (table) => {
      if (db.client.config.client === 'mysql2') table.collate('utf8mb4_unicode_ci')
      build(table)
    })
  const record = (name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> =>
    rows(name, (table) => {
      table.string('id', 17).primary()
      table.boolean('deleted').defaultTo(0)
      build(table)
    })
  const linking = (name: string, ...columns: string[]): Promise<void> =>
    rows(name, (table) => {
      table.bigIncrements('id')
      for (const column of columns) table.string(column, 17)
      table.boolean('deleted').defaultTo(0)
    })

  await record('user', (table) => {
    table.string('user_name', 50)
    table.string('type', 24).defaultTo('regular')
    table.string('api_key', 100)
    table.string('first_name', 100)
    table.string('middle_name', 100)
    table.string('last_name', 100)
    table.boolean('is_active').notNullable().defaultTo(1)
  })
  await rows('preferences', (table) => {
    table.string('id', 17).primary()
    table.text('data', 'mediumtext')
  })
  await record('email_address', (table) => table.string('name', 255))
  await rows('entity_email_address', (table) => {
    table.bigIncrements('id')
    table.string('entity_id', 17)
    table.string('email_address_id', 17)
    table.string('entity_type', 100)
    table.boolean('primary').defaultTo(0)
    table.boolean('deleted').defaultTo(0)
  })
  await record('role', (table) => table.text('data', 'mediumtext'))
  await record('team', (table) => table.string('name', 100))
  await linking('role_user', 'role_id', 'user_id')
  await linking('role_team', 'role_id', 'team_id')
  await linking('team_user', 'team_id', 'user_id')
  await record('auth_token', (table) => {
    table.boolean('is_active').notNullable().defaultTo(1)
    table.string('user_id', 17)
    table.string('portal_id', 17)
  })
  await record('integration', (table) => {
    table.boolean('enabled').notNullable().defaultTo(0)
    table.text('data', 'mediumtext')
  })
}

const tables = [
  ...['user', 'preferences', 'email_address', 'entity_email_address', 'role', 'team', 'role_user', 'role_team'],
  ...['team_user', 'auth_token', 'integration']
]

/** As they were made. */
export async function emptyStaffTables(db: Knex): Promise<void> {
  for (const table of tables) await db(table).delete()
}

/** The integration as the extension makes it, with everything on. */
export async function installIntegration(db: Knex, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const fields = {
    serviceUrl: '/crm-portal',
    siteUrl: 'http://crm.example.test',
    sharedSecret: secret,
    portal: true,
    externalUsers: true,
    globalSharing: false
  }
  await db('integration').insert({ id: 'Portico', enabled: 1, data: JSON.stringify({ ...fields, ...data }) })
  await db('user').insert({ id: 'portico-user', user_name: 'portico', type: 'api', api_key: apiKey })
}

/** Alice Adams, who may sign in, and her session in EspoCRM. */
export async function addAlice(db: Knex, more: Row = {}): Promise<void> {
  await db('user').insert({ id: 'alice', user_name: 'alice', first_name: 'Alice', last_name: 'Adams', ...more })
  await db('auth_token').insert({ id: 'alices-session', user_id: 'alice' })
}

/** Adds rows one by one, so that each gets the columns' own defaults. */
export async function add(db: Knex, table: string, ...rows: readonly Row[]): Promise<void> {
  for (const row of rows) await db(table).insert(row)
}

/** A role with these scopes in its `data`; gives its id. */
export async function addRole(db: Knex, id: string, data: unknown): Promise<string> {
  await db('role').insert({ id, data: data === undefined ? null : JSON.stringify(data) })
  return id
}

export interface Claims {
  readonly sub: string
  readonly ses: string
  readonly to: string
  readonly iat: number
  readonly exp: number
  readonly jti: string
}

let made = 0

/** A ticket for Alice as the extension signs it at `now` (milliseconds); `with` changes what it says. */
export function ticketFor(now: number, changes: Partial<Claims> = {}, key = secret): string {
  const iat = Math.floor(now / 1000)
  const claims: Claims = {
    sub: 'alice',
    ses: 'alices-session',
    to: '/portico/admin/portals',
    iat,
    exp: iat + 60,
    jti: `ticket-number-${++made}`,
    ...changes
  }
  return signed(Buffer.from(JSON.stringify(claims)).toString('base64url'), key)
}

/** `payload` with EspoCRM's signature on it. */
export function signed(payload: string, key = secret): string {
  return `${payload}.${createHmac('sha256', key).update(`portico-ticket.${payload}`).digest('base64url')}`
}

export interface FakeRights {
  readonly espo: FakeEspo
  readonly rest: Rest
  /** What EspoCRM lets a user do, by `<user>/<module>/<id>`; without an entry: nothing. */
  readonly rights: Map<string, { view: boolean; edit: boolean; delete: boolean }>
}

/** An EspoCRM that knows rights. */
export async function openRights(): Promise<FakeRights> {
  const espo = await FakeEspo.open()
  const rights: FakeRights['rights'] = new Map()
  const route = /^GET Portico\/rights\//
  espo.key = apiKey
  espo.answers(route, ({ path }) => ({
    status: 200,
    body: rights.get(path.replace('Portico/rights/', '')) ?? { view: false, edit: false, delete: false }
  }))
  return { espo, rights, rest: createRest({ url: async () => espo.url, apiKey: async () => apiKey }) }
}
