/** Parts of the model as lines that people read: what a role, a profile, a rule … says, each with a name. */
import { describe } from '../../access/describe.js'
import { all, compare } from '../../access/condition.js'
import {
  otherModules,
  type Group,
  type Model,
  type ModuleRights,
  type Profile,
  type Role,
  type Rule
} from '../model.js'
import { rightsIn } from '../organization.js'
import { memberName, moduleName, nameOf, ownersName, personName, type Naming } from './naming.js'

export type Lines = ReadonlyMap<string, string>

type Line = readonly [name: string, text: string]

/** By the thing in the name of a change: `sharing.role-changed`. What is handed in was a part of the model once. */
export const tellers: Readonly<Record<string, (naming: Naming, part: unknown) => Lines>> = {
  defaults: (naming, part) => defaultLines(naming, part as Model['defaults']),
  profile: (naming, part) => profileLines(naming, part as Profile),
  'without-role': (naming, part) =>
    linesOf([[naming.t('sharing:told.profiles'), profileNames(naming, part as Model['withoutRole'])]]),
  rule: (naming, part) => ruleLines(naming, part as Rule),
  role: (naming, part) => roleLines(naming, part as Role),
  people: (naming, part) => peopleLines(naming, part as Model['people']),
  group: (naming, part) => groupLines(naming, part as Group)
}

function defaultLines(naming: Naming, defaults: Model['defaults']): Lines {
  return new Map(
    Object.entries(defaults).map(([module, { level, follows }]) => [
      moduleName(naming, module),
      follows === undefined
        ? naming.t(`sharing:level.${level}.label`)
        : naming.t('sharing:told.follows', {
            level: naming.t(`sharing:level.${level}.label`),
            link: linkLabel(naming, module, follows)
          })
    ])
  )
}

function profileLines(naming: Naming, profile: Profile): Lines {
  const { t, catalog } = naming
  const names = [...new Set([otherModules, ...catalog.modules.keys(), ...Object.keys(profile.modules)])]
  return linesOf([
    [t('sharing:profile.name'), profile.name],
    [t('sharing:profile.description'), profile.description ?? ''],
    [t('sharing:profile.viewAll'), profile.viewAll ? t('portal:value.yes') : ''],
    [t('sharing:profile.editAll'), profile.editAll ? t('portal:value.yes') : ''],
    ...names.map((name): Line => [
      name === otherModules ? t('sharing:profile.otherModules') : moduleName(naming, name),
      rightsText(naming, rightsIn(profile, name))
    ])
  ])
}

/** `View, create, edit` or `No access`. */
export function rightsText({ t }: Pick<Naming, 't'>, rights: ModuleRights): string {
  const given = (['view', 'create', 'edit', 'delete'] as const).filter((right) => rights[right])
  return given.map((right) => t(`sharing:right.${right}`)).join(', ') || t('sharing:right.none')
}

function ruleLines(naming: Naming, rule: Rule): Lines {
  const { t } = naming
  return linesOf([
    [t('sharing:rule.module'), moduleName(naming, rule.module)],
    [t('sharing:rule.from'), memberName(naming, rule.from)],
    [t('sharing:rule.to'), memberName(naming, rule.to)],
    [t('sharing:rule.access'), t(rule.write ? 'sharing:access.write' : 'sharing:access.read')],
    [t('sharing:rule.criteria'), criteriaText(naming, rule)],
    [t('sharing:rule.related'), relatedText(naming, rule)]
  ])
}

/** `Leads of people in role “Sales” may be read and edited by group “Team A”.` */
export function ruleSentence(naming: Naming, { module, from, to, write }: Rule): string {
  return naming.t(write ? 'sharing:sentence.write' : 'sharing:sentence.read', {
    module: moduleName(naming, module),
    from: ownersName(naming, from),
    to: memberName(naming, to)
  })
}

/** `Status is “New” and Rating is “Hot”`; empty where the rule has none. */
export function criteriaText({ t, catalog }: Naming, { module: name, criteria }: Rule): string {
  const module = catalog.modules.get(name)
  if (criteria.length === 0) return ''
  if (!module) return criteria.map(({ field }) => field).join(', ')
  const conditions = criteria.map(({ field, operator, value }) => compare(field, operator, value))
  return describe(catalog, module, all(...conditions), t)
}

/** `Deals (read only), Cases (read and write)` */
export function relatedText(naming: Naming, { related }: Rule): string {
  const { t } = naming
  return related
    .map(({ module, write }) =>
      t('sharing:told.related', {
        module: moduleName(naming, module),
        access: t(write ? 'sharing:access.write' : 'sharing:access.read')
      })
    )
    .join(', ')
}

function roleLines(naming: Naming, role: Role): Lines {
  const { t } = naming
  return linesOf([
    [t('sharing:told.name'), role.name],
    [t('sharing:told.above'), role.parent === null ? '' : nameOf(naming, 'role', role.parent)],
    [t('sharing:told.profiles'), profileNames(naming, role.profiles)]
  ])
}

/** Each person's role. */
function peopleLines(naming: Naming, people: Model['people']): Lines {
  return linesOf(
    Object.entries(people).map(([person, role]) => [personName(naming, person), nameOf(naming, 'role', role)])
  )
}

function groupLines(naming: Naming, group: Group): Lines {
  const { t, hostGroups } = naming
  const owner = group.hostGroup === null ? '' : (hostGroups.get(group.hostGroup) ?? t('sharing:gone.group'))
  return linesOf([
    [t('sharing:told.name'), group.name],
    [t('sharing:told.description'), group.description ?? ''],
    [t('sharing:told.hostGroup'), owner],
    [t('sharing:told.members'), group.members.map((member) => memberName(naming, member)).join(', ')]
  ])
}

function profileNames(naming: Naming, profiles: readonly string[]): string {
  return profiles.map((id) => nameOf(naming, 'profile', id)).join(', ')
}

export function linkLabel({ catalog }: Pick<Naming, 'catalog'>, module: string, link: string): string {
  return catalog.modules.get(module)?.links.get(link)?.label ?? link
}

/** What says nothing is left out; two of one name stand in one line. */
function linesOf(lines: readonly Line[]): Lines {
  const found = new Map<string, string>()
  for (const [name, text] of lines)
    if (text !== '') found.set(name, found.has(name) ? `${found.get(name)}, ${text}` : text)
  return found
}
