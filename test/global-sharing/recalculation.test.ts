import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import type { Context } from '../../src/context.js'
import { openDatabase } from '../../src/db/open-database.js'
import { NotFound } from '../../src/errors.js'
import { purgeSharing } from '../../src/global-sharing/applied-models.js'
import { compiledFrom } from '../../src/global-sharing/compiled.js'
import { draft, stage } from '../../src/global-sharing/draft.js'
import { inForce } from '../../src/global-sharing/in-force.js'
import { modelFrom, type Model } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'
import { reachOf } from '../../src/global-sharing/reach.js'
import { workOnRuns } from '../../src/global-sharing/recalculation.js'
import { orderRun, runById, takeNext } from '../../src/global-sharing/runs.js'
import type { Staff } from '../../src/host/host.js'
import { openApp, type TestApp } from '../support/app.js'
import { bundled } from '../support/bundle.js'
import { eachDatabase, type Engine } from '../support/databases.js'
import { setModel } from '../support/sharing.js'
import { moments, type Moment } from './recalculation-moments.js'

const people = 150
/** Several hundred altogether; while one file is locked, reading waits. */
const fewestLooks: Readonly<Record<Engine, number>> = { sqlite: 100, mysql: 300 }
/** Longer than a process is believed to be alive that says nothing. */
const afterLease = 60_000
/** Longer than anybody reads by a version that is no longer in force. */
const afterReading = 660_000

/** Twelve roles under a top; the even ones below the first of them, or below the second, which moves some hundred rows. */
function company(model: Model, head: 'r1' | 'r2'): Model {
  const ids = Array.from({ length: 12 }, (_, index) => `r${index + 1}`)
  const parentOf = (id: string): string => (Number(id.slice(1)) <= 2 ? 'top' : head)
  const roles = Object.fromEntries(
    ids.map((id) => [id, { name: id, parent: parentOf(id), profiles: ['standard'] }] as const)
  )
  const top = { name: 'Top', parent: null, profiles: ['standard'] }
  const staff = Array.from({ length: people }, (_, index) => [`s${index}`, ids[index % ids.length]!] as const)
  const level = head === 'r1' ? 'private' : 'public-read'
  return {
    ...model,
    defaults: { ...model.defaults, Lead: { level } },
    roles: { top, ...roles },
    people: Object.fromEntries(staff)
  }
}

interface ModelRow {
  readonly version: number
  readonly model: string
  readonly compiled: string
}
interface ReachRow {
  readonly set_key: string
  readonly staff_id: string
  readonly since: number
  readonly until: number | null
}

/** What somebody who reads by the version in force is told, all of it. */
async function truth(db: Knex): Promise<{ version: number; whole: boolean }> {
  const row = await db<ModelRow>('portico_sharing as s')
    .join('portico_sharing_models as m', 'm.version', 's.version')
    .where({ 's.id': 'in-force' })
    .first<ModelRow>('m.version', 'm.model', 'm.compiled')
  const rows = await db<ReachRow>('portico_reach')
    .select('set_key', 'staff_id')
    .where('since', '<=', row.version)
    .andWhere((either) => either.whereNull('until').orWhere('until', '>', row.version))
  const wanted = wantedOf(row.model)
  const reach = rows.map((one) => `${one.set_key} ${one.staff_id}`).sort()
  return {
    version: Number(row.version),
    whole: row.compiled === wanted.compiled && reach.join() === wanted.reach
  }
}

interface Wanted {
  readonly compiled: string
  readonly reach: string
}
/** By the model's text: the reader has to look often. */
const wantedBefore = new Map<string, Wanted>()

/** What has to stand beside a model. */
function wantedOf(text: string): Wanted {
  const known = wantedBefore.get(text)
  if (known) return known
  const model = modelFrom(text)
  const reach = [...reachOf(organizationOf(model))].flatMap(([key, ids]) => [...ids].map((id) => `${key} ${id}`))
  const wanted = { compiled: JSON.stringify(compiledFrom(model)), reach: reach.sort().join() }
  wantedBefore.set(text, wanted)
  return wanted
}

