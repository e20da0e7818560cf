import { expect } from 'chai'
import type { Catalog, Field } from '../../src/host/catalog.js'
import type { Release } from '../../src/portal/configuration.js'
import { goneFrom, isLayoutGone, releaseProblems } from '../../src/portal/user-types/release-check.js'
import type { PortalLayout } from '../../src/portal/layouts/layouts.js'
import { roleProblems } from '../../src/portal/roles/role-check.js'
import { proposedFields } from '../../src/portal/user-types/set-up.js'
import { byName, role } from './roles-given.js'
import { catalog, field, withField, withoutField, withoutLink, withoutModule } from './catalog.js'
import { release, userType } from './releases.js'

const type = userType(
  release('Contact', { kind: 'primary', fields: { name: 'readOnly' } }),
  release('Quote', { path: ['contact'], fields: { subject: 'readOnly' } })
)

interface Surroundings {
  readonly publicModules?: readonly string[]
  readonly catalog?: Catalog
  readonly layouts?: readonly PortalLayout[]
  /** In place of the other releases of the user type. */
  readonly others?: readonly Release[]
}

function problems(draft: Release, more: Surroundings = {}): Record<string, string> {
  const found = releaseProblems({
    layouts: more.layouts ?? [],
    catalog: more.catalog ?? catalog,
    userType: more.others ? userType(...more.others) : type,
    draft,
    publicModules: new Set(more.publicModules ?? [])
  })
  return Object.fromEntries(Object.entries(found).map(([part, { key }]) => [part, key.replace('portal:problem.', '')]))
}

const urgent: PortalLayout = {
  id: 'urgent',
  module: 'Case',
  kind: 'detail',
  name: 'Urgent cases',
  sections: [{ label: '', fields: ['subject'] }],
  forRecords: { field: 'priority', values: ['High'] }
}

