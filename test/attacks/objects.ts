/** Attacks on records and on the ways between them (A01–A11). */
import { expect } from 'chai'
import type { Response } from 'supertest'
import { pageOf, wordsOf, type Attacker } from './attacker.js'
import { rowIn } from './found.js'
import { sameAnswer, sameMissing, unchanged } from './measures.js'
import { admit, demo, makeCase, openPortal, workshop, type World } from './world.js'

export function objects(world: () => World): void {
  describe('records', () => {
    const views = ['', '/edit', '/clone', '/removal', '/related/account', '/notes/none/edit', '/files/none']

    it('A01 a foreign, internal, removed or unpublished record is not there, by whatever address', async () => {
      const { anna } = world()
      for (const [module, ids] of Object.entries(hidden)) {
        for (const view of module === 'case' ? views : ['', '/edit']) {
          const missing = await anna.get(`${demo}/${module}/no-such-record${view}`)
          for (const id of ids)
            sameMissing(await anna.get(`${demo}/${module}/${id}${view}`), missing, `${module}/${id}${view}`)
        }
      }
    })

    it('A01 its twin: whose record it is opens it, and every page of it', async () => {
      const { bjorn, annaAtWork } = world()
      expect((await bjorn.get(`${demo}/case/bjorns-case`)).status).to.equal(200)
      const id = await makeCase(annaAtWork, 'Every page of it')
      for (const view of ['', '/edit', '/clone', '/removal', '/related/account'])
        expect((await annaAtWork.get(`${workshop}/case/${id}${view}`)).status, view).to.equal(200)
    })

    it('A01 an id is exact: neither case nor blanks nor encoding make another one of it', async () => {
      const { anna } = world()
      const missing = await anna.get(`${demo}/case/no-such-record`)
      for (const id of [
        'ANNAS-HEATING-CASE',
        'annas-heating-case%20',
        '%20annas-heating-case',
        'annas-heating-case%09',
        'annas-heating-c%25',
        'annas_heating_case'
      ]) {
        sameMissing(await anna.get(`${demo}/case/${id}`), missing, id)
      }
    })

    it('A01 A47 a module that is not released is not there, nor is a record in it', async () => {
      const { anna } = world()
      for (const rest of ['', '/lena', '/new', '/lena/edit']) {
        const missing = await anna.get(`${demo}/no-such-module${rest}`)
        for (const module of ['lead', 'deal', 'user', 'vendor', 'Case', 'crm_case'])
          sameMissing(await anna.get(`${demo}/${module}${rest}`), missing, `${module}${rest}`)
      }
    })

    it('A02 a foreign record is not changed, removed or written on, and the answer is that of no record', async () => {
      const { anna } = world()
      await unchanged(world(), async () => {
        for (const [path, fields] of writesOn) {
          const missing = await anna.post(`${demo}/case/no-such-record${path}`, fields)
          for (const id of hidden.case)
            sameMissing(await anna.post(`${demo}/case/${id}${path}`, fields), missing, `${id}${path}`)
        }
        const missing = await anna.upload(`${demo}/case/no-such-record/notes`, { text: 'x' })
        sameMissing(await anna.upload(`${demo}/case/bjorns-case/notes`, { text: 'x' }), missing, 'a note')
        sameMissing(
          await anna.post(`${demo}/contact/bjorn`, { phone: '1' }),
          await anna.post(`${demo}/contact/nobody`, { phone: '1' }),
          'a contact'
        )
      })
    })

    it('A02 a visible record that she may not change stays as it is, and its modified time too', async () => {
      const { anna } = world()
      await unchanged(world(), async () => {
        for (const [path, fields] of writesOn.slice(0, 2))
          expect((await anna.post(`${demo}/case/jonas-valve-case${path}`, fields)).status, path).to.equal(403)
        expect((await anna.post(`${demo}/account/nordwind`, { name: 'Mine' })).status).to.equal(403)
        expect((await anna.post(`${demo}/product/valve-dn20`, { name: 'Mine' })).status).to.equal(403)
      })
    })

    it('A02 its twin: she changes, writes on and removes what is hers', async () => {
      const { annaAtWork, db } = world()
      const id = await makeCase(annaAtWork, 'A case of her own')
      expect(
        (await annaAtWork.post(`${workshop}/case/${id}`, { ...caseForm, subject: 'Her own case, changed' })).status
      ).to.equal(303)
      expect((await annaAtWork.upload(`${workshop}/case/${id}/notes`, { text: 'And a note.' })).status).to.equal(303)
      expect(await db('crm_case').first('subject').where({ id })).to.deep.equal({ subject: 'Her own case, changed' })
      expect((await annaAtWork.post(`${workshop}/case/${id}/removal`)).status).to.equal(303)
      expect((await rowIn(db, 'crm_case', { id }))['deleted']).to.equal(1)
      expect((await annaAtWork.get(`${workshop}/case/${id}`)).status).to.equal(404)
    })

    it('A03 the same id in another module opens nothing: not the record, not its notes, not what she wrote', async () => {
      const { anna, annaAtWork, test, db } = world()
      const { system } = test.embedded.crm.store
      const id = await makeCase(annaAtWork, 'Same id, first')
      await system.create('Quote', { subject: 'Secret quote of the same id', account: 'fjordside' }, { id })
      await test.embedded.crm.feed.post(
        { module: 'Quote', recordId: id, text: 'A note on the other one.', internal: false, files: [] },
        { kind: 'system' }
      )
      expect((await db('portico_authorship').where({ module: 'Case', record_id: id })).length).to.equal(1)
      for (const [who, door] of [
        [anna, demo],
        [annaAtWork, workshop]
      ] as const) {
        sameMissing(await who.get(`${door}/quote/${id}`), await who.get(`${door}/quote/no-such-record`), door)
        const own = await who.get(`${door}/case/${id}`)
        expect(own.status).to.equal(200)
        expect(own.text)
          .to.include('Same id, first')
          .and.not.include('A note on the other one.')
          .and.not.include('Secret quote')
      }
      await unchanged(world(), async () =>
        expect((await annaAtWork.post(`${workshop}/quote/${id}`, { subject: 'Mine' })).status).to.equal(404)
      )
    })

    it('A04 a list of related records shows of the children what she may see by itself', async () => {
      const { anna } = world()
      const contacts = await anna.get(`${demo}/account/nordwind/related/contacts`)
      expect(wordsOf(contacts)).to.include('Anna Schmidt').and.not.include('Jonas').and.not.include('Mehmet')
      const cases = await anna.get(`${demo}/account/nordwind/related/cases`)
      expect(wordsOf(cases))
        .to.include('Heating fails')
        .and.not.include('credit line')
        .and.not.include('Doppelt gemeldet')
      const involved = await anna.get(`${demo}/case/annas-heating-case`)
      expect(involved.text).not.to.include('Petersen')
    })

    it('A04 a link to a module that is not released answers like a link that is not there', async () => {
      const { anna } = world()
      const missing = await anna.get(`${demo}/account/nordwind/related/nothing`)
      for (const link of ['deals', 'contracts', 'projects', 'assignedUser', '__proto__', 'constructor'])
        sameMissing(await anna.get(`${demo}/account/nordwind/related/${link}`), missing, link)
    })

    it('A05 a record is not linked to a foreign parent: not when made, not when changed', async () => {
      const { annaAtWork, db } = world()
      const id = await makeCase(annaAtWork, 'Stays at Nordwind')
      await unchanged(world(), async () => {
        for (const account of ['fjordside', 'no-such-account', 'NORDWIND']) {
          expect(
            (await annaAtWork.post(`${workshop}/case`, { ...caseForm, account })).status,
            `made at ${account}`
          ).to.equal(422)
          expect(
            (await annaAtWork.post(`${workshop}/case/${id}`, { ...caseForm, account })).status,
            `moved to ${account}`
          ).to.equal(422)
        }
        expect(
          (await annaAtWork.post(`${workshop}/case/${id}`, { ...caseForm, account: '' })).status,
          'moved out of reach'
        ).to.equal(403)
      })
      expect(await db('crm_case').first('account_id').where({ id })).to.deep.equal({ account_id: 'nordwind' })
    })

    it('A05 a line item is not put into a foreign record; its twin goes into her own', async () => {
      const { annaAtWork, db } = world()
      const item = {
        'QuoteItem.1.product': 'valve-dn20',
        'QuoteItem.1.description': 'One valve',
        'QuoteItem.1.quantity': '1',
        'QuoteItem.1.unitPrice': '1'
      }
      const subject = String((await rowIn(db, 'crm_quote', { id: 'annas-quote' }))['subject'])
      const form = { subject, ...item }
      await unchanged(world(), async () => {
        for (const id of ['bjorns-quote', 'no-such-quote'])
          expect((await annaAtWork.post(`${workshop}/quote/${id}`, form)).status, id).to.equal(404)
        for (const stray of ['QuoteItem.1.quote', 'OrderItem.1.description'])
          expect(
            (await annaAtWork.post(`${workshop}/quote/annas-quote`, { ...form, [stray]: 'bjorns-quote' })).status,
            stray
          ).to.equal(422)
        const taken = await annaAtWork.post(`${workshop}/quote/annas-quote`, {
          ...form,
          'QuoteItem.1._id': 'bjorns-quote-1'
        })
        expect(taken.status, 'a foreign row').to.equal(409)
        for (const path of ['quote-item', 'quote-item/bjorns-quote-1'])
          expect((await annaAtWork.post(`${workshop}/${path}`, { description: 'x' })).status, path).to.equal(404)
      })
      const made = await annaAtWork.post(`${workshop}/quote/annas-quote`, form)
      expect(made.headers['location']).to.equal(`${workshop}/quote/annas-quote?saved=1`)
      expect(await db('crm_quote_item').where({ quote_id: 'annas-quote', description: 'One valve' })).to.have.length(1)
    })

    it('A05 what decides which records she sees is not hers to change: the account she belongs to, the field that criteria compare with', async () => {
      const { context, customer, db } = world()
      const type = await openPortal(context, 'ladder', [
        { module: 'Contact', kind: 'primary', rights: new Set(['edit']), editable: ['account', 'city', 'phone'] },
        {
          module: 'Account',
          kind: 'related',
          criteria: {
            join: 'any',
            of: [
              { field: 'city', operator: '=', match: { by: 'field', field: 'city' } },
              { field: 'type', operator: '=', match: { by: 'value', value: 'Customer' } }
            ]
          },
          readOnly: ['name']
        },
        { module: 'Case', kind: 'related', path: ['account', 'contacts'], readOnly: ['subject'] }
      ])
      await admit(context, 'jonas', type)
      const jonas = await customer('jonas', '/portal/ladder')
      await unchanged(world(), async () => {
        for (const change of [{ account: 'fjordside' }, { city: 'Newcastle upon Tyne' }])
          await jonas.post('/portal/ladder/contact/jonas', {
            account: 'nordwind',
            city: 'Hamburg',
            phone: '',
            ...change
          })
      })
      expect((await jonas.get('/portal/ladder/account/tyne-housing')).status).to.equal(404)
      expect((await jonas.get('/portal/ladder/case/bjorns-case')).status).to.equal(404)
      await jonas.get('/portal/ladder/contact/jonas/edit')
      expect((await jonas.post('/portal/ladder/contact/jonas', { phone: '+49 40 1' })).status, 'its twin').to.equal(303)
      expect(await db('crm_contact').first('phone').where({ id: 'jonas' })).to.deep.equal({ phone: '+49 40 1' })
    })

    it('A06 a note and a file are found on their own record only, even between two records she sees', async () => {
      const { annaAtWork } = world()
      const [own, other] = [
        await makeCase(annaAtWork, 'The one with a note'),
        await makeCase(annaAtWork, 'The other one')
      ]
      await annaAtWork.upload(`${workshop}/case/${own}/notes`, { text: 'Only here.' }, [
        { name: 'here.txt', content: 'here' }
      ])
      const shown = await annaAtWork.get(`${workshop}/case/${own}`)
      for (const [note, verb] of waysInto(shown)) {
        const there = note.replace(own, other)
        const nothing = note.replace(own, other).replace(/(notes|files)\/[^/]+/, '$1/none')
        if (verb === 'get') sameMissing(await annaAtWork.get(there), await annaAtWork.get(nothing), there)
        else
          await unchanged(world(), async () =>
            sameMissing(
              await annaAtWork.post(there, { text: 'x' }),
              await annaAtWork.post(nothing, { text: 'x' }),
              there
            )
          )
      }
      const ways = waysInto(shown)
      expect(ways).to.have.length(3)
      for (const [note, verb] of ways) expect((await annaAtWork[verb](note)).status, note).to.be.oneOf([200, 303])
    })

    it('A07 what a list shows opens, and what it does not show does not, for every record of every module', async () => {
      const { anna, db } = world()
      for (const [module, table] of Object.entries(tables)) {
        const listed = await listedIds(anna, `${demo}/${module}`)
        const opened: string[] = []
        for (const id of await db(table).pluck<string[]>('id'))
          if ((await anna.get(`${demo}/${module}/${id}`)).status === 200) opened.push(id)
        expect(listed.toSorted(), module).to.deep.equal(opened.toSorted())
        expect(listed, module).not.to.be.empty
      }
    })

    it('A08 a count, a search and a page count only what she sees', async () => {
      const { anna, db } = world()
      const listed = await listedIds(anna, `${demo}/case`)
      const all = await db('crm_case').pluck<string[]>('id')
      expect(listed.length).to.be.greaterThan(25).and.lessThan(all.length)
      expect(wordsOf(await anna.get(`${demo}/case`))).to.include(`${listed.length} records`)
      expect(wordsOf(await anna.get(`${demo}/case?q=Pump+leaks`))).to.include('0 records')
      expect(wordsOf(await anna.get(`${demo}/case?q=Heating+fails`))).to.include('1 record')
      expect(wordsOf(await anna.get(`${demo}/quote`))).to.include('2 records')
      expect(wordsOf(await anna.get(`${demo}/case?q=credit+line`)), 'an internal one').to.include('0 records')
    })

    it('A08 a cursor of somebody else, of another order or a changed one opens nothing', async () => {
      const { anna, annaAtWork } = world()
      const first = await anna.get(`${demo}/case`)
      const own = nextPage(first, `${demo}/case`)
      expect(own, 'there is a second page').to.be.a('string')
      const cursor = new URL(own!, 'http://x').searchParams.get('after')!
      expect(rowsIn(await anna.get(own!))).not.to.deep.equal(rowsIn(first))
      for (const after of [
        `${cursor.slice(0, -2)}AA`,
        cursor.slice(4),
        'x',
        Buffer.from('[null,"annas-heating-case"]').toString('base64url')
      ]) {
        expect(rowsIn(await anna.get(`${demo}/case?after=${after}`)), after).to.deep.equal(rowsIn(first))
      }
      expect(rowsIn(await annaAtWork.get(`${workshop}/case?after=${cursor}`))).to.deep.equal(
        rowsIn(await annaAtWork.get(`${workshop}/case`))
      )
      const bySubject = await anna.get(`${demo}/case?sort=subject`)
      expect(rowsIn(await anna.get(`${demo}/case?sort=subject&after=${cursor}`))).to.deep.equal(rowsIn(bySubject))
    })

    it('A09 filter and order by a hidden field are refused in the same words as by a field that is not there', async () => {
      const { anna } = world()
      const unknown = await anna.get(`${demo}/case?sort=nothing`)
      expect(unknown.status).to.equal(422)
      for (const field of [
        'contact',
        'assignedUser',
        'isInternal',
        'modifiedAt',
        'project',
        'createdBy',
        'deleted',
        'id',
        'account.name',
        '__proto__'
      ]) {
        sameAnswer(await anna.get(`${demo}/case?sort=${field}`), unknown, `sorted by ${field}`)
        sameAnswer(await anna.get(`${demo}/case?sort=-${field}`), unknown, `sorted by ${field}, downwards`)
        for (const value of ['bjorn', 'true', '1', ''])
          if (value !== '')
            sameAnswer(await anna.get(`${demo}/case?filter.${field}=${value}`), unknown, `${field} = ${value}`)
      }
      for (const sort of ['subject', '-subject', 'createdAt'])
        expect((await anna.get(`${demo}/case?sort=${sort}`)).status, sort).to.equal(200)
      expect(wordsOf(await anna.get(`${demo}/case?filter.priority=Urgent`))).to.include('Heating fails')
    })

    it('A09 a search does not look into hidden fields, nor a filter by a record she does not see', async () => {
      const { anna, annaAtWork, db } = world()
      await db('crm_account')
        .where({ id: 'nordwind' })
        .update({ email: 'hidden-needle@nordwind.example', city: 'Hidden-needle' })
      expect(wordsOf(await anna.get(`${demo}/account?q=hidden-needle`))).to.include('0 records')
      expect(wordsOf(await anna.get(`${demo}/account?q=nordwind`))).to.include('1 record')
      expect(wordsOf(await annaAtWork.get(`${workshop}/case?filter.contact=jonas`))).to.include('0 records')
      expect(wordsOf(await annaAtWork.get(`${workshop}/case?filter.contact=anna`))).not.to.include('0 records')
    })

    it('A10 a right to read, to edit or to clone removes nothing, and one to create clones nothing; the right to delete removes what she wrote', async () => {
      const { anna, annaAtWork, db } = world()
      await unchanged(world(), async () => {
        for (const [who, path] of [
          [anna, `${demo}/case/annas-heating-case`],
          [annaAtWork, `${workshop}/case/annas-heating-case`],
          [annaAtWork, `${workshop}/quote/annas-quote`],
          [anna, `${demo}/contact/anna`]
        ] as const) {
          expect((await who.get(`${path}/removal`)).status, path).to.equal(403)
          expect((await who.post(`${path}/removal`)).status, path).to.equal(403)
        }
      })
      expect((await annaAtWork.get(`${workshop}/quote/annas-quote/clone`)).status, 'no right to clone').to.equal(403)
      const id = await makeCase(annaAtWork, 'To be removed')
      expect((await annaAtWork.post(`${workshop}/case/${id}/removal`)).status).to.equal(303)
      expect((await rowIn(db, 'crm_case', { id }))['deleted']).to.equal(1)
    })

    it('A11 a lookup offers what she sees, of many only what two letters find, and no more than fifty', async () => {
      const { annaAtWork, db } = world()
      const form = await annaAtWork.get(`${workshop}/case/new`)
      expect(optionsOf(form, 'account')).to.deep.equal(['', 'nordwind'])
      sameAnswer(
        await annaAtWork.post(`${workshop}/case`, { ...caseForm, account: 'fjordside', _find: 'account' }),
        await annaAtWork.post(`${workshop}/case`, { ...caseForm, account: 'no-such-one', _find: 'account' }),
        'a chosen foreign record'
      )
      const row = await rowIn(db, 'crm_product', { id: 'valve-dn20' })
      await db.batchInsert(
        'crm_product',
        Array.from({ length: 240 }, (_, n) => ({ ...row, id: `widget-${n}`, name: `Widget ${n}` })),
        20
      )
      const found = async (words: string) =>
        optionsOf(
          await annaAtWork.post(`${workshop}/quote`, {
            _find: 'QuoteItem.1.product',
            'QuoteItem.1.description': 'Something',
            '_search.QuoteItem.1.product': words
          }),
          'QuoteItem.1.product'
        )
      expect(await found('W')).to.deep.equal([''])
      expect(await found('Controller')).to.have.members(['', 'controller', 'old-controller'])
      expect(await found('Widget')).to.have.length(51)
      await db('crm_product').where('id', 'like', 'widget-%').delete()
    })
  })

  describe('staff pages', () => {
    it('A01 A46 staff with a permission of Portico do not read records through it that the CRM does not show them', async () => {
      const { staff: as } = world()
      const petra = await as('petra')
      expect((await petra.get('/crm/Lead/lena')).status, 'the CRM does not show her').to.equal(404)
      const missing = await petra.get('/portico/admin/portals/access?module=Lead&record=no-such-lead')
      sameMissing(await petra.get('/portico/admin/portals/access?module=Lead&record=lena'), missing, 'a lead')
      sameMissing(
        await petra.get('/portico/admin/portals/access?module=Deal&record=fjordside-pump-room'),
        missing,
        'a deal'
      )
      expect((await petra.get('/portico/admin/portals/access?module=Contact&record=anna')).status, 'its twin').to.equal(
        200
      )
    })
  })
}

