/** What an attacker tries at a portal form, and what must not come of it (Z32, A14, A23, A28, A30, A37, A38). */
import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { PorticoError } from '../../src/errors.js'
import { HostRefused, HostSilent, HostUnavailable } from '../../src/host/host.js'
import { approve } from '../../src/portal/forms/decision.js'
import { confirmRequest, requestBehind } from '../../src/portal/forms/requests.js'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { accessesOf, portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import {
  asked,
  confirmationOf,
  contactsWith,
  fillIn,
  formPath,
  mailsTo,
  releasedForm,
  requestOf,
  requestsPath,
  staffNamed
} from './access-form-world.js'
import { door, masked, staffAt, thePortal } from './people.js'

/** The key of the refusal; undefined when there is none. */
function refusalOf(attempt: Promise<void>): Promise<string | undefined> {
  return attempt.then(
    () => undefined,
    (error: unknown) => (error instanceof PorticoError ? error.key : String(error))
  )
}

onSqlite('attacks on portal forms', (open) => {
  describe('an attack on a portal form', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
      await releasedForm(test)
    })

    after(() => test.close())

    /** A form that was read for a while. */
    const opened = async (): Promise<{ visitor: Visitor; stamp: string }> => {
      const visitor = await test.visitor().open(formPath)
      test.wait(5000)
      return { visitor, stamp: String(visitor.page('input[name=_opened]').attr('value')) }
    }

    const requestsNow = async (): Promise<number> =>
      (await test.embedded.db('portico_form_requests').select<unknown[]>('id')).length

    it('A14 a field that the form does not ask is refused, not dropped', async () => {
      for (const field of ['account', 'owner', 'title', 'mobile', 'createdBy', 'id', 'portalUserId']) {
        const { visitor, stamp } = await opened()
        const fields = { _opened: stamp, lastName: 'Sly', email: 'sly@new.example', [field]: 'nordwind' }
        const answer = await visitor.forge(formPath, fields)
        expect(answer.status, field).to.equal(400)
      }
      expect(await mailsTo(test, 'sly@new.example', 0)).to.deep.equal([])
      const { visitor, stamp } = await opened()
      const fields = { _opened: stamp, lastName: 'Good', email: 'good@new.example', phone: '+1' }
      expect((await visitor.forge(formPath, fields)).status).to.equal(303)
    })

    it('Z32 a program that fills in the trap gets the same answer and nothing else', async () => {
      const { visitor, stamp } = await opened()
      const before = await requestsNow()
      const fields = { _opened: stamp, lastName: 'Bot', email: 'bot@new.example', _website: 'https://spam.example' }
      const answer = await visitor.forge(formPath, fields)
      expect(answer.status).to.equal(303)
      expect(answer.headers['location']).to.match(/\/sent$/)
      await fillIn(test, { email: 'human@new.example' })
      await mailsTo(test, 'human@new.example')
      expect(await requestsNow()).to.equal(before + 1)
      expect(await mailsTo(test, 'bot@new.example', 0)).to.deep.equal([])
    })

    it('Z32 what is sent faster than it can be read, or with a stamp that is forged or another form’s, comes back', async () => {
      const visitor = await test.visitor().open(formPath)
      const email = 'fast@new.example'
      await visitor.send('Send the request', { lastName: 'Fast', email })
      expect(visitor.response.status).to.equal(422)
      visitor.sees('That was quick.')
      expect(visitor.page('input[name=lastName]').attr('value'), 'what was typed').to.equal('Fast')
      for (const stamp of ['', '1', `${Date.now() - 60_000}.${'A'.repeat(43)}`]) {
        const answer = await visitor.forge(formPath, { _opened: stamp, lastName: 'Fast', email })
        expect(answer.status, stamp).to.equal(422)
      }
      expect(await mailsTo(test, email, 0)).to.deep.equal([])
      test.wait(4000)
      await visitor.send('Send the request')
      visitor.is(200).sees('Look into your mailbox')
    })

    it('A41 a form from elsewhere, without the token, is refused', async () => {
      const { visitor, stamp } = await opened()
      const fields = { _opened: stamp, lastName: 'X', email: 'forged@new.example' }
      expect((await visitor.bare(formPath, fields)).status).to.equal(403)
    })

    it('A30 A38 the answer is the same for whomever the address belongs to; the mail to its owner fits', async () => {
      const portal = await thePortal(test)
      const jonas = (await portalUserByAddress(test.embedded.db, portal.id, customers.jonas.email))!
      await deactivate(test.embedded.portico.context, jonas.id, await staffNamed(test, 'frank'))
      const whose = {
        'stranger@new.example': 'Confirm your address',
        [customers.anna.email]: 'You have access to Thermovia Service already',
        [customers.jonas.email]: 'Your access to Thermovia Service',
        'someone@thermovia.example': 'No access to Thermovia Service with this address',
        [String((await staffNamed(test, 'frank')).email)]: 'No access to Thermovia Service with this address'
      }
      const answers = []
      for (const [email, subject] of Object.entries(whose)) {
        const before = await mailsTo(test, email, 0)
        const visitor = await fillIn(test, { email })
        answers.push(masked(visitor.response.text))
        const mails = await mailsTo(test, email, before.length + 1)
        expect(mails.at(-1)?.subject, email).to.include(subject)
        expect(mails.at(-1)?.text, 'words of a stranger').not.to.include('Newman')
      }
      expect(new Set(answers).size).to.equal(1)
    })

    it('A37 an address that looks like a customer’s gets nothing of his', async () => {
      const email = customers.anna.email.replace('nordwind', 'nordwlnd')
      const request = await asked(test, { firstName: 'Anna', email })
      const frank = await staffAt(test, 'frank')
      await frank.open(`${requestsPath}/${request.id}`)
      frank.sees('Nobody in the CRM has this address')
      const fields = { revision: String(request.revision), record: customers.anna.id }
      expect((await frank.forge(`${requestsPath}/${request.id}/approval`, fields)).status).to.equal(409)
      expect(await contactsWith(test, email)).to.deep.equal([])
    })

    it('A23 what a stranger typed is text on the staff’s pages', async () => {
      const evil = '<img src=x onerror=alert(1)>'
      const request = await asked(test, { firstName: evil, phone: 'javascript:alert(1)', email: 'evil@new.example' })
      const frank = await staffAt(test, 'frank')
      for (const path of [requestsPath, `${requestsPath}/${request.id}`, `${requestsPath}?q=onerror`]) {
        await frank.open(path)
        frank.is(200).sees(evil).doesNotSee('<img src=x')
      }
      expect(frank.page('a[href^="javascript:"]').length).to.equal(0)
    })

    it('A23 a line break in a name does not get into a mail’s head', async () => {
      const { visitor, stamp } = await opened()
      const fields = { _opened: stamp, lastName: 'X\r\nBcc: a@b.example', email: 'crlf@new.example' }
      expect((await visitor.forge(formPath, fields)).status).to.equal(422)
    })

    it('Z15 a throw-away address, and one that is none, is refused beside its field', async () => {
      for (const email of ['x@mailinator.com', 'nobody', 'ä@new.example']) {
        const visitor = await fillIn(test, { email })
        expect(visitor.response.status, email).to.equal(422)
        expect(visitor.page('main .field__error').length, email).to.equal(1)
      }
    })

    it('A32 a link for one form opens no other, and an invented one nothing', async () => {
      await releasedForm(test, { slug: 'second' })
      await fillIn(test, { email: 'linker@new.example' })
      const link = await confirmationOf(test, 'linker@new.example')
      const visitor = test.visitor()
      expect((await visitor.open(link.replace('customers', 'second'))).response.status).to.equal(410)
      expect((await visitor.open(`${formPath}/confirmation/${'A'.repeat(43)}`)).response.status).to.equal(410)
      expect((await visitor.open(link)).response.status).to.equal(200)
    })

    it('A35 one address is mailed five times an hour, and one visitor sends no more than thirty forms', async () => {
      test.wait(2 * 60 * 60_000)
      const { visitor, stamp } = await opened()
      const send = async (email: string): Promise<number> =>
        (await visitor.forge(formPath, { _opened: stamp, lastName: 'Many', email })).status
      const statuses = []
      for (let sent = 0; sent < 6; sent++) statuses.push(await send('flood@new.example'))
      expect(statuses.slice(0, 5)).to.deep.equal([303, 303, 303, 303, 303])
      expect(statuses[5]).to.equal(429)
      let others = 0
      while (others < 40 && (await send(`flood${others}@new.example`)) === 303) others++
      expect(others).to.be.lessThan(30)
    })
  })
})

