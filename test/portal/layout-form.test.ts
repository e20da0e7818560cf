import { expect } from 'chai'
import { locales } from '../../src/host/catalog.js'
import { makeCatalog } from '../../src/host/embedded/catalog.js'
import { modules } from '../../src/host/embedded/modules/index.js'
import { layoutProblems, goneFromLayout, type LayoutDraft } from '../../src/portal/layouts/layout-check.js'
import { inLanguage, type LayoutSet, type PortalLayout } from '../../src/portal/layouts/layouts.js'
import { blankLayout, readLayout, type LayoutPlace } from '../../src/portal/admin/layout-form.js'
import { catalog, module, withoutField, withoutModule } from './catalog.js'

const standard: PortalLayout = {
  id: 'standard',
  module: 'Case',
  kind: 'detail',
  name: 'Standard',
  sections: [{ label: 'First', fields: ['subject', 'status'] }],
  forRecords: undefined
}
const set: LayoutSet = { id: 'set', name: 'Set', revision: 3, layouts: [standard] }
const catalogs = Object.fromEntries(
  locales.map((one) => [one, makeCatalog(modules, 'test', one)])
) as LayoutPlace['catalogs']
const place: LayoutPlace = { catalog, catalogs, locale: 'en', set, module: module('Case') }
const form = { revision: '3', module: 'Case', kind: 'detail', name: 'Complaints' }
const t = (key: string): string => key

const typedSections = (typed: Record<string, string | string[]>): LayoutDraft['sections'] =>
  readLayout(place, undefined, { ...form, ...typed }).draft.sections
const sectionsOf = (typed: Record<string, string | string[]>) =>
  typedSections(typed).map(({ label, fields }) => ({ label, fields }))

describe('the form of a layout', () => {
  const typed = {
    labelEn: ['One', 'Two'],
    labelDe: ['Eins', ''],
    labelCs: ['', ''],
    field: ['subject', 'status', 'number', 'type'],
    section: ['0', '0', '1', '1'],
    place: ['10', '20', '10', '20']
  }

  it('E07 puts fields in the order of their numbers, in the section that is chosen', () => {
    const moved = { ...typed, section: ['0', '0', '0', '1'], place: ['30', '20', '15', 'x'] }
    expect(sectionsOf(moved)).to.deep.equal([
      { label: 'One', fields: ['number', 'status', 'subject'] },
      { label: 'Two', fields: ['type'] }
    ])
  })

  it('E07 leaves out and adds what is ticked', () => {
    expect(sectionsOf({ ...typed, out: 'status', add: ['priority', 'nonsense'], addTo: '1' })).to.deep.equal([
      { label: 'One', fields: ['subject'] },
      { label: 'Two', fields: ['number', 'type', 'priority'] }
    ])
  })

  it('E07 a button keeps what was typed: one section more, one less, one higher', () => {
    expect(sectionsOf({ ...typed, do: 'add-section' }).map(({ label }) => label)).to.deep.equal(['One', 'Two', ''])
    const all = ['subject', 'status', 'number', 'type']
    expect(sectionsOf({ ...typed, do: 'remove-section:1' })).to.deep.equal([{ label: 'One', fields: all }])
    expect(sectionsOf({ ...typed, do: 'remove-section:0' })).to.deep.equal([{ label: 'Two', fields: all }])
    expect(sectionsOf({ ...typed, do: 'raise-section:1' }).map(({ label }) => label)).to.deep.equal(['Two', 'One'])
    for (const nothing of ['raise-section:0', 'raise-section:7', 'remove-section:7', 'remove-section:x', 'what'])
      expect(sectionsOf({ ...typed, do: nothing }).map(({ label }) => label)).to.deep.equal(['One', 'Two'])
  })

  it('E07 begins with the layout of the CRM, and can begin again with it or with another one of the set', () => {
    const crm = [
      ['number', 'subject', 'status', 'priority', 'type', 'dueDate', 'isInternal', 'assignedUser', 'createdAt'],
      ['account', 'contact', 'project'],
      ['description', 'resolution']
    ]
    const blank = blankLayout(t, place, 'detail')
    expect(blank.sections.map(({ fields }) => fields)).to.deep.equal(crm)
    const start = `crm:${place.module.layouts.find(({ kind }) => kind === 'detail')!.name}`
    expect(sectionsOf({ ...typed, do: 'start', start }).map(({ fields }) => fields)).to.deep.equal(crm)
    expect(sectionsOf({ ...typed, do: 'start', start: 'standard' })).to.deep.equal(standard.sections)
    expect(sectionsOf({ ...typed, do: 'start', start: 'nonsense' })).to.have.length(2)
  })

  it('E07 a heading is in the language of its reader, or the first that there is', () => {
    const [one, two] = typedSections({ ...typed, do: 'show' })
    expect(one).to.deep.include({ label: 'One', headings: { en: 'One', de: 'Eins' } })
    expect(two).to.deep.include({ label: 'Two', headings: { en: 'Two' } })
    const inGerman = inLanguage({ ...set, layouts: [{ ...standard, sections: [one!, two!] }] }, 'de')
    expect(inGerman.layouts[0]!.sections.map(({ label }) => label)).to.deep.equal(['Eins', 'Two'])
    const [crm] = blankLayout(t, place, 'detail').sections
    expect(crm!.headings).to.deep.equal({ en: 'Overview', de: 'Überblick', cs: 'Přehled' })
  })

  it('E07 only the button to save saves, and then without empty sections', () => {
    const pressed = (button: string) =>
      readLayout(place, undefined, { ...form, ...typed, labelEn: ['One', 'Two', 'Three'], do: button })
    expect(pressed('show')).to.deep.include({ isToBeSaved: false, revision: 3 })
    expect(pressed('show').draft.sections).to.have.length(3)
    expect(pressed('save').isToBeSaved).to.equal(true)
    expect(pressed('save').draft.sections).to.have.length(2)
  })

  it('E07 the values are those of the field that is chosen now', () => {
    const read = (field: string) =>
      readLayout(place, undefined, { ...form, forField: field, forValue: ['Complaint', 'High'] }).draft.forRecords
    expect(read('type')).to.deep.equal({ field: 'type', values: ['Complaint'] })
    expect(read('priority')).to.deep.equal({ field: 'priority', values: ['High'] })
    expect(read('')).to.equal(undefined)
  })

  it('E07 what a known layout is for stays: its module and kind can’t be typed', () => {
    const { draft } = readLayout(place, standard, { ...form, module: 'Contact', kind: 'list' })
    expect(draft).to.include({ id: 'standard', module: 'Case', kind: 'detail' })
  })
})

