/** What sharing lets whom do, spelled out: each yes beside the no it is told apart from. Lists ask by owners' indexes and single records row by
 *  row; both are asked here, and have to say the same. */
import { expect } from 'chai'
import type { Knex } from 'knex'
import { predicate, type Compiler } from '../../src/access/compile.js'
import { always } from '../../src/access/condition.js'
import { rowsOf, sql } from '../../src/access/fragment.js'
import { dialectOf } from '../../src/db/dialect.js'
import { emptyModel, type Level, type Model, type ModuleRights, type Profile } from '../../src/global-sharing/model.js'
import { organizationOf } from '../../src/global-sharing/organization.js'
import { assignable, narrowing, type RecordAction } from '../../src/global-sharing/scope.js'
import { moduleOf } from '../../src/host/catalog.js'
import { catalog } from '../access/world-catalog.js'
import { onSqlite } from '../support/databases.js'
import { storeThings, type Thing } from './things.js'

const full: ModuleRights = { view: true, create: true, edit: true, delete: true }
const none: ModuleRights = { view: false, create: false, edit: false, delete: false }
const profile = (modules: Profile['modules'], more: Partial<Profile> = {}): Profile => ({
  name: '',
  viewAll: false,
  editAll: false,
  modules,
  ...more
})
const role = (parent: string | null, profiles: readonly string[] = ['all']): Model['roles'][string] => ({
  name: '',
  parent,
  profiles
})
type Members = Model['groups'][string]['members']
const group = (members: Members, hostGroup: string | null = 'team'): Model['groups'][string] => ({
  name: '',
  hostGroup,
  members
})

/** Irena leads. Below her are sales (Frank and Fritz, and Dora at their desk) and the office (Oskar, and Olga below him). Nora has no role. */
const company: Model = {
  ...emptyModel,
  profiles: { all: profile({ '*': full }) },
  withoutRole: ['all'],
  roles: { head: role(null), sales: role('head'), desk: role('sales'), office: role('head'), clerk: role('office') },
  people: { irena: 'head', frank: 'sales', fritz: 'sales', dora: 'desk', oskar: 'office', olga: 'clerk' }
}
const everybody = [...Object.keys(company.people), 'nora']

type Rule = Model['rules'][string]
/** What sales owns, for Olga to read. */
const salesToOlga: Rule = {
  module: 'Account',
  from: { kind: 'role', id: 'sales' },
  to: { kind: 'user', id: 'olga' },
  write: false,
  criteria: [],
  related: []
}
const withRule = (more: Partial<Rule> = {}, before: Model = company): Model => ({
  ...before,
  rules: { rule: { ...salesToOlga, ...more } }
})
const withLevel = (level: Level, before: Model = company): Model => ({ ...before, defaults: { Account: { level } } })
const withProfile = (id: string, own: Profile, before: Model = company): Model => ({
  ...before,
  profiles: { ...before.profiles, own },
  roles: { ...before.roles, [id]: { ...before.roles[id]!, profiles: ['own'] } }
})

/** `account-of-frank` is his; `case-at-frank` and `contact-at-frank` are Irena's, and hang on it. The case's own contact is Frank's. */
const things: readonly Thing[] = [
  ...Object.keys(company.people).map((owner) => account(owner, owner)),
  account('team', null, ['team']),
  account('fritz-and-team', 'fritz', ['team']),
  ...['frank', 'fritz', 'oskar'].flatMap((owner) => [hanging('Case', owner), hanging('Contact', owner)]),
  { ...hanging('Contact', 'frank'), id: 'contact-of-frank', owner: 'frank', links: {} }
]

function account(name: string, owner: string | null, groups: readonly string[] = []): Thing {
  const type = owner === 'fritz' ? 'Partner' : 'Customer'
  const shape = { module: 'Account', removed: false, links: {} }
  return { ...shape, id: `account-of-${name}`, owner, groups, values: { name, type } }
}

