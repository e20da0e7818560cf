/** What comes out of the door: records with just the fields the viewer may see. */
import type { Module, Scalar } from '../host/catalog.js'
import type { FeedEntry, FieldValue, FileInfo } from '../host/host.js'
import type { Action, Reason } from './grant.js'
import type { Operator } from './condition.js'
import type { Write } from './together.js'

/** A bound translation function; `web/locale.ts` makes them. */
type Translate = (key: string, args?: Record<string, string | number>) => string

/** A value as shown: scalars as stored, references with the title the viewer may see of them, multiple options as a list, amounts
 *  with their currency where the field names one, the files of a record that was found (lists carry none). */
export type Value = Scalar | readonly string[] | Reference | Money | readonly FileInfo[]
export interface Reference {
  readonly module: string
  /** Empty where the viewer may not see that record. */
  readonly id: string
  /** Undefined where he is not told which record it is. Of one that is only named (`Grant.named`) the title stands without an id. */
  readonly title: string | undefined
}

/** An amount whose currency stands in a field of its own. The code is part of the value: it is there wherever the amount is shown. */
export interface Money {
  readonly amount: number
  /** Three letters; undefined where the CRM holds none. */
  readonly currency: string | undefined
}

export interface ViewedRecord {
  readonly module: Module
  readonly id: string
  readonly title: string
  /** Only the fields that the grants matching this record show. */
  readonly values: Readonly<Record<string, Value>>
  /** What the viewer may do with this very record; in lists only `view` and `open` are decided, unless asked for. */
  readonly may: ReadonlySet<Action>
  /** The fields he may write here, those that take files among them; empty in lists. */
  readonly writable: ReadonlySet<string>
  readonly reasons: readonly Reason[]
  /** The ids of the grants that show it; none in lists in which all of them show the same. */
  readonly grants: readonly string[]
}

export interface ListQuery {
  readonly filter?: readonly Filter[]
  /** Free text: looked for in the released searchable fields. At most 100 characters. */
  readonly search?: string
  /** A field every view grant shows; default the module's `createdAt`, newest first. */
  readonly sort?: { readonly field: string; readonly descending: boolean }
  /** The cursor a page gave as `next`. */
  readonly after?: string
  /** 1–200, default 25. */
  readonly limit?: number
  /** The fields to fetch, out of those he may see; default the module's list layout. */
  readonly fields?: readonly string[]
  /** What he may do with each record, and the fields he may write there, are decided as `find` decides them. */
  readonly decided?: boolean
}
export interface Filter {
  readonly field: string
  readonly operator: Operator
  readonly value: Scalar
}

export interface Page {
  readonly records: readonly ViewedRecord[]
  /** Cursor of the next page; undefined on the last one. */
  readonly next: string | undefined
}

/** A count up to `cap`; `capped` when there are more. */
export interface Count {
  readonly count: number
  readonly capped: boolean
}

/** A tally: the records grouped by a field of type `option`, `boolean`, `reference` (not the owner), `date` or `datetime`. */
export interface TallyQuery {
  readonly by: string
  /** For dates: how long a group is; default a month. */
  readonly period?: Period
  /** A field of type `integer`, `number` or `money` that is added up. */
  readonly sum?: string
  readonly filter?: readonly Filter[]
}
export const periods = ['month', 'quarter', 'year'] as const
export type Period = (typeof periods)[number]

export interface Tally {
  /** Periods in the order of time, other values by how many records hold them. Amounts of several currencies make several groups. */
  readonly groups: readonly TallyGroup[]
  /** Only the newest records were counted, as many as were allowed; there may be more. */
  readonly capped: boolean
}
export interface TallyGroup {
  /** As a list shows it; of dates the period: `2024-05`, `2024-Q2`, `2024`. Null where the field holds nothing. */
  readonly value: Value
  readonly count: number
  /** Undefined where nothing was to be added up. */
  readonly sum: number | undefined
  /** Of the sum; undefined where its field has none, or none that can be read. */
  readonly currency: string | undefined
}

/** What a viewer sees of a module at all, by the union of his grants: for navigation, columns and forms. */
export interface ReleasedModule {
  readonly module: Module
  /** Fields some view grant shows, in the catalog's order; without the silent ones. */
  readonly fields: readonly string[]
  /** References that never tell him anything, because nothing of the module they lead to is his. */
  readonly silent: ReadonlySet<string>
  /** Fields every view grant shows: the ones a list may be sorted by (if the host can). */
  readonly sortable: readonly string[]
  /** Fields some create grant covers, those that take files among them; empty when he may not create. */
  readonly creatable: readonly string[]
  readonly may: ReadonlySet<Action>
}

export interface NewRecord {
  readonly values: Readonly<Record<string, FieldValue>>
  /** Values Portico itself puts in (owner, link to the primary record): not checked against the written fields. */
  readonly fill?: Readonly<Record<string, FieldValue>>
  readonly links?: Readonly<Record<string, readonly string[]>>
  readonly files?: WrittenFiles
}

/** By field of type `files`: ids that `files.write` gave for just this write. They are all that the field holds afterwards. */
export type WrittenFiles = Readonly<Record<string, readonly string[]>>

/** A note, and the record it is on with no more than its title. */
export interface News {
  readonly entry: FeedEntry
  readonly record: ViewedRecord
}

