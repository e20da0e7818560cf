/** Attacks on the time between: access that ended, rules that changed, rows that broke, two who act at once (A24–A29). */
import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import type { Level } from '../../src/global-sharing/model.js'
import { invite } from '../../src/portal/people/invitations.js'
import { configuration } from '../../src/portal/configuration.js'
import { wordsOf, type Attacker } from './attacker.js'
import { accessOf, linkTo, newestMail, portalOf, rowIn } from './found.js'
import { unchanged } from './measures.js'
import { admit, damage, demo, irena, makeCase, openPortal, release, workshop, type World } from './world.js'

const admin = '/portico/admin/portals'

export function lifeCycle(world: () => World): void {
  describe('what changes', () => {
    it('A24 who leaves the company loses its records with the next request; who joins another one gets those', async () => {
      const { customer, test } = world()
      const emily = await customer('emily')
      expect((await emily.get(`${demo}/case/bjorns-case`)).status).to.equal(200)
      const move = (account: string | null) => test.embedded.crm.store.system.change('Contact', 'emily', { account })
      await move(null)
      expect((await emily.get(`${demo}/case/bjorns-case`)).status).to.equal(404)
      expect(wordsOf(await emily.get(`${demo}/case`))).to.include('0 records')
      await move('nordwind')
      expect((await emily.get(`${demo}/case/bjorns-case`)).status).to.equal(404)
      expect((await emily.get(`${demo}/case/annas-heating-case`)).status, 'its twin').to.equal(200)
      await move('fjordside')
    })

    it('A24 deactivated, her sessions, her links and mail that waits end at once; activated, only a new sign-in counts', async () => {
      const { customer, staff, stranger, db } = world()
      const [jana, frank] = [await customer('jana'), await staff('frank')]
      await stranger().get('/')
      const visitor = stranger()
      await visitor.get(`${demo}/forgotten-password`)
      await visitor.post(`${demo}/forgotten-password`, { email: 'jana@teplo-morava.example' })
      const mail = await newestMail(world(), 'jana@teplo-morava.example', 'reset')
      const reset = await linkTo(world(), 'jana@teplo-morava.example', 'reset')
      expect((await visitor.get(reset)).status).to.equal(200)
      await db('portico_mail').where({ id: mail.id }).update({ state: 'waiting' })
      const user = await accessOf(world(), 'jana')
      await frank.get(`${admin}/access?module=Contact&record=jana`)
      expect((await frank.post(`${admin}/users/${user}/deactivation`)).status).to.equal(303)
      const refused = await jana.get(`${demo}/case`)
      expect([refused.status, refused.headers['location']]).to.deep.equal([
        303,
        `${demo}/sign-in?to=${encodeURIComponent(`${demo}/case`)}`
      ])
      await unchanged(world(), async () =>
        expect((await jana.post(`${demo}/case`, { subject: 'x', priority: 'Low' })).status).to.equal(401)
      )
      expect((await visitor.get(reset)).status).to.equal(410)
      expect(await db('portico_mail').first('state', 'text', 'html').where({ id: mail.id })).to.deep.equal({
        state: 'withdrawn',
        text: '',
        html: ''
      })
      expect((await stranger().signIn(demo, 'jana@teplo-morava.example', demoPassword)).status).to.equal(422)
      await frank.post(`${admin}/users/${user}/activation`)
      expect((await jana.get(`${demo}/case`)).status, 'the old session').to.equal(303)
      expect((await stranger().get(reset)).status, 'the old link').to.equal(410)
      expect((await (await customer('jana')).get(`${demo}/case`)).status, 'its twin').to.equal(200)
    })

    it('A24 whose record is removed sees nothing from the next request on, and is signed out when the CRM says so', async () => {
      const { customer, test, stranger } = world()
      const pavel = await customer('pavel')
      expect((await pavel.get(`${demo}/case/janas-boiler-case`)).status).to.equal(200)
      await test.embedded.crm.store.system.remove('Contact', 'pavel')
      for (const path of ['case', 'case/janas-boiler-case', 'product', 'contact/pavel'])
        expect((await pavel.get(`${demo}/${path}`)).status, path).to.equal(404)
      await test.embedded.host.deliver()
      expect((await pavel.get(`${demo}/case`)).status).to.equal(303)
      expect((await stranger().signIn(demo, 'pavel@teplo-morava.example', demoPassword)).status).to.equal(422)
    })

    it('A24 a portal that is switched off is there for nobody; switched on, for those who were there before', async () => {
      const { annaAtWork, staff, stranger } = world()
      const frank = await staff('frank')
      const portal = await portalOf(world().db, 'workshop')
      const turn = async (how: string) => {
        const page = await frank.get(`${admin}/${portal}`)
        expect(
          (await frank.post(`${admin}/${portal}/${how}`, { revision: revisionIn(page.text) })).status,
          how
        ).to.equal(303)
      }
      await turn('deactivation')
      for (const who of [annaAtWork, stranger()])
        for (const path of ['/case', '/sign-in', '/', '/forgotten-password'])
          expect((await who.get(workshop + path)).status, path).to.equal(404)
      await turn('activation')
      expect((await annaAtWork.get(`${workshop}/case`)).status).to.equal(200)
    })

    it('A25 a module or a field that is taken back, a right that ends: the next request knows it, in every process', async () => {
      const { context, customer, staff, replica } = world()
      const type = await openPortal(context, 'rules', [
        contactOnly,
        {
          ...cases,
          editable: ['subject', 'priority', 'description'],
          readOnly: [],
          rights: new Set(['create', 'editShared'])
        }
      ])
      await admit(context, 'anna', type)
      const [here, there] = [await customer('anna', '/portal/rules'), replica()]
      expect((await there.signIn('/portal/rules', 'anna@nordwind.example', demoPassword)).status).to.equal(303)
      const record = '/portal/rules/case/annas-heating-case'
      const both = async (path: string) => [await here.get(path), await there.get(path)]
      for (const answer of await both(record))
        expect(answer.text).to.include('Am Regler steht E-17').and.include('/edit')
      await release(context, type, { ...cases, readOnly: ['subject'] })
      for (const answer of await both(record))
        expect(answer.text).to.include('Heating fails').and.not.include('E-17').and.not.include('/edit')
      await unchanged(world(), async () => {
        for (const who of [here, there]) expect((await who.post(record, { subject: 'Mine' })).status).to.equal(403)
      })
      const frank = await staff('frank')
      const removal = `${admin}/user-types/${type}/modules/Case/removal`
      const revision = revisionIn((await frank.get(removal)).text)
      expect((await frank.post(removal, { revision })).status).to.equal(303)
      for (const answer of [...(await both(record)), ...(await both('/portal/rules/case'))])
        expect(answer.status).to.equal(404)
    })

    it('A25 a module that is no longer public is gone from every portal at once', async () => {
      const { anna, context, db } = world()
      const setLevel = (level: Level) =>
        damage(db, db('portico_defaults').where({ module: 'Product' }).update({ level }))
      expect((await anna.get(`${demo}/product`)).status).to.equal(200)
      await setLevel('private')
      for (const path of ['product', 'product/valve-dn20'])
        expect((await anna.get(`${demo}/${path}`)).status, path).to.equal(404)
      expect((await configuration(context.db)).publicModules.has('Product')).to.equal(false)
      await setLevel('public-read')
      expect((await anna.get(`${demo}/product/valve-dn20`)).status).to.equal(200)
    })

    it('A26 a level that nobody knows is not public', async () => {
      const { anna, db } = world()
      await damage(db, db('portico_defaults').where({ module: 'Product' }).update({ level: 'public-someday' }))
      expect((await anna.get(`${demo}/product`)).status).to.equal(404)
      await damage(db, db('portico_defaults').where({ module: 'Product' }).update({ level: 'public-read' }))
    })

    it('A26 a damaged row gives less, never more', async () => {
      const { context, customer, db } = world()
      const type = await openPortal(context, 'broken', [
        contactOnly,
        {
          ...cases,
          readOnly: ['description'],
          editable: ['subject', 'priority'],
          rights: new Set(['create', 'editShared', 'delete']),
          notes: 'write'
        }
      ])
      const user = await admit(context, 'anna', type)
      const anna = await customer('anna', '/portal/broken')
      const record = '/portal/broken/case/annas-heating-case'
      const row = () => db('portico_released_modules').where({ user_type_id: type, module: 'Case' })
      const whole = await rowIn(db, 'portico_released_modules', { user_type_id: type, module: 'Case' })
      const shown = async (values: Record<string, unknown>) => {
        await damage(db, row().update({ ...whole, ...values }))
        return anna.get(record)
      }
      const sound = await shown({})
      expect(sound.text).to.include('/edit').and.include('name="files"')
      for (const values of [
        { kind: 'everything' },
        { kind: '' },
        { path: 'nothing' },
        { path: 'account' },
        { path: 'account.contacts.account' },
        { path: '', criteria: 'no criteria' },
        { path: '', criteria: '{"join":"all","of":[]}' },
        {
          path: '',
          criteria: '{"join":"any","of":[{"field":"gone","operator":"isEmpty","match":{"by":"value","value":null}}]}'
        },
        { module: 'Gone' }
      ]) {
        expect((await shown(values)).status, JSON.stringify(values)).to.equal(404)
        await damage(db, db('portico_released_modules').where({ id: whole['id'] }).update(whole))
      }
      for (const rights of ['', 'all', 'Edit,EditShared', 'edit shared', '*', 'true'])
        expect((await shown({ rights })).text, rights).not.to.include('/edit')
      for (const notes of ['', 'yes', 'WRITE', 'all'])
        expect((await shown({ notes })).text, notes).not.to.include('id="notes"')
      await shown({})
      for (const status of ['', 'Confirmed', 'invited', 'yes']) {
        await db('portico_portal_users').where({ id: user }).update({ status })
        expect((await anna.get(record)).status, status).to.equal(303)
      }
      await db('portico_portal_users').where({ id: user }).update({ status: 'confirmed', user_type_id: 'gone' })
      expect((await anna.get(record)).status, 'no user type').to.equal(303)
      await db('portico_portal_users').where({ id: user }).update({ user_type_id: world().workshopType })
      expect((await anna.get(record)).status, 'the user type of another portal').to.equal(303)
      await db('portico_portal_users').where({ id: user }).update({ user_type_id: type })
      expect((await anna.get(record)).status, 'its twin').to.equal(200)
    })

    it('A26 without a configuration nobody comes in, and nobody is told why', async () => {
      const { anna, db } = world()
      const row = await rowIn(db, 'portico_configuration', { id: 1 })
      await db('portico_configuration').delete()
      const answer = await anna.get(`${demo}/case`)
      await db('portico_configuration').insert(row)
      expect(answer.status).to.equal(500)
      expect(answer.text)
        .not.to.include('portico_configuration')
        .and.not.include('Heating')
        .and.not.match(/\bat .+:\d+:\d+/)
      expect((await anna.get(`${demo}/case`)).status, 'its twin').to.equal(200)
    })

    it('A27 a word is no yes: neither for a switch nor for a box nor for a right', async () => {
      const { anna, annaAtWork, db, staff, workshopType } = world()
      const irenaAtDesk = await staff('irena')
      const others = { 'switch.external-users': 'true', 'switch.global-sharing': 'true' }
      for (const word of ['yes', 'no', '1', 'on', 'TRUE', ' true']) {
        await irenaAtDesk.post('/crm/settings', { ...others, 'switch.portal': word })
        for (const path of ['/case', '/sign-in'])
          expect((await anna.get(demo + path)).status, word + path).to.equal(404)
        expect((await irenaAtDesk.get(admin)).status, word).to.equal(404)
      }
      await irenaAtDesk.get('/crm/settings')
      await irenaAtDesk.post('/crm/settings', { ...others, 'switch.portal': 'true' })
      expect((await anna.get(`${demo}/case`)).status, 'its twin').to.equal(200)
      const box = async (emailOptOut: string): Promise<unknown> => {
        expect(
          (await annaAtWork.post(`${workshop}/contact/anna`, { lastName: 'Schmidt', emailOptOut })).status
        ).to.equal(303)
        return (await rowIn(db, 'crm_contact', { id: 'anna' }))['email_opt_out']
      }
      expect(await box('true'), 'its twin').to.equal(1)
      expect(await box('no')).to.equal(0)
      const page = await irenaAtDesk.get(`${admin}/user-types/${workshopType}/modules/Case`)
      await unchanged(world(), async () => {
        for (const right of ['all', 'true', 'view', 'delete everything']) {
          const fields = {
            revision: revisionIn(page.text),
            kind: 'related',
            path: 'account.contacts',
            right,
            visible: 'subject'
          }
          expect(
            (await irenaAtDesk.post(`${admin}/user-types/${workshopType}/modules/Case`, fields)).status,
            right
          ).to.equal(422)
        }
      })
    })

    it('A28 of two administrators who save the same page one is told that the other was faster', async () => {
      const { context, staff, db } = world()
      const type = await openPortal(context, 'race', [contactOnly, cases])
      const [irenaAtDesk, frank] = [await staff('irena'), await staff('frank')]
      const path = `${admin}/user-types/${type}/modules/Case`
      const revision = revisionIn((await irenaAtDesk.get(path)).text)
      await frank.get(path)
      const save = (who: Attacker, right: string) =>
        who.post(path, {
          revision,
          kind: 'related',
          path: 'account.contacts',
          right,
          visible: ['subject', 'priority', 'description']
        })
      const answers = await Promise.all([save(irenaAtDesk, 'edit'), save(frank, 'delete')])
      expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([303, 409])
      expect((await rowIn(db, 'portico_released_modules', { user_type_id: type, module: 'Case' }))['rights']).to.equal(
        answers[0].status === 303 ? 'edit' : 'delete'
      )
      await unchanged(world(), async () => expect((await save(irenaAtDesk, 'edit')).status).to.equal(409))
    })

    it('A28 while somebody is deactivated his requests are answered or refused; from the answer on all are refused', async () => {
      const { customer, staff } = world()
      const [emily, frank] = [await customer('emily'), await staff('frank')]
      const user = await accessOf(world(), 'emily')
      await frank.get(`${admin}/access?module=Contact&record=emily`)
      const asking = Promise.all(Array.from({ length: 8 }, () => emily.copy().get(`${demo}/case/bjorns-case`)))
      const ending = Promise.all([
        frank.post(`${admin}/users/${user}/deactivation`),
        frank.copy().post(`${admin}/users/${user}/deactivation`)
      ])
      for (const { status } of await asking) expect(status).to.be.oneOf([200, 303, 404])
      expect((await ending).map(({ status }) => status)).to.include(303)
      for (let n = 0; n < 3; n++) expect((await emily.get(`${demo}/case/bjorns-case`)).status).to.equal(303)
      await frank.post(`${admin}/users/${user}/activation`)
    })

    it('A29 companies that belong to each other in a circle end no request, and a path as long as one likes is not released', async () => {
      const { context, customer, db, staff } = world()
      await db('crm_account').where({ id: 'nordwind' }).update({ parent_account_id: 'nordwind-service' })
      const type = await openPortal(context, 'tree', [
        contactOnly,
        { module: 'Account', kind: 'related', path: ['subsidiaries', 'contacts'], readOnly: ['name'] },
        { ...cases, path: ['account', 'parentAccount', 'contacts'] }
      ])
      await admit(context, 'anna', type)
      const anna = await customer('anna', '/portal/tree')
      const list = await anna.get('/portal/tree/account')
      expect(list.status).to.equal(200)
      expect(wordsOf(list)).to.include('Nordwind Service GmbH').and.not.include('Fjordside')
      expect((await anna.get('/portal/tree/case')).status).to.equal(200)
      const frank = await staff('frank')
      const place = `${admin}/user-types/${type}/modules/Case`
      const revision = revisionIn((await frank.get(place)).text)
      const long = ['account', ...Array.from({ length: 9 }, () => 'parentAccount'), 'contacts'].join('.')
      const circle = ['account', 'contacts', 'account', 'contacts', 'account', 'subsidiaries', 'contacts'].join('.')
      await unchanged(world(), async () => {
        for (const path of [long, circle, 'account.nothing', 'assignedUser']) {
          expect(
            (await frank.post(place, { revision, kind: 'related', path, visible: 'subject' })).status,
            path
          ).to.equal(422)
        }
      })
      expect((await anna.get('/portal/tree/case')).status).to.equal(200)
      await db('crm_account').where({ id: 'nordwind' }).update({ parent_account_id: null })
    })

    it('A24 an invitation that waits dies with the access it was for', async () => {
      const { context, staff, stranger, workshopType } = world()
      const user = await invite(
        context,
        { module: 'Contact', recordId: 'ulrike', userTypeId: workshopType, language: 'en' },
        await irena(context)
      )
      const link = await linkTo(world(), 'ulrike@alster-wohnen.example', 'invitation')
      expect((await stranger().get(link)).status).to.equal(200)
      const frank = await staff('frank')
      await frank.get(`${admin}/access?module=Contact&record=ulrike`)
      await frank.post(`${admin}/users/${user}/removal`)
      const visitor = stranger()
      await visitor.get(`${workshop}/sign-in`)
      expect([(await visitor.get(link)).status, (await visitor.post(link)).status]).to.deep.equal([410, 410])
    })

    it('A24 Z31 who of the staff may not manage portals finds no page and changes nothing', async () => {
      const { staff, stranger, context, workshopType } = world()
      const [ben, petra, frank] = [await staff('ben'), await staff('petra'), await staff('frank')]
      const portal = await portalOf(world().db, 'thermovia')
      const user = await accessOf(world(), 'bjorn')
      const pages = [
        admin,
        `${admin}/new`,
        `${admin}/${portal}`,
        `${admin}/user-types/${workshopType}`,
        `${admin}/user-types/${workshopType}/modules/Case`,
        `${admin}/invitations/new?module=Contact&record=anna`
      ]
      for (const path of pages) {
        for (const who of [ben, petra]) expect((await who.get(path)).status, path).to.equal(404)
        expect((await frank.get(path)).status, `its twin ${path}`).to.equal(200)
        expect((await stranger().get(path)).headers['location'], path).to.include('/crm/sign-in')
        expect((await world().anna.get(path)).headers['location'], path).to.include('/crm/sign-in')
      }
      for (const path of [
        `${admin}/users`,
        `${admin}/user-types/${workshopType}/users`,
        `${admin}/access?module=Contact&record=anna`
      ]) {
        expect((await ben.get(path)).status, path).to.equal(404)
        expect((await petra.get(path)).status, `its twin ${path}`).to.equal(200)
      }
      for (const who of [ben, petra]) await who.get('/crm/profile')
      await unchanged(world(), async () => {
        const writes = [
          [admin, { name: 'x' }],
          [`${admin}/${portal}/deactivation`, { revision: '1' }],
          [`${admin}/user-types/${workshopType}/modules/Case/removal`, { revision: '1' }],
          [`${admin}/invitations`, { module: 'Contact', record: 'dirk', userType: workshopType, language: 'en' }]
        ] as const
        for (const [path, fields] of writes) {
          for (const who of [ben, petra]) expect((await who.post(path, fields)).status, path).to.equal(404)
          expect((await world().anna.post(path, fields)).status, path).to.equal(303)
        }
        expect((await ben.post(`${admin}/users/${user}/deactivation`)).status).to.equal(404)
        expect((await ben.get('/crm/settings')).status).to.equal(404)
        expect((await ben.post('/crm/settings', { 'switch.portal': 'no' })).status).to.equal(404)
      })
      expect((await configuration(context.db)).portals.get(portal)?.isActive).to.equal(true)
    })

    it('A24 what she wrote stays hers only within her scope: it can’t be changed or removed from outside of it', async () => {
      const { annaAtWork, test } = world()
      const id = await makeCase(annaAtWork, 'Given away')
      await test.embedded.crm.store.system.change('Case', id, { account: 'fjordside' })
      await unchanged(world(), async () => {
        expect(
          (await annaAtWork.post(`${workshop}/case/${id}`, { subject: 'Back', account: 'nordwind', priority: 'Low' }))
            .status
        ).to.equal(403)
        expect((await annaAtWork.post(`${workshop}/case/${id}/removal`)).status).to.equal(403)
      })
      await test.embedded.crm.store.system.change('Case', id, { account: 'nordwind' })
      expect((await annaAtWork.post(`${workshop}/case/${id}/removal`)).status, 'its twin').to.equal(303)
    })
  })
}

const contactOnly = { module: 'Contact', kind: 'primary', readOnly: ['name'] } as const
const cases = {
  module: 'Case',
  kind: 'related',
  path: ['account', 'contacts'],
  readOnly: ['subject', 'description']
} as const

function revisionIn(html: string): string {
  return /name="revision" value="(\d+)"/.exec(html)?.[1] ?? ''
}
