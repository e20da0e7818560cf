/** Lists as cards: the title, how far a record has come, and the first fields of the list (Z10). */
import type { Page } from '../../access/record.js'
import type { Viewer } from '../../access/viewer.js'
import type { Module, Option } from '../../host/catalog.js'
import { configuration, releaseOf } from '../configuration.js'
import type { Room } from './room.js'
import { inFewWords, shownValues, statusField, statusOf, type ShownValue } from '../../pages/shown-value.js'

const mostFields = 5

export interface Card {
  readonly title: string
  readonly url: string | undefined
  readonly status: Option | undefined
  readonly values: readonly ShownValue[]
}

/** Whether the reader's user type sees the module as cards. What he sees through roles alone is a list. */
export async function isCanvas({ person, kernel }: Viewer, module: string): Promise<boolean> {
  const userType = (await configuration(kernel.db)).userTypes.get(person.userTypeId ?? '')
  return userType !== undefined && releaseOf(userType, module)?.view === 'canvas'
}

/** What cards need of each record: the columns of the list, and its status even where that is none of them. */
export function cardFields(module: Module, columns: readonly string[]): string[] {
  const status = statusField(module)
  return status ? [...new Set([...columns, status.name])] : [...columns]
}

export function cardsOf({ module, showing, t }: Room, columns: readonly string[], found: Page): Card[] {
  const inHead = [module.title, statusField(module)?.name]
  const others = columns.filter((name) => !inHead.includes(name))
  return found.records.map((record) => ({
    title: record.title || t('portal:list.untitled', { module: module.label }),
    url: record.may.has('open') ? showing.recordUrl(module.name, record.id) : undefined,
    status: statusOf(record),
    values: shownValues(showing, record, others).filter(isFilled).map(inFewWords).slice(0, mostFields)
  }))
}

function isFilled({ text, badges }: ShownValue): boolean {
  return text !== '' || badges.length > 0
}
