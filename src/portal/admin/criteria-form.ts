/** Criteria in a form: groups within groups, each part in inputs named by its place, built and taken apart by buttons that only show
 *  the form again (Z07). */
import { comparable, needsValue, operatorsFor, valueFromText } from '../../access/comparables.js'
import { operators, type Operator } from '../../access/condition.js'
import { operatorKey } from '../../access/describe.js'
import { Invalid } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { localMoment, utcMoment } from '../../web/zoned-time.js'
import {
  deepestGroup,
  isGroup,
  matching,
  mostComparisons,
  type Criteria,
  type Criterion
} from '../user-types/criteria.js'
import { choiceOf, withChosen, type Choice } from './choices.js'

/** A comparison as it stands in the form; without a field it is a row that nobody filled in. */
interface TypedRow {
  readonly field: string
  readonly operator: string
  readonly value: string
  /** A field of the primary record to compare with; empty: the value counts. */
  readonly primary: string
}

export interface TypedGroup {
  readonly join: 'all' | 'any'
  readonly of: readonly TypedPart[]
}
type TypedPart = TypedRow | TypedGroup

const emptyRow: TypedRow = { field: '', operator: '=', value: '', primary: '' }

/** What the form begins with where there are no criteria: one row to fill in. */
const blankCriteria: TypedGroup = { join: 'all', of: [emptyRow] }

/** `criteria.join` is the whole's, `criteria.1.0.field` that of the first part of the group that is the second part. */
const inputName = /^criteria((?:\.\d{1,2}){0,3})\.(join|field|operator|value|primary)$/
const longestText = 200
/** Rows and groups in a form: some that nobody filled in may stand among those that count (A48). */
const mostParts = 2 * mostComparisons

/** The inputs of the criteria in a posted form, and the rest of it. @throws Invalid for what is too long for any of them, and for more of them than
 *  anybody fills in. */
export function splitCriteria(body: Readonly<Record<string, unknown>>): {
  typed: TypedGroup
  rest: Record<string, unknown>
} {
  const inputs = new Map<string, Record<string, string>>()
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    const [, place, part] = inputName.exec(name) ?? []
    if (place === undefined || part === undefined) rest[name] = value
    else inputs.set(place, { ...inputs.get(place), [part]: textOf(value) })
  }
  if (inputs.size > mostParts)
    throw new Invalid({ criteria: { key: 'portal:problem.criteriaMany', args: { max: mostComparisons } } })
  return { typed: groupAt(inputs, ''), rest }
}

function textOf(posted: unknown): string {
  const [text] = [posted].flat()
  if (typeof text !== 'string' || text.length > longestText || text.includes('\0'))
    throw new Invalid({ criteria: { key: 'errors.field.tooLong', args: { max: longestText } } })
  return text
}

function groupAt(inputs: ReadonlyMap<string, Record<string, string>>, place: string): TypedGroup {
  const depth = place.split('.').length
  const places = [...inputs.keys()]
    .filter((one) => one.startsWith(`${place}.`) && one.split('.').length === depth + 1)
    .toSorted((a, b) => Number(a.split('.').at(-1)) - Number(b.split('.').at(-1)))
  const of = places.map((one): TypedPart => {
    const part = inputs.get(one)!
    return 'join' in part ? groupAt(inputs, one) : { ...emptyRow, ...part }
  })
  return { join: inputs.get(place)?.['join'] === 'any' ? 'any' : 'all', of }
}

/** Stored criteria as they are typed; moments in the reader's time zone. */
export function typedCriteria(module: Module, criteria: Criteria | undefined, timeZone: string): TypedGroup {
  if (!criteria) return blankCriteria
  const of = criteria.of.map((part) =>
    isGroup(part) ? typedCriteria(module, part, timeZone) : typedRow(module, part, timeZone)
  )
  return { join: criteria.join, of }
}

function typedRow(module: Module, { field, operator, match }: Criterion, timeZone: string): TypedRow {
  if (match.by === 'field') return { field, operator, value: '', primary: match.field }
  const text = String(match.value ?? '')
  const isMoment = module.fields.get(field)?.type === 'datetime' && text !== ''
  return { field, operator, value: isMoment ? localMoment(text, timeZone) : text, primary: '' }
}

/** Without the rows that nobody filled in. A group they leave empty stays, to be refused where it stands. */
export function filledIn(typed: TypedGroup): TypedGroup {
  const of = typed.of
    .filter((part) => isTypedGroup(part) || part.field !== '')
    .map((part) => (isTypedGroup(part) ? filledIn(part) : part))
  return { join: typed.join, of }
}

/** The criteria that `filledIn` rows mean; undefined where there are none. */
export function criteriaTyped(module: Module, typed: TypedGroup, timeZone: string): Criteria | undefined {
  const { join, of } = filledIn(typed)
  return of.length === 0 ? undefined : { join, of: of.map((part) => partTyped(module, part, timeZone)) }
}

function partTyped(module: Module, part: TypedPart, timeZone: string): Criterion | Criteria {
  if (!isTypedGroup(part)) return criterionTyped(module, part, timeZone)
  return { join: part.join, of: part.of.map((one) => partTyped(module, one, timeZone)) }
}

function criterionTyped(
  module: Module,
  { field: name, operator: word, value, primary }: TypedRow,
  timeZone: string
): Criterion {
  const operator = operators.find((one) => one === word) ?? '='
  if (!needsValue(operator)) return { field: name, operator, match: { by: 'value', value: null } }
  if (primary !== '') return { field: name, operator, match: { by: 'field', field: primary } }
  const type = module.fields.get(name)?.type ?? 'text'
  const text = type === 'datetime' ? (utcMoment(value, timeZone) ?? value) : value
  return { field: name, operator, match: { by: 'value', value: valueFromText(type, text) } }
}

