/** Random towns of projects, folders, rights and people: kernel and oracle must agree on each (T01, T02, T06–T08). */
import { expect } from 'chai'
import fc from 'fast-check'
import { eachDatabase } from '../support/databases.js'
import { mutants } from './mutants.js'
import { Oracle, Town, group, nothing, type Answer, type Guest, type Said, type Thing } from './oracle.js'
import { openGuestHost, type EmbeddedGuestHost } from './table-embedded.js'
import { listed, ours, put, shownIn, sorts, viewerOf } from './table-world.js'
import { holderKinds, kinds, type Kind } from './table.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: Number(process.env.PORTICO_FC_RUNS ?? 40), mysql: Number(process.env.PORTICO_FC_RUNS ?? 12) }

/** These take trees that dice seldom make; the table has them. */
const rare = ['folders above the project must be readable, too', 'a folder without a project interrupts the chain']

interface Drawn {
  readonly things: readonly Thing[]
  readonly guests: readonly Guest[]
}

interface Asked extends Drawn {
  readonly guest: Guest
  readonly thing: Thing
  readonly answer: Answer
}

eachDatabase((open, engine) => {
  describe('generated projects of external users', function () {
    this.timeout(300_000)
    let host: EmbeddedGuestHost
    const asked: Asked[] = []

    before(async () => (host = await openGuestHost(open)))
    after(() => host.close())

    it(`T01 T02 T06 T07 T08 are seen, opened, changed and deleted as the oracle says (seed ${seed})`, async () => {
      const property = fc.asyncProperty(towns(host.now), async (drawn) => {
        await put(host, drawn.things, drawn.guests)
        const oracle = new Oracle(new Town(drawn.things), host.now, shownIn(host))
        for (const guest of drawn.guests)
          for (const [thing, answer] of await answers(host, drawn, guest)) {
            asked.push({ ...drawn, guest, thing, answer })
            expect(answer, `${guest.id} and ${thing.sort} ${thing.id}`).to.deep.equal(oracle.answer(guest, thing))
          }
      })
      await fc.assert(property, { seed, numRuns: runs[engine] })
    })

    if (engine === 'mysql') return

    it('T06 asks enough: thousands of questions, and each sort is seen sometimes, and sometimes not', () => {
      expect(asked.length).to.be.greaterThan(runs[engine] * 60)
      for (const sort of sorts) {
        const seen = asked.filter(({ thing }) => thing.sort === sort).map(({ answer }) => answer.seen)
        expect([...new Set(seen)], sort).to.have.length(2)
      }
    })

    it('T06 would notice an oracle that is wrong', () => {
      const common = Object.entries(mutants).filter(([name]) => !rare.includes(name))
      expect(common.filter(([, Mutant]) => !isNoticed(host, asked, Mutant)).map(([name]) => name)).to.deep.equal([])
      expect(common.length).to.equal(Object.keys(mutants).length - rare.length)
    })
  })
})

async function answers(host: EmbeddedGuestHost, { things }: Drawn, guest: Guest): Promise<[Thing, Answer][]> {
  const viewer = await viewerOf(host, guest)
  const found: [Thing, Answer][] = []
  for (const sort of sorts) {
    const list = await listed(host, viewer, sort)
    const those = things.filter((thing) => thing.sort === sort)
    found.push(...those.map((thing): [Thing, Answer] => [thing, list.get(thing.id) ?? nothing]))
  }
  return found
}

function isNoticed(host: EmbeddedGuestHost, asked: readonly Asked[], Mutant: typeof Oracle): boolean {
  const wrong = new Map<readonly Thing[], Oracle>()
  return asked.some(({ things, guest, thing, answer }) => {
    const oracle = wrong.get(things) ?? new Mutant(new Town(things), host.now, shownIn(host))
    wrong.set(things, oracle)
    return JSON.stringify(oracle.answer(guest, thing)) !== JSON.stringify(answer)
  })
}

// --- drawing ---

