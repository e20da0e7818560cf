/** Opens the embedded CRM with the test modules, its own clock and a folder for files. */
import type { Knex } from 'knex'
import { openCrm, type Crm } from '../../src/host/embedded/crm.js'
import type { ModuleDefinition } from '../../src/host/embedded/definition.js'
import { temporaryFolder } from '../support/child-process.js'
import { testModules } from './embedded-modules.js'

/** A clock that stands still until it is moved. */
export class Clock {
  #time = Date.UTC(2026, 4, 4, 8, 30)
  readonly now = (): number => this.#time

  pass(seconds: number): void {
    this.#time += seconds * 1000
  }
}

export interface OpenOptions {
  readonly clock?: Clock
  readonly definitions?: readonly ModuleDefinition[]
  readonly filesFolder?: string
}

let sharedFolder: string | undefined

export function openTestCrm(db: Knex, options: OpenOptions = {}): Promise<Crm> {
  const {
    clock = new Clock(),
    definitions = testModules,
    filesFolder = (sharedFolder ??= temporaryFolder('files'))
  } = options
  return openCrm({ db, definitions, filesFolder, publicUrl: 'https://crm.example.test', now: clock.now })
}
