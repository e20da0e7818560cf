import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { Knex } from 'knex'
import type { Context } from '../../src/context.js'
import { HostUnavailable, type Staff } from '../../src/host/host.js'
import { insertRows } from '../../src/db/rows.js'
import { countItems, orderRun, runById } from '../../src/portal/people/runs/runs.js'
import { itemsOfRecords } from '../../src/portal/people/runs/selection.js'
import { endRun, workOnRuns } from '../../src/portal/people/runs/work.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase, onMysql, onSqlite } from '../support/databases.js'
import { admin, staffAt, theUserType } from './people.js'

/** So many people that a process can die in the midst of them. */
const crowd = 160
const minute = 60_000

/** Contacts as an import leaves them. */
async function fillCrowd(db: Knex, count: number): Promise<void> {
  const at = '2026-01-01 00:00:00'
  const birth = { created_at: at, modified_at: at, author_kind: 'staff', created_by_name: 'Import', version: 1 }
  const rows = Array.from({ length: count }, (_, index) => ({
    id: `crowd-${index}`,
    first_name: 'Kim',
    last_name: `Number ${String(index).padStart(4, '0')}`,
    email: `kim${index}@crowd.example`,
    ...birth
  }))
  await insertRows(db, 'crm_contact' as 'portico_', rows)
}

interface Told {
  readonly invited: number
  readonly links: number
  readonly mails: number
  readonly written: number
}

/** What came of the invitations: accesses, links that work, mails, and how many different people those were about. */
async function told(db: Knex): Promise<Told> {
  const identities = await db('portico_portal_users')
    .where('record_id', 'like', 'crowd-%')
    .pluck<string[]>('identity_id')
  const mails = await db('portico_mail').where('to_address', 'like', '%@crowd.example').pluck<string[]>('about')
  const links: unknown[] = await db('portico_links').whereIn('identity_id', identities)
  return { invited: identities.length, links: links.length, mails: mails.length, written: new Set(mails).size }
}

const everybodyOnce = { invited: crowd, links: crowd, mails: crowd, written: crowd }

async function orderCrowd(test: TestApp, id: string): Promise<void> {
  const { context } = test.embedded.portico
  const frank = (await test.embedded.host.staffById('frank'))!
  const userTypeId = (await theUserType(test)).id
  const items = await itemsOfRecords(context, userTypeId, { ids: 'all', search: 'crowd' }, frank)
  await orderRun(context, { id, kind: 'invitation', scope: { kind: 'type', userTypeId }, language: 'en', items }, frank)
}

/** A process of its own that works on the runs of this installation until it is killed, by a clock that is so many minutes ahead. */
function processOn({ embedded: { config } }: TestApp, ahead = 0): ChildProcess & { stdout: Readable } {
  return spawn(process.execPath, ['--import', 'tsx', 'test/portal/run-process.ts', String(ahead)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      NODE_ENV: 'test',
      DATABASE_URL: config.databaseUrl,
      PORTICO_FILES: config.filesFolder,
      PORTICO_PUBLIC_URL: config.publicUrl,
      PORTICO_SECRET: config.secret
    }
  })
}

async function killed(child: ChildProcess): Promise<void> {
  const hasEnded = once(child, 'exit')
  child.kill('SIGKILL')
  await hasEnded
}

