/** The parts of `GET Portico/metadata` that the catalog is made from; what is not named here is dropped, and odd values count as not given. */
import { z } from 'zod'

/** PHP writes an empty object as `[]`, and one with the keys 0, 1, 2 as a list. */
function mapOf<T extends z.ZodType>(item: T): z.ZodType<Record<string, z.output<T>>> {
  const objects = (value: unknown): unknown => (Array.isArray(value) ? { ...value } : (value ?? {}))
  return z.preprocess(objects, z.record(z.string(), item))
}

const flag = z.boolean().optional().catch(undefined)
const word = z.string().optional().catch(undefined)
const amount = z.coerce.number().optional().catch(undefined)
const words = z.array(z.string()).optional().catch(undefined)

/** Without a type there is nothing to be made of it. */
const type = z.string().catch('')

const attribute = z.object({
  type,
  notStorable: flag,
  len: amount,
  dbType: word,
  scale: amount,
  /** What EspoCRM selects for a value it puts together, in its own notation. */
  select: z.object({ select: z.string() }).optional().catch(undefined)
})

const relation = z.object({
  type,
  entity: word,
  key: word,
  foreignKey: word,
  foreignType: word,
  foreign: word,
  relationName: word,
  midKeys: z.tuple([z.string(), z.string()]).optional().catch(undefined),
  conditions: mapOf(z.unknown()).optional().catch(undefined),
  additionalColumns: mapOf(z.unknown()).optional().catch(undefined)
})

const index = z.object({ columns: z.array(z.string()).catch([]), flags: words })

const field = z.object({
  type,
  required: flag,
  readOnly: flag,
  notStorable: flag,
  disabled: flag,
  utility: flag,
  isCustom: flag,
  /** Numbers to choose from belong to types that are not mapped. */
  options: words,
  optionsReference: word,
  optionsPath: word,
  /** Of `file`, `attachmentMultiple`: endings and types of files. */
  accept: words,
  /** Of `phone`: which kinds of numbers there are. */
  typeList: words,
  maxCount: amount,
  translation: word,
  allowCustomOptions: flag,
  style: mapOf(z.string().nullable().catch(null)).optional().catch(undefined),
  view: word,
  default: z.union([z.string(), z.number(), z.boolean()]).optional().catch(undefined),
  maxLength: amount,
  min: amount,
  max: amount,
  decimalPlaces: amount,
  /** Of `foreign`: the link and the far field. */
  link: word,
  field: word,
  /** Of `linkParent`. */
  entityList: words,
  /** Of `linkMultiple`: the reference that names the first of them. */
  primaryLink: word,
  /** What can't stand in a layout beside it; of `linkMultiple` that is such a reference, too. */
  detailLayoutIncompatibleFieldList: words
})

const entity = z.object({
  fields: mapOf(field),
  links: mapOf(z.object({ disabled: flag, utility: flag })),
  collection: z.object({ textFilterFields: words }).optional().catch(undefined)
})

const orm = z.object({
  attributes: mapOf(attribute),
  relations: mapOf(relation),
  indexes: mapOf(index)
})

const scope = z.object({
  entity: flag,
  object: flag,
  disabled: flag,
  stream: flag,
  /** Of folders and categories: what stands in them, and by which of its fields. */
  categoryParentEntityType: word,
  categoryField: word
})

/** What a panel is called; `$label:` stands before names that are to be translated, as all are. */
const panelLabel = z
  .string()
  .transform((label) => label.replace(/^\$label:/, ''))
  .optional()
  .catch(undefined)

/** Gaps in a row are `false` or null. */
const cell = z.object({ name: word }).nullable().catch(null)
const columns = z.array(cell).catch([])
const panels = z
  .array(z.object({ label: panelLabel, customLabel: word, rows: z.array(z.array(cell).catch([])).catch([]) }))
  .catch([])
/** Those for EspoCRM's own portal are there for some entity types only. */
const layouts = z.object({ list: columns, detail: panels, listPortal: columns, detailPortal: panels })

const texts = mapOf(z.string().catch(''))
const labels = z.object({
  fields: texts,
  links: texts,
  labels: texts,
  options: mapOf(texts),
  scopeNames: texts,
  scopeNamesPlural: texts
})