eachDatabase((open, engine) => {
  describe('recalculating', function () {
    this.timeout(60_000)
    let test: TestApp
    let context: Context
    let irena: Staff
    let grace: Staff
    let other: Knex
    /** How often somebody read while a process worked or died. */
    let looks = 0
    /** Where one process has two connections to one file, it waits for itself. */
    const elsewhere = (): Context => (engine === 'mysql' ? { ...context, db: other } : context)

    before(async () => {
      test = await openApp(open, { world: 'people' })
      context = test.embedded.portico.context
      irena = (await context.host.staffById('irena'))!
      grace = (await context.host.staffById('grace'))!
      other = openDatabase(test.embedded.config.databaseUrl)
      await setModel(test, (model) => company(model, 'r1'))
    })

    after(async () => {
      await other.destroy()
      await test.close()
    })

    for (const moment of momentsOn(engine))
      it(`S08 killed ${moment}, a recalculation is finished by another process, and one truth holds all the time`, async () => {
        const before = (await inForce(context.db)).version
        await stageCompany()
        const id = await orderRun(context, { kind: 'apply' }, irena)
        const seen = await whileWatching(other, () => dies(test, moment))
        const isThrough = moment === 'after the switch'
        expect(await truth(context.db)).to.deep.equal({ version: before + (isThrough ? 1 : 0), whole: true })
        expect((await runById(context.db, id)).state).to.equal(isThrough ? 'finished' : 'open')
        const more = await whileWatching(other, () => workOnRuns(ahead()))
        expect(await truth(context.db)).to.deep.equal({ version: before + 1, whole: true })
        expect([...seen.torn, ...more.torn]).to.deep.equal([])
        looks += seen.times + more.times
        expect((await runById(context.db, id)).state).to.equal('finished')
        expect((await draft(context.db)).isStaged).to.equal(false)
        expect(await timesApplied(before + 1)).to.equal(1)
      })

    it('S08 meanwhile somebody read all the time', () => {
      expect(looks).to.be.greaterThan(fewestLooks[engine])
    })

    it('S08 of two processes at the same run, one does it, once', async () => {
      const before = (await inForce(context.db)).version
      await stageCompany()
      const id = await orderRun(context, { kind: 'apply' }, irena)
      const second = elsewhere()
      await Promise.all([workOnRuns(context), workOnRuns(second), workOnRuns(context), workOnRuns(second)])
      while ((await runById(context.db, id)).state === 'open') await workOnRuns(context)
      expect(await truth(context.db)).to.deep.equal({ version: before + 1, whole: true })
      expect(await timesApplied(before + 1)).to.equal(1)
    })

    it('S08 whoever lost his claim writes nothing any more', async () => {
      const before = (await inForce(context.db)).version
      await stageCompany()
      const id = await orderRun(context, { kind: 'apply' }, irena)
      const slow = pausedAtFirstReach(context)
      const sleeper = workOnRuns(slow.context)
      await slow.isThere
      await workOnRuns(ahead())
      expect((await runById(context.db, id)).state).to.equal('finished')
      const rows: unknown = await context.db('portico_reach').count({ rows: '*' }).first()
      slow.goOn()
      await sleeper
      expect(await context.db('portico_reach').count({ rows: '*' }).first()).to.deep.equal(rows)
      expect(await truth(context.db)).to.deep.equal({ version: before + 1, whole: true })
      expect(await timesApplied(before + 1)).to.equal(1)
    })

    it('S08 A28 the same draft ordered twice, by two administrators, is one run', async () => {
      await stageCompany()
      const { revision } = await draft(context.db)
      const [one, two] = await Promise.all([
        orderRun(context, { kind: 'apply', revision }, irena),
        orderRun(elsewhere(), { kind: 'apply', revision }, grace)
      ])
      expect(two).to.equal(one)
      await workOnRuns(context)
      expect(await orderRun(context, { kind: 'apply', revision }, grace)).to.equal(one)
    })

    it('S02 S08 a change of the role tree while it runs stays staged, and only that', async () => {
      await stageCompany()
      await orderRun(context, { kind: 'apply' }, irena)
      const frozen = (await draft(context.db)).model
      await stageRole('r12', { name: 'Moved', parent: 'r3', profiles: ['standard'] })
      await workOnRuns(context)
      expect((await inForce(context.db)).model).to.deep.equal(frozen)
      const left = await draft(context.db)
      expect(left.isStaged).to.equal(true)
      expect(left.model).to.deep.equal({ ...frozen, roles: { ...frozen.roles, r12: left.model.roles['r12'] } })
      expect(left.model.roles['r12']!.parent).to.equal('r3')
    })

    it('S08 what is in force changed meanwhile: the later run stops, what was staged stays staged', async () => {
      await stageRole('r11', { name: 'First', parent: 'r2', profiles: ['standard'] })
      const first = await orderRun(context, { kind: 'apply' }, irena)
      await stageRole('r10', { name: 'Second', parent: 'r2', profiles: ['standard'] })
      const second = await orderRun(context, { kind: 'apply' }, grace)
      expect(second).to.not.equal(first)
      await workOnRuns(context)
      expect((await runById(context.db, first)).state).to.equal('finished')
      expect(await runById(context.db, second)).to.include({ state: 'stopped', reason: 'overtaken' })
      const { roles } = (await inForce(context.db)).model
      expect([roles['r11']!.name, roles['r10']!.name]).to.deep.equal(['First', 'r10'])
      expect((await draft(context.db)).model.roles['r10']!.name).to.equal('Second')
      const third = await orderRun(context, { kind: 'apply' }, grace)
      await workOnRuns(context)
      expect((await runById(context.db, third)).state).to.equal('finished')
      expect((await inForce(context.db)).model.roles['r10']!.name).to.equal('Second')
      expect(await truth(context.db)).to.include({ whole: true })
    })

    it('S08 who takes a change back while it is being applied finds that staged', async () => {
      const { model } = await inForce(context.db)
      await stageRole('r9', { name: 'Hasty', parent: 'r2', profiles: ['standard'] })
      await orderRun(context, { kind: 'apply' }, irena)
      await stageRole('r9', model.roles['r9']!)
      expect((await draft(context.db)).isStaged).to.equal(false)
      await workOnRuns(context)
      expect((await inForce(context.db)).model.roles['r9']!.name).to.equal('Hasty')
      const left = await draft(context.db)
      expect(left.isStaged).to.equal(true)
      expect(left.model).to.deep.equal(model)
      await orderRun(context, { kind: 'apply' }, irena)
      await workOnRuns(context)
    })

    const losses: Readonly<Record<'staffGone' | 'noPermission', object>> = {
      staffGone: { isActive: false },
      noPermission: { permissions: [] }
    }
    for (const [reason, loss] of Object.entries(losses))
      it(`S08 ordered by somebody who may no longer do it (${reason}): it stops and says so, nothing changed`, async () => {
        const before = await truth(context.db)
        await stageCompany()
        const staged = (await draft(context.db)).model
        const id = await orderRun(context, { kind: 'apply' }, grace)
        await test.embedded.crm.users.change('grace', loss)
        await workOnRuns(context)
        expect(await runById(context.db, id)).to.include({ state: 'stopped', reason })
        expect(await truth(context.db)).to.deep.equal({ ...before, whole: true })
        expect(await timesApplied(before.version + 1)).to.equal(0)
        expect(await draft(context.db)).to.deep.include({ isStaged: true, model: staged })
        await test.embedded.crm.users.change('grace', { isActive: true, permissions: ['manage-sharing'] })
        const again = await orderRun(context, { kind: 'apply' }, grace)
        await workOnRuns(context)
        expect((await runById(context.db, again)).state, 'he may again').to.equal('finished')
        expect((await inForce(context.db)).model).to.deep.equal(staged)
      })

    it('S08 the same when a process had died at it before: what it wrote outlives the purge, and is never read', async () => {
      await purgeSharing({ ...context, now: () => Date.now() + afterReading })
      const before = await truth(context.db)
      await stageCompany()
      const id = await orderRun(context, { kind: 'apply' }, grace)
      await dies(test, 'before the switch')
      const written = [await rowsEnded(), await rowsSince(before.version + 1)]
      expect(Math.min(...written), 'it had written').to.be.greaterThan(100)
      await purgeSharing({ ...context, now: () => Date.now() + afterReading })
      expect([await rowsEnded(), await rowsSince(before.version + 1)], 'purged').to.deep.equal(written)
      await test.embedded.crm.users.change('grace', { isActive: false })
      await workOnRuns(ahead())
      await test.embedded.crm.users.change('grace', { isActive: true })
      expect(await runById(context.db, id)).to.include({ state: 'stopped', reason: 'staffGone' })
      expect(await truth(context.db)).to.deep.equal({ ...before, whole: true })
      const { model } = await inForce(context.db)
      await change(() => ({ ...model, roles: { ...model.roles, r8: { ...model.roles['r8']!, name: 'Another' } } }))
      await orderRun(context, { kind: 'apply' }, irena)
      await workOnRuns(context)
      expect(await truth(context.db)).to.deep.equal({ version: before.version + 1, whole: true })
      expect(await rowsSince(before.version + 1), 'the sets are as they were').to.equal(0)
    })

    it('S08 every hour what ended goes, as soon as nobody reads by it any more; what is in force stays', async () => {
      const { db } = context
      await purgeSharing({ ...context, now: () => Date.now() + afterReading })
      await stageCompany()
      await orderRun(context, { kind: 'apply' }, irena)
      await workOnRuns(context)
      const held = await truth(db)
      const ended = await rowsEnded()
      expect(ended).to.be.greaterThan(100)
      await purgeSharing(context)
      expect(await rowsEnded(), 'somebody may still read by the version before').to.equal(ended)
      await purgeSharing({ ...context, now: () => Date.now() + afterReading })
      expect(await rowsEnded()).to.equal(0)
      expect(await truth(db)).to.deep.equal({ ...held, whole: true })
    })

    it('S08 a preview is kept for a month, a recalculation for good', async () => {
      await stageRole('r7', { name: 'Previewed', parent: 'r2', profiles: ['standard'] })
      const preview = await orderRun(context, { kind: 'preview' }, irena)
      await workOnRuns(context)
      const applied = await orderRun(context, { kind: 'apply' }, irena)
      await workOnRuns(context)
      const inDays = (days: number): Context => ({ ...context, now: () => Date.now() + days * 24 * 3_600_000 })
      await purgeSharing(inDays(29))
      expect((await runById(context.db, preview)).state).to.equal('finished')
      await purgeSharing(inDays(31))
      expect((await runById(context.db, applied)).state).to.equal('finished')
      const answer = await runById(context.db, preview).catch((error: Error) => error)
      expect(answer).to.be.instanceOf(NotFound)
    })

    async function rowsEnded(): Promise<number> {
      const [row] = await context.db('portico_reach').whereNotNull('until').count({ rows: '*' })
      return Number(row!['rows'])
    }

    async function rowsSince(version: number): Promise<number> {
      const [row] = await context.db('portico_reach').where({ since: version }).count({ rows: '*' })
      return Number(row!['rows'])
    }

    /** The other way round than it is in force. */
    async function stageCompany(): Promise<void> {
      const { model } = await inForce(context.db)
      const head = model.roles['r5']!.parent === 'r1' ? 'r2' : 'r1'
      await change((before) => company(before, head))
    }

    function stageRole(id: string, role: Model['roles'][string]): Promise<void> {
      return change((model) => ({ ...model, roles: { ...model.roles, [id]: role } }))
    }

    function change(how: (model: Model) => Model): Promise<void> {
      const part = (model: Model): unknown => model.roles
      return stage(context, irena, { action: 'sharing.role-changed', subject: 'sharing:roles', part, change: how })
    }

    function ahead(): Context {
      return { ...context, now: () => Date.now() + afterLease }
    }

    async function timesApplied(version: number): Promise<number> {
      const entries = await context.audit.list({ subject: 'sharing:model', limit: 500 })
      const applied = entries.filter(({ action }) => action === 'sharing.applied')
      return applied.filter(({ after }) => (after as { version: number }).version === version).length
    }
  })

  describe('a recalculation', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open, { world: 'people' })
    })

    after(() => test.close())

    it('S08 is worked on by one process at a time, and another one is not begun beside it', async () => {
      const { context } = test.embedded.portico
      const irena = (await context.host.staffById('irena'))!
      const rename = (name: string): Promise<void> =>
        stage(context, irena, {
          action: 'sharing.profile-changed',
          subject: 'sharing-profile:standard',
          part: (model) => model.profiles['standard'],
          change: (model) => ({ ...model, profiles: { standard: { ...model.profiles['standard']!, name } } })
        })
      await rename('One')
      const first = await orderRun(context, { kind: 'apply' }, irena)
      await rename('Two')
      await orderRun(context, { kind: 'apply' }, irena)
      expect((await takeNext(context, 'apply'))?.runId).to.equal(first)
      expect(await takeNext(context, 'apply')).to.equal(undefined)
      const later: Context = { ...context, now: () => Date.now() + afterLease }
      expect((await takeNext(later, 'apply'))?.runId, 'the one that was begun goes first').to.equal(first)
    })
  })
})

