import { expect } from 'chai'
import { Invalid, NotFound } from '../../src/errors.js'
import { branches, countsOf, roleChoices } from '../../src/global-sharing/admin/role-tree.js'
import { emptyModel, type Member, type Model, type Rule } from '../../src/global-sharing/model.js'
import { peopleNamed, withoutPeople, withRolesOf } from '../../src/global-sharing/people.js'
import {
  roleForest,
  roleLabels,
  rolesBelow,
  rolesInOrder,
  withNewRole,
  withoutRole,
  withRoleChanged,
  withRoleMoved
} from '../../src/global-sharing/roles.js'

/** The sales team of the source, and a second house beside it. */
const team = model({ manager: null, staff: 'manager', assistant: 'manager', trainee: 'staff', other: null })

describe('changes of the role tree', () => {
  it('S02 the tree stands in order: each role above those below it, several at the top', () => {
    expect(rolesInOrder(team).map(({ id, depth }) => `${depth} ${id}`)).to.deep.equal([
      '0 manager',
      '1 assistant',
      '1 staff',
      '2 trainee',
      '0 other'
    ])
  })

  it('S02 a role moves with all that is below it', () => {
    const moved = withRoleMoved(team, 'staff', 'other')
    expect(moved.roles['staff']?.parent).to.equal('other')
    expect([...rolesBelow(moved, 'other')]).to.have.members(['staff', 'trainee'])
    expect([...rolesBelow(moved, 'manager')]).to.have.members(['assistant'])
    expect(withRoleMoved(team, 'staff', null).roles['staff']?.parent).to.equal(null)
  })

  it('S02 a role never stands below itself, directly or far below', () => {
    expect(() => withRoleMoved(team, 'manager', 'manager')).to.throw(Invalid)
    expect(() => withRoleMoved(team, 'manager', 'trainee')).to.throw(Invalid)
    expect(() => withRoleMoved(team, 'manager', 'other')).not.to.throw()
    expect(refusal(() => withRoleMoved(team, 'manager', 'trainee'))).to.deep.equal({
      parent: { key: 'organization:problem.roleCircle', args: { role: 'manager', superior: 'trainee' } }
    })
  })

  it('S02 nothing moves below what is gone, and what is gone does not move', () => {
    expect(() => withRoleMoved(team, 'staff', 'gone')).to.throw(Invalid)
    expect(() => withRoleMoved(team, 'gone', 'staff')).to.throw(NotFound)
    expect(() => withRoleMoved(team, 'staff', '__proto__')).to.throw(Invalid)
  })

  it('S02 a circle that stands in a stored model is shown, to be put right, and ends', () => {
    const circle = model({ a: 'b', b: 'a', top: null, lost: 'nowhere' })
    expect(rolesInOrder(circle).map(({ id }) => id)).to.have.members(['a', 'b', 'top', 'lost'])
    expect([...rolesBelow(circle, 'a')]).to.deep.equal(['b'])
    expect(withRoleMoved(circle, 'a', 'top').roles['a']?.parent).to.equal('top')
  })

  it('S02 a removed role leaves its people and the roles below to its heir', () => {
    const before = withRolesOf(
      team,
      new Map([
        ['petra', 'staff'],
        ['ben', 'manager']
      ])
    )
    const after = withoutRole(before, 'staff', 'assistant')
    expect(after.roles).not.to.have.property('staff')
    expect(after.people).to.deep.equal({ petra: 'assistant', ben: 'manager' })
    expect(after.roles['trainee']?.parent).to.equal('assistant')
  })

  it('S02 without an heir its people have no role, and the roles below stand at the top', () => {
    const after = withoutRole(withRolesOf(team, new Map([['petra', 'staff']])), 'staff', null)
    expect(after.people).to.deep.equal({})
    expect(after.roles['trainee']?.parent).to.equal(null)
  })

  it('S02 neither the role itself nor one below it can be the heir', () => {
    for (const heir of ['staff', 'trainee', 'gone']) expect(() => withoutRole(team, 'staff', heir)).to.throw(Invalid)
    expect(() => withoutRole(team, 'staff', 'other')).not.to.throw()
  })

  it('S05 what names a removed role goes with it, and the heir gets nothing by it', () => {
    const before: Model = {
      ...team,
      groups: {
        a: { name: 'Team A', hostGroup: null, members: [role('staff'), { kind: 'tree', id: 'staff' }, role('other')] }
      },
      rules: { r: rule(role('staff'), role('other')), s: rule(role('other'), role('manager')) }
    }
    const after = withoutRole(before, 'staff', 'assistant')
    expect(after.groups['a']?.members).to.deep.equal([role('other')])
    expect(Object.keys(after.rules)).to.deep.equal(['s'])
  })

  it('S11 two roles of one name stand below different superiors only', () => {
    expect(() => withNewRole(team, { id: 'x', name: 'STAFF', parent: 'manager', profiles: [] })).to.throw(Invalid)
    const both = withNewRole(team, { id: 'x', name: 'staff', parent: 'other', profiles: [] })
    expect(roleLabels(both).get('x')).to.equal('other › staff')
    expect(roleLabels(both).get('staff')).to.equal('manager › staff')
    expect(roleLabels(both).get('trainee')).to.equal('trainee')
    expect(() => withRoleMoved(both, 'x', 'manager')).to.throw(Invalid)
    expect(() => withRoleChanged(both, 'assistant', { name: 'Staff', profiles: [] })).to.throw(Invalid)
    expect(withRoleChanged(both, 'staff', { name: 'Staff', profiles: [] }).roles['staff']?.name).to.equal('Staff')
  })

  it('S11 labels are unmistakable, whatever the names are', () => {
    const names = { a: 'Sales', b: 'a', c: 'Sales', d: 'a' }
    const roles = Object.fromEntries(
      Object.entries(names).map(([id, name]) => [id, { name, parent: null, profiles: [] }])
    )
    const labels = [...roleLabels({ ...emptyModel, roles }).values()].map((label) => label.toLowerCase())
    expect(new Set(labels).size).to.equal(4)
  })

  it('S02 a role that is a choice stands below its superior, and neither itself nor those below it are offered', () => {
    const offered = roleChoices(team, new Set(['staff', ...rolesBelow(team, 'staff')]))
    expect(offered.map(({ label }) => label)).to.deep.equal(['manager', '– assistant', 'other'])
  })

  it('S11 a tree too big for a page is drawn as deep as there is room, and says what is below', () => {
    const around = {
      model: team,
      t: (key: string, args?: object) => `${key} ${JSON.stringify(args ?? {})}`,
      counts: new Map()
    }
    const [manager] = branches(around, roleForest(team), 550)
    expect(manager?.below.map(({ id }) => id)).to.deep.equal(['assistant', 'staff'])
    expect(manager?.below.map(({ more }) => more !== undefined)).to.deep.equal([false, true])
    const [whole] = branches(around, roleForest(team))
    expect(whole?.below[1]?.below.map(({ id }) => id)).to.deep.equal(['trainee'])
  })
})

