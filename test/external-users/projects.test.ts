import { expect } from 'chai'
import { records } from '../../src/access/records.js'
import { viewerFor, type Person } from '../../src/access/viewer.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { ended, externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'

eachDatabase((open) => {
  describe('a project of an external user', function () {
    this.timeout(60_000)
    let at: Guests
    let dirk: Visitor

    before(async () => {
      at = await openGuests(open)
      await at.release('name', 'status', 'endDate')
      await at.letGroupRead(retrofit)
      await at.letGroupRead(pumpRoom)
      await at.letGroupRead(ended)
      await at.admit('dirk', retrofit, ended)
      await at.admit('siobhan', pumpRoom)
      await openAnother(at)
      dirk = await at.guest('dirk')
    })

    after(() => at.test.close())

    /** Seen in the list and opened; or neither, with the answer of a project that does not exist; or not even let in. */
    async function mayRead(visitor: Visitor, id: string): Promise<boolean> {
      const list = await visitor.open('/external/')
      list.is(200)
      if (list.path.startsWith('/external/sign-in')) return false
      const isListed = list.page(`a[href="/external/projects/${id}"]`).length > 0
      const answer = await visitor.peek(`/external/projects/${id}`)
      expect(answer.status).to.equal(isListed ? 200 : 404)
      if (!isListed)
        expect(without(answer.text)).to.equal(without((await visitor.peek('/external/projects/no-such-project')).text))
      return isListed
    }

    it('T01 T09 is in the list after he signed in, and no project of others is', async () => {
      expect(dirk.path).to.equal('/external/')
      dirk.is(200).sees('Your projects', 'Sanierung Haus A bis C').doesNotSee('Pump room renewal')
      expect(await mayRead(dirk, retrofit)).to.equal(true)
      expect(await mayRead(dirk, pumpRoom)).to.equal(false)
      expect(await mayRead(await at.guest('siobhan'), pumpRoom)).to.equal(true)
    })

    it('T01 needs the read right of the group External, or his own', async () => {
      await at.letGroupRead(retrofit, false)
      expect(await mayRead(dirk, retrofit)).to.equal(false)
      await grantRead(at, retrofit, (await externalUser(at.test, 'dirk'))!.id)
      expect(await mayRead(dirk, retrofit)).to.equal(true)
      await withdrawRights(at, retrofit)
      await grantRead(at, retrofit, (await externalUser(at.test, 'siobhan'))!.id)
      await grantRead(at, retrofit, 'external', { right: 'write' })
      await grantRead(at, retrofit, (await externalUser(at.test, 'dirk'))!.id, { effect: 'deny' })
      expect(await mayRead(dirk, retrofit)).to.equal(false)
      await withdrawRights(at, retrofit)
      await at.letGroupRead(retrofit)
      expect(await mayRead(dirk, retrofit)).to.equal(true)
    })

    it('T01 is no better than gone once it is in the recycle bin, or his contact is', async () => {
      const { host, crm } = at.test.embedded
      const by = { kind: 'staff', id: at.irena.id } as const
      for (const [module, id] of [
        ['Project', retrofit],
        ['Contact', 'dirk']
      ] as const) {
        await host.remove(module, id, by)
        expect(await mayRead(dirk, retrofit), module).to.equal(false)
        await crm.store.by(by).restore(module, id)
        expect(await mayRead(dirk, retrofit), module).to.equal(true)
      }
    })

    it('T01 is there while the module is on', async () => {
      await at.test.embedded.crm.settings.saveSwitches({ 'external-users': false })
      expect((await dirk.peek(`/external/projects/${retrofit}`)).status).to.equal(404)
      expect((await dirk.peek('/external/')).status).to.equal(404)
      await at.test.embedded.crm.settings.saveSwitches({ 'external-users': true })
      expect(await mayRead(dirk, retrofit)).to.equal(true)
    })

    it('T02 is closed after its end, whatever its start, status and progress; a later date brings it back', async () => {
      expect(await mayRead(dirk, ended)).to.equal(false)
      await at.change(ended, { status: 'Active', startDate: '2999-01-01', endDate: '2999-12-31' })
      expect(await mayRead(dirk, ended)).to.equal(true)
      await at.change(ended, { status: 'Cancelled', endDate: '2020-12-31', startDate: null })
      expect(await mayRead(dirk, ended)).to.equal(false)
      await at.change(ended, { endDate: null })
      expect(await mayRead(dirk, ended)).to.equal(true)
    })

    it('T02 closes at midnight in its own time zone', async () => {
      const timeZone = 'Pacific/Auckland'
      const now = at.test.embedded.portico.context.now()
      await at.change(retrofit, { timeZone, endDate: dayIn(timeZone, now) })
      at.test.wait(nextMidnight(timeZone, now) - now - 60_000)
      expect(await mayRead(await at.guest('dirk'), retrofit)).to.equal(true)
      at.test.wait(60_000)
      const late = await at.guest('dirk')
      expect(await mayRead(late, retrofit)).to.equal(false)
      await at.change(retrofit, { timeZone: 'Pacific/Pago_Pago' })
      expect(await mayRead(late, retrofit)).to.equal(true)
      await at.change(retrofit, { timeZone: 'Europe/Berlin', endDate: '2999-12-31' })
      dirk = late
    })

    it('T02 is the same for the database as for the calendar, wherever the project is', async () => {
      const projects = await worldwide(at)
      const door = records(await viewerFor(at.test.embedded.portico.context.kernel, await personOf(at, 'dirk')))
      const { records: seen } = await door.list('Project', { limit: 200, search: 'Worldwide' })
      const openOnes = projects.filter(
        (one) => one.endDate >= dayIn(one.timeZone, at.test.embedded.portico.context.now())
      )
      expect(seen.map(({ id }) => id).sort()).to.deep.equal(openOnes.map(({ id }) => id).sort())
      expect(openOnes.length).to.be.within(1, projects.length - 1)
    })

    it('T05 shows the released fields and no others, in the list and on its page', async () => {
      await dirk.open(`/external/projects/${retrofit}`)
      dirk
        .is(200)
        .sees('Sanierung Haus A bis C', 'Status', 'Active')
        .doesNotSee('Budget', '86,000', '86000', 'Wärmepumpen', 'Nordwind')
      await at.release('name', 'status', 'endDate', 'description')
      await dirk.open(`/external/projects/${retrofit}`)
      dirk.is(200).sees('Drei Häuser bekommen Wärmepumpen').doesNotSee('Budget')
      await at.release()
      await dirk.open(`/external/projects/${retrofit}`)
      dirk
        .is(200)
        .sees('Project without a name', 'Nothing about this project has been released yet')
        .doesNotSee('Sanierung', 'Active')
      await at.release('name', 'status', 'endDate')
      expect(await mayRead(dirk, retrofit)).to.equal(true)
    })

    it('T05 can only be read', async () => {
      const door = records(await viewerFor(at.test.embedded.portico.context.kernel, await personOf(at, 'dirk')))
      const { may, writable } = await door.find('Project', retrofit)
      expect([...may].sort()).to.deep.equal(['open', 'view'])
      expect([...writable]).to.deep.equal([])
      await refused(door.change('Project', retrofit, { name: 'Mine' }), 403)
      await refused(door.remove('Project', retrofit), 403)
      await refused(door.create('Project', { values: { name: 'Mine' } }), 404)
      await refused(door.feed('Project', retrofit), 403)
    })

    it('T05 is no way to other records', async () => {
      const door = records(await viewerFor(at.test.embedded.portico.context.kernel, await personOf(at, 'dirk')))
      const his = ['Project', 'Task', 'Call', 'Appointment', 'ProjectNote', 'Document']
      expect((await door.modules()).map(({ module }) => module.name)).to.deep.equal(his)
      for (const name of his.slice(1)) expect((await door.list(name)).records, name).to.deep.equal([])
      for (const link of ['account', 'contacts', 'tasks', 'documents'])
        await refused(door.related('Project', retrofit, link), 404)
      const asPortalUser = { ...(await personOf(at, 'dirk')), kind: 'portal-user' } as const
      const other = records(await viewerFor(at.test.embedded.portico.context.kernel, asPortalUser))
      expect(await other.modules()).to.deep.equal([])
    })

    it('A33 is asked for at this door alone', async () => {
      const stranger = await at.test.visitor().open(`/external/projects/${retrofit}`)
      expect(stranger.path).to.match(/^\/external\/sign-in/)
      await dirk.open(`/crm/Project/${retrofit}`)
      expect(dirk.path).to.match(/^\/crm\/sign-in/)
      await dirk.open(`/portico/admin/external-users/projects/${retrofit}`)
      expect(dirk.path).to.match(/^\/crm\/sign-in/)
    })
  })
})