/** All of them where processes really write at once; one within each of its transactions where one file is locked. */
function momentsOn(engine: Engine): Moment[] {
  const all = Object.keys(moments) as Moment[]
  return engine === 'mysql' ? all : ['in the middle of the reach rows', 'at the end of the switch']
}

async function dies({ embedded: { config } }: TestApp, moment: Moment): Promise<void> {
  const child = spawn(process.execPath, [bundled('test/global-sharing/recalculation-process.ts'), moment], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_ENV: 'test', DATABASE_URL: config.databaseUrl }
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).to.equal('SIGKILL')
}

/** Reads all the time while something happens; gives what was not whole. */
async function whileWatching(db: Knex, happens: () => Promise<void>): Promise<{ times: number; torn: unknown[] }> {
  let isOver = false
  const torn: unknown[] = []
  let times = 0
  const watching = (async () => {
    while (!isOver) {
      const seen = await truth(db)
      if (!seen.whole) torn.push(seen)
      times += 1
      await pause(2)
    }
  })()
  await happens().finally(() => (isOver = true))
  await watching
  return { times, torn }
}

/** A process that sleeps before it has written who is in which set. */
function pausedAtFirstReach(context: Context): { context: Context; isThere: Promise<void>; goOn(): void } {
  let arrive!: () => void
  let goOn!: () => void
  const isThere = new Promise<void>((resolve) => (arrive = resolve))
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve))
  const host = {
    ...context.host,
    staffById: async (id: string) => {
      arrive()
      await mayGoOn
      return context.host.staffById(id)
    }
  }
  return { context: { ...context, host }, isThere, goOn }
}
