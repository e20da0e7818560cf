/** Conditions as sentences in the reader's language. */
import type { Catalog, Field, Module, Scalar } from '../host/catalog.js'
import { ID, type Condition, type Operator } from './condition.js'

/** The grantee that stands for all of them. */
const groupOfExternalUsers = 'external'

type Translate = (key: string, args?: Record<string, string | number>) => string

/** One sentence for the condition; parts of `all` and `any` are joined by the language's own words. */
export function describe(catalog: Catalog, module: Module, condition: Condition, t: Translate): string {
  switch (condition.kind) {
    case 'always':
    case 'never':
      return t(`access:condition.${condition.kind}`)
    case 'oneOf':
      return describeOneOf(module, condition, t)
    case 'compare':
      return t(`access:operator.${operatorKey[condition.operator]}`, {
        field: labelOf(module, condition.field),
        value: shown(module.fields.get(condition.field), condition.value, t)
      })
    case 'linked':
      return describeLinked(catalog, module, condition, t)
    case 'unlinked':
      return t('access:condition.unlinked', { link: module.links.get(condition.link)?.label ?? condition.link })
    case 'descended':
      return t('access:condition.descended', { link: module.links.get(condition.link)?.label ?? condition.link })
    case 'joined':
      return describeJoined(condition, t)
    case 'owned':
      return t('access:condition.owned')
    case 'all':
    case 'any':
      return condition.of
        .map((part) => describe(catalog, module, part, t))
        .join(t(`access:condition.${condition.kind}`))
    case 'not':
      return t('access:condition.not', { condition: describe(catalog, module, condition.condition, t) })
  }
}

/** Who wrote it: this one, or anybody from outside; which right is allowed or denied, and to whom (T07). */
function describeJoined({ table, where }: Extract<Condition, { kind: 'joined' }>, t: Translate): string {
  const { right, effect, grantee } = where
  if (table === 'portico_object_rights' && right !== undefined && effect !== undefined)
    return t(`access:condition.right.${right}.${effect}.${grantee === groupOfExternalUsers ? 'group' : 'person'}`)
  const isAnybody = table === 'portico_authorship' && !('author_id' in where)
  return t(isAnybody ? 'access:condition.writtenOutside' : `access:condition.joined.${table}`)
}

/** A word for each operator, as used in translation keys. */
export const operatorKey: Readonly<Record<Operator, string>> = {
  '=': 'equals',
  '≠': 'differs',
  '<': 'less',
  '≤': 'atMost',
  '>': 'greater',
  '≥': 'atLeast',
  contains: 'contains',
  startsWith: 'startsWith',
  isEmpty: 'isEmpty',
  isNotEmpty: 'isNotEmpty'
}

function describeOneOf(module: Module, condition: Extract<Condition, { kind: 'oneOf' }>, t: Translate): string {
  if (condition.field === ID) return t('access:condition.isRecord', { module: module.label })
  const field = module.fields.get(condition.field)
  return t('access:condition.oneOf', {
    field: labelOf(module, condition.field),
    values: condition.values.map((value) => shown(field, value, t)).join(', ')
  })
}

function describeLinked(
  catalog: Catalog,
  module: Module,
  condition: Extract<Condition, { kind: 'linked' }>,
  t: Translate
): string {
  const link = module.links.get(condition.link)
  const target = link && catalog.modules.get(link.to)
  if (!link || !target) return t('access:condition.never')
  return t('access:condition.linked', {
    link: link.label,
    condition: describe(catalog, target, condition.condition, t)
  })
}

function labelOf(module: Module, name: string): string {
  return module.fields.get(name)?.label ?? name
}

function shown(field: Field | undefined, value: Scalar, t: Translate): string {
  if (typeof value === 'boolean') return t(value ? 'access:value.yes' : 'access:value.no')
  return field?.options.find((option) => option.value === value)?.label ?? String(value ?? '')
}
