/** What the modules contributed, and which of it counts now: a module that is switched off contributes nothing. */
import { Router, type RequestHandler } from 'express'
import type { PolicySource } from './access/kernel.js'
import { predicate, type Compiler } from './access/compile.js'
import { all, type Condition, oneOf, owned, ID } from './access/condition.js'
import { rowsOf, sql, type Fragment } from './access/fragment.js'
import { column, table } from './access/columns.js'
import type { Context } from './context.js'
import { dialectOf } from './db/dialect.js'
import { oncePerRequest } from './db/within-request.js'
import type { Locale } from './host/catalog.js'
import type { Host, HostEvent, Staff, Switches } from './host/host.js'
import type {
  Job,
  Manifest,
  ManifestModule,
  MenuItem,
  Owners,
  Plugin,
  RecordAction,
  RecordAsk,
  Scope,
  SettingsPanel,
  StaffAction
} from './hooks.js'
import type { HookName } from './hooks.js'
import type { Door } from './identity/identity.js'
import type { PorticoModule, Registration } from './module.js'
import type { OtherSites } from './web/mount.js'
import type { Site } from './web/site.js'

type Narrowing = (ask: { module: string; action: StaffAction; staff: Staff }) => Promise<Condition | undefined>

type AssignmentTo = (ask: { module: string; staff: Staff }) => Promise<Owners | undefined>

type Doors = (identityId: string, locale: Locale) => Promise<Door[]>

type Questions = Parameters<Registration['recordQuestions']>[0]

interface Contribution<T> {
  readonly module: string
  readonly what: T
}

export interface Registry {
  /** Lets a module register. @throws when it uses a hook its manifest entry does not declare. */
  add(module: PorticoModule, entry: ManifestModule, context: Context): void
  /** The policies of the modules that are on. */
  policySources(): Promise<readonly PolicySource[]>
  adminMenu(ask: { staff: Staff; locale: Locale }): Promise<MenuItem[]>
  /** Where somebody is known by this identity, among the modules that are on. */
  doorsOf(identityId: string, locale: Locale): Promise<Door[]>
  /** The addresses of the modules that are on. */
  sites(): Promise<readonly Site[]>
  /** The plugin as a host sees it. */
  plugin(manifest: Manifest): Plugin
}

export function createRegistry(host: Host): Registry {
  const routes: Contribution<{ mount: string; router: Router }>[] = []
  const menus: Contribution<(ask: { staff: Staff; locale: Locale }) => Promise<MenuItem[]>>[] = []
  const buttons: Contribution<(ask: RecordAsk & { locale: Locale }) => Promise<RecordAction[]>>[] = []
  const questions: Contribution<Questions>[] = []
  const policies: Contribution<PolicySource>[] = []
  const scopes: Contribution<Narrowing>[] = []
  const owners: Contribution<AssignmentTo>[] = []
  const doors: Contribution<Doors>[] = []
  const sites: Contribution<OtherSites>[] = []
  const handlers: Contribution<{ kind: HostEvent['kind']; handle: (event: HostEvent) => Promise<void> }>[] = []
  const jobs: Contribution<Job>[] = []

  const active = async <T>(contributions: readonly Contribution<T>[]): Promise<T[]> => {
    const switches = await switchesOf(host)
    return contributions.filter(({ module }) => switches[module] === true).map(({ what }) => what)
  }

  const dispatch = async (event: HostEvent): Promise<void> => {
    for (const { kind, handle } of await active(handlers)) if (kind === event.kind) await handle(event)
  }

  const adminMenu: Registry['adminMenu'] = async (ask) =>
    (await Promise.all((await active(menus)).map((menu) => menu(ask)))).flat()

  return {
    add(module, entry, context) {
      module.register(
        registrationFor(entry, context, {
          routes,
          menus,
          buttons,
          questions,
          policies,
          scopes,
          owners,
          doors,
          sites,
          handlers,
          jobs
        })
      )
    },
    policySources: () => active(policies),
    adminMenu,
    doorsOf: async (identityId, locale) =>
      (await Promise.all((await active(doors)).map((list) => list(identityId, locale)))).flat(),
    sites: async () => (await Promise.all((await active(sites)).map((list) => list()))).flat(),
    plugin: (manifest) => ({
      manifest,
      settings: (locale) => settingsPanel(manifest, locale),
      adminMenu,
      routes: routesOf(host, routes),
      recordActions: async (ask) => (await Promise.all((await active(buttons)).map((button) => button(ask)))).flat(),
      recordQuestions: async (ask) => (await Promise.all((await active(questions)).map((one) => one(ask)))).flat(),
      recordScope: async (ask) => scopeSql(host, ask.module, await conditionOf(await active(scopes), ask)),
      recordAuthorize: async (ask) => authorize(host, ask, await conditionOf(await active(scopes), ask)),
      recordOwners: async (ask) => common(await Promise.all((await active(owners)).map((narrow) => narrow(ask)))),
      recordSaved: dispatch,
      notePosted: dispatch,
      leadConverted: dispatch,
      jobs: jobs.map(({ module, what }) => ({
        ...what,
        run: async () => ((await host.switches())[module] === true ? what.run() : undefined)
      }))
    })
  }
}

