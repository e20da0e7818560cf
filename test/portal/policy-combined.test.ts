import { expect } from 'chai'
import type { ModulePolicy } from '../../src/access/grant.js'
import { combined } from '../../src/portal/combined-policy.js'
import type { Release } from '../../src/portal/configuration.js'
import type { PortalRole } from '../../src/portal/roles/roles.js'
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
  return new Map(combined(facts, around).map((policy) => [policy.module, policy]))
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

  it('A05 nor what they compare in other words: the parts of a name are the name', () => {
    const match = { by: 'value', value: 'VIP' } as const
    const criteria = { join: 'all', of: [{ field: 'name', operator: 'contains', match }] } as const
    const given = release('Lead', { criteria: { ...criteria, of: [...criteria.of] }, fields: { email: 'readOnly' } })
    const fields = { firstName: 'editable', lastName: 'editable', phone: 'editable' } as const
    const roles = [role('one', { Lead: { read: 'all', edit: 'all', fields } })]
    expect(editable(policies([contact], roles).get('Lead'))).to.have.members(['firstName', 'lastName', 'phone'])
    expect(editable(policies([contact, given], roles).get('Lead'))).to.deep.equal(['phone'])
  })

  it('E10 the staff are in nobody’s policy, whatever is written there', () => {
    const fields = { name: 'readOnly' } as const
    const given = policies(
      [contact, release('User', { path: ['contacts'], fields })],
      [role('all', { User: { read: 'all', create: true, fields }, Account: { read: 'all', fields } })]
    )
    expect([...given.keys()])
      .to.include('Account')
      .and.not.to.include('User')
  })
})
