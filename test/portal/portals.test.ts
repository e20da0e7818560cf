import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { configuration } from '../../src/portal/configuration.js'
import { logoOf, saveLogo } from '../../src/portal/portals/logo.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase, onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { pngOf } from './pictures.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'

const day = 86_400_000

onSqlite('portals', (open) => {
  describe('as an administrator makes them', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor

    beforeEach(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
    })

    afterEach(() => test.close())

    const settingsOf = async (): Promise<string> => `${admin}/${(await thePortal(test)).id}`

    it('Z01 the company’s name is proposed, and the address is made from the name', async () => {
      await irena.open(`${admin}/new`)
      expect(irena.page('input[name=name]').attr('value')).to.equal('Thermovia')
      await irena.send('Create portal', { name: 'Partner & Söhne' })
      irena.is(200).sees('Partner & Söhne', 'Client Portal')
      await irena.follow('Partner & Söhne')
      expect(irena.page('#address').attr('value'), 'E05 the address to copy').to.equal(
        'http://127.0.0.1/portal/partner-soehne'
      )
      expect((await test.visitor().peek('/portal/partner-soehne/sign-in')).status).to.equal(200)
    })

    it('Z01 a taken name is refused with three free proposals, and what was typed stays', async () => {
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'Thermovia', timeZone: 'Asia/Tokyo' })
      irena
        .is(422)
        .sees('“thermovia” is already in use', 'thermovia-portal', 'thermovia-customers', 'thermovia-service')
      expect(irena.page('select[name=timeZone] option[selected]').attr('value')).to.equal('Asia/Tokyo')
      await irena.send('Create portal', { slug: 'thermovia-customers' })
      irena.is(200).sees('Client Portal')
      expect([...(await configuration(test.embedded.db)).portals.values()].map(({ slug }) => slug)).to.have.members([
        'thermovia',
        'thermovia-customers'
      ])
    })

    it('Z01 the address changes with a warning; the old one leads to the new one for 90 days and then to nobody', async () => {
      await irena.open(await settingsOf())
      irena.sees('please tell your portal users', '90 days')
      await irena.send('Save', { name: 'Thermovia Help', slug: 'help' })
      irena.is(200).sees('Thermovia Help')
      const moved = await test.visitor().peek(`${door}/case?q=a`)
      expect(moved.status).to.equal(307)
      expect(moved.headers['location']).to.equal('/portal/help/case?q=a')
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'Thermovia' })
      irena.is(422).sees('“thermovia” is already in use')
      test.wait(91 * day)
      expect((await test.visitor().peek(`${door}/case`)).status).to.equal(404)
      expect((await test.visitor().peek('/portal/help/sign-in')).status).to.equal(200)
    })

    it('Z01 it may take its old address back', async () => {
      await irena.open(await settingsOf())
      await irena.send('Save', { slug: 'help' })
      await irena.send('Save', { slug: 'thermovia' })
      irena.is(200)
      expect((await test.visitor().peek(`${door}/sign-in`)).status).to.equal(200)
      expect((await test.visitor().peek('/portal/help/sign-in')).headers['location']).to.equal(`${door}/sign-in`)
    })

    it('Z01 it is never deleted, only switched off: then it is there for nobody, and on again it is as before', async () => {
      const anna = await customerAt(test, 'anna')
      await irena.open(await settingsOf())
      expect(irena.page('button').text()).not.to.match(/delete/i)
      await irena.send('Switch the portal off')
      irena.is(200).sees('The portal is off')
      await anna.open(`${door}/case`)
      anna.is(404)
      expect((await test.visitor().peek(`${door}/sign-in`)).status).to.equal(404)
      expect((await test.visitor().peek('/portal')).status).to.equal(404)
      await irena.send('Switch the portal on')
      await anna.open(`${door}/case`)
      anna.is(200).sees('Heating fails')
    })

    it('Z02 it is born with Client Portal, whose primary module is Contacts', async () => {
      const { isBuiltIn, name, primaryModule } = await theUserType(test)
      expect({ isBuiltIn, name, primaryModule }).to.deep.equal({
        isBuiltIn: true,
        name: 'Client Portal',
        primaryModule: 'Contact'
      })
    })

    it('Z01 one that was never configured can be given up, and its address is free again; a configured one can’t', async () => {
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'A try', slug: 'try' })
      await irena.follow('A try')
      await irena.follow('Discard the portal')
      irena.is(200).sees('Discard the portal “A try”?', '/portal/try')
      await irena.send('Yes, discard')
      irena.is(200).sees('The portal is discarded.').doesNotSee('A try')
      expect((await test.visitor().peek('/portal/try/sign-in')).status).to.equal(404)
      expect((await configuration(test.embedded.db)).userTypes.size, 'its user type is gone too').to.equal(1)
      const portal = await thePortal(test)
      await irena.open(await settingsOf())
      irena.doesNotSee('Discard the portal')
      const refused = await irena.forge(`${admin}/${portal.id}/removal`, { revision: String(portal.revision) })
      expect(refused.status).to.equal(409)
      expect((await test.visitor().peek(`${door}/sign-in`)).status).to.equal(200)
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'A try', slug: 'try' })
      irena.is(200)
    })

    it('E01 one portal answers at the short address, and which one can be changed', async () => {
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'Partners', slug: 'partners' })
      await irena.follow('Partners')
      expect((await test.visitor().peek('/portal')).headers['location']).to.equal(`${door}/`)
      await irena.send('Let it answer at /portal')
      irena.is(200).sees('It answers at the short address')
      expect((await test.visitor().peek('/portal')).headers['location']).to.equal('/portal/partners/')
      expect(
        [...(await configuration(test.embedded.db)).portals.values()].filter(({ isDefault }) => isDefault)
      ).to.have.length(1)
    })

    it('A28 the second of two who save is told, and what he typed is still there', async () => {
      const frank = await staffAt(test, 'frank')
      await irena.open(await settingsOf())
      await frank.open(await settingsOf())
      await irena.send('Save', { name: 'Irena’s name' })
      irena.is(200).sees('Irena’s name')
      await frank.send('Save', { name: 'Frank’s name' })
      frank.is(409).sees('Irena’s name')
      expect(frank.page('input[name=name]').attr('value')).to.equal('Frank’s name')
      expect((await thePortal(test)).name).to.equal('Irena’s name')
      await frank.send('Save')
      frank.is(200)
      expect((await thePortal(test)).name).to.equal('Frank’s name')
    })

    it('every change is in the list of changes with who made it, before and after', async () => {
      await irena.open(await settingsOf())
      await irena.send('Save', { name: 'Thermovia Help' })
      irena.sees('Settings changed by Irena Malá', 'Thermovia Service → Thermovia Help')
      expect(irena.page('.feed__entry').first().find('dt').length, 'what did not change').to.equal(1)
    })

    it('nonsense is refused next to its field', async () => {
      await irena.open(`${admin}/new`)
      for (const slug of ['A b', '../crm', 'a', 'ä']) {
        await irena.send('Create portal', { name: 'Other', slug })
        irena.is(422)
        expect(irena.page('#field-slug').attr('aria-invalid'), slug).to.equal('true')
      }
      await irena.send('Create portal', { name: ' ', slug: 'other' })
      irena.is(422)
      expect(irena.page('#field-name-error').text()).to.not.equal('')
      expect((await configuration(test.embedded.db)).portals.size).to.equal(1)
    })

    it('Z01 a name that is taken is refused with free ones, and so is another portal’s id as an address', async () => {
      const { name, id } = await thePortal(test)
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: ` ${name.toUpperCase()}`, slug: 'another-one' })
      irena.is(422)
      expect(irena.page('#field-name-error').text()).to.include(`${name.toUpperCase()} 2`)
      await irena.send('Create portal', { name: 'Another one', slug: id })
      expect(irena.is(422).page('#field-slug').attr('aria-invalid')).to.equal('true')
      expect((await configuration(test.embedded.db)).portals.size).to.equal(1)
    })
  })

  describe('the administrators’ pages of portals (Z31)', function () {
    this.timeout(60_000)
    let test: TestApp

    before(async () => {
      test = await openApp(open)
    })

    after(() => test.close())

    it('ask nobody in particular to sign in', async () => {
      const answer = await test.visitor().peek(admin)
      expect(answer.status).to.equal(303)
      expect(answer.headers['location']).to.include('/crm/sign-in')
    })

    it('are not there for staff without the permission, and are for those who have it', async () => {
      const portal = await thePortal(test)
      const pages = [admin, `${admin}/new`, `${admin}/${portal.id}`]
      const grace = await staffAt(test, 'grace')
      const petra = await staffAt(test, 'petra')
      const frank = await staffAt(test, 'frank')
      for (const path of pages) {
        expect((await grace.peek(path)).status, path).to.equal(404)
        expect((await petra.peek(path)).status, path).to.equal(404)
        expect((await frank.peek(path)).status, path).to.equal(200)
      }
      expect((await grace.peek(`${admin}/users`)).status).to.equal(404)
      expect((await petra.peek(`${admin}/users`)).status).to.equal(200)
    })

    it('change nothing for whoever may not open them', async () => {
      const portal = await thePortal(test)
      const grace = await staffAt(test, 'grace')
      const refused = await grace.forge(`${admin}/${portal.id}/deactivation`, { revision: String(portal.revision) })
      expect(refused.status).to.equal(404)
      expect((await thePortal(test)).isActive).to.equal(true)
    })

    it('are no pages of the portal: a customer is nobody there', async () => {
      const anna = await customerAt(test, 'anna')
      expect((await anna.peek(admin)).status).to.equal(303)
    })
  })
})

