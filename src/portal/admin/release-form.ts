/** The form of a release: what its inputs offer, what they show, and what was typed as a draft. */
import { z } from 'zod'
import { operators } from '../../access/condition.js'
import { operatorKey } from '../../access/describe.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { readForm } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import {
  noteRights,
  plainRelease,
  rights,
  type Configuration,
  type FieldRelease,
  type Release,
  type ReleaseKind,
  type UserType
} from '../configuration.js'
import { comparable, comparisonsIn, needsValue, valueFromText, type Criteria, type Criterion } from '../criteria.js'
import { linkPaths } from '../link-path.js'
import { neverWritten, type ReleaseDraft } from '../release-check.js'

/** Modules with hundreds of fields are nothing unusual. */
const words = z.array(z.string().max(200)).max(2000)
const schema = z.strictObject({
  revision: z.coerce.number().int(),
  kind: z.enum(['primary', 'related', 'public', 'part']),
  path: z.string().max(255).default(''),
  join: z.enum(['all', 'any']).default('all'),
  criterionField: words,
  criterionOperator: words,
  criterionValue: words,
  criterionPrimary: words,
  right: z.array(z.enum(rights)),
  notes: z.enum(noteRights).default('none'),
  visible: words,
  readOnly: words
})

/** A module's form for a user type, and what it stands for. */
export interface ReleasePlace {
  readonly all: Configuration
  readonly catalog: Catalog
  readonly userType: UserType
  readonly module: Module
}

/** @throws Invalid for what no browser sends from our form. */
export function readRelease(place: ReleasePlace, body: unknown): { revision: number; draft: ReleaseDraft } {
  const form = readForm(schema, body)
  const { module } = place
  const fields = new Map(
    form.visible.map((name): [string, FieldRelease] => [name, form.readOnly.includes(name) ? 'readOnly' : 'editable'])
  )
  const shared = { ...plainRelease, module: module.name, kind: form.kind, fields }
  if (form.kind === 'public') return { revision: form.revision, draft: shared }
  const given = { ...shared, rights: new Set(form.right) }
  if (form.kind === 'part') return { revision: form.revision, draft: given }
  const path = form.path === '' ? [] : form.path.split('.')
  return {
    revision: form.revision,
    draft: { ...given, path, criteria: criteriaIn(module, form), notes: form.notes }
  }
}

/** A row without a field is no criterion. */
function criteriaIn(module: Module, form: z.infer<typeof schema>): Criteria | undefined {
  const of = form.criterionField.flatMap((name, index) => (name === '' ? [] : [criterionIn(module, name, form, index)]))
  return of.length === 0 ? undefined : { join: form.join, of }
}

function criterionIn(module: Module, field: string, form: z.infer<typeof schema>, index: number): Criterion {
  const operator = operators.find((one) => one === form.criterionOperator[index]) ?? '='
  const primary = form.criterionPrimary[index] ?? ''
  if (primary !== '' && needsValue(operator)) return { field, operator, match: { by: 'field', field: primary } }
  const type = module.fields.get(field)?.type ?? 'text'
  return {
    field,
    operator,
    match: { by: 'value', value: needsValue(operator) ? valueFromText(type, form.criterionValue[index] ?? '') : null }
  }
}

/** What a module that isn't released yet begins with: nothing visible (a new field is invisible until somebody releases it). */
export function blankDraft({ userType, module, catalog }: ReleasePlace): ReleaseDraft {
  const kind: ReleaseKind = module.name === userType.primaryModule ? 'primary' : module.partOf ? 'part' : 'related'
  const [shortest] = kind === 'related' ? linkPaths(catalog, module.name, userType.primaryModule) : []
  const fields = new Map<string, FieldRelease>([[module.title, 'readOnly']])
  return {
    ...plainRelease,
    module: module.name,
    kind,
    path: shortest?.links ?? [],
    fields
  }
}

/** Everything the form's view prints. */
export function releaseSheet(
  t: Translate,
  place: ReleasePlace,
  draft: ReleaseDraft | Release
): Record<string, unknown> {
  const { catalog, userType, module } = place
  const primary = catalog.modules.get(userType.primaryModule)
  return {
    kind: draft.kind,
    mayBePublic: draft.kind === 'public' || (draft.kind === 'related' && place.all.publicModules.has(module.name)),
    path: draft.path.join('.'),
    paths: pathChoices(t, place, draft),
    join: draft.criteria?.join ?? 'all',
    criteria: criterionRows(draft.criteria),
    criterionFields: [
      { value: '', label: t('portal:release.noCriterion') },
      ...comparable(module).map(({ name, label }) => ({ value: name, label }))
    ],
    operators: operators.map((value) => ({ value, label: t(`portal:operator.${operatorKey[value]}`) })),
    primaryFields: [
      { value: '', label: t('portal:release.byValue') },
      ...(primary ? comparable(primary) : []).map(({ name, label }) => ({
        value: name,
        label: t('portal:release.byField', { field: label, module: primary?.label ?? '' })
      }))
    ],
    rights: rightsFor(draft.kind).map((value) => ({
      value,
      label: t(`portal:right.${value}`),
      help: t(`portal:rightHelp.${value}`),
      checked: draft.rights.has(value)
    })),
    notes: module.hasFeed ? noteRights.map((value) => ({ value, label: t(`portal:noteRight.${value}`) })) : undefined,
    note: draft.notes,
    fields: fieldRows(t, place, draft)
  }
}

function pathChoices(
  t: Translate,
  { catalog, userType, module }: ReleasePlace,
  draft: ReleaseDraft | Release
): { value: string; label: string }[] {
  const none = { value: '', label: t(draft.kind === 'primary' ? 'portal:release.ownOnly' : 'portal:release.noPath') }
  return [
    none,
    ...linkPaths(catalog, module.name, userType.primaryModule).map(({ links, label, name }) => ({
      value: links.join('.'),
      label: `${label} (${name})`
    }))
  ]
}

const fewestRows = 3

/** The criteria, and a few empty rows for more. */
function criterionRows(
  criteria: Criteria | undefined
): { field: string; operator: string; value: string; primary: string }[] {
  const rows = comparisonsIn(criteria).map(({ field, operator, match }) => ({
    field,
    operator: String(operator),
    value: match.by === 'value' ? String(match.value ?? '') : '',
    primary: match.by === 'field' ? match.field : ''
  }))
  const empty = { field: '', operator: '=', value: '', primary: '' }
  return [...rows, ...Array.from({ length: Math.max(1, fewestRows - rows.length) }, () => empty)]
}

function rightsFor(kind: ReleaseKind): readonly (typeof rights)[number][] {
  return kind === 'part' ? ['create', 'edit', 'delete'] : rights
}

function fieldRows(
  t: Translate,
  { catalog, userType, module }: ReleasePlace,
  draft: ReleaseDraft | Release
): Record<string, unknown>[] {
  const never = neverWritten(catalog, userType, draft)
  return [...module.fields.values()].map((field) => {
    const why = never.get(field.name)
    return {
      name: field.name,
      label: field.label,
      isRequired: field.required && !field.readOnly,
      isVisible: draft.fields.has(field.name),
      isReadOnly: draft.fields.get(field.name) !== 'editable',
      whyReadOnly: why && t(`portal:release.never.${why}`)
    }
  })
}
