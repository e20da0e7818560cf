/** One person and one record in detail: every part of the question, with whether it holds (X01). */
import { moduleName, ownersName } from './naming.js'
import { criteriaText } from './telling.js'
import { named, levelIn, type Rule } from '../model.js'
import {
  followedBy,
  followedLink,
  isShared,
  judgeOf,
  recordActions,
  type Judged,
  type RecordFacts
} from '../reasons.js'
import {
  actionsText,
  ownerName,
  profilesAllowing,
  profilesOf,
  reasonText,
  relationText,
  wayText,
  type Words
} from './reasons-in-words.js'
import { openFor } from '../scope.js'

export interface DetailPart {
  readonly sentence: string
  readonly holds: boolean
  readonly parts: readonly DetailPart[]
}

export function everyPart(
  words: Words,
  facts: RecordFacts,
  person: Judged,
  via: readonly string[] = []
): readonly DetailPart[] {
  const { t } = words
  if (person.isAdministrator) return [{ sentence: t('answers:reason.administrator'), holds: true, parts: [] }]
  const rights = profilePart(words, facts, person.id)
  if (!facts.module.owner)
    return [rights, plain(t('answers:reason.ownerless', { module: facts.module.labelPlural }), true)]
  return [
    rights,
    defaultPart(words, facts),
    ...privilegeParts(words, person.id),
    ...ownerParts(words, facts, person.id),
    ...ruleParts(words, facts, person.id),
    ...hangingParts(words, facts, person.id),
    ...followingParts(words, facts, person, via)
  ]
}

function plain(sentence: string, holds: boolean): DetailPart {
  return { sentence, holds, parts: [] }
}

/** The profile allows it at all: without that, nothing below counts. */
function profilePart(words: Words, { module }: RecordFacts, staffId: string): DetailPart {
  const { t, organization } = words
  const rights = organization.rightsOf(staffId).on(module.name)
  const parts = recordActions.map((action) =>
    plain(
      rights[action]
        ? t('answers:detail.allows', {
            profiles: profilesAllowing(words, staffId, module.name, action),
            action: t(`answers:right.${action}`)
          })
        : t('answers:detail.forbids', { action: t(`answers:right.${action}`) }),
      rights[action]
    )
  )
  const args = { profiles: profilesOf(words, staffId), module: module.labelPlural }
  return { sentence: t('answers:detail.profile', args), holds: rights.view, parts }
}

function defaultPart({ t, organization: { model } }: Words, { module }: RecordFacts): DetailPart {
  const level = levelIn(model, module.name)
  const open = recordActions.filter((action) => openFor[action].includes(level))
  const args = { module: module.labelPlural, level: t(`sharing:level.${level}.label`) }
  const parts = open.length === 0 ? [] : [plain(t('answers:detail.opens', { actions: actionsText(t, open) }), true)]
  return { sentence: t('answers:reason.default', args), holds: open.length > 0, parts }
}

function privilegeParts(words: Words, staffId: string): DetailPart[] {
  const { viewAll, editAll } = words.organization.rightsOf(staffId)
  return [plain(words.t('answers:detail.viewAll'), viewAll), plain(words.t('answers:detail.editAll'), editAll)]
}

/** What follows from whose the record is, as the judgement says it. */
function ownerParts(words: Words, facts: RecordFacts, staffId: string): DetailPart[] {
  const { t } = words
  const { reasons } = judgeOf(words.organization, facts)({ id: staffId, isAdministrator: false })
  const reason = reasons.find(({ kind }) => kind === 'owner' || kind === 'superior' || kind === 'group')
  const owner =
    facts.owner === undefined
      ? []
      : [plain(t('answers:detail.owner', { owner: ownerName(words, facts) }), reason?.kind === 'owner')]
  if (reason?.kind === 'owner') return owner
  const relation = reason ? reasonText(words, facts, staffId, reason) : relationText(words, facts, staffId)
  return [...owner, plain(relation, reason !== undefined)]
}

function ruleParts(words: Words, facts: RecordFacts, staffId: string): DetailPart[] {
  return Object.entries(words.organization.model.rules)
    .filter(([, rule]) => rule.module === facts.module.name)
    .map(([id, rule]) => {
      const parts = [...sharedParts(words, id, rule, facts), recipientPart(words, rule, staffId)]
      const sentence = words.t(rule.write ? 'answers:detail.ruleWrite' : 'answers:detail.ruleRead')
      return { sentence, holds: parts.every(({ holds }) => holds), parts }
    })
}

/** Whose records the rule shares, and which of them. */
function sharedParts(words: Words, id: string, rule: Rule, facts: RecordFacts): DetailPart[] {
  const { t, organization } = words
  const from = t('answers:detail.from', { from: ownersName(words, rule.from) })
  const owns = isShared(organization, rule, id, { ...facts, meets: new Set([id]) })
  if (rule.criteria.length === 0) return [plain(from, owns)]
  return [
    plain(from, owns),
    plain(t('answers:detail.criteria', { criteria: criteriaText(words, rule) }), facts.meets.has(id))
  ]
}

function recipientPart({ t, names, organization }: Words, { to }: Rule, staffId: string): DetailPart {
  const isIn = organization.isIn(staffId, to)
  const way = isIn ? wayText(names, organization, staffId, to) : names.of(to)
  return plain(t('answers:detail.to', { to: way }), isIn)
}

function hangingParts(words: Words, facts: RecordFacts, staffId: string): DetailPart[] {
  const { t, organization } = words
  return Object.entries(organization.model.rules).flatMap(([id, rule]) =>
    rule.related
      .filter(({ module }) => module === facts.module.name)
      .map(({ link, write }) => {
        const parents = facts.module.links.get(link)?.to === rule.module ? (facts.behind.get(link) ?? []) : []
        const parent = parents.find((one) => isShared(organization, rule, id, one)) ?? parents[0]
        const args = { title: parent?.title ?? '', module: moduleName(words, rule.module) }
        const parts = [
          plain(t(parent ? 'answers:detail.parent' : 'answers:detail.noParent', args), parent !== undefined),
          ...(parent ? sharedParts(words, id, rule, parent) : []),
          plain(t('answers:detail.parentProfile', args), organization.rightsOf(staffId).on(rule.module).view),
          recipientPart(words, rule, staffId)
        ]
        const sentence = t(write ? 'answers:detail.hangingWrite' : 'answers:detail.hangingRead', args)
        return { sentence, holds: parts.every(({ holds }) => holds), parts }
      })
  )
}

function followingParts(words: Words, facts: RecordFacts, person: Judged, via: readonly string[]): DetailPart[] {
  const { t, organization } = words
  const link = named(organization.model.defaults, facts.module.name)?.follows
  if (link === undefined) return []
  const label = facts.module.links.get(link)?.label ?? link
  if (followedLink(organization, facts.module, via) === undefined)
    return [plain(t('answers:detail.followsNothing', { link: label }), false)]
  const targets = followedBy(organization, facts, via)
  if (targets.length === 0) return [plain(t('answers:detail.followsEmpty', { link: label }), false)]
  return targets.map((target) => {
    const further = [...via, facts.module.name]
    const { may } = judgeOf(organization, target, further)(person)
    const parts = everyPart(words, target, person, further)
    return { sentence: t('answers:detail.follows', { link: label, title: target.title }), holds: may.view, parts }
  })
}
