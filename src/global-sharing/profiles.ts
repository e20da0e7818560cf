/** Profiles: how the model changes when one is made, changed or removed (S01). */
import { Invalid, PorticoError } from '../errors.js'
import type { FieldError } from '../host/host.js'
import { same } from './draft.js'
import { named, otherModules, type Model, type ModuleRights, type Profile } from './model.js'
import { mustBeFree } from './names.js'
import { noRights, rightsIn } from './organization.js'

/** What a profile that is based on no other begins with: nothing. */
export const blankProfile: Profile = { name: '', viewAll: false, editAll: false, modules: { [otherModules]: noRights } }

/** The model with this profile in it. @throws Invalid where its name is another's, or its rights contradict each other. */
export function withProfile(model: Model, id: string, profile: Profile): Model {
  mustBeFree(model.profiles, profile.name, id)
  const problems = rightsProblems(profile.modules)
  if (Object.keys(problems).length > 0) throw new Invalid(problems)
  return { ...model, profiles: { ...model.profiles, [id]: profile } }
}

/** The model without it. @throws PorticoError (409) while somebody has it: taking it away from him is an act of its own. */
export function withoutProfile(model: Model, id: string): Model {
  const { roles, isWithoutRole } = profileUses(model, id)
  if (roles.length > 0)
    throw new PorticoError('sharing:problem.profileOfRoles', { status: 409, args: { roles: roles.join(', ') } })
  if (isWithoutRole) throw new PorticoError('sharing:problem.profileWithoutRole', { status: 409 })
  const { [id]: _, ...profiles } = model.profiles
  return { ...model, profiles }
}

/** The roles that have it, by name, and whether people without a role have it. */
export function profileUses(model: Model, id: string): { roles: readonly string[]; isWithoutRole: boolean } {
  const roles = Object.values(model.roles).filter(({ profiles }) => profiles.includes(id))
  return { roles: roles.map(({ name }) => name), isWithoutRole: model.withoutRole.includes(id) }
}

/** Nobody edits or deletes what he can't see: by module. */
function rightsProblems(modules: Profile['modules']): Record<string, FieldError> {
  const blind = Object.entries(modules).filter(([, { view, edit, delete: removes }]) => !view && (edit || removes))
  return Object.fromEntries(blind.map(([module]) => [module, { key: 'sharing:problem.blind' }]))
}

/** What a profile says of modules after a form named `shown` of them. Those that are as *Other modules* need no entry of their own;
 *  those that no form showed stay as they are. */
export function modulesAfter(before: Profile, shown: Readonly<Record<string, ModuleRights>>): Profile['modules'] {
  const others = named(shown, otherModules) ?? rightsIn(before, otherModules)
  const kept = Object.entries(before.modules).filter(([name]) => !Object.hasOwn(shown, name))
  const own = Object.entries(shown).filter(([, rights]) => !same(rights, others))
  return { ...Object.fromEntries([...kept, ...own]), [otherModules]: others }
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
