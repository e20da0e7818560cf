/** What a user type's releases mean for one portal user, as grants; the table in the design is this file in words. */
import {
  all,
  along,
  always,
  any,
  compare,
  ID,
  linked,
  never,
  not,
  oneOf,
  writtenBy,
  writtenOutside,
  type Condition
} from '../access/condition.js'
import { isWritable } from '../access/field-kinds.js'
import type { Action, Grant, ModulePolicy, Restriction } from '../access/grant.js'
import type { Person } from '../access/viewer.js'
import type { Catalog, ColumnIs, Field, Module } from '../host/catalog.js'
import type { Way } from './carried.js'
import { arrangementsOf, type Arrangement } from './layouts/arrangements.js'
import { isDecided, type Release, type Right, type UserType } from './configuration.js'
import { criteriaCondition, primaryFieldsIn, type PrimaryValues } from './user-types/criteria.js'
import { layoutsOf, type LayoutSet } from './layouts/layouts.js'
import { leadsTo, modulesAlong } from './link-path.js'

export interface PolicyFacts {
  readonly catalog: Catalog
  readonly userType: UserType
  readonly person: Person
  /** The primary record's values that criteria compare with. */
  readonly primary: PrimaryValues
  readonly publicModules: ReadonlySet<string>
  /** The portal's layout set, if it has one (E07). */
  readonly layouts: LayoutSet | undefined
}

interface Released {
  readonly release: Release
  readonly module: Module
  /** At least the standard layout, which comes last. */
  readonly arrangements: readonly Arrangement[]
}

/** The policy of a portal user. Fields, links and modules that the CRM no longer has are left out; they never widen anything. */
export function portalPolicy(facts: PolicyFacts): ModulePolicy[] {
  if (facts.person.module !== facts.userType.primaryModule) return []
  const released = facts.userType.releases.flatMap((release) => {
    const module = facts.catalog.modules.get(release.module)
    if (!module || !isDecided(release)) return []
    return [{ release, module, arrangements: arrangementsOf(module, release, layoutsOf(facts.layouts, module.name)) }]
  })
  const whole = released.filter(({ release }) => release.kind !== 'part').map((one) => modulePolicy(facts, one))
  const parts = released
    .filter(({ release }) => release.kind === 'part')
    .map((one) => partPolicy(facts.person, one, whole))
  return [...whole, ...parts].filter((policy) => policy.grants.length > 0)
}

function modulePolicy(facts: PolicyFacts, released: Released): ModulePolicy {
  const { release, module } = released
  const grants = release.kind === 'public' ? publicGrants(facts, released) : scopedGrants(facts, released)
  return {
    module: module.name,
    grants: grants.filter(({ when }) => when.kind !== 'never'),
    restrictions: outside(module)
  }
}

/** Z08: the whole module, read only, for as long as it is public. */
function publicGrants({ publicModules }: PolicyFacts, released: Released): Grant[] {
  const { module } = released
  if (!publicModules.has(module.name)) return []
  return perLayout(released, grant('public', ['view', 'open'], always, [], { module: module.label }), visible)
}

/** The grant once for each layout, with the fields of that layout on the records it is for. */
function perLayout(
  { module, arrangements }: Released,
  whole: Grant,
  fieldsIn: (arrangement: Arrangement, module: Module) => readonly string[]
): Grant[] {
  return arrangements.map((one) => ({
    ...whole,
    id: one.layout ? `${whole.id}.${one.layout.id}` : whole.id,
    when: all(whole.when, one.when),
    fields: fieldsIn(one, module)
  }))
}

function scopedGrants(facts: PolicyFacts, released: Released): Grant[] {
  return [...viewGrants(facts, released), ...writeGrants(facts, released)]
}

