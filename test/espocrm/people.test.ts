import { expect } from 'chai'
import { momentAt } from '../../src/db/moment.js'
import { NotFound } from '../../src/errors.js'
import type { Staff } from '../../src/host/host.js'
import type { RecordQuestion } from '../../src/hooks.js'
import { createAccessForm, releaseAccessForm } from '../../src/portal/forms/access-forms.js'
import { sendNotifications } from '../../src/portal/notifications/sending.js'
import { deactivate, remove } from '../../src/portal/people/access-changes.js'
import { invitationPlace, judge } from '../../src/portal/people/eligibility.js'
import { invite, restore } from '../../src/portal/people/invitations.js'
import { portalUserById, type PortalUser } from '../../src/portal/people/portal-users.js'
import { workOnRuns } from '../../src/portal/people/runs/work.js'
import { privacySettings, savePrivacySettings } from '../../src/portal/privacy/settings.js'
import { readable } from '../support/mail-server.js'
import type { Visitor } from '../support/visitor.js'
import { filesInZip } from '../support/zip.js'
import { addType, admit, customerPassword, makePortal, type Released } from './customers.js'
import { EspoClient, type List } from './espo-client.js'
import { eventually, newRun, onEspocrm } from './live.js'
import { admin, openPortalWorld, type PortalWorld } from './portal-world.js'
import { mount, type Service } from './service.js'
import { makeIvan, password } from './staff.js'

const fields = ['name', 'firstName', 'lastName', 'emailAddress']
const released: readonly Released[] = [
  { module: 'Contact', readOnly: ['name', 'emailAddress'], editable: ['firstName', 'lastName', 'phoneNumber'] },
  { module: 'Case', path: ['account', 'contacts'], rights: ['create'], notes: 'write', editable: ['name', 'status'] }
]

