import { expect } from 'chai'
import type { UserType } from '../../src/portal/configuration.js'
import { configuration, userTypesOf } from '../../src/portal/configuration.js'
import { chooseAddressField } from '../../src/portal/user-types/user-types.js'
import { deactivate } from '../../src/portal/people/access-changes.js'
import { restore } from '../../src/portal/people/invitations.js'
import { accessesOf } from '../../src/portal/people/portal-users.js'
import type { Staff } from '../../src/host/host.js'
import { Invalid } from '../../src/errors.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { openSmsGateway, type SmsGateway } from '../support/sms-gateway.js'
import type { Visitor } from '../support/visitor.js'
import { admin, door, staffAt, thePortal, theUserType } from './people.js'

const password = 'brass kettle under the elm'
const noras = '+491711234567'

/** The whole way, in the order in which it is gone. */
onSqlite('people who are invited by phone', (open) => {
  describe('step by step', function () {
    this.timeout(60_000)
    this.bail(true)
    let test: TestApp
    let gateway: SmsGateway
    let irena: Visitor
    let nora: Visitor
    let contact: string
    let typeId: string

    before(async () => {
      gateway = await openSmsGateway()
      test = await openApp(open, { config: { smsGateway: gateway } })
      irena = await staffAt(test, 'irena')
      contact = await save({ firstName: 'Nora', lastName: 'Novak', mobile: '0171 1234567', account: 'nordwind' })
      typeId = await finishedType()
    })

    after(async () => {
      gateway.close()
      await test.close()
    })

    const save = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save({ module: 'Contact', values }, { kind: 'system' })

    /** A second user type of the demo portal, with its releases decided, as its set-up leaves it. */
    async function finishedType(): Promise<string> {
      const { id, portalId } = await theUserType(test)
      const { db } = test.embedded
      const columns = await db<Record<string, string | number>>('portico_user_types').first().where({ id })
      await db('portico_user_types').insert({
        ...columns,
        id: 'by-phone',
        name: 'By phone',
        is_built_in: false,
        address_field: 'email',
        portal_id: portalId
      })
      await db('portico_configuration').increment('version', 1)
      return 'by-phone'
    }

    const type = async (): Promise<UserType> =>
      userTypesOf(await configuration(test.embedded.db), (await thePortal(test)).id).find(({ id }) => id === typeId)!
    const typePage = (): string => `${admin}/user-types/${typeId}`
    const texts = `${admin}/text-messages`

    /** What the gateway was given since the last time. */
    const taken = async (): Promise<{ to: string; text: string; kind: string }[]> => {
      await test.settle()
      return gateway.requests
        .splice(0)
        .map(({ body }) => JSON.parse(body) as { to: string; text: string; kind: string })
    }

    it('Z18 the field of the mobile number is chosen, and with it text messages', async () => {
      await irena.open(`${typePage()}/set-up/invitation`)
      irena.is(200).sees('E-mail (by mail)', 'Mobile (by text message)')
      await irena.send('Save', { addressField: 'mobile' })
      irena.is(200).sees('Invitations go to Mobile (by text message).', 'Invitations go by')
      expect(await type()).to.include({ preference: 'phone', addressField: 'mobile' })
    })

    it('Z18 until the texts are approved nobody can be invited, and the type’s page says why', async () => {
      irena.sees('Nobody can be invited to this user type yet')
      await irena.open(`${admin}/invitations/new?module=Contact&record=${contact}`)
      expect(irena.page('option').text()).not.to.contain('By phone')
      const refused = await irena.forge(`${admin}/invitations`, {
        module: 'Contact',
        record: contact,
        userType: typeId,
        language: 'en'
      })
      expect(refused.status).to.equal(409)
      expect(refused.text).to.contain('the text messages are not approved yet')
      expect(await accessesOf(test.embedded.db, 'Contact', contact)).to.deep.equal([])
    })

    it('Z31 the texts are for staff who manage portals, and for nobody else', async () => {
      await irena.open(texts)
      irena.is(200).sees('Text messages', 'Not approved').doesNotSee('PORTICO_SMS_URL')
      const petra = await staffAt(test, 'petra')
      for (const path of [texts, `${texts}/invitation/en`]) expect((await petra.peek(path)).status).to.equal(404)
      const forged = await petra.forge(`${texts}/invitation/en/approval`, { revision: '0', reference: 'mine' })
      expect(forged.status).to.equal(404)
    })

    const refusedDrafts: readonly (readonly [string, string, string])[] = [
      ['without the link', 'invitation', 'Come to {{portal}}'],
      ['without the code', 'verification', 'Welcome to {{portal}}'],
      ['with a merge field that there is not', 'password-reset', '{{link}} {{code}}'],
      ['with a link to a domain that is not allowed', 'invitation', '{{link}} or https://evil.example/'],
      ['that is too long', 'invitation', `{{link}} ${'x'.repeat(600)}`],
      ['that is empty', 'invitation', ' ']
    ]
    for (const [what, kind, text] of refusedDrafts)
      it(`Z18 a text ${what} is not taken, and stays in the form`, async () => {
        const page = `${texts}/${kind}/en`
        await irena.open(page)
        await irena.submit(page, { text })
        irena.is(422)
        expect(irena.page('.field__error').length).to.equal(1)
        expect(irena.page('textarea').text().trim()).to.equal(text.trim())
        expect(await test.embedded.db('portico_sms_templates').select('kind')).to.deep.equal([])
      })

    it('Z18 the texts are approved one by one; with the third one people can be invited', async () => {
      for (const kind of ['verification', 'password-reset', 'invitation']) {
        await irena.open(`${texts}/${kind}/en`)
        irena.is(200).sees('Not approved', 'Counts as')
        await irena.send('Mark as approved', { reference: `DLT ${kind}` })
        irena.is(200).sees('The text is approved; from now on it is sent.', `DLT ${kind}`, 'Text message approved')
        await irena.open(typePage())
        if (kind === 'invitation') irena.doesNotSee('Nobody can be invited to this user type yet')
        else irena.sees('Nobody can be invited to this user type yet')
      }
    })

    it('Z15 a number that is none is refused with its reason', async () => {
      const odd = await save({ firstName: 'Otto', lastName: 'Odd', mobile: '0171 call me' })
      await irena.open(`${admin}/invitations/new?module=Contact&record=${odd}`)
      const refused = await irena.forge(`${admin}/invitations`, {
        module: 'Contact',
        record: odd,
        userType: typeId,
        language: 'en'
      })
      expect(refused.status).to.equal(409)
      expect(await taken()).to.deep.equal([])
    })

    it('Z14 Z18 she is invited: one text message with a link, and no mail', async () => {
      await irena.open(`${admin}/invitations/new?module=Contact&record=${contact}`)
      await irena.send('Send invitation', { userType: typeId, language: 'cs' })
      irena.is(200)
      const [user] = await accessesOf(test.embedded.db, 'Contact', contact)
      expect(user).to.include({ address: noras, status: 'invited' })
      const [text, ...more] = await taken()
      expect(more).to.deep.equal([])
      expect(text).to.include({ to: noras, kind: 'invitation' })
      expect(text?.text).to.match(
        /^Nora Novak, you are invited to .*http:\/\/127\.0\.0\.1\/portal\/\S+\/invitation\/\S+ \(valid for 7 days\)$/
      )
      expect(await test.embedded.db('portico_mail').select('id').where({ to_name: 'Nora Novak' })).to.deep.equal([])
    })

    it('Z18 now the preference stays, whoever tries to change it', async () => {
      await irena.open(`${typePage()}/set-up/invitation`)
      irena.is(200).sees('The user type has users or forms already, so this stays.')
      expect(irena.page('input[name=addressField]').length).to.equal(0)
      const { id, revision } = await type()
      const by = { id: 'irena', name: 'Irena', locale: 'en' } as Staff
      const context = test.embedded.portico.context
      expect(await failing(chooseAddressField(context, { id, revision }, 'email', by))).to.be.instanceOf(Invalid)
      expect(await failing(chooseAddressField(context, { id, revision }, 'mobile', by))).to.equal(undefined)
    })

    it('Z18 a changed text waits for its approval; the one before goes on being sent', async () => {
      const page = `${texts}/invitation/en`
      await irena.open(page)
      await irena.submit(page, { text: 'Hello {{name}}! {{link}}' })
      irena
        .is(200)
        .sees('Changed, waiting for approval', 'Hello Irena Malá!', 'Until the draft is approved, this text is sent')
      await irena.open(`${admin}/access?module=Contact&record=${contact}`)
      await irena.send('Invite again')
      expect((await taken()).map(({ text }) => text).join()).to.match(/^Nora Novak, you are invited/)
      await irena.open(page)
      await irena.send('Mark as approved', { reference: 'DLT 2' })
      await irena.open(`${admin}/access?module=Contact&record=${contact}`)
      await irena.send('Invite again')
      const [text] = await taken()
      expect(text?.text).to.match(/^Hello Nora Novak! http/)
      nora = test.visitor()
      await nora.open(new URL(text!.text.replace('Hello Nora Novak! ', '')).pathname)
    })

    it('Z19 she accepts, can’t take her number as password, and comes in', async () => {
      await nora.send('Přijmout pozvánku')
      nora.is(200).sees('+49 171 1234567')
      await nora.submit(`${door}/password`, { password: 'kettle 0171 1234567 under the elm' })
      nora.is(422)
      await nora.submit(`${door}/password`, { password })
      await nora.submit(`${door}/welcome`, { locale: 'en' })
      nora.is(200)
    })

    it('Z18 she signs in by number and code at the portal’s door', async () => {
      nora = test.visitor()
      await nora.open(`${door}/sign-in`)
      await nora.follow('Send me a code')
      await nora.send('Send me a code', { number: '0171 1234567' })
      const [text] = await taken()
      expect(text).to.include({ to: noras, kind: 'verification' })
      await nora.send('Sign in', { code: text!.text.slice(0, 6) })
      nora.is(200)
      expect((await nora.peek(`${door}/profile`)).status).to.equal(200)
    })

    it('A24 a code and a link that were sent die with her access', async () => {
      const other = await test.visitor().open(`${door}/sign-in/code`)
      await other.send('Send me a code', { number: noras })
      const [text] = await taken()
      const [user] = await accessesOf(test.embedded.db, 'Contact', contact)
      const by = { id: 'irena', name: 'Irena', locale: 'en' } as Staff
      await deactivate(test.embedded.portico.context, user!.id, by)
      await other.send('Sign in', { code: text!.text.slice(0, 6) })
      other.is(422).sees('This code can’t be used')
      expect((await nora.peek(`${door}/profile`)).status).to.equal(303)
      expect(await test.embedded.db('portico_sign_in_codes').select('audience')).to.deep.equal([])
    })

    it('Z20 A36 with another number she comes in by code, and sets a password by its link; that of before is forgotten', async () => {
      const { context } = test.embedded.portico
      const [user] = await accessesOf(test.embedded.db, 'Contact', contact)
      await restore(context, user!.id, (await context.host.staffById('irena'))!)
      const values = { mobile: '0171 7654321' }
      await test.embedded.host.save({ module: 'Contact', id: contact, values }, { kind: 'system' })
      await taken()
      const before = test.visitor()
      await before.open(`${door}/sign-in`)
      await before.submit(`${door}/sign-in`, { email: '0171 7654321', password })
      before.is(422)
      nora = test.visitor()
      await nora.open(`${door}/sign-in/code`)
      await nora.send('Send me a code', { number: '0171 7654321' })
      await nora.send('Sign in', { code: (await taken())[0]!.text.slice(0, 6) })
      await nora.open(`${door}/profile`)
      nora.is(200).sees('You have no password')
      await nora.follow('Set a password')
      await nora.send('Send the message', { email: '0171 7654321' })
      const [text] = await taken()
      expect(text).to.include({ to: '+491717654321', kind: 'password-reset' })
      await nora.open(new URL(/http\S+/.exec(text!.text)![0]).pathname)
      await nora.send('Set the new password', { password: 'granite teapot over the river' })
      await nora.submit(`${door}/sign-in`, { email: '0171 7654321', password: 'granite teapot over the river' })
      expect((await nora.peek(`${door}/profile`)).status).to.equal(200)
      await nora.open(`${door}/profile`)
      nora.doesNotSee('You have no password')
    })

    it('Z18 the list of domains must have our own; without a text’s domain the text is sent no more', async () => {
      await irena.open(texts)
      await irena.send('Save', { domains: 'shop.example' })
      irena.is(422).sees('“127.0.0.1” has to be among them')
      await irena.send('Save', { domains: '127.0.0.1\nshop.example' })
      irena.is(200).sees('Saved', 'Allowed link domains changed')
      const page = `${texts}/verification/en`
      await irena.open(page)
      await irena.submit(page, { text: '{{code}} for shop.example' })
      await irena.send('Mark as approved', { reference: 'DLT 3' })
      irena.is(200)
      await irena.open(texts)
      await irena.send('Save', { domains: '127.0.0.1' })
      irena.is(200).sees('Approved text can’t be sent', 'Nobody can be invited by text message yet')
    })

    it('A28 of two who change a text at once the second is told, with what he typed', async () => {
      const frank = await staffAt(test, 'frank')
      const page = `${texts}/invitation/en`
      await irena.open(page)
      await frank.open(page)
      await irena.submit(page, { text: 'First {{link}}' })
      irena.is(200)
      await frank.submit(page, { text: 'Second {{link}}' })
      frank.is(409)
      expect(frank.page('textarea').text().trim()).to.equal('Second {{link}}')
      await irena.open(page)
      irena.sees('First {{link}}')
    })

    it('Z18 the default text comes back as a draft', async () => {
      await irena.open(`${texts}/invitation/en`)
      await irena.send('Reset to the default text')
      irena.is(200).sees('Changed, waiting for approval')
      expect(irena.page('textarea').text()).to.contain('{{name}}, you are invited to {{portal}}.')
    })
  })
})

async function failing(act: Promise<unknown>): Promise<unknown> {
  return act.then(
    () => undefined,
    (error: unknown) => error
  )
}
