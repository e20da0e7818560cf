/** Many rows in the test CRM's tables, made by the database itself: for plans and for the benchmark. */
import type { Knex } from 'knex'
import { dialectOf } from '../../src/db/dialect.js'
import { anna } from './world-rows.js'
import { createIndexes, createTables } from './world-tables.js'

/** How the rows hang together. Anna is a contact of the account `aNord`, which has cases like every other. */
const crowd = { casesPerAccount: 50, contactsPerAccount: 5, writtenByAnna: 30 } as const

/** Statements stay below this many rows, so that no transaction outgrows the server's memory. */
const step = 100_000

/** Makes the tables and `cases` cases with their accounts, contacts and link rows; each value is made from the row's number, so
 *  every run has the same. */
export async function openCrowd(db: Knex, cases: number): Promise<void> {
  await createTables(db)
  const accounts = Math.ceil(cases / crowd.casesPerAccount)
  await db('user').insert({ id: anna.staff, name: 'Eva', created_at: '2024-01-01 00:00:00', deleted: 0 })
  await insert(db, accounts, accountRows(db))
  await insert(db, accounts * crowd.contactsPerAccount, contactRows(db))
  await insert(db, cases, caseRows(db, accounts))
  await insert(db, cases, ownLinkRows(accounts))
  await insert(db, cases, otherLinkRows(accounts))
  await insert(db, crowd.writtenByAnna, authorshipRows(cases))
  await createIndexes(db)
  const tables = 'account, contact, `case`, case_contact, portico_authorship'
  await db.raw(isMysql(db) ? `analyze table ${tables}` : 'analyze')
}

/** `insert into … select …` over numbers `n`, from 0. */
interface Rows {
  readonly into: string
  readonly select: readonly string[]
}

async function insert(db: Knex, count: number, { into, select }: Rows): Promise<void> {
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count) - 1
    await db.raw(`insert into ${into} select ${select.join(', ')} from ${numbers(db, from, to)}`)
  }
}

function numbers(db: Knex, from: number, to: number): string {
  if (isMysql(db)) return `(select seq as n from seq_${from}_to_${to}) numbers`
  return `(with recursive s(n) as (select ${from} union all select n + 1 from s where n < ${to}) select n from s)`
}

function accountRows(db: Knex): Rows {
  return {
    into: 'account (id, name, type, deleted, created_at, assigned_user_id)',
    select: [account('n'), words('Account ', 'n'), `'Customer'`, '0', moment(db, 'n'), `'${anna.staff}'`]
  }
}

function contactRows(db: Knex): Rows {
  const { contactsPerAccount: each } = crowd
  return {
    into: 'contact (id, first_name, last_name, account_id, deleted, created_at, assigned_user_id)',
    select: [
      contact('n'),
      `'Jan'`,
      words('Novak ', 'n'),
      account(`cast((n - n % ${each}) / ${each} as signed)`),
      '0',
      moment(db, 'n'),
      `'${anna.staff}'`
    ]
  }
}

/** A case's account is scattered over the ids, as in a CRM that has grown. */
function caseRows(db: Knex, accounts: number): Rows {
  const name = `case n % 40 when 0 then ${words('Heating fails ', 'n')} else ${words('Request ', 'n')} end`
  const description = `'A longer text that says what happened, since when, and what was tried before the call.'`
  return {
    into: '`case` (id, number, name, status, description, amount, account_id, contact_id, is_internal, deleted, created_at, assigned_user_id)',
    select: [
      words('k', 'n'),
      'n',
      name,
      `case n % 3 when 0 then 'New' when 1 then 'Open' else 'Closed' end`,
      description,
      'n % 1000',
      account(accountOf(accounts)),
      contact(contactOf(accounts)),
      'case n % 20 when 7 then 1 else 0 end',
      'case n % 33 when 5 then 1 else 0 end',
      moment(db, 'n * 104729'),
      `'${anna.staff}'`
    ]
  }
}

const linkColumns = 'case_contact (case_id, contact_id, deleted)'

/** Each case and its contact. */
function ownLinkRows(accounts: number): Rows {
  return { into: linkColumns, select: [words('k', 'n'), contact(contactOf(accounts)), '0'] }
}

/** Each case and somebody of another account; some of these rows are removed ones. */
function otherLinkRows(accounts: number): Rows {
  const other = `(n * 31 + 7) % ${accounts * crowd.contactsPerAccount}`
  return { into: linkColumns, select: [words('k', 'n'), contact(other), 'case n % 25 when 3 then 1 else 0 end'] }
}

function authorshipRows(cases: number): Rows {
  const apart = Math.floor(cases / crowd.writtenByAnna)
  return {
    into: 'portico_authorship (module, record_id, author_id, at)',
    select: [`'Case'`, words('k', `n * ${apart}`), `'${anna.person}'`, `'2024-01-01 00:00:00'`]
  }
}

function accountOf(accounts: number): string {
  return `(n * 7919) % ${accounts}`
}

/** The contacts of an account take turns. */
function contactOf(accounts: number): string {
  const turn = `cast((n - n % ${accounts}) / ${accounts} as signed) % ${crowd.contactsPerAccount}`
  return `(${accountOf(accounts)}) * ${crowd.contactsPerAccount} + ${turn}`
}

/** Number 0 is Anna's account, and contact number 0 is Anna. */
function account(number: string): string {
  return `case ${number} when 0 then '${anna.account}' else ${words('a', number)} end`
}

function contact(number: string): string {
  return `case ${number} when 0 then '${anna.contact}' else ${words('c', number)} end`
}

function words(start: string, number: string): string {
  return `concat('${start}', substr(concat('00000000', ${number}), -8))`
}

/** A second within five years. */
function moment(db: Knex, number: string): string {
  const seconds = `(${number}) % 157680000`
  return isMysql(db)
    ? `date_add('2020-01-01', interval ${seconds} second)`
    : `datetime('2020-01-01', concat(${seconds}, ' seconds'))`
}

function isMysql(db: Knex): boolean {
  return dialectOf(db).name === 'mysql'
}
