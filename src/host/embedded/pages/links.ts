/** What is linked to a record, in full; and putting records there or taking them away, where a table keeps the link. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import { line, readForm } from '../../../web/forms.js'
import { page, urlFor } from '../../../web/render.js'
import { moduleIn } from './desk.js'
import { linkPath, newPath, recordPath, withQuery } from './paths.js'
import { choicesIn } from './record-form.js'
import { newValues } from './link-boxes.js'
import { linkIn } from './record-page.js'
import { recordTable } from './record-table.js'

const limit = 25

/** `GET /:module/:id/links/:link` */
export async function showLink(req: Request, res: Response): Promise<void> {
  const { desk } = req
  const module = moduleIn(req)
  const record = await desk.records.find(module.name, String(req.params.id))
  const link = linkIn(req, module)
  const target = desk.catalog.modules.get(link.to)!
  const number = Math.max(Math.trunc(Number(req.query.page)) || 1, 1)
  const found = await desk.records.related(module.name, record.id, link.name, { page: number, limit })
  const path = linkPath(module.name, record.id, link.name)
  const values = newValues(target, link, record)
  await page(res, 'crm/link', {
    module,
    record,
    link,
    target,
    table: recordTable(desk, target, found.records, Object.keys(values ?? {})),
    previous: number > 1 ? withQuery(path, { page: String(number - 1) }) : undefined,
    next: found.hasMore ? withQuery(path, { page: String(number + 1) }) : undefined,
    path,
    recordPath: recordPath(module.name, record.id),
    newPath: values && (await desk.records.may(target.name)).has('create') ? newPath(target.name, values) : undefined,
    choice: values ? undefined : await choice(req, link.to)
  })
}

async function choice(req: Request, module: string) {
  const search = typeof req.query.q === 'string' ? req.query.q.slice(0, 100) : ''
  const { found, hasMore } = await choicesIn(req.desk, module, search.trim())
  return { search, options: found, hasMore }
}

/** `POST /:module/:id/links/:link` */
export async function addLinked(req: Request, res: Response): Promise<void> {
  const { id } = readForm(z.object({ id: line(36) }), req.body)
  const module = moduleIn(req)
  const link = linkIn(req, module)
  await req.desk.records.link(module.name, String(req.params.id), link.name, id)
  backToLink(req, res)
}

/** `POST /:module/:id/links/:link/:other/removal` */
export async function removeLinked(req: Request, res: Response): Promise<void> {
  const module = moduleIn(req)
  const link = linkIn(req, module)
  await req.desk.records.unlink(module.name, String(req.params.id), link.name, String(req.params.other))
  backToLink(req, res)
}

function backToLink(req: Request, res: Response): void {
  res.redirect(303, urlFor(res, linkPath(moduleIn(req).name, String(req.params.id), String(req.params.link))))
}
