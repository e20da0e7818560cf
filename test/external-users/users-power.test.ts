import { expect } from 'chai'
import { staff } from '../../demo/cast.js'
import { deactivate, externalUserById, type ExternalUser } from '../../src/external-users/external-users.js'
import { addMember, removeMember } from '../../src/external-users/memberships.js'
import { moduleRights } from '../../src/external-users/module-rights.js'
import { powerOver } from '../../src/external-users/power.js'
import type { Host } from '../../src/host/host.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Answers, Visitor } from '../support/visitor.js'
import { externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'
import { forgeNew, goodPassword, memberPage, typed } from './members.js'

const userPage = ({ id }: ExternalUser): string => `/portico/admin/external-users/users/${id}`
const otherPassword = 'eleven-Badgers-dig-34'

onSqlite('what staff may do about an external user', (open) => {
  let at: Guests
  let petra: Visitor
  let irena: Visitor
  /** Of both projects. */
  let dirk: ExternalUser
  /** Of the pump room alone, with a login name. */
  let siobhan: ExternalUser

  before(async function () {
    this.timeout(60_000)
    at = await openGuests(open)
    for (const project of [retrofit, pumpRoom]) await at.letGroupRead(project)
    petra = await at.staff('petra')
    irena = await at.staff('irena')
    dirk = await at.admit('dirk', retrofit, pumpRoom)
    await forgeNew(irena, pumpRoom, { contact: 'siobhan', way: 'login', loginName: 'siobhan.oneill' })
    siobhan = (await externalUser(at.test, 'siobhan'))!
  })

  after(() => at.test.close())

  /** For Petra the CRM has these projects no more than others' secrets; `seen` she may look at. */
  async function whileForeign(ids: readonly string[], act: () => Promise<void>, seen = false): Promise<void> {
    const usually = at.test.embedded.host.allows
    const allows: Host['allows'] = async (by, right, module, id) => {
      const isForeign = by.id === staff.petra.id && module === 'Project' && ids.includes(id)
      return isForeign ? seen && right === 'view' : usually(by, right, module, id)
    }
    await whileHost(at.test, { allows }, act)
  }

  const statusOf = async (contact: string): Promise<string> => (await externalUser(at.test, contact))!.status
  const rightsOf = async ({ id }: ExternalUser): Promise<string[]> => [...(await moduleRights(at.test.embedded.db, id))]

  async function memberForm(by: Visitor, project: string, { id }: ExternalUser): Promise<Answers> {
    await by.open(memberPage(project, id))
    return { hourlyRate: '', membership: typed(by, 'membership')!, user: typed(by, 'user')! }
  }

  async function rightsForm(by: Visitor, user: ExternalUser, yes: string): Promise<Answers> {
    await irena.open(userPage(user))
    const kinds = irena
      .page('input[type=radio][value=no]')
      .map((_, box) => irena.page(box).attr('name')!)
      .get()
    await by.open(userPage(user))
    const answers = Object.fromEntries(kinds.map((kind) => [kind, kind === yes ? 'yes' : 'no']))
    return { revision: typed(irena, 'revision')!, 'rights-form': '1', ...answers }
  }

  const passwordOf = (project: string, { id }: ExternalUser): string => `${memberPage(project, id)}/password`

  async function signsIn(password: string): Promise<boolean> {
    const visitor = await at.test.visitor().open('/external/sign-in')
    await visitor.send('Sign in', { email: 'siobhan.oneill', password })
    return visitor.path !== '/external/sign-in'
  }

  it('T04 T06 T10 goes by all of his projects that the CRM still has', async () => {
    const { context } = at.test.embedded.portico
    const by = (await at.test.embedded.host.staffById(staff.petra.id))!
    const power = (): Promise<string> => powerOver(context, by, dirk.id)
    expect(await power()).to.equal('all')
    for (const seen of [true, false]) {
      await whileForeign([pumpRoom], async () => void expect(await power()).to.equal('some'), seen)
      await whileForeign([pumpRoom, retrofit], async () => void expect(await power()).to.equal('none'), seen)
    }
    await whileForeign([pumpRoom, retrofit], async () => {
      expect(await powerOver(context, at.irena, dirk.id)).to.equal('all')
    })
    const gone = { module: 'Project', record_id: 'no-such-project', person_id: dirk.id, added_by: 'irena' }
    await at.test.embedded.db('portico_memberships').insert({ ...gone, added_at: '2026-01-01 00:00:00' })
    expect(await power()).to.equal('all')
    await at.test.embedded.db('portico_memberships').where(gone).delete()
    expect(await powerOver(context, by, 'nobody')).to.equal('none')
  })

  it('T03 T04 A33 somebody added to a project of one’s own keeps his password, his rights and his other projects', async () => {
    await whileForeign([pumpRoom], async () => {
      const added = await forgeNew(petra, retrofit, { person: siobhan.id })
      expect(added.status).to.equal(303)
      await petra.open(memberPage(retrofit, siobhan.id))
      petra.is(200).sees('projects of others', 'administrator').doesNotSee('Pump room renewal', 'Set password')
      expect(petra.page('input[name=rights], input[name=password]').length).to.equal(0)
      const answer = await petra.forge(passwordOf(retrofit, siobhan), { password: otherPassword })
      expect([answer.status, answer.text.includes('projects of others')]).to.deep.equal([403, true])
      const rights = { ...(await memberForm(petra, retrofit, siobhan)), rights: ['tasks'] }
      expect((await petra.forge(memberPage(retrofit, siobhan.id), rights)).status).to.equal(403)
      const none = { ...(await memberForm(petra, retrofit, siobhan)), 'rights-form': '1' }
      expect((await petra.forge(memberPage(retrofit, siobhan.id), none)).status).to.equal(403)
    })
    expect([await signsIn(goodPassword), await rightsOf(siobhan)]).to.deep.equal([true, []])
    await petra.open(memberPage(retrofit, siobhan.id))
    await petra.send('Save member', { rights: ['tasks'] })
    petra.is(200)
    await petra.send('Set password', { password: otherPassword })
    petra.is(200).sees('The new password is valid at once')
    expect([await signsIn(otherPassword), await rightsOf(siobhan)]).to.deep.equal([true, ['tasks']])
  })

  it('T04 administrators set a password and module rights whoever’s the projects are', async () => {
    await whileForeign([pumpRoom, retrofit], async () => {
      expect((await irena.forge(passwordOf(retrofit, siobhan), { password: goodPassword })).status).to.equal(303)
      await irena.open(memberPage(retrofit, siobhan.id))
      await irena.send('Save member', { rights: [] })
      irena.is(200)
    })
    expect([await signsIn(goodPassword), await rightsOf(siobhan)]).to.deep.equal([true, []])
  })

  it('T03 T10 what a project’s staff say of a member, they say whoever else’s projects he is in; his rights stay', async () => {
    await irena.open(memberPage(retrofit, dirk.id))
    await irena.send('Save member', { rights: ['calls'] })
    await whileForeign([pumpRoom], async () => {
      await petra.open(memberPage(retrofit, dirk.id))
      petra.sees('Calls')
      await petra.send('Save member', { hourlyRate: '50', deactivated: 'true' })
      petra.is(200).sees('Dirk Kessel is deactivated for all projects and signed out everywhere.')
      expect([await statusOf('dirk'), await rightsOf(dirk)]).to.deep.equal(['deactivated', ['calls']])
      await petra.open(userPage(dirk))
      await petra.send('Activate')
      petra.is(200).sees('is active again')
    })
    expect([await statusOf('dirk'), await rightsOf(dirk)]).to.deep.equal(['confirmed', ['calls']])
  })

  it('T06 the account’s page takes module rights only where all of his projects may be edited', async () => {
    await whileForeign([pumpRoom], async () => {
      await petra.open(userPage(dirk))
      petra.is(200).sees('Projects of others', 'Yes for: Calls').doesNotSee('Save module rights')
      const form = await rightsForm(petra, dirk, 'tasks')
      expect((await petra.forge(`${userPage(dirk)}/rights`, form)).status).to.equal(403)
      expect(await rightsOf(dirk)).to.deep.equal(['calls'])
      expect((await irena.forge(`${userPage(dirk)}/rights`, form)).status).to.equal(303)
      expect(await rightsOf(dirk)).to.deep.equal(['tasks'])
    })
    const form = await rightsForm(petra, dirk, 'notes')
    expect((await petra.forge(`${userPage(dirk)}/rights`, form)).status).to.equal(303)
    expect(await rightsOf(dirk)).to.deep.equal(['notes'])
  })

  it('T10 nobody else’s project, no deactivation, no activation, no invitation', async () => {
    await whileForeign([pumpRoom, retrofit], async () => {
      await petra.open(userPage(dirk))
      petra.is(200).sees('a member of no project that you may change').doesNotSee('Deactivate for all projects')
      for (const change of ['deactivation', 'activation', 'invitation', 'rights']) {
        const form = change === 'rights' ? await rightsForm(petra, dirk, 'tasks') : {}
        expect((await petra.forge(`${userPage(dirk)}/${change}`, form)).status, change).to.equal(403)
      }
      expect([await statusOf('dirk'), await rightsOf(dirk)]).to.deep.equal(['confirmed', ['notes']])
    })
    expect((await petra.forge(`${userPage(dirk)}/deactivation`)).status).to.equal(303)
    expect((await petra.forge(`${userPage(dirk)}/activation`)).status).to.equal(303)
  })

  it('T03 A31 the CRM’s new address of a contact counts for a login name when staff of all his projects confirm it', async () => {
    const { context } = at.test.embedded.portico
    const change = { module: 'Contact', id: 'siobhan', values: { email: 'somebody.else@elsewhere.example' } }
    await at.test.embedded.host.save(change, { kind: 'staff', id: at.irena.id })
    const mailbox = { mailbox: 'somebody.else@elsewhere.example' }
    const address = `${memberPage(retrofit, siobhan.id)}/mailbox`
    const kept = async (): Promise<string | null> => (await externalUserById(context.db, siobhan.id)).mailbox
    const before = await kept()
    await whileForeign([pumpRoom], async () => {
      expect((await petra.forge(address, mailbox)).status).to.equal(403)
      expect(await kept()).to.equal(before)
    })
    expect((await petra.forge(address, { mailbox: 'siobhan@elsewhere.example' })).status).to.equal(409)
    expect(await kept()).to.equal(before)
    await petra.open(memberPage(retrofit, siobhan.id))
    petra.sees('somebody.else@elsewhere.example', 'Until somebody confirms')
    await petra.send('Confirm the address')
    petra.is(200).sees('The address is confirmed', 'goes to somebody.else@elsewhere.example')
    expect(await kept()).to.equal('somebody.else@elsewhere.example')
  })

  it('T10 a deactivated user who was taken out of every project is activated by administrators alone', async () => {
    const { context } = at.test.embedded.portico
    const ulrike = await at.admit('ulrike', retrofit)
    await deactivate(context, ulrike.id, at.irena)
    await removeMember(context, retrofit, ulrike.id, at.irena)
    await petra.open(userPage(ulrike))
    petra.is(200).doesNotSee('Activate')
    expect((await petra.forge(`${userPage(ulrike)}/activation`)).status).to.equal(403)
    const joining = { kind: 'known', personId: ulrike.id } as const
    const back = addMember(
      context,
      { projectId: retrofit, joining, hourlyRate: undefined, responsibilities: [] },
      at.irena
    )
    expect(await back.catch(({ key }: { key: string }) => key)).to.equal('external:refusal.deactivated')
    expect(await statusOf('ulrike')).to.equal('deactivated')
    await irena.open(userPage(ulrike))
    await irena.send('Activate')
    expect(await statusOf('ulrike')).to.equal('confirmed')
  })
})
