/** The first page after sign-in: what is mine to do, and what happened lately in the modules I follow; and the one search over all. */
import type { Request, RequestHandler, Response } from 'express'
import { page } from '../../../web/render.js'
import type { Module } from '../../catalog.js'
import type { Crm } from '../crm.js'
import type { Desk } from './desk.js'
import { shownEntry, type ShownEntry } from './feed-shown.js'
import { listPath, recordPath, withQuery } from './paths.js'
import { followedModules } from './profile.js'
import { recordTable } from './record-table.js'

const shownOfMine = 5
const shownOfStream = 15

/** Modules whose records are work to do, and the states in which they are done. */
const work: Readonly<Record<string, string>> = { Case: 'Closed', Task: 'Done', Deal: 'Won' }

/** `GET /` */
export function showHome(crm: Crm): RequestHandler {
  return async (req, res) => {
    const { desk } = req
    const mine = desk.modules.filter(({ name }) => name in work)
    await page(res, 'crm/home', {
      name: desk.staff.name,
      mine: await Promise.all(mine.map((module) => mineOf(desk, module))),
      stream: await streamOf(desk, await followedModules(crm, desk))
    })
  }
}

async function mineOf(desk: Desk, module: Module) {
  const state = module.fields.has('status') ? 'status' : 'stage'
  const done = work[module.name]!
  const filter = [
    { field: module.owner!, operator: '=', value: desk.staff.id },
    { field: state, operator: '≠', value: done }
  ] as const
  const [found, total] = await Promise.all([
    desk.records.list(module.name, { filter, limit: shownOfMine }),
    desk.records.count(module.name, { filter })
  ])
  const path = withQuery(listPath(module.name), { mine: '1', field: state, operator: '≠', value: done })
  return { module, total, table: recordTable(desk, module, found.records, ['assignedUser', 'account']), path }
}

async function streamOf(
  desk: Desk,
  modules: readonly string[]
): Promise<(ShownEntry & { title: string; path: string })[]> {
  const entries = await desk.records.stream(modules, shownOfStream)
  const shown = entries.map(async (entry) => {
    const module = desk.catalog.modules.get(entry.module)!
    const record = await desk.records.find(entry.module, entry.recordId)
    return {
      ...(await shownEntry(desk, module, entry)),
      title: record.title,
      path: recordPath(entry.module, entry.recordId)
    }
  })
  return Promise.all(shown)
}

/** `GET /search` */
export async function showSearch(req: Request, res: Response): Promise<void> {
  const { desk } = req
  const search = typeof req.query.q === 'string' ? req.query.q.trim().slice(0, 100) : ''
  const found = search === '' ? [] : await desk.records.search(search, 5)
  await page(res, 'crm/search', {
    search,
    groups: found.flatMap(({ module: name, records }) => {
      const module = desk.catalog.modules.get(name)
      if (!module || records.length === 0) return []
      return [{ module, table: recordTable(desk, module, records), path: withQuery(listPath(name), { q: search }) }]
    })
  })
}
