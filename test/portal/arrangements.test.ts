import { expect } from 'chai'
import { all, any, compare, oneOf } from '../../src/access/condition.js'
import { columnsFor, layoutFor, sectionsFor } from '../../src/portal/layouts/placement.js'
import { arrangementsOf } from '../../src/portal/layouts/arrangements.js'
import type { LayoutSet, PortalLayout } from '../../src/portal/layouts/layouts.js'
import { newToTheReader } from '../../src/portal/pages/linked-lists.js'
import { module, withoutField } from './catalog.js'
import { release } from './releases.js'

const cases = module('Case')
const complaints = layout('complaints', { field: 'type', values: ['Complaint'] })
const urgent = layout('urgent', { field: 'priority', values: ['High', 'Urgent'] })
const internal = layout('internal', { field: 'isInternal', values: ['true'] })

function layout(id: string, forRecords: PortalLayout['forRecords'], fields = ['subject']): PortalLayout {
  return { id, module: 'Case', kind: 'detail', name: id, sections: [{ label: id, fields }], forRecords }
}

function list(...fields: string[]): PortalLayout {
  return { ...layout('list', undefined, fields), kind: 'list' }
}

function set(...layouts: PortalLayout[]): LayoutSet {
  return { id: 'set', name: 'Set', revision: 1, layouts }
}

const released = release('Case', {
  fields: { subject: 'editable', status: 'editable', number: 'readOnly' },
  layouts: [
    { layoutId: 'complaints', fields: new Map([['subject', 'readOnly']]) },
    {
      layoutId: 'urgent',
      fields: new Map([
        ['priority', 'readOnly'],
        ['subject', 'editable']
      ])
    }
  ]
})

describe('the fields of a release in its layouts', () => {
  const standing = (layouts: PortalLayout[], of = cases) =>
    arrangementsOf(of, released, layouts).map(({ layout: one, when, fields }) => [one?.id, when, [...fields.keys()]])

  it('Z11 each record is in one layout: the first that is for it, else the standard one', () => {
    const isComplaint = oneOf('type', ['Complaint'])
    const isNone = any(compare('type', 'isEmpty'), compare('type', '≠', 'Complaint'))
    const isCalm = any(
      compare('priority', 'isEmpty'),
      all(compare('priority', '≠', 'High'), compare('priority', '≠', 'Urgent'))
    )
    expect(standing([complaints, urgent])).to.deep.equal([
      ['complaints', isComplaint, ['subject']],
      ['urgent', all(isNone, oneOf('priority', ['High', 'Urgent'])), ['priority', 'subject']],
      [undefined, all(isNone, isCalm), ['subject', 'status', 'number']]
    ])
  })

  it('Z11 the order of the set counts, not that of the release', () => {
    expect(standing([urgent, complaints]).map(([id]) => id)).to.deep.equal(['urgent', 'complaints', undefined])
  })

  it('Z11 where a layout is gone, every record shows only what that layout shows too, and no more of it is writable', () => {
    const [own, standard] = arrangementsOf(cases, released, [urgent])
    expect([...own!.fields]).to.deep.equal([['subject', 'readOnly']])
    expect([...standard!.fields]).to.deep.equal([['subject', 'readOnly']])
  })

  it('Z11 a layout whose field is gone, or tells records apart no longer, is gone', () => {
    const withoutType = withoutField('Case', 'type').modules.get('Case')!
    expect(standing([complaints, urgent], withoutType).map(([id, , fields]) => [id, fields])).to.deep.equal([
      ['urgent', ['subject']],
      [undefined, ['subject']]
    ])
    const byText = { ...complaints, forRecords: { field: 'description', values: ['x'] } }
    expect(standing([byText, urgent]).map(([id]) => id)).to.deep.equal(['urgent', undefined])
  })

  it('Z11 so is one whose values nobody can read, or that such a field never holds', () => {
    const narrowed = [
      ['urgent', ['subject']],
      [undefined, ['subject']]
    ]
    for (const forRecords of [
      { field: 'type', values: [] },
      { field: 'isInternal', values: ['Complaint'] }
    ])
      expect(
        standing([{ ...complaints, forRecords }, urgent]).map(([id, , fields]) => [id, fields]),
        forRecords.field
      ).to.deep.equal(narrowed)
  })
})

