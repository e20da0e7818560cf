/** Ways to records on which EspoCRM itself asks nobody: templates, letters, exports, opting out, invitations, parts of campaigns. */
import { expect } from 'chai'
import { onEspocrm, newRun } from './live.js'
import { openSharingWorld, statusOf, type SharingWorld } from './sharing-world.js'

onEspocrm('byways of EspoCRM under global sharing', (live) => {
  const run = newRun()
  /** Stands in everything that is Otto's alone. */
  const word = `secret-${run}`
  const open = { level: 'public-read' }
  const at = { dateStart: '2030-05-01 10:00:00', dateEnd: '2030-05-01 11:00:00' }
  let world: SharingWorld
  /** One's own. */
  let ones: Record<'case' | 'task' | 'meeting' | 'targets' | 'campaign', string>
  /** Otto's. */
  let secret: Record<'account' | 'contact' | 'lead' | 'call' | 'campaign' | 'file', string>

  /** In a document that is his alone. */
  const fileOfOttos = async (): Promise<string> => {
    const { id } = await world.as.otto.post('Attachment', {
      ...{ name: `${word}.txt`, type: 'text/plain', role: 'Attachment', relatedType: 'Document', field: 'file' },
      file: `data:text/plain;base64,${Buffer.from(word).toString('base64')}`
    })
    const document = { name: `F ${word}`, publishDate: '2026-01-01', fileId: id }
    await world.made.make('Document', { ...document, assignedUserId: world.cast.otto.id })
    return id
  }

  before(async function () {
    this.timeout(180_000)
    world = await openSharingWorld(live())
    const { made, cast } = world
    const his = { assignedUserId: cast.otto.id }
    const own = { assignedUserId: cast.one.id }
    const account = await made.make('Account', { ...his, name: `A ${word}` })
    const contact = await made.make('Contact', { ...his, lastName: `C ${word}`, description: `D ${word}` })
    const lead = await made.make('Lead', {
      ...his,
      lastName: `L ${word}`,
      emailAddress: `l@${word}.example`,
      description: `D ${word}`
    })
    const call = await made.make('Call', { ...his, ...at, name: `K ${word}`, usersIds: [cast.otto.id, cast.one.id] })
    const campaign = await made.make('Campaign', { ...his, name: `P ${word}`, type: 'Email' })
    const file = await fileOfOttos()
    secret = { account, contact, lead, call, campaign, file }
    const targets = await made.make('TargetList', { ...own, name: run })
    ones = {
      case: await made.make('Case', { ...own, name: `Open ${run}`, accountId: account, contactsIds: [contact] }),
      task: await made.make('Task', { ...own, name: `Open ${run}`, parentType: 'Account', parentId: account }),
      meeting: await made.make('Meeting', { ...own, ...at, name: run, contactsIds: [contact], leadsIds: [lead] }),
      targets,
      campaign: await made.make('Campaign', {
        ...own,
        name: run,
        type: 'Mail',
        targetListsIds: [targets],
        mailMergeOnlyWithAddress: false
      })
    }
  })

  after(async function () {
    this.timeout(60_000)
    await world?.close()
  })

  /** Who may sees it, and whoever may not does not; switched off, sharing is not asked. */
  function tells(title: string, asked: () => Promise<unknown>, types: readonly string[]): void {
    const said = async (): Promise<string> => JSON.stringify(await asked())
    it(`S09 A11 under Private nothing is told by ${title}`, async () => {
      await world.inForce()
      expect(await said()).not.to.include(word)
    })
    it(`S09 under Public: Read Only it is told by ${title}`, async () => {
      await world.inForce({ defaults: Object.fromEntries(types.map((type) => [type, open])) })
      expect(await said()).to.include(word)
    })
    it(`S09 switched off, it is told by ${title}`, async () => {
      await world.inForce()
      await world.switchTo(false)
      try {
        expect(await said()).to.include(word)
      } finally {
        await world.switchTo(true)
      }
    })
  }

  const written = async (body: string, about: object): Promise<unknown> => {
    const id = await world.made.make('EmailTemplate', { name: run, subject: run, body, isHtml: true })
    return world.as.one.post(`EmailTemplate/${id}/prepare`, { ...about })
  }
  const ofCase = (): object => ({ parentType: 'Case', parentId: ones.case })

  tells(
    'an e-mail template filled by an address',
    () => written('{Lead.description} {Person.lastName}', { emailAddress: `l@${word}.example` }),
    ['Lead']
  )
  tells('an e-mail template that goes through links', () => written('{{#each contacts}}{{name}}{{/each}}', ofCase()), [
    'Contact'
  ])
  tells('an e-mail template with the name of a link', () => written('{Case.accountName}', ofCase()), ['Account'])
  tells(
    'an e-mail template about a related record',
    () => written('{Case.accountName}', { relatedType: 'Case', relatedId: ones.case }),
    ['Account']
  )

  it('S09 what one may see is written into e-mail templates as ever', async () => {
    await world.inForce()
    const text = JSON.stringify(
      await written('{Case.name} {{name}} {User.lastName} {Case.assignedUser.lastName}', ofCase())
    )
    expect(text).to.include(`Open ${run} Open ${run} One One`)
  })

  for (const [attribute, type] of [
    ['accountName', 'Case'],
    ['accountName', 'Task']
  ] as const)
    tells(
      `a list of ${type} asked for ${attribute} alone`,
      () =>
        world.as.one.get(
          `${type}?where[0][type]=equals&where[0][attribute]=name&where[0][value]=Open%20${run}&attributeSelect=${attribute}`
        ),
      ['Account']
    )

  const exported = async (
    entityType: string,
    format: string,
    fields: readonly ('account' | 'contacts' | 'parent')[]
  ): Promise<unknown> => {
    const named = {
      account: ['accountName'],
      contacts: ['contactsNames'],
      parent: ['parentId', 'parentType', 'parentName']
    }
    const attributeList = ['name', ...fields.flatMap((field) => named[field])]
    const ids = [entityType === 'Case' ? ones.case : ones.task]
    const ask = { entityType, format, ids, attributeList, fieldList: ['name', ...fields], params: { lite: true } }
    const { id } = await world.as.one.post('Export', ask)
    return (await world.as.one.bytes(`Attachment/file/${id}`)).toString()
  }
  tells('an export with the name of a link', () => exported('Case', 'csv', ['account']), ['Account'])
  tells('an export with names of links', () => exported('Case', 'csv', ['contacts']), ['Contact'])
  tells('an export with the name of a parent', () => exported('Task', 'csv', ['parent']), ['Account'])

  tells('a list of who is invited', () => world.as.one.get(`Meeting/${ones.meeting}/attendees`), ['Contact', 'Lead'])

  it('S09 A02 an invitation is answered by whom the record is shared with', async () => {
    const answer = (status: string, action = 'Call/action/setAcceptanceStatus'): Promise<number> =>
      statusOf(world.as.one.post(action, { id: secret.call, status }))
    await world.inForce()
    expect(await answer('Declined')).to.equal(403)
    expect(await answer('Declined', 'call/action/SETACCEPTANCESTATUS')).to.equal(403)
    expect(await answer('Declined', 'Call/action/%2573etAcceptanceStatus')).to.equal(403)
    await world.inForce({ defaults: { Call: open } })
    expect(await answer('Declined')).to.equal(200)
    await world.inForce()
    await world.switchTo(false)
    expect(await answer('Accepted')).to.equal(200)
    await world.switchTo(true)
  })

  it('S09 A02 nobody is opted out, or in again, whom one may not see', async () => {
    const opt = (action: string): Promise<number> => {
      const body = { id: ones.targets, targetType: 'Lead', targetId: secret.lead }
      return statusOf(world.as.one.post(`TargetList/action/${action}`, body))
    }
    await world.inForce()
    expect([await opt('optOut'), await opt('cancelOptOut')]).to.deep.equal([403, 403])
    await world.inForce({ defaults: { Lead: open } })
    expect([await opt('cancelOptOut'), await opt('optOut')]).to.deep.equal([200, 200])
  })
  tells('a list of who is opted out', () => world.as.one.get(`TargetList/${ones.targets}/optedOut`), ['Lead'])

  it('S09 A11 letters are written to those members of a target list whom one may see', async () => {
    const letter = await world.made.make('Template', { name: run, entityType: 'Lead', body: '<p>{{name}}</p>' })
    await live().admin.put(`Campaign/${ones.campaign}`, { leadsTemplateId: letter })
    await live().admin.post(`TargetList/${ones.targets}/leads`, { id: secret.lead })
    await live().admin.post('TargetList/action/cancelOptOut', {
      id: ones.targets,
      targetType: 'Lead',
      targetId: secret.lead
    })
    const merged = (): Promise<number> =>
      statusOf(world.as.one.post(`Campaign/${ones.campaign}/generateMailMerge`, { link: 'leads' }))
    await world.inForce()
    expect(await merged()).to.equal(500)
    await world.inForce({ defaults: { Lead: open } })
    expect(await merged()).to.equal(200)
  })

  /** What EspoCRM's form of a case would refuse to link. */
  const links = (): [string, object, string][] => [
    ['accountId', { accountId: secret.account }, 'Account'],
    ['contactsIds', { contactsIds: [secret.contact] }, 'Contact'],
    ['attachmentsIds', { attachmentsIds: [secret.file] }, 'Document']
  ]

  it('S09 A02 records that are merged are linked to what one may see, and to nothing else', async () => {
    for (const [name, attributes, type] of links()) {
      const own = { assignedUserId: world.cast.one.id, name: `Merged ${run}` }
      const id = await world.made.make('Case', own)
      const data = { sourceIdList: [await world.made.make('Case', own)], attributes }
      const merge = (): Promise<number> =>
        statusOf(world.as.one.post('Action', { entityType: 'Case', action: 'merge', id, data }))
      await world.inForce()
      expect(await merge(), name).to.equal(403)
      await world.inForce({ defaults: { [type]: open } })
      expect(await merge(), name).to.equal(200)
    }
  })

  describe('imports', () => {
    let rows: string

    /** One row, with what every record gets. */
    const imported = async (entityType: string, defaultValues: object): Promise<string> => {
      const format = {
        ...{ delimiter: ',', textQualifier: '"', headerRow: false, dateFormat: 'YYYY-MM-DD', timeFormat: 'HH:mm' },
        ...{ decimalMark: '.', timezone: 'UTC', currency: 'USD', personNameFormat: 'f l', idleMode: false }
      }
      const what = { entityType, attachmentId: rows, attributeList: ['name'], action: 'create', defaultValues }
      return world.made.note('Import', (await world.as.one.post('Import', { ...format, ...what })).id)
    }
    const madeBy = async (id: string, entityType: string): Promise<number> => {
      const { list } = await live().admin.get<{ list: { id: string }[] }>(`Import/${id}/imported`)
      for (const one of list) world.made.note(entityType, one.id)
      return list.length
    }

    before(async () => {
      secret = { ...secret, file: await fileOfOttos() }
      const file = `data:text/csv;base64,${Buffer.from(`Imported ${run}`).toString('base64')}`
      const about = { role: 'Attachment', relatedType: 'Document', field: 'file' }
      rows = (await world.as.one.post('Attachment', { ...about, name: 'a.csv', type: 'text/csv', file })).id
    })

    it('S09 A02 link what one may see, and nothing else', async () => {
      for (const [name, values, type] of links()) {
        await world.inForce()
        expect(await madeBy(await imported('Case', values), 'Case'), name).to.equal(0)
        await world.inForce({ defaults: { [type]: open } })
        expect(await madeBy(await imported('Case', values), 'Case'), name).to.equal(1)
      }
    })

    it('S09 A02 make records, but no posts and files of others', async () => {
      await world.inForce()
      const post = { type: 'Post', parentType: 'Lead', parentId: secret.lead }
      expect(await madeBy(await imported('Note', post), 'Note')).to.equal(0)
      const copy = { sourceId: secret.file, role: 'Attachment', type: 'text/plain' }
      expect(await madeBy(await imported('Attachment', copy), 'Attachment')).to.equal(0)
      expect(await madeBy(await imported('Case', {}), 'Case')).to.equal(1)
    })

    it('S09 A02 are reverted by whoever may delete what they made', async () => {
      await world.inForce()
      const id = await imported('Case', {})
      const { list } = await live().admin.get<{ list: { id: string }[] }>(`Import/${id}/imported`)
      const made = world.made.note('Case', list[0]!.id)
      const revert = (): Promise<number> => statusOf(world.as.one.post(`Import/${id}/revert`))
      await live().admin.put(`Case/${made}`, { assignedUserId: world.cast.otto.id })
      expect(await revert()).to.equal(403)
      await world.inForce({ defaults: { Case: { level: 'public-delete' } } })
      expect(await revert()).to.equal(200)
    })
  })

  describe('parts of a campaign', () => {
    let mailing: string
    let url: string
    let entry: string

    before(async () => {
      const campaignId = secret.campaign
      const { id: emailTemplateId } = await live().admin.post('EmailTemplate', { name: run, subject: run, body: run })
      world.made.note('EmailTemplate', emailTemplateId)
      const startAt = '2030-05-01 10:00:00'
      mailing = await world.made.make('MassEmail', {
        name: `M ${word}`,
        campaignId,
        emailTemplateId,
        startAt,
        targetListsIds: [ones.targets]
      })
      url = await world.made.make('CampaignTrackingUrl', { name: `U ${word}`, campaignId, url: 'https://a.example' })
      entry = await world.made.make('CampaignLogRecord', {
        ...{ campaignId, action: 'Sent', actionDate: startAt, stringData: `l@${word}.example` },
        ...{ parentType: 'Lead', parentId: secret.lead }
      })
    })

    for (const [type, id] of [
      ['MassEmail', () => mailing],
      ['CampaignTrackingUrl', () => url],
      ['CampaignLogRecord', () => entry]
    ] as const) {
      tells(`a list of ${type}`, () => world.as.one.get(`${type}?maxSize=200`), ['Campaign'])

      it(`S09 A04 A10 ${type} is read and changed with its campaign`, async () => {
        const read = (): Promise<number> => statusOf(world.as.one.get(`${type}/${id()}`))
        const change = (): Promise<number> => statusOf(world.as.one.put(`${type}/${id()}`, { name: `X ${word}` }))
        await world.inForce()
        expect([await read(), await change()]).to.deep.equal([403, 403])
        await world.inForce({ defaults: { Campaign: open } })
        expect([await read(), await change()]).to.deep.equal([200, 403])
        await world.inForce({ defaults: { Campaign: { level: 'public-edit' } } })
        expect([await read(), await change()]).to.deep.equal([200, 200])
      })
    }

    it('S09 A02 a part is removed by whoever may change the campaign', async () => {
      const remove = (): Promise<number> => statusOf(world.as.one.delete(`MassEmail/${mailing}`))
      await world.inForce({ defaults: { Campaign: open } })
      expect(await remove()).to.equal(403)
      await world.inForce({ defaults: { Campaign: { level: 'public-edit' } } })
      expect(await remove()).to.equal(200)
    })
  })
})
