/** The hook points by which a host calls Portico. `plugin.json` declares them, `docs/hooks.md` describes them; a test compares the three. */
import type { RequestHandler } from 'express'
import type { Locale, Scalar } from './host/catalog.js'
import type { FieldValue, HostEvent, Permission, Staff } from './host/host.js'

export const hookNames = [
  'settings',
  'admin.menu',
  'routes',
  'record.actions',
  'record.questions',
  'record.scope',
  'record.authorize',
  'record.owners',
  'record.saved',
  'note.posted',
  'lead.converted',
  'jobs'
] as const
export type HookName = (typeof hookNames)[number]

/** What a host holds of an installed plugin: the manifest and the hook points. A host knows nothing else of it. */
export interface Plugin {
  readonly manifest: Manifest
  /** `settings`: the switches and where the plugin's own settings pages are, in the reader's language. */
  settings(locale: Locale): SettingsPanel
  /** `admin.menu`: entries for the administration page, those this staff member may open. */
  adminMenu(ask: { staff: Staff; locale: Locale }): Promise<MenuItem[]>
  /** `routes`: the plugin's pages, mounted at the root of the host's web address. */
  readonly routes: RequestHandler
  /** `record.actions`: buttons on a record's page. */
  recordActions(ask: RecordAsk & { locale: Locale }): Promise<RecordAction[]>
  /** `record.questions`: what staff must be asked before this is done to a record. A host that asks hands the answers on, with the
   *  event; what is done elsewhere (an import, an API) happens unasked. */
  recordQuestions(ask: RecordAsk & { doing: Doing; locale: Locale }): Promise<RecordQuestion[]>
  /** `record.scope`: narrows what a staff member sees of a module; undefined leaves it as the host has it.
   *  The SQL is a condition over alias `r`, and-ed to the host's own. It can only narrow. */
  recordScope(ask: { module: string; action: StaffAction; staff: Staff }): Promise<Scope | undefined>
  /** `record.authorize`: may he do this to this record? The host asks after its own check said yes. `id` is absent for create. */
  recordAuthorize(ask: { module: string; id: string | undefined; action: StaffAction; staff: Staff }): Promise<boolean>
  /** `record.owners`: to whom he may assign a record of this module; undefined: to whomever the host lets him. The host asks when a
   *  record's owner is chosen, and again when it is saved (S07). */
  recordOwners(ask: { module: string; staff: Staff }): Promise<Owners | undefined>
  /** `record.saved`: a record was created, changed or removed (from the outbox: at least once, in order per record). */
  recordSaved(event: HostEvent): Promise<void>
  /** `note.posted`: somebody wrote a note on a record (from the outbox, in order per record). */
  notePosted(event: HostEvent): Promise<void>
  /** `lead.converted` (Z24). */
  leadConverted(event: HostEvent): Promise<void>
  /** `jobs`: work to be run now and then; the host, or Portico's own server, calls `run`. */
  readonly jobs: readonly Job[]
}

export type StaffAction = 'view' | 'create' | 'edit' | 'delete'

export interface RecordAsk {
  readonly module: string
  readonly id: string
  readonly staff: Staff
}

export interface Sql {
  readonly sql: string
  readonly bindings: readonly Scalar[]
}

export interface Scope extends Sql {
  /** The same condition in parts, one of which must hold: each may have an index that serves it, where all of them together have none. */
  readonly anyOf?: readonly Sql[]
  /** Each part asks for the records of one owner: an index that begins with the owner has them in the order of a list. */
  readonly isFew?: boolean
}

/** Ids of staff members and of the host's groups. */
export interface Owners {
  readonly people: ReadonlySet<string>
  readonly groups: ReadonlySet<string>
}

export interface SettingsPanel {
  readonly title: string
  readonly switches: readonly { readonly id: string; readonly label: string; readonly help: string }[]
  readonly permissions: readonly { readonly id: Permission; readonly label: string }[]
}

export interface MenuItem {
  readonly label: string
  readonly help: string
  readonly url: string
  /** Paths of pages that belong to it and stand elsewhere; `*` stands for one part. */
  readonly alsoUnder?: readonly string[]
  readonly icon: string
}

/** A button on a record's page: a link (`get`) or a small form (`post` is never a link). */
export interface RecordAction {
  readonly name: string
  readonly label: string
  readonly url: string
  readonly icon: string
}

/** What somebody of the staff is about to do: change these fields of a record, or make a contact of a lead. */
export type Doing =
  { readonly kind: 'change'; readonly values: Readonly<Record<string, FieldValue>> } | { readonly kind: 'conversion' }

/** A question to be answered before: with one of `choices`, or without any by going on. */
export interface RecordQuestion {
  readonly name: string
  readonly text: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
}

/** Work to be run now and then: over all processes once in `everySeconds`, and never twice at a time. */
export interface Job {
  /** At most 64 characters; the same in every process. */
  readonly name: string
  readonly everySeconds: number
  /** It keeps something in the memory of the process: each process runs it for itself. */
  readonly everyProcess?: true
  run(): Promise<void>
}

/** `plugin.json`. */
export interface Manifest {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly modules: readonly ManifestModule[]
  readonly hooks: readonly HookName[]
  readonly permissions: readonly { readonly id: Permission; readonly label: Words }[]
  readonly hosts: Readonly<Record<string, string>>
}

export interface ManifestModule {
  readonly id: string
  /** `./portal/index.js` is a module of ours; anything else is imported as a package or a file URL. */
  readonly entry: string
  readonly hooks: readonly HookName[]
  readonly label: Words
  readonly help: Words
}

type Words = Readonly<Record<Locale, string>>
