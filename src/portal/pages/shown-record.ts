/** The page of a record as this portal arranges it (E07). */
import type { ReleasedModule, ViewedRecord } from '../../access/record.js'
import { shownSections, toldFields, type ShownSection, type Showing } from '../../pages/shown-value.js'
import type { LayoutSet } from '../layouts/layouts.js'
import { sectionsFor } from '../layouts/placement.js'

interface Place {
  readonly showing: Showing
  readonly layoutSet: LayoutSet | undefined
  readonly released?: Pick<ReleasedModule, 'silent'>
}

/** The sections of the record's layout with what this reader sees of them; what stands in no section comes last. */
export function sectionsOfRecord({ showing, layoutSet, released }: Place, record: ViewedRecord): ShownSection[] {
  const names = toldFields(record, released?.silent)
  return shownSections(showing, record, sectionsFor(layoutSet, record.module, names, record))
}
