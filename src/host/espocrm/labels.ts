/** EspoCRM's own words for modules, fields, links and choices, in one of Portico's languages; English where it has none. */
import type { Locale } from '../catalog.js'
import type { FieldDefinition, Metadata } from './answers.js'

/** EspoCRM's names of the languages Portico speaks. */
export const languages: Readonly<Record<Locale, string>> = { en: 'en_US', de: 'de_DE', cs: 'cs_CZ' }

export interface Words {
  module(module: string): string
  modules(module: string): string
  field(module: string, field: string): string
  link(module: string, link: string): string
  option(place: OptionPlace, value: string): string
  section(module: string, label: string): string
  /** Of a field that many modules have. */
  common(field: string): string
}

export interface OptionPlace {
  readonly module: string
  readonly field: string
  readonly definition: FieldDefinition
}

type Labels = Metadata['i18n'][string][string]
type Category = Exclude<keyof Labels, 'options'>

export function wordsIn(i18n: Metadata['i18n'], locale: Locale): Words {
  const spoken = [i18n[languages[locale]] ?? {}, i18n[languages.en] ?? {}]
  const find = (scope: string, category: Category, name: string): string | undefined =>
    firstOf(spoken.map((language) => language[scope]?.[category][name]))
  const common = (scope: string, category: Category, name: string): string | undefined =>
    find(scope, category, name) ?? find('Global', category, name)
  /** EspoCRM gives English words out as another language's where it has none; a link is often translated as the field of its name only. */
  const translated = (scope: string, category: Category, name: string): string | undefined => {
    const [own, english] = [languages[locale], languages.en].map(
      (language) => i18n[language]?.[scope]?.[category][name]
    )
    return own === english ? undefined : own
  }
  const choice = ([scope, field]: readonly [string, string], value: string): string | undefined =>
    firstOf(spoken.map((language) => language[scope]?.options[field]?.[value]))
  return {
    module: (module) => find('Global', 'scopeNames', module) ?? module,
    modules: (module) => find('Global', 'scopeNamesPlural', module) ?? find('Global', 'scopeNames', module) ?? module,
    field: (module, field) => common(module, 'fields', field) ?? field,
    link: (module, link) =>
      translated(module, 'links', link) ??
      translated(module, 'fields', link) ??
      common(module, 'links', link) ??
      common(module, 'fields', link) ??
      link,
    option: (place, value) => firstOf(optionLists(place).map((list) => choice(list, value))) ?? value,
    section: (module, label) => common(module, 'labels', label) ?? label,
    common: (field) => find('Global', 'fields', field) ?? field
  }
}

/** Where the words for a field's choices stand: where the field says, with the field whose choices it shares, with itself, common ones. */
function optionLists({ module, field, definition }: OptionPlace): (readonly [string, string])[] {
  const translation = /^(\w+)\.options\.(\w+)$/.exec(definition.translation ?? '')
  const reference = /^(\w+)\.(\w+)$/.exec(definition.optionsReference ?? '')
  return [
    ...[translation, reference].flatMap((found) => (found ? [[found[1]!, found[2]!] as const] : [])),
    [module, field],
    ['Global', field]
  ]
}

function firstOf(candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((candidate) => candidate !== undefined && candidate !== '')
}
