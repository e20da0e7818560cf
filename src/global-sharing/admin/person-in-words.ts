/** A person's place in the organization, and by what he gets to records of a module, as sentences (S11). */
import type { Module } from '../../host/catalog.js'
import { moduleName, ownersName } from './naming.js'
import { criteriaText } from './telling.js'
import { levelIn, named, type Member, type Model } from '../model.js'
import type { Judged } from '../reasons.js'
import { actionsText, profilesOf, profilesWith, rolePath, wayText, type Words } from './reasons-in-words.js'
import { recordActions } from '../reasons.js'
import { followedLink } from '../reasons.js'
import { openFor } from '../scope.js'

/** Always the same terms in the same order. */
export function placeTexts(words: Words, staffId: string): { term: string; text: string }[] {
  const { t, organization } = words
  const role = organization.roleOf(staffId)
  const above = role === undefined ? [] : organization.above(role).flatMap((id) => peopleOfRole(words, id))
  const below = role === undefined ? [] : [...organization.below(role)]
  return [
    { term: t('answers:person.role'), text: role === undefined ? t('answers:person.noRole') : rolePath(words, role) },
    { term: t('answers:person.profiles'), text: profilesOf(words, staffId) },
    { term: t('answers:person.groups'), text: groupsText(words, staffId) },
    { term: t('answers:person.above'), text: peopleText(words, above) },
    { term: t('answers:person.below'), text: peopleText(words, below) }
  ]
}

function peopleOfRole({ organization }: Words, id: string): string[] {
  return [...organization.peopleIn({ kind: 'role', id })]
}

function groupsText(words: Words, staffId: string): string {
  const { t, names, organization } = words
  const ways = [...organization.groupsOf(staffId)]
    .map((id): Member => ({ kind: 'group', id }))
    .map((group) => wayText(names, organization, staffId, group))
  return ways.length > 0 ? ways.toSorted((a, b) => a.localeCompare(b)).join('; ') : t('answers:person.noGroup')
}

const mostNamed = 20

function peopleText({ t, persons }: Words, ids: readonly string[]): string {
  const known = ids.flatMap((id) => persons.get(id)?.name ?? []).toSorted((a, b) => a.localeCompare(b))
  if (known.length === 0) return t('answers:person.nobody')
  const some = known.slice(0, mostNamed).join(', ')
  return known.length > mostNamed ? t('answers:person.andMore', { names: some, count: known.length - mostNamed }) : some
}

/** Why he sees what he sees of a module; why nothing, where his profile forbids it. */
export function sourceTexts(words: Words, { id, isAdministrator }: Judged, module: Module): string[] {
  const { t, organization } = words
  if (isAdministrator) return [t('answers:reason.administrator')]
  if (!organization.rightsOf(id).on(module.name).view)
    return [t('answers:not.profile', { profiles: profilesOf(words, id), module: module.labelPlural })]
  if (!module.owner) return [t('answers:reason.ownerless', { module: module.labelPlural })]
  return [
    ...openTexts(words, id, module),
    ...ownTexts(words, id),
    ...ruleTexts(words, id, module),
    ...followTexts(words, module)
  ]
}

function openTexts(words: Words, staffId: string, module: Module): string[] {
  const { t, organization } = words
  const level = levelIn(organization.model, module.name)
  const open = recordActions.filter((action) => openFor[action].includes(level))
  const { viewAll, editAll } = organization.rightsOf(staffId)
  return [
    ...(open.length > 0 ? [t('answers:source.default', { actions: actionsText(t, open) })] : []),
    ...(viewAll ? [t('answers:reason.viewAll', { profiles: profilesWith(words, staffId, 'viewAll') })] : []),
    ...(editAll ? [t('answers:reason.editAll', { profiles: profilesWith(words, staffId, 'editAll') })] : [])
  ]
}

/** What is his own, of people below him, of his groups. */
function ownTexts({ t, organization, names }: Words, staffId: string): string[] {
  const role = organization.roleOf(staffId)
  const below = role === undefined ? 0 : organization.below(role).size
  const owning = [...organization.groupsOf(staffId)].filter((id) => ownsRecords(organization.model, id))
  const groups = owning.map((id) => names.bare({ kind: 'group', id })).join(', ')
  return [
    t('answers:source.own'),
    ...(below > 0 ? [t('answers:source.below', { count: below })] : []),
    ...(owning.length > 0 ? [t('answers:source.groups', { groups })] : [])
  ]
}

function ownsRecords({ groups }: Model, id: string): boolean {
  return typeof named(groups, id)?.hostGroup === 'string'
}

function ruleTexts(words: Words, staffId: string, module: Module): string[] {
  const { t, organization } = words
  const mine = Object.values(organization.model.rules).filter(({ to }) => organization.isIn(staffId, to))
  const direct = mine.filter((rule) => rule.module === module.name)
  const hanging = mine.flatMap((rule) =>
    rule.related.filter((one) => one.module === module.name).map(({ write }) => ({ rule, write }))
  )
  return [
    ...direct.map((rule) =>
      [
        t(rule.write ? 'answers:source.ruleWrite' : 'answers:source.ruleRead', { from: ownersName(words, rule.from) }),
        ...(rule.criteria.length > 0 ? [t('answers:reason.criteria', { criteria: criteriaText(words, rule) })] : [])
      ].join(' ')
    ),
    ...hanging.map(({ rule, write }) =>
      t(write ? 'answers:source.hangingWrite' : 'answers:source.hangingRead', {
        from: ownersName(words, rule.from),
        module: moduleName(words, rule.module)
      })
    )
  ]
}

function followTexts({ t, organization }: Words, module: Module): string[] {
  const link = module.links.get(followedLink(organization, module, []) ?? '')
  return link ? [t('answers:source.follows', { link: link.label })] : []
}
