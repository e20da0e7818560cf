/** How pages call what a model speaks of by ids: roles, groups, profiles, people, modules. */
import type { Request } from 'express'
import type { Context } from '../../context.js'
import type { Catalog } from '../../host/catalog.js'
import type { StaffName } from '../../host/host.js'
import type { Translate } from '../../web/locale.js'
import { draft } from '../draft.js'
import { inForce } from '../in-force.js'
import { roleLabels } from '../roles.js'
import { named, type Member, type Model, type PeopleSet } from '../model.js'

export interface Naming {
  readonly t: Translate
  readonly catalog: Catalog
  /** What is staged, then what is in force: so that what is staged to go still has its name. */
  readonly models: readonly Model[]
  /** Unmistakable names of roles, by id: where several are called the same, with the way to each. */
  readonly roles: ReadonlyMap<string, string>
  /** The names of the staff, by id. */
  readonly people: ReadonlyMap<string, string>
  /** The names of the CRM's groups, by id. */
  readonly hostGroups: ReadonlyMap<string, string>
}

export async function namingFor({ host, db, t }: Context, req: Request): Promise<Naming> {
  const models = [(await draft(db)).model, (await inForce(db)).model]
  return {
    t: t(req.locale),
    catalog: await host.catalog(req.locale),
    models,
    roles: new Map(models.toReversed().flatMap((model) => [...roleLabels(model)])),
    people: namesById(await host.people()),
    hostGroups: namesById(await host.groups())
  }
}

function namesById(all: readonly { readonly id: string; readonly name: string }[]): ReadonlyMap<string, string> {
  return new Map(all.map(({ id, name }) => [id, name]))
}

/** What the names of people and of their sets need. */
type MemberNaming = Pick<Naming, 't' | 'models' | 'roles' | 'people'>

/** Members of groups and ends of rules by unmistakable names. */
export interface Names {
  /** "role Sales with its subordinates"; what is gone says so. */
  of(member: Member): string
  /** The name alone. */
  bare(member: Member): string
}

/** The names of one model. */
export function namesOf(model: Model, people: readonly StaffName[], t: Translate): Names {
  const naming = { t, models: [model], roles: roleLabels(model), people: namesById(people) }
  return { of: (member) => memberName(naming, member), bare: (member) => bareName(naming, member) }
}

type Kind = 'role' | 'group' | 'profile'
const places = { role: 'roles', group: 'groups', profile: 'profiles' } as const

/** One that is gone is said to be. */
export function nameOf(naming: MemberNaming, kind: Kind, id: string): string {
  return knownName(naming, kind, id) ?? naming.t(`sharing:gone.${kind}`)
}

function knownName({ models, roles }: MemberNaming, kind: Kind, id: string): string | undefined {
  const label = kind === 'role' ? roles.get(id) : undefined
  if (label !== undefined) return label
  const [found] = models.flatMap((model) => named<{ readonly name: string }>(model[places[kind]], id) ?? [])
  return found?.name
}

export function personName({ t, people }: MemberNaming, id: string): string {
  return people.get(id) ?? t('sharing:gone.person')
}

/** A module the CRM no longer has stays as it was called inside. */
export function moduleName({ catalog }: Naming, name: string): string {
  return catalog.modules.get(name)?.labelPlural ?? name
}

function bareName(naming: MemberNaming, { kind, id }: Member): string {
  return kind === 'user' ? personName(naming, id) : nameOf(naming, kind === 'group' ? 'group' : 'role', id)
}

/** `role “Sales”`, `role “Sales” with its subordinates`, `group “Team A”`, `Ben Fischer`. */
export function memberName(naming: MemberNaming, { kind, id }: Member): string {
  if (kind === 'user') return personName(naming, id)
  const what = kind === 'group' ? 'group' : 'role'
  const name = knownName(naming, what, id)
  return name === undefined ? naming.t(`sharing:gone.${what}`) : naming.t(`sharing:set.${kind}`, { name })
}

/** Those whose records a rule shares, as the sentence about it needs them. */
export function ownersName(naming: Naming, { kind, id }: PeopleSet): string {
  const what = kind === 'group' ? 'group' : 'role'
  const name = knownName(naming, what, id)
  return name === undefined ? naming.t(`sharing:owners.gone.${what}`) : naming.t(`sharing:owners.${kind}`, { name })
}
