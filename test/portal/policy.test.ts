import { expect } from 'chai'
import { all, along, any, compare, linked, not, oneOf, writtenBy, writtenOutside } from '../../src/access/condition.js'
import type { Action, Grant, ModulePolicy } from '../../src/access/grant.js'
import type { Catalog } from '../../src/host/catalog.js'
import type { Release } from '../../src/portal/configuration.js'
import { portalPolicy, type PolicyFacts } from '../../src/portal/policy.js'
import { catalog, withoutField, withoutLink, withoutModule } from './catalog.js'
import { anna, release, userType } from './releases.js'

const own = oneOf('id', ['anna'])
const fields = { subject: 'editable', status: 'readOnly', number: 'editable' } as const

function policies(releases: Release[], more: Partial<PolicyFacts> = {}): ModulePolicy[] {
  return portalPolicy({
    catalog,
    userType: userType(...releases),
    person: anna,
    primary: {},
    publicModules: new Set(),
    layouts: undefined,
    ...more
  })
}

function policyOf(module: string, releases: Release[], more: Partial<PolicyFacts> = {}): ModulePolicy | undefined {
  return policies(releases, more).find((policy) => policy.module === module)
}

function grantOf(id: string, policy: ModulePolicy | undefined): Grant | undefined {
  return policy?.grants.find((grant) => grant.id === id)
}

const idsWith = (action: Action, policy: ModulePolicy | undefined): string[] =>
  (policy?.grants ?? []).filter((grant) => grant.actions.includes(action)).map((grant) => grant.id)

describe('what a user type gives a portal user', () => {
  it('Z05 his own record, always', () => {
    const policy = policyOf('Contact', [release('Contact', { kind: 'primary', fields: { name: 'readOnly' } })])
    expect(grantOf('own', policy)?.when).to.deep.equal(own)
    expect(grantOf('own', policy)?.actions).to.deep.equal(['view', 'open'])
    expect(idsWith('edit', policy)).to.deep.equal([])
  })

  it('Z12 related records by the link that counts, and by no other', () => {
    const by = (path: string[]) => grantOf('related', policyOf('Case', [release('Case', { path, fields })]))?.when
    expect(by(['contact'])).to.deep.equal(linked('contact', own))
    expect(by(['account', 'contacts'])).to.deep.equal(along(['account', 'contacts'], own))
  })

  it('Z07 link and criteria together are the union, each a grant of its own', () => {
    const criteria = {
      join: 'any',
      of: [{ field: 'priority', operator: '=', match: { by: 'value', value: 'Low' } }]
    } as const
    const policy = policyOf('Case', [
      release('Case', { path: ['contact'], criteria: { ...criteria, of: [...criteria.of] }, fields })
    ])
    expect(idsWith('view', policy)).to.deep.equal(['related', 'criteria', 'written'])
    expect(grantOf('criteria', policy)?.when).to.deep.equal(compare('priority', '=', 'Low'))
  })

  it('Z06 edit is for what he wrote, edit shared for what staff wrote of it, delete for what he wrote', () => {
    const scope = linked('contact', own)
    const written = all(scope, writtenBy('Case', anna.id))
    const policy = policyOf('Case', [
      release('Case', { path: ['contact'], rights: ['create', 'edit', 'editShared', 'delete', 'clone'], fields })
    ])
    expect(grantOf('create', policy)?.when).to.deep.equal(scope)
    expect(grantOf('edit', policy)?.when).to.deep.equal(written)
    const byStaff = all(scope, not(writtenOutside('Case')))
    expect(grantOf('editShared', policy)).to.deep.include({ when: byStaff, actions: ['edit'] })
    expect(grantOf('delete', policy)?.when).to.deep.equal(written)
    expect(idsWith('clone', policy)).to.deep.equal(['related'])
  })

  it('Z06 each right is a right of its own', () => {
    for (const right of ['create', 'edit', 'editShared', 'delete'] as const) {
      const policy = policyOf('Case', [release('Case', { path: ['contact'], rights: [right], fields })])
      const action = right === 'editShared' ? 'edit' : right
      expect(
        (['create', 'edit', 'delete', 'clone'] as const).filter((one) => idsWith(one, policy).length > 0)
      ).to.deep.equal([action])
    }
  })

  it('Z06 edit on the primary module covers his own record', () => {
    const policy = policyOf('Contact', [
      release('Contact', { kind: 'primary', rights: ['edit'], fields: { phone: 'editable' } })
    ])
    expect(grantOf('edit', policy)?.when).to.deep.equal(any(own, writtenBy('Contact', anna.id)))
  })

  it('Z11 only visible fields are seen; read-only ones, computed ones and the owner are never written', () => {
    const policy = policyOf('Case', [
      release('Case', { path: ['contact'], rights: ['create'], fields: { ...fields, assignedUser: 'editable' } })
    ])
    expect(grantOf('related', policy)?.fields).to.deep.equal(['number', 'subject', 'status', 'assignedUser'])
    expect(grantOf('create', policy)?.fields).to.deep.equal(['subject'])
  })

  it('A05 never the bare columns of a lookup that serves several modules', () => {
    const policy = policyOf('Task', [
      release('Task', {
        path: ['parentContact'],
        rights: ['create'],
        fields: { parentType: 'editable', parentId: 'editable', subject: 'editable' }
      })
    ])
    expect(grantOf('create', policy)?.fields).to.deep.equal(['subject'])
  })

  it('E11 Z28 notes are a right of their own', () => {
    const actions = (notes: Release['notes']) =>
      grantOf('related', policyOf('Case', [release('Case', { path: ['contact'], notes, fields })]))?.actions
    expect(actions('none')).to.deep.equal(['view', 'open'])
    expect(actions('read')).to.deep.equal(['view', 'open', 'feed'])
    expect(actions('write')).to.deep.equal(['view', 'open', 'feed', 'post'])
  })

  it('Z08 a public module is shown whole, read only, while it is public', () => {
    const released = [
      release('Product', { kind: 'public', rights: ['create', 'edit'], notes: 'write', fields: { name: 'editable' } })
    ]
    const policy = policyOf('Product', released, { publicModules: new Set(['Product']) })
    expect(policy?.grants.map(({ id, actions, when }) => ({ id, actions, when }))).to.deep.equal([
      { id: 'public', actions: ['view', 'open'], when: { kind: 'always' } }
    ])
    expect(policyOf('Product', released, { publicModules: new Set(['Case']) })).to.equal(undefined)
  })

  it('Z11 line items follow the record they are part of', () => {
    const quote = release('Quote', { path: ['contact'], rights: ['editShared'], fields: { subject: 'editable' } })
    const items = release('QuoteItem', { kind: 'part', rights: ['create', 'edit'], fields: { quantity: 'editable' } })
    const policy = policyOf('QuoteItem', [quote, items])
    expect(JSON.stringify(grantOf('part', policy)?.when)).to.include(JSON.stringify(linked('contact', own)))
    const changed = all(linked('contact', own), not(writtenOutside('Quote')))
    expect(grantOf('edit', policy)?.when).to.deep.equal(linked('quote', changed))
    expect(policyOf('QuoteItem', [items])).to.equal(undefined)
  })

  it('Z11 line items of what may only be looked at may only be looked at', () => {
    const quote = release('Quote', { path: ['contact'], fields: { subject: 'editable' } })
    const policy = policyOf('QuoteItem', [
      quote,
      release('QuoteItem', { kind: 'part', rights: ['create', 'edit', 'delete'], fields: { quantity: 'editable' } })
    ])
    expect(policy?.grants.map((grant) => grant.id)).to.deep.equal(['part'])
  })

  it('E10 the rows that never leave the house are a restriction on top', () => {
    const policy = policyOf('Case', [release('Case', { path: ['contact'], fields })])
    expect(policy?.restrictions.map((one) => one.when)).to.deep.equal([compare('isInternal', '=', false)])
  })
})

