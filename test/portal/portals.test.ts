import { expect } from 'chai'
import { configuration } from '../../src/portal/configuration.js'
import { openApp, type TestApp } from '../support/app.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal } from './people.js'

const day = 86_400_000

eachDatabase((open) => {
  describe('portals, as an administrator makes them', function () {
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

    it('E01 one portal answers at the short address, and which one can be changed', async () => {
      await irena.open(`${admin}/new`)
      await irena.send('Create portal', { name: 'Partners', slug: 'partners' })
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
