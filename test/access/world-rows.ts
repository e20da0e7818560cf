/** The rows of the test CRM: hostile ones by hand, each with a note why it is there, and as many more as wanted by dice. */
import type { Field, Scalar } from '../../src/host/catalog.js'
import { catalog } from './world-catalog.js'

export type Row = Record<string, Scalar>
export type Rows = Record<string, Row[]>

/** The people of the tests, by the ids of their contacts. */
export const anna = { contact: 'cAnna', account: 'aNord', person: 'pAnna', staff: 'uEva' }
export const bjorn = { contact: 'cBjorn', account: 'aSued', person: 'pBjorn', staff: 'uTom' }

interface Hostile {
  readonly table: string
  readonly why: string
  readonly row: Row
}

const at = '2024-05-01 12:00:00'

function hostile(table: string, why: string, row: Row): Hostile {
  return { table, why, row }
}

const accounts: Hostile[] = [
  hostile('account', "Anna's own account", {
    id: 'aNord',
    name: 'Nordwind',
    code: 'A1',
    type: 'Customer',
    revenue: 99.99,
    is_vip: 1
  }),
  hostile('account', "Bjorn's account: what Anna must not see", {
    id: 'aSued',
    name: 'Südstern',
    code: 'a1',
    type: 'Partner',
    employees: 5
  }),
  hostile('account', 'its id differs from aNord only in case', {
    id: 'ANORD',
    name: 'NORDWIND',
    code: 'A1 ',
    type: 'partner',
    employees: 6
  }),
  hostile('account', 'a soft-deleted parent: it leads nowhere', {
    id: 'aGone',
    deleted: 1,
    name: 'Gone',
    parent_account_id: 'aNord'
  }),
  hostile('account', 'the same id as a case and a contact', { id: 'same1', name: 'Same', code: '', employees: 0 }),
  hostile('account', 'a company below Annas, two steps down', {
    id: 'aNord2',
    name: 'Nordwind Süd',
    parent_account_id: 'aNord',
    code: null
  }),
  hostile('account', 'a circle: it is its own parent', {
    id: 'aLoop',
    name: 'Loop',
    parent_account_id: 'aLoop',
    employees: 2147483647
  })
]

const contacts: Hostile[] = [
  hostile('contact', 'Anna', {
    id: 'cAnna',
    first_name: 'Anna',
    last_name: 'Müller',
    account_id: 'aNord',
    birthday: '2000-02-29'
  }),
  hostile('contact', 'Bjorn, of another account', {
    id: 'cBjorn',
    first_name: 'Bjørn',
    last_name: 'MÜLLER',
    account_id: 'aSued'
  }),
  hostile('contact', 'its id differs from cAnna only in case', {
    id: 'CANNA',
    first_name: 'ANNA',
    last_name: 'Muller',
    account_id: 'ANORD'
  }),
  hostile('contact', 'belongs to no account', { id: 'cFree', first_name: '', last_name: 'Free', account_id: null }),
  hostile('contact', 'its account is the empty text, not NULL', { id: 'cEmpty', last_name: 'Empty', account_id: '' }),
  hostile('contact', 'its account is in the recycle bin', { id: 'cGone', last_name: 'Orphan', account_id: 'aGone' }),
  hostile('contact', 'it is itself in the recycle bin', {
    id: 'cDead',
    deleted: 1,
    last_name: 'Dead',
    account_id: 'aNord'
  }),
  hostile('contact', 'the same id as an account and a case', {
    id: 'same1',
    first_name: ' ',
    middle_name: '',
    last_name: 'Same'
  }),
  hostile('contact', 'a name of three words, the middle one empty', {
    id: 'cThree',
    first_name: 'Jan',
    middle_name: '',
    last_name: 'Novák',
    account_id: 'aNord2'
  }),
  hostile('contact', 'a name with a space at its end', {
    id: 'cSpace',
    first_name: 'Eva',
    middle_name: 'M',
    last_name: 'Šárka ',
    account_id: 'aNord'
  })
]

