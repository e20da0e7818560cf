/** Generated policies over whatever modules an EspoCRM has, with values that its records hold or nearly hold. */
import fc from 'fast-check'
import {
  all,
  any,
  compare,
  linked,
  not,
  oneOf,
  writtenBy,
  type Condition,
  type Operator
} from '../../src/access/condition.js'
import type { Grant, ModulePolicy } from '../../src/access/grant.js'
import type { ListQuery } from '../../src/access/record.js'
import type { Field, Link, Module, Scalar } from '../../src/host/catalog.js'
import type { RestWorld } from './rest-world.js'

type Arb<T> = fc.Arbitrary<T>

const reason = { key: 'access:reason.own' }

/** What may be generated of one world: conditions over its modules, policies of them. */
export interface Generator {
  /** A policy for `module`, and small ones for some of the others (their titles may show then). */
  policiesFor(module: string): Arb<ModulePolicy[]>
  /** Words to look for and comparisons to filter by; mostly neither. */
  queryFor(module: string): Arb<ListQuery>
  idOf(module: string): Arb<string>
}

/** `authorId`: somebody who wrote some of the records. */
export function generatorFor({ catalog, rows }: RestWorld, authorId: string): Generator {
  const memo = new Map<string, Arb<Condition>>()
  const moduleOf = (name: string): Module => catalog.modules.get(name)!
  const rowsOf = (name: string): readonly Readonly<Record<string, Scalar>>[] => rows[name] ?? []

  const idOf = (name: string): Arb<string> => {
    const ids = rowsOf(name).map((row) => String(row['id']))
    return fc.constantFrom(...ids, 'none')
  }

  const valueFor = (module: Module, field: Field): Arb<Scalar> => {
    if (field.type === 'boolean') return fc.boolean()
    if (field.storage.kind !== 'column') return fc.constant(null)
    const { column } = field.storage
    const seen = [...new Set(rowsOf(module.name).map((row) => row[column] ?? null))].filter((value) => value !== null)
    if (field.type === 'options') {
      const options = field.options.map(({ value }) => value)
      return fc.constantFrom(...seen.flatMap((value) => JSON.parse(String(value)) as string[]), ...options, 'none')
    }
    if (['integer', 'number', 'money'].includes(field.type)) {
      return fc.constantFrom(0, -1, ...seen.flatMap((value) => [Number(value), Number(value) + 0.5]))
    }
    if (field.type === 'date') return fc.constantFrom('2024-02-29', ...seen.map(String))
    if (field.type === 'datetime') {
      return fc.constantFrom('2024-02-29 00:00:00', '2024-02-29', ...seen.map(String))
    }
    return fc.constantFrom('', 'a', ...seen.slice(0, 40).flatMap((value) => nearly(String(value))))
  }

  const comparison = (module: Module): Arb<Condition> =>
    fc
      .constantFrom(...[...module.fields.values()].filter(({ type }) => operatorsOf(type).length > 0))
      .chain((field) => comparisonOf(module, field))

  const comparisonOf = (module: Module, field: Field): Arb<Condition> => {
    const values = valueFor(module, field)
    const bare = (['isEmpty', 'isNotEmpty'] as const).map((operator) => fc.constant(compare(field.name, operator)))
    const valued = operatorsOf(field.type).map((operator) =>
      values.map((value) => compare(field.name, operator, value))
    )
    return fc.oneof(...bare, ...valued)
  }

  const oneOfIds = (name: string): Arb<Condition> =>
    fc.array(idOf(name), { minLength: 1, maxLength: 8 }).map((ids) => oneOf('id', ids))

  const conditionOf = (name: string, depth: number): Arb<Condition> => {
    const key = `${name} ${depth}`
    const known = memo.get(key)
    if (known) return known
    const module = moduleOf(name)
    const leaves = [
      { weight: 1, arbitrary: fc.constant<Condition>({ kind: 'always' }) },
      { weight: 6, arbitrary: oneOfIds(name) },
      { weight: 8, arbitrary: comparison(module) },
      { weight: 4, arbitrary: fc.constant(writtenBy(name, authorId)) }
    ]
    const made = depth === 0 ? fc.oneof(...leaves) : fc.oneof(...leaves, ...branches(module, depth))
    memo.set(key, made)
    return made
  }

  const branches = (module: Module, depth: number): { weight: number; arbitrary: Arb<Condition> }[] => {
    const isWalked = ({ name, to }: Link): boolean => to !== 'User' && rowsOf(`${module.name} ${name}`).length > 0
    const links = [...module.links.values()].filter(isWalked)
    const parts = fc.array(conditionOf(module.name, depth - 1), { minLength: 2, maxLength: 3 })
    const over = links.map(({ name, to }) =>
      fc.oneof(oneOfIds(to), conditionOf(to, depth - 1)).map((inner) => linked(name, inner))
    )
    return [
      ...(over.length > 0 ? [{ weight: 10, arbitrary: fc.oneof(...over) }] : []),
      { weight: 3, arbitrary: parts.map((list) => all(...list)) },
      { weight: 3, arbitrary: parts.map((list) => any(...list)) }
    ]
  }

  const fieldsOf = (name: string): Arb<string[]> => {
    const shown = [...moduleOf(name).fields.values()].filter(({ type }) => type !== 'files').map((field) => field.name)
    return fc.oneof(fc.constant(shown), fc.subarray(shown, { minLength: 1 }))
  }

  const grantOf = (name: string, depth: number): Arb<Grant> =>
    fc
      .tuple(conditionOf(name, depth), fieldsOf(name))
      .map(([when, fields]) => ({ id: 'g', actions: ['view', 'open'], when, fields, reason }))

  const policyOf = (name: string, depth: number, most: number): Arb<ModulePolicy> =>
    fc
      .tuple(
        fc.array(grantOf(name, depth), { minLength: Math.min(2, most), maxLength: most }),
        fc.option(
          fc.array(idOf(name), { minLength: 1, maxLength: 3 }).map((ids) => not(oneOf('id', ids))),
          { nil: undefined, freq: 3 }
        )
      )
      .map(([grants, restriction]) => ({
        module: name,
        grants: grants.map((grant, index) => ({ ...grant, id: `g${index}` })),
        restrictions: restriction ? [{ id: 'r', when: restriction, reason }] : []
      }))

  const wordOf = (name: string): Arb<string> => {
    const texts = rowsOf(name)
      .flatMap((row) => Object.values(row))
      .filter((value) => typeof value === 'string')
    return fc
      .constantFrom('a', ...texts.flatMap((text) => text.split(/\s+/)).filter((word) => word.length > 1))
      .chain((word) => fc.constantFrom(word, word.toUpperCase(), word.slice(1)))
  }

  return {
    idOf,
    queryFor(name) {
      const filter = comparison(moduleOf(name)).map((condition) => {
        if (condition.kind !== 'compare') throw new Error('A comparison is one.')
        const { field, operator, value } = condition
        return [{ field, operator, value }]
      })
      return fc.oneof(
        { weight: 3, arbitrary: fc.constant<ListQuery>({}) },
        { weight: 1, arbitrary: wordOf(name).map((search): ListQuery => ({ search })) },
        { weight: 1, arbitrary: filter.map((list): ListQuery => ({ filter: list })) }
      )
    },
    policiesFor(name) {
      const others = [...catalog.modules.keys()].filter((other) => other !== name && other !== 'User')
      return fc
        .tuple(policyOf(name, 2, 4), fc.subarray(others, { maxLength: 3 }))
        .chain(([own, some]) => fc.tuple(...some.map((other) => policyOf(other, 1, 1))).map((small) => [own, ...small]))
    }
  }
}

/** The text, and texts that a careless comparison takes for it. */
function nearly(text: string): string[] {
  return [text, text.toUpperCase(), `${text} `, text.slice(0, 3), text.slice(-2), text.normalize('NFD')]
}

function operatorsOf(type: Field['type']): Operator[] {
  switch (type) {
    case 'richText':
    case 'files':
      return []
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
