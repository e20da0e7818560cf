import { expect } from 'chai'
import type { Staff } from '../../src/host/host.js'
import type { Level } from '../../src/global-sharing/model.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { setDefaults } from '../support/sharing.js'
import { customerAt, door, staffAt } from './people.js'

const feed = '/portico/feed'
const bjornsCase = `${door}/case/bjorns-case`

const staffNamed = async (test: TestApp, id: string): Promise<Staff> => (await test.embedded.host.staffById(id))!

async function follow(visitor: Visitor, ...modules: string[]): Promise<Visitor> {
  await visitor.open(`${feed}/modules`)
  return visitor.send('Save', { modules })
}

/** The text of the entries, newest first. */
function entriesOn(visitor: Visitor): string[] {
  const $ = visitor.page
  return $('.feed__entry')
    .toArray()
    .map((one) => $(one).text().replace(/\s+/g, ' ').trim())
}

onSqlite('the staff’s feed', (open) => {
  describe('the feed of what portal users do', function () {
    this.timeout(60_000)
    let test: TestApp
    let bjorn: Visitor
    let petra: Visitor
    /** The address of a case that Björn makes. */
    let record: string

    before(async () => {
      test = await openApp(open)
      bjorn = await customerAt(test, 'bjorn')
      petra = await staffAt(test, 'petra')
    })

    after(() => test.close())

    it('Z27 is empty until staff choose the modules they follow, and shows those and no other', async () => {
      await bjorn.open(bjornsCase)
      await bjorn.send('Write note', { text: 'It drips faster.' })
      await petra.open(feed)
      petra.is(200).sees('You follow no module yet.').doesNotSee('It drips faster.')
      await follow(petra, 'Quote')
      petra.is(200).sees('Saved.', 'Nothing has happened yet').doesNotSee('It drips faster.')
      await follow(petra, 'Case')
      petra.sees('Björn Larsen wrote a note: Case', 'It drips faster.', 'Pump leaks')
      const frank = await staffAt(test, 'frank')
      await frank.open(feed)
      frank.sees('You follow no module yet.')
    })

    it('Z27 tells of records, values, notes and their removal, the newest first, each with a way to the CRM', async () => {
      await bjorn.open(`${door}/case/new`)
      await bjorn.send('Save', { subject: 'Valve whistles' })
      record = new URL(bjorn.path, 'http://x').pathname
      await bjorn.open(`${record}/edit`)
      await bjorn.send('Save', { subject: 'Valve whistles at night' })
      await bjorn.send('Write note', { text: 'Listen to this.' }, [
        { field: 'files', name: 'sound.txt', content: 'wheee', type: 'text/plain' }
      ])
      await petra.open(feed)
      const [noted, changed, created] = entriesOn(petra)
      expect(noted)
        .to.include('Björn Larsen wrote a note: Case')
        .and.include('Listen to this.')
        .and.include('sound.txt')
      expect(changed)
        .to.include('Björn Larsen changed: Case')
        .and.match(/Changed: Subject(?!,)/)
      expect(created).to.include('Björn Larsen created: Case').and.include('Valve whistles at night')
      const link = petra.page('.feed__entry a').first().attr('href')!
      await petra.open(link)
      petra.is(200).sees('Valve whistles at night', 'Listen to this.')
      await bjorn.open(record)
      const note = bjorn.page('form[action$="/removal"]').attr('action')!
      await bjorn.forge(note)
      await petra.open(feed)
      expect(entriesOn(petra)[0]).to.include('Björn Larsen removed a note: Case')
      petra.doesNotSee('Listen to this.')
    })

    it('Z27 saving a form without a change is nothing that happened', async () => {
      await petra.open(feed)
      const before = entriesOn(petra).length
      await bjorn.open(`${record}/edit`)
      await bjorn.send('Save')
      bjorn.is(200).sees('Saved')
      await petra.open(feed)
      expect(entriesOn(petra).length).to.equal(before)
    })

    it('Z27 A21 is answered there: the portal shows the answer, unless it is internal', async () => {
      await bjorn.open(bjornsCase)
      await bjorn.send('Write note', { text: 'When do you come?' })
      await petra.open(feed)
      await petra.send('Send answer', { text: 'On Monday at eight.' })
      petra.is(200).sees('Your answer stands on the record, and the portal shows it.')
      await petra.open(feed)
      await petra.send('Send answer', { text: 'He calls every day.', internal: 'true' })
      petra.is(200).sees('for staff only')
      await bjorn.open(bjornsCase)
      bjorn.is(200).sees('On Monday at eight.', 'Petra Nováková').doesNotSee('He calls every day.')
      await petra.open('/crm/Case/bjorns-case')
      petra.sees('On Monday at eight.', 'He calls every day.')
    })

    it('Z27 an empty answer brings the form back, and posts nothing', async () => {
      await petra.open(feed)
      await petra.send('Send answer', { text: '   ', internal: 'true' })
      petra.is(422).sees('The answer was not sent.')
      expect(petra.page('details[open] input[name=internal]').is('[checked]')).to.equal(true)
    })
  })
})

