/** What an archive is made of, and for whom: chapters that are read a page at a time, for there may be more than the memory holds. */
import type { FileInfo } from '../../host/host.js'
import type { Context } from '../../context.js'
import type { Locale } from '../../host/catalog.js'
import { translator, type Translate } from '../../web/locale.js'
import { formatFor, type Format, type Reader } from '../../web/format.js'
import { configuration, type Configuration } from '../configuration.js'
import type { PortalUser } from '../people/portal-users.js'
import { auditSubjectOf, type NamedSubject } from './persons-of.js'
import { usersOf } from './users-of.js'

export interface Chapter {
  /** Its name in `data.json`. */
  readonly id: string
  readonly title: string
  entries(): AsyncIterable<Entry>
}

export interface Entry {
  readonly title: string
  readonly lines: readonly Line[]
  readonly files: readonly FileInfo[]
  /** The same for programs. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface Line {
  readonly label: string
  readonly text: string
}

/** What is held, and for whom it is written down. */
export interface Holding {
  readonly context: Context
  readonly all: Configuration
  readonly subject: NamedSubject
  /** The portal user who asks. */
  readonly requester: PortalUser
  /** His accesses in all portals, ended ones too; none where he asks for somebody he added. */
  readonly users: readonly PortalUser[]
  readonly locale: Locale
  readonly t: Translate
  readonly format: Format
  /** Whether the archive's reader may have this record: he may not have what the CRM hides from him. */
  mayHave(module: string, recordId: string): Promise<boolean>
}

export interface ArchiveReader {
  readonly locale: Locale
  readonly reader: Reader
  mayHave(module: string, recordId: string): Promise<boolean>
}

export async function holdingOf(
  context: Context,
  subject: NamedSubject,
  requester: PortalUser,
  { locale, reader, mayHave }: ArchiveReader
): Promise<Holding> {
  return {
    context,
    all: await configuration(context.db),
    subject,
    requester,
    users: subject.isOneself ? await usersOf(context.db, subject, requester.identityId ?? undefined) : [],
    locale,
    t: translator(locale),
    format: formatFor(locale, reader),
    mayHave
  }
}

/** Lines without those that say nothing. */
export function linesOf(t: Translate, values: Readonly<Record<string, string | undefined>>): Line[] {
  return Object.entries(values).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [{ label: t(`privacy:archive.line.${name}`), text }]
  )
}

/** What audit entries about the person are filed under. */
export function auditSubjects({ users, subject }: Pick<Holding, 'users' | 'subject'>): string[] {
  return [...new Set([auditSubjectOf(subject), ...users.map(({ id }) => `portal-user:${id}`)])]
}