const cases: Hostile[] = [
  hostile('case', 'a plain case of Annas account', {
    id: 'case1',
    number: 6,
    name: 'Heating fails',
    status: 'New',
    account_id: 'aNord',
    contact_id: 'cAnna',
    hours: 6,
    amount: 100
  }),
  hostile('case', 'its id differs from case1 only in case', {
    id: 'CASE1',
    number: 5,
    name: 'HEATING FAILS',
    status: 'new',
    account_id: 'aSued',
    hours: 5.9999,
    amount: 99.99
  }),
  hostile('case', 'a trailing space in the name', {
    id: 'kSpace',
    number: 6,
    name: 'Heating fails ',
    status: 'New',
    account_id: 'aNord'
  }),
  hostile('case', 'nothing but spaces: not the empty text', {
    id: 'kBlank',
    name: '   ',
    status: ' ',
    description: ' ',
    account_id: 'aNord'
  }),
  hostile('case', 'empty texts where others are NULL', {
    id: 'kEmpty',
    name: '',
    status: '',
    description: '',
    tags: '',
    account_id: '',
    contact_id: ''
  }),
  hostile('case', 'NULL in every field that can be', { id: 'kNull', name: 'Nothing', created_at: null }),
  hostile('case', 'internal, in Annas account', {
    id: 'kInternal',
    name: 'Secret',
    is_internal: 1,
    account_id: 'aNord',
    contact_id: 'cAnna'
  }),
  hostile('case', 'in the recycle bin, in Annas account', {
    id: 'kDead',
    deleted: 1,
    name: 'Dead',
    account_id: 'aNord',
    contact_id: 'cAnna'
  }),
  hostile('case', 'internal and in the recycle bin', {
    id: 'kBoth',
    deleted: 1,
    is_internal: 1,
    name: 'Both',
    account_id: 'aNord'
  }),
  hostile('case', 'its account is in the recycle bin', {
    id: 'kOrphan',
    name: 'Orphan',
    account_id: 'aGone',
    contact_id: 'cDead'
  }),
  hostile('case', 'its account never was', {
    id: 'kDangling',
    name: 'Dangling',
    account_id: 'aNever',
    contact_id: 'cNever'
  }),
  hostile('case', 'linked to three contacts of one account: it comes up once', {
    id: 'kMany',
    name: 'Many',
    account_id: 'aNord',
    contact_id: 'cAnna',
    hours: 0.1
  }),
  hostile('case', 'its only link row to Anna is removed', { id: 'kUnlinked', name: 'Unlinked', account_id: 'aSued' }),
  hostile('case', 'one link row removed, the same one made again', {
    id: 'kRelinked',
    name: 'Relinked',
    account_id: 'aSued'
  }),
  hostile('case', 'the same id as an account and a contact', {
    id: 'same1',
    name: 'Same',
    account_id: 'aSued',
    contact_id: 'same1'
  }),
  hostile('case', 'a percent sign', { id: 'kPercent', name: '100 % done', description: '100%' }),
  hostile('case', 'what a percent sign would match', { id: 'kPercent2', name: '100 x done', description: '100x' }),
  hostile('case', 'an underscore', { id: 'kUnder', name: 'a_b', description: 'a_b' }),
  hostile('case', 'what an underscore would match', { id: 'kUnder2', name: 'axb', description: 'axb' }),
  hostile('case', 'the escape character at the end', { id: 'kBang', name: 'wow!', description: 'wow!%' }),
  hostile('case', 'backslash, quotes, question marks', {
    id: 'kQuote',
    name: `O'Neil "?" \\ ??`,
    description: ':name'
  }),
  hostile('case', 'umlauts and háčky', {
    id: 'kUmlaut',
    name: 'ÜBER Žluťoučký KŮŇ',
    description: 'Straße Škoda',
    account_id: 'aNord'
  }),
  hostile('case', 'the same without accents', {
    id: 'kPlain',
    name: 'uber zlutoucky kun',
    description: 'STRASSE SKODA',
    account_id: 'aSued'
  }),
  hostile('case', 'a capital sigma at the end of a word', { id: 'kSigma', name: 'ΟΔΟΣ', description: 'ΟΔΟΣΑ' }),
  hostile('case', 'dates at midnight', {
    id: 'kMidnight',
    name: 'Midnight',
    due_date: '2024-05-01',
    closed_at: '2024-05-01 00:00:00',
    account_id: 'aNord'
  }),
  hostile('case', 'the second before midnight', {
    id: 'kBefore',
    name: 'Before',
    due_date: '2024-04-30',
    closed_at: '2024-04-30 23:59:59',
    account_id: 'aNord'
  }),
  hostile('case', 'the same moment as another, so that only the id orders them', {
    id: 'kTie',
    name: 'Midnight',
    closed_at: '2024-05-01 00:00:00',
    account_id: 'aNord'
  }),
  hostile('case', 'numbers at their bounds', {
    id: 'kMax',
    name: 'Max',
    number: 2147483647,
    hours: 99999999999.9999,
    amount: 99999999999.99
  }),
  hostile('case', 'numbers below zero', {
    id: 'kMin',
    name: 'Min',
    number: -2147483648,
    hours: -0.0001,
    amount: -0.01
  }),
  hostile('case', 'zero is not empty', { id: 'kZero', name: '0', number: 0, hours: 0, amount: 0 }),
  hostile('case', 'tags that differ in case', { id: 'kTags', name: 'Tags', tags: '["Red","blue"]' }),
  hostile('case', 'a tag whose name holds another', { id: 'kTags2', name: 'Tags', tags: '["dark red","a\\"b"]' }),
  hostile('case', 'an empty list of tags', { id: 'kTags3', name: 'Tags', tags: '[]' })
]

