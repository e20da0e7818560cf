/** Line items: the records that are parts of another one, in their order. */
import type { Module } from '../../catalog.js'
import type { CrmRecord, Records } from '../records.js'
import type { Desk } from './desk.js'

export interface Parts {
  readonly module: Module
  /** The field that says of which record a part is. */
  readonly link: string
}

export const mostParts = 200

/** What the parts of a module's records are, if they have any. */
export function partsOf(desk: Desk, module: Module): Parts | undefined {
  const parts = [...desk.catalog.modules.values()].find(({ partOf }) => partOf?.module === module.name)
  return parts && { module: parts, link: parts.partOf!.link }
}

/** The parts of a record. */
export async function partsIn(
  records: Records,
  { module, link }: Parts,
  recordId: string
): Promise<readonly CrmRecord[]> {
  const position = module.fields.get('position')
  const found = await records.list(module.name, {
    filter: [{ field: link, operator: '=', value: recordId }],
    sort: position?.sortable ? { field: position.name, descending: false } : undefined,
    limit: mostParts
  })
  return found.records
}
