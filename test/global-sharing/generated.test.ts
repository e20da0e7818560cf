/** Generated models: what sharing asks of the database, and to whom it lets records be given, is what the oracle says. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Knex } from 'knex'
import { predicate, type Compiler } from '../../src/access/compile.js'
import { always, type Condition } from '../../src/access/condition.js'
import { join, raw, rowsOf, sql } from '../../src/access/fragment.js'
import { dialectOf } from '../../src/db/dialect.js'
import { organizationOf } from '../../src/global-sharing/organization.js'
import { assignable, narrowing } from '../../src/global-sharing/scope.js'
import { moduleOf } from '../../src/host/catalog.js'
import { catalog } from '../access/world-catalog.js'
import { eachDatabase } from '../support/databases.js'
import { asked, modules, people, relatedWithoutParent, thingsOf, type Asked } from './models.js'
import { SharingOracle, type Deed } from './oracle.js'
import { linksOf, storeThings, type Things } from './things.js'
import { wrongOracles } from './wrong-oracles.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = { sqlite: Number(process.env.PORTICO_FC_RUNS ?? 100), mysql: Number(process.env.PORTICO_FC_RUNS ?? 40) }
const deeds: readonly Deed[] = ['view', 'edit', 'delete']

/** What the database said of one person and one module. */
interface Answer {
  readonly asked: Asked
  readonly person: string
  readonly module: string
  /** Ids by deed. */
  readonly may: Readonly<Record<Deed, ReadonlySet<string>>>
}

describe('generated sharing models (S01–S07)', () => {
  eachDatabase((open, engine) => {
    const things = thingsOf(seed)
    const answers: Answer[] = []
    let db: Knex

    before(async function () {
      this.timeout(60_000)
      ;({ db } = await open())
      await storeThings(db, things)
    })

    it(`S01 S02 S03 S04 S05 S06 S07 say what the oracle says (seed ${seed}, ${runs[engine]} models)`, async function () {
      this.timeout(600_000)
      const property = fc.asyncProperty(asked, async (one) => {
        for (const answer of await answersOf(db, one)) {
          mustAgree(new SharingOracle(one.model, things), answer, things)
          answers.push(answer)
        }
        sameOwners(db, one, new SharingOracle(one.model, things))
      })
      await fc.assert(property, { seed, numRuns: runs[engine], examples: [[relatedWithoutParent]] })
      expect(answers.length).to.be.greaterThan(runs[engine] * modules.length * 3)
    })

    it('are of no class that always lets do all, or always nothing', function () {
      if (runs[engine] < 40) this.skip()
      const classes = new Map<string, { times: number; some: number }>()
      for (const answer of answers) tally(classes, answer, things)
      expect([...classes.keys()]).to.include.members(everyClass)
      const dull = [...classes].filter(([, { some, times }]) => times >= 15 && some / times < 0.05)
      expect(dull).to.deep.equal([])
    })

    const faults = engine === 'sqlite' ? Object.entries(wrongOracles) : []
    for (const [fault, wrongOracle] of faults)
      it(`would be noticed if ${fault}`, function () {
        if (runs[engine] < 100) this.skip()
        const isNoticed = answers.some(
          (answer) => differences(new wrongOracle(answer.asked.model, things), answer, things).length > 0
        )
        expect(isNoticed).to.equal(true)
      })
  })
})

async function answersOf(db: Knex, one: Asked): Promise<Answer[]> {
  const organization = organizationOf(one.model)
  const compiler = compilerOn(db)
  const found: Answer[] = []
  for (const person of one.people)
    for (const module of modules) {
      const staff = { id: person, isAdministrator: false }
      const scopes = deeds.map((action) => narrowing(organization, compiler, { module, action, staff }) ?? always)
      found.push({ asked: one, person, module, may: await allowed(db, compiler, module, scopes) })
    }
  return found
}

