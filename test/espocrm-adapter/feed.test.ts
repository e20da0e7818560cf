/** The feed over EspoCRM's stream: read by SQL, written by REST. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { HostUnavailable, type Actor, type Feed } from '../../src/host/host.js'
import { createFeed } from '../../src/host/espocrm/feed.js'
import { failure, refusal } from '../host-contract/refusals.js'
import { NotFound } from '../../src/errors.js'
import { eachDatabase } from '../support/databases.js'
import { openWorld, people, siteUrl, type World } from './feed-world.js'

const system: Actor = { kind: 'system' }
const alice: Actor = { kind: 'staff', id: people.alice.id }
const anna: Actor = { kind: 'outside', id: 'anna-1', name: 'Anna Nováková', module: 'Contact', recordId: 'c1' }

eachDatabase((open) => {
  describe('the feed in EspoCRM', () => {
    let world: World
    let feed: Feed
    let db: Knex

    beforeEach(async () => {
      ;({ db } = await open())
      world = await openWorld(db)
      feed = createFeed(world.espo, world.authors)
    })
    afterEach(() => world.close())

    const texts = async (internal: boolean, limit = 50): Promise<string[]> =>
      (await feed.list('Case', 'r1', { internal, limit })).map((entry) => entry.text)
    const note = (row: Readonly<Record<string, unknown>>): Promise<string> => world.note(row)
    const post = (more: Readonly<Record<string, unknown>> = {}, by: Actor = system): Promise<string> =>
      feed.post({ module: 'Case', recordId: 'r1', text: 'Hello', internal: false, files: [], ...more }, by)

    describe('gives nobody outside', () => {
      const hostile: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
        'an internal note': { is_internal: 1 },
        'a removed note': { deleted: 1 },
        'a note whose removal is unknown': { deleted: null },
        'a note on a record of another type with the same id': { parent_type: 'Contact' },
        'a note on another record': { parent_id: 'r2' },
        'a note on a record below this one': { parent_id: 'r2', super_parent_type: 'Case', super_parent_id: 'r1' },
        'a post to users': { target_type: 'users' },
        'a post to users without a record': { target_type: 'users', parent_id: null, parent_type: null },
        'a post to all': { target_type: 'all', is_global: 1 },
        'a post that is about another record as well': { related_type: 'Task', related_id: 'r2' },
        'an e-mail': { type: 'EmailReceived', related_type: 'Email', related_id: 'e1' },
        'an e-mail without its record': { type: 'EmailSent' },
        'a kind that another extension brought': { type: 'Chat' },
        'a changed status': { type: 'Status', data: '{"field":"status","value":"New"}' },
        'changed values': { type: 'Update', data: '{"fields":["priority"]}' },
        'an assignment': { type: 'Assign', data: '{"assignedUserName":"Bob"}' },
        'a linked record': { type: 'Relate', related_type: 'Task', related_id: 'r2' },
        'an unlinked record': { type: 'Unrelate', related_type: 'Task', related_id: 'r2' },
        'a record created along with it': { type: 'CreateRelated', related_type: 'Task', related_id: 'r2' },
        'an internal line that it was created': { type: 'Create', is_internal: 1 }
      }
      for (const [what, row] of Object.entries(hostile)) {
        it(what, async () => {
          await note({ post: 'For all' })
          await note({ post: 'SECRET', ...row })
          expect(await texts(false)).to.deep.equal(['For all'])
          expect((await feed.recent('Case', ['r1'], 50)).map(({ text }) => text)).to.deep.equal(['For all'])
        })
      }
    })

    it('gives the newest notes of several records, newest first, without lines of EspoCRM (E04)', async () => {
      await note({ type: 'Create' })
      await note({ post: 'One' })
      await note({ post: 'Two', parent_id: 'r2' })
      await note({ post: 'Elsewhere', parent_id: 'r3' })
      await note({ post: 'Three' })
      const recent = async (limit: number): Promise<string[]> =>
        (await feed.recent('Case', ['r1', 'r2'], limit)).map(({ text }) => text)
      expect(await recent(50)).to.deep.equal(['Three', 'Two', 'One'])
      expect(await recent(2)).to.deep.equal(['Three', 'Two'])
    })

    it('gives everybody what people wrote, and that the record was created', async () => {
      await note({ type: 'Create', data: '{"statusValue":"New","assignedUserName":"Alice Adams"}' })
      await note({ post: 'First' })
      await note({ post: 'Second', created_by_id: 'anna' })
      expect(await texts(false)).to.deep.equal(['Created', 'First', 'Second'])
    })

    it('gives staff internal notes and lines of EspoCRM, but no e-mails, targeted posts or unknown kinds', async () => {
      await note({ type: 'Create' })
      await note({ post: 'Between us', is_internal: 1 })
      await note({ type: 'EmailReceived', related_type: 'Email', related_id: 'e1' })
      await note({ post: 'To all', target_type: 'all' })
      await note({ type: 'Chat' })
      await note({ type: 'Status', data: '{"field":"status","value":"InProgress","style":"info"}' })
      const entries = await feed.list('Case', 'r1', { internal: true, limit: 50 })
      expect(entries.map(({ kind, text, internal }) => [kind, text, internal])).to.deep.equal([
        ['event', 'Created', false],
        ['post', 'Between us', true],
        ['event', 'Status: In Progress', true]
      ])
    })

    it('gives the latest notes by number, oldest first, and counts only those that may be read', async () => {
      for (const text of ['1', '2', '3', '4']) await note({ post: text, created_at: '2026-05-04 08:30:00' })
      await note({ post: 'SECRET', is_internal: 1 })
      await note({ post: 'SECRET', deleted: 1 })
      expect(await texts(false, 2)).to.deep.equal(['3', '4'])
    })

    it('finds no note that is none: removed, targeted, an e-mail, of no record', async () => {
      for (const row of [
        { deleted: 1 },
        { target_type: 'users' },
        { type: 'EmailSent' },
        { parent_id: null },
        { parent_type: null }
      ])
        expect(await feed.find(await note({ post: 'x', ...row })), JSON.stringify(row)).to.equal(undefined)
      expect(await feed.find('')).to.equal(undefined)
      const id = await note({ post: 'x' })
      expect(await feed.find(id)).to.deep.equal({
        id,
        module: 'Case',
        recordId: 'r1',
        kind: 'post',
        text: 'x',
        internal: false,
        at: '2026-05-04 08:30:00',
        author: { kind: 'staff', id: 'alice', name: 'Alice Adams' },
        files: []
      })
    })

    describe('says in English what EspoCRM notes:', () => {
      const lines: readonly [string, Readonly<Record<string, unknown>>][] = [
        ['Status: In Progress', { type: 'Status', data: '{"field":"status","value":"InProgress"}' }],
        ['Status: Never', { type: 'Status', data: '{"field":"status","value":"Never"}' }],
        ['Status: –', { type: 'Status', data: null }],
        ['Changed: Priority, cUnknown', { type: 'Update', data: '{"fields":["priority","cUnknown"]}' }],
        ['Assigned to Bob', { type: 'Assign', data: '{"assignedUserId":"b","assignedUserName":"Bob"}' }],
        ['Assigned to nobody', { type: 'Assign', data: '{"assignedUserId":null}' }],
        ['Assigned to Bob, Eve', { type: 'Assign', data: '{"addedAssignedUsers":[{"name":"Bob"},{"name":"Eve"}]}' }],
        [
          'No longer assigned to Bob',
          { type: 'Assign', data: '{"addedAssignedUsers":[],"removedAssignedUsers":[{"name":"Bob"}]}' }
        ],
        ['Assigned to nobody', { type: 'Assign', data: '[]' }],
        ['Assigned to nobody', { type: 'Assign', data: 'no JSON' }],
        ['Created along with it: Task', { type: 'CreateRelated', related_type: 'Task', related_id: 't' }],
        ['Linked: CMachine', { type: 'Relate', related_type: 'CMachine', related_id: 'm' }],
        ['Unlinked: Task', { type: 'Unrelate', related_type: 'Task', related_id: 't' }]
      ]
      for (const [sentence, row] of lines) {
        it(`${sentence} (${JSON.stringify(row['data'] ?? null)})`, async () => {
          await note(row)
          expect(await texts(true)).to.deep.equal([sentence])
        })
      }
    })

    it('tells who wrote: staff, somebody from outside with our id or without, nobody', async () => {
      const authors: readonly [string | null, unknown][] = [
        ['admin', { kind: 'staff', id: 'admin', name: 'Admin' }],
        ['gone', { kind: 'staff', id: 'gone', name: 'Greta Gone' }],
        ['anna', { kind: 'outside', id: 'anna-1', name: 'Anna Nováková' }],
        ['paul', { kind: 'outside', id: undefined, name: 'Paul Portal' }],
        ['portico-user', { kind: 'system', id: undefined, name: 'portico' }],
        ['importer', { kind: 'system', id: undefined, name: 'importer' }],
        ['system', { kind: 'system', id: undefined, name: 'System' }],
        ['never-was', { kind: 'system', id: undefined, name: 'System' }],
        [null, { kind: 'system', id: undefined, name: 'System' }]
      ]
      for (const [author] of authors) await note({ post: 'x', created_by_id: author })
      const entries = await feed.list('Case', 'r1', { internal: false, limit: 50 })
      expect(entries.map((entry) => entry.author)).to.deep.equal(authors.map(([, author]) => author))
    })

    it('carries the files of each note, and no others', async () => {
      const [one, other] = [await note({ post: 'one' }), await note({ post: 'other' })]
      const id = await world.attachment({ parent_id: one, size: 12 })
      for (const row of [
        { deleted: 1 },
        { is_being_uploaded: 1 },
        { role: 'Inline Attachment' },
        { parent_type: 'Case' },
        { field: 'other' }
      ])
        await world.attachment({ parent_id: one, name: 'SECRET', ...row })
      expect((await feed.find(one))?.files).to.deep.equal([{ id, name: 'plan.txt', type: 'text/plain', size: 12 }])
      expect((await feed.find(other))?.files).to.deep.equal([])
    })

    it('gives back whole the addresses that EspoCRM shortens as it stores a note', async () => {
      await note({
        post: 'See [Case/6b02](#Case/view/6b02)\n[Contact/7](#Contact/view/7) [x](#Case/view/1) a[Case/1](#Case/view/1)'
      })
      expect(await texts(false)).to.deep.equal([
        `See ${siteUrl}/#Case/view/6b02\n${siteUrl}/#Contact/view/7 [x](#Case/view/1) a[Case/1](#Case/view/1)`
      ])
    })

    describe('posting', () => {
      it('writes through EspoCRM, in the name of him who writes', async () => {
        const id = await post({ text: '  Hello\r\nyou \0\ud800 ', internal: true }, anna)
        const body = {
          ...{ type: 'Post', parentType: 'Case', parentId: 'r1', post: 'Hello\nyou \ufffd' },
          ...{ isInternal: true, attachmentsIds: [] }
        }
        expect(world.calls).to.deep.equal([{ call: 'POST Note', actor: 'anna', body }])
        expect(await feed.find(id)).to.deep.include({ internal: true, text: 'Hello\nyou \ufffd' })
        await post({}, alice)
        await post({}, system)
        expect(world.calls.slice(1).map(({ actor }) => actor)).to.deep.equal(['alice', undefined])
      })

      it('wants text or a file, of twenty thousand characters at most', async () => {
        expect(await refusal(() => post({ text: ' \n ' }))).to.deep.equal({ text: 'errors.field.required' })
        const longest = '🙂'.repeat(20_000)
        expect(await refusal(() => post({ text: `${longest}x` }))).to.deep.equal({ text: 'errors.field.tooLong' })
        expect((await feed.find(await post({ text: longest })))?.text).to.equal(longest)
        const file = await world.attachment({})
        expect(await feed.find(await post({ text: ' ', files: [file] }))).to.deep.include({ text: '' })
      })

      it('knows only live records of modules with a feed', async () => {
        for (const place of [
          { recordId: 'removed' },
          { recordId: 'never-was' },
          { recordId: '' },
          { module: 'Task' },
          { module: 'NoSuchModule' }
        ])
          expect(await failure(() => post(place)), JSON.stringify(place)).to.be.instanceOf(NotFound)
        expect(world.calls).to.deep.equal([])
        await post({ module: 'Contact', recordId: 'r2' })
        expect(await feed.list('Contact', 'r2', { internal: false, limit: 5 })).to.have.length(1)
      })

      it('takes files that were written for it and hang nowhere', async () => {
        const taken = await note({ post: 'x' })
        const wrong: Readonly<Record<string, unknown>>[] = [
          { parent_id: taken },
          { deleted: 1 },
          { is_being_uploaded: 1 },
          { role: 'Inline Attachment' },
          { parent_type: 'Case' },
          { related_type: 'Document', related_id: 'd1' },
          { created_by_id: 'alice' },
          { created_by_id: 'importer' },
          { field: 'file' }
        ]
        const good = await world.attachment({})
        const refusedFiles = { files: 'errors.field.reference' }
        for (const row of wrong) {
          const files = [good, await world.attachment(row)]
          expect(await refusal(() => post({ files })), JSON.stringify(row)).to.deep.equal(refusedFiles)
        }
        expect(await refusal(() => post({ files: ['never-was'] }))).to.deep.equal(refusedFiles)
        expect(world.calls).to.deep.equal([])
        expect((await feed.find(await post({ files: [good, good] })))?.files.map(({ id }) => id)).to.deep.equal([good])
        expect(world.calls.at(-1)?.body).to.deep.include({ attachmentsIds: [good] })
      })
    })

    it('says which part of a note EspoCRM refuses', async () => {
      const reasons: readonly [number, string, unknown][] = [
        [
          400,
          'Field validation failure; entityType: Note, field: post, type: maxLength.',
          { text: 'errors.field.invalid' }
        ],
        [
          403,
          "Can't relate with non-existing record. entity type: Note, link: attachments.",
          { files: 'errors.field.reference' }
        ]
      ]
      for (const [status, reason, fields] of reasons) {
        world.answers.set('POST Note', { status, reason })
        expect(await refusal(() => post())).to.deep.equal(fields)
      }
      world.answers.set('POST Note', { status: 403, reason: 'No create access.' })
      expect(await failure(() => post())).to.be.instanceOf(HostUnavailable)
    })

    describe('changing and removing', () => {
      it('goes through the door of the extension, whoever wrote', async () => {
        const id = await note({ post: 'Typo', created_by_id: 'anna' })
        await feed.change(id, ' No typo ', anna)
        expect((await feed.find(id))?.text).to.equal('No typo')
        await feed.remove(id, anna)
        expect(await feed.find(id)).to.equal(undefined)
        expect(world.calls).to.deep.equal([
          { call: `PUT Portico/note/${id}`, actor: 'anna', body: { post: 'No typo' } },
          { call: `DELETE Portico/note/${id}`, actor: 'anna', body: undefined }
        ])
      })

      it('takes the files of a note with it, and leaves what staff hung on it to EspoCRM', async () => {
        const id = await note({ post: 'See the plan' })
        const theirs = await world.attachment({
          parent_id: id,
          created_by_id: 'alice',
          created_at: '2026-05-01 00:00:00'
        })
        const ours = await world.attachment({ parent_id: id })
        world.contents.set(ours, Buffer.from('Plan'))
        world.answers.set(`DELETE Attachment/${theirs}`, { status: 403, reason: 'No delete access.' })
        const later = await note({ post: 'Next' })
        const kept = await world.attachment({ parent_id: later })
        world.contents.set(kept, Buffer.from('Next'))
        await feed.remove(id, system)
        expect([...world.contents.keys()]).to.deep.equal([kept])
      })

      it('wants text as posting does', async () => {
        const id = await note({ post: 'x' })
        expect(await refusal(() => feed.change(id, ' ', system))).to.deep.equal({ text: 'errors.field.required' })
        await world.attachment({ parent_id: id })
        await feed.change(id, ' ', system)
        expect((await feed.find(id))?.text).to.equal('')
      })

      it('knows only posts: no lines of EspoCRM, nothing removed, nothing with a target, no invented ids', async () => {
        const ids = [
          await note({ type: 'Create' }),
          await note({ post: 'x', deleted: 1 }),
          await note({ post: 'x', target_type: 'all' }),
          '../Case/r1'
        ]
        for (const id of ids) {
          expect(await failure(() => feed.change(id, 'x', system)), id).to.be.instanceOf(NotFound)
          expect(await failure(() => feed.remove(id, system)), id).to.be.instanceOf(NotFound)
        }
        expect(world.calls).to.deep.equal([])
      })

      it('finds nothing when somebody was faster, and says so when EspoCRM refuses', async () => {
        const id = await note({ post: 'x' })
        world.answers.set(`DELETE Portico/note/${id}`, { status: 404, reason: '' })
        expect(await failure(() => feed.remove(id, system))).to.be.instanceOf(NotFound)
        world.answers.set(`DELETE Portico/note/${id}`, { status: 403, reason: '' })
        expect(await failure(() => feed.remove(id, system))).to.be.instanceOf(HostUnavailable)
        world.answers.clear()
        await feed.remove(id, system)
      })
    })
  })
})
