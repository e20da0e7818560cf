import type { Knex } from 'knex'
import { addColumns, createTable, key, longWords, moment, words } from './columns.js'

export const name =
  'Portal people: runs over many, templates, text messages, changed addresses, privacy, forms, notifications'

export async function up(db: Knex): Promise<void> {
  await widen(db)
  await runs(db)
  await messages(db)
  await privacy(db)
  await forms(db)
  await news(db)
}

async function widen(db: Knex): Promise<void> {
  // What somebody signs in with: an e-mail address or a phone number.
  if (await db.schema.hasColumn('portico_identities', 'email'))
    await db.schema.alterTable('portico_identities', (table) => void table.renameColumn('email', 'address'))
  // The password was chosen when he signed in with another address: whoever is invited at this one chooses a new one.
  await addColumns(db, 'portico_identities', {
    has_carried_password: (table) => table.boolean('has_carried_password').notNullable().defaultTo(false)
  })
  await addColumns(db, 'portico_portal_users', {
    confirm_on_activation: (table) => table.boolean('confirm_on_activation').notNullable().defaultTo(false),
    /** Why the address that the record has now can't be used (Z20). */
    address_problem: (table) => {
      key(db, table, 'address_problem', 32)
      table.index(['address_problem'], 'portico_portal_users_problem')
      table.index(['identity_id'], 'portico_portal_users_sign_in')
      table.index(['portal_id', 'address'], 'portico_portal_users_address')
      table.index(['portal_id', 'user_type_id', 'status'], 'portico_portal_users_counts')
    },
    mail_problem: (table) => key(db, table, 'mail_problem', 128),
    mail_problem_at: (table) => moment(db, table, 'mail_problem_at'),
    notifications: (table) => longWords(db, table, 'notifications'),
    converted_contact_id: (table) => {
      key(db, table, 'converted_contact_id')
      table.index(['converted_contact_id'], 'portico_portal_users_converted')
    }
  })
  await addColumns(db, 'portico_user_types', {
    preference: (table) => key(db, table, 'preference', 8).notNullable().defaultTo('email'),
    holds: (table) => longWords(db, table, 'holds')
  })
  await createTable(db, 'portico_settings', (table) => {
    key(db, table, 'name', 32).primary()
    longWords(db, table, 'value').notNullable()
    table.integer('revision').notNullable()
  })
}

async function runs(db: Knex): Promise<void> {
  await createTable(db, 'portico_runs', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'kind', 16).notNullable()
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'target_type_id')
    key(db, table, 'language', 8)
    key(db, table, 'staff_id').notNullable()
    key(db, table, 'state', 16).notNullable()
    table.integer('total').notNullable()
    /** Why it was stopped. */
    key(db, table, 'reason', 64)
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'ended_at')
    key(db, table, 'claimed_by')
    moment(db, table, 'claimed_until')
    table.index(['state', 'created_at'], 'portico_runs_state')
    table.index(['user_type_id', 'created_at'], 'portico_runs_type')
  })
  await createTable(db, 'portico_run_items', (table) => {
    key(db, table, 'run_id').notNullable()
    table.integer('place').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'portal_user_id')
    words(db, table, 'name').notNullable()
    words(db, table, 'address').notNullable()
    key(db, table, 'state', 16).notNullable()
    key(db, table, 'reason', 64)
    moment(db, table, 'at')
    table.primary(['run_id', 'place'])
    table.index(['run_id', 'state', 'place'], 'portico_run_items_state')
    table.index(['module', 'record_id'], 'portico_run_items_record')
    table.index(['portal_user_id'], 'portico_run_items_user')
  })
}

