/** What of EspoCRM's definitions is left out of the catalog, and why: `portico doctor` lists it, so that nothing is missing in silence. */

export interface Unmapped {
  readonly module: string
  /** '' when the whole module is left out. */
  readonly field: string
  /** EspoCRM's name of the field's type. */
  readonly type: string
  /** A sentence. */
  readonly why: string
}

/** Why a field is not mapped. */
export interface Left {
  readonly why: string
}

export const computed: Left = {
  why: 'EspoCRM puts it together when it reads a record; no column of the record holds it.'
}
export const unknownType: Left = { why: 'Portico does not map fields of this type.' }
