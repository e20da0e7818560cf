import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { load } from 'cheerio'
import type { Knex } from 'knex'
import type supertest from 'supertest'
import { customers } from '../../demo/cast.js'
import { noteAuthor } from '../../src/access/authorship.js'
import { momentAt } from '../../src/db/moment.js'
import { releaseOf } from '../../src/portal/configuration.js'
import { pathOf } from '../../src/portal/privacy/archive-names.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'
import { switchOn } from './privacy-on.js'
import { filesInZip } from '../support/zip.js'

const day = 24 * 60 * 60 * 1000

onSqlite('the copy of somebody’s data', (open) => {
  let test: TestApp
  let frank: Visitor
  let anna: Visitor
  let annasId: string

  before(async () => {
    test = await openApp(open)
    await switchOn(test)
    frank = await staffAt(test, 'frank')
    anna = await customerAt(test, 'anna')
    const portal = await thePortal(test)
    annasId = (await portalUserByAddress(test.embedded.db, portal.id, customers.anna.email))!.id
    await letPeopleAddContacts()
  })

  after(() => test.close())

  const letPeopleAddContacts = async (): Promise<void> => {
    const type = await theUserType(test)
    const by = (await test.embedded.host.staffById('irena'))!
    const contacts = releaseOf(type, 'Contact')!
    const rights = new Set([...contacts.rights, 'create' as const])
    await saveRelease(
      test.embedded.portico.context,
      { id: type.id, revision: type.revision },
      { ...contacts, rights, path: ['account', 'contacts'] },
      by
    )
  }

  const added = async (visitor: Visitor, lastName: string): Promise<string> => {
    await visitor.open(`${door}/contact/new`)
    await visitor.send('Save', { firstName: 'Added', lastName })
    visitor.is(200)
    return String((await test.embedded.db('crm_contact').where({ last_name: lastName }).first<{ id: string }>('id')).id)
  }

  const ask = async (visitor: Visitor, path: string, kind: string): Promise<string> => {
    await visitor.open(path)
    await visitor.send('Send the request', { kind })
    visitor.is(200)
    const row = await test.embedded
      .db('portico_privacy_requests')
      .where({ kind, state: 'open' })
      .first<{ id: string }>('id')
    return String(row.id)
  }

  const accept = async (id: string): Promise<void> => {
    await frank.open(`${admin}/privacy/requests/${id}`)
    await frank.send('Accept: let the person download it')
    frank.is(200)
  }

  const taken = async (visitor: Visitor, path: string): Promise<Map<string, Buffer>> => {
    const cookies = (visitor as unknown as { agent: ReturnType<typeof supertest.agent> }).agent
    const answer = await cookies
      .get(path)
      .buffer(true)
      .parse((res, done) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('end', () => done(null, Buffer.concat(chunks)))
      })
    expect(answer.status, path).to.equal(200)
    expect(answer.headers['content-disposition']).to.match(/^attachment; filename=portico-[\d-]+\.zip$/)
    expect(answer.headers['x-content-type-options']).to.equal('nosniff')
    return filesInZip(answer.body as Buffer)
  }

  let requestId: string

  it('Z30 can be taken once it was granted, by the person, and holds all that is held', async () => {
    const { context } = test.embedded.portico
    await anna.open(`${door}/case`)
    await anna.open(new URL(anna.page('main tbody a').first().attr('href')!, 'http://p').pathname)
    const caseId = anna.path.split('/').at(-1)!
    await anna.send('Write note', { text: 'Written by <i>Anna</i> herself' }, [
      { field: 'files', name: '=cmd|calc’ plan.txt', content: 'a plan', type: 'text/plain' }
    ])
    anna.is(200)
    await context.host.feed.post(
      { module: 'Case', recordId: caseId, text: 'internal words', internal: true, files: [] },
      { kind: 'staff', id: 'frank' }
    )
    await askedByForm(test.embedded.db, 'anna@nordwind.example', 'Anna asked once')
    await askedByForm(test.embedded.db, 'hanna@nordwind.example', 'Hanna asked once')
    requestId = await ask(anna, `${door}/privacy`, 'export')
    const path = `${door}/privacy/requests/${requestId}/archive`
    expect((await anna.peek(path)).status, 'before it is granted').to.equal(404)
    await accept(requestId)
    await anna.open(`${door}/privacy`)
    anna.sees('Accepted', 'It can be downloaded until')
    const files = await taken(anna, path)
    const page = load(files.get('index.html')!.toString('utf8'))
    const text = page('body').text()
    expect(page('html').attr('lang'), 'her language').to.equal('de')
    expect(page('script, img, link')).to.have.length(0)
    for (const words of [
      'Anna Schmidt',
      'anna@nordwind.example',
      'Nordwind Heizung GmbH',
      'Written by <i>Anna</i> herself'
    ])
      expect(text).to.include(words)
    expect(text, 'what she wrote it on').to.match(/Notiz zu Ticket „[^“]+“/)
    expect(text).to.include('Notiz geschrieben: Ticket')
    expect(text, 'fields that are not released').to.include('Technische Leiterin')
    for (const hidden of ['internal words', 'Frank Weber', 'Irena', 'argon2', 'Pump leaks', 'Hanna asked'])
      expect(files.get('index.html')!.toString('utf8') + files.get('data.json')!.toString('utf8')).not.to.include(
        hidden
      )
    expect(text).to.include('Interne Notizen des Unternehmens')
    const data = JSON.parse(files.get('data.json')!.toString('utf8')) as Record<string, unknown[]>
    expect(Object.keys(data)).to.include.members([
      'record',
      'notes',
      'consents',
      'requests',
      'access',
      'signIn',
      'audit',
      'leftOut'
    ])
    expect(data['record']).to.have.length(1)
    expect(JSON.stringify(data['forms']), 'refused, and nobody’s').to.include('Anna asked once')
    const naming = data['naming:Case'] as { id: string }[]
    expect(naming.map((one) => one.id)).to.include('annas-heating-case')
    expect(data['written:Case'] ?? [], 'not twice').to.deep.equal([])
    const unseen = data['leftOut']!.filter((one) => String(one).includes('die Ihnen das Portal zurzeit nicht zeigt'))
    expect(unseen.join()).to.include('Rechnungen')
    expect(JSON.stringify(data['access'])).to.include('"notifications":["answered","new"]')
    expect(text, 'letters about requests too').to.include('Datenschutz')
    expect(data['messages']!.length).to.be.greaterThan(0)
    expect(data['guest']).to.deep.equal([])
    const [attached] = [...files.keys()].filter((name) => name.startsWith('files/'))
    expect(attached).to.match(/^files\/[\w-]+-=cmd_calc’ plan\.txt$/)
    expect(files.get(attached!)!.toString()).to.equal('a plan')
    expect(decodeURIComponent(page('article a').first().attr('href')!)).to.equal(attached)
    const noted = await context.audit.list({ subject: `privacy-request:${requestId}`, limit: 5 })
    expect(noted[0]).to.include({ action: 'privacy.downloaded' })
  })

  it('Z30 A01 A33 nobody else takes it, nor does he by another portal or when its time is over', async () => {
    const path = `${door}/privacy/requests/${requestId}/archive`
    const bjorn = await customerAt(test, 'bjorn')
    const missing = await bjorn.peek(`${door}/privacy/requests/nothing/archive`)
    const foreign = await bjorn.peek(path)
    expect([foreign.status, foreign.text.length]).to.deep.equal([404, missing.text.length])
    expect((await test.visitor().peek(path)).status).to.equal(303)
    const requests = test.embedded.db('portico_privacy_requests').where({ id: requestId })
    const { portal_id: portalId, decided_at: at } = (await requests.clone().first()) as Record<string, string>
    await requests.clone().update({ portal_id: 'another' })
    expect((await anna.peek(path)).status).to.equal(404)
    await requests.clone().update({ portal_id: portalId, decided_at: momentAt(Date.now() - 31 * day) })
    expect((await anna.peek(path)).status).to.equal(404)
    await anna.open(`${door}/privacy`)
    anna.sees('Done').doesNotSee('Download the archive')
    await requests.clone().update({ decided_at: at })
    const guest = { id: 'g', identity_id: 'other', module: 'Contact', record_id: 'anna', name: 'Anna', language: 'de' }
    const invited = { status: 'invited', invited_by: 'irena', invited_at: '2026-01-01 00:00:00' }
    await test.embedded.db('portico_external_users').insert({ ...guest, ...invited, address: 'anna@home.example' })
    const project = await test.embedded.db('crm_project').first<{ id: string; name: string }>('id', 'name')
    const member = { module: 'Project', record_id: project.id, person_id: 'g', added_by: 'irena' }
    await test.embedded.db('portico_memberships').insert({ ...member, added_at: '2026-01-01 00:00:00' })
    const asGuest = JSON.parse((await taken(anna, path)).get('data.json')!.toString()) as { guest: object[] }
    expect(asGuest.guest[0], 'T03').to.deep.include({ address: 'anna@home.example', projects: [project.name] })
    const both = await Promise.all([anna.peek(path), anna.peek(path)])
    expect(both.map(({ status }) => status).toSorted(), 'A48 one at a time').to.deep.equal([200, 429])
    expect((await anna.peek(path)).status).to.equal(200)
  })

  it('Z30 staff look at it before they decide, without records that the CRM hides from them', async () => {
    const caseId = await (async () => {
      await anna.open(`${door}/case/new`)
      await anna.send('Save', { subject: 'A case of her own' })
      return anna.is(200).path.split('/').at(-1)!.split('?')[0]!
    })()
    const path = `${admin}/privacy/requests/${requestId}/archive`
    const whole = (await taken(frank, path)).get('data.json')!.toString()
    expect(whole).to.include('A case of her own')
    const { allows } = test.embedded.host
    const hiding: typeof allows = async (staff, right, module, id) => id !== caseId && allows(staff, right, module, id)
    let narrowed = ''
    await whileHost(test, { allows: hiding }, async () => {
      narrowed = (await taken(frank, path)).get('data.json')!.toString()
    })
    expect(narrowed).not.to.include('A case of her own')
    const ben = await staffAt(test, 'ben')
    expect((await ben.peek(path)).status).to.equal(404)
  })

  it('Z30 of somebody he added he gets what he sees himself; no longer seen is no longer there (A01)', async () => {
    const id = await added(anna, 'Neumann')
    await test.embedded.db('crm_contact').where({ id }).update({ description: 'what staff think of him' })
    await anna.open(`${door}/privacy`)
    await anna.follow('Added Neumann')
    anna.is(200).sees('Data privacy of Added Neumann')
    const request = await ask(anna, anna.path, 'export')
    await accept(request)
    const path = `${door}/privacy/requests/${request}/archive`
    const data = (await taken(anna, path)).get('data.json')!.toString()
    expect(data).to.include('Neumann').and.not.include('what staff think of him').and.not.include('anna@nordwind')
    await test.embedded.host.remove('Contact', id, { kind: 'staff', id: 'irena' })
    expect((await anna.peek(path)).status).to.equal(404)
    expect((await anna.peek(`${door}/privacy/people/Contact/${id}`)).status).to.equal(404)
    await anna.open(`${door}/privacy`)
    anna.is(200).doesNotSee(`people/Contact/${id}`)
  })

  it('Z29 Z30 for somebody he added he gives the consent; for one whom somebody else added he does not', async () => {
    const id = await added(anna, 'Keller')
    await frank.open(`${admin}/privacy/record?module=Contact&record=${id}`)
    await frank.send('Save the basis', { basis: 'consent' })
    const at = `${door}/privacy/people/Contact/${id}`
    await anna.open(at)
    await anna.send('Give consent', { purpose: 'news' })
    anna.is(200).sees('Consent given')
    const jonas = await customerAt(test, 'jonas')
    await jonas.open(`${door}/privacy`)
    jonas.doesNotSee('Added Keller')
    for (const [path, fields] of [
      ['consents', { seen: '', state: 'withdrawn' }],
      ['requests', { kind: 'delete', words: '' }]
    ] as const)
      expect((await jonas.forge(`${at}/${path}`, fields)).status, path).to.equal(404)
    expect(await test.embedded.db('portico_consents').where({ record_id: id })).to.have.length(1)
  })

  it('Z29 Z30 A01 whom he sees and did not add is nobody he answers for', async () => {
    expect((await anna.peek(`${door}/contact/jonas`)).status, 'a colleague she sees').to.equal(200)
    await frank.open(`${admin}/privacy/record?module=Contact&record=jonas`)
    await frank.send('Save the basis', { basis: 'consent' })
    await anna.open(`${door}/privacy`)
    const at = `${door}/privacy/people/Contact/jonas`
    expect((await anna.peek(at)).status).to.equal(404)
    expect((await anna.forge(`${at}/consents`, { seen: '', state: 'given', purpose: 'news' })).status).to.equal(404)
    expect((await anna.forge(`${at}/requests`, { kind: 'delete', words: '' })).status).to.equal(404)
    await noteAuthor(test.embedded.db, 'Contact', 'jonas', annasId)
    expect((await anna.peek(at)).status, 'she added him, and he came in himself').to.equal(404)
    expect((await anna.forge(`${at}/consents`, { seen: '', state: 'given', purpose: 'news' })).status).to.equal(404)
    await anna.open(`${door}/privacy`)
    anna.is(200).doesNotSee('people/Contact/jonas')
    const about = { module: 'Contact', record_id: 'jonas' }
    expect(await test.embedded.db('portico_consents').where(about)).to.have.length(0)
    expect(await test.embedded.db('portico_privacy_requests').where(about)).to.have.length(0)
  })

  it('A48 more records than a page holds are all in it', async () => {
    const { db } = test.embedded
    const [template] = (await db('crm_case').limit(1)) as Record<string, unknown>[]
    for (let at = 0; at < 200; at += 100)
      await db('crm_case').insert(
        Array.from({ length: 100 }, (_, n) => ({
          ...template,
          id: `many-${at + n}`,
          number: `M${at + n}`,
          subject: `Many ${at + n}`,
          contact_id: 'anna',
          account_id: 'nordwind'
        }))
      )
    for (let n = 0; n < 200; n += 1) await noteAuthor(db, 'Case', `many-${n}`, annasId)
    const files = await taken(anna, `${door}/privacy/requests/${requestId}/archive`)
    const data = JSON.parse(files.get('data.json')!.toString()) as Record<string, unknown[]>
    expect(data['written:Case']!.length).to.be.at.least(200)
  })
})

describe('the name of a file in an archive', () => {
  it('A20 is no path, no device, no option and no way out', () => {
    const named = (name: string): string => pathOf({ id: 'a1', name })
    expect(named('Plan 2026.pdf')).to.equal('files/a1-Plan 2026.pdf')
    for (const bad of [
      '../../etc/passwd',
      '..\\..\\x',
      '/etc/x',
      'C:\\x',
      'a\u0000b',
      'a\nb',
      '\u202Egnp.exe',
      '...',
      '-rf',
      ''
    ])
      expect(named(bad), bad).to.match(/^files\/a1-[^./\\:\s-][^/\\:\p{C}]*$/u)
    expect(named('x'.repeat(500)).length).to.be.below(120)
  })
})

/** A request for access that came to nothing. */
async function askedByForm(db: Knex, address: string, name: string): Promise<void> {
  const at = momentAt(Date.now())
  await db('portico_form_requests').insert({
    ...{ id: randomUUID(), form_id: 'gone', address, name, values: '{}', language: 'en', state: 'refused' },
    ...{ created_at: at, expires_at: at, revision: 1 }
  })
}