const tasks: Hostile[] = [
  hostile('task', 'its parent is the case same1', {
    id: 't1',
    name: 'Of case',
    parent_type: 'Case',
    parent_id: 'same1'
  }),
  hostile('task', 'its parent is the account same1', {
    id: 't2',
    name: 'Of account',
    parent_type: 'Account',
    parent_id: 'same1'
  }),
  hostile('task', 'a parent without a type', { id: 't3', name: 'Of nothing', parent_type: null, parent_id: 'same1' }),
  hostile('task', 'a type without a parent', { id: 't4', name: 'Of no case', parent_type: 'Case', parent_id: null }),
  hostile('task', 'of a case in the recycle bin', {
    id: 't5',
    name: 'Of dead',
    parent_type: 'Case',
    parent_id: 'kDead'
  }),
  hostile('task', 'of an internal case', {
    id: 't6',
    name: 'Of secret',
    parent_type: 'Case',
    parent_id: 'kInternal',
    done: 1
  }),
  hostile('task', 'of Annas case', {
    id: 't7',
    name: 'Of Annas case',
    parent_type: 'Case',
    parent_id: 'case1',
    starts_at: '2024-05-01 00:00:00'
  }),
  hostile('task', 'of Annas account', {
    id: 't8',
    name: 'Of Annas account',
    parent_type: 'Account',
    parent_id: 'aNord',
    done: 1
  }),
  hostile('task', 'the same id as a case', { id: 'case1', name: 'Same id', parent_type: 'Account', parent_id: 'aSued' })
]

const others: Hostile[] = [
  hostile('product', 'cheap', { id: 'p1', name: 'Pump', unit_price: 0.01 }),
  hostile('product', 'without a price', { id: 'p2', name: 'pump', unit_price: null }),
  hostile('product', 'dear', { id: 'p3', name: 'Čerpadlo', unit_price: 99999999999.99 }),
  hostile('quote', 'of Annas account', {
    id: 'q1',
    name: 'Offer',
    account_id: 'aNord',
    total: 99.99,
    total_currency: 'USD',
    discount: 5,
    terms: '<p>Pay <b>soon</b></p>',
    contract_id: 'fSigned'
  }),
  hostile('quote', 'of another account; what stands in for a currency is a secret', {
    id: 'q2',
    name: 'Offer',
    account_id: 'aSued',
    total: 0,
    total_currency: 'our margin: 40 %',
    contract_id: 'fUnsigned'
  }),
  hostile('quote', 'its id differs from q1 only in case', {
    id: 'Q1',
    name: 'OFFER',
    account_id: 'aNord',
    total: 1,
    total_currency: null,
    contract_id: 'FSIGNED'
  }),
  hostile('quote', 'in the recycle bin: its items are nobodys', {
    id: 'q3',
    deleted: 1,
    name: 'Offer',
    account_id: 'aNord'
  }),
  hostile('quote_item', 'of Annas quote', { id: 'i1', name: 'Pump', quantity: 2, quote_id: 'q1', product_id: 'p1' }),
  hostile('quote_item', 'of another quote', { id: 'i2', name: 'Pump', quantity: 0, quote_id: 'q2', product_id: 'p2' }),
  hostile('quote_item', 'of a quote in the recycle bin', {
    id: 'i3',
    name: 'Pump',
    quantity: null,
    quote_id: 'q3',
    product_id: 'p9'
  }),
  hostile('user', 'staff who invited Anna', { id: 'uEva', name: 'Eva' }),
  hostile('user', 'other staff', { id: 'uTom', name: 'Tom' }),
  hostile('user', 'staff who left', { id: 'uGone', deleted: 1, name: 'Gone' })
]