describe('roles of people', () => {
  it('S02 a role is given, changed and taken away', () => {
    const given = withRolesOf(
      team,
      new Map([
        ['petra', 'staff'],
        ['ben', 'staff']
      ])
    )
    const changed = withRolesOf(
      given,
      new Map<string, string | null>([
        ['petra', 'manager'],
        ['ben', null]
      ])
    )
    expect(changed.people).to.deep.equal({ petra: 'manager' })
    expect(() => withRolesOf(team, new Map([['petra', 'gone']]))).to.throw(Invalid)
  })

  it('S02 only people the CRM has are counted', () => {
    const given = withRolesOf(
      team,
      new Map([
        ['petra', 'staff'],
        ['nobody', 'staff']
      ])
    )
    const petra = { id: 'petra', userName: 'petra', name: 'Petra', isActive: true, isAdministrator: false }
    expect(countsOf(given, [petra]).get('staff')).to.equal(1)
  })

  it('S03 who is no longer in the CRM leaves roles, groups and rules', () => {
    const ghost: Member = { kind: 'user', id: 'ghost' }
    const before: Model = {
      ...withRolesOf(
        team,
        new Map([
          ['ghost', 'staff'],
          ['petra', 'staff']
        ])
      ),
      groups: { a: { name: 'Team A', hostGroup: null, members: [ghost, { kind: 'user', id: 'petra' }] } },
      rules: { r: rule(role('staff'), ghost), s: rule(role('staff'), role('other')) }
    }
    expect([...peopleNamed(before)]).to.have.members(['ghost', 'petra'])
    const after = withoutPeople(before, new Set(['ghost']))
    expect([...peopleNamed(after)]).to.deep.equal(['petra'])
    expect(Object.keys(after.rules)).to.deep.equal(['s'])
  })
})

function model(parents: Readonly<Record<string, string | null>>): Model {
  const roles = Object.entries(parents).map(([id, parent]) => [id, { name: id, parent, profiles: [] }] as const)
  return { ...emptyModel, roles: Object.fromEntries(roles) }
}

function role(id: string): { kind: 'role'; id: string } {
  return { kind: 'role', id }
}

function rule(from: Rule['from'], to: Rule['to']): Rule {
  return { module: 'Lead', from, to, write: false, criteria: [], related: [] }
}

function refusal(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Invalid ? error.fields : error
  }
  return undefined
}
