/** Members of groups and ends of rules by unmistakable names: where several roles are called the same, by the way to each. */
import type { StaffName } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { named, type Member, type Model } from '../model.js'
import { roleLabels } from '../roles.js'

export interface Names {
  /** "role Sales with its subordinates"; what is gone says so. */
  of(member: Member): string
  /** The name alone. */
  bare(member: Member): string
}

export function namesOf(model: Model, people: readonly StaffName[], t: Translate): Names {
  const labels = roleLabels(model)
  const persons = new Map(people.map(({ id, name }) => [id, name]))
  const bare = ({ kind, id }: Member): string => {
    if (kind === 'user') return persons.get(id) ?? t('sharing:gone.person')
    if (kind === 'group') return named(model.groups, id)?.name ?? t('sharing:gone.group')
    return labels.get(id) ?? t('sharing:gone.role')
  }
  return {
    bare,
    of: (member) => (member.kind === 'user' ? bare(member) : t(`sharing:set.${member.kind}`, { name: bare(member) }))
  }
}

/** Profiles to choose from, by name. */
export function profileChoices({ profiles }: Model): { value: string; label: string }[] {
  return Object.entries(profiles)
    .map(([value, { name }]) => ({ value, label: name }))
    .sort((a, b) => a.label.localeCompare(b.label))
}

/** Those of these profiles that are there. */
export function knownProfiles({ profiles }: Model, ids: readonly string[]): string[] {
  return [...new Set(ids)].filter((id) => named(profiles, id) !== undefined)
}
