/** What there is to choose from in a field of EspoCRM, with its words and colours. */
import type { Option, Tone } from '../catalog.js'
import type { FieldDefinition } from './answers.js'
import { fieldsOf } from './entity.js'
import type { Place } from './place.js'

const tones: Readonly<Record<string, Tone>> = {
  success: 'good',
  danger: 'bad',
  warning: 'warn',
  primary: 'info',
  info: 'info'
}

/** In their order, without the empty one; undefined when the definitions do not tell. */
export function choices(place: Place): readonly Option[] | undefined {
  const { model, module, name: field, definition } = place
  return valuesOf(place)
    ?.filter((value) => value !== '')
    .map((value) => ({
      value,
      label: model.words.option({ module, field, definition }, value),
      tone: tones[definition.style?.[value] ?? ''] ?? 'neutral'
    }))
}

/** Whether nothing else may be entered. */
export function isClosed(place: Place): boolean {
  return place.definition.allowCustomOptions !== true && (valuesOf(place) ?? []).length > 0
}

function valuesOf({ model, definition }: Place): readonly string[] | undefined {
  if (isCurrency(definition)) return model.metadata.settings.currencyList
  const path = /^(?:entityDefs\.)?(\w+)(?:\.fields)?\.(\w+?)(?:\.options)?$/.exec(
    definition.optionsPath ?? definition.optionsReference ?? ''
  )
  if (path) return fieldsOf(model, path[1]!)[path[2]!]?.options
  return definition.optionsPath === undefined ? definition.options : undefined
}

/** The field holds the code of a currency: EspoCRM makes it beside each field of money. */
export function isCurrency({ view }: Pick<FieldDefinition, 'view'>): boolean {
  return view === 'views/fields/currency-list'
}
