/** Every door of EspoCRM's by which staff come to records, with global sharing before it: one who may sees the record, the other nothing of it. */
import { expect } from 'chai'
import { onEspocrm, newRun } from './live.js'
import type { EspoClient } from './espo-client.js'
import { openSharingWorld, statusOf, type Name, type SharingWorld } from './sharing-world.js'

onEspocrm('the doors of EspoCRM under global sharing', (live) => {
  const run = newRun()
  /** Stands in everything that is Otto's alone. */
  const word = `secret-${run}`
  let world: SharingWorld
  /** One's own. */
  const ones: Record<'account' | 'contact' | 'lead', string> = { account: '', contact: '', lead: '' }
  /** Otto's. */
  const secret: Record<
    'account' | 'contact' | 'lead' | 'deal' | 'case' | 'call' | 'meeting' | 'task' | 'document' | 'targets' | 'file',
    string
  > = {
    ...{ account: '', contact: '', lead: '', deal: '', case: '', call: '', meeting: '', task: '' },
    ...{ document: '', targets: '', file: '' }
  }
  const at = { dateStart: '2030-05-01 10:00:00', dateEnd: '2030-05-01 11:00:00' }

  before(async function () {
    this.timeout(180_000)
    world = await openSharingWorld(live())
    const { one, otto } = world.as
    const make = async (client: EspoClient, type: string, values: object): Promise<string> =>
      world.made.note(type, await client.create(type, { ...values }))
    ones.account = await make(one, 'Account', { name: `Open ${run}` })
    ones.lead = await make(one, 'Lead', { lastName: `Open ${run}` })
    await world.switchTo(false)
    const inOpen = { accountId: ones.account, assignedUserId: world.cast.otto.id }
    secret.account = await make(otto, 'Account', {
      name: `B ${word}`,
      emailAddress: `b@${word}.example`,
      assignedUserId: world.cast.otto.id
    })
    ones.contact = await make(one, 'Contact', {
      lastName: `Open ${run}`,
      accountId: secret.account,
      assignedUserId: world.cast.one.id
    })
    secret.contact = await make(otto, 'Contact', {
      ...inOpen,
      lastName: `S ${word}`,
      emailAddress: `s@${word}.example`
    })
    secret.lead = await make(otto, 'Lead', {
      lastName: `L ${word}`,
      status: 'New',
      assignedUserId: world.cast.otto.id,
      emailAddress: `l@${word}.example`
    })
    secret.deal = await make(otto, 'Opportunity', {
      ...inOpen,
      name: `D ${word}`,
      stage: 'Closed Won',
      closeDate: '2030-05-01',
      amount: 7_777_777
    })
    secret.case = await make(otto, 'Case', { ...inOpen, name: `K ${word}` })
    secret.call = await make(otto, 'Call', {
      ...at,
      name: `C ${word}`,
      assignedUserId: world.cast.otto.id,
      parentType: 'Account',
      parentId: ones.account,
      usersIds: [world.cast.one.id]
    })
    secret.meeting = await make(otto, 'Meeting', {
      ...at,
      name: `M ${word}`,
      status: 'Held',
      assignedUserId: world.cast.otto.id,
      parentType: 'Account',
      parentId: ones.account
    })
    secret.task = await make(otto, 'Task', {
      name: `T ${word}`,
      dateEnd: '2030-05-01 11:00:00',
      assignedUserId: world.cast.otto.id,
      parentType: 'Account',
      parentId: ones.account
    })
    secret.targets = await make(otto, 'TargetList', { name: `Z ${word}`, assignedUserId: world.cast.otto.id })
    secret.file = (
      await otto.post('Attachment', {
        name: `${word}.txt`,
        type: 'text/plain',
        role: 'Attachment',
        relatedType: 'Document',
        field: 'file',
        file: `data:text/plain;base64,${Buffer.from(word).toString('base64')}`
      })
    ).id
    secret.document = await make(otto, 'Document', {
      name: `F ${word}`,
      publishDate: '2026-01-01',
      fileId: secret.file,
      assignedUserId: world.cast.otto.id,
      accountsIds: [ones.account]
    })
    for (const [type, id] of [
      ['Lead', secret.lead],
      ['Contact', secret.contact],
      ['Case', secret.case]
    ] as const) {
      await one.put(`${type}/${id}/subscription`, {})
      await one.get(`${type}/${id}`)
      await otto.post('Note', { type: 'Post', parentType: type, parentId: id, post: `N ${word}` })
    }
    await world.inForce()
    await world.switchTo(true)
  })

  after(async function () {
    this.timeout(60_000)
    await world?.close()
  })

  /** Everything that a door answers to somebody, refusals included. */
  const answer = async (name: Name, path: string): Promise<string> => {
    try {
      return JSON.stringify(await world.as[name].get<unknown>(path))
    } catch (error) {
      return String(error)
    }
  }

  const doors: [string, () => string][] = [
    ['a list', () => `Contact?maxSize=200`],
    ['a list by text, as links are chosen', () => `Contact?q=S%20${word}&maxSize=20`],
    ['a list by e-mail address', () => `Lead?q=l%40${word}`],
    [
      'a list under a condition',
      () => `Lead?where[0][type]=contains&where[0][attribute]=lastName&where[0][value]=${word}`
    ],
    ['a list of what one follows', () => `Lead?where[0][type]=bool&where[0][value][]=followed`],
    ['a record', () => `Lead/${secret.lead}`],
    ['a related list', () => `Account/${ones.account}/contacts?attributeSelect=name`],
    ['a related list of deals', () => `Account/${ones.account}/opportunities`],
    ['a related list of documents', () => `Account/${ones.account}/documents`],
    ['a related list of a foreign record', () => `Account/${secret.account}/contacts`],
    ['global search', () => `GlobalSearch?q=B%20${word}`],
    ['kanban', () => `Kanban/Lead?maxSize=200`],
    ['kanban of deals', () => `Kanban/Opportunity?maxSize=200`],
    ['the stream of the record', () => `Lead/${secret.lead}/stream`],
    ['posts on the record', () => `Lead/${secret.lead}/posts`],
    ['the stream of a parent', () => `Account/${ones.account}/stream?maxSize=50`],
    ['updates of a parent', () => `Account/${ones.account}/updateStream?maxSize=50`],
    ['files in the stream of a parent', () => `Account/${ones.account}/streamAttachments`],
    ['one’s own stream', () => `Stream?maxSize=50`],
    ['the global stream', () => `GlobalStream?maxSize=50`],
    ['the stream of another’s doings', () => `User/${world.cast.otto.id}/stream/own?maxSize=50`],
    ['another’s stream', () => `User/${world.cast.otto.id}/stream?maxSize=50`],
    ['notifications', () => `Notification?maxSize=50`],
    ['activities', () => `Activities/Account/${ones.account}/activities`],
    ['activities of one kind', () => `Activities/Account/${ones.account}/activities/list/Call`],
    ['history', () => `Activities/Account/${ones.account}/history`],
    ['upcoming activities', () => `Activities/upcoming?futureDays=5000`],
    ['another’s upcoming activities', () => `Activities/upcoming?futureDays=5000&userId=${world.cast.otto.id}`],
    ['one’s calendar', () => `Activities?from=2030-04-30%2000:00:00&to=2030-05-03%2000:00:00`],
    [
      'another’s calendar',
      () => `Activities?from=2030-04-30%2000:00:00&to=2030-05-03%2000:00:00&userId=${world.cast.otto.id}`
    ],
    ['the timeline', () => `Timeline?from=2030-04-30%2000:00&to=2030-05-03%2000:00&userIdList=${world.cast.otto.id}`],
    ['followers', () => `Lead/${secret.lead}/followers`],
    ['attendees', () => `Meeting/${secret.meeting}/attendees`],
    ['addresses to write to', () => `EmailAddress/search?q=s%40${word}`],
    ['addresses of a parent', () => `Activities/Account/${ones.account}/composeEmailAddressList`],
    ['what was looked at', () => `LastViewed`],
    ['what was done', () => `ActionHistoryRecord?maxSize=50`],
    ['a file', () => `Attachment/${secret.file}`],
    [
      'a report of deals',
      () => `Opportunity/action/reportSalesByMonth?dateFrom=2030-01-01&dateTo=2031-01-01&dateFilter=between`
    ],
    ['the name of a linked record', () => `Contact/${ones.contact}`],
    ['the name of a linked record in a list', () => `Contact?q=Open%20${run}`],
    ['who has access', () => `Lead/${secret.lead}/usersAccess`]
  ]
  /** What tells the record where its name is not shown. */
  const told: Readonly<Record<string, string>> = { 'a report of deals': '7777777', notifications: `N ${word}` }
  /** Doors that say nothing of names even to one who may; they are asked about refusals alone. */
  const wordless = [
    ...['updates of a parent', 'files in the stream of a parent', 'followers', 'a list of what one follows'],
    ...[
      'attendees',
      'addresses to write to',
      'addresses of a parent',
      'who has access',
      'a related list of a foreign record'
    ]
  ]

  describe('for reading', () => {
    const open = { level: 'public-read' }
    const types = [
      'Account',
      'Contact',
      'Lead',
      'Opportunity',
      'Case',
      'Call',
      'Meeting',
      'Task',
      'Document',
      'TargetList'
    ]

    for (const [title, path] of doors) {
      it(`S09 A04 A08 A11 under Private nothing is seen by ${title}`, async () => {
        await world.inForce()
        expect(await answer('one', path())).not.to.include(told[title] ?? word)
      })
      if (wordless.includes(title)) continue
      it(`S04 under Public: Read Only it is seen by ${title}`, async () => {
        await world.inForce({ defaults: Object.fromEntries(types.map((type) => [type, open])) })
        expect(await answer('one', path())).to.include(told[title] ?? word)
      })
    }

    it('S09 A12 an export holds what he may see, whatever he asks for', async () => {
      const exported = async (name: Name): Promise<string> => {
        const ask = {
          entityType: 'Lead',
          format: 'csv',
          ids: [secret.lead, ones.lead],
          attributeList: ['id', 'name'],
          fieldList: ['id', 'name']
        }
        const { id } = await world.as[name].post('Export', ask)
        return (await world.as[name].bytes(`Attachment/file/${id}`)).toString()
      }
      await world.inForce()
      expect(await exported('one'))
        .to.include(`Open ${run}`)
        .and.not.include(word)
      await world.inForce({ defaults: { Lead: open } })
      expect(await exported('one')).to.include(word)
    })

    it('S09 A11 duplicates are looked for among what he may see', async () => {
      const double = (): Promise<number> =>
        statusOf(
          world.as.one
            .post('Lead', { lastName: `L ${word}`, emailAddress: `l@${word}.example` })
            .then(({ id }) => world.made.note('Lead', id))
        )
      await world.inForce({ defaults: { Lead: open } })
      expect(await double()).to.equal(409)
      await world.inForce()
      expect(await double()).to.equal(200)
    })

    it('S09 A18 a file goes with its record', async () => {
      const file = (): Promise<number> => statusOf(world.as.one.bytes(`Attachment/file/${secret.file}`))
      await world.inForce()
      expect(await file()).to.equal(403)
      await world.inForce({ defaults: { Document: open } })
      expect(await file()).to.equal(200)
    })

    it('S09 whom something concerns that he may not see is not rung for, nor told its name', async () => {
      const invite = async (): Promise<string> => {
        const call = {
          ...at,
          name: `Invited ${word}`,
          assignedUserId: world.cast.otto.id,
          usersIds: [world.cast.otto.id, world.cast.one.id]
        }
        world.made.note('Call', await world.as.otto.create('Call', call))
        const unread = await world.as.one.get<unknown>('Notification/action/notReadCount')
        await world.as.one.post('Notification/action/markAllRead')
        return JSON.stringify(unread)
      }
      await world.as.one.post('Notification/action/markAllRead')
      await world.inForce()
      expect(await invite()).to.equal('0')
      expect(await answer('one', 'Notification?maxSize=1')).not.to.include(`Invited ${word}`)
      await world.inForce({ defaults: { Call: open } })
      expect(await invite()).to.equal('1')
      expect(await answer('one', 'Notification?maxSize=1')).to.include(`Invited ${word}`)
    })
  })

  describe('for changing', () => {
    const under = (level: string): Promise<void> =>
      world.inForce({ defaults: { Lead: { level }, Contact: { level }, Account: { level }, TargetList: { level } } })
    const nameOf = async (id: string): Promise<unknown> => (await live().admin.get(`Lead/${id}`)).description
    const counted = (done: Promise<{ count?: number }>): Promise<number> => done.then(({ count }) => count ?? -1)

    const attempts: [string, (lead: string) => Promise<unknown>, string][] = [
      ['reassignment', (id) => world.as.one.put(`Lead/${id}`, { assignedUserId: world.cast.one.id }), 'public-edit'],
      ['conversion', (id) => world.as.one.post('Lead/action/convert', { id, records: {} }), 'public-edit'],
      ['following', (id) => world.as.one.put(`Lead/${id}/subscription`, {}), 'public-read'],
      [
        'a post',
        (id) => world.as.one.post('Note', { type: 'Post', parentType: 'Lead', parentId: id, post: 'x' }),
        'public-read'
      ],
      ['duplication', (id) => world.as.one.post('Lead/action/getDuplicateAttributes', { id }), 'public-read'],
      ['a link from it', (id) => world.as.one.post(`Lead/${id}/targetLists`, { id: openTargets }), 'public-edit'],
      ['a link to it', (id) => world.as.one.post(`TargetList/${openTargets}/leads`, { id }), 'public-edit'],
      [
        'a reference to it',
        (id) =>
          world.as.one
            .create('Task', { name: run, assignedUserId: world.cast.one.id, parentType: 'Lead', parentId: id })
            .then((task) => world.made.note('Task', task)),
        'public-read'
      ],
      ['followers', (id) => world.as.one.post(`Lead/${id}/followers`, { id: world.cast.two.id }), 'public-edit']
    ]
    let openTargets: string
    const secretLead = (): Promise<string> =>
      world.made.make('Lead', { lastName: `L ${word}`, status: 'New', assignedUserId: world.cast.otto.id })

    before(async () => {
      openTargets = await world.made.make('TargetList', { name: run, assignedUserId: world.cast.one.id })
    })

    for (const [title, attempt, level] of attempts) {
      it(`S09 A02 ${title}: refused under Private, allowed under ${level}`, async () => {
        const id = await secretLead()
        await under('private')
        expect(await statusOf(attempt(id))).to.equal(403)
        await under(level)
        expect(await statusOf(attempt(id))).to.equal(200)
      })
    }

    it('S09 A10 mass update and mass removal leave what he may not change', async () => {
      const both = [
        await secretLead(),
        await world.made.make('Lead', { lastName: run, assignedUserId: world.cast.one.id })
      ]
      const mass = (action: string, data: object = {}): Promise<number> =>
        counted(world.as.one.post('MassAction', { entityType: 'Lead', action, params: { ids: both }, data }))
      const change = { values: { description: 'All at once' } }
      await under('private')
      expect(await mass('update', change)).to.equal(1)
      await under('public-read')
      expect(await mass('update', change)).to.equal(1)
      expect(await nameOf(both[0]!)).not.to.equal('All at once')
      await under('public-edit')
      expect(await mass('update', change)).to.equal(2)
      expect(await mass('delete')).to.equal(1)
      await under('public-delete')
      expect(await mass('delete')).to.equal(1)
    })

    it('S09 merging takes the right to change and to remove all of them', async () => {
      const his = await world.made.make('Lead', { lastName: run, assignedUserId: world.cast.one.id })
      const merge = (): Promise<unknown> =>
        world.as.one.post('Action', {
          entityType: 'Lead',
          action: 'merge',
          id: his,
          data: { sourceIdList: [other], attributes: {} }
        })
      const other = await secretLead()
      await under('public-edit')
      expect(await statusOf(merge())).to.equal(403)
      await under('public-delete')
      expect(await statusOf(merge())).to.equal(200)
    })
  })
})
