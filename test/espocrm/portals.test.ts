import { expect } from 'chai'
import { configuration, releaseOf, userTypesOf, type Portal, type UserType } from '../../src/portal/configuration.js'
import { pngOf } from '../portal/pictures.js'
import type { Answers, Visitor } from '../support/visitor.js'
import type { List } from './espo-client.js'
import { newRun, onEspocrm } from './live.js'
import { accept } from './newcomers.js'
import { admin, openPortalWorld, portalAt, type PortalWorld } from './portal-world.js'
import { mount, type Service } from './service.js'

/** Pages weigh less than this. */
const heaviest = 50_000

/** Portals made by their administrator's pages and used by customers, with EspoCRM's own modules, layouts and numbers. */
onEspocrm('portals of EspoCRM’s modules', (live) => {
  const run = newRun()
  const door = `${mount}/portal/${run}`
  let portals: PortalWorld
  let service: Service
  let world: PortalWorld['records']
  let vera: Visitor
  let anna: Visitor

  before(async function () {
    this.timeout(120_000)
    portals = await openPortalWorld(live(), run)
    ;({ service, vera, records: world } = portals)
    anna = service.visitor()
  })

  after(async function () {
    this.timeout(60_000)
    await portals?.close()
  })

  const thePortal = (): Promise<Portal> => portalAt(service, run)
  const typeOf = async (primaryModule: string): Promise<UserType> => {
    const types = userTypesOf(await configuration(service.installation.db), (await thePortal()).id)
    return types.find((type) => type.primaryModule === primaryModule)!
  }
  const theType = (): Promise<UserType> => typeOf('Contact')
  const releasePath = async (module: string): Promise<string> =>
    `${admin}/user-types/${(await theType()).id}/modules/${module}`

  /** On a page of modules: the ways as they stand there, but for these. */
  const waysWith = (chosen: Readonly<Record<string, string>>): string[] =>
    valuesOf(vera, 'select[name=path] option:first-child').map((way) => {
      const [module] = way.split('/')
      return chosen[module!] === undefined ? way : `${module}/${chosen[module!]}`
    })

  const numberOf = async (who: Visitor, path: string): Promise<number> => {
    await who.open(path)
    return Number(/(\d+) records?\b/.exec(who.is(200).text)?.[1])
  }

  /** How many records EspoCRM counts for its administrator. */
  const counted = async (module: string, filters: Readonly<Record<string, string>>): Promise<number> => {
    const where = Object.entries(filters).flatMap(([attribute, value], index): [string, string][] => [
      [`where[${index}][type]`, 'equals'],
      [`where[${index}][attribute]`, attribute],
      [`where[${index}][value]`, value]
    ])
    return (await live().admin.get<List>(module, { maxSize: '1', ...Object.fromEntries(where) })).total
  }

  /** The address of a button on a record's page in EspoCRM. */
  const buttonOf = async (module: string, id: string, name: string): Promise<string> => {
    const answer = await vera.peek(`${mount}/host/record-actions?module=${module}&id=${id}`)
    const { actions } = answer.body as { actions: { name: string; url: string }[] }
    return actions.find((action) => action.name === name)!.url
  }

  describe('the set-up', () => {
    it('Z04 Z05 offers what is linked with contacts, by paths worth offering, on a page below 50 kB', async () => {
      await vera.open(`${admin}/new`)
      await vera.send('Create portal', { name: `Portal ${run}`, slug: run, locale: 'en' })
      vera.is(200).sees('What may “Client Portal” see?')
      const offered = valuesOf(vera, 'input[name=module]')
      expect(offered).to.include.members(['Account', 'Case', 'Meeting', 'Opportunity', 'Task'])
      expect(offered).not.to.include.oneOf(['User', 'Contact'])
      const ways = valuesOf(vera, 'select[name=path] option')
      expect(ways).to.include.members(['Case/contact', 'Case/contacts', 'Case/account.contacts'])
      expect(weight(vera)).to.be.below(heaviest)
    })

    it('Z04 Z06 takes modules with their ways and rights, then the fields of each', async () => {
      await vera.send('Save and next', {
        module: ['Account', 'Case'],
        path: waysWith({ Case: 'account.contacts', Account: 'contacts' }),
        right: ['Contact/edit', 'Case/create', 'Case/delete', 'Case/readNotes', 'Case/writeNotes']
      })
      vera.is(200).sees('Fields of Contacts', 'Module 1 of 3')
      await vera.send('Save and next', {
        visible: ['name', 'firstName', 'lastName', 'emailAddress', 'account'],
        readOnly: ['name', 'emailAddress', 'account']
      })
      vera.is(200).sees('Fields of Accounts')
      expect(weight(vera)).to.be.below(heaviest)
      await vera.send('Save and next', { visible: ['name', 'website'], readOnly: ['name', 'website'] })
      vera.is(200).sees('Fields of Cases')
    })

    it('Z11 refuses to create without a field that EspoCRM wants, and says which', async () => {
      const visible = ['number', 'status', 'priority', 'type', 'description', 'createdAt']
      await vera.send('Save and next', { visible, readOnly: ['number', 'status', 'createdAt'] })
      vera.is(422).sees('The right to create can’t be given: Name is mandatory')
      expect(releaseOf(await theType(), 'Case')!.fields.size).to.equal(0)
      await vera.send('Save and next', { visible: ['name', ...visible, 'account'], readOnly: ['status', 'createdAt'] })
      vera.is(200).sees('Invitations to “Client Portal”')
    })

    it('Z04 E05 ends with a summary and the address to copy', async () => {
      await vera.send('Save and next')
      vera.is(200).sees('Everything is chosen', 'Cases', 'Accounts')
      expect(weight(vera)).to.be.below(heaviest)
      await vera.send('Finish')
      vera.is(200).sees('“Client Portal” is set up.')
      expect(vera.page('input[readonly]').attr('value')).to.equal(live().url + door)
    })

    it('Z14 Z05 who is invited sees exactly that', async () => {
      await vera.open(await buttonOf('Contact', world.anna, 'portal-invitation'))
      await vera.send('Send invitation', { language: 'en', userType: (await theType()).id })
      vera.is(200).sees('is on its way')
      await service.settle()
      await accept(anna, portals.mails)
      expect(navigation(anna)).to.have.members(['Contacts', 'Accounts', 'Cases'])
      for (const path of ['opportunity', 'lead', 'knowledge-base-article', 'meeting', 'account/new'])
        expect((await anna.peek(`${door}/${path}`)).status, path).to.be.oneOf([403, 404])
      await anna.open(`${door}/case`)
      anna.is(200).sees('Heating fails', 'Boiler hums').doesNotSee('Pump leaks', 'Not for her')
      expect(labels(anna, 'thead th'), 'as EspoCRM’s layout listPortal has it').to.deep.equal([
        'Name',
        'Number',
        'Status',
        'Priority'
      ])
      expect(weight(anna)).to.be.below(heaviest)
    })

    it('E07 a record stands in the sections of EspoCRM’s layout detailPortal, and related lists are not doubled', async () => {
      await anna.open(`${door}/case/${world.heating}`)
      const shown = ['Name', 'Number', 'Status', 'Priority', 'Type', 'Description']
      expect(labels(anna.is(200), 'dl.values dt').slice(0, shown.length)).to.deep.equal(shown)
      await anna.open(`${door}/account/${world.nordwind}`)
      expect(labels(anna.is(200), 'main section.card h2').filter((heading) => heading === 'Cases')).to.have.length(1)
      await anna.open(`${door}/contact/${world.anna}`)
      const headings = labels(anna.is(200), 'main section.card h2')
      expect(headings).to.deep.equal([...new Set(headings)])
    })
  })

  describe('rights and criteria', () => {
    let own: string

    it('Z06 she deletes what she created, and nothing else', async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { name: 'Made by mistake' })
      own = portals.made.note('Case', anna.is(200).path.split('/').at(-1)!.split('?')[0]!)
      expect((await anna.forge(`${door}/case/${world.heating}/removal`)).status).to.equal(403)
      expect(await counted('Case', { id: world.heating })).to.equal(1)
      await anna.open(`${door}/case/${own}`)
      expect((await anna.peek(`${door}/case/${own}/edit`)).status, 'without the right to edit').to.equal(403)
      await anna.open(`${door}/case/${own}/removal`)
      expect((await anna.forge(`${door}/case/${own}/removal`)).status).to.equal(303)
      expect(await counted('Case', { id: own })).to.equal(0)
      expect((await anna.peek(`${door}/case/${own}`)).status).to.equal(404)
    })

    it('Z06 with “edit shared” she changes what staff created, through EspoCRM', async () => {
      expect((await anna.peek(`${door}/case/${world.heating}/edit`)).status).to.equal(403)
      await vera.open(await releasePath('Case'))
      await vera.send('Save', { right: ['create', 'delete', 'editShared'] })
      vera.is(200).sees('Saved.')
      await anna.open(`${door}/case/${world.heating}/edit`)
      await anna.send('Save', { priority: 'Urgent' })
      anna.is(200).sees('Urgent')
      expect(await live().admin.get(`Case/${world.heating}`)).to.include({
        priority: 'Urgent',
        modifiedByName: `Anna ${run}`
      })
      const forged = await anna.forge(`${door}/case/${world.foreign}`, { priority: 'Urgent' })
      expect(forged.status).to.equal(404)
    })

    it('Z05 A13 tasks stand on the page of the case that is their parent, once that is released', async () => {
      const fields = ['name', 'status']
      await vera.open(await releasePath('Task'))
      await vera.send('Release the module', { path: 'parentCase.account.contacts', visible: fields, readOnly: fields })
      vera.is(200).sees('Saved.')
      await anna.open(`${door}/task`)
      anna.is(200).sees(`Ring up ${run}`).doesNotSee(`Write down ${run}`)
      await anna.open(`${door}/case/${world.heating}`)
      expect(labels(anna.is(200), 'main section.card h2')).not.to.include('Tasks')
      await vera.open(await releasePath('Task'))
      await vera.send('Save', { visible: [...fields, 'parentCase'] })
      await anna.open(`${door}/case/${world.heating}`)
      expect(labels(anna.is(200), 'main section.card h2')).to.include('Tasks')
      await anna.follow(`Ring up ${run}`)
      anna.is(200).sees('Heating fails')
    })

    it('Z07 the count before saving nested criteria is what the customer then sees', async () => {
      await vera.open(await releasePath('Opportunity'))
      await vera.send('Add a group', {
        otherPath: '',
        path: '',
        visible: ['name', 'stage'],
        readOnly: ['name', 'stage'],
        'criteria.0.field': 'name'
      })
      await vera.send('Add a condition (2)', {
        'criteria.0.operator': 'contains',
        'criteria.0.value': run,
        'criteria.1.join': 'any',
        'criteria.1.0.field': 'stage'
      })
      await vera.send('Show fitting inputs', { 'criteria.1.1.field': 'probability' })
      await vera.send('Find people', {
        'criteria.1.0.value': 'Negotiation',
        'criteria.1.1.operator': '≥',
        'criteria.1.1.value': '90',
        lookFor: run
      })
      await vera.send('Show what this person would see', { lookAs: world.anna })
      vera.is(200).sees(`What Anna ${run} would see`)
      const foreseen = Number(vera.page('#look dt:contains("with this form saved")').next('dd').text())
      expect(foreseen).to.equal(2)
      expect((await anna.peek(`${door}/opportunity`)).status).to.equal(404)
      await vera.send('Release the module')
      vera.is(200).sees('Saved.')
      expect(await numberOf(anna, `${door}/opportunity`)).to.equal(foreseen)
      anna.sees(`Pumps ${run}`, `Boilers ${run}`).doesNotSee(`Valves ${run}`)
    })
  })

  describe('layouts', () => {
    it('E07 Z05 Z11 incidents have a layout of their own with its fields; the lists have other columns', async () => {
      await vera.open(`${admin}/layout-sets`)
      await vera.send('Create layout set', { name: `Set ${run}` })
      const set = vera.is(200).path.split('?')[0]!
      await vera.open(`${set}/layouts/new?module=Case&kind=detail`)
      await vera.send('Show the values to choose from', {
        name: 'Incidents',
        forField: 'type',
        out: ['priority', 'status']
      })
      await vera.send('Save', { forValue: ['Incident'] })
      vera.is(200).sees('Saved.', 'Type: Incident')
      await vera.open(`${set}/layouts/new?module=Case&kind=list`)
      await vera.send('Save', { name: 'Columns', out: ['priority'] })
      await vera.open(`${admin}/${(await thePortal()).id}/layouts`)
      await vera.send('Save', { layoutSet: set.split('/').at(-1)! })
      vera.is(200).sees('Saved.')
      const box = `input[name="layout"]`
      await vera.open(await releasePath('Case'))
      const [layout] = valuesOf(vera, box)
      const kept = valuesOf(vera, 'input[name="readOnly"]:is([checked], [type="hidden"])')
      const fields = { readOnly: [...kept, 'account'], [`visible.${layout}`]: ['name', 'type'] }
      await vera.send('Save', { right: [], layout: [layout!], ...fields })
      vera.is(200).sees('Saved.')
      await anna.open(`${door}/case`)
      expect(labels(anna, 'thead th')).to.deep.equal(['Name', 'Number', 'Status'])
      await anna.open(`${door}/case/${world.heating}`)
      expect(labels(anna.is(200), 'dl.values dt')).to.deep.equal(['Name', 'Type'])
      anna.doesNotSee('Since Monday')
      await anna.open(`${door}/case/${world.boiler}`)
      expect(labels(anna.is(200), 'dl.values dt')).to.include.members(['Number', 'Status', 'Priority', 'Description'])
      await live().admin.put(`Case/${world.heating}`, { type: 'Problem' })
      await anna.open(`${door}/case/${world.heating}`)
      anna.is(200).sees('Since Monday')
      await live().admin.put(`Case/${world.heating}`, { type: 'Incident' })
    })
  })

  describe('a dashboard', () => {
    let dashboard: string

    const add = async (kind: string, answers: Answers, status?: string): Promise<void> => {
      const module = kind === 'stream' ? '' : 'Case'
      await vera.open(`${dashboard}/dashlets/new?kind=${kind}&module=${module}`)
      if (status) await vera.send('Show fitting inputs', { ...answers, 'criteria.0.field': 'status' })
      if (answers['by'] === 'createdAt') await vera.send('Show fitting inputs', answers)
      const more = status && { 'criteria.0.operator': '=', 'criteria.0.value': status }
      await vera.send('Save', answers['by'] === 'createdAt' ? { ...answers, period: 'month' } : { ...answers, ...more })
      vera.is(200).sees('Saved')
    }
    const under = (title: string): ReturnType<Visitor['page']> =>
      anna.page('.dashlet').filter((_, one) => anna.page(one).find('h2').text().trim() === title)
    const rowsOf = (title: string): Record<string, string> =>
      Object.fromEntries(
        under(title)
          .find('tbody tr')
          .toArray()
          .map((row) => [anna.page(row).find('th').text().trim(), anna.page(row).find('td').text().trim()])
      )

    it('E04 has numbers, a list, charts and the newest notes; every number is EspoCRM’s own', async () => {
      await vera.open(`${admin}/dashboards`)
      await vera.send('Create dashboard', { name: `Dashboard ${run}` })
      dashboard = vera.is(200).path.split('?')[0]!
      await add('count', { title: 'All cases' })
      await add('count', { title: 'New cases' }, 'New')
      await add('list', { title: 'Latest', columns: ['name', 'status'], limit: '5' })
      await add('chart', { title: 'By status', shape: 'bar', by: 'status' })
      await add('chart', { title: 'By month', shape: 'line', by: 'createdAt' })
      await add('stream', { title: 'News', limit: '5' })
      await vera.open(`${admin}/${(await thePortal()).id}/dashboard`)
      await vera.send('Save', { dashboard: dashboard.split('/').at(-1)! })
      vera.is(200).sees('Saved')
      await vera.open(await releasePath('Case'))
      await vera.send('Save', { layout: [] })
      await live().admin.post('Note', {
        type: 'Post',
        parentType: 'Case',
        parentId: world.boiler,
        post: 'A technician comes.'
      })
      const secret = {
        type: 'Post',
        parentType: 'Case',
        parentId: world.boiler,
        post: 'Do not tell.',
        isInternal: true
      }
      await live().admin.post('Note', secret)
      await anna.open(`${door}/`)
      expect(weight(anna.is(200))).to.be.below(heaviest)
      const hers = { accountId: world.nordwind, isInternal: 'false' }
      const [all, fresh, closed] = [
        await counted('Case', hers),
        await counted('Case', { ...hers, status: 'New' }),
        await counted('Case', { ...hers, status: 'Closed' })
      ]
      expect([all, fresh, closed]).to.deep.equal([3, 2, 1])
      expect(under('All cases').find('.stat').text()).to.equal(String(all))
      expect(under('New cases').find('.stat').text()).to.equal(String(fresh))
      expect(rowsOf('By status')).to.deep.equal({ New: String(fresh), Closed: String(closed) })
      expect(Object.values(rowsOf('By month'))).to.deep.equal([String(all)])
      expect(under('Latest').find('tbody tr')).to.have.length(all)
      expect(under('News').text()).to.include('A technician comes.').and.not.to.include('Do not tell')
      anna.doesNotSee('Pump leaks', 'Not for her')
    })
  })

  describe('the navigation and the looks', () => {
    it('E03 the tab list orders and hides entries', async () => {
      const path = `${admin}/${(await thePortal()).id}/tabs`
      await vera.open(path)
      const words = valuesOf(vera, 'input[name=words]')
      const places = words.map((word, index) => (word === 'module:Case' ? '1' : String(index + 2)))
      await vera.send('Save', { mode: 'own', shown: words.filter((word) => word !== 'module:Account'), places })
      vera.is(200)
      await anna.open(`${door}/case`)
      expect(navigation(anna)[0]).to.equal('Cases')
      expect(navigation(anna)).not.to.include('Accounts')
      expect((await anna.peek(`${door}/account`)).status).to.equal(200)
    })

    it('Z09 a web tab stands in the navigation, and its origin in the policy of its own page', async () => {
      await vera.open(`${admin}/web-tabs/new`)
      await vera.send('Create web tab', {
        name: `Status ${run}`,
        url: 'https://status.example.com/',
        userTypeIds: [(await theType()).id]
      })
      vera.is(200)
      await anna.open(`${door}/case`)
      await anna.follow(`Status ${run}`)
      anna.is(200)
      const policy = (path: string): Promise<string> =>
        anna.peek(path).then(({ headers }) => String(headers['content-security-policy']))
      expect(await policy(anna.path)).to.include('frame-src https://status.example.com')
      expect(await policy(`${door}/case`)).not.to.include('status.example.com')
      await vera.follow(`Status ${run}`)
      await vera.send('Remove the web tab')
      vera.is(200)
      await anna.open(`${door}/case`)
      anna.is(200).doesNotSee(`Status ${run}`)
    })

    it('E01 accent and logo come through EspoCRM’s web server as what they are', async () => {
      const path = `${admin}/${(await thePortal()).id}/appearance`
      await vera.open(path)
      await vera.send('Save', { accent: '#8a2be2' })
      vera.is(200)
      await vera.send('Upload', {}, [{ field: 'logo', name: 'logo.png', content: pngOf(320, 80), type: 'image/png' }])
      vera.is(200)
      const stranger = await service.visitor().open(`${door}/sign-in`)
      const stylesheet = stranger.page('link[href*="theme.css"]').attr('href')!
      const logo = stranger.page('.brand img').attr('src')!
      for (const [address, type] of [
        [stylesheet, 'text/css; charset=utf-8'],
        [logo, 'image/png']
      ] as const) {
        expect(address).to.match(new RegExp(`^${mount}/`))
        const sent = await stranger.peek(address)
        expect(sent.status).to.equal(200)
        expect(sent.headers).to.include({ 'content-type': type, 'x-content-type-options': 'nosniff' })
        expect(sent.headers['cache-control']).to.equal('public, max-age=31536000, immutable')
      }
    })
  })

  describe('a preview', () => {
    it('Z13 as a person and as a user type, marked, read only and logged', async () => {
      const { id: userType } = await theType()
      await vera.open(`${admin}/preview?type=${userType}&q=${run}`)
      const asType = await vera.forge(`${admin}/preview`, { userType, record: world.bjoern })
      expect(asType.status).to.equal(303)
      await vera.open(String(asType.headers['location']))
      await vera.open(`${vera.path.split('/').slice(0, 7).join('/')}/case`)
      vera.is(200).sees('Pump leaks', 'Preview as Client Portal').doesNotSee('Heating fails')
      await vera.open(await buttonOf('Contact', world.anna, 'portal-access'))
      await vera.follow('See the portal as this person does')
      await vera.send('Start preview')
      const base = vera.is(200).path.split('/').slice(0, 7).join('/')
      await vera.open(`${base}/case/${world.boiler}`)
      vera.is(200).sees('Boiler hums', `Preview as Anna ${run}`)
      for (const path of ['/case', `/case/${world.boiler}`, `/case/${world.boiler}/notes`])
        expect((await vera.forge(base + path, { name: 'Forged', text: 'Forged' })).status, path).to.equal(403)
      expect(await counted('Case', { name: 'Forged' })).to.equal(0)
      expect((await vera.peek(`${base}/case/${world.foreign}`)).status).to.equal(404)
      await vera.send('End preview')
      vera.is(200).sees(`Preview started: Anna ${run}`, `Preview ended: Anna ${run}`)
    })
  })

  describe('a user type of leads', () => {
    it('Z03 Z14 a lead is invited from his page, and sees his own record and meetings', async () => {
      await vera.open(`${admin}/${(await thePortal()).id}/user-types/new`)
      await vera.send('Save and next', { name: 'Prospects', primaryModule: 'Lead' })
      vera.is(200).sees('What may “Prospects” see?')
      await vera.send('Save and next', { module: ['Meeting'], path: waysWith({ Meeting: 'leads' }) })
      await vera.send('Save, and take the proposals for 1 more module')
      await vera.send('Save and next')
      await vera.send('Finish')
      vera.is(200).sees('“Prospects” is set up.')
      const prospects = await typeOf('Lead')
      await vera.open(await buttonOf('Lead', world.lena, 'portal-invitation'))
      await vera.send('Send invitation', { language: 'en', userType: prospects.id })
      await service.settle()
      const lena = service.visitor()
      await accept(lena, portals.mails)
      await lena.open(`${door}/lead`)
      lena.is(200).sees(`Lena ${run}`)
      await lena.open(`${door}/meeting`)
      lena.is(200).sees(`On site ${run}`).doesNotSee(`Elsewhere ${run}`)
      expect((await lena.peek(`${door}/case`)).status).to.equal(404)
    })
  })
})

/** What inputs or options hold. */
function valuesOf({ page: $ }: Visitor, selector: string): string[] {
  return $(selector)
    .toArray()
    .map((one) => $(one).attr('value')!)
}

function labels({ page: $ }: Visitor, selector: string): string[] {
  return $(selector)
    .toArray()
    .map((one) => $(one).text().trim())
}

function navigation(visitor: Visitor): string[] {
  return labels(visitor, '.nav a')
}

/** Of the page, in bytes. */
function weight({ response }: Visitor): number {
  return Buffer.byteLength(response.text)
}
