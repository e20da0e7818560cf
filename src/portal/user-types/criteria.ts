/** Criteria: comparisons, in groups that may hold groups, by which records of a related module are shown, by value or by a field of the primary record (Z07). */
import { z } from 'zod'
import { all, any, compare, never, operators, type Condition } from '../../access/condition.js'
import { comparable, fits, isOffered, needsValue, operatorsFor } from '../../access/comparables.js'
import { valueKind } from '../../access/comparison.js'
import { isComparable } from '../../access/field-kinds.js'
import { isMoney, type Value } from '../../access/record.js'
import type { Field, Module, Scalar } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'

const criterion = z.object({
  field: z.string(),
  operator: z.enum(operators),
  match: z.discriminatedUnion('by', [
    z.object({ by: z.literal('value'), value: z.union([z.string(), z.number(), z.boolean(), z.null()]) }),
    z.object({ by: z.literal('field'), field: z.string() })
  ])
})
export type Criterion = z.infer<typeof criterion>

/** A group: all or any of its parts hold. */
export interface Criteria {
  readonly join: 'all' | 'any'
  readonly of: readonly (Criterion | Criteria)[]
}

/** Groups within groups within the whole. */
export const deepestGroup = 3

/** Every comparison is work for the database, whoever looks (A48). */
export const mostComparisons = 40

const criteria: z.ZodType<Criteria> = z.object({
  join: z.enum(['all', 'any']),
  of: z.array(z.lazy(() => z.union([criterion, criteria])))
})

export function isGroup(part: Criterion | Criteria): part is Criteria {
  return 'join' in part
}

/** Every comparison of the criteria, whatever group it stands in. */
export function comparisonsIn(given: Criteria | undefined): Criterion[] {
  return (given?.of ?? []).flatMap((part) => (isGroup(part) ? comparisonsIn(part) : [part]))
}

/** The values of the primary record, by field name. */
export type PrimaryValues = Readonly<Record<string, Value>>

/** Criteria as stored. What can't be read stays criteria, ones that nothing fulfils. */
export function readCriteria(text: string | null): Criteria | undefined {
  if (text === null) return undefined
  try {
    return criteria.parse(JSON.parse(text))
  } catch {
    return { join: 'all', of: [] }
  }
}

/** The condition the criteria mean for somebody whose primary record has these values. A field that is gone, or a value the
 *  primary record does not have, holds for nothing; so do groups without a single comparison. */
export function criteriaCondition(module: Module, given: Criteria, primary: PrimaryValues): Condition {
  const parts = given.of.map((part) =>
    isGroup(part) ? criteriaCondition(module, part, primary) : criterionCondition(module, part, primary)
  )
  if (parts.length === 0) return never
  return given.join === 'all' ? all(...parts) : any(...parts)
}

/** The fields of the primary record that the criteria compare with. */
export function primaryFieldsIn(given: Criteria | undefined): string[] {
  return comparisonsIn(given).flatMap(({ match }) => (match.by === 'field' ? [match.field] : []))
}

/** The fields of the primary module that a field can be compared with: those of the same kind. */
export function matching(primary: Module, field: Field): Field[] {
  return comparable(primary).filter((other) => valueKind(other) === valueKind(field))
}

/** What is wrong with criteria, by the place of each part: `criteria.1.0` is the first part of the group that is the second part. */
export function criteriaProblems(module: Module, primary: Module, given: Criteria): Record<string, FieldError> {
  if (comparisonsIn(given).length > mostComparisons)
    return { criteria: { key: 'portal:problem.criteriaMany', args: { max: mostComparisons } } }
  return groupProblems(module, primary, given, ['criteria'])
}

function groupProblems(
  module: Module,
  primary: Module,
  group: Criteria,
  place: readonly string[]
): Record<string, FieldError> {
  const here = place.join('.')
  if (group.of.length === 0) return { [here]: { key: 'portal:problem.groupEmpty' } }
  if (place.length > deepestGroup) return { [here]: { key: 'portal:problem.groupDeep', args: { max: deepestGroup } } }
  const problems: Record<string, FieldError> = {}
  for (const [index, part] of group.of.entries()) {
    const at = [...place, String(index)]
    const problem = isGroup(part) ? undefined : criterionProblem(module, primary, part)
    if (isGroup(part)) Object.assign(problems, groupProblems(module, primary, part, at))
    if (problem) problems[at.join('.')] = problem
  }
  return problems
}

/** What is wrong with a criterion, or undefined. */
export function criterionProblem(
  module: Module,
  primary: Module,
  { field: name, operator, match }: Criterion
): FieldError | undefined {
  const field = comparable(module).find((one) => one.name === name)
  if (!field) return { key: 'portal:problem.criterionField' }
  if (!operatorsFor(field).includes(operator))
    return { key: 'portal:problem.criterionOperator', args: { field: field.label } }
  if (!needsValue(operator)) return undefined
  if (match.by === 'value')
    return fits(field, operator, match.value) && isOffered(field, operator, match.value)
      ? undefined
      : { key: 'portal:problem.criterionValue', args: { field: field.label } }
  const isSame = matching(primary, field).some((one) => one.name === match.field)
  return isSame ? undefined : { key: 'portal:problem.criterionPrimaryField', args: { field: field.label } }
}

function criterionCondition(
  module: Module,
  { field: name, operator, match }: Criterion,
  primary: PrimaryValues
): Condition {
  const field = module.fields.get(name)
  if (!field || !isComparable(field) || !operatorsFor(field).includes(operator)) return never
  if (!needsValue(operator)) return compare(name, operator)
  const value = match.by === 'value' ? match.value : amountOf(primary[match.field])
  return isScalar(value) && fits(field, operator, value) ? compare(name, operator, value) : never
}

/** An amount is compared by its number, whatever its currency. */
function amountOf(value: Value | undefined): Value | undefined {
  return isMoney(value) ? value.amount : value
}

function isScalar(value: Value | undefined): value is Scalar {
  return value !== undefined && (value === null || typeof value !== 'object')
}
