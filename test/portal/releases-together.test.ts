import { expect } from 'chai'
import { Invalid } from '../../src/errors.js'
import { plainRelease, releaseOf, type FieldRelease } from '../../src/portal/configuration.js'
import type { ReleaseDraft } from '../../src/portal/user-types/release-check.js'
import { saveReleases } from '../../src/portal/user-types/releases.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { theUserType } from './people.js'

onSqlite('several modules released at once', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open)
  })

  after(() => test.close())

  const context = (): TestApp['embedded']['portico']['context'] => test.embedded.portico.context
  const irena = async () => (await test.embedded.host.staffById('irena'))!
  const draft = (module: string, given: Partial<ReleaseDraft> = {}): ReleaseDraft => ({
    ...plainRelease,
    module,
    kind: 'related',
    path: ['contact'],
    fields: new Map<string, FieldRelease>([['name', 'readOnly']]),
    ...given
  })
  const entries = async (): Promise<string[]> => {
    const { id } = await theUserType(test)
    const list = await context().audit.list({ subject: `user-type:${id}`, limit: 200 })
    return list.map(({ action, before, after }) => `${action} ${((after ?? before) as { module: string }).module}`)
  }

  it('Z04 nothing is written unless all of it can be, and every problem names its module', async () => {
    const before = await theUserType(test)
    const noted = await entries()
    const changes = { drafts: [draft('Deal'), draft('Lead', { path: ['nowhere'] })], removed: ['Account'] }
    const refused = await saveReleases(context(), before, changes, await irena()).then(
      () => undefined,
      (error: unknown) => error
    )
    expect(refused).to.be.instanceOf(Invalid)
    expect(Object.keys((refused as Invalid).fields)).to.deep.equal(['Lead.path'])
    expect(await theUserType(test)).to.deep.equal(before)
    expect(await entries()).to.deep.equal(noted)
  })

  it('Z04 all are in force together: one revision, an entry for each module that changes, line items go with theirs', async () => {
    const before = await theUserType(test)
    const noted = await entries()
    const kept = releaseOf(before, 'Case')!
    const changes = { drafts: [draft('Deal'), kept], removed: ['Quote', 'Vendor'] }
    await saveReleases(context(), before, changes, await irena())
    const after = await theUserType(test)
    expect(after.revision).to.equal(before.revision + 1)
    expect(releaseOf(after, 'Deal')?.path).to.deep.equal(['contact'])
    expect([releaseOf(after, 'Quote'), releaseOf(after, 'QuoteItem')]).to.deep.equal([undefined, undefined])
    expect(releaseOf(after, 'Case')).to.deep.include({ path: kept.path, fields: kept.fields })
    const added = (await entries()).slice(0, -noted.length || undefined)
    expect(added).to.have.members(['release.added Deal', 'release.removed Quote', 'release.removed QuoteItem'])
  })

  it('Z11 line items may come with the module they are part of, in the same go', async () => {
    const items = draft('QuoteItem', { kind: 'part', path: [], fields: new Map([['quantity', 'readOnly']]) })
    const quotes = draft('Quote', { fields: new Map([['subject', 'readOnly']]) })
    const seen = await theUserType(test)
    const alone = saveReleases(context(), seen, { drafts: [items], removed: [] }, await irena())
    expect(await alone.catch((error: Invalid) => error.fields)).to.have.keys(['QuoteItem.kind'])
    await saveReleases(context(), seen, { drafts: [items, quotes], removed: [] }, await irena())
    expect(releaseOf(await theUserType(test), 'QuoteItem')?.kind).to.equal('part')
  })

  it('A28 Z05 nothing is written on top of what somebody else saved, and the own record stays', async () => {
    const before = await theUserType(test)
    const late = { id: before.id, revision: before.revision - 1 }
    const status = async (seen: typeof late, removed: string[]): Promise<number> =>
      saveReleases(context(), seen, { drafts: [], removed }, await irena()).then(
        () => 200,
        (error: { status: number }) => error.status
      )
    expect(await status(late, ['Deal'])).to.equal(409)
    expect(await status(before, ['Contact'])).to.equal(409)
    expect(await theUserType(test)).to.deep.equal(before)
    expect(await status(before, ['Deal'])).to.equal(200)
  })
})
