/** Attacks on fields: reading hidden ones, writing what is not hers to write, and learning from refusals (A12–A17). */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect } from 'chai'
import type { Response } from 'supertest'
import { pageOf, wordsOf, type Attacker } from './attacker.js'
import { rowIn } from './found.js'
import { sameAnswer, sameMissing, unchanged } from './measures.js'
import { admit, demo, makeCase, openPortal, workshop, type World } from './world.js'

export function fields(world: () => World): void {
  describe('fields', () => {
    it('A12 A21 no page that a customer can reach shows a hidden field, a foreign record or an internal note', async () => {
      const { anna, annaAtWork, db } = world()
      for (const [table, id, columns] of hiddenColumns)
        await db(table)
          .where({ id })
          .update(Object.fromEntries(columns.map((column) => [column, `hidden ${column}`])))
      for (const [who, door] of [
        [anna, demo],
        [annaAtWork, workshop]
      ] as const) {
        const pages = await everyPage(who, door)
        expect(
          [...pages.keys()].map((path) => path.split('/').at(-1)),
          door
        ).to.include.members(['new', 'edit', 'clone', 'annas-quote', 'anna', 'nordwind'])
        for (const [path, page] of pages) {
          expect(page.status, path).to.equal(200)
          for (const words of hiddenWords[door]!) expect(page.text, path).not.to.include(words)
        }
      }
    })

    it('A13 a reference shows the name of a record she may see, and nothing of another one', async () => {
      const { annaAtWork } = world()
      const own = await annaAtWork.get(`${workshop}/case/annas-heating-case`)
      expect(own.text).to.include(`href="${workshop}/contact/anna"`)
      const colleagues = await annaAtWork.get(`${workshop}/case/jonas-valve-case`)
      expect(colleagues.status).to.equal(200)
      expect(colleagues.text).not.to.include('Petersen').and.not.include('contact/jonas')
    })

    it('A14 owner, account, contact, internal flag, number and times are no fields of a customer’s form', async () => {
      const { anna, annaAtWork, db } = world()
      const id = await makeCase(annaAtWork, 'Nobody else’s')
      const form = { subject: 'Taken over', priority: 'Low' }
      const refused = {
        assignedUser: 'ben',
        contact: 'bjorn',
        createdBy: 'petra',
        createdByName: 'Petra',
        createdAt: '2001-01-01 00:00:00',
        modifiedAt: '2001-01-01',
        number: 'C-1',
        status: 'Closed',
        id: 'mine',
        deleted: '1',
        version: '9',
        'account.name': 'x',
        resolution: 'Free of charge'
      }
      await unchanged(world(), async () => {
        for (const [name, value] of Object.entries(refused)) {
          const values = { ...form, account: 'nordwind', [name]: value }
          expect((await annaAtWork.post(`${workshop}/case/${id}`, values)).status, `${name}, changed`).to.equal(422)
          expect((await annaAtWork.post(`${workshop}/case`, values)).status, `${name}, made`).to.equal(422)
        }
        for (const [name, value] of Object.entries({
          account: 'fjordside',
          isInternal: 'true',
          assignedUser: 'ben',
          status: 'Closed'
        })) {
          expect(
            (await anna.post(`${demo}/case`, { ...form, type: 'Question', [name]: value })).status,
            `${name}, made`
          ).to.equal(422)
        }
        for (const [name, value] of Object.entries({
          email: 'mine@evil.example',
          account: 'fjordside',
          name: 'Root',
          title: 'Boss',
          assignedUser: 'ben',
          description: 'x'
        })) {
          expect(
            (
              await anna.post(`${demo}/contact/anna`, {
                firstName: 'Anna',
                lastName: 'Schmidt',
                phone: '',
                mobile: '',
                [name]: value
              })
            ).status,
            name
          ).to.equal(422)
        }
      })
      expect(
        (await annaAtWork.post(`${workshop}/case/${id}`, { ...form, account: 'nordwind' })).status,
        'its twin'
      ).to.equal(303)
      expect(await db('crm_case').first('subject', 'assigned_user_id').where({ id })).to.deep.equal({
        subject: 'Taken over',
        assigned_user_id: 'irena'
      })
    })

    it('A14 A05 the owner of a record, and a lookup without its name, are nobody’s to write, even where they were released for writing', async () => {
      const { context, customer, db } = world()
      const type = await openPortal(context, 'owners', [
        { module: 'Contact', kind: 'primary', readOnly: ['name'] },
        {
          module: 'Task',
          kind: 'related',
          path: ['parentContact'],
          rights: new Set(['create', 'edit']),
          editable: ['subject', 'status', 'assignedUser', 'parentType', 'parentId']
        }
      ])
      await admit(context, 'anna', type)
      const anna = await customer('anna', '/portal/owners')
      await anna.get('/portal/owners/task/new')
      await unchanged(world(), async () => {
        for (const [name, value] of Object.entries({
          assignedUser: 'ben',
          parentType: 'Case',
          parentId: 'bjorns-case'
        })) {
          const made = await anna.post('/portal/owners/task', { subject: 'x', status: 'Open', [name]: value })
          expect(made.status, name).to.equal(422)
        }
      })
      expect((await anna.post('/portal/owners/task', { subject: 'Hers', status: 'Open' })).status, 'its twin').to.equal(
        303
      )
      expect(await rowIn(db, 'crm_task', { subject: 'Hers' })).to.include({
        assigned_user_id: 'irena',
        parent_type: 'Contact',
        parent_id: 'anna'
      })
    })

    it('A14 a profile keeps language and formats, and neither name nor address nor rights', async () => {
      const { customer, db } = world()
      const bjorn = await customer('bjorn')
      const kept = ['email', 'name', 'password_hash', 'epoch'] as const
      const identity = async () => {
        const row = await rowIn(db, 'portico_identities', { address: 'bjorn@fjordside.example' })
        return kept.map((name) => row[name])
      }
      const before = await identity()
      const wish = { locale: 'en', dateFormat: 'iso', timeFormat: '12', timeZone: 'Europe/London', country: 'GB' }
      await bjorn.post(`${demo}/profile/preferences`, {
        ...wish,
        email: 'root@evil.example',
        name: 'Root',
        epoch: '0',
        userTypeId: world().workshopType,
        isAdministrator: 'true'
      })
      expect(await identity()).to.deep.equal(before)
      expect((await bjorn.post(`${demo}/profile/preferences`, wish)).status, 'its twin').to.equal(303)
    })

    it('A15 what is refused has stored nothing: no file, no row, no folder', async () => {
      const { anna, annaAtWork } = world()
      const file = [{ name: 'note.txt', content: 'Some text.' }]
      const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('portico-upload-'))
      const before = folders()
      await unchanged(world(), async () => {
        expect(
          (await anna.upload(`${demo}/quote/annas-quote/notes`, { text: 'x' }, file)).status,
          'may only read notes'
        ).to.equal(403)
        expect((await anna.upload(`${demo}/case/bjorns-case/notes`, { text: 'x' }, file)).status, 'foreign').to.equal(
          404
        )
        expect(
          (await anna.upload(`${demo}/invoice/annas-invoice/notes`, { text: 'x' }, file)).status,
          'no notes at all'
        ).to.equal(403)
        expect(
          (
            await anna.upload(`${demo}/case/annas-heating-case/notes`, { text: 'x' }, [
              ...file,
              { name: 'x.svg', content: '<svg/>' }
            ])
          ).status,
          'one bad file'
        ).to.equal(422)
        expect(
          (await anna.upload(`${demo}/case/annas-heating-case/notes`, { text: 'x'.repeat(20_001) }, file)).status,
          'too long'
        ).to.equal(422)
        expect(
          (
            await annaAtWork.post(`${workshop}/case`, {
              subject: 'x',
              priority: 'Normal',
              account: 'nordwind',
              isInternal: 'true'
            })
          ).status,
          'what stays inside'
        ).to.equal(422)
      })
      expect(folders()).to.deep.equal(before)
      expect(
        (await anna.upload(`${demo}/case/annas-heating-case/notes`, { text: 'Now with a file.' }, file)).status,
        'its twin'
      ).to.equal(303)
    })

    it('A17 a refusal names neither hidden fields nor records, and says the same of what is not there', async () => {
      const { anna } = world()
      const made = (name: string) => anna.post(`${demo}/case`, { subject: 'x', priority: 'Low', [name]: 'x' })
      const nothing = await made('nothing')
      for (const name of ['isInternal', 'assignedUser', 'contact', 'createdByName'])
        sameAnswer(await made(name), nothing, name)
      expect(nothing.text).not.to.include('nothing')
      expect(wordsOf(nothing)).to.match(/name this number: [\da-f-]{36}/)
    })

    it('A17 nothing tells a customer what modules, fields and pages there are', async () => {
      const { anna } = world()
      for (const at of [demo, '', '/portico', '/crm']) {
        for (const page of [
          '/api',
          '/schema',
          '/metadata',
          '/fields',
          '/swagger.json',
          '/graphql',
          '/.env',
          '/debug'
        ]) {
          const answer = await anna.get(`${at}${page}`)
          expect(answer.status, at + page).to.be.oneOf([303, 404])
          expect(answer.headers['location'] ?? '/crm/sign-in', at + page).to.match(/^\/crm\/sign-in/)
        }
      }
      for (const suffix of ['.json', '.xml', '.csv'])
        sameMissing(await anna.get(`${demo}/case${suffix}`), await anna.get(`${demo}/nothing`), suffix)
      const json = await anna.get(`${demo}/case/annas-heating-case`, { Accept: 'application/json' })
      expect(json.headers['content-type']).to.include('text/html')
    })
  })
}

