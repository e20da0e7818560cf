import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { examineEspocrm } from '../../src/cli/examine-espocrm.js'
import { openDatabase } from '../../src/db/open-database.js'
import type { Staff } from '../../src/host/host.js'
import type { Visitor } from '../support/visitor.js'
import { admit, customerPassword, makePortal } from './customers.js'
import type { EspoClient } from './espo-client.js'
import { openFaultProxy, type FaultProxy, type Weather } from './fault-proxy.js'
import { newRun, onEspocrm } from './live.js'
import { Made } from './made.js'
import { mount, openService, ticketFor, type Service } from './service.js'
import { letPorticoUse, makeStaff, type Cast } from './staff.js'
import { rememberIntegration, setIntegration, setSwitches } from './switches.js'

/** The entity type that goes away. */
const doomed = 'CPorticoDoomed'

onEspocrm('what goes wrong around EspoCRM', (live) => {
  const run = newRun()
  const portal = `${mount}/portal/${run}`
  let proxy: FaultProxy
  let service: Service
  let made: Made
  let cast: Cast
  let anna: Visitor
  let contactId: string
  let putBack: () => Promise<void>

  before(async function () {
    this.timeout(180_000)
    const { admin } = live()
    putBack = await rememberIntegration(admin)
    made = new Made(admin)
    cast = await makeStaff(live())
    await makeDoomed(admin)
    await letPorticoUse(live(), 'Account', 'Contact', 'Case', doomed)
    await setSwitches(admin, { portal: true })
    proxy = await openFaultProxy(live().url)
    service = await openService(live(), { env: { PORTICO_ESPOCRM_URL: proxy.url } })
    await service.installation.definitions.refresh()
    contactId = await makePeople()
    anna = service.visitor()
    await anna.open(portal)
    await anna.send('Sign in', { email: `anna@${run}.example`, password: customerPassword })
    anna.is(200)
  })

  after(async function () {
    this.timeout(120_000)
    await service?.installation.db('portico_portals').where({ slug: run }).update({ is_active: false })
    await service?.close()
    proxy?.close()
    await made?.remove()
    await putBack?.()
  })

  afterEach(() => void (proxy.weather = 'up'))

  /** Anna of a company with a case and a record of the entity type that goes away; gives her contact's id. */
  async function makePeople(): Promise<string> {
    const accountId = await made.make('Account', { name: `Nordwind ${run}` })
    const person = { firstName: 'Anna', lastName: run, accountId, emailAddress: `anna@${run}.example` }
    const id = await made.make('Contact', person)
    await made.make('Case', { name: 'Heating fails', accountId })
    await made.make(doomed, { name: 'Soon gone', contactId: id })
    const { host } = service.installation
    const vera = (await host.staffById(cast.administrator.id)) as Staff
    const userType = await makePortal(service.installation, vera, run, [
      { module: 'Contact', readOnly: ['name', 'emailAddress'] },
      {
        module: 'Case',
        path: ['account', 'contacts'],
        rights: ['create', 'edit'],
        notes: 'write',
        editable: ['name', 'description', 'priority'],
        readOnly: ['number', 'status']
      },
      { module: doomed, path: ['contact'], readOnly: ['name'] }
    ])
    await admit(service.installation, vera, userType, id)
    return id
  }

  describe('EspoCRM rebuilds and clears its cache', () => {
    it('meanwhile every read goes on', async function () {
      this.timeout(180_000)
      const { admin } = live()
      let busy = true
      const reads = Array.from({ length: 3 }, async () => {
        let count = 0
        for (; busy; count++) {
          const answer = await anna.peek(`${portal}/case`)
          expect(answer.status).to.equal(200)
          expect(answer.text).to.include('Heating fails')
        }
        return count
      })
      for (const path of ['Admin/clearCache', 'Admin/rebuild', 'Admin/clearCache', 'Admin/rebuild']) {
        await admin.post(path)
        await service.installation.definitions.refresh()
      }
      busy = false
      expect(Math.min(...(await Promise.all(reads)))).to.be.greaterThan(5)
    })

    it('and afterwards writing goes on', async () => {
      await create('After the rebuild')
      anna.is(200).sees('After the rebuild')
    })
  })

  describe('EspoCRM’s API', () => {
    const nothingSaved = 'The CRM can’t be reached just now. Nothing was saved; your input is still here.'
    const nobodyKnows = 'it is not known whether this was saved. Your input is still here.'
    const weathers: readonly (readonly [Weather, string, string])[] = [
      ['closed', 'is closed', nothingSaved],
      ['down', 'breaks off', nobodyKnows],
      ['failing', 'answers 500', nobodyKnows],
      ['page', 'is a page of somebody else', nobodyKnows],
      ['silent', 'never answers', nobodyKnows]
    ]
    for (const [weather, words, sentence] of weathers) {
      it(`${words}: reads go on, writes are refused with the input kept, and go on afterwards`, async () => {
        proxy.weather = weather
        await anna.open(`${portal}/case`)
        anna.is(200).sees('Heating fails')
        await create(`Written while it ${words}`)
        anna.is(503).sees(sentence)
        expect(anna.page('input[name=name]').attr('value')).to.equal(`Written while it ${words}`)
        proxy.weather = 'up'
        await anna.send('Save')
        anna.is(200).sees(`Written while it ${words}`)
        noteCase()
      })
    }

    it('is closed: notes are refused with the text kept, and the record stays readable', async () => {
      await openCase()
      proxy.weather = 'closed'
      await anna.send('Write note', { text: 'Is anybody there?' })
      anna.is(503).sees('The CRM can’t be reached just now.')
      expect(anna.page('textarea[name=text]').text()).to.include('Is anybody there?')
      proxy.weather = 'up'
      await anna.send('Write note')
      anna.is(200).sees('Is anybody there?')
    })

    it('does not answer: a service that starts now knows the modules from before, and shows records', async () => {
      proxy.weather = 'down'
      await service.close()
      service = await openService(live(), { env: { PORTICO_ESPOCRM_URL: proxy.url } })
      await anna.open(`${portal}/case`)
      anna.is(200).sees('Heating fails')
    })
  })

  describe('keys and secrets', () => {
    it('a key that an administrator renewed is taken at the next write', async () => {
      const { admin } = live()
      const where = { 'where[0][type]': 'equals', 'where[0][attribute]': 'userName', 'where[0][value]': 'portico' }
      const [user] = await admin.all('User', { ...where, primaryFilter: 'api' })
      await admin.post('UserSecurity/apiKey/generate', { id: user!.id })
      await create('With a new key')
      anna.is(200).sees('With a new key')
    })

    it('tickets signed with the old secret are refused, those with the new one taken', async () => {
      const old = await ticketFor(live(), cast.administrator, '/portico/admin/portals')
      await setIntegration(live().admin, { sharedSecret: randomBytes(24).toString('hex') })
      const visitor = service.visitor()
      await visitor.open(old)
      visitor.is(403)
      await visitor.open(await ticketFor(live(), cast.administrator, '/portico/admin/portals'))
      visitor.is(200).sees(cast.administrator.name)
    })

    it('a ticket is good once', async () => {
      const ticket = await ticketFor(live(), cast.administrator, '/portico/admin/portals')
      await service.visitor().open(ticket)
      expect((await service.visitor().open(ticket)).response.status).to.equal(403)
    })
  })

  describe('an entity type that a portal uses', () => {
    it('is removed in EspoCRM: its page is gone, everything else goes on, the administrator is told', async function () {
      this.timeout(120_000)
      const { admin } = live()
      const path = `${portal}/${await addressOf('Soon gone')}`
      await admin.post('EntityManager/action/removeEntity', { name: doomed })
      expect((await anna.peek(path)).status, 'before the service knows').to.be.oneOf([200, 404])
      await service.installation.definitions.refresh()
      expect((await anna.peek(path)).status).to.equal(404)
      await anna.open(`${portal}/case`)
      anna.is(200).sees('Heating fails').doesNotSee('Portico Dooms')
      await create('After the removal')
      anna.is(200)
      const vera = await service.staffVisitor(cast.administrator, '/portico/admin/portals')
      await vera.follow(`Portal ${run}`)
      await vera.follow('Client Portal')
      vera.is(200).sees(doomed)
    })
  })

  describe('doctor', () => {
    it('finds nothing wrong with this EspoCRM and its service', async () => {
      await service.settle()
      // The service of these tests has no page that says who it is.
      const wrong = (await examineEspocrm(environment(live().databaseUrl))).filter(
        ({ check, remedy, isAdvice }) => remedy && !isAdvice && check !== 'Where it listens'
      )
      expect(wrong).to.deep.equal([])
    })

    it('says which rights a database user lacks', async function () {
      const name = `pt_${randomBytes(4).toString('hex')}`
      const url = new URL(live().databaseUrl.replace(/^espocrm\+/, ''))
      const db = openDatabase(url.href)
      try {
        const isMade = await db
          .raw(`create user '${name}'@'%' identified by 'reader-pass-1'`)
          .then(() => db.raw(`grant select on \`${url.pathname.slice(1)}\`.* to '${name}'@'%'`))
          .then(
            () => true,
            () => false
          )
        if (!isMade) return this.skip()
        const reader = new URL(url)
        ;[reader.username, reader.password] = [name, 'reader-pass-1']
        const findings = await examineEspocrm(environment(`espocrm+${reader.href}`))
        const found = findings.find(({ check }) => check === 'Rights in the database')
        expect(found?.found).to.match(/denied/i)
        expect(found?.remedy).to.include('grant create')
      } finally {
        await db.raw(`drop user if exists '${name}'@'%'`)
        await db.destroy()
      }
    })

    function environment(databaseUrl: string): Record<string, string> {
      const { config } = service.installation
      return {
        NODE_ENV: 'test',
        DATABASE_URL: databaseUrl,
        PORTICO_ESPOCRM_URL: proxy.url,
        PORTICO_COMPANY_NAME: config.company.name,
        PORTICO_COMPANY_DOMAINS: config.company.mailDomains.join(),
        PORTICO_MAIL_FROM: config.mailFrom,
        PORTICO_LISTEN: live().listen
      }
    }
  })

  /** Sends the form of a new case. */
  async function create(name: string): Promise<void> {
    await anna.open(`${portal}/case/new`)
    await anna.send('Save', { name, description: 'Every night at ten.' })
    if (anna.response.status === 200) noteCase()
  }

  /** The case whose page is shown is removed when the suite is over. */
  function noteCase(): void {
    made.note('Case', anna.path.split('/').at(-1)!.split('?')[0]!)
  }

  async function openCase(): Promise<void> {
    await anna.open(`${portal}/case`)
    await anna.follow('Heating fails')
    anna.is(200)
  }

  /** The word by which the doomed module stands in addresses, and its list shows `title`. */
  async function addressOf(title: string): Promise<string> {
    await anna.open(`${portal}/contact/${contactId}`)
    const words = anna
      .page('nav a')
      .map((_, a) => new URL(anna.page(a).attr('href') ?? '', live().url).pathname)
      .get()
    const word = words.map((path) => path.replace(`${portal}/`, '')).find((one) => /doomed/i.test(one))
    await anna.open(`${portal}/${word}`)
    anna.is(200).sees(title)
    return word!
  }
})

/** An entity type with a link to contacts, made anew if an earlier run removed it. */
async function makeDoomed(admin: EspoClient): Promise<void> {
  if (await admin.get('Metadata', { key: `scopes.${doomed}.entity` })) return
  await admin.post('EntityManager/action/createEntity', {
    name: 'PorticoDoomed',
    type: 'Base',
    labelSingular: 'Portico Doom',
    labelPlural: 'Portico Dooms'
  })
  await admin.post('EntityManager/action/createLink', {
    entity: doomed,
    link: 'contact',
    linkForeign: 'dooms',
    linkType: 'manyToOne',
    entityForeign: 'Contact',
    label: 'contact',
    labelForeign: 'dooms',
    relationName: null
  })
}
