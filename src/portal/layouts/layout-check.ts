/** Whether a layout can work: what is wrong with one before it is saved, and what of a saved one the CRM no longer has (E07). */
import type { Catalog, Field, Module, Option } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import { isFor } from './arrangements.js'
import { layoutsOf, type ForRecords, type LayoutSet, type PortalLayout } from './layouts.js'

/** A layout as it is made or changed; a new one has no id yet. */
export type LayoutDraft = Omit<PortalLayout, 'id'> & { readonly id: string | undefined }

export interface LayoutAsk {
  readonly catalog: Catalog
  readonly set: LayoutSet
  readonly draft: LayoutDraft
  /** Releases that give fields in this layout, by the name of their user type. */
  readonly namedBy: readonly string[]
}

type Problems = Record<string, FieldError>

export const longestName = 100
/** In a list that is to be read at once. */
const mostColumns = 12
const mostSections = 20

/** What is wrong with a draft, by the part of the form it stands at; nothing: it can be saved. */
export function layoutProblems(ask: LayoutAsk): Problems {
  const module = ask.catalog.modules.get(ask.draft.module)
  if (!module) return { name: { key: 'layouts:problem.moduleGone' } }
  return { ...nameProblem(ask), ...sectionsProblem(ask, module), ...forProblem(ask, module) }
}

/** What the layout names and the CRM no longer has. It is left out; what is shown never widens by it. */
export function goneFromLayout(catalog: Catalog, layout: PortalLayout): string[] {
  const module = catalog.modules.get(layout.module)
  if (!module) return [layout.module]
  const fields = layout.sections.flatMap((section) => section.fields).filter((name) => !module.fields.has(name))
  return [...new Set([...fields, ...goneFromCondition(module, layout.forRecords)])]
}

/** The fields that can say which records a layout is for. */
export function decidingChoices(module: Module): Field[] {
  return [...module.fields.values()].filter(
    (field) => isFor(module, { field: field.name, values: [] }) && valuesOf(field).length > 0
  )
}

/** What such a field can hold. */
export function valuesOf({ type, options }: Field, yes = '', no = ''): Pick<Option, 'value' | 'label'>[] {
  const box = [
    { value: 'true', label: yes },
    { value: 'false', label: no }
  ]
  return type === 'boolean' ? box : options.filter(({ value }) => value !== '')
}

/** The fields that a layout of this kind can show: files have no place in a list. */
export function placeable(module: Module, kind: PortalLayout['kind']): Field[] {
  return [...module.fields.values()].filter((field) => kind === 'detail' || field.type !== 'files')
}

/** The other layouts for the same records: of the same kind and, of detail layouts, standard as well. */
function others({ set, draft }: LayoutAsk): PortalLayout[] {
  return layoutsOf(set, draft.module).filter(({ id, kind }) => id !== draft.id && kind === draft.kind)
}

function nameProblem(ask: LayoutAsk): Problems {
  const name = ask.draft.name.trim()
  if (name === '') return { name: { key: 'layouts:problem.nameMissing' } }
  if (name.length > longestName) return { name: { key: 'errors.field.tooLong', args: { max: longestName } } }
  const isTaken = others(ask).some((one) => one.name.toLowerCase() === name.toLowerCase())
  return isTaken ? { name: { key: 'layouts:problem.nameTaken', args: { name } } } : {}
}

function sectionsProblem({ draft }: LayoutAsk, module: Module): Problems {
  const names = draft.sections.flatMap((section) => section.fields)
  const known = new Set(placeable(module, draft.kind).map(({ name }) => name))
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) return sections('unknown', unknown.join(', '))
  const twice = names.filter((name, place) => names.indexOf(name) !== place)
  if (twice.length > 0) return sections('twice', labels(module, twice))
  if (names.length === 0) return { sections: { key: 'layouts:problem.empty' } }
  if (draft.kind === 'list' && names.length > mostColumns)
    return { sections: { key: 'layouts:problem.tooManyColumns', args: { max: mostColumns } } }
  if (draft.sections.length > mostSections)
    return { sections: { key: 'layouts:problem.tooManySections', args: { max: mostSections } } }
  return {}
}

function sections(problem: string, fields: string): Problems {
  return { sections: { key: `layouts:problem.${problem}`, args: { fields } } }
}

function labels(module: Module, names: readonly string[]): string {
  return [...new Set(names)].map((name) => module.fields.get(name)?.label ?? name).join(', ')
}

function forProblem(ask: LayoutAsk, module: Module): Problems {
  const { draft } = ask
  const { forRecords } = draft
  if (forRecords === undefined) return standardProblem(ask)
  if (draft.kind === 'list') return { forField: { key: 'layouts:problem.listForAll' } }
  if (!isFor(module, forRecords)) return { forField: { key: 'layouts:problem.forField' } }
  if (forRecords.values.length === 0) return { forValues: { key: 'layouts:problem.forValues' } }
  const gone = goneFromCondition(module, forRecords)
  if (gone.length > 0) return { forValues: { key: 'layouts:problem.valueGone', args: { values: gone.join(', ') } } }
  return {}
}

/** There is one layout for what no other is for; one that releases give fields in can't become that. */
function standardProblem(ask: LayoutAsk): Problems {
  const standard = others(ask).find(({ forRecords }) => forRecords === undefined)
  if (standard) return { forField: { key: 'layouts:problem.standardTwice', args: { name: standard.name } } }
  return ask.namedBy.length > 0 ? { forField: namedError(ask.namedBy) } : {}
}

function namedError(namedBy: readonly string[]): FieldError {
  return { key: 'layouts:problem.named', args: { userTypes: namedBy.join(', '), count: namedBy.length } }
}

function goneFromCondition(module: Module, forRecords: ForRecords | undefined): string[] {
  if (!forRecords) return []
  const field = module.fields.get(forRecords.field)
  if (!field || !isFor(module, forRecords)) return [forRecords.field]
  const known = new Set(valuesOf(field).map(({ value }) => value))
  return forRecords.values.filter((value) => !known.has(value)).map((value) => `${field.name}: ${value}`)
}