eachDatabase((open) => {
  describe('a portal that moves', function () {
    this.timeout(60_000)
    let test: TestApp
    let irena: Visitor

    before(async () => {
      test = await openApp(open)
      irena = await staffAt(test, 'irena')
    })
    after(() => test.close())
    beforeEach(async () => {
      await irena.open(`${admin}/${(await thePortal(test)).id}`)
    })

    interface Mail {
      readonly to_address: string
      readonly subject: string
      readonly text: string
    }
    const mailAfter = async (act: () => Promise<unknown>): Promise<Mail[]> => {
      const sent = (): Promise<Mail[]> =>
        test.embedded.db<Mail>('portico_mail').select('to_address', 'subject', 'text', 'id').orderBy('id')
      const before = await sent()
      await act()
      return (await sent()).slice(before.length)
    }

    it('Z01 tells those who have access, each in his language, where it is now and how long the old address works', async () => {
      const everybody = Object.keys(customers).length
      irena.sees(`Tell the ${everybody} portal users by mail`)
      const mails = await mailAfter(() => irena.send('Save', { slug: 'help', tell: 'true' }))
      expect(mails.map((mail) => mail.to_address)).to.have.members(Object.values(customers).map(({ email }) => email))
      const mailTo = (name: keyof typeof customers): Mail =>
        mails.find((mail) => mail.to_address === customers[name].email)!
      expect(mailTo('bjorn').subject).to.equal('Thermovia Service has a new address')
      expect(mailTo('anna').subject).to.equal('Thermovia Service hat eine neue Adresse')
      expect(mailTo('jana').subject).to.equal('Thermovia Service: nová adresa portálu')
      const { until } = (await configuration(test.embedded.db)).oldAddresses.get('thermovia')!
      const [year, month, date] = until.slice(0, 10).split('-')
      expect(mailTo('bjorn').text)
        .to.include('http://127.0.0.1/portal/help\n')
        .and.include(`http://127.0.0.1/portal/thermovia, leads to the new one until ${date}/${month}/${year}.`)
    })

    it('Z01 tells of a new name too, and nobody of anything when it wasn’t asked, refused, or nothing changed for them', async () => {
      expect(await mailAfter(() => irena.send('Save', { name: 'Help', slug: 'help-us' }))).to.deep.equal([])
      expect(await mailAfter(() => irena.send('Save', { timeZone: 'UTC', tell: 'true' }))).to.deep.equal([])
      expect(await mailAfter(() => irena.send('Save', { slug: 'A b', tell: 'true' }))).to.deep.equal([])
      irena.is(422)
      expect(irena.page('#field-tell').is('[checked]'), 'what was ticked').to.equal(true)
      const [first] = await mailAfter(() => irena.send('Save', { name: 'Help Desk', slug: 'help-us' }))
      expect(first?.subject).to.match(/^Help (is now called|heißt jetzt|se nyní jmenuje) Help Desk$/)
    })

    it('E01 keeps its logo, byte by byte', async () => {
      const { context } = test.embedded.portico
      const by = (await test.embedded.host.staffById('irena'))!
      const { id, revision } = await thePortal(test)
      await saveLogo(context, { id, revision }, { type: 'image/png', content: pngOf(300, 200) }, by)
      const kept = await logoOf(context.db, id)
      expect(kept?.type).to.equal('image/png')
      expect(kept?.content.equals(pngOf(300, 200))).to.equal(true)
    })

    it('Z01 tells hundreds as well, and nobody whose access is not confirmed, or is off', async () => {
      const users = () => test.embedded.db<Record<string, string>>('portico_portal_users')
      const [anna] = await users().select('*').where({ address: customers.anna.email })
      const crowd = Array.from({ length: 450 }, (_, n) => ({
        ...anna,
        id: `crowd-${n}`,
        record_id: `crowd-${n}`,
        address: `crowd-${n}@nordwind.example`,
        identity_id: `crowd-${n}`
      }))
      for (let from = 0; from < crowd.length; from += 50) await users().insert(crowd.slice(from, from + 50))
      await users().where({ id: 'crowd-0' }).update({ status: 'invited' })
      await users().where({ id: 'crowd-1' }).update({ status: 'deactivated' })
      const told = await mailAfter(() => irena.send('Save', { slug: 'desk', tell: 'true' }))
      const addresses = told.map((mail) => mail.to_address)
      expect(new Set(addresses).size).to.equal(448 + Object.keys(customers).length)
      expect(addresses).to.have.length(448 + Object.keys(customers).length)
      expect(addresses).not.to.include('crowd-0@nordwind.example')
      expect(addresses).not.to.include('crowd-1@nordwind.example')
    })
  })
})
