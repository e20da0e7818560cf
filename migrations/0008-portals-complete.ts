import type { Knex } from 'knex'
import { addColumns, bytes, createTable, key, longWords, moment, words } from './columns.js'

export const name = 'Portals complete: roles, levels, layouts, web tabs, dashboards, themes, previews, set-up in steps'

export async function up(db: Knex): Promise<void> {
  await widenPortals(db)
  await roles(db)
  await layouts(db)
  await pagesOfAPortal(db)
}

async function widenPortals(db: Knex): Promise<void> {
  await addColumns(db, 'portico_portals', {
    tabs: (table) => longWords(db, table, 'tabs'),
    layout_set_id: (table) => key(db, table, 'layout_set_id'),
    dashboard_id: (table) => key(db, table, 'dashboard_id'),
    accent: (table) => key(db, table, 'accent', 7)
  })
  await addColumns(db, 'portico_user_types', {
    set_up: (table) => key(db, table, 'set_up', 16),
    address_field: (table) => key(db, table, 'address_field', 64)
  })
  await addColumns(db, 'portico_released_modules', {
    view: (table) => key(db, table, 'view', 8).notNullable().defaultTo('list'),
    in_steps: (table) => table.boolean('in_steps').notNullable().defaultTo(false)
  })
  await addColumns(db, 'portico_portal_users', {
    dashboard_id: (table) => key(db, table, 'dashboard_id'),
    has_chosen_accounts: (table) => table.boolean('has_chosen_accounts').notNullable().defaultTo(false),
    revision: (table) => table.integer('revision').notNullable().defaultTo(1)
  })
}

async function roles(db: Knex): Promise<void> {
  await createTable(db, 'portico_portal_roles', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'name', 100).notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
  })
  await createTable(db, 'portico_role_modules', (table) => {
    key(db, table, 'role_id').notNullable()
    key(db, table, 'module', 64).notNullable()
    table.boolean('may_create').notNullable()
    for (const action of ['read', 'edit', 'delete', 'stream']) key(db, table, `${action}_level`, 8)
    table.primary(['role_id', 'module'])
  })
  await createTable(db, 'portico_role_fields', (table) => {
    key(db, table, 'role_id').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'field', 64).notNullable()
    table.boolean('is_read_only').notNullable()
    table.primary(['role_id', 'module', 'field'])
  })
  await createTable(db, 'portico_roles_of_portals', (table) => {
    key(db, table, 'portal_id').notNullable()
    key(db, table, 'role_id').notNullable()
    table.primary(['portal_id', 'role_id'])
  })
  await createTable(db, 'portico_roles_of_users', (table) => {
    key(db, table, 'portal_user_id').notNullable()
    key(db, table, 'role_id').notNullable()
    table.primary(['portal_user_id', 'role_id'])
    table.index(['role_id'], 'portico_roles_of_users_role')
  })
  await createTable(db, 'portico_accounts_of_users', (table) => {
    key(db, table, 'portal_user_id').notNullable()
    key(db, table, 'account_id').notNullable()
    table.primary(['portal_user_id', 'account_id'])
  })
  await createTable(db, 'portico_level_paths', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'level', 8).notNullable()
    key(db, table, 'path', 255).notNullable()
    table.primary(['module', 'level', 'path'])
  })
  await createTable(db, 'portico_levels', (table) => {
    key(db, table, 'id').primary()
    table.integer('revision').notNullable()
  })
  await db('portico_levels').insert({ id: 'levels', revision: 1 }).onConflict('id').ignore()
}

async function layouts(db: Knex): Promise<void> {
  await createTable(db, 'portico_layout_sets', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'name', 100).notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
  })
  await createTable(db, 'portico_layouts', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'set_id').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'kind', 8).notNullable()
    words(db, table, 'name', 100).notNullable()
    longWords(db, table, 'sections').notNullable()
    key(db, table, 'for_field', 64)
    longWords(db, table, 'for_values')
    table.integer('place').notNullable()
    table.index(['set_id', 'module'], 'portico_layouts_set')
  })
  await createTable(db, 'portico_layout_fields', (table) => {
    key(db, table, 'released_module_id').notNullable()
    key(db, table, 'layout_id').notNullable()
    key(db, table, 'field', 64).notNullable()
    table.boolean('is_read_only').notNullable()
    table.primary(['released_module_id', 'layout_id', 'field'])
  })
}

async function pagesOfAPortal(db: Knex): Promise<void> {
  await createTable(db, 'portico_portal_logos', (table) => {
    key(db, table, 'portal_id').primary()
    key(db, table, 'type', 32).notNullable()
    key(db, table, 'stamp', 64).notNullable()
    bytes(db, table, 'content').notNullable()
  })
  await createTable(db, 'portico_web_tabs', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'name', 100).notNullable()
    longWords(db, table, 'url').notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
  })
  await createTable(db, 'portico_web_tabs_of_types', (table) => {
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'web_tab_id').notNullable()
    table.primary(['user_type_id', 'web_tab_id'])
  })
  await createTable(db, 'portico_dashboards', (table) => {
    key(db, table, 'id').primary()
    words(db, table, 'name', 100).notNullable()
    longWords(db, table, 'dashlets').notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
  })
  await createTable(db, 'portico_previews', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'staff_id').notNullable()
    key(db, table, 'portal_id').notNullable()
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'portal_user_id')
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    moment(db, table, 'started_at').notNullable()
    moment(db, table, 'until').notNullable()
  })
}