describe('how a portal arranges a record', () => {
  const names = ['subject', 'number', 'status', 'priority', 'type']
  const standard = layout('standard', undefined, ['status', 'subject'])
  const whole = set(complaints, urgent, standard)
  const idFor = (values: Record<string, unknown>, grants?: string[]): string | undefined =>
    layoutFor(whole, cases, { values, grants })?.id

  it('E07 as its layout set says, what stands in no section last, nothing twice and nothing that isn’t shown', () => {
    const twice = layout('standard', undefined, ['status', 'subject', 'status', 'resolution', 'nonsense'])
    expect(sectionsFor(set(twice), cases, names)).to.deep.equal([
      { label: 'standard', fields: ['status', 'subject'] },
      { label: '', fields: ['number', 'priority', 'type'] }
    ])
  })

  it('E07 without a layout of the module as the CRM does', () => {
    const crm = [{ label: 'Overview', fields: ['number', 'subject', 'status', 'priority', 'type'] }]
    expect(sectionsFor(undefined, cases, names)).to.deep.equal(crm)
    expect(sectionsFor(set({ ...standard, module: 'Contact' }), cases, names)).to.deep.equal(crm)
  })

  it('Z05 in the first layout that is for it by a value its reader sees', () => {
    expect(idFor({ type: 'Complaint', priority: 'High' })).to.equal('complaints')
    expect(idFor({ type: 'Question', priority: 'High' })).to.equal('urgent')
    expect(idFor({ type: null, priority: '' })).to.equal('standard')
    expect(layoutFor(set(internal, standard), cases, { values: { isInternal: true } })?.id).to.equal('internal')
    expect(layoutFor(set(internal, standard), cases, { values: { isInternal: false } })?.id).to.equal('standard')
  })

  it('Z05 by the grant that shows it where the value is hidden, and by nothing else', () => {
    expect(idFor({}, ['related.complaints'])).to.equal('complaints')
    expect(idFor({}, ['related', 'criteria.urgent'])).to.equal('urgent')
    expect(idFor({}, ['related', 'complaints.related'])).to.equal('standard')
    expect(idFor({})).to.equal('standard')
  })

  it('Z05 a layout that tells records apart by a field that is gone arranges none', () => {
    const withoutType = withoutField('Case', 'type').modules.get('Case')!
    expect(layoutFor(whole, withoutType, { values: { type: 'Complaint' } })?.id).to.equal('standard')
  })

  it('E07 a list has the columns of the set in their order, the name of the record first', () => {
    const columns = (...fields: string[]): string[] => columnsFor(set(list(...fields)), cases, names)
    expect(columns('status', 'subject', 'number')).to.deep.equal(['subject', 'status', 'number'])
    expect(columns('type')).to.deep.equal(['subject', 'type'])
    expect(columns('type', 'resolution', 'nonsense')).to.deep.equal(['subject', 'type'])
  })

  it('E07 those of the CRM where the set has none that may be seen', () => {
    const crm = ['subject', 'number', 'status', 'priority']
    expect(columnsFor(undefined, cases, names)).to.deep.equal(crm)
    expect(columnsFor(set(list('resolution')), cases, names)).to.deep.equal(crm)
    expect(columnsFor(set(standard), cases, names)).to.deep.equal(crm)
  })
})

describe('lists of linked records', () => {
  const linked = (name: string, ids: string[], more: { to?: string; next?: string } = {}) => ({
    name,
    link: { ...[...module('Account').links.values()][0]!, name, label: name, to: more.to ?? 'Contact' },
    found: { records: ids.map((id) => ({ id }) as never), next: more.next }
  })
  const shown = (...lists: ReturnType<typeof linked>[]): string[] => newToTheReader(lists).map(({ name }) => name)

  it('Z05 a list whose records all stand in another one of the module is not shown again', () => {
    expect(shown(linked('primary', ['a']), linked('all', ['a', 'b']))).to.deep.equal(['all'])
    expect(shown(linked('all', ['a', 'b']), linked('primary', ['b']))).to.deep.equal(['all'])
    expect(shown(linked('one', ['a']), linked('two', ['a']))).to.deep.equal(['one'])
    expect(shown(linked('Contacts (primary)', ['a']), linked('Contacts', ['a']))).to.deep.equal(['Contacts'])
    expect(shown(linked('one', ['a']), linked('empty', []))).to.deep.equal(['one'])
  })

  it('Z05 one with a record of its own is, as is one of another module, and one that is too long to compare', () => {
    expect(shown(linked('all', ['a', 'b']), linked('other', ['b', 'c']))).to.deep.equal(['all', 'other'])
    expect(shown(linked('all', ['a']), linked('cases', ['a'], { to: 'Case' }))).to.deep.equal(['all', 'cases'])
    expect(shown(linked('all', ['a'], { next: 'x' }), linked('long', ['a'], { next: 'y' }))).to.deep.equal([
      'all',
      'long'
    ])
    expect(shown(linked('long', ['a', 'b'], { next: 'x' }), linked('short', ['a']))).to.deep.equal(['long'])
  })
})