onSqlite('the portal feed', (open) => {
  describe('for staff', function () {
    this.timeout(60_000)
    let test: TestApp
    let bjorn: Visitor

    before(async () => {
      test = await openApp(open)
      bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(bjornsCase)
      await bjorn.send('Write note', { text: 'It drips faster.' })
    })

    after(() => test.close())

    const doingId = async (): Promise<string> =>
      (await test.embedded.db<{ id: string }>('portico_doings').first('id').orderBy('id', 'desc'))!.id

    it('Z27 Z31 is there for everybody who works in the CRM, and for nobody else', async () => {
      const ben = await staffAt(test, 'ben')
      await follow(ben, 'Case')
      ben.is(200).sees('It drips faster.')
      await ben.open(feed)
      await ben.send('Send answer', { text: 'I tell them.' })
      ben.is(200)
      await bjorn.open(bjornsCase)
      bjorn.sees('I tell them.', 'Ben Fischer')
      const stranger = test.visitor()
      expect((await stranger.peek(feed)).status).to.equal(303)
      expect((await bjorn.peek(feed)).status, 'no page for people outside').to.equal(303)
      expect((await stranger.bare(`${feed}/${await doingId()}/answer`, { text: 'x' })).status).to.equal(403)
    })

    it('Z31 stands in the menu of those who have one', async () => {
      const { context } = test.embedded.portico
      const menu = async (id: string): Promise<string[]> =>
        (await context.adminMenu({ staff: await staffNamed(test, id), locale: 'en' })).map(({ url }) => url)
      expect(await menu('petra')).to.include(feed)
      expect(await menu('ben')).to.not.include(feed)
    })

    it('Z27 S02 shows no record that the CRM would not show, and takes no answer to it', async () => {
      const grace = await staffAt(test, 'grace')
      await follow(grace, 'Case')
      grace.sees('It drips faster.')
      const share = (level: Level): Promise<void> => setDefaults(test, { Case: level })
      await share('private')
      await grace.open(feed)
      grace.is(200).doesNotSee('It drips faster.', 'Pump leaks', 'Larsen')
      const refused = await grace.forge(`${feed}/${await doingId()}/answer`, { text: 'Forged' })
      expect(refused.status).to.equal(404)
      expect((await grace.forge(`${feed}/nothing/answer`, { text: 'Forged' })).status).to.equal(404)
      await share('public-edit')
      await grace.open(feed)
      grace.sees('It drips faster.')
      await bjorn.open(bjornsCase)
      bjorn.doesNotSee('Forged')
    })

    it('Z27 what was removed is told administrators alone, without its title', async () => {
      const { host, db } = test.embedded
      const frank = { kind: 'staff', id: 'frank' } as const
      const irena = await follow(await staffAt(test, 'irena'), 'Case')
      const petra = await follow(await staffAt(test, 'petra'), 'Case')
      const id = await host.save({ module: 'Case', values: { subject: 'Soon gone' } }, frank)
      const at = { at: '2026-01-01 00:00:00', portal_user_id: 'x', name: 'Björn Larsen', module: 'Case', record_id: id }
      await db('portico_doings').insert({ id: 'z1', kind: 'created', ...at })
      await petra.open(feed)
      petra.sees('Soon gone')
      await host.remove('Case', id, frank)
      await db('portico_doings').insert({ id: 'z2', kind: 'removed', ...at })
      await irena.open(feed)
      irena.sees('Björn Larsen removed: Case').doesNotSee('Soon gone', 'created: Case')
      await petra.open(feed)
      petra.doesNotSee('removed: Case', 'Soon gone')
    })

    it('Z27 goes on to older ones, also where much in between is not his to see', async () => {
      const { db } = test.embedded
      const petra = await follow(await staffAt(test, 'petra'), 'Case')
      const row = (index: number, record: string): Record<string, unknown> => ({
        id: `y${String(index).padStart(3, '0')}`,
        at: '2026-01-01 00:00:00',
        kind: 'changed',
        portal_user_id: 'x',
        name: `Visitor ${index}`,
        module: 'Case',
        record_id: record,
        fields: '["subject"]'
      })
      const rows = Array.from({ length: 130 }, (_, index) => row(index, index < 50 ? 'bjorns-case' : 'nowhere'))
      for (const one of rows) await db('portico_doings').insert(one)
      const seen: string[] = []
      await petra.open(feed)
      for (let page = 0; page < 8 && petra.page('a:contains("Older")').length > 0; page++) {
        await petra.follow('Older')
        seen.push(...entriesOn(petra).flatMap((text) => /Visitor (\d+)/.exec(text)?.[1] ?? []))
      }
      expect(new Set(seen).size, 'each once').to.equal(seen.length)
      expect(seen.map(Number)).to.deep.equal(Array.from({ length: 50 }, (_, index) => 49 - index))
      petra.sees('To the newest')
      await db('portico_doings').where('id', 'like', 'y%').delete()
    })

    it('A23 names, titles and notes are text', async () => {
      await bjorn.open(bjornsCase)
      await bjorn.send('Write note', { text: '<script>alert(1)</script>' })
      const petra = await follow(await staffAt(test, 'petra'), 'Case')
      expect(petra.response.text).to.include('&lt;script&gt;alert(1)').and.not.include('<script>alert')
    })
  })
})
