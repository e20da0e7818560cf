/** Policies that are kept: only as long as nothing they were made of has changed. */
import { expect } from 'chai'
import type { Person } from '../../src/access/viewer.js'
import type { Catalog } from '../../src/host/catalog.js'
import type { Portal, UserType } from '../../src/portal/configuration.js'
import { keepPolicies, type Ingredients } from '../../src/portal/kept-policies.js'

const person: Person = {
  kind: 'portal-user',
  id: 'u1',
  name: 'Anna',
  module: 'Contact',
  recordId: 'anna',
  portalId: 'p1',
  userTypeId: 't1',
  invitedBy: 's1',
  locale: 'en',
  timeZone: 'UTC',
  formats: { date: 'iso', time: '24' }
}
const catalog: Catalog = { stamp: 'one', modules: new Map() }
const portal = { id: 'p1' } as Portal
const userType = { id: 't1' } as UserType
const first: Ingredients = { person, catalog, portal, userType, primary: { region: 'north' }, version: 1 }

describe('policies that are kept', () => {
  it('A25 are made once for the same ingredients', () => {
    expect(made([first, { ...first, person: { ...person } }, first])).to.equal(1)
  })

  const changes: Readonly<Record<string, Partial<Ingredients>>> = {
    'the configuration': { version: 2 },
    'the catalog': { catalog: { ...catalog } },
    'the portal under which he is looked at': { portal: { ...portal } },
    'the user type under which he is looked at': { userType: { ...userType } },
    'what his own record says': { primary: { region: 'south' } },
    'who invited him': { person: { ...person, invitedBy: 's2' } },
    'the record that stands for him': { person: { ...person, recordId: 'bjorn' } }
  }
  for (const [what, change] of Object.entries(changes)) {
    it(`A25 are made anew when ${what} is another`, () => {
      expect(made([first, { ...first, ...change }])).to.equal(2)
    })
  }

  it('A52 are nobody else’s', () => {
    expect(made([first, { ...first, person: { ...person, id: 'u2' } }, first])).to.equal(2)
  })

  it('A48 are not kept for more than are at work together', () => {
    const crowd = Array.from({ length: 201 }, (_, number) => ({ ...first, person: { ...person, id: `c${number}` } }))
    expect(made([first, ...crowd.slice(0, 199), first])).to.equal(200)
    expect(made([first, ...crowd, first])).to.equal(203)
  })
})

/** How many policies are made when these are asked for, one after the other. */
function made(asked: readonly Ingredients[]): number {
  const keep = keepPolicies()
  let count = 0
  for (const of of asked) {
    keep(of, () => {
      count += 1
      return []
    })
  }
  return count
}
