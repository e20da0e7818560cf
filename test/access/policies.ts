/** Generated policies and questions: every word of the vocabulary over the world's modules, with values that nearly meet. */
import fc from 'fast-check'
import {
  all,
  any,
  compare,
  descended,
  joined,
  linked,
  not,
  oneOf,
  owned,
  unlinked,
  type Condition,
  type Operator
} from '../../src/access/condition.js'
import { actions, type Action, type Grant, type ModulePolicy } from '../../src/access/grant.js'
import type { Filter, ListQuery } from '../../src/access/record.js'
import type { Field, Link, Module, Scalar } from '../../src/host/catalog.js'
import { grant, policyOf, restriction } from './shapes.js'
import { catalog } from './world-catalog.js'
import { anna, bjorn, hostileRows, pools } from './world-rows.js'

type Arb<T> = fc.Arbitrary<T>

const moduleNames = ['Case', 'Case', 'Case', 'Task', 'Contact', 'Account', 'QuoteItem', 'Product', 'Quote'] as const

/** What is asked in one run: who may what, and a question about one module. */
export interface Asked {
  readonly module: string
  readonly policy: readonly ModulePolicy[]
  readonly query: ListQuery
  readonly ids: readonly string[]
  readonly related: { readonly module: string; readonly id: string; readonly link: string }
}

export const asked: Arb<Asked> = fc.constantFrom(...moduleNames).chain((module) =>
  fc.record({
    module: fc.constant(module),
    policy: policies(module),
    query: queryOf(catalog.modules.get(module)!),
    ids: fc.array(idOf(module), { minLength: 4, maxLength: 4 }),
    related: relatedTo(module)
  })
)

/** The module's own policy, and small ones for the modules its references lead to. */
export function policies(module: string): Arb<ModulePolicy[]> {
  const others = [...catalog.modules.keys()].filter((name) => name !== module && name !== 'User')
  const small = others.map((name) => fc.option(policyArb(name, 1, 2), { nil: undefined }))
  return fc.tuple(policyArb(module, 2, 4), ...small).map((parts) => parts.filter((part) => part !== undefined))
}

function policyArb(name: string, depth: number, mostGrants: number): Arb<ModulePolicy> {
  const module = catalog.modules.get(name)!
  const grants = fc.array(grantArb(module, depth), { minLength: 1, maxLength: mostGrants })
  const restrictions = fc.array(restrictionArb(module, depth), { maxLength: 1 })
  const isRestricted = fc.integer({ min: 0, max: 3 }).map((n) => n === 0)
  return fc.tuple(grants, restrictions, isRestricted).map(([list, rules, restricted]) =>
    policyOf(
      name,
      list.map((one, index) => ({ ...one, id: `g${index}` })),
      restricted ? rules.map((when, index) => restriction(`r${index}`, when)) : []
    )
  )
}

function grantArb(module: Module, depth: number): Arb<Grant> {
  return fc
    .tuple(conditionOf(module, depth), actionsArb, fieldsArb(module), namedArb(module))
    .map(([when, list, fields, named]) => grant(module.name, 'g', when, { actions: list, fields, named }))
}

/** References that are only named; most grants name none, some all of theirs. */
function namedArb(module: Module): Arb<string[]> {
  const references = [...module.fields.values()].filter(({ type }) => type === 'reference').map(({ name }) => name)
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: fc.constant(references) },
    { weight: 1, arbitrary: fc.subarray(references) }
  )
}

/** Who may open a record may list it: `open` comes with `view`. */
const actionsArb: Arb<readonly Action[]> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<readonly Action[]>(['view', 'open']) },
  { weight: 2, arbitrary: fc.constant<readonly Action[]>([...actions]) },
  { weight: 1, arbitrary: fc.constant<readonly Action[]>(['view']) },
  {
    weight: 3,
    arbitrary: fc
      .subarray([...actions], { minLength: 1 })
      .map((list) => (list.includes('open') ? [...new Set<Action>(['view', ...list])] : list))
  }
)

function fieldsArb(module: Module): Arb<string[]> {
  const names = [...module.fields.keys()]
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(names) },
    { weight: 3, arbitrary: fc.subarray(names, { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant<string[]>([module.title]) }
  )
}

const memo = new Map<string, Arb<Condition>>()

/** Any condition over the module, `depth` levels of links, alls and anys deep. */
function conditionOf(module: Module, depth: number): Arb<Condition> {
  const key = `${module.name} ${depth}`
  const known = memo.get(key)
  if (known) return known
  const leaves = [
    { weight: 1, arbitrary: fc.constant<Condition>({ kind: 'always' }) },
    { weight: 1, arbitrary: fc.constant<Condition>({ kind: 'never' }) },
    {
      weight: 3,
      arbitrary: fc.array(idOf(module.name), { minLength: 1, maxLength: 3 }).map((ids) => oneOf('id', ids))
    },
    { weight: 6, arbitrary: comparison(module) },
    { weight: 2, arbitrary: oneOfValues(module) },
    { weight: 3, arbitrary: joinedArb(module) },
    { weight: 1, arbitrary: deniedArb(module) },
    ...unlinkedArbs(module),
    ...(module.owner === undefined ? [] : [{ weight: 2, arbitrary: ownedArb }])
  ]
  const made = depth === 0 ? fc.oneof(...leaves) : fc.oneof(...leaves, ...branches(module, depth))
  memo.set(key, made)
  return made
}