/** What becomes of people's access when EspoCRM's staff change, convert, answer and remove. */
onEspocrm('portal people of EspoCRM', (live) => {
  const run = newRun()
  const door = `${mount}/portal/${run}`
  let portals: PortalWorld
  let service: Service
  let world: PortalWorld['records']
  let by: Staff
  let customers: string
  let prospects: string
  /** How far Portico's clock is ahead of EspoCRM's, in milliseconds; beyond a minute no more tickets are taken. */
  let ahead = 0

  before(async function () {
    this.timeout(120_000)
    portals = await openPortalWorld(live(), run, { now: () => Date.now() + ahead })
    ;({ service, records: world } = portals)
    const { installation } = service
    by = (await installation.host.staffById(portals.cast.administrator.id))!
    customers = await makePortal(installation, by, run, released)
    const lead = [{ module: 'Lead', readOnly: fields }]
    prospects = await addType(installation, by, customers, { name: 'Prospects', primaryModule: 'Lead', released: lead })
  })

  after(async function () {
    this.timeout(60_000)
    await portals?.close()
  })

  const addressOf = (name: string): string => `${name}@${run}.example`
  const contact = (name: string, values: Readonly<Record<string, unknown>> = {}): Promise<string> =>
    portals.made.make('Contact', { firstName: name, lastName: run, emailAddress: addressOf(name), ...values })
  const user = (id: string): Promise<PortalUser> => portalUserById(service.installation.db, id)
  const signIn = async (address: string): Promise<Visitor> => {
    const visitor = service.visitor()
    await visitor.open(`${door}/sign-in`)
    return visitor.send('Sign in', { email: address, password: customerPassword })
  }
  const isIn = async (visitor: Visitor): Promise<boolean> => (await visitor.peek(`${door}/profile`)).status === 200
  const mailsTo = (address: string): string[] =>
    portals.mails.taken.map(readable).filter((mail) => mail.includes(`To: ${address}`) || mail.includes(`<${address}>`))

  /** What EspoCRM's page would ask this user before. */
  const questions = async (doing: object, module: string, id: string): Promise<readonly RecordQuestion[]> => {
    const session = await EspoClient.signIn(live().url, portals.cast.administrator.userName, password)
    const { token } = await session.post<{ token: string }>('Portico/ticket', { to: '/' })
    const answer = await fetch(
      `${live().url}${mount}/host/record-questions?${new URLSearchParams({ module, id }).toString()}`,
      {
        headers: {
          Authorization: `Bearer ${token}`,
          'X-Portico-Doing': encodeURIComponent(JSON.stringify(doing))
        }
      }
    )
    expect(answer.status).to.equal(200)
    return ((await answer.json()) as { questions: RecordQuestion[] }).questions
  }

  describe('whose address changes in EspoCRM', () => {
    it('Z20 staff are asked before; then sign-in waits until the new address is confirmed, with the old password', async () => {
      const espo = live().admin
      const id = await contact('nora')
      const userId = await admit(service.installation, by, customers, id)
      const nora = await signIn(addressOf('nora'))
      expect(await isIn(nora)).to.equal(true)
      const change = { kind: 'change', values: { emailAddress: addressOf('nora.new') } }
      const asked = await questions(change, 'Contact', id)
      expect(asked.map(({ text }) => text).join())
        .to.include(`nora ${run}`)
        .and.include(addressOf('nora.new'))
      expect(await questions(change, 'Contact', world.bjoern), 'no portal user').to.deep.equal([])
      expect(await questions({ kind: 'change', values: { phoneNumber: '+49301112223' } }, 'Contact', id)).to.be.empty

      await espo.put(`Contact/${id}`, { emailAddress: addressOf('nora.new') })
      await service.settle()
      expect(await user(userId)).to.include({ status: 'suspended', address: addressOf('nora.new') })
      expect(await isIn(nora)).to.equal(false)
      for (const name of ['nora', 'nora.new']) expect(await isIn(await signIn(addressOf(name))), name).to.equal(false)
      const [mail] = mailsTo(addressOf('nora.new'))
      await nora.open(/https?:\/\/\S+\/confirmation\/[\w-]+/.exec(mail!)![0])
      await nora.send('Confirm the address')
      nora.is(200)
      expect(await isIn(await signIn(addressOf('nora.new')))).to.equal(true)
      expect(await isIn(await signIn(addressOf('nora')))).to.equal(false)
    })

    it('Z20 another of his addresses becomes the primary one: the same', async () => {
      const espo = live().admin
      const id = await contact('otto')
      const userId = await admit(service.installation, by, customers, id)
      const both = (first: string, second: string): Readonly<Record<string, unknown>> => ({
        emailAddressData: [
          { emailAddress: addressOf(first), primary: true },
          { emailAddress: addressOf(second), primary: false }
        ]
      })
      await espo.put(`Contact/${id}`, both('otto', 'otto.home'))
      await service.settle()
      expect(await user(userId)).to.include({ status: 'confirmed' })
      await espo.put(`Contact/${id}`, both('otto.home', 'otto'))
      await service.settle()
      expect(await user(userId)).to.include({ status: 'suspended', address: addressOf('otto.home') })
      await espo.put(`Contact/${id}`, both('otto', 'otto.home'))
      await service.settle()
      expect(await isIn(await signIn(addressOf('otto')))).to.equal(true)
    })

    it('Z20 of somebody deactivated: the mail goes when he is activated', async () => {
      const { context } = service.installation.portico
      const id = await contact('paul')
      const userId = await admit(service.installation, by, customers, id)
      await deactivate(context, userId, by)
      await live().admin.put(`Contact/${id}`, { emailAddress: addressOf('paul.new') })
      await service.settle()
      expect(mailsTo(addressOf('paul.new'))).to.be.empty
      await restore(context, userId, by)
      await service.settle()
      expect(await user(userId)).to.include({ status: 'suspended' })
      expect(mailsTo(addressOf('paul.new'))).to.have.length(1)
    })

    /** EspoCRM 9.1.7's own door for it breaks off at addresses; this is what it does to the database, and what the hook tells of it. */
    it('Z20 A24 erased by data privacy: nobody comes in by it, and nobody can be invited to it', async () => {
      const id = await contact('erik')
      const userId = await admit(service.installation, by, customers, id)
      const erik = await signIn(addressOf('erik'))
      const { db, host } = service.installation
      const link = (await db('entity_email_address').first('email_address_id as id').where({ entity_id: id })) as Row
      const erased = `ERASED:${link.id}`
      await db('email_address').where({ id: link.id }).update({ name: erased, lower: erased.toLowerCase() })
      await host.deliver()
      const story = { entityType: 'Contact', id, action: 'update', changed: ['emailAddress'], by: by.id }
      const created_at = momentAt(Date.now())
      await db('portico_outbox').insert({ id: run, subject: `Contact/${id}`, event: JSON.stringify(story), created_at })
      await service.settle()
      expect(await user(userId)).to.deep.include({ status: 'suspended', addressProblem: 'characters' })
      expect(await isIn(erik)).to.equal(false)
      expect(mailsTo(erased)).to.be.empty
      await remove(service.installation.portico.context, userId, by)
      expect(await refusalsOf(customers, [id])).to.deep.equal({ [id]: 'characters' })
    })
  })

  describe('who is removed in EspoCRM', () => {
    it('A24 is out at once, can’t be invited while in the recycle bin, and comes in again only when invited', async () => {
      const espo = live().admin
      const id = await contact('rita')
      const userId = await admit(service.installation, by, customers, id)
      const rita = await signIn(addressOf('rita'))
      await espo.delete(`Contact/${id}`)
      await service.settle()
      expect(await user(userId).catch((error: unknown) => error)).to.be.instanceOf(NotFound)
      expect(await isIn(rita)).to.equal(false)
      expect(await refusalsOf(customers, [id, 'nowhere'])).to.deep.equal({ [id]: 'recycleBin', nowhere: 'recordGone' })
      await espo.post('Contact/action/restoreDeleted', { id })
      await service.installation.events.sweep()
      await service.settle()
      expect(await isIn(await signIn(addressOf('rita')))).to.equal(false)
      expect(await refusalsOf(customers, [id])).to.deep.equal({ [id]: undefined })
    })
  })

  describe('who is converted from a lead to a contact in EspoCRM', () => {
    let partners: string
    before(async () => {
      const one = { name: 'Partners', primaryModule: 'Contact', released: [released[0]!] }
      partners = await addType(service.installation, by, customers, one)
    })

    const lead = (name: string): Promise<string> =>
      portals.made.make('Lead', { firstName: name, lastName: run, emailAddress: addressOf(name) })
    const convert = async (leadId: string, name: string): Promise<string> => {
      const espo = live().admin
      const Contact = { firstName: name, lastName: run, emailAddress: addressOf(name) }
      await espo.post('Lead/action/convert', { id: leadId, records: { Contact }, skipDuplicateCheck: true })
      const contactId = portals.made.note('Contact', String((await espo.get(`Lead/${leadId}`))['createdContactId']))
      await service.settle()
      return contactId
    }

    it('Z24 staff choose the user type before; the sign-in carries over, without a mail', async () => {
      const id = await lead('lars')
      const userId = await admit(service.installation, by, prospects, id, 'Lead')
      const [question] = await questions({ kind: 'conversion' }, 'Lead', id)
      expect(question!.text).to.include(`lars ${run}`)
      const choice = question!.choices.find(({ label }) => label === 'Partners')!
      expect(choice.value).to.equal(partners)
      expect(await questions({ kind: 'conversion' }, 'Lead', world.lena), 'no portal user').to.deep.equal([])
      const answers = { [question!.name]: choice.value }
      await live().admin.post('Portico/answers', { entityType: 'Lead', id, answers })
      const recordId = await convert(id, 'lars')
      expect(await user(userId)).to.include({ status: 'confirmed', module: 'Contact', recordId, userTypeId: partners })
      expect(mailsTo(addressOf('lars'))).to.be.empty
      const lars = await signIn(addressOf('lars'))
      expect(await isIn(lars)).to.equal(true)
      await lars.open(`${door}/contact/${recordId}`)
      lars.is(200).sees(`lars ${run}`)
    })

    it('Z24 converted unasked, by the API: nobody comes in until staff have decided', async () => {
      const id = await lead('leif')
      const userId = await admit(service.installation, by, prospects, id, 'Lead')
      const contactId = await convert(id, 'leif')
      expect(await user(userId)).to.include({ convertedContactId: contactId })
      expect(await isIn(await signIn(addressOf('leif')))).to.equal(false)
    })
  })

  describe('who is invited with many others', () => {
    it('Z17 gets the mail as it was written for his user type, with values of his contact', async () => {
      const { vera } = portals
      const template = `${admin}/user-types/${customers}/templates/invitation/en`
      const id = await contact('tara', { title: 'Engineer' })
      await vera.open(template)
      await vera.send('Save', {
        subject: 'Come in, {{record.firstName}}',
        body: 'Dear {{record.lastName}}, from {{inviter}}.'
      })
      vera.is(422)
      const body = 'Dear {{record.lastName}}, **{{inviter}}** asks you in: {{link}}'
      await vera.send('Save', { subject: 'Come in, {{record.firstName}}', body })
      vera.is(200).sees('Saved')
      const invited = { module: 'Contact', recordId: id, userTypeId: customers, language: 'en' } as const
      await invite(service.installation.portico.context, invited, by)
      await service.settle()
      const [mail] = mailsTo(addressOf('tara'))
      expect(mail)
        .to.include('Subject: Come in, tara')
        .and.include(`Dear ${run}, <strong>${by.name}</strong> asks you in`)
      await service.visitor().open(/https?:\/\/\S+\/invitation\/[\w-]+/.exec(mail!)![0])
    })

    it('Z15 Z16 Z31 gets one mail; why the others get none is told one by one, and trying again invites nobody twice', async () => {
      const { context } = service.installation.portico
      const ivan = await makeIvan(live())
      const his = { assignedUserId: ivan.id }
      const names = ['one', 'two', 'three', 'four', 'five', 'six']
      const good = await Promise.all(names.map((name) => contact(name, his)))
      const inside = await contact('inside', his)
      await admit(service.installation, by, customers, inside)
      const [staff, company] = [portals.cast.clerk.userName, `x@thermovia.example`]
      await live().admin.put(`User/${portals.cast.clerk.id}`, { emailAddress: addressOf('karl') })
      const bad = {
        hers: await contact('hers'),
        silent: await contact('silent', { ...his, emailAddress: null }),
        colleague: await contact('colleague', { ...his, emailAddress: company }),
        clerk: await contact(staff, { ...his, emailAddress: addressOf('karl') }),
        erased: await contact('erased', { ...his, emailAddress: 'x@mailinator.com' }),
        late: await contact('late', his)
      }
      await service.settle()
      portals.mails.taken.splice(0)

      const him = await service.staffVisitor(ivan, '/portico/admin/portals')
      const query = new URLSearchParams([
        ['kind', 'invitation'],
        ['scope', customers],
        ...[...good, inside, ...Object.values(bad)].map((id) => ['record', id])
      ])
      await him.open(`${admin}/runs/new?${query.toString()}`)
      him.is(200).sees('13')
      await live().admin.delete(`Contact/${bad.late}`)
      await him.submit(`${admin}/runs`, { language: 'de' })
      him.is(200)
      await workOnRuns(context, 30)
      await service.settle()
      await him.open(him.path)
      const t = (word: string): string => context.t('en')(`portal:refusal.${word}`)
      const reasons = [
        'noRecordRight',
        'noAddress',
        'companyDomain',
        'staffAddress',
        'anonymous',
        'recycleBin',
        'alreadyUser'
      ]
      him.is(200).sees('Finished', ...reasons.map(t))
      for (const name of names) expect(mailsTo(addressOf(name)), name).to.have.length(1)
      expect(portals.mails.taken).to.have.length(names.length)

      await makeIvan(live(), false)
      await him.submit(`${him.path.split('?')[0]!}/again`)
      await workOnRuns(context, 30)
      await service.settle()
      await him.open(him.path)
      him.is(200).sees(t('noModuleRight'))
      expect(portals.mails.taken).to.have.length(names.length)
    })
  })

  describe('who has asked something', () => {
    it('Z27 A21 gets a mail when staff answer in EspoCRM’s stream, none when they speak among themselves', async () => {
      const accountId = world.nordwind
      const id = await contact('mia', { accountId })
      await service.settle()
      await admit(service.installation, by, customers, id)
      const mia = await signIn(addressOf('mia'))
      await mia.open(`${door}/case/new`)
      await mia.send('Save', { name: `Question ${run}` })
      const caseId = portals.made.note('Case', mia.is(200).path.split('/').at(-1)!.split('?')[0]!)
      await service.settle()
      const { cast } = portals
      const vera = await EspoClient.signIn(live().url, cast.administrator.userName, password)
      const post = (text: string, isInternal: boolean): Promise<unknown> =>
        vera.post('Note', { type: 'Post', parentType: 'Case', parentId: caseId, post: text, isInternal })
      await post('Between us.', true)
      await notify()
      expect(mailsTo(addressOf('mia'))).to.be.empty
      await post('We come on Monday.', false)
      await notify()
      const [mail, ...more] = mailsTo(addressOf('mia'))
      expect(more).to.be.empty
      expect(mail).to.include('We come on Monday.').and.include(`Question ${run}`).and.include(cast.administrator.name)
      expect(mail).not.to.include('Between us.')
      await mia.open(`${door}/case/${caseId}`)
      mia.is(200).sees('We come on Monday.').doesNotSee('Between us.')
    })

    it('Z27 stands in the portal feed of staff who follow cases, and is answered from there into EspoCRM’s stream', async () => {
      const { vera, records } = portals
      const id = await contact('nils', { accountId: records.nordwind })
      await service.settle()
      await admit(service.installation, by, customers, id)
      const nils = await signIn(addressOf('nils'))
      await nils.open(`${door}/case/${records.heating}`)
      await nils.send('Write note', { text: 'When do you come?' })
      const feed = `${mount}/portico/feed`
      await vera.open(`${feed}/modules`)
      await vera.send('Save', { modules: ['Case'] })
      await vera.open(feed)
      vera.is(200).sees(`nils ${run} wrote a note: Case`, 'When do you come?', 'Heating fails')
      await vera.send('Send answer', { text: 'On Monday at eight.' })
      vera.is(200)
      const { list } = await live().admin.get<List>(`Case/${records.heating}/posts`)
      expect(list.find(({ post }) => post === 'On Monday at eight.')).to.include({
        createdByName: portals.cast.administrator.name,
        isInternal: false
      })
      await nils.open(`${door}/case/${records.heating}`)
      nils.is(200).sees('On Monday at eight.')
    })
  })

  describe('who asks for access by a portal form', () => {
    const requests = `${admin}/form-requests`
    const slug = 'ask'

    before(async () => {
      const { context } = service.installation.portico
      const draft = { name: 'Ask', slug, needsApproval: true, fields: ['firstName', 'phoneNumber'], introductions: {} }
      const id = await createAccessForm(context, customers, draft, by)
      await releaseAccessForm(context, { id, revision: 1 }, by)
    })

    /** Fills the form in, confirms the address, and gives the page on which staff decide. */
    const ask = async (name: string): Promise<string> => {
      const { db } = service.installation
      const visitor = await service.visitor().open(`${door}/forms/${slug}`)
      ahead += 60_000
      const phoneNumber = '+49301112277'
      await visitor.send('Send the request', {
        firstName: name,
        lastName: run,
        phoneNumber,
        emailAddress: addressOf(name)
      })
      visitor.is(200).sees('Look into your mailbox')
      const mail = await eventually('a mail to confirm', async () => {
        await service.settle()
        return mailsTo(addressOf(name))[0]
      })
      await visitor.open(/https?:\/\/\S+\/confirmation\/\S+/.exec(mail)![0])
      await visitor.send('Confirm and send')
      visitor.is(200)
      const [id] = await db('portico_form_requests')
        .where({ address: addressOf(name) })
        .pluck<string[]>('id')
      return `${requests}/${id}`
    }

    it('Z32 becomes a contact in EspoCRM when staff approve, and is invited', async () => {
      const espo = live().admin
      const { vera } = portals
      const where = {
        'where[0][type]': 'equals',
        'where[0][attribute]': 'emailAddress',
        'where[0][value]': addressOf('olga')
      }
      await vera.open(await ask('olga'))
      vera.is(200).sees(`olga ${run}`)
      expect(await espo.all('Contact', where)).to.deep.equal([])
      await vera.send('Create a record and let in')
      vera.is(200)
      await service.settle()
      const [made, ...more] = await espo.all('Contact', where)
      expect(more).to.be.empty
      portals.made.note('Contact', made!.id)
      expect(await espo.get(`Contact/${made!.id}`)).to.include({
        firstName: 'olga',
        lastName: run,
        emailAddress: addressOf('olga'),
        phoneNumber: '+49301112277',
        assignedUserId: by.id
      })
      expect(mailsTo(addressOf('olga')).at(-1)).to.include('/invitation/')
    })

    it('Z32 A38 is let in by the contact that EspoCRM has already, which stays as it is', async () => {
      const espo = live().admin
      const id = await contact('pia', { firstName: 'Pia Maria', emailAddress: addressOf('pia').toUpperCase() })
      const before = await espo.get(`Contact/${id}`)
      const { vera } = portals
      await vera.open(await ask('pia'))
      vera.is(200).sees(`Pia Maria ${run}`)
      await vera.send(`Let in by this record Pia Maria ${run}`)
      vera.is(200)
      await service.settle()
      expect(await espo.get(`Contact/${id}`)).to.deep.include({ firstName: before['firstName'], phoneNumber: null })
      expect(mailsTo(addressOf('pia')).at(-1)).to.include('/invitation/')
    })
  })

  describe('who wants to know what is held about him', () => {
    let putBack: () => Promise<void>
    before(async () => {
      const { context } = service.installation.portico
      const before = await privacySettings(context.db)
      const turn = async (isOn: boolean): Promise<void> => {
        const { revision, ...now } = await privacySettings(context.db)
        await savePrivacySettings(context, revision, { ...now, isOn }, by)
      }
      putBack = () => turn(before.isOn)
      await turn(true)
    })
    after(() => putBack())

    it('Z30 takes it all in one archive: his contact in EspoCRM whole, his notes and files, none of the staff’s', async () => {
      const { vera, records, cast } = portals
      const id = await contact('xaver', { description: 'Pays late.', accountId: records.nordwind })
      await service.settle()
      await admit(service.installation, by, customers, id)
      const xaver = await signIn(addressOf('xaver'))
      const file = { field: 'files', name: 'plan.txt', content: 'a plan', type: 'text/plain' }
      await xaver.open(`${door}/case/${records.heating}`)
      await xaver.send('Write note', { text: 'Written by him.' }, [file])
      const colleague = await EspoClient.signIn(live().url, cast.administrator.userName, password)
      const note = {
        type: 'Post',
        parentType: 'Case',
        parentId: records.heating,
        post: 'Between us.',
        isInternal: true
      }
      await colleague.post('Note', note)
      await xaver.open(`${door}/privacy`)
      await xaver.send('Send the request', { kind: 'export' })
      xaver.is(200)
      const request = (await service.installation
        .db('portico_privacy_requests')
        .first('id')
        .where({ record_id: id, state: 'open' })) as Row
      await vera.open(`${admin}/privacy/requests/${request.id}`)
      await vera.send('Accept: let the person download it')
      vera.is(200)
      const { content } = await xaver.download(`${door}/privacy/requests/${request.id}/archive`)
      const files = filesInZip(content)
      const held = files.get('data.json')!.toString()
      for (const words of [`xaver ${run}`, 'Pays late.', addressOf('xaver'), `Nordwind ${run}`, 'Written by him.'])
        expect(held).to.include(words)
      expect(held).not.to.include('Between us.')
      expect([...files.values()].map(String)).to.include('a plan')
    })
  })

  /** Lets the pause before a mail pass. */
  async function notify(): Promise<void> {
    await service.settle()
    ahead += 10 * 60_000
    await sendNotifications(service.installation.portico.context)
    await service.settle()
  }

  /** Why these contacts can't be invited, by id. */
  async function refusalsOf(userTypeId: string, ids: readonly string[]): Promise<Record<string, string | undefined>> {
    const { context } = service.installation.portico
    const place = await invitationPlace(context, userTypeId)
    const judged = await judge(context, place, ids, by)
    return Object.fromEntries(judged.map(({ recordId, refusal }) => [recordId, refusal]))
  }
})

interface Row {
  readonly id: string
}
