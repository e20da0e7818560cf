/** Files that come with a record's form: what the form offers, and what its fields are to hold afterwards. */
import type { Request } from 'express'
import type { ReceivedFile, Uploads } from '../../../web/uploads.js'
import type { Typed } from '../../../web/forms.js'
import type { Field, Module } from '../../catalog.js'
import type { FileInfo } from '../../host.js'
import { filesFields } from '../record-files.js'
import type { CrmRecord, FileIds } from '../records.js'

/** Fields that people put files into. */
export function writableFiles(module: Module): readonly Field[] {
  return filesFields(module).filter(({ readOnly }) => !readOnly)
}

/** A file that the record has already, with the box that takes it off. */
export interface HeldFile {
  readonly name: string
  /** Of the box. */
  readonly control: string
  readonly isRemoved: boolean
}

export function heldFiles(record: CrmRecord | undefined, field: Field, typed: Typed): HeldFile[] {
  return filesIn(record, field).map(({ id, name }) => {
    const control = removalOf(field, id)
    return { name, control, isRemoved: typed[control] !== undefined }
  })
}

/** The files that came with the form; none with the form of a module that takes none. @throws Invalid */
export async function receivedWith(req: Request, uploads: Uploads, module: Module): Promise<readonly ReceivedFile[]> {
  if (!req.is('multipart/form-data')) return []
  const lists = [...module.fields.values()].filter(({ type }) => type === 'options').map(({ name }) => name)
  const by = { kind: 'staff', id: req.desk.staff.id } as const
  return (await uploads.receive(req, by, undefined, new Set(lists))).files
}

/** What each field is to hold that gets files or loses some: a new one takes the place of the only one there can be. */
export function filesToHold(
  { module, record }: { module: Module; record: CrmRecord | undefined },
  received: readonly ReceivedFile[],
  typed: Typed
): FileIds {
  const changed = writableFiles(module).flatMap((field) => {
    const held = filesIn(record, field)
    const come = received.filter((file) => file.field === field.name)
    const stay = held.filter(({ id }) => typed[removalOf(field, id)] === undefined)
    if (come.length === 0 && stay.length === held.length) return []
    const isReplaced = field.max === 1 && come.length > 0
    return [[field.name, [...(isReplaced ? [] : stay), ...come].map(({ id }) => id)] as const]
  })
  return Object.fromEntries(changed)
}

function filesIn(record: CrmRecord | undefined, field: Field): readonly FileInfo[] {
  return record?.files[field.name] ?? []
}

function removalOf(field: Field, fileId: string): string {
  return `removed.${field.name}.${fileId}`
}
