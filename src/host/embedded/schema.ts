/** Makes the CRM's tables from its catalog; may run at every start, and after an administrator added a module or a field. */
import type { Knex } from 'knex'
import type { Catalog, Field, Link, Module } from '../catalog.js'
import { addColumns, addIndexes, columnsOf, createTable, type Columns, type Index, type Table } from './columns.js'

/** The tables that do not depend on what modules there are. */
export async function prepareOwnTables(db: Knex): Promise<void> {
  const columns = columnsOf(db)
  await createTable(db, 'crm_user', (table) => userTable(columns, table))
  await createTable(db, 'crm_group', (table) => {
    columns.key(table, 'id').primary()
    columns.words(table, 'name', 100).notNullable()
    columns.key(table, 'name_key', 100).notNullable().unique({ indexName: 'crm_group_by_name_key' })
  })
  await createTable(db, 'crm_setting', (table) => {
    columns.key(table, 'name', 100).primary()
    columns.longWords(table, 'value').notNullable()
  })
  await createTable(db, 'crm_definition', (table) => {
    table.bigIncrements('position')
    columns.longWords(table, 'definition').notNullable()
  })
  await createTable(db, 'crm_counter', (table) => {
    columns.key(table, 'name', 150).primary()
    table.bigInteger('value').notNullable()
  })
  await createTable(db, 'crm_outbox', (table) => outboxTable(columns, table))
  await createTable(db, 'crm_feed', (table) => feedTable(columns, table))
  await createTable(db, 'crm_feed_file', (table) => {
    columns.key(table, 'feed_id').notNullable()
    columns.key(table, 'file_id').notNullable().unique({ indexName: 'crm_feed_file_by_file_id' })
    table.primary(['feed_id', 'file_id'])
  })
  await prepareFileTable(db, columns)
  await createTable(db, 'crm_session', (table) => sessionTable(columns, table))
  await createTable(db, 'crm_attempts', (table) => {
    columns.key(table, 'key', 128).primary()
    table.integer('points').notNullable().defaultTo(0)
    table.bigInteger('expire').unsigned()
  })
}

/** The tables, columns and indexes of the modules, as far as they are missing. */
export async function prepareModules(db: Knex, catalog: Catalog): Promise<void> {
  for (const module of catalog.modules.values()) {
    if (module.table !== 'crm_user') await prepareModule(db, module)
  }
  for (const module of catalog.modules.values()) {
    for (const link of module.links.values()) await prepareLink(db, link)
  }
}

/** The group that a record belongs to. */
const groupColumn = 'assigned_group_id'

/** Columns of every module that are no fields of it. */
const hidden = ['deleted', 'deleted_at', 'deleted_by_name', 'version', 'author_kind', 'author_id']

async function prepareModule(db: Knex, module: Module): Promise<void> {
  const columns = columnsOf(db)
  const fields = storedFields(module)
  const clash = [...fields.keys()].find((name) => name === 'id' || hidden.includes(name))
  if (clash) throw new RangeError(`${module.name} can't have a field kept in ${clash}.`)
  await createTable(db, module.table, (table) => standardColumns(columns, table))
  await addColumns(db, module.table, [...fields.keys()], (table, name) =>
    fieldColumn(columns, table, name, fields.get(name)!)
  )
  await addIndexes(db, module.table, indexesOf(module))
}

function standardColumns(columns: Columns, table: Table): void {
  columns.key(table, 'id').primary()
  columns.flag(table, 'deleted')
  columns.moment(table, 'created_at').notNullable()
  columns.moment(table, 'modified_at').notNullable()
  columns.key(table, 'created_by_id')
  columns.words(table, 'created_by_name').notNullable()
  columns.key(table, 'author_kind', 10).notNullable()
  columns.key(table, 'author_id')
  columns.moment(table, 'deleted_at')
  columns.words(table, 'deleted_by_name')
  table.integer('version').notNullable().defaultTo(1)
}

/** The module's fields by the column each is kept in. */
function storedFields(module: Module): Map<string, Field> {
  const stored = new Map<string, Field>()
  for (const field of module.fields.values()) {
    if (field.storage.kind !== 'column') continue
    if (stored.has(field.storage.column))
      throw new RangeError(`${module.name} keeps two fields in ${field.storage.column}.`)
    stored.set(field.storage.column, field)
  }
  return stored
}

function fieldColumn(columns: Columns, table: Table, name: string, field: Field): void {
  switch (field.type) {
    case 'reference':
      columns.key(table, name)
      return
    case 'longText':
    case 'richText':
    case 'options':
      columns.longWords(table, name)
      return
    case 'integer':
      table.bigInteger(name)
      return
    case 'number':
    case 'money':
      table.decimal(name, 18, field.decimals)
      return
    case 'boolean':
      columns.flag(table, name)
      return
    case 'date':
      columns.day(table, name)
      return
    case 'datetime':
      columns.moment(table, name)
      return
    case 'text':
      if (name === 'parent_id') columns.key(table, name)
      else columns.words(table, name, field.maxLength)
      return
    case 'email':
    case 'phone':
    case 'url':
      columns.words(table, name, field.maxLength)
      return
    case 'option':
      if (name === groupColumn) columns.key(table, name)
      else columns.words(table, name, field.maxLength)
      return
    case 'files':
      throw new RangeError(`${field.name} has no column: files have a table of their own.`)
  }
}

