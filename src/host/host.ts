/** The host port: all that Portico ever asks of a CRM. An adapter is done when `test/host-contract` passes against it. */
import type { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import type { Knex } from 'knex'
import type { Catalog, Locale, Scalar } from './catalog.js'

export interface Host {
  readonly name: 'embedded' | 'espocrm'
  /** The host's database. Reads by the kernel and our own `portico_` tables go here, so that one statement can join both. */
  readonly db: Knex
  /** Modules, fields, links and layouts, labelled in `locale`; refreshed when the host's own definitions change. */
  catalog(locale: Locale): Promise<Catalog>
  /** Creates (no `id`) or changes a record through the host's own door and gives its id.
   *  `values` are keyed by field name; references are ids, money and numbers are numbers, dates `YYYY-MM-DD`, datetimes
   *  `YYYY-MM-DD HH:MM:SS` in UTC, multiple options arrays. `links` adds records to to-many links, `files` replaces files.
   *  @throws HostRefused when the host's validation says no; HostUnavailable when it can't be reached; HostSilent when nobody knows. */
  save(change: Change, by: Actor): Promise<string>
  /** Makes (`present`) or undoes one connection over a to-many link. @throws HostRefused, HostUnavailable */
  link(connection: Connection, by: Actor): Promise<void>
  /** Moves a record to the host's recycle bin. Removing what is gone is no error. */
  remove(module: string, id: string, by: Actor): Promise<void>
  /** The CRM user who makes this request, or nobody. */
  staff(req: IncomingMessage): Promise<Staff | undefined>
  /** The CRM user with this id, active or not. */
  staffById(id: string): Promise<Staff | undefined>
  /** Everybody who is staff, active or not, by name. */
  people(): Promise<readonly StaffName[]>
  /** The groups that a record can be assigned to instead of a person (EspoCRM: teams), by name. */
  groups(): Promise<readonly HostGroup[]>
  /** May this staff member do that to this record, by the host's own rights and by what plugins narrow? A record that
   *  isn't there: no. Staff pages of ours ask before they show or use a record. */
  allows(staff: Staff, action: RecordRight, module: string, id: string): Promise<boolean>
  /** May he see records of this module at all, by the host's own rights and by what plugins narrow? A module that isn't there: no. */
  allowsModule(staff: Staff, module: string): Promise<boolean>
  /** Which modules are on, from the host's own settings; never cached for longer than a request. */
  switches(): Promise<Switches>
  /** Calls `handler` for each event at least once, in order per record, across restarts of either side. */
  on(event: HostEvent['kind'], handler: (event: HostEvent) => Promise<void>): void
  /** Hands out the events that wait; resolves when none does. A timer calls it; tests and shutdown may. */
  deliver(): Promise<void>
  /** Does the host ask the hooks `record.scope` and `record.authorize`? Where it does not, nothing of ours narrows what its
   *  own pages show its staff; our pages keep to `allows` all the same. */
  readonly narrowsStaff: boolean
  readonly feed: Feed
  readonly files: Files
  /** Where a staff member finds this record in the CRM's own pages. */
  recordUrl(module: string, id: string): string
  /** The first page of the CRM itself, for the way back from ours. */
  readonly homeUrl: string
  /** Where the CRM's staff sign in; staff pages of ours send strangers there. `returnTo` is a path of ours, below the
   *  public URL's own. */
  signInUrl(returnTo: string): string
  close(): Promise<void>
}

/** What staff may do to a record. */
export type RecordRight = 'view' | 'edit' | 'delete'

export interface Change {
  readonly module: string
  readonly id?: string
  readonly values: Readonly<Record<string, FieldValue>>
  readonly links?: Readonly<Record<string, readonly string[]>>
  /** By field of type `files`: ids that `files.write` gave and that hang nowhere yet, or in this very field already. They are all that the
   *  field holds afterwards; what it held before and is not among them is removed, its content too. Refused (`HostRefused`, the field's name,
   *  `errors.field.reference`): an id that isn't there or belongs elsewhere; (`errors.file.count`) more than the field can hold. Nothing is
   *  written then: neither values nor links nor files, and the files stay as `files.write` left them. */
  readonly files?: Readonly<Record<string, readonly string[]>>
}
export interface Connection {
  readonly module: string
  readonly id: string
  readonly link: string
  readonly other: string
  readonly present: boolean
}
export type FieldValue = Scalar | readonly string[]

/** Who does it. For people from outside the host keeps the person's name as the author. */
export type Actor =
  | { readonly kind: 'staff'; readonly id: string }
  | {
      readonly kind: 'outside'
      /** Our id of the portal or external user. */
      readonly id: string
      readonly name: string
      /** The record that stands for the person in the CRM, where there is one. */
      readonly module?: string | undefined
      readonly recordId?: string | undefined
    }
  | { readonly kind: 'system' }

export interface Staff {
  readonly id: string
  readonly userName: string
  readonly name: string
  readonly email: string | undefined
  readonly isAdministrator: boolean
  readonly isActive: boolean
  readonly permissions: ReadonlySet<Permission>
  readonly locale: Locale
  readonly timeZone: string
  readonly formats: Formats
}

/** Z31 and S11: rights of staff within Portico. An administrator has them all. */
export const permissions = ['manage-portals', 'manage-portal-users', 'manage-sharing'] as const
export type Permission = (typeof permissions)[number]

export interface StaffName {
  readonly id: string
  readonly userName: string
  readonly name: string
  readonly isActive: boolean
  readonly isAdministrator: boolean
}

export interface HostGroup {
  readonly id: string
  readonly name: string
}

export interface Formats {
  readonly date: 'iso' | 'dmy' | 'mdy'
  readonly time: '24' | '12'
}

export const moduleIds = ['portal', 'external-users', 'global-sharing'] as const
export type ModuleId = (typeof moduleIds)[number]
/** By module id, a stranger's module's too; a module without an entry is off. */
export type Switches = Readonly<Record<string, boolean>>

export type HostEvent =
  | {
      readonly kind: 'record.created' | 'record.changed' | 'record.removed'
      readonly module: string
      readonly id: string
      readonly changed: readonly string[]
      /** Id of the staff member, where one did it. */
      readonly by: string | undefined
    }
  | {
      readonly kind: 'lead.converted'
      readonly id: string
      readonly contactId: string
      readonly accountId: string | undefined
      /** What staff answered to the plugin's questions, by the question's name (`record.questions`). */
      readonly answers?: Readonly<Record<string, string>>
    }
  | {
      /** Somebody wrote a note on a record: staff or people from outside. */
      readonly kind: 'note.posted'
      readonly module: string
      /** Of the record. */
      readonly id: string
      readonly noteId: string
      readonly internal: boolean
      /** Id of the staff member, where one did it. */
      readonly by: string | undefined
    }
  | { readonly kind: 'staff.changed'; readonly id: string }
  | { readonly kind: 'switches.changed' }

/** What is written on a record: notes by people, in the order of time. */
export interface Feed {
  /** Entries of a record, oldest first. `internal` entries only when asked for. @throws HostUnavailable */
  list(module: string, id: string, ask: { internal: boolean; limit: number }): Promise<FeedEntry[]>
  /** Notes by people on any of these records of a module, without internal ones, at most `limit`, newest first.
   *  @throws HostUnavailable */
  recent(module: string, ids: readonly string[], limit: number): Promise<FeedEntry[]>
  find(entryId: string): Promise<FeedEntry | undefined>
  post(entry: NewFeedEntry, by: Actor): Promise<string>
  change(entryId: string, text: string, by: Actor): Promise<void>
  remove(entryId: string, by: Actor): Promise<void>
}
export interface NewFeedEntry {
  readonly module: string
  readonly recordId: string
  readonly text: string
  readonly internal: boolean
  /** Ids that `files.write` gave. */
  readonly files: readonly string[]
}
export interface FeedEntry {
  readonly id: string
  readonly module: string
  readonly recordId: string
  /** `post` is written by a person; `event` is the host's own line (created, status changed). */
  readonly kind: 'post' | 'event'
  readonly text: string
  readonly internal: boolean
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly at: string
  readonly author: {
    readonly kind: 'staff' | 'outside' | 'system'
    readonly id: string | undefined
    readonly name: string
  }
  readonly files: readonly FileInfo[]
}

export interface Files {
  /** Stores a stream under a random id; the caller has checked type, size and name. */
  write(file: { name: string; type: string; content: Readable }, by: Actor): Promise<FileInfo>
  /** @throws when there is no such file. */
  read(id: string): Promise<Readable>
  /** Removes it, from the note it is on as well; what is gone is no error. */
  remove(id: string): Promise<void>
}
export interface FileInfo {
  readonly id: string
  readonly name: string
  readonly type: string
  /** In bytes. */
  readonly size: number
}

/** The host's validation refused; `fields` maps a field's name to an error key (`errors.field.required` …) with arguments. */
export class HostRefused extends Error {
  constructor(readonly fields: Readonly<Record<string, FieldError>>) {
    super(`The host refused: ${Object.keys(fields).join(', ')}`)
  }
}
export interface FieldError {
  readonly key: string
  readonly args?: Readonly<Record<string, string | number>>
}

/** The host can't be reached; nothing was written. */
export class HostUnavailable extends Error {}

/** The host was asked to write and gave no answer that says whether it did. */
export class HostSilent extends HostUnavailable {}
