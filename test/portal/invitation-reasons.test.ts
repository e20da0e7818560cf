import { expect } from 'chai'
import { PorticoError } from '../../src/errors.js'
import { locales } from '../../src/host/catalog.js'
import type { Host, Staff } from '../../src/host/host.js'
import { invite } from '../../src/portal/people/invitations.js'
import { itemsOf, orderRun } from '../../src/portal/people/runs/runs.js'
import { itemsOfRecords } from '../../src/portal/people/runs/selection.js'
import { workOnRuns } from '../../src/portal/people/runs/work.js'
import { recordBasis, setStopped } from '../../src/portal/privacy/processing.js'
import { privacySettings, savePrivacySettings } from '../../src/portal/privacy/settings.js'
import { saveHolds } from '../../src/portal/user-types/save-holds.js'
import { translator } from '../../src/web/locale.js'
import { openApp, type TestApp } from '../support/app.js'
import { whileHost } from '../support/changed-host.js'
import { onSqlite } from '../support/databases.js'
import { admin, staffAt, theUserType } from './people.js'

/** The twelve of Z15 and that of Z30, with words that only this one's text has. */
const reasons = {
  companyDomain: /own company/,
  waitingApproval: /waiting for approval/,
  waitingReview: /waiting for review/,
  noConsent: /consent/,
  processingStopped: /processing .* was stopped/i,
  characters: /unsupported characters/,
  anonymous: /anonymised/,
  limit: /limit of/,
  alreadyUser: /already a user of the portal/,
  recordGone: /does not exist/,
  noModuleRight: /records of this module/,
  noRecordRight: /no right to change this record/,
  recycleBin: /recycle bin/
} as const
type Reason = keyof typeof reasons

