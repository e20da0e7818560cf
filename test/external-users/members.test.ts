import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { confirm } from '../../src/external-users/external-users.js'
import { whileHost } from '../support/changed-host.js'
import { eachDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'

const membersOf = (project: string): string => `/portico/admin/external-users/projects/${project}`

eachDatabase((open) => {
  describe('the external members of a project', function () {
    this.timeout(60_000)
    let at: Guests
    let petra: Visitor

    before(async () => {
      at = await openGuests(open)
      petra = await at.staff('petra')
    })

    after(() => at.test.close())

    it('T12 are managed by staff with the permission; for others the page and the button are not there', async () => {
      await petra.open(`/crm/Project/${retrofit}`)
      await petra.follow('External members')
      petra.is(200).sees('External members of “Sanierung Haus A bis C”', 'This project has no external members.')
      const ben = await at.staff('ben')
      await ben.open(`/crm/Project/${retrofit}`)
      ben.is(200).doesNotSee('External members')
      expect((await ben.peek(membersOf(retrofit))).status).to.equal(404)
      expect((await ben.forge(`${membersOf(retrofit)}/security`, { externalUsersRead: 'true' })).status).to.equal(404)
      expect((await petra.peek(membersOf('no-such-project'))).status).to.equal(404)
    })

    it('T01 T05 staff let external users read the project and release fields', async () => {
      await petra.open(membersOf(retrofit))
      await petra.send('Save security', { externalUsersRead: 'true' })
      petra.is(200).sees('The security of the project is saved.')
      expect(petra.page('input[name=externalUsersRead]').is('[checked]')).to.equal(true)
      await petra.open('/portico/admin/external-users')
      await petra.send('Release these fields', { fields: ['name', 'progress'] })
      petra.is(200).sees('The fields are released.')
      expect(
        petra
          .page('input[name=fields][checked]')
          .map((_, box) => petra.page(box).attr('value'))
          .get()
      ).to.deep.equal(['name', 'progress'])
    })

    it('T05 refuses a field that can’t be released, and what somebody else was faster with', async () => {
      const revision = petra.page('input[name=revision]').attr('value')!
      expect(
        (await petra.forge('/portico/admin/external-users/fields', { fields: ['assignedUser'], revision })).status
      ).to.equal(422)
      expect(
        (await petra.forge('/portico/admin/external-users/fields', { fields: ['budget'], revision: '1' })).status
      ).to.equal(409)
      await petra.open('/portico/admin/external-users')
      expect(petra.page('input[name=fields][checked]').length).to.equal(2)
    })

    it('T09 a contact who is added gets a mail, accepts, and sees the project', async () => {
      await add(petra, retrofit, 'Kessel', 'dirk')
      petra.is(200).sees('The member is added.', 'Dirk Kessel', 'dirk@kessel-partner.example', 'Invited')
      const dirk = at.test.visitor()
      const link = await linkInMail(at, 'Dirk Kessel')
      expect(link).to.match(/^http:\/\/127\.0\.0\.1\/external\/invitation\//)
      await dirk.open(link)
      dirk.is(200).sees('Petra Nováková')
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('invited')
      await dirk.send('Accept the invitation')
      await dirk.send(buttonOf(dirk), { password: demoPassword })
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('confirmed')
      await dirk.send(buttonOf(dirk))
      expect(dirk.path).to.equal('/external/')
      dirk.is(200).sees('Sanierung Haus A bis C', '40').doesNotSee('Pump room renewal')
      expect(await statusOf(at, link)).to.equal(410)
    })

    it('A33 somebody invited has no way in before he accepts', async () => {
      await add(petra, retrofit, 'Brandt', 'ulrike')
      const { identityId } = (await externalUser(at.test, 'ulrike'))!
      await at.test.embedded.portico.context.identity.setPassword(identityId, demoPassword)
      const ulrike = await at.guest('ulrike')
      expect(ulrike.path).to.equal('/external/sign-in')
      ulrike.is(422)
    })

    it('T10 the picker shows neither members nor deactivated ones; an external user may be added to more projects without a new mail', async () => {
      await petra.open(`${membersOf(retrofit)}?q=Kessel`)
      petra.is(200).sees('No contact with an e-mail address fits')
      expect((await forgeMember(petra, retrofit, 'dirk')).text).to.include(
        'This contact is a member of the project already.'
      )
      const before = await mails(at)
      await add(petra, pumpRoom, 'Kessel', 'dirk')
      petra.is(200).sees('The member is added.', 'Dirk Kessel')
      expect(await mails(at)).to.equal(before)
      await petra.open(membersOf(pumpRoom))
      await petra.send('Save security', { externalUsersRead: 'true' })
      const dirkAgain = await at.guest('dirk')
      dirkAgain.sees('Sanierung Haus A bis C', 'Pump room renewal')
    })

    it('T10 somebody removed from one project is shut out of it at once, and of no other', async () => {
      const dirk = await at.guest('dirk')
      expect((await dirk.peek(`/external/projects/${pumpRoom}`)).status).to.equal(200)
      const { id: personId } = (await externalUser(at.test, 'dirk'))!
      await petra.open(membersOf(pumpRoom))
      await petra.send('Remove from the project: Dirk Kessel')
      petra.is(200).sees('The member is removed.', 'This project has no external members.')
      expect((await petra.forge(`${membersOf(pumpRoom)}/members/${personId}/removal`)).status).to.equal(404)
      expect((await dirk.peek(`/external/projects/${pumpRoom}`)).status).to.equal(404)
      expect((await dirk.peek(`/external/projects/${retrofit}`)).status).to.equal(200)
    })

    it('T10 somebody deactivated is signed out at once and can’t be added; activated he is back', async () => {
      const dirk = await at.guest('dirk')
      expect((await dirk.peek('/external/')).status).to.equal(200)
      await petra.open(membersOf(retrofit))
      await petra.send('Deactivate for all projects: Dirk Kessel')
      petra.is(200).sees('The external user is deactivated')
      expect(petra.path).to.match(new RegExp(`^${membersOf(retrofit)}`))
      expect((await dirk.peek('/external/')).status).to.equal(303)
      expect((await at.guest('dirk')).response.status).to.equal(422)
      await petra.open(`${membersOf(pumpRoom)}?q=Kessel`)
      petra.is(200).sees('No contact with an e-mail address fits')
      expect((await forgeMember(petra, pumpRoom, 'dirk')).text).to.include('This external user is deactivated.')
      const { identityId } = (await externalUser(at.test, 'dirk'))!
      await confirm(at.test.embedded.portico.context, identityId)
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('deactivated')
      await petra.open('/portico/admin/external-users')
      petra.sees('Dirk Kessel', 'Deactivated')
      await petra.send('Activate: Dirk Kessel')
      const dirkAgain = await at.guest('dirk')
      dirkAgain.is(200).sees('Sanierung Haus A bis C')
    })

    it('T10 somebody who never accepted gets a new link when he is activated; the old one is dead', async () => {
      const old = await linkInMail(at, 'Ulrike Brandt')
      await petra.open('/portico/admin/external-users')
      await petra.send('Deactivate for all projects: Ulrike Brandt')
      expect(await statusOf(at, old)).to.equal(410)
      await petra.send('Activate: Ulrike Brandt')
      petra.is(200)
      const fresh = await linkInMail(at, 'Ulrike Brandt')
      expect(fresh).not.to.equal(old)
      expect(await statusOf(at, fresh)).to.equal(200)
      await petra.send('Invite again: Ulrike Brandt')
      expect(await statusOf(at, fresh)).to.equal(410)
    })

    it('T12 A38 refuses addresses of staff and of the company, missing ones, and somebody else’s; nobody is made or mailed', async () => {
      const refusals = [
        ['staff', 'BEN@thermovia-staff.example', 'This address belongs to a user of the CRM.'],
        ['company', 'new@thermovia.example', 'This address belongs to your own company.'],
        ['below', 'new@brno.thermovia.example', 'This address belongs to your own company.'],
        ['taken', 'dirk@kessel-partner.example', 'Another contact with the same address'],
        ['none', null, 'This contact has no e-mail address']
      ] as const
      await at.test.embedded.crm.users.change('ben', { email: 'ben@thermovia-staff.example' })
      const before = await mails(at)
      for (const [lastName, email, refusal] of refusals) {
        const contact = await newContact(at, lastName, email)
        const answer = await forgeMember(petra, retrofit, contact)
        expect([answer.status, answer.text.includes(refusal)], lastName).to.deep.equal([409, true])
        expect(await externalUser(at.test, contact), lastName).to.equal(undefined)
      }
      expect(await mails(at)).to.equal(before)
      const outsider = await newContact(at, 'outsider', 'new@not-thermovia.example')
      expect((await forgeMember(petra, retrofit, outsider)).status).to.equal(303)
      expect(await externalUser(at.test, outsider)).to.have.property('status', 'invited')
      expect(await mails(at)).to.equal(before + 1)
    })

    it('T12 makes nobody a user of the CRM', async () => {
      const dirk = await at.test.visitor().open('/crm/sign-in')
      await dirk.send('Sign in', { userName: 'dirk@kessel-partner.example', password: demoPassword })
      expect(dirk.path).to.equal('/crm/sign-in')
    })

    it('T12 A01 S09 whose contact the CRM hides is nobody one knows or changes, on both pages', async () => {
      const { id, name, address, status } = (await externalUser(at.test, 'dirk'))!
      const { host } = at.test.embedded
      const allows: typeof host.allows = async (by, right, module, record) =>
        record !== 'dirk' && usually(by, right, module, record)
      const usually = host.allows
      const users = '/portico/admin/external-users'
      const changes = [`${users}/users/${id}/deactivation`, `${membersOf(retrofit)}/members/${id}/removal`]
      for (const page of [users, membersOf(retrofit)]) (await petra.open(page)).sees(name, address)
      await whileHost(at.test, { allows }, async () => {
        for (const page of [users, membersOf(retrofit)]) {
          await petra.open(page)
          petra.is(200).sees('Not shown to you by the CRM', 'Ulrike Brandt').doesNotSee(name, address, id)
        }
        for (const change of changes) expect((await petra.forge(change)).status, change).to.equal(404)
      })
      expect(await externalUser(at.test, 'dirk')).to.include({ status })
      for (const change of changes) expect((await petra.forge(change)).status, change).to.equal(303)
      expect(await externalUser(at.test, 'dirk')).to.include({ status: 'deactivated' })
    })

    it('leaves an entry for every change', async () => {
      const { audit } = at.test.embedded.portico.context
      const actions = (await audit.list({ limit: 100 })).map(({ action }) => action)
      const wanted = [
        'external-user.invited',
        'invitation.accepted',
        'membership.added',
        'membership.removed',
        'external-user.deactivated'
      ]
      expect(actions).to.include.members([
        ...wanted,
        'external-user.activated',
        'project.security-changed',
        'external-users.fields-released'
      ])
    })
  })
})

async function add(petra: Visitor, project: string, words: string, contact: string): Promise<void> {
  await petra.open(`${membersOf(project)}?q=${words}`)
  await petra.send('Add member', { contact, language: 'en' })
}

async function forgeMember(petra: Visitor, project: string, contact: string): ReturnType<Visitor['forge']> {
  await petra.open(membersOf(project))
  return petra.forge(`${membersOf(project)}/members`, { contact, language: 'en' })
}

async function mails(at: Guests): Promise<number> {
  return (await at.test.embedded.db('portico_mail').select('id')).length
}

async function statusOf(at: Guests, link: string): Promise<number> {
  return (await at.test.visitor().peek(link)).status
}

/** The link of the newest mail to him, as he finds it. */
async function linkInMail(at: Guests, name: string): Promise<string> {
  await at.test.settle()
  const mail = await at.test.embedded
    .db<{ id: string; to_name: string; text: string }>('portico_mail')
    .select('text')
    .where({ to_name: name })
    .orderBy('id', 'desc')
    .first()
  return /http\S+\/invitation\/\S+/.exec(mail!.text)![0]
}

function buttonOf(visitor: Visitor): string {
  return visitor.page('main button.btn--primary').first().text().trim()
}

function newContact(at: Guests, lastName: string, email: string | null): Promise<string> {
  return at.test.embedded.host.save(
    { module: 'Contact', values: { firstName: 'A', lastName, email } },
    { kind: 'staff', id: at.irena.id }
  )
}
