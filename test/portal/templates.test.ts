import { expect } from 'chai'
import { load } from 'cheerio'
import PostalMime from 'postal-mime'
import { ChangedMeanwhile } from '../../src/audit/configuration-change.js'
import { configuration, type UserType } from '../../src/portal/configuration.js'
import { prepareInvitation } from '../../src/portal/people/invitation-mail.js'
import { noteMailProblem } from '../../src/portal/people/mail-problem.js'
import { portalUserById } from '../../src/portal/people/portal-users.js'
import { createPortal, portalById } from '../../src/portal/portals/portals.js'
import { defaultTemplate, templateAt } from '../../src/portal/templates/mail-templates.js'
import { resetTemplate, saveTemplate } from '../../src/portal/templates/template-changes.js'
import { createMail } from '../../src/mail/mail.js'
import { openMailServer } from '../support/mail-server.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, staffAt, thePortal, theUserType } from './people.js'

interface QueuedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly from_name: string | null
  readonly from_address: string | null
  readonly reply_to: string | null
  readonly kind: string
  readonly to_address: string
}

onSqlite('mail templates', (open) => {
  let test: TestApp
  let irena: Visitor
  let userType: UserType
  let list: string
  let form: string

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    userType = await theUserType(test)
    list = `${admin}/user-types/${userType.id}/templates`
    form = `${list}/invitation/en`
  })

  after(() => test.close())

  beforeEach(async () => {
    await test.embedded.db('portico_mail').delete()
    await irena.open(form)
    if (irena.text.includes('Own text')) await irena.send('Reset to default')
  })

  const mails = () => test.embedded.db<QueuedMail>('portico_mail').select().orderBy('id')
  const previewOf = () => load(irena.response.text)
  const body = 'Dear {{name}} ({{record.firstName}}),\n\nwelcome to **{{portal}}**, valid {{valid}}.\n\n{{link}}'

  /** The portal user of this name is written an invitation, as any caller does it. */
  const inviteAgain = async (name: string): Promise<QueuedMail> => {
    const { context } = test.embedded.portico
    const row = await context.db<{ id: string; name: string }>('portico_portal_users').first('id').where({ name })
    const user = await portalUserById(context.db, row!.id)
    const portal = portalById(await configuration(context.db), user.portalId)
    const send = await prepareInvitation(context, { ...user, language: 'en', portal, by: 'Frank' })
    await context.db.transaction((trx) => send(user, trx))
    return (await mails()).at(-1)!
  }

  it('Z17 are found from the user type’s page: one for each kind and language', async () => {
    await irena.open(`${admin}/user-types/${userType.id}`)
    await irena.follow('Mail templates')
    irena.is(200).sees('Invitation', 'Confirmation of an address', 'New password', 'Deutsch', 'Čeština')
    expect(irena.page('main tbody a')).to.have.length(9)
    for (const wrong of ['nothing/en', 'invitation/fr'])
      expect((await irena.peek(`${list}/${wrong}`)).status).to.equal(404)
    expect((await irena.peek(`${admin}/user-types/nobody/templates`)).status).to.equal(404)
  })

  it('Z31 are there for whoever manages portals alone', async () => {
    const petra = await staffAt(test, 'petra')
    for (const path of [list, form, `${form}/preview`]) expect((await petra.peek(path)).status).to.equal(404)
    await petra.open('/crm')
    for (const path of [form, `${form}/preview`, `${form}/test`, `${form}/removal`])
      expect((await petra.forge(path, { revision: '0' })).status).to.equal(404)
    expect(await mails()).to.deep.equal([])
  })

  it('Z17 begin with the default text; what is saved is sent from then on, in that language alone', async () => {
    irena.sees('Default text')
    await irena.send('Save', { subject: 'Welcome, {{name}}', body, shape: 'button' })
    irena.is(200).sees('Saved.', 'Own text', 'Mail template saved')
    const mail = await inviteAgain('Anna Schmidt')
    expect(mail).to.include({
      subject: 'Welcome, Anna Schmidt',
      kind: 'invitation',
      from_address: null,
      reply_to: null
    })
    expect(mail.html).to.match(/welcome to <strong>[^<]+<\/strong>, valid 7 days/)
    expect(mail.text).to.match(/See the invitation:\nhttp:\S+\/invitation\/\S+/)
    const german = await templateAt(test.embedded.db, { userTypeId: userType.id, kind: 'invitation', language: 'de' })
    expect(german).to.equal(defaultTemplate('invitation', 'de'))
    const nobodys = await templateAt(test.embedded.db, { userTypeId: undefined, kind: 'invitation', language: 'en' })
    expect(nobodys).to.equal(defaultTemplate('invitation', 'en'))
  })

  it('Z17 changing the language shows its own text, or the default text in it', async () => {
    await irena.send('Save', { subject: 'Mine', body })
    await irena.follow('Deutsch')
    irena.sees('Default text')
    expect(irena.page('#field-subject').val()).to.contain('lädt Sie zu')
    await irena.follow('English')
    expect(irena.page('#field-subject').val()).to.equal('Mine')
  })

  it('Z17 are not saved without the link, and the default text brings it back', async () => {
    await irena.send('Save', { body: 'Come in.' })
    irena.is(422).sees('The link by which the invitation is accepted is missing.', 'Come in.')
    await irena.send('Save', { body: 'Come in: {{link}}' })
    irena.is(200).sees('Own text')
    await irena.send('Reset to default')
    irena.is(200).sees('The default text counts again', 'Default text')
    expect(irena.page('#field-body').text()).to.contain('{{link}}').and.contain('has given you access')
    expect((await inviteAgain('Anna Schmidt')).text).to.contain('has given you access')
  })

  for (const [what, wrong, sentence, kind = 'invitation'] of [
    ['fields that there are not', { body: '{{link}} {{salary}}' }, 'no such merge fields: {{salary}}'],
    [
      'fields of the record that there are not',
      { body: '{{link}} {{record.gone}}' },
      'no such merge fields: {{record.gone}}'
    ],
    ['the link in the subject', { subject: 'Open {{link}}' }, 'no such merge fields: {{link}}'],
    ['an inviter who isn’t there', { subject: '{{inviter}}' }, 'no such merge fields: {{inviter}}', 'password-reset'],
    [
      'a value in somebody’s address',
      { body: '{{link}} [x](https://a.example/{{name}})' },
      'only the link of this mail'
    ],
    [
      'a sender of elsewhere',
      { senderAddress: 'boss@evil.example' },
      'must be an address of the company: thermovia.example'
    ],
    ['a sender of a similar domain', { senderAddress: 'a@nothermovia.example' }, 'must be an address of the company'],
    ['no subject', { subject: ' ' }, 'Subject']
  ] as [string, Record<string, string>, string, string?][])
    it(`Z17 are not saved with ${what}`, async () => {
      await irena.open(`${list}/${kind}/en`)
      await irena.send('Save', wrong)
      irena.is(422).sees(sentence, 'Default text')
    })

  it('Z17 have a sender of the company and an address for answers', async () => {
    await irena.send('Save', {
      senderName: 'Service, "Team"',
      senderAddress: 'Service@Thermovia.example',
      replyTo: 'help@elsewhere.example'
    })
    irena.is(200).sees('Saved.')
    expect(await inviteAgain('Anna Schmidt')).to.include({
      from_name: 'Service, "Team"',
      from_address: 'service@thermovia.example',
      reply_to: 'help@elsewhere.example'
    })
  })

  it('Z17 reach the mail server as they were designed, in both of their parts', async () => {
    await irena.send('Save', {
      subject: 'Für {{name}} – žluťoučký',
      body: '<p align="center"><span style="color:#b3261e;font-size:20px">Ahoj</span></p>\n\n![Logo](https://www.example.com/a.png)\n\n[Weiter]({{link}})',
      senderName: 'Service',
      senderAddress: 'service@thermovia.example'
    })
    await inviteAgain('Anna Schmidt')
    const server = await openMailServer()
    try {
      const { context } = test.embedded.portico
      await context.db('portico_mail').update({ state: 'waiting' })
      await createMail({ ...context, config: { ...context.config, smtpUrl: server.url } }).deliver()
      expect(server.taken).to.have.length(1)
      const { subject, from, text, html } = await PostalMime.parse(server.taken[0]!)
      expect(subject).to.equal('Für Anna Schmidt – žluťoučký')
      expect(from).to.deep.include({ name: 'Service', address: 'service@thermovia.example' })
      expect(html)
        .to.contain('<p align="center"><span style="color:#b3261e;font-size:20px">Ahoj</span></p>')
        .and.contain('<img src="https://www.example.com/a.png" alt="Logo" />')
        .and.match(/<a href="http:[^"]*\/invitation\/[^"]*" style="[^"]*">Weiter<\/a>/)
      expect(text).to.match(/^Ahoj\s+Logo\s+Weiter:\s+http:\S+\/invitation\/\S+\s*$/)
      expect(server.envelopes[0]?.to).to.deep.equal(['anna@nordwind.example'])
    } finally {
      server.close()
    }
  })

  it('Z17 are previewed with somebody’s data, and nothing is saved', async () => {
    await irena.send('Preview', { subject: 'For {{name}}', body, person: 'Anna' })
    const preview = previewOf()
    expect(preview('h1').text()).to.equal('For Anna Schmidt')
    expect(preview('body').text()).to.contain('anna@nordwind.example').and.contain('Dear Anna Schmidt (Anna)')
    expect(preview('pre').text()).to.contain('/invitation/example')
    await irena.open(form)
    irena.sees('Default text')
    expect(irena.page('#field-body').text()).not.to.contain('Dear')
    expect(await mails()).to.deep.equal([])
  })

  it('Z17 a preview can do nothing and stands in a frame of ours alone (A51)', async () => {
    const page = await irena.peek(form)
    expect(page.headers['content-security-policy']).to.contain("frame-src 'self'").and.contain("frame-ancestors 'none'")
    const { headers } = await irena.peek(`${form}/preview`)
    expect(headers['content-security-policy'])
      .to.contain("default-src 'none'")
      .and.contain('sandbox')
      .and.match(/frame-ancestors 'self'$/)
      .and.not.contain('script')
    expect(headers['referrer-policy']).to.equal('no-referrer')
  })

  it('Z17 what could not be saved says so in the preview; so does somebody who isn’t there', async () => {
    await irena.send('Preview', { body: 'nothing' })
    expect(previewOf()('body').text())
      .to.contain('can’t be saved like this'.replace('’', "'"))
      .and.contain('accepted is missing')
    await irena.open(form)
    await irena.send('Preview', { person: 'Nobody Atall' })
    expect(previewOf()('body').text()).to.contain('Nobody of this user type matches')
  })

  it('A12 the preview shows nobody’s data whom the CRM hides from this staff member', async () => {
    const { context } = test.embedded.portico
    const allows = context.host.allows.bind(context.host)
    const seen: string[] = []
    context.host.allows = async (staff, action, module, id) => {
      seen.push(module)
      return action !== 'view' && allows(staff, action, module, id)
    }
    try {
      await irena.open(form)
      expect(irena.page('datalist option')).to.have.length(0)
      await irena.send('Preview', { person: 'Anna' })
      expect(irena.response.text).to.contain('Nobody of this user type matches').and.not.contain('nordwind')
    } finally {
      context.host.allows = allows
    }
    expect(seen).to.include('Contact')
    await irena.open(form)
    expect(irena.page('datalist option').first().attr('value')).to.match(/<.+@.+>/)
  })

  it('Z17 a test goes to the staff member himself, marked, with a link that leads nowhere; nothing is saved', async () => {
    await irena.send('Send a test to irena@thermovia.example', { subject: 'Hi {{name}}', body, person: 'Anna' })
    irena.is(200).sees('the test to irena@thermovia.example stays in the mailbox')
    expect(irena.page('#field-subject').val()).to.equal('Hi {{name}}')
    const [mail, ...more] = await mails()
    expect(more).to.deep.equal([])
    expect(mail).to.include({ to_address: 'irena@thermovia.example', subject: '[Test] Hi Anna Schmidt', kind: 'test' })
    expect(mail!.text).to.contain('This is a test').and.contain('/invitation/example')
    expect(mail!.html).to.contain('This is a test')
    await irena.open(form)
    irena.sees('Default text')
  })

  it('Z17 tests are counted: the eleventh within an hour is refused', async () => {
    for (let sent = 0; sent < 10; sent += 1) {
      await irena.open(form)
      await irena.send('Send a test to irena@thermovia.example')
      irena.is(200)
    }
    await irena.send('Send a test to irena@thermovia.example')
    irena.is(409).sees('10 test mails within an hour')
    expect(await mails()).to.have.length(10)
    test.wait(61 * 60_000)
    irena = await staffAt(test, 'irena')
    await irena.open(form)
    await irena.send('Send a test to irena@thermovia.example')
    irena.is(200)
  })

  it('Z17 a field that the CRM has no more is empty, and the page says so', async () => {
    const { db } = test.embedded
    await irena.send('Save', { body: 'Dear {{name}}\n\n{{link}}' })
    const where = { user_type_id: userType.id, kind: 'invitation', language: 'en' }
    await db('portico_mail_templates').where(where).update({ body: 'Dear {{name}}[{{record.gone}}]\n\n{{link}}' })
    await db('portico_configuration').where({ id: 1 }).increment('version', 1)
    await irena.open(form)
    irena.is(200).sees('The CRM no longer has this field', 'gone')
    expect((await inviteAgain('Anna Schmidt')).text).to.contain('Dear Anna Schmidt[]')
  })

  it('Z17 a refused or returned mail is shown on its user until he is invited anew', async () => {
    const { context } = test.embedded.portico
    const { db } = context
    const problemOf = async () =>
      (await db<{ mail_problem: string | null; name: string }>('portico_portal_users')
        .first('mail_problem')
        .where({ name: 'Anna Schmidt' }))!.mail_problem
    const mail = await inviteAgain('Anna Schmidt')
    await db('portico_mail').update({ state: 'sent' })
    const row = await db<{ id: string; about: string }>('portico_mail').first('id', 'about')
    expect(await context.mail.bounced(row!.id, '5.1.1')).to.equal(true)
    expect(await problemOf()).to.equal('bounced 5.1.1')
    await inviteAgain('Anna Schmidt')
    expect(await problemOf()).to.equal(null)
    await noteMailProblem({ about: row!.about, address: 'old@nordwind.example', problem: 'bounced 5.1.1' }, 0, db)
    expect(await problemOf()).to.equal(null)
    expect(mail.to_address).to.equal('anna@nordwind.example')
  })

  it('Z17 a new password is written about in the user type’s words', async () => {
    await irena.open(`${list}/password-reset/en`)
    await irena.send('Save', { subject: 'Forgotten, {{name}}?', body: 'Within {{valid}}: {{link}}' })
    irena.is(200).sees('Saved.')
    const anna = test.visitor()
    const portal = await thePortal(test)
    await test.embedded.db('portico_identities').where({ address: 'anna@nordwind.example' }).update({ locale: 'en' })
    await anna.open(`/portal/${portal.slug}/forgotten-password`)
    await anna.submit(`/portal/${portal.slug}/forgotten-password`, { email: 'anna@nordwind.example' })
    for (let waited = 0; waited < 50 && (await mails()).length === 0; waited += 1)
      await new Promise((resolve) => setTimeout(resolve, 20))
    const [mail] = await mails()
    expect(mail).to.include({ subject: 'Forgotten, Anna Schmidt?', kind: 'password-reset' })
    expect(mail!.text).to.match(/Within 1 hour: Choose a new password \(http:\S+\/reset\/\S+\)/)
    const link = /http:\S+\/reset\/[^)\s]+/.exec(mail!.text)?.[0] ?? ''
    await test
      .visitor()
      .open(link)
      .then((visitor) => visitor.is(200))
  })
})