/** Columns of records Anna sees that are released to her nowhere, or (resolution, title) not in the workshop. */
const hiddenColumns = [
  ['crm_contact', 'anna', ['description', 'street', 'title']],
  ['crm_account', 'nordwind', ['description', 'vat_number', 'street']],
  ['crm_quote', 'annas-quote', ['description']],
  ['crm_invoice', 'annas-invoice', ['description']],
  ['crm_case', 'annas-heating-case', ['resolution']]
] as const

const foreignWords = [
  'Pump leaks',
  'Fjordside',
  'fjordside',
  'Björn',
  'bjorn',
  'credit line',
  'Doppelt gemeldet',
  'Winter tariffs',
  'Third boiler',
  'Floor is 28,500',
  'New buyer since spring'
]

const hiddenEverywhere = [...foreignWords, 'hidden description', 'hidden vat_number', 'hidden street']
const hiddenWords = { [demo]: hiddenEverywhere, [workshop]: [...hiddenEverywhere, 'hidden resolution', 'hidden title'] }

const perModule = 3

/** What she finds by following links, a few records of each module with all their pages. */
async function everyPage(who: Attacker, door: string): Promise<Map<string, Response>> {
  const found = new Map<string, Response>()
  const waiting = [`${door}/contact`, `${door}/case`]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (found.has(path) || isEnough(found, path)) continue
    const page = await who.get(path)
    found.set(path, page)
    const $ = pageOf(page)
    const links = $('a[href]').map((_, a) => new URL($(a).attr('href')!, `http://x${path}`).pathname)
    waiting.push(
      ...links.get().filter((to) => to.startsWith(`${door}/`) && to !== `${door}/` && !to.includes('/files/'))
    )
  }
  return found
}

function isEnough(found: ReadonlyMap<string, Response>, path: string): boolean {
  const [, , , module = '', id = '', view = ''] = path.split('/')
  if (['anna', 'nordwind', 'annas-quote', 'annas-heating-case', 'annas-invoice', '', 'new'].includes(id)) return false
  const others = new Set(
    [...found.keys()].filter((known) => known.split('/')[3] === module).map((known) => known.split('/')[4])
  )
  return view === '' ? others.size > perModule + 2 : !found.has(path.split('/').slice(0, 5).join('/'))
}
