import { expect } from 'chai'
import { Invalid, NotFound } from '../../src/errors.js'
import {
  circleOf,
  waysInto,
  withGroupChanged,
  withMembers,
  withNewGroup,
  withoutGroup,
  withoutMember
} from '../../src/global-sharing/groups.js'
import { emptyModel, type Group, type Member, type Model } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'

/** Team A has Ben, the sales staff and Team B; Team B has the manager with his subordinates. */
const model: Model = {
  ...emptyModel,
  roles: {
    manager: { name: 'Manager', parent: null, profiles: [] },
    staff: { name: 'Staff', parent: 'manager', profiles: [] }
  },
  people: { grace: 'manager', petra: 'staff' },
  groups: {
    a: group('Team A', [user('ben'), { kind: 'role', id: 'staff' }, { kind: 'group', id: 'b' }]),
    b: group('Team B', [{ kind: 'tree', id: 'manager' }]),
    c: group('Team C', [])
  }
}

describe('changes of groups', () => {
  it('S03 each is in a group by all the ways that lead there, the shortest first', () => {
    const ways = waysInto(model, 'a', organizationOf(model).peopleIn)
    expect([...ways.keys()]).to.have.members(['ben', 'petra', 'grace'])
    expect(ways.get('petra')).to.deep.equal([
      [{ kind: 'role', id: 'staff' }],
      [
        { kind: 'group', id: 'b' },
        { kind: 'tree', id: 'manager' }
      ]
    ])
    expect(ways.get('ben')).to.deep.equal([[user('ben')]])
  })

  it('S03 the ways lead to exactly those whom the organization counts in, in a circle too', () => {
    const circle: Model = {
      ...model,
      groups: {
        ...model.groups,
        b: group('Team B', [
          { kind: 'tree', id: 'manager' },
          { kind: 'group', id: 'a' }
        ])
      }
    }
    for (const one of [model, circle])
      for (const id of Object.keys(one.groups)) {
        const { peopleIn } = organizationOf(one)
        expect([...waysInto(one, id, peopleIn).keys()]).to.have.members([...peopleIn({ kind: 'group', id })])
      }
  })

  it('S03 a circle of groups is found and refused by name, one that is none is taken', () => {
    expect(circleOf(model, 'b', 'a')).to.deep.equal(['a', 'b'])
    expect(circleOf(model, 'c', 'a')).to.equal(undefined)
    const refused = refusal(() => withMembers(model, 'b', [{ kind: 'group', id: 'a' }]))
    expect(refused).to.deep.equal({
      member: { key: 'organization:problem.groupCircle', args: { way: 'Team B › Team A › Team B' } }
    })
    expect(refusal(() => withMembers(model, 'b', [{ kind: 'group', id: 'b' }]))).to.have.nested.property(
      'member.key',
      'organization:problem.inItself'
    )
    expect(withMembers(model, 'c', [{ kind: 'group', id: 'a' }]).groups['c']?.members).to.have.length(1)
  })

  it('S03 a circle through two that are added together is refused', () => {
    const one = withMembers(model, 'c', [{ kind: 'group', id: 'a' }])
    expect(() => withMembers(one, 'b', [user('ben'), { kind: 'group', id: 'c' }])).to.throw(Invalid)
  })

  it('S03 a member stands in a group once, and goes alone', () => {
    const twice = withMembers(model, 'a', [user('ben'), user('petra'), user('petra')])
    expect(twice.groups['a']?.members.filter(({ id }) => id === 'petra')).to.have.length(1)
    expect(withoutMember(twice, 'a', user('ben')).groups['a']?.members).to.have.length(3)
    expect(() => withMembers(model, 'a', [{ kind: 'role', id: 'gone' }])).to.throw(Invalid)
    expect(() => withMembers(model, 'gone', [])).to.throw(NotFound)
  })

  it('S03 one group of the CRM belongs to one group', () => {
    const owner = withGroupChanged(model, 'a', { name: 'Team A', hostGroup: 'sales' })
    expect(() => withGroupChanged(owner, 'b', { name: 'Team B', hostGroup: 'sales' })).to.throw(Invalid)
    expect(() => withGroupChanged(owner, 'a', { name: 'Team A', hostGroup: 'sales' })).not.to.throw()
    expect(() => withNewGroup(owner, 'd', { name: 'team a', hostGroup: null })).to.throw(Invalid)
    expect(withNewGroup(owner, 'd', { name: 'Team D', hostGroup: 'support' }).groups['d']?.members).to.deep.equal([])
  })

  it('S03 with a group go the rules that name it and its place in other groups', () => {
    const ruled: Model = {
      ...model,
      rules: {
        r: {
          module: 'Lead',
          from: { kind: 'group', id: 'b' },
          to: user('ben'),
          write: false,
          criteria: [],
          related: []
        }
      }
    }
    const after = withoutGroup(ruled, 'b')
    expect(after.rules).to.deep.equal({})
    expect(after.groups['a']?.members).to.have.length(2)
    expect(Object.keys(after.groups)).to.deep.equal(['a', 'c'])
  })
})

function group(name: string, members: readonly Member[]): Group {
  return { name, hostGroup: null, members }
}

function user(id: string): Member {
  return { kind: 'user', id }
}

function refusal(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error instanceof Invalid ? error.fields : error
  }
  return undefined
}
