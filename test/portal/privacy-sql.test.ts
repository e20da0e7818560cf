import { expect } from 'chai'
import type { Staff } from '../../src/host/host.js'
import { createAudit } from '../../src/audit/audit.js'
import { migrate } from '../../src/db/migrate.js'
import type { Person } from '../../src/access/viewer.js'
import { addConsent, consentsOf, latestStates, type Noting } from '../../src/portal/privacy/consents.js'
import { mayBeWrittenTo, processingOf, recordBasis } from '../../src/portal/privacy/processing.js'
import { makeRequest, requestsBy, requestsPerDay } from '../../src/portal/privacy/requests.js'
import type { Subject } from '../../src/portal/privacy/persons-of.js'
import { usersOf } from '../../src/portal/privacy/users-of.js'
import { eachDatabase } from '../support/databases.js'

const frank: Staff = {
  id: 'frank',
  userName: 'frank',
  name: 'Frank Weber',
  email: undefined,
  isAdministrator: true,
  isActive: true,
  permissions: new Set(),
  locale: 'en',
  timeZone: 'UTC',
  formats: { date: 'iso', time: '24' }
}

eachDatabase((open) => {
  describe('what is recorded for data privacy', () => {
    let context: Noting

    before(async () => {
      const { db } = await open()
      await migrate(db)
      context = { db, audit: createAudit(db), now: Date.now }
      const value = {
        isOn: true,
        days: 30,
        purposes: [{ id: 'news', labels: { en: 'News' } }],
        wording: {},
        officer: ''
      }
      await db('portico_settings').insert({ name: 'privacy', value: JSON.stringify(value), revision: 1 })
    })

    after(() => context.db.destroy())

    const person = (id: string): Person => ({
      kind: 'portal-user',
      id,
      name: `Person ${id}`,
      module: 'Contact',
      recordId: id,
      portalId: 'a-portal',
      userTypeId: 'a-type',
      invitedBy: 'frank',
      locale: 'en',
      timeZone: 'UTC',
      formats: { date: 'iso', time: '24' }
    })
    const portalUser = (id: string) => ({
      id,
      portal_id: 'a-portal',
      user_type_id: 'a-type',
      module: 'Contact',
      record_id: id,
      name: id,
      address: `${id}@x.example`,
      language: 'en',
      status: 'confirmed',
      invited_by: 'frank',
      invited_at: '2026-01-01 00:00:00'
    })
    const subject = (recordId: string) => ({ module: 'Contact', recordId, name: recordId, isOneself: true })
    const settled = async (acts: readonly Promise<unknown>[]): Promise<number> =>
      (await Promise.allSettled(acts)).filter(({ status }) => status === 'fulfilled').length

    it('Z29 the latest of several consents is in force, within a second too, and of each record by itself', async () => {
      const state = ['given', 'withdrawn', 'given'] as const
      for (const id of ['anna', 'bjorn']) {
        await recordBasis(context, subject(id), { revision: 0, basis: 'consent', remark: '' }, frank)
        for (const one of id === 'anna' ? state : state.slice(0, 2)) {
          const seen = (await consentsOf(context.db, subject(id), 1))[0]?.id ?? ''
          const by = { kind: 'staff', id: 'frank', name: 'Frank', locale: 'en' } as const
          await addConsent(context, subject(id), { seen, state: one, purposes: ['news'], how: 'by hand' }, by)
        }
      }
      await context.db('portico_consents').update({ at: '2026-01-01 00:00:00' })
      const states = await latestStates(context.db, 'Contact', ['anna', 'bjorn', 'ANNA', 'nobody'])
      expect([...states].toSorted()).to.deep.equal([
        ['anna', 'given'],
        ['bjorn', 'withdrawn']
      ])
      const may = await mayBeWrittenTo(context, 'Contact', ['anna', 'bjorn', 'jana', 'ANNA'])
      expect([...may].toSorted()).to.deep.equal(['ANNA', 'anna', 'jana'])
    })

    it('Z29 A28 of those who record or consent at once on what they saw, one is heard', async () => {
      const record = () => recordBasis(context, subject('emily'), { revision: 0, basis: 'consent', remark: '' }, frank)
      expect(await settled([record(), record(), record()])).to.equal(1)
      expect((await processingOf(context.db, subject('emily'))).revision).to.equal(1)
      const by = { kind: 'outside', id: 'emily', name: 'Emily', locale: 'en' } as const
      const give = () => addConsent(context, subject('emily'), { seen: '', state: 'given', purposes: ['news'] }, by)
      expect(await settled([give(), give(), give()])).to.equal(1)
      expect(await consentsOf(context.db, subject('emily'))).to.have.length(1)
    })

    it('Z30 A48 of requests at once one of a kind is made, whoever makes it, and no more than the day allows', async () => {
      const ask = (by: string, about: string, kind: 'stop' | 'export') =>
        makeRequest(context, { person: person(by) }, subject(about), { kind, words: '' })
      expect(
        await settled([ask('one', 'lena', 'stop'), ask('two', 'lena', 'stop'), ask('three', 'lena', 'stop')])
      ).to.equal(1)
      const added = { ...subject('lena'), isOneself: false }
      const forHer = () => makeRequest(context, { person: person('four') }, added, { kind: 'stop', words: '' })
      expect(await settled([forHer(), forHer()]), 'beside her own').to.equal(1)
      await context.db('portico_privacy_requests').delete()
      await context.db('portico_portal_users').insert(portalUser('one'))
      const many = Array.from({ length: 10 }, (_, n) => ask('one', `lead-${n}`, 'export'))
      expect(await settled(many)).to.equal(requestsPerDay)
      expect(await requestsBy(context.db, 'one')).to.have.length(requestsPerDay)
    })

    it('Z30 A02 who has no record answers for no record that shares his sign-in; other accesses of his own go with him', async () => {
      await context.db('portico_portal_users').insert([
        { ...portalUser('with-record'), identity_id: 'shared' },
        { ...portalUser('without'), identity_id: 'shared', module: '', record_id: 'without', portal_id: 'second' },
        { ...portalUser('elsewhere'), identity_id: 'shared', module: '', record_id: 'elsewhere', portal_id: 'third' }
      ])
      const found = async (about: Subject): Promise<string[]> =>
        (await usersOf(context.db, about, 'shared')).map(({ id }) => id).toSorted()
      expect(await found({ module: '', recordId: 'without' })).to.deep.equal(['elsewhere', 'without'])
      const all = ['elsewhere', 'with-record', 'without']
      expect(await found({ module: 'Contact', recordId: 'with-record' })).to.deep.equal(all)
    })
  })
})
