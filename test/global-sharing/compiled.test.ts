/** The model as the host's own extension reads it. */
import { expect } from 'chai'
import { compiledFrom } from '../../src/global-sharing/compiled.js'
import { emptyModel, type Model, type ModuleRights } from '../../src/global-sharing/model.js'

const none: ModuleRights = { view: false, create: false, edit: false, delete: false }
const view: ModuleRights = { ...none, view: true }
const edit: ModuleRights = { ...none, view: true, edit: true }
const all: ModuleRights = { view: true, create: true, edit: true, delete: true }

const profile = (modules: Record<string, ModuleRights>, more: Partial<Model['profiles'][string]> = {}) => ({
  name: 'A profile',
  viewAll: false,
  editAll: false,
  modules,
  ...more
})
const rights = (modules: Record<string, ModuleRights>, more: object = {}) => ({
  viewAll: false,
  editAll: false,
  modules,
  ...more
})

describe('a compiled model', () => {
  const model: Model = {
    ...emptyModel,
    defaults: { Lead: { level: 'public-read' }, Contact: { level: 'private', follows: 'account' } },
    profiles: {
      reader: profile({ '*': view, Lead: none }),
      seller: profile({ Lead: edit, Quote: all }, { viewAll: true }),
      shut: profile({ '*': none }, { editAll: true })
    },
    withoutRole: ['reader'],
    roles: {
      both: { name: 'Both', parent: null, profiles: ['reader', 'seller'] },
      seller: { name: 'Seller', parent: 'both', profiles: ['seller', 'ghost'] },
      shut: { name: 'Shut', parent: 'ghost', profiles: ['shut'] },
      ghosts: { name: 'Ghosts', parent: null, profiles: ['ghost', '__proto__'] }
    },
    people: { frank: 'seller' },
    groups: {
      team: { name: 'Team', hostGroup: 'crm-team', members: [{ kind: 'user', id: 'frank' }] },
      loose: { name: 'Loose', hostGroup: null, members: [] }
    },
    rules: {
      first: {
        module: 'Lead',
        from: { kind: 'tree', id: 'both' },
        to: { kind: 'user', id: 'frank' },
        write: true,
        criteria: [{ field: 'status', operator: '=', value: 'New' }],
        related: [{ module: 'Case', link: 'lead', write: false }]
      },
      second: {
        module: 'Ghost',
        from: { kind: 'group', id: 'ghost' },
        to: { kind: 'role', id: 'ghost' },
        write: false,
        criteria: [],
        related: []
      }
    }
  }
  const compiled = compiledFrom(model)

  it("S01 a role has the union of its profiles; a module that one names and the other does not has the other's `*`, too", () => {
    expect(compiled.roles['both']).to.deep.equal(
      rights({ '*': view, Lead: edit, Quote: all }, { viewAll: true, editAll: false })
    )
  })

  it('S01 a profile without `*` forbids what it does not name, and one nobody knows adds nothing', () => {
    expect(compiled.roles['seller']).to.deep.equal(rights({ '*': none, Lead: edit, Quote: all }, { viewAll: true }))
    expect(compiled.roles['shut']).to.deep.equal(rights({ '*': none }, { editAll: true }))
    expect(compiled.roles['ghosts']).to.deep.equal(rights({ '*': none }))
  })

  it('S01 people without a role have profiles of their own, or nothing', () => {
    expect(compiled.withoutRole).to.deep.equal(rights({ '*': view, Lead: none }))
    expect(compiledFrom(emptyModel).withoutRole).to.deep.equal(rights({ '*': none }))
  })

  it("S03 a group has the CRM's group whose records it owns, or none", () => {
    expect(compiled.groups).to.deep.equal({ team: { teams: ['crm-team'] }, loose: { teams: [] } })
  })

  it('S04 the defaults are those of the model; what is not named in them is not named here', () => {
    expect(compiled.defaults).to.deep.equal(model.defaults)
    expect(compiledFrom(emptyModel)).to.deep.include({ defaults: {}, roles: {}, groups: {}, rules: [] })
  })

  it('S05 S06 a rule names its sets as `portico_reach` does, also those nobody knows, which have nobody there', () => {
    const [first, second] = compiled.rules
    expect(first).to.deep.equal({ ...model.rules['first'], id: 'first', from: 'tree:both', to: 'user:frank' })
    expect(second).to.deep.include({ id: 'second', from: 'group:ghost', to: 'role:ghost', write: false })
  })

  it('names no person but those that a rule is for', () => {
    const { rules, ...more } = compiled
    expect(JSON.stringify(more)).not.to.include('frank')
    expect(JSON.stringify(rules)).to.include('user:frank')
  })
})
