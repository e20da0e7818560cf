/** One entity type of EspoCRM, with the questions the catalog asks about it. */
import type { ColumnIs } from '../catalog.js'
import type { FieldDefinition, Metadata, RelationDefinition } from './answers.js'
import type { Words } from './labels.js'
import { snake } from './naming.js'

/** All of them, and the words for them in one language. */
export interface Model {
  readonly metadata: Metadata
  readonly words: Words
  /** Names of those that are modules of the catalog. */
  readonly modules: ReadonlySet<string>
}

export function fieldsOf(
  { metadata }: Pick<Model, 'metadata'>,
  entity: string
): Readonly<Record<string, FieldDefinition>> {
  return metadata.entityDefs[entity]?.fields ?? {}
}

export function relationsOf(
  { metadata }: Pick<Model, 'metadata'>,
  entity: string
): Readonly<Record<string, RelationDefinition>> {
  return metadata.orm[entity]?.relations ?? {}
}

/** The column that holds an attribute; undefined when the entity type's table has none for it. */
export function columnOf({ metadata }: Pick<Model, 'metadata'>, entity: string, attribute: string): string | undefined {
  const known = metadata.orm[entity]?.attributes[attribute]
  const isStored = known !== undefined && known.notStorable !== true && known.type !== 'foreign'
  return isStored ? snake(attribute) : undefined
}

/** Rows in the recycle bin do not count, where the entity type has one. */
export function liveOf(model: Pick<Model, 'metadata'>, entity: string): ColumnIs | undefined {
  const column = columnOf(model, entity, 'deleted')
  return column === undefined ? undefined : { column, is: 0 }
}

/** E10: what is marked as internal, and articles that are not published. An article's other states that an administrator may have
 *  declared public stay inside. */
export function outsideOf(model: Pick<Model, 'metadata'>, module: string): ColumnIs[] {
  const internal =
    fieldsOf(model, module)['isInternal']?.type === 'bool' ? columnOf(model, module, 'isInternal') : undefined
  const status = module === 'KnowledgeBaseArticle' ? columnOf(model, module, 'status') : undefined
  return [
    ...(internal === undefined ? [] : [{ column: internal, is: 0 }]),
    ...(status === undefined ? [] : [{ column: status, is: 'Published' }])
  ]
}

/** E-mails that nobody has got, or not yet. */
export function unfinishedOf(model: Pick<Model, 'metadata'>, module: string): ColumnIs[] {
  const column = module === 'Email' ? columnOf(model, module, 'status') : undefined
  return column === undefined ? [] : ['Draft', 'Sending', 'Failed'].map((is) => ({ column, is }))
}

/** Columns by which an index lists the entity type in order. */
export function orderedColumns({ metadata }: Pick<Model, 'metadata'>, entity: string): ReadonlySet<string> {
  const indexes = Object.values(metadata.orm[entity]?.indexes ?? {})
  const leading = indexes
    .filter(({ flags }) => !flags?.includes('fulltext'))
    .map(({ columns: [first, second] }) => (first === 'deleted' ? second : first))
  return new Set(['createdAt', ...leading].flatMap((attribute) => (attribute ? [snake(attribute)] : [])))
}
