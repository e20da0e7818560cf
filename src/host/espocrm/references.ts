/** Fields that lead to other records, or show something of them. */
import type { Storage } from '../catalog.js'
import type { RelationDefinition } from './answers.js'
import { columnOf, fieldsOf, liveOf, outsideOf, relationsOf, type Model } from './entity.js'
import { parentsOf } from './links.js'
import { capital, snake } from './naming.js'
import { ownColumn, type Kind, type Place, type Shape } from './place.js'
import { computed, type Left } from './unmapped.js'

export function reference(place: Place): readonly Shape[] | Left {
  const { model, module, name } = place
  const relation = relationsOf(model, module)[name]
  const storage = ownColumn(place, relation?.key ?? `${name}Id`)
  if (!storage || relation?.type !== 'belongsTo') return computed
  if (!model.modules.has(relation.entity ?? '')) return leadsNowhere(relation.entity)
  return [{ type: 'reference', storage, link: name }]
}

/** The far record holds the connection. */
export function referenceFromAfar({ model, module, name }: Place): readonly Shape[] | Left {
  const relation = relationsOf(model, module)[name]
  const far = relation?.entity ?? ''
  if (relation?.type !== 'hasOne' || relation.foreignKey === undefined) return computed
  if (!model.modules.has(far)) return leadsNowhere(far)
  const key = columnOf(model, far, relation.foreignKey)
  if (key === undefined) return computed
  return [{ type: 'reference', storage: farRow(model, far, { key, value: 'id' }), link: name, readOnly: true }]
}

/** Of which module the parent is, and its id; and for each module a reference that shows it. The ways to it are links. */
export function parent(place: Place): readonly Shape[] | Left {
  const { model, module, name } = place
  const label = model.words.field(module, name)
  const type = ownColumn(place, `${name}Type`)
  const id = ownColumn(place, `${name}Id`)
  if (!type || !id) return computed
  const parents = parentsOf(place).map((value) => ({ value, label: model.words.module(value) }))
  const options = parents.map((one) => ({ ...one, tone: 'neutral' as const }))
  const references = parents.map((one) => ({
    name: name + capital(one.value),
    label: `${label} (${one.label})`,
    type: 'reference' as const,
    storage: id,
    link: name + capital(one.value),
    readOnly: true,
    required: false
  }))
  return [
    { name: `${name}Type`, label: `${label} (${model.words.common('type')})`, type: 'option', storage: type, options },
    { name: `${name}Id`, label: `${label} (ID)`, type: 'text', storage: id, maxLength: 24, sortable: false },
    ...references
  ]
}

/** A field of the record that a reference leads to, where that is a plain value in its row; `shapeOf` says what it is there. */
export function foreign(shapeOf: (place: Place) => Shape | undefined): Kind {
  return ({ model, module, definition }) => {
    const relation = relationsOf(model, module)[definition.link ?? '']
    const name = definition.field ?? ''
    const far = relation?.entity ?? ''
    const farDefinition = fieldsOf(model, far)[name]
    if (!relation || !farDefinition) return { why: 'The field that it shows can not be found.' }
    if (!model.modules.has(far)) return leadsNowhere(far)
    const shape = shapeOf({ model, module: far, name, definition: farDefinition })
    const storage = shape && storageOfForeign(model, module, relation, shape.storage)
    return storage && isPlain(shape)
      ? [{ ...shape, storage, readOnly: true }]
      : { why: `${far}.${name} is no plain value in a column.` }
  }
}

function storageOfForeign(
  model: Model,
  module: string,
  relation: RelationDefinition,
  value: Storage
): Storage | undefined {
  const near = relation.type === 'belongsTo' ? columnOf(model, module, relation.key ?? '') : undefined
  if (near === undefined || value.kind !== 'column') return undefined
  return farRow(model, relation.entity ?? '', { key: 'id', near, value: value.column })
}

/** Of a record that nobody outside ever sees nothing is shown here, either (E10). */
function farRow(model: Model, far: string, ends: { key: string; near?: string; value: string }): Storage {
  const live = liveOf(model, far)
  return { kind: 'side', from: snake(far), ...ends, where: [...(live ? [live] : []), ...outsideOf(model, far)] }
}

/** A reference needs its link, money its currency: both stand in the far record. */
function isPlain({ type }: Shape): boolean {
  return type !== 'reference' && type !== 'money'
}

function leadsNowhere(entity = ''): Left {
  return { why: `It leads to ${entity || 'nothing'}, which is no module of the catalog.` }
}