function paper(id: string, why: string, row: Row): Hostile {
  const plain = {
    name: `${id}.txt`,
    type: 'text/plain',
    size: 1,
    parent_type: 'Quote',
    field: 'papers',
    created_at: at
  }
  return hostile('attachment', why, { id, ...plain, ...row })
}

const between: Hostile[] = [
  hostile('case_contact', 'Anna is on it', { case_id: 'kMany', contact_id: 'cAnna' }),
  hostile('case_contact', 'a second contact of the same account', { case_id: 'kMany', contact_id: 'cSpace' }),
  hostile('case_contact', 'a third, of another account', { case_id: 'kMany', contact_id: 'cBjorn' }),
  hostile('case_contact', 'the same row twice, both live', { case_id: 'kMany', contact_id: 'cAnna' }),
  hostile('case_contact', 'a removed link row', { case_id: 'kUnlinked', contact_id: 'cAnna', deleted: 1 }),
  hostile('case_contact', 'removed …', { case_id: 'kRelinked', contact_id: 'cAnna', deleted: 1 }),
  hostile('case_contact', '… and made again', { case_id: 'kRelinked', contact_id: 'cAnna' }),
  hostile('case_contact', 'to a contact in the recycle bin', { case_id: 'CASE1', contact_id: 'cDead' }),
  hostile('case_contact', 'to an internal case', { case_id: 'kInternal', contact_id: 'cAnna' }),
  hostile('case_contact', 'to a contact whose id differs only in case', { case_id: 'kPlain', contact_id: 'CANNA' }),
  hostile('case_contact', 'to a case that is gone', { case_id: 'kDead', contact_id: 'cAnna' }),
  hostile('email_address', 'Annas', {
    entity_type: 'Contact',
    entity_id: 'cAnna',
    address: 'Anna@Nordwind.example',
    is_primary: 1
  }),
  hostile('email_address', 'Annas second one', {
    entity_type: 'Contact',
    entity_id: 'cAnna',
    address: 'other@nordwind.example'
  }),
  hostile('email_address', 'a removed one', {
    entity_type: 'Contact',
    entity_id: 'cBjorn',
    address: 'gone@sued.example',
    is_primary: 1,
    deleted: 1
  }),
  hostile('email_address', 'of the account with the id of a contact', {
    entity_type: 'Account',
    entity_id: 'same1',
    address: 'account@same.example',
    is_primary: 1
  }),
  hostile('email_address', 'of the contact with the id of an account', {
    entity_type: 'Contact',
    entity_id: 'same1',
    address: 'contact@same.example',
    is_primary: 1
  }),
  paper('fQ1', 'on Annas quote', { parent_id: 'q1', name: 'Offer.pdf', type: 'application/pdf', size: 7 }),
  paper('fQ1b', 'the second one, earlier', { parent_id: 'q1', created_at: '2024-04-01 12:00:00' }),
  paper('FQ1', 'its id differs only in case', { parent_id: 'q2' }),
  paper('fDead', 'removed', { parent_id: 'q1', deleted: 1 }),
  paper('fOther', 'on a quote of somebody else', { parent_id: 'q2' }),
  paper('fCase', 'on a case with the id of a quote', { parent_id: 'q1', parent_type: 'Case' }),
  paper('fField', 'in another field', { parent_id: 'q1', field: 'drafts' }),
  paper('fCI', 'on a quote whose id differs only in case', { parent_id: 'Q1' }),
  paper('fLoose', 'on nothing', { parent_id: null, parent_type: null, field: null, size: null }),
  paper('fSigned', 'the contract of Annas quote, named by its column', { parent_id: null, field: 'contract' }),
  paper('fUnsigned', 'a removed contract', { parent_id: null, field: 'contract', deleted: 1 }),
  hostile('portico_authorship', 'written by Anna', { module: 'Case', record_id: 'kTags', author_id: 'pAnna', at }),
  hostile('portico_authorship', 'written by Anna, in the recycle bin', {
    module: 'Case',
    record_id: 'kDead',
    author_id: 'pAnna',
    at
  }),
  hostile('portico_authorship', 'written by Bjorn, in Annas account', {
    module: 'Case',
    record_id: 'kSpace',
    author_id: 'pBjorn',
    at
  }),
  hostile('portico_authorship', 'another module, the same id', {
    module: 'Account',
    record_id: 'same1',
    author_id: 'pAnna',
    at
  }),
  hostile('portico_authorship', 'a task of Annas', { module: 'Task', record_id: 't2', author_id: 'pAnna', at }),
  hostile('portico_authorship', 'an author whose id differs only in case', {
    module: 'Case',
    record_id: 'kZero',
    author_id: 'PANNA',
    at
  }),
  hostile('portico_memberships', 'a membership of Annas', { record_id: 'aNord', person_id: 'pAnna' }),
  hostile('portico_memberships', 'the same one twice', { record_id: 'aNord', person_id: 'pAnna' }),
  hostile('portico_memberships', 'in what does not exist', { record_id: 'aNever', person_id: 'pAnna' }),
  right('denied to Anna', { record_id: 'kMany' }),
  right('denied to Bjorn', { record_id: 'case1', grantee: 'pBjorn' }),
  right('denied to Anna, of another module', { module: 'Account', record_id: 'same1' }),
  right('denied to somebody whose id differs from Annas only in case', { record_id: 'kTie', grantee: 'PANNA' }),
  right('allowed to Anna', { record_id: 'case1', effect: 'allow' }),
  right('allowed to everybody, denied to Anna', { record_id: 'kMany', grantee: 'external', effect: 'allow' }),
  right('another right than reading', { record_id: 'kMidnight', right: 'write', effect: 'allow' }),
  ...['aNord', 'aNord2', 'aNord4', 'aStep6'].map((id) =>
    right('a company that is open to Anna', { module: 'Account', record_id: id, effect: 'allow' })
  ),
  hostile('portico_responsible', 'Anna is', { module: 'Case', record_id: 'kMany', person_id: 'pAnna' }),
  hostile('portico_responsible', 'Anna is, of a record in the recycle bin', {
    module: 'Case',
    record_id: 'kDead',
    person_id: 'pAnna'
  }),
  hostile('portico_responsible', 'of the task with the id of a case', {
    module: 'Task',
    record_id: 'case1',
    person_id: 'pAnna'
  })
]

