/** Releases for the tests of forms: the demo portal with one module or another released with other rights. */
import {
  configuration,
  plainRelease,
  type FieldRelease,
  type NoteRight,
  type Release,
  type Right
} from '../../src/portal/configuration.js'
import { chooseLayoutSet, createLayoutSet, saveLayout } from '../../src/portal/layouts/layout-changes.js'
import { layoutSets, type PortalLayout } from '../../src/portal/layouts/layouts.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import type { TestApp } from '../support/app.js'
import { thePortal, theUserType } from './people.js'

export interface Given extends Partial<Pick<Release, 'kind' | 'path' | 'inSteps' | 'layouts'>> {
  readonly rights?: readonly Right[]
  readonly notes?: NoteRight
  readonly editable?: readonly string[]
  readonly readOnly?: readonly string[]
}

/** Quotes with items as their people may fill them in themselves. */
export const quotes: Given = {
  kind: 'related',
  path: ['account', 'contacts'],
  rights: ['create', 'edit', 'editShared', 'clone'],
  editable: ['subject', 'validUntil', 'description'],
  readOnly: ['number', 'account', 'status', 'amount']
}
export const items: Given = {
  kind: 'part',
  rights: ['create', 'edit', 'delete'],
  editable: ['product', 'description', 'quantity'],
  readOnly: ['unitPrice', 'amount']
}

/** Releases `module` like this to the demo portal's customers. */
export async function give(test: TestApp, module: string, given: Given): Promise<void> {
  const { context } = test.embedded.portico
  const irena = (await test.embedded.host.staffById('irena'))!
  const { id } = await theUserType(test)
  const { revision } = (await configuration(test.embedded.db)).userTypes.get(id)!
  await saveRelease(context, { id, revision }, { ...draftOf(given), module }, irena)
}

function draftOf({ editable = [], readOnly = [], rights = [], ...rest }: Given): Omit<Release, 'id' | 'module'> {
  return {
    ...plainRelease,
    kind: 'related',
    ...rest,
    rights: new Set(rights),
    fields: fieldsOf({ editable, readOnly })
  }
}

/** The id at the end of a record's address. */
export function idIn(path: string): string {
  return path.split('/').at(-1)!.split('?')[0]!
}

/** Gives the demo portal a layout set with these detail layouts of one module, and their ids in the same order. */
export async function arrange(
  test: TestApp,
  module: string,
  layouts: readonly Pick<PortalLayout, 'name' | 'sections' | 'forRecords'>[]
): Promise<string[]> {
  const { context } = test.embedded.portico
  const irena = (await test.embedded.host.staffById('irena'))!
  const setId = await createLayoutSet(context, { name: `Of ${module}`, copyOf: undefined }, irena)
  for (const layout of layouts) {
    const { revision } = (await layoutSets(context.db)).get(setId)!
    await saveLayout(context, { id: setId, revision }, { ...layout, id: undefined, module, kind: 'detail' }, irena)
  }
  const portal = await thePortal(test)
  await chooseLayoutSet(context, { id: portal.id, revision: portal.revision }, setId, irena)
  return (await layoutSets(context.db)).get(setId)!.layouts.map(({ id }) => id)
}

/** The fields of a release in one of its layouts. */
export function inLayout(
  layoutId: string,
  editable: readonly string[],
  readOnly: readonly string[] = []
): Release['layouts'][number] {
  return { layoutId, fields: fieldsOf({ editable, readOnly }) }
}

function fieldsOf({ editable = [], readOnly = [] }: Pick<Given, 'editable' | 'readOnly'>): Map<string, FieldRelease> {
  const all = [
    ...editable.map((name) => [name, 'editable'] as const),
    ...readOnly.map((name) => [name, 'readOnly'] as const)
  ]
  return new Map(all)
}
