/** What a Portico module is: something that registers contributions at hook points. Ours and a stranger's look the same. */
import type { Router } from 'express'
import type { Condition } from './access/condition.js'
import type { ModulePolicy } from './access/grant.js'
import type { Person } from './access/viewer.js'
import type { Context } from './context.js'
import type { Catalog, Locale } from './host/catalog.js'
import type { HostEvent, Staff } from './host/host.js'
import type { Door } from './identity/identity.js'
import type { Site } from './web/site.js'
import type { Doing, Job, MenuItem, Owners, RecordAction, RecordAsk, RecordQuestion, StaffAction } from './hooks.js'

export interface PorticoModule {
  readonly id: string
  register(register: Registration): void
}

/** Everything a module can bring. A contribution of a module that is switched off is not there at all. */
export interface Registration {
  readonly context: Context
  /** Pages under `mount` (`/portal`); requests get 404 while the module is off. */
  routes(mount: string, router: Router): void
  adminMenu(items: (ask: { staff: Staff; locale: Locale }) => Promise<MenuItem[]>): void
  recordActions(actions: (ask: RecordAsk & { locale: Locale }) => Promise<RecordAction[]>): void
  /** What people from outside may do: the module's share of their policy. */
  recordQuestions(questions: (ask: RecordAsk & { doing: Doing; locale: Locale }) => Promise<RecordQuestion[]>): void
  policy(grants: (person: Person, catalog: Catalog) => Promise<ModulePolicy[]>): void
  /** Narrows what staff may do: a condition on the record, or undefined for no narrowing. */
  recordScope(
    condition: (ask: { module: string; action: StaffAction; staff: Staff }) => Promise<Condition | undefined>
  ): void
  /** To whom staff may assign records; undefined narrows nothing. */
  recordOwners(owners: (ask: { module: string; staff: Staff }) => Promise<Owners | undefined>): void
  /** The doors of this module at which somebody is known by this identity; identity asks each itself whether it admits him. */
  doors(list: (identityId: string, locale: Locale) => Promise<Door[]>): void
  /** Addresses of its own at which this module's pages answer, beside the public address (E06). */
  sites(list: () => Promise<readonly Site[]>): void
  on(kind: HostEvent['kind'], handler: (event: HostEvent) => Promise<void>): void
  job(job: Job): void
}