eachDatabase((open) => {
  describe('a run over many people', function () {
    this.timeout(90_000)
    let test: TestApp
    let context: Context
    let db: Knex

    beforeEach(async () => {
      test = await openApp(open)
      ;({ context } = test.embedded.portico)
      ;({ db } = test.embedded)
      await fillCrowd(db, crowd)
    })

    afterEach(() => test.close())

    /** Works on the run in another process until `enough` of them are done, and kills it there. */
    const killedAfter = async (enough: number, runId: string): Promise<void> => {
      const child = processOn(test)
      try {
        for (;;) {
          const { waiting, done } = await countItems(db, runId)
          if (done >= enough || waiting === 0) break
          await pause(5)
        }
      } finally {
        await killed(child)
      }
    }

    it('Z15 survives the death of its process at any moment: everybody is invited once', async () => {
      await orderCrowd(test, 'run')
      await killedAfter(30, 'run')
      const before = await countItems(db, 'run')
      expect(before.done).to.be.greaterThan(29)
      expect(before.waiting).to.be.greaterThan(0)
      expect(await told(db)).to.deep.equal({
        invited: before.done,
        links: before.done,
        mails: before.done,
        written: before.done
      })
      await workOnRuns(context)
      expect(await countItems(db, 'run'), 'nobody takes a run that may still be held').to.deep.equal(before)
      test.wait(2 * minute)
      await workOnRuns(context, 60)
      expect(await told(db)).to.deep.equal(everybodyOnce)
      expect(await runById(db, 'run')).to.include({ state: 'finished', total: crowd })
    })

    it('Z15 worked on by two at once, whose clocks differ, everybody is invited once', async () => {
      await orderCrowd(test, 'run')
      const late = { ...context, now: () => context.now() + 2 * minute }
      const later = { ...context, now: () => context.now() + 4 * minute }
      await Promise.all([workOnRuns(context, 60), workOnRuns(late, 60), workOnRuns(later, 60)])
      for (let tries = 0; tries < 5 && (await runById(db, 'run')).state === 'open'; tries += 1) {
        test.wait(10 * minute)
        await workOnRuns(context, 60)
      }
      expect(await told(db)).to.deep.equal(everybodyOnce)
      expect(await countItems(db, 'run')).to.deep.equal({ waiting: 0, done: crowd, failed: 0 })
      const audit = await context.audit.list({ subject: `user-type:${(await theUserType(test)).id}`, limit: 20 })
      expect(audit.filter(({ action }) => action === 'run.finished')).to.have.length(1)
    })
  })
})

onMysql('a run on MariaDB', (open) => {
  it('Z15 A28 worked on by two processes at the same moment, everybody is invited once', async function () {
    this.timeout(90_000)
    const some = 60
    const test = await openApp(open)
    const { db } = test.embedded
    // The second one takes the first one's lease for one that is over.
    const children = [processOn(test), processOn(test, 2)]
    try {
      await fillCrowd(db, some)
      await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
      await orderCrowd(test, 'run')
      for (let tries = 0; tries < 4000 && (await runById(db, 'run')).state === 'open'; tries += 1) await pause(10)
      expect(await countItems(db, 'run')).to.deep.equal({ waiting: 0, done: some, failed: 0 })
      expect(await told(db)).to.deep.equal({ invited: some, links: some, mails: some, written: some })
    } finally {
      await Promise.all(children.map(killed))
      await test.close()
    }
  })
})

