import { expect } from 'chai'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/db/open-database.js'
import { momentAt } from '../../src/db/moment.js'
import { eachDatabase, onMysql } from '../support/databases.js'
import { eventsOn, hook, openWorld, type World } from './events-world.js'

eachDatabase((open) => {
  describe('the sweep', () => {
    let world: World

    beforeEach(async () => {
      const { db } = await open()
      world = await openWorld(db)
      await world.record('account', { id: 'ancient' })
      world.clock.pass(60)
      await world.events.sweep()
      world.clock.pass(120)
    })

    /** Events by kind, module and id, after one more sweep. */
    const found = async (): Promise<string[]> => {
      await world.events.sweep()
      return told()
    }
    const told = async (): Promise<string[]> => {
      await world.events.deliver()
      return world.told().map((event) => [event.kind, ...('id' in event ? [event.id] : [])].join(' '))
    }
    /** SQL past EspoCRM, now. */
    const write = async (id: string, row: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      const modified_at = momentAt(world.clock.now())
      await world
        .db('account')
        .where({ id })
        .update({ modified_at, ...row })
    }
    const removal = { entityType: 'Account', id: 'ancient', action: 'delete' }

    it('tells nothing of what was before the first one', async () => {
      expect(await found()).to.be.empty
    })

    it('finds a change, a new record and a removal that no hook told of, once', async () => {
      for (const id of ['b', 'c']) await world.record('account', { id, created_at: '2026-01-01 00:00:00' })
      await write('ancient')
      await world.record('contact', { id: 'new' })
      await write('b', { deleted: 1 })
      world.clock.pass(60)
      expect(await found()).to.have.members([
        'record.changed ancient',
        'record.removed b',
        'record.changed c',
        'record.created new'
      ])
      expect(await found()).to.be.empty
      world.clock.pass(300)
      expect(await found()).to.be.empty
    })

    it('says that it does not know what was changed, and by whom', async () => {
      await write('ancient')
      world.clock.pass(60)
      await world.events.sweep()
      await world.events.deliver()
      expect(world.told()).to.deep.equal([
        { kind: 'record.changed', module: 'Account', id: 'ancient', changed: [], by: undefined }
      ])
    })

    it('repeats nothing that a hook told of, waiting or handed out', async () => {
      await write('ancient')
      await world.record('contact', { id: 'new' })
      await world.hook({ entityType: 'Account', id: 'ancient', action: 'update', changed: ['name'] })
      await world.hook({ entityType: 'Contact', id: 'new', action: 'create' })
      world.clock.pass(60)
      expect(await found()).to.have.members(['record.changed ancient', 'record.created new'])
      expect(await found()).to.be.empty
    })

    it('finds a change after one of which the hook told', async () => {
      await write('ancient')
      await world.hook({ entityType: 'Account', id: 'ancient', action: 'update', changed: ['name'] })
      world.clock.pass(10)
      await write('ancient')
      world.clock.pass(60)
      expect(await found()).to.deep.equal(['record.changed ancient', 'record.changed ancient'])
    })

    it('takes neither a note on a record nor an answer about it for word of a change of it', async () => {
      await write('ancient')
      world.clock.pass(10)
      const about = { parentType: 'Account', parentId: 'ancient' }
      await world.hook({ entityType: 'Note', id: 'n1', action: 'create', ...about })
      await world.hook({ entityType: 'Account', id: 'ancient', action: 'answer', answers: { a: 'b' } })
      world.clock.pass(60)
      expect(await found()).to.deep.equal(['note.posted ancient', 'record.changed ancient'])
    })

    it('gives the hook half a minute', async () => {
      await write('ancient')
      world.clock.pass(29)
      expect(await found()).to.be.empty
      world.clock.pass(1)
      expect(await found()).to.deep.equal(['record.changed ancient'])
    })

    it('finds a user as staff, and a lead that was converted', async () => {
      const modified_at = momentAt(world.clock.now())
      await world.db('user').where({ id: 'alice' }).update({ modified_at })
      await world.record('lead', { id: 'l1', status: 'Converted', created_contact_id: 'c1' })
      world.clock.pass(60)
      expect(await found()).to.have.members(['staff.changed alice', 'record.created l1', 'lead.converted l1'])
    })

    it('finds a restored record, once, though nothing but its mark was changed', async () => {
      await write('ancient', { deleted: 1 })
      await world.hook(removal)
      expect(await found()).to.deep.equal(['record.removed ancient'])
      world.clock.pass(86_400)
      await world.events.keepHouse()
      expect(await found()).to.be.empty
      await world.db('account').where({ id: 'ancient' }).update({ deleted: 0 })
      expect(await found()).to.deep.equal(['record.created ancient'])
      expect(await found()).to.be.empty
    })

    it('finds it again when it is removed and restored again', async () => {
      for (let time = 0; time < 2; time++) {
        await write('ancient', { deleted: 1 })
        await world.hook(removal)
        expect(await found()).to.deep.equal(['record.removed ancient'])
        await world.db('account').where({ id: 'ancient' }).update({ deleted: 0 })
        expect(await found()).to.deep.equal(['record.created ancient'])
        world.clock.pass(300)
      }
    })

    it('does not take one record for another whose id begins like it', async () => {
      await world.record('account', { id: 'ancient2' })
      await world.hook({ entityType: 'Account', id: 'ancient2', action: 'create' })
      await write('ancient', { deleted: 1 })
      await world.hook(removal)
      await told()
      expect(await found()).to.be.empty
    })

    it('does nothing while the integration is off, and catches up afterwards', async () => {
      const other = eventsOn(world.db, world.clock, () => false)
      await write('ancient')
      world.clock.pass(86_400)
      await other.sweep()
      expect(await told()).to.be.empty
      expect(await found()).to.deep.equal(['record.changed ancient'])
    })

    it('goes through many changes of one moment in batches', async () => {
      const at = momentAt(world.clock.now())
      const ids = Array.from({ length: 1_200 }, (_, index) => `n${index}`)
      await world.db.batchInsert(
        'account',
        ids.map((id) => ({ id, deleted: 0, created_at: at, modified_at: at })),
        100
      )
      world.clock.pass(60)
      expect(await found()).to.have.members(ids.map((id) => `record.created ${id}`))
      expect(await found()).to.be.empty
    }).timeout(20_000)

    it('looks less often at what takes long to look through, so that a five hundredth of the time is enough', async () => {
      const slowly = (): void => world.clock.pass(1)
      world.db.on('query', slowly)
      await world.events.sweep()
      world.db.removeListener('query', slowly)
      await write('ancient')
      world.clock.pass(300)
      expect(await found()).to.be.empty
      world.clock.pass(2_700)
      expect(await found()).to.deep.equal(['record.changed ancient'])
    })

    it('forgets modules that are none any more', async () => {
      await world.db('portico_sweeps').insert({ module: 'Gone', until: '2020-01-01 00:00:00' })
      await world.events.sweep()
      const modules: unknown[] = await world.db('portico_sweeps').orderBy('module').pluck('module')
      expect(modules).to.deep.equal(['Account', 'Contact', 'Lead', 'User'])
    })
  })
})

