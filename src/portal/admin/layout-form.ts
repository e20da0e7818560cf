/** The form of a layout: what was typed as a draft, what its buttons do to it, and what its inputs offer. */
import { z } from 'zod'
import { locales, type Catalog, type Layout, type Locale, type Module } from '../../host/catalog.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import type { Translate } from '../../web/locale.js'
import { decidingChoices, placeable, valuesOf, type LayoutDraft } from '../layouts/layout-check.js'
import { layoutsOf, type Headings, type LayoutSet, type PortalLayout, type PortalSection } from '../layouts/layouts.js'

/** Modules with hundreds of fields are nothing unusual. */
const words = z.array(z.string().max(200)).max(2000)
const schema = z.strictObject({
  revision: wholeNumber,
  module: z.string().max(64),
  kind: z.enum(['list', 'detail']),
  name: z.string().trim().max(200).default(''),
  forField: z.string().max(64).default(''),
  forValue: words,
  labelEn: words,
  labelDe: words,
  labelCs: words,
  field: words,
  section: words,
  place: words,
  out: words,
  add: words,
  addTo: z.string().max(8).default(''),
  start: z.string().max(120).default(''),
  do: z.string().max(40).default('')
})
type Typed = z.infer<typeof schema>

/** A layout's form, and what it stands for. */
export interface LayoutPlace {
  /** In the reader's language. */
  readonly catalog: Catalog
  /** In all of them, for the headings that a layout begins with. */
  readonly catalogs: Readonly<Record<Locale, Catalog>>
  readonly locale: Locale
  readonly set: LayoutSet
  readonly module: Module
}

export interface TypedLayout {
  readonly revision: number
  readonly draft: LayoutDraft
  /** Not a button of the form that only changes what is typed. */
  readonly isToBeSaved: boolean
}

/** What was typed, with what the pressed button does to it. @throws Invalid for what no browser sends from our form. */
export function readLayout(place: LayoutPlace, known: PortalLayout | undefined, body: unknown): TypedLayout {
  const typed = readForm(schema, body)
  const kind = known?.kind ?? typed.kind
  const sections = pressed(place, { ...typed, kind }, sectionsIn(place, typed))
  const isToBeSaved = typed.do === 'save'
  const kept = isToBeSaved ? sections.filter(({ fields }) => fields.length > 0) : sections
  const forRecords = forRecordsIn(place, typed)
  const draft = { id: known?.id, module: place.module.name, kind, name: typed.name, sections: kept, forRecords }
  return { revision: typed.revision, draft, isToBeSaved }
}

/** A new layout begins as the CRM's own. */
export function blankLayout(t: Translate, place: LayoutPlace, kind: PortalLayout['kind']): LayoutDraft {
  const { module, set } = place
  const isFirst = !layoutsOf(set, module.name).some((one) => one.kind === kind)
  const name = isFirst ? t(`layouts:kind.${kind}`) : ''
  const sections = filledFrom(place, kind, crmStart(module.layouts.find((one) => one.kind === kind)?.name ?? ''))
  return { id: undefined, module: module.name, kind, name, sections: sections ?? [blankSection], forRecords: undefined }
}

/** Everything the form shows. */
export function layoutSheet(t: Translate, place: LayoutPlace, draft: LayoutDraft): Record<string, unknown> {
  const { module } = place
  const placed = new Set(draft.sections.flatMap(({ fields }) => fields))
  const known = placeable(module, draft.kind)
  const sections = draft.sections.length > 0 ? draft.sections : [blankSection]
  return {
    ...draft,
    sections: sections.map((section, index) => sectionSheet(t, place, section, index)),
    sectionChoices: sections.map((section, index) => ({
      value: String(index),
      label: headingOf(t, place, section, index)
    })),
    rest: known.filter(({ name }) => !placed.has(name)).map(({ name, label }) => ({ value: name, label })),
    starts: startsFor(t, place, draft),
    ...conditionSheet(t, module, draft)
  }
}

const blankSection: PortalSection = { label: '', fields: [] }
/** Between two places there is room for another. */
const step = 10

/** The heading's inputs, in each language by its own name. */
const headingInputs = [
  { locale: 'en', name: 'labelEn', language: 'English' },
  { locale: 'de', name: 'labelDe', language: 'Deutsch' },
  { locale: 'cs', name: 'labelCs', language: 'Čeština' }
] as const satisfies readonly { locale: Locale; name: keyof Typed; language: string }[]

function sectionSheet(
  t: Translate,
  place: LayoutPlace,
  section: PortalSection,
  index: number
): Record<string, unknown> {
  return {
    heading: headingOf(t, place, section, index),
    inputs: headingInputs.map(({ locale, name, language }) => ({
      name,
      label: t('layouts:layout.headingIn', { language }),
      value: section.headings?.[locale] ?? ''
    })),
    fields: section.fields.flatMap((name, at) => {
      const field = place.module.fields.get(name)
      return field ? [{ name, label: field.label, place: (at + 1) * step }] : []
    })
  }
}

function headingOf(t: Translate, { locale }: LayoutPlace, { label, headings }: PortalSection, index: number): string {
  return (headings?.[locale] ?? label) || t('layouts:layout.sectionNumber', { number: index + 1 })
}

/** Which records it is for: the fields that can say so, and the values of the chosen one. */
function conditionSheet(t: Translate, module: Module, { forRecords }: LayoutDraft): Record<string, unknown> {
  const choices = decidingChoices(module)
  const field = choices.find(({ name }) => name === forRecords?.field)
  return {
    forField: field?.name ?? '',
    forFields: [
      { value: '', label: t('layouts:layout.forAll') },
      ...choices.map(({ name, label }) => ({ value: name, label: t('layouts:layout.byField', { field: label }) }))
    ],
    forLabel: field?.label,
    forValues: forRecords?.values ?? [],
    forOptions: field ? valuesOf(field, t('portal:value.yes'), t('portal:value.no')) : []
  }
}