onSqlite('a run', (open) => {
  describe('ordered and reported', function () {
    this.timeout(60_000)
    let test: TestApp
    let context: Context
    let frank: Staff
    let userTypeId: string

    beforeEach(async () => {
      test = await openApp(open)
      ;({ context } = test.embedded.portico)
      frank = (await test.embedded.host.staffById('frank'))!
      userTypeId = (await theUserType(test)).id
    })

    afterEach(() => test.close())

    const contact = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save({ module: 'Contact', values }, { kind: 'system' })

    const order = async (id: string, ids: readonly string[]): Promise<void> => {
      const items = await itemsOfRecords(context, userTypeId, { ids, search: undefined }, frank)
      const scope = { kind: 'type', userTypeId } as const
      await orderRun(context, { id, kind: 'invitation', scope, language: 'cs', items }, frank)
    }

    it('Z15 is ordered from the page: chosen, asked about, shown in progress, reported, tried again', async () => {
      const good = await contact({ firstName: 'Nora', lastName: 'Novak', email: 'nora@nordwind.example' })
      await contact({ firstName: 'Óscar', lastName: 'Novak', email: 'óscar@nordwind.example' })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/user-types/${userTypeId}/users`)
      await visitor.follow('Invite several')
      await visitor.open(`${visitor.path}?q=Novak`)
      visitor.is(200).sees('Nora Novak', 'Óscar Novak', 'unsupported characters').doesNotSee('Anna Schmidt')
      await visitor.send('Continue', { all: '1' })
      visitor.is(200).sees('Invite 2 people?')
      const orderForm = visitor.page('input[name=_run]').attr('value')
      await visitor.send('Yes, send invitations', { language: 'cs' })
      visitor.is(200).sees('Invitations of 2 people', 'In progress', '0 of 2 are done')
      expect(visitor.response.headers['refresh']).to.equal('3')
      const runPath = visitor.path
      expect(runPath).to.include(orderForm!)
      expect(await test.embedded.db('portico_mail').where({ to_address: 'nora@nordwind.example' })).to.have.length(0)
      await workOnRuns(context)
      await visitor.open(runPath)
      visitor.is(200).sees('Finished', 'Successful1', 'Failed1', 'Óscar Novak', 'unsupported characters')
      expect(visitor.response.headers['refresh']).to.equal(undefined)
      const [subject] = await test.embedded
        .db('portico_mail')
        .where({ to_address: 'nora@nordwind.example' })
        .pluck<string[]>('subject')
      expect(subject).to.match(/pozv|zve/i)
      await test.embedded.db('crm_contact').where({ first_name: 'Óscar' }).update({ email: 'oscar@nordwind.example' })
      await visitor.send('Try again for 1 person')
      visitor.is(200).sees('Invitation of 1 person', 'In progress')
      await workOnRuns(context)
      await visitor.open(visitor.path)
      visitor.sees('Finished', 'Successful1', 'Failed0').doesNotSee('Try again')
      expect(await test.embedded.db('portico_portal_users').where({ record_id: good })).to.have.length(1)
      await visitor.open(`${admin}/runs?scope=${userTypeId}`)
      visitor.sees('Invitations of 2 people', 'Invitation of 1 person')
    })

    it('Z15 A08 of more than a page nobody is told a number that counts what the CRM hides', async () => {
      await fillCrowd(test.embedded.db, 51)
      const visitor = await staffAt(test, 'frank')
      const list = `${admin}/user-types/${userTypeId}/candidates?q=crowd`
      await visitor.open(list)
      visitor.is(200).sees('All that match, on this page and the following ones')
      expect(visitor.text).not.to.match(/\b51\b/)
      await visitor.send('Continue', { all: '1' })
      visitor.is(200).sees('Invite all that match?', 'Records that the CRM does not show you are left out')
      expect(visitor.text).not.to.match(/\b51\b/)
      await test.embedded.db('crm_contact').where({ id: 'crowd-0' }).update({ email: 'kim@elsewhere.example' })
      await visitor.open(list)
      visitor.is(200).sees('All 50 people who match')
    })

    it('Z15 pressed twice is ordered once', async () => {
      const id = await contact({ lastName: 'Novak', email: 'nora@nordwind.example' })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/new?kind=invitation&scope=${userTypeId}&record=${id}&language=en`)
      const fields = { kind: 'invitation', scope: userTypeId, q: '', record: id, language: 'en' }
      const run = visitor.page('input[name=_run]').attr('value')!
      const answers = [
        await visitor.forge(`${admin}/runs`, { ...fields, _run: run }),
        await visitor.forge(`${admin}/runs`, { ...fields, _run: run })
      ]
      expect(answers.map(({ status, headers }) => [status, headers['location']])).to.deep.equal(
        Array.from({ length: 2 }, () => [303, `${admin}/runs/${run}`])
      )
      expect(await test.embedded.db('portico_runs')).to.have.length(1)
      await workOnRuns(context)
      expect(await test.embedded.db('portico_mail').where({ to_address: 'nora@nordwind.example' })).to.have.length(1)
    })

    it('Z31 is ordered and seen only by whoever has the permission for what it does', async () => {
      const petra = await staffAt(test, 'petra')
      const ask = `${admin}/runs/new?scope=${userTypeId}&record=nobody&user=nobody`
      expect((await petra.peek(`${ask}&kind=invitation`)).status).to.equal(404)
      expect((await petra.peek(`${ask}&kind=removal&status=active`)).status).to.equal(200)
      const id = await contact({ lastName: 'Novak', email: 'nora@nordwind.example' })
      await order('run', [id])
      expect((await petra.peek(`${admin}/runs/run`)).status).to.equal(404)
      const grace = await staffAt(test, 'grace')
      expect((await grace.peek(`${admin}/runs`)).status).to.equal(404)
      const other = await staffAt(test, 'frank')
      expect((await other.peek(`${admin}/runs/run`)).status).to.equal(200)
    })

    it('Z15 stops with the reason when whoever ordered it may no longer do it, and can be tried again', async () => {
      const id = await contact({ lastName: 'Novak', email: 'nora@nordwind.example' })
      await order('run', [id])
      const { staffById } = test.embedded.host
      const without = async (staffId: string): Promise<Staff | undefined> => {
        const staff = await staffById(staffId)
        return staff && { ...staff, permissions: new Set() }
      }
      await whileHost(test, { staffById: without }, () => workOnRuns(context))
      expect(await runById(context.db, 'run')).to.include({ state: 'stopped', reason: 'noPermission' })
      expect(await countItems(context.db, 'run')).to.deep.equal({ waiting: 1, done: 0, failed: 0 })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/run`)
      visitor.sees('no longer has the permission', 'Not done1')
      await visitor.send('Try again for 1 person')
      await workOnRuns(context)
      await visitor.open(visitor.path)
      visitor.sees('Finished', 'Successful1')
    })

    it('Z15 waits while the CRM gives no answer, and one that is stopped by hand does nothing more', async () => {
      const id = await contact({ lastName: 'Novak', email: 'nora@nordwind.example' })
      await order('run', [id])
      const down = { allowsModule: () => Promise.reject(new HostUnavailable()) }
      await whileHost(test, down, () => workOnRuns(context))
      expect(await countItems(context.db, 'run')).to.deep.equal({ waiting: 1, done: 0, failed: 0 })
      expect(await runById(context.db, 'run')).to.include({ state: 'open' })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/run`)
      await visitor.send('Stop')
      visitor.sees('Stopped', 'Not done1')
      test.wait(minute)
      await workOnRuns(context)
      expect(await countItems(context.db, 'run')).to.deep.equal({ waiting: 1, done: 0, failed: 0 })
    })

    /** Waits until the job has dealt with the run that a page has ordered. */
    const worked = async (at: string): Promise<string> => {
      await workOnRuns(context)
      return at.split('/').at(-1)!
    }

    it('Z15 tried again is one run, however often the button is pressed, and then the report leads there', async () => {
      const id = await contact({ firstName: 'Óscar', lastName: 'Novak', email: 'óscar@nordwind.example' })
      await order('run', [id])
      await workOnRuns(context)
      await test.embedded.db('crm_contact').where({ id }).update({ email: 'oscar@nordwind.example' })
      const [visitor, colleague] = [await staffAt(test, 'frank'), await staffAt(test, 'irena')]
      for (const one of [visitor, colleague]) await one.open(`${admin}/runs/run`)
      const answers = await Promise.all(
        [visitor, visitor, colleague].map((one) => one.forge(`${admin}/runs/run/again`))
      )
      expect(answers.map(({ status }) => status)).to.deep.equal([303, 303, 303])
      const [again, ...others] = new Set(answers.map(({ headers }) => String(headers['location'])))
      expect(others).to.deep.equal([])
      await worked(again!)
      await colleague.forge(`${admin}/runs/run/again`)
      await workOnRuns(context)
      expect(await test.embedded.db('portico_mail').where({ to_address: 'oscar@nordwind.example' })).to.have.length(1)
      await visitor.open(`${admin}/runs/run`)
      visitor.doesNotSee('Try again for')
      await visitor.follow('Tried again: see how it went')
      expect(visitor.is(200).sees('Finished', 'Successful1').path).to.equal(again)
    })

    it('Z15 A12 another’s run that is tried again tells no name that the CRM does not show', async () => {
      const ids = [
        await contact({ lastName: 'Secret', email: 'one@thermovia.example' }),
        await contact({ lastName: 'Secret', email: 'two@thermovia.example' })
      ]
      await order('run', ids)
      await workOnRuns(context)
      await test.embedded.host.remove('Contact', ids[0]!, { kind: 'system' })
      await test.embedded.db('portico_runs').update({ staff_id: 'irena' })
      const hidden = { allows: () => Promise.resolve(false) }
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/run`)
      const { headers } = await visitor.forge(`${admin}/runs/run/again`)
      const at = String(headers['location'])
      await visitor.open(at)
      visitor.doesNotSee('Secret')
      await whileHost(test, hidden, () => worked(at))
      await visitor.open(at)
      visitor.is(200).sees('Failed2').doesNotSee('Secret')
      expect((await visitor.peek(`${at}/failed.csv`)).text).not.to.match(/Secret|one@|two@/)
      const irena = await staffAt(test, 'irena')
      await irena.open(`${admin}/runs/run`)
      irena.sees('Secret')
    })

    it('Z21 A12 another’s run over portal users finds out the names anew, for whoever may see them', async () => {
      const id = await contact({ firstName: 'Nora', lastName: 'Novak', email: 'nora@nordwind.example' })
      await order('first', [id])
      await workOnRuns(context)
      const [user] = await test.embedded.db('portico_portal_users').where({ record_id: id }).pluck<string[]>('id')
      const items = [
        { module: 'Contact', recordId: id, portalUserId: user!, name: 'Nora Novak', address: 'nora@nordwind.example' }
      ]
      const irena = (await test.embedded.host.staffById('irena'))!
      await orderRun(context, { id: 'run', kind: 'activation', scope: { kind: 'type', userTypeId }, items }, irena)
      await workOnRuns(context)
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/run`)
      visitor.sees('Failed1').doesNotSee('Nora Novak')
      const { headers } = await visitor.forge(`${admin}/runs/run/again`)
      await worked(String(headers['location']))
      await visitor.open(String(headers['location']))
      visitor.sees('Failed1', 'Nora Novak')
    })

    it('Z15 stopped while its process is at it, nothing more happens to anybody', async () => {
      const ids = [
        await contact({ lastName: 'Novak', email: 'nora@nordwind.example' }),
        await contact({ lastName: 'Novak', email: 'óscar@nordwind.example' })
      ]
      await order('run', ids)
      const stopping = async (): Promise<boolean> => {
        await endRun(context, 'run', { state: 'stopped', reason: 'byStaff' }, frank)
        return true
      }
      await whileHost(test, { allowsModule: stopping }, () => workOnRuns(context))
      expect(await countItems(context.db, 'run')).to.deep.equal({ waiting: 2, done: 0, failed: 0 })
      expect(await test.embedded.db('portico_mail').where({ to_address: 'nora@nordwind.example' })).to.have.length(0)
      const [entry] = await context.audit.list({ subject: `user-type:${userTypeId}`, limit: 1 })
      expect(entry?.after).to.include({ done: 0, failed: 0, left: 2 })
    })

    it('A16 the list of those who failed is a file in which nothing is a formula', async () => {
      const id = await contact({
        firstName: '=HYPERLINK("http://evil")',
        lastName: '+Novak',
        email: 'ö@nordwind.example'
      })
      await order('run', [id])
      await workOnRuns(context)
      const visitor = await staffAt(test, 'frank')
      const file = await visitor.peek(`${admin}/runs/run/failed.csv`)
      expect(file.headers['content-type']).to.equal('text/csv; charset=utf-8')
      expect(file.headers['content-disposition']).to.include('attachment')
      expect(file.headers['x-content-type-options']).to.equal('nosniff')
      const [head, row] = file.text.split('\r\n')
      expect(head).to.equal('\ufeff"Name","Signs in with","Reason"')
      expect(row).to.match(
        /^"'=HYPERLINK\(""http:\/\/evil""\) \+Novak","ö@nordwind.example","The address is not complete/
      )
    })

    it('names of those who failed are for whoever ordered it; another sees numbers', async () => {
      const id = await contact({ firstName: 'Óscar', lastName: 'Novak', email: 'óscar@nordwind.example' })
      await order('run', [id])
      await workOnRuns(context)
      const irena = await staffAt(test, 'irena')
      await irena.open(`${admin}/runs/run`)
      irena.sees('Óscar Novak')
      await test.embedded.db('portico_runs').update({ staff_id: 'irena' })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/runs/run`)
      visitor.sees('Failed1', 'Names are shown to').doesNotSee('Óscar')
      expect((await visitor.peek(`${admin}/runs/run/failed.csv`)).text).not.to.include('scar')
    })
  })
})
