/** Reasons as sentences in the reader's language: why somebody may do something with a record, and why he may not. */
import type { Catalog } from '../../host/catalog.js'
import type { HostGroup, StaffName } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { namesOf, type Names, type Naming } from './naming.js'
import { criteriaText, ruleSentence } from './telling.js'
import { named, type Member, type Rule } from '../model.js'
import { rightsIn, type Organization } from '../organization.js'
import { recordActions, type Judged, type Judgement, type Reason, type RecordFacts } from '../reasons.js'
import { roleLabels } from '../roles.js'
import type { RecordAction } from '../scope.js'

/** What sentences are made with: things are called as this one model calls them. */
export interface Words extends Naming {
  readonly organization: Organization
  readonly names: Names
  readonly persons: ReadonlyMap<string, StaffName>
}

export function wordsFor(
  t: Translate,
  catalog: Catalog,
  organization: Organization,
  { people, groups }: { readonly people: readonly StaffName[]; readonly groups: readonly HostGroup[] }
): Words {
  return {
    t,
    catalog,
    models: [organization.model],
    roles: roleLabels(organization.model),
    people: new Map(people.map(({ id, name }) => [id, name])),
    hostGroups: new Map(groups.map(({ id, name }) => [id, name])),
    organization,
    names: namesOf(organization.model, people, t),
    persons: new Map(people.map((person) => [person.id, person]))
  }
}

/** Why he may do what he may; what his profile takes away of it comes last. */
export function whyTexts(words: Words, facts: RecordFacts, person: Judged, { may, reasons }: Judgement): string[] {
  const kept = recordActions.filter(
    (action) => !may[action] && reasons.some(({ gives }) => gives.includes(action)) && !person.isAdministrator
  )
  return [
    ...reasons.map((reason) => reasonText(words, facts, person.id, reason)),
    ...(kept.length > 0 ? [keptText(words, person.id, kept)] : [])
  ]
}

export function reasonText(words: Words, facts: RecordFacts, staffId: string, reason: Reason): string {
  const { t } = words
  const module = facts.module.labelPlural
  switch (reason.kind) {
    case 'administrator':
    case 'owner':
      return t(`answers:reason.${reason.kind}`)
    case 'ownerless':
      return t('answers:reason.ownerless', { module })
    case 'default':
      return t('answers:reason.default', { module, level: t(`sharing:level.${reason.level}.label`) })
    case 'viewAll':
    case 'editAll':
      return t(`answers:reason.${reason.kind}`, { profiles: profilesWith(words, staffId, reason.kind) })
    case 'superior':
      return t('answers:reason.superior', { owner: ownerName(words, facts), path: wayDown(words, staffId, facts) })
    case 'group':
      return reason.groups.map((group) => groupText(words, staffId, group)).join(' ')
    case 'rule':
      return ruleText(words, staffId, reason.rule)
    case 'hanging':
      return t('answers:reason.hanging', { title: reason.parent.title, rule: ruleText(words, staffId, reason.rule) })
    case 'follows':
      return t('answers:reason.follows', {
        title: reason.target.title,
        because: reason.because.map((inner) => reasonText(words, reason.target, staffId, inner)).join(' ')
      })
  }
}

function keptText(words: Words, staffId: string, actions: readonly RecordAction[]): string {
  return words.t('answers:reason.kept', {
    profiles: profilesOf(words, staffId),
    actions: actionsText(words.t, actions)
  })
}

export function actionsText(t: Translate, actions: readonly RecordAction[]): string {
  return actions.map((action) => t(`answers:right.${action}`)).join(', ')
}

function groupText({ t, names, organization }: Words, staffId: string, id: string): string {
  const group: Member = { kind: 'group', id }
  return t('answers:reason.group', { group: names.bare(group), way: wayText(names, organization, staffId, group) })
}

/** The rule, and by what he is among its recipients. */
function ruleText(words: Words, staffId: string, rule: Rule): string {
  const { t, names, organization } = words
  const sentences = [
    t('answers:reason.rule', { rule: ruleSentence(words, rule) }),
    ...(rule.criteria.length > 0 ? [t('answers:reason.criteria', { criteria: criteriaText(words, rule) })] : []),
    ...(rule.to.kind === 'user' || rule.to.kind === 'role'
      ? []
      : [t('answers:reason.recipient', { way: wayText(names, organization, staffId, rule.to) })])
  ]
  return sentences.join(' ')
}

const step = ' › '

/** The set, and what is in it, down to the person: "Group Team › Group Prague › Role Sales". */
export function wayText(names: Names, organization: Organization, staffId: string, set: Member): string {
  return wayInto(organization, staffId, set)
    .map((member) => names.of(member))
    .join(step)
}

/** By which members somebody is in a set, the shortest way; empty when he isn't. */
function wayInto(organization: Organization, staffId: string, set: Member): readonly Member[] {
  const seen = new Set<string>()
  const open: (readonly Member[])[] = [[set]]
  for (let way = open.shift(); way !== undefined; way = open.shift()) {
    const last = way.at(-1)!
    if (!organization.isIn(staffId, last)) continue
    if (last.kind !== 'group') return [...way, ...roleBelow(organization, staffId, last)]
    if (seen.has(last.id)) continue
    seen.add(last.id)
    for (const member of named(organization.model.groups, last.id)?.members ?? []) open.push([...(way ?? []), member])
  }
  return []
}

