/** Why a staff member may view, edit or delete a record: the reasons that `narrowing` makes one condition of, one by one.
 *  What has to be known of the record was asked before; judging a person needs no database, so a thousand are quick (S11, X01). */
import type { Module } from '../host/catalog.js'
import { levelIn, named, type Level, type Rule } from './model.js'
import type { Organization } from './organization.js'
import { deepestFollowing, hasOwners, openFor, type RecordAction } from './scope.js'

export const recordActions = ['view', 'edit', 'delete'] as const satisfies readonly RecordAction[]

/** What sharing needs to know of a record. */
export interface RecordFacts {
  readonly module: Module
  readonly id: string
  readonly title: string
  /** Id of the staff member it belongs to, be he still there or not. */
  readonly owner: string | undefined
  /** The host's groups it belongs to, where it belongs to no person (S03). */
  readonly groups: readonly string[]
  /** Ids of those rules of its module whose criteria it meets. */
  readonly meets: ReadonlySet<string>
  /** By link: the records it hangs on or follows, as far as rules and defaults ask for them. */
  readonly behind: ReadonlyMap<string, readonly RecordFacts[]>
}

/** `gives`: what it opens, whatever the profile leaves of it. */
export type Reason = { readonly gives: readonly RecordAction[] } & (
  | { readonly kind: 'administrator' | 'ownerless' | 'viewAll' | 'editAll' | 'owner' | 'superior' }
  | { readonly kind: 'default'; readonly level: Level }
  /** Ids of groups of the model that he is in and that own the record. */
  | { readonly kind: 'group'; readonly groups: readonly string[] }
  | { readonly kind: 'rule'; readonly rule: Rule }
  | { readonly kind: 'hanging'; readonly rule: Rule; readonly parent: RecordFacts }
  | { readonly kind: 'follows'; readonly target: RecordFacts; readonly because: readonly Reason[] }
)

export interface Judgement {
  readonly may: Readonly<Record<RecordAction, boolean>>
  /** Those that hold, whether or not the profile leaves what they give. */
  readonly reasons: readonly Reason[]
}

export interface Judged {
  readonly id: string
  readonly isAdministrator: boolean
}

/** Judges one person after the other about one record; `via`: the modules whose following led to it. Says what the kernel says
 *  of `narrowing` (a generated test compares them). */
export function judgeOf(
  organization: Organization,
  facts: RecordFacts,
  via: readonly string[] = []
): (person: Judged) => Judgement {
  const judge = staffJudge(organization, facts, via)
  return (person) => (person.isAdministrator ? administrator : judge(person.id))
}

const administrator: Judgement = {
  may: { view: true, edit: true, delete: true },
  reasons: [{ kind: 'administrator', gives: recordActions }]
}

type StaffJudge = (staffId: string) => Judgement
type Finder = (staffId: string) => readonly Reason[]

function staffJudge(organization: Organization, facts: RecordFacts, via: readonly string[]): StaffJudge {
  const finders = facts.module.owner ? findersFor(organization, facts, via) : [ownerless]
  return (staffId) => {
    const rights = organization.rightsOf(staffId).on(facts.module.name)
    const reasons = rights.view ? finders.flatMap((find) => find(staffId)) : []
    const may = (action: RecordAction): boolean =>
      rights.view && rights[action] && reasons.some(({ gives }) => gives.includes(action))
    return { may: { view: may('view'), edit: may('edit'), delete: may('delete') }, reasons }
  }
}

const ownerless: Finder = () => [{ kind: 'ownerless', gives: recordActions }]

function findersFor(organization: Organization, facts: RecordFacts, via: readonly string[]): Finder[] {
  return [
    byDefault(organization, facts),
    byPrivileges(organization),
    byOwner(organization, facts),
    byGroup(organization, facts),
    ...byRules(organization, facts),
    ...byParents(organization, facts),
    ...byFollowing(organization, facts, via)
  ]
}

function byDefault({ model }: Organization, { module }: RecordFacts): Finder {
  const level = levelIn(model, module.name)
  const gives = recordActions.filter((action) => openFor[action].includes(level))
  return () => (gives.length > 0 ? [{ kind: 'default', level, gives }] : [])
}

function byPrivileges({ rightsOf }: Organization): Finder {
  return (staffId) => {
    const { viewAll, editAll } = rightsOf(staffId)
    return [
      ...(viewAll ? [{ kind: 'viewAll', gives: ['view'] } as const] : []),
      ...(editAll ? [{ kind: 'editAll', gives: ['view', 'edit'] } as const] : [])
    ]
  }
}