interface Lists {
  routes: Contribution<{ mount: string; router: Router }>[]
  menus: Contribution<(ask: { staff: Staff; locale: Locale }) => Promise<MenuItem[]>>[]
  buttons: Contribution<(ask: RecordAsk & { locale: Locale }) => Promise<RecordAction[]>>[]
  questions: Contribution<Questions>[]
  policies: Contribution<PolicySource>[]
  scopes: Contribution<Narrowing>[]
  owners: Contribution<AssignmentTo>[]
  doors: Contribution<Doors>[]
  sites: Contribution<OtherSites>[]
  handlers: Contribution<{ kind: HostEvent['kind']; handle: (event: HostEvent) => Promise<void> }>[]
  jobs: Contribution<Job>[]
}

/** What a module is handed: every word of it checks that the manifest declares the hook it stands for. */
function registrationFor(entry: ManifestModule, context: Context, lists: Lists): Registration {
  const put = <T>(hook: HookName | undefined, list: Contribution<T>[], what: T): void => {
    if (hook && !entry.hooks.includes(hook))
      throw new Error(`plugin.json does not declare the hook ${hook} for the module ${entry.id}.`)
    list.push({ module: entry.id, what })
  }
  return {
    context,
    routes: (mount, router) => put('routes', lists.routes, { mount, router }),
    adminMenu: (items) => put('admin.menu', lists.menus, items),
    recordActions: (actions) => put('record.actions', lists.buttons, actions),
    recordQuestions: (questions) => put('record.questions', lists.questions, questions),
    policy: (grants) => put(undefined, lists.policies, grants),
    recordScope: (condition) => put('record.scope', lists.scopes, condition),
    recordOwners: (narrow) => put('record.owners', lists.owners, narrow),
    doors: (list) => put(undefined, lists.doors, list),
    sites: (list) => put(undefined, lists.sites, list),
    on: (kind, handle) => put(hookOf(kind), lists.handlers, { kind, handle }),
    job: (job) => put('jobs', lists.jobs, job)
  }
}

function hookOf(kind: HostEvent['kind']): HookName | undefined {
  if (kind === 'lead.converted' || kind === 'note.posted') return kind
  return kind.startsWith('record.') ? 'record.saved' : undefined
}

function settingsPanel(manifest: Manifest, locale: Locale): SettingsPanel {
  return {
    title: manifest.name,
    switches: manifest.modules.map(({ id, label, help }) => ({ id, label: label[locale], help: help[locale] })),
    permissions: manifest.permissions.map(({ id, label }) => ({ id, label: label[locale] }))
  }
}

/** The same throughout a request. */
function switchesOf(host: Host): Promise<Switches> {
  return oncePerRequest(host, () => host.switches())
}