onMysql('On MariaDB, the sweep', (open) => {
  it('of two services at once tells each change once', async () => {
    const { db, url } = await open()
    const world = await openWorld(db)
    await world.record('account', { id: 'restored' })
    world.clock.pass(60)
    await world.events.sweep()
    await world.hook({ entityType: 'Account', id: 'restored', action: 'delete' })
    await world.events.deliver()
    world.told()
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`)
    for (const id of ids) await world.record('account', { id })
    world.clock.pass(60)
    const other = openDatabase(url)
    try {
      await Promise.all([world.events.sweep(), eventsOn(other, world.clock).sweep()])
    } finally {
      await other.destroy()
    }
    await world.events.deliver()
    const told = world.told().map((event) => `${event.kind} ${'id' in event ? event.id : ''}`)
    expect(told).to.have.members(['restored', ...ids].map((id) => `record.created ${id}`))
  })

  /** A sweep while another service, which has just found `id`, is not done with it yet. */
  const sweepBeside = async (world: World, id: string, hold: (other: Knex) => Promise<unknown>): Promise<string[]> => {
    const other = await world.db.transaction()
    await hold(other)
    await hook(other, { entityType: 'Account', id, action: 'create' }, momentAt(world.clock.now()))
    const sweep = world.events.sweep()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await other.commit()
    await sweep
    return (await world.rows()).map(({ event }) => event).filter((event) => event.includes('swept'))
  }

  it('waits for another service that looks through the same module, and repeats nothing of what that one told', async () => {
    const { db } = await open()
    const world = await openWorld(db)
    await world.events.sweep()
    world.clock.pass(60)
    for (const id of ['a', 'b']) await world.record('account', { id })
    world.clock.pass(60)
    const swept = await sweepBeside(world, 'a', async (other) =>
      other('portico_sweeps').first('until').where({ module: 'Account' }).forUpdate()
    )
    expect(swept).to.have.length(1)
    expect(swept[0]).to.include('"b"')
  })

  it('waits for another service that tells of a restored record, and does not repeat it', async () => {
    const { db } = await open()
    const world = await openWorld(db)
    for (const id of ['a', 'b']) {
      await world.record('account', { id })
      await world.hook({ entityType: 'Account', id, action: 'delete' })
    }
    await world.events.deliver()
    const swept = await sweepBeside(world, 'a', async (other) =>
      other('portico_outbox').where({ subject: 'Account/a' }).update({ handled: 1 })
    )
    expect(swept).to.have.length(1)
    expect(swept[0]).to.include('"b"')
  })
})
