import { expect } from 'chai'
import request from 'supertest'
import { customers } from '../../demo/cast.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { momentAt } from '../../src/db/moment.js'
import { mayStillGo, sendNotifications } from '../../src/portal/notifications/sending.js'
import { unsubscribeToken } from '../../src/portal/notifications/unsubscribe-token.js'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { portalUserByAddress, type PortalUser } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { door, customerAt, releasePath, staffAt, thePortal } from './people.js'

const frank = { kind: 'staff', id: 'frank' } as const
const minutes = (count: number): number => count * 60_000

interface KeptMail {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly to_address: string
  readonly unsubscribe: string | null
}

/** Hands out the events, lets `wait` pass, and makes the mails; gives those made since the last time. */
async function mailsOf(test: TestApp, wait = minutes(3)): Promise<KeptMail[]> {
  const { context } = test.embedded.portico
  await test.embedded.host.deliver()
  test.wait(wait)
  await sendNotifications(context)
  const mails = (await context.db('portico_mail').where({ kind: 'notification' }).orderBy('to_address')) as KeptMail[]
  await context.db('portico_mail').where({ kind: 'notification' }).delete()
  return mails
}

const addressesOf = (mails: readonly KeptMail[]): string[] => mails.map((mail) => mail.to_address)

const noteOn = (test: TestApp, text: string, more: { internal?: boolean; recordId?: string } = {}): Promise<string> =>
  test.embedded.host.feed.post(
    { module: 'Case', recordId: 'bjorns-case', internal: false, files: [], text, ...more },
    frank
  )

async function userNamed(test: TestApp, name: keyof typeof customers): Promise<PortalUser> {
  const portal = await thePortal(test)
  return (await portalUserByAddress(test.embedded.db, portal.id, customers[name].email))!
}

const both = [customers.bjorn.email, customers.emily.email]

