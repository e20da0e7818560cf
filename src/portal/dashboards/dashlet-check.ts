/** Whether a dashlet fits the CRM: at the moment it is saved, and ever after (the CRM may lose a module or a field). */
import { isSortable } from '../../access/field-kinds.js'
import { isSummed, isTallied } from '../../access/tally.js'
import type { Catalog, Field, Module } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { ownerModules } from '../link-path.js'
import { criterionProblem } from '../user-types/criteria.js'
import { hasModule, mostFilters, type Dashlet, type DashletOf, type DashletOfModule } from './dashlets.js'
import { isTime } from './figures.js'

/** Modules that dashlets may show: not line items, which stand inside another record, and not the staff. */
export function modulesForDashlets(catalog: Catalog): Module[] {
  const staff = ownerModules(catalog)
  return [...catalog.modules.values()].filter(({ name, partOf }) => !partOf && !staff.has(name))
}

export function columnFields({ fields }: Module): Field[] {
  return [...fields.values()].filter(({ type }) => type !== 'files')
}

export function sortFields({ fields }: Module): Field[] {
  return [...fields.values()].filter(isSortable)
}

export function groupFields({ fields, owner }: Module): Field[] {
  return [...fields.values()].filter((field) => isTallied(field, owner))
}

export function sumFields({ fields }: Module): Field[] {
  return [...fields.values()].filter(isSummed)
}

/** What is wrong with a dashlet, by the name of the input; nothing where it can be saved. */
export function dashletProblems(catalog: Catalog, dashlet: Dashlet): Record<string, FieldError> {
  if (dashlet.kind === 'text') return textProblems(dashlet)
  if (!hasModule(dashlet)) return {}
  const module = modulesForDashlets(catalog).find(({ name }) => name === dashlet.module)
  if (!module) return { module: { key: 'dashboards:problem.module' } }
  return {
    ...filterProblems(module, dashlet),
    ...(dashlet.kind === 'list' ? listProblems(module, dashlet) : {}),
    ...(dashlet.kind === 'chart' ? chartProblems(module, dashlet) : {})
  }
}

function textProblems({ text }: DashletOf<'text'>): Record<string, FieldError> {
  return text.any.trim() === '' ? { text: { key: 'errors.field.required' } } : {}
}

function filterProblems(module: Module, { filters }: DashletOfModule): Record<string, FieldError> {
  if (filters.length > mostFilters)
    return { criteria: { key: 'portal:problem.criteriaMany', args: { max: mostFilters } } }
  const problems: Record<string, FieldError> = {}
  for (const [index, { field, operator, value }] of filters.entries()) {
    const problem = criterionProblem(module, module, { field, operator, match: { by: 'value', value } })
    if (problem) problems[`criteria.${index}`] = problem
  }
  return problems
}

function listProblems(module: Module, { columns, sort }: DashletOf<'list'>): Record<string, FieldError> {
  const known = new Set(columnFields(module).map(({ name }) => name))
  const isSorted = !sort || sortFields(module).some(({ name }) => name === sort.field)
  return {
    ...(columns.every((name) => known.has(name)) ? {} : { columns: { key: 'errors.field.option' } }),
    ...(isSorted ? {} : { sort: { key: 'dashboards:problem.sort' } })
  }
}

function chartProblems(module: Module, { by, sum, shape }: DashletOf<'chart'>): Record<string, FieldError> {
  const group = groupFields(module).find(({ name }) => name === by)
  const isSumKnown = sum === undefined || sumFields(module).some(({ name }) => name === sum)
  const problems: Record<string, FieldError> = isSumKnown ? {} : { sum: { key: 'dashboards:problem.sum' } }
  if (!group) return { ...problems, by: { key: 'dashboards:problem.by' } }
  if (shape === 'line' && !isTime(group)) return { ...problems, shape: { key: 'dashboards:problem.line' } }
  if (shape === 'donut' && isTime(group)) return { ...problems, shape: { key: 'dashboards:problem.donut' } }
  return problems
}

/** What of a dashlet the CRM no longer has: `Case`, `Case.priority`. */
export function goneFromDashlet(catalog: Catalog, dashlet: Dashlet): string[] {
  if (!hasModule(dashlet)) return []
  const module = catalog.modules.get(dashlet.module)
  if (!module) return [dashlet.module]
  const used = new Set([...dashlet.filters.map(({ field }) => field), ...fieldsOf(dashlet)])
  return [...used].filter((name) => !module.fields.has(name)).map((name) => `${module.name}.${name}`)
}

function fieldsOf(dashlet: DashletOfModule): string[] {
  switch (dashlet.kind) {
    case 'count':
      return []
    case 'list':
      return [...dashlet.columns, ...(dashlet.sort ? [dashlet.sort.field] : [])]
    case 'chart':
      return [dashlet.by, ...(dashlet.sum === undefined ? [] : [dashlet.sum])]
  }
}
