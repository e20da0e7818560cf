/** What the release form's view prints: choices of paths, rights, layouts and fields, each as it stands in the form. */
import type { Field } from '../../host/catalog.js'
import type { FieldError } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import {
  noteRights,
  releaseOf,
  rights,
  type FieldRelease,
  type LayoutRelease,
  type ReleaseKind
} from '../configuration.js'
import type { PortalLayout } from '../layouts/layouts.js'
import { linkPaths, ownerModules, pathNamed, type LinkPath } from '../link-path.js'
import { neverWritten } from '../user-types/release-check.js'
import { shownCriteria } from './criteria-form.js'
import type { ReleaseForm, ReleasePlace } from './release-form.js'

type Errors = Readonly<Record<string, FieldError>>

/** Everything the form's view prints. */
export function releaseSheet(
  t: Translate,
  place: ReleasePlace,
  form: ReleaseForm,
  errors: Errors
): Record<string, unknown> {
  const { catalog, userType, module, all } = place
  const { draft } = form
  const primary = catalog.modules.get(userType.primaryModule)
  const offered = linkPaths(catalog, module.name, userType.primaryModule)
  return {
    kind: draft.kind,
    mayBePublic: draft.kind === 'public' || (draft.kind === 'related' && all.publicModules.has(module.name)),
    path: form.otherPath === '' ? draft.path.join('.') : '',
    noPath: t(draft.kind === 'primary' ? 'portal:release.ownOnly' : 'portal:release.noPath'),
    paths: pathGroups(t, offered),
    otherPath: form.otherPath,
    pathExample: (pathNamed(catalog, module.name, draft.path) ?? offered[0])?.name ?? `${module.name}.`,
    criteria: shownCriteria({ t, module, primary, errors }, form.criteria),
    rights: rightsFor(draft.kind).map((value) => ({
      value,
      label: t(`portal:right.${value}`),
      help: t(`portal:rightHelp.${value}`),
      checked: draft.rights.has(value)
    })),
    notes: module.hasFeed ? noteRights.map((value) => ({ value, label: t(`portal:noteRight.${value}`) })) : undefined,
    note: draft.notes,
    view: draft.view,
    inSteps: draft.inSteps,
    fields: fieldRows(t, place, form, { fields: [...module.fields.values()], ...shownTicks(form, '', draft.fields) }),
    layouts: place.layouts.map((layout) => layoutPart(t, place, form, layout))
  }
}

/** By the number of links. */
function pathGroups(
  t: Translate,
  paths: readonly LinkPath[]
): { label: string; options: { value: string; label: string }[] }[] {
  const lengths = [...new Set(paths.map(({ links }) => links.length))]
  return lengths.map((count) => ({
    label: t('portal:release.steps', { count }),
    options: paths
      .filter(({ links }) => links.length === count)
      .map(({ links, label, name }) => ({ value: links.join('.'), label: `${label} (${name})` }))
  }))
}

function rightsFor(kind: ReleaseKind): readonly (typeof rights)[number][] {
  return kind === 'part' ? ['create', 'edit', 'delete'] : rights
}

interface FieldRow {
  readonly name: string
  readonly label: string
  readonly isRequired: boolean
  readonly isVisible: boolean
  readonly isReadOnly: boolean
  readonly whyReadOnly: string | undefined
  /** What writing it is limited to. */
  readonly note: string | undefined
  /** What it shows nothing without. */
  readonly needs: string | undefined
}

/** As it was ticked, or as it is stored: a field that isn't released is read-only at first. */
function shownTicks({ ticked }: ReleaseForm, layout: string, released: LayoutRelease['fields']): ShownTicks {
  const typed = ticked?.get(layout)
  return {
    isVisible: (name) => (typed ? typed.visible.includes(name) : released.has(name)),
    isReadOnly: (name) => (typed ? typed.readOnly.includes(name) : released.get(name) !== 'editable')
  }
}

interface ShownTicks {
  isVisible(name: string): boolean
  isReadOnly(name: string): boolean
}

function fieldRows(
  t: Translate,
  place: ReleasePlace,
  { draft }: ReleaseForm,
  { fields, isVisible, isReadOnly }: ShownTicks & { fields: readonly Field[] }
): FieldRow[] {
  const { catalog, userType, layouts } = place
  const never = neverWritten(catalog, userType, draft)
  const released = layouts.filter(({ id }) => draft.layouts.some(({ layoutId }) => layoutId === id))
  const arranging = new Set(released.map(({ forRecords }) => forRecords?.field))
  return fields.map((field) => {
    const { name, label, required, readOnly } = field
    const why = never.get(name)
    return {
      name,
      label,
      isRequired: required && !readOnly,
      isVisible: isVisible(name),
      isReadOnly: isReadOnly(name),
      whyReadOnly: why && t(`portal:release.never.${why}`),
      note: arranging.has(name) ? t('portal:release.arranges') : undefined,
      needs: needsOf(t, place, field)
    }
  })
}

/** What else has to be released before anybody is told where a reference leads. */
function needsOf(t: Translate, { catalog, userType, module }: ReleasePlace, field: Field): string | undefined {
  const target = catalog.modules.get(module.links.get(field.link ?? '')?.to ?? '')
  if (field.type !== 'reference' || !target || ownerModules(catalog).has(target.name)) return undefined
  const isGiven = target.name === module.name || releaseOf(userType, target.name)
  return isGiven ? undefined : t('portal:release.needs', { module: target.labelPlural })
}

/** A further layout, with the fields that stand in it; one that isn't released yet begins like the standard layout. */
function layoutPart(
  t: Translate,
  place: ReleasePlace,
  form: ReleaseForm,
  layout: PortalLayout
): Record<string, unknown> {
  const { module } = place
  const { draft } = form
  const own = draft.layouts.find(({ layoutId }) => layoutId === layout.id)?.fields
  const released: ReadonlyMap<string, FieldRelease> = own ?? draft.fields
  const placed = new Set([module.title, ...layout.sections.flatMap(({ fields }) => fields), ...(own?.keys() ?? [])])
  const by = module.fields.get(layout.forRecords?.field ?? '')
  const values = (layout.forRecords?.values ?? []).map((value) => valueLabel(t, by, value))
  return {
    id: layout.id,
    name: layout.name,
    records: t('portal:release.layoutFor', { field: by?.label ?? '', values: values.join(', ') }),
    isReleased: own !== undefined,
    fields: fieldRows(t, place, form, {
      fields: [...module.fields.values()].filter(({ name }) => placed.has(name)),
      ...shownTicks(form, layout.id, released)
    })
  }
}

function valueLabel(t: Translate, field: Field | undefined, value: string): string {
  if (field?.type === 'boolean') return t(`portal:value.${value === 'true' ? 'yes' : 'no'}`)
  return field?.options.find((option) => option.value === value)?.label ?? value
}