async function messages(db: Knex): Promise<void> {
  await addColumns(db, 'portico_mail', {
    kind: (table) => key(db, table, 'kind', 32),
    from_name: (table) => words(db, table, 'from_name'),
    from_address: (table) => key(db, table, 'from_address', 254),
    reply_to: (table) => key(db, table, 'reply_to', 254),
    unsubscribe: (table) => key(db, table, 'unsubscribe', 500)
  })
  await createTable(db, 'portico_mail_templates', (table) => {
    key(db, table, 'user_type_id').notNullable()
    key(db, table, 'kind', 32).notNullable()
    key(db, table, 'language', 8).notNullable()
    words(db, table, 'subject', 500).notNullable()
    longWords(db, table, 'body').notNullable()
    table.boolean('has_button').notNullable()
    words(db, table, 'sender_name', 100)
    key(db, table, 'sender_address', 254)
    key(db, table, 'reply_to', 254)
    table.integer('revision').notNullable()
    table.primary(['user_type_id', 'kind', 'language'])
  })
  await createTable(db, 'portico_sms', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'about', 96).notNullable()
    key(db, table, 'kind', 32)
    key(db, table, 'to_number', 32).notNullable()
    longWords(db, table, 'text').notNullable()
    key(db, table, 'state', 16).notNullable()
    table.integer('tries').notNullable().defaultTo(0)
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'next_at').notNullable()
    moment(db, table, 'sent_at')
    key(db, table, 'last_error', 128)
    table.index(['state', 'next_at'], 'portico_sms_waiting')
    table.index(['about', 'state'], 'portico_sms_about')
    table.index(['created_at'], 'portico_sms_created')
  })
  await createTable(db, 'portico_sms_templates', (table) => {
    key(db, table, 'kind', 32).notNullable()
    key(db, table, 'language', 8).notNullable()
    longWords(db, table, 'draft').notNullable()
    longWords(db, table, 'approved')
    words(db, table, 'reference', 100)
    moment(db, table, 'approved_at')
    words(db, table, 'approved_by')
    table.integer('revision').notNullable()
    table.primary(['kind', 'language'])
  })
  await createTable(db, 'portico_sign_in_codes', (table) => {
    key(db, table, 'identity_id').notNullable()
    key(db, table, 'audience', 64).notNullable()
    key(db, table, 'code_hash', 64).notNullable()
    table.integer('tries').notNullable().defaultTo(0)
    moment(db, table, 'expires_at').notNullable()
    table.primary(['identity_id', 'audience'])
    table.index(['expires_at'], 'portico_sign_in_codes_expiry')
  })
}

async function privacy(db: Knex): Promise<void> {
  await createTable(db, 'portico_processing', (table) => {
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'basis', 32).notNullable()
    words(db, table, 'remark', 500)
    /** Set by a request that was granted: nothing is sent to the person any more. */
    moment(db, table, 'stopped_at')
    table.integer('revision').notNullable()
    moment(db, table, 'changed_at').notNullable()
    words(db, table, 'changed_by').notNullable()
    table.primary(['module', 'record_id'])
  })
  await createTable(db, 'portico_consents', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'state', 16).notNullable()
    longWords(db, table, 'purposes').notNullable()
    longWords(db, table, 'wording').notNullable()
    moment(db, table, 'at').notNullable()
    key(db, table, 'by_kind', 16).notNullable()
    key(db, table, 'by_id').notNullable()
    words(db, table, 'by_name').notNullable()
    /** Where staff recorded a consent that was given elsewhere: how it was given. */
    words(db, table, 'how', 500)
    table.index(['module', 'record_id', 'at'], 'portico_consents_record')
    table.index(['by_id'], 'portico_consents_by')
  })
  await createTable(db, 'portico_privacy_requests', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'portal_id').notNullable()
    key(db, table, 'portal_user_id').notNullable()
    words(db, table, 'requester').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    words(db, table, 'subject').notNullable()
    key(db, table, 'kind', 16).notNullable()
    longWords(db, table, 'words').notNullable()
    key(db, table, 'state', 16).notNullable()
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'due_at').notNullable()
    moment(db, table, 'decided_at')
    words(db, table, 'decided_by')
    longWords(db, table, 'answer')
    /** Set while it is undecided: of a kind there is one open request for each person. */
    key(db, table, 'open_key', 128).unique({ indexName: 'portico_privacy_requests_open' })
    /** What a deletion removes, as staff chose it. */
    longWords(db, table, 'plan')
    table.integer('revision').notNullable()
    table.index(['module', 'record_id'], 'portico_privacy_requests_record')
    table.index(['state', 'due_at'], 'portico_privacy_requests_due')
    table.index(['portal_user_id', 'created_at'], 'portico_privacy_requests_user')
  })
}