function startsFor(
  t: Translate,
  { module, set }: LayoutPlace,
  { id, kind }: LayoutDraft
): { value: string; label: string }[] {
  const crm = module.layouts.filter((one) => one.kind === kind)
  const isAlone = crm.length === 1
  const own = layoutsOf(set, module.name).filter((one) => one.kind === kind && one.id !== id)
  return [
    ...crm.map(({ name, label }) => ({
      value: crmStart(name),
      label: t('layouts:layout.crmLayout', { name: isAlone ? label : `${label} (${name})` })
    })),
    ...own.map(({ id: value, name }) => ({ value, label: name }))
  ]
}

function crmStart(name: string): string {
  return `crm:${name}`
}

/** The sections of another layout, with the fields there are; undefined where it has none. */
function filledFrom(place: LayoutPlace, kind: PortalLayout['kind'], start: string): PortalSection[] | undefined {
  const { module, set } = place
  const crm = module.layouts.find((one) => one.kind === kind && crmStart(one.name) === start)
  const own = layoutsOf(set, module.name).find((one) => one.kind === kind && one.id === start)
  const known = new Set(placeable(module, kind).map(({ name }) => name))
  const sections = (crm ? sectionsOfTheCrm(place, crm) : (own?.sections ?? []))
    .map((section) => ({ ...section, fields: section.fields.filter((name) => known.has(name)) }))
    .filter(({ fields }) => fields.length > 0)
  if (sections.length === 0) return undefined
  return kind === 'detail' ? sections : [{ label: '', fields: sections.flatMap(({ fields }) => fields) }]
}

/** With the headings that the CRM has for them in each language. */
function sectionsOfTheCrm({ module, catalogs }: LayoutPlace, { name, kind, sections }: Layout): PortalSection[] {
  const labelIn = (locale: Locale, index: number): string =>
    catalogs[locale].modules.get(module.name)?.layouts.find((one) => one.name === name && one.kind === kind)?.sections[
      index
    ]?.label ?? ''
  return sections.map(({ fields }, index) =>
    sectionOf(
      locales.map((locale) => [locale, labelIn(locale, index)]),
      fields
    )
  )
}

/** A language without a heading has the first that there is. */
function sectionOf(labels: readonly (readonly [Locale, string])[], fields: readonly string[]): PortalSection {
  const filled = labels.map(([locale, text]) => [locale, text.trim()] as const).filter(([, text]) => text !== '')
  const headings: Headings = Object.fromEntries(filled)
  return { label: filled[0]?.[1] ?? '', headings, fields }
}

/** The fields by section and place, without those ticked to be left out, with those ticked to be added. */
function sectionsIn({ module }: LayoutPlace, typed: Typed): PortalSection[] {
  const count = Math.max(typed.labelEn.length, 1)
  const at = (text: string | undefined): number => Math.min(Math.max(Math.trunc(Number(text)) || 0, 0), count - 1)
  const rows = typed.field
    .map((name, index) => ({ name, section: at(typed.section[index]), place: placeIn(typed.place[index], index) }))
    .filter(({ name }) => !typed.out.includes(name) && module.fields.has(name))
    .sort((one, other) => one.place - other.place)
  const added = typed.add.filter((name) => module.fields.has(name))
  return Array.from({ length: count }, (_, index) =>
    sectionOf(
      headingInputs.map(({ locale, name }) => [locale, typed[name][index] ?? '']),
      [
        ...rows.filter(({ section }) => section === index).map(({ name }) => name),
        ...(index === at(typed.addTo) ? added : [])
      ]
    )
  )
}

/** What is no number stays where it was. */
function placeIn(text: string | undefined, index: number): number {
  const place = Number(text?.replace(',', '.'))
  return text?.trim() && Number.isFinite(place) ? place : (index + 1) * step
}

function pressed(place: LayoutPlace, typed: Typed, sections: PortalSection[]): PortalSection[] {
  const [button, number] = typed.do.split(':')
  const index = Number(number)
  switch (button) {
    case 'add-section':
      return [...sections, blankSection]
    case 'remove-section':
      return withoutSection(sections, index)
    case 'raise-section':
      return sections[index] && index > 0 ? swapped(sections, index) : sections
    case 'start':
      return filledFrom(place, typed.kind, typed.start) ?? sections
    default:
      return sections
  }
}

/** Its fields go to the section before it, the first one's to the next. */
function withoutSection(sections: readonly PortalSection[], index: number): PortalSection[] {
  const gone = sections[index]
  if (!gone || sections.length === 1) return [...sections]
  const heir = index === 0 ? 1 : index - 1
  const fields = (one: PortalSection): string[] =>
    heir < index ? [...one.fields, ...gone.fields] : [...gone.fields, ...one.fields]
  return sections
    .map((one, place) => (place === heir ? { ...one, fields: fields(one) } : one))
    .filter((_, place) => place !== index)
}

function swapped(sections: readonly PortalSection[], index: number): PortalSection[] {
  const order = [...sections]
  order.splice(index - 1, 2, sections[index]!, sections[index - 1]!)
  return order
}

/** Values of a field that was chosen before are left behind. */
function forRecordsIn({ module }: LayoutPlace, { forField, forValue }: Typed): LayoutDraft['forRecords'] {
  if (forField === '') return undefined
  const field = module.fields.get(forField)
  const known = new Set(field ? valuesOf(field).map(({ value }) => value) : [])
  return { field: forField, values: forValue.filter((value) => known.has(value)) }
}
