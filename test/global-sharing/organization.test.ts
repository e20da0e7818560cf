/** Organizations by themselves: trees, circles, groups in groups, unions of profiles, and words nobody knows. */
import { expect } from 'chai'
import { emptyModel, modelFrom, type Model } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'

const none = { view: false, create: false, edit: false, delete: false }
const role = (parent: string | null, profiles: string[] = []): Model['roles'][string] => ({
  name: '',
  parent,
  profiles
})
const group = (...members: Model['groups'][string]['members']): Model['groups'][string] => ({
  name: '',
  hostGroup: null,
  members
})

/** Irena leads; Frank is below her, Greta and Petr below him. */
const company: Model = {
  ...emptyModel,
  roles: { lead: role(null), sales: role('lead'), desk: role('sales') },
  people: { irena: 'lead', frank: 'sales', greta: 'desk', petr: 'desk', nora: 'gone' }
}

describe('an organization', () => {
  it('S02 has everybody below a role, at any depth, and nobody of the role itself', () => {
    const { below, above } = organizationOf(company)
    expect([...below('lead')]).to.have.members(['frank', 'greta', 'petr'])
    expect([...below('sales')]).to.have.members(['greta', 'petr'])
    expect([...below('desk')]).to.deep.equal([])
    expect(above('desk')).to.deep.equal(['sales', 'lead'])
  })

  it('S02 moving a role moves its people', () => {
    const moved = organizationOf({ ...company, roles: { ...company.roles, desk: role('lead') } })
    expect([...moved.below('sales')]).to.deep.equal([])
    expect([...moved.below('lead')]).to.have.members(['frank', 'greta', 'petr'])
  })

  it('S02 of roles in a circle none is above another; what hangs below them is below them all', () => {
    const roles = { a: role('b'), b: role('a'), c: role('b'), self: role('self') }
    const people = { anna: 'a', ben: 'b', cyril: 'c', sam: 'self' }
    const { below, above, isIn } = organizationOf({ ...emptyModel, roles, people })
    expect([...below('a')]).to.deep.equal(['cyril'])
    expect([...below('b')]).to.deep.equal(['cyril'])
    expect([...below('self')]).to.deep.equal([])
    expect(above('a')).to.deep.equal([])
    expect(isIn('ben', { kind: 'tree', id: 'a' })).to.equal(false)
    expect(isIn('cyril', { kind: 'tree', id: 'a' })).to.equal(true)
  })

  it('S02 a role that is not there has nobody, not even those who name it', () => {
    const { below, peopleIn, roleOf } = organizationOf({
      ...company,
      roles: { ...company.roles, lost: role('ghost') },
      people: { ...company.people, lola: 'lost' }
    })
    expect([...below('ghost')]).to.deep.equal([])
    expect([...peopleIn({ kind: 'tree', id: 'ghost' })]).to.deep.equal([])
    expect([...peopleIn({ kind: 'role', id: 'gone' })]).to.deep.equal([])
    expect(roleOf('nora')).to.equal(undefined)
    expect([...peopleIn({ kind: 'role', id: 'lost' })]).to.deep.equal(['lola'])
  })

  it('S03 groups hold people, roles, roles with subordinates, and groups; superiors are not among them', () => {
    const groups = {
      user: group({ kind: 'user', id: 'greta' }),
      role: group({ kind: 'role', id: 'desk' }),
      tree: group({ kind: 'tree', id: 'sales' }),
      nested: group({ kind: 'group', id: 'user' }, { kind: 'user', id: 'irena' }),
      ghosts: group({ kind: 'group', id: 'ghost' }, { kind: 'role', id: 'ghost' })
    }
    const { peopleIn, groupsOf } = organizationOf({ ...company, groups })
    const inGroup = (id: string): string[] => [...peopleIn({ kind: 'group', id })].sort()
    expect(inGroup('user')).to.deep.equal(['greta'])
    expect(inGroup('role')).to.deep.equal(['greta', 'petr'])
    expect(inGroup('tree')).to.deep.equal(['frank', 'greta', 'petr'])
    expect(inGroup('nested')).to.deep.equal(['greta', 'irena'])
    expect(inGroup('ghosts')).to.deep.equal([])
    expect([...groupsOf('greta')].sort()).to.deep.equal(['nested', 'role', 'tree', 'user'])
    expect([...groupsOf('frank')]).to.deep.equal(['tree'])
  })

  it('S03 a circle of groups ends where it began', () => {
    const groups = {
      a: group({ kind: 'group', id: 'b' }, { kind: 'user', id: 'irena' }),
      b: group({ kind: 'group', id: 'a' }, { kind: 'user', id: 'frank' }),
      self: group({ kind: 'group', id: 'self' })
    }
    const { peopleIn } = organizationOf({ ...company, groups })
    for (const id of ['a', 'b']) expect([...peopleIn({ kind: 'group', id })]).to.have.members(['irena', 'frank'])
    expect([...peopleIn({ kind: 'group', id: 'self' })]).to.deep.equal([])
  })

  it('S01 profiles add up; what none of them names is forbidden, and one that is not there adds nothing', () => {
    const see = { ...none, view: true }
    const profiles = {
      reader: { name: '', viewAll: false, editAll: false, modules: { '*': see } },
      writer: { name: '', viewAll: true, editAll: false, modules: { Lead: { ...none, edit: true } } },
      shut: { name: '', viewAll: false, editAll: false, modules: { '*': see, Lead: none } }
    }
    const roles = { both: role(null, ['reader', 'writer', 'ghost']), shut: role(null, ['shut']), empty: role(null) }
    const people = { anna: 'both', ben: 'shut', cyril: 'empty' }
    const { rightsOf } = organizationOf({ ...emptyModel, profiles, roles, people, withoutRole: ['reader'] })
    expect(rightsOf('anna').on('Lead')).to.deep.equal({ ...see, edit: true })
    expect(rightsOf('anna').on('Case')).to.deep.equal(see)
    expect([rightsOf('anna').viewAll, rightsOf('anna').editAll]).to.deep.equal([true, false])
    expect(rightsOf('ben').on('Lead')).to.deep.equal(none)
    expect(rightsOf('cyril').on('Case')).to.deep.equal(none)
    expect(rightsOf('nobody').on('Case')).to.deep.equal(see)
    expect(rightsOf('anna').on('__proto__')).to.deep.equal(see)
  })

  it('S04 a model with a word nobody knows is not understood at all; the same without it is', () => {
    const rule = { module: 'Lead', from: { kind: 'role', id: 'desk' }, to: { kind: 'role', id: 'sales' }, write: false }
    const text = (more: object): string => JSON.stringify({ ...company, ...more })
    const criterion = (operator: string): object => ({
      rules: { r: { ...rule, criteria: [{ field: 'name', operator, value: 'x' }], related: [] } }
    })
    expect(() => modelFrom(text({ defaults: { Lead: { level: 'public-all' } } }))).to.throw()
    expect(() => modelFrom(text(criterion('like')))).to.throw()
    expect(() => modelFrom(text({ everybody: true }))).to.throw()
    expect(() => modelFrom('{')).to.throw()
    expect(() => modelFrom(text({ defaults: { Lead: { level: 'public-read' } } }))).not.to.throw()
    expect(() => modelFrom(text(criterion('=')))).not.to.throw()
  })
})