function byOwner({ roleOf, below }: Organization, { owner }: RecordFacts): Finder {
  if (owner === undefined) return () => []
  return (staffId) => {
    if (staffId === owner) return [{ kind: 'owner', gives: recordActions }]
    const role = roleOf(staffId)
    return role !== undefined && below(role).has(owner) ? [{ kind: 'superior', gives: recordActions }] : []
  }
}

function byGroup({ model, groupsOf }: Organization, facts: RecordFacts): Finder {
  return (staffId) => {
    const groups = [...groupsOf(staffId)].filter((id) => ownsAsGroup(facts, named(model.groups, id)?.hostGroup))
    return groups.length > 0 ? [{ kind: 'group', groups, gives: recordActions }] : []
  }
}

function ownsAsGroup({ owner, groups }: RecordFacts, hostGroup: string | null | undefined): boolean {
  return owner === undefined && typeof hostGroup === 'string' && groups.includes(hostGroup)
}

function byRules(organization: Organization, facts: RecordFacts): Finder[] {
  return rulesAbout(organization, facts).map(
    (rule) => (staffId) => (organization.isIn(staffId, rule.to) ? [{ kind: 'rule', rule, gives: givenBy(rule) }] : [])
  )
}

/** The rules that share this very record. */
function rulesAbout(organization: Organization, facts: RecordFacts): Rule[] {
  return Object.entries(organization.model.rules)
    .filter(([id, rule]) => isShared(organization, rule, id, facts))
    .map(([, rule]) => rule)
}

/** The record belongs to those the rule speaks of, and meets its criteria. */
export function isShared({ model, peopleIn }: Organization, rule: Rule, id: string, facts: RecordFacts): boolean {
  if (rule.module !== facts.module.name || !hasOwners(facts.module) || !facts.meets.has(id)) return false
  if (facts.owner !== undefined) return peopleIn(rule.from).has(facts.owner)
  return rule.from.kind === 'group' && ownsAsGroup(facts, named(model.groups, rule.from.id)?.hostGroup)
}

function givenBy({ write }: { readonly write: boolean }): readonly RecordAction[] {
  return write ? ['view', 'edit'] : ['view']
}

/** A rule that shares the record's parent and what hangs on it; it needs the right to view parents (S06). */
function byParents(organization: Organization, facts: RecordFacts): Finder[] {
  return hangingOn(organization, facts).map(({ rule, parent, write }) => {
    const gives = givenBy({ write })
    return (staffId) =>
      organization.isIn(staffId, rule.to) && organization.rightsOf(staffId).on(rule.module).view
        ? [{ kind: 'hanging', rule, parent, gives }]
        : []
  })
}

interface Hanging {
  readonly rule: Rule
  readonly parent: RecordFacts
  readonly write: boolean
}

/** Rules that share a record this one hangs on, with what hangs on it. */
function hangingOn(organization: Organization, facts: RecordFacts): Hanging[] {
  return Object.entries(organization.model.rules).flatMap(([id, rule]) =>
    rule.related.flatMap(({ module, link, write }) => {
      if (module !== facts.module.name || facts.module.links.get(link)?.to !== rule.module) return []
      const parent = facts.behind.get(link)?.find((one) => isShared(organization, rule, id, one))
      return parent ? [{ rule, parent, write }] : []
    })
  )
}

/** Whatever he may do with the record it follows (S06). */
function byFollowing(organization: Organization, facts: RecordFacts, via: readonly string[]): Finder[] {
  return followedBy(organization, facts, via).map((target) => {
    const judge = staffJudge(organization, target, [...via, facts.module.name])
    return (staffId) => {
      const { may, reasons } = judge(staffId)
      const gives = recordActions.filter((action) => may[action])
      const because = reasons.filter((reason) => reason.gives.some((action) => gives.includes(action)))
      return gives.length > 0 ? [{ kind: 'follows', target, because, gives }] : []
    }
  })
}

/** The link by which records of the module follow others; `via`: the modules whose following led here. */
export function followedLink({ model }: Organization, module: Module, via: readonly string[]): string | undefined {
  const link = module.links.get(named(model.defaults, module.name)?.follows ?? '')
  return link && !via.includes(link.to) && via.length < deepestFollowing ? link.name : undefined
}

export function followedBy(
  organization: Organization,
  facts: RecordFacts,
  via: readonly string[] = []
): readonly RecordFacts[] {
  const targets = facts.behind.get(followedLink(organization, facts.module, via) ?? '') ?? []
  return targets.filter(({ module }) => hasOwners(module))
}
