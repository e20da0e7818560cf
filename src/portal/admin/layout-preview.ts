/** What a layout looks like, with made-up values. */
import type { Value, ViewedRecord } from '../../access/record.js'
import type { Field, Locale, Module } from '../../host/catalog.js'
import type { Format } from '../../web/format.js'
import type { Translate } from '../../web/locale.js'
import { columnsFor } from '../layouts/placement.js'
import type { LayoutDraft } from '../layouts/layout-check.js'
import { inLanguage, type LayoutSet } from '../layouts/layouts.js'
import { tableOf, type Table } from '../../pages/record-table.js'
import type { Showing, ShownValue } from '../../pages/shown-value.js'
import { sectionsOfRecord } from '../pages/shown-record.js'

export interface LayoutPreview {
  readonly table: Table | undefined
  readonly sections: readonly { readonly label: string; readonly values: readonly ShownValue[] }[]
}

export function previewOf(
  ask: { t: Translate; locale: Locale; format: Format },
  module: Module,
  draft: LayoutDraft
): LayoutPreview {
  const { t, locale, format } = ask
  const showing: Showing = { t, format, recordUrl: () => undefined, fileUrl: () => '' }
  const layoutSet = inLanguage(setOf(draft), locale)
  const names = draft.sections.flatMap(({ fields }) => fields)
  const record = sampleOf(t, module, names)
  if (draft.kind === 'detail') return { table: undefined, sections: sectionsOfRecord({ showing, layoutSet }, record) }
  const columns = columnsFor(layoutSet, module, names)
  return { table: tableOf({ module, showing, t }, columns, { records: [record], next: undefined }), sections: [] }
}

/** As if the draft were the only layout there is, for every record. */
function setOf(draft: LayoutDraft): LayoutSet {
  return { id: '', name: '', revision: 0, layouts: [{ ...draft, id: '', forRecords: undefined }] }
}

function sampleOf(t: Translate, module: Module, names: readonly string[]): ViewedRecord {
  const fields = names.flatMap((name) => module.fields.get(name) ?? [])
  return {
    module,
    id: '',
    title: t('layouts:sample.title', { module: module.label }),
    values: Object.fromEntries(fields.map((field) => [field.name, sampleValue(t, field)])),
    may: new Set(),
    writable: new Set(),
    reasons: [],
    grants: []
  }
}

function sampleValue(t: Translate, { type, options, label }: Field): Value {
  const option = options.find(({ value }) => value !== '')?.value ?? null
  switch (type) {
    case 'option':
      return option
    case 'options':
      return option === null ? [] : [option]
    case 'boolean':
      return true
    case 'integer':
    case 'number':
    case 'money':
      return 12
    case 'date':
      return '2026-01-31'
    case 'datetime':
      return '2026-01-31 09:30:00'
    case 'email':
      return 'name@example.com'
    case 'phone':
      return '+49 30 1234567'
    case 'url':
      return 'https://example.com'
    case 'reference':
      return { module: '', id: '', title: label }
    case 'files':
      return [{ id: '', name: t('layouts:sample.file'), type: 'application/pdf', size: 120_000 }]
    case 'text':
    case 'longText':
    case 'richText':
      return t(`layouts:sample.${type === 'text' ? 'text' : 'longText'}`)
  }
}
