import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { configuration } from '../../src/portal/configuration.js'
import { deactivate, remove } from '../../src/portal/people/access-changes.js'
import { unsubscribeToken } from '../../src/portal/notifications/unsubscribe-token.js'
import { addressHealer, followMissed } from '../../src/portal/people/missed-changes.js'
import { subjectOf } from '../../src/portal/people/portal-users.js'
import { switchPortal } from '../../src/portal/portals/portals.js'
import { beginPreview, previewById } from '../../src/portal/preview.js'
import { openPortal } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { Life, type Somebody } from './life.js'
import { door, theUserType } from './people.js'

/** Everything that could still come in, or go out, for somebody. */
interface Possessions {
  readonly person: Somebody
  readonly identityId: string
  readonly session: Visitor
  readonly resetLink: string
  readonly invitationLink: string
  readonly preview: string
}

onSqlite('an access that ends', (open) => {
  let test: TestApp
  let life: Life
  let type: string

  before(async function () {
    this.timeout(60_000)
    // A mail server that takes nothing: what is queued stays queued.
    test = await openApp(open, { config: { smtpUrl: 'smtp://127.0.0.1:9' } })
    life = new Life(test)
    type = (await theUserType(test)).id
  })

  after(() => test.close())

  const deliver = (): Promise<void> => test.embedded.host.deliver()

  const waiting = async (person: Somebody): Promise<Record<string, number>> => {
    const about = { about: subjectOf(person), state: 'waiting' }
    const count = async (table: string, where: Record<string, string>): Promise<number> =>
      (await life.db(table).select(life.db.raw('1')).where(where)).length
    const { identityId } = possessions.get(person.id)!
    return {
      mails: await count('portico_mail', about),
      texts: await count('portico_sms', about),
      codes: await count('portico_sign_in_codes', { identity_id: identityId }),
      notifications: await count('portico_notifications', { portal_user_id: person.id })
    }
  }

  const possessions = new Map<string, Possessions>()

  const equipped = async (userTypeId = type): Promise<Possessions> => {
    const { context, db } = life
    const person = await life.confirmed(userTypeId)
    const { identityId: id, portalId } = await life.user(person)
    const identityId = id!
    const base = { identityId, audience: `portal:${portalId}`, days: 1 }
    const path = async (purpose: 'password-reset' | 'invitation'): Promise<string> =>
      door + (await context.identity.issueLink({ ...base, purpose }))
    const [resetLink, invitationLink] = [await path('password-reset'), await path('invitation')]
    const to = { name: 'Nora', address: person.address }
    await context.mail.send({ to, subject: 's', text: 't', html: 'h', about: subjectOf(person) })
    await context.sms.send({ to: '+49301234567', text: 't', about: subjectOf(person), kind: 'verification' })
    const at = '2027-01-01 00:00:00'
    await db('portico_sms')
      .where({ about: subjectOf(person) })
      .update({ state: 'waiting' })
    const code = { identity_id: identityId, audience: base.audience, code_hash: 'x', expires_at: at }
    await db('portico_sign_in_codes').insert(code)
    await db('portico_notifications').insert({
      ...{ id: person.id, portal_user_id: person.id, kind: 'note', module: 'Case', record_id: 'x', state: 'waiting' },
      ...{ created_at: at, due_at: at }
    })
    const preview = await beginPreview(context, { portalUserId: person.id }, await life.by())
    const session = await life.signIn(person.address)
    const all = { person, identityId, session, resetLink, invitationLink, preview }
    possessions.set(person.id, all)
    return all
  }

  /** What is left of it all. */
  const left = async (all: Possessions): Promise<string[]> => {
    const status = async (link: string): Promise<number> => (await test.visitor().peek(link)).status
    const by = await life.by()
    const previews = await previewById(life.context, all.preview, by).then(
      () => true,
      () => false
    )
    const { mails, texts, codes, notifications } = await waiting(all.person)
    const found = {
      session: await life.isIn(all.session),
      reset: (await status(all.resetLink)) === 200,
      invitation: (await status(all.invitationLink)) === 200,
      preview: previews,
      mail: mails !== 0,
      text: texts !== 0,
      code: codes !== 0,
      notification: notifications !== 0
    }
    return Object.entries(found).flatMap(([name, isThere]) => (isThere ? [name] : []))
  }

  const everything = ['session', 'reset', 'invitation', 'preview', 'mail', 'text', 'code', 'notification']

  const endings: Readonly<Record<string, (all: Possessions) => Promise<void>>> = {
    'Z22 deactivated': async ({ person }) => deactivate(life.context, person.id, await life.by()),
    'Z22 removed': async ({ person }) => remove(life.context, person.id, await life.by()),
    'Z20 suspended, because the address in the CRM is another one': async ({ person }) => {
      await life.context.host.save(
        { module: 'Contact', id: person.recordId, values: { email: null } },
        { kind: 'system' }
      )
      await deliver()
    },
    'A24 removed with the record': async ({ person }) => {
      await life.context.host.remove('Contact', person.recordId, { kind: 'system' })
      await deliver()
    }
  }

  describe('takes everything along', function () {
    this.timeout(20_000)

    it('A24 as long as the access is there, so is all of it', async () => {
      expect(await left(await equipped())).to.deep.equal(everything)
    })

    for (const [title, end] of Object.entries(endings))
      it(`${title.startsWith('A24') ? '' : 'A24 '}${title}: session, links, code, mail, text message, notifications and previews are gone`, async () => {
        const [all, other] = [await equipped(), await equipped()]
        await end(all)
        expect(await left(all)).to.deep.equal([])
        expect(await left(other), 'somebody else’s').to.deep.equal(everything)
      })

    it('A24 the link that unsubscribes works on, whatever became of the access', async () => {
      for (const end of Object.values(endings)) {
        const all = await equipped()
        const token = unsubscribeToken(life.context.config, { portalUserId: all.person.id, from: 'all' })
        await end(all)
        const posted = await test.visitor().bare(`/portico/unsubscribe/${token}`)
        expect(posted.status).to.be.lessThan(400)
      }
    })

    it('A24 A36 removed, the identity goes too unless somebody else signs in with it: no old password stays', async () => {
      const club = await openPortal(life.context, 'club', [])
      const [alone, shared] = [await life.confirmed(type), await life.confirmed(type)]
      const inClub = await life.confirmed(club, shared)
      const ids = await Promise.all([alone, shared].map(async (one) => (await life.user(one)).identityId!))
      const by = await life.by()
      await remove(life.context, alone.id, by)
      await remove(life.context, shared.id, by)
      const profiles = await Promise.all(ids.map((id) => life.context.identity.profile(id)))
      expect(profiles.map((profile) => profile !== undefined)).to.deep.equal([false, true])
      expect(await life.user(inClub)).to.include({ status: 'confirmed' })
      const next = await life.invited(type, await life.record('Contact', { email: alone.address, firstName: 'Next' }))
      const identity = await life.context.identity.profile((await life.user(next)).identityId!)
      expect(identity).to.include({ hasPassword: false })
    })
  })

  describe('with its portal or its user type', function () {
    this.timeout(20_000)

    it('A24 a portal that is switched off sends nothing that waits; nobody comes in by it', async () => {
      const shop = await openPortal(life.context, 'shop', [])
      const [all, other] = [await equipped(shop), await equipped()]
      const { portalId } = await life.user(all.person)
      const { revision } = (await configuration(life.db)).portals.get(portalId)!
      await switchPortal(life.context, { id: portalId, revision }, false, await life.by())
      expect(await waiting(all.person)).to.include({ mails: 0, texts: 0, notifications: 0 })
      expect(await waiting(other.person)).to.include({ mails: 1, texts: 1, notifications: 1 })
      expect((await test.visitor().peek('/portal/shop/sign-in')).status).to.equal(404)
    })

    it('A24 A26 a user type that is gone lets nobody in', async () => {
      const all = await equipped()
      await life.db('portico_portal_users').where({ id: all.person.id }).update({ user_type_id: 'gone' })
      expect(await life.isIn(all.session)).to.equal(false)
      ;(await life.signIn(all.person.address)).is(422)
    })
  })

  describe('while nobody listened', function () {
    this.timeout(20_000)

    /** Without an event, as while the module is off. */
    const unheard = async (person: Somebody, email: string): Promise<void> => {
      await life.context.host.save({ module: 'Contact', id: person.recordId, values: { email } }, { kind: 'system' })
      await life.db('crm_outbox').delete()
    }

    it('Z20 A24 a module that is switched on again follows what changed meanwhile', async () => {
      const [changed, gone, same] = [await life.confirmed(type), await life.confirmed(type), await life.confirmed(type)]
      await unheard(changed, 'unheard@nordwind.example')
      await life.context.host.remove('Contact', gone.recordId, { kind: 'system' })
      await life.db('crm_outbox').delete()
      await followMissed(life.context)
      expect(await life.user(changed)).to.include({ status: 'suspended', address: 'unheard@nordwind.example' })
      expect(await life.user(gone).catch(() => 'removed')).to.equal('removed')
      expect(await life.user(same)).to.include({ status: 'confirmed' })
    })

    it('Z20 an address that another lets go of heals by itself', async () => {
      const [holder, nora] = [await life.confirmed(type), await life.confirmed(type)]
      await unheard(nora, holder.address)
      await followMissed(life.context)
      expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: 'alreadyUser' })
      const heal = addressHealer(life.context)
      await heal()
      expect(await life.user(nora)).to.include({ addressProblem: 'alreadyUser' })
      await remove(life.context, holder.id, await life.by())
      await heal()
      expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: undefined })
      expect((await life.mailsTo(holder.address)).map(({ state }) => state)).to.include('waiting')
    })
  })
})

