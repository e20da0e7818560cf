/** The model in force as the host's own extension reads it: everything but the people, whom it finds in `portico_reach`. */
import {
  named,
  otherModules,
  type Criterion,
  type Member,
  type Model,
  type ModuleDefault,
  type ModuleRights,
  type PeopleSet,
  type Rule
} from './model.js'
import { unionOf } from './organization.js'

export interface Compiled {
  /** By module; one that isn't in it is private. */
  readonly defaults: Readonly<Record<string, ModuleDefault>>
  /** What the profiles of a role add up to, by the role's id. */
  readonly roles: Readonly<Record<string, CompiledRights>>
  readonly withoutRole: CompiledRights
  /** The host's groups whose records a group owns. */
  readonly groups: Readonly<Record<string, { readonly teams: readonly string[] }>>
  readonly rules: readonly CompiledRule[]
}

export interface CompiledRights {
  readonly viewAll: boolean
  readonly editAll: boolean
  /** By module; `*` stands for those not named. */
  readonly modules: Readonly<Record<string, ModuleRights>>
}

export interface CompiledRule {
  readonly id: string
  readonly module: string
  /** A key of `portico_reach`: `role:<id>`, `tree:<id>`, `group:<id>`. */
  readonly from: string
  /** The same, or `user:<id>`. */
  readonly to: string
  readonly write: boolean
  readonly criteria: readonly Criterion[]
  readonly related: Rule['related']
}

export function compiledFrom(model: Model): Compiled {
  return {
    defaults: model.defaults,
    roles: eachOf(model.roles, (_, id) => rightsFor(model, id)),
    withoutRole: rightsFor(model, undefined),
    groups: eachOf(model.groups, ({ hostGroup }) => ({ teams: hostGroup === null ? [] : [hostGroup] })),
    rules: Object.entries(model.rules).map(([id, rule]) => ({
      id,
      module: rule.module,
      from: setKey(rule.from),
      to: setKey(rule.to),
      write: rule.write,
      criteria: rule.criteria,
      related: rule.related
    }))
  }
}

/** What a set of people is called in `portico_reach` (`user:` stands for one person and has no rows there). */
export function setKey({ kind, id }: PeopleSet | Member): string {
  return `${kind}:${id}`
}

/** A module that one profile names and another does not has the rights of both. */
function rightsFor(model: Model, roleId: string | undefined): CompiledRights {
  const ids = roleId === undefined ? model.withoutRole : (named(model.roles, roleId)?.profiles ?? [])
  const modules = ids.flatMap((id) => Object.keys(named(model.profiles, id)?.modules ?? {}))
  const { viewAll, editAll, on } = unionOf(model, roleId)
  const rights = [...new Set([otherModules, ...modules])].map((module): [string, ModuleRights] => [module, on(module)])
  return { viewAll, editAll, modules: Object.fromEntries(rights) }
}

function eachOf<T, U>(all: Readonly<Record<string, T>>, make: (one: T, id: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(all).map(([id, one]) => [id, make(one, id)]))
}
