import { expect } from 'chai'
import type { ModulePolicy } from '../../src/access/grant.js'
import { combined } from '../../src/portal/combined-policy.js'
import type { Release } from '../../src/portal/configuration.js'
import { portalPolicy } from '../../src/portal/policy.js'
import type { PortalRole } from '../../src/portal/roles.js'
import { catalog } from './catalog.js'
import { anna, release, userType } from './releases.js'
import { byName, role } from './roles-given.js'

function policies(releases: Release[], roles: PortalRole[]): Map<string, ModulePolicy> {
  const type = userType(...releases)
  const facts = {
    catalog,
    userType: type,
    person: anna,
    primary: {},
    publicModules: new Set<string>(),
    layouts: undefined
  }
  const around = { catalog, person: anna, roles, levels: byName, accounts: undefined }
  const given = portalPolicy(facts)
  const all = roles.length === 0 ? given : combined({ given, userType: type, layouts: undefined }, around)
  return new Map(all.map((policy) => [policy.module, policy]))
}

const editable = (policy: ModulePolicy | undefined): string[] =>
  (policy?.grants ?? []).filter(({ actions }) => actions.includes('edit')).flatMap(({ fields }) => fields)

const contact = release('Contact', {
  kind: 'primary',
  rights: ['edit'],
  fields: { name: 'readOnly', phone: 'editable', account: 'editable' }
})

describe('a user type and roles together', () => {
  it('E02 add their grants, each with its own fields, and hold a restriction once', () => {
    const given = release('Case', { path: ['contact'], fields: { subject: 'readOnly', status: 'readOnly' } })
    const cases = policies(
      [contact, given],
      [role('all', { Case: { read: 'all', fields: { subject: 'readOnly' } } })]
    ).get('Case')
    const seen = (cases?.grants ?? []).filter(({ actions }) => actions.includes('view'))
    expect(seen.map(({ id, fields }) => `${id}: ${fields.join()}`)).to.deep.equal([
      'related: subject,status',
      'written: subject,status',
      'role:all:all:view: subject'
    ])
    expect(cases?.restrictions).to.have.length(1)
  })

  it('A05 E02 what a role’s levels go by can’t be changed by the user type’s right', () => {
    const without = policies([contact], [])
    expect(editable(without.get('Contact'))).to.have.members(['phone', 'account'])
    const roles = [role('cases', { Case: { read: 'account', fields: { subject: 'readOnly' } } })]
    expect(editable(policies([contact], roles).get('Contact'))).to.deep.equal(['phone'])
  })

  it('A05 E02 what the user type’s criteria compare can’t be changed by a role’s right', () => {
    const match = { by: 'value', value: 'Closed' } as const
    const criteria = { join: 'all', of: [{ field: 'status', operator: '=', match }] } as const
    const given = release('Case', { criteria: { ...criteria, of: [...criteria.of] }, fields: { subject: 'readOnly' } })
    const roles = [
      role('one', { Case: { read: 'all', edit: 'all', fields: { subject: 'editable', status: 'editable' } } })
    ]
    expect(editable(policies([contact], roles).get('Case'))).to.deep.equal(['subject', 'status'])
    expect(editable(policies([contact, given], roles).get('Case'))).to.deep.equal(['subject'])
  })
})
