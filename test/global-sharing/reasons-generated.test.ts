/** Generated models: what is said about a record, person by person, is what the kernel lets them do. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Knex } from 'knex'
import { always, type Condition } from '../../src/access/condition.js'
import { insideCount, insideRecord } from '../../src/access/inside.js'
import type { Kernel } from '../../src/access/kernel.js'
import { dialectOf } from '../../src/db/dialect.js'
import { organizationOf, type Organization } from '../../src/global-sharing/organization.js'
import { judgeOf, recordActions, type Judgement } from '../../src/global-sharing/reasons.js'
import { everyPart } from '../../src/global-sharing/admin/reasons-in-detail.js'
import { whyNotTexts, whyTexts, wordsFor } from '../../src/global-sharing/admin/reasons-in-words.js'
import { recordFacts } from '../../src/global-sharing/reasons-record.js'
import { narrowing } from '../../src/global-sharing/scope.js'
import { tallyOf } from '../../src/global-sharing/tallies.js'
import { translator } from '../../src/web/locale.js'
import { catalog } from '../access/world-catalog.js'
import { eachDatabase } from '../support/databases.js'
import { asked, people, thingsOf, type Asked } from './models.js'
import { storeThings, type Thing, type Things } from './things.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: Number(process.env.PORTICO_FC_RUNS ?? 120), mysql: Number(process.env.PORTICO_FC_RUNS ?? 30) }
const recordsPerModel = 4
const t = translator('en')
const everyKind = ['default', 'editAll', 'follows', 'group', 'hanging', 'owner', 'rule', 'superior', 'viewAll']

describe('generated reasons (S11, X01)', () => {
  eachDatabase((open, engine) => {
    const things = thingsOf(seed).filter(({ module }) => module !== 'QuoteItem')
    let kernel: Kernel
    let db: Knex

    before(async function () {
      this.timeout(60_000)
      ;({ db } = await open())
      await storeThings(db, thingsOf(seed))
      kernel = { db, dialect: dialectOf(db), host: { catalog: () => Promise.resolve(catalog) } } as unknown as Kernel
    })

    it(`S11 X01 say what the kernel says (seed ${seed}, ${runs[engine]} models)`, async function () {
      this.timeout(120_000)
      const kinds = new Set<string>()
      const answers = { may: 0, mayNot: 0 }
      const property = fc.asyncProperty(asked, fc.nat(), async (one, at) => {
        const organization = organizationOf(one.model)
        for (const thing of someOf(things, at)) {
          const facts = await recordFacts(kernel, catalog, organization, thing)
          expect(facts === undefined).to.equal(thing.removed)
          if (!facts) continue
          const judge = judgeOf(organization, facts)
          const said = one.people.map((id) => judge({ id, isAdministrator: false }))
          const found = said.flatMap(({ may }) => recordActions.map((action) => may[action]))
          expect(found, thing.id).to.deep.equal(await kernelSays(organization, one, thing))
          said.flatMap(({ reasons }) => reasons).forEach(({ kind }) => kinds.add(kind))
          for (const may of found) answers[may ? 'may' : 'mayNot']++
        }
      })
      const tryMore = (part: number): Promise<void> =>
        fc.assert(property, { seed: seed + part, numRuns: runs[engine], endOnFailure: true })
      await tryMore(0)
      if (runs[engine] < 100) return
      // Some reasons are rare: they are looked for until each was there.
      for (let part = 1; part < 10 && kinds.size < everyKind.length; part++) await tryMore(part)
      expect([...kinds].toSorted()).to.include.members(everyKind)
      expect(Math.min(answers.may, answers.mayNot)).to.be.greaterThan(runs[engine])
    })

    it('S11 have a sentence for everything, and for everybody at least one', async () => {
      for (const [index, one] of fc.sample(asked, { seed, numRuns: engine === 'sqlite' ? 30 : 5 }).entries()) {
        const organization = organizationOf(one.model)
        const words = wordsFor(t, catalog, organization, { people: people.map(personCalled), groups: [] })
        for (const thing of someOf(things, index)) {
          const facts = await recordFacts(kernel, catalog, organization, thing)
          if (!facts) continue
          for (const person of one.people.map(personCalled)) {
            const judgement = judgeOf(organization, facts)(person)
            const texts = judgement.may.view
              ? whyTexts(words, facts, person, judgement)
              : whyNotTexts(words, facts, person)
            const parts = everyPart(words, facts, person)
            mustBeSentences([...texts, ...parts.map(({ sentence }) => sentence)])
            expect(holding(parts), `${person.id} ${thing.id}`).to.equal(isOpened(judgement))
          }
        }
      }
    })

    it('S11 counts are of what the kernel shows, and end at their cap', async () => {
      for (const { model, people: some } of fc.sample(asked, { seed, numRuns: 8 })) {
        const organization = organizationOf(model)
        const staff = { id: some[0]!, isAdministrator: false }
        const compiler = { catalog, dialect: kernel.dialect }
        const tally = await tallyOf(
          { kernel, compiler, until: Infinity, known: new Map() },
          organization,
          staff,
          'Case'
        )
        const when = narrowing(organization, compiler, { module: 'Case', action: 'view', staff }) ?? always
        const cases = things.filter(({ module, removed }) => module === 'Case' && !removed)
        const seen = await Promise.all(cases.map(({ id }) => insideRecord(kernel, 'Case', id, [when])))
        expect(tally!.view).to.deep.equal({ count: seen.filter((one) => one!.holds[0]).length, capped: false })
      }
      expect(await insideCount(kernel, 'Case', always, 3)).to.deep.equal({ count: 3, capped: true })
    })

    /** People times actions. */
    async function kernelSays(
      organization: Organization,
      one: Asked,
      { module, id }: Thing
    ): Promise<readonly boolean[]> {
      const compiler = { catalog, dialect: kernel.dialect }
      const conditions = one.people.flatMap((person) =>
        recordActions.map((action): Condition => {
          const staff = { id: person, isAdministrator: false }
          return narrowing(organization, compiler, { module, action, staff }) ?? always
        })
      )
      return (await insideRecord(kernel, module, id, conditions))!.holds
    }
  })
})

function someOf(things: Things, at: number): Things {
  return Array.from({ length: recordsPerModel }, (_, step) => things[(at + step * 23) % things.length]!)
}

function personCalled(id: string): {
  id: string
  userName: string
  name: string
  isActive: true
  isAdministrator: false
} {
  return { id, userName: id, name: id.toUpperCase(), isActive: true, isAdministrator: false }
}

function mustBeSentences(texts: readonly string[]): void {
  expect(texts).not.to.have.length(0)
  expect(texts.join(' ')).not.to.match(/\{\{|answers:|undefined/)
}

/** The profile lets him in, and one of the parts opens it: the profile comes first. */
function holding([profile, ...others]: ReturnType<typeof everyPart>): boolean {
  return profile!.holds && others.some(({ holds }) => holds)
}

/** Whatever his profile leaves of it. */
function isOpened({ reasons }: Judgement): boolean {
  return reasons.length > 0
}
