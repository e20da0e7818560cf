/** What the form of a sharing rule prints: whom it offers, and inputs that fit each condition's field (S05, S06). */
import { operatorsFor } from '../../access/comparables.js'
import { operatorKey } from '../../access/describe.js'
import type { Field } from '../../host/catalog.js'
import type { FieldError, StaffName } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import type { Model } from '../model.js'
import { inOrder } from '../names.js'
import { fieldsForRules, mostCriteria } from '../rules.js'
import { found } from './candidates.js'
import { memberName, moduleName, type Naming } from './naming.js'
import { memberOf, relatedOffered, wordFor, type RulePlace, type TypedCriterion, type TypedRule } from './rule-form.js'
import { linkLabel } from './telling.js'

interface Choice {
  readonly value: string
  readonly label: string
}

interface Choices {
  readonly label: string
  readonly choices: readonly Choice[]
}

/** Roles, roles with their subordinates, and groups, as they are staged. */
export function setsOffered(naming: Naming, model: Model, locale: string): Choices[] {
  const roles = inOrder(model.roles, locale)
  const choices = (kind: 'role' | 'tree' | 'group', ids: readonly string[]): Choice[] =>
    ids.map((id) => ({ value: wordFor({ kind, id }), label: memberName(naming, { kind, id }) }))
  return [
    { label: naming.t('sharing:sets.role'), choices: choices('role', roles) },
    { label: naming.t('sharing:sets.tree'), choices: choices('tree', roles) },
    { label: naming.t('sharing:sets.group'), choices: choices('group', inOrder(model.groups, locale)) }
  ].filter((one) => one.choices.length > 0)
}

/** The people who work here; administrators see everything anyway. */
export function peopleOffered({ t }: Naming, people: readonly StaffName[]): Choices[] {
  const choices = people
    .filter(({ isActive, isAdministrator }) => isActive && !isAdministrator)
    .map(({ id, name }) => ({ value: wordFor({ kind: 'user', id }), label: name }))
  return choices.length === 0 ? [] : [{ label: t('sharing:sets.user'), choices }]
}

/** More than these are searched for by a word: a thousand people make a page that nobody reads. */
const offeredUnasked = 100

/** One of the two choices of people. What is chosen stays to be seen, also where it is not offered (any more). */
export function peopleChoice(
  naming: Naming,
  { chosen, search }: { chosen: string; search: string },
  offered: readonly Choices[]
): Record<string, unknown> {
  const all = offered.flatMap(({ choices }) => choices)
  const isSearched = all.length > offeredUnasked
  const { offered: matching, more } = found(all, search, ({ label }) => [label])
  const groups = isSearched
    ? offered.map((one) => ({ ...one, choices: one.choices.filter((choice) => matching.includes(choice)) }))
    : offered
  const isThere = chosen === '' || groups.some(({ choices }) => choices.some(({ value }) => value === chosen))
  const others = isThere ? [] : [{ value: chosen, label: chosenName(naming, chosen) }]
  return {
    value: chosen,
    others,
    groups: groups.filter(({ choices }) => choices.length > 0),
    search: isSearched ? { text: search, more, none: matching.length === 0 } : undefined
  }
}

function chosenName(naming: Naming, word: string): string {
  const member = memberOf(word)
  return member ? memberName(naming, member) : word
}

/** The modules that hang on the rule's, each with the way to it where there are several. */
export function relatedRows(naming: Naming, place: RulePlace, typed: TypedRule): Record<string, unknown>[] {
  const offered = relatedOffered(place)
  return offered.map(({ module, link }) => {
    const isGone = naming.catalog.modules.get(module)?.links.get(link)?.to !== place.module.name
    const hasOthers = offered.filter((other) => other.module === module).length > 1
    const label = moduleName(naming, module)
    return {
      name: `related.${module}.${link}`,
      label: hasOthers
        ? naming.t('sharing:rule.through', { module: label, link: linkLabel(naming, module, link) })
        : label,
      isGone,
      value: typed.related[`${module}.${link}`] ?? ''
    }
  })
}

/** The conditions, and a row for one more as long as there may be. */
export function criterionRows(
  t: Translate,
  place: RulePlace,
  typed: readonly TypedCriterion[],
  errors: Readonly<Record<string, FieldError>>
): Record<string, unknown>[] {
  const blank = { field: '', operator: '=', value: '' }
  const rows = typed.length < mostCriteria ? [...typed, blank] : typed
  return rows.map((row, index) => criterionRow(t, place, row, { index, error: errors[`criteria.${index}`] }))
}

function criterionRow(
  t: Translate,
  { module }: RulePlace,
  row: TypedCriterion,
  { index, error }: { index: number; error: FieldError | undefined }
): Record<string, unknown> {
  const fields = fieldsForRules(module)
  const field = fields.find(({ name }) => name === row.field)
  const choices = fields.map(({ name, label }) => ({ value: name, label }))
  return {
    number: index + 1,
    index,
    name: `criteria.${index}`,
    field: row.field,
    fields: withChosen([{ value: '', label: t('portal:release.chooseField') }, ...choices], row.field),
    operator: row.operator,
    operators: field
      ? operatorsFor(field).map((value) => ({ value, label: t(`portal:operator.${operatorKey[value]}`) }))
      : [],
    input: inputFor(t, field, row),
    error
  }
}

/** What is chosen stays to be seen, also where the CRM no longer has it. */
function withChosen(choices: readonly Choice[], chosen: string): readonly Choice[] {
  return choices.some(({ value }) => value === chosen) ? choices : [...choices, { value: chosen, label: chosen }]
}

interface Input {
  readonly type: 'select' | 'text' | 'number' | 'date' | 'datetime-local'
  readonly value: string
  readonly options: readonly Choice[]
}

/** A part of an option's word is typed; a whole option is chosen. */
function inputFor(t: Translate, field: Field | undefined, { operator, value }: TypedCriterion): Input {
  const options = optionsOf(t, field, operator)
  if (options.length > 0) {
    const none = { value: '', label: t('portal:release.chooseValue') }
    return { type: 'select', value, options: withChosen([none, ...options], value) }
  }
  return { type: inputType(field), value, options }
}

function optionsOf(t: Translate, field: Field | undefined, operator: string): readonly Choice[] {
  if (field?.type === 'boolean')
    return [
      { value: 'true', label: t('portal:value.yes') },
      { value: 'false', label: t('portal:value.no') }
    ]
  const isPart = field?.type === 'option' && (operator === 'contains' || operator === 'startsWith')
  return isPart ? [] : (field?.options ?? [])
}

function inputType(field: Field | undefined): Input['type'] {
  switch (field?.type) {
    case 'integer':
    case 'number':
    case 'money':
      return 'number'
    case 'date':
      return 'date'
    case 'datetime':
      return 'datetime-local'
    default:
      return 'text'
  }
}