const hidden = {
  case: ['bjorns-case', 'nordwind-internal-case', 'nordwind-removed-case'],
  contact: ['bjorn', 'jonas'],
  account: ['fjordside', 'nordwind-service'],
  quote: ['bjorns-quote'],
  'quote-item': ['bjorns-quote-1'],
  invoice: ['bjorns-invoice'],
  'knowledge-article': ['winter-tariffs', 'controller-r2']
}

const tables = {
  case: 'crm_case',
  contact: 'crm_contact',
  account: 'crm_account',
  quote: 'crm_quote',
  'quote-item': 'crm_quote_item',
  invoice: 'crm_invoice',
  product: 'crm_product',
  'knowledge-article': 'crm_knowledge_article'
}

const caseForm = { subject: 'A case', account: 'nordwind', priority: 'Normal', description: '' }

const writesOn = [
  ['', { subject: 'Mine now' }],
  ['/removal', {}],
  ['/notes/none', { text: 'Mine' }],
  ['/notes/none/removal', {}]
] as const

/** The addresses of a note on the page that are its author's: to read its file, to edit it, to remove it last. */
function waysInto(shown: Response): [string, 'get' | 'post'][] {
  const $ = pageOf(shown)
  const links = $('.files a, a[href$="/edit"][href*="/notes/"]').map((_, a) => $(a).attr('href')!)
  const removals = $('form[action*="/notes/"][action$="/removal"]').map((_, form) => $(form).attr('action')!)
  return [
    ...links.get().map((path): [string, 'get'] => [path, 'get']),
    ...removals.get().map((path): [string, 'post'] => [path, 'post'])
  ]
}

async function listedIds(who: Attacker, list: string): Promise<string[]> {
  const ids: string[] = []
  for (let path: string | undefined = list; path !== undefined;) {
    const page: Response = await who.get(path)
    ids.push(...rowsIn(page))
    path = nextPage(page, list)
  }
  return ids
}

function rowsIn(page: Response): string[] {
  const $ = pageOf(page)
  return $('main table tbody th a')
    .map((_, a) => $(a).attr('href')!.split('/').at(-1)!)
    .get()
}

function nextPage(page: Response, list: string): string | undefined {
  const next = pageOf(page)('a[rel=next]').attr('href')
  return next === undefined ? undefined : list + next.slice(next.indexOf('?'))
}

function optionsOf(page: Response, field: string): string[] {
  const $ = pageOf(page)
  return $(`select[name="${field}"] option`)
    .map((_, option) => $(option).attr('value') ?? '')
    .get()
}
