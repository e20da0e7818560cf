import { expect } from 'chai'
import { customers } from '../../demo/cast.js'
import { releaseOf } from '../../src/portal/configuration.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { carryOut, goOnDeleting } from '../../src/portal/privacy/erasure.js'
import { initialsOf, withoutNames } from '../../src/portal/privacy/initials.js'
import { requestById } from '../../src/portal/privacy/requests.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, customerAt, door, staffAt, thePortal, theUserType } from './people.js'
import { switchOn } from './privacy-on.js'

onSqlite('deleting a person', (open) => {
  let test: TestApp
  let frank: Visitor

  before(async () => {
    test = await openApp(open)
    await switchOn(test)
    frank = await staffAt(test, 'frank')
  })

  after(() => test.close())

  const ask = async (visitor: Visitor, path = `${door}/privacy`): Promise<string> => {
    await visitor.open(path)
    await visitor.send('Send the request', { kind: 'delete', words: 'Please' })
    visitor.is(200)
    const row = await test.embedded
      .db('portico_privacy_requests')
      .where({ kind: 'delete', state: 'open' })
      .first<{ id: string }>('id')
    return String(row.id)
  }
  const preview = (id: string): Promise<Visitor> => frank.open(`${admin}/privacy/requests/${id}/deletion`)
  const userOf = async (name: 'anna' | 'emily' | 'jana' | 'pavel') =>
    portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers[name].email)
  const everywhere = async (words: string): Promise<string[]> => {
    const { db } = test.embedded
    const tables = (await db('sqlite_master')
      .where({ type: 'table' })
      .where('name', 'like', 'portico_%')
      .pluck('name')) as string[]
    const found: string[] = []
    for (const table of tables) {
      const rows = (await db(table).select()) as Record<string, unknown>[]
      if (rows.some((row) => JSON.stringify(row).toLowerCase().includes(words.toLowerCase()))) found.push(table)
    }
    return found
  }

  it('Z30 staff see first what would go and what must stay; looking deletes nothing', async () => {
    const anna = await customerAt(test, 'anna')
    await anna.open(`${door}/case/new`)
    await anna.send('Save', { subject: 'A case of her own' })
    await anna.send('Write note', { text: 'A note of her own' })
    const id = await ask(anna)
    await frank.open(`${admin}/privacy/requests/${id}`)
    await frank.follow('See what would be deleted')
    frank
      .is(200)
      .sees(
        'Delete Anna Schmidt?',
        'The person’s own record',
        'Access to 1 portal',
        '1 note the person wrote',
        'Cases (',
        'Keep: contract',
        'What stays, and why',
        'they prove what was allowed'
      )
    expect((await requestById(test.embedded.db, id)).state).to.equal('open')
    await anna.open(`${door}/case`)
    anna.is(200).sees('A case of her own')
  })

  it('Z30 a choice that leaves a name without its access, or nothing at all, is refused', async () => {
    await frank.send('Yes, delete what is ticked', { part: ['record', 'names'] })
    frank.is(422).sees('can’t go while the access stays')
    await frank.send('Yes, delete what is ticked', { part: [] })
    frank.is(422).sees('Choose what is to be deleted')
  })

  /** She was called and reached otherwise before, staff wrote about her in their own words, and letters went to her. */
  const withPast = async (anna: Visitor): Promise<void> => {
    const { host, db } = test.embedded
    await anna.open(`${door}/privacy`)
    await anna.send('Send the request', { kind: 'rectify', words: 'I am Anna Umbenannt' })
    const { id } = await db('portico_privacy_requests').where({ kind: 'rectify' }).first<{ id: string }>('id')
    await frank.open(`${admin}/privacy/requests/${id}`)
    await frank.send('Done: it is corrected', { answer: 'Dear Mrs. Schmidt (anna@nordwind.example)' })
    const record = `${admin}/privacy/record?module=Contact&record=anna`
    await frank.open(record)
    await frank.send('Save the basis', { basis: 'consent', remark: 'Mrs. Schmidt, by telephone' })
    await frank.send('Record the consent', { how: 'Mrs. Schmidt rang from 0049405550', purpose: 'news' })
    frank.is(200)
    const values = { lastName: 'Umbenannt', email: 'anna.umbenannt@nordwind.example' }
    await host.save({ module: 'Contact', id: 'anna', values }, { kind: 'staff', id: 'frank' })
    const entry = { at: '2026-01-01 00:00:00', actor_kind: 'staff', actor_id: 'frank', actor_name: 'Frank' }
    const after = JSON.stringify({ told: 'ANNA UMBENANNT rang' })
    await db('portico_audit').insert({ ...entry, id: '0', action: 'x', subject: 'record:Contact:anna', after })
    await test.settle()
    expect((await userOf('anna'))?.status).to.equal(undefined)
  }

  it('Z30 what is ticked goes, what must stay stays, and the last mail is on its way before the access ends', async () => {
    const { db, host } = test.embedded
    const anna = await customerAt(test, 'anna')
    const user = (await userOf('anna'))!
    await withPast(anna)
    const id = String((await db('portico_privacy_requests').where({ kind: 'delete' }).first<{ id: string }>('id')).id)
    await preview(id)
    await frank.send('Yes, delete what is ticked', {
      part: ['record', 'access', 'notes', 'messages', 'names'],
      'keep-Case': 'contract',
      answer: 'As you asked.'
    })
    frank.is(200).sees('Done')
    expect((await anna.peek(`${door}/`)).status, 'signed out').to.be.within(302, 303)
    expect(await host.allows((await host.staffById('frank'))!, 'view', 'Contact', 'anna')).to.equal(false)
    expect(await db('crm_contact').where({ id: 'anna' }).first('deleted')).to.deep.equal({ deleted: 1 })
    expect(await db('crm_case').where({ subject: 'A case of her own', deleted: 0 })).to.have.length(1)
    expect(await db('crm_feed').where({ text: 'A note of her own' })).to.have.length(0)
    expect(await db('portico_identities').where({ id: user.identityId })).to.have.length(0)
    const mails = await db('portico_mail').where({ to_address: customers.anna.email })
    expect(mails.map((mail) => [String(mail.about), String(mail.state)])).to.deep.equal([
      [`privacy-request:${id}`, 'kept']
    ])
    expect(await db('portico_mail').where('about', 'like', 'privacy-request:%')).to.have.length(1)
    expect(mails[0].text).to.include('As you asked.').and.include('Ihr Zugang endet')
    expect(await everywhere(customers.anna.email)).to.deep.equal(['portico_mail'])
    expect(await everywhere('Anna Schmidt')).to.deep.equal(['portico_mail'])
    for (const trace of ['Umbenannt', 'Mrs. Schmidt', '0049405550', 'As you asked.'])
      expect(await everywhere(trace), trace).to.deep.equal(trace.startsWith('As') ? ['portico_mail'] : [])
    const proof = await requestById(db, id)
    expect(proof).to.include({ state: 'done', subject: 'A. S.', requester: 'A. S.', words: '' })
    const entries = await db('portico_audit').where({ subject: `portal-user:${user.id}` })
    expect(entries.map(({ action }) => String(action))).to.include.members(['invitation.sent', 'invitation.accepted'])
    await frank.open(`${admin}/privacy/requests/${id}`)
    frank.is(200).sees('Deletion: A. S.', 'Person deleted')
    await test.settle()
    expect(await everywhere('Anna Schmidt')).to.deep.equal(['portico_mail'])
  })

  it('Z30 what breaks in the middle is taken up again, by the job too, and does everything once', async () => {
    const { portico, host, db } = test.embedded
    const jana = await customerAt(test, 'jana')
    for (const subject of ['First', 'Second', 'Third']) {
      await jana.open(`${door}/case/new`)
      await jana.send('Save', { subject })
      jana.is(200)
    }
    const id = await ask(jana)
    let removed = 0
    const breaking: typeof host.remove = async (...what) => {
      removed += 1
      if (removed === 3) throw new Error('The CRM broke off.')
      return usual(...what)
    }
    const usual = host.remove
    await preview(id)
    await whileHost(test, { remove: breaking }, async () => {
      await frank.send('Yes, delete what is ticked', { 'keep-Case': 'remove' })
      frank.is(500)
    })
    const half = await requestById(db, id)
    expect(half.state).to.equal('accepted')
    expect(await userOf('jana'), 'the access goes before the records').to.equal(undefined)
    expect((await jana.peek(`${door}/`)).status, 'signed out').to.equal(303)
    await preview(id)
    frank.is(200).sees('Still to be deleted', 'Cases (')
    const abandoned = { ...half.plan!, staffId: 'gone' }
    const [row] = (await db('portico_privacy_requests').where({ id })) as Record<string, unknown>[]
    for (let n = 0; n < 10; n += 1) {
      const older = { id: `older-${n}`, decided_at: '2026-01-01 00:00:00', plan: JSON.stringify(abandoned) }
      await db('portico_privacy_requests').insert({ ...row, ...older })
    }
    await goOnDeleting(portico.context)
    await db('portico_privacy_requests').where('id', 'like', 'older-%').delete()
    expect((await requestById(db, id)).state).to.equal('done')
    expect(await db('crm_case').whereIn('subject', ['First', 'Second', 'Third']).where({ deleted: 0 })).to.have.length(
      0
    )
    expect(await everywhere('Jana Dvořáková')).to.deep.equal(['portico_mail'])
    expect(await db('portico_mail').where({ to_address: customers.jana.email })).to.have.length(1)
    await goOnDeleting(portico.context)
    expect(
      await carryOut(portico.context, half, (await host.staffById('frank'))!).catch((error: Error) => error)
    ).to.be.instanceOf(Error)
  })

  it('Z30 what the CRM does not let this staff member delete stays, and that is said', async () => {
    const { host, db } = test.embedded
    const pavel = await customerAt(test, 'pavel')
    const id = await ask(pavel)
    const allows: typeof host.allows = async (staff, right, module, record) =>
      right !== 'delete' && usual(staff, right, module, record)
    const usual = host.allows
    await whileHost(test, { allows }, async () => {
      await preview(id)
      frank.is(200).sees('The CRM does not let you delete this record')
      expect(frank.page('input[value=record]').attr('disabled')).to.not.equal(undefined)
      const sent = { revision: '1', part: ['record', 'access', 'names'], answer: '' }
      await frank.forge(`${admin}/privacy/requests/${id}/deletion`, sent)
    })
    expect(await db('crm_contact').where({ id: 'pavel' }).first('deleted')).to.deep.equal({ deleted: 0 })
    expect(await userOf('pavel')).to.equal(undefined)
  })

  it('Z30 A02 nobody brings it to its end whom the CRM does not let delete the record, neither by hand nor by the job', async () => {
    const { host, db, portico } = test.embedded
    const id = await ask(await customerAt(test, 'jonas'))
    const [remove, usual] = [host.remove, host.allows]
    const breaking: typeof remove = async (module, ...what) => {
      if (module === 'Contact') throw new Error('The CRM broke off.')
      return remove(module, ...what)
    }
    const allows: typeof usual = async (staff, right, module, one) =>
      right !== 'delete' && usual(staff, right, module, one)
    await preview(id)
    await whileHost(test, { remove: breaking }, () => frank.send('Yes, delete what is ticked'))
    await whileHost(test, { allows }, async () => {
      const petra = await staffAt(test, 'petra')
      await petra.open(`${admin}/privacy/requests/${id}/deletion`)
      petra.is(200).sees('The CRM does not let you delete this record')
      expect((await petra.forge(`${admin}/privacy/requests/${id}/deletion/continuation`, {})).status).to.equal(403)
      await goOnDeleting(portico.context)
      expect((await requestById(db, id)).state).to.equal('accepted')
    })
    await frank.open(`${admin}/privacy/requests/${id}/deletion`)
    await frank.send('Go on now')
    frank.is(200).sees('Done')
    expect(await db('crm_contact').where({ id: 'jonas' }).first('deleted')).to.deep.equal({ deleted: 1 })
  })

  it('Z30 of somebody he added the requester keeps his own access, and is told', async () => {
    const { db, portico } = test.embedded
    const type = await theUserType(test)
    const contacts = releaseOf(type, 'Contact')!
    const rights = new Set([...contacts.rights, 'create' as const])
    const by = (await test.embedded.host.staffById('irena'))!
    await saveRelease(portico.context, { id: type.id, revision: type.revision }, { ...contacts, rights }, by)
    const emily = await customerAt(test, 'emily')
    await emily.open(`${door}/contact/new`)
    await emily.send('Save', { firstName: 'Added', lastName: 'Zeman' })
    const contact = String((await db('crm_contact').where({ last_name: 'Zeman' }).first<{ id: string }>('id')).id)
    const id = await ask(emily, `${door}/privacy/people/Contact/${contact}`)
    const requests = `${admin}/privacy/requests`
    const usual = test.embedded.host.allows
    const allows: typeof usual = async (staff, right, module, one) =>
      one !== 'emily' && usual(staff, right, module, one)
    await whileHost(test, { allows }, async () => {
      for (const path of [requests, `${requests}/${id}`]) {
        await frank.open(path)
        frank.is(200).sees('Added Zeman').doesNotSee('Emily')
      }
    })
    await frank.open(`${requests}/${id}`)
    frank.sees('Emily')
    await preview(id)
    await frank.send('Yes, delete what is ticked')
    frank.is(200)
    expect(await db('crm_contact').where({ id: contact }).first('deleted')).to.deep.equal({ deleted: 1 })
    await emily.open(`${door}/privacy`)
    emily.is(200).sees('Deletion', 'Done', 'About A. Z.').doesNotSee('Zeman')
    expect((await userOf('emily'))?.status).to.equal('confirmed')
    const mail = (await db('portico_mail')
      .where({ about: `privacy-request:${id}` })
      .first()) as Record<string, string>
    expect(mail['to_address']).to.equal(customers.emily.email)
    expect(mail['text']).to.include('was granted').and.not.include('your access ends')
  })
})

describe('a name that is taken out', () => {
  it('becomes initials, in any letter case and however deep, and nothing else changes', () => {
    expect(initialsOf('Anna Schmidt')).to.equal('A. S.')
    expect(initialsOf('Jean-Luc de la Tour')).to.equal('J. T.')
    expect(initialsOf('王小明')).to.equal('王.')
    expect(initialsOf('')).to.equal('')
    const known = { names: ['Anna Schmidt'], addresses: ['anna@x.example'] }
    const value = { by: 'ANNA SCHMIDT', list: ['to anna@x.example (now)', 3, null], other: 'Susanna Schmidtke' }
    expect(withoutNames(value, known)).to.deep.equal({
      by: 'A. S.',
      list: ['to – (now)', 3, null],
      other: 'Susanna Schmidtke'
    })
  })
})