describe('a release that can’t work is refused with the reason', () => {
  const subject = { subject: 'editable' } as const

  it('Z11 a mandatory field that nobody would fill costs the right to create', () => {
    const draft = (fields: Release['fields'] extends ReadonlyMap<string, infer F> ? Record<string, F> : never) =>
      release('Case', { path: ['contact'], rights: ['create'], fields })
    expect(problems(draft(subject))).to.deep.equal({})
    expect(problems(draft({ subject: 'readOnly' }))).to.deep.equal({ rights: 'mandatoryNotReleased' })
    expect(problems(draft({ description: 'editable' }))).to.deep.equal({ rights: 'mandatoryNotReleased' })
    expect(
      problems(release('Case', { path: ['contact'], rights: ['edit'], fields: { description: 'editable' } }))
    ).to.deep.equal({})
  })

  it('A05 a lookup over which others are reached is written in new records only', () => {
    const others = [type.releases[0]!, release('Deal', { path: ['quotes', 'contact'], fields: { name: 'readOnly' } })]
    const quote = (...rights: ('create' | 'edit')[]): Release =>
      release('Quote', { path: ['contact'], rights, fields: { subject: 'editable', deal: 'editable' } })
    expect(problems(quote('edit'), { others })).to.deep.equal({ fields: 'deciding' })
    expect(problems(quote('edit', 'create'), { others })).to.deep.equal({})
    expect(problems(quote('edit'))).to.deep.equal({})
  })

  it('E10 the staff are no module for a portal', () => {
    expect(problems(release('User', { path: ['contacts'], fields: { name: 'readOnly' } }))).to.deep.equal({
      module: 'moduleGone'
    })
    const asked = role('one', { User: { read: 'all', fields: { name: 'readOnly' } } }).modules.get('User')!
    expect(roleProblems({ catalog, levels: byName }, asked)).to.have.keys('module')
    expect(roleProblems({ catalog, levels: byName }, { ...asked, module: 'Account' })).to.deep.equal({})
  })

  it('Z11 so does a mandatory file, which nobody outside can give; what else is read-only the CRM fills itself', () => {
    const draft = release('Case', { path: ['contact'], rights: ['create'], fields: subject })
    const drawing = {
      ...field('subject', 'Case'),
      name: 'drawing',
      label: 'Drawing',
      readOnly: true,
      storage: { kind: 'column', column: 'drawing' }
    } as const
    const withDrawing = (kind: Field['type']): Catalog => withField('Case', { ...drawing, type: kind })
    expect(problems(draft, { catalog: withDrawing('files') })).to.deep.equal({ rights: 'mandatoryNotReleased' })
    expect(problems(draft, { catalog: withDrawing('richText') })).to.deep.equal({ rights: 'mandatoryNotReleased' })
    expect(problems(draft, { catalog: withDrawing('text') })).to.deep.equal({})
  })

  it('Z12 a path that new records can not be put on costs the right to create, not the others', () => {
    const draft = (right: 'create' | 'edit'): Release =>
      release('Case', { path: ['account', 'contacts'], rights: [right], fields: subject })
    const filled = withField('Case', { ...field('account', 'Case'), readOnly: true })
    expect(problems(draft('create'), { catalog: filled })).to.deep.equal({ rights: 'pathReadOnly' })
    expect(problems(draft('edit'), { catalog: filled })).to.deep.equal({})
    expect(problems(draft('create'))).to.deep.equal({})
  })

  it('Z11 names the fields that are missing', () => {
    const draft = release('Case', { path: ['contact'], rights: ['create'], fields: { description: 'editable' } })
    const found = releaseProblems({ layouts: [], catalog, userType: type, draft, publicModules: new Set() })
    expect(found['rights']?.args).to.deep.equal({ fields: 'Subject', count: 1 })
  })

  it('Z12 a module is related by a link that leads there, or by criteria', () => {
    expect(problems(release('Case', { fields: subject }))).to.deep.equal({ path: 'noScope' })
    expect(problems(release('Case', { path: ['account'], fields: subject }))).to.deep.equal({ path: 'pathEnd' })
    const criteria = {
      join: 'all' as const,
      of: [{ field: 'priority', operator: '=' as const, match: { by: 'value' as const, value: 'Low' } }]
    }
    expect(problems(release('Case', { criteria, fields: subject }))).to.deep.equal({})
  })

  it('Z08 a module is public only while its organization-wide default is, and read only', () => {
    const draft = release('Product', { kind: 'public', fields: { name: 'readOnly' } })
    expect(problems(draft)).to.deep.equal({ kind: 'notPublic' })
    expect(problems(draft, { publicModules: ['Product'] })).to.deep.equal({})
    expect(problems({ ...draft, rights: new Set(['edit']) }, { publicModules: ['Product'] })).to.deep.equal({
      rights: 'publicRights'
    })
  })

  it('A05 a field that decides what its person sees is never writable, by whatever release it decides', () => {
    const own = (fields: Parameters<typeof release>[1] = {}) =>
      release('Contact', { kind: 'primary', rights: ['edit'], ...fields })
    const byAccount = release('Case', { path: ['account', 'contacts'], fields: { subject: 'readOnly' } })
    const byField = release('Case', {
      criteria: { join: 'all', of: [{ field: 'subject', operator: '=', match: { by: 'field', field: 'title' } }] },
      fields: { subject: 'readOnly' }
    })
    const check = (draft: Release, ...others: Release[]): Record<string, string> => {
      const asked = { catalog, userType: userType(...others), draft, layouts: [], publicModules: new Set<string>() }
      return Object.fromEntries(Object.entries(releaseProblems(asked)).map(([part, { key }]) => [part, key]))
    }
    const account = own({ fields: { lastName: 'editable', account: 'editable' } })
    const title = own({ fields: { lastName: 'editable', title: 'editable' } })
    const refused = { fields: 'portal:problem.deciding' }
    expect(check(account, byAccount)).to.deep.equal(refused)
    expect(check(account)).to.deep.equal({})
    expect(check(title, byField)).to.deep.equal(refused)
    expect(check(title, byAccount)).to.deep.equal({})
    const colleagues = own({ path: ['account', 'contacts'], fields: { lastName: 'editable', account: 'editable' } })
    expect(check(colleagues), 'its own path').to.deep.equal(refused)
    expect(check(own({ fields: { lastName: 'editable', account: 'readOnly' } }), byAccount)).to.deep.equal({})
  })

  it('Z06 cloning needs the right to create', () => {
    expect(problems(release('Case', { path: ['contact'], rights: ['clone'], fields: subject }))).to.deep.equal({
      rights: 'cloneNeedsCreate'
    })
  })

  it('Z05 the primary module is released as such, and only that', () => {
    expect(problems(release('Contact', { path: ['account', 'contacts'], fields: { name: 'readOnly' } }))).to.deep.equal(
      { kind: 'primaryKind' }
    )
    expect(problems(release('Case', { kind: 'primary', fields: subject }))).to.deep.equal({ kind: 'primaryKind' })
  })

  it('Z11 line items are released inside a released module', () => {
    expect(problems(release('QuoteItem', { kind: 'part', fields: { quantity: 'readOnly' } }))).to.deep.equal({})
    expect(problems(release('InvoiceItem', { kind: 'part', fields: { quantity: 'readOnly' } }))).to.deep.equal({
      kind: 'partOwner'
    })
    expect(
      problems(release('QuoteItem', { path: ['quote', 'contact'], fields: { quantity: 'readOnly' } }))
    ).to.deep.equal({ kind: 'partKind' })
  })

  it('something must be visible', () => {
    expect(problems(release('Case', { path: ['contact'] }))).to.deep.equal({ fields: 'noFields' })
    expect(problems(release('Case', { path: ['contact'], fields: { gone: 'editable' } }))).to.deep.equal({
      fields: 'noFields'
    })
  })

  it('the CRM has the module', () => {
    expect(
      problems(release('Case', { path: ['contact'], fields: subject }), { catalog: withoutModule('Case') })
    ).to.deep.equal({ module: 'moduleGone' })
  })
})