eachDatabase((open) => {
  describe('a mail template', function () {
    this.timeout(60_000)

    it('Z17 of two who change it at once, the second is told', async () => {
      const test = await openApp(open, { world: 'people' })
      try {
        const { context } = test.embedded.portico
        const staff = await test.embedded.staffByUserName('irena')
        const { timeZone, formats } = staff!
        await createPortal(context, { name: 'Acme', slug: undefined, locale: 'en', timeZone, formats }, staff!)
        const place = { userTypeId: (await theUserType(test)).id, kind: 'invitation', language: 'en' } as const
        const mine = { ...defaultTemplate('invitation', 'en'), subject: 'Mine' }
        const both = await Promise.allSettled([
          saveTemplate(context, place, mine, staff!),
          saveTemplate(context, place, { ...mine, subject: 'Theirs' }, staff!)
        ])
        expect(both.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
        const refused = both.find((one) => one.status === 'rejected')
        expect(refused?.reason).to.be.instanceOf(ChangedMeanwhile)
        const saved = await templateAt(context.db, place)
        await saveTemplate(context, place, { ...saved, subject: 'Again' }, staff!)
        await expectRefused(resetTemplate(context, place, saved.revision, staff!))
        const again = await templateAt(context.db, place)
        await resetTemplate(context, place, again.revision, staff!)
        expect(await templateAt(context.db, place)).to.equal(defaultTemplate('invitation', 'en'))
        await expectRefused(saveTemplate(context, place, { ...again, subject: 'Late' }, staff!))
        expect(
          (await context.audit.list({ subject: `mail-template:${place.userTypeId}:invitation:en`, limit: 10 })).map(
            ({ action }) => action
          )
        ).to.deep.equal(['template.reset', 'template.saved', 'template.saved'])
      } finally {
        await test.close()
      }
    })
  })
})

async function expectRefused(act: Promise<unknown>): Promise<void> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).to.be.instanceOf(ChangedMeanwhile)
}
