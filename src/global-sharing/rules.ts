/** Sharing rules: what can be said in one, and whether it says anything (S05, S06). */
import { comparable, fits, isOffered, needsValue, operatorsFor } from '../access/comparables.js'
import type { Catalog, Field, Link, Module } from '../host/catalog.js'
import type { FieldError } from '../host/host.js'
import { levelIn, named, type Criterion, type Level, type Member, type Model, type Rule } from './model.js'
import type { Organization } from './organization.js'
import { hasOwners, ownedModules } from './scope.js'

/** What a rule is judged by. */
export interface RuleWorld {
  readonly catalog: Catalog
  readonly organization: Organization
  /** Ids of the staff. */
  readonly people: ReadonlySet<string>
}

export const mostCriteria = 5

/** Where records of another module hang on those of a rule's module. */
export interface Hanging {
  readonly module: Module
  readonly link: Link
}

/** The modules with a link to one record of `module`: what can be shared through it (S06). */
export function hangingOn(catalog: Catalog, module: Module): Hanging[] {
  return ownedModules(catalog)
    .filter(({ name }) => name !== module.name)
    .flatMap((other) => [...other.links.values()].map((link) => ({ module: other, link })))
    .filter(({ link }) => link.to === module.name && link.cardinality === 'one')
}

/** What is wrong with a rule before it is saved, by field of its form. */
export function ruleProblems(world: RuleWorld, rule: Rule, others: readonly Rule[]): Record<string, FieldError> {
  const module = world.catalog.modules.get(rule.module)
  const problems: Record<string, FieldError> = {}
  if (!isThere(world, rule.from)) problems['from'] = { key: 'sharing:problem.chosenGone' }
  if (!isThere(world, rule.to)) problems['to'] = { key: 'sharing:problem.chosenGone' }
  if (rule.criteria.length > mostCriteria)
    problems['criteria'] = { key: 'sharing:problem.criteriaMany', args: { max: mostCriteria } }
  for (const [index, criterion] of rule.criteria.entries()) {
    const problem = criterionProblem(module, criterion)
    if (problem) problems[`criteria.${index}`] = problem
  }
  if (others.some((other) => saysTheSame(other, rule))) problems['to'] ??= { key: 'sharing:problem.ruleTwice' }
  return problems
}

/** Nobody needs the same records from the same people for the same people twice. */
function saysTheSame(one: Rule, other: Rule): boolean {
  const what = ({ module, from, to, criteria }: Rule): string =>
    JSON.stringify([
      module,
      [from.kind, from.id],
      [to.kind, to.id],
      criteria.map((c) => [c.field, c.operator, c.value])
    ])
  return what(one) === what(other)
}

/** The fields that conditions of rules may speak of: those kept in the record's own row, which every host can ask as it looks. */
export function fieldsForRules(module: Module): Field[] {
  return comparable(module).filter(({ storage }) => storage.kind === 'column')
}

/** What is wrong with a condition, or undefined. */
function criterionProblem(
  module: Module | undefined,
  { field: name, operator, value }: Criterion
): FieldError | undefined {
  const field = module && fieldsForRules(module).find((one) => one.name === name)
  if (!field) return { key: 'portal:problem.criterionField' }
  const args = { field: field.label }
  if (!operatorsFor(field).includes(operator)) return { key: 'portal:problem.criterionOperator', args }
  if (!needsValue(operator)) return undefined
  const isGood = fits(field, operator, value) && isOffered(field, operator, value)
  return isGood ? undefined : { key: 'portal:problem.criterionValue', args }
}

function isThere({ organization: { model }, people }: RuleWorld, { kind, id }: Member): boolean {
  if (kind === 'user') return people.has(id)
  return kind === 'group' ? Object.hasOwn(model.groups, id) : Object.hasOwn(model.roles, id)
}

/** Why a rule shares less than it says. `nothing`: it shares nothing at all. */
export interface Remark {
  readonly key: string
  readonly args: Readonly<Record<string, string | number>>
  readonly nothing: boolean
}

/** What administrators should know of a rule: in what it has no effect as things are staged (S05). */
export function remarksOn(world: RuleWorld, rule: Rule): Remark[] {
  const gone = goneFrom(world, rule)
  const idle = gone.length > 0 ? gone : emptySets(world, rule)
  if (idle.length > 0) return idle
  return [
    ...ownAlready(world, rule),
    ...levelRemarks(world, rule),
    ...goneRelated(world, rule),
    ...idleRelated(world, rule)
  ]
}

