/** Several writes as one: all of them are judged before the first is done, so that what is not allowed leaves nothing half-done (A15). */
import { Invalid, PorticoError } from '../errors.js'
import type { FieldValue } from '../host/host.js'
import type { NewRecord, WrittenFiles } from './record.js'
import type { Viewer } from './viewer.js'
import { readyToChange, readyToCreate, readyToRemove, type Ready } from './writing.js'

export type Write =
  | {
      readonly kind: 'create'
      readonly module: string
      readonly record: NewRecord
      /** For a line item: the place among the writes of the new record that it is part of. */
      readonly partOf?: number
    }
  | {
      readonly kind: 'change'
      readonly module: string
      readonly id: string
      readonly values: Readonly<Record<string, FieldValue>>
      readonly files?: WrittenFiles
    }
  | { readonly kind: 'remove'; readonly module: string; readonly id: string }

/** What was written, and what stands in the way of the rest. Places count from 0. */
export class Stopped extends PorticoError {
  constructor(
    /** The ids of the records that were written, by place; none where a write was not allowed. */
    readonly done: ReadonlyMap<number, string>,
    /** What can't be taken, by place; where something was written, what the host refused or left unanswered. */
    readonly refused: ReadonlyMap<number, unknown>
  ) {
    super('errors.invalid', { status: 422, cause: [...refused.values()][0] })
  }
}

/** Does all of `writes`, in their order, and gives the ids of the records. Between its own writes a host may refuse one: then what
 *  went before it stays. @throws Stopped; NotFound, Forbidden before anything is written. */
export async function together(viewer: Viewer, writes: readonly Write[]): Promise<string[]> {
  const ready = await allReady(viewer, writes)
  const done = new Map<number, string>()
  for (const [place, one] of ready.entries()) {
    try {
      done.set(place, await one.run(done.get(ownerPlace(writes[place]) ?? -1)))
    } catch (cause) {
      throw new Stopped(done, new Map([[place, cause]]))
    }
  }
  return [...done.values()]
}

async function allReady(viewer: Viewer, writes: readonly Write[]): Promise<Ready[]> {
  const ready: Ready[] = []
  const refused = new Map<number, unknown>()
  for (const [place, write] of writes.entries()) {
    try {
      if (ownerIn(refused, write)) continue
      ready[place] = await readyTo(viewer, write, ready)
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      refused.set(place, error)
    }
  }
  if (refused.size > 0) throw new Stopped(new Map(), refused)
  return ready
}

function readyTo(viewer: Viewer, write: Write, before: readonly Ready[]): Promise<Ready> {
  switch (write.kind) {
    case 'create':
      return readyToCreate(viewer, write.module, write.record, before[ownerPlace(write) ?? -1]?.pending)
    case 'change':
      return readyToChange(viewer, write.module, write.id, write)
    case 'remove':
      return readyToRemove(viewer, write.module, write.id)
  }
}

/** Nobody can judge an item of a record that is refused itself. */
function ownerIn(refused: ReadonlyMap<number, unknown>, write: Write): boolean {
  return refused.has(ownerPlace(write) ?? -1)
}

function ownerPlace(write: Write | undefined): number | undefined {
  return write?.kind === 'create' ? write.partOf : undefined
}