describe('what the CRM no longer has is named', () => {
  const criteria = {
    join: 'all' as const,
    of: [{ field: 'priority', operator: '=' as const, match: { by: 'value' as const, value: 'Low' } }]
  }
  const saved = release('Case', {
    path: ['account', 'contacts'],
    criteria,
    fields: { subject: 'editable', priority: 'readOnly' }
  })

  it('as fields, links and modules', () => {
    expect(goneFrom(catalog, type, saved)).to.deep.equal([])
    expect(goneFrom(withoutField('Case', 'priority'), type, saved)).to.deep.equal(['priority'])
    expect(goneFrom(withoutLink('Account', 'contacts'), type, saved)).to.deep.equal(['Case.account.contacts'])
    expect(goneFrom(withoutModule('Case'), type, saved)).to.deep.equal(['Case'])
  })

  it('as options that criteria compare with, and fields that layouts go by', () => {
    const high = {
      ...saved,
      criteria: { ...criteria, of: [{ ...criteria.of[0]!, match: { by: 'value' as const, value: 'Gone' } }] }
    }
    expect(goneFrom(catalog, type, high)).to.deep.equal(['priority: Gone'])
    const inLayout = { ...saved, layouts: [{ layoutId: urgent.id, fields: new Map([['lost', 'readOnly' as const]]) }] }
    expect(goneFrom(catalog, type, inLayout, [urgent])).to.deep.equal(['lost'])
    const byGone = { ...urgent, forRecords: { field: 'vanished', values: ['x'] } }
    expect(goneFrom(catalog, type, inLayout, [byGone])).to.deep.equal(['lost', 'vanished'])
    expect(isLayoutGone(inLayout, [urgent])).to.equal(false)
    expect(isLayoutGone(inLayout, [])).to.equal(true)
  })
})

describe('fields of a layout of its own (Z11)', () => {
  const draft = (fields: Record<string, 'editable' | 'readOnly'>, rights: 'create'[] = []): Release =>
    release('Case', {
      path: ['contact'],
      rights,
      fields: { subject: 'editable' },
      layouts: [{ layoutId: urgent.id, fields: new Map(Object.entries(fields)) }]
    })
  const at = (asked: Release): Record<string, string> => problems(asked, { layouts: [urgent] })

  it('are judged by themselves, with the layout’s name in the reason', () => {
    expect(at(draft({ subject: 'editable' }, ['create']))).to.deep.equal({})
    expect(at(draft({ subject: 'readOnly' }))).to.deep.equal({})
    expect(at(draft({ subject: 'readOnly' }, ['create']))).to.deep.equal({ rights: 'mandatoryInLayout' })
    expect(at(draft({}))).to.deep.equal({ [`fields.${urgent.id}`]: 'noFields' })
  })

  it('never make a field writable that decides what its person sees', () => {
    const own = release('Contact', {
      kind: 'primary',
      fields: { name: 'readOnly' },
      layouts: [{ layoutId: urgent.id, fields: new Map([['account', 'editable' as const]]) }]
    })
    const layouts = [{ ...urgent, module: 'Contact', forRecords: { field: 'emailOptOut', values: ['true'] } }]
    const others = [release('Case', { path: ['account', 'contacts'], fields: { subject: 'readOnly' } })]
    expect(problems(own, { layouts, others })).to.deep.equal({ [`fields.${urgent.id}`]: 'deciding' })
    expect(problems(own, { layouts, others: [] })).to.deep.equal({})
  })

  it('need a layout that the portal has', () => {
    expect(problems(draft({ subject: 'readOnly' }), { layouts: [] })).to.deep.equal({ layouts: 'layoutGone' })
  })
})

describe('what the set-up proposes', () => {
  const proposed = (name: string, rights: Parameters<typeof release>[1] & object): string[] => {
    const given = proposedFields(catalog.modules.get(name)!, release(name, rights))
    return [...given].filter(([, how]) => how === 'editable').map(([one]) => one)
  }

  it('Z11 what customers say of a record is theirs to write, where they may write; what the company says is not', () => {
    const cases = proposed('Case', { rights: ['create'] })
    expect(cases).to.include.members(['subject', 'description', 'priority'])
    for (const name of ['status', 'number', 'resolution', 'account', 'contact', 'assignedUser'])
      expect(cases).not.to.include(name)
    expect(proposed('QuoteItem', { kind: 'part', rights: ['create'] })).to.have.members([
      'product',
      'description',
      'quantity'
    ])
    expect(proposed('Case', {})).to.deep.equal([])
    expect(proposed('Contact', { kind: 'primary', rights: ['edit'] })).not.to.include.members(['email', 'account'])
  })
})
