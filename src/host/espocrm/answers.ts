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

const scope = z.object({ entity: flag, object: flag, disabled: flag, stream: flag })

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
const left = new Set(['Email', 'Note', 'Attachment', 'Portal', 'PorticoOutbox'])

/** Names of the entity types that may become modules: what people work with, custom ones included, and the staff. */
export function moduleNames({ scopes }: Pick<Metadata, 'scopes'>): string[] {
  return Object.entries(scopes)
    .filter(([name, { entity: isEntity, object, disabled }]) => isEntity && object && !disabled && !left.has(name))
    .map(([name]) => name)
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
    entityDefs: only(answer.entityDefs, names),
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
