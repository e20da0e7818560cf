/** A field of a module as EspoCRM defines it, and what its type makes of it. */
import type { Field, Storage } from '../catalog.js'
import type { FieldDefinition } from './answers.js'
import { columnOf, type Model } from './entity.js'
import type { Left } from './unmapped.js'

export interface Place {
  readonly model: Model
  readonly module: string
  readonly name: string
  readonly definition: FieldDefinition
}

/** What the type decides of a field. */
export type Shape = Pick<Field, 'type' | 'storage'> & Partial<Field>

/** Shapes of the fields that it becomes (most often one); none because nothing is missing by it, or none for a reason. */
export type Kind = (place: Place) => readonly Shape[] | Left

/** The record's own column for an attribute: that of the field's name unless another is named. */
export function ownColumn({ model, module, name }: Place, attribute = name): Storage | undefined {
  const column = columnOf(model, module, attribute)
  return column === undefined ? undefined : { kind: 'column', column }
}
