/** What the CRM's store offers: the shapes its pages, its seed and its adapter write against. */
import type { Readable } from 'node:stream'
import type { Owners, StaffAction } from '../../hooks.js'
import type { Module, Scalar } from '../catalog.js'
import type { Actor, FieldValue, FileInfo, Staff } from '../host.js'
import type { CrmFeedEntry } from './feed.js'

/** The way to records: `as(staff)` is the only door for pages, and every answer from it is narrowed by the plugins. */
export interface Store {
  /** What this staff member may do, after every installed plugin narrowed it. Nothing he may not see exists: NotFound. */
  as(staff: Staff): Records
  /** Trusted callers writing in somebody's name (the host adapter). Not narrowed. */
  by(actor: Actor): Records
  /** Trusted callers writing for nobody (seed, jobs). Not narrowed. */
  readonly system: Records
}

export interface CrmRecord {
  readonly module: string
  readonly id: string
  readonly title: string
  /** By field name, as in `Change.values` of the host port: references are ids, booleans are booleans, multiple options lists.
   *  `createdAt`, `modifiedAt`, `createdBy`, `createdByName`, `assignedUser`, `assignedGroup`, `parentType`, `parentId` are among them. */
  readonly values: Readonly<Record<string, FieldValue>>
  /** Titles of the references (and of `parentId`) that the asker may see, by field name. */
  readonly titles: Readonly<Record<string, string>>
  /** By field of type `files`. */
  readonly files: Readonly<Record<string, readonly FileInfo[]>>
  /** Rises with each change; give it to `change` to refuse when somebody else saved meanwhile. */
  readonly version: number
}

export interface ListAsk {
  readonly filter?: readonly ListFilter[]
  /** Looked for in all searchable fields. */
  readonly search?: string
  /** A sortable field; default `createdAt`, newest first. */
  readonly sort?: { readonly field: string; readonly descending: boolean }
  /** From 1. */
  readonly page?: number
  /** 1–200, default 25. */
  readonly limit?: number
}
export interface ListFilter {
  readonly field: string
  readonly operator: FilterOperator
  readonly value?: Scalar
}
export type FilterOperator = '=' | '≠' | '<' | '≤' | '>' | '≥' | 'contains' | 'startsWith' | 'isEmpty' | 'isNotEmpty'

export interface ListPage {
  readonly records: readonly CrmRecord[]
  readonly hasMore: boolean
}

export interface Records {
  list(module: string, ask?: ListAsk): Promise<ListPage>
  /** Counted up to `cap` (default 10,000). */
  count(
    module: string,
    ask?: Pick<ListAsk, 'filter' | 'search'>,
    cap?: number
  ): Promise<{ count: number; capped: boolean }>
  /** @throws NotFound */
  find(module: string, id: string): Promise<CrmRecord>
  /** Records at the other end of a link of a record (any kind of link). @throws NotFound */
  related(module: string, id: string, link: string, ask?: ListAsk): Promise<ListPage>
  /** Which actions the asker has on a record, or on the module (create) without an id; for showing buttons. */
  may(module: string, id?: string): Promise<ReadonlySet<StaffAction>>
  /** Those of `modules` that the asker may see anything of. */
  visible(modules: readonly Module[]): Promise<readonly Module[]>
  /** To whom the asker may assign records of the module; undefined: to everybody (S07). */
  owners(module: string): Promise<Owners | undefined>
  /** @throws HostRefused (field errors), Forbidden. Gives the new id. */
  create(module: string, values: Values, options?: CreateOptions): Promise<string>
  /** @throws HostRefused, NotFound, Forbidden, PorticoError `errors.changedMeanwhile` (409) when `version` is no longer the record's. */
  change(module: string, id: string, values: Values, options?: ChangeOptions): Promise<void>
  /** Moves a record to the recycle bin; what is gone is no error for trusted callers, NotFound for staff. */
  remove(module: string, id: string): Promise<void>
  /** What lies in the recycle bin, last removed first. */
  recycleBin(
    module: string,
    ask?: Pick<ListAsk, 'page' | 'limit'>
  ): Promise<{ records: readonly RemovedRecord[]; hasMore: boolean }>
  restore(module: string, id: string): Promise<void>
  /** Deletes for good what lies in the recycle bin, with its notes and files; for administrators. */
  purge(module: string, id: string): Promise<void>
  /** Puts a record at the other end of a to-many link, or takes it away; the right is needed on both ends. */
  link(module: string, id: string, link: string, otherId: string): Promise<void>
  unlink(module: string, id: string, link: string, otherId: string): Promise<void>
  /** One search over all modules that have searchable fields (line items left out): at most `limit` (default 5) of each, by module. */
  search(
    text: string,
    limit?: number
  ): Promise<readonly { readonly module: string; readonly records: readonly CrmRecord[] }[]>
  /** Makes a Contact (and an Account, and a Deal) of a Lead, whose owner theirs is, or the asker where he may not assign them to him; emits `lead.converted`. @throws PorticoError `errors.leadConverted` (409) */
  convertLead(id: string, options: ConvertOptions): Promise<Converted>
  /** The notes and events of a record, oldest first, internal ones too. */
  feed(module: string, id: string, limit?: number): Promise<readonly CrmFeedEntry[]>
  post(module: string, id: string, note: { text: string; internal: boolean; files: readonly string[] }): Promise<string>
  /** A note of one's own (an administrator: any). @throws NotFound, Forbidden */
  changePost(module: string, id: string, entryId: string, text: string): Promise<void>
  removePost(module: string, id: string, entryId: string): Promise<void>
  /** A file in a field of a record, or on a note of it. @throws NotFound */
  file(module: string, id: string, fileId: string): Promise<{ info: FileInfo; open(): Promise<Readable> }>
  /** The latest entries of all records of these modules, newest first (a staff member's home page). */
  stream(modules: readonly string[], limit?: number): Promise<readonly CrmFeedEntry[]>
}

export type Values = Readonly<Record<string, FieldValue>>
/** As `Change.files` of the host port. */
export type FileIds = Readonly<Record<string, readonly string[]>>
export interface RemovedRecord {
  readonly record: CrmRecord
  readonly removedAt: string
  readonly removedBy: string
}
export interface CreateOptions {
  /** Records to put at the other end of to-many links. */
  readonly links?: Readonly<Record<string, readonly string[]>>
  readonly files?: FileIds
  /** For the seed: a chosen id (at most 36 characters of `[A-Za-z0-9-]`) and moment of creation, UTC. */
  readonly id?: string
  readonly at?: string
}
export interface ChangeOptions {
  readonly links?: Readonly<Record<string, readonly string[]>>
  readonly files?: FileIds
  readonly version?: number
}
export interface ConvertOptions {
  /** An account of the lead's company, if it names one and `accountId` does not name an account that is there. */
  readonly createAccount: boolean
  readonly accountId?: string
  readonly createDeal?: boolean
  /** What staff answered to what plugins asked; goes along with the event. */
  readonly answers?: Readonly<Record<string, string>>
}
export interface Converted {
  readonly contactId: string
  readonly accountId: string | undefined
  readonly dealId: string | undefined
}
