/** Files as EspoCRM's attachments: written and read in pieces, and nothing read that is none of ours. */
import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { Forbidden, NotFound } from '../../src/errors.js'
import { createFiles } from '../../src/host/espocrm/files.js'
import { HostUnavailable, type FileInfo, type Files } from '../../src/host/host.js'
import { failure, refusal } from '../host-contract/refusals.js'
import { temporaryFolder } from '../support/child-process.js'
import { eachDatabase } from '../support/databases.js'
import { openWorld, people, type World } from './feed-world.js'

const megabyte = 1024 * 1024

eachDatabase((open) => {
  describe('files in EspoCRM', () => {
    let world: World
    let files: Files
    const usual = process.env['TMPDIR']
    const temporary = temporaryFolder('espocrm-files')

    before(() => void (process.env['TMPDIR'] = temporary))
    after(() => void (usual === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = usual)))
    beforeEach(async () => {
      world = await openWorld((await open()).db)
      files = createFiles(world.espo)
    })
    afterEach(() => world.close())

    const write = (content: Buffer, name = 'plan.txt', type = 'text/plain'): Promise<FileInfo> =>
      files.write({ name, type, content: Readable.from([content]) }, { kind: 'staff', id: people.alice.id })
    const read = async (id: string): Promise<Buffer> => buffer(await files.read(id))
    /** What writing leaves on this machine. */
    const left = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('portico-file-'))
    const written = (): string[] => world.calls.map(({ call }) => call.replace(/[0-9a-f]{17}/, 'ID'))

    describe('writing', () => {
      it('sends a small file whole, and never in the name of a person: Portico must be able to read it back', async () => {
        const file = await write(Buffer.from('Plan'))
        expect(file).to.deep.equal({ id: file.id, name: 'plan.txt', type: 'text/plain', size: 4 })
        expect(world.calls).to.deep.equal([
          {
            call: 'POST Attachment',
            actor: undefined,
            body: {
              ...{
                name: 'plan.txt',
                type: 'text/plain',
                size: 4,
                role: 'Attachment',
                parentType: 'Note',
                field: 'attachments'
              },
              file: `data:application/octet-stream;base64,${Buffer.from('Plan').toString('base64')}`
            }
          }
        ])
        expect(String(await read(file.id))).to.equal('Plan')
      })

      it('sends a large one in pieces of two megabytes, byte by byte', async () => {
        const content = randomBytes(5 * megabyte + 1)
        const file = await write(content)
        expect(file.size).to.equal(content.length)
        expect(written()).to.deep.equal(['POST Attachment', ...Array<string>(3).fill('POST Attachment/chunk/ID')])
        const longest = Math.max(...world.calls.map(({ body }) => JSON.stringify(body).length))
        expect(longest).to.be.lessThan(3 * megabyte)
        expect((await read(file.id)).equals(content)).to.equal(true)
      })

      it('takes exactly one piece, and nothing at all', async () => {
        const content = randomBytes(2 * megabyte)
        expect((await read((await write(content)).id)).equals(content)).to.equal(true)
        const empty = await write(Buffer.alloc(0))
        expect(empty.size).to.equal(0)
        expect((await read(empty.id)).length).to.equal(0)
        expect(written()).to.deep.equal(['POST Attachment', 'POST Attachment'])
      })

      it('keeps names with any letters, without those that no header can hold, and the type it is told', async () => {
        const name = 'Zeichnung, Öl & "Gas" 漢🙂/;base64,.pdf'
        const file = await write(Buffer.from('x'), `${name}\r\n\u0007`, 'application/pdf')
        expect(file).to.deep.include({ name, type: 'application/pdf' })
        expect(String(await read(file.id))).to.equal('x')
      })

      it('leaves nothing of a stream that breaks off, here or there', async () => {
        const broken = Readable.from(
          (async function* () {
            yield randomBytes(3 * megabyte)
            throw new Error('The line broke.')
          })()
        )
        const writing = (): Promise<unknown> =>
          files.write({ name: 'half.txt', type: 'text/plain', content: broken }, { kind: 'system' })
        expect(await failure(writing)).to.be.instanceOf(Error)
        expect(world.calls).to.deep.equal([])
        expect(left()).to.deep.equal([])
      })

      it('leaves nothing of what EspoCRM took in part', async () => {
        let pieces = 0
        world.refuse = (call) => (call.startsWith('POST Attachment/chunk/') && ++pieces === 2 ? 503 : undefined)
        expect(await failure(() => write(randomBytes(5 * megabyte)))).to.be.instanceOf(HostUnavailable)
        expect(written().at(-1)).to.equal('DELETE Attachment/ID')
        expect(world.contents.size).to.equal(0)
        expect(left()).to.deep.equal([])
        world.refuse = () => undefined
        await write(randomBytes(5 * megabyte))
        expect(world.contents.size).to.equal(1)
      })

      it("says in the visitor's words what EspoCRM's administrator forbids", async () => {
        const reasons: readonly [number, string, string][] = [
          [403, 'Attachment size exceeds `attachmentUploadMaxSize`.', 'errors.tooLarge'],
          [400, 'File size should not exceed 1 Mb.', 'errors.tooLarge'],
          [413, '', 'errors.tooLarge'],
          [403, 'Not allowed file type.', 'errors.file.type'],
          [
            400,
            'Field validation failure; entityType: Attachment, field: name, type: maxLength.',
            'errors.field.invalid'
          ]
        ]
        for (const [status, reason, key] of reasons) {
          world.answers.set('POST Attachment', { status, reason })
          expect(await refusal(() => write(Buffer.from('x'))), reason).to.deep.equal({ files: key })
        }
        world.answers.set('POST Attachment', { status: 403, reason: "No access to field 'attachments'." })
        expect(await failure(() => write(Buffer.from('x')))).to.be.instanceOf(HostUnavailable)
      })
    })

    describe('reading', () => {
      beforeEach(async () => {
        for (const [id, file] of Object.entries({ r1: 'f1', removed: 'f2' }))
          await world.espo.db('document').where({ id }).update({ file_id: file })
        await world.espo.db('user').where({ id: 'alice' }).update({ avatar_id: 'f4' })
      })

      const attached = async (row: Readonly<Record<string, unknown>>): Promise<string> => {
        const id = await world.attachment(row)
        world.contents.set(id, Buffer.from('content'))
        return id
      }

      const given: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
        'a file on no note yet': {},
        'a file that staff wrote': { created_by_id: 'alice' },
        'a file in a field of a record': { parent_type: 'Case', parent_id: 'r1' },
        'the file of a document': {
          id: 'f1',
          parent_type: null,
          related_type: 'Document',
          related_id: 'r1',
          field: 'file'
        },
        'the file of a copied document': {
          id: 'f1',
          parent_type: null,
          related_type: 'Document',
          related_id: 'r1',
          field: null
        }
      }
      for (const [what, row] of Object.entries(given))
        it(`gives ${what}`, async () => expect(String(await read(await attached(row)))).to.equal('content'))

      const kept: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
        'a removed file': { deleted: 1 },
        'a file that is still on its way': { is_being_uploaded: 1 },
        'a file on a note that was never there': { parent_id: 'never-was' },
        "a user's picture": { id: 'f4', parent_type: null, related_type: 'User', related_id: 'alice', field: 'avatar' },
        'an import': { role: 'Import File', parent_type: null, field: null },
        'an export': { role: 'Export File' },
        'an export that names a field of files': { role: 'Export File', parent_type: 'Case', parent_id: 'r1' },
        'a picture in an article': {
          ...{ role: 'Inline Attachment', parent_type: null },
          ...{ related_type: 'KnowledgeBaseArticle', related_id: 'a1', field: 'body' }
        },
        'a picture in a field of plain text': {
          ...{ role: 'Inline Attachment', parent_type: 'Case' },
          ...{ parent_id: 'r1', field: 'description' }
        },
        'a mail merge': { role: 'Mail Merge' },
        'a file of an e-mail': { parent_type: 'Email', parent_id: 'e1' },
        'a file of a template': { parent_type: 'EmailTemplate', parent_id: 't1' },
        'the logo': { parent_type: null, related_type: 'Settings', field: 'companyLogo' },
        'a file in another field of a note': { field: 'cSecret' },
        'a picture in a note': { role: 'Inline Attachment' },
        'a file without a role': { role: null },
        'a file in a field that the catalog does not know': { parent_type: 'Case', parent_id: 'r1', field: 'cSecret' },
        'a file in a field of another type': { parent_type: 'Case', parent_id: 'r1', field: 'status' },
        'a file in a field of a removed record': { parent_type: 'Case', parent_id: 'removed' },
        'the file of a removed document': {
          id: 'f2',
          parent_type: null,
          related_type: 'Document',
          related_id: 'removed'
        },
        'a file that a document had before': {
          id: 'f3',
          parent_type: null,
          related_type: 'Document',
          related_id: 'r1'
        },
        'a file in a field that no record has yet': { parent_type: 'Case' },
        'a file without a field': { parent_type: 'Case', parent_id: 'r1', field: null }
      }
      for (const [what, row] of Object.entries(kept))
        it(`does not give ${what}`, async () => {
          const id = await attached(row)
          expect(await failure(() => files.read(id))).to.be.instanceOf(NotFound)
        })

      it('gives a file as long as its note is there', async () => {
        const note = await world.note({ post: 'See the plan' })
        const id = await attached({ parent_id: note })
        expect(String(await read(id))).to.equal('content')
        await world.espo.db('note').where({ id: note }).update({ deleted: 1 })
        expect(await failure(() => files.read(id))).to.be.instanceOf(NotFound)
      })

      it('asks EspoCRM for no id that is none', async () => {
        const asked: string[] = []
        world.refuse = (call) => void asked.push(call)
        const id = await attached({ id: 'abc1' })
        for (const wrong of ['', '.', '..', '../Case/r1', 'abc1/../x', 'abc1 ', 'ABC1', 'never-was'])
          expect(await failure(() => files.read(wrong)), wrong).to.be.instanceOf(NotFound)
        expect(asked).to.deep.equal([])
        await read(id)
        expect(asked).to.deep.equal(['GET Attachment/file/abc1'])
      })
    })

    describe('removing', () => {
      it('takes a file away for good, off its note as well, and once is as good as twice', async () => {
        const file = await write(Buffer.from('Plan'))
        const note = await world.note({ post: 'x' })
        await world.espo.db('attachment').where({ id: file.id }).update({ parent_id: note })
        await files.remove(file.id)
        await files.remove(file.id)
        expect(await failure(() => files.read(file.id))).to.be.instanceOf(NotFound)
        expect(world.contents.size).to.equal(0)
        expect(written()).to.deep.equal(['POST Attachment', 'DELETE Attachment/ID'])
      })

      it('leaves alone what is none of ours, and says what EspoCRM forbids', async () => {
        await files.remove(await world.attachment({ role: 'Export File' }))
        for (const id of ['', '../Case/r1', 'never-was']) await files.remove(id)
        expect(world.calls).to.deep.equal([])
        const theirs = await world.attachment({ created_by_id: 'alice' })
        world.answers.set(`DELETE Attachment/${theirs}`, { status: 403, reason: 'No delete access.' })
        expect(await failure(() => files.remove(theirs))).to.be.instanceOf(Forbidden)
        world.answers.set(`DELETE Attachment/${theirs}`, { status: 404, reason: '' })
        await files.remove(theirs)
      })
    })
  })
})
