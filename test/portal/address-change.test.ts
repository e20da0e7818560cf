import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { deactivate, remove } from '../../src/portal/people/access-changes.js'
import { followAddress, sendConfirmation } from '../../src/portal/people/address-change.js'
import { ChangedMeanwhile } from '../../src/audit/configuration-change.js'
import { PorticoError } from '../../src/errors.js'
import { addressHealer } from '../../src/portal/people/missed-changes.js'
import { prepareTransfer } from '../../src/portal/people/transfer.js'
import { carryOut, inviteAgain, restore } from '../../src/portal/people/invitations.js'
import { setStopped } from '../../src/portal/privacy/processing.js'
import { openPortal } from '../attacks/world.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import { Life, type Somebody } from './life.js'
import { admin, door, staffAt, theUserType } from './people.js'

const press = 'Confirm the address'
let made = 0
const fresh = (): string => `fresh${(made += 1)}@nordwind.example`

onSqlite('an address that changes in the CRM', (open) => {
  let test: TestApp
  let life: Life
  let type: string
  let club: string
  const clubDoor = '/portal/club'

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    life = new Life(test)
    type = (await theUserType(test)).id
    club = await openPortal(life.context, 'club', [])
  })

  after(() => test.close())

  async function stopped({ module, recordId }: Somebody, isStopped: boolean): Promise<void> {
    const by = await life.by()
    await life.db.transaction((trx) => setStopped(life.context, trx, { module, recordId }, isStopped, by))
  }

  async function isRefusedWhileStopped(attempt: Promise<unknown>): Promise<void> {
    const refused = await attempt.catch((error: unknown) => error)
    expect(refused).to.include({ key: 'portal:refusal.processingStopped' })
  }

  describe('of somebody who has confirmed his access', function () {
    this.timeout(20_000)

    it('Z20 suspends his sign-in at once; after the button everything goes on with the old password', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      const before = await life.signIn(nora.address)
      expect(await life.isIn(before)).to.equal(true)
      await life.changed(nora, address)
      expect(await life.user(nora)).to.include({ status: 'suspended', address })
      expect(await life.isIn(before), 'the session of before').to.equal(false)
      for (const one of [nora.address, address]) (await life.signIn(one)).is(422)
      const link = await life.linkTo(address, 'confirmation')
      const visitor = await test.visitor().open(link)
      visitor.is(200).sees('Nora Novak', address, 'Thermovia Service')
      expect(await life.user(nora), 'opened, not confirmed').to.include({ status: 'suspended' })
      await visitor.send(press)
      visitor.is(200).sees('Your address is confirmed.')
      expect(await life.user(nora)).to.include({ status: 'confirmed', address, addressProblem: undefined })
      expect(await life.isIn(await life.signIn(address))).to.equal(true)
      ;(await life.signIn(nora.address)).is(422)
    })

    it('Z20 changed back, the proven address signs in again without a mail, and the link is dead', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      await life.changed(nora, address)
      const link = await life.linkTo(address, 'confirmation')
      await life.changed(nora, nora.address.toUpperCase())
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: nora.address })
      expect(await life.mailsTo(nora.address)).to.deep.equal([])
      ;(await test.visitor().open(link)).is(410)
      expect(await life.isIn(await life.signIn(nora.address))).to.equal(true)
    })

    it('Z20 A32 changed again, only the newest link counts, and only once', async () => {
      const nora = await life.confirmed(type)
      const [second, third] = [fresh(), fresh()]
      await life.changed(nora, second)
      const old = await life.linkTo(second, 'confirmation')
      await life.changed(nora, third)
      ;(await test.visitor().open(old)).is(410)
      const link = await life.linkTo(third, 'confirmation')
      const visitor = await test.visitor().open(link)
      await visitor.send(press)
      visitor.is(200)
      expect((await visitor.forge(link)).status, 'replayed').to.equal(410)
      expect((await life.signIn(second)).answered).to.equal(422)
      expect(await life.isIn(await life.signIn(third))).to.equal(true)
    })

    it('Z20 the record counts and not the event: one that comes late, twice or for nothing changes nothing', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      await life.changed(nora, address)
      expect(await followAddress(life.context, nora.id)).to.equal(false)
      expect(await life.mailsTo(address)).to.have.length(1)
      const link = await life.linkTo(address, 'confirmation')
      await life.context.host.save(
        { module: 'Contact', id: nora.recordId, values: { email: fresh() } },
        { kind: 'system' }
      )
      const visitor = await test.visitor().open(link)
      await visitor.send(press)
      visitor.is(410)
      expect(await life.user(nora)).to.include({ status: 'suspended' })
    })

    const bad: readonly (readonly [string, () => string | null, string])[] = [
      ['nothing', () => null, 'noAddress'],
      ['an address of the company', () => 'nora@thermovia.example', 'companyDomain'],
      ['one with unsupported characters', () => 'nóra@nordwind.example', 'characters'],
      ['another portal user’s', () => 'jonas@nordwind.example', 'alreadyUser']
    ]
    for (const [title, address, problem] of bad)
      it(`Z20 A36 to ${title}: nobody comes in, nobody gets a mail, and it heals with a good one`, async () => {
        const nora = await life.confirmed(type)
        const now = address()
        const count = (await life.mailsTo(now ?? '')).length
        await life.changed(nora, now)
        expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: problem })
        ;(await life.signIn(nora.address)).is(422)
        expect(await life.mailsTo(now ?? '')).to.have.length(count)
        const refused = await sendConfirmation(life.context, nora.id, await life.by()).catch((error: unknown) => error)
        expect(refused).to.include({ key: `portal:refusal.${problem}` })
        const good = fresh()
        await life.changed(nora, good)
        expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: undefined })
        await (await test.visitor().open(await life.linkTo(good, 'confirmation'))).send(press)
        expect(await life.isIn(await life.signIn(good))).to.equal(true)
      })

    it('Z20 A38 to that of a CRM user: suspended', async () => {
      const nora = await life.confirmed(type)
      await life.db('crm_user').where({ id: 'grace' }).update({ email: 'grace@elsewhere.example' })
      await life.changed(nora, 'Grace@elsewhere.example')
      expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: 'staffAddress' })
    })

    it('Z20 staff send the mail again: the link before dies', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      await life.changed(nora, address)
      const first = await life.linkTo(address, 'confirmation')
      await sendConfirmation(life.context, nora.id, await life.by())
      ;(await test.visitor().open(first)).is(410)
      ;(await test.visitor().open(await life.linkTo(address, 'confirmation'))).is(200)
    })

    it('Z20 Z30 while processing is stopped no mail to confirm goes out; once the stop is lifted it does', async () => {
      const nora = await life.confirmed(type)
      const [address, by] = [fresh(), await life.by()]
      await stopped(nora, true)
      await life.changed(nora, address)
      expect(await life.user(nora)).to.include({ status: 'suspended', address })
      await isRefusedWhileStopped(sendConfirmation(life.context, nora.id, by))
      await isRefusedWhileStopped(inviteAgain(life.context, nora.id, by))
      expect(await life.mailsTo(address)).to.deep.equal([])
      await stopped(nora, false)
      await sendConfirmation(life.context, nora.id, by)
      expect(await life.mailsTo(address)).to.have.length(1)
    })

    it('Z16 Z30 while processing is stopped nobody is invited anew, neither by staff nor by a changed address', async () => {
      const nora = await life.invited(type)
      const [address, by] = [fresh(), await life.by()]
      await stopped(nora, true)
      await life.changed(nora, address)
      expect(await life.user(nora)).to.include({ status: 'invited', address })
      await isRefusedWhileStopped(inviteAgain(life.context, nora.id, by))
      await deactivate(life.context, nora.id, by)
      await isRefusedWhileStopped(restore(life.context, nora.id, by))
      expect(await life.mailsTo(address)).to.deep.equal([])
      const frank = await staffAt(test, 'frank')
      await frank.open(`${admin}/access?module=Contact&record=${nora.recordId}`)
      frank.is(200).sees('Processing was stopped', 'until staff lift the stop')
      await stopped(nora, false)
      await restore(life.context, nora.id, by)
      expect(await life.mailsTo(address)).to.have.length(1)
    })

    it('Z16 Z20 the link is valid as long as an invitation', async () => {
      const nora = await life.confirmed(type)
      const [timely, late] = [fresh(), fresh()]
      await life.changed(nora, timely)
      test.wait(6 * 86_400_000)
      ;(await test.visitor().open(await life.linkTo(timely, 'confirmation'))).is(200)
      await life.changed(nora, late)
      test.wait(8 * 86_400_000)
      ;(await test.visitor().open(await life.linkTo(late, 'confirmation'))).is(410)
    })
  })

  describe('of somebody with access to several portals', function () {
    this.timeout(20_000)

    it('Z20 one button confirms all accesses of his record; the password goes along', async () => {
      const nora = await life.confirmed(type)
      const inClub = await life.confirmed(club, nora)
      const address = fresh()
      await life.changed(nora, address)
      expect(await life.mailsTo(address)).to.have.length(2)
      await (await test.visitor().open(await life.linkTo(address, 'confirmation'))).send(press)
      for (const one of [nora, inClub]) expect(await life.user(one)).to.include({ status: 'confirmed', address })
      for (const where of [door, clubDoor])
        expect(await life.isIn(await life.signIn(address, where), where), where).to.equal(true)
    })

    it('Z20 who shares the address with another record leaves the other where it is', async () => {
      const nora = await life.confirmed(type)
      const twin = await life.confirmed(club, await life.record('Contact', { email: nora.address, firstName: 'Twin' }))
      const address = fresh()
      await life.changed(nora, address)
      expect(await life.user(twin)).to.include({ status: 'confirmed', address: nora.address })
      await (await test.visitor().open(await life.linkTo(address, 'confirmation'))).send(press)
      expect(await life.isIn(await life.signIn(address))).to.equal(true)
      expect(await life.isIn(await life.signIn(nora.address, clubDoor), clubDoor)).to.equal(true)
      ;(await life.signIn(address, clubDoor)).is(422)
      ;(await life.signIn(nora.address)).is(422)
    })

    it('Z20 A36 an address that signs in elsewhere already keeps its own password, and gets no other', async () => {
      const nora = await life.confirmed(type)
      const other = await life.confirmed(club)
      const { identityId } = await life.user(other)
      await life.context.identity.setPassword(identityId!, 'granite teapot over the river')
      await life.changed(nora, other.address)
      await (await test.visitor().open(await life.linkTo(other.address, 'confirmation'))).send(press)
      expect(await life.user(nora)).to.include({ status: 'confirmed', identityId })
      ;(await life.signIn(other.address)).is(422)
      ;(await life.signIn(other.address, clubDoor)).is(422)
      const own = await life.signIn(other.address, door, 'granite teapot over the river')
      expect(await life.isIn(own)).to.equal(true)
    })

    it('Z20 A36 an address that is invited elsewhere and has no password gets none from him: he sets one', async () => {
      const nora = await life.confirmed(type)
      const other = await life.invited(club)
      await life.changed(nora, other.address)
      const visitor = await test.visitor().open(await life.linkTo(other.address, 'confirmation'))
      await visitor.send(press)
      visitor.is(200).sees('password')
      ;(await life.signIn(other.address)).is(422)
      await visitor.send('Set the password', { password: 'granite teapot over the river' })
      expect(await life.isIn(visitor)).to.equal(true)
      expect(await life.user(nora)).to.include({ status: 'confirmed' })
    })

    it('Z20 A36 whoever is invited at a changed address sets a password of his own', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      await life.changed(nora, address)
      await (await test.visitor().open(await life.linkTo(address, 'confirmation'))).send(press)
      await life.invited(club, await life.record('Contact', { email: address, firstName: 'Real' }))
      const real = await test.visitor().open(await life.linkTo(address, 'invitation'))
      await real.send('Accept the invitation')
      ;(await life.signIn(address, clubDoor)).is(422)
      await real.send('Set the password', { password: 'granite teapot over the river' })
      expect(await life.isIn(real, clubDoor)).to.equal(true)
      ;(await life.signIn(address, clubDoor)).is(422)
    })

    it('Z20 A36 who comes to an address where a password waits that was brought along sets one of his own', async () => {
      const [squatter, nora] = [await life.confirmed(type), await life.confirmed(club)]
      const address = fresh()
      await life.changed(squatter, address)
      await (await test.visitor().open(await life.linkTo(address, 'confirmation'))).send(press)
      const session = await life.signIn(address)
      expect(await life.isIn(session), 'with what he brought').to.equal(true)
      await life.changed(nora, address)
      const visitor = await test.visitor().open(await life.linkTo(address, 'confirmation'))
      await visitor.send(press)
      for (const where of [door, clubDoor]) (await life.signIn(address, where)).is(422)
      expect(await life.isIn(session), 'his session').to.equal(false)
      await visitor.send('Set the password', { password: 'granite teapot over the river' })
      expect(await life.isIn(visitor, clubDoor)).to.equal(true)
      expect(await life.user(nora)).to.include({ status: 'confirmed' })
    })

    it('A33 a link of one portal confirms nothing at another', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      await life.changed(nora, address)
      const link = await life.linkTo(address, 'confirmation')
      const elsewhere = link.replace(door, clubDoor)
      ;(await test.visitor().open(elsewhere)).is(410)
      const visitor = await test.visitor().open(link)
      expect((await visitor.forge(elsewhere)).status).to.equal(410)
      expect((await visitor.forge(link.replace('confirmation', 'invitation'))).status).to.equal(410)
      expect(await life.user(nora)).to.include({ status: 'suspended' })
    })
  })

  describe('for that of another one', function () {
    this.timeout(20_000)
    const otherPassword = 'granite teapot over the river'

    /** With passwords of their own. */
    const two = async (): Promise<[Somebody, Somebody]> => {
      const [nora, otto] = [await life.confirmed(type), await life.confirmed(type)]
      await life.context.identity.setPassword((await life.user(otto)).identityId!, otherPassword)
      return [nora, otto]
    }
    const confirm = async (address: string): Promise<void> => {
      const visitor = await test.visitor().open(await life.linkTo(address, 'confirmation'))
      await visitor.send(press)
      visitor.is(200)
    }

    it('Z20 two who swap their addresses each confirm theirs, and keep their own passwords', async () => {
      const [nora, otto] = await two()
      await life.changed(nora, otto.address)
      expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: 'alreadyUser' })
      await life.changed(otto, nora.address)
      for (const one of [nora, otto])
        expect(await life.user(one)).to.include({ status: 'suspended', addressProblem: undefined })
      for (const address of [nora.address, otto.address]) (await life.signIn(address)).is(422)
      await confirm(nora.address)
      expect(await life.user(otto)).to.include({ status: 'confirmed', address: nora.address })
      expect(await life.user(nora), 'who has not confirmed').to.include({ status: 'suspended' })
      expect(await life.isIn(await life.signIn(nora.address, door, otherPassword))).to.equal(true)
      ;(await life.signIn(nora.address)).is(422)
      await confirm(otto.address)
      expect(await life.isIn(await life.signIn(otto.address))).to.equal(true)
      ;(await life.signIn(otto.address, door, otherPassword)).is(422)
    })

    it('Z20 A36 nobody loses his address to a record that only says so: the owner of the mailbox decides', async () => {
      const [nora, otto] = await two()
      await life.changed(nora, fresh())
      await life.changed(otto, nora.address)
      expect(await life.user(otto)).to.include({ status: 'suspended', addressProblem: undefined })
      const link = await life.linkTo(nora.address, 'confirmation')
      await life.changed(nora, nora.address)
      expect(await life.user(nora)).to.include({ status: 'confirmed' })
      const visitor = await test.visitor().open(link)
      await visitor.send(press)
      visitor.is(410)
      expect(await life.user(otto)).to.include({ status: 'suspended', addressProblem: 'alreadyUser' })
      expect(await life.isIn(await life.signIn(nora.address))).to.equal(true)
    })

    it('Z20 who comes in by it at another portal stays where he is', async () => {
      const [nora, otto] = await two()
      const twin = await life.confirmed(club, await life.record('Contact', { email: nora.address, firstName: 'Twin' }))
      await life.changed(nora, otto.address)
      await life.changed(otto, nora.address)
      await confirm(nora.address)
      await confirm(otto.address)
      expect(await life.isIn(await life.signIn(nora.address, clubDoor), clubDoor)).to.equal(true)
      expect((await life.user(otto)).identityId).to.equal((await life.user(twin)).identityId)
      expect(await life.isIn(await life.signIn(otto.address))).to.equal(true)
      ;(await life.signIn(otto.address, clubDoor)).is(422)
    })
  })

  describe('of somebody who has not accepted yet, or who may not come in', function () {
    this.timeout(20_000)

    it('Z20 the invitation goes to the new address; the old link is dead', async () => {
      const nora = await life.invited(type)
      const old = await life.linkTo(nora.address, 'invitation')
      const address = fresh()
      await life.changed(nora, address)
      ;(await test.visitor().open(old)).is(410)
      expect(await life.user(nora)).to.include({ status: 'invited', address })
      const visitor = await test.visitor().open(await life.linkTo(address, 'invitation'))
      await visitor.send('Accept the invitation')
      await visitor.send('Set the password', { password: 'granite teapot over the river' })
      expect(await life.isIn(visitor)).to.equal(true)
      expect((await life.context.identity.profile((await life.user(nora)).identityId!))?.address).to.equal(address)
    })

    it('Z20 A24 deactivated, he gets the mail once he is activated, and is suspended then', async () => {
      const nora = await life.confirmed(type)
      const by = await life.by()
      await deactivate(life.context, nora.id, by)
      const address = fresh()
      await life.changed(nora, address)
      expect(await life.user(nora)).to.include({ status: 'deactivated', address, confirmOnActivation: true })
      expect(await life.mailsTo(address)).to.deep.equal([])
      await restore(life.context, nora.id, by)
      expect(await life.user(nora)).to.include({ status: 'suspended' })
      await (await test.visitor().open(await life.linkTo(address, 'confirmation'))).send(press)
      expect(await life.isIn(await life.signIn(address))).to.equal(true)
    })

    it('A24 A31 deactivated or removed meanwhile, the confirmation opens nothing', async () => {
      for (const end of [deactivate, remove]) {
        const nora = await life.confirmed(type)
        const address = fresh()
        await life.changed(nora, address)
        const link = await life.linkTo(address, 'confirmation')
        await end(life.context, nora.id, await life.by())
        ;(await test.visitor().open(link)).is(410)
        ;(await life.signIn(address)).is(422)
      }
    })

    it('Z20 A31 suspended, a forgotten password brings no mail', async () => {
      const nora = await life.confirmed(type)
      await life.changed(nora, fresh())
      const visitor = await test.visitor().open(`${door}/forgotten-password`)
      await visitor.submit(`${door}/forgotten-password`, { email: nora.address })
      visitor.is(200)
      expect(await life.mailsTo(nora.address)).to.deep.equal([])
    })
  })

  describe('of somebody who signs in by phone', function () {
    this.timeout(20_000)

    /** A finished type whose people are invited by phone. */
    const byPhone = async (): Promise<string> => {
      const columns = await life.db<Record<string, string>>('portico_user_types').first().where({ id: type })
      const phone = {
        id: 'by-phone',
        name: 'By phone',
        is_built_in: false,
        preference: 'phone',
        address_field: 'mobile'
      }
      await life
        .db('portico_user_types')
        .insert({ ...columns, ...phone })
        .onConflict('id')
        .ignore()
      const text = '{{code}} for {{portal}}'
      await life
        .db('portico_sms_templates')
        .insert({ kind: 'verification', language: 'en', draft: text, approved: text, revision: 1 })
        .onConflict(['kind', 'language'])
        .ignore()
      await life.db('portico_configuration').increment('version', 1)
      return 'by-phone'
    }

    const withNumber = async (number: string): Promise<Somebody> => {
      const person = await life.confirmed(type)
      const { identityId } = await life.user(person)
      await life.db('portico_identities').where({ id: identityId }).update({ address: number })
      const values = { address: number, user_type_id: await byPhone() }
      await life.db('portico_portal_users').where({ id: person.id }).update(values)
      return person
    }

    const callOn = async (person: Somebody, mobile: string | null): Promise<void> => {
      await life.context.host.save({ module: 'Contact', id: person.recordId, values: { mobile } }, { kind: 'system' })
      await test.settle()
    }

    /** What went to a number, when somebody there asks for a code to sign in. */
    const sentTo = async (number: string): Promise<{ mails: number; codes: number }> => {
      const visitor = await test.visitor().open(`${door}/sign-in/code`)
      await visitor.send('Send me a code', { number })
      await test.settle()
      const codes: unknown[] = await life.db('portico_sms').where({ to_number: number, kind: 'verification' })
      return { mails: (await life.mailsTo(number)).length, codes: codes.length }
    }

    it('Z20 the new number signs in, without a confirmation; the old one and its sessions do not', async () => {
      const nora = await withNumber('+491711234501')
      const session = await life.signIn('+491711234501')
      expect(await life.isIn(session)).to.equal(true)
      await callOn(nora, '0171 1234502')
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: '+491711234502' })
      expect(await life.isIn(session)).to.equal(false)
      ;(await life.signIn('+491711234501')).is(422)
      expect(await sentTo('+491711234502')).to.deep.equal({ mails: 0, codes: 1 })
      expect(await sentTo('+491711234501')).to.deep.equal({ mails: 0, codes: 0 })
    })

    it('Z20 A36 the password of before does not: nobody has proven the new number with it', async () => {
      const nora = await withNumber('+491711234506')
      await callOn(nora, '+49 171 1234507')
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: '+491711234507' })
      ;(await life.signIn('+491711234507')).is(422)
      const { identityId } = await life.user(nora)
      await life.context.identity.setPassword(identityId!, demoPassword)
      expect(await life.isIn(await life.signIn('+491711234507')), 'a new one').to.equal(true)
    })

    it('Z20 deactivated meanwhile, the new number signs in once he is activated, and no mail goes to it', async () => {
      const nora = await withNumber('+491711234508')
      const by = await life.by()
      await deactivate(life.context, nora.id, by)
      await callOn(nora, '+49 171 1234509')
      expect(await life.user(nora)).to.include({ status: 'deactivated', confirmOnActivation: false })
      expect(await sentTo('+491711234509'), 'before').to.deep.equal({ mails: 0, codes: 0 })
      await restore(life.context, nora.id, by)
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: '+491711234509' })
      expect(await sentTo('+491711234509')).to.deep.equal({ mails: 0, codes: 1 })
      expect(await sentTo('+491711234508')).to.deep.equal({ mails: 0, codes: 0 })
    })

    it('Z20 two who swap their numbers sign in with them', async () => {
      const [nora, otto] = [await withNumber('+491711234512'), await withNumber('+491711234513')]
      await callOn(nora, '+491711234513')
      await callOn(otto, '+491711234512')
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: '+491711234513' })
      expect(await life.user(otto)).to.include({ status: 'confirmed', address: '+491711234512' })
      for (const number of ['+491711234512', '+491711234513'])
        expect(await sentTo(number)).to.deep.equal({ mails: 0, codes: 1 })
    })

    it('Z20 Z23 a process that dies after a transfer is healed by the job: the other type’s number signs in', async () => {
      const nora = await withNumber('+491711234514')
      await callOn(nora, '+491711234514')
      const columns = await life.db<Record<string, string>>('portico_user_types').first().where({ id: 'by-phone' })
      await life.db('portico_user_types').insert({ ...columns, id: 'by-desk', name: 'Desk', address_field: 'phone' })
      await life.db('portico_configuration').increment('version', 1)
      const phone = { phone: '+49 40 5550 110' }
      await life.context.host.save({ module: 'Contact', id: nora.recordId, values: phone }, { kind: 'system' })
      const heal = addressHealer(life.context)
      await heal()
      expect(await life.user(nora), 'as long as he has his type').to.include({ address: '+491711234514' })
      const deed = await prepareTransfer(life.context, await life.user(nora), 'by-desk', await life.by())
      await carryOut(life.context, deed)
      expect(await life.user(nora)).to.include({ userTypeId: 'by-desk', address: '+491711234514' })
      await heal()
      expect(await life.user(nora)).to.include({ status: 'confirmed', address: '+49405550110' })
      expect(await sentTo('+49405550110')).to.deep.equal({ mails: 0, codes: 1 })
    })

    it('Z20 A36 deactivated and with a number that can’t be used, he is not activated', async () => {
      const nora = await withNumber('+491711234510')
      const by = await life.by()
      await deactivate(life.context, nora.id, by)
      await callOn(nora, '12')
      const refused = await restore(life.context, nora.id, by).catch((error: unknown) => error)
      expect(refused).to.include({ key: 'portal:refusal.characters' })
      await callOn(nora, '+49 171 1234511')
      await restore(life.context, nora.id, by)
      expect(await sentTo('+491711234511')).to.deep.equal({ mails: 0, codes: 1 })
    })

    it('Z20 A36 what is no number, or another’s, lets nobody in; a good one heals it', async () => {
      const [nora, other] = [await withNumber('+491711234503'), await withNumber('+491711234504')]
      for (const [mobile, problem] of [
        ['12', 'characters'],
        [null, 'noAddress'],
        ['+49 171 1234504', 'alreadyUser']
      ] as const) {
        await callOn(nora, mobile)
        expect(await life.user(nora)).to.include({ status: 'suspended', addressProblem: problem })
        ;(await life.signIn('+491711234503')).is(422)
      }
      expect(await life.user(other)).to.include({ status: 'confirmed' })
      await callOn(nora, '+49 171 1234505')
      expect(await sentTo('+491711234505')).to.deep.equal({ mails: 0, codes: 1 })
    })
  })

  describe('by staff in the CRM', function () {
    this.timeout(20_000)

    it('Z20 they are asked first; what they typed stays, and without a second word nothing is saved', async () => {
      const nora = await life.confirmed(type)
      const address = fresh()
      const frank = await staffAt(test, 'frank')
      await frank.open(`/crm/Contact/${nora.recordId}/edit`)
      await frank.send('Save', { email: address, title: 'Buyer' })
      frank.is(200).sees('This changes the portal access of Nora Novak to Thermovia Service', address)
      expect(frank.page('input[name=title]').attr('value')).to.equal('Buyer')
      await test.settle()
      expect(await life.user(nora)).to.include({ status: 'confirmed' })
      const other = fresh()
      await frank.send('Save', { email: other })
      frank.is(200).sees('This changes the portal access', other)
      await frank.send('Yes, save it')
      frank.is(200).sees('Buyer')
      await test.settle()
      expect(await life.user(nora)).to.include({ status: 'suspended', address: other })
      await frank.open(`/crm/Contact/${nora.recordId}/edit`)
      await frank.send('Save', { title: 'Head of purchasing' })
      frank.sees('Head of purchasing').doesNotSee('This changes the portal access')
    })

    it('A28 somebody else saved meanwhile: the answer overwrites nothing', async () => {
      const nora = await life.confirmed(type)
      const frank = await staffAt(test, 'frank')
      await frank.open(`/crm/Contact/${nora.recordId}/edit`)
      await frank.send('Save', { email: fresh() })
      await life.context.host.save(
        { module: 'Contact', id: nora.recordId, values: { title: 'Boss' } },
        { kind: 'system' }
      )
      await frank.send('Yes, save it')
      frank.is(422).sees('Somebody else has saved this record')
      expect(await life.user(nora)).to.include({ status: 'confirmed' })
    })
  })
})

