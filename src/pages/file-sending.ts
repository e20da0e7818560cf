/** Files of records on their way to whoever may read them, for as long as he may (T10, A28). */
import type { Request, Response } from 'express'
import type { OpenFile, Records } from '../access/record.js'
import { records } from '../access/records.js'
import { PorticoError } from '../errors.js'
import { sendFile } from '../web/downloads.js'
import { readmitted } from '../web/readmission.js'

/** Sends what `find` finds for whoever asks. It is looked for again while the file is on its way, by what he may do then: somebody who was
 *  deactivated, or lost the record, gets no more of it. @throws what `find` throws, before the first byte */
export async function sendOpenFile(
  req: Request,
  res: Response,
  find: (door: Records) => Promise<OpenFile>
): Promise<void> {
  const { info, open } = await find(records(req.viewer))
  await sendFile(res, info, await open(), () => isFound(req, find))
}

/** Refused is not found; what broke while asking goes on as what it is. */
async function isFound(req: Request, find: (door: Records) => Promise<OpenFile>): Promise<boolean> {
  try {
    const viewer = await readmitted(req)
    if (!viewer) return false
    await find(records(viewer))
    return true
  } catch (error) {
    if (error instanceof PorticoError && error.status < 500) return false
    throw error
  }
}