/** Reading of a case denied to Anna, unless it says otherwise. */
function right(why: string, row: Row): Hostile {
  const denied = { module: 'Case', grantee: 'pAnna', right: 'read', effect: 'deny' }
  return hostile('portico_object_rights', why, { ...denied, ...row })
}

/** The tree of companies: what is above a record, and what only seems to be. */
const trees: Hostile[] = [
  ...[
    ['aNord3', 'three steps down', 'aNord2'],
    ['aNord4', 'four steps down: what is between may be closed', 'aNord3'],
    ['aUnderGone', 'below a company in the recycle bin, which is below Annas', 'aGone'],
    ['aUnderNever', 'below a company that never was', 'aNever'],
    ['aUnderCase', 'below a company whose id differs from Annas only in case', 'ANORD'],
    ['aUnderLoop', 'below a company that is its own parent', 'aLoop'],
    ['aRing1', 'a ring of two', 'aRing2'],
    ['aRing2', 'the other half of the ring', 'aRing1'],
    ['aUnderRing', 'below a ring', 'aRing1'],
    ['aTop', 'its parent is the empty text', ''],
    ['aUnderTop', 'below one without a parent', 'aTop']
  ].map(([id, why, above]) => hostile('account', why!, { id: id!, name: id!, parent_account_id: above! })),
  hostile('account', 'below Annas, itself in the recycle bin', {
    id: 'aDead2',
    deleted: 1,
    name: 'Dead',
    parent_account_id: 'aNord'
  }),
  ...Array.from({ length: 6 }, (_, step) =>
    hostile('account', `${step + 1} steps below Annas`, {
      id: `aStep${step + 1}`,
      name: `Step ${step + 1}`,
      parent_account_id: step === 0 ? 'aNord' : `aStep${step}`
    })
  ),
  hostile('case', 'of a company six steps below Annas', { id: 'kDeep', name: 'Deep', account_id: 'aStep6' }),
  hostile('case', 'of a company below one in the recycle bin', {
    id: 'kUnderGone',
    name: 'Under gone',
    account_id: 'aUnderGone'
  }),
  hostile('case', 'of a company in a ring', { id: 'kRing', name: 'Ring', account_id: 'aRing2' })
]

