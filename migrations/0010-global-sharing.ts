import type { Knex } from 'knex'
import { addColumns, createTable, key, longWords, moment, words } from './columns.js'

export const name = 'Global sharing: models, the draft, recalculations, reach'

export async function up(db: Knex): Promise<void> {
  await models(db)
  await createTable(db, 'portico_sharing_drafts', (table) => {
    key(db, table, 'id').primary()
    /** Of the model it was begun from. */
    table.integer('base_version').notNullable()
    table.integer('revision').notNullable()
    /** NULL: nothing is staged. */
    longWords(db, table, 'model')
    moment(db, table, 'changed_at')
    words(db, table, 'changed_by')
  })
  await db('portico_sharing_drafts').insert({ id: 'draft', base_version: 1, revision: 1 }).onConflict('id').ignore()
  await runs(db)
  await reach(db)
}

/** Each row is the whole of what administrators set, as it was in force once; only new rows are written, none is changed. */
async function models(db: Knex): Promise<void> {
  await addColumns(db, 'portico_sharing', { version: (table) => table.integer('version') })
  await createTable(db, 'portico_sharing_models', (table) => {
    table.integer('version').primary()
    longWords(db, table, 'model').notNullable()
    /** The same without people, as the host's own extension reads it. */
    longWords(db, table, 'compiled').notNullable()
    moment(db, table, 'applied_at')
    words(db, table, 'applied_by')
  })
  const known: unknown = await db('portico_sharing_models').first('version')
  if (!known) await db('portico_sharing_models').insert({ version: 1, ...(await firstModel(db)) })
  await db('portico_sharing').where({ id: 'defaults' }).delete()
  await db('portico_sharing').insert({ id: 'in-force', revision: 1, version: 1 }).onConflict('id').ignore()
}

/** The defaults that were saved before, and one profile for everybody: all rights within what sharing leaves. */
async function firstModel(db: Knex): Promise<{ model: string; compiled: string }> {
  const rows: { module: string; level: string }[] = await db('portico_defaults').select('module', 'level')
  const defaults = Object.fromEntries(rows.map(({ module, level }) => [module, { level }]))
  const modules = { '*': { view: true, create: true, edit: true, delete: true } }
  const rights = { viewAll: false, editAll: false, modules }
  const profiles = { standard: { name: 'Standard', ...rights } }
  const model = { defaults, profiles, withoutRole: ['standard'], roles: {}, people: {}, groups: {}, rules: {} }
  const compiled = { defaults, withoutRole: rights, roles: {}, groups: {}, rules: [] }
  return { model: JSON.stringify(model), compiled: JSON.stringify(compiled) }
}

/** Previews and recalculations, worked off by a job. */
async function runs(db: Knex): Promise<void> {
  await createTable(db, 'portico_sharing_runs', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'kind', 16).notNullable()
    key(db, table, 'state', 16).notNullable()
    key(db, table, 'reason', 32)
    table.integer('base_version').notNullable()
    table.integer('draft_revision').notNullable()
    longWords(db, table, 'model').notNullable()
    key(db, table, 'step', 16).notNullable()
    table.integer('done').notNullable()
    table.integer('total').notNullable()
    longWords(db, table, 'result')
    key(db, table, 'staff_id').notNullable()
    words(db, table, 'staff_name').notNullable()
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'ended_at')
    key(db, table, 'claimed_by')
    moment(db, table, 'claimed_until')
    table.index(['state', 'created_at'], 'portico_sharing_runs_state')
  })
}

/** Who is in which set (a role, what is below it, a group), for the versions `since` ≤ v < `until`. */
async function reach(db: Knex): Promise<void> {
  await createTable(db, 'portico_reach', (table) => {
    key(db, table, 'set_key', 64).notNullable()
    key(db, table, 'staff_id').notNullable()
    table.integer('since').notNullable()
    table.integer('until')
    table.primary(['set_key', 'staff_id', 'since'])
    table.index(['staff_id', 'set_key'], 'portico_reach_staff')
  })
}