eachDatabase((open) => {
  describe('a race for a request', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
      await releasedForm(test)
    })

    after(() => test.close())

    it('A28 of two who confirm at once one does', async () => {
      await fillIn(test, { email: 'racer@new.example' })
      const token = (await confirmationOf(test, 'racer@new.example')).split('/').at(-1)!
      const { db } = test.embedded
      const now = test.embedded.portico.context.now()
      const [formId] = await db('portico_form_requests')
        .where({ address: 'racer@new.example' })
        .pluck<string[]>('form_id')
      const request = (await requestBehind(db, { formId: formId!, token, now }))!
      const confirm = (): Promise<boolean> => db.transaction((trx) => confirmRequest(trx, request, now))
      const results = await Promise.all([confirm(), confirm()])
      expect(results.filter(Boolean)).to.have.length(1)
    })

    it('A28 of two who approve at once one does: one record, one invitation', async () => {
      const request = await asked(test, { firstName: 'Rudi', email: 'rudi@new.example' })
      const { context } = test.embedded.portico
      const [frank, irena] = [await staffNamed(test, 'frank'), await staffNamed(test, 'irena')]
      const results = await Promise.allSettled(
        [frank, irena].map((by) => approve(context, { id: request.id, revision: request.revision }, 'new', by))
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
      const contacts = await contactsWith(test, 'rudi@new.example')
      expect(contacts).to.have.length(1)
      expect(await accessesOf(test.embedded.db, 'Contact', contacts[0]!)).to.have.length(1)
    })

    it('Z32 what died after the record was made goes on without a second record', async () => {
      const request = await asked(test, { firstName: 'Dora', email: 'dora@new.example' })
      const { db, host } = test.embedded
      const { context } = test.embedded.portico
      const values = { firstName: 'Dora', lastName: 'Newman', email: 'dora@new.example' }
      const recordId = await host.save({ module: 'Contact', values }, { kind: 'system' })
      const claimed = { claimed_until: '2999-01-01 00:00:00', module: 'Contact', record_id: recordId }
      await db('portico_form_requests').where({ id: request.id }).update(claimed)
      const frank = await staffNamed(test, 'frank')
      const seen = { id: request.id, revision: request.revision }
      expect(await refusalOf(approve(context, seen, 'new', frank)), 'while somebody has it').to.equal(
        'errors.changedMeanwhile'
      )
      await db('portico_form_requests').where({ id: request.id }).update({ claimed_until: '2001-01-01 00:00:00' })
      await approve(context, seen, 'new', frank)
      expect(await contactsWith(test, 'dora@new.example')).to.have.length(1)
      expect(await requestOf(test, 'dora@new.example')).to.include({ state: 'approved', recordId })
    })

    it('Z32 A28 two requests with one address, by two forms, are not decided at once', async () => {
      await releasedForm(test, { slug: 'other' })
      const here = await asked(test, { email: 'both@new.example' })
      const there = await asked(test, { email: 'both@new.example' }, `${door}/forms/other`)
      const { db } = test.embedded
      await db('portico_form_requests').where({ id: here.id }).update({ claimed_until: '2999-01-01 00:00:00' })
      const frank = await staffNamed(test, 'frank')
      const decide = (revision: number): Promise<string | undefined> =>
        refusalOf(approve(test.embedded.portico.context, { id: there.id, revision }, 'new', frank))
      expect(await decide(there.revision)).to.equal('forms:refusal.decidedElsewhere')
      await db('portico_form_requests').where({ id: here.id }).update({ claimed_until: null })
      expect(await decide(there.revision + 1)).to.equal(undefined)
      expect(await contactsWith(test, 'both@new.example')).to.have.length(1)
    })

    const troubles = [
      ['refuses', new HostRefused({ phone: { key: 'errors.field.invalid' } }), 'hostRefused', 'free'],
      ['is away', new HostUnavailable('away'), 'hostUnavailable', 'free'],
      ['breaks off', new HostSilent('silent'), 'hostSilent', 'claimed']
    ] as const
    for (const [what, error, reason, after] of troubles)
      it(`Z32 while the CRM ${what} nobody is let in, and the request can be decided again`, async () => {
        const email = `${reason.toLowerCase()}@new.example`
        const request = await asked(test, { firstName: 'Greta', email })
        const frank = await staffNamed(test, 'frank')
        const decide = async (): Promise<string | undefined> => {
          const { id, revision } = await requestOf(test, email)
          return refusalOf(approve(test.embedded.portico.context, { id, revision }, 'new', frank))
        }
        const save = (): Promise<string> => Promise.reject(error)
        expect(await whileHost(test, { save }, decide)).to.equal(`forms:refusal.${reason}`)
        expect(await requestOf(test, email)).to.include({ id: request.id, state: 'waiting' })
        if (after === 'claimed') {
          expect(await decide()).to.equal('errors.changedMeanwhile')
          test.wait(6 * 60_000)
        }
        expect(await decide()).to.equal(undefined)
        expect(await contactsWith(test, email)).to.have.length(1)
      })

    it('Z32 what died after the invitation is settled without a second one', async () => {
      const request = await asked(test, { firstName: 'Emil', email: 'emil@new.example' })
      const { context } = test.embedded.portico
      const frank = await staffNamed(test, 'frank')
      await approve(context, { id: request.id, revision: request.revision }, 'new', frank)
      const undone = { state: 'waiting', decided_at: null, decided_by: null, portal_user_id: null }
      await test.embedded.db('portico_form_requests').where({ id: request.id }).update(undone)
      const { revision } = await requestOf(test, 'emil@new.example')
      await approve(context, { id: request.id, revision }, 'new', frank)
      expect(await requestOf(test, 'emil@new.example')).to.include({ state: 'approved' })
      const mails = await mailsTo(test, 'emil@new.example', 2)
      expect(mails.filter(({ text }) => text.includes('/invitation/'))).to.have.length(1)
    })

    it('Z32 A38 somebody who got access meanwhile is not invited twice, and staff are told', async () => {
      const request = await asked(test, { firstName: 'Fritz', email: 'fritz@new.example' })
      const { context } = test.embedded.portico
      const { id } = customers.anna
      await test.embedded.db('crm_contact').where({ id }).update({ email: 'fritz@new.example' })
      const irena = await staffNamed(test, 'irena')
      const attempt = approve(context, { id: request.id, revision: request.revision }, { recordId: id }, irena)
      expect(await refusalOf(attempt)).to.equal('portal:refusal.alreadyUser')
      expect(await requestOf(test, 'fritz@new.example')).to.include({ state: 'waiting', claimedUntil: undefined })
    })
  })
})
