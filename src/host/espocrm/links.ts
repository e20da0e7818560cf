/** EspoCRM's relationships as the catalog's links: references, their way back, link tables, parents of several kinds. */
import type { ColumnIs, Link, LinkStorage } from '../catalog.js'
import type { FieldDefinition, RelationDefinition } from './answers.js'
import { columnOf, fieldsOf, relationsOf, type Model } from './entity.js'
import { isHiddenLink } from './hidden-fields.js'
import { capital, snake } from './naming.js'

const live = { column: 'deleted', is: 0 } as const

/** The links of a module to modules of the catalog; what leads elsewhere is left out. */
export function linksOf(model: Model, module: string): Link[] {
  const definitions = model.metadata.entityDefs[module]?.links ?? {}
  return Object.entries(relationsOf(model, module)).flatMap(([name, relation]) => {
    const definition = definitions[name]
    if (definition?.disabled || definition?.utility || isHiddenLink(module, name, relation)) return []
    if (relation.type === 'belongsToParent') return parentLinks(model, module, name, relation)
    return linkOf(model, module, name, relation)
  })
}

function linkOf(model: Model, module: string, name: string, relation: RelationDefinition): Link[] {
  const to = relation.entity ?? ''
  const storage = model.modules.has(to) ? storageOf(model, module, relation) : undefined
  if (!storage) return []
  const cardinality = relation.type === 'belongsTo' || relation.type === 'hasOne' ? 'one' : 'many'
  return [{ name, label: model.words.link(module, name), to, cardinality, storage }]
}

function storageOf(model: Model, module: string, relation: RelationDefinition): LinkStorage | undefined {
  switch (relation.type) {
    case 'belongsTo': {
      const column = columnOf(model, module, relation.key ?? '')
      return column === undefined ? undefined : { kind: 'column', column, only: undefined }
    }
    case 'hasMany':
    case 'hasOne':
    case 'hasChildren':
      return reverseOf(model, module, relation)
    case 'manyMany':
      return tableOf(relation)
    default:
      return undefined
  }
}

/** Far records whose column holds this record's id; where that column serves several modules, only those that mean this one. */
function reverseOf(model: Model, module: string, relation: RelationDefinition): LinkStorage | undefined {
  const { entity: far = '', foreignKey = '', foreign = '', foreignType = `${foreign}Type`, conditions = {} } = relation
  const column = columnOf(model, far, foreignKey)
  if (column === undefined || Object.keys(conditions).length > 0) return undefined
  const isShared = relation.type === 'hasChildren' || relationsOf(model, far)[foreign]?.type === 'belongsToParent'
  if (!isShared) return { kind: 'reverse', column, only: undefined }
  const type = columnOf(model, far, foreignType)
  return type === undefined ? undefined : { kind: 'reverse', column, only: { column: type, is: module } }
}

function tableOf({
  relationName,
  midKeys,
  conditions = {},
  additionalColumns = {}
}: RelationDefinition): LinkStorage | undefined {
  const only = Object.entries(conditions).flatMap(([attribute, is]) => constant(attribute, is))
  if (relationName === undefined || !midKeys || only.length < Object.keys(conditions).length) return undefined
  const [near, far] = midKeys
  const inForce = 'isInactive' in additionalColumns ? [stillActive] : []
  return {
    kind: 'table',
    table: snake(relationName),
    near: snake(near),
    far: snake(far),
    live,
    only: [...only, ...inForce]
  }
}

/** A contact whom staff marked inactive at an account works there no longer (A24). */
const stillActive: ColumnIs = { column: 'is_inactive', is: 0 }

function constant(attribute: string, is: unknown): ColumnIs[] {
  return typeof is === 'string' || typeof is === 'number' ? [{ column: snake(attribute), is }] : []
}

/** `parentAccount`, `parentLead`: a way for each module that a parent may be of. */
function parentLinks(model: Model, module: string, name: string, relation: RelationDefinition): Link[] {
  const definition = fieldsOf(model, module)[name]
  const column = columnOf(model, module, relation.key ?? `${name}Id`)
  const type = columnOf(model, module, `${name}Type`)
  if (!definition || column === undefined || type === undefined) return []
  return parentsOf({ model, definition }).map((to) => ({
    name: `${name}${capital(to)}`,
    label: model.words.module(to),
    to,
    cardinality: 'one',
    storage: { kind: 'column', column, only: { column: type, is: to } }
  }))
}

/** The modules that the record in a field of type `linkParent` may be of. */
export function parentsOf({ model, definition }: { model: Model; definition: FieldDefinition }): string[] {
  const named = definition.entityList ?? [...model.modules]
  return named.filter((name) => model.modules.has(name))
}
