/** Global sharing in EspoCRM's own lists, records and forms, over REST as its pages use it. EspoCRM's roles allow everything there. */
import { expect } from 'chai'
import type { EspoClient } from './espo-client.js'
import { onEspocrm, newRun } from './live.js'
import { makeProbe, probe } from './probe.js'
import {
  everything,
  nothing,
  letTeamUse,
  ownLeadsOnly,
  openSharingWorld,
  plain,
  shown,
  statusOf,
  type Compiled,
  type ModuleRights,
  type Name,
  type Profile,
  type Sets,
  type SharingRule,
  type SharingWorld
} from './sharing-world.js'

onEspocrm('global sharing in EspoCRM', (live) => {
  const run = newRun()
  let world: SharingWorld
  let ofOne: string
  let ofTwo: string
  let ofMara: string
  let ofAxel: string
  let ofNobody: string

  const lead = (owner: Name | undefined, more = {}): Promise<string> =>
    world.made.make('Lead', {
      firstName: owner ?? 'Nobody',
      lastName: run,
      assignedUserId: owner && world.cast[owner].id,
      ...more
    })
  const named = { 'where[0][type]': 'contains', 'where[0][attribute]': 'lastName', 'where[0][value]': run }
  const list = (name: Name): Promise<string[]> => shown(world.as[name].all('Lead', named))
  const reads = (name: Name, id: string): Promise<number> => statusOf(world.as[name].get(`Lead/${id}`))
  const edits = (name: Name, id: string): Promise<number> =>
    statusOf(world.as[name].put(`Lead/${id}`, { description: `by ${name}` }))
  const removes = (name: Name, id: string): Promise<number> => statusOf(world.as[name].delete(`Lead/${id}`))
  const ids = (...all: string[]): string[] => [...all].sort()

  before(async function () {
    this.timeout(180_000)
    world = await openSharingWorld(live())
    ofOne = await lead('one')
    ofTwo = await lead('two')
    ofMara = await lead('mara')
    ofAxel = await lead('axel')
    ofNobody = await lead(undefined)
  })

  after(async function () {
    this.timeout(60_000)
    await world?.close()
  })

  describe('under Private', () => {
    before(() => world.inForce())

    it('S02 S04 shows each his own, and the manager what belongs to people below him', async () => {
      expect(await list('one')).to.deep.equal([ofOne])
      expect(await list('two')).to.deep.equal([ofTwo])
      expect(await list('axel')).to.deep.equal([ofAxel])
      expect(await list('mara')).to.deep.equal(ids(ofOne, ofTwo, ofMara, ofAxel))
      expect(await list('otto')).to.deep.equal([])
    })

    it('S02 A01 A02 lets him read, change and remove these and no others', async () => {
      expect(await reads('one', ofOne)).to.equal(200)
      expect(await reads('one', ofTwo)).to.equal(403)
      expect(await reads('mara', ofTwo)).to.equal(200)
      expect(await reads('one', ofMara)).to.equal(403)
      expect(await edits('one', ofOne)).to.equal(200)
      expect(await edits('one', ofTwo)).to.equal(403)
      expect(await edits('mara', ofTwo)).to.equal(200)
      const [his, theirs] = [await lead('one'), await lead('two')]
      expect(await removes('one', theirs)).to.equal(403)
      expect(await removes('one', his)).to.equal(200)
      expect(await removes('mara', theirs)).to.equal(200)
      expect(await live().admin.get(`Lead/${ofTwo}`)).to.include({ description: 'by mara' })
    })

    it('S09 shows administrators everything, a record of nobody too', async () => {
      expect(await shown(live().admin.all('Lead', named))).to.include.members([ofOne, ofNobody])
      expect(await reads('mara', ofNobody)).to.equal(403)
    })
  })

  describe('under the public levels', () => {
    it('S04 Public: Read Only shows everything, and changes go by ownership and hierarchy', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-read' } } })
      expect(await list('one')).to.deep.equal(ids(ofOne, ofTwo, ofMara, ofAxel, ofNobody))
      expect([await reads('otto', ofOne), await edits('one', ofTwo), await edits('mara', ofTwo)]).to.deep.equal([
        200, 403, 200
      ])
    })

    it('S04 Public: Read, Create/Edit lets everybody change, and remove what is his', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-edit' } } })
      const [his, theirs] = [await lead('one'), await lead('two')]
      expect(await edits('one', ofTwo)).to.equal(200)
      expect(await removes('one', theirs)).to.equal(403)
      expect(await removes('one', his)).to.equal(200)
      expect(await removes('mara', theirs)).to.equal(200)
    })

    it('S04 Public: Read, Create/Edit, Delete lets everybody remove', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-delete' } } })
      expect(await removes('otto', await lead('two'))).to.equal(200)
    })

    it('S04 A26 a level that nobody knows is the narrowest', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public' } } })
      expect(await list('one')).to.deep.equal([ofOne])
      expect(await reads('one', ofTwo)).to.equal(403)
    })
  })

  describe('profiles', () => {
    const sales = (more: Partial<Profile>, level = 'public-delete'): Promise<void> =>
      world.inForce({
        defaults: { Lead: { level } },
        roles: { manager: plain, assistant: plain, sales: { ...plain, ...more } }
      })
    const onLeads = (rights: object): Partial<Profile> => ({
      modules: { '*': everything, Lead: { ...everything, ...rights } }
    })
    const creates = (name: Name): Promise<number> =>
      statusOf(world.as[name].create('Lead', { lastName: run }).then((id) => world.made.note('Lead', id)))

    it('S01 what a profile forbids is forbidden, whatever the level', async () => {
      await sales(onLeads({ edit: false }))
      expect([await reads('one', ofOne), await edits('one', ofOne), await edits('otto', ofOne)]).to.deep.equal([
        200, 403, 200
      ])
      await sales(onLeads({ delete: false }))
      expect([await edits('one', ofOne), await removes('one', await lead('one'))]).to.deep.equal([200, 403])
      await sales(onLeads({ create: false }))
      expect([await creates('one'), await creates('otto')]).to.deep.equal([403, 200])
    })

    it('S01 without view there is no module: no list, no record, and no overriding privilege helps', async () => {
      await sales({ ...onLeads({ view: false }), viewAll: true, editAll: true })
      for (const attempt of [
        world.as.one.get('Lead'),
        world.as.one.get(`Lead/${ofOne}`),
        world.as.one.put(`Lead/${ofOne}`, {})
      ])
        expect(await statusOf(attempt)).to.equal(403)
      expect(await reads('otto', ofOne)).to.equal(200)
    })

    it('S01 view all shows all and changes nothing, edit all changes all and removes nothing', async () => {
      await sales({ viewAll: true }, 'private')
      expect([await reads('one', ofTwo), await edits('one', ofTwo)]).to.deep.equal([200, 403])
      await sales({ editAll: true }, 'private')
      const theirs = await lead('two')
      expect([await reads('one', theirs), await edits('one', theirs), await removes('one', theirs)]).to.deep.equal([
        200, 200, 403
      ])
      expect(await list('one')).to.include.members([ofTwo, ofNobody])
    })

    it('S01 tells EspoCRM’s pages what is forbidden', async () => {
      await sales(onLeads({ create: false, delete: false }))
      type Said = { appParams: { portico: { forbidden: Record<string, string[]> | null } } }
      const forbidden = async (client: EspoClient) => (await client.get<Said>('App/user')).appParams.portico.forbidden
      expect(await forbidden(world.as.one)).to.deep.equal({ Lead: ['create', 'delete'] })
      expect(await forbidden(world.as.otto)).to.be.empty
      expect(await forbidden(live().admin)).to.equal(null)
    })
  })

  describe('groups', () => {
    let team: string
    let other: string
    let ofTeam: string
    let ofOther: string
    const groups = () => ({ a: { teams: [team] }, b: { teams: [other] } })
    const members: Sets = { 'group:a': ['one', 'axel'], 'group:b': [] }

    before(async () => {
      team = await world.made.make('Team', { name: `Team A ${run}` })
      other = await world.made.make('Team', { name: `Team B ${run}` })
      ofTeam = await lead(undefined, { teamsIds: [team] })
      ofOther = await lead(undefined, { teamsIds: [other] })
    })
    beforeEach(() => world.inForce({ groups: groups() }, members))

    it('S03 members of the owning group have full access, within their profile, and nobody else has', async () => {
      expect(await list('one'))
        .to.include(ofTeam)
        .and.not.include(ofOther)
      expect(await list('axel')).to.deep.equal(ids(ofAxel, ofTeam))
      expect(await list('two')).not.to.include(ofTeam)
      expect(await list('mara')).not.to.include(ofTeam)
      expect([await edits('axel', ofTeam), await edits('two', ofTeam), await edits('one', ofOther)]).to.deep.equal([
        200, 403, 403
      ])
      const another = await lead(undefined, { teamsIds: [team] })
      expect([await removes('two', another), await removes('one', another)]).to.deep.equal([403, 200])
    })

    it('S03 a record that belongs to a user is not the group’s, whatever teams it has', async () => {
      const of2 = await lead('two', { teamsIds: [team] })
      expect([await reads('axel', of2), await reads('two', of2)]).to.deep.equal([403, 200])
    })

    it('S07 a record may be given to a group he is in, and to no other group', async () => {
      const give = async (values: object): Promise<number> =>
        statusOf(world.as.one.put(`Lead/${await lead('one')}`, { ...values }))
      expect(await give({ assignedUserId: null, teamsIds: [team] })).to.equal(200)
      expect(await give({ assignedUserId: null, teamsIds: [other] })).to.equal(403)
      expect(await give({ teamsIds: [other] })).to.equal(403)
      expect(await give({ assignedUserId: null, teamsIds: [] })).to.equal(403)
    })

    it('S03 what belongs to a group may not be taken from everybody', async () => {
      const give = async (values: object): Promise<number> =>
        statusOf(world.as.one.put(`Lead/${await lead(undefined, { teamsIds: [team] })}`, { ...values }))
      expect(await give({ teamsIds: [] })).to.equal(403)
      expect(await give({ assignedUserId: world.cast.one.id, teamsIds: [] })).to.equal(200)
      expect(await give({ status: 'In Process', teamsIds: [team] })).to.equal(200)
    })

    it('S07 a team that is no group of Portico’s is EspoCRM’s own affair', async () => {
      const plainTeam = await world.made.make('Team', { name: `No group ${run}` })
      const his = await lead('one')
      expect(await statusOf(world.as.one.put(`Lead/${his}`, { teamsIds: [plainTeam] }))).to.equal(200)
      expect(await statusOf(world.as.one.put(`Lead/${his}`, { teamsIds: [plainTeam, other] }))).to.equal(403)
    })

    it('S05 a rule from a group shares what its members own and what the group owns', async () => {
      const rule = {
        module: 'Lead',
        from: 'group:a',
        to: `user:${world.cast.otto.id}`,
        write: false,
        criteria: [],
        related: []
      }
      await world.inForce({ groups: groups(), rules: [rule] }, members)
      expect(await list('otto'))
        .to.include.members([ofOne, ofAxel, ofTeam])
        .and.not.include.members([ofTwo])
      expect([await reads('otto', ofTeam), await edits('otto', ofTeam), await reads('otto', ofOther)]).to.deep.equal([
        200, 403, 403
      ])
    })
  })

  describe('rules', () => {
    const rule = (more: Partial<SharingRule> = {}): SharingRule => ({
      ...{ module: 'Lead', from: 'role:sales', to: 'role:assistant', write: false, criteria: [], related: [] },
      ...more
    })

    it('S05 A10 a read rule shows, a read-write rule lets change, and none lets remove', async () => {
      await world.inForce({ rules: [rule()] })
      expect(await list('axel'))
        .to.include.members([ofOne, ofTwo, ofAxel])
        .and.not.include(ofMara)
      expect([await reads('axel', ofOne), await edits('axel', ofOne)]).to.deep.equal([200, 403])
      await world.inForce({ rules: [rule({ write: true })] })
      const shared = await lead('two')
      expect([await edits('axel', shared), await removes('axel', shared)]).to.deep.equal([200, 403])
      expect(await reads('otto', ofOne)).to.equal(403)
    })

    it('S05 counts for its write part under Public: Read Only', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-read' } }, rules: [rule({ write: true })] })
      expect([await edits('axel', ofOne), await edits('axel', ofMara)]).to.deep.equal([200, 403])
    })

    it('S05 shares with a role and what is below it, and with one user', async () => {
      await world.inForce({ rules: [rule({ from: 'role:manager', to: 'tree:manager' })] })
      expect([await reads('one', ofMara), await reads('otto', ofMara)]).to.deep.equal([200, 403])
      await world.inForce({ rules: [rule({ from: 'tree:manager', to: `user:${world.cast.otto.id}` })] })
      expect(await list('otto'))
        .to.include.members([ofOne, ofTwo, ofMara, ofAxel])
        .and.not.include(ofNobody)
    })

    it('S05 A26 a rule with a word that nobody knows shares nothing', async () => {
      const odd = [
        { from: 'everybody' },
        { to: 'role:nobody' },
        { module: 'Leads' },
        { criteria: [{ field: 'cGone', operator: '=', value: 'x' }] },
        { criteria: [{ field: 'status', operator: 'resembles', value: 'New' }] },
        { criteria: [{ field: 'status', operator: '<', value: 'New' }] },
        { criteria: [{ field: 'status', operator: '=', value: 5 }] },
        { criteria: 'none' as unknown as [] }
      ]
      await world.inForce({ rules: odd.map((more) => rule(more)) })
      expect(await list('axel')).to.deep.equal([ofAxel])
      await world.inForce({ rules: [...odd.map((more) => rule(more)), rule()] })
      expect(await list('axel')).to.include(ofOne)
    })
  })

  describe('what hangs on shared records', () => {
    let account: string
    let deal: string
    let foreignDeal: string
    let contact: string
    let call: string
    const sharing = (related: SharingRule['related'], more: Partial<Compiled> = {}): Promise<void> =>
      world.inForce({
        ...more,
        rules: [{ module: 'Account', from: 'role:sales', to: 'role:assistant', write: true, criteria: [], related }]
      })
    const tries = (id: string, type: string, name: Name = 'axel'): Promise<number[]> =>
      Promise.all([
        statusOf(world.as[name].get(`${type}/${id}`)),
        statusOf(world.as[name].put(`${type}/${id}`, { description: 'changed' }))
      ])

    before(async () => {
      const { one, two, mara } = world.cast
      account = await world.made.make('Account', { name: `Nordwind ${run}`, assignedUserId: one.id })
      const another = await world.made.make('Account', { name: `Südwind ${run}`, assignedUserId: mara.id })
      const values = { stage: 'Prospecting', closeDate: '2030-01-01', amount: 5, assignedUserId: two.id }
      deal = await world.made.make('Opportunity', { ...values, name: `Pumps ${run}`, accountId: account })
      foreignDeal = await world.made.make('Opportunity', { ...values, name: `Boilers ${run}`, accountId: another })
      contact = await world.made.make('Contact', { lastName: run, accountId: account, assignedUserId: mara.id })
      const at = { dateStart: '2030-05-01 10:00:00', dateEnd: '2030-05-01 11:00:00', assignedUserId: mara.id }
      call = await world.made.make('Call', { ...at, name: `Ring ${run}`, parentType: 'Account', parentId: account })
    })

    it('S06 A07 a rule shares what hangs on its records by a link, for lists and single records alike', async () => {
      await sharing([])
      expect(await tries(deal, 'Opportunity')).to.deep.equal([403, 403])
      await sharing([{ module: 'Opportunity', link: 'account', write: false }])
      expect(await tries(deal, 'Opportunity')).to.deep.equal([200, 403])
      expect(await tries(foreignDeal, 'Opportunity')).to.deep.equal([403, 403])
      expect(await shown(world.as.axel.all('Opportunity')))
        .to.include(deal)
        .and.not.include(foreignDeal)
      await sharing([{ module: 'Opportunity', link: 'account', write: true }])
      expect(await tries(deal, 'Opportunity')).to.deep.equal([200, 200])
      expect(await statusOf(world.as.axel.delete(`Opportunity/${deal}`))).to.equal(403)
    })

    it('S06 also by the record it is about, whatever that is', async () => {
      await sharing([{ module: 'Call', link: 'parentAccount', write: false }])
      expect(await tries(call, 'Call')).to.deep.equal([200, 403])
      await sharing([{ module: 'Call', link: 'parentLead', write: false }])
      expect(await tries(call, 'Call')).to.deep.equal([403, 403])
    })

    it('S01 S06 not where the profile keeps him from the parent’s module', async () => {
      const blind = { ...plain, modules: { '*': everything, Account: nothing } }
      const roles = { manager: plain, sales: plain, assistant: blind }
      await sharing([{ module: 'Opportunity', link: 'account', write: true }], { roles })
      expect(await tries(deal, 'Opportunity')).to.deep.equal([403, 403])
    })

    it('S06 contacts follow accounts: who may see, change, remove the account may do so with them', async () => {
      await sharing([])
      expect(await tries(contact, 'Contact', 'one')).to.deep.equal([403, 403])
      await sharing([], { defaults: { Contact: { level: 'private', follows: 'account' } } })
      expect(await tries(contact, 'Contact', 'one')).to.deep.equal([200, 200])
      expect(await tries(contact, 'Contact', 'axel')).to.deep.equal([200, 200])
      expect(await tries(contact, 'Contact', 'two')).to.deep.equal([403, 403])
      expect(await shown(world.as.one.all('Contact'))).to.include(contact)
      expect(await statusOf(world.as.axel.delete(`Contact/${contact}`))).to.equal(403)
    })

    it('S06 A29 following in a circle ends', async () => {
      const defaults = {
        Account: { level: 'private', follows: 'originalLead' },
        Contact: { level: 'private', follows: 'account' },
        Lead: { level: 'private', follows: 'createdContact' },
        Call: { level: 'private', follows: 'parentAccount' }
      }
      await sharing([], { defaults })
      expect(await tries(contact, 'Contact', 'one')).to.deep.equal([200, 200])
      expect(await tries(contact, 'Contact', 'two')).to.deep.equal([403, 403])
    })
  })

  describe('assignment', () => {
    const gives = async (name: Name, to: Name, from: Name = name): Promise<number> =>
      statusOf(world.as[name].put(`Lead/${await lead(from)}`, { assignedUserId: world.cast[to].id }))
    const makes = (name: Name, to: Name): Promise<number> =>
      statusOf(
        world.as[name]
          .create('Lead', { lastName: run, assignedUserId: world.cast[to].id })
          .then((id) => world.made.note('Lead', id))
      )

    it('S07 under Private one gives to oneself, to one’s role and to roles below', async () => {
      await world.inForce()
      expect([await gives('one', 'two'), await gives('mara', 'one'), await gives('mara', 'mara', 'two')]).to.deep.equal(
        [200, 200, 200]
      )
      expect([await gives('one', 'mara'), await gives('one', 'axel'), await gives('mara', 'otto')]).to.deep.equal([
        403, 403, 403
      ])
      expect([await makes('one', 'two'), await makes('one', 'mara')]).to.deep.equal([200, 403])
      expect([await makes('otto', 'otto'), await makes('otto', 'one')]).to.deep.equal([200, 403])
    })

    it('S07 under Public: Read Only as well; above it to anybody; an administrator always', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-read' } } })
      expect([await gives('one', 'two'), await gives('one', 'mara')]).to.deep.equal([200, 403])
      expect(
        await statusOf(live().admin.put(`Lead/${await lead('one')}`, { assignedUserId: world.cast.otto.id }))
      ).to.equal(200)
      await world.inForce({ defaults: { Lead: { level: 'public-edit' } } })
      expect([await gives('one', 'mara'), await makes('one', 'otto')]).to.deep.equal([200, 200])
    })

    it('S07 what he does not change is not asked about', async () => {
      const rule = { module: 'Lead', from: 'role:manager', to: 'role:sales', write: true, criteria: [], related: [] }
      await world.inForce({ rules: [rule] })
      const theirs = await lead('mara')
      const same = { assignedUserId: world.cast.mara.id, description: 'By him' }
      expect(await statusOf(world.as.one.put(`Lead/${theirs}`, same))).to.equal(200)
    })

    it('S10 what he makes and gives to nobody is his, for administrators it stays nobody’s', async () => {
      await world.inForce()
      const his = world.made.note('Lead', await world.as.one.create('Lead', { lastName: run }))
      expect(await world.as.one.get(`Lead/${his}`)).to.include({ assignedUserId: world.cast.one.id })
      expect((await live().admin.get(`Lead/${ofNobody}`)).assignedUserId ?? null).to.equal(null)
    })

    it('S03 what he makes for a group he is in belongs to the group', async () => {
      const team = await world.made.make('Team', { name: `Team C ${run}` })
      await world.inForce({ groups: { c: { teams: [team] } } }, { 'group:c': ['one'] })
      const itsOwn = world.made.note('Lead', await world.as.one.create('Lead', { lastName: run, teamsIds: [team] }))
      expect((await world.as.one.get(`Lead/${itsOwn}`)).assignedUserId ?? null).to.equal(null)
    })
  })

  describe('the worked examples of the source', () => {
    const assistantsProfile = (rights: ModuleRights): Partial<Compiled> => ({
      roles: { manager: plain, sales: plain, assistant: { ...plain, modules: { '*': everything, Lead: rights } } }
    })
    const creates = async (name: Name): Promise<string> =>
      world.made.note('Lead', await world.as[name].create('Lead', { lastName: run }))
    const gives = (name: Name, id: string, values: object): Promise<number> =>
      statusOf(world.as[name].put(`Lead/${id}`, { ...values }))
    const all = async (name: Name, id: string): Promise<number[]> => [await reads(name, id), await edits(name, id)]

    it('S10 1.1: leads are private; the creator’s, then whose they are given to; the manager’s all along; the assistant sees none at all', async () => {
      await world.inForce(assistantsProfile(nothing))
      const id = await creates('one')
      expect([await all('one', id), await all('two', id), await all('mara', id)]).to.deep.equal([
        [200, 200],
        [403, 403],
        [200, 200]
      ])
      expect(await gives('one', id, { assignedUserId: world.cast.two.id })).to.equal(200)
      expect([await all('one', id), await all('two', id), await all('mara', id)]).to.deep.equal([
        [403, 403],
        [200, 200],
        [200, 200]
      ])
      expect([await statusOf(world.as.axel.get('Lead')), await reads('axel', ofAxel)]).to.deep.equal([403, 403])
    })

    /** The three ways to make Team A come to the same members; EspoCRM is told of these. */
    it('S10 1.2: what is Team A’s is everybody’s in it, what is a person’s is his and the manager’s', async () => {
      const team = await world.made.make('Team', { name: `Team A of 1.2 ${run}` })
      const sales: Sets = {
        'role:sales': ['one', 'two', 'axel'],
        'role:assistant': [],
        'below:manager': ['one', 'two', 'axel']
      }
      await world.inForce({ groups: { a: { teams: [team] } } }, { ...sales, 'group:a': ['one', 'two', 'mara', 'axel'] })
      const id = await creates('one')
      expect([await all('two', id), await all('mara', id)]).to.deep.equal([
        [403, 403],
        [200, 200]
      ])
      expect(await gives('one', id, { assignedUserId: null, teamsIds: [team] })).to.equal(200)
      for (const name of ['one', 'two', 'mara', 'axel'] as const)
        expect(await all(name, id), name).to.deep.equal([200, 200])
      expect(await reads('otto', id)).to.equal(403)
      expect(await gives('axel', id, { assignedUserId: world.cast.two.id })).to.equal(200)
      expect([await all('one', id), await all('axel', id), await all('two', id), await all('mara', id)]).to.deep.equal([
        [403, 403],
        [403, 403],
        [200, 200],
        [200, 200]
      ])
    })

    it('S10 1.3: Public: Read Only; a colleague reads, the manager may do all, the assistant may only look', async () => {
      const looking = { view: true, create: false, edit: false, delete: false }
      await world.inForce({ ...assistantsProfile(looking), defaults: { Lead: { level: 'public-read' } } })
      const id = await creates('one')
      expect([await all('two', id), await all('mara', id), await all('axel', id)]).to.deep.equal([
        [200, 403],
        [200, 200],
        [200, 403]
      ])
      expect([await edits('axel', ofAxel), await statusOf(creates('axel'))]).to.deep.equal([403, 403])
      expect([await removes('axel', id), await removes('mara', id)]).to.deep.equal([403, 200])
    })
  })

  describe('an entity type made later in the Entity Manager', () => {
    it('S04 A47 is private from the first moment', async () => {
      await makeProbe(live().admin)
      await world.inForce()
      const client = world.as.one
      const [mine, hers] = await Promise.all(
        (['one', 'mara'] as const).map((name) =>
          world.made.make(probe, { name: run, assignedUserId: world.cast[name].id })
        )
      )
      await letTeamUse(live(), probe)
      expect(await statusOf(client.get(`${probe}/${mine!}`))).to.equal(200)
      expect(await statusOf(client.get(`${probe}/${hers!}`))).to.equal(403)
      await world.inForce({ defaults: { [probe]: { level: 'public-read' } } })
      expect(await statusOf(client.get(`${probe}/${hers!}`))).to.equal(200)
    })
  })

  describe('beside EspoCRM’s own roles', () => {
    it('S09 never widens: what EspoCRM’s role keeps from him stays so under Public', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-delete' } } })
      const clerk = await ownLeadsOnly(live())
      expect(await shown(clerk.all('Lead', named))).to.deep.equal([])
      expect(await statusOf(clerk.get(`Lead/${ofOne}`))).to.equal(403)
      expect(await reads('otto', ofOne)).to.equal(200)
    })

    it('S09 switched off everything is as before', async () => {
      await world.inForce()
      expect(await list('one')).not.to.include(ofTwo)
      await world.switchTo(false)
      try {
        expect(await list('one')).to.include.members([ofTwo, ofNobody])
        expect([await reads('one', ofTwo), await edits('one', ofTwo)]).to.deep.equal([200, 200])
        expect(await world.as.one.get(`Lead/${ofTwo}`)).not.to.have.property('porticoRights')
        const nobodys = world.made.note('Lead', await world.as.one.create('Lead', { lastName: run }))
        expect((await live().admin.get(`Lead/${nobodys}`)).assignedUserId ?? null).to.equal(null)
      } finally {
        await world.switchTo(true)
      }
    })
  })

  describe('when the model can’t be read', () => {
    const ownAlone = async (): Promise<void> => {
      expect(await list('mara'))
        .to.include(ofMara)
        .and.not.include.members([ofOne])
      expect([await reads('mara', ofMara), await edits('mara', ofMara), await reads('mara', ofOne)]).to.deep.equal([
        200, 200, 403
      ])
    }

    it('A26 everybody is left with his own', async () => {
      for (const compiled of ['', '{', 'null', '"public"', '[]']) {
        await world.inForceAsItStands(compiled)
        if (compiled === '[]') expect(await statusOf(world.as.mara.get('Lead')), compiled).to.equal(403)
        else await ownAlone()
      }
    })

    it('A26 also without a version, and with one that is not there', async () => {
      for (const version of [null, 999_999]) {
        await world.db('portico_sharing').where({ id: 'in-force' }).update({ version })
        await ownAlone()
      }
    })

    it('A26 also without our tables', async () => {
      await world.inForce({ defaults: { Lead: { level: 'public-delete' } } })
      await world.db.schema.renameTable('portico_sharing_models', 'portico_sharing_models_away')
      try {
        await ownAlone()
      } finally {
        await world.db.schema.renameTable('portico_sharing_models_away', 'portico_sharing_models')
      }
      expect(await reads('mara', ofNobody)).to.equal(200)
    })

    it('A26 parts that are no parts give nobody anything, and break nothing', async () => {
      for (const part of ['defaults', 'roles', 'groups', 'rules'])
        for (const odd of [
          null,
          5,
          'x',
          ['x'],
          { Lead: 'x', manager: 'x' },
          [{ module: 'Lead', related: 'x', to: 'role:manager' }]
        ]) {
          await world.inForce({ [part]: odd })
          expect(await statusOf(world.as.mara.get('Lead')), `${part} ${JSON.stringify(odd)}`).to.be.oneOf([200, 403])
          expect(await reads('otto', ofOne)).to.equal(403)
        }
    })
  })
})
