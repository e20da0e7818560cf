/** A sample of the table over HTTP: tabs, pages and forms answer as the oracle does (T06–T09, A01, A02). */
import { expect } from 'chai'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { openGuests, retrofit, type Guests } from './guests.js'
import { group, Oracle, Town, type Guest, type Thing } from './oracle.js'
import { plain, projectId, rightsFor, type Saying } from './situations.js'
import { guestHostOf, type EmbeddedGuestHost } from './table-embedded.js'
import { ours, put, shownIn } from './table-world.js'
import { activityKinds, kinds, lineOf, type Kind } from './table.js'

onSqlite('the table of modules on the pages of external users', (open) => {
  let at: Guests
  let host: EmbeddedGuestHost
  let oracle: Oracle
  let things: readonly Thing[]
  const guests: { guest: Guest; visitor: Visitor }[] = []

  before(async function () {
    this.timeout(60_000)
    at = await openGuests(open)
    host = await guestHostOf(at.test)
    await at.letGroupRead(retrofit)
    const ids = new Map<string, string>()
    for (const contact of ['dirk', 'siobhan']) ids.set(contact, (await at.admit(contact, retrofit)).id)
    things = thingsFor([...ids.values()])
    const memberOf = new Set(['open', 'ended'].map(projectId))
    const people = [...ids].map(([contact, id]): Guest => ({
      ...{ id, memberOf },
      yes: new Set(contact === 'dirk' ? kinds : [])
    }))
    await put(host, things, people)
    oracle = new Oracle(new Town(things), host.now, shownIn(host))
    for (const [index, contact] of [...ids.keys()].entries())
      guests.push({ guest: people[index]!, visitor: await at.guest(contact) })
  })

  after(() => at.test.close())

  const of = (kind: Kind): readonly Thing[] => things.filter(({ sort }) => sort === kind)

  for (const kind of kinds.filter((one) => one !== 'documents'))
    it(`T06 T09 the tab of ${kind} (${lineOf(kind).german}) shows what the oracle says, and no more`, async () => {
      for (const { guest, visitor } of guests) {
        const answer = await visitor.peek(`/external/projects/${ours}-open/${kind}`)
        const isThere = guest.yes.has(kind) || activityKinds.includes(kind)
        expect(answer.status, `${guest.id}`).to.equal(isThere ? 200 : 404)
        for (const thing of of(kind)) {
          const { seen } = oracle.answer(guest, thing)
          const isHere = thing.projects.includes(`${ours}-open`)
          expect(answer.text.includes(`Name of ${thing.id}<`), `${thing.id}`).to.equal(isThere && seen && isHere)
        }
      }
    })

  it('T06 A01 a record is opened by its address where the oracle says so; a header by none, whatever the address', async function () {
    this.timeout(60_000)
    for (const { guest, visitor } of guests) {
      const counts = { opened: 0, missing: 0 }
      for (const [thing, address] of kinds
        .flatMap(of)
        .flatMap((one) => addressesOf(one).map((to) => [one, to] as const))) {
        const { opened } = oracle.answer(guest, thing)
        const { status } = await visitor.peek(address)
        expect(status, `${address} of ${JSON.stringify(thing)}`).to.equal(opened ? 200 : 404)
        counts[opened ? 'opened' : 'missing'] += 1
      }
      expect(counts.opened).to.be.greaterThan(5)
      expect(counts.missing).to.be.greaterThan(10)
    }
  })

  it('T06 T07 A02 the form of an activity, and what is sent without it, are for those who may change it', async function () {
    this.timeout(60_000)
    for (const { guest, visitor } of guests)
      for (const thing of activityKinds.flatMap(of)) {
        const { opened, edited, deleted } = oracle.answer(guest, thing)
        const here = `/external/${thing.sort}/${thing.id}`
        const refused = opened ? 403 : 404
        expect((await visitor.peek(`${here}/edit`)).status, here).to.equal(edited ? 200 : refused)
        expect((await visitor.peek(`${here}/removal`)).status, here).to.equal(deleted ? 200 : refused)
        if (!edited) expect((await visitor.forge(here, { subject: 'Mine' })).status, `${here} sent`).to.equal(refused)
      }
  })

  it('T06 A05 A14 what is typed for a link is refused, in a new one and in his own', async () => {
    const { visitor } = guests[0]!
    for (const kind of activityKinds) {
      await visitor.open(`/external/${kind}/new`)
      for (const link of ['project', 'parentId', 'parentType', 'assignedUser'])
        expect((await visitor.forge(`/external/${kind}`, { subject: 'Mine', [link]: `${ours}-open` })).status).to.equal(
          422
        )
    }
  })
})

const sayings: readonly Saying[] = ['none', 'denyRead', 'everything']

/** Of each kind: all that may be said of one in his project, and a readable one elsewhere. */
function thingsFor(people: readonly string[]): Thing[] {
  const projects = ['open', 'ended', 'foreign'].map((name): Thing => ({
    ...plain('projects', projectId(name)),
    zone: 'UTC',
    ...(name === 'ended' && { endsOn: '2020-01-01' }),
    rights: rightsFor('read', [group])
  }))
  return [...projects, ...kinds.flatMap((kind) => thingsOf(kind, people))]
}

function thingsOf(kind: Kind, people: readonly string[]): Thing[] {
  const make = (saying: Saying, isHis: boolean, place: string): Thing => ({
    ...plain(kind, `${ours}-${kind}-${saying}-${place}${isHis ? '-his' : ''}`),
    projects: place === 'none' ? [] : [projectId(place)],
    responsible: isHis ? people : [],
    rights: rightsFor(saying, [group])
  })
  const isActivity = activityKinds.includes(kind)
  return (isActivity ? [true, false] : [false]).flatMap((isHis) => [
    ...sayings.map((saying) => make(saying, isHis, 'open')),
    ...['ended', 'foreign', 'none'].map((place) => make('everything', isHis, place))
  ])
}

/** Where somebody would look for it; of what nobody opens more than there is. */
function addressesOf({ sort, id }: Thing): string[] {
  if (sort === 'emails') return [`/external/projects/${ours}-open/emails/${id}`]
  if (sort === 'documents' || activityKinds.includes(sort as Kind)) return [`/external/${sort}/${id}`]
  return [`/external/${sort}/${id}`, `/external/projects/${ours}-open/${sort}/${id}`]
}
