import { expect } from 'chai'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { releaseOf } from '../../src/portal/configuration.js'
import type { Criteria } from '../../src/portal/user-types/criteria.js'
import { saveHolds } from '../../src/portal/user-types/save-holds.js'
import { createAccessForm } from '../../src/portal/forms/access-forms.js'
import { approveDraft } from '../../src/sms/templates.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, staffAt, theUserType } from './people.js'

/** Urgent ones, and what is called as his town. */
const criteria: Criteria = {
  join: 'any',
  of: [
    { field: 'priority', operator: '=', match: { by: 'value', value: 'Urgent' } },
    { join: 'all', of: [{ field: 'subject', operator: 'contains', match: { by: 'field', field: 'city' } }] }
  ]
}

onSqlite('the list of changes', (open) => {
  let test: TestApp
  let irena: Visitor

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open)
    irena = await staffAt(test, 'irena')
    const { context } = test.embedded.portico
    const userType = await theUserType(test)
    const cases = releaseOf(userType, 'Case')!
    const fields = new Map([...cases.fields].filter(([name]) => name !== 'resolution'))
    const draft = { ...cases, criteria, view: 'canvas', fields: fields.set('priority', 'readOnly') } as const
    await saveRelease(context, userType, draft, (await test.embedded.host.staffById('irena'))!)
  })
  after(() => test.close())

  const newest = async (): Promise<string[]> => {
    await irena.open(`${admin}/user-types/${(await theUserType(test)).id}`)
    const entry = irena.page('.feed__entry').first()
    const texts = entry.find('strong, dl > div').toArray()
    return texts.map((text) => irena.page(text).text().replace(/\s+/g, ' ').trim())
  }

  it('Z11 A25 says field by field what was and what is, in words', async () => {
    expect(await newest()).to.have.members([
      'Release changed: Cases',
      'Criteria– → Priority is Urgent or (Subject contains city)',
      'Shown asList → Cards',
      'Field PriorityMay be written → Read only',
      'Field ResolutionRead only → –'
    ])
  })

  it('Z11 says it in the reader’s language, and shows nobody how it is stored', async () => {
    await irena.open('/portico/admin/portals')
    await irena.send('Deutsch')
    expect(await newest()).to.include.members(['Freigabe geändert: Tickets', 'Feld LösungNur lesen → –'])
    irena.doesNotSee('{"', 'portal:change', 'readOnly')
  })

  it('Z11 Z14 names the user type of an invitation, not its id, and not the module of the person', async () => {
    await irena.send('English')
    await irena.open(`${admin}/access?module=Contact&record=anna`)
    irena.sees('Invitation sent', 'User type– → Client Portal (Thermovia Service)')
    irena.doesNotSee('Invitation sent: Contacts', 'userTypeId', (await theUserType(test)).id)
  })

  it('Z11 Z15 Z32 names fields and values as the CRM does, of the user type’s own module', async () => {
    const { context } = test.embedded.portico
    const { id, revision } = await theUserType(test)
    const by = (await test.embedded.host.staffById('irena'))!
    const approval = { field: 'approval', values: ['Pending'] }
    await saveHolds(context, { id, revision }, { approval }, by)
    expect(await newest()).to.have.members([
      'Waiting records changed',
      'Waits for approval– → Approval: Waiting for approval'
    ])
    const draft = { name: 'Ask', slug: 'ask', needsApproval: true, fields: ['firstName', 'phone'], introductions: {} }
    const form = await createAccessForm(context, id, draft, by)
    await irena.open(`${admin}/user-types/${id}/forms/${form}`)
    irena.sees('Fields asked– → First name, Phone').doesNotSee('firstName, phone')
  })

  it('Z11 Z18 tells at the list of text messages which one was approved', async () => {
    const { context } = test.embedded.portico
    const by = (await test.embedded.host.staffById('irena'))!
    await approveDraft(context, { kind: 'verification', language: 'de', revision: 0 }, 'R-7', by)
    await irena.open(`${admin}/text-messages`)
    irena.sees('Text message approved: Code to sign in (German)', '– → R-7')
  })
})