export const metadata = z.object({
  protocol: z.number(),
  extensionVersion: z.string(),
  espoVersion: z.string(),
  cacheTimestamp: z.number(),
  scopes: mapOf(scope),
  entityDefs: mapOf(entity),
  orm: mapOf(orm),
  layouts: mapOf(layouts),
  i18n: mapOf(mapOf(labels)),
  settings: z.object({
    currencyList: z.array(z.string()).catch([]),
    defaultCurrency: word,
    /** What staff without preferences of their own get. */
    language: z.string().catch('en_US'),
    timeZone: z.string().catch('UTC'),
    dateFormat: z.string().catch('YYYY-MM-DD'),
    timeFormat: z.string().catch('HH:mm')
  })
})

/** `GET Portico/stamp`: what changes when the metadata does. */
export const stamp = z.object({
  protocol: z.number(),
  extensionVersion: z.string(),
  espoVersion: z.string(),
  cacheTimestamp: z.number()
})

/** Entity types that are no business of people outside, or that the adapter brings itself (notes, attachments). */
const left = new Set(['Note', 'Attachment', 'Portal', 'PorticoOutbox'])

type Defined = Pick<Metadata, 'scopes' | 'entityDefs'>

/** Names of the entity types that may become modules: what people work with, custom ones included, their folders, and the staff. */
export function moduleNames(defined: Defined): string[] {
  return Object.keys(defined.scopes).filter((name) => isObject(defined, name) || isFolder(defined, name))
}

function isObject({ scopes }: Defined, name: string): boolean {
  const { entity: isEntity, object, disabled } = scopes[name] ?? {}
  return isEntity === true && object === true && !disabled && !left.has(name)
}

/** A record stands in one folder; categories, of which it may have several, are none. */
export function isFolder(defined: Defined, name: string): boolean {
  const {
    entity: isEntity,
    disabled,
    categoryParentEntityType: contents = '',
    categoryField = ''
  } = defined.scopes[name] ?? {}
  const place = defined.entityDefs[contents]?.fields[categoryField]
  return isEntity === true && !disabled && isObject(defined, contents) && place?.type === 'link'
}

/** What of it the catalog needs: entity types that may become modules, and the words for what they have. */
export function reduced(answer: Metadata): Metadata {
  const names = moduleNames(answer)
  const layoutsShown = only(answer.layouts, names)
  const headings = Object.values(layoutsShown)
    .flatMap(({ detail, detailPortal }) => [...detail, ...detailPortal])
    .flatMap(({ label }) => label ?? [])
  return {
    ...answer,
    scopes: only(answer.scopes, names),
    entityDefs: { ...choicesElsewhere(answer, names), ...only(answer.entityDefs, names) },
    orm: mapValues(only(answer.orm, names), (entityOrm) => ({ ...entityOrm, attributes: kept(entityOrm.attributes) })),
    layouts: layoutsShown,
    i18n: mapValues(answer.i18n, (all) =>
      mapValues(only(all, [...names, 'Global']), (spoken) => ({
        ...spoken,
        labels: only(spoken.labels, headings),
        scopeNames: only(spoken.scopeNames, names),
        scopeNamesPlural: only(spoken.scopeNamesPlural, names)
      }))
    )
  }
}

/** Fields of other entity types whose choices a field of these shares. */
function choicesElsewhere({ entityDefs }: Metadata, names: readonly string[]): Metadata['entityDefs'] {
  const elsewhere: Metadata['entityDefs'] = {}
  for (const { optionsReference = '' } of names.flatMap((name) => Object.values(entityDefs[name]?.fields ?? {}))) {
    const [owner = '', name = ''] = optionsReference.split('.')
    const shared = entityDefs[owner]?.fields[name]
    if (shared) elsewhere[owner] = { fields: { ...elsewhere[owner]?.fields, [name]: shared }, links: {} }
  }
  return elsewhere
}

/** Those that have a column, and those that EspoCRM puts together from others. */
function kept(attributes: Metadata['orm'][string]['attributes']): typeof attributes {
  const names = Object.entries(attributes).flatMap(([name, one]) =>
    one.type !== 'foreign' && (!one.notStorable || one.select !== undefined) ? [name] : []
  )
  return only(attributes, names)
}

function only<T>(all: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  return Object.fromEntries(keys.flatMap((key) => (all[key] === undefined ? [] : [[key, all[key]]])))
}

function mapValues<T, U>(all: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, change(value)]))
}

export type Metadata = z.output<typeof metadata>
export type Stamp = z.output<typeof stamp>
export type FieldDefinition = z.output<typeof field>
export type RelationDefinition = z.output<typeof relation>
export type LayoutDefinition = z.output<typeof layouts>