onSqlite('why somebody can’t be invited', (open) => {
  describe('each reason', function () {
    this.timeout(60_000)
    let test: TestApp
    let frank: Staff
    let userTypeId: string
    let runs = 0

    before(async () => {
      test = await openApp(open)
      frank = (await test.embedded.host.staffById('frank'))!
      userTypeId = (await theUserType(test)).id
      const approval = { field: 'approval', values: ['Pending'] }
      const review = { field: 'approval', values: ['Review'] }
      await saveHolds(test.embedded.portico.context, await theUserType(test), { approval, review }, frank)
    })

    after(() => test.close())

    const contact = (values: Record<string, string>): Promise<string> =>
      test.embedded.host.save({ module: 'Contact', values: { lastName: 'Novak', ...values } }, { kind: 'system' })

    let addresses = 0
    const address = (): string => `nora${(addresses += 1)}@nordwind.example`

    /** What a run and a single invitation say of the same record. */
    const saidOf = async (id: string, during: Partial<Host> = {}): Promise<(string | undefined)[]> => {
      const { context } = test.embedded.portico
      const runId = `run-${(runs += 1)}`
      const items = await itemsOfRecords(context, userTypeId, { ids: [id], search: undefined }, frank)
      const scope = { kind: 'type', userTypeId } as const
      await orderRun(context, { id: runId, kind: 'invitation', scope, language: 'en', items }, frank)
      return whileHost(test, during, async () => {
        const form = { module: 'Contact', recordId: id, userTypeId, language: 'en' } as const
        const alone = await invite(context, form, frank).then(
          () => undefined,
          (error: unknown) => (error instanceof PorticoError ? error.key : String(error))
        )
        await workOnRuns(context)
        const [item] = await itemsOf(context.db, runId, { states: ['done', 'failed'], limit: 1 })
        return [alone, item?.reason]
      })
    }

    const isRefused = async (id: string, reason: Reason, during?: Partial<Host>): Promise<void> => {
      const alone = reason === 'recordGone' ? 'errors.notFound' : `portal:refusal.${reason}`
      expect(await saidOf(id, during)).to.deep.equal([alone, reason])
      expect(await test.embedded.db('portico_portal_users').where({ record_id: id, status: 'invited' })).to.have.length(
        0
      )
    }

    it('Z15 Z30 a text for each in three languages, no two of them alike', () => {
      const t = translator('en')
      for (const [reason, words] of Object.entries(reasons)) expect(t(`portal:refusal.${reason}`)).to.match(words)
      const all = locales.flatMap((locale) =>
        Object.keys(reasons).map((reason) => translator(locale)(`portal:refusal.${reason}`, { limit: 10 }))
      )
      expect(new Set(all).size).to.equal(locales.length * Object.keys(reasons).length)
    })

    it('none of them stands in the way of an ordinary contact', async () => {
      const id = await contact({ email: address(), approval: 'Approved' })
      expect(await saidOf(id)).to.deep.equal([undefined, 'alreadyUser'])
      expect(await test.embedded.db('portico_portal_users').where({ record_id: id, status: 'invited' })).to.have.length(
        1
      )
    })

    it('Z15 company domain', async () => {
      await isRefused(await contact({ email: 'someone@thermovia.example' }), 'companyDomain')
    })

    it('Z15 waiting for approval, waiting for review', async () => {
      await isRefused(await contact({ email: address(), approval: 'Pending' }), 'waitingApproval')
      await isRefused(await contact({ email: address(), approval: 'Review' }), 'waitingReview')
    })

    it('Z15 no consent', async () => {
      const { context } = test.embedded.portico
      const id = await contact({ email: address() })
      const switchCompliance = async (isOn: boolean): Promise<void> => {
        const { revision, ...settings } = await privacySettings(context.db)
        await savePrivacySettings(context, revision, { ...settings, isOn }, frank)
      }
      await switchCompliance(true)
      const subject = { module: 'Contact', recordId: id }
      await recordBasis(context, subject, { basis: 'consent', remark: '', revision: 0 }, frank)
      await isRefused(id, 'noConsent')
      await switchCompliance(false)
    })

    it('Z30 processing was stopped', async () => {
      const { context } = test.embedded.portico
      const id = await contact({ email: address() })
      const subject = { module: 'Contact', recordId: id }
      await context.db.transaction((trx) => setStopped(context, trx, subject, true, frank))
      await isRefused(id, 'processingStopped')
    })

    it('Z15 unsupported characters', async () => {
      await isRefused(await contact({ email: 'nóra@nordwind.example' }), 'characters')
    })

    it('Z15 address anonymised: thrown away after use, or left by an erasure', async () => {
      for (const email of ['x@mailinator.com', 'erased-17@nordwind.example', 'nora@nordwind.invalid'])
        await isRefused(await contact({ email }), 'anonymous')
    })

    it('Z15 limit of users reached', async () => {
      const { limits } = test.embedded.config
      const before = limits.activeUsersPerType
      Object.assign(limits, { activeUsersPerType: 1 })
      await isRefused(await contact({ email: address() }), 'limit')
      Object.assign(limits, { activeUsersPerType: before })
    })

    it('Z15 is already a portal user', async () => {
      await isRefused('anna', 'alreadyUser')
    })

    it('Z15 record doesn’t exist; record in the recycle bin', async () => {
      await isRefused('nobody', 'recordGone')
      const id = await contact({ email: address() })
      await test.embedded.host.remove('Contact', id, { kind: 'system' })
      await isRefused(id, 'recycleBin')
    })

    it('Z15 whoever has the page open while the record goes to the recycle bin is told so', async () => {
      const id = await contact({ email: address() })
      const visitor = await staffAt(test, 'frank')
      await visitor.open(`${admin}/invitations/new?module=Contact&record=${id}`)
      await test.embedded.host.remove('Contact', id, { kind: 'system' })
      await visitor.send('Send invitation')
      visitor.is(409).sees('recycle bin')
    })

    it('Z15 no right on the module, no right on the record', async () => {
      const id = await contact({ email: address() })
      await isRefused(id, 'noModuleRight', { allowsModule: () => Promise.resolve(false) })
      const viewOnly: Host['allows'] = (_, action) => Promise.resolve(action === 'view')
      await isRefused(id, 'noRecordRight', { allows: viewOnly })
    })

    it('Z15 of a record that the CRM does not show, the report keeps the name to itself', async () => {
      const { context } = test.embedded.portico
      const id = await contact({ firstName: 'Secret', email: address() })
      const items = await itemsOfRecords(context, userTypeId, { ids: [id], search: undefined }, frank)
      expect(items[0]!.name).to.equal('Secret Novak')
      const scope = { kind: 'type', userTypeId } as const
      await orderRun(context, { id: 'secret', kind: 'invitation', scope, language: 'en', items }, frank)
      await whileHost(test, { allows: () => Promise.resolve(false) }, () => workOnRuns(context))
      const [item] = await itemsOf(context.db, 'secret', { states: ['failed'], limit: 1 })
      expect(item).to.include({ reason: 'noRecordRight', name: '', address: '' })
      const hidden = await whileHost(test, { allows: () => Promise.resolve(false) }, () =>
        itemsOfRecords(context, userTypeId, { ids: [id], search: undefined }, frank)
      )
      expect(hidden[0]).to.include({ recordId: id, name: '' })
    })

    it('Z15 an administrator says which records wait; a field that the CRM no longer has holds nobody', async () => {
      const irena = await staffAt(test, 'irena')
      const path = `${admin}/user-types/${userTypeId}/holds`
      await irena.open(path)
      irena.is(200).sees('Records that wait', 'Approval: Waiting for approval')
      await irena.send('Save', { approval: ['approval=Pending', 'approval=Review'], review: [] })
      irena.is(200).sees('Saved')
      const id = await contact({ email: address(), approval: 'Review' })
      await isRefused(id, 'waitingApproval')
      await test.embedded
        .db('portico_user_types')
        .where({ id: userTypeId })
        .update({ holds: '{"approval":{"field":"gone","values":["x"]}}' })
      await test.embedded.db('portico_configuration').increment('version', 1)
      await irena.open(path)
      irena.is(200).sees('The CRM no longer has the field “gone”')
      expect(await saidOf(id)).to.deep.equal([undefined, 'alreadyUser'])
    })
  })
})