eachDatabase((open) => {
  describe('an identity that nobody signs in with any more', function () {
    this.timeout(60_000)
    let test: TestApp
    let life: Life

    before(async () => {
      test = await openApp(open)
      life = new Life(test)
    })

    after(() => test.close())

    it('A28 is not deleted under somebody who is let in with it at the same moment', async () => {
      const type = (await theUserType(test)).id
      const club = await openPortal(life.context, 'club', [])
      const by = await life.by()
      const nora = await life.confirmed(type)
      const { identityId, portalId } = await life.user(nora)
      const known = (await life.context.identity.profile(identityId!))!
      const columns = await life.db<Record<string, string>>('portico_portal_users').first().where({ id: nora.id })
      const letIn = await life.db.transaction()
      await life.context.identity.enrol(known, letIn)
      const twin = { id: 'twin', record_id: 'twin', user_type_id: club, portal_id: `not ${portalId}`.slice(0, 36) }
      await letIn('portico_portal_users').insert({ ...columns, ...twin })
      const removal = remove(life.context, nora.id, by)
      await pause(300)
      await letIn.commit()
      await removal
      const dangling: unknown[] = await life
        .db('portico_portal_users as u')
        .leftJoin('portico_identities as i', 'i.id', 'u.identity_id')
        .whereNotNull('u.identity_id')
        .whereNull('i.id')
        .select('u.id')
      expect(dangling).to.deep.equal([])
    })
  })
})