describe('what is wrong with a layout', () => {
  const draft: LayoutDraft = {
    ...standard,
    id: undefined,
    name: 'Complaints',
    forRecords: { field: 'type', values: ['Complaint'] }
  }
  const keys = (change: Partial<LayoutDraft>, namedBy: string[] = []): Record<string, string> => {
    const problems = layoutProblems({ catalog, set, draft: { ...draft, ...change }, namedBy })
    return Object.fromEntries(Object.entries(problems).map(([part, { key }]) => [part, key.replace(/^.*\./, '')]))
  }
  const fields = (...names: string[]): Pick<LayoutDraft, 'sections'> => ({ sections: [{ label: '', fields: names }] })

  it('E07 nothing, of one that can be saved', () => {
    expect(keys({})).to.deep.equal({})
    expect(keys({ id: 'standard', name: 'standard', forRecords: undefined })).to.deep.equal({})
    expect(keys({ kind: 'list', forRecords: undefined })).to.deep.equal({})
  })

  it('E07 unknown fields, a field twice, no field, no name or one that is taken', () => {
    expect(keys(fields('subject', 'nonsense'))).to.deep.equal({ sections: 'unknown' })
    expect(keys(fields('subject', 'status', 'subject'))).to.deep.equal({ sections: 'twice' })
    expect(keys(fields())).to.deep.equal({ sections: 'empty' })
    expect(keys({ name: ' ' })).to.deep.equal({ name: 'nameMissing' })
    expect(keys({ name: 'STANDARD' })).to.deep.equal({ name: 'nameTaken' })
    expect(keys({ kind: 'list', forRecords: undefined, ...fields(...module('Case').fields.keys()) })).to.deep.equal({
      sections: 'tooManyColumns'
    })
  })

  it('E07 a second standard layout; values that nothing has; a list for some records only', () => {
    expect(keys({ forRecords: undefined })).to.deep.equal({ forField: 'standardTwice' })
    expect(keys({ forRecords: { field: 'subject', values: ['x'] } })).to.deep.equal({ forField: 'forField' })
    expect(keys({ forRecords: { field: 'type', values: [] } })).to.deep.equal({ forValues: 'forValues' })
    expect(keys({ forRecords: { field: 'type', values: ['Gone'] } })).to.deep.equal({ forValues: 'valueGone' })
    expect(keys({ kind: 'list' })).to.deep.equal({ forField: 'listForAll' })
  })

  it('Z11 one that releases give fields in can’t become the standard one', () => {
    const change = { id: 'standard', name: 'Standard', forRecords: undefined }
    expect(keys(change, ['Portal: Client Portal'])).to.deep.equal({ forField: 'named' })
    expect(keys(change)).to.deep.equal({})
  })

  it('E07 what the CRM no longer has is named', () => {
    const stored: PortalLayout = { ...draft, id: 'x', ...fields('subject', 'status', 'type') }
    expect(goneFromLayout(catalog, stored)).to.deep.equal([])
    expect(goneFromLayout(withoutField('Case', 'type'), stored)).to.deep.equal(['type'])
    expect(goneFromLayout(withoutField('Case', 'status'), stored)).to.deep.equal(['status'])
    expect(goneFromLayout(withoutModule('Case'), stored)).to.deep.equal(['Case'])
    const lost = { ...stored, forRecords: { field: 'type', values: ['Complaint', 'Gone'] } }
    expect(goneFromLayout(catalog, lost)).to.deep.equal(['type: Gone'])
  })
})