/** Z05, Z07: the own record; what the path leads to; what the criteria mean; what he wrote. Together, their union. */
function viewGrants(facts: PolicyFacts, released: Released): Grant[] {
  const { person, userType } = facts
  const { release, module } = released
  const seeing: Action[] = ['view', 'open', ...noteActions(release, module), ...cloning(release)]
  const args = { module: module.label }
  const isPrimary = module.name === userType.primaryModule
  const grants = [
    ...(isPrimary ? [grant('own', seeing, ownRecord(person), [], args)] : []),
    grant('related', seeing, byPath(facts, release), [], args),
    grant('criteria', seeing, byCriteria(facts, { release, module }), [], args),
    grant('written', ['view', 'open'], writtenBy(module.name, person.id), [], args)
  ]
  return grants.flatMap((one) => perLayout(released, one, visible))
}

/** Z06. A row must be within reach before and after a change, so nobody moves a record out of his scope or into it; nor into another
 *  layout, which would show him other fields. */
function writeGrants(facts: PolicyFacts, released: Released): Grant[] {
  const { person, userType } = facts
  const { release, module, arrangements } = released
  const isPrimary = module.name === userType.primaryModule
  const scope = any(byPath(facts, release), byCriteria(facts, { release, module }))
  const reach = isPrimary && isUnbounded(release) ? always : scope
  const written = all(reach, writtenBy(module.name, person.id))
  const deciding = new Set([
    ...(isPrimary ? decidingFields(facts.catalog, userType) : []),
    ...arrangements.flatMap(({ layout }) => layout?.forRecords?.field ?? [])
  ])
  const kept = (one: Arrangement): string[] => writable(one, module).filter((name) => !deciding.has(name))
  const when: Record<Exclude<Right, 'clone'>, Condition> = {
    create: reach,
    edit: any(isPrimary ? ownRecord(person) : never, written),
    editShared: all(scope, not(writtenOutside(module.name))),
    delete: written
  }
  return (['create', 'edit', 'editShared', 'delete'] as const)
    .filter((right) => release.rights.has(right))
    .flatMap((right) => {
      const whole = grant(right, [actionOf(right)], when[right], [], { module: module.label })
      if (right === 'delete') return [whole]
      return perLayout(released, whole, right === 'create' ? writable : kept)
    })
}

/** The fields of a primary record that decide what its person sees: lookups on the paths, and what criteria compare with. Whoever could
 *  change his own would choose what he sees (A05). */
export function decidingFields(catalog: Catalog, userType: Pick<UserType, 'primaryModule' | 'releases'>): Set<string> {
  const columns = decidingColumns(catalog, userType)
  const primary = catalog.modules.get(userType.primaryModule)
  return primary ? fieldsKeptIn(primary, columns) : new Set()
}

/** Those of a module's fields that are kept where one of `names` is: whoever changes one changes the other. */
export function keptWith(module: Module, names: readonly string[]): Set<string> {
  return fieldsKeptIn(module, new Set(names.flatMap((name) => module.fields.get(name) ?? []).flatMap(placesOf)))
}

function fieldsKeptIn(module: Module, places: ReadonlySet<string>): Set<string> {
  const fields = [...module.fields.values()]
  return new Set(fields.filter((field) => placesOf(field).some((place) => places.has(place))).map(({ name }) => name))
}

/** Its columns, or the other table and what leads there. */
function placesOf(field: Field): readonly string[] {
  const { storage } = field
  return storage.kind === 'side' ? [`${storage.from} `, ...(storage.near ? [storage.near] : [])] : columnsOf(field)
}

function decidingColumns(catalog: Catalog, userType: Pick<UserType, 'primaryModule' | 'releases'>): Set<string> {
  const onPaths = userType.releases.flatMap(({ module, path }) =>
    columnsAlong(catalog, module, path, userType.primaryModule)
  )
  const primary = catalog.modules.get(userType.primaryModule)
  const compared = userType.releases
    .flatMap(({ criteria }) => primaryFieldsIn(criteria))
    .flatMap((name) => primary?.fields.get(name) ?? [])
  return new Set([...onPaths, ...compared.flatMap(placesOf)])
}

