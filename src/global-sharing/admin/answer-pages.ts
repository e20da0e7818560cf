/** Where questions about sharing begin: which record, which person (S11). */
import { Router, type Request, type Response } from 'express'
import { canCompile, type Compiler } from '../../access/compile.js'
import { all, always, compare } from '../../access/condition.js'
import { insideRecords } from '../../access/inside.js'
import type { Context } from '../../context.js'
import type { Catalog, Module } from '../../host/catalog.js'
import { queryText } from '../../web/paging.js'
import { inForce } from '../in-force.js'
import { narrowing } from '../scope.js'
import { askableModules, peopleNamed, personAnswerUrl, recordAnswerUrl, searchIn } from './answer-frame.js'
import { sharingPage, sharingUrl } from './frame.js'
import { showPerson } from './person-pages.js'
import { showRecord } from './record-pages.js'

export function answerPages(context: Context): Router {
  const router = Router()
  router.get('/', (req, res) => showAnswers(context, req, res))
  router.get('/record/:module/:id', (req, res) => showRecord(context, req, res))
  router.get('/person/:staff', (req, res) => showPerson(context, req, res))
  return router
}

const mostFound = 20

async function showAnswers(context: Context, req: Request, res: Response): Promise<void> {
  const catalog = await context.host.catalog(req.locale)
  const address = queryText(req, 'address', 1000)
  const pasted = address === undefined ? undefined : await recordAt(context, req, catalog, address)
  if (pasted) return res.redirect(303, recordAnswerUrl(res, pasted))
  const modules = askableModules(catalog)
  const chosen = modules.find(({ name }) => name === queryText(req, 'module')) ?? modules[0]
  const locals = {
    action: sharingUrl(res, 'answers'),
    modules: modules.map(({ name, labelPlural }) => ({
      value: name,
      label: labelPlural,
      isChosen: name === chosen?.name
    })),
    title: searchIn(req),
    records: chosen && searchIn(req) !== '' ? await recordsCalled(context, req, res, chosen) : undefined,
    address: address ?? '',
    isNoAddress: address !== undefined,
    who: searchIn(req, 'who'),
    people: await peopleCalled(context, req, res),
    limit: mostFound
  }
  await sharingPage(context, req, res, { section: 'answers', view: 'answers', locals })
}

/** The record an address of the CRM, or of a page of ours, leads to: the last part that names a module, and the id behind it.
 *  One that the CRM would not show him is none. */
async function recordAt(
  context: Context,
  req: Request,
  catalog: Catalog,
  address: string
): Promise<{ module: string; id: string } | undefined> {
  const parts = address.split(/[/#?&=\s]+/).map(decoded)
  const at = parts.findLastIndex((part) => askableModules(catalog).some(({ name }) => name === part))
  const module = parts[at]
  const id = parts[at + 1] === 'view' ? parts[at + 2] : parts[at + 1]
  if (module === undefined || id === undefined || id === '') return undefined
  return (await context.host.allows(req.staff, 'view', module, id)) ? { module, id } : undefined
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Records with these words in their title, among those that the CRM shows him. */
async function recordsCalled(
  context: Context,
  req: Request,
  res: Response,
  module: Module
): Promise<{ title: string; url: string }[]> {
  const compiler: Compiler = { catalog: await context.host.catalog('en'), dialect: context.kernel.dialect }
  const called = compare(module.title, 'contains', searchIn(req))
  if (!canCompile(compiler, module, called)) return []
  const { organization } = await inForce(context.db)
  const seen = narrowing(organization, compiler, { module: module.name, action: 'view', staff: req.staff }) ?? always
  const ask = { module: module.name, when: all(called, seen), limit: mostFound }
  const found = await insideRecords(context.kernel, ask)
  const shown = await Promise.all(found.map(({ id }) => context.host.allows(req.staff, 'view', module.name, id)))
  return found
    .filter((_, index) => shown[index])
    .map(({ id, title }) => ({ title: title || id, url: recordAnswerUrl(res, { module: module.name, id }) }))
}

async function peopleCalled(
  context: Context,
  req: Request,
  res: Response
): Promise<{ name: string; userName: string; url: string }[] | undefined> {
  if (searchIn(req, 'who') === '') return undefined
  const people = peopleNamed(await context.host.people(), searchIn(req, 'who')).slice(0, mostFound)
  return people.map(({ id, name, userName }) => ({ name, userName, url: personAnswerUrl(res, id) }))
}
