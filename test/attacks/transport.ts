/** Attacks on requests themselves and on what stands around the portal (A41, A42, A45–A48, A51, A52). */
import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { masked, pageOf, wordsOf } from './attacker.js'
import { idIn } from './found.js'
import { sameAnswer, sameMissing, unchanged } from './measures.js'
import { demo, makeCase, release, workshop, type World } from './world.js'

const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const newCase = { subject: 'Forged', account: 'nordwind', priority: 'Low' }

export function transport(world: () => World): void {
  describe('requests', () => {
    it('A41 a form is taken from its own page alone: not without a token, not with that of somebody else, not from another site', async () => {
      const { annaAtWork, bjorn, stranger } = world()
      const forged = bjorn.copy()
      await forged.get(`${demo}/profile`)
      const theirs = pageOf(await forged.get(`${demo}/profile`))('input[name=_csrf]').attr('value')!
      const path = `${workshop}/case`
      await annaAtWork.get(`${path}/new`)
      await unchanged(world(), async () => {
        for (const [what, fields, headers] of [
          ['an empty token', { _csrf: '' }, {}],
          ['a token of somebody else', { _csrf: theirs }, {}],
          ['two tokens', { _csrf: [theirs, theirs] }, {}],
          ['another origin', {}, { Origin: 'https://evil.example' }],
          ['an origin like ours', {}, { Origin: 'http://127.0.0.1.evil.example' }],
          ['a host of another’s choice', {}, { Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' }],
          ['another site', {}, { 'Sec-Fetch-Site': 'cross-site' }],
          ['another host of our domain', {}, { 'Sec-Fetch-Site': 'same-site' }]
        ] as const) {
          expect((await annaAtWork.post(path, { ...newCase, ...fields }, headers)).status, what).to.equal(403)
        }
        expect(
          (await annaAtWork.copy().send(path, new URLSearchParams(newCase).toString(), form)).status,
          'no token'
        ).to.equal(403)
        for (const type of ['text/plain', 'application/json', 'application/xml'])
          expect(
            (await annaAtWork.send(path, JSON.stringify(newCase), { 'Content-Type': type })).status,
            type
          ).to.equal(400)
        expect(
          (
            await annaAtWork.send(
              `${workshop}/case/annas-heating-case/notes`,
              '--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx\r\n--b--\r\n',
              { 'Content-Type': 'multipart/form-data; boundary=b' }
            )
          ).status,
          'multipart'
        ).to.equal(403)
        const visitor = stranger()
        await visitor.get(`${demo}/sign-in`)
        for (const fields of [{ _csrf: '' }, { _csrf: theirs }])
          expect(
            (
              await visitor.post(`${demo}/sign-in`, {
                email: 'anna@nordwind.example',
                password: demoPassword,
                ...fields
              })
            ).status,
            'sign-in'
          ).to.equal(403)
        expect((await visitor.get(`${demo}/case`)).status).to.equal(303)
      })
      const planted = annaAtWork.copy()
      planted.cookies.set('portico_forms', forged.cookies.get('portico_forms')!)
      await unchanged(world(), async () => {
        expect((await planted.post(path, { ...newCase, _csrf: theirs })).status, 'a planted cookie').to.equal(403)
      })
      const own: Record<string, string>[] = [{}, { Origin: 'http://127.0.0.1' }, { 'Sec-Fetch-Site': 'same-origin' }]
      for (const headers of own) {
        await annaAtWork.get(`${path}/new`)
        expect((await annaAtWork.post(path, newCase, headers)).status, 'its twin').to.equal(303)
      }
    })

    it('A41 opening an address changes nothing, and no request pretends to be another method', async () => {
      const { annaAtWork, anna, db } = world()
      const id = await makeCase(annaAtWork, 'Stays as it is')
      await annaAtWork.upload(`${workshop}/case/${id}/notes`, { text: 'Stays too.' })
      const note = await idIn(db, 'crm_feed', { text: 'Stays too.' })
      const record = `${workshop}/case/${id}`
      await unchanged(world(), async () => {
        for (const path of [
          '',
          '/removal',
          '/clone',
          '/edit',
          `/notes/${note}/edit`,
          `/notes/${note}/removal`,
          `/notes/${note}`,
          '/notes'
        ])
          await annaAtWork.get(`${record}${path}?subject=x&_method=DELETE`)
        for (const path of ['/sign-out', '/profile/password', '/profile/preferences'])
          await annaAtWork.get(workshop + path)
        for (const method of ['PUT', 'PATCH', 'DELETE'] as const)
          for (const path of [record, `${record}/removal`])
            expect((await annaAtWork.use(method, path)).status, method).to.equal(404)
        for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])
          await anna.post(
            `${demo}/case/annas-heating-case?_method=DELETE`,
            { _method: 'DELETE' },
            { [header]: 'DELETE' }
          )
      })
      expect((await annaAtWork.get(record)).status, 'still signed in').to.equal(200)
    })

    it('A42 what is typed into an address or a field is a value, never a piece of a statement', async () => {
      const { anna, annaAtWork } = world()
      const all = wordsOf(await anna.get(`${demo}/case`))
      await unchanged(world(), async () => {
        for (const words of hostile) {
          const at = encodeURIComponent(words)
          sameMissing(await anna.get(`${demo}/case/${at}`), await anna.get(`${demo}/case/no-such-record`), words)
          const search = await anna.get(`${demo}/case?q=${at}`)
          expect(search.status, words).to.equal(200)
          expect(wordsOf(search), words).to.include('0 records').and.not.include('Pump leaks')
          const unknown = await anna.get(`${demo}/case?sort=nothing`)
          sameAnswer(await anna.get(`${demo}/case?sort=${at}`), unknown, `sort ${words}`)
          sameAnswer(await anna.get(`${demo}/case?filter.${at}=1`), unknown, `filter ${words}`)
          expect(wordsOf(await anna.get(`${demo}/case?filter.status=${at}`)), `value ${words}`).to.include('0 records')
          expect(rowsOf(wordsOf(await anna.get(`${demo}/case?after=${at}`))), `after ${words}`).to.equal(rowsOf(all))
          expect(
            (await annaAtWork.post(`${workshop}/case`, { ...newCase, account: words })).status,
            `a reference ${words}`
          ).to.equal(422)
          expect((await anna.get(`/portal/${at}/case`)).status, `a portal ${words}`).to.equal(404)
        }
      })
      await annaAtWork.post(`${workshop}/case`, { ...newCase, subject: hostile[0]! })
      expect(wordsOf(await anna.get(`${demo}/case?q=${encodeURIComponent(hostile[0]!)}`)), 'its twin').to.include(
        '1 record'
      )
    })

    it('A42 the signs of a search are letters: they stand for nothing else', async () => {
      const { anna } = world()
      for (const words of ['%', '_', '%eating%', 'H_ating', '\\', '*', 'Heating%'])
        expect(wordsOf(await anna.get(`${demo}/case?q=${encodeURIComponent(words)}`)), words).to.include('0 records')
      expect(wordsOf(await anna.get(`${demo}/case?q=eating`)), 'its twin').to.include('1 record')
    })

    it('A45 no page may be kept by a cache between, and after sign-out the address shows nothing', async () => {
      const { customer, anna } = world()
      for (const path of ['/case', '/case/annas-heating-case', '/case/no-such-record', '/profile', '/nothing']) {
        const { headers } = await anna.get(demo + path)
        expect(headers['cache-control'], path).to.equal('private, no-store')
        expect(headers['vary'], path).to.match(/\bCookie\b/)
        expect(headers['etag'], path).to.equal(undefined)
      }
      const bjorn = await customer('bjorn')
      const copy = bjorn.copy()
      expect((await bjorn.get(`${demo}/case/bjorns-case`)).status).to.equal(200)
      expect((await bjorn.post(`${demo}/sign-out`)).status).to.equal(303)
      for (const who of [bjorn, copy]) expect((await who.get(`${demo}/case/bjorns-case`)).status).to.equal(303)
    })

    it('A46 nothing in an address, a header or a cookie says who somebody is or what he may', async () => {
      const { anna, stranger } = world()
      const missing = await anna.get(`${demo}/case/no-such-record`)
      for (const query of [
        'viewer=bjorn',
        'user=irena',
        'staff=1',
        'admin=true',
        'role=administrator',
        'userType=1',
        'preview=1',
        'previewBy=irena',
        'account=fjordside',
        'parenttab=Support',
        'internal=true',
        '_internal=1',
        'limit=100000'
      ]) {
        sameMissing(await anna.get(`${demo}/case/bjorns-case?${query}`), missing, query)
        expect((await stranger().get(`${demo}/case/annas-heating-case?${query}`)).status, query).to.equal(303)
      }
      for (const headers of [
        { 'X-User': 'irena' },
        { 'X-Forwarded-User': 'irena' },
        { Authorization: 'Basic aXJlbmE6eA==' },
        { 'Espo-Authorization': 'eA==' },
        { 'X-Original-URL': '/crm/Case/bjorns-case' },
        { 'X-Rewrite-URL': '/crm/' }
      ] as const) {
        const [name = ''] = Object.keys(headers)
        sameMissing(
          await anna.get(`${demo}/case/bjorns-case`, headers as unknown as Record<string, string>),
          missing,
          name
        )
      }
      const guest = stranger()
      for (const name of ['user', 'staff', 'admin', 'viewer', 'role']) guest.cookies.set(name, 'irena')
      expect((await guest.get(`${demo}/case`)).status).to.equal(303)
    })

    it('A46 before the session there is one answer for everything behind it', async () => {
      const { stranger } = world()
      const told = new Set<string>()
      for (const path of [
        'case',
        'case/annas-heating-case',
        'case/no-such-record',
        'lead',
        'nothing',
        'case/bjorns-case/removal',
        'user/irena',
        'case/annas-heating-case/files/none'
      ]) {
        const answer = await stranger().get(`${demo}/${path}`)
        told.add(
          `${answer.status} ${answer.headers['location']?.split('?')[0]} ${masked(answer).replaceAll(encodeURIComponent(`${demo}/${path}`), '')}`
        )
      }
      expect(told.size).to.equal(1)
      await unchanged(world(), async () => {
        const visitor = stranger()
        await visitor.get(`${demo}/sign-in`)
        for (const path of [
          'case',
          'case/annas-heating-case',
          'case/no-such-record',
          'lead',
          'case/annas-heating-case/removal'
        ])
          expect((await visitor.post(`${demo}/${path}`, newCase)).status, path).to.equal(401)
        expect(
          (
            await visitor.upload(`${demo}/case/annas-heating-case/notes`, { text: 'x' }, [
              { name: 'a.txt', content: 'x' }
            ])
          ).status
        ).to.equal(401)
      })
    })

    it('A47 a field or a module that is new in the CRM is nobody’s until somebody releases it', async () => {
      const { anna, annaAtWork, test, context, workshopType } = world()
      const words = (text: string) => ({ en: text, de: text, cs: text })
      await test.embedded.crm.define({
        kind: 'fields',
        module: 'Case',
        fields: { margin: { label: words('Margin'), type: 'text', searchable: true, sortable: true, maxLength: 50 } }
      })
      await test.embedded.crm.define({
        kind: 'module',
        definition: {
          name: 'Secret',
          label: words('Secret'),
          plural: words('Secrets'),
          icon: 'lock',
          fields: { name: { label: words('Name'), type: 'text', required: true } },
          layouts: { list: ['name'], detail: [] }
        }
      })
      const { system } = test.embedded.crm.store
      await system.change('Case', 'annas-heating-case', { margin: 'forty percent' })
      await system.create('Secret', { name: 'Merger' }, { id: 'merger' })
      for (const [who, door] of [
        [anna, demo],
        [annaAtWork, workshop]
      ] as const) {
        for (const path of ['case', 'case/annas-heating-case', 'case/new'])
          expect((await who.get(`${door}/${path}`)).text, path)
            .not.to.include('argin')
            .and.not.include('forty percent')
            .and.not.include('Secret')
        expect(wordsOf(await who.get(`${door}/case?q=forty`))).to.include('0 records')
        sameAnswer(
          await who.get(`${door}/case?sort=margin`),
          await who.get(`${door}/case?sort=nothing`),
          'sorted by it'
        )
        sameMissing(await who.get(`${door}/secret/merger`), await who.get(`${door}/nothing/merger`), 'the module')
        await unchanged(world(), async () =>
          expect((await who.post(`${door}/case`, { ...newCase, margin: 'x' })).status).to.equal(422)
        )
      }
      await release(context, workshopType, {
        module: 'Case',
        kind: 'related',
        path: ['account', 'contacts'],
        notes: 'write',
        rights: new Set(['create', 'edit', 'delete', 'clone']),
        editable: ['subject', 'account', 'priority', 'isInternal', 'description'],
        readOnly: ['number', 'contact', 'status', 'margin']
      })
      expect((await annaAtWork.get(`${workshop}/case/annas-heating-case`)).text, 'its twin').to.include('forty percent')
    })

    it('A48 more than can be taken is not taken: bodies, fields, files, searches, pages', async () => {
      const { anna } = world()
      await anna.get(`${demo}/case/new`)
      const notes = `${demo}/case/annas-heating-case/notes`
      const file = (size: number, name = 'a.txt') => ({ name, content: 'x'.repeat(size) })
      await unchanged(world(), async () => {
        expect((await anna.post(`${demo}/case`, { subject: 'x'.repeat(600_000) })).status, 'a body').to.equal(413)
        expect(
          (await anna.post(`${demo}/case`, Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`f${n}`, 'x']))))
            .status,
          'fields'
        ).to.be.oneOf([400, 413])
        expect(
          (await anna.post(`${demo}/case`, { subject: 'x'.repeat(300), priority: 'Low' })).status,
          'a long subject'
        ).to.equal(422)
        expect((await anna.upload(notes, { text: 'x' }, [file(50_001)])).status, 'a file').to.equal(422)
        expect(
          (
            await anna.upload(
              notes,
              { text: 'x' },
              [1, 2, 3, 4].map((n) => file(1, `${n}.txt`))
            )
          ).status,
          'files'
        ).to.equal(422)
        expect((await anna.upload(notes, { text: 'x' }, [file(1_200_000)])).status, 'all of it').to.equal(413)
      })
      expect(
        (
          await anna.upload(
            notes,
            { text: 'Three files.' },
            [1, 2, 3].map((n) => file(49_999, `${n}.txt`))
          )
        ).status,
        'its twin'
      ).to.equal(303)
      expect(pageOf(await anna.get(`${demo}/case?limit=100000&pageSize=100000`))('main tbody tr').length).to.be.at.most(
        25
      )
      const started = performance.now()
      for (const query of [
        `q=${'a+'.repeat(4000)}`,
        `q=${'%25'.repeat(3000)}`,
        `after=${'A'.repeat(9000)}`,
        `trail=${'~A'.repeat(4000)}`
      ])
        expect((await anna.get(`${demo}/case?${query}`)).status, query.slice(0, 10)).to.equal(200)
      expect(performance.now() - started).to.be.lessThan(5000)
      for (const path of [
        '//portal//thermovia//case',
        `${demo}//case`,
        `${demo}/case//annas-heating-case`,
        `/portal/${'a/'.repeat(500)}`,
        `${demo}/%2e%2e/%2e%2e/crm`
      ])
        expect((await anna.get(path)).status, path.slice(0, 40)).to.be.oneOf([303, 404])
      for (const path of [`${demo}/case/%00`, `${demo}/%E0%A4%A`, `${demo}/case?q=%`])
        expect((await anna.get(path)).status, path).to.equal(400)
    })

    it('A51 no page is shown in a frame but on the sites that the configuration names', async () => {
      const { anna, replica } = world()
      for (const path of [
        `${demo}/case`,
        `${demo}/sign-in`,
        `${demo}/case/none`,
        '/crm/sign-in',
        '/external/sign-in',
        '/'
      ]) {
        const { headers } = await anna.get(path)
        expect(headers['content-security-policy'], path).to.match(/frame-ancestors 'none'/)
        expect(headers['x-frame-options'], path).to.equal('DENY')
        const other = (await replica().get(path)).headers
        expect(other['content-security-policy'], path).to.match(
          /frame-ancestors https:\/\/www\.thermovia\.example(;|$)/
        )
        expect(other['strict-transport-security'], path).to.be.a('string')
      }
    })

    it('A52 what she may in one portal she may not in another, not even with what she wrote there', async () => {
      const { anna, annaAtWork, bjorn } = world()
      const id = await makeCase(annaAtWork, 'Written at work')
      const text = (await anna.get(`${demo}/case/${id}`)).text
      expect(text).to.include('Written at work').and.not.include('/edit').and.not.include('/removal')
      await unchanged(world(), async () => {
        for (const [path, fields] of [
          ['', { subject: 'x' }],
          ['/removal', {}]
        ] as const)
          expect((await anna.post(`${demo}/case/${id}${path}`, fields)).status, path).to.equal(403)
        expect((await anna.post(`${demo}/quote`, { subject: 'x' })).status).to.equal(403)
        expect((await annaAtWork.post(`${workshop}/contact/anna`, { mobile: '1' })).status).to.equal(422)
      })
      sameMissing(
        await annaAtWork.get(`${workshop}/invoice/annas-invoice`),
        await annaAtWork.get(`${workshop}/nothing/annas-invoice`),
        'invoices'
      )
      expect((await anna.get(`${demo}/invoice/annas-invoice`)).status, 'its twin').to.equal(200)
      expect((await annaAtWork.post(`${workshop}/case/${id}/removal`)).status, 'its twin').to.equal(303)
      expect((await bjorn.get(`${demo}/case/${id}`)).status).to.equal(404)
    })
  })
}

const hostile: readonly string[] = [
  "' or '1'='1",
  "annas-heating-case' --",
  '"; drop table crm_case; --',
  '1) union select id from crm_case --',
  "x' and sleep(2) --",
  '{"$ne":null}',
  '$.id',
  '`id`',
  '${7*7}',
  "char(65)||'",
  'case when 1=1 then id end'
]

/** How many records a list says there are. */
function rowsOf(words: string): string | undefined {
  return /(\d+) records?/.exec(words)?.[1]
}
