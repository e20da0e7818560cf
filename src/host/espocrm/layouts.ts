/** EspoCRM's list and detail layouts, with the fields that the catalog has. */
import type { Field, Layout, LayoutSection } from '../catalog.js'
import type { LayoutDefinition } from './answers.js'
import { fieldsOf, type Model } from './entity.js'
import { capital } from './naming.js'

type Panel = LayoutDefinition['detail'][number]
type Cell = LayoutDefinition['list'][number]

/** The layouts that EspoCRM's own portal would use come first, where an entity type has them. */
export function layoutsOf(model: Model, module: string, fields: ReadonlyMap<string, Field>): Layout[] {
  const given = model.metadata.layouts[module]
  const list = (name: 'list' | 'listPortal'): Layout => ({
    name,
    kind: 'list',
    label: model.words.modules(module),
    sections: [{ label: '', fields: fieldsIn(model, module, fields, given?.[name] ?? []) }]
  })
  const detail = (name: 'detail' | 'detailPortal'): Layout => ({
    name,
    kind: 'detail',
    label: model.words.module(module),
    sections: (given?.[name] ?? [])
      .map((panel) => section(model, module, panel, fieldsIn(model, module, fields, panel.rows.flat())))
      .filter((one) => one.fields.length > 0)
  })
  const forPortals = [list('listPortal'), detail('detailPortal')].filter(({ sections }) =>
    sections.some((one) => one.fields.length > 0)
  )
  return [...forPortals, list('list'), detail('detail')]
}

function section(model: Model, module: string, { label, customLabel }: Panel, fields: string[]): LayoutSection {
  return { label: customLabel ?? (label ? model.words.section(module, label) : ''), fields }
}

function fieldsIn(model: Model, module: string, fields: ReadonlyMap<string, Field>, cells: readonly Cell[]): string[] {
  const names = cells.flatMap((cell) => (cell?.name === undefined ? [] : partsOf(model, module, cell.name)))
  return [...new Set(names)].filter((name) => fields.has(name))
}

const addressParts = ['street', 'city', 'state', 'postalCode', 'country'] as const

/** An address stands for its parts, a list of records for the reference that names the first of them, where there is one. */
function partsOf(model: Model, module: string, name: string): readonly string[] {
  const fields = fieldsOf(model, module)
  const definition = fields[name]
  if (definition?.type === 'address') return addressParts.map((part) => name + capital(part))
  if (definition?.type !== 'linkMultiple') return [name]
  const { primaryLink, detailLayoutIncompatibleFieldList: others = [] } = definition
  return [primaryLink ?? others.find((other) => fields[other]?.type === 'link') ?? name]
}
