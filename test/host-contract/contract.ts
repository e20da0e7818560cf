/** The host contract: what every adapter of the host port keeps. It asks through the port, and reads back by SQL as the kernel does. */
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { locales, moduleOf, type Catalog, type Module } from '../../src/host/catalog.js'
import { HostRefused, type Actor, type FieldValue, type Host, type HostEvent } from '../../src/host/host.js'
import type { Fixture, Opened } from './fixture.js'
import { farEnds, isLive, readField } from './read-back.js'
import { failure, refusal } from './refusals.js'

const system: Actor = { kind: 'system' }
const noBody = '00000000-0000-4000-8000-000000000000'

/** Runs the contract against the host that `open` opens; once per suite. */
export function hostContract(title: string, open: () => Promise<Opened>): void {
  describe(`the host contract: ${title}`, () => {
    let opened: Opened
    let host: Host
    let fixture: Fixture

    before(async () => {
      opened = await open()
      ;({ host, fixture } = opened)
    })
    after(() => opened?.close())

    const make = (values: Readonly<Record<string, FieldValue>> = {}, by: Actor = system): Promise<string> =>
      host.save({ module: fixture.module, values: { ...fixture.values, ...values } }, by)
    const makePerson = (values: Readonly<Record<string, FieldValue>> = {}): Promise<string> =>
      host.save({ module: fixture.person.module, values: { ...fixture.person.values, ...values } }, system)
    const customer = (recordId: string): Actor => ({
      kind: 'outside',
      id: 'portal-user-7',
      name: 'Anna Nováková',
      module: fixture.person.module,
      recordId
    })
    const read = (id: string, field: string): Promise<unknown> => readField(host, fixture.module, id, field)

    describe('the catalog', () => {
      for (const locale of locales) {
        it(`is complete in ${locale}: labels, titles, layouts, both ends of links`, async () => {
          const catalog = await host.catalog(locale)
          expect([...catalog.modules.keys()]).to.include.members(['User', fixture.module, fixture.person.module])
          for (const module of catalog.modules.values()) mustBeComplete(catalog, module)
        })
      }

      it('names modules, fields, links and tables alike in every language, and labels them differently', async () => {
        const [en, de, cs] = await Promise.all(locales.map((locale) => host.catalog(locale)))
        expect(shapeOf(de!)).to.deep.equal(shapeOf(en!))
        expect(shapeOf(cs!)).to.deep.equal(shapeOf(en!))
        expect(labelsOf(de!)).not.to.deep.equal(labelsOf(en!))
        expect(labelsOf(cs!)).not.to.deep.equal(labelsOf(en!))
      })

      it('has the same stamp as long as nothing changes', async () => {
        expect((await host.catalog('en')).stamp).to.equal((await host.catalog('en')).stamp)
      })

      it('says truly where everything is kept: each column and link table can be read', async () => {
        const catalog = await host.catalog('en')
        for (const module of catalog.modules.values()) {
          for (const field of module.fields.values()) await readField(host, module.name, noBody, field.name)
          for (const link of module.links.values()) {
            expect(await farEnds(host, module.name, noBody, link.name)).to.deep.equal([])
          }
        }
      })
    })

    describe('saving', () => {
      it('keeps every type of field where the catalog says', async () => {
        const samples = Object.values(fixture.fields)
        const id = await make(Object.fromEntries(samples.map(({ field, value }) => [field, value])))
        for (const { field, kept } of samples) expect(await read(id, field), field).to.equal(kept)
      })

      it('changes what is given and leaves the rest', async () => {
        const { field, value, kept } = fixture.fields.text!
        const id = await make({ [field]: value })
        await host.save({ module: fixture.module, id, values: { [fixture.required]: 'Another' } }, system)
        expect(await read(id, fixture.required)).to.equal('Another')
        expect(await read(id, field)).to.equal(kept)
      })

      it('empties a field with null', async () => {
        const { field, value } = fixture.fields.text!
        const id = await make({ [field]: value })
        await host.save({ module: fixture.module, id, values: { [field]: null } }, system)
        expect((await read(id, field)) ?? '').to.equal('')
      })

      it('joins the parts of a name', async () => {
        const id = await makePerson()
        const { module, nameField, name } = fixture.person
        expect(await readField(host, module, id, nameField)).to.equal(name)
      })

      it('keeps the moments of creation and change in UTC', async () => {
        const { createdAt, modifiedAt } = moduleOf(await host.catalog('en'), fixture.module)
        const id = await make()
        expect(await read(id, createdAt)).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
        await opened.pass(5)
        await host.save({ module: fixture.module, id, values: { [fixture.required]: 'Later' } }, system)
        expect(String(await read(id, modifiedAt)) > String(await read(id, createdAt))).to.equal(true)
      })

      it('keeps the owner it is given', async () => {
        const { owner } = moduleOf(await host.catalog('en'), fixture.module)
        const { id: clerk } = fixture.staff.clerk
        const id = await make({ [owner!]: clerk }, customer(await makePerson()))
        expect(await read(id, owner!)).to.equal(clerk)
      })

      it('keeps quotes, percent signs, letters of all kinds and long dashes as they are', async () => {
        const text = `O'Brien "100 %" _x\\y – Žluťoučký 漢字 🙂 <b>`
        for (const { field } of [fixture.fields.text!, fixture.fields.longText!]) {
          expect(await read(await make({ [field]: text }), field), field).to.equal(text)
        }
      })
    })

    describe('refusing', () => {
      it('wants what is required, in a new record and in a change', async () => {
        const id = await make()
        const empty = { [fixture.required]: '' }
        expect(await refusal(() => make(empty))).to.deep.equal({ [fixture.required]: 'errors.field.required' })
        const change = { module: fixture.module, id, values: empty }
        expect(await refusal(() => host.save(change, system))).to.deep.equal({
          [fixture.required]: 'errors.field.required'
        })
      })

      it('wants text to be as long as its field at most, counted in characters', async () => {
        const field = moduleOf(await host.catalog('en'), fixture.module).fields.get(fixture.required)!
        const longest = '🙂'.repeat(field.maxLength!)
        expect(await read(await make({ [field.name]: longest }), field.name)).to.equal(longest)
        const error = await refused(() => make({ [field.name]: `${longest}x` }))
        expect(error[field.name]).to.deep.equal({ key: 'errors.field.tooLong', args: { max: field.maxLength } })
      })

      it('wants values of the right type', async () => {
        for (const { field, refused: wrong } of Object.values(fixture.fields)) {
          if (wrong)
            expect(await refusal(() => make({ [field]: wrong.value })), field).to.deep.equal({ [field]: wrong.key })
        }
      })

      it('wants fields that are there', async () => {
        expect(await refusal(() => make({ no_such_field: 'x' }))).to.deep.equal({
          no_such_field: 'errors.field.unknown'
        })
      })

      it('wants references to lead to a live record of their module', async () => {
        const { reference } = fixture.person
        const removed = await make()
        await host.remove(fixture.module, removed, system)
        const person = await makePerson()
        for (const target of [noBody, removed, person]) {
          expect(await refusal(() => makePerson({ [reference]: target }))).to.deep.equal({
            [reference]: 'errors.field.reference'
          })
        }
      })

      it('writes nothing of a change it refuses', async () => {
        const id = await make({ [fixture.required]: 'As it was' })
        const wrong = fixture.fields.option!
        const values = { [fixture.required]: 'Otherwise', [wrong.field]: wrong.refused!.value }
        await refused(() => host.save({ module: fixture.module, id, values }, system))
        expect(await read(id, fixture.required)).to.equal('As it was')
      })

      it('does not change what is not there', async () => {
        const change = { module: fixture.module, id: noBody, values: { [fixture.required]: 'x' } }
        expect(await failure(() => host.save(change, system))).to.be.instanceOf(Error)
      })
    })

    describe('links', () => {
      it('lead from a reference to its target and back', async () => {
        const { module, reference, back } = fixture.person
        const target = await make()
        const person = await makePerson({ [reference]: target })
        expect(await farEnds(host, module, person, reference)).to.deep.equal([target])
        expect(await farEnds(host, fixture.module, target, back)).to.deep.equal([person])
      })

      it('lead through a link table both ways, made with the record or later', async () => {
        const { link, back } = fixture.many
        const [anna, bert] = [await makePerson(), await makePerson()].sort()
        const id = await host.save(
          { module: fixture.module, values: fixture.values, links: { [link]: [anna!] } },
          system
        )
        await connect(id, link, bert!, true)
        await connect(id, link, bert!, true)
        expect(await farEnds(host, fixture.module, id, link)).to.deep.equal([anna, bert])
        expect(await farEnds(host, fixture.person.module, bert!, back)).to.deep.equal([id])
      })

      it('are undone and made again', async () => {
        const { link } = fixture.many
        const person = await makePerson()
        const id = await host.save(
          { module: fixture.module, values: fixture.values, links: { [link]: [person] } },
          system
        )
        await connect(id, link, person, false)
        expect(await farEnds(host, fixture.module, id, link)).to.deep.equal([])
        await connect(id, link, person, true)
        expect(await farEnds(host, fixture.module, id, link)).to.deep.equal([person])
      })

      it('of the reverse kind set the reference at the other end, and empty it', async () => {
        const { back } = fixture.person
        const [target, person] = [await make(), await makePerson()]
        await connect(target, back, person, true)
        expect(await farEnds(host, fixture.module, target, back)).to.deep.equal([person])
        await connect(target, back, person, false)
        expect(await farEnds(host, fixture.module, target, back)).to.deep.equal([])
      })

      it('to a parent serve only its own module', async () => {
        const { module, values, link, back } = fixture.child
        const parent = await make()
        const child = await host.save({ module, values: values(parent) }, system)
        expect(await farEnds(host, module, child, link)).to.deep.equal([parent])
        expect(await farEnds(host, fixture.module, parent, back)).to.deep.equal([child])
      })

      it('to nothing are refused', async () => {
        const id = await make()
        const { link } = fixture.many
        expect(await refusal(() => connect(id, link, noBody, true))).to.deep.equal({ [link]: 'errors.field.reference' })
      })

      it('do not lead to removed records', async () => {
        const { link } = fixture.many
        const person = await makePerson()
        const id = await host.save(
          { module: fixture.module, values: fixture.values, links: { [link]: [person] } },
          system
        )
        await host.remove(fixture.person.module, person, system)
        expect(await farEnds(host, fixture.module, id, link)).to.deep.equal([])
      })

      const connect = (id: string, link: string, other: string, present: boolean): Promise<void> =>
        host.link({ module: fixture.module, id, link, other, present }, system)
    })

    describe('removing', () => {
      it('leaves the row, which no longer counts as a record', async () => {
        const id = await make()
        const { table } = moduleOf(await host.catalog('en'), fixture.module)
        await host.remove(fixture.module, id, system)
        expect(await isLive(host, fixture.module, id)).to.equal(false)
        expect(await host.db(table).first('id').where({ id })).to.deep.equal({ id })
      })

      it('is no error for what is gone or never was', async () => {
        const id = await make()
        await host.remove(fixture.module, id, system)
        await host.remove(fixture.module, id, system)
        await host.remove(fixture.module, noBody, system)
      })

      it('touches no other record', async () => {
        const [kept, removed] = [await make(), await make()]
        await host.remove(fixture.module, removed, system)
        expect(await isLive(host, fixture.module, kept)).to.equal(true)
      })
    })

    describe('the feed', () => {
      const post = (
        recordId: string,
        text: string,
        by: Actor,
        more: { internal?: boolean; files?: string[] } = {}
      ): Promise<string> =>
        host.feed.post(
          { module: fixture.module, recordId, text, internal: more.internal ?? false, files: more.files ?? [] },
          by
        )
      const texts = async (id: string, internal: boolean): Promise<string[]> =>
        (await host.feed.list(fixture.module, id, { internal, limit: 50 }))
          .filter((entry) => entry.kind === 'post')
          .map((entry) => entry.text)

      it('gives notes oldest first, and internal ones only when asked', async () => {
        const id = await make()
        const by: Actor = { kind: 'staff', id: fixture.staff.administrator.id }
        await post(id, 'First', by)
        await post(id, 'Between us', by, { internal: true })
        await post(id, 'Last', by)
        expect(await texts(id, false)).to.deep.equal(['First', 'Last'])
        expect(await texts(id, true)).to.deep.equal(['First', 'Between us', 'Last'])
      })

      it('gives the latest notes when there are more than asked for, still oldest first', async () => {
        const id = await make()
        for (const text of ['1', '2', '3', '4']) await post(id, text, system)
        const entries = await host.feed.list(fixture.module, id, { internal: false, limit: 2 })
        expect(entries.map((entry) => entry.text)).to.deep.equal(['3', '4'])
      })

      it('gives the newest notes of several records, newest first, without internal ones and lines of its own', async () => {
        const [one, two, other] = [await make(), await make(), await make()]
        await post(one, '1', system)
        await post(two, '2', system)
        await post(other, '3', system)
        await post(two, 'Between us', system, { internal: true })
        await post(one, '4', system)
        const recent = async (limit: number): Promise<string[]> =>
          (await host.feed.recent(fixture.module, [one, two], limit)).map((entry) => entry.text)
        expect(await recent(50)).to.deep.equal(['4', '2', '1'])
        expect(await recent(2)).to.deep.equal(['4', '2'])
        expect(await host.feed.recent(fixture.module, [], 5)).to.deep.equal([])
      })

      it('keeps who wrote: staff by his name, somebody from outside by his', async () => {
        const id = await make()
        const { administrator } = fixture.staff
        const byStaff = await host.feed.find(await post(id, 'Hello', { kind: 'staff', id: administrator.id }))
        expect(byStaff?.author).to.deep.equal({ kind: 'staff', id: administrator.id, name: administrator.name })
        const byCustomer = await host.feed.find(await post(id, 'Hello back', customer(await makePerson())))
        expect(byCustomer?.author).to.deep.equal({ kind: 'outside', id: 'portal-user-7', name: 'Anna Nováková' })
      })

      it('keeps who created a record from outside', async () => {
        const id = await make({}, customer(await makePerson()))
        const [created] = await host.feed.list(fixture.module, id, { internal: true, limit: 50 })
        expect(created?.kind).to.equal('event')
        expect(created?.author).to.deep.include({ kind: 'outside', name: 'Anna Nováková' })
      })

      it('shows values that were changed to staff only', async () => {
        const { field, value } = fixture.fields.option!
        const id = await make()
        await host.save({ module: fixture.module, id, values: { [field]: value } }, customer(await makePerson()))
        const events = async (internal: boolean): Promise<number> =>
          (await host.feed.list(fixture.module, id, { internal, limit: 50 })).filter(({ kind }) => kind === 'event')
            .length
        expect((await events(true)) - (await events(false))).to.equal(1)
      })

      it('finds, changes and removes a note, and knows it no more', async () => {
        const id = await make()
        const entryId = await post(id, 'Typo', system)
        await host.feed.change(entryId, 'No typo', system)
        expect(await host.feed.find(entryId)).to.deep.include({ text: 'No typo', module: fixture.module, recordId: id })
        await host.feed.remove(entryId, system)
        expect(await host.feed.find(entryId)).to.equal(undefined)
        expect(await texts(id, true)).to.deep.equal([])
      })

      it('keeps the notes of different records apart', async () => {
        const [one, other] = [await make(), await make()]
        await post(one, 'Here', system)
        expect(await texts(other, true)).to.deep.equal([])
      })

      it('carries files, which go with their note', async () => {
        const id = await make()
        const file = await write('plan.txt', Buffer.from('Plan'))
        const entryId = await post(id, 'See the plan', system, { files: [file.id] })
        expect((await host.feed.find(entryId))?.files).to.deep.equal([file])
        const [entry] = (await host.feed.list(fixture.module, id, { internal: false, limit: 50 })).slice(-1)
        expect(entry?.files).to.deep.equal([file])
        await host.feed.remove(entryId, system)
        expect(await failure(() => host.files.read(file.id))).to.be.instanceOf(Error)
      })
    })

    const write = (name: string, content: Buffer): ReturnType<Host['files']['write']> =>
      host.files.write({ name, type: 'text/plain', content: Readable.from([content]) }, system)

    describe('files', () => {
      it('come back byte by byte, with name, type and size', async () => {
        const content = randomBytes(300_001)
        const file = await write('Zeichnung – Öl & "Gas" 漢.pdf', content)
        expect(file).to.deep.include({ name: 'Zeichnung – Öl & "Gas" 漢.pdf', type: 'text/plain', size: 300_001 })
        expect((await buffer(await host.files.read(file.id))).equals(content)).to.equal(true)
      })

      it('may be empty', async () => {
        const file = await write('empty.txt', Buffer.alloc(0))
        expect(file.size).to.equal(0)
        expect((await buffer(await host.files.read(file.id))).length).to.equal(0)
      })

      it('have ids nobody guesses, whatever their names say', async () => {
        const [one, other] = [
          await write('../../etc/passwd', Buffer.from('1')),
          await write('../../etc/passwd', Buffer.from('2'))
        ]
        expect(one.id).not.to.equal(other.id)
        expect(String(await buffer(await host.files.read(one.id)))).to.equal('1')
      })

      it('are gone when removed, and removing them twice is no error', async () => {
        const file = await write('x.txt', Buffer.from('x'))
        await host.files.remove(file.id)
        await host.files.remove(file.id)
        expect(await failure(() => host.files.read(file.id))).to.be.instanceOf(Error)
      })

      it('that break off are not kept', async () => {
        const content = Readable.from(
          (async function* () {
            yield Buffer.from('half')
            throw new Error('The line broke.')
          })()
        )
        const writing = (): Promise<unknown> =>
          host.files.write({ name: 'half.txt', type: 'text/plain', content }, system)
        expect(await failure(writing)).to.be.instanceOf(Error)
      })

      it('are not read by ids that are none', async () => {
        for (const id of [noBody, '../crm.sqlite', ''])
          expect(await failure(() => host.files.read(id))).to.be.instanceOf(Error)
      })
    })

    describe('files of records', () => {
      type Placed = Readonly<Record<string, readonly string[]>>
      const create = (files: Placed): Promise<string> =>
        host.save({ module: fixture.files.module, values: fixture.files.values, files }, system)
      const change = (id: string, files: Placed): Promise<string> =>
        host.save({ module: fixture.files.module, id, values: {}, files }, system)
      const held = async (id: string, field = fixture.files.one): Promise<string[]> =>
        JSON.parse(String(await readField(host, fixture.files.module, id, field))) as string[]
      const content = async (fileId: string): Promise<string> => String(await buffer(await host.files.read(fileId)))
      const isGone = async (fileId: string): Promise<boolean> =>
        (await failure(() => host.files.read(fileId))) instanceof Error

      it('are kept where the catalog says, in a new record and in a change', async () => {
        const { one } = fixture.files
        const file = await write('plan.txt', Buffer.from('Plan'))
        const id = await create({ [one]: [file.id] })
        expect(await held(id)).to.deep.equal([file.id])
        expect(await content(file.id)).to.equal('Plan')
        const bare = await host.save({ module: fixture.files.module, values: fixture.files.values }, system)
        expect(await held(bare)).to.deep.equal([])
        const second = await write('second.txt', Buffer.from('Second'))
        await change(bare, { [one]: [second.id] })
        expect(await held(bare)).to.deep.equal([second.id])
      })

      it('stay when they are named again or not at all, and go when others take their place', async () => {
        const { module, one } = fixture.files
        const [first, second] = [await write('1.txt', Buffer.from('1')), await write('2.txt', Buffer.from('2'))]
        const id = await create({ [one]: [first.id] })
        await change(id, { [one]: [first.id] })
        await host.save({ module, id, values: fixture.files.values }, system)
        expect(await held(id)).to.deep.equal([first.id])
        await change(id, { [one]: [second.id] })
        expect(await held(id)).to.deep.equal([second.id])
        expect(await isGone(first.id)).to.equal(true)
        expect(await content(second.id)).to.equal('2')
        await change(id, { [one]: [] })
        expect(await held(id)).to.deep.equal([])
        expect(await isGone(second.id)).to.equal(true)
      })

      it('are refused when they are not there, on another record or on a note; nothing is written then', async () => {
        const { module, values, one } = fixture.files
        const [mine, its] = [await write('1.txt', Buffer.from('1')), await write('2.txt', Buffer.from('2'))]
        const id = await create({ [one]: [mine.id] })
        const other = await create({ [one]: [its.id] })
        const noted = await write('3.txt', Buffer.from('3'))
        const note = { module: fixture.module, text: 'See there', internal: false, files: [noted.id] }
        await host.feed.post({ ...note, recordId: await make() }, system)
        const { title: name } = moduleOf(await host.catalog('en'), module)
        for (const file of [noBody, its.id, noted.id]) {
          const work = (): Promise<string> =>
            host.save({ module, id, values: { [name]: 'Not written' }, files: { [one]: [file] } }, system)
          expect(await refusal(work)).to.deep.equal({ [one]: 'errors.field.reference' })
        }
        const again = (): Promise<string> => host.save({ module, values, files: { [one]: [its.id] } }, system)
        expect(await refusal(again)).to.deep.equal({ [one]: 'errors.field.reference' })
        expect(await readField(host, module, id, name)).not.to.equal('Not written')
        expect(await held(id)).to.deep.equal([mine.id])
        expect(await held(other)).to.deep.equal([its.id])
        expect(await content(noted.id)).to.equal('3')
      })

      it('are refused when they are more than the field holds, or the field takes none; they stay as they were', async () => {
        const { module, one } = fixture.files
        const id = await create({})
        const [first, second] = [await write('1.txt', Buffer.from('1')), await write('2.txt', Buffer.from('2'))]
        const both = [first.id, second.id]
        expect(await refusal(() => change(id, { [one]: both }))).to.deep.equal({ [one]: 'errors.field.tooMany' })
        const { title: text } = moduleOf(await host.catalog('en'), module)
        expect(await refusal(() => change(id, { [text]: both }))).to.deep.equal({ [text]: 'errors.field.unknown' })
        await change(id, { [one]: [first.id] })
        expect(await held(id)).to.deep.equal([first.id])
      })

      it('are several where the field takes several: some come, some stay, some go', async function () {
        const { several } = fixture.files
        if (!several) return this.skip()
        const files = []
        for (const name of ['1', '2', '3']) files.push((await write(`${name}.txt`, Buffer.from(name))).id)
        const [first, second, third] = files as [string, string, string]
        const id = await create({ [several]: [first, second, first] })
        expect(await held(id, several)).to.have.members([first, second])
        await change(id, { [several]: [second, third] })
        expect(await held(id, several)).to.have.members([second, third])
        expect(await isGone(first)).to.equal(true)
      })

      it('that are removed by themselves are off their record, too', async () => {
        const { one } = fixture.files
        const file = await write('1.txt', Buffer.from('1'))
        const id = await create({ [one]: [file.id] })
        await host.files.remove(file.id)
        expect(await held(id)).to.deep.equal([])
      })

      it('cannot be taken for a note', async () => {
        const file = await write('1.txt', Buffer.from('1'))
        const id = await create({ [fixture.files.one]: [file.id] })
        const recordId = await make()
        const entry = { module: fixture.module, recordId, text: 'Mine', internal: false, files: [file.id] }
        expect(await failure(() => host.feed.post(entry, system))).to.be.instanceOf(HostRefused)
        expect(await held(id)).to.deep.equal([file.id])
      })
    })

    describe('staff', () => {
      it('is who makes the request, with his rights', async () => {
        const { administrator, clerk } = fixture.staff
        const asked = await host.staff(opened.requestBy(administrator.id))
        expect(asked).to.deep.include({
          id: administrator.id,
          name: administrator.name,
          isAdministrator: true,
          isActive: true
        })
        expect([...asked!.permissions]).to.have.members(['manage-portals', 'manage-portal-users', 'manage-sharing'])
        const other = await host.staff(opened.requestBy(clerk.id))
        expect(other?.isAdministrator).to.equal(false)
        expect([...other!.permissions]).to.deep.equal(['manage-portals'])
      })

      it('is nobody without a session, and nobody who was switched off', async () => {
        expect(await host.staff(opened.requestBy(undefined))).to.equal(undefined)
        expect(await host.staff(opened.requestBy(fixture.staff.gone.id))).to.equal(undefined)
      })

      it('is found by id, active or not', async () => {
        expect((await host.staffById(fixture.staff.clerk.id))?.isActive).to.equal(true)
        expect((await host.staffById(fixture.staff.gone.id))?.isActive).to.equal(false)
        expect(await host.staffById(noBody)).to.equal(undefined)
      })

      it('may do what the host allows, and nothing to a record or module that is not there', async () => {
        const administrator = (await host.staffById(fixture.staff.administrator.id))!
        const id = await host.save({ module: fixture.module, values: fixture.values }, { kind: 'system' })
        for (const action of ['view', 'edit', 'delete'] as const) {
          expect(await host.allows(administrator, action, fixture.module, id), action).to.equal(true)
          expect(await host.allows(administrator, action, fixture.module, noBody), action).to.equal(false)
          expect(await host.allows(administrator, action, 'NoSuchModule', id), action).to.equal(false)
        }
        await host.remove(fixture.module, id, { kind: 'system' })
        expect(await host.allows(administrator, 'view', fixture.module, id)).to.equal(false)
      })

      it('may see the modules that the host lets him see, and none that is not there', async () => {
        const { administrator, clerk, hidden } = fixture.staff
        const may = async (id: string, module: string): Promise<boolean> =>
          host.allowsModule((await host.staffById(id))!, module)
        expect(await may(administrator.id, fixture.module)).to.equal(true)
        expect(await may(clerk.id, fixture.person.module)).to.equal(true)
        if (hidden !== undefined) expect(await may(clerk.id, hidden)).to.equal(false)
        for (const module of ['NoSuchModule', '', '../User'])
          expect(await may(administrator.id, module), module).to.equal(false)
      })

      it('S11 all have names, and so have the groups that own records', async () => {
        const { administrator, clerk } = fixture.staff
        const people = await host.people()
        const named = (id: string): unknown => people.find((person) => person.id === id)
        expect(named(administrator.id)).to.include({ isAdministrator: true, isActive: true })
        expect(named(clerk.id)).to.include({ isAdministrator: false, isActive: true })
        expect(named(noBody)).to.equal(undefined)
        expect(new Set(people.map(({ id }) => id)).size).to.equal(people.length)
        for (const { id, name } of [...people, ...(await host.groups())])
          expect(name, id).to.be.a('string').and.not.empty
      })

      it('finds a record in the CRM by an address, and signs in at one', () => {
        expect(host.homeUrl).to.match(/^https?:\/\//)
        expect(host.recordUrl(fixture.module, 'abc-1')).to.match(/^https?:\/\/.*abc-1/)
        expect(host.signInUrl('/portals?x=1&y'))
          .to.match(/^(https?:\/)?\//)
          .and.not.include('&y')
      })
    })

    describe('switches', () => {
      it('are off until they are on, and are never cached', async () => {
        expect((await host.switches())['portal'] ?? false).to.equal(false)
        await opened.setSwitches({ portal: true })
        expect((await host.switches())['portal']).to.equal(true)
        await opened.setSwitches({ portal: false, 'global-sharing': true })
        expect(await host.switches()).to.deep.include({ portal: false, 'global-sharing': true })
      })
    })

    describe('events', () => {
      /** Everything that came so far is out of the way. */
      const listen = async (handle: (event: HostEvent) => Promise<void>): Promise<void> => {
        host = await opened.reopen()
        await host.deliver()
        for (const kind of eventKinds) host.on(kind, handle)
      }
      const gather = async (): Promise<HostEvent[]> => {
        const events: HostEvent[] = []
        await listen((event) => Promise.resolve(void events.push(event)))
        return events
      }
      const about = (events: readonly HostEvent[], id: string): HostEvent[] =>
        events.filter((event) => 'id' in event && event.id === id)

      it('tell of a record in the order of what happened to it, and who of the staff did it', async () => {
        const events = await gather()
        const { id: by } = fixture.staff.administrator
        const id = await make()
        await host.save(
          { module: fixture.module, id, values: { [fixture.required]: 'Changed' } },
          { kind: 'staff', id: by }
        )
        await host.remove(fixture.module, id, system)
        await host.deliver()
        const told = about(events, id) as Extract<HostEvent, { changed: readonly string[] }>[]
        expect(told.map((event) => event.kind)).to.deep.equal(['record.created', 'record.changed', 'record.removed'])
        expect(told[1]).to.deep.include({ module: fixture.module, by, changed: [fixture.required] })
        expect(told[0]!.changed).to.include(fixture.required)
      })

      it('do not come for what was refused, or for a change that changes nothing', async () => {
        const events = await gather()
        const id = await make({ [fixture.required]: 'Same' })
        await refused(() => host.save({ module: fixture.module, id, values: { [fixture.required]: '' } }, system))
        await host.save({ module: fixture.module, id, values: { [fixture.required]: 'Same' } }, system)
        await host.deliver()
        expect(about(events, id).map((event) => event.kind)).to.deep.equal(['record.created'])
      })

      it('name the field whose files are others now', async () => {
        const { module, values, one } = fixture.files
        const id = await host.save({ module, values }, system)
        const events = await gather()
        const file = await write('1.txt', Buffer.from('1'))
        await host.save({ module, id, values: {}, files: { [one]: [file.id] } }, system)
        await host.deliver()
        const told = about(events, id) as Extract<HostEvent, { changed: readonly string[] }>[]
        expect(told.map(({ kind, changed }) => [kind, changed])).to.deep.equal([['record.changed', [one]]])
      })

      it('come once, when all goes well', async () => {
        const events = await gather()
        const id = await make()
        await host.deliver()
        await host.deliver()
        expect(about(events, id)).to.have.length(1)
      })

      it('come again when a handler failed, before those that follow, and hold up no other record', async () => {
        const told: string[] = []
        let failures = 1
        let failing = ''
        await listen((event) => {
          if (!('id' in event)) return Promise.resolve()
          told.push(`${event.kind} ${event.id}`)
          return event.id === failing && failures-- > 0 ? Promise.reject(new Error('Not now.')) : Promise.resolve()
        })
        failing = await make()
        await host.save({ module: fixture.module, id: failing, values: { [fixture.required]: 'Next' } }, system)
        const other = await make()
        await host.deliver()
        expect(told).to.deep.equal([`record.created ${failing}`, `record.created ${other}`])
        await opened.pass(60)
        await host.deliver()
        expect(told.slice(2)).to.deep.equal([`record.created ${failing}`, `record.changed ${failing}`])
      })

      it('that nobody took come after a restart', async () => {
        await gather()
        const id = await make()
        host = await opened.reopen()
        const events: HostEvent[] = []
        for (const kind of eventKinds) host.on(kind, (event) => Promise.resolve(void events.push(event)))
        await host.deliver()
        expect(about(events, id)).to.have.length(1)
      })

      it('that failed come after a restart, too', async () => {
        await listen(() => Promise.reject(new Error('Not now.')))
        const id = await make()
        await host.deliver()
        host = await opened.reopen()
        const events: HostEvent[] = []
        for (const kind of eventKinds) host.on(kind, (event) => Promise.resolve(void events.push(event)))
        await opened.pass(60)
        await host.deliver()
        expect(about(events, id)).to.have.length(1)
      })

      it('tell of a note on a record: by whom, and whether it is for staff alone (Z27)', async () => {
        const staff = fixture.staff.administrator.id
        const id = await make()
        const person = await makePerson()
        const events = await gather()
        const post = (text: string, internal: boolean, by: Actor): Promise<string> =>
          host.feed.post({ module: fixture.module, recordId: id, text, internal, files: [] }, by)
        const noteIds = [
          await post('An answer', false, { kind: 'staff', id: staff }),
          await post('For colleagues', true, { kind: 'staff', id: staff }),
          await post('A question', false, customer(person))
        ]
        await host.deliver()
        const told = about(events, id).flatMap((event) => (event.kind === 'note.posted' ? [event] : []))
        expect(told.map(({ module, noteId, internal, by }) => [module, noteId, internal, by])).to.deep.equal([
          [fixture.module, noteIds[0], false, staff],
          [fixture.module, noteIds[1], true, staff],
          [fixture.module, noteIds[2], false, undefined]
        ])
      })

      it('do not tell of a note again that was changed or removed', async () => {
        const by: Actor = { kind: 'staff', id: fixture.staff.administrator.id }
        const id = await make()
        const note = { module: fixture.module, recordId: id, text: 'One', internal: false, files: [] }
        const noteId = await host.feed.post(note, by)
        const events = await gather()
        await host.feed.change(noteId, 'Two', by)
        await host.feed.remove(noteId, by)
        await host.deliver()
        expect(about(events, id).filter((event) => event.kind === 'note.posted')).to.deep.equal([])
      })

      it('name the field when an address or a number of a person changes (Z20)', async () => {
        const { module, address, number } = fixture.person
        const id = await makePerson({ [address]: 'anna@example.com', [number]: '+49301112223' })
        const events = await gather()
        await host.save({ module, id, values: { [address]: 'anna.novakova@example.com' } }, system)
        await host.save({ module, id, values: { [number]: '+49301112224' } }, system)
        await host.deliver()
        const changed = about(events, id).map((event) => 'changed' in event && [...event.changed])
        expect(changed).to.deep.equal([[address], [number]])
      })

      it('tell of switches', async () => {
        const events = await gather()
        await opened.setSwitches({ portal: true })
        await host.deliver()
        expect(events.map((event) => event.kind)).to.deep.equal(['switches.changed'])
      })
    })
  })
}

const eventKinds: readonly HostEvent['kind'][] = [
  'record.created',
  'record.changed',
  'record.removed',
  'lead.converted',
  'note.posted',
  'staff.changed',
  'switches.changed'
]

function mustBeComplete(catalog: Catalog, module: Module): void {
  expect(module.label, module.name).not.to.equal('')
  expect(module.labelPlural, module.name).not.to.equal('')
  expect([...module.fields.keys()], module.name).to.include.members([module.title, module.createdAt, module.modifiedAt])
  if (module.owner !== undefined) expect(module.links.get(module.owner)?.to, module.name).to.equal('User')
  for (const field of module.fields.values()) {
    expect(field.label, `${module.name}.${field.name}`).not.to.equal('')
    for (const option of field.options) expect(option.label, `${module.name}.${field.name}`).not.to.equal('')
    if (field.type === 'reference')
      expect(module.links.get(field.link!), `${module.name}.${field.name}`).to.include({ cardinality: 'one' })
  }
  for (const link of module.links.values()) {
    expect(link.label, `${module.name}.${link.name}`).not.to.equal('')
    expect(catalog.modules.has(link.to), `${module.name}.${link.name} leads to ${link.to}`).to.equal(true)
  }
  const shown = module.layouts.flatMap((layout) => layout.sections.flatMap((section) => section.fields))
  expect([...module.fields.keys()], `the layouts of ${module.name}`).to.include.members(shown)
}

/** All that must not differ between languages. */
function shapeOf(catalog: Catalog): unknown {
  return [...catalog.modules.values()].map((module) => ({
    module: [module.name, module.table, module.title, module.owner],
    fields: [...module.fields.values()].map((field) => [field.name, field.type, field.storage]),
    links: [...module.links.values()].map((link) => [link.name, link.to, link.cardinality, link.storage])
  }))
}

function labelsOf(catalog: Catalog): string[] {
  return [...catalog.modules.values()].flatMap((module) => [
    module.label,
    ...[...module.fields.values()].map((field) => field.label)
  ])
}

/** The fields a refused save names, with their errors. */
async function refused(work: () => Promise<unknown>): Promise<HostRefused['fields']> {
  const error = await failure(work)
  if (error instanceof HostRefused) return error.fields
  throw error instanceof Error ? error : new Error('It was not refused.')
}