onSqlite('notifications about records', (open) => {
  describe('a notification by mail', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
      await mailsOf(test)
    })

    after(() => test.close())

    const change = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save({ module: 'Case', id: 'bjorns-case', values }, frank)

    it('Z27 tells those whose record it is that staff answered, once for all that comes together, in their language', async () => {
      await noteOn(test, 'We come on Monday.')
      await noteOn(test, 'Or on Tuesday.')
      expect(await mailsOf(test, minutes(1))).to.deep.equal([])
      const mails = await mailsOf(test)
      expect(addressesOf(mails)).to.deep.equal(both)
      const { subject, text, html } = mails[0]!
      expect(subject).to.equal('There is an answer: Pump leaks')
      expect(text).to.include('> We come on Monday.').and.include('> Or on Tuesday.').and.include('Frank Weber wrote:')
      expect(text).to.include(`http://127.0.0.1${door}/case/bjorns-case`)
      expect(html).to.include('We come on Monday.')
      expect(await mailsOf(test)).to.deep.equal([])
      await noteOn(test, 'Montag um acht.', { recordId: 'annas-heating-case' })
      const [german] = await mailsOf(test)
      expect(german?.subject).to.equal('Es gibt eine Antwort: Heating fails')
    })

    it('Z27 tells somebody who wrote on a record without being linked to it by his user type', async () => {
      const { db } = test.embedded
      const anna = await userNamed(test, 'anna')
      const author = { module: 'Case', record_id: 'bjorns-case', author_id: anna.id, at: '2026-01-01 00:00:00' }
      await db('portico_authorship').insert(author)
      await noteOn(test, 'For all who take part.')
      await test.embedded.host.deliver()
      expect(await waitingOf(test, anna.id)).to.equal(1)
      await db('portico_authorship').where(author).delete()
      expect(addressesOf(await mailsOf(test)), 'the case isn’t hers to see').to.deep.equal(both)
      expect(await waitingOf(test, anna.id)).to.equal(0)
    })

    it('A21 an internal note is told nobody, nor one that became internal or went before the mail was made', async () => {
      const { db, host } = test.embedded
      await noteOn(test, 'Between us.', { internal: true })
      expect(await mailsOf(test)).to.deep.equal([])
      const later = await noteOn(test, 'Not for them after all.')
      const gone = await noteOn(test, 'Never said.')
      await host.deliver()
      await db('crm_feed').where({ id: later }).update({ internal: 1 })
      await host.feed.remove(gone, frank)
      expect(await mailsOf(test)).to.deep.equal([])
      await noteOn(test, 'This one is.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal(both)
    })

    it('A24 A50 rights count when the mail is made, not when it happened', async () => {
      const { db, host } = test.embedded
      const emily = await userNamed(test, 'emily')
      const moves: readonly (readonly [string, () => Promise<unknown>, () => Promise<unknown>])[] = [
        [
          'she works for somebody else by now',
          () => host.save({ module: 'Contact', id: 'emily', values: { account: 'nordwind' } }, frank),
          () => host.save({ module: 'Contact', id: 'emily', values: { account: 'fjordside' } }, frank)
        ],
        [
          'her access is suspended',
          () => db('portico_portal_users').where({ id: emily.id }).update({ status: 'suspended' }),
          () => db('portico_portal_users').where({ id: emily.id }).update({ status: 'confirmed' })
        ]
      ]
      for (const [what, take, giveBack] of moves) {
        await noteOn(test, 'We come on Monday.')
        await host.deliver()
        await take()
        expect(addressesOf(await mailsOf(test)), what).to.deep.equal([customers.bjorn.email])
        await giveBack()
        await host.deliver()
        await db('portico_notifications').delete()
      }
    })

    it('A24 nothing waits for whoever lost his access', async () => {
      const { context } = test.embedded.portico
      const jonas = await userNamed(test, 'jonas')
      await noteOn(test, 'Wir kommen.', { recordId: 'annas-heating-case' })
      await test.embedded.host.deliver()
      expect(await waitingOf(test, jonas.id)).to.equal(1)
      await deactivate(context, jonas.id, (await test.embedded.host.staffById('frank'))!)
      expect(await waitingOf(test, jonas.id)).to.equal(0)
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.anna.email])
    })

    it('A24 a mail that is being made is not sent when the access ends meanwhile', async () => {
      const { context } = test.embedded.portico
      await noteOn(test, 'We come on Monday.')
      await test.embedded.host.deliver()
      test.wait(minutes(3))
      const emily = await userNamed(test, 'emily')
      const profile = context.identity.profile.bind(context.identity)
      const meanwhile = {
        ...context,
        identity: {
          ...context.identity,
          profile: async (id: string) => {
            await context.db('portico_notifications').where({ portal_user_id: emily.id }).delete()
            return profile(id)
          }
        }
      }
      await sendNotifications(meanwhile)
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.bjorn.email])
    })

    it('tells of changes only whoever asked for it, and only of fields he sees', async () => {
      const bjorn = await customerAt(test, 'bjorn')
      await change({ status: 'Pending' })
      expect(await mailsOf(test), 'off by default').to.deep.equal([])
      await bjorn.open(`${door}/notifications`)
      await bjorn.send('Save', { kinds: ['answered', 'new', 'changed'] })
      bjorn.is(200).sees('Saved. This counts from now on.')
      await change({ status: 'Assigned', assignedUser: 'petra' })
      const [mail, ...others] = await mailsOf(test)
      expect(others).to.deep.equal([])
      expect(mail?.subject).to.equal('Something has changed: Pump leaks')
      expect(mail?.text).to.include('Changed: Status: Assigned\n')
      await change({ assignedUser: 'frank' })
      expect(await mailsOf(test), 'a field that isn’t released').to.deep.equal([])
      await bjorn.open(`${door}/notifications`)
      await bjorn.send('Save', { kinds: ['answered', 'new'] })
    })

    it('tells of a new record whomever it belongs to, and of public ones nobody', async () => {
      const { host } = test.embedded
      const quote = { subject: 'New pump', account: 'fjordside', status: 'Sent' }
      await host.save({ module: 'Quote', values: quote }, frank)
      await host.save({ module: 'Product', values: { name: 'Valve of another kind', code: 'V-99' } }, frank)
      const mails = await mailsOf(test)
      expect(addressesOf(mails)).to.deep.equal(both)
      expect(mails[0]?.subject).to.equal('New for you: New pump')
    })

    it('tells of no record as new that is older than the access, or that comes back from the recycle bin', async () => {
      const { db, host, crm } = test.embedded
      const emily = await userNamed(test, 'emily')
      const { accepted_at: accepted } = (await db<{ id: string; accepted_at: string }>('portico_portal_users')
        .first('accepted_at')
        .where({ id: emily.id }))!
      const tomorrow = momentAt(Date.now() + 86_400_000)
      await db('portico_portal_users').where({ id: emily.id }).update({ accepted_at: tomorrow })
      const id = await host.save({ module: 'Quote', values: { subject: 'Valve', account: 'fjordside' } }, frank)
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.bjorn.email])
      await db('portico_portal_users').where({ id: emily.id }).update({ accepted_at: accepted })
      await db('crm_quote').where({ id }).update({ created_at: '2026-01-01 00:00:00' })
      await host.remove('Quote', id, frank)
      await crm.store.as((await host.staffById('irena'))!).restore('Quote', id)
      expect(await mailsOf(test)).to.deep.equal([])
    })

    it('is not caused by what people outside do themselves, so nobody’s mail leads to another', async () => {
      const bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(`${door}/case/bjorns-case`)
      await bjorn.send('Write note', { text: 'It drips.' })
      await bjorn.open(`${door}/case/new`)
      await bjorn.send('Save', { subject: 'Another leak' })
      expect(await mailsOf(test)).to.deep.equal([])
      await noteOn(test, 'We know.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal(both)
    })
  })
})

