/** How EspoCRM's events reach Portico: a hook of the extension writes rows into `portico_outbox`, the sweep adds what the
 *  hook could not see, and one reader hands them out. Rows stay for a while after that: the sweep asks them what was told. */
import type { Knex } from 'knex'
import { momentAt } from '../../db/moment.js'
import { describe } from '../../web/errors.js'
import type { Module } from '../catalog.js'
import { createOutboxReader, type FailedRow, type OutboxReader } from '../outbox.js'
import type { Espo } from './espo.js'
import { eventsOf, readStory } from './events.js'
import {
  changedBetween,
  createSweep,
  lastTold,
  marks,
  outboxTable,
  patience,
  sweptUntil,
  timeOf,
  type OutboxRow
} from './sweep.js'

export interface Events extends OutboxReader {
  /** Every few minutes: tells of what the hooks missed, while the integration is on. @throws ExtensionMissing */
  sweep(): Promise<void>
  /** Every few minutes: deletes rows that nobody asks for any more. */
  keepHouse(): Promise<void>
  /** Age of the oldest row that waits, in seconds; 0 when none does. */
  lag(): Promise<number>
  /** What became of the latest changes in EspoCRM. Reads only. */
  flow(): Promise<Flow>
}

export interface Flow {
  /** Records changed in the last quarter of an hour, at most 50 of each module, of which the hook told. */
  readonly told: number
  /** And those of which it did not; the sweep finds them, if late. Many, and none told: the hook does not run. */
  readonly untold: number
}

const hour = 3_600_000
/** EspoCRM purges removed records after two months, unless it is told otherwise. */
const removalsAreWatched = 90 * 24 * hour
const batch = 1_000

export function createEvents({ db, catalog, settings, log, now }: Omit<Espo, 'rest'>): Events {
  const sources = async (): Promise<Parameters<typeof eventsOf>[1]> => ({ db, catalog: await catalog('en') })
  const reader = createOutboxReader(db, {
    table: outboxTable,
    now,
    parse: async (event) => eventsOf(readStory(event), await sources()),
    onFailure: ({ subject, event }: FailedRow, error) =>
      log.error(
        { module: subject.split('/')[0], event: event?.kind, error: describe(error) },
        'an event was not handled and is tried again'
      ),
    kept: { waiting: { handled: marks.waiting }, handled: handledMark }
  })
  const sweep = createSweep({ db, catalog: () => catalog('en'), now })

  return {
    ...reader,
    async sweep() {
      if (!(await settings()).isOn) return
      const found = await sweep.run()
      if (found > 0) log.info({ found }, "changes were found of which EspoCRM's hooks had not told")
    },
    async keepHouse() {
      const told = [momentAt(now() - hour), await sweptUntil(db)].filter((moment) => moment !== undefined).sort()[0]!
      await deleteRows(db, marks.handedOut, told)
      for (const kept of [marks.removal, marks.answer]) await deleteRows(db, kept, momentAt(now() - removalsAreWatched))
    },
    async lag() {
      const oldest = await db<OutboxRow>(outboxTable)
        .first('created_at')
        .where({ handled: marks.waiting })
        .orderBy('position')
      return oldest ? Math.max(0, Math.round((now() - timeOf(oldest.created_at)) / 1000)) : 0
    },
    flow: async () => flow(db, [...(await catalog('en')).modules.values()], now())
  }
}

function handledMark(event: string): { handled: number } {
  const { action } = readStory(event)
  return { handled: action === 'delete' ? marks.removal : action === 'answer' ? marks.answer : marks.handedOut }
}

async function deleteRows(db: Knex, handled: number, olderThan: string): Promise<void> {
  for (let ids = await some(); ids.length > 0; ids = await some()) await db(outboxTable).whereIn('id', ids).delete()

  async function some(): Promise<string[]> {
    return db<OutboxRow>(outboxTable)
      .where({ handled })
      .where('created_at', '<', olderThan)
      .orderBy('position')
      .limit(batch)
      .pluck('id')
  }
}

const latest = 15 * 60_000

async function flow(db: Knex, modules: readonly Module[], now: number): Promise<Flow> {
  const [from, until] = [{ at: momentAt(now - latest), id: '' }, momentAt(now - patience)]
  let [told, untold] = [0, 0]
  for (const module of modules) {
    const changed = await changedBetween(db, module, { from, until, limit: 50 })
    const byHook = await lastTold(db, module, changed, { by: 'hook' })
    const seen = changed.filter(({ id, at }) => (byHook.get(id) ?? '') >= at).length
    told += seen
    untold += changed.length - seen
  }
  return { told, untold }
}