/** What a button of the criteria asks for: `add`, `group` or `remove`, and the place. */
export const criteriaAction = /^(add|group|remove):((?:\d{1,2}(?:\.\d{1,2}){0,2})?)$/

/** The criteria after the button; as they were where it means no part of them. */
export function afterAction(typed: TypedGroup, action: string): TypedGroup {
  const [, verb, place] = criteriaAction.exec(action) ?? []
  const path = (place ?? '')
    .split('.')
    .filter((step) => step !== '')
    .map(Number)
  switch (verb) {
    case 'add':
      return changedAt(typed, path, (group) => ({ ...group, of: [...group.of, emptyRow] }))
    case 'group':
      return changedAt(typed, path, (group) => ({ ...group, of: [...group.of, blankCriteria] }))
    case 'remove':
      return changedAt(typed, path.slice(0, -1), (group) => ({ ...group, of: group.of.toSpliced(path.at(-1) ?? 0, 1) }))
    default:
      return typed
  }
}

function changedAt(typed: TypedGroup, path: readonly number[], change: (group: TypedGroup) => TypedGroup): TypedGroup {
  const [step, ...rest] = path
  if (step === undefined) return change(typed)
  const of = typed.of.map((part, index) =>
    index === step && isTypedGroup(part) ? changedAt(part, rest, change) : part
  )
  return { ...typed, of }
}

function isTypedGroup(part: TypedPart): part is TypedGroup {
  return 'join' in part
}

/** What the view prints of a group, and of the groups in it. */
interface ShownGroup {
  readonly kind: 'group'
  /** For ids and names of inputs: `criteria.1`. */
  readonly name: string
  /** For people: `2.1`; empty for the whole. */
  readonly number: string
  /** For buttons: `1.0`. */
  readonly place: string
  readonly join: 'all' | 'any'
  readonly mayNest: boolean
  readonly error: FieldError | undefined
  readonly parts: readonly (ShownGroup | ShownRow)[]
}

interface ShownRow {
  readonly kind: 'row'
  readonly name: string
  readonly number: string
  readonly place: string
  readonly field: string
  readonly fields: readonly Choice[]
  readonly operator: string
  /** None until a field is chosen. */
  readonly operators: readonly Choice[]
  readonly input: ShownInput
  readonly primary: string
  /** Fields of the primary record of the same kind, after *the value*; none where there are none. */
  readonly primaries: readonly Choice[]
  readonly error: FieldError | undefined
}

interface ShownInput {
  readonly type: 'select' | 'text' | 'number' | 'date' | 'datetime-local'
  readonly value: string
  readonly options: readonly Choice[]
}

/** Where criteria are shown: whose they are, and what is wrong with them by place. */
interface CriteriaPlace {
  readonly t: Translate
  readonly module: Module
  readonly primary: Module | undefined
  readonly errors: Readonly<Record<string, FieldError>>
}

/** The criteria as the view prints them. */
export function shownCriteria(at: CriteriaPlace, typed: TypedGroup, path: readonly number[] = []): ShownGroup {
  const name = ['criteria', ...path].join('.')
  return {
    kind: 'group',
    name,
    number: numberOf(path),
    place: path.join('.'),
    join: typed.join,
    mayNest: path.length + 1 < deepestGroup,
    error: at.errors[name],
    parts: typed.of.map((part, index) =>
      isTypedGroup(part) ? shownCriteria(at, part, [...path, index]) : shownRow(at, part, [...path, index])
    )
  }
}

function numberOf(path: readonly number[]): string {
  return path.map((index) => index + 1).join('.')
}

function shownRow(at: CriteriaPlace, row: TypedRow, path: readonly number[]): ShownRow {
  const { t, module, primary } = at
  const name = ['criteria', ...path].join('.')
  const fields = comparable(module)
  const field = fields.find((one) => one.name === row.field)
  const others = field && primary ? matching(primary, field) : []
  return {
    kind: 'row',
    name,
    number: numberOf(path),
    place: path.join('.'),
    field: row.field,
    fields: withChosen([{ value: '', label: t('portal:release.chooseField') }, ...fields.map(choiceOf)], row.field),
    operator: row.operator,
    operators: field
      ? operatorsFor(field).map((value) => ({ value, label: t(`portal:operator.${operatorKey[value]}`) }))
      : [],
    input: shownInput(t, field, row),
    primary: row.primary,
    primaries:
      others.length === 0 && row.primary === ''
        ? []
        : withChosen([{ value: '', label: t('portal:release.byValue') }, ...others.map(choiceOf)], row.primary),
    error: at.errors[name]
  }
}

/** An input that fits the field's type; a part of an option's word is typed. */
function shownInput(t: Translate, field: Field | undefined, { operator, value }: TypedRow): ShownInput {
  const plain = { type: 'text', value, options: [] } as const
  const select = (options: readonly Choice[]): ShownInput => ({
    type: 'select',
    value,
    options: withChosen([{ value: '', label: t('portal:release.chooseValue') }, ...options], value)
  })
  switch (field?.type) {
    case 'boolean':
      return select(
        ['true', 'false'].map((one) => ({ value: one, label: t(`portal:value.${one === 'true' ? 'yes' : 'no'}`) }))
      )
    case 'option':
      return isPartly(operator) ? plain : select(field.options)
    case 'options':
      return field.options.length === 0 ? plain : select(field.options)
    case 'integer':
    case 'number':
    case 'money':
      return { ...plain, type: 'number' }
    case 'date':
      return { ...plain, type: 'date' }
    case 'datetime':
      return { ...plain, type: 'datetime-local' }
    default:
      return plain
  }
}

function isPartly(operator: string): boolean {
  return (['contains', 'startsWith'] satisfies Operator[]).some((one) => one === operator)
}
