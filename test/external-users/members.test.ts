import { expect } from 'chai'
import { demoPassword } from '../../demo/cast.js'
import { confirm } from '../../src/external-users/external-users.js'
import { memberAt } from '../../src/external-users/members.js'
import { addMember } from '../../src/external-users/memberships.js'
import { eachDatabase } from '../support/databases.js'
import type { Answers, Visitor } from '../support/visitor.js'
import { externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'
import {
  changesIn,
  choose,
  forgeNew,
  goodPassword,
  linkInMail,
  mailCount,
  memberPage,
  membersOf,
  typed
} from './members.js'

eachDatabase((open) => {
  describe('the external members of a project', function () {
    this.timeout(60_000)
    let at: Guests
    let petra: Visitor

    before(async () => {
      at = await openGuests(open)
      await at.release('name', 'progress')
      for (const project of [retrofit, pumpRoom]) await at.letGroupRead(project)
      petra = await at.staff('petra')
    })

    after(() => at.test.close())

    it('T03 T12 are managed by staff with the permission; for others the pages and the button are not there', async () => {
      await petra.open(`/crm/Project/${retrofit}`)
      await petra.follow('External members')
      petra.is(200).sees('External members of “Sanierung Haus A bis C”', 'This project has no external members.')
      const ben = await at.staff('ben')
      await ben.open(`/crm/Project/${retrofit}`)
      ben.is(200).doesNotSee('External members')
      for (const page of [membersOf(retrofit), `${membersOf(retrofit)}/members/new`])
        expect((await ben.peek(page)).status, page).to.equal(404)
      expect((await forgeNew(ben, retrofit, { contact: 'dirk' })).status).to.equal(404)
      expect((await petra.peek(membersOf('no-such-project'))).status).to.equal(404)
    })

    it('T03 T09 a contact who is added by mail accepts and sees the project; rate and responsibilities are kept for staff', async () => {
      await choose(petra, retrofit, 'Kessel', 'Dirk Kessel')
      await petra.send('Add member', { language: 'en', hourlyRate: '68,5', rights: ['documents', 'quotes'] })
      petra.is(200).sees('The member is added; an invitation is on its way.', 'Dirk Kessel', 'Invited', '€68.50')
      petra.sees('Quotes, Shared documents')
      const dirk = at.test.visitor()
      const link = await linkInMail(at, 'Dirk Kessel')
      await dirk.open(link)
      dirk.is(200).sees('Petra Nováková')
      await dirk.send('Accept the invitation')
      await dirk.send(buttonOf(dirk), { password: demoPassword })
      await dirk.send(buttonOf(dirk))
      expect(dirk.path).to.equal('/external/')
      dirk.is(200).sees('Sanierung Haus A bis C').doesNotSee('Pump room renewal')
      expect((await at.test.visitor().peek(link)).status).to.equal(410)
    })

    it('A33 somebody invited has no way in before he accepts', async () => {
      await choose(petra, retrofit, 'Brandt', 'Ulrike Brandt')
      await petra.send('Add member', { language: 'en' })
      const { identityId } = (await externalUser(at.test, 'ulrike'))!
      await at.test.embedded.portico.context.identity.setPassword(identityId, demoPassword)
      const ulrike = await at.guest('ulrike')
      expect(ulrike.path).to.equal('/external/sign-in')
      ulrike.is(422)
    })

    it('T03 an external user is added to another project as he is, without a new mail, and with a rate of its own', async () => {
      await petra.open(`${membersOf(retrofit)}/members/new?q=Kessel`)
      petra.is(200).sees('Nobody fits')
      const before = await mailCount(at)
      await petra.open(`${membersOf(pumpRoom)}/members/new?q=kessel-partner`)
      await petra.follow('Add as dirk@kessel-partner.example')
      petra.is(200).sees('Quotes, Shared documents').doesNotSee('name="password"')
      await petra.send('Add member', { hourlyRate: '0' })
      petra.is(200).sees('The member is added.', '€0.00')
      expect(await mailCount(at)).to.equal(before)
      const { id } = (await externalUser(at.test, 'dirk'))!
      const rates = await Promise.all([retrofit, pumpRoom].map((project) => rateOf(at, project, id)))
      expect(rates).to.deep.equal([6850, 0])
      const dirk = await at.guest('dirk')
      dirk.sees('Sanierung Haus A bis C', 'Pump room renewal')
    })

    it('T06 T03 rate and responsibilities count here, module rights everywhere; nothing of it is lost to somebody who was faster', async () => {
      const { id } = (await externalUser(at.test, 'dirk'))!
      await petra.open(memberPage(retrofit, id))
      const frank = await at.staff('frank')
      await frank.open(memberPage(retrofit, id))
      await petra.send('Save member', { hourlyRate: '70.25', rights: ['calls'] })
      petra.is(200).sees('The member is saved.')
      await frank.send('Save member', { hourlyRate: '99' })
      expect(frank.answered).to.equal(409)
      frank.sees('Somebody else')
      expect(typed(frank, 'hourlyRate')).to.equal('99')
      expect(await rateOf(at, retrofit, id)).to.equal(7025)
      expect(await rateOf(at, pumpRoom, id)).to.equal(0)
      await frank.open(memberPage(pumpRoom, id))
      expect(ticked(frank, 'rights')).to.deep.equal(['calls'])
      await frank.send('Save member', { hourlyRate: '' })
      frank.is(200)
      expect(await rateOf(at, pumpRoom, id)).to.equal(undefined)
      await frank.open(membersOf(retrofit))
      frank.sees('€70.25')
    })

    it('T10 somebody deactivated in a project is signed out of all at once, and no link of his is good any more', async () => {
      const dirk = await at.guest('dirk')
      expect((await dirk.peek('/external/')).status).to.equal(200)
      const { id, identityId } = (await externalUser(at.test, 'dirk'))!
      await petra.open(memberPage(retrofit, id))
      await petra.send('Save member', { deactivated: 'true' })
      petra.is(200).sees('Deactivated')
      expect((await dirk.peek('/external/')).status).to.equal(303)
      expect((await at.guest('dirk')).response.status).to.equal(422)
      await confirm(at.test.embedded.portico.context, identityId)
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('deactivated')
    })

    it('T10 staff activate him in a project where he is still a member; what another saved meanwhile is not undone', async () => {
      const { id } = (await externalUser(at.test, 'dirk'))!
      const frank = await at.staff('frank')
      await frank.open(memberPage(retrofit, id))
      await petra.open(memberPage(pumpRoom, id))
      await petra.send('Save member', { deactivated: [] })
      petra.is(200).sees('Active')
      await frank.send('Save member')
      expect(frank.answered).to.equal(409)
      expect((await externalUser(at.test, 'dirk'))!.status).to.equal('confirmed')
      const dirkAgain = await at.guest('dirk')
      dirkAgain.is(200).sees('Sanierung Haus A bis C')
    })

    it('T10 whoever never accepted gets a new link when he is activated; the old one is dead', async () => {
      const { id } = (await externalUser(at.test, 'ulrike'))!
      const old = await linkInMail(at, 'Ulrike Brandt')
      await petra.open(memberPage(retrofit, id))
      await petra.send('Save member', { deactivated: 'true' })
      expect((await at.test.visitor().peek(old)).status).to.equal(410)
      await petra.send('Save member', { deactivated: [] })
      const fresh = await linkInMail(at, 'Ulrike Brandt')
      expect((await at.test.visitor().peek(fresh)).status).to.equal(200)
      await petra.send('Invite again')
      petra.is(200).sees('A new invitation is on its way')
      expect((await at.test.visitor().peek(fresh)).status).to.equal(410)
    })

    it('T10 somebody removed from one project is shut out of it at once, and of no other', async () => {
      const dirk = await at.guest('dirk')
      expect((await dirk.peek(`/external/projects/${pumpRoom}`)).status).to.equal(200)
      const { id } = (await externalUser(at.test, 'dirk'))!
      await petra.open(memberPage(pumpRoom, id))
      await petra.follow('Remove from the project')
      petra.is(200).sees('Remove Dirk Kessel from the project?', 'keeps its rate')
      await petra.send('Remove now')
      petra.is(200).sees('The member is removed.', 'This project has no external members.')
      expect((await petra.forge(`${memberPage(pumpRoom, id)}/removal`)).status).to.equal(404)
      expect((await petra.peek(memberPage(pumpRoom, id))).status).to.equal(404)
      expect((await dirk.peek(`/external/projects/${pumpRoom}`)).status).to.equal(404)
      expect((await dirk.peek(`/external/projects/${retrofit}`)).status).to.equal(200)
    })

    it('T10 A28 who is deactivated, and who is a member already, can’t be added; of two at once one does it', async () => {
      const { context } = at.test.embedded.portico
      const { id } = (await externalUser(at.test, 'dirk'))!
      const joining = { kind: 'known', personId: id } as const
      const add = () =>
        addMember(context, { projectId: pumpRoom, joining, hourlyRate: 1, responsibilities: [] }, at.irena)
      const both = await Promise.allSettled([add(), add()])
      expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected'])
      const again = await forgeNew(petra, pumpRoom, { contact: 'dirk' })
      expect([again.status, again.text.includes('a member of the project already')]).to.deep.equal([409, true])
      await petra.open(memberPage(pumpRoom, id))
      await petra.send('Save member', { deactivated: 'true' })
      await petra.forge(`${memberPage(pumpRoom, id)}/removal`)
      await petra.open(`${membersOf(pumpRoom)}/members/new?q=Kessel`)
      petra.is(200).sees('Nobody fits')
      for (const who of [{ person: id }, { contact: 'dirk', way: 'login', loginName: 'dirk-two' }] as Answers[]) {
        const answer = await forgeNew(petra, pumpRoom, who)
        expect([answer.status, answer.text.includes('This external user is deactivated.')]).to.deep.equal([409, true])
      }
    })

    it('T03 A28 of several who give one contact different logins in one project, one does it', async () => {
      const { context } = at.test.embedded.portico
      const known = { kind: 'new', contactId: 'pavel', language: 'en', rights: new Set<never>() } as const
      const add = (number: number) => {
        const entry = { way: 'login', loginName: `pavel.${number}`, password: goodPassword } as const
        const joining = { ...known, entry }
        return addMember(context, { projectId: pumpRoom, joining, hourlyRate: 1, responsibilities: [] }, at.irena)
      }
      const all = await Promise.allSettled([1, 2, 3, 4, 5].map(add))
      expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
      for (const one of all)
        if (one.status === 'rejected') expect(one.reason).to.have.property('key', 'external:refusal.alreadyMember')
    })

    it('leaves an entry for every change, with before and after', async () => {
      const actions = new Set((await changesIn(at)).map(({ action }) => action))
      const users = ['invited', 'deactivated', 'activated', 'rights-changed', 'invited-again']
      const wanted = [...users.map((word) => `external-user.${word}`), 'invitation.accepted']
      expect([...actions]).to.include.members([
        ...wanted,
        ...['added', 'changed', 'removed'].map((one) => `membership.${one}`)
      ])
      const changed = (await changesIn(at)).find(({ action }) => action === 'membership.changed')!
      expect(changed.before).to.include({ person: 'Dirk Kessel' })
      await petra.open(membersOf(retrofit))
      petra.sees('Member added: Dirk Kessel', 'Member changed: Dirk Kessel', '€68.50 → €70.25')
    })
  })
})

async function rateOf(at: Guests, project: string, personId: string): Promise<number | undefined> {
  return (await memberAt(at.test.embedded.portico.context, project, personId)).hourlyRate
}

function ticked(visitor: Visitor, name: string): (string | undefined)[] {
  const boxes = visitor.page(`input[name=${name}][checked]`)
  return boxes.map((_, box) => visitor.page(box).attr('value')).get()
}

function buttonOf(visitor: Visitor): string {
  return visitor.page('main button.btn--primary').first().text().trim()
}
