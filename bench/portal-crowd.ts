/** Many accounts, contacts and cases in the embedded CRM's tables, made by the database itself: for the benchmark of a portal's pages. */
import type { Knex } from 'knex'
import { customers, staff } from '../demo/cast.js'

const contactsPerAccount = 2
const casesPerAccount = 50
/** Statements stay below this many rows, so that no transaction outgrows the server's memory. */
const step = 20_000

/** Who asks. Her account is number 0 of the crowd, and she is contact number 0. */
export const asker = customers.anna

/** Adds `count` cases to the demo world, scattered over accounts and over five years as in a CRM that has grown. */
export async function fillCrowd(db: Knex, count: number): Promise<void> {
  const accounts = Math.ceil(count / casesPerAccount)
  const contacts = accounts * contactsPerAccount
  await insert(db, 'crm_account', accounts, {
    id: accountId('n'),
    name: "concat('Account ', n)",
    type: "'Customer'",
    ...birth('n')
  })
  await insert(db, 'crm_contact', contacts, {
    id: contactId('n'),
    first_name: "'Jan'",
    last_name: "concat('Novak ', n)",
    account_id: accountId(`n div ${contactsPerAccount}`),
    ...birth('n')
  })
  await insert(db, 'crm_case', count, caseColumns(accounts))
  await db.raw('analyze table crm_account, crm_contact, crm_case')
}

/** The contacts of an account take turns. */
function caseColumns(accounts: number): Record<string, string> {
  const account = `((n * 7919) % ${accounts})`
  return {
    id: "concat('case-', n)",
    number: "concat('B-', n)",
    subject: "concat('Heating fails ', n)",
    account_id: accountId(account),
    contact_id: contactId(`${account} * ${contactsPerAccount} + (n div ${accounts}) % ${contactsPerAccount}`),
    status: "elt(1 + n % 4, 'New', 'Assigned', 'Pending', 'Closed')",
    priority: "elt(1 + n % 5, 'Low', 'Normal', 'High', 'Urgent', 'Normal')",
    type: "elt(1 + n % 3, 'Question', 'Incident', 'Complaint')",
    description: "'A longer text that says what happened, since when, and what was tried before the call.'",
    ...birth('n * 104729')
  }
}

/** What every row has; `age` scatters the moment it was made. */
function birth(age: string): Record<string, string> {
  const moment = `date_add('2020-01-01', interval (${age}) % 157680000 second)`
  return {
    created_at: moment,
    modified_at: moment,
    created_by_name: `'${staff.frank.name}'`,
    author_kind: "'staff'",
    version: '1',
    assigned_user_id: `'${staff.frank.id}'`
  }
}

function accountId(number: string): string {
  return `if(${number} = 0, '${asker.account}', concat('account-', ${number}))`
}

function contactId(number: string): string {
  return `if(${number} = 0, '${asker.id}', concat('contact-', ${number}))`
}

/** Rows that are there already stay as they are: the asker and her account. */
export async function insert(
  db: Knex,
  table: string,
  count: number,
  columns: Readonly<Record<string, string>>
): Promise<void> {
  const into = `insert ignore into ${table} (${Object.keys(columns).join(', ')})`
  const values = Object.values(columns).join(', ')
  for (let from = 0; from < count; from += step) {
    const to = Math.min(from + step, count) - 1
    await db.raw(`${into} select ${values} from (select seq as n from seq_${from}_to_${to}) numbers`)
  }
}