function hanging(module: 'Case' | 'Contact', owner: string): Thing {
  const links = { account: [`account-of-${owner}`], ...(module === 'Case' && { contact: [`contact-of-${owner}`] }) }
  const values: Thing['values'] = module === 'Case' ? { name: owner } : { lastName: owner }
  return {
    module,
    id: `${module.toLowerCase()}-at-${owner}`,
    removed: false,
    owner: 'irena',
    groups: [],
    values,
    links
  }
}

onSqlite('sharing, case by case', (open) => {
  let db: Knex
  let compiler: Compiler

  before(async () => {
    ;({ db } = await open())
    await storeThings(db, things)
    compiler = { catalog, dialect: dialectOf(db) }
  })

  /** The records of a module with which he may do this. */
  async function his(model: Model, id: string, action: RecordAction, name = 'Account'): Promise<string[]> {
    const staff = { id, isAdministrator: false }
    const scope = narrowing(organizationOf(model), compiler, { module: name, action, staff }) ?? always
    const module = moduleOf(catalog, name)
    const [list, single] = await Promise.all(
      [compiler, { ...compiler, isRowByRow: true }].map(async (by) => {
        const where = predicate(by, module, 'r', scope)
        const from = { sql: `${compiler.dialect.quote(module.table)} r`, bindings: [] }
        const rows = await rowsOf(db, sql`select r.id as id from ${from} where ${where} order by r.id`)
        return rows.map((row) => String(row['id']))
      })
    )
    expect(single, 'single records').to.deep.equal(list)
    return list!
  }

  const may = async (model: Model, id: string, action: RecordAction, record: string): Promise<boolean> =>
    (await his(model, id, action, things.find((thing) => thing.id === record)!.module)).includes(record)

  describe('profiles', () => {
    const salesHas = (profiles: Model['profiles']): Model => ({
      ...company,
      profiles: { ...company.profiles, ...profiles },
      roles: { ...company.roles, sales: role('head', Object.keys(profiles)) }
    })

    it('S01 of a role add up: what one allows and the other does not is allowed, what neither allows is not', async () => {
      const view = profile({ Account: { ...none, view: true } })
      const remove = profile({ Account: { ...none, delete: true } })
      const both = salesHas({ view, remove })
      expect(await may(both, 'frank', 'delete', 'account-of-frank')).to.equal(true)
      expect(await may(salesHas({ view }), 'frank', 'delete', 'account-of-frank')).to.equal(false)
      expect(await may(salesHas({ remove }), 'frank', 'delete', 'account-of-frank'), 'unseen').to.equal(false)
      expect(await may(both, 'frank', 'edit', 'account-of-frank')).to.equal(false)
    })

    for (const privilege of ['viewAll', 'editAll'] as const)
      it(`S01 a module the profile forbids is forbidden, ${privilege} or not`, async () => {
        const allowed = withProfile('sales', profile({ '*': full }, { [privilege]: true }))
        const forbidden = withProfile('sales', profile({ '*': full, Account: none }, { [privilege]: true }))
        expect(await may(allowed, 'frank', 'view', 'account-of-olga')).to.equal(true)
        expect(await his(forbidden, 'frank', 'view')).to.deep.equal([])
        expect(await his(forbidden, 'frank', 'edit')).to.deep.equal([])
      })

    it('S01 view all does not edit; edit all views and edits, within the right to edit, and does not delete', async () => {
      const [views, edits] = [{ viewAll: true }, { editAll: true }].map((privilege) =>
        withProfile('sales', profile({ '*': full }, privilege))
      )
      expect(await may(views!, 'frank', 'view', 'account-of-olga')).to.equal(true)
      expect(await may(views!, 'frank', 'edit', 'account-of-olga')).to.equal(false)
      expect(await may(edits!, 'frank', 'view', 'account-of-olga')).to.equal(true)
      expect(await may(edits!, 'frank', 'edit', 'account-of-olga')).to.equal(true)
      expect(await may(edits!, 'frank', 'delete', 'account-of-olga')).to.equal(false)
      expect(await may(edits!, 'frank', 'delete', 'account-of-frank')).to.equal(true)
      const noEdit = withProfile('sales', profile({ '*': { ...full, edit: false } }, { editAll: true }))
      expect(await his(noEdit, 'frank', 'edit')).to.deep.equal([])
    })
  })

  describe('the role tree', () => {
    it('S02 a superior may do everything; one of the same role, and a subordinate, nothing', async () => {
      for (const action of ['view', 'edit', 'delete'] as const) {
        expect(await may(company, 'irena', action, 'account-of-dora'), action).to.equal(true)
        expect(await may(company, 'fritz', action, 'account-of-frank'), action).to.equal(false)
        expect(await may(company, 'dora', action, 'account-of-frank'), action).to.equal(false)
      }
    })

    it('S02 a superior has what people below own, not what a group of theirs owns', async () => {
      const model = { ...company, groups: { team: group([{ kind: 'user', id: 'olga' }]) } }
      expect(await may(model, 'oskar', 'view', 'account-of-olga')).to.equal(true)
      expect(await may(model, 'oskar', 'view', 'account-of-team')).to.equal(false)
    })

    it("S02 moving a role moves its people's reach", async () => {
      const moved: Model = { ...company, roles: { ...company.roles, desk: role('office') } }
      for (const [id, before, after] of [
        ['frank', true, false],
        ['oskar', false, true],
        ['irena', true, true]
      ] as const) {
        expect(await may(company, id, 'edit', 'account-of-dora'), id).to.equal(before)
        expect(await may(moved, id, 'edit', 'account-of-dora'), id).to.equal(after)
      }
    })
  })

  describe('groups', () => {
    const having = (...members: Members): Model => ({ ...company, groups: { team: group(members) } })
    const holders = async (model: Model): Promise<string[]> => {
      const found = await Promise.all(everybody.map((id) => may(model, id, 'delete', 'account-of-team')))
      return everybody.filter((_, index) => found[index])
    }

    it('S03 of users: they do everything with what it owns, their superiors nothing', async () => {
      expect(await holders(having({ kind: 'user', id: 'olga' }))).to.deep.equal(['olga'])
    })

    it('S03 of a role: its people; of a role with subordinates: those below, too', async () => {
      expect(await holders(having({ kind: 'role', id: 'office' }))).to.deep.equal(['oskar'])
      expect(await holders(having({ kind: 'tree', id: 'office' }))).to.deep.equal(['oskar', 'olga'])
    })

    it('S03 in a group: those of the inner one are in the outer, those of the outer not in the inner', async () => {
      const inner = group([{ kind: 'user', id: 'dora' }], null)
      const outer = group([
        { kind: 'group', id: 'inner' },
        { kind: 'user', id: 'nora' }
      ])
      expect(await holders({ ...company, groups: { inner, team: outer } })).to.deep.equal(['dora', 'nora'])
      const turned = { inner: { ...inner, hostGroup: 'team' }, team: { ...outer, hostGroup: null } }
      expect(await holders({ ...company, groups: turned })).to.deep.equal(['dora'])
    })

    it('S03 own what belongs to nobody; what belongs to a person is his', async () => {
      const model = having({ kind: 'user', id: 'olga' })
      expect(await may(model, 'olga', 'view', 'account-of-team')).to.equal(true)
      expect(await may(model, 'olga', 'view', 'account-of-fritz-and-team')).to.equal(false)
    })
  })

  describe('defaults', () => {
    it('S04 a new module is private; one with a default is as wide as that', async () => {
      expect(await may(company, 'frank', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(company, 'fritz', 'view', 'account-of-frank')).to.equal(false)
      expect(await may(withLevel('public-read'), 'fritz', 'view', 'account-of-frank')).to.equal(true)
      const ofOther: Model = { ...company, defaults: { Contact: { level: 'public-delete' } } }
      expect(await may(ofOther, 'fritz', 'view', 'account-of-frank')).to.equal(false)
    })
  })

  describe('rules', () => {
    it('S05 to read let read, and not edit; without the rule neither', async () => {
      expect(await may(withRule(), 'olga', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(withRule(), 'olga', 'edit', 'account-of-frank')).to.equal(false)
      expect(await may(company, 'olga', 'view', 'account-of-frank')).to.equal(false)
    })

    it('S05 to read and write let read and edit, and never delete', async () => {
      const model = withRule({ write: true })
      expect(await may(model, 'olga', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(model, 'olga', 'edit', 'account-of-frank')).to.equal(true)
      expect(await may(model, 'olga', 'delete', 'account-of-frank')).to.equal(false)
      expect(await may(model, 'frank', 'delete', 'account-of-frank')).to.equal(true)
    })

    it('S05 with criteria share what fits them, and nothing where the CRM has no such field', async () => {
      const model = withRule({ criteria: [{ field: 'type', operator: '=', value: 'Customer' }] })
      expect(await may(model, 'olga', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(model, 'olga', 'view', 'account-of-fritz')).to.equal(false)
      const gone = withRule({ criteria: [{ field: 'gone', operator: 'isEmpty', value: null }] })
      expect(await his(gone, 'olga', 'view')).to.deep.equal(['account-of-olga'])
    })

    it('S05 count for their write part under Public: Read Only', async () => {
      const [read, write] = [false, true].map((one) => withLevel('public-read', withRule({ write: one })))
      expect(await may(write!, 'olga', 'edit', 'account-of-frank')).to.equal(true)
      expect(await may(read!, 'olga', 'edit', 'account-of-frank')).to.equal(false)
      expect(await may(write!, 'olga', 'delete', 'account-of-frank')).to.equal(false)
    })

    it('S05 change nothing under wider levels, and something under Private', async () => {
      const rights = (model: Model): Promise<string[][]> =>
        Promise.all((['view', 'edit', 'delete'] as const).map((action) => his(model, 'olga', action)))
      for (const level of ['public-edit', 'public-delete'] as const) {
        const ruled = await rights(withLevel(level, withRule({ write: true })))
        expect(ruled, level).to.deep.equal(await rights(withLevel(level)))
      }
      expect(await rights(withRule({ write: true }))).not.to.deep.equal(await rights(company))
    })

    it('S05 give the superiors of those they are for nothing', async () => {
      for (const to of [
        { kind: 'user', id: 'olga' },
        { kind: 'role', id: 'clerk' }
      ] as const) {
        expect(await may(withRule({ to }), 'olga', 'view', 'account-of-frank'), to.kind).to.equal(true)
        expect(await may(withRule({ to }), 'oskar', 'view', 'account-of-frank'), to.kind).to.equal(false)
      }
    })

    it('S05 are for a user, a role, a role with subordinates or a group', async () => {
      const before = { ...company, groups: { team: group([{ kind: 'user', id: 'nora' }]) } }
      const readers = async (kind: Rule['to']['kind'], id: string): Promise<string[]> => {
        const model = withRule({ to: { kind, id } }, before)
        const found = await Promise.all(everybody.map((one) => may(model, one, 'view', 'account-of-frank')))
        return everybody.filter((one, index) => found[index] && !['irena', 'frank'].includes(one))
      }
      expect(await readers('user', 'oskar')).to.deep.equal(['oskar'])
      expect(await readers('role', 'office')).to.deep.equal(['oskar'])
      expect(await readers('tree', 'office')).to.deep.equal(['oskar', 'olga'])
      expect(await readers('group', 'team')).to.deep.equal(['nora'])
    })

    it('S05 from a role share what its people own; from a role with subordinates, those below, too', async () => {
      const from = { kind: 'tree', id: 'sales' } as const
      expect(await may(withRule({ from }), 'olga', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(withRule({ from }), 'olga', 'view', 'account-of-dora')).to.equal(true)
      expect(await may(withRule(), 'olga', 'view', 'account-of-dora')).to.equal(false)
    })

    it("S05 from a group share its members' records and those it owns itself", async () => {
      const from = { kind: 'group', id: 'team' } as const
      const having = (hostGroup: string | null): Model =>
        withRule({ from }, { ...company, groups: { team: group([{ kind: 'user', id: 'frank' }], hostGroup) } })
      const own = 'account-of-olga'
      expect(await his(having('team'), 'olga', 'view')).to.deep.equal(['account-of-frank', own, 'account-of-team'])
      expect(await his(having(null), 'olga', 'view')).to.deep.equal(['account-of-frank', own])
    })

    it('S05 S01 give nothing of a module the profile forbids', async () => {
      const forbidden = withProfile('clerk', profile({ '*': full, Account: none }), withRule({ write: true }))
      const readable = withProfile('clerk', profile({ '*': { ...none, view: true } }), withRule({ write: true }))
      expect(await his(forbidden, 'olga', 'view')).to.deep.equal([])
      expect(await may(readable, 'olga', 'view', 'account-of-frank')).to.equal(true)
      expect(await may(readable, 'olga', 'edit', 'account-of-frank')).to.equal(false)
    })
  })

  describe('related modules', () => {
    const cases = (write: boolean): Rule['related'] => [{ module: 'Case', link: 'account', write }]

    it('S06 are shared through the parent; what hangs on others is not, nor anything without being named', async () => {
      const model = withRule({ related: cases(false) })
      expect(await may(model, 'olga', 'view', 'case-at-frank')).to.equal(true)
      expect(await may(model, 'olga', 'view', 'case-at-oskar')).to.equal(false)
      expect(await may(model, 'olga', 'view', 'contact-at-frank')).to.equal(false)
      expect(await may(withRule(), 'olga', 'view', 'case-at-frank')).to.equal(false)
    })

    it('S06 are edited where the rule says so for them, whatever it says of the parent, and never deleted', async () => {
      const written = withRule({ write: false, related: cases(true) })
      expect(await may(written, 'olga', 'edit', 'case-at-frank')).to.equal(true)
      expect(await may(written, 'olga', 'edit', 'account-of-frank')).to.equal(false)
      expect(await may(written, 'olga', 'delete', 'case-at-frank')).to.equal(false)
      const read = withRule({ write: true, related: cases(false) })
      expect(await may(read, 'olga', 'edit', 'case-at-frank')).to.equal(false)
    })

    it('S06 S05 hang on the parents that fit the criteria', async () => {
      const criteria = [{ field: 'type', operator: '=', value: 'Customer' }] as const
      const model = withRule({ criteria, related: cases(false) })
      expect(await may(model, 'olga', 'view', 'case-at-frank')).to.equal(true)
      expect(await may(model, 'olga', 'view', 'case-at-fritz')).to.equal(false)
    })

    it("S06 are not shared where the profile forbids the parent's module, or their own", async () => {
      const before = withRule({ related: cases(true) })
      for (const [modules, expected] of [
        [{ Case: full, Account: { ...none, view: true } }, true],
        [{ Case: full }, false],
        [{ Account: full }, false]
      ] as const)
        expect(
          await may(withProfile('clerk', profile(modules), before), 'olga', 'view', 'case-at-frank'),
          JSON.stringify(modules)
        ).to.equal(expected)
    })

    it('S06 a link that leads elsewhere, or is not there, shares nothing', async () => {
      for (const link of ['contact', 'gone'])
        expect(
          await his(withRule({ related: [{ module: 'Case', link, write: true }] }), 'olga', 'view', 'Case'),
          link
        ).to.deep.equal([])
    })
  })

  describe('modules that follow another', () => {
    const following = (before: Model = company): Model => ({
      ...before,
      defaults: { ...before.defaults, Contact: { level: 'private', follows: 'account' } }
    })

    it('S06 contacts follow accounts: whoever owns the account does with its contacts what he may with it', async () => {
      for (const action of ['view', 'edit', 'delete'] as const) {
        expect(await may(following(), 'frank', action, 'contact-at-frank'), action).to.equal(true)
        expect(await may(following(), 'fritz', action, 'contact-at-frank'), action).to.equal(false)
        expect(await may(company, 'frank', action, 'contact-at-frank'), action).to.equal(false)
      }
    })

    it('S06 S05 a rule on accounts reaches the contacts that follow, as far as it goes', async () => {
      const model = following(withRule())
      expect(await may(model, 'olga', 'view', 'contact-at-frank')).to.equal(true)
      expect(await may(model, 'olga', 'view', 'contact-at-oskar')).to.equal(false)
      expect(await may(model, 'olga', 'edit', 'contact-at-frank')).to.equal(false)
      expect(await may(following(withRule({ write: true })), 'olga', 'edit', 'contact-at-frank')).to.equal(true)
    })

    it("S06 S04 they follow the account's default; where the profile forbids accounts they follow nothing", async () => {
      const model = following(withLevel('public-read'))
      expect(await may(model, 'olga', 'view', 'contact-at-frank')).to.equal(true)
      expect(await may(model, 'olga', 'edit', 'contact-at-frank')).to.equal(false)
      const forbidden = withProfile('clerk', profile({ '*': full, Account: none }), model)
      expect(await his(forbidden, 'olga', 'view', 'Contact')).to.deep.equal([])
    })
  })

  describe('assignment', () => {
    const grouped: Model = {
      ...company,
      groups: {
        team: group([{ kind: 'role', id: 'sales' }]),
        others: group([{ kind: 'user', id: 'olga' }], 'others'),
        ownsNothing: group([{ kind: 'user', id: 'frank' }], null)
      }
    }
    const owners = (model: Model, id: string, isAdministrator = false): string[] | 'everybody' => {
      const found = assignable(organizationOf(model), { id, isAdministrator }, 'Account')
      return found ? [...[...found.people].sort(), ...[...found.groups].map((one) => `group ${one}`)] : 'everybody'
    }

    it('S07 to himself, those of his role, subordinates and groups he is in; to nobody else', () => {
      expect(owners(grouped, 'frank')).to.deep.equal(['dora', 'frank', 'fritz', 'group team'])
      expect(owners(grouped, 'dora')).to.deep.equal(['dora'])
      expect(owners(grouped, 'oskar')).to.deep.equal(['olga', 'oskar'])
      expect(owners(grouped, 'olga')).to.deep.equal(['olga', 'group others'])
    })

    it('S07 without a role: to himself, and to groups he is in', () => {
      expect(owners(grouped, 'nora')).to.deep.equal(['nora'])
      const member = { ...company, groups: { team: group([{ kind: 'user', id: 'nora' }]) } }
      expect(owners(member, 'nora')).to.deep.equal(['nora', 'group team'])
      const colleague = { ...company, people: { ...company.people, nobody: 'gone' } }
      expect(owners(colleague, 'nobody'), 'of a role nobody knows').to.deep.equal(['nobody'])
    })

    it('S07 S01 to everybody with edit all, not with view all', () => {
      expect(owners(withProfile('sales', profile({ '*': full }, { editAll: true })), 'frank')).to.equal('everybody')
      expect(owners(withProfile('sales', profile({ '*': full }, { viewAll: true })), 'frank')).to.have.length(3)
    })

    it('S07 S04 to everybody where everybody edits, not where they only read; administrators always', () => {
      for (const level of ['public-edit', 'public-delete'] as const)
        expect(owners(withLevel(level), 'nora'), level).to.equal('everybody')
      for (const level of ['private', 'public-read'] as const)
        expect(owners(withLevel(level), 'nora'), level).to.deep.equal(['nora'])
      expect(owners(company, 'nora', true)).to.equal('everybody')
    })
  })
})