/** Of a role with its subordinates: the one of them that is his. */
function roleBelow(organization: Organization, staffId: string, { kind, id }: Member): Member[] {
  const role = organization.roleOf(staffId)
  return kind === 'tree' && role !== undefined && role !== id ? [{ kind: 'role', id: role }] : []
}

/** From his role down to the owner's. */
function wayDown(words: Words, staffId: string, { owner }: RecordFacts): string {
  const { organization, names } = words
  const role = organization.roleOf(owner ?? '')
  if (role === undefined) return ''
  const above = organization.above(role)
  const own = organization.roleOf(staffId) ?? ''
  return [role, ...above.slice(0, above.indexOf(own) + 1)]
    .toReversed()
    .map((id) => names.bare({ kind: 'role', id }))
    .join(step)
}

/** The role and those above it, from the top. */
export function rolePath({ organization, names }: Words, role: string): string {
  return [role, ...organization.above(role)]
    .toReversed()
    .map((id) => names.bare({ kind: 'role', id }))
    .join(step)
}

export function ownerName({ persons, t }: Words, { owner }: RecordFacts): string {
  return persons.get(owner ?? '')?.name ?? t('answers:owner.gone', { id: owner ?? '' })
}

/** Ids of his profiles: those of his role, or of people without one. */
function profileIds({ model, roleOf }: Organization, staffId: string): readonly string[] {
  const role = roleOf(staffId)
  const ids = role === undefined ? model.withoutRole : (named(model.roles, role)?.profiles ?? [])
  return ids.filter((id) => named(model.profiles, id) !== undefined)
}

export function profilesOf(words: Words, staffId: string, ids = profileIds(words.organization, staffId)): string {
  const { model } = words.organization
  const known = ids.map((id) => words.t('answers:profile.name', { name: named(model.profiles, id)?.name ?? id }))
  return known.length > 0 ? known.join(', ') : words.t('answers:profile.none')
}

export function profilesWith(words: Words, staffId: string, privilege: 'viewAll' | 'editAll'): string {
  const { model } = words.organization
  const ids = profileIds(words.organization, staffId)
  return profilesOf(
    words,
    staffId,
    ids.filter((id) => named(model.profiles, id)?.[privilege])
  )
}

/** The profiles of his that allow him something in the module. */
export function profilesAllowing(words: Words, staffId: string, module: string, action: RecordAction): string {
  const { model } = words.organization
  const ids = profileIds(words.organization, staffId).filter((id) => {
    const profile = named(model.profiles, id)
    return profile !== undefined && rightsIn(profile, module)[action]
  })
  return profilesOf(words, staffId, ids)
}

/** Why he does not see the record: what forbids it, or how he stands to its owner. */
export function whyNotTexts(words: Words, facts: RecordFacts, { id }: Judged): string[] {
  const { t, organization } = words
  const module = facts.module.labelPlural
  if (!organization.rightsOf(id).on(facts.module.name).view)
    return [
      profileIds(organization, id).length > 0
        ? t('answers:not.profile', { profiles: profilesOf(words, id), module })
        : t('answers:not.noProfile', { module })
    ]
  return [t('answers:not.private', { module }), relationText(words, facts, id)]
}

/** How somebody who isn't above the owner stands to him. */
export function relationText(words: Words, facts: RecordFacts, staffId: string): string {
  const { t } = words
  const { owner } = facts
  if (owner === undefined) return unownedText(words, facts)
  if (!words.persons.has(owner) && words.organization.roleOf(owner) === undefined)
    return t('answers:not.ownerGone', { id: owner })
  return betweenText(words, ownerName(words, facts), staffId, owner)
}

function unownedText({ t, names, organization, hostGroups }: Words, { groups }: RecordFacts): string {
  if (groups.length === 0) return t('answers:not.nobodys')
  const owning = Object.entries(organization.model.groups).filter(
    ([, { hostGroup }]) => hostGroup !== null && groups.includes(hostGroup)
  )
  if (owning.length === 0)
    return t('answers:not.strangeGroup', { group: groups.map((id) => hostGroups.get(id) ?? id).join(', ') })
  return t('answers:not.group', { group: owning.map(([id]) => names.bare({ kind: 'group', id })).join(', ') })
}

function betweenText({ t, names, organization }: Words, owner: string, staffId: string, ownerId: string): string {
  const own = organization.roleOf(staffId)
  const his = organization.roleOf(ownerId)
  if (his === undefined) return t('answers:not.ownerRoleless', { owner })
  const role = names.bare({ kind: 'role', id: his })
  if (own === undefined) return t('answers:not.roleless', { owner, role })
  if (own === his) return t('answers:not.sameRole', { owner, role })
  const args = { owner, role, own: names.bare({ kind: 'role', id: own }) }
  return t(organization.above(own).includes(his) ? 'answers:not.ownerAbove' : 'answers:not.otherBranch', args)
}