/** One that stays open to Dirk, so that he is let in whatever becomes of the others. */
async function openAnother(at: Guests): Promise<void> {
  const values = { name: 'Another project', endDate: '2999-12-31' }
  const id = await at.test.embedded.host.save({ module: 'Project', values }, { kind: 'staff', id: at.irena.id })
  await at.letGroupRead(id)
  await at.admit('dirk', id)
}

/** Answers carry a token and a number of their own. */
function without(html: string): string {
  return html.replace(/name="(_csrf|to)" value="[^"]*"/g, '').replace(/[0-9a-f-]{36}/g, 'number')
}

async function grantRead(
  at: Guests,
  projectId: string,
  grantee: string,
  other: Record<string, string> = {}
): Promise<void> {
  const right = { module: 'Project', record_id: projectId, grantee, right: 'read', effect: 'allow', ...other }
  await at.test.embedded.db('portico_object_rights').insert(right)
}

async function withdrawRights(at: Guests, projectId: string): Promise<void> {
  await at.test.embedded.db('portico_object_rights').where({ module: 'Project', record_id: projectId }).delete()
}

async function refused(attempt: Promise<unknown>, status: number): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).to.have.property('status', status)
}

async function personOf(at: Guests, contactId: string): Promise<Person> {
  const { id, name, module, recordId, invitedBy } = (await externalUser(at.test, contactId))!
  const place = { locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
  return {
    kind: 'external-user',
    id,
    name,
    module,
    recordId,
    portalId: undefined,
    userTypeId: undefined,
    invitedBy,
    ...place
  }
}

function dayIn(timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit'
  }).formatToParts(at)
  const part = (type: string): string => parts.find((one) => one.type === type)!.value
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** The next moment of a new day there. */
function nextMidnight(timeZone: string, now: number): number {
  let [same, other] = [now, now + 86_400_000]
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2)
    if (dayIn(timeZone, middle) === dayIn(timeZone, now)) same = middle
    else other = middle
  }
  return other
}

