/** Attacks by files and notes, and by what is written in them (A18–A23). */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Response } from 'supertest'
import { pageOf, wordsOf } from './attacker.js'
import { accessOf, idIn, newestMail, rowIn } from './found.js'
import { sameMissing, unchanged } from './measures.js'
import { demo, irena, makeCase, workshop, type World } from './world.js'

const heating = `${demo}/case/annas-heating-case`

export function files(world: () => World): void {
  describe('files and notes', () => {
    it('A18 a file is read by its own record and note alone, by whoever may see them', async () => {
      const { anna, bjorn, stranger } = world()
      await anna.upload(`${heating}/notes`, { text: 'With a file.' }, [{ name: 'boiler.txt', content: 'cold' }])
      const path = fileOf(await anna.get(heating), 'boiler.txt')
      const id = path.split('/').at(-1)!
      expect((await anna.get(path)).text).to.equal('cold')
      for (const record of ['annas-heating-case', 'bjorns-case']) {
        sameMissing(
          await bjorn.get(`${demo}/case/${record}/files/${id}`),
          await bjorn.get(`${demo}/case/${record}/files/none`),
          record
        )
      }
      sameMissing(
        await anna.get(`${demo}/case/jonas-valve-case/files/${id}`),
        await anna.get(`${demo}/case/jonas-valve-case/files/none`),
        'a colleague’s case'
      )
      expect((await anna.get(`${demo}/invoice/annas-invoice/files/${id}`)).status, 'no notes there').to.equal(403)
      expect((await stranger().get(path)).status).to.equal(303)
      expect((await anna.get(`/crm/Case/annas-heating-case/files/${id}`)).headers['location']).to.include(
        '/crm/sign-in'
      )
    })

    it('A18 a file is gone with its note', async () => {
      const { anna, db } = world()
      await anna.upload(`${heating}/notes`, { text: 'Soon gone.' }, [{ name: 'gone.txt', content: 'x' }])
      const shown = await anna.get(heating)
      const path = fileOf(shown, 'gone.txt')
      const removal = pageOf(shown)('.feed__entry').last().find('form[action$="/removal"]').attr('action')!
      expect((await anna.post(removal)).status).to.equal(303)
      expect((await anna.get(path)).status).to.equal(404)
      expect(await db('crm_file').where({ id: path.split('/').at(-1)! })).to.deep.equal([])
    })

    it('A19 a file is what its bytes are: markup, scripts, programs and archives are not taken under any name', async () => {
      const { anna } = world()
      await unchanged(world(), async () => {
        for (const [name, content, type] of badFiles)
          expect(
            (await anna.upload(`${heating}/notes`, { text: 'x' }, [{ name, content, type }])).status,
            name
          ).to.equal(422)
      })
      const answer = await anna.upload(`${heating}/notes`, { text: 'A picture.' }, [
        { name: 'boiler.png', content: picture, type: 'text/html' }
      ])
      expect(answer.status, 'its twin').to.equal(303)
      const file = await anna.get(fileOf(await anna.get(heating), 'boiler.png'))
      expect(file.headers).to.include({
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store'
      })
      expect(file.headers['content-disposition']).to.match(/^attachment/)
    })

    it('A20 a file’s name leads nowhere, hides nothing and is no markup', async () => {
      const { anna, db, context } = world()
      const named = {
        '../../../etc/passwd.txt': 'passwd.txt',
        '..\\..\\boot.txt': 'boot.txt',
        '<img src=x onerror=alert(1)>.txt': '_img src=x onerror=alert(1)_.txt',
        'gnp\u202Etxt.txt': 'gnptxt.txt'
      }
      for (const [sent, kept] of Object.entries(named)) {
        expect(
          (await anna.upload(`${heating}/notes`, { text: 'x' }, [{ name: sent, content: kept }])).status,
          sent
        ).to.equal(303)
        const page = await anna.get(heating)
        expect(page.text).not.to.include('<img src=x')
        const path = fileOf(page, kept)
        const id = path.split('/').at(-1)!
        expect(await db('crm_file').first('name').where({ id })).to.deep.equal({ name: kept })
        expect(id).to.match(/^[\da-f-]{36}$/)
        expect(existsSync(join(context.config.filesFolder, id.slice(0, 2), id))).to.equal(true)
        const file = await anna.get(path)
        expect(file.text).to.equal(kept)
        expect(file.headers['content-disposition']).to.match(
          /^attachment; filename=("[^"]+"|[\w.]+)(; filename\*=UTF-8''[\w.%]+)?$/
        )
      }
    })

    it('A21 an internal note, its file and what staff changed are not for customers; a note that is not internal is', async () => {
      const { anna, db, staff } = world()
      const petra = await staff('petra')
      await petra.get('/crm/Case/annas-heating-case')
      const written = { 'Do not tell: the warranty has ended.': 'true', 'The technician is on his way.': undefined }
      for (const [text, internal] of Object.entries(written)) {
        const answer = await petra.upload(
          '/crm/Case/annas-heating-case/notes',
          { text, ...(internal && { internal }) },
          [{ name: internal ? 'secret.txt' : 'open.txt', content: text }]
        )
        expect(answer.status, text).to.equal(303)
      }
      const shown = await anna.get(heating)
      expect(shown.text)
        .to.include('on his way')
        .and.include('open.txt')
        .and.not.include('warranty')
        .and.not.include('secret.txt')
      const secret = await rowIn(db, 'crm_feed_file', { file_id: await idIn(db, 'crm_file', { name: 'secret.txt' }) })
      const nothing = await anna.get(`${heating}/files/none`)
      sameMissing(await anna.get(`${heating}/files/${secret['file_id']}`), nothing, 'its file')
      sameMissing(
        await anna.get(`${heating}/notes/${secret['feed_id']}/edit`),
        await anna.get(`${heating}/notes/none/edit`),
        'the note itself'
      )
      const posts = await db('crm_feed').where({
        module: 'Case',
        record_id: 'annas-heating-case',
        kind: 'post',
        internal: 0
      })
      expect(pageOf(shown)('.feed__entry')).to.have.length(posts.length)
      expect(
        await db('crm_feed').where({ module: 'Case', record_id: 'annas-heating-case', kind: 'event' }),
        'there are lines of the CRM'
      ).not.to.be.empty
      expect((await petra.get('/crm/Case/annas-heating-case')).text, 'its twin')
        .to.include('warranty')
        .and.include('secret.txt')
    })

    it('A22 who wrote a note, when, and for whom comes from the session alone', async () => {
      const { anna, db } = world()
      const claims = {
        author: 'petra',
        authorId: 'petra',
        author_kind: 'staff',
        at: '2001-01-01 00:00:00',
        internal: 'true',
        kind: 'event',
        recordId: 'bjorns-case'
      }
      await anna.upload(`${heating}/notes`, { text: 'Signed by whom?', ...claims })
      const row = await rowIn(db, 'crm_feed', { text: 'Signed by whom?' })
      expect(row).to.include({
        author_kind: 'outside',
        author_id: await accessOf(world(), 'anna'),
        author_name: 'Anna Schmidt',
        kind: 'post',
        record_id: 'annas-heating-case',
        internal: 0
      })
      expect(String(row['at']) > '2020').to.equal(true)
    })

    it('A22 a note of somebody else is not hers to change: of staff, of a colleague, of a stranger', async () => {
      const { annaAtWork, customer, db, test } = world()
      const jonas = await customer('jonas', workshop)
      await jonas.upload(`${workshop}/case/annas-heating-case/notes`, { text: 'By Jonas.' })
      await test.embedded.crm.feed.post(
        { module: 'Case', recordId: 'annas-heating-case', text: 'By Petra.', internal: false, files: [] },
        { kind: 'staff', id: 'petra' }
      )
      const record = `${workshop}/case/annas-heating-case`
      const ids = await db('crm_feed')
        .whereIn('text', ['By Jonas.', 'By Petra.', 'We put a tray under it. The drip is getting faster.'])
        .pluck<string[]>('id')
      expect(ids).to.have.length(3)
      await unchanged(world(), async () => {
        for (const id of ids) {
          for (const rest of ['', '/removal']) {
            const missing = await annaAtWork.post(`${record}/notes/none${rest}`, { text: 'Mine' })
            sameMissing(await annaAtWork.post(`${record}/notes/${id}${rest}`, { text: 'Mine' }), missing, id + rest)
          }
        }
      })
      const jonasNote = await idIn(db, 'crm_feed', { text: 'By Jonas.' })
      await jonas.get(record)
      expect(
        (await jonas.post(`${record}/notes/${jonasNote}`, { text: 'By Jonas, changed.' })).status,
        'its twin'
      ).to.equal(303)
    })

    it('A23 what a customer types is text on every page of the staff, in lists, searches, streams and mails', async () => {
      const { annaAtWork, staff, context } = world()
      const as = await staff('irena')
      const id = await makeCase(annaAtWork, `Subject ${markup}`)
      await annaAtWork.post(`${workshop}/case/${id}`, {
        subject: `Subject ${markup}`,
        account: 'nordwind',
        priority: 'Normal',
        description: `${markup}\n[x](javascript:alert(1))`
      })
      await annaAtWork.upload(`${workshop}/case/${id}/notes`, { text: `Note ${markup}` }, [
        { name: 'a<svg onload=alert(1)>.txt', content: 'x' }
      ])
      await annaAtWork.get(`${workshop}/contact/anna/edit`)
      expect(
        (
          await annaAtWork.post(`${workshop}/contact/anna`, {
            firstName: markup,
            lastName: 'Schmidt',
            phone: 'javascript:alert(1)'
          })
        ).status
      ).to.equal(303)
      for (const path of [
        `/crm/Case/${id}`,
        `/crm/Case/${id}/edit`,
        '/crm/Case?q=Subject',
        '/crm/search?q=Subject',
        '/crm/',
        '/crm/Contact/anna',
        '/crm/Contact',
        '/portico/admin/portals/access?module=Contact&record=anna',
        '/portico/admin/portals/users'
      ]) {
        const page = await as.get(path)
        expect(page.status, path).to.equal(200)
        harmless(page, path)
      }
      expect(wordsOf(await as.get(`/crm/Case/${id}`)), 'its twin: it is all there')
        .to.include(`Subject ${markup}`)
        .and.include(`Note ${markup}`)
      await context.host.save(
        { module: 'Contact', id: 'anna', values: { firstName: 'Anna', phone: '' } },
        { kind: 'staff', id: (await irena(context)).id }
      )
    })

    it('A23 a name that is markup is text in the mail that goes to it', async () => {
      const { staff, test } = world()
      await test.embedded.crm.store.system.change('Contact', 'mehmet', { firstName: markup })
      const as = await staff('irena')
      await as.get('/portico/admin/portals/invitations/new?module=Contact&record=mehmet')
      expect(
        (
          await as.post('/portico/admin/portals/invitations', {
            module: 'Contact',
            record: 'mehmet',
            userType: world().workshopType,
            language: 'en'
          })
        ).status
      ).to.equal(303)
      const mail = await newestMail(world(), 'mehmet@nordwind.example', 'invitation')
      expect(mail.html).to.include('&lt;script&gt;').and.not.include('<script').and.not.include('<img src=x')
      expect(mail.subject).not.to.match(/[\r\n]/)
      await test.embedded.crm.store.system.change('Contact', 'mehmet', { firstName: 'Mehmet' })
    })

    it('A23 an address that is a script is no link for a customer', async () => {
      const { anna, db } = world()
      await db('crm_account').where({ id: 'nordwind' }).update({ website: 'javascript:alert(1)' })
      const page = await anna.get(`${demo}/account/nordwind`)
      harmless(page, 'the account')
      expect(wordsOf(page)).to.include('javascript:alert(1)')
      await db('crm_account').where({ id: 'nordwind' }).update({ website: 'https://www.nordwind.example' })
      expect((await anna.get(`${demo}/account/nordwind`)).text, 'its twin').to.include(
        'href="https://www.nordwind.example"'
      )
    })
  })
}

