/** The sharing model: everything administrators set, as one value. What is in force, what is staged and what once was are each one of these. */
import { z } from 'zod'
import { operators } from '../access/condition.js'

/** Organization-wide defaults, from narrow to wide (S04). */
export const levels = ['private', 'public-read', 'public-edit', 'public-delete'] as const
export type Level = (typeof levels)[number]

/** In a profile: the modules it does not name. */
export const otherModules = '*'

const id = z.string().min(1).max(36)
const moduleName = z.string().min(1).max(64)

const moduleRights = z.strictObject({ view: z.boolean(), create: z.boolean(), edit: z.boolean(), delete: z.boolean() })

const profile = z.strictObject({
  name: z.string().max(100),
  description: z.string().max(500).optional(),
  /** The overriding privileges. */
  viewAll: z.boolean(),
  editAll: z.boolean(),
  /** By module; `*` stands for those not named. */
  modules: z.record(moduleName, moduleRights)
})

const role = z.strictObject({
  name: z.string().max(100),
  /** The role above; the top has none. */
  parent: id.nullable(),
  profiles: z.array(id)
})

/** `tree`: a role with its subordinates. */
const peopleSet = z.strictObject({ kind: z.enum(['role', 'tree', 'group']), id })
const member = z.strictObject({ kind: z.enum(['user', 'role', 'tree', 'group']), id })

const group = z.strictObject({
  name: z.string().max(100),
  description: z.string().max(500).optional(),
  /** The group of the CRM (EspoCRM: team) whose records are this group's; null: it owns none. */
  hostGroup: id.nullable(),
  members: z.array(member)
})

const criterion = z.strictObject({
  field: z.string().min(1).max(64),
  operator: z.enum(operators),
  value: z.union([z.string().max(255), z.number(), z.boolean(), z.null()])
})

const rule = z.strictObject({
  module: moduleName,
  from: peopleSet,
  to: member,
  /** Read-write; else read only. */
  write: z.boolean(),
  /** All of them must hold. */
  criteria: z.array(criterion),
  /** Modules whose records hang on the shared ones by `link` (S06). */
  related: z.array(z.strictObject({ module: moduleName, link: z.string().min(1).max(64), write: z.boolean() }))
})

const moduleDefault = z.strictObject({
  level: z.enum(levels),
  /** A link of the module: whoever may see, edit or delete the record at its other end may do so with this one (S06). */
  follows: z.string().min(1).max(64).optional()
})

const schema = z.strictObject({
  /** By module; one that isn't in it is private. */
  defaults: z.record(moduleName, moduleDefault),
  profiles: z.record(id, profile),
  /** The profiles of people without a role. */
  withoutRole: z.array(id),
  roles: z.record(id, role),
  /** Each person's role, by the id of the staff member. */
  people: z.record(id, id),
  groups: z.record(id, group),
  rules: z.record(id, rule)
})

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T
export type Model = Frozen<z.infer<typeof schema>>
export type Profile = Model['profiles'][string]
export type ModuleRights = Profile['modules'][string]
export type Role = Model['roles'][string]
export type Group = Model['groups'][string]
export type PeopleSet = Frozen<z.infer<typeof peopleSet>>
export type Member = Frozen<z.infer<typeof member>>
export type Rule = Model['rules'][string]
export type Criterion = Rule['criteria'][number]
export type ModuleDefault = Model['defaults'][string]

/** What a stored model says. @throws when a word of it is unknown: nobody gets rights by what we do not understand. */
export function modelFrom(text: string): Model {
  return schema.parse(JSON.parse(text))
}

/** What nobody knows better: everything private, no profile for anybody. */
export const emptyModel: Model = {
  defaults: {},
  profiles: {},
  withoutRole: [],
  roles: {},
  people: {},
  groups: {},
  rules: {}
}

export function levelIn(model: Model, module: string): Level {
  return model.defaults[module]?.level ?? 'private'
}

/** The value under `key`, of records whose keys come from outside. */
export function named<T>(all: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(all, key) ? all[key] : undefined
}
