/** How the embedded CRM's modules are written down: as data, labels included. Custom modules and fields take the same form. */
import type { FieldType, Locale, Scalar, Tone } from '../catalog.js'

export type Words = Readonly<Record<Locale, string>>

export interface ModuleDefinition {
  /** `Contact`; its table is `crm_contact`. */
  readonly name: string
  readonly label: Words
  readonly plural: Words
  readonly icon: string
  /** The field that names a record; default `name`. */
  readonly title?: string
  readonly fields: Readonly<Record<string, FieldDefinition>>
  readonly links?: Readonly<Record<string, ManyDefinition>>
  /** Modules a record may hang on by parent type and id; makes one link `parent<Module>` each, and `<plural>` back. */
  readonly parents?: readonly string[]
  readonly layouts: {
    readonly list: readonly string[]
    readonly detail: readonly { readonly label: Words; readonly fields: readonly string[] }[]
  }
  /** The links whose records stand first on a record's page. */
  readonly related?: readonly string[]
  /** The reference to what a record stands in: a folder in a folder, a document in a folder. */
  readonly within?: string
  /** Line items of another module, through this reference field. */
  readonly partOf?: { readonly module: string; readonly link: string }
  readonly hasFeed?: boolean
  /** Rows nobody outside ever sees unless these fields hold these values (E10). */
  readonly outside?: Readonly<Record<string, string | number>>
}

/** Every module also has: id, deleted, createdAt, modifiedAt, createdBy, createdByName (who really wrote), and
 *  unless `partOf` assignedUser and assignedGroup, one of which it belongs to. */
export interface FieldDefinition {
  readonly label: Words
  /** `group`: one of the CRM's groups, its options; written by staff only. */
  readonly type: FieldType | 'personName' | 'autoNumber' | 'group'
  readonly required?: boolean
  readonly readOnly?: boolean
  readonly options?: readonly { readonly value: string; readonly label: Words; readonly tone?: Tone }[]
  readonly maxLength?: number
  readonly min?: number
  /** Of `files`: how many there may be. */
  readonly max?: number
  readonly decimals?: number
  /** A field of the same kind: this date or time is not before that one. */
  readonly notBefore?: string
  readonly searchable?: boolean
  readonly sortable?: boolean
  readonly default?: Scalar
  /** `reference`: the module it points to (column `<field>_id`), and the link back. */
  readonly to?: string
  readonly back?: { readonly name: string; readonly label: Words }
  /** `personName`: the fields it is made of. */
  readonly parts?: readonly string[]
  /** `autoNumber`: what stands before the number (`C-`). */
  readonly prefix?: string
}

/** A many-to-many link, kept in `table` (`near` is this module's column, `far` the other's). */
export interface ManyDefinition {
  readonly label: Words
  readonly to: string
  readonly table: string
  readonly near: string
  readonly far: string
  readonly back: { readonly name: string; readonly label: Words }
}
