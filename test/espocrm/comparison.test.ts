/** What Portico reads from EspoCRM's database by SQL, against what EspoCRM itself says over REST. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { always, linked, oneOf } from '../../src/access/condition.js'
import type { Grant, ModulePolicy } from '../../src/access/grant.js'
import { createKernel } from '../../src/access/kernel.js'
import { records } from '../../src/access/records.js'
import { isMoney, isReference, type Value } from '../../src/access/record.js'
import { viewerFor, type Viewer } from '../../src/access/viewer.js'
import { dialectOf } from '../../src/db/dialect.js'
import type { Catalog, Field, Module } from '../../src/host/catalog.js'
import { sameList, sameRecord } from '../access/agreement.js'
import { Oracle } from '../access/oracle.js'
import { annaPerson } from '../access/world.js'
import { makeHostileRecords } from './hostile-records.js'
import { newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { generatorFor } from './policies.js'
import { makeProbe, probe } from './probe.js'
import { fetchWorld, referredName, restValue, type RestWorld } from './rest-world.js'
import { openInstallation, type Installation } from './service.js'
import type { Json } from './espo-client.js'

const seed = Number(process.env.PORTICO_FC_SEED ?? Math.floor(Math.random() * 2 ** 31))
const runs = Number(process.env.PORTICO_FC_RUNS ?? 300)

onEspocrm('what Portico reads of EspoCRM', (live) => {
  let installation: Installation
  let catalog: Catalog
  let world: RestWorld
  let made: Made
  let author: string
  let policy: readonly ModulePolicy[] = []

  before(async function () {
    this.timeout(300_000)
    await makeProbe(live().admin)
    made = new Made(live().admin)
    author = newRun()
    await makeHostileRecords(live().admin, made, author)
    installation = await openInstallation(live())
    await installation.definitions.refresh()
    catalog = await installation.host.catalog('en')
    world = await fetchWorld(live().admin, catalog)
    world = {
      ...world,
      rows: { ...world.rows, portico_authorship: await writeAuthorships(installation, world, author) }
    }
  })

  after(async function () {
    this.timeout(120_000)
    await installation?.db('portico_authorship').where({ author_id: author }).delete()
    await installation?.close()
    await made?.remove()
  })

  /** Somebody with just these rights. */
  const viewerWith = async (rights: readonly ModulePolicy[]): Promise<Viewer> => {
    policy = rights
    const { host } = installation
    const sources = async () => [async () => [...policy]]
    const kernel = createKernel({ host, dialect: dialectOf(host.db), secret: randomBytes(32), sources })
    return viewerFor(kernel, { ...annaPerson, id: author })
  }

  it('is not nothing: each kind of record that was made is there', () => {
    const count = (module: string): number => world.records.get(module)?.size ?? 0
    for (const module of ['Account', 'Contact', 'Case', 'Task', 'Opportunity', 'KnowledgeBaseArticle', probe])
      expect(count(module), module).to.be.greaterThan(3)
    expect(world.derived, 'links REST has no list for').to.deep.equal([])
  })

  it('is every value of every field of every record, as REST says it', async function () {
    this.timeout(120_000)
    const viewer = await viewerWith([...catalog.modules.values()].map(everythingOf))
    const differences: string[] = []
    let compared = 0
    for (const [module, record] of outsideRecords(catalog, world)) {
      const { values } = await records(viewer).find(module.name, record.id)
      const wrong = [...module.fields.values()].flatMap((field) => {
        const [ours, theirs] = [plain(values[field.name]), expected(catalog, world, { module, field, record })]
        const where = `${module.name}.${field.name} (${field.type}) of ${record.id}`
        return same(ours, theirs) ? [] : [`${where}: ${JSON.stringify(ours)} / ${JSON.stringify(theirs)}`]
      })
      compared += module.fields.size
      differences.push(...wrong)
    }
    console.log(`      ${compared} values compared`)
    expect(differences).to.deep.equal([])
  })

  it(`is the same records for generated policies (seed ${seed}, ${runs} policies over all modules)`, async function () {
    this.timeout(900_000)
    const generator = generatorFor(world, author)
    const modules = [...catalog.modules.keys()].flatMap((name) => {
      const count = world.records.get(name)?.size ?? 0
      return Array.from({ length: Math.min(count, 4) }, () => name)
    })
    const tally = { none: 0, some: 0, all: 0 }
    const asked = fc.constantFrom(...modules).chain((module) =>
      fc.record({
        module: fc.constant(module),
        rights: generator.policiesFor(module),
        query: generator.queryFor(module),
        ids: fc.array(generator.idOf(module), { minLength: 2, maxLength: 2 })
      })
    )
    const property = fc.asyncProperty(asked, async ({ module, rights, query, ids }) => {
      const viewer = await viewerWith(rights)
      const oracle = new Oracle(world.catalog, world.rows, rights, world.ranks)
      await sameList(viewer, oracle, module, { ...query, limit: 5 })
      for (const id of ids) await sameRecord(viewer, oracle, module, id)
      const { length } = oracle.list(module, {})!
      expect((await records(viewer).count(module)).count, `the count of ${module}`).to.equal(length)
      tally[length === 0 ? 'none' : length === world.records.get(module)!.size ? 'all' : 'some']++
    })
    await fc.assert(property, { seed, numRuns: runs })
    console.log(`      nothing ${tally.none}, some ${tally.some}, everything ${tally.all}`)
    expect(tally.some / runs, 'policies that tell records apart').to.be.greaterThan(0.4)
  })

  it('is compared sharply: one link fewer is noticed', async () => {
    const links = world.rows['Case contacts']!
    const [link] = links.filter(({ near }) =>
      leaves(catalog.modules.get('Case')!, world.records.get('Case')!.get(String(near))!)
    )
    const rights = [
      { ...everythingOf(catalog.modules.get('Case')!), grants: [grantOver(catalog, String(link!['far']))] }
    ]
    const blind = { ...world.rows, 'Case contacts': links.filter((one) => one !== link) }
    const viewer = await viewerWith(rights)
    const oracle = (rows: RestWorld['rows']): Oracle => new Oracle(world.catalog, rows, rights, world.ranks)
    await sameList(viewer, oracle(world.rows), 'Case', { limit: 5 })
    const disagreement = await sameList(viewer, oracle(blind), 'Case', { limit: 5 }).catch((error: unknown) => error)
    expect(disagreement).to.be.instanceOf(Error)
  })
})