async function forms(db: Knex): Promise<void> {
  await createTable(db, 'portico_forms', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'user_type_id').notNullable()
    words(db, table, 'name', 100).notNullable()
    key(db, table, 'slug', 40).notNullable()
    table.boolean('is_released').notNullable()
    table.boolean('needs_approval').notNullable()
    longWords(db, table, 'fields').notNullable()
    longWords(db, table, 'introductions').notNullable()
    key(db, table, 'staff_id').notNullable()
    table.integer('revision').notNullable()
    moment(db, table, 'created_at').notNullable()
    table.index(['user_type_id'], 'portico_forms_type')
  })
  await createTable(db, 'portico_form_requests', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'form_id').notNullable()
    key(db, table, 'address', 254).notNullable()
    words(db, table, 'name').notNullable()
    longWords(db, table, 'values').notNullable()
    key(db, table, 'language', 8).notNullable()
    key(db, table, 'state', 16).notNullable()
    key(db, table, 'token_hash', 64)
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'expires_at').notNullable()
    moment(db, table, 'confirmed_at')
    moment(db, table, 'decided_at')
    words(db, table, 'decided_by')
    longWords(db, table, 'answer')
    key(db, table, 'module', 64)
    key(db, table, 'record_id')
    key(db, table, 'portal_user_id')
    /** Until then somebody is letting the person in; whoever dies over it blocks nobody for longer. */
    moment(db, table, 'claimed_until')
    table.integer('revision').notNullable()
    table.index(['address', 'state'], 'portico_form_requests_address')
    table.unique(['token_hash'], { indexName: 'portico_form_requests_token' })
    table.index(['form_id', 'state', 'created_at'], 'portico_form_requests_state')
    table.index(['state', 'created_at'], 'portico_form_requests_waiting')
    table.index(['module', 'record_id'], 'portico_form_requests_record')
    table.index(['portal_user_id'], 'portico_form_requests_user')
  })
}

async function news(db: Knex): Promise<void> {
  await createTable(db, 'portico_notifications', (table) => {
    key(db, table, 'id').primary()
    key(db, table, 'portal_user_id').notNullable()
    key(db, table, 'kind', 16).notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'entry_id')
    longWords(db, table, 'fields')
    key(db, table, 'state', 16).notNullable()
    moment(db, table, 'created_at').notNullable()
    moment(db, table, 'due_at').notNullable()
    table.index(['state', 'due_at', 'portal_user_id'], 'portico_notifications_due')
    table.index(['portal_user_id', 'state'], 'portico_notifications_user')
  })
  await createTable(db, 'portico_doings', (table) => {
    key(db, table, 'id').primary()
    moment(db, table, 'at').notNullable()
    key(db, table, 'kind', 16).notNullable()
    key(db, table, 'portal_user_id').notNullable()
    words(db, table, 'name').notNullable()
    key(db, table, 'module', 64).notNullable()
    key(db, table, 'record_id').notNullable()
    key(db, table, 'entry_id')
    longWords(db, table, 'fields')
    table.index(['at'], 'portico_doings_at')
    table.index(['module', 'at'], 'portico_doings_module')
    table.index(['portal_user_id', 'at'], 'portico_doings_user')
  })
  await createTable(db, 'portico_feed_modules', (table) => {
    key(db, table, 'staff_id').notNullable()
    key(db, table, 'module', 64).notNullable()
    table.primary(['staff_id', 'module'])
  })
}