onSqlite('notifications', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open)
    await mailsOf(test)
  })

  after(() => test.close())

  describe('what a portal user is told', function () {
    this.timeout(60_000)

    it('A23 note text is text in the mail, and a title adds no header to it', async () => {
      const subject = 'Pump\r\nBcc: everybody@example.com\u202e'
      await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ subject })
      await noteOn(test, '<img src=x onerror=alert(1)> & <b>bold</b>')
      const [mail] = await mailsOf(test)
      await test.embedded.db('crm_case').where({ id: 'bjorns-case' }).update({ subject: 'Pump leaks' })
      expect(mail?.subject).to.equal('There is an answer: Pump Bcc: everybody@example.com')
      expect(mail?.html).to.include('&lt;img src=x onerror=alert(1)&gt;').and.not.include('<img').and.not.include('<b>')
    })

    it('Z29 Z30 is nothing for whom nothing may be sent to any more, nor for whoever has a phone number alone', async () => {
      const { db } = test.embedded
      const emily = await userNamed(test, 'emily')
      const stopped = { module: 'Contact', record_id: 'emily', basis: 'contract', revision: 1, changed_by: 'Irena' }
      const at = '2026-01-01 00:00:00'
      await db('portico_processing').insert({ ...stopped, changed_at: at, stopped_at: at })
      await noteOn(test, 'We come on Monday.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.bjorn.email])
      await db('portico_processing').where({ record_id: 'emily' }).delete()
      const identity = db('portico_identities').where({ id: emily.identityId })
      await identity.clone().update({ address: '+441915550141' })
      await noteOn(test, 'We come on Tuesday.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.bjorn.email])
      await identity.clone().update({ address: customers.emily.email })
      await noteOn(test, 'We come on Wednesday.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal(both)
    })

    it('A24 Z29 Z30 is nothing any more when it waited too long for a mail server, or he has said no meanwhile', async () => {
      const { context } = test.embedded.portico
      const emily = await userNamed(test, 'emily')
      const may = (createdAt = momentAt(context.now())): Promise<boolean> =>
        mayStillGo(context, { about: `portal-user:${emily.id}`, createdAt })
      expect([await may(), await may(momentAt(context.now() - minutes(200)))]).to.deep.equal([true, false])
      expect(await mayStillGo(context, { about: 'portal-user:gone', createdAt: momentAt(context.now()) })).to.equal(
        false
      )
      const row = context.db('portico_portal_users').where({ id: emily.id })
      for (const [taken, back] of [
        [{ notifications: '{"kinds":[],"summary":"soon"}' }, { notifications: null }],
        [{ status: 'deactivated' }, { status: 'confirmed' }]
      ]) {
        await row.clone().update(taken)
        expect(await may(), JSON.stringify(taken)).to.equal(false)
        await row.clone().update(back)
      }
      const stopped = { module: 'Contact', record_id: 'emily', basis: 'contract', revision: 1, changed_by: 'Irena' }
      const at = '2026-01-01 00:00:00'
      await context.db('portico_processing').insert({ ...stopped, changed_at: at, stopped_at: at })
      expect(await may()).to.equal(false)
      await context.db('portico_processing').where({ record_id: 'emily' }).delete()
      expect(await may()).to.equal(true)
    })

    it('comes once a day, at seven on his own clock, if he likes it better', async () => {
      const bjorn = await customerAt(test, 'bjorn')
      await noteOn(test, 'First.')
      await test.embedded.host.deliver()
      await bjorn.open(`${door}/notifications`)
      await bjorn.send('Save', { summary: 'daily' })
      const due = (await test.embedded
        .db('portico_notifications')
        .select('due_at')
        .where({ portal_user_id: (await userNamed(test, 'bjorn')).id })) as { due_at: string }[]
      const profile = await test.embedded.portico.context.identity.profile((await userNamed(test, 'bjorn')).identityId!)
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: profile!.timeZone, timeStyle: 'short' })
      expect(due.map(({ due_at }) => clock.format(new Date(`${due_at.replace(' ', 'T')}Z`)))).to.deep.equal(['07:00'])
      await noteOn(test, 'Second.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal([customers.emily.email])
      const [mail] = await mailsOf(test, minutes(24 * 60))
      expect(mail?.text).to.include('> First.').and.include('> Second.')
      const later = await customerAt(test, 'bjorn')
      await later.open(`${door}/notifications`)
      await later.send('Save', { summary: 'soon' })
    })

    it('A50 is nothing of a note that he may no longer read, while he may see the record', async () => {
      const boss = await staffAt(test, 'frank')
      await noteOn(test, 'We come on Monday.')
      await test.embedded.host.deliver()
      await boss.open(await releasePath(test, 'Case'))
      await boss.send('Save', { notes: 'none' })
      expect(await mailsOf(test)).to.deep.equal([])
      await boss.open(await releasePath(test, 'Case'))
      await boss.send('Save', { notes: 'write' })
      await noteOn(test, 'We come on Tuesday.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal(both)
    })

    it('asks for nothing where no portal is on, and where the module is released nowhere', async () => {
      const { db, host } = test.embedded
      const waiting = async (): Promise<number> => {
        await host.deliver()
        return Number((await db('portico_notifications').count({ n: '*' }).first())?.['n'])
      }
      const switchTo = async (isActive: boolean): Promise<void> => {
        await db('portico_portals').update({ is_active: isActive })
        await raiseConfigurationVersion(db)
      }
      await host.save({ module: 'Deal', values: { name: 'Big', account: 'fjordside' } }, frank)
      expect(await waiting()).to.equal(0)
      await switchTo(false)
      await noteOn(test, 'Nobody is there.')
      expect(await waiting()).to.equal(0)
      await switchTo(true)
      await noteOn(test, 'Now they are.')
      expect(await waiting()).to.equal(2)
      await mailsOf(test)
    })

    it('A39 needs the person’s own sign-in, and takes no word that isn’t in the form', async () => {
      const stranger = await test.visitor().peek(`${door}/notifications`)
      expect(stranger.status).to.equal(303)
      const bjorn = await customerAt(test, 'bjorn')
      await bjorn.open(`${door}/notifications`)
      bjorn.is(200).sees('Mails go to bjorn@fjordside.example.')
      expect((await bjorn.forge(`${door}/notifications`, { kinds: 'everything', summary: 'soon' })).status).to.equal(
        422
      )
      expect((await bjorn.bare(`${door}/notifications`, { summary: 'soon' })).status).to.equal(403)
      await noteOn(test, 'Still on.')
      expect(addressesOf(await mailsOf(test))).to.deep.equal(both)
    })
  })

  describe('unsubscribing', function () {
    this.timeout(60_000)

    const oneClick = (address: string): request.Test =>
      request(test.app).post(new URL(address).pathname).type('form').send('List-Unsubscribe=One-Click')
    const linkFor = async (name: keyof typeof customers): Promise<string> => {
      await noteOn(test, 'We come.')
      const mail = (await mailsOf(test)).find(({ to_address }) => to_address === customers[name].email)
      return String(mail?.unsubscribe)
    }
    const told = async (): Promise<string[]> => {
      await noteOn(test, 'Once more.')
      return addressesOf(await mailsOf(test))
    }

    it('RFC 8058 happens by one POST without a session or a token of a form; opening the link only asks', async () => {
      const link = await linkFor('emily')
      const visitor = test.visitor()
      await visitor.open(new URL(link).pathname)
      visitor.is(200).sees('when somebody answers').doesNotSee('Emily', 'emily@')
      expect(await told()).to.deep.equal(both)
      expect((await oneClick(link)).status).to.equal(200)
      expect(await told()).to.deep.equal([customers.bjorn.email])
      const [entry] = await test.embedded.portico.context.audit.list({
        subject: `portal-user:${(await userNamed(test, 'emily')).id}`,
        limit: 1
      })
      expect(entry?.action).to.equal('notifications.unsubscribed')
    })

    it('A40 once more changes nothing, and a link that somebody made up or altered is none', async () => {
      const { context } = test.embedded.portico
      const [emily, bjorn] = [await userNamed(test, 'emily'), await userNamed(test, 'bjorn')]
      const { config } = context
      const hers = unsubscribeToken(config, { portalUserId: emily.id, from: 'answered' })
      const before = await context.audit.list({ limit: 100 })
      expect((await oneClick(`http://x/portico/unsubscribe/${hers}`)).status).to.equal(200)
      const forged = [
        hers.replace(emily.id, bjorn.id),
        hers.replace('.answered.', '.all.'),
        hers.slice(0, -1),
        `${hers}.`,
        unsubscribeToken({ secret: `${config.secret}x` }, { portalUserId: bjorn.id, from: 'all' }),
        'x'
      ]
      for (const token of forged) {
        expect((await oneClick(`http://x/portico/unsubscribe/${token}`)).status, token).to.equal(404)
        expect((await test.visitor().peek(`/portico/unsubscribe/${token}`)).status, token).to.equal(404)
      }
      expect(await context.audit.list({ limit: 100 })).to.deep.equal(before)
      expect(await told()).to.deep.equal([customers.bjorn.email])
    })

    it('works after his access was taken back, and holds when he has it again', async () => {
      const { context } = test.embedded.portico
      const link = await linkFor('bjorn')
      const bjorn = await userNamed(test, 'bjorn')
      await deactivate(context, bjorn.id, (await test.embedded.host.staffById('frank'))!)
      const visitor = test.visitor()
      await visitor.open(new URL(link).pathname)
      await visitor.send('Unsubscribe')
      visitor.is(200).sees('no longer writes to you when somebody answers')
      await visitor.send('Turn off all of them')
      visitor.is(200).sees('no longer sends you any notifications')
      await context.db('portico_portal_users').where({ id: bjorn.id }).update({ status: 'confirmed' })
      expect(await told()).to.deep.equal([])
    })

    it('is seen by staff on the person’s page', async () => {
      const irena = await staffAt(test, 'irena')
      await irena.open(`/portico/admin/portals/users/${(await userNamed(test, 'bjorn')).id}`)
      irena.is(200).sees('None. The person turned them off.')
      await irena.open(`/portico/admin/portals/users/${(await userNamed(test, 'anna')).id}`)
      irena.is(200).sees('The person is told of: answers, new records. At once.')
    })
  })
})

async function waitingOf(test: TestApp, id: string): Promise<number> {
  const row = await test.embedded.db('portico_notifications').where({ portal_user_id: id }).count({ n: '*' }).first()
  return Number(row?.['n'])
}