const people = ['one', 'two', 'three'].map((name) => `${ours}-${name}`)
const ids = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${ours}-${letter}${String(index)}`)
const projectIds = ids('p', 4)
const folderIds = ids('f', 7)
const zones = ['Europe/Berlin', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata', 'UTC']

/** More is allowed than denied, or nobody would see much. */
const said: fc.Arbitrary<Said> = fc.record({
  grantee: fc.constantFrom(group, group, ...people),
  right: fc.constantFrom('read', 'read', 'write', 'delete'),
  effect: fc.constantFrom('allow', 'allow', 'allow', 'deny')
})

/** One word at most for a grantee and a right. */
const rights = fc
  .uniqueArray(said, { maxLength: 6, selector: ({ grantee, right }) => `${grantee} ${right}` })
  .map((some): Said[] => some)

const readable: fc.Arbitrary<Said[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Said[]>([{ grantee: group, right: 'read', effect: 'allow' }]) },
  { weight: 2, arbitrary: rights }
)

const guests: fc.Arbitrary<Guest[]> = fc.tuple(...people.map((id) => guestCalled(id)))

function guestCalled(id: string): fc.Arbitrary<Guest> {
  return fc.record({
    id: fc.constant(id),
    yes: fc.subarray([...kinds]).map((some): ReadonlySet<Kind> => new Set(some)),
    memberOf: fc.subarray(projectIds, { minLength: 1 }).map((some): ReadonlySet<string> => new Set(some))
  })
}

function towns(now: number): fc.Arbitrary<Drawn> {
  const things = fc.tuple(
    fc.tuple(...projectIds.map((id) => projectCalled(id, now))),
    fc.tuple(...folderIds.map(folderCalled)),
    fc.tuple(
      ...kinds.flatMap((kind) => ids(`${kind.slice(0, 2)}${kind.length}`, 4).map((id) => thingCalled(kind, id)))
    ),
    fc.tuple(...ids('d', 14).map((id) => documentCalled(id)))
  )
  return fc.record({ things: things.map((some): Thing[] => some.flat()), guests })
}

const isRemoved = fc.constantFrom(true, ...Array.from({ length: 9 }, () => false))

/** Around today: yesterday, today and tomorrow are not the same everywhere. */
function projectCalled(id: string, now: number): fc.Arbitrary<Thing> {
  const days = fc.constantFrom(-2, -1, 0, 1, 9, 9, 9)
  const endsOn = days.map((some) => new Date(now + some * 86_400_000).toISOString().slice(0, 10))
  return fc
    .record({ isRemoved, endsOn: fc.option(endsOn, { nil: '' }), zone: fc.constantFrom(...zones), rights: readable })
    .map(({ endsOn: end, ...rest }) => ({
      ...{ sort: 'projects', id, projects: [], responsible: [] },
      ...rest,
      ...(end !== '' && { endsOn: end })
    }))
}

/** In any folder, itself too. */
function folderCalled(id: string): fc.Arbitrary<Thing> {
  return fc
    .record({
      isRemoved,
      projects: fc.subarray(projectIds, { maxLength: 1 }),
      folder: fc.option(fc.constantFrom(...folderIds), { nil: '' }),
      rights: readable
    })
    .map(({ folder, ...rest }) => ({
      ...{ sort: 'folders', id, responsible: [] },
      ...rest,
      ...(folder !== '' && { folder })
    }))
}

function thingCalled(kind: Kind, id: string): fc.Arbitrary<Thing> {
  return fc.record({
    sort: fc.constant(kind),
    id: fc.constant(id),
    isRemoved,
    projects: fc.subarray(projectIds, { maxLength: kind === 'members' ? 3 : 1 }),
    responsible: fc.subarray(people),
    rights: fc.oneof(readable, rights)
  })
}

function documentCalled(id: string): fc.Arbitrary<Thing> {
  const holder = fc
    .constantFrom(...holderKinds)
    .chain((kind) => fc.constantFrom(...ids(`${kind.slice(0, 2)}${kind.length}`, 4)).map((one) => ({ kind, id: one })))
  return fc
    .record({
      isRemoved,
      projects: fc.subarray(projectIds, { maxLength: 1 }),
      folder: fc.option(fc.constantFrom(...folderIds), { nil: '' }),
      holder: fc.option(holder, { nil: undefined }),
      rights: fc.oneof(readable, rights)
    })
    .map(({ folder, holder: held, ...rest }) => ({
      ...{ sort: 'documents', id, responsible: [] },
      ...rest,
      ...(folder !== '' && { folder }),
      ...(held && { holder: held })
    }))
}
