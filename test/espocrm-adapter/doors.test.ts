import { expect } from 'chai'
import express, { type Express } from 'express'
import type { Knex } from 'knex'
import { pino } from 'pino'
import request, { type Response } from 'supertest'
import { readConfig } from '../../src/config.js'
import { migrate } from '../../src/db/migrate.js'
import { momentAt } from '../../src/db/moment.js'
import { doors } from '../../src/host/espocrm/doors.js'
import { createSessions, staffCookie, type StaffSessions } from '../../src/host/espocrm/sessions.js'
import { readSettings } from '../../src/host/espocrm/settings.js'
import { createStaff } from '../../src/host/espocrm/staff.js'
import { forgetTickets } from '../../src/host/espocrm/tickets.js'
import { HostUnavailable, type Staff } from '../../src/host/host.js'
import { finishWeb, setUpWeb } from '../../src/web/web.js'
import { eachDatabase } from '../support/databases.js'
import {
  addAlice,
  createStaffTables,
  emptyStaffTables,
  house,
  installIntegration,
  openRights,
  signed,
  ticketFor,
  type Claims,
  type FakeRights
} from './staff-world.js'

const publicUrl = 'http://crm.example.test/crm-portal'

eachDatabase((open) => {
  describe("the doors by which EspoCRM's pages call us", () => {
    let db: Knex
    let rights: FakeRights
    let app: Express
    let sessions: StaffSessions
    let now: number
    /** Records that Alice may view. */
    let visible: string[]
    let isHostDown: boolean

    before(async () => {
      ;({ db } = await open())
      await migrate(db)
      await createStaffTables(db)
    })
    beforeEach(async () => {
      await emptyStaffTables(db)
      await installIntegration(db)
      await addAlice(db)
      rights = await openRights()
      now = Date.now()
      visible = ['Contact/c1']
      isHostDown = false
      app = appWithDoors()
    })
    afterEach(() => rights.espo.goDown())

    function appWithDoors(): Express {
      const config = readConfig({
        DATABASE_URL: 'espocrm+mysql://u:p@h/d',
        PORTICO_PUBLIC_URL: publicUrl,
        PORTICO_SECRET: 's'.repeat(32)
      })
      const staff = createStaff({ db, rest: rights.rest }, async () => house)
      const clock = (): number => now
      sessions = createSessions({ db, staff, config, now: clock, onFailure: () => undefined })
      const made = express()
      setUpWeb(made, { config, sessionCookies: [staffCookie] })
      made.use(
        doors({
          db,
          host: {
            allows: async (_staff: Staff, _action, module, id) => {
              if (isHostDown) throw new HostUnavailable('EspoCRM does not answer.')
              return visible.includes(`${module}/${id}`)
            },
            signInUrl: (to) => `http://crm.example.test/#Portico/open/to=${encodeURIComponent(to)}`
          },
          plugin: {
            recordActions: async ({ module, id, locale }) =>
              module === 'Contact'
                ? [{ name: 'invite', label: `invite in ${locale}`, url: `/portico/admin/x?record=${id}`, icon: 'mail' }]
                : [],
            recordQuestions: async ({ module, locale, doing }) =>
              module === 'Contact'
                ? [{ name: 'access', text: `${JSON.stringify(doing)} in ${locale}`, choices: [] }]
                : [],
            adminMenu: async ({ staff: asking }) =>
              asking.isAdministrator ? [{ label: 'Portals', help: '', icon: '', url: '/portico/admin/portals' }] : []
          },
          sessions,
          settings: () => readSettings(db),
          publicUrl,
          now: clock
        })
      )
      made.get('/who', async (req, res) => void res.json({ name: (await sessions.staffOf(req))?.name ?? 'nobody' }))
      finishWeb(made, pino({ level: process.env.PORTICO_LOG_LEVEL ?? 'silent' }))
      return made
    }

    const crm = () => request.agent(app).set('Host', new URL(publicUrl).host)
    const knock = (ticket: string): request.Test => crm().get('/crm-portal/host/ticket').query({ t: ticket })
    const cookieOf = (response: Response): string => {
      const cookies = [response.get('Set-Cookie') ?? []].flat()
      return cookies.find((cookie) => cookie.startsWith('portico_staff='))?.split(';')[0] ?? ''
    }
    const who = async (cookie: string): Promise<unknown> =>
      (await crm().get('/crm-portal/who').set('Cookie', cookie)).body.name
    const comeIn = async (claims: Partial<Claims> = {}): Promise<string> =>
      cookieOf(await knock(ticketFor(now, claims)))

    describe('a ticket', () => {
      it('signs its user in and leads to the page it names, without leaving a trace', async () => {
        const response = await knock(ticketFor(now, { to: '/portico/admin/portals?a=1&b=%2F' }))
        expect(response.status).to.equal(303)
        expect(response.headers).to.include({
          location: '/crm-portal/portico/admin/portals?a=1&b=%2F',
          'referrer-policy': 'no-referrer',
          'cache-control': 'private, no-store'
        })
        expect([response.headers['set-cookie']].flat().join()).to.match(
          /portico_staff=[^;]+; Path=\/crm-portal; Expires=[^;]+; HttpOnly; SameSite=Lax/
        )
        expect(await who(cookieOf(response))).to.equal('Alice Adams')
        expect(await who('')).to.equal('nobody')
      })

      it('begins a session under a new id each time; nothing of an older one is carried over (A34)', async () => {
        const first = await comeIn()
        const second = cookieOf(await knock(ticketFor(now)).set('Cookie', first))
        expect(second).not.to.equal(first)
        expect(await who(second)).to.equal('Alice Adams')
      })

      const shapes: [string, (good: string) => string][] = [
        ['is none', () => ''],
        ['has no signature', (good) => good.split('.')[0]!],
        ['has an empty signature', (good) => `${good.split('.')[0]}.`],
        ['has an empty payload', (good) => `.${good.split('.')[1]}`],
        ['has three parts', (good) => `${good}.x`],
        ['was changed', (good) => good.replace(/^./, (letter) => (letter === 'e' ? 'f' : 'e'))],
        ['has half a signature', (good) => good.slice(0, -20)],
        ['is signed by somebody else', () => ticketFor(now, {}, 'x'.repeat(48))],
        ['is signed with nothing', () => ticketFor(now, {}, '')],
        ['is no JSON', () => signed(Buffer.from('no JSON').toString('base64url'))],
        ['is JSON of another kind', () => signed(Buffer.from('["alice"]').toString('base64url'))],
        ['is endless', () => signed('e'.repeat(10_000))]
      ]
      for (const [how, change] of shapes) {
        it(`is refused when it ${how}`, async () => {
          const good = ticketFor(now)
          const response = await knock(change(good))
          expect(response.status).to.equal(403)
          expect(response.text).to.include('not one that EspoCRM made')
          expect(cookieOf(response)).to.equal('')
          expect((await knock(good)).status, 'its twin').to.equal(303)
        })
      }

      it('is refused twice over: two of them, or a list', async () => {
        const good = ticketFor(now)
        expect((await crm().get(`/crm-portal/host/ticket?t=${good}&t=${good}`)).status).to.equal(403)
        expect((await crm().get('/crm-portal/host/ticket')).status).to.equal(403)
        expect((await knock(good)).status).to.equal(303)
      })

      for (const field of ['sub', 'ses', 'to', 'iat', 'exp', 'jti'] as const) {
        it(`is refused when it does not say ${field}`, async () => {
          expect((await knock(ticketFor(now, { [field]: undefined }))).status).to.equal(403)
        })
      }

      for (const to of [
        '//evil.example',
        '/\\evil.example',
        'https://evil.example/',
        'javascript:alert(1)',
        '/.//evil.example',
        '/a/..//evil.example',
        '/ok\nSet-Cookie: x',
        '/ok?x=<y>',
        '',
        'portico'
      ]) {
        it(`leads nowhere else: ${JSON.stringify(to)}`, async () => {
          const response = await knock(ticketFor(now, { to }))
          expect(response.status).to.equal(403)
          expect(response.headers).not.to.have.property('location')
        })
      }

      it('leads nowhere above the mount, whatever dots it has', async () => {
        const { headers } = await knock(ticketFor(now, { to: '/a/../../../%2F%2Fevil.example' }))
        expect(headers['location']).to.equal('/crm-portal/%2F%2Fevil.example')
      })

      it('is good for a minute', async () => {
        const [early, late] = [ticketFor(now), ticketFor(now)]
        now += 59_000
        expect((await knock(early)).status).to.equal(303)
        now += 2_000
        const response = await knock(late)
        expect(response.status).to.equal(410)
        expect(response.text).to.include('good for one minute')
      })

      it('is not good for longer because it says so', async () => {
        const iat = Math.floor(now / 1000)
        expect((await knock(ticketFor(now, { exp: iat + 86_400 }))).status).to.equal(403)
        expect((await knock(ticketFor(now, { iat: iat - 80_000, exp: iat + 60 }))).status).to.equal(403)
      })

      it('of a clock that is ahead is taken within 30 s; beyond that the page says that the clocks differ', async () => {
        expect((await knock(ticketFor(now + 29_000))).status).to.equal(303)
        const response = await knock(ticketFor(now + 95_000))
        expect(response.status).to.equal(503)
        expect(response.text).to.match(/clock is 9[45] s ahead of Portico(&#39;|')s/)
      })

      it('works once', async () => {
        const ticket = ticketFor(now)
        expect((await knock(ticket)).status).to.equal(303)
        const again = await knock(ticket)
        expect(again.status).to.equal(403)
        expect(again.text).to.include('used already')
        expect(cookieOf(again)).to.equal('')
      })

      it('works for one of two that come at once', async () => {
        const ticket = ticketFor(now)
        const answers = await Promise.all([knock(ticket), knock(ticket), knock(ticket)])
        expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 403, 403])
      })

      it('that was used is remembered until its time is over', async () => {
        const ticket = ticketFor(now)
        await knock(ticket)
        await forgetTickets(db, now + 59_000)
        expect((await knock(ticket)).status).to.equal(403)
        await forgetTickets(db, now + 62_000)
        expect(
          await db('portico_used_tickets')
            .where('expires_at', '<', momentAt(now + 62_000))
            .select()
        ).to.deep.equal([])
      })

      it('is refused while Portico is switched off in EspoCRM, and not used up by that', async () => {
        const ticket = ticketFor(now)
        await db('integration').update({ enabled: 0 })
        const response = await knock(ticket)
        expect(response.status).to.equal(403)
        expect(response.text).to.include('switched off')
        await db('integration').update({ enabled: 1 })
        expect((await knock(ticket)).status).to.equal(303)
      })

      it('is worthless once the secret is another one', async () => {
        const ticket = ticketFor(now)
        const cookie = await comeIn()
        await db('integration').update({ data: JSON.stringify({ sharedSecret: 'n'.repeat(48), portal: true }) })
        expect((await knock(ticket)).status).to.equal(403)
        expect((await knock(ticketFor(now, {}, 'n'.repeat(48)))).status).to.equal(303)
        expect(await who(cookie), 'who is in stays in').to.equal('Alice Adams')
      })

      it('is never taken while there is no secret', async () => {
        await db('integration').update({ data: JSON.stringify({ portal: true }) })
        expect((await knock(ticketFor(now, {}, ''))).status).to.equal(403)
      })
    })

    describe('a staff session', () => {
      for (const [why, table, change] of [
        ['he signs out of EspoCRM', 'auth_token', { is_active: 0 }],
        ['he is deactivated', 'user', { is_active: 0 }],
        ['he is removed', 'user', { deleted: 1 }],
        ['he becomes a portal user', 'user', { type: 'portal' }]
      ] as const) {
        it(`ends at once when ${why}; before that it was good, and a ticket does not help then`, async () => {
          const cookie = await comeIn()
          const ticket = ticketFor(now)
          expect(await who(cookie)).to.equal('Alice Adams')
          await db(table).update(change)
          expect(await who(cookie)).to.equal('nobody')
          const response = await knock(ticket)
          expect(response.status).to.equal(403)
          expect(response.text).to.include('signed out of EspoCRM')
        })
      }

      it("rests on the sign-in that asked for the ticket, not on another one, and never on another user's", async () => {
        await db('auth_token').insert({ id: 'another', user_id: 'alice' })
        await db('user').insert({ id: 'bob', user_name: 'bob' })
        const cookie = await comeIn()
        await db('auth_token').where({ id: 'alices-session' }).update({ is_active: 0 })
        expect(await who(cookie)).to.equal('nobody')
        expect((await knock(ticketFor(now, { sub: 'bob', ses: 'another' }))).status).to.equal(403)
        expect((await knock(ticketFor(now, { ses: 'another' }))).status).to.equal(303)
      })

      it('is known by its cookie alone: invented, unsigned and foreign ones are nobody', async () => {
        const cookie = await comeIn()
        for (const other of [
          'portico_staff=s:abc.def',
          'portico_staff=abc',
          cookie.slice(0, -3),
          cookie.replace('portico_staff', 'crm.sid')
        ])
          expect(await who(other), other).to.equal('nobody')
      })
    })

    describe("a record's buttons", () => {
      const buttons = (query: string, headers: Record<string, string> = {}): request.Test =>
        crm().get(`/crm-portal/host/record-actions${query}`).set(headers)
      const record = '?module=Contact&id=c1'

      it('are those of the modules that are on, with whole addresses, in his language', async () => {
        const response = await buttons(record, { Cookie: await comeIn() })
        expect(response.status).to.equal(200)
        expect(response.body).to.deep.equal({
          actions: [{ name: 'invite', label: 'invite in de', url: `${publicUrl}/portico/admin/x?record=c1` }]
        })
        expect(response.headers['cache-control']).to.equal('private, no-store')
      })

      it('are nobody’s without a session', async () => {
        const response = await buttons(record)
        expect(response.status).to.equal(401)
        expect(response.type).to.equal('application/json')
        expect(response.body).not.to.have.property('actions')
      })

      it('are there for a ticket as bearer token, which begins the session and works once', async () => {
        const ticket = ticketFor(now, { to: '/' })
        const first = await buttons(record, { Authorization: `Bearer ${ticket}` })
        expect(first.body.actions).to.have.length(1)
        expect((await buttons(record, { Cookie: cookieOf(first) })).body.actions).to.have.length(1)
        expect((await buttons(record, { Authorization: `Bearer ${ticket}` })).status).to.equal(401)
        expect((await buttons(record, { Authorization: `Basic ${ticketFor(now)}` })).status).to.equal(401)
        const bad = ticketFor(now, {}, 'x'.repeat(48))
        expect((await buttons(record, { Authorization: `Bearer ${bad}` })).status).to.equal(401)
      })

      it('are not those of another user whose session is left over in the browser', async () => {
        const cookie = await comeIn()
        expect((await buttons(`${record}&user=alice`, { Cookie: cookie })).body.actions).to.have.length(1)
        for (const user of ['bob', 'ALICE', ''])
          expect((await buttons(`${record}&user=${user}`, { Cookie: cookie })).status, user).to.equal(401)
      })

      it('are none for a record that he may not view, as for one that is not there', async () => {
        const cookie = await comeIn()
        const answers = await Promise.all(
          [
            '?module=Contact&id=c2',
            '?module=Contact&id=none',
            '?module=Nothing&id=c1',
            '',
            '?module=Contact',
            '?id=c1'
          ].map((query) => buttons(query, { Cookie: cookie }))
        )
        for (const answer of answers) {
          expect(answer.status).to.equal(200)
          expect(answer.body).to.deep.equal({ actions: [] })
        }
        visible.push('Contact/c2')
        expect((await buttons('?module=Contact&id=c2', { Cookie: cookie })).body.actions).to.have.length(1)
      })

      it('wait for EspoCRM: none of them is shown while it does not answer', async () => {
        const cookie = await comeIn()
        isHostDown = true
        expect((await buttons(record, { Cookie: cookie })).status).to.equal(503)
      })

      it("may be read by scripts of EspoCRM's own origin, with the session, and of no other", async () => {
        const cookie = await comeIn()
        const own = await buttons(record, { Cookie: cookie, Origin: 'http://crm.example.test' })
        expect(own.headers).to.include({
          'access-control-allow-origin': 'http://crm.example.test',
          'access-control-allow-credentials': 'true'
        })
        expect(own.headers['vary']).to.include('Origin')
        for (const origin of [
          'https://crm.example.test',
          'http://evil.example',
          'http://crm.example.test.evil.example',
          'null'
        ])
          expect((await buttons(record, { Cookie: cookie, Origin: origin })).headers, origin).not.to.have.any.keys(
            'access-control-allow-origin',
            'access-control-allow-credentials'
          )
      })

      it('let the browser ask before with a ticket: the header Authorization, by GET', async () => {
        const ask = (origin: string): request.Test =>
          crm().options('/crm-portal/host/record-actions').set({
            Origin: origin,
            'Access-Control-Request-Method': 'GET',
            'Access-Control-Request-Headers': 'authorization'
          })
        const own = await ask('http://crm.example.test')
        expect(own.status).to.equal(204)
        expect(own.headers).to.include({
          'access-control-allow-methods': 'GET',
          'access-control-allow-headers': 'Authorization, X-Portico-Doing'
        })
        expect((await ask('http://evil.example')).headers).not.to.have.any.keys(
          'access-control-allow-methods',
          'access-control-allow-headers',
          'access-control-allow-origin'
        )
      })
    })

    describe('the questions before something is done to a record (Z20, Z24)', () => {
      const change = { kind: 'change', values: { emailAddress: 'žofie@example.com', phoneNumber: null } }
      const ask = (query: string, cookie: string, doing = encodeURIComponent(JSON.stringify(change))): request.Test =>
        crm().get(`/crm-portal/host/record-questions${query}`).set({ Cookie: cookie, 'X-Portico-Doing': doing })
      const record = '?module=Contact&id=c1&user=alice'

      it('are asked of what is about to be done, in the language of who does it', async () => {
        const asked = await ask(record, await comeIn())
        expect(asked.body.questions).to.deep.equal([
          { name: 'access', text: `${JSON.stringify(change)} in de`, choices: [] }
        ])
        expect(asked.headers['cache-control']).to.equal('private, no-store')
        const conversion = await ask(record, await comeIn(), JSON.stringify({ kind: 'conversion' }))
        expect(conversion.body.questions[0].text).to.equal('{"kind":"conversion"} in de')
      })

      it('are none for a record that he may not edit, nor of a module without any', async () => {
        const cookie = await comeIn()
        for (const query of ['?module=Contact&id=c2', '?module=Contact', '?module=Case&id=c1', ''])
          expect((await ask(query, cookie)).body, query).to.deep.equal({ questions: [] })
      })

      it('are not told to strangers, nor to whoever is left over in the browser', async () => {
        expect((await ask(record, '')).status).to.equal(401)
        expect((await ask('?module=Contact&id=c1&user=bob', await comeIn())).status).to.equal(401)
      })

      it('are not asked of what is nothing that can be done', async () => {
        const cookie = await comeIn()
        for (const doing of ['', '%', '{', '{}', '{"kind":"removal"}', '{"kind":"change","values":{"a":{"b":1}}}'])
          expect((await ask(record, cookie, doing)).status, doing).to.equal(400)
      })

      it("may be read by scripts of EspoCRM's own origin and of no other; by GET alone", async () => {
        const cookie = await comeIn()
        const from = async (origin: string): Promise<unknown> =>
          (await ask(record, cookie).set('Origin', origin)).headers['access-control-allow-origin']
        expect(await from('http://crm.example.test')).to.equal('http://crm.example.test')
        expect(await from('http://evil.example')).to.equal(undefined)
        expect((await crm().post('/crm-portal/host/record-questions').set('Cookie', cookie)).status).to.equal(403)
      })
    })

    describe("the administrators' first page", () => {
      const first = async (cookie: string): Promise<Response> =>
        crm().get('/crm-portal/host/admin').set('Cookie', cookie)

      it('is the first that he has; who has none gets none, and a stranger signs in first', async () => {
        const cookie = await comeIn()
        expect((await first(cookie)).status).to.equal(404)
        await db('user').where({ id: 'alice' }).update({ type: 'admin' })
        expect((await first(cookie)).headers['location']).to.equal('/crm-portal/portico/admin/portals')
        expect((await first('')).headers['location']).to.equal(
          'http://crm.example.test/#Portico/open/to=%2Fhost%2Fadmin'
        )
      })
    })

    it('are nothing but these', async () => {
      for (const path of ['/host', '/host/', '/host/ticket/', '/host/Ticket', '/host/record-actions/x'])
        expect((await crm().get(`/crm-portal${path}`)).status, path).to.equal(404)
      for (const path of ['/host/ticket', '/host/record-actions'])
        expect((await crm().post(`/crm-portal${path}`)).status, path).to.equal(403)
    })
  })
})
