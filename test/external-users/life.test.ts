/** What ends at once when somebody is deactivated or removed, or a day is over, and what the two doors of one person keep apart (T02, T10). */
import { expect } from 'chai'
import { records } from '../../src/access/records.js'
import { viewerFor, type Person } from '../../src/access/viewer.js'
import { deactivate, type ExternalUser } from '../../src/external-users/external-users.js'
import { removeMember } from '../../src/external-users/memberships.js'
import { policySource } from '../../src/external-users/policy.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { externalUser, openGuests, retrofit, type Guests } from './guests.js'

onSqlite('the life of an external user', (open) => {
  let at: Guests
  let dirk: Visitor
  let user: ExternalUser

  before(async function () {
    this.timeout(60_000)
    at = await openGuests(open)
    await at.release('name')
    await at.letGroupRead(retrofit)
  })

  beforeEach(async () => {
    await at.test.embedded.db('portico_external_users').where({ record_id: 'dirk' }).update({ status: 'invited' })
    user = await at.admit('dirk', ...((await isMember()) ? [] : [retrofit]))
    dirk = await at.guest('dirk')
    expect((await dirk.peek(page)).status).to.equal(200)
  })

  after(() => at.test.close())

  const page = `/external/projects/${retrofit}`

  async function isMember(): Promise<boolean> {
    const known = await externalUser(at.test, 'dirk')
    const where = { person_id: known?.id ?? '', record_id: retrofit }
    return (await at.test.embedded.db('portico_memberships').where(where)).length > 0
  }

  const context = () => at.test.embedded.portico.context

  async function isOut(visitor: Visitor): Promise<void> {
    await visitor.open(page)
    expect(visitor.path).to.match(/^\/external\/sign-in/)
  }

  it('T10 A24 deactivated: his session ends with the next request, on every device', async () => {
    const other = await at.guest('dirk')
    await deactivate(context(), user.id, at.irena)
    await isOut(dirk)
    await isOut(other)
  })

  it('T10 A24 deactivated: he does not come in again with his password', async () => {
    await deactivate(context(), user.id, at.irena)
    const late = await at.guest('dirk')
    expect(late.path).to.equal('/external/sign-in')
    late.is(422)
  })

  it('T10 A31 deactivated: a link in a mail that he has is dead', async () => {
    const link = await context().identity.issueLink(
      { purpose: 'password-reset', identityId: user.identityId, audience: 'external', days: 1, by: 'himself' },
      at.test.embedded.db
    )
    expect((await at.test.visitor().peek(`/external${link}`)).status).to.equal(200)
    await deactivate(context(), user.id, at.irena)
    expect((await at.test.visitor().peek(`/external${link}`)).status).to.equal(410)
  })

  it('T10 A24 deactivated: a mail that waits is withdrawn, and never sent', async () => {
    const { db } = at.test.embedded
    const his = { about: `external-user:${user.id}` }
    expect(await db('portico_mail').where(his).update({ state: 'waiting' })).to.be.greaterThan(0)
    await deactivate(context(), user.id, at.irena)
    await at.test.settle()
    const states = new Set(
      (await db<{ state: string }>('portico_mail').select('state').where(his)).map(({ state }) => state)
    )
    expect([...states]).to.deep.equal(['withdrawn'])
  })

  it('T10 removed from his only project: the next request leads to the sign-in page, and it lets nobody in', async () => {
    await removeMember(context(), retrofit, user.id, at.irena)
    await isOut(dirk)
    expect((await at.guest('dirk')).path).to.equal('/external/sign-in')
  })

  it('T02 his last project ends at midnight where it is, to the second, on the days on which clocks change', async () => {
    for (const [zone, day, last] of clockChanges) {
      await at.change(retrofit, { timeZone: zone, endDate: day })
      expect(await isOpenAt(Date.parse(last)), `${zone} ${day}: the last second`).to.equal(true)
      expect(await isOpenAt(Date.parse(last) + 1000), `${zone} ${day}: midnight`).to.equal(false)
    }
    await at.change(retrofit, { timeZone: 'Europe/Berlin', endDate: '2999-12-31' })
  })

  /** By what holds at a moment of the past, which no browser can be moved to. */
  async function isOpenAt(now: number): Promise<boolean> {
    const kernel = context().kernel
    const policyFor = async (person: Person) => {
      const policies = await policySource({ ...context(), now: () => now }, person, await kernel.host.catalog('en'))
      return new Map(policies.map((one) => [one.module, one]))
    }
    const viewer = await viewerFor({ ...kernel, policyFor }, personOf(user))
    const { records: seen } = await records(viewer).list('Project', { limit: 200 })
    return seen.some(({ id }) => id === retrofit)
  }
})

/** Zone, end date, and its last second in UTC: the nights after clocks went forward or back, or do so at midnight. */
const clockChanges: readonly (readonly [string, string, string])[] = [
  ['Europe/Berlin', '2026-03-28', '2026-03-28T22:59:59Z'],
  ['Europe/Berlin', '2026-03-29', '2026-03-29T21:59:59Z'],
  ['Europe/Berlin', '2026-10-24', '2026-10-24T21:59:59Z'],
  ['Europe/Berlin', '2026-10-25', '2026-10-25T22:59:59Z'],
  ['America/New_York', '2026-03-08', '2026-03-09T03:59:59Z'],
  ['America/New_York', '2026-11-01', '2026-11-02T04:59:59Z'],
  ['Pacific/Auckland', '2026-04-05', '2026-04-05T11:59:59Z'],
  ['Asia/Kolkata', '2026-06-15', '2026-06-15T18:29:59Z']
]

function personOf({ id, name, module, recordId, invitedBy }: ExternalUser): Person {
  const place = { locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
  return {
    ...{ kind: 'external-user', id, name, module, recordId, invitedBy, ...place },
    portalId: undefined,
    userTypeId: undefined
  }
}
