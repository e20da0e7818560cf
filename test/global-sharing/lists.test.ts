/** Pages of long lists for people of different reach: the same records in the same order as when every record is asked, whichever way
 *  the page is found. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import type { Model } from '../../src/global-sharing/model.js'
import type { ListAsk } from '../../src/host/embedded/records.js'
import type { Staff } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import { setModel } from '../support/sharing.js'

/** More than are asked one by one before owners are looked up. */
const deals = 1600
const moments = ['2023-01-01 00:00:00', '2023-01-02 00:00:00', '2023-01-03 00:00:00']

/** Old deals are the idle clerk's and the group's, new ones the busy clerk's; some are nobody's. */
function ownerOf(n: number): { assigned_user_id: string | null; assigned_group_id: string | null } {
  if (n % 40 === 0) return { assigned_user_id: null, assigned_group_id: n % 80 === 0 ? 'team' : null }
  return { assigned_user_id: n < 60 ? 'idle' : `busy-${n % 12}`, assigned_group_id: null }
}

function row(n: number): Record<string, unknown> {
  return {
    id: `deal-${n}`,
    name: `Deal ${n % 7}`,
    stage: n % 3 === 0 ? 'Won' : 'Proposal',
    amount: n % 5 === 0 ? null : n % 9,
    deleted: n % 50 === 1 ? 1 : 0,
    created_at: n < 60 ? '2022-01-01 00:00:00' : moments[n % 3],
    modified_at: moments[0],
    created_by_name: 'Irena',
    author_kind: 'staff',
    version: 1,
    ...ownerOf(n)
  }
}

function model(before: Model): Model {
  const role = (name: string, parent: string | null): Model['roles'][string] => ({
    name,
    parent,
    profiles: ['standard']
  })
  const busy = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`busy-${n}`, 'busy'] as const))
  const rule = { module: 'Deal', write: false, related: [], to: { kind: 'user', id: 'reader' } } as const
  return {
    ...before,
    defaults: {},
    withoutRole: ['standard'],
    roles: {
      top: role('Top', null),
      busy: role('Busy', 'top'),
      quiet: role('Quiet', 'top'),
      idle: role('Idle', 'quiet')
    },
    people: { boss: 'top', quiet: 'quiet', idle: 'idle', ...busy },
    groups: { team: { name: 'Team', hostGroup: 'team', members: [{ kind: 'user', id: 'quiet' }] } },
    rules: {
      idle: { ...rule, from: { kind: 'role', id: 'idle' }, criteria: [] },
      won: { ...rule, from: { kind: 'role', id: 'busy' }, criteria: [{ field: 'stage', operator: '=', value: 'Won' }] }
    }
  }
}

describe('pages of a long list (S02, S03, S05)', () => {
  eachDatabase((open) => {
    let app: TestApp
    let db: Knex

    before(async function () {
      this.timeout(60_000)
      app = await openApp(open, { world: 'people' })
      ;({ db } = app.embedded)
      await db('crm_deal').delete()
      for (let from = 0; from < deals; from += 100)
        await db('crm_deal').insert(Array.from({ length: 100 }, (_, n) => row(from + n)))
      await app.embedded.crm.settings.saveSwitches({ 'global-sharing': true })
      await setModel(app, model)
    })
    after(() => app.close())

    const asks: readonly ListAsk[] = [
      {},
      { sort: { field: 'createdAt', descending: false } },
      { sort: { field: 'amount', descending: true } },
      { sort: { field: 'amount', descending: false } },
      { sort: { field: 'name', descending: true }, filter: [{ field: 'stage', operator: '=', value: 'Won' }] },
      { search: 'deal 3' }
    ]
    const seen: Readonly<Record<string, (n: number) => boolean>> = {
      boss: (n) => ownerOf(n).assigned_user_id !== null,
      quiet: (n) => ownerOf(n).assigned_user_id === 'idle' || ownerOf(n).assigned_group_id === 'team',
      idle: (n) => ownerOf(n).assigned_user_id === 'idle',
      'busy-9': (n) => ownerOf(n).assigned_user_id === 'busy-9',
      reader: (n) =>
        ownerOf(n).assigned_user_id === 'idle' ||
        (n % 3 === 0 && (ownerOf(n).assigned_user_id ?? '').startsWith('busy'))
    }

    for (const [id, isSeen] of Object.entries(seen))
      it(`${id}: every page in every order, and the count`, async function () {
        this.timeout(30_000)
        const staff = {
          ...(await app.embedded.host.staffById('irena'))!,
          id,
          isAdministrator: false,
          permissions: new Set()
        } as Staff
        const [narrowed, unbound] = [staff, { ...staff, isAdministrator: true }].map((one) =>
          app.embedded.crm.store.as(one)
        )
        for (const ask of asks) {
          const everything: string[] = []
          for (let page = 1, more = true; more; page++) {
            const found = await unbound!.list('Deal', { ...ask, page, limit: 200 })
            everything.push(...found.records.map((record) => record.id))
            more = found.hasMore
          }
          const expected = everything.filter((one) => isSeen(Number(one.slice(5))))
          expect(expected.length, 'something').to.be.greaterThan(0)
          for (const page of [1, 2, Math.ceil(expected.length / 25)]) {
            const { records, hasMore } = await narrowed!.list('Deal', { ...ask, page })
            expect(
              records.map((one) => one.id),
              JSON.stringify({ ask, page })
            ).to.deep.equal(expected.slice((page - 1) * 25, page * 25))
            expect(hasMore).to.equal(expected.length > page * 25)
          }
          expect((await narrowed!.count('Deal', ask)).count).to.equal(expected.length)
        }
      })
  })
})
