import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { Invalid, PorticoError } from '../../src/errors.js'
import { ChangedMeanwhile } from '../../src/audit/configuration-change.js'
import { invitationPlace } from '../../src/portal/people/eligibility.js'
import { carryOut, invite, prepareAdmission } from '../../src/portal/people/invitations.js'
import { invitePerson } from '../../src/portal/people/persons.js'
import { accessesOf, countByStatus } from '../../src/portal/people/portal-users.js'
import { addUserType } from '../../src/portal/user-types/user-types.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'

const password = 'brass kettle under the elm'

eachDatabase((open) => {
  describe('an invitation from a contact’s page', function () {
    this.timeout(60_000)
    let test: TestApp
    let frank: Visitor

    beforeEach(async () => {
      test = await openApp(open)
      frank = await staffAt(test, 'frank')
    })

    afterEach(() => test.close())

    /** A contact who is not in the portal. */
    const contact = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save(
        { module: 'Contact', values: { firstName: 'Nora', lastName: 'Novak', ...values } },
        { kind: 'system' }
      )

    const invitationFor = (id: string): string => `${admin}/invitations/new?module=Contact&record=${id}`

    const mailsTo = async (address: string): Promise<{ subject: string; state: string }[]> =>
      test.embedded.db('portico_mail').select('subject', 'state').where({ to_address: address }).orderBy('created_at')

    const linkTo = async (name: string): Promise<string> => {
      await test.settle()
      const visitor = await test.visitor().open('/mailbox')
      const row = visitor.page('main tbody tr').filter((_, one) => visitor.page(one).text().includes(name))
      await visitor.open(row.first().find('a[href*="/mailbox/"]').attr('href')!)
      return new URL(visitor.page('main a[href*="/invitation/"]').first().attr('href')!).pathname
    }

    it('Z14 is offered only when the address is filled, and only to whoever may invite', async () => {
      const without = await contact({})
      const withAddress = await contact({ email: 'nora@nordwind.example' })
      const petra = await staffAt(test, 'petra')
      await frank.open(`/crm/Contact/${withAddress}`)
      frank.sees('Send portal invitation')
      await frank.open(`/crm/Contact/${without}`)
      frank.is(200).doesNotSee('Send portal invitation')
      await petra.open(`/crm/Contact/${withAddress}`)
      petra.is(200).doesNotSee('Send portal invitation')
      expect((await petra.peek(invitationFor(withAddress))).status).to.equal(404)
      await frank.open(invitationFor(without))
      frank.is(200).sees('The record has no e-mail address or phone number')
    })

    it('Z18 A28 is not sent where mails became text messages, or another field counts, while it was written', async () => {
      const { context } = test.embedded.portico
      const recordId = await contact({ email: 'nora@nordwind.example' })
      const { id } = await theUserType(test)
      const place = await invitationPlace(context, id)
      const by = (await context.host.staffById('frank'))!
      const invitee = { recordId, name: 'Nora Novak', address: 'nora@nordwind.example' }
      const deed = await prepareAdmission(context, place, invitee, { language: 'en', by })
      const type = () => test.embedded.db('portico_user_types').where({ id })
      for (const change of [{ preference: 'phone' }, { address_field: 'phone' }]) {
        await type().update(change)
        const refused = await carryOut(context, deed).catch((error: unknown) => error)
        expect(refused).to.be.instanceOf(ChangedMeanwhile)
        await type().update({ preference: 'email', address_field: null })
      }
      expect(await accessesOf(test.embedded.db, 'Contact', recordId)).to.deep.equal([])
      expect(await mailsTo('nora@nordwind.example')).to.deep.equal([])
      await carryOut(context, deed)
      expect(await mailsTo('nora@nordwind.example')).to.have.length(1)
    })

    it('Z14 goes in the chosen language, and the person starts with the inviter’s time zone', async () => {
      const id = await contact({ email: 'Nora@Nordwind.example' })
      await frank.open(invitationFor(id))
      await frank.send('Send invitation', { language: 'cs' })
      frank.is(200).sees('The invitation to Nora Novak is on its way.')
      const [mail] = await mailsTo('nora@nordwind.example')
      expect(mail?.subject).to.match(/pozv|zve/i)
      const [user] = await accessesOf(test.embedded.db, 'Contact', id)
      expect(user).to.include({ status: 'invited', address: 'nora@nordwind.example', invitedBy: 'frank' })
      const profile = await test.embedded.portico.context.identity.profile(user!.identityId!)
      expect(profile).to.deep.include({ timeZone: 'Europe/Berlin', locale: 'cs' })
    })

    const refused: readonly (readonly [string, string, string])[] = [
      [
        'Z02 an address of the company’s own domain',
        'someone@thermovia.example',
        'The address belongs to your own company.'
      ],
      [
        'Z02 an address below the company’s own domain',
        'someone@mail.THERMOVIA.example',
        'The address belongs to your own company.'
      ],
      ['Z15 an address with unsupported characters', 'nóra@nordwind.example', 'unsupported characters']
    ]
    for (const [title, email, reason] of refused) {
      it(`${title} is refused with the reason`, async () => {
        const id = await contact({ email })
        await frank.open(invitationFor(id))
        await frank.send('Send invitation')
        frank.is(409).sees(reason)
        expect(await accessesOf(test.embedded.db, 'Contact', id)).to.deep.equal([])
        expect(await mailsTo(email.toLowerCase())).to.deep.equal([])
      })
    }

    it('A38 the address of a CRM user is refused, whatever its letter case', async () => {
      await test.embedded.db('crm_user').where({ id: 'grace' }).update({ email: 'Grace@elsewhere.example' })
      const id = await contact({ email: 'grace@ELSEWHERE.example' })
      await frank.open(invitationFor(id))
      await frank.send('Send invitation')
      frank.is(409).sees('A user of the CRM has this address.')
    })

    it('A38 whoever is a portal user already is refused: the same person, and somebody else with his address', async () => {
      await frank.open(invitationFor('anna'))
      frank.is(200).sees('access exists already')
      const userType = (await theUserType(test)).id
      const again = await frank.forge(`${admin}/invitations`, {
        module: 'Contact',
        record: 'anna',
        userType,
        language: 'en'
      })
      expect(again.status).to.equal(409)
      const twin = await contact({ email: customers.anna.email })
      await frank.open(invitationFor(twin))
      await frank.send('Send invitation')
      frank.is(409).sees('already a user of the portal')
      expect(await accessesOf(test.embedded.db, 'Contact', twin)).to.deep.equal([])
    })

    /** By several administrators. */
    const addedAtOnce = async (to: TestApp, names: readonly string[]): Promise<string[]> => {
      const irena = (await to.embedded.host.staffById('irena'))!
      const { id } = await thePortal(to)
      const { context } = to.embedded.portico
      const outcomes = await Promise.allSettled(
        names.map((name) => addUserType(context, id, { name, primaryModule: 'Lead' }, irena))
      )
      return outcomes.map(({ status }) => status).toSorted()
    }

    it('Z03 the limit of active users is kept, deactivated ones don’t count; so is that of user types, for all at once', async () => {
      const limited = await openApp(open, {
        config: {
          limits: {
            ...test.embedded.config.limits,
            activeUsersPerType: Object.keys(customers).length,
            userTypesPerPortal: 2
          }
        }
      })
      try {
        const frankThere = await staffAt(limited, 'frank')
        const id = await limited.embedded.host.save(
          { module: 'Contact', values: { lastName: 'Novak', email: 'nora@nordwind.example' } },
          { kind: 'system' }
        )
        await frankThere.open(invitationFor(id))
        await frankThere.send('Send invitation')
        frankThere.is(409).sees('limit of')
        await frankThere.open(`${admin}/access?module=Contact&record=jonas`)
        await frankThere.send('Yes, deactivate')
        await frankThere.open(invitationFor(id))
        await frankThere.send('Send invitation')
        frankThere.is(200).sees('is on its way')
        expect(await addedAtOnce(limited, ['One', 'Two', 'Three'])).to.deep.equal(['fulfilled', 'rejected', 'rejected'])
      } finally {
        await limited.close()
      }
    })

    it('Z03 the limit holds for those who are let in at the same moment, and one person gets in once', async () => {
      const { invited, confirmed } = await countByStatus(test.embedded.db, (await theUserType(test)).id)
      const limits = { ...test.embedded.config.limits, activeUsersPerType: invited + confirmed + 1 }
      const full = await openApp(open, { config: { limits } })
      try {
        const { context } = full.embedded.portico
        const { host, db } = full.embedded
        const irena = (await host.staffById('irena'))!
        const userTypeId = (await theUserType(full)).id
        const portalId = (await thePortal(full)).id
        const people = ['a', 'b', 'c', 'd', 'e', 'f']
        const form = { module: 'Contact', userTypeId, language: 'en' } as const
        const ids = await Promise.all(
          people.map((name) =>
            host.save(
              { module: 'Contact', values: { lastName: name, email: `${name}@nordwind.example` } },
              { kind: 'system' }
            )
          )
        )
        const outcomes = await Promise.allSettled(ids.map((recordId) => invite(context, { ...form, recordId }, irena)))
        expect(reasons(outcomes)).to.deep.equal({ fulfilled: 1, 'portal:refusal.limit': 5 })
        expect(
          await db('portico_identities').whereIn(
            'address',
            people.map((name) => `${name}@nordwind.example`)
          )
        ).to.have.length(1)
        const person = { portalId, name: 'Same', address: 'same@else.example', language: 'en', roleIds: [] } as const
        const same = await Promise.allSettled(people.map(() => invitePerson(context, person, irena)))
        expect(reasons(same)).to.deep.equal({ fulfilled: 1, address: 5 })
      } finally {
        await full.close()
      }
    })

    /** How many came through, and why the others did not. */
    const reasons = (outcomes: readonly PromiseSettledResult<unknown>[]): Record<string, number> => {
      const found: Record<string, number> = {}
      for (const one of outcomes) {
        const cause: unknown = one.status === 'rejected' ? one.reason : undefined
        const why =
          cause instanceof Invalid
            ? Object.keys(cause.fields).join()
            : cause instanceof PorticoError
              ? cause.key
              : String(cause ?? one.status)
        found[why] = (found[why] ?? 0) + 1
      }
      return found
    }

    it('A01 for a record that isn’t there there is nothing, and a record of another module is no other', async () => {
      expect((await frank.peek(invitationFor('nobody'))).status).to.equal(404)
      expect((await frank.peek(`${admin}/invitations/new?module=Lead&record=anna`)).status).to.equal(404)
      expect((await frank.peek(`${admin}/invitations/new?module=Nothing&record=anna`)).status).to.equal(404)
    })

    it('Z16 is replaced by a new one: the old link dies, the new one works', async () => {
      const id = await contact({ email: 'nora@nordwind.example' })
      await frank.open(invitationFor(id))
      await frank.send('Send invitation', { language: 'en' })
      const first = await linkTo('Nora Novak')
      await frank.open(`${admin}/access?module=Contact&record=${id}`)
      await frank.send('Invite again')
      frank.is(200).sees('A new invitation to Nora Novak is on its way.')
      const nora = test.visitor()
      await nora.open(first)
      nora.is(410)
      const second = await linkTo('Nora Novak')
      expect(second).not.to.equal(first)
      await nora.open(second)
      await nora.send('Accept the invitation')
      await nora.send('Set the password', { password })
      nora.is(200)
      const [user] = await accessesOf(test.embedded.db, 'Contact', id)
      expect(user?.status).to.equal('confirmed')
      await frank.open(`${admin}/access?module=Contact&record=${id}`)
      frank.sees('Confirmed', 'Invitation accepted').doesNotSee('Invite again')
    })

    it('Z16 is valid for seven days', async () => {
      const id = await contact({ email: 'nora@nordwind.example' })
      await frank.open(invitationFor(id))
      await frank.send('Send invitation', { language: 'en' })
      const link = await linkTo('Nora Novak')
      test.wait(8 * 86_400_000)
      await test
        .visitor()
        .open(link)
        .then((visitor) => visitor.is(410))
    })

    it('Z22 removed, access is gone at once; the person can be invited again and still owns what he wrote', async () => {
      const anna = await customerAt(test, 'anna')
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'Written before' })
      anna.is(200)
      const [before] = await accessesOf(test.embedded.db, 'Contact', 'anna')
      await frank.open(`${admin}/access?module=Contact&record=anna`)
      await frank.send('Yes, remove')
      frank.is(200).sees('Access is removed', 'has no access to a portal', 'Former access to Thermovia Service')
      await anna.open(`${door}/case`)
      expect(anna.path).to.include('/sign-in')
      await frank.open(invitationFor('anna'))
      await frank.send('Send invitation', { language: 'en' })
      frank.is(200)
      const [after] = await accessesOf(test.embedded.db, 'Contact', 'anna')
      expect(after).to.include({ id: before!.id, status: 'invited' })
    })

    it('A24 a contact that is back before the CRM tells of its removal keeps access', async () => {
      const { system } = test.embedded.crm.store
      await system.remove('Contact', 'anna')
      await system.restore('Contact', 'anna')
      await test.settle()
      const [user] = await accessesOf(test.embedded.db, 'Contact', 'anna')
      expect(user).to.include({ status: 'confirmed' })
      const anna = await customerAt(test, 'anna')
      anna.is(200)
    })

    it('A24 when the contact is deleted in the CRM, access ends', async () => {
      const anna = await customerAt(test, 'anna')
      await test.embedded.host.remove('Contact', 'anna', { kind: 'system' })
      await anna.open(`${door}/case/annas-heating-case`)
      anna.is(404).doesNotSee('Heating fails')
      await test.settle()
      const [user] = await accessesOf(test.embedded.db, 'Contact', 'anna')
      expect(user).to.include({ status: 'removed', identityId: null })
      await anna.open(`${door}/case`)
      expect(anna.path).to.include('/sign-in')
    })

    it('A24 mail that waits is withdrawn when access ends; activated, the person gets a new one', async () => {
      await test.close()
      test = await openApp(open, { config: { smtpUrl: 'smtp://127.0.0.1:9' } })
      frank = await staffAt(test, 'frank')
      const id = await contact({ email: 'nora@nordwind.example' })
      await frank.open(invitationFor(id))
      await frank.send('Send invitation', { language: 'en' })
      await frank.open(`${admin}/access?module=Contact&record=${id}`)
      await frank.send('Yes, deactivate')
      expect((await mailsTo('nora@nordwind.example')).map(({ state }) => state)).to.deep.equal(['withdrawn'])
      await frank.send('Activate')
      frank.is(200).sees('Access is active again.')
      expect((await mailsTo('nora@nordwind.example')).map(({ state }) => state)).to.have.members([
        'withdrawn',
        'waiting'
      ])
    })
  })

  describe('the users of a type', function () {
    this.timeout(60_000)
    let test: TestApp
    let petra: Visitor
    let users: string

    before(async () => {
      test = await openApp(open)
      petra = await staffAt(test, 'petra')
      users = `${admin}/user-types/${(await theUserType(test)).id}/users`
    })

    after(() => test.close())

    it('Z21 are filtered by status, with counts, and found by name or address', async () => {
      const people = Object.keys(customers).length
      await petra.open(`${admin}/access?module=Contact&record=jonas`)
      await petra.send('Yes, deactivate')
      await petra.open(users)
      petra.is(200).sees(`All ${people}`, `Confirmed ${people - 1}`, 'Deactivated 1', 'Anna Schmidt', 'Jonas Petersen')
      await petra.open(`${users}?status=deactivated`)
      petra.sees('Jonas Petersen').doesNotSee('Anna Schmidt')
      await petra.open(`${users}?q=fjordside`)
      petra.sees('Björn Larsen').doesNotSee('Anna Schmidt')
      await petra.open(`${users}?q=%25`)
      petra.doesNotSee('Anna Schmidt')
      expect((await petra.peek(`${users}?status=everybody`)).status).to.equal(404)
    })
  })
})
