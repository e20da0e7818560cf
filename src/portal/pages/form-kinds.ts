/** The kinds of new records where a release has several layouts: who creates one says first which layout it is for (Z05, Z11). */
import type { Request } from 'express'
import type { ReleasedModule } from '../../access/record.js'
import { NotFound } from '../../errors.js'
import type { Field, Module } from '../../host/catalog.js'
import type { FieldValue } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { arrangementsOf, type Arrangement } from '../layouts/arrangements.js'
import type { Release } from '../configuration.js'
import { layoutsOf, type ForRecords, type LayoutSet } from '../layouts/layouts.js'
import { writable } from '../policy.js'

/** A layout in which records can be made. */
export interface Kind {
  /** The layout's id; `standard` for the records that no other layout is for. */
  readonly id: string
  /** In the reader's words: the name of a layout is for staff. */
  readonly name: string
  /** Names of the fields of its form. */
  readonly fields: readonly string[]
  /** What makes the record one of this layout, where the form doesn't ask for it. */
  readonly fill: Readonly<Record<string, FieldValue>>
  /** The values that keep the record in this layout, by field. */
  readonly kept: ReadonlyMap<string, readonly string[]>
}

export const standardKind = 'standard'

/** None where there is nothing to choose. */
export function kindsOf(
  set: LayoutSet | undefined,
  { module, creatable }: ReleasedModule,
  release: Release | undefined,
  t: Translate
): Kind[] {
  if (!release?.rights.has('create')) return []
  const arrangements = arrangementsOf(module, release, layoutsOf(set, module.name))
  if (arrangements.length < 2) return []
  const kinds = arrangements.map((one) => ({
    ...kindOf(module, one, creatable, othersThan(arrangements, one)),
    name: nameOf(module, one, t)
  }))
  return kinds.filter(({ fields }) => fields.length > 0)
}

/** The kind that was chosen; without a choice the standard one. @throws NotFound for one that isn't there */
export function chosenKind(req: Request, kinds: readonly Kind[]): Kind | undefined {
  if (kinds.length === 0) return undefined
  const asked: unknown = req.body?._kind ?? req.query['kind']
  const id = typeof asked === 'string' ? asked : standardKind
  const kind = kinds.find((one) => one.id === id) ?? (asked === undefined ? kinds.at(-1) : undefined)
  if (!kind) throw new NotFound()
  return kind
}

/** The field as the form of this kind offers it. */
export function fieldOfKind(kind: Kind | undefined, field: Field): Field {
  const kept = kind?.kept.get(field.name)
  if (!kept) return field
  const options = field.options.filter(({ value }) => kept.includes(value))
  const isUsual = field.default === null || kept.includes(String(field.default))
  return { ...field, options, default: isUsual ? field.default : (kept[0] ?? null) }
}

function othersThan(all: readonly Arrangement[], one: Arrangement): ForRecords[] {
  return all.filter((other) => other !== one).flatMap(({ layout }) => layout?.forRecords ?? [])
}

/** The values that its records have. */
function nameOf(module: Module, { layout }: Arrangement, t: Translate): string {
  const own = layout?.forRecords
  const field = module.fields.get(own?.field ?? '')
  if (!own || !field) return module.label
  return own.values.map((value) => wordsFor(field, value, t)).join(', ')
}

function wordsFor({ type, label, options }: Field, value: string, t: Translate): string {
  if (type !== 'boolean') return options.find((option) => option.value === value)?.label ?? value
  return t('portal:kinds.box', { field: label, value: t(value === 'true' ? 'portal:value.yes' : 'portal:value.no') })
}

function kindOf(
  module: Module,
  one: Arrangement,
  creatable: readonly string[],
  others: readonly ForRecords[]
): Omit<Kind, 'name'> {
  const fields = writable(one, module).filter((name) => creatable.includes(name))
  const own = one.layout?.forRecords
  const kept = new Map(
    own ? [[own.field, own.values]] : others.map(({ field }) => [field, freeValues(module, field, others)])
  )
  const asked = [...kept].filter(([name, values]) => fields.includes(name) && isAskable(module, name, values))
  return {
    id: one.layout?.id ?? standardKind,
    fields: fields.filter((name) => !kept.has(name) || asked.some(([other]) => other === name)),
    fill: fillOf(module, kept, new Map(asked)),
    kept: new Map(asked)
  }
}

/** There is something to choose. */
function isAskable(module: Module, name: string, values: readonly string[]): boolean {
  return module.fields.get(name)?.type === 'option' && values.length > 1
}

/** The values of a field that lead to none of the other layouts. */
function freeValues(module: Module, name: string, others: readonly ForRecords[]): string[] {
  const taken = others.filter(({ field }) => field === name).flatMap(({ values }) => values)
  const field = module.fields.get(name)
  const all = field?.type === 'boolean' ? ['false', 'true'] : (field?.options ?? []).map(({ value }) => value)
  return all.filter((value) => !taken.includes(value))
}

/** The usual value where it leads to this layout, else the first that does. */
function fillOf(
  module: Module,
  kept: ReadonlyMap<string, readonly string[]>,
  asked: ReadonlyMap<string, unknown>
): Record<string, FieldValue> {
  const fill: Record<string, FieldValue> = {}
  for (const [name, values] of kept) {
    const field = module.fields.get(name)
    const isUsual = values.includes(String(field?.default ?? (field?.type === 'boolean' ? 'false' : '')))
    const [first] = values
    if (!asked.has(name) && !isUsual && first !== undefined)
      fill[name] = field?.type === 'boolean' ? first === 'true' : first
  }
  return fill
}
