import { expect } from 'chai'
import { openDatabase } from '../../src/db/open-database.js'
import { momentAt } from '../../src/db/moment.js'
import type { HostEvent } from '../../src/host/host.js'
import { eachDatabase, onMysql } from '../support/databases.js'
import { eventsOn, hook, kinds, openWorld, type HookStory, type World } from './events-world.js'

eachDatabase((open) => {
  describe("EspoCRM's events", () => {
    let world: World
    let url: string

    beforeEach(async () => {
      const database = await open()
      url = database.url
      world = await openWorld(database.db)
    })

    const toldOf = async (story: HookStory): Promise<HostEvent[]> => {
      await world.hook(story)
      await world.events.deliver()
      return world.told()
    }
    const changedBy = async (entityType: string, changed: readonly string[]): Promise<unknown> => {
      const [event] = await toldOf({ entityType, id: 'r1', action: 'update', changed })
      return event && 'changed' in event ? event.changed : event
    }

    describe('are translated', () => {
      it('from what happened to a record', async () => {
        const about = { module: 'Account', id: 'r1', by: 'alice' }
        const story = { entityType: 'Account', id: 'r1', by: 'alice' }
        expect(await toldOf({ ...story, action: 'create', changed: ['name', 'createdAt'] })).to.deep.equal([
          { kind: 'record.created', ...about, changed: ['name'] }
        ])
        expect(await toldOf({ ...story, action: 'update', changed: ['website'] })).to.deep.equal([
          { kind: 'record.changed', ...about, changed: ['website'] }
        ])
        expect(await toldOf({ ...story, action: 'delete' })).to.deep.equal([
          { kind: 'record.removed', ...about, changed: [] }
        ])
      })

      it('from attributes to fields, each once', async () => {
        expect(await changedBy('Contact', ['accountId', 'accountName'])).to.deep.equal(['account'])
        expect(await changedBy('Contact', ['emailAddress', 'emailAddressData'])).to.deep.equal(['emailAddress'])
        expect(await changedBy('Contact', ['emailAddressData'])).to.deep.equal(['emailAddress'])
        expect(await changedBy('Contact', ['lastName'])).to.have.members(['lastName', 'name'])
        expect(await changedBy('Contact', ['firstName', 'lastName'])).to.have.members(['firstName', 'lastName', 'name'])
        expect(await changedBy('Contact', ['cPlansIds', 'cPlansNames'])).to.deep.equal(['cPlans'])
        expect(await changedBy('Contact', ['cVisitAtDate'])).to.deep.equal(['cVisitAt'])
        expect(await changedBy('Contact', ['accountsIds'])).to.deep.equal(['accounts'])
        expect(await changedBy('Account', ['annualRevenueCurrency'])).to.deep.equal(['annualRevenue'])
        expect(await changedBy('Lead', ['accountId'])).to.deep.equal(['company'])
      })

      it('with no fields, where the catalog knows none of what was changed', async () => {
        expect(await changedBy('Contact', ['cSecret', 'modifiedAt'])).to.deep.equal([])
      })

      it('to nothing, where EspoCRM wrote its own notes only', async () => {
        expect(await toldOf({ entityType: 'Contact', id: 'r1', action: 'update', changed: ['modifiedAt'] })).to.be.empty
        expect(await toldOf({ entityType: 'Contact', id: 'r1', action: 'update', changed: ['streamUpdatedAt'] })).to.be
          .empty
      })

      it('to nothing, for what is no module', async () => {
        expect(await toldOf({ entityType: 'Campaign', id: 'r1', action: 'create' })).to.be.empty
        expect(await world.events.waiting()).to.equal(0)
      })

      it('for both ends of a link', async () => {
        const story = { entityType: 'Contact', id: 'anna', action: 'relate', link: 'accounts', other: 'berg' }
        const both = [
          { kind: 'record.changed', module: 'Contact', id: 'anna', changed: ['accounts'], by: undefined },
          { kind: 'record.changed', module: 'Account', id: 'berg', changed: ['contacts'], by: undefined }
        ]
        expect(await toldOf(story)).to.deep.equal(both)
        expect(await toldOf({ ...story, action: 'unrelate' })).to.deep.equal(both)
      })

      it('for both ends of a link that is a reference at the other one', async () => {
        const events = await toldOf({ entityType: 'Account', id: 'berg', action: 'relate', link: 'leads', other: 'l1' })
        expect(events).to.deep.equal([
          { kind: 'record.changed', module: 'Account', id: 'berg', changed: ['leads'], by: undefined },
          { kind: 'record.changed', module: 'Lead', id: 'l1', changed: ['company'], by: undefined }
        ])
      })

      it('for one end, where the link, its other end or the other record is not known, or is a user', async () => {
        const story = { entityType: 'Account', id: 'berg', action: 'relate', other: 'x' }
        const end = { kind: 'record.changed', module: 'Account', id: 'berg', by: undefined }
        expect(await toldOf({ ...story, link: 'teams' })).to.deep.equal([{ ...end, changed: [] }])
        expect(await toldOf({ ...story, link: 'collaborators' })).to.deep.equal([
          { ...end, changed: ['collaborators'] }
        ])
        expect(await toldOf({ ...story, link: 'contacts', other: undefined })).to.deep.equal([
          { ...end, changed: ['contacts'] }
        ])
      })

      it('with who did it, where he is one of the staff', async () => {
        const by = async (id: string | null): Promise<unknown> => {
          const [event] = await toldOf({ entityType: 'Account', id: 'r1', action: 'update', changed: ['name'], by: id })
          return event && 'by' in event ? event.by : event
        }
        for (const id of ['alice', 'root', 'boss']) expect(await by(id), id).to.equal(id)
        for (const id of ['portico', 'anna', 'system', 'nobody', null])
          expect(await by(id), String(id)).to.equal(undefined)
      })

      it('from users to staff, and from the integration to switches', async () => {
        for (const action of ['create', 'update', 'delete', 'relate'])
          expect(await toldOf({ entityType: 'User', id: 'alice', action, link: 'teams' })).to.deep.equal([
            { kind: 'staff.changed', id: 'alice' }
          ])
        expect(await toldOf({ entityType: 'Integration', id: 'Portico', action: 'update' })).to.deep.equal([
          { kind: 'switches.changed' }
        ])
        expect(await toldOf({ entityType: 'Integration', id: 'GoogleMaps', action: 'update' })).to.be.empty
      })
    })

    describe('of a lead', () => {
      const converted = ['status', 'convertedAt', 'createdAccountId', 'createdContactId']
      const conversions = async (changed: readonly string[]): Promise<HostEvent[]> =>
        (await toldOf({ entityType: 'Lead', id: 'l1', action: 'update', changed })).filter(
          ({ kind }) => kind === 'lead.converted'
        )

      it('tell that it was converted, after its change', async () => {
        await world.record('lead', {
          id: 'l1',
          status: 'Converted',
          created_contact_id: 'c1',
          created_account_id: 'a1'
        })
        const events = await toldOf({ entityType: 'Lead', id: 'l1', action: 'update', changed: converted })
        expect(events.map(({ kind }) => kind)).to.deep.equal(['record.changed', 'lead.converted'])
        expect(events[1]).to.deep.equal({ kind: 'lead.converted', id: 'l1', contactId: 'c1', accountId: 'a1' })
      })

      it('tell it without an account, where there is none', async () => {
        await world.record('lead', { id: 'l1', status: 'Converted', created_contact_id: 'c1' })
        const [event] = await conversions(converted)
        expect(event).to.deep.include({ contactId: 'c1', accountId: undefined })
      })

      it('do not tell it of an earlier change of its status, or of a later one of anything', async () => {
        await world.record('lead', { id: 'l1', status: 'Converted', created_contact_id: 'c1' })
        expect(await conversions(['status'])).to.be.empty
        expect(await conversions(['description'])).to.be.empty
        expect(await conversions(converted)).to.have.length(1)
      })

      it('do not tell it of a lead that came to no contact, is not converted, or is gone', async () => {
        await world.record('lead', { id: 'l1', status: 'Converted', created_account_id: 'a1' })
        expect(await conversions(converted)).to.be.empty
        await world.db('lead').where({ id: 'l1' }).update({ created_contact_id: 'c1', status: 'New' })
        expect(await conversions(converted)).to.be.empty
        await world.db('lead').where({ id: 'l1' }).update({ status: 'Converted', deleted: 1 })
        expect(await conversions(converted)).to.be.empty
        await world.db('lead').where({ id: 'l1' }).update({ deleted: 0 })
        expect(await conversions(converted)).to.have.length(1)
      })

      describe('that staff answered a question about (Z24)', () => {
        const answer = (userType: string): Promise<number> =>
          world.hook({ entityType: 'Lead', id: 'l1', action: 'answer', answers: { userType }, by: 'alice' })
        const convert = async (): Promise<HostEvent | undefined> => {
          await world.db('lead').where({ id: 'l1' }).delete()
          const converted_at = momentAt(world.clock.now())
          await world.record('lead', { id: 'l1', status: 'Converted', created_contact_id: 'c1', converted_at })
          return (await conversions(converted))[0]
        }

        it('hand the last answers on, told alone they are no event', async () => {
          expect(await toldOf({ entityType: 'Lead', id: 'l1', action: 'answer', answers: { userType: 'a' } })).to.be
            .empty
          await answer('b')
          expect(await convert()).to.deep.include({ contactId: 'c1', answers: { userType: 'b' } })
        })

        it('hand on none of another lead, and none of long before', async () => {
          await world.hook({ entityType: 'Lead', id: 'l2', action: 'answer', answers: { userType: 'a' } })
          expect(await convert()).not.to.have.property('answers')
          await answer('a')
          world.clock.pass(3601)
          expect(await convert()).not.to.have.property('answers')
          await answer('b')
          world.clock.pass(60)
          expect(await convert()).to.deep.include({ answers: { userType: 'b' } })
        })

        it('keep the answers for an event that has to wait for long', async () => {
          await answer('a')
          await world.events.deliver()
          const before = momentAt(world.clock.now())
          world.clock.pass(3 * 60 * 60)
          await world.events.keepHouse()
          await world.record('lead', { id: 'l1', status: 'Converted', created_contact_id: 'c1', converted_at: before })
          expect((await conversions(converted))[0]).to.deep.include({ answers: { userType: 'a' } })
        })
      })
    })

    describe('of a note', () => {
      const note: HookStory = {
        entityType: 'Note',
        id: 'n1',
        action: 'create',
        parentType: 'Account',
        parentId: 'a1',
        internal: false,
        by: 'alice'
      }

      it('tell on which record it is, by whom, and whether it is for staff alone', async () => {
        expect(await toldOf(note)).to.deep.equal([
          { kind: 'note.posted', module: 'Account', id: 'a1', noteId: 'n1', internal: false, by: 'alice' }
        ])
        expect(await toldOf({ ...note, internal: true, by: 'anna' })).to.deep.equal([
          { kind: 'note.posted', module: 'Account', id: 'a1', noteId: 'n1', internal: true, by: undefined }
        ])
      })

      it('are none for a record of what is no module', async () => {
        expect(await toldOf({ ...note, parentType: 'Email' })).to.be.empty
      })
    })

    describe('are handed out', () => {
      const named = (events: readonly HostEvent[]): string[] =>
        events.map((event) => `${event.kind} ${'id' in event ? event.id : ''}`)
      const update = (id: string): HookStory => ({ entityType: 'Account', id, action: 'update', changed: ['name'] })
      const create = (id: string): HookStory => ({ entityType: 'Account', id, action: 'create' })

      it('in order per record, also when there are many of one', async () => {
        const expected: string[] = []
        for (let index = 0; index < 250; index++) {
          await world.hook({ ...update('a'), changed: [index % 2 ? 'name' : 'website'] })
          expected.push(index % 2 ? 'name' : 'website')
        }
        await world.events.deliver()
        expect(world.told().flatMap((event) => ('changed' in event ? event.changed : []))).to.deep.equal(expected)
      })

      it('once, and stay for the sweep with a mark', async () => {
        await world.hook(create('a'))
        await world.hook({ ...create('b'), action: 'delete' })
        await world.events.deliver()
        await world.events.deliver()
        expect(named(world.told())).to.deep.equal(['record.created a', 'record.removed b'])
        expect((await world.rows()).map(({ handled }) => handled)).to.deep.equal([1, 2])
        expect(await world.events.waiting()).to.equal(0)
      })

      it('again when a handler failed, before those that follow, and hold up no other record', async () => {
        const service = eventsOn(world.db, world.clock)
        const told: string[] = []
        let failures = 1
        for (const kind of kinds)
          service.on(kind, async (event) => {
            told.push(...named([event]))
            if ('id' in event && event.id === 'a' && failures-- > 0) throw new Error('Not now.')
          })
        for (const story of [create('a'), update('a'), create('b'), update('b')]) await world.hook(story)
        await service.deliver()
        expect(told.splice(0)).to.deep.equal(['record.created a', 'record.created b', 'record.changed b'])
        expect(await service.waiting()).to.equal(2)
        world.clock.pass(1)
        await service.deliver()
        expect(told).to.be.empty
        world.clock.pass(1)
        await service.deliver()
        expect(told).to.deep.equal(['record.created a', 'record.changed a'])
      })

      it('are kept when the row can not be understood, and hold up no other record', async () => {
        await world.hook({ ...create('a'), action: 'fuse' })
        await world.hook(create('b'))
        await world.events.deliver()
        expect(named(world.told())).to.deep.equal(['record.created b'])
        expect(await world.events.waiting()).to.equal(1)
      })

      it('after a restart, those that nobody took and those that a reader died with', async () => {
        await world.hook(create('a'))
        await world.hook(create('b'))
        const db = openDatabase(url)
        const dying = eventsOn(db, world.clock)
        const taken = new Promise<void>((resolve) =>
          dying.on('record.created', () => {
            resolve()
            return new Promise(() => undefined)
          })
        )
        void dying.deliver()
        await taken
        await world.events.deliver()
        expect(named(world.told())).to.deep.equal(['record.created b'])
        world.clock.pass(61)
        await world.events.deliver()
        expect(named(world.told())).to.deep.equal(['record.created a'])
        await db.destroy()
      })

      it('by two readers at once each once, and in order per record', async () => {
        const ids = ['a', 'b', 'c', 'd']
        for (const story of [create, update, update]) for (const id of ids) await world.hook(story(id))
        const db = openDatabase(url)
        const readers = [eventsOn(world.db, world.clock), eventsOn(db, world.clock)]
        const told: string[][] = [[], []]
        const order: string[] = []
        for (const [index, reader] of readers.entries())
          for (const kind of kinds)
            reader.on(kind, async (event) => {
              told[index]!.push(...named([event]))
              await new Promise((resolve) => setTimeout(resolve, 5))
              order.push(...named([event]))
            })
        await Promise.all(readers.map((reader) => reader.deliver()))
        await readers[0]!.deliver()
        expect(told.flat()).to.have.length(12)
        expect(told[0]!.length * told[1]!.length, 'both had something to do').to.be.greaterThan(0)
        for (const id of ids)
          expect(order.filter((each) => each.endsWith(id))).to.deep.equal([
            `record.created ${id}`,
            `record.changed ${id}`,
            `record.changed ${id}`
          ])
        await db.destroy()
      })
    })

    describe('are looked after', () => {
      it('by what they say of how long they wait', async () => {
        expect(await world.events.lag()).to.equal(0)
        await world.hook({ entityType: 'Account', id: 'a', action: 'create' })
        world.clock.pass(90)
        await world.hook({ entityType: 'Account', id: 'b', action: 'create' })
        expect(await world.events.lag()).to.equal(90)
        await world.events.deliver()
        expect(await world.events.lag()).to.equal(0)
      })

      it('by a housekeeping that leaves what waits, what is young, and removals', async () => {
        await world.hook({ entityType: 'Account', id: 'old', action: 'create' })
        await world.hook({ entityType: 'Account', id: 'removed', action: 'delete' })
        await world.events.deliver()
        await world.hook({ entityType: 'Account', id: 'waiting', action: 'create' })
        world.clock.pass(3_601)
        await world.hook({ entityType: 'Account', id: 'young', action: 'create' })
        await world.db('portico_outbox').where({ subject: 'Account/young' }).update({ handled: 1 })
        const subjects = async (): Promise<string[]> => {
          await world.events.keepHouse()
          return (await world.rows()).map(({ subject }) => subject.slice('Account/'.length))
        }
        expect(await subjects()).to.deep.equal(['removed', 'waiting', 'young'])
        world.clock.pass(91 * 86_400)
        expect(await subjects()).to.deep.equal(['waiting'])
      })

      it('by a housekeeping that leaves what a sweep will ask for', async () => {
        await world.hook({ entityType: 'Account', id: 'old', action: 'create' })
        await world.events.deliver()
        await world.events.sweep()
        world.clock.pass(7_200)
        await world.events.keepHouse()
        expect(await world.rows()).to.have.length(1)
        await world.events.sweep()
        await world.events.keepHouse()
        expect(await world.rows()).to.be.empty
      })

      it('by a word on whether the hook told of the latest changes', async () => {
        await world.record('account', { id: 'a' })
        world.clock.pass(60)
        expect(await world.events.flow()).to.deep.equal({ told: 0, untold: 1 })
        await hook(world.db, { entityType: 'Account', id: 'a', action: 'create' }, momentAt(world.clock.now() - 60_000))
        expect(await world.events.flow()).to.deep.equal({ told: 1, untold: 0 })
        await world.events.deliver()
        expect(await world.events.flow()).to.deep.equal({ told: 1, untold: 0 })
        world.clock.pass(900)
        expect(await world.events.flow()).to.deep.equal({ told: 0, untold: 0 })
      })
    })
  })
})

onMysql('On MariaDB, a row that comes to light late', (open) => {
  it('is handed out though later ones were', async () => {
    const { db } = await open()
    const world = await openWorld(db)
    const slow = await db.transaction()
    const at = momentAt(world.clock.now())
    const first = await hook(slow, { entityType: 'Account', id: 'slow', action: 'create' }, at)
    const second = await world.hook({ entityType: 'Account', id: 'quick', action: 'create' })
    expect(first).to.be.lessThan(second)
    await world.events.deliver()
    expect(world.told()).to.have.nested.property('[0].id', 'quick')
    await slow.commit()
    await world.events.deliver()
    expect(world.told()).to.have.nested.property('[0].id', 'slow')
  })
})