/** The columns of `primary` that the links of a path are kept in. */
function columnsAlong(catalog: Catalog, from: string, path: readonly string[], primary: string): string[] {
  return keptAlong(catalog, from, path)
    .filter(({ module }) => module === primary)
    .map(({ column }) => column)
}

/** The columns, of whichever module, that the links of a path are kept in. */
function keptAlong(catalog: Catalog, from: string, path: readonly string[]): { module: string; column: string }[] {
  const stations = [from, ...(modulesAlong(catalog, from, path) ?? []).map(({ name }) => name)]
  return path.flatMap((name, index) => {
    const storage = catalog.modules.get(stations[index] ?? '')?.links.get(name)?.storage
    if (!storage || storage.kind === 'table') return []
    const module = stations[storage.kind === 'column' ? index : index + 1] ?? ''
    const columns = [storage.column, ...(storage.only ? [storage.only.column] : [])]
    return columns.map((column) => ({ module, column }))
  })
}

/** The fields that lead along paths, by the module that has them. */
export function fieldsAlong(
  catalog: Catalog,
  paths: readonly { readonly from: string; readonly path: readonly string[] }[]
): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>()
  for (const { module, column } of paths.flatMap(({ from, path }) => keptAlong(catalog, from, path)))
    for (const field of catalog.modules.get(module)?.fields.values() ?? [])
      if (columnsOf(field).includes(column)) fields.set(module, (fields.get(module) ?? new Set()).add(field.name))
  return fields
}

/** The same without the lookups in which the paths begin: what leads records of other modules along them. */
export function fieldsBeyond(
  catalog: Catalog,
  paths: readonly { readonly from: string; readonly path: readonly string[] }[]
): Map<string, Set<string>> {
  return fieldsAlong(
    catalog,
    paths.map(({ from, path: [first = '', ...rest] }) => {
      const link = catalog.modules.get(from)?.links.get(first)
      return link?.storage.kind === 'column' ? { from: link.to, path: rest } : { from, path: [first, ...rest] }
    })
  )
}

function columnsOf({ storage }: Field): readonly string[] {
  if (storage.kind === 'joined') return storage.columns
  return storage.kind === 'column' ? [storage.column] : []
}

/** Line items are seen and changed with the record they are part of (Z11). */
export function partPolicy(
  person: Person,
  { release, module }: { release: Pick<Release, 'rights' | 'fields'>; module: Module },
  whole: readonly ModulePolicy[]
): ModulePolicy {
  const part = module.partOf
  const owner = part && whole.find((policy) => policy.module === part.module)
  if (!part || !owner) return { module: module.name, grants: [], restrictions: [] }
  const seen = linked(part.link, ownerScope(owner, 'view', never))
  const changed = linked(part.link, ownerScope(owner, 'edit', justCreated(person, owner)))
  const args = { module: module.label }
  const fields = writable(release, module)
  const grants = [
    grant('part', ['view', 'open'], seen, visible(release, module), args),
    ...(['create', 'edit', 'delete'] as const)
      .filter((right) => release.rights.has(right))
      .map((right) => grant(right, [right], changed, fields, args))
  ]
  return {
    module: module.name,
    grants: grants.filter(({ when }) => when.kind !== 'never'),
    restrictions: outside(module)
  }
}

function ownerScope(owner: ModulePolicy, action: Action, more: Condition): Condition {
  const scopes = owner.grants.filter((one) => one.actions.includes(action)).map((one) => one.when)
  return all(any(...scopes, more), ...owner.restrictions.map((one) => one.when))
}

/** Who may create an order may put its items in, even if he may not change orders otherwise. */
function justCreated(person: Person, owner: ModulePolicy): Condition {
  const mayCreate = owner.grants.some((one) => one.actions.includes('create'))
  return mayCreate ? writtenBy(owner.module, person.id) : never
}

/** The record that stands for him; nobody's where he has none. */
export function ownRecord({ recordId }: Person): Condition {
  return oneOf(ID, recordId === undefined ? [] : [recordId])
}

