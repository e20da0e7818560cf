/** What each of EspoCRM's field types is to people, and where its values live. */
import type { Field, FieldType, Storage } from '../catalog.js'
import { choices, isClosed } from './choices.js'
import { columnOf } from './entity.js'
import { isHidden } from './hidden-fields.js'
import { capital } from './naming.js'
import { ownColumn, type Kind, type Place, type Shape } from './place.js'
import { foreign, parent, reference, referenceFromAfar } from './references.js'
import { addressOf, attachmentsField, attachmentsOf, fileOf, phoneOf } from './side-tables.js'
import { computed, unknownType, type Left } from './unmapped.js'

/** These live in other tables or columns, whatever `notStorable` says. */
export const kindsBeside = new Set([
  'email',
  'phone',
  'personName',
  'address',
  'map',
  'currencyConverted',
  'linkMultiple'
])

export const kinds: Readonly<Record<string, Kind>> = {
  varchar: inColumn('text'),
  barcode: inColumn('text'),
  colorpicker: inColumn('text'),
  text: inColumn('longText'),
  wysiwyg: inColumn('richText', { readOnly: true }),
  enum: choiceOfOne,
  multiEnum: choiceOfMany,
  checklist: choiceOfMany,
  array: choiceOfMany,
  urlMultiple: inColumn('options', { readOnly: true }),
  bool: inColumn('boolean'),
  int: wholeNumber,
  autoincrement: inColumn('integer', { readOnly: true }),
  number: inColumn('text', { readOnly: true }),
  float: decimal,
  decimal: exactDecimal,
  currency: money,
  currencyConverted: () => [],
  date: inColumn('date'),
  datetime: inColumn('datetime'),
  datetimeOptional: inColumn('datetime'),
  url: inColumn('url'),
  email: besideIn('email', 'emailAddress', addressOf),
  phone: phones,
  personName,
  address: () => [],
  map: () => [],
  rangeInt: () => [],
  rangeFloat: () => [],
  rangeCurrency: () => [],
  link: reference,
  linkOne: referenceFromAfar,
  linkParent: parent,
  linkMultiple: () => [],
  foreign: foreign(plainShape),
  file: (place) => inAttachment(place),
  image: (place) => inAttachment(place, { readOnly: true }),
  attachmentMultiple: inAttachments
}

function inColumn(type: FieldType, more: Partial<Field> = {}): Kind {
  return (place) => {
    const storage = ownColumn(place)
    return storage ? [{ type, storage, ...more }] : computed
  }
}

/** A field whose choices are not in the definitions is the text that it holds. */
function choiceOfOne(place: Place): readonly Shape[] | Left {
  const storage = ownColumn(place)
  if (!storage) return computed
  const options = choices(place)
  return [options ? { type: 'option', storage, options } : { type: 'text', storage, readOnly: true }]
}

/** A list as JSON. Where anything may be entered there is nothing to choose from: it is shown only. */
function choiceOfMany(place: Place): readonly Shape[] | Left {
  const storage = ownColumn(place)
  if (!storage) return computed
  const options = choices(place)
  return [{ type: 'options', storage, options: options ?? [], ...(!isClosed(place) && { readOnly: true }) }]
}

/** EspoCRM's own bounds, where the field has none. */
const largestInt = 2_147_483_647

function wholeNumber(place: Place): readonly Shape[] | Left {
  const storage = ownColumn(place)
  const { min = -largestInt, max = largestInt } = place.definition
  return storage ? [{ type: 'integer', storage, min, max }] : computed
}

function decimal(place: Place): readonly Shape[] | Left {
  const storage = ownColumn(place)
  return storage ? [{ type: 'number', storage, decimals: place.definition.decimalPlaces }] : computed
}

/** Only where the column is one of decimals: an EspoCRM that does not know the type keeps text. */
function exactDecimal(place: Place): readonly Shape[] | Left {
  const attribute = place.model.metadata.orm[place.module]?.attributes[place.name]
  const storage = ownColumn(place)
  if (!storage || attribute?.dbType !== 'decimal') return unknownType
  return [{ type: 'number', storage, decimals: place.definition.decimalPlaces ?? attribute.scale }]
}

function money(place: Place): readonly Shape[] | Left {
  const storage = ownColumn(place)
  const currency = `${place.name}Currency`
  if (!storage || !ownColumn(place, currency)) return computed
  return [{ type: 'money', storage, decimals: 2, currency }]
}

/** EspoCRM keeps one list of addresses (or numbers) per record, whatever fields show it. */
function besideIn(type: FieldType, attribute: string, storageOf: (entity: string) => Storage): Kind {
  return ({ module, name }) =>
    name === attribute
      ? [{ type, storage: storageOf(module), maxLength: 255 }]
      : { why: `EspoCRM keeps values of this type under the name ${attribute} only.` }
}

const shownNumbers = ['Mobile', 'Fax']

/** The primary number; beside it, to be shown, those that are said to be of a mobile phone and of a fax. */
function phones(place: Place): readonly Shape[] | Left {
  const { model, module, name, definition } = place
  const primary = besideIn('phone', 'phoneNumber', phoneOf)(place)
  if ('why' in primary) return primary
  const others = shownNumbers.filter((type) => definition.typeList?.includes(type))
  return [
    ...primary,
    ...others.map((type) => ({
      name: name + type,
      label: `${model.words.field(module, name)} (${model.words.option({ module, field: name, definition }, type)})`,
      type: 'text' as const,
      storage: phoneOf(module, type),
      readOnly: true,
      required: false
    }))
  ]
}

/** The parts as EspoCRM joins them: its notation names them in their order. */
function personName(place: Place): readonly Shape[] | Left {
  const selected = place.model.metadata.orm[place.module]?.attributes[place.name]?.select?.select ?? ''
  const parts = [...selected.matchAll(/IFNULL:\((\w+)/g)].map((found) => found[1]!)
  const columns = parts.flatMap((part) => columnOf(place.model, place.module, part) ?? [])
  const last = columnOf(place.model, place.module, `last${capital(place.name)}`)
  if (columns.length === 0 || last === undefined) return computed
  return [{ type: 'text', storage: { kind: 'joined', columns, order: last }, readOnly: true }]
}

/** What a field is in its own module; none where it isn't one field there. */
function plainShape(place: Place): Shape | undefined {
  const { definition } = place
  if (isHidden(place) || definition.notStorable || definition.type === 'foreign') return undefined
  const made = kinds[definition.type]?.(place) ?? []
  return 'why' in made || made.length > 1 ? undefined : made[0]
}

/** Pictures are shown: EspoCRM looks into them as they are uploaded, and knows by then which field they are for. */
function inAttachment(place: Place, more: Partial<Field> = {}): readonly Shape[] | Left {
  const near = columnOf(place.model, place.module, `${place.name}Id`)
  return near === undefined
    ? computed
    : [{ type: 'files', storage: fileOf(near), max: 1, ...accepting(place), ...more }]
}

/** An attachment says itself in which field it is, from the moment it is made; ours are made for this name. */
function inAttachments(place: Place): readonly Shape[] {
  const { module, name, definition } = place
  const shape = { type: 'files' as const, storage: attachmentsOf(module, name), max: definition.maxCount }
  return [{ ...shape, ...accepting(place), readOnly: name !== attachmentsField }]
}

function accepting({ definition: { accept = [] } }: Place): Pick<Field, 'accepts'> {
  return accept.length > 0 ? { accepts: accept } : {}
}
