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
  const open: Record<'account' | 'contact' | 'lead', string> = { account: '', contact: '', lead: '' }
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
    open.account = await make(one, 'Account', { name: `Open ${run}` })
    open.lead = await make(one, 'Lead', { lastName: `Open ${run}` })
    await world.switchTo(false)
    const inOpen = { accountId: open.account, assignedUserId: world.cast.otto.id }
    secret.account = await make(otto, 'Account', {
      name: `B ${word}`,
      emailAddress: `b@${word}.example`,
      assignedUserId: world.cast.otto.id
    })
    open.contact = await make(one, 'Contact', {
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
      parentId: open.account,
      usersIds: [world.cast.one.id]
    })
    secret.meeting = await make(otto, 'Meeting', {
      ...at,
      name: `M ${word}`,
      status: 'Held',
      assignedUserId: world.cast.otto.id,
      parentType: 'Account',
      parentId: open.account
    })
    secret.task = await make(otto, 'Task', {
      name: `T ${word}`,
      dateEnd: '2030-05-01 11:00:00',
      assignedUserId: world.cast.otto.id,
      parentType: 'Account',
      parentId: open.account
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
      accountsIds: [open.account]
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
    ['a list by text, as links are chosen', () => `Contact?q=${word}&maxSize=20`],
    ['a list by e-mail address', () => `Lead?q=l%40${word}`],
    [
      'a list under a condition',
      () => `Lead?where[0][type]=contains&where[0][attribute]=lastName&where[0][value]=${word}`
    ],
    ['a list of what one follows', () => `Lead?where[0][type]=bool&where[0][value][]=followed`],
    ['a record', () => `Lead/${secret.lead}`],
    ['a related list', () => `Account/${open.account}/contacts`],
    ['a related list of deals', () => `Account/${open.account}/opportunities`],
    ['a related list of documents', () => `Account/${open.account}/documents`],
    ['a related list of a foreign record', () => `Account/${secret.account}/contacts`],
    ['global search', () => `GlobalSearch?q=${word}`],
    ['kanban', () => `Kanban/Lead?maxSize=200`],
    ['kanban of deals', () => `Kanban/Opportunity?maxSize=200`],
    ['the stream of the record', () => `Lead/${secret.lead}/stream`],
    ['posts on the record', () => `Lead/${secret.lead}/posts`],
    ['the stream of a parent', () => `Account/${open.account}/stream?maxSize=50`],
    ['updates of a parent', () => `Account/${open.account}/updateStream?maxSize=50`],
    ['files in the stream of a parent', () => `Account/${open.account}/streamAttachments`],
    ['one’s own stream', () => `Stream?maxSize=50`],
    ['the global stream', () => `GlobalStream?maxSize=50`],
    ['the stream of another’s doings', () => `User/${world.cast.otto.id}/stream/own?maxSize=50`],
    ['another’s stream', () => `User/${world.cast.otto.id}/stream?maxSize=50`],
    ['notifications', () => `Notification?maxSize=50`],
    ['activities', () => `Activities/Account/${open.account}/activities`],
    ['activities of one kind', () => `Activities/Account/${open.account}/activities/list/Call`],
    ['history', () => `Activities/Account/${open.account}/history`],
    ['upcoming activities', () => `Activities/upcoming?futureDays=5000`],
    ['one’s calendar', () => `Activities?from=2030-04-30%2000:00:00&to=2030-05-03%2000:00:00`],
    [
      'another’s calendar',
      () => `Activities?from=2030-04-30%2000:00:00&to=2030-05-03%2000:00:00&userId=${world.cast.otto.id}`
    ],
    ['the timeline', () => `Timeline?from=2030-04-30%2000:00:00&to=2030-05-03%2000:00:00&userId=${world.cast.otto.id}`],
    ['followers', () => `Lead/${secret.lead}/followers`],
    ['attendees', () => `Meeting/${secret.meeting}/attendees`],
    ['addresses to write to', () => `EmailAddress/search?q=${word}`],
    ['addresses of a parent', () => `Activities/Account/${open.account}/composeEmailAddressList`],
    ['what was looked at', () => `LastViewed`],
    ['what was done', () => `ActionHistoryRecord?maxSize=50`],
    ['a file', () => `Attachment/${secret.file}`],
    [
      'a report of deals',
      () => `Opportunity/action/reportByStage?dateFrom=2030-01-01&dateTo=2031-01-01&dateFilter=between`
    ],
    ['the name of a linked record', () => `Contact/${open.contact}`],
    ['the name of a linked record in a list', () => `Contact?q=Open%20${run}`],
    ['who has access', () => `Lead/${secret.lead}/usersAccess`]
  ]
  const told = { 'a report of deals': '7777777' }

  for (const [title, path] of doors) {
    it(`S09 ${title}`, async () => {
      const sought = told[title as keyof typeof told] ?? word
      const [his, others] = [await answer('otto', path()), await answer('one', path())]
      if (process.env.SHOW) console.log(title, his.includes(sought), others.includes(sought), others)
      expect(others).not.to.include(sought)
    })
  }
  void statusOf
  void expect
})