describe('what the CRM no longer has', () => {
  const released = release('Case', { path: ['account', 'contacts'], rights: ['create', 'editShared'], fields })
  const views = (without: Catalog) => idsWith('view', policyOf('Case', [released], { catalog: without }))

  it('is left out: a field', () => {
    const policy = policyOf('Case', [released], { catalog: withoutField('Case', 'status') })
    expect(grantOf('related', policy)?.fields).to.deep.equal(['number', 'subject'])
  })

  it('is left out: a link, and with it what it showed', () => {
    expect(views(catalog)).to.deep.equal(['related', 'written'])
    expect(views(withoutLink('Account', 'contacts'))).to.deep.equal(['written'])
    expect(
      idsWith('create', policyOf('Case', [released], { catalog: withoutLink('Account', 'contacts') }))
    ).to.deep.equal([])
  })

  it('never widens: a primary module whose extra link is gone does not become unbounded', () => {
    const contacts = release('Contact', {
      kind: 'primary',
      path: ['account', 'contacts'],
      rights: ['create', 'edit'],
      fields: { lastName: 'editable' }
    })
    const policy = policyOf('Contact', [contacts], { catalog: withoutLink('Account', 'contacts') })
    expect(idsWith('create', policy)).to.deep.equal([])
    expect(grantOf('edit', policy)?.when).to.deep.equal(own)
  })

  it('is left out: a module', () => {
    expect(policies([released], { catalog: withoutModule('Case') })).to.deep.equal([])
  })

  it('takes a field out of criteria without showing more', () => {
    const criterion = (name: string) => ({
      field: name,
      operator: '=' as const,
      match: { by: 'value' as const, value: 'Low' }
    })
    const of = [criterion('priority'), criterion('gone')]
    const when = (join: 'all' | 'any') =>
      grantOf('criteria', policyOf('Case', [release('Case', { criteria: { join, of }, fields })]))?.when
    expect(when('any')).to.deep.equal(compare('priority', '=', 'Low'))
    expect(when('all')).to.equal(undefined)
  })
})

describe('somebody whose record is of another module than his user type', () => {
  it('gets nothing', () => {
    const releases = [release('Contact', { kind: 'primary', fields: { name: 'readOnly' } })]
    expect(policies(releases)).to.have.length(1)
    expect(policies(releases, { person: { ...anna, module: 'Lead' } })).to.deep.equal([])
  })
})
