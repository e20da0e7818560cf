/** The store: the one way to the CRM's records, narrowed for staff by what the installed plugins say. */
import type { Plugin } from '../../hooks.js'
import type { Module } from '../catalog.js'
import type { Actor, Staff } from '../host.js'
import { convertLead } from './conversion.js'
import type { CrmFeed } from './feed.js'
import { gateFor, openGate, type Gate } from './gate.js'
import { createNotes } from './notes.js'
import { createReader } from './reading.js'
import type { Records, Store } from './records.js'
import { createWriter, type Core } from './writing.js'

export interface StoreOptions extends Core {
  readonly feed: CrmFeed
  readonly plugins: () => readonly Plugin[]
}

export function createStore(options: StoreOptions): Store {
  return {
    as: (staff: Staff) => recordsFor(options, { kind: 'staff', id: staff.id }, gateFor(staff, options.plugins)),
    by: (actor) => recordsFor(options, actor, openGate),
    system: recordsFor(options, { kind: 'system' }, openGate)
  }
}

function recordsFor(options: StoreOptions, actor: Actor, gate: Gate): Records {
  const { db, model } = options
  const reader = createReader(db, model, gate)
  const writer = createWriter(options, actor, gate, reader)
  const { list, count, find, related, may, recycleBin, search } = reader
  const { create, change, remove, restore, purge, link, unlink } = writer
  return {
    ...{ list, count, find, related, may, recycleBin, search },
    ...{ create, change, remove, restore, purge, link, unlink },
    visible: (modules) => visible(gate, modules),
    owners: (module) => gate.owners(module),
    ...createNotes(options, actor, gate, reader),
    convertLead: (id, how) => convertLead({ model, actor, gate, reader, writer }, id, how)
  }
}

async function visible(gate: Gate, modules: readonly Module[]): Promise<Module[]> {
  const may = await Promise.all(modules.map(({ name }) => gate.allows(name, 'view')))
  return modules.filter((_, index) => may[index])
}
