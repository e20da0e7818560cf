/** The recycle bin: records that were removed, to be restored, or by administrators deleted for good. */
import type { Request, Response } from 'express'
import { page, urlFor } from '../../../web/render.js'
import { NotFound } from '../../../errors.js'
import { moduleIn } from './desk.js'
import { recordPath, recycleBinPath, withQuery } from './paths.js'

const limit = 25

/** `GET /recycle-bin` */
export async function showRecycleBin(req: Request, res: Response): Promise<void> {
  const { desk } = req
  const { modules } = desk
  const module = modules.find(({ name }) => name === req.query.module) ?? modules[0]
  if (!module) throw new NotFound()
  const number = Math.max(Math.trunc(Number(req.query.page)) || 1, 1)
  const { records, hasMore } = await desk.records.recycleBin(module.name, { page: number, limit })
  const path = recycleBinPath()
  await page(res, 'crm/recycle-bin', {
    module,
    modules,
    rows: records.map(({ record, removedAt, removedBy }) => ({
      title: record.title,
      removedAt: desk.format.datetime(removedAt),
      removedBy,
      path: `${path}/${module.name}/${encodeURIComponent(record.id)}`
    })),
    mayPurge: desk.staff.isAdministrator,
    previous: number > 1 ? withQuery(path, { module: module.name, page: String(number - 1) }) : undefined,
    next: hasMore ? withQuery(path, { module: module.name, page: String(number + 1) }) : undefined,
    path
  })
}

/** `POST /recycle-bin/:module/:id/restoration` */
export async function restoreRecord(req: Request, res: Response): Promise<void> {
  const module = moduleIn(req)
  const id = String(req.params.id)
  await req.desk.records.restore(module.name, id)
  res.redirect(303, urlFor(res, recordPath(module.name, id)))
}

/** `POST /recycle-bin/:module/:id/purge` */
export async function purgeRecord(req: Request, res: Response): Promise<void> {
  const module = moduleIn(req)
  await req.desk.records.purge(module.name, String(req.params.id))
  res.redirect(303, urlFor(res, recycleBinPath(module.name)))
}