/** The ways by which what the user type gives is counted (Z05, Z12). */
export function waysOfType(facts: PolicyFacts): Way[] {
  const { catalog, person, userType } = facts
  return userType.releases.flatMap((release) => {
    const module = catalog.modules.get(release.module)
    if (!module || byPath(facts, release).kind === 'never') return []
    const end = ownRecord(person)
    const itself = release.module === userType.primaryModule ? end : never
    return [
      { from: release.module, links: release.path, end, already: any(itself, byCriteria(facts, { release, module })) }
    ]
  })
}

function byPath({ catalog, person, userType }: PolicyFacts, { module, path }: Release): Condition {
  return leadsTo(catalog, module, path, userType.primaryModule) ? along(path, ownRecord(person)) : never
}

function byCriteria({ primary }: PolicyFacts, { release, module }: Pick<Released, 'release' | 'module'>): Condition {
  return release.criteria ? criteriaCondition(module, release.criteria, primary) : never
}

/** Nothing was configured, which is not the same as a configured link that is gone. */
function isUnbounded({ path, criteria }: Release): boolean {
  return path.length === 0 && criteria === undefined
}

function noteActions({ notes }: Release, { hasFeed }: Module): Action[] {
  return notes === 'none' || !hasFeed ? [] : notes === 'read' ? ['feed'] : ['feed', 'post']
}

function cloning(release: Release): Action[] {
  return release.rights.has('clone') && release.rights.has('create') ? ['clone'] : []
}

function actionOf(right: Exclude<Right, 'clone'>): Action {
  return right === 'editShared' ? 'edit' : right
}

/** In the catalog's order. */
export function visible({ fields }: Pick<Release, 'fields'>, module: Module): string[] {
  return [...module.fields.keys()].filter((name) => fields.has(name))
}

export function writable(release: Pick<Release, 'fields'>, module: Module): string[] {
  return [...module.fields.values()]
    .filter((field) => mayBeWritten(module, field) && release.fields.get(field.name) === 'editable')
    .map((field) => field.name)
}

/** Never the owner: a portal user can't give records away (Z26, E10). Never the bare columns of a lookup that serves several
 *  modules either: nothing would say whether he may see the record he names (A05). Nor HTML and files; nor what keeps records inside,
 *  for there is one value of it he could write (E10). */
export function mayBeWritten(module: Module, field: Field): boolean {
  return isWritable(field) && field.name !== module.owner && !isBareLookup(module, field) && !staysInside(module, field)
}

function staysInside({ outside: rules }: Module, { storage }: Field): boolean {
  return rules.some(({ column }) => storage.kind === 'column' && storage.column === column)
}

function isBareLookup(module: Module, { storage, type }: Field): boolean {
  if (storage.kind !== 'column' || type === 'reference') return false
  return [...module.links.values()].some(
    (link) =>
      link.storage.kind === 'column' &&
      link.storage.only &&
      [link.storage.column, link.storage.only.column].includes(storage.column)
  )
}

function grant(
  id: string,
  actions: readonly Action[],
  when: Condition,
  fields: readonly string[],
  args: Record<string, string>
): Grant {
  return { id, actions, when, fields, reason: { key: `access:reason.${id}`, args } }
}

/** E10, for the rules whose column is a field; the kernel holds all of them anyway, these say why. */
export function outside(module: Module): Restriction[] {
  return module.outside.flatMap((rule) => {
    const field = fieldAt(module, rule)
    if (!field) return []
    const value = field.type === 'boolean' ? Boolean(rule.is) : rule.is
    return [
      {
        id: `outside.${field.name}`,
        when: compare(field.name, '=', value),
        reason: { key: 'access:reason.outside', args: { field: field.label, module: module.name } }
      }
    ]
  })
}

function fieldAt(module: Module, { column }: ColumnIs): Field | undefined {
  return [...module.fields.values()].find(({ storage }) => storage.kind === 'column' && storage.column === column)
}
