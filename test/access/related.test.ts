/** Links are followed only where the lookup they are kept in is shown: on this side, or on the far one (A13). */
import { expect } from 'chai'
import { always, oneOf } from '../../src/access/condition.js'
import type { ModulePolicy } from '../../src/access/grant.js'
import { records } from '../../src/access/records.js'
import { NotFound } from '../../src/errors.js'
import { eachDatabase } from '../support/databases.js'
import { grant, policyOf } from './shapes.js'
import { openWorld, type World } from './world.js'

interface Way {
  readonly from: string
  readonly id: string
  readonly link: string
  readonly nearFields: readonly string[]
  readonly to: string
  readonly farFields: readonly string[]
}

const ways: Record<'followed' | 'hidden', readonly Way[]> = {
  followed: [
    { from: 'Case', id: 'case1', link: 'account', nearFields: ['account'], to: 'Account', farFields: ['name'] },
    { from: 'Account', id: 'aNord', link: 'cases', nearFields: ['name'], to: 'Case', farFields: ['name', 'account'] },
    { from: 'Task', id: 't8', link: 'parentAccount', nearFields: ['parentAccount'], to: 'Account', farFields: [] },
    { from: 'Account', id: 'aNord', link: 'tasks', nearFields: [], to: 'Task', farFields: ['parentAccount'] },
    { from: 'Case', id: 'kMany', link: 'contacts', nearFields: ['name'], to: 'Contact', farFields: ['name'] },
    { from: 'Quote', id: 'q1', link: 'items', nearFields: ['name'], to: 'QuoteItem', farFields: ['name'] },
    { from: 'QuoteItem', id: 'i1', link: 'quote', nearFields: ['name'], to: 'Quote', farFields: ['name'] }
  ],
  hidden: [
    { from: 'Case', id: 'case1', link: 'account', nearFields: ['name'], to: 'Account', farFields: ['name'] },
    { from: 'Account', id: 'aNord', link: 'cases', nearFields: ['name'], to: 'Case', farFields: ['name'] },
    { from: 'Account', id: 'aNord', link: 'tasks', nearFields: [], to: 'Task', farFields: ['parentCase', 'name'] },
    { from: 'Task', id: 't8', link: 'parentAccount', nearFields: ['parentCase'], to: 'Account', farFields: ['name'] },
    { from: 'QuoteItem', id: 'i1', link: 'product', nearFields: ['name'], to: 'Product', farFields: ['name'] }
  ]
}

describe('a link of a record', () => {
  eachDatabase((open) => {
    let world: World

    before(async function () {
      this.timeout(60_000)
      world = await openWorld((await open()).db, 1)
    })

    const follow = async ({ from, id, link, nearFields, to, farFields }: Way) =>
      records(
        await world.viewer([
          policyOf(from, [grant(from, 'near', always, { fields: nearFields })]),
          policyOf(to, [grant(to, 'far', always, { fields: farFields })])
        ])
      ).related(from, id, link)

    for (const way of ways.followed) {
      it(`A13 ${way.from}.${way.link} is followed while ${[...way.nearFields, '→', ...way.farFields].join(' ')} is shown`, async () => {
        expect((await follow(way)).records.length).to.be.greaterThan(0)
      })
    }

    for (const way of ways.hidden) {
      it(`A13 ${way.from}.${way.link} is not there while ${[...way.nearFields, '→', ...way.farFields].join(' ')} is all he sees`, async () => {
        const refused = await follow(way).catch((error: unknown) => error)
        expect(refused).to.be.instanceOf(NotFound)
        const unknown = await follow({ ...way, link: 'nothing' }).catch((error: unknown) => error)
        expect((refused as NotFound).key).to.equal((unknown as NotFound).key)
      })
    }

    describe('of a record that was found already', () => {
      const policy = (nearFields: readonly string[]): ModulePolicy[] => [
        policyOf('Account', [grant('Account', 'near', always, { fields: nearFields })]),
        policyOf('Case', [grant('Case', 'far', always, { fields: ['name', 'account'] })])
      ]

      it('A04 gives the same without finding it again', async () => {
        const door = records(await world.viewer(policy(['name'])))
        const account = await door.find('Account', 'aNord')
        const [again, anew] = [await door.relatedTo(account, 'cases'), await door.related('Account', 'aNord', 'cases')]
        expect(again.records.length).to.be.greaterThan(0)
        expect(again.records.map(({ id }) => id)).to.deep.equal(anew.records.map(({ id }) => id))
      })

      it('A06 is not there for a record that somebody else found, that a list gave, or that nobody did', async () => {
        const door = records(await world.viewer(policy(['name'])))
        const other = records(await world.viewer(policy(['name'])))
        const [listed] = (await door.list('Account', { limit: 1 })).records
        const strange = [await other.find('Account', 'aNord'), listed!, { ...(await door.find('Account', 'aNord')) }]
        for (const record of strange)
          expect(await door.relatedTo(record, 'cases').catch((error: unknown) => error)).to.be.instanceOf(NotFound)
      })
    })

    it('A13 only gives the far records whose own grant shows the lookup', async () => {
      const policy: ModulePolicy[] = [
        policyOf('Account', [grant('Account', 'near', always)]),
        policyOf('Case', [
          grant('Case', 'whole', oneOf('id', ['case1', 'kSpace'])),
          grant('Case', 'names', always, { fields: ['name'] })
        ])
      ]
      const door = records(await world.viewer(policy))
      const found = await door.related('Account', 'aNord', 'cases', { limit: 200 })
      expect(found.records.map(({ id }) => id).sort()).to.deep.equal(['case1', 'kSpace'])
      expect((await door.list('Case', { limit: 200 })).records.length).to.be.greaterThan(10)
    })
  })
})
