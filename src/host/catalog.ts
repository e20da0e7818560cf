/** The catalog: what modules, fields and links a CRM has, as data, with where each of them lives in its database. */

export type Scalar = string | number | boolean | null

/** The three languages Portico speaks. */
export const locales = ['en', 'de', 'cs'] as const
export type Locale = (typeof locales)[number]

export interface Catalog {
  /** Changes whenever the host's modules, fields or labels change; caches are keyed by it. */
  readonly stamp: string
  readonly modules: ReadonlyMap<string, Module>
  /** The collation of the host's ids where it is not byte by byte: ids in tables of ours are read in it, so that the
   *  host's indexes serve comparisons with them. Undefined: compared as they are. */
  readonly idCollation?: string
}

/** An entity type of the host: Contact, Case … */
export interface Module {
  readonly name: string
  readonly label: string
  readonly labelPlural: string
  /** Name of an icon in `views/icons`. */
  readonly icon: string
  readonly table: string
  /** Only rows with `column = is` exist; a record in the recycle bin does not. */
  readonly live: ColumnIs | undefined
  /** The field whose value names a record to people. */
  readonly title: string
  /** The field (of type `reference`, to `User`) that says which staff member a record belongs to. */
  readonly owner: string | undefined
  /** Where it stands which group of the host a record belongs to that belongs to no staff member (S03). */
  readonly ownerGroups?: OwnerGroups
  /** Fields of type `datetime`, in UTC. */
  readonly createdAt: string
  readonly modifiedAt: string
  readonly fields: ReadonlyMap<string, Field>
  readonly links: ReadonlyMap<string, Link>
  readonly layouts: readonly Layout[]
  /** Rows nobody outside ever sees unless all of these hold, whatever the level (E10). */
  readonly outside: readonly ColumnIs[]
  /** Rows with one of these are not finished (drafts of e-mails): nobody outside ever sees them. */
  readonly unfinished?: readonly ColumnIs[]
  /** What staff may do with these records is for the host's own rules alone to say; no plugin narrows it. */
  readonly keepsOwnRules?: boolean
  /** Line items: rows that are shown and edited inside a record of another module, through `link`. */
  readonly partOf: { readonly module: string; readonly link: string } | undefined
  readonly hasFeed: boolean
}

export interface ColumnIs {
  readonly column: string
  readonly is: string | number
}

export type FieldType =
  | 'text'
  | 'longText'
  /** HTML. Shown sanitized; never written from outside. */
  | 'richText'
  | 'email'
  | 'phone'
  | 'url'
  | 'option'
  | 'options'
  | 'integer'
  | 'number'
  | 'money'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'reference'
  /** Attached files. They are no value: a change replaces them by `files`. */
  | 'files'

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: FieldType
  readonly storage: Storage
  readonly required: boolean
  /** The host computes it; nobody writes it. */
  readonly readOnly: boolean
  readonly options: readonly Option[]
  /** In characters, for text. */
  readonly maxLength: number | undefined
  readonly min: number | undefined
  readonly max: number | undefined
  /** Digits after the point, for `number` and `money`. */
  readonly decimals: number | undefined
  readonly searchable: boolean
  /** There is an index that lists the module in this field's order. */
  readonly sortable: boolean
  /** For `reference`: the name of the link it is the near end of. */
  readonly link: string | undefined
  /** For `money`: the field that holds its currency's code; undefined where there is one currency only. */
  readonly currency?: string
  readonly default: Scalar
  /** For `date`: a new record that says nothing gets the day on which it is made, by the calendar of this time zone. */
  readonly startsToday?: string
  /** For `files`: the endings (`.pdf`) and types (`image/*`) that the host takes; without it, all. */
  readonly accepts?: readonly string[]
}

export interface Option {
  readonly value: string
  readonly label: string
  /** How a status badge is coloured. */
  readonly tone: Tone
}
export type Tone = 'neutral' | 'info' | 'good' | 'warn' | 'bad'

/** Where a field's value is kept. */
export type Storage =
  | { readonly kind: 'column'; readonly column: string }
  /** Several columns joined by a space, empty ones left out (a person's name); `order` is the column to sort by. */
  | { readonly kind: 'joined'; readonly columns: readonly string[]; readonly order: string }
  /** One row of another table: `value` where `key` is `r.near` (default: `r.id`) and all of `where`. */
  | {
      readonly kind: 'side'
      readonly from: string
      readonly key: string
      readonly near?: string
      readonly value: string
      readonly where: readonly ColumnIs[]
      /** The value stands one table further (an e-mail address behind its link row): in the row of `table` whose `key`
       *  is the side row's `by`; `value` is then a column of that table. */
      readonly through?: {
        readonly table: string
        readonly key: string
        readonly by: string
        readonly where: readonly ColumnIs[]
      }
    }
  /** For `files`: rows of an attachment table that name the record. `order` is the column they are listed by. */
  | {
      readonly kind: 'files'
      readonly from: string
      /** The attachment's columns. */
      readonly columns: { readonly id: string; readonly name: string; readonly type: string; readonly size: string }
      /** `{ from's column }` = `r.near` (default: `r.id`). */
      readonly key: string
      readonly near?: string
      readonly where: readonly ColumnIs[]
      readonly order: string
    }

/** A named way from a record of one module to records of another. */
export interface Link {
  readonly name: string
  readonly label: string
  readonly to: string
  readonly cardinality: 'one' | 'many'
  readonly storage: LinkStorage
}

export type LinkStorage =
  /** `r.column = target.id`; `only` for links whose column serves several modules (parent type + parent id). */
  | { readonly kind: 'column'; readonly column: string; readonly only: ColumnIs | undefined }
  /** `target.column = r.id` */
  | { readonly kind: 'reverse'; readonly column: string; readonly only: ColumnIs | undefined }
  /** A row of `table` joins `near = r.id` with `far = target.id`. */
  | {
      readonly kind: 'table'
      readonly table: string
      readonly near: string
      readonly far: string
      readonly live: ColumnIs | undefined
      readonly only: readonly ColumnIs[]
    }

/** A column with the group's id, or a table that joins records (`near`) with groups (`far`). */
export type OwnerGroups =
  { readonly kind: 'column'; readonly column: string } | Extract<LinkStorage, { readonly kind: 'table' }>

export interface Layout {
  readonly name: string
  readonly kind: 'list' | 'detail'
  readonly label: string
  readonly sections: readonly LayoutSection[]
}
export interface LayoutSection {
  readonly label: string
  readonly fields: readonly string[]
}

/** The module called `name`; @throws RangeError when the host has none (a programming error: ask `modules.get` for a visitor's input). */
export function moduleOf(catalog: Catalog, name: string): Module {
  const module = catalog.modules.get(name)
  if (!module) throw new RangeError(`The host has no module ${name}.`)
  return module
}
