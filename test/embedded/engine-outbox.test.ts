import { expect } from 'chai'
import type { Knex } from 'knex'
import { openDatabase } from '../../src/db/open-database.js'
import type { Crm } from '../../src/host/embedded/crm.js'
import { openCrm } from '../../src/host/embedded/crm.js'
import type { HostEvent } from '../../src/host/host.js'
import { testModules } from '../host-contract/embedded-modules.js'
import { Clock, openTestCrm } from '../host-contract/open-embedded.js'
import { failure } from '../host-contract/refusals.js'
import { eachDatabase } from '../support/databases.js'

eachDatabase((open) => {
  describe('the outbox', () => {
    let crm: Crm
    let url: string
    let clock: Clock

    beforeEach(async () => {
      const database = await open()
      url = database.url
      clock = new Clock()
      crm = await openTestCrm(database.db, { clock })
    })

    it('keeps no event of a change that was rolled back', async () => {
      const inserting = (): Promise<unknown> => crm.store.system.create('Company', { name: 'Twice' }, { id: 'twice' })
      await inserting()
      expect(await failure(inserting)).to.be.instanceOf(Error)
      expect(await crm.outbox.waiting()).to.equal(1)
    })

    it('tells of a link at both ends, and of one that is there already nothing', async () => {
      const all = crm.store.system
      await all.create('Company', { name: 'Berg' }, { id: 'berg' })
      await all.create('Person', { lastName: 'Anna' }, { id: 'anna' })
      await crm.outbox.deliver()
      const told: unknown[] = []
      crm.outbox.on('record.changed', async (event) => {
        if ('changed' in event) told.push([event.id, ...event.changed])
      })
      const after = async (change: Promise<void>): Promise<unknown[]> => {
        await change
        await crm.outbox.deliver()
        return told.splice(0)
      }
      const both = [
        ['berg', 'partners'],
        ['anna', 'partnerOf']
      ]
      expect(await after(all.link('Company', 'berg', 'partners', 'anna'))).to.deep.equal(both)
      expect(await after(all.link('Company', 'berg', 'partners', 'anna'))).to.deep.equal([])
      expect(await after(all.unlink('Company', 'berg', 'partners', 'anna'))).to.deep.equal(both)
      expect(await after(all.unlink('Company', 'berg', 'partners', 'anna'))).to.deep.equal([])
    })

    it('Z27 tells of a note that was written, in its transaction, and of none that was imported', async () => {
      const all = crm.store.system
      const id = await all.create('Company', { name: 'Berg' })
      await crm.outbox.deliver()
      const staff = await crm.users.create({ userName: 'frank', name: 'Frank', password: 'a password for tests' })
      await crm.outbox.deliver()
      const told: HostEvent[] = []
      crm.outbox.on('note.posted', async (event) => void told.push(event))
      const note = { module: 'Company', recordId: id, text: 'Hello', internal: false, files: [] }
      await crm.feed.post(note, { kind: 'system' }, '2026-01-01 00:00:00')
      expect(await failure(() => crm.feed.post({ ...note, files: ['nowhere'] }, { kind: 'system' }))).to.be.instanceOf(
        Error
      )
      const noteId = await crm.feed.post({ ...note, internal: true }, { kind: 'staff', id: staff })
      await crm.feed.post(note, { kind: 'outside', id: 'p1', name: 'Anna' })
      await crm.outbox.deliver()
      expect(told.length).to.equal(2)
      expect(told[0]).to.deep.equal({ kind: 'note.posted', module: 'Company', id, noteId, internal: true, by: staff })
      expect(told[1]).to.deep.include({ internal: false }).and.not.have.property('by')
    })

    it('waits longer after each failure, and tells of it', async () => {
      const failures: string[] = []
      const db = openDatabase(url)
      const other = await openCrm({
        db,
        definitions: testModules,
        filesFolder: '/nowhere',
        publicUrl: '',
        now: clock.now,
        onFailure: (event, error) => failures.push(`${event.kind} ${String(error)}`)
      })
      let calls = 0
      other.outbox.on('record.created', () => {
        calls++
        return Promise.reject(new Error('Not now.'))
      })
      await crm.store.system.create('Company', { name: 'Berg' })
      const callsAfter = async (seconds: number): Promise<number> => {
        clock.pass(seconds)
        await other.outbox.deliver()
        return calls
      }
      expect(await callsAfter(0)).to.equal(1)
      expect(await callsAfter(1)).to.equal(1)
      expect(await callsAfter(1)).to.equal(2)
      expect(await callsAfter(3)).to.equal(2)
      expect(await callsAfter(1)).to.equal(3)
      expect(failures[0]).to.equal('record.created Error: Not now.')
      expect(await other.outbox.waiting()).to.equal(1)
      await other.close()
    })

    it('is read by one process at a time, record by record', async () => {
      const other = await openTestCrm(openDatabase(url), { clock })
      const told: string[] = []
      const slow = async (event: HostEvent): Promise<void> => {
        told.push(`${event.kind} ${'id' in event ? event.id : ''}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      for (const each of [crm, other])
        for (const kind of ['record.created', 'record.changed'] as const) each.outbox.on(kind, slow)
      const ids = ['a', 'b', 'c', 'd']
      for (const id of ids) await crm.store.system.create('Company', { name: id }, { id })
      for (const id of ids) await crm.store.system.change('Company', id, { city: 'Bonn' })
      await Promise.all([crm.outbox.deliver(), other.outbox.deliver()])
      await crm.outbox.deliver()
      expect([...told].sort()).to.deep.equal(
        ids.flatMap((id) => [`record.changed ${id}`, `record.created ${id}`]).sort()
      )
      for (const id of ids)
        expect(told.indexOf(`record.created ${id}`)).to.be.lessThan(told.indexOf(`record.changed ${id}`))
      await other.close()
    })

    it('gives to others what a reader that died had taken', async () => {
      await crm.store.system.create('Company', { name: 'Berg' })
      let release = (): void => undefined
      crm.outbox.on('record.created', () => new Promise((resolve) => (release = resolve)))
      const dying = crm.outbox.deliver()
      await untilTaken(crm.db)
      const other = await openTestCrm(openDatabase(url), { clock })
      const told: HostEvent[] = []
      other.outbox.on('record.created', (event) => Promise.resolve(void told.push(event)))
      await other.outbox.deliver()
      expect(told).to.have.length(0)
      clock.pass(61)
      await other.outbox.deliver()
      expect(told).to.have.length(1)
      release()
      await dying
      await other.close()
    })

    it('hands out what was written before it was asked, however busy it is', async () => {
      const told: string[] = []
      let goOn = (): void => undefined
      crm.outbox.on('record.created', async (event) => {
        told.push('id' in event ? event.id : '')
        if (told.length === 1) await new Promise<void>((resolve) => (goOn = resolve))
      })
      await crm.store.system.create('Company', { name: 'First' }, { id: 'first' })
      const first = crm.outbox.deliver()
      await untilTaken(crm.db)
      await crm.store.system.create('Company', { name: 'Second' }, { id: 'second' })
      const second = crm.outbox.deliver()
      goOn()
      await Promise.all([first, second])
      expect(told).to.deep.equal(['first', 'second'])
    })
  })
})

async function untilTaken(db: Knex): Promise<void> {
  while (!(await db('crm_outbox').first('position').where('attempts', '>', 0)))
    await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setTimeout(resolve, 20))
}
