/** A plugin that narrows what staff may do, as the tests tell it to. */
import type { Owners, Plugin, Scope, StaffAction } from '../../src/hooks.js'
import type { Staff } from '../../src/host/host.js'

export class NarrowPlugin implements Plugin {
  readonly manifest = { id: 'narrow', name: 'Narrow', version: '1', modules: [], hooks: [], permissions: [], hosts: {} }
  readonly jobs = []
  readonly routes = (_req: unknown, _res: unknown, next: () => void): void => next()
  scope: (module: string, action: StaffAction) => Scope | undefined = () => undefined
  owners: (module: string) => Owners | undefined = () => undefined
  authorize: (module: string, action: StaffAction, id: string | undefined) => unknown = () => true

  settings(): ReturnType<Plugin['settings']> {
    return { title: 'Narrow', switches: [], permissions: [] }
  }
  adminMenu(): Promise<[]> {
    return Promise.resolve([])
  }
  recordActions(): Promise<[]> {
    return Promise.resolve([])
  }
  recordScope({ module, action }: { module: string; action: StaffAction; staff: Staff }): Promise<Scope | undefined> {
    return Promise.resolve(this.scope(module, action))
  }
  recordAuthorize(ask: { module: string; id: string | undefined; action: StaffAction }): Promise<boolean> {
    return Promise.resolve(this.authorize(ask.module, ask.action, ask.id) as boolean)
  }
  recordOwners({ module }: { module: string; staff: Staff }): Promise<Owners | undefined> {
    return Promise.resolve(this.owners(module))
  }
  recordSaved(): Promise<void> {
    return Promise.resolve()
  }
  recordQuestions(): Promise<[]> {
    return Promise.resolve([])
  }
  notePosted(): Promise<void> {
    return Promise.resolve()
  }
  leadConverted(): Promise<void> {
    return Promise.resolve()
  }
}