/** A module's pages are there only while it is on. */
function routesOf(host: Host, routes: readonly Contribution<{ mount: string; router: Router }>[]): RequestHandler {
  const pages = Router()
  for (const { module, what } of routes) {
    pages.use(what.mount, async (req, res, next) => {
      const isOn = (await switchesOf(host))[module] === true
      if (isOn) what.router(req, res, next)
      else next()
    })
  }
  return pages
}

/** All that narrows: the conditions of every module that has one. */
async function conditionOf(
  scopes: readonly Narrowing[],
  ask: { module: string; action: StaffAction; staff: Staff }
): Promise<Condition | undefined> {
  const conditions = (await Promise.all(scopes.map((scope) => scope(ask)))).filter(
    (condition) => condition !== undefined
  )
  return conditions.length === 0 ? undefined : all(...conditions)
}

async function scopeSql(host: Host, name: string, condition: Condition | undefined): Promise<Scope | undefined> {
  if (!condition) return undefined
  const parts = inParts(condition)
  const whole = await compiled(host, name, condition, { isRowByRow: true })
  if (parts.length === 0) return whole
  const anyOf = await Promise.all(parts.map((part) => compiled(host, name, part)))
  return { ...whole, anyOf, isFew: parts.every(isOneOwner) }
}

/** So many owners are looked up one by one. */
const fewOwners = 8

/** Parts that an index may serve, as far as owners are spoken of: the people's, the groups', and what else there is. */
function inParts(condition: Condition): Condition[] {
  const parts = condition.kind === 'any' ? condition.of : [condition]
  if (!parts.some(({ kind }) => kind === 'owned')) return []
  const owners = parts.flatMap((part) => (part.kind === 'owned' ? [...part.people, ...part.groups] : []))
  return parts.flatMap((part) => {
    if (part.kind !== 'owned') return [part]
    if (owners.length <= fewOwners)
      return [...part.people.map((id) => owned([id])), ...part.groups.map((id) => owned([], [id]))]
    return [owned(part.people), owned([], part.groups)].filter(({ kind }) => kind === 'owned')
  })
}

function isOneOwner(part: Condition): boolean {
  return part.kind === 'owned' && part.people.length + part.groups.length === 1
}

/** Those whom everybody who narrows leaves. */
function common(narrowed: readonly (Owners | undefined)[]): Owners | undefined {
  const known = narrowed.filter((owners) => owners !== undefined)
  return known.reduce<Owners | undefined>((one, other) => (one ? intersection(one, other) : other), undefined)
}

function intersection(one: Owners, other: Owners): Owners {
  const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> =>
    new Set([...a].filter((id) => b.has(id)))
  return { people: both(one.people, other.people), groups: both(one.groups, other.groups) }
}

/** A record to be made has no row yet: a module that forbids creating says `never`. */
async function authorize(
  host: Host,
  ask: { module: string; id: string | undefined },
  condition: Condition | undefined
): Promise<boolean> {
  if (!condition) return true
  if (ask.id === undefined) return condition.kind !== 'never'
  const dialect = dialectOf(host.db)
  const module = (await host.catalog('en')).modules.get(ask.module)
  if (!module) return false
  const where = await compiled(host, ask.module, all(oneOf(ID, [ask.id]), condition), { isRowByRow: true })
  const rows = await rowsOf(
    host.db,
    sql`select ${column(dialect, 'r', ID)} as id from ${table(dialect, module.table, 'r')} where ${where}`
  )
  return rows.length === 1
}

async function compiled(
  host: Host,
  name: string,
  condition: Condition,
  options: Pick<Compiler, 'isRowByRow'> = {}
): Promise<Fragment> {
  const catalog = await host.catalog('en')
  const module = catalog.modules.get(name)
  if (!module) return sql`1 = 0`
  return predicate({ catalog, dialect: dialectOf(host.db), ...options }, module, 'r', condition)
}