const markup = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>'

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64'
)

const badFiles: readonly [name: string, content: string | Buffer, type: string][] = [
  ['a.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/png'],
  ['a.html', '<!doctype html><script>alert(1)</script>', 'text/plain'],
  ['a.txt', '<!doctype html><script>alert(1)</script>', 'text/plain'],
  ['b.txt', 'text\n<svg onload=alert(1)>', 'text/plain'],
  ['a.png', '<html><script>alert(1)</script></html>', 'image/png'],
  ['a.php', '<?php system($_GET[0]);', 'text/plain'],
  ['a.php.png', picture, 'image/png'],
  ['a.phtml', picture, 'image/png'],
  ['a.html', picture, 'image/png'],
  ['a.png.svg', picture, 'image/png'],
  ['a.js', 'GIF89a/*', 'image/gif'],
  ['a.zip', Buffer.from('504b0304140000000000', 'hex'), 'text/plain'],
  ['a.exe', Buffer.from('4d5a90000300000004000000ffff0000', 'hex'), 'text/plain'],
  ['a', 'no ending', 'text/plain']
]

function fileOf(page: Response, name: string): string {
  const $ = pageOf(page)
  const link = $('ul.files a').filter((_, a) => $(a).text().includes(name))
  expect(link.length, `a file ${name}`).to.be.greaterThan(0)
  return link.last().attr('href')!
}

/** Nothing in the page runs but our own script, and its policy allows no other. */
function harmless(page: Response, what: string): void {
  const $ = pageOf(page)
  expect(
    $('script')
      .map((_, one) => $(one).attr('src'))
      .get()
      .join(),
    what
  ).to.match(/^\/public\/portico\.js\?v=[\w-]+$/)
  expect($('script').text(), what).to.equal('')
  const elements = $('*').get()
  expect(
    elements.flatMap((one) => Object.keys('attribs' in one ? one.attribs : {})).filter((name) => /^on/i.test(name)),
    what
  ).to.deep.equal([])
  expect(
    $('[href^="javascript:" i], [src^="javascript:" i], [action^="javascript:" i], iframe, object, embed').length,
    what
  ).to.equal(0)
  expect(page.headers['content-security-policy'], what)
    .to.include("default-src 'none'")
    .and.include("script-src 'self'")
    .and.not.include('unsafe')
}