/** A rule whose parts the CRM or the model has no longer shares nothing. */
function goneFrom(world: RuleWorld, rule: Rule): Remark[] {
  const module = world.catalog.modules.get(rule.module)
  if (!module || !hasOwners(module)) return [nothing('moduleGone')]
  const bad = rule.criteria.filter((criterion) => criterionProblem(module, criterion))
  return [
    ...(isThere(world, rule.from) ? [] : [nothing('fromGone')]),
    ...(isThere(world, rule.to) ? [] : [nothing('toGone')]),
    ...bad.map(({ field }) => nothing('criterionGone', { field: module.fields.get(field)?.label ?? field }))
  ]
}

function emptySets({ organization }: RuleWorld, { from, to }: Rule): Remark[] {
  const isFromEmpty = organization.peopleIn(from).size === 0 && hostGroupOf(organization.model, from) === undefined
  return [
    ...(isFromEmpty ? [nothing('fromEmpty')] : []),
    ...(peopleOf(organization, to).size === 0 ? [nothing('toEmpty')] : [])
  ]
}

/** A rule whose records are those of the people who get them, or of people below them; what hangs on the records may be others' yet. */
function ownAlready(world: RuleWorld, rule: Rule): Remark[] {
  const { organization } = world
  const owners = organization.peopleIn(rule.from)
  const hostGroup = hostGroupOf(organization.model, rule.from)
  const recipients = [...peopleOf(organization, rule.to)]
  const gains = recipients.some((person) => gainsFrom(organization, person, owners, hostGroup))
  return gains ? [] : [{ ...nothing('theirsAlready'), nothing: !sharesHanging(world, rule) }]
}

/** Whether it shares anything that hangs on the records themselves. */
function sharesHanging({ catalog, organization: { model } }: RuleWorld, { module: parent, related }: Rule): boolean {
  return related.some(
    ({ module, link, write }) =>
      catalog.modules.get(module)?.links.get(link)?.to === parent && opennessOf(levelIn(model, module), write) !== 'all'
  )
}

function peopleOf({ peopleIn }: Organization, { kind, id }: Member): ReadonlySet<string> {
  return kind === 'user' ? new Set([id]) : peopleIn({ kind, id })
}

function hostGroupOf({ groups }: Model, { kind, id }: Member): string | undefined {
  return kind === 'group' ? (named(groups, id)?.hostGroup ?? undefined) : undefined
}

/** Whether one of the owners is neither himself nor below him, or the owning group is none of his. */
function gainsFrom(
  organization: Organization,
  person: string,
  owners: ReadonlySet<string>,
  hostGroup: string | undefined
): boolean {
  const role = organization.roleOf(person)
  const below = role === undefined ? undefined : organization.below(role)
  for (const owner of owners) if (owner !== person && !below?.has(owner)) return true
  const his = [...organization.groupsOf(person)].map((id) => organization.model.groups[id]?.hostGroup)
  return hostGroup !== undefined && !his.includes(hostGroup)
}

/** What the module's default gives to everybody already (S04). */
function levelRemarks(world: RuleWorld, rule: Rule): Remark[] {
  const { organization, catalog } = world
  const args = { module: catalog.modules.get(rule.module)?.labelPlural ?? rule.module }
  const open = opennessOf(levelIn(organization.model, rule.module), rule.write)
  if (open === 'all') return [{ key: 'sharing:remark.open', args, nothing: !sharesHanging(world, rule) }]
  return open === 'read' ? [{ key: 'sharing:remark.readOpen', args, nothing: false }] : []
}

function idleRelated({ organization: { model }, catalog }: RuleWorld, { related }: Rule): Remark[] {
  return related
    .filter(({ module, write }) => catalog.modules.has(module) && opennessOf(levelIn(model, module), write) === 'all')
    .map(({ module }) => ({
      key: 'sharing:remark.relatedOpen',
      args: { module: catalog.modules.get(module)?.labelPlural ?? module },
      nothing: false
    }))
}

/** What of a rule's reach a level leaves open to all: nothing, reading alone, or all of it. */
function opennessOf(level: Level, write: boolean): 'nothing' | 'read' | 'all' {
  if (level === 'private') return 'nothing'
  return level === 'public-read' && write ? 'read' : 'all'
}

function goneRelated({ catalog }: RuleWorld, { module: parent, related }: Rule): Remark[] {
  return related
    .filter(({ module, link }) => catalog.modules.get(module)?.links.get(link)?.to !== parent)
    .map(({ module }) => ({
      key: 'sharing:remark.relatedGone',
      args: { module: catalog.modules.get(module)?.labelPlural ?? module },
      nothing: false
    }))
}

function nothing(reason: string, args: Remark['args'] = {}): Remark {
  return { key: `sharing:remark.${reason}`, args, nothing: true }
}
