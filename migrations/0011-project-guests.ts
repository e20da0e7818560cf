import type { Knex } from 'knex'
import { addColumns, createTable, key, longWords, moment, words } from './columns.js'

export const name = 'Project guests: module rights, responsibilities, rates, the project module, second factors'

export async function up(db: Knex): Promise<void> {
  await people(db)
  await work(db)
  await settings(db)
  await secondFactors(db)
}

async function people(db: Knex): Promise<void> {
  /** One contact may have several sign-ins, each with rights of its own. */
  await replaceIndex(db, 'portico_external_users', 'portico_external_users_record', (table) => {
    table.index(['module', 'record_id'], 'portico_external_users_contact')
  })
  await createTable(db, 'portico_module_rights', (table) => {
    key(db, table, 'person_id').notNullable()
    key(db, table, 'kind', 16).notNullable()
    table.primary(['person_id', 'kind'])
  })
  await addColumns(db, 'portico_external_users', { revision })
  await addColumns(db, 'portico_memberships', {
    hourly_rate: (table) => table.decimal('hourly_rate', 12, 2),
    /** The CRM's own connection between contact and project was made with this membership, and goes with it. */
    is_linked: (table) => table.integer('is_linked').notNullable().defaultTo(0),
    revision
  })
}

function revision(table: Knex.CreateTableBuilder): void {
  table.integer('revision').notNullable().defaultTo(1)
}

/** The kind of what somebody does in a project is an option of a list; who is responsible for a task or call stands in rows. */
async function work(db: Knex): Promise<void> {
  await createTable(db, 'portico_responsibilities', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'label', 100).notNullable()
    table.integer('position').notNullable()
    table.integer('is_offered').notNullable().defaultTo(1)
  })
  await createTable(db, 'portico_member_responsibilities', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'person_id').notNullable()
    key(db, table, 'responsibility_id').notNullable()
    table.primary(['module', 'record_id', 'person_id', 'responsibility_id'])
    table.index(['responsibility_id'], 'portico_member_responsibilities_of')
  })
  await createTable(db, 'portico_responsible', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'person_id').notNullable()
    key(db, table, 'added_by').notNullable()
    moment(db, table, 'added_at').notNullable()
    table.primary(['module', 'record_id', 'person_id'])
    table.index(['person_id', 'module', 'record_id'], 'portico_responsible_person')
  })
}

/** Which module the projects are, and what belongs to them; NULL: as the host proposes. */
async function settings(db: Knex): Promise<void> {
  await createTable(db, 'portico_project_settings', (table) => {
    key(db, table, 'id').primary()
    table.integer('revision').notNullable()
    longWords(db, table, 'settings')
  })
  await db('portico_project_settings').insert({ id: 'project', revision: 1 }).onConflict('id').ignore()
  await db('portico_project_settings').insert({ id: 'responsibilities', revision: 1 }).onConflict('id').ignore()
}

async function secondFactors(db: Knex): Promise<void> {
  await addColumns(db, 'portico_identities', {
    must_change_password: (table) => table.integer('must_change_password').notNullable().defaultTo(0),
    /** For codes by text message; set by administrators. */
    factor_phone: (table) => key(db, table, 'factor_phone', 32),
    /** The last time, at whatever door. */
    signed_in_at: (table) => moment(db, table, 'signed_in_at')
  })
  await createTable(db, 'portico_second_factors', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'identity_id').notNullable()
    key(db, table, 'kind', 16).notNullable()
    words(db, table, 'label', 100).notNullable()
    /** Of a passkey; of the others NULL. */
    key(db, table, 'credential_id', 512)
    longWords(db, table, 'secret').notNullable()
    /** The last step of a code, or the passkey's own counter: what was used once is not good again. */
    table.bigInteger('counter').notNullable().defaultTo(0)
    moment(db, table, 'created_at').notNullable()
    /** NULL: not proven yet. */
    moment(db, table, 'confirmed_at')
    moment(db, table, 'used_at')
    table.unique(['identity_id', 'credential_id'], { indexName: 'portico_second_factors_credential' })
  })
  await createTable(db, 'portico_recovery_codes', (table) => {
    key(db, table, 'identity_id').notNullable()
    key(db, table, 'code_hash', 64).notNullable()
    moment(db, table, 'used_at')
    table.primary(['identity_id', 'code_hash'])
  })
}

/** The unique index becomes a plain one. */
async function replaceIndex(
  db: Knex,
  tableName: string,
  index: string,
  build: (table: Knex.CreateTableBuilder) => void
): Promise<void> {
  if (!(await hasIndex(db, tableName, index))) return
  await db.schema.alterTable(tableName, (table) => {
    table.dropUnique([], index)
    build(table)
  })
}

async function hasIndex(db: Knex, table: string, index: string): Promise<boolean> {
  const isMysql = db.client.config.client === 'mysql2'
  const row: unknown = isMysql
    ? await db('information_schema.statistics')
        .first(db.raw('1'))
        .where({ table_schema: db.raw('database()'), table_name: table, index_name: index })
    : await db('sqlite_master').first('name').where({ type: 'index', tbl_name: table, name: index })
  return row !== undefined
}
