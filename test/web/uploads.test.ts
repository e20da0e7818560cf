import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import type { Express } from 'express'
import request from 'supertest'
import { Invalid } from '../../src/errors.js'
import type { FieldError, FileInfo, Files } from '../../src/host/host.js'
import { sendFile } from '../../src/web/downloads.js'
import { cleanName } from '../../src/web/file-kind.js'
import { createUploads } from '../../src/web/uploads.js'
import { temporaryFolder } from '../support/child-process.js'
import { pagesWith, tokenIn } from './pages.js'

const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex')
const pdf = Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n', 'latin1')
const docx = zipWith(
  '[Content_Types].xml',
  '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)

/** A host's files, in memory; the one called `refused.txt` can't be written. */
class Shelf implements Files {
  readonly kept = new Map<string, { name: string; type: string; content: string }>()

  async write(file: { name: string; type: string; content: Readable }): Promise<FileInfo> {
    const content = await text(file.content)
    if (file.name === 'refused.txt') throw new Error('the disk is full')
    const id = String(this.kept.size + 1)
    this.kept.set(id, { name: file.name, type: file.type, content })
    return { id, name: file.name, type: file.type, size: content.length }
  }

  async read(): Promise<Readable> {
    return Readable.from(['content'])
  }

  async remove(id: string): Promise<void> {
    this.kept.delete(id)
  }
}

/** What the route of these tests answers. */
interface Answer {
  readonly fields?: Record<string, string>
  readonly files?: readonly FileInfo[]
  readonly refused?: Record<string, FieldError>
  readonly typed?: unknown
}

describe('an upload', () => {
  let shelf: Shelf
  let app: Express
  const usual = process.env['TMPDIR']

  before(() => {
    process.env['TMPDIR'] = temporaryFolder('uploads')
  })
  after(() => {
    if (usual === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = usual
  })

  beforeEach(() => {
    shelf = new Shelf()
    const uploads = createUploads({ files: shelf }, { uploadSize: 100_000, filesPerNote: 2 })
    app = pagesWith((router) => {
      router.post('/notes', async (req, res) => {
        try {
          res.send(await uploads.receive(req, { kind: 'system' }))
        } catch (error) {
          if (!(error instanceof Invalid)) throw error
          res.status(422).send({ refused: error.fields, typed: req.body as unknown })
        }
      })
    }).app
  })

  const send = async (
    files: readonly (readonly [name: string, content: Buffer | string])[],
    fields: Record<string, string> = {}
  ): Promise<{ status: number; body: Answer }> => {
    const agent = request.agent(app)
    const token = tokenIn((await agent.get('/form')).text)
    const form = agent.post('/notes').field('_csrf', token)
    for (const [name, value] of Object.entries(fields)) void form.field(name, value)
    for (const [name, content] of files) {
      void form.attach('files', Buffer.from(content), { filename: name, contentType: 'image/png' })
    }
    const answer = await form
    return { status: answer.status, body: answer.body as Answer }
  }
  const typeOf = async (name: string, content: Buffer | string): Promise<string | undefined> => {
    const { body } = await send([[name, content]])
    return body.files?.[0]?.type ?? body.refused?.['files']?.key
  }

  it('gives the fields as text and the files as stored', async () => {
    const { body } = await send(
      [
        ['plan.pdf', pdf],
        ['notes.txt', 'Grüße']
      ],
      { text: 'See the plan.' }
    )
    expect(body.fields).to.deep.equal({ text: 'See the plan.' })
    expect(body.files?.map(({ name, type }) => [name, type])).to.deep.equal([
      ['plan.pdf', 'application/pdf'],
      ['notes.txt', 'text/plain']
    ])
    expect(shelf.kept.get('2')?.content).to.equal('Grüße')
  })

  it('has as much text as a note may have, in any script; of more, as much comes back (A48)', async () => {
    const long = '🦊'.repeat(20_000)
    expect((await send([], { text: long })).body.fields).to.deep.equal({ text: long })
    const { refused, typed } = (await send([], { text: 'x'.repeat(100_001) })).body
    expect(refused).to.deep.equal({ text: { key: 'errors.field.invalid' } })
    expect(typed).to.deep.equal({ text: 'x'.repeat(100_000) })
  })

  it('may come without a file', async () => {
    const { body } = await send([], { text: 'No plan.' })
    expect(body).to.deep.equal({ fields: { text: 'No plan.' }, files: [] })
  })

  it('has the type its bytes have, whatever its sender says (A19)', async () => {
    expect(await typeOf('photo.png', png)).to.equal('image/png')
    expect(await typeOf('letter.docx', docx)).to.equal(
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
    )
    expect(await typeOf('table.csv', 'a;b\n1;2\n')).to.equal('text/csv')
    expect(await typeOf('photo.jpg', png)).to.equal('errors.file.name')
    expect(await typeOf('notes.txt', pdf)).to.equal('errors.file.name')
  })

  for (const [what, name, content] of [
    ['SVG', 'logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['SVG called text', 'logo.txt', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['HTML called text', 'page.txt', '\n  <!DOCTYPE html><p>x'],
    ['markup in the middle of text', 'page.txt', 'Hello <script>alert(1)</script>'],
    ['a PHP script', 'shell.txt', 'x <?php system($_GET[0]) ?>'],
    ['a shell script', 'run.txt', '#!/bin/sh\nrm -rf /'],
    ['a ZIP', 'files.zip', zipWith('a.txt', 'a')],
    ['a program', 'tool.pdf', Buffer.from('4d5a90000300000004000000ffff0000', 'hex')],
    ['bytes that are no text', 'notes.txt', Buffer.from([0xff, 0xfe, 0x00, 0x41])],
    ['a double ending', 'shell.php.png', png],
    ['an ending that runs', 'photo.png.html', png],
    ['no ending', 'photo', png]
  ] as const) {
    it(`is refused when it is ${what}, and nothing is stored (A19)`, async () => {
      const { status } = await send([
        ['good.pdf', pdf],
        [name, content]
      ])
      expect(status).to.equal(422)
      expect(shelf.kept.size).to.equal(0)
    })
  }

  it('is refused when it is too large, and one byte less is taken (A48)', async () => {
    const refused = await send([['long.txt', 'x'.repeat(100_001)]], { text: 'typed' })
    expect(refused.body.refused?.['files']).to.deep.equal({ key: 'errors.file.size', args: { max: '100 kB' } })
    expect(refused.body.typed).to.deep.equal({ text: 'typed' })
    expect(shelf.kept.size).to.equal(0)
    expect((await send([['long.txt', 'x'.repeat(99_999)]])).status).to.equal(200)
  })

  it('is taken when it is exactly as large as it may be (A48)', async () => {
    const exact = await send([['notes.txt', 'a'.repeat(100_000)]])
    expect(exact.status).to.equal(200)
    expect(exact.body.files?.[0]?.size).to.equal(100_000)
    expect((await send([['notes.txt', 'a'.repeat(100_001)]])).body.refused?.['files']?.key).to.equal('errors.file.size')
  })

  it('is refused when there are too many, and when the whole is announced as too large (A48)', async () => {
    const three = await send([
      ['a.txt', 'a'],
      ['b.txt', 'b'],
      ['c.txt', 'c']
    ])
    expect(three.body.refused?.['files']).to.deep.equal({ key: 'errors.file.count', args: { count: 2 } })
    expect((await send([['a.txt', 'x'.repeat(2_000_000)]])).status).to.equal(413)
    expect(shelf.kept.size).to.equal(0)
  })

  it('that fails half-way takes back what was stored', async () => {
    expect(
      (
        await send([
          ['good.txt', 'a'],
          ['refused.txt', 'b']
        ])
      ).status
    ).to.equal(500)
    expect(shelf.kept.size).to.equal(0)
  })

  it('leaves no temporary files behind, also when the visitor goes away', async () => {
    await send([['good.txt', 'a']])
    await send([['bad.svg', '<svg/>']])
    expect(leftovers()).to.deep.equal([])
    const agent = request.agent(app)
    const page = await agent.get('/form')
    const server = createServer(app).listen(0)
    const socket = connect((server.address() as AddressInfo).port)
    const cookie = String(page.headers['set-cookie']).split(';')[0]
    socket.write(
      `POST /notes HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000\r\n\r\n`
    )
    socket.write(`--b\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${tokenIn(page.text)}\r\n`)
    socket.write('--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf a fi')
    await until(() => leftovers().length === 1)
    socket.destroy()
    await once(socket, 'close')
    server.close()
    await once(server, 'close')
    await until(() => leftovers().length === 0)
    expect(shelf.kept.size).to.equal(1)
  })

  it('that ends in the middle of a file is refused, and nothing else goes wrong (A48)', async () => {
    const agent = request.agent(app)
    const token = tokenIn((await agent.get('/form')).text)
    const head = (fields: string): string => `--b\r\nContent-Disposition: form-data; ${fields}\r\n\r\n`
    const body = `${head('name="_csrf"')}${token}\r\n${head('name="files"; filename="a.txt"')}half a fi`
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear)
    try {
      const answer = await agent.post('/notes').set('Content-Type', 'multipart/form-data; boundary=b').send(body)
      await new Promise((resolve) => setTimeout(resolve, 50))
      expect([answer.status, unheard]).to.deep.equal([400, []])
    } finally {
      process.off('unhandledRejection', hear)
      for (const other of others) process.on('unhandledRejection', other)
    }
    expect(shelf.kept.size).to.equal(0)
    await until(() => leftovers().length === 0)
  })

  it('has a name without paths, control characters and tricks (A20)', () => {
    expect(cleanName('../../etc/passwd.txt')).to.equal('passwd.txt')
    expect(cleanName('C:\\temp\\plan.pdf')).to.equal('plan.pdf')
    expect(cleanName('a\r\nb\0.pdf')).to.equal('ab.pdf')
    expect(cleanName('photo\u202egnp.exe')).to.equal('photognp.exe')
    expect(cleanName('"><img src=x>.png')).to.equal('___img src=x_.png')
    expect(cleanName('...')).to.equal('file')
    expect(cleanName(`${'x'.repeat(300)}.pdf`))
      .to.have.length(120)
      .and.match(/\.pdf$/)
    expect(cleanName('Grüße aus Žďár.pdf')).to.equal('Grüße aus Žďár.pdf')
  })
})

describe('a download', () => {
  const info: FileInfo = { id: '1', name: 'Grüße "x"\r\n.pdf', type: 'application/pdf', size: 7 }

  it('is an attachment that no browser runs in our origin (A19, A20)', async () => {
    const { app } = pagesWith((router) =>
      router.get('/file', (req, res) => sendFile(res, info, Readable.from(['content'])))
    )
    const { headers, body } = (await request(app).get('/file').responseType('blob')) as {
      headers: Record<string, string>
      body: Buffer
    }
    expect(String(body)).to.equal('content')
    expect(headers['content-disposition']).to.match(
      /^attachment; filename="Gr\?*.*"; filename\*=UTF-8''Gr%C3%BC%C3%9Fe/
    )
    expect(headers['content-disposition']).not.to.match(/[\r\n]/)
    expect(headers).to.include({
      'content-type': 'application/pdf',
      'content-length': '7',
      'x-content-type-options': 'nosniff'
    })
    expect(headers['content-security-policy']).to.equal("default-src 'none'; sandbox")
    expect(headers['cache-control']).to.equal('private, no-store')
  })

  it('comes whole where the CRM keeps neither a type nor a size of it', async () => {
    for (const type of ['', 'x', 'text/html\r\nSet-Cookie: a=b']) {
      const { app } = pagesWith((router) =>
        router.get('/file', (req, res) =>
          sendFile(res, { id: '1', name: '', type, size: 0 }, Readable.from(['content']))
        )
      )
      const { headers, body: bytes, status } = (await request(app).get('/file').responseType('blob')) as Downloaded
      expect([status, String(bytes)], type).to.deep.equal([200, 'content'])
      expect(headers['content-type']).to.equal('application/octet-stream')
      expect(headers).not.to.have.property('set-cookie')
    }
  })
})

interface Downloaded {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Waits for something that happens soon. @throws when it does not */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries > 200) throw new Error('It did not happen within two seconds.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('portico-upload-'))
}

/** A ZIP with one stored entry. */
function zipWith(name: string, content: string): Buffer {
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt32LE(content.length, 18)
  head.writeUInt32LE(content.length, 22)
  head.writeUInt16LE(name.length, 26)
  return Buffer.concat([head, Buffer.from(name), Buffer.from(content)])
}
