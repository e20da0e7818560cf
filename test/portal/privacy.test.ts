import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { momentAt } from '../../src/db/moment.js'
import { invitePerson } from '../../src/portal/people/persons.js'
import { portalUserByAddress, portalUserById } from '../../src/portal/people/portal-users.js'
import { mayBeInvited, mayBeWrittenTo } from '../../src/portal/privacy/processing.js'
import { requestById } from '../../src/portal/privacy/requests.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { acceptAs } from './accept.js'
import { admin, customerAt, door, masked, staffAt, thePortal } from './people.js'
import { withCompliance } from './privacy-on.js'

const day = 24 * 60 * 60 * 1000

onSqlite('data privacy', (open) => {
  let test: TestApp
  let frank: Visitor
  let anna: Visitor
  let bjorn: Visitor

  before(async () => {
    test = await openApp(open)
    frank = await staffAt(test, 'frank')
    anna = await customerAt(test, 'anna')
    bjorn = await customerAt(test, 'bjorn')
  })

  after(() => test.close())

  const rows = async (table: string): Promise<number> => {
    const [row] = await test.embedded.db(table).count({ n: '*' })
    return Number(row!['n'])
  }
  const requestOf = async (kind: string): Promise<string> =>
    String(
      (await test.embedded.db('portico_privacy_requests').where({ kind, state: 'open' }).first<{ id: string }>('id')).id
    )
  const recordPage = (id: string): string => `${admin}/privacy/record?module=Contact&record=${id}`
  const basis = async (id: string, chosen: string): Promise<Visitor> => {
    await frank.open(recordPage(id))
    return frank.send('Save the basis', { basis: chosen, remark: 'by the talk in May' })
  }

  it('Z29 while compliance is off there is no page of it, for nobody', async () => {
    await frank.open(`${admin}/privacy`)
    frank.is(200).sees('Compliance is on')
    for (const path of ['requests', 'record?module=Contact&record=anna'])
      expect((await frank.peek(`${admin}/privacy/${path}`)).status, path).to.equal(404)
    await frank.open('/crm/Contact/anna')
    frank.doesNotSee('Data privacy')
    expect((await anna.peek(`${door}/privacy`)).status).to.equal(404)
    await anna.open(`${door}/profile`)
    anna.doesNotSee('Data privacy')
  })

  it('Z29 Z31 it is switched on by who manages portals, with words for whom it concerns', async () => {
    const petra = await staffAt(test, 'petra')
    expect((await petra.peek(`${admin}/privacy`)).status).to.equal(404)
    await frank.open(`${admin}/privacy`)
    await frank.send('Save', { isOn: 'true', wordingEn: '' })
    frank.is(422)
    await frank.send('Save', {
      isOn: 'true',
      wordingEn: 'We write to you about your heating.',
      wordingDe: 'Wir schreiben Ihnen zu Ihrer Heizung.',
      officer: 'Jana Strážná, privacy@thermovia.example',
      purposeEn: ['News by mail', 'Calls'],
      purposeDe: ['Neues per Mail', 'Anrufe'],
      purposeCs: ['', '']
    })
    frank.is(200).sees('Saved.', 'Data privacy changed')
    await frank.open(`${admin}/privacy`)
    expect(frank.page('input[name=purposeEn]').first().attr('value')).to.equal('News by mail')
    await anna.open(`${door}/profile`)
    anna.sees('Data privacy')
  })

  it('Z29 of two administrators who save at once the second is told, and keeps what he typed', async () => {
    const irena = await staffAt(test, 'irena')
    await irena.open(`${admin}/privacy`)
    await frank.open(`${admin}/privacy`)
    await frank.send('Save', { days: '20' })
    await irena.send('Save', { officer: 'Somebody else' })
    expect(irena.is(409).page('textarea[name=officer]').text()).to.include('Somebody else')
    await frank.open(`${admin}/privacy`)
    await frank.send('Save', { days: '30' })
  })

  it('Z29 staff record the basis on the record’s page; the person sees it only when it is consent', async () => {
    await frank.open('/crm/Contact/anna')
    await frank.follow('Data privacy')
    frank.is(200).sees('Data privacy of Anna Schmidt')
    await basis('anna', 'contract')
    frank.is(200).sees('Saved.', 'Basis of processing recorded')
    await anna.open(`${door}/privacy`)
    anna.is(200).sees('privacy@thermovia.example').doesNotSee('Give consent', 'Contract', 'by the talk in May')
    await basis('anna', 'consent')
    await anna.open(`${door}/privacy`)
    anna.sees('Give consent', 'News by mail', 'We write to you about your heating.').doesNotSee('by the talk in May')
  })

  it('Z29 the basis needs a record that the staff member may edit, and is not recorded twice unseen', async () => {
    const ben = await staffAt(test, 'ben')
    expect((await ben.peek(recordPage('anna'))).status).to.equal(404)
    expect((await frank.peek(`${admin}/privacy/record?module=Case&record=nothing`)).status).to.equal(404)
    const petra = await staffAt(test, 'petra')
    await petra.open(recordPage('anna'))
    await basis('anna', 'consent')
    await petra.send('Save the basis', { basis: 'contract' })
    petra.is(409)
    await frank.open(recordPage('anna'))
    expect(frank.page('input[name=basis][checked]').attr('value')).to.equal('consent')
  })

  it('Z15 Z27 Z29 without a consent nobody is invited or notified, with one he is, and not after he withdrew it', async () => {
    const { context } = test.embedded.portico
    const may = async (): Promise<boolean[]> => [
      (await mayBeInvited(context, 'Contact', ['anna'])).has('anna'),
      (await mayBeWrittenTo(context, 'Contact', ['anna', 'bjorn'])).has('anna')
    ]
    expect(await may()).to.deep.equal([false, false])
    await anna.open(`${door}/privacy`)
    await anna.send('Give consent', {})
    anna.is(422).sees('Choose at least one')
    const [news] = anna.page('input[name=purpose]').get()
    await anna.send('Give consent', { purpose: anna.page(news).attr('value')! })
    anna.is(200).sees('Saved. It is in the history.', 'Consent given', 'For: News by mail')
    expect(await may()).to.deep.equal([true, true])
    await anna.send('Withdraw consent')
    anna.is(200).sees('Consent withdrawn')
    expect(await may()).to.deep.equal([false, false])
    expect((await mayBeWrittenTo(context, 'Contact', ['bjorn'])).has('bjorn')).to.equal(true)
  })

  it('Z29 the history keeps what was said when it was said', async () => {
    await frank.open(`${admin}/privacy`)
    await frank.send('Save', { wordingEn: 'A new text.' })
    await anna.open(`${door}/privacy`)
    anna.sees('A new text.', 'We write to you about your heating.', 'by Anna Schmidt')
    await frank.open(recordPage('anna'))
    frank.sees('Consent withdrawn', 'News by mail', 'We write to you about your heating.')
    await frank.send('Record the consent', {
      how: 'Signed form of 3 May',
      purpose: frank.page('input[name=purpose]').first().attr('value')!
    })
    frank.is(200).sees('Signed form of 3 May')
    await anna.open(`${door}/privacy`)
    anna.sees('by Frank Weber', 'How it was given: Signed form of 3 May')
    const kept = await test.embedded.db('portico_consents').where({ record_id: 'anna' })
    expect(kept.map(({ state }) => String(state))).to.deep.equal(['given', 'withdrawn', 'given'])
  })

  it('Z29 A28 what staff recorded meanwhile is not overwritten by what the person did not see', async () => {
    await anna.open(`${door}/privacy`)
    await frank.open(recordPage('anna'))
    await frank.send('Record the withdrawal', { how: 'She called' })
    await anna.send('Change consent')
    anna.is(409)
    expect(await rows('portico_consents')).to.equal(4)
  })

  it('Z29 somebody in the portal can neither give consent for strangers nor where it is not the basis (A01, A15, A41)', async () => {
    await basis('bjorn', 'consent')
    await anna.open(`${door}/privacy`)
    const before = await rows('portico_consents')
    const missing = await anna.forge(`${door}/privacy/people/Contact/nobody/consents`, { seen: '', state: 'given' })
    const foreign = await anna.forge(`${door}/privacy/people/Contact/bjorn/consents`, { seen: '', state: 'given' })
    expect([missing.status, foreign.status]).to.deep.equal([404, 404])
    expect(masked(foreign.text)).to.equal(masked(missing.text))
    expect((await anna.peek(`${door}/privacy/people/Contact/bjorn`)).status).to.equal(404)
    expect((await anna.bare(`${door}/privacy/consents`, { seen: '', state: 'given' })).status).to.equal(403)
    const jonas = await customerAt(test, 'jonas')
    await jonas.open(`${door}/privacy`)
    expect((await jonas.forge(`${door}/privacy/consents`, { seen: '', state: 'given' })).status).to.be.within(409, 422)
    expect(await rows('portico_consents')).to.equal(before)
    await bjorn.open(`${door}/privacy`)
    await bjorn.send('Give consent', { purpose: bjorn.page('input[name=purpose]').first().attr('value')! })
    bjorn.is(200)
  })

  it('Z30 a request is made, seen with its deadline, taken back, and made once only', async () => {
    await anna.open(`${door}/privacy`)
    await anna.send('Send the request', { kind: 'rectify', words: '' })
    anna.is(422)
    await anna.send('Send the request', { kind: 'rectify', words: 'My name is <b>Anna</b> Schmid.' })
    anna.is(200).sees('Your request is on its way', 'Correction', 'Open', 'You will have an answer by')
    await anna.send('Send the request', { kind: 'rectify', words: 'Once more' })
    anna.is(422).sees('A request of this kind is open already')
    await anna.send('Take the request back')
    anna.is(200).sees('The request was taken back', 'Withdrawn')
    await anna.send('Send the request', { kind: 'rectify', words: 'My name is <b>Anna</b> Schmid.' })
    anna.is(200)
  })

  it('Z30 A48 ten requests in a second are not ten requests, and one of a kind is one', async () => {
    await bjorn.open(`${door}/privacy`)
    const sent = Array.from({ length: 10 }, (_, index) =>
      bjorn.forge(`${door}/privacy/requests`, { kind: ['export', 'stop'][index % 2]!, words: '' })
    )
    const statuses = (await Promise.all(sent)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 303)).to.have.length(2)
    expect(statuses.filter((status) => status === 422)).to.have.length(8)
    const earlier = { created_at: momentAt(Date.now() - 60_000) }
    await test.embedded
      .db('portico_privacy_requests')
      .where({ requester: 'Björn Larsen', kind: 'stop' })
      .update(earlier)
    for (let round = 0; round < 4; round += 1) {
      await bjorn.open(`${door}/privacy`)
      await bjorn.send('Take the request back')
      await bjorn.forge(`${door}/privacy/requests`, { kind: 'stop', words: '' })
    }
    const his = test.embedded.db('portico_privacy_requests').where({ requester: 'Björn Larsen' })
    expect(await his).to.have.length(5)
    await his.clone().update({ created_at: momentAt(Date.now() - day) })
    await bjorn.open(`${door}/privacy`)
    await bjorn.send('Send the request', { kind: 'rectify', words: 'The day after' })
    bjorn.is(200).sees('Your request is on its way')
    await bjorn.send('Take the request back')
  })

  it('Z30 Z31 staff see requests by deadline, and only the fact of those about people whom the CRM hides', async () => {
    const petra = await staffAt(test, 'petra')
    await petra.open(`${admin}/privacy/requests`)
    petra.is(200).sees('Anna Schmidt', 'Correction')
    const id = await requestOf('rectify')
    const { allows } = test.embedded.host
    const hiding: typeof allows = async (staff, right, module, record) =>
      record !== 'anna' && allows(staff, right, module, record)
    await whileHost(test, { allows: hiding }, async () => {
      await petra.open(`${admin}/privacy/requests`)
      petra.is(200).sees('Not shown to you by the CRM', 'Correction').doesNotSee('Anna Schmidt', id)
      const foreign = await petra.peek(`${admin}/privacy/requests/${id}`)
      const missing = await petra.peek(`${admin}/privacy/requests/nothing`)
      expect([foreign.status, masked(foreign.text)]).to.deep.equal([404, masked(missing.text)])
      for (const act of ['acceptance', 'refusal', 'deletion'])
        expect(
          (await petra.forge(`${admin}/privacy/requests/${id}/${act}`, { revision: '1', answer: 'x' })).status
        ).to.equal(404)
    })
    await petra.open(`${admin}/privacy/requests/${id}`)
    petra.is(200).sees('My name is <b>Anna</b> Schmid.')
  })

  it('Z29 Z30 A02 who sees the person and may not edit him decides nothing and records nothing', async () => {
    const id = await requestOf('rectify')
    const { allows } = test.embedded.host
    const onlyLooking: typeof allows = async (staff, right, module, record) =>
      right === 'view' && allows(staff, right, module, record)
    const before = [await rows('portico_consents'), await rows('portico_audit')]
    await whileHost(test, { allows: onlyLooking }, async () => {
      await frank.open(`${admin}/privacy/requests/${id}`)
      frank.is(200).doesNotSee('Done: it is corrected')
      for (const act of ['acceptance', 'refusal'])
        expect(
          (await frank.forge(`${admin}/privacy/requests/${id}/${act}`, { revision: '1', answer: 'x' })).status
        ).to.equal(403)
      await frank.open(recordPage('anna'))
      frank.is(200).doesNotSee('Save the basis')
      const about = {
        module: 'Contact',
        record: 'anna',
        revision: '3',
        seen: '',
        basis: 'contract',
        state: 'given',
        how: 'x'
      }
      for (const path of ['record', 'record/consents', 'record/continuation'])
        expect((await frank.forge(`${admin}/privacy/${path}`, about)).status, path).to.equal(403)
    })
    expect((await requestById(test.embedded.db, id)).state).to.equal('open')
    expect([await rows('portico_consents'), await rows('portico_audit')]).to.deep.equal(before)
  })

  it('Z30 a correction and a refusal are answered, by mail and in the portal; of two who decide the second is told', async () => {
    const irena = await staffAt(test, 'irena')
    const id = await requestOf('rectify')
    const path = `${admin}/privacy/requests/${id}`
    await irena.open(path)
    await frank.open(path)
    await frank.send('Done: it is corrected', { answer: '' })
    frank.is(422)
    await frank.send('Done: it is corrected', { answer: 'It is Schmid now.' })
    frank.is(200).sees('Saved.', 'Done', 'Privacy request done')
    await irena.send('Refuse', { answer: 'No.' })
    irena.is(409)
    await anna.open(`${door}/privacy`)
    anna.sees('It is Schmid now.').doesNotSee('Take the request back')
    const mail = (await test.embedded
      .db('portico_mail')
      .where({ about: `privacy-request:${id}` })
      .first()) as Record<string, string>
    expect(mail['to_address']).to.equal(customers.anna.email)
    expect(mail['subject']).to.equal('Ihr Antrag in Thermovia Service ist erledigt')
    expect(mail['text']).to.include('It is Schmid now.')
    await bjorn.open(`${door}/privacy`)
    await frank.open(`${admin}/privacy/requests/${await requestOf('stop')}`)
    await frank.send('Refuse', { answer: '' })
    frank.is(422)
    await frank.send('Refuse', { answer: 'We need to reach you.' })
    frank.is(200).sees('Refused')
    await bjorn.open(`${door}/privacy`)
    bjorn.sees('Refused', 'We need to reach you.')
  })

  it('Z30 a stop that is granted holds, is shown to staff, and can be lifted', async () => {
    const { context } = test.embedded.portico
    const emily = await customerAt(test, 'emily')
    await emily.open(`${door}/privacy`)
    await emily.send('Send the request', { kind: 'stop' })
    expect((await mayBeWrittenTo(context, 'Contact', ['emily'])).has('emily')).to.equal(true)
    await frank.open(`${admin}/privacy/requests/${await requestOf('stop')}`)
    await frank.send('Accept: stop processing')
    const mails = await context.db('portico_mail').where({ to_name: 'Emily Carter' }).pluck<string[]>('text')
    const text = mails.find((one) => one.includes('was granted'))
    expect(text).to.include('no notifications and no invitations').and.not.include('about Emily')
    expect((await mayBeWrittenTo(context, 'Contact', ['emily'])).has('emily')).to.equal(false)
    expect((await mayBeInvited(context, 'Contact', ['emily'])).has('emily')).to.equal(false)
    await emily.open(`${door}/privacy`)
    emily.sees('Processing of your data was stopped')
    await frank.open('/crm/Contact/emily')
    await frank.follow('Data privacy (processing stopped)')
    frank.sees('Processing was stopped')
    await withCompliance(test, false, async () => {
      expect(
        (await mayBeWrittenTo(context, 'Contact', ['emily'])).has('emily'),
        'a promise outlives the switch'
      ).to.equal(false)
    })
    await frank.send('Lift the stop')
    frank.is(200)
    expect((await mayBeWrittenTo(context, 'Contact', ['emily'])).has('emily')).to.equal(true)
  })

  it('Z30 E08 somebody without a record asks for himself too', async () => {
    const portal = await thePortal(test)
    const { db, portico } = test.embedded
    const frankAsStaff = (await test.embedded.host.staffById('frank'))!
    const form = {
      portalId: portal.id,
      name: 'Otto Ohne',
      address: 'otto@planung.example',
      language: 'en',
      roleIds: []
    }
    const id = await invitePerson(portico.context, { ...form, language: 'en' }, frankAsStaff)
    const otto = await acceptAs(test, await portalUserById(db, id), `${door}/sign-in`)
    await otto.open(`${door}/privacy`)
    await otto.send('Send the request', { kind: 'export' })
    otto.is(200).sees('Copy of the data')
    await frank.open(`${admin}/privacy/requests/${await requestOf('export')}`)
    frank.is(200).sees('Otto Ohne')
    await frank.send('Accept: let the person download it')
    const pageOf = (user: string): string => `${admin}/privacy/record?module=&record=${user}`
    await frank.open(pageOf(id))
    frank.is(200).sees('Data privacy of Otto Ohne')
    const annas = (await portalUserByAddress(db, portal.id, customers.anna.email))!.id
    expect((await frank.peek(pageOf(annas))).status, 'A02 by her record alone').to.equal(404)
    const sent = { module: '', record: annas, revision: '0', basis: 'contract', remark: '' }
    expect((await frank.forge(`${admin}/privacy/record`, sent)).status).to.equal(404)
    await otto.open(`${door}/privacy`)
    const link = otto.page('a[href$="/archive"]').attr('href')!
    const archive = await otto.peek(link)
    expect(archive.status).to.equal(200)
    expect(archive.headers['content-type']).to.equal('application/zip')
  })

  it('Z13 X03 a preview shows the page and writes nothing', async () => {
    const user = (await portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers.anna.email))!
    await frank.open(`${admin}/preview?user=${user.id}`)
    const form = frank.page('main form[method=post]').first()
    await frank.submit(form.attr('action')!)
    const home = frank.path.replace(/\/(?:[^/]*)$/, '')
    const base = /(\/portico\/admin\/portals\/preview\/[^/]+)/.exec(frank.path)?.[1] ?? home
    await frank.open(`${base}/privacy`)
    frank.is(200).sees('Your requests', 'Consent')
    const before = [await rows('portico_consents'), await rows('portico_privacy_requests')]
    for (const [path, fields] of [
      ['requests', { kind: 'export', words: '', _go: '1' }],
      ['consents', { seen: '', state: 'withdrawn', _find: '1' }]
    ] as const)
      expect((await frank.forge(`${base}/privacy/${path}`, fields)).status, path).to.equal(403)
    expect((await frank.peek(`${base}/privacy/requests/any/archive`)).status, 'all at once').to.equal(403)
    expect([await rows('portico_consents'), await rows('portico_privacy_requests')]).to.deep.equal(before)
  })

  it('Z30 a request of somebody else is not there (A01, A33)', async () => {
    await anna.open(`${door}/privacy`)
    await anna.send('Send the request', { kind: 'export' })
    const id = await requestOf('export')
    await bjorn.open(`${door}/privacy`)
    const foreign = await bjorn.forge(`${door}/privacy/requests/${id}/withdrawal`, { revision: '1' })
    const missing = await bjorn.forge(`${door}/privacy/requests/nothing/withdrawal`, { revision: '1' })
    expect([foreign.status, masked(foreign.text)]).to.deep.equal([404, masked(missing.text)])
    expect((await requestById(test.embedded.db, id)).state).to.equal('open')
  })
})
