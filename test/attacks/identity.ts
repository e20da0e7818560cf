/** Attacks on who somebody is: guessing, replaying, planting, mixing up doors (A30–A35, A37, A38). */
import { expect } from 'chai'
import type { Response } from 'supertest'
import { demoPassword } from '../../demo/cast.js'
import { invite } from '../../src/portal/people/invitations.js'
import { cookiesIn, masked, wordsOf, type Attacker } from './attacker.js'
import { accessOf, linkTo, newestMail, rowIn } from './found.js'
import { sameMissing, unchanged } from './measures.js'
import { admit, demo, irena, openPortal, workshop, type World } from './world.js'

const signIn = `${demo}/sign-in`
const forgotten = `${demo}/forgotten-password`
const newPassword = 'granite teapot over the river'

export function identity(world: () => World): void {
  describe('identity', () => {
    it('A30 signing in tells nothing: unknown, wrong, shut out, invited and of another portal get one answer', async () => {
      const { context, stranger, staff, workshopType } = world()
      await invite(
        context,
        { module: 'Contact', recordId: 'george', userTypeId: workshopType, language: 'en' },
        await irena(context)
      )
      const frank = await staff('frank')
      const jana = await accessOf(world(), 'jana')
      await frank.post(`/portico/admin/portals/users/${jana}/deactivation`)
      const tries = [
        [demo, 'nobody@nowhere.example', demoPassword],
        [demo, 'anna@nordwind.example', 'wrong password'],
        [demo, 'jana@teplo-morava.example', demoPassword],
        [workshop, 'george@tyne-housing.example', demoPassword],
        [workshop, 'emily@fjordside.example', demoPassword],
        [demo, 'petra@thermovia.example', demoPassword],
        [demo, 'petra', demoPassword]
      ] as const
      const answers = new Set<string>()
      for (const [door, email, password] of tries) {
        const visitor = stranger()
        const answer = await attempt(visitor, door, email, password)
        answers.add(`${answer.status} ${told(answer, email)}`)
        expect((await visitor.get(`${door}/case`)).status, email).to.equal(303)
      }
      expect(answers.size).to.equal(2)
      expect(
        [...answers].map((text) =>
          text
            .replaceAll('Thermovia Service', '')
            .replaceAll('Thermovia workshop', '')
            .replaceAll(demo, '')
            .replaceAll(workshop, '')
        )
      ).to.satisfy(([one, other]: string[]) => one === other)
      await frank.post(`/portico/admin/portals/users/${jana}/activation`)
      expect((await attempt(stranger(), demo, 'anna@nordwind.example', demoPassword)).status, 'its twin').to.equal(303)
    })

    it('A30 signing in takes as long for an unknown address as for a wrong password', async () => {
      const { stranger } = world()
      const quickest = async (email: string) => {
        const times: number[] = []
        for (let n = 0; n < 4; n++) {
          const visitor = stranger()
          await visitor.get(signIn)
          const start = performance.now()
          await visitor.post(signIn, { email, password: 'not this one' })
          times.push(performance.now() - start)
        }
        return Math.min(...times)
      }
      const [known, unknown] = [await quickest('bjorn@fjordside.example'), await quickest('somebody@nowhere.example')]
      expect(unknown / known, `${unknown} and ${known} ms`).to.be.within(0.5, 2)
    })

    it('A30 A31 asking for a new password gets one answer, and a mail only where somebody may come in', async () => {
      const { stranger, db } = world()
      const before = await db('portico_mail').pluck<string[]>('id')
      const answers = new Set<string>()
      for (const email of [
        'nobody@nowhere.example',
        'mehmet@nordwind.example',
        'petra@thermovia.example',
        'bjorn@fjordside.example'
      ]) {
        const visitor = stranger()
        await visitor.get(forgotten)
        const answer = await visitor.post(forgotten, { email })
        answers.add(`${answer.status} ${told(answer, email)}`)
      }
      const visitor = stranger()
      await visitor.get(`${workshop}/forgotten-password`)
      await visitor.post(`${workshop}/forgotten-password`, { email: 'emily@fjordside.example' })
      await newestMail(world(), 'bjorn@fjordside.example', 'reset')
      expect(answers.size).to.equal(1)
      expect(await db('portico_mail').whereNotIn('id', before).pluck('to_address')).to.deep.equal([
        'bjorn@fjordside.example'
      ])
    })

    it('A31 a link in a mail begins with the configured address, whatever host the request names', async () => {
      const { stranger, replica, db } = world()
      for (const [visitor, start] of [
        [stranger(), 'http://127.0.0.1/portal/'],
        [replica(), 'https://portal.thermovia.example/portal/']
      ] as const) {
        await db('portico_mail').where({ to_address: 'bjorn@fjordside.example' }).delete()
        await visitor.get(forgotten)
        const poison = { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' }
        const ask = async (headers: Record<string, string>): Promise<number> =>
          (await visitor.post(forgotten, { email: 'bjorn@fjordside.example' }, headers)).status
        expect(await ask({ ...poison, Host: 'evil.example' })).to.equal(404)
        expect(await ask(poison)).to.equal(200)
        const { text, html } = await newestMail(world(), 'bjorn@fjordside.example', 'reset')
        expect(text).to.include(start)
        expect(text + html).not.to.include('evil.example')
      }
    })

    it('A31 a link in an invitation begins with the configured address, whatever host the request names', async () => {
      const { staff, workshopType } = world()
      const as = await staff('irena')
      await as.get('/portico/admin/portals/invitations/new?module=Contact&record=eliska')
      const form = { module: 'Contact', record: 'eliska', userType: workshopType, language: 'en' }
      const poison = { 'X-Forwarded-Host': 'evil.example' }
      const send = async (headers: Record<string, string>): Promise<number> =>
        (await as.post('/portico/admin/portals/invitations', form, headers)).status
      expect(await send({ ...poison, Host: 'evil.example' })).to.equal(404)
      expect(await send(poison)).to.equal(303)
      const { text, html } = await newestMail(world(), 'eliska@teplo-morava.example', 'invitation')
      expect(text).to.include('http://127.0.0.1/portal/workshop/invitation/')
      expect(text + html).not.to.include('evil.example')
    })

    it('A31 A32 a link for a new password works at its own door, once, and not for another purpose', async () => {
      const { stranger, context, customer, workshopType } = world()
      await admit(context, 'emily', workshopType)
      const [visitor, emily] = [stranger(), await customer('emily')]
      await visitor.get(forgotten)
      await visitor.post(forgotten, { email: 'emily@fjordside.example' })
      const link = await linkTo(world(), 'emily@fjordside.example', 'reset')
      for (const wrong of [
        link.replace(demo, workshop),
        link.replace('/reset/', '/invitation/'),
        link.slice(0, -1),
        `${link}x`
      ])
        expect((await visitor.get(wrong)).status, wrong).to.equal(410)
      for (let n = 0; n < 2; n++) expect((await visitor.get(link)).status, 'opened').to.equal(200)
      await visitor.get(signIn)
      expect((await visitor.post(link.replace(demo, workshop), { password: newPassword })).status).to.equal(410)
      for (const weak of ['short', 'password123', 'emilycarter1', ''])
        expect((await visitor.post(link, { password: weak })).status, weak).to.equal(422)
      expect((await visitor.post(link, { password: newPassword })).status).to.equal(303)
      for (const answer of [
        await visitor.get(link),
        await visitor.post(link, { password: 'another one of my passwords' })
      ])
        expect(answer.status).to.equal(410)
      expect((await emily.get(`${demo}/case`)).status, 'her session before').to.equal(303)
      expect(
        (await attempt(stranger(), demo, 'emily@fjordside.example', demoPassword)).status,
        'the old password'
      ).to.equal(422)
      expect((await attempt(stranger(), demo, 'emily@fjordside.example', newPassword)).status, 'its twin').to.equal(303)
    })

    it('A32 an invitation is not used up by being opened, by whoever and however; its button works once', async () => {
      const { context, stranger, db, workshopType } = world()
      await invite(
        context,
        { module: 'Contact', recordId: 'siobhan', userTypeId: workshopType, language: 'en' },
        await irena(context)
      )
      const link = await linkTo(world(), 'siobhan@fjordside.example', 'invitation')
      const token = link.split('/').at(-1)!
      const scanner = stranger()
      await unchanged(world(), async () => {
        for (let n = 0; n < 3; n++) expect((await scanner.get(link)).status).to.equal(200)
        expect((await scanner.use('HEAD', link)).status).to.equal(200)
        for (const method of ['PUT', 'PATCH', 'DELETE'] as const)
          expect((await scanner.use(method, link)).status, method).to.equal(401)
        expect(
          (await stranger().send(link, '', { 'Content-Type': 'application/x-www-form-urlencoded' })).status,
          'without a token'
        ).to.equal(403)
        expect((await scanner.post(link.replace(workshop, demo))).status, 'at another door').to.equal(410)
      })
      expect((await scanner.get(link)).headers['referrer-policy']).to.equal('no-referrer')
      expect(JSON.stringify(await db('portico_links').select('*')), 'only its hash is kept').not.to.include(token)
      const siobhan = stranger()
      await siobhan.get(link)
      const answers = [await siobhan.post(link), await scanner.post(link)]
      expect(answers.map(({ status }) => status)).to.deep.equal([303, 410])
      expect((await siobhan.get(`${workshop}/case`)).status, 'before there is a password').to.equal(303)
      await siobhan.get(`${workshop}/password`)
      expect((await siobhan.post(`${workshop}/password`, { password: newPassword })).status).to.equal(303)
      expect((await siobhan.get(`${workshop}/case`)).status, 'its twin').to.equal(200)
    })

    it('A32 a link that is too old, or was replaced by a newer one, is dead', async () => {
      const { context, stranger, staff, db, workshopType } = world()
      const user = await invite(
        context,
        { module: 'Contact', recordId: 'radek', userTypeId: workshopType, language: 'en' },
        await irena(context)
      )
      const first = await linkTo(world(), 'radek@pivovar-lisen.example', 'invitation')
      const frank = await staff('frank')
      await frank.get('/portico/admin/portals/access?module=Contact&record=radek')
      await frank.post(`/portico/admin/portals/users/${user}/invitation`)
      const second = await linkTo(world(), 'radek@pivovar-lisen.example', 'invitation')
      expect([(await stranger().get(first)).status, (await stranger().get(second)).status]).to.deep.equal([410, 200])
      const { identity_id } = await rowIn(db, 'portico_portal_users', { id: user })
      await db('portico_links').where({ identity_id }).update({ expires_at: '2020-01-01 00:00:00' })
      const visitor = stranger()
      await visitor.get(`${workshop}/sign-in`)
      expect([(await visitor.get(second)).status, (await visitor.post(second)).status]).to.deep.equal([410, 410])
    })

    it('A33 a session is worth something at its own door only: not in the CRM, not in another portal, not under another name', async () => {
      const { anna, stranger, staff, db } = world()
      const [bjorn, petra] = [await world().customer('bjorn'), await staff('petra')]
      for (const path of [
        '/crm/',
        '/crm/Case/annas-heating-case',
        '/portico/admin/portals',
        '/portico/admin/portals/users'
      ])
        expect((await anna.get(path)).headers['location'], path).to.include('/crm/sign-in')
      for (const path of [`${demo}/case`, `${workshop}/case`, '/external/'])
        expect((await petra.get(path)).headers['location'], path).to.include('/sign-in')
      expect((await bjorn.get(`${workshop}/case`)).headers['location']).to.include(`${workshop}/sign-in`)
      expect((await bjorn.get('/external/')).headers['location']).to.include('/external/sign-in')
      await unchanged(world(), async () => {
        await bjorn.get(`${workshop}/sign-in`)
        expect((await bjorn.post(`${workshop}/case`, { subject: 'x' })).status).to.equal(401)
      })
      const thief = stranger()
      thief.cookies.set('crm.sid', anna.cookies.get('portico_session')!)
      thief.cookies.set('portico_session', petra.cookies.get('crm.sid')!)
      for (const path of ['/crm/', `${demo}/case`]) expect((await thief.get(path)).status, path).to.equal(303)
      for (const [table, cookie] of [
        ['portico_sessions', anna.cookies.get('portico_session')!],
        ['crm_session', petra.cookies.get('crm.sid')!]
      ] as const) {
        const id = /^s:([^.]+)\./.exec(decodeURIComponent(cookie))![1]!
        expect(JSON.stringify(await db(table).select('*')), 'what stands in the table').not.to.include(id)
      }
      expect((await anna.copy().get(`${demo}/case`)).status, 'its twin').to.equal(200)
    })

    it('A34 a planted session is not the one that is signed in; signing in and a new password give a new one', async () => {
      const { stranger, customer } = world()
      const planter = await customer('bjorn')
      const victim = stranger()
      victim.cookies.set('portico_session', planter.cookies.get('portico_session')!)
      await planter.post(`${demo}/sign-out`)
      await victim.signIn(demo, 'bjorn@fjordside.example', demoPassword)
      expect(victim.cookies.get('portico_session')).not.to.equal(planter.cookies.get('portico_session'))
      expect((await victim.get(`${demo}/case`)).status).to.equal(200)
      expect((await planter.get(`${demo}/case`)).status).to.equal(303)
      const [here, elsewhere] = [await customer('jonas'), await customer('jonas')]
      const before = here.copy()
      await here.get(`${demo}/profile`)
      expect(
        (await here.post(`${demo}/profile/password`, { old: demoPassword, password: newPassword })).status
      ).to.equal(303)
      expect([
        (await here.get(`${demo}/case`)).status,
        (await before.get(`${demo}/case`)).status,
        (await elsewhere.get(`${demo}/case`)).status
      ]).to.deep.equal([200, 303, 303])
    })

    it('A34 cookies are not for scripts and not for other sites; over https they are bound to the host', async () => {
      const { stranger, replica } = world()
      const flagsOf = async (visitor: Attacker) => {
        await visitor.get(signIn)
        const answer = await visitor.post(signIn, { email: 'anna@nordwind.example', password: demoPassword })
        expect(answer.status).to.equal(303)
        return cookiesIn(answer)
      }
      for (const cookie of await flagsOf(stranger()))
        expect(cookie)
          .to.match(/; HttpOnly/)
          .and.match(/; SameSite=(Lax|Strict)/)
      const secure = await flagsOf(replica())
      expect(secure).not.to.be.empty
      for (const cookie of secure)
        expect(cookie)
          .to.match(/^__Host-[^;]+; .*Path=\/;/)
          .and.match(/; Secure/)
          .and.match(/; HttpOnly/)
          .and.not.match(/Domain/i)
    })

    it('A35 a password is not guessed without end, by whatever address, door or process', async () => {
      const { stranger, replica, context } = world()
      const spoofed = (n: number) => ({ 'X-Forwarded-For': `203.0.113.${n}`, Forwarded: `for=203.0.113.${n}` })
      const guess = async (visitor: Attacker, n: number, email: string) => {
        await visitor.get(signIn)
        return visitor.post(signIn, { email, password: `guess ${n}` }, spoofed(n))
      }
      await openPortal(context, 'guessed', [])
      for (const email of ['sabine@nordwind-service.example', 'nobody.at.all@nowhere.example']) {
        for (let n = 0; n < 10; n++)
          expect((await guess(stranger(), n, n % 2 ? email : email.toUpperCase())).status, `${n}`).to.equal(422)
        const refused = await guess(stranger(), 11, email)
        expect(refused.status, email).to.equal(429)
        expect((await guess(replica(), 12, ` ${email} `)).status, 'another process').to.equal(429)
      }
      expect((await attempt(stranger(), demo, 'anna@nordwind.example', demoPassword)).status, 'its twin').to.equal(303)
    })

    it('A35 A48 mail is not sent to somebody without end, and a present password is not guessed', async () => {
      const { stranger, customer, db } = world()
      await db('portico_mail').where({ to_address: 'anna@nordwind.example' }).delete()
      const statuses: number[] = []
      for (let n = 0; n < 6; n++) {
        const visitor = stranger()
        await visitor.get(forgotten)
        statuses.push((await visitor.post(forgotten, { email: 'anna@nordwind.example' })).status)
      }
      expect(statuses).to.deep.equal([200, 200, 200, 200, 200, 429])
      expect((await db('portico_mail').where({ to_address: 'anna@nordwind.example' })).length).to.be.at.most(5)
      const anna = await customer('anna')
      const guesses: number[] = []
      for (let n = 0; n < 11; n++)
        guesses.push((await anna.post(`${demo}/profile/password`, { old: `guess ${n}`, password: newPassword })).status)
      expect(guesses).to.deep.equal([...Array.from({ length: 10 }, () => 422), 429])
    })

    it('A37 nobody comes in by himself: no registration, no right by the domain of an address, none before accepting', async () => {
      const { anna, stranger, context, db } = world()
      for (const path of ['register', 'signup', 'registration', 'join', 'api/users']) {
        sameMissing(await anna.get(`${demo}/${path}`), await anna.get(`${demo}/nothing`), path)
        expect((await stranger().get(`${demo}/${path}`)).headers['location'], path).to.include('/sign-in')
      }
      const type = await openPortal(context, 'fresh', [])
      await invite(
        context,
        { module: 'Contact', recordId: 'dirk', userTypeId: type, language: 'en' },
        await irena(context)
      )
      const dirk = stranger()
      await dirk.get(await linkTo(world(), 'dirk@kessel-partner.example', 'invitation'))
      expect((await dirk.get('/portal/fresh/contact')).status, 'not accepted').to.equal(303)
      await admit(context, 'anna', type)
      const newcomer = await world().customer('anna', '/portal/fresh')
      expect(wordsOf(await newcomer.get('/portal/fresh/contact/anna')), 'what is released from the beginning')
        .to.include('Anna Schmidt')
        .and.not.include('+49')
        .and.not.include('@')
      for (const path of ['case', 'account', 'quote', 'product', 'contact/new', 'contact/anna/edit'])
        expect((await newcomer.get(`/portal/fresh/${path}`)).status, path).to.be.oneOf([403, 404])
      expect(await db('portico_identities').where({ address: 'mehmet2@nordwind.example' })).to.deep.equal([])
    })

    it('A38 staff, people of the company, and addresses that are in use are not invited, and nothing is written', async () => {
      const { staff, test, context, workshopType, db } = world()
      const { system } = test.embedded.crm.store
      const frank = await staff('frank')
      await test.embedded.crm.users.change('ben', { email: 'Ben.Fischer@home.example' })
      const addresses = {
        company: 'somebody@thermovia.example',
        below: 'somebody@mail.thermovia.example',
        staff: 'ben.fischer@HOME.example',
        used: 'Bjorn@fjordside.example',
        odd: 'pavel@teplo‐morava.example',
        none: ''
      }
      const invitation = (record: string) => ({ module: 'Contact', record, userType: workshopType, language: 'en' })
      for (const [name, email] of Object.entries(addresses))
        await system.create('Contact', { lastName: name, email, account: 'nordwind' }, { id: `invited-${name}` })
      await system.create(
        'Contact',
        { lastName: 'renamed', email: 'before@nordwind.example' },
        { id: 'invited-renamed' }
      )
      const first = {
        module: 'Contact',
        recordId: 'invited-renamed',
        userTypeId: workshopType,
        language: 'en'
      } as const
      await invite(context, first, await irena(context))
      await system.change('Contact', 'invited-renamed', { email: 'after@nordwind.example' })
      await frank.get(`/portico/admin/portals/invitations/new?module=Contact&record=anna`)
      await unchanged(world(), async () => {
        for (const name of Object.keys(addresses))
          expect(
            (await frank.post('/portico/admin/portals/invitations', invitation(`invited-${name}`))).status,
            name
          ).to.equal(409)
        expect(
          (await frank.post('/portico/admin/portals/invitations', invitation('anna'))).status,
          'a user already'
        ).to.equal(409)
        expect(
          (await frank.post('/portico/admin/portals/invitations', invitation('invited-renamed'))).status,
          'a user already, by another address'
        ).to.equal(409)
        expect(
          (await frank.post('/portico/admin/portals/invitations', { ...invitation('lena'), module: 'Lead' })).status,
          'another module'
        ).to.equal(404)
      })
      const before = await rowIn(db, 'portico_identities', { address: 'bjorn@fjordside.example' })
      const type = await openPortal(context, 'second', [])
      await invite(
        context,
        { module: 'Contact', recordId: 'bjorn', userTypeId: type, language: 'en' },
        await irena(context)
      )
      const visitor = world().stranger()
      const link = await linkTo(world(), 'bjorn@fjordside.example', 'invitation')
      await visitor.get(link)
      expect((await visitor.post(link)).headers['location'], 'he signs in with the password he has').to.include(
        '/sign-in'
      )
      for (const path of ['password', 'contact/bjorn'])
        expect((await visitor.get(`/portal/second/${path}`)).headers['location'], path).to.include('/sign-in')
      expect((await visitor.post('/portal/second/password', { password: newPassword })).status).to.equal(401)
      expect(await rowIn(db, 'portico_identities', { address: 'bjorn@fjordside.example' })).to.deep.equal(before)
    })
  })
}

async function attempt(visitor: Attacker, door: string, email: string, password: string): Promise<Response> {
  await visitor.get(`${door}/sign-in`)
  return visitor.post(`${door}/sign-in`, { email, password })
}

/** The answer without what was typed. */
function told(answer: Response, typed: string): string {
  return masked(answer).replaceAll(typed, '')
}