interface Dated {
  readonly id: string
  readonly timeZone: string
  readonly endDate: string
}

/** Projects of Dirk's in zones far apart, which end on the days around today. */
async function worldwide(at: Guests): Promise<Dated[]> {
  const { id: personId } = (await externalUser(at.test, 'dirk'))!
  const zones = [
    'Pacific/Kiritimati',
    'Pacific/Auckland',
    'Asia/Kolkata',
    'Europe/Berlin',
    'UTC',
    'America/St_Johns',
    'America/Los_Angeles',
    'Etc/GMT+12'
  ]
  const made: Dated[] = []
  for (const timeZone of zones) for (const days of [-2, -1, 0, 1]) made.push(await datedProject(at, timeZone, days))
  for (const { id } of made) {
    await at.letGroupRead(id)
    const membership = { module: 'Project', record_id: id, person_id: personId }
    await at.test.embedded
      .db('portico_memberships')
      .insert({ ...membership, added_by: at.irena.id, added_at: '2026-01-01 00:00:00' })
  }
  return made
}

async function datedProject(at: Guests, timeZone: string, days: number): Promise<Dated> {
  const endDate = dayIn('UTC', at.test.embedded.portico.context.now() + days * 86_400_000)
  const values = { name: `Worldwide ${timeZone} ${days}`, timeZone, endDate }
  const id = await at.test.embedded.host.save({ module: 'Project', values }, { kind: 'staff', id: at.irena.id })
  return { id, timeZone, endDate }
}
