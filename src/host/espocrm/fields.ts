/** EspoCRM's fields as the catalog's. */
import type { Field, FieldType, Scalar } from '../catalog.js'
import type { FieldDefinition } from './answers.js'
import { orderedColumns, type Model } from './entity.js'
import { isCurrency } from './choices.js'
import { isHidden } from './hidden-fields.js'
import { kinds, kindsBeside } from './kinds.js'
import type { Place, Shape } from './place.js'
import { computed, unknownType, type Left } from './unmapped.js'

/** What becomes of a field: fields of the catalog (most often one), none because nothing is missing by it, or none for a reason. */
export function mapField(place: Place): readonly Field[] | Left {
  const { definition } = place
  if (isHidden(place)) return []
  if (definition.notStorable && !kindsBeside.has(definition.type)) return computed
  const made = kinds[definition.type]?.(place) ?? unknownType
  return 'why' in made ? made : made.map((shape) => complete(place, shape))
}

/** A shape with what all fields have. */
function complete(place: Place, shape: Shape): Field {
  const { model, module, definition } = place
  const name = shape.name ?? place.name
  const isReadOnly = definition.readOnly === true
  const field = {
    name,
    label: model.words.field(module, name),
    required: isRequired(place, shape),
    options: [],
    maxLength: lengthOf(place, shape),
    min: definition.min,
    max: definition.max,
    decimals: undefined,
    searchable: isSearchable(place, shape),
    sortable: isSortable(model, module, shape),
    link: undefined,
    default: isCurrency(definition) ? currencyOf(model) : defaultOf(definition, shape),
    ...(startsToday(definition) && { startsToday: model.metadata.settings.timeZone }),
    ...shape
  }
  return { ...field, readOnly: isReadOnly || shape.readOnly === true }
}

/** Where there is no empty choice EspoCRM refuses to leave the field empty; its default stands where nothing is said. */
function isRequired({ definition }: Place, { type }: Shape): boolean {
  const hasNoEmptyChoice = type === 'option' && definition.options?.includes('') === false
  return definition.required === true || (hasNoEmptyChoice && definition.default !== undefined)
}

const writtenTypes: readonly FieldType[] = ['text', 'longText', 'url']

function lengthOf({ model, module, name, definition }: Place, { type }: Shape): number | undefined {
  if (!writtenTypes.includes(type)) return undefined
  return definition.maxLength ?? model.metadata.orm[module]?.attributes[name]?.len
}

const searchableTypes: readonly FieldType[] = ['text', 'longText', 'url', 'email', 'phone']

/** What EspoCRM's own search looks into. */
function isSearchable({ model, module, name }: Place, { type }: Shape): boolean {
  const searched = model.metadata.entityDefs[module]?.collection?.textFilterFields ?? ['name']
  return searched.includes(name) && searchableTypes.includes(type)
}

const unsortedTypes: readonly FieldType[] = ['longText', 'richText', 'options', 'reference', 'files']

function isSortable(model: Model, module: string, { type, storage }: Shape): boolean {
  if (unsortedTypes.includes(type)) return false
  const ordered = orderedColumns(model, module)
  if (storage.kind === 'column') return ordered.has(storage.column)
  return storage.kind === 'joined' && ordered.has(storage.order)
}

/** Money without a currency is money in the first one. */
function currencyOf({ metadata: { settings } }: Model): Scalar {
  return settings.defaultCurrency ?? null
}

/** EspoCRM's own pages make such a default by a script. */
function startsToday({ type, default: given }: FieldDefinition): boolean {
  return type === 'date' && /^javascript:\s*return this\.dateTime\.getToday\(\);?\s*$/.test(String(given))
}

const countedTypes: readonly FieldType[] = ['integer', 'number', 'money']

/** Only what does not change from day to day; `javascript:…` is made in EspoCRM's own pages. */
function defaultOf({ default: given }: FieldDefinition, { type, options = [] }: Shape): Scalar {
  if (type === 'boolean') return given === true
  if (typeof given === 'number') return countedTypes.includes(type) ? given : null
  if (typeof given !== 'string' || given.startsWith('javascript:')) return null
  const isKnown = type === 'option' && options.some(({ value }) => value === given)
  return isKnown || writtenTypes.includes(type) ? given : null
}
