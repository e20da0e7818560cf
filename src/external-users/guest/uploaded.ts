/** What a document that was put into a folder from outside begins with: the folder's rights, and those of whoever put it there (T07). */
import { rightsAt, setRights, type RecordRights } from '../object-rights.js'
import { rightsSubject } from '../record-rights.js'
import type { Room } from './room.js'

interface Upload {
  readonly folderId: string
  /** Of the document. */
  readonly id: string
}

export async function noteUpload({ context, viewer, world }: Room, upload: Upload): Promise<void> {
  const { person } = viewer
  const documents = world.parts.get('documents')!.module.name
  await context.db.transaction(async (trx) => {
    const inherited = await rightsAt(trx, world.folders!.module.name, upload.folderId)
    const own = { ...inherited.get(person.id), read: 'allow', write: 'allow' } as const
    const rights: RecordRights = new Map([...inherited, [person.id, own]])
    await setRights(trx, documents, upload.id, rights)
    const said = { before: {}, after: Object.fromEntries(rights) }
    const actor = { kind: 'outside', id: person.id, name: person.name } as const
    const subject = rightsSubject({ module: documents, id: upload.id }, world.module.name)
    await context.audit.note({ actor, action: 'record.rights-changed', subject, ...said }, trx)
  })
}