/** Some records of each module are written by `author`, in Portico's own table. */
async function writeAuthorships(
  { db }: Installation,
  { records: all }: RestWorld,
  author: string
): Promise<{ module: string; record_id: string; author_id: string }[]> {
  const rows = [...all].flatMap(([module, known]) =>
    [...known.keys()].filter((_, index) => index % 3 === 1).map((id) => ({ module, record_id: id, author_id: author }))
  )
  for (const row of rows) await db('portico_authorship').insert({ ...row, at: '2026-01-01 00:00:00' })
  return rows
}

function everythingOf(module: Module): ModulePolicy {
  const fields = [...module.fields.keys()]
  const grant: Grant = {
    id: 'all',
    actions: ['view', 'open'],
    when: always,
    fields,
    reason: { key: 'access:reason.own' }
  }
  return { module: module.name, grants: [grant], restrictions: [] }
}

/** Cases of this contact, by name. */
function grantOver(catalog: Catalog, contactId: string): Grant {
  const [grant] = everythingOf(catalog.modules.get('Case')!).grants
  return { ...grant!, fields: ['name'], when: linked('contacts', oneOf('id', [contactId])) }
}

function outsideRecords(catalog: Catalog, world: RestWorld): [Module, Json][] {
  return [...catalog.modules.values()].flatMap((module) =>
    [...(world.records.get(module.name)?.values() ?? [])]
      .filter((record) => leaves(module, record))
      .map((record): [Module, Json] => [module, record])
  )
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Whether a record may be seen outside at all (E10). */
function leaves(module: Module, record: Json): boolean {
  return module.outside.every(({ column, is }) => {
    const value = record[column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())]
    return (typeof value === 'boolean' ? Number(value) : value) === is
  })
}

interface Cell {
  readonly module: Module
  readonly field: Field
  readonly record: Json
}

/** What REST says, in the form of `plain`. */
function expected(catalog: Catalog, { records: all }: RestWorld, { module, field, record }: Cell): unknown {
  const value = restValue(module, field, record)
  switch (field.type) {
    case 'files':
      return filesIn(record, field.name)
    case 'options':
      return value ?? null
    case 'money':
      return typeof value === 'number' ? { amount: value, currency: record[`${field.name}Currency`] } : null
    case 'reference': {
      const link = module.links.get(field.link!)!
      if (typeof value !== 'string') return null
      const target = all.get(link.to)?.get(value)
      const title = referredName(link, record)
      const isShown = link.to === 'User' ? title !== null : target && leaves(catalog.modules.get(link.to)!, target)
      return isShown ? { id: value, title } : { id: '', title: undefined }
    }
    default:
      return value ?? null
  }
}

/** Ids, of one file or of many. */
function filesIn(record: Json, field: string): unknown {
  const one = record[`${field}Id`]
  if (one !== undefined) return one === null ? [] : [one]
  return [...((record[`${field}Ids`] ?? []) as string[])].sort()
}

/** A value as the kernel gives it, without what REST doesn't say. */
function plain(value: Value | undefined): unknown {
  if (value === undefined) return 'not shown'
  if (isMoney(value)) return { amount: value.amount, currency: value.currency }
  if (isReference(value)) return { id: value.id, title: value.title }
  if (Array.isArray(value) && value.some((one) => typeof one === 'object')) {
    return (value as readonly { id: string }[]).map(({ id }) => id).sort()
  }
  return value
}
