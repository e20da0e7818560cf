/** Uploads: multipart forms whose files are checked by their bytes and stored as streams. */
import type { Request } from 'express'
import type { Actor, FileInfo } from '../host/host.js'

export interface Uploads {
  /** Reads a multipart form: fields as text, files stored by the host. Too large, too many or of a type not allowed: the
   *  files stored so far are removed. @throws Invalid with the field of the file. (A19, A20, A48) */
  receive(req: Request, by: Actor): Promise<{ fields: Record<string, string>; files: readonly FileInfo[] }>
}