/** `explain`: every grant of the module with its outcome for this record, and the conditions that failed. */
export interface Explanation {
  readonly visible: boolean
  readonly grants: readonly {
    readonly id: string
    readonly actions: readonly Action[]
    readonly reason: Reason
    readonly matches: boolean
    readonly fields: readonly string[]
    readonly conditions: readonly ExplainedCondition[]
  }[]
  readonly restrictions: readonly { readonly id: string; readonly reason: Reason; readonly holds: boolean }[]
}
export interface ExplainedCondition {
  /** How deep the condition stands below the grant's own, 0 for the top. */
  readonly depth: number
  /** In the reader's language (`describe`). */
  readonly sentence: string
  readonly holds: boolean
}

/** Every door to a host record that a viewer has. Nothing outside `src/access` and the host adapters reads records otherwise.
 *  All of them throw NotFound for what he may not see, as for what does not exist. */
export interface Records {
  /** The modules released to him, in the catalog's order. */
  modules(): Promise<readonly ReleasedModule[]>
  /** One of them. @throws NotFound */
  module(module: string): Promise<ReleasedModule>
  /** The records of `module` he may see, in order, at most `limit`. @throws NotFound, UnknownField (Z05–Z08, E09). */
  list(module: string, query?: ListQuery): Promise<Page>
  /** How many there are, counted up to `cap` (default 1,000) after all filtering. */
  count(module: string, query?: Pick<ListQuery, 'filter' | 'search'>, cap?: number): Promise<Count>
  /** The newest `cap` (default 10,000) of them in groups, counted or added up, in one statement. Only what a grant shows together
   *  with every field that is used counts. @throws NotFound, UnknownField (E04). */
  tally(module: string, query: TallyQuery, cap?: number): Promise<Tally>
  find(module: string, id: string): Promise<ViewedRecord>
  /** Those of `ids` that `find` would give, by id, as it would give them: 50 of them in two statements. Never throws NotFound. */
  findSome(module: string, ids: readonly string[]): Promise<ReadonlyMap<string, ViewedRecord>>
  /** Records of the module at the other end of `link` of a record he may open, by their own right (A04, A06). A link kept in a
   *  lookup is followed only where that lookup is shown to him, on this side or the other (A13); line items always. */
  related(module: string, id: string, link: string, query?: ListQuery): Promise<Page>
  /** The same for a record that `find` gave for this viewer, without finding it again. @throws NotFound for any other. */
  relatedTo(record: ViewedRecord, link: string, query?: ListQuery): Promise<Page>
  /** Creates a record and notes who wrote it. Checked on the row as it will be, before anything is written.
   *  @throws Forbidden, Invalid (field errors), HostUnavailable. */
  create(module: string, record: NewRecord): Promise<string>
  /** @throws NotFound, Forbidden, Invalid. A change is checked against the row as it is and as it will be. */
  change(module: string, id: string, values: Readonly<Record<string, FieldValue>>, files?: WrittenFiles): Promise<void>
  remove(module: string, id: string): Promise<void>
  /** Whether he may create a record with what Portico fills in (`fill`), whatever else he would put into it: for buttons. */
  mayCreate(module: string, fill: NonNullable<NewRecord['fill']>): Promise<boolean>
  /** A record and its line items, say: all of `writes` are judged before the first is done. Gives the records' ids.
   *  @throws Stopped with what can't be taken and what was written; NotFound and Forbidden before anything is written. (Z11) */
  together(writes: readonly Write[]): Promise<readonly string[]>
  /** The values a clone of this record starts with: the visible ones that he may also write in a new one (Z06). */
  cloneOf(module: string, id: string): Promise<Readonly<Record<string, FieldValue>>>
  /** Puts a record at the other end of a to-many link; the right to edit is needed on both ends (A05). */
  link(module: string, id: string, link: string, other: string): Promise<void>
  unlink(module: string, id: string, link: string, other: string): Promise<void>
  /** The notes on a record, without internal ones (E10, E11), oldest first. @throws NotFound, Forbidden */
  feed(module: string, id: string): Promise<readonly FeedEntry[]>
  /** The newest notes, at most `limit` (of the records changed last), on all records whose notes he may read; newest first.
   *  Undefined when there is no module whose notes are his to read (E04, E11). */
  news(limit: number): Promise<readonly News[] | undefined>
  post(module: string, id: string, note: { text: string; files: readonly string[] }): Promise<string>
  /** A note of his own. @throws NotFound when it isn't his. (Z28) */
  changePost(module: string, id: string, entryId: string, text: string): Promise<void>
  removePost(module: string, id: string, entryId: string): Promise<void>
  /** A file of a note of his own; a note of nothing else goes with it. @throws NotFound (Z28) */
  removeFile(module: string, id: string, entryId: string, fileId: string): Promise<void>
  /** A file on a note he may read; @throws NotFound (A18). */
  file(module: string, id: string, fileId: string): Promise<OpenFile>
  /** A file in the record's own field `field`, while the field is shown to him on this very record. @throws NotFound (A18) */
  attachment(module: string, id: string, field: string, fileId: string): Promise<OpenFile>
  /** Why he sees this record, or why not (X01). For staff and the command line: it does not throw for what he can't see. */
  explain(module: string, id: string, t: Translate): Promise<Explanation>
}

/** A file, and the way to its content. */
export interface OpenFile {
  readonly info: FileInfo
  open(): Promise<NodeJS.ReadableStream>
}

export function isMoney(value: Value | undefined): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value
}

export function isReference(value: Value | undefined): value is Reference {
  return typeof value === 'object' && value !== null && 'id' in value
}
