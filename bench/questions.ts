/** The questions of the benchmark, each in three ways: through the kernel, by the best statement we can write, and naively. */
import type { Records } from '../src/access/record.js'
import { anna } from '../test/access/world-rows.js'

export interface Statement {
  readonly sql: string
  readonly bindings: readonly (string | number)[]
}

export interface Question {
  readonly name: string
  /** The ids (or the count) that come out, to compare the three. */
  kernel(door: Records): Promise<readonly string[]>
  readonly hand: Statement
  /** Undefined for one record: there it is the statement by hand. */
  readonly naive: Statement | undefined
}

/** A case of the first account, so Anna sees it at every size. */
const caseOfAnna = 'k00000000'

const stands = 'r.deleted = 0 and r.is_internal = 0'
const mine = 'select c.account_id from contact c where c.id = ? and c.deleted = 0'
const ofAccount = `r.account_id = (select a.id from account a where a.id = (${mine}) and a.deleted = 0)`
const ofContact =
  'exists (select 1 from case_contact l join contact c on c.id = l.contact_id where l.case_id = r.id and l.contact_id = ? and l.deleted = 0 and c.deleted = 0)'
const ownOnes = `exists (select 1 from portico_authorship w where w.module = 'Case' and w.record_id = r.id and w.author_id = ?)`

/** The account's title, where Anna sees that account; she sees no other contact's. */
const title = `(select a.name from account a where a.id = r.account_id and a.deleted = 0 and a.id = (${mine}))`
const columns = `r.id, r.number, r.name, r.status, r.account_id, ${title} as account_name, r.contact_id, r.created_at,
  ${ofAccount} as by_account, ${ofContact} as by_contact, ${ownOnes} as by_author`
const columnBindings = [anna.contact, anna.contact, anna.contact, anna.person]

const naively = `(exists (select 1 from account a join contact c on c.account_id = a.id where a.id = r.account_id and a.deleted = 0 and c.id = ? and c.deleted = 0)
  or ${ofContact} or ${ownOnes})`
const naiveBindings = [anna.contact, anna.contact, anna.person]

/** The three ways to a case, each from its own index; `asked` narrows each, `inOrder` cuts each to a page. */
function ways(asked: readonly [string, string, string], end: string): string {
  const [account, contact, author] = asked
  return `(select r.id, r.created_at from \`case\` r where ${ofAccount} and ${stands}${account} ${end})
    union (select r.id, r.created_at from case_contact l straight_join \`case\` r on r.id = l.case_id where l.contact_id = (select c.id from contact c where c.id = ? and c.deleted = 0) and l.deleted = 0 and ${stands}${contact} ${end})
    union (select r.id, r.created_at from portico_authorship w straight_join \`case\` r on r.id = w.record_id where w.module = 'Case' and w.author_id = ? and ${stands}${author} ${end})`
}

const page = 'order by created_at desc, id desc limit 26'
const branchPage = 'order by r.created_at desc, r.id desc limit 26'

function handList(asked: readonly [string, string, string], words: readonly [string[], string[], string[]]): Statement {
  return {
    sql: `select ${columns} from (${ways(asked, branchPage)} ${page}) p straight_join \`case\` r on r.id = p.id order by p.created_at desc, p.id desc`,
    bindings: [...columnBindings, anna.contact, ...words[0], anna.contact, ...words[1], anna.person, ...words[2]]
  }
}

function naiveList(asked: string, words: readonly string[]): Statement {
  return {
    sql: `select ${columns} from \`case\` r where ${stands} and ${naively}${asked} ${branchPage}`,
    bindings: [...columnBindings, ...naiveBindings, ...words]
  }
}

const inName = ' and lower(r.name) like ?'
const inBoth = ' and (lower(r.name) like ? or lower(r.description) like ?)'
const word = '%heating%'

async function idsOf(list: ReturnType<Records['list']>): Promise<string[]> {
  return (await list).records.map((record) => record.id)
}

export const questions: readonly Question[] = [
  {
    name: 'list, three grants',
    kernel: (door) => idsOf(door.list('Case')),
    hand: handList(['', '', ''], [[], [], []]),
    naive: naiveList('', [])
  },
  {
    name: 'search, three grants',
    kernel: (door) => idsOf(door.list('Case', { search: 'heating' })),
    hand: handList([inName, inBoth, inBoth], [[word], [word, word], [word, word]]),
    naive: naiveList(inBoth, [word, word])
  },
  {
    name: 'find',
    kernel: async (door) => [(await door.find('Case', caseOfAnna)).id],
    hand: {
      sql: `select ${columns} from \`case\` r where r.id = ? and ${stands} and (${ofAccount} or ${ofContact} or ${ownOnes})`,
      bindings: [...columnBindings, caseOfAnna, anna.contact, anna.contact, anna.person]
    },
    naive: undefined
  },
  {
    name: 'count, capped at 1,000',
    kernel: async (door) => [String((await door.count('Case')).count)],
    hand: {
      sql: `select count(*) as count from (${ways(['', '', ''], 'limit 1001')} limit 1001) p`,
      bindings: [anna.contact, anna.contact, anna.person]
    },
    naive: {
      sql: `select least(count(*), 1000) as count from \`case\` r where ${stands} and ${naively}`,
      bindings: naiveBindings
    }
  },
  {
    name: 'explain',
    kernel: async (door) => ((await door.explain('Case', caseOfAnna, (key) => key)).visible ? [caseOfAnna] : []),
    hand: {
      sql: `select r.id, ${stands} as stands, ${ofAccount} as by_account, ${ofContact} as by_contact, ${ownOnes} as by_author from \`case\` r where r.id = ?`,
      bindings: [anna.contact, anna.contact, anna.person, caseOfAnna]
    },
    naive: undefined
  }
]