function branches(module: Module, depth: number): { weight: number; arbitrary: Arb<Condition> }[] {
  const links = [...module.links.values()].filter((link) => link.to !== 'User')
  const parts = fc.array(conditionOf(module, depth - 1), { minLength: 2, maxLength: 3 })
  const over = links.map((link) => pathTo(link.to, depth - 1).map((inner) => linked(link.name, inner)))
  return [
    ...(over.length > 0 ? [{ weight: 9, arbitrary: fc.oneof(...over) }] : []),
    ...treesOf(module).map((link) => ({ weight: 3, arbitrary: descendedArb(module, link.name, depth - 1) })),
    { weight: 4, arbitrary: parts.map((list) => all(...list)) },
    { weight: 4, arbitrary: parts.map((list) => any(...list)) }
  ]
}

/** Links of a module to itself, kept in a lookup that serves nothing else. */
function treesOf(module: Module): Link[] {
  return [...module.links.values()].filter(
    ({ to, storage }) => to === module.name && storage.kind === 'column' && !storage.only
  )
}

/** Steps that let most rows by, so that trees are walked further than one step. */
function descendedArb(module: Module, link: string, depth: number): Arb<Condition> {
  const step = fc.oneof(fc.constant<Condition>({ kind: 'always' }), deniedArb(module), conditionOf(module, depth))
  return fc.tuple(pathTo(module.name, depth), step).map(([top, next]) => descended(link, top, next))
}

function unlinkedArbs(module: Module): { weight: number; arbitrary: Arb<Condition> }[] {
  const links = [...module.links.values()].filter(({ storage }) => storage.kind !== 'reverse')
  return links.length === 0
    ? []
    : [{ weight: 2, arbitrary: fc.constantFrom(...links.map(({ name }) => unlinked(name))) }]
}

/** Half of the paths end at records named by id, as those of real policies do. */
function pathTo(name: string, depth: number): Arb<Condition> {
  const ids = fc.array(idOf(name), { minLength: 1, maxLength: 2 }).map((list) => oneOf('id', list))
  return fc.oneof(ids, conditionOf(catalog.modules.get(name)!, depth))
}

function comparison(module: Module): Arb<Condition> {
  const fields = [...module.fields.values()].filter(({ type }) => type !== 'files')
  return fc
    .constantFrom(...fields)
    .chain((field) => comparisonOf(field).map(({ operator, value }) => compare(field.name, operator, value)))
}

/** An operator that has a meaning for the field, and a value of its type. */
function comparisonOf(field: Field): Arb<Omit<Filter, 'field'>> {
  const empties = (['isEmpty', 'isNotEmpty'] as const).map((operator) => fc.constant({ operator, value: null }))
  const values = valueFor(field)
  return fc.oneof(...empties, ...operatorsOf(field).map((operator) => values.map((value) => ({ operator, value }))))
}

function operatorsOf(field: Field): Operator[] {
  switch (field.type) {
    case 'boolean':
      return ['=', '≠']
    case 'options':
      return ['contains']
    case 'integer':
    case 'number':
    case 'money':
    case 'date':
    case 'datetime':
      return ['=', '≠', '<', '≤', '>', '≥']
    default:
      return ['=', '≠', 'contains', 'startsWith']
  }
}

function valueFor(field: Field): Arb<Scalar> {
  switch (field.type) {
    case 'boolean':
      return fc.boolean()
    case 'options':
      return fc.constantFrom(...pools.tags, 'RED')
    case 'integer':
    case 'number':
    case 'money':
      return fc.constantFrom(...pools.numbers)
    case 'date':
    case 'datetime':
      return fc.constantFrom(...pools.dates, ...pools.moments)
    case 'reference':
      return fc.constantFrom(...knownIds)
    case 'option':
      return fc.constantFrom(...pools.options, ...pools.words, '')
    default:
      return fc.oneof(
        fc.constantFrom(...pools.words, ''),
        fc.string({ maxLength: 3 }),
        fc.constantFrom(...hostileWords)
      )
  }
}

const hostileWords = hostileRows.flatMap(({ row }) =>
  [row['name'], row['description'], row['last_name']].filter((word) => typeof word === 'string')
)

function oneOfValues(module: Module): Arb<Condition> {
  const fields = [...module.fields.values()].filter((field) =>
    ['text', 'option', 'integer', 'number', 'money', 'reference'].includes(field.type)
  )
  return fc
    .constantFrom(...fields)
    .chain((field) =>
      fc
        .array(valueFor(field), { minLength: 1, maxLength: 3 })
        .map((values) => oneOf(field.name, values as (string | number)[]))
    )
}