/** Every list has an index: by what it belongs to, newest first, and by each field it may be sorted by. */
function indexesOf(module: Module): Index[] {
  const plain = (name: string): Index['columns'][number] => ({ name, isText: false })
  const fields = [...module.fields.values()]
  const leads = (field: Field): boolean => field.type === 'reference' || field.name === 'parentId'
  const isGroup = ({ storage }: Field): boolean => storage.kind === 'column' && storage.column === groupColumn
  const references = fields.filter((field) => leads(field) || isGroup(field)).map(sortColumn)
  const belonging = references.map((column) => [plain(column), plain('deleted'), plain('created_at'), plain('id')])
  const sorted = fields
    .filter((field) => field.sortable)
    .map((field) => [plain('deleted'), { name: sortColumn(field), isText: isText(field) }, plain('id')])
  return [...belonging, ...sorted].map((columns) => ({ table: module.table, columns }))
}

/** The column a list in this field's order is sorted by. */
export function sortColumn(field: Field): string {
  if (field.storage.kind === 'joined') return field.storage.order
  if (field.storage.kind === 'column') return field.storage.column
  throw new RangeError(`${field.name} is kept aside; nothing can be sorted by it.`)
}

/** Is the field ordered as text? */
export function isText(field: Field): boolean {
  return !['integer', 'number', 'money', 'boolean', 'date', 'datetime'].includes(field.type)
}

async function prepareLink(db: Knex, link: Link): Promise<void> {
  const { storage } = link
  if (storage.kind !== 'table') return
  const columns = columnsOf(db)
  await createTable(db, storage.table, (table) => {
    columns.key(table, storage.near).notNullable()
    columns.key(table, storage.far).notNullable()
    columns.flag(table, 'deleted')
    table.primary([storage.near, storage.far])
  })
  const back = [storage.far, 'deleted', storage.near].map((name) => ({ name, isText: false }))
  await addIndexes(db, storage.table, [{ table: storage.table, columns: back }])
}

function userTable(columns: Columns, table: Table): void {
  columns.key(table, 'id').primary()
  columns.flag(table, 'deleted')
  columns.moment(table, 'created_at').notNullable()
  columns.moment(table, 'modified_at').notNullable()
  columns.words(table, 'name', 200).notNullable()
  columns.words(table, 'user_name', 100).notNullable()
  columns.key(table, 'user_key', 100).notNullable().unique({ indexName: 'crm_user_by_user_key' })
  columns.words(table, 'email', 254)
  columns.key(table, 'password_hash', 255).notNullable()
  columns.key(table, 'session_stamp').notNullable()
  columns.flag(table, 'is_administrator')
  columns.flag(table, 'is_active')
  table.integer('version').notNullable().defaultTo(1)
  columns.longWords(table, 'permissions').notNullable()
  columns.key(table, 'locale', 5).notNullable()
  columns.key(table, 'time_zone', 64).notNullable()
  columns.key(table, 'date_format', 5).notNullable()
  columns.key(table, 'time_format', 5).notNullable()
}

function outboxTable(columns: Columns, table: Table): void {
  table.bigIncrements('position')
  columns.key(table, 'subject', 120).notNullable()
  columns.longWords(table, 'event').notNullable()
  table.integer('attempts').notNullable().defaultTo(0)
  table.bigInteger('not_before').notNullable()
  table.index(['subject', 'position'], 'crm_outbox_by_subject')
}

function feedTable(columns: Columns, table: Table): void {
  table.bigIncrements('position')
  columns.key(table, 'id').notNullable().unique({ indexName: 'crm_feed_by_id' })
  columns.key(table, 'module', 64).notNullable()
  columns.key(table, 'record_id').notNullable()
  columns.key(table, 'kind', 10).notNullable()
  columns.longWords(table, 'text').notNullable()
  columns.longWords(table, 'event')
  columns.flag(table, 'internal')
  columns.moment(table, 'at').notNullable()
  columns.key(table, 'author_kind', 10).notNullable()
  columns.key(table, 'author_id')
  columns.words(table, 'author_name').notNullable()
  table.index(['record_id', 'module', 'position'], 'crm_feed_by_record')
  table.index(['module', 'position'], 'crm_feed_by_module')
}

/** A file in a record's own field names the three; one on a note is named by that. */
async function prepareFileTable(db: Knex, columns: Columns): Promise<void> {
  await createTable(db, 'crm_file', (table) => {
    columns.key(table, 'id').primary()
    columns.words(table, 'name').notNullable()
    columns.key(table, 'type', 150).notNullable()
    table.bigInteger('size').notNullable()
    columns.moment(table, 'created_at').notNullable()
    columns.key(table, 'author_kind', 10).notNullable()
    columns.key(table, 'author_id')
  })
  await addColumns(db, 'crm_file', ['record_id', 'module', 'field'], (table, name) =>
    columns.key(table, name, name === 'record_id' ? 36 : 64)
  )
  const ofRecord = ['record_id', 'module', 'field'].map((name) => ({ name, isText: false }))
  await addIndexes(db, 'crm_file', [{ table: 'crm_file', columns: ofRecord }])
}

/** The shape that the session store asks for. */
function sessionTable(columns: Columns, table: Table): void {
  columns.key(table, 'sid', 64).primary()
  columns.longWords(table, 'sess').notNullable()
  table.specificType('expired', 'datetime').notNullable().index('crm_session_by_expired')
}