const ofNobody: Row = { assigned_user_id: null, owner_group_id: null }

/** Records by whom they belong to: near misses of a person, groups with and without one. */
const owned: Hostile[] = [
  hostile('case', 'an owner whose id differs from Evas only in case', ownedCase('kOwnCase', 'UEVA')),
  hostile('case', 'an owner nobody knows: a group does not own it all the same', ownedCase('kOwnWho', 'uNobody')),
  hostile('case', 'an empty owner: it belongs to nobody, to no group either', ownedCase('kOwnEmpty', '')),
  hostile('case', 'a person and a group: it belongs to the person', ownedCase('kOwnBoth', 'uTom')),
  hostile('case', 'a group alone', ownedCase('kOwnGroup', null)),
  hostile('case', 'two groups', ownedCase('kOwnGroups', null)),
  hostile('case', 'a group whose id differs only in case', ownedCase('kOwnGroupCase', null)),
  hostile('case', 'a group that was taken away', ownedCase('kOwnGroupGone', null)),
  hostile('case', 'a group that stands at another module', ownedCase('kOwnGroupOther', null)),
  hostile('account', 'a group alone, by a column', { id: 'aGroup', name: 'G', ...ofNobody, owner_group_id: 'gNord' }),
  hostile('account', 'a person and a group, by a column', {
    id: 'aBoth',
    name: 'B',
    assigned_user_id: 'uTom',
    owner_group_id: 'gNord'
  }),
  hostile('account', 'a group with a blank, by a column', {
    id: 'aBlank',
    name: 'A',
    ...ofNobody,
    owner_group_id: 'gNord '
  }),
  ...['kOwnWho', 'kOwnEmpty', 'kOwnBoth', 'kOwnGroup', 'kOwnGroups'].map((id) => inGroup(id, 'gNord')),
  inGroup('kOwnGroups', 'gSued'),
  inGroup('kOwnGroupCase', 'GNORD'),
  inGroup('kOwnGroupGone', 'gNord', { deleted: 1 }),
  inGroup('kOwnGroupOther', 'gNord', { entity_type: 'Account' })
]

function ownedCase(id: string, owner: string | null): Row {
  return { id, number: 7, name: 'Owned', assigned_user_id: owner }
}

function inGroup(id: string, group: string, more: Row = {}): Hostile {
  const row = { entity_type: 'Case', entity_id: id, group_id: group, deleted: 0, ...more }
  return hostile('entity_group', `the group of ${id}`, row)
}

export const hostileRows: readonly Hostile[] = [
  ...accounts,
  ...contacts,
  ...cases,
  ...tasks,
  ...others,
  ...between,
  ...owned,
  ...trees
]

/** Values that appear in the diced rows and in the generated conditions: near misses of each other. */
export const pools = {
  words: [
    'Heating fails',
    'heating fails',
    'Heating',
    'A1',
    'a1',
    'A1 ',
    'Nordwind',
    'Müller',
    'Muller',
    'Škoda',
    'skoda',
    '%',
    '_',
    '!',
    'wow!',
    'x',
    ' ',
    '?',
    'ΟΔΟΣ',
    'οδος',
    '\\',
    "'",
    'same',
    'Of',
    '0'
  ],
  options: ['New', 'new', 'Open', 'Closed', 'Customer', 'Partner', 'partner'],
  tags: ['red', 'Red', 'blue', 'dark red', 'a"b'],
  people: ['uEva', 'uTom', 'UEVA', 'uEva ', 'uNobody'],
  groups: ['gNord', 'gSued', 'GNORD'],
  numbers: [0, -1, 1, 5, 6, 5.9999, 0.1, 99.99, 100, 2147483647, -2147483648],
  dates: ['2024-04-30', '2024-05-01', '2024-05-02', '2000-02-29'],
  moments: ['2024-04-30 23:59:59', '2024-05-01 00:00:00', '2024-05-01 12:00:00', '2024-05-02 00:00:00']
}