const ownedArb: Arb<Condition> = fc
  .tuple(fc.subarray(pools.people), fc.subarray(pools.groups))
  .map(([people, groups]) => owned(people, groups))

function joinedArb(module: Module): Arb<Condition> {
  const person = fc.constantFrom(anna.person, anna.person, bjorn.person)
  const references = [...module.fields.values()]
    .filter((field) => field.type === 'reference')
    .map((field) => field.name)
  return fc.oneof(
    person.map((id) => joined('portico_authorship', { module: module.name, author_id: id })),
    person.map((id) => joined('portico_memberships', { person_id: id })),
    fc
      .tuple(fc.constantFrom(anna.person, bjorn.person, 'external'), fc.constantFrom('allow', 'deny'))
      .map(([grantee, effect]) =>
        joined('portico_object_rights', { module: module.name, grantee, right: 'read', effect })
      ),
    person.map((id) => joined('portico_responsible', { module: module.name, person_id: id })),
    fc
      .tuple(person, fc.constantFrom('id', ...references))
      .map(([id, match]) => joined('portico_memberships', { person_id: id }, match)),
    fc
      .tuple(person, fc.constantFrom('id', ...references))
      .map(([id, match]) => joined('portico_authorship', { module: 'Account', author_id: id }, match))
  )
}

/** What is denied to nobody of these; grants say it, too (T07). */
function deniedArb(module: Module): Arb<Condition> {
  return fc
    .constantFrom(anna.person, bjorn.person, 'external')
    .map((grantee) =>
      not(joined('portico_object_rights', { module: module.name, grantee, right: 'read', effect: 'deny' }))
    )
}

/** Restrictions may say `not`, over our own tables and what is never NULL. */
function restrictionArb(module: Module, depth: number): Arb<Condition> {
  const required = [...module.fields.values()].filter((field) => field.required)
  const negated = fc.oneof(
    deniedArb(module),
    fc.array(idOf(module.name), { minLength: 1, maxLength: 2 }).map((ids) => not(oneOf('id', ids))),
    ...(required.length > 0
      ? [
          fc
            .constantFrom(...required)
            .chain((field) =>
              comparisonOf(field).map(({ operator, value }) => not(compare(field.name, operator, value)))
            )
        ]
      : [])
  )
  return fc.oneof(
    negated,
    conditionOf(module, depth),
    fc.tuple(negated, conditionOf(module, depth)).map(([left, right]) => any(left, right))
  )
}

const knownIds = [...new Set(hostileRows.flatMap(({ row }) => (typeof row['id'] === 'string' ? [row['id']] : [])))]

function idOf(module: string): Arb<string> {
  const { table } = catalog.modules.get(module)!
  const own = hostileRows.filter((hostile) => hostile.table === table).map(({ row }) => String(row['id']))
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...own) },
    { weight: 1, arbitrary: fc.constantFrom(...knownIds, 'none') }
  )
}

/** A question: filters, words, an order and a page size; sometimes of fields that are hidden or are not there. */
function queryOf(module: Module): Arb<ListQuery> {
  const names = [...module.fields.keys()]
  const sortable = [...module.fields.values()].filter((field) => field.sortable).map((field) => field.name)
  const sort = fc.record({ field: fc.constantFrom(...sortable), descending: fc.boolean() })
  return fc
    .record(
      {
        filter: fc.array(filterOf(module), { maxLength: 2 }),
        search: fc.constantFrom(...pools.words, 'wow!%', 'heating FAILS', 'o', 'ÜBER', 'KŮŇ', 'nordwind'),
        sort,
        limit: fc.integer({ min: 1, max: 7 }),
        fields: fc.subarray(names)
      },
      { requiredKeys: [] }
    )
    .chain((query) => thinned(query))
}

/** Most questions ask for little, so that most lists are not empty. */
function thinned(query: ListQuery): Arb<ListQuery> {
  return fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })).map(([filter, search]) => ({
    ...query,
    filter: filter === 0 ? query.filter : [],
    search: search === 0 ? query.search : undefined
  }))
}

function filterOf(module: Module): Arb<Filter> {
  return fc
    .constantFrom(...module.fields.values())
    .chain((field) => comparisonOf(field).map(({ operator, value }) => ({ field: field.name, operator, value })))
}

function relatedTo(module: string): Arb<Asked['related']> {
  const ways = [...catalog.modules.values()].flatMap((from) =>
    [...from.links.values()]
      .filter((link) => link.to === module)
      .map((link) => ({ module: from.name, link: link.name }))
  )
  const from = ways.length > 0 ? ways : [{ module: 'Case', link: 'none' }]
  return fc.constantFrom(...from).chain((way) => idOf(way.module).map((id) => ({ ...way, id })))
}
