/** Many accounts, contacts and cases in EspoCRM's own tables, stored the way EspoCRM stores them: for the benchmark beside EspoCRM. */
import type { Knex } from 'knex'

/** How the rows hang together: every account has two contacts and fifty cases, half of them linked to each contact. */
const contactsPerAccount = 2
const casesPerAccount = 50

/** The person who asks: the first contact of the first account. */
export const asker = { account: idOf('a', 0), contact: idOf('c', 0), email: 'bench0@bench.example' } as const

/** Statements stay below this many rows, so that no transaction outgrows the server's memory. */
const step = 20_000

/** Fills the tables up to `cases` cases; rows that are there already stay. All belong to the administrator `ownerId`. */
export async function fillCrowd(db: Knex, cases: number, ownerId: string): Promise<void> {
  const accounts = Math.ceil(cases / casesPerAccount)
  const contacts = accounts * contactsPerAccount
  if (
    (await db('case')
      .where('id', idOf('k', cases - 1))
      .first('id')) !== undefined
  )
    return
  await insert(db, accounts, 'account (id, name, type, created_at, modified_at, assigned_user_id, created_by_id)', [
    numbered('a', 'n'),
    "concat('Account ', n)",
    "'Customer'",
    moment('n'),
    moment('n'),
    `'${ownerId}'`,
    `'${ownerId}'`
  ])
  await insert(db, contacts, contactColumns, [
    numbered('c', 'n'),
    "'Jan'",
    "concat('Novak ', n)",
    numbered('a', accountOfContact),
    moment('n'),
    moment('n'),
    `'${ownerId}'`,
    `'${ownerId}'`
  ])
  await insert(db, contacts, 'account_contact (account_id, contact_id)', [
    numbered('a', accountOfContact),
    numbered('c', 'n')
  ])
  await insert(db, contacts, 'email_address (id, name, lower)', [numbered('e', 'n'), address, address])
  await insert(db, contacts, 'entity_email_address (entity_id, email_address_id, entity_type, `primary`)', [
    numbered('c', 'n'),
    numbered('e', 'n'),
    "'Contact'",
    '1'
  ])
  await insert(db, cases, caseColumns, caseValues(accounts, ownerId))
  await insert(db, cases, 'case_contact (case_id, contact_id)', [
    numbered('k', 'n'),
    numbered('c', contactOfCase(accounts))
  ])
  await db.raw('analyze table account, contact, `case`, case_contact, account_contact')
}

const accountOfContact = `n div ${contactsPerAccount}`
const address = "concat('bench', n, '@bench.example')"

const contactColumns =
  'contact (id, first_name, last_name, account_id, created_at, modified_at, assigned_user_id, created_by_id)'
const caseColumns =
  '`case` (id, number, name, status, priority, type, description, account_id, contact_id, created_at, modified_at, assigned_user_id, created_by_id)'

function caseValues(accounts: number, ownerId: string): string[] {
  return [
    numbered('k', 'n'),
    'n + 1',
    "concat('Heating fails ', n)",
    "elt(1 + n % 4, 'New', 'Assigned', 'Pending', 'Closed')",
    "elt(1 + n % 4, 'Low', 'Normal', 'High', 'Urgent')",
    "elt(1 + n % 3, 'Question', 'Incident', 'Problem')",
    "'A longer text that says what happened, since when, and what was tried before the call.'",
    numbered('a', accountOfCase(accounts)),
    numbered('c', contactOfCase(accounts)),
    moment('n * 104729'),
    moment('n * 104729'),
    `'${ownerId}'`,
    `'${ownerId}'`
  ]
}

/** A case's account is scattered over the ids, as in a CRM that has grown. */
function accountOfCase(accounts: number): string {
  return `(n * 7919) % ${accounts}`
}

/** The contacts of an account take turns. */
function contactOfCase(accounts: number): string {
  return `((n * 7919) % ${accounts}) * ${contactsPerAccount} + (n div ${accounts}) % ${contactsPerAccount}`
}

async function insert(db: Knex, count: number, into: string, select: readonly string[]): Promise<void> {
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count) - 1
    await db.raw(
      `insert ignore into ${into} select ${select.join(', ')} from (select seq as n from seq_${from}_to_${to}) numbers`
    )
  }
}

/** Seventeen characters, as EspoCRM's ids have. */
function numbered(letter: string, number: string): string {
  return `concat('${letter}', lpad(${number}, 16, '0'))`
}

function idOf(letter: string, number: number): string {
  return letter + String(number).padStart(16, '0')
}

/** A second within five years. */
function moment(number: string): string {
  return `date_add('2020-01-01', interval (${number}) % 157680000 second)`
}
