import { expect } from 'chai'
import { HostUnavailable, type Host } from '../../src/host/host.js'
import { externalUsersAt } from '../../src/external-users/external-users.js'
import { memberAt } from '../../src/external-users/members.js'
import { removeMember } from '../../src/external-users/memberships.js'
import { responsibilities, saveResponsibilities } from '../../src/external-users/responsibilities.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
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

onSqlite('who becomes a member of a project', (open) => {
  let at: Guests
  let petra: Visitor

  before(async function () {
    this.timeout(60_000)
    at = await openGuests(open)
    await at.release('name')
    for (const project of [retrofit, pumpRoom]) await at.letGroupRead(project)
    petra = await at.staff('petra')
  })

  after(() => at.test.close())

  async function signIn(login: string, password = goodPassword): Promise<Visitor> {
    const visitor = await at.test.visitor().open('/external/sign-in')
    return visitor.send('Sign in', { email: login, password })
  }

  describe('with a login name and a password from staff', () => {
    it('T03 can sign in at once, and staff are told to ask for another password; no mail goes out', async () => {
      const before = await mailCount(at)
      await choose(petra, retrofit, 'Petersen', 'Jonas Petersen')
      const login = { way: 'login', loginName: ' Jonas.P ', password: goodPassword, language: 'en' }
      await petra.send('Add member', { ...login, hourlyRate: '12', rights: ['tasks'] })
      petra.is(200).sees('can sign in at once', 'ask the user to change the password', 'jonas.p', 'Active')
      expect(await mailCount(at)).to.equal(before)
      expect(await externalUser(at.test, 'jonas')).to.include({
        login: 'jonas.p',
        address: '',
        mailbox: 'jonas@nordwind.example',
        status: 'confirmed'
      })
      const jonas = await signIn('JONAS.P')
      await jonas.open('/external/')
      jonas.is(200).sees('Sanierung Haus A bis C')
    })

    it('T03 A23 refuses a weak password with its reason, and shows what was typed without it', async () => {
      await choose(petra, retrofit, 'Brandt', 'Ulrike Brandt')
      for (const [password, reason] of [
        ['short', 'at least 10 characters'],
        ['ulrike-brandt', 'your own'],
        ['', 'at least 10 characters']
      ] as const) {
        await petra.send('Add member', { way: 'login', loginName: 'ulrike', password, hourlyRate: '7.50' })
        petra.is(422).doesNotSee(password || 'nothing')
        expect(petra.page('.field__error').length, reason).to.be.greaterThan(0)
        expect([typed(petra, 'loginName'), typed(petra, 'hourlyRate'), typed(petra, 'password')]).to.deep.equal([
          'ulrike',
          '7.50',
          undefined
        ])
      }
      expect(await externalUser(at.test, 'ulrike')).to.equal(undefined)
    })

    it('T12 a login name looks like no address and no number, and is not that of one of the staff', async () => {
      await choose(petra, retrofit, 'Brandt', 'Ulrike Brandt')
      const refusals = [
        ['ulrike@home', 'no e-mail address'],
        ['+49 171 1234567', 'looks like a phone number'],
        ['030.123', 'looks like a phone number'],
        ['ulrike brandt', 'only the letters'],
        ['ü', 'At least 3'],
        ['BEN', 'one of your staff'],
        ['', 'At least 3']
      ] as const
      for (const [loginName, refusal] of refusals) {
        await petra.send('Add member', { way: 'login', loginName, password: goodPassword })
        petra.is(422)
        expect(petra.page('.field__error').text(), loginName).to.include(refusal)
      }
      expect(await externalUser(at.test, 'ulrike')).to.equal(undefined)
    })

    it('T12 a taken login name is refused with names that are free, and nothing of it remains', async () => {
      await petra.send('Add member', { way: 'login', loginName: 'Jonas.P', password: goodPassword })
      petra.is(422).sees('Somebody has this login name already', 'jonas.p2, jonas.p3, jonas.p4')
      expect(await externalUser(at.test, 'ulrike')).to.equal(undefined)
      expect((await signIn('jonas.p')).path).not.to.equal('/external/sign-in')
      await petra.send('Add member', { loginName: 'jonas.p2', password: goodPassword })
      petra.is(200).sees('can sign in at once')
    })

    it('T03 a second login of a contact has module rights of its own', async () => {
      await petra.open(`${membersOf(pumpRoom)}/members/new?q=jonas.p`)
      await petra.follow('With a second login: Jonas Petersen')
      petra.is(200).sees('A second login is for other module rights')
      await petra.send('Add member', {
        way: 'login',
        loginName: 'jonas-pumps',
        password: goodPassword,
        rights: ['calls', 'emails'],
        language: 'en'
      })
      petra.is(200).sees('jonas-pumps', 'Calls, E-mail')
      const users = await externalUsersAt(at.test.embedded.db, 'Contact', ['jonas'])
      expect(users.map(({ login }) => login).sort()).to.deep.equal(['jonas-pumps', 'jonas.p'])
      await petra.open(membersOf(retrofit))
      petra.sees('Tasks').doesNotSee('jonas-pumps')
      const second = await (await signIn('jonas-pumps')).open('/external/')
      second.sees('Pump room renewal').doesNotSee('Sanierung Haus A bis C')
      const again = await forgeNew(petra, pumpRoom, { contact: 'jonas', way: 'login', loginName: 'jonas-three' })
      expect([again.status, again.text.includes('a member of the project already')]).to.deep.equal([409, true])
    })

    it('T03 gets another password from staff, which ends his sessions; somebody with an address does not', async () => {
      const jonas = await signIn('jonas-pumps')
      const { id } = (await externalUsersAt(at.test.embedded.db, 'Contact', ['jonas'])).find(
        ({ login }) => login === 'jonas-pumps'
      )!
      await petra.open(memberPage(pumpRoom, id))
      await petra.send('Set password', { password: 'weak' })
      petra.is(422)
      expect((await jonas.peek('/external/')).status).not.to.equal(303)
      await petra.send('Set password', { password: 'eleven-Badgers-dig-34' })
      petra.is(200).sees('The new password is valid at once')
      expect((await jonas.peek('/external/')).status).to.equal(303)
      expect((await signIn('jonas-pumps')).path).to.equal('/external/sign-in')
      expect((await signIn('jonas-pumps', 'eleven-Badgers-dig-34')).path).not.to.equal('/external/sign-in')
      const invited = await at.admit('siobhan', pumpRoom)
      const answer = await petra.forge(`${memberPage(pumpRoom, invited.id)}/password`, { password: goodPassword })
      expect(answer.status).to.equal(409)
    })
  })

  describe('and who does not', () => {
    it('T12 A38 refuses addresses of staff and of the company, missing ones, and somebody else’s; nobody is made or mailed', async () => {
      await at.admit('dirk', retrofit)
      await at.test.embedded.crm.users.change('ben', { email: 'ben@thermovia-staff.example' })
      const refusals = [
        ['staff', 'BEN@thermovia-staff.example', 'This address belongs to a user of the CRM.'],
        ['company', 'new@thermovia.example', 'This address belongs to your own company.'],
        ['below', 'new@brno.thermovia.example', 'This address belongs to your own company.'],
        ['taken', 'dirk@kessel-partner.example', 'Another contact with the same address'],
        ['none', null, 'This contact has no e-mail address']
      ] as const
      const before = await mailCount(at)
      for (const [lastName, email, refusal] of refusals) {
        const contact = await newContact(lastName, email)
        const answer = await forgeNew(petra, retrofit, { contact })
        expect([answer.status, answer.text.includes(refusal)], lastName).to.deep.equal([409, true])
        expect(await externalUser(at.test, contact), lastName).to.equal(undefined)
      }
      expect(await mailCount(at)).to.equal(before)
      const outsider = await newContact('outsider', 'new@not-thermovia.example')
      expect((await forgeNew(petra, retrofit, { contact: outsider })).status).to.equal(303)
      expect(await externalUser(at.test, outsider)).to.have.property('status', 'invited')
      expect(await mailCount(at)).to.equal(before + 1)
    })

    it('T12 a contact without an address is offered a login name alone', async () => {
      const contact = await newContact('silent', null)
      await petra.open(`${membersOf(retrofit)}/members/new?contact=${contact}`)
      petra.is(200).sees('This contact has no e-mail address')
      expect(petra.page('input[name=way][type=radio]').length).to.equal(0)
      await petra.send('Add member', { loginName: 'silent.one', password: goodPassword })
      petra.is(200).sees('silent.one')
    })

    it('T12 makes nobody a user of the CRM', async () => {
      for (const userName of ['jonas.p', 'dirk@kessel-partner.example']) {
        const visitor = await at.test.visitor().open('/crm/sign-in')
        await visitor.send('Sign in', { userName, password: goodPassword })
        expect(visitor.path).to.equal('/crm/sign-in')
      }
    })

    it('T12 A01 A11 S09 whose contact the CRM hides is nobody one knows, finds, adds or changes', async () => {
      const { id, name, address, status } = (await externalUser(at.test, 'dirk'))!
      const { host } = at.test.embedded
      const usually = host.allows
      const allows: Host['allows'] = async (by, right, module, record) =>
        record !== 'dirk' && usually(by, right, module, record)
      const pages = [
        memberPage(retrofit, id),
        `${memberPage(retrofit, id)}/removal`,
        `${membersOf(pumpRoom)}/members/new?contact=dirk`,
        `${membersOf(pumpRoom)}/members/new?person=${id}`
      ]
      const deeds = [
        memberPage(retrofit, id),
        ...['removal', 'invitation', 'password', 'connection'].map((word) => `${memberPage(retrofit, id)}/${word}`)
      ]
      await petra.open(membersOf(retrofit))
      petra.sees(name, address)
      await whileHost(at.test, { allows }, async () => {
        await petra.open(membersOf(retrofit))
        petra.is(200).sees('Not shown to you by the CRM', 'Jonas Petersen').doesNotSee(name, address, id)
        for (const page of pages) expect((await petra.peek(page)).status, page).to.equal(404)
        for (const deed of deeds) expect((await petra.forge(deed)).status, deed).to.equal(404)
        for (const who of [{ person: id }, { contact: 'dirk', way: 'login', loginName: 'dirk-too' }] as Answers[])
          expect((await forgeNew(petra, pumpRoom, who)).status).to.equal(404)
        await petra.open(`${membersOf(pumpRoom)}/members/new?q=dirk%20kessel`)
        petra.is(200).sees('A taken').doesNotSee(name)
      })
      expect(await externalUser(at.test, 'dirk')).to.include({ status })
      for (const page of pages) expect((await petra.peek(page)).status, page).to.equal(200)
    })

    it('T12 a project that somebody may only view shows him its members and changes nothing', async () => {
      const { id } = (await externalUser(at.test, 'dirk'))!
      const { host } = at.test.embedded
      const usually = host.allows
      const allows: Host['allows'] = async (by, right, module, record) =>
        !(module === 'Project' && right === 'edit') && usually(by, right, module, record)
      const before = (await changesIn(at)).length
      await whileHost(at.test, { allows }, async () => {
        await petra.open(membersOf(retrofit))
        petra.is(200).sees('Dirk Kessel').doesNotSee('Add member', '/removal')
        for (const page of [memberPage(retrofit, id), `${membersOf(retrofit)}/members/new`])
          expect((await petra.peek(page)).status, page).to.equal(404)
        for (const deed of ['', '/removal', '/password'])
          expect((await petra.forge(memberPage(retrofit, id) + deed)).status).to.equal(404)
        expect((await petra.forge(`${membersOf(retrofit)}/members`, { person: id, hourlyRate: '' })).status).to.equal(
          404
        )
      })
      expect((await changesIn(at)).length).to.equal(before)
    })
  })

  describe('and the CRM’s own connection of contact and project', () => {
    const projectsOfContact = async (contact: string): Promise<string> =>
      (await petra.open(`/crm/Contact/${contact}`)).text

    it('T03 is made with the membership, so the contact’s page shows the project, and goes with the last one', async () => {
      expect(await projectsOfContact('pavel')).not.to.include('Pump room renewal')
      const pavel = await at.admit('pavel', pumpRoom)
      expect(await projectsOfContact('pavel')).to.include('Pump room renewal')
      const { context } = at.test.embedded.portico
      expect(await removeMember(context, pumpRoom, pavel.id, at.irena)).to.deep.equal({ isDisconnected: true })
      expect(await projectsOfContact('pavel')).not.to.include('Pump room renewal')
    })

    it('T03 is handed on to another login of the same contact', async () => {
      const { context } = at.test.embedded.portico
      const first = await at.admit('pavel', pumpRoom)
      const answer = await forgeNew(petra, retrofit, { contact: 'pavel', way: 'login', loginName: 'pavel.two' })
      expect(answer.status).to.equal(303)
      const users = await externalUsersAt(context.db, 'Contact', ['pavel'])
      const second = users.find(({ login }) => login === 'pavel.two')!
      // As two who add him by both logins at the same moment would leave it.
      const row = { module: 'Project', record_id: pumpRoom, person_id: second.id, added_by: 'irena' }
      await context.db('portico_memberships').insert({ ...row, added_at: '2026-01-01 00:00:00' })
      await removeMember(context, pumpRoom, first.id, at.irena)
      expect(await projectsOfContact('pavel')).to.include('Pump room renewal')
      await removeMember(context, pumpRoom, second.id, at.irena)
      expect(await projectsOfContact('pavel')).not.to.include('Pump room renewal')
    })

    it('T03 stays where the CRM had it before', async () => {
      expect(await projectsOfContact('siobhan')).to.include('Pump room renewal')
      const { id } = (await externalUser(at.test, 'siobhan'))!
      await petra.open(`${memberPage(pumpRoom, id)}/removal`)
      await petra.send('Remove now')
      expect(await projectsOfContact('siobhan')).to.include('Pump room renewal')
    })

    it('T03 is asked for outside of the transaction and again; refused, the member is one all the same, and staff are told', async () => {
      let asked = 0
      const link: Host['link'] = async () => {
        asked += 1
        throw new HostUnavailable('no answer')
      }
      await whileHost(at.test, { link }, async () => {
        await choose(petra, pumpRoom, 'Carter', 'Emily Carter')
        await petra.send('Add member', { language: 'en' })
        petra.is(200).sees('Emily Carter', 'The CRM did not connect the contact with the project', 'Not connected')
      })
      expect(asked).to.equal(2)
      const emily = (await externalUser(at.test, 'emily'))!
      await petra.open(memberPage(pumpRoom, emily.id))
      await petra.send('Connect in the CRM')
      petra.is(200).sees('The CRM connects the contact with the project.').doesNotSee('/connection')
      const { context } = at.test.embedded.portico
      await whileHost(at.test, { link }, async () => {
        expect(await removeMember(context, pumpRoom, emily.id, at.irena)).to.deep.equal({ isDisconnected: false })
      })
      expect(await projectsOfContact('emily')).to.include('Pump room renewal')
    })
  })

  describe('what a member does', () => {
    it('T03 comes from the list, several at once; what is offered no longer stays with whoever has it', async () => {
      const { context } = at.test.embedded.portico
      const wanted = ['Planning', 'Site', 'Acceptance'].map((label) => ({ label, isOffered: true }))
      await saveResponsibilities(context, at.irena, (await responsibilities(context.db)).revision, wanted)
      const [planning, site, acceptance] = (await responsibilities(context.db)).entries.map(({ id }) => id)
      const { id } = (await externalUser(at.test, 'dirk'))!
      await petra.open(memberPage(retrofit, id))
      await petra.send('Save member', { responsibilities: [planning!, acceptance!] })
      await petra.open(membersOf(retrofit))
      petra.sees('Planning, Acceptance')
      const list = await responsibilities(context.db)
      const renamed = [
        { id: acceptance!, label: 'Handover', isOffered: true },
        { id: site!, label: 'Site', isOffered: true }
      ]
      await saveResponsibilities(context, at.irena, list.revision, renamed)
      await petra.open(membersOf(retrofit))
      petra.sees('Handover, Planning')
      await petra.open(memberPage(retrofit, id))
      await petra.send('Save member', { hourlyRate: '1' })
      expect((await memberAt(context, retrofit, id)).responsibilities.map(({ label }) => label)).to.deep.equal([
        'Handover',
        'Planning'
      ])
      const other = await externalUser(at.test, 'jonas')
      const jonas =
        (await externalUsersAt(context.db, 'Contact', ['jonas'])).find(({ login }) => login === 'jonas.p') ?? other!
      await petra.open(memberPage(retrofit, jonas.id))
      expect(petra.text).not.to.include('Planning')
      const form = { hourlyRate: '', membership: typed(petra, 'membership')!, user: typed(petra, 'user')! }
      expect(
        (await petra.forge(memberPage(retrofit, jonas.id), { ...form, responsibilities: [planning!] })).status
      ).to.equal(422)
    })

    it('T03 the list knows no two of one name, and of two who save it at once the second is told', async () => {
      const { context } = at.test.embedded.portico
      const { revision, entries } = await responsibilities(context.db)
      const twice = [...entries, { label: 'SITE', isOffered: true }]
      const refusal = await failure(saveResponsibilities(context, at.irena, revision, twice))
      expect(refusal).to.have.nested.property('fields.label.key', 'external:responsibility.twice')
      await saveResponsibilities(context, at.irena, revision, entries)
      expect(await failure(saveResponsibilities(context, at.irena, revision, entries))).to.have.property('status', 409)
    })

    it('T03 the hourly rate is written as people write it; what is none is refused in the reader’s language', async () => {
      const { context } = at.test.embedded.portico
      const { id } = (await externalUser(at.test, 'dirk'))!
      const rate = async (typedIn: string): Promise<number | undefined> => {
        await petra.open(memberPage(retrofit, id))
        await petra.send('Save member', { hourlyRate: typedIn })
        return petra.answered === 303 ? (await memberAt(context, retrofit, id)).hourlyRate : -petra.answered
      }
      const taken = {
        '85,50': 8550,
        '85.5': 8550,
        ' 1 200 ': 120_000,
        '0': 0,
        '0,01': 1,
        '': undefined,
        '100000': 10_000_000
      }
      for (const [text, hundredths] of Object.entries(taken)) expect(await rate(text), text).to.equal(hundredths)
      for (const text of ['1.234,50', '1,234', '-5', 'abc', '1e3', '12,345', '100000.01', '٣'])
        expect(await rate(text), text).to.equal(-422)
      petra.sees('This is no hourly rate')
      await petra.send('Deutsch')
      await petra.open(memberPage(retrofit, id))
      await petra.send('Mitglied speichern', { hourlyRate: 'viel' })
      petra.sees('Das ist kein Stundensatz', '85,50')
      await petra.send('English')
    })
  })

  it('T10 what waits for somebody deactivated is withdrawn, and his link is dead', async () => {
    const contact = await newContact('waiting', 'waiting@elsewhere.example')
    await forgeNew(petra, retrofit, { contact })
    const { id } = (await externalUser(at.test, contact))!
    const link = await linkInMail(at, 'A waiting')
    expect((await at.test.visitor().peek(link)).status).to.equal(200)
    const mails = () => at.test.embedded.db('portico_mail').where({ to_name: 'A waiting' })
    await mails().update({ state: 'waiting' })
    await petra.open(memberPage(retrofit, id))
    await petra.send('Save member', { deactivated: 'true' })
    expect((await at.test.visitor().peek(link)).status).to.equal(410)
    expect(await mails().pluck('state')).to.deep.equal(['withdrawn'])
  })

  function newContact(lastName: string, email: string | null): Promise<string> {
    const values = { firstName: 'A', lastName, email }
    return at.test.embedded.host.save({ module: 'Contact', values }, { kind: 'staff', id: at.irena.id })
  }
})

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error
  )
}
