/** Portal forms: a visitor asks, confirms his address, and staff decide (Z32). */
import { expect } from 'chai'
import { customers, staff } from '../../demo/cast.js'
import { keepHouse } from '../../src/jobs/housekeeping.js'
import { accessesOf, countByStatus } from '../../src/portal/people/portal-users.js'
import { switchPortal } from '../../src/portal/portals/portals.js'
import { discardUserType, addUserType } from '../../src/portal/user-types/user-types.js'
import { configuration, releaseOf, type UserType } from '../../src/portal/configuration.js'
import { askable, fieldsAsked } from '../../src/portal/forms/form-fields.js'
import { createAccessForm } from '../../src/portal/forms/access-forms.js'
import { remove } from '../../src/portal/people/access-changes.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import {
  asked,
  byItself,
  confirmationOf,
  contactsWith,
  draft,
  fillIn,
  formNow,
  formPath,
  mailsTo,
  releasedForm,
  requestOf,
  requestsPath,
  staffNamed
} from './access-form-world.js'
import { Life } from './life.js'
import { admin, door, staffAt, thePortal, theUserType } from './people.js'

const hour = 60 * 60_000

onSqlite('portal forms', (open) => {
  describe('a portal form', function () {
    this.timeout(60_000)
    let test: TestApp
    let formId: string

    before(async () => {
      test = await openApp(open)
      formId = await releasedForm(test)
    })

    after(() => test.close())

    it('Z32 stands at the portal’s sign-in and asks in the visitor’s language', async () => {
      const visitor = await test.visitor('de').open(`${door}/sign-in`)
      await visitor.send('Deutsch')
      await visitor.open(`${door}/sign-in`)
      await visitor.follow('Zugang anfragen')
      visitor.is(200).sees('Zugang zu Thermovia Service anfragen', 'Nachname', 'Welcome to Thermovia.')
      expect(visitor.page('main input[name=lastName]').attr('required')).to.equal('required')
      expect(visitor.page('main [name=mobile]').length, 'a field the form does not ask').to.equal(0)
    })

    it('Z32 a request is seen by staff once its address is confirmed, and gives nothing by itself', async () => {
      const before = await countByStatus(test.embedded.db, (await theUserType(test)).id)
      const visitor = await fillIn(test, { firstName: 'Nina', phone: '+49 40 1', email: 'Nina@New.example' })
      visitor.is(200).sees('Look into your mailbox')
      const frank = await staffAt(test, 'frank')
      const link = await confirmationOf(test, 'nina@new.example')
      await frank.open(requestsPath)
      frank.is(200).doesNotSee('nina@new.example')
      await visitor.open(link)
      const states = test.embedded.db('portico_form_requests').where({ address: 'nina@new.example' })
      expect(await states.pluck('state'), 'opened, not pressed').to.deep.equal(['unconfirmed'])
      await visitor.send('Confirm and send')
      visitor.is(200).sees('Thermovia Service has your request')
      await frank.open(requestsPath)
      frank.sees('Nina Newman', 'nina@new.example')
      await frank.follow('Nina Newman')
      frank.is(200).sees('Nobody in the CRM has this address', '+49 40 1')
      expect(await contactsWith(test, 'nina@new.example')).to.deep.equal([])
      expect(await countByStatus(test.embedded.db, (await theUserType(test)).id)).to.deep.equal(before)
      expect((await visitor.open(link)).response.status, 'used once').to.equal(410)
    })

    it('Z32 is approved by a new record, which belongs to the form’s staff member, and an invitation', async () => {
      const request = await asked(test, { firstName: 'Otto', email: 'otto@new.example' })
      const frank = await staffAt(test, 'frank')
      await frank.open(`${requestsPath}/${request.id}`)
      await frank.send('Create a record and let in')
      frank.is(200).sees('The invitation to Otto Newman is on its way.')
      const [contact, ...more] = await contactsWith(test, 'otto@new.example')
      expect(more).to.deep.equal([])
      const row: unknown = await test.embedded
        .db('crm_contact')
        .first('first_name', 'assigned_user_id')
        .where({ id: contact! })
      expect(row).to.deep.equal({ first_name: 'Otto', assigned_user_id: staff.irena.id })
      const [user] = await accessesOf(test.embedded.db, 'Contact', contact!)
      expect(user).to.include({ status: 'invited', address: 'otto@new.example', invitedBy: staff.irena.id })
      expect((await mailsTo(test, 'otto@new.example', 2)).at(-1)!.text).to.include('/invitation/')
      expect(await requestOf(test, 'otto@new.example')).to.include({ state: 'approved', decidedBy: 'Frank Weber' })
    })

    it('Z32 A38 is approved by the record that has the address, which stays as it is; a second one is never made', async () => {
      const { host } = test.embedded
      const values = { firstName: 'Paula', lastName: 'Precious', email: 'Paula@New.example', phone: '+49 40 77' }
      const id = await host.save({ module: 'Contact', values }, { kind: 'system' })
      const request = await asked(test, { firstName: 'P', phone: '+1 555', email: 'paula@new.example' })
      const frank = await staffAt(test, 'frank')
      await frank.open(`${requestsPath}/${request.id}`)
      frank.sees('Paula Precious has this address in the CRM', '+49 40 77', '+1 555', 'differs')
      expect(frank.page('main button').text()).not.to.include('Create a record')
      const forged = await frank.forge(`${requestsPath}/${request.id}/approval`, { revision: String(request.revision) })
      expect(forged.status, 'a new one all the same').to.equal(409)
      const other = {
        revision: String((await requestOf(test, 'paula@new.example')).revision),
        record: customers.jonas.id
      }
      expect((await frank.forge(`${requestsPath}/${request.id}/approval`, other)).status, 'another’s').to.equal(409)
      await frank.open(`${requestsPath}/${request.id}`)
      await frank.send('Let in by this record Paula Precious')
      frank.is(200).sees('The invitation to P Newman is on its way.')
      const row: unknown = await test.embedded
        .db('crm_contact')
        .first('first_name', 'last_name', 'phone', 'email')
        .where({ id })
      expect(row).to.deep.equal({
        first_name: 'Paula',
        last_name: 'Precious',
        phone: '+49 40 77',
        email: 'Paula@New.example'
      })
      expect(await accessesOf(test.embedded.db, 'Contact', id)).to.have.length(1)
    })

    it('Z32 hints at records with the same name, and lets nobody choose them', async () => {
      const { host } = test.embedded
      const values = { firstName: 'Quentin', lastName: 'Newman', email: 'q@elsewhere.example' }
      const id = await host.save({ module: 'Contact', values }, { kind: 'system' })
      const request = await asked(test, { firstName: 'Quentin', email: 'quentin@new.example' })
      const frank = await staffAt(test, 'frank')
      await frank.open(`${requestsPath}/${request.id}`)
      frank.sees('These have the same name or number.', 'q@elsewhere.example')
      const fields = { revision: String(request.revision), record: id }
      expect((await frank.forge(`${requestsPath}/${request.id}/approval`, fields)).status).to.equal(409)
      expect(await accessesOf(test.embedded.db, 'Contact', id)).to.deep.equal([])
    })

    it('Z32 shows no record that the CRM hides from this colleague, and makes none beside it', async () => {
      const { host } = test.embedded
      const values = { lastName: 'Hidden', email: 'hidden@new.example' }
      const id = await host.save({ module: 'Contact', values }, { kind: 'system' })
      const request = await asked(test, { firstName: 'Hilde', email: 'hidden@new.example' })
      const frank = await staffAt(test, 'frank')
      const usual = host.allows.bind(host)
      const allows: typeof usual = async (...ask) => ask[3] !== id && usual(...ask)
      await whileHost(test, { allows }, async () => {
        await frank.open(`${requestsPath}/${request.id}`)
        frank.sees('There is 1 record with this address in the CRM that you may not see.').doesNotSee('Hidden', id)
        const revision = String(request.revision)
        const path = `${requestsPath}/${request.id}/approval`
        expect((await frank.forge(path, { revision })).status, 'a new one').to.equal(409)
        expect((await frank.forge(path, { revision, record: id })).status, 'the hidden one').to.equal(409)
      })
      expect(await contactsWith(test, 'hidden@new.example')).to.deep.equal([id])
      await frank.open(`${requestsPath}/${request.id}`)
      frank.sees('Hidden')
    })

    it('Z32 is refused with a mail in his language, and not without a reason', async () => {
      const request = await asked(test, { firstName: 'Rita', email: 'rita@new.example' })
      const frank = await staffAt(test, 'frank')
      await frank.open(`${requestsPath}/${request.id}`)
      await frank.send('Refuse and send the mail', { answer: '' })
      frank.is(422)
      await frank.send('Refuse and send the mail', { answer: 'You are no customer of ours.' })
      frank.is(200).sees('The request of Rita Newman is refused')
      expect((await mailsTo(test, 'rita@new.example', 2)).at(-1)!.text).to.include('You are no customer of ours.')
      expect(await contactsWith(test, 'rita@new.example')).to.deep.equal([])
      const again = await frank.forge(`${requestsPath}/${request.id}/approval`, { revision: '3' })
      expect(again.status, 'approved after all').to.equal(409)
    })

    it('Z32 is closed without a mail for somebody who came in another way meanwhile', async () => {
      const request = await asked(test, { firstName: 'Uta', email: 'uta@new.example' })
      const frank = await staffAt(test, 'frank')
      const before = await mailsTo(test, 'uta@new.example', 1)
      await frank.open(`${requestsPath}/${request.id}`)
      await frank.send('Close without a mail')
      frank.is(200).sees('The request of Uta Newman is closed without a mail')
      expect(await mailsTo(test, 'uta@new.example', 1)).to.deep.equal(before)
      expect(await requestOf(test, 'uta@new.example')).to.include({ state: 'refused' })
    })

    it('Z32 of two who decide at once the second is told', async () => {
      const request = await asked(test, { firstName: 'Sven', email: 'sven@new.example' })
      const frank = await staffAt(test, 'frank')
      const irena = await staffAt(test, 'irena')
      await irena.open(`${requestsPath}/${request.id}`)
      await frank.open(`${requestsPath}/${request.id}`)
      await frank.send('Create a record and let in')
      frank.is(200)
      await irena.send('Refuse and send the mail', { answer: 'No.' })
      expect(irena.response.status).to.equal(409)
      expect(await requestOf(test, 'sven@new.example')).to.include({ state: 'approved' })
    })

    it('Z31 Z32 requests are there only for staff with both permissions', async () => {
      const request = await asked(test, { firstName: 'Tom', email: 'tom@new.example' })
      const petra = await staffAt(test, 'petra')
      expect((await petra.peek(requestsPath)).status).to.equal(404)
      expect((await petra.peek(`${requestsPath}/${request.id}`)).status).to.equal(404)
      const frank = await staffAt(test, 'frank')
      expect((await frank.peek(`${requestsPath}/${request.id}`)).status).to.equal(200)
    })

    it('Z32 asking once more replaces what is unconfirmed, and while one waits the mail says so', async () => {
      await fillIn(test, { firstName: 'Uwe', email: 'uwe@new.example' })
      const first = await confirmationOf(test, 'uwe@new.example')
      await fillIn(test, { firstName: 'Uwe-Karl', email: 'uwe@new.example' })
      const second = await confirmationOf(test, 'uwe@new.example', 2)
      const visitor = test.visitor()
      expect((await visitor.open(first)).response.status).to.equal(410)
      await visitor.open(second)
      await visitor.send('Confirm and send')
      await fillIn(test, { firstName: 'Uwe', email: 'uwe@new.example' })
      expect((await mailsTo(test, 'uwe@new.example', 3)).at(-1)!.subject).to.include('is being looked at')
      const rows = await test.embedded
        .db('portico_form_requests')
        .where({ address: 'uwe@new.example' })
        .pluck<string[]>('name')
      expect(rows).to.deep.equal(['Uwe-Karl Newman'])
    })

    it('Z32 an address that nobody confirms within 48 hours is forgotten, and so is what was decided 90 days ago', async () => {
      await fillIn(test, { firstName: 'Vera', email: 'vera@new.example' })
      const link = await confirmationOf(test, 'vera@new.example')
      test.wait(47 * hour)
      const visitor = await test.visitor().open(link)
      visitor.is(200)
      test.wait(2 * hour)
      expect((await test.visitor().open(link)).response.status).to.equal(410)
      await keepHouse(test.embedded.db, test.embedded.portico.context.now())
      const left = async (): Promise<string[]> =>
        test.embedded.db('portico_form_requests').distinct('state').orderBy('state').pluck<string[]>('state')
      expect(await left()).to.deep.equal(['approved', 'refused', 'waiting'])
      await keepHouse(test.embedded.db, test.embedded.portico.context.now() + 91 * 24 * hour)
      expect(await left()).to.deep.equal(['waiting'])
    })

    it('Z32 asks no field that is not released as editable, and always what the CRM demands', async () => {
      const irena = await staffAt(test, 'irena')
      const type = await theUserType(test)
      await irena.open(`${admin}/user-types/${type.id}/forms/new`)
      irena.sees('Always asked: Last name, E-mail.')
      const boxes = irena
        .page('input[name=fields]')
        .map((_, box) => irena.page(box).attr('value'))
        .get()
      expect(boxes).to.have.members(['firstName', 'phone', 'mobile'])
      const form = { name: 'Sly', slug: 'sly', needsApproval: 'true', fields: ['title', 'account'] }
      const answer = await irena.forge(`${admin}/user-types/${type.id}/forms`, form)
      expect(answer.status).to.equal(422)
      expect(answer.text).to.include('can’t be asked')
      expect(
        (await irena.forge(`${admin}/user-types/${type.id}/forms`, { ...form, fields: ['phone'] })).status
      ).to.equal(303)
    })

    it('Z32 A05 asks neither lookups nor what decides what its person sees, and is for e-mail only', async () => {
      const type = await theUserType(test)
      const catalog = await test.embedded.host.catalog('en')
      const asks = (userType: UserType): string[] => askable(catalog, userType).fields.map(({ name }) => name)
      const own = releaseOf(type, 'Contact')!
      const fields = new Map([...own.fields, ['account', 'editable'], ['title', 'editable']] as const)
      const wider = { ...type, releases: [...type.releases.filter((one) => one !== own), { ...own, fields }] }
      expect(asks(wider)).to.include('title').and.not.include('account')
      const criteria = {
        join: 'all',
        of: [{ field: 'subject', operator: '=', match: { by: 'field', field: 'title' } }]
      } as const
      const cases = { ...releaseOf(type, 'Case')!, criteria }
      const deciding = { ...wider, releases: [...wider.releases.filter(({ module }) => module !== 'Case'), cases] }
      expect(asks(deciding)).not.to.include('title')
      expect(askable(catalog, { ...type, preference: 'phone' }).problem?.key).to.equal('forms:problem.phone')
      const less = new Map([...own.fields].filter(([name]) => name !== 'phone'))
      const narrower = { ...type, releases: [{ ...own, fields: less }] }
      expect(fieldsAsked(catalog, narrower, draft)?.fields.map(({ name }) => name)).to.deep.equal([
        'firstName',
        'lastName'
      ])
      const none = { ...type, releases: [{ ...own, fields: new Map() }] }
      expect(fieldsAsked(catalog, none, draft)).to.equal(undefined)
    })

    it('Z32 shows before it is released what everybody who is let in will see', async () => {
      const irena = await staffAt(test, 'irena')
      const type = await theUserType(test)
      await irena.open(`${admin}/user-types/${type.id}/forms`)
      await irena.follow('Sly')
      irena.sees('Everybody who is let in sees', 'Products', 'records.')
      expect((await test.visitor().open(`${door}/forms/sly`)).response.status).to.equal(404)
      await irena.send('Release the form')
      irena.is(200)
      expect((await test.visitor().open(`${door}/forms/sly`)).response.status).to.equal(200)
      const late = await irena.forge(irena.path.replace(/\?.*/, '/withdrawal'), { revision: '1' })
      expect(late.status, 'an older revision').to.equal(409)
      await irena.send('Withdraw the form')
      expect((await test.visitor().open(`${door}/forms/sly`)).response.status).to.equal(404)
      await irena.send('Delete')
      irena.is(200).doesNotSee('Sly')
    })

    it('Z32 takes an address of the portal’s other forms for taken', async () => {
      const irena = await staffAt(test, 'irena')
      const type = await theUserType(test)
      const form = { name: 'Twin', slug: draft.slug, needsApproval: 'true' }
      const answer = await irena.forge(`${admin}/user-types/${type.id}/forms`, form)
      expect(answer.status).to.equal(422)
      expect(answer.text).to.include('Another form of this portal has this address.')
    })

    it('Z32 acts with nobody else’s rights: without approval it is changed only in one’s own name', async () => {
      const frank = await staffAt(test, 'frank')
      const type = await theUserType(test)
      const path = `${admin}/user-types/${type.id}/forms/${formId}`
      await frank.open(path)
      await frank.submit(path, { needsApproval: [] })
      expect(frank.response.status).to.equal(422)
      frank.sees('acts with the rights of the person in whose name it is')
      await frank.open(path)
      await frank.submit(path, { needsApproval: [], inMyName: 'true' })
      frank.is(200)
      expect(await formNow(test, formId)).to.include({ staffId: staff.frank.id, needsApproval: false })
      await frank.submit(path, { needsApproval: 'true' })
      frank.is(200)
    })

    it('Z32 A37 without approval an address nobody has becomes a new record without rights of anybody else’s', async () => {
      const id = await releasedForm(test, { slug: 'open', needsApproval: false })
      const path = `${door}/forms/open`
      await fillIn(test, { firstName: 'Wanda', email: 'wanda@n0rdwind.example' }, path)
      const visitor = await test.visitor().open(await confirmationOf(test, 'wanda@n0rdwind.example'))
      await visitor.send('Confirm and send')
      visitor.sees('You get an invitation')
      await mailsTo(test, 'wanda@n0rdwind.example', 2)
      const request = await requestOf(test, 'wanda@n0rdwind.example')
      expect(request).to.include({ formId: id, state: 'approved', decidedBy: undefined })
      const row: unknown = await test.embedded.db('crm_contact').first('account_id').where({ id: request.recordId })
      expect(row).to.deep.equal({ account_id: null })
      await byItself(test, request).catch((error: unknown) => expect(error).to.be.an('error'))
      expect(await contactsWith(test, 'wanda@n0rdwind.example')).to.have.length(1)
    })

    it('Z32 without approval what is ambiguous, or has access already, waits for staff', async () => {
      const { host } = test.embedded
      for (const lastName of ['One', 'Two'])
        await host.save({ module: 'Contact', values: { lastName, email: 'twins@new.example' } }, { kind: 'system' })
      await fillIn(test, { email: 'twins@new.example' }, `${door}/forms/open`)
      const visitor = await test.visitor().open(await confirmationOf(test, 'twins@new.example'))
      await visitor.send('Confirm and send')
      await byItself(test, await requestOf(test, 'twins@new.example'))
      expect(await requestOf(test, 'twins@new.example')).to.include({ state: 'waiting' })
      const { id } = customers.emily
      await test.embedded.db('crm_contact').where({ id }).update({ email: 'emily@new.example' })
      await fillIn(test, { email: 'emily@new.example' }, `${door}/forms/open`)
      await visitor.open(await confirmationOf(test, 'emily@new.example'))
      await visitor.send('Confirm and send')
      await byItself(test, await requestOf(test, 'emily@new.example'))
      expect(await requestOf(test, 'emily@new.example')).to.include({ state: 'waiting' })
      expect(await accessesOf(test.embedded.db, 'Contact', id)).to.have.length(1)
      expect(await mailsTo(test, 'twins@new.example')).to.have.length(1)
    })

    it('Z22 Z32 without approval nobody comes back whose access staff have removed; they decide', async () => {
      await releasedForm(test, { slug: 'back', needsApproval: false })
      const life = new Life(test)
      const nora = await life.confirmed((await theUserType(test)).id)
      await remove(life.context, nora.id, await life.by())
      const request = await asked(test, { email: nora.address }, `${door}/forms/back`)
      await byItself(test, request)
      expect(await requestOf(test, nora.address)).to.include({ state: 'waiting' })
      const irena = await staffAt(test, 'irena')
      await irena.open(`${requestsPath}/${request.id}`)
      irena.is(200).sees('access to this portal was removed')
      await irena.send('Let in by this record Nora Novak')
      expect(await requestOf(test, nora.address)).to.include({ state: 'approved' })
      expect(await life.user(nora)).to.include({ status: 'invited' })
    })

    it('Z32 where as many have access as the limit allows, it says so and takes nothing', async () => {
      const { limits } = test.embedded.portico.context.config
      const mine = limits as { activeUsersPerType: number }
      const before = mine.activeUsersPerType
      mine.activeUsersPerType = 1
      try {
        const visitor = await test.visitor().open(formPath)
        visitor.is(200).sees('There is no room for new people at the moment.')
        expect(visitor.page('main form').length).to.equal(0)
        await visitor.forge(formPath, { lastName: 'X', email: 'full@new.example' })
        expect(await mailsTo(test, 'full@new.example', 0)).to.deep.equal([])
      } finally {
        mine.activeUsersPerType = before
      }
    })

    it('Z32 is not there while the portal is off, nor of a type that is being set up; goes with its type', async () => {
      const { context } = test.embedded.portico
      const irena = await staffNamed(test, 'irena')
      const portal = await thePortal(test)
      await switchPortal(context, portal, false, irena)
      expect((await test.visitor().open(formPath)).response.status).to.equal(404)
      const off = await thePortal(test)
      await switchPortal(context, off, true, irena)
      expect((await test.visitor().open(formPath)).response.status).to.equal(200)
      const typeId = await addUserType(context, portal.id, { name: 'New ones', primaryModule: 'Contact' }, irena)
      const attempt = createAccessForm(context, typeId, { ...draft, slug: 'early', fields: [] }, irena)
      await attempt.then(
        () => expect.fail('a form without the mandatory fields'),
        (error: unknown) => expect(error).to.have.nested.property('fields.fields.key', 'forms:problem.mandatory')
      )
      const { revision } = (await configuration(test.embedded.db)).userTypes.get(typeId)!
      await discardUserType(context, { id: typeId, revision }, irena)
      expect(await test.embedded.db('portico_forms').where({ user_type_id: typeId })).to.deep.equal([])
    })
  })
})