eachDatabase((open) => {
  describe('an address that changes twice at once', function () {
    this.timeout(60_000)
    let test: TestApp
    let life: Life

    before(async () => {
      test = await openApp(open)
      life = new Life(test)
    })

    after(() => test.close())

    it('A28 of several who follow it at the same moment one does, and there is one link', async () => {
      const nora = await life.confirmed((await theUserType(test)).id)
      const address = fresh()
      await life.context.host.save(
        { module: 'Contact', id: nora.recordId, values: { email: address } },
        { kind: 'system' }
      )
      const outcomes = await Promise.all([1, 2, 3].map(() => followAddress(life.context, nora.id)))
      expect(outcomes.filter(Boolean)).to.have.length(1)
      expect(await life.mailsTo(address)).to.have.length(1)
      const link = await life.linkTo(address, 'confirmation')
      const visitors = await Promise.all([1, 2].map(() => test.visitor().open(link)))
      await Promise.all(visitors.map((visitor) => visitor.send(press)))
      expect(visitors.map(({ response }) => response.status).toSorted()).to.deep.equal([200, 410])
      expect(await life.isIn(await life.signIn(address))).to.equal(true)
    })

    it('A28 of several whose records get one address at once one has it; nobody meets an error', async () => {
      const { id: type } = await theUserType(test)
      const people = [await life.invited(type), await life.invited(type), await life.invited(type)]
      const address = fresh()
      for (const { recordId: id } of people) await life.db('crm_contact').where({ id }).update({ email: address })
      const by = await life.by()
      const twice = [...people, ...people]
      await Promise.all(twice.map(({ id }) => followAddress(life.context, id).catch(changedMeanwhile)))
      await Promise.all(twice.map(({ id }) => inviteAgain(life.context, id, by).catch(refusedFor)))
      for (const { id } of people) await followAddress(life.context, id)
      const users = await Promise.all(people.map((one) => life.user(one)))
      expect(users.map(({ addressProblem }) => addressProblem ?? 'his').toSorted()).to.deep.equal([
        'alreadyUser',
        'alreadyUser',
        'his'
      ])
    })

    it('Z20 an access whose number changes leaves those who share it where they are', async () => {
      const { identity, db } = life.context
      const preferences = { locale: 'en', timeZone: 'UTC', formats: { date: 'iso', time: '24' } } as const
      const id = await identity.enrol({ address: '+493055501', name: 'Nora', ...preferences })
      await identity.setPassword(id, demoPassword)
      const change = (address: string, isShared: boolean, isProven = false) =>
        db.transaction((trx) => identity.readdress({ identityId: id, address, isShared, isProven }, trx))
      const parted = await change('+493055502', true)
      expect(parted).not.to.equal(id)
      expect(await identity.profile(parted)).to.include({ address: '+493055502', hasPassword: false })
      const proven = await change('+493055504', true, true)
      expect(await identity.profile(proven)).to.include({ address: '+493055504', hasPassword: true })
      expect(await identity.profile(id)).to.include({ address: '+493055501' })
      expect(await change('+493055503', false)).to.equal(id)
      expect(await change('+493055502', false)).to.equal(parted)
      expect(await identity.profile(id), 'nobody’s any more').to.equal(undefined)
    })
  })
})

/** What is told to whoever acts at the same moment as others. */
function refusedFor(error: unknown): void {
  expect(error).to.be.instanceOf(PorticoError)
  expect(error).to.include({ status: 409 })
}

function changedMeanwhile(error: unknown): void {
  expect(error).to.be.instanceOf(ChangedMeanwhile)
}