/** All deeds and all records of a module in one statement. */
async function allowed(
  db: Knex,
  compiler: Compiler,
  name: string,
  scopes: readonly Condition[]
): Promise<Answer['may']> {
  const module = moduleOf(catalog, name)
  const flags = scopes.map(
    (scope, index) =>
      sql`case when ${predicate(compiler, module, 'r', scope)} then 1 else 0 end as ${raw(deeds[index]!)}_`
  )
  const rowByRow = scopes.map(
    (scope, index) =>
      sql`case when ${predicate({ ...compiler, isRowByRow: true }, module, 'r', scope)} then 1 else 0 end as ${raw(deeds[index]!)}_row`
  )
  const from = raw(`${compiler.dialect.quote(module.table)} r`)
  const rows = await rowsOf(db, sql`select r.id as id, ${join([...flags, ...rowByRow], ', ')} from ${from}`)
  for (const row of rows) for (const deed of deeds) expect(row[`${deed}_row`], 'row by row').to.equal(row[`${deed}_`])
  const ids = (deed: Deed): ReadonlySet<string> =>
    new Set(rows.filter((row) => Number(row[`${deed}_`]) === 1).map((row) => String(row['id'])))
  return { view: ids('view'), edit: ids('edit'), delete: ids('delete') }
}

function mustAgree(oracle: SharingOracle, answer: Answer, things: Things): void {
  expect(differences(oracle, answer, things), `${answer.person} ${answer.module}`).to.deep.equal([])
}

function differences(oracle: SharingOracle, { person, module, may }: Answer, things: Things): string[] {
  return things
    .filter((thing) => thing.module === module)
    .flatMap((thing) =>
      deeds.flatMap((deed) => {
        const [said, is] = [may[deed].has(thing.id), oracle.may(person, deed, thing)]
        return said === is ? [] : [`${deed} ${thing.id}: ${said ? 'let' : 'refused'}`]
      })
    )
}

/** S07, and creating, which no record tells of. */
function sameOwners(db: Knex, { model, people: some }: Asked, oracle: SharingOracle): void {
  const organization = organizationOf(model)
  for (const id of some)
    for (const module of modules) {
      const owners = assignable(organization, { id, isAdministrator: false }, module)
      const expected = oracle.mayAssign(id, module, [...new Set([...people, ...some])])
      const found = owners && { people: [...owners.people].sort(), groups: [...owners.groups].sort() }
      expect(found, `${id} ${module}`).to.deep.equal(
        expected && { people: expected.people.sort(), groups: [...new Set(expected.groups)].sort() }
      )
      const ask = { module, action: 'create', staff: { id, isAdministrator: false } } as const
      const mayCreate = narrowing(organization, compilerOn(db), ask)?.kind !== 'never'
      expect(mayCreate, `${id} creates ${module}`).to.equal(oracle.mayCreate(id, module))
    }
}

function compilerOn(db: Knex): Compiler {
  return { catalog, dialect: dialectOf(db) }
}

const everyClass = [
  ...deeds.map((deed) => `${deed} private`),
  'edit public-read',
  'delete public-edit',
  'with a rule',
  'with criteria',
  'with related modules',
  'following',
  'line items',
  'a person without a role',
  'a member of a group'
]

function tally(classes: Map<string, { times: number; some: number }>, answer: Answer, things: Things): void {
  const all = things.filter(({ module }) => module === answer.module)
  for (const deed of deeds) {
    const isSome = answer.may[deed].size > 0 && answer.may[deed].size < all.length
    for (const name of classesOf(answer, deed)) {
      const counts = classes.get(name) ?? { times: 0, some: 0 }
      classes.set(name, { times: counts.times + 1, some: counts.some + Number(isSome) })
    }
  }
}

/** There is nothing to decide but whether the profile lets him. */
const openFor: Readonly<Record<Deed, readonly string[]>> = {
  view: ['public-read', 'public-edit', 'public-delete'],
  edit: ['public-edit', 'public-delete'],
  delete: ['public-delete']
}

function classesOf({ asked: { model }, person, module }: Answer, deed: Deed): string[] {
  const { level = 'private', follows } = model.defaults[module] ?? {}
  const { isIn, groupsOf, roleOf } = organizationOf(model)
  const rules = Object.values(model.rules).filter((rule) => rule.module === module && isIn(person, rule.to))
  return [
    ...(openFor[deed].includes(level) ? [] : [`${deed} ${level}`]),
    ...(rules.length > 0 ? ['with a rule'] : []),
    ...(rules.some(({ criteria }) => criteria.length > 0) ? ['with criteria'] : []),
    ...(Object.values(model.rules).some(({ related }) => related.some((one) => one.module === module))
      ? ['with related modules']
      : []),
    ...(follows !== undefined && follows in linksOf[module]! ? ['following'] : []),
    ...(module === 'QuoteItem' ? ['line items'] : []),
    ...(roleOf(person) === undefined ? ['a person without a role'] : []),
    ...(groupsOf(person).size > 0 ? ['a member of a group'] : [])
  ]
}
