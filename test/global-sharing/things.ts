/** Records for the tests of sharing, as plain things: an oracle walks them, and the same are written into the tables of the test CRM. */
import type { Knex } from 'knex'
import type { Scalar } from '../../src/host/catalog.js'
import { createIndexes, createTables } from '../access/world-tables.js'

export interface Thing {
  readonly module: string
  readonly id: string
  readonly removed: boolean
  /** The person it belongs to. */
  readonly owner: string | null
  /** The host's groups it belongs to. */
  readonly groups: readonly string[]
  readonly values: Readonly<Record<string, Scalar>>
  /** Ids of records at the other end. */
  readonly links: Readonly<Record<string, readonly string[]>>
}

export type Things = readonly Thing[]

/** By link: the module it leads to. */
export const linksOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Account: { parentAccount: 'Account' },
  Contact: { account: 'Account' },
  Case: { account: 'Account', contact: 'Contact', contacts: 'Contact' },
  Task: { parentCase: 'Case', parentAccount: 'Account' },
  Product: {},
  Quote: { account: 'Account' },
  QuoteItem: { quote: 'Quote', product: 'Product' }
}

/** Makes the tables of the test CRM and puts the things into them. */
export async function storeThings(db: Knex, things: Things): Promise<void> {
  await createTables(db)
  await createIndexes(db)
  for (const thing of things) await store(db, thing)
}

async function store(db: Knex, thing: Thing): Promise<void> {
  await db(tables[thing.module]!).insert({
    id: thing.id,
    ...(thing.module !== 'Product' && { deleted: Number(thing.removed) }),
    assigned_user_id: thing.owner,
    created_at: '2024-05-01 12:00:00',
    ...(thing.module === 'Account' && { owner_group_id: thing.groups[0] ?? null }),
    ...Object.fromEntries(Object.entries(thing.values).map(([name, value]) => [columns[name] ?? name, stored(value)])),
    ...toOne(thing)
  })
  if (thing.module !== 'Case') return
  for (const group of thing.groups)
    await db('entity_group').insert({ entity_type: 'Case', entity_id: thing.id, group_id: group })
  for (const contact of thing.links['contacts'] ?? [])
    await db('case_contact').insert({ case_id: thing.id, contact_id: contact })
}

const tables: Readonly<Record<string, string>> = {
  Account: 'account',
  Contact: 'contact',
  Case: 'case',
  Task: 'task',
  Product: 'product',
  Quote: 'quote',
  QuoteItem: 'quote_item'
}

const columns: Readonly<Record<string, string>> = { lastName: 'last_name' }

function stored(value: Scalar): Scalar {
  return typeof value === 'boolean' ? Number(value) : value
}

/** A task has one parent, of either kind. */
function toOne({ module, links }: Thing): Record<string, string | null> {
  if (module === 'Task') {
    const [ofCase, ofAccount] = [links['parentCase']?.[0], links['parentAccount']?.[0]]
    return { parent_id: ofCase ?? ofAccount ?? null, parent_type: ofCase ? 'Case' : ofAccount ? 'Account' : null }
  }
  const near: Readonly<Record<string, string>> = { parentAccount: 'parent_account_id' }
  const single = Object.entries(links).filter(([name]) => name !== 'contacts')
  return Object.fromEntries(single.map(([name, ids]) => [near[name] ?? `${name}_id`, ids[0] ?? null]))
}
