/** The page of one record: its released fields, who is responsible for it, and its documents. */
import type { Response } from 'express'
import type { ViewedRecord } from '../../access/record.js'
import { placedIn, sectionsOfTheCrm } from '../../pages/arrangement.js'
import { shownSections, statusOf, toldFields } from '../../pages/shown-value.js'
import { page } from '../../web/render.js'
import type { ShownDocument } from './documents.js'
import { showingIn, type Crumb, type Room } from './room.js'

interface RecordView {
  readonly record: ViewedRecord
  readonly crumbs: readonly Crumb[]
  /** In words, his own name first; none: nobody is shown. */
  readonly responsible?: readonly string[]
  readonly isHis?: boolean
  /** It could be his to change, and isn't. */
  readonly isOnlyRead?: boolean
  readonly documents?: readonly ShownDocument[]
  readonly editUrl?: string | undefined
  readonly removalUrl?: string | undefined
  readonly done?: 'saved' | undefined
}

export async function showRecord(res: Response, room: Room, view: RecordView): Promise<void> {
  const {
    record,
    crumbs,
    responsible = [],
    documents = [],
    isHis = false,
    isOnlyRead = false,
    editUrl,
    removalUrl,
    done
  } = view
  const title = titleOfRecord(room, record)
  const sections = placedIn(sectionsOfTheCrm(record.module), record.module, toldFields(record))
  const shown = {
    title,
    badge: statusOf(record),
    sections: shownSections(showingIn(room), record, sections),
    responsible: { names: responsible, isHis },
    documents,
    isOnlyRead,
    ways: { editUrl, removalUrl }
  }
  await page(res, 'external-users/guest-record', { record: shown, crumbs: [...crumbs, { label: title }], done })
}

export function titleOfRecord({ t }: Room, { title, module }: ViewedRecord): string {
  return title || t('portal:list.untitled', { module: module.label })
}