/** How many diced rows each module gets. */
const diced: Record<string, number> = {
  Account: 6,
  Contact: 12,
  Case: 30,
  Task: 20,
  Product: 3,
  Quote: 5,
  QuoteItem: 10
}

/** All rows by table: the hostile ones, and those `seed` gives. */
export function rowsOf(seed: number): Rows {
  const rows: Rows = {}
  const put = (table: string, row: Row): void => void (rows[table] ??= []).push(row)
  for (const { table, row } of hostileRows) put(table, { ...standard(table), ...row })
  const dice = diceOf(seed)
  for (const module of catalog.modules.values()) {
    for (let index = 0; index < (diced[module.name] ?? 0); index++)
      put(module.table, dicedRow(dice, module.name, index))
  }
  for (let index = 0; index < 40; index++) {
    const ends = {
      case_id: dice.of(idsOf('case')),
      contact_id: dice.of(idsOf('contact')),
      deleted: dice.below(4) === 0 ? 1 : 0
    }
    put('case_contact', ends)
  }
  diceGroups(diceOf(seed + 1), rows)
  return rows
}

/** The groups that records belong to, with dice of their own. */
function diceGroups(dice: Dice, rows: Rows): void {
  for (const row of rows['account']!) row['owner_group_id'] ??= dice.of([...pools.groups, null])
  for (let index = 0; index < 30; index++) {
    const entity = { entity_type: 'Case', entity_id: `ca_${index}` }
    rows['entity_group']!.push({ ...entity, group_id: dice.of(pools.groups), deleted: dice.below(6) === 0 ? 1 : 0 })
  }
}

function standard(table: string): Row {
  const isModule = [...catalog.modules.values()].some((module) => module.table === table)
  if (!isModule) return {}
  const index = hostileRows.findIndex((hostileRow) => hostileRow.table === table)
  const owner: Row = table === 'user' ? {} : { assigned_user_id: ['uEva', 'uTom', null][Math.abs(index) % 3]! }
  return { ...owner, created_at: at, modified_at: at }
}

function idsOf(table: string): string[] {
  return hostileRows
    .filter((hostileRow) => hostileRow.table === table)
    .map((hostileRow) => String(hostileRow.row['id']))
}

interface Dice {
  below(count: number): number
  of<T>(list: readonly T[]): T
}

/** Small numbers that look random and come out the same for the same seed. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0
  const below = (count: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count
  }
  return { below, of: (list) => list[below(list.length)]! }
}

function dicedRow(dice: Dice, name: string, index: number): Row {
  const module = catalog.modules.get(name)!
  const row: Row = { id: `${module.table.slice(0, 2)}_${index}` }
  if (module.live) row['deleted'] = dice.below(10) === 0 ? 1 : 0
  for (const field of module.fields.values()) {
    if (field.storage.kind === 'column') row[field.storage.column] = dicedValue(dice, name, field)
    if (field.storage.kind === 'joined') field.storage.columns.forEach((column) => (row[column] = dice.of(pools.words)))
  }
  if (name === 'Task') row['parent_type'] = dice.of(['Case', 'Account', null])
  return row
}

function dicedValue(dice: Dice, name: string, field: Field): Scalar {
  if (!field.required && dice.below(6) === 0) return null
  if (field.type === 'boolean') return dice.below(5) === 0 ? 1 : 0
  return field.type === 'reference' ? dice.of(targetsOf(name, field)) : dice.of(plainValues(field))
}

function targetsOf(name: string, field: Field): readonly string[] {
  const link = catalog.modules.get(name)!.links.get(field.link!)!
  const { table } = catalog.modules.get(link.to)!
  return field.name.startsWith('parentC') ? [...idsOf('case'), ...idsOf('account')] : idsOf(table)
}

function plainValues(field: Field): readonly Scalar[] {
  switch (field.type) {
    case 'integer':
      return pools.numbers.filter(Number.isInteger)
    case 'number':
      return pools.numbers
    case 'money':
      return pools.numbers.filter((value) => value !== 5.9999)
    case 'date':
      return pools.dates
    case 'datetime':
      return pools.moments
    case 'option':
      return [...pools.options, '']
    case 'options':
      return [...pools.tags.map((tag) => JSON.stringify([tag])), JSON.stringify(pools.tags), '[]']
    default:
      return [...pools.words, '']
  }
}
