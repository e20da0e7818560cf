/** What external users may do with one record, said by staff: for the group External and for each person (T07); of a project that is its
 *  security (T01). For calls, tasks, appointments and notes also who is responsible (T06). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { Invalid, NotFound } from '../../errors.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { isPaper } from '../kinds.js'
import { rights, type Effect, type RecordRights, type Right } from '../object-rights.js'
import { projectsOf } from '../project.js'
import type { ProjectWorld } from '../project-settings.js'
import { hasResponsible, placeOf, titleOf, type PlaceInWorld } from '../record-people.js'
import { changeResponsible, changeRecordRights, rightsSubject } from '../record-rights.js'
import { doneIn, guestsUrl, projectPage, projectUrl } from './frame.js'
import { recordChanges } from './record-changes.js'
import { shownPeople, shownRights } from './record-shown.js'

export function recordPages(router: PermittedRouter, context: Context): void {
  const { users } = needs
  router.get('/projects/:project/security', users, showPage(context))
  router.post('/projects/:project/security', users, saveRights(context))
  router.use('/records/:module/:record', users, mustSeeRecord(context))
  router.get('/records/:module/:record', users, showPage(context))
  router.post('/records/:module/:record', users, saveRights(context))
  router.post('/records/:module/:record/responsible', users, saveResponsible(context))
}

/** A record that the CRM shows, or lets change, and that is one of those that belong to projects. */
function mustSeeRecord(context: Context): RequestHandler {
  return async (req, _res, next) => {
    const { place, id } = await subjectIn(context, req)
    const right = req.method === 'GET' ? 'view' : 'edit'
    if (!(await context.host.allows(req.staff, right, place.module.name, id))) throw new NotFound()
    next()
  }
}

interface Subject {
  readonly world: ProjectWorld
  readonly place: PlaceInWorld
  readonly id: string
}

/** The project or the record that the address names. @throws NotFound */
async function subjectIn(context: Context, req: Request): Promise<Subject> {
  const world = await projectsOf(context, req.locale)
  const { project, module, record } = req.params
  const place = placeOf(world, project === undefined ? String(module) : world.module.name)
  if (!place) throw new NotFound()
  return { world, place, id: String(project ?? record) }
}

function showPage(context: Context): RequestHandler {
  return (req, res) => show(context, req, res)
}

const outcomes = ['rights', 'responsible']

async function show(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const { world, place, id } = await subjectIn(context, req)
  const { module } = place
  const at = { module: module.name, id }
  const people = await shownPeople(context, req, { world, place, id })
  const locals = {
    rights: await shownRights(context, req, { at, world, place, people, again, res }),
    people: { chosen: chosenIn(again) ?? people.responsible, ...people, has: hasResponsible(place) },
    changes: await recordChanges(context, req, rightsSubject(at, world.module.name), people.all),
    isOnlyRead: isOnlyRead(place),
    mayEdit: await context.host.allows(req.staff, 'edit', module.name, id),
    done: doneIn(req, outcomes)
  }
  if (place.kind === 'project')
    return projectPage(context, req, res, {
      section: 'security',
      view: 'security',
      locals: { ...locals, urls: urlsOf(res, req) },
      again
    })
  const record = {
    title: await titleOf(context, module, id),
    module: module.label,
    recordUrl: context.host.recordUrl(module.name, id)
  }
  const shown = { ...locals, record, urls: urlsOf(res, req), notice: again?.notice, errors: again?.errors ?? {} }
  await page(res, 'external-users/record', shown, { status: again?.status })
}

/** Whatever is said, nobody from outside writes or deletes it (T05, T06). */
function isOnlyRead({ kind }: PlaceInWorld): boolean {
  if (kind === 'project' || kind === 'folders') return kind === 'project'
  return isPaper(kind) || kind === 'emails' || kind === 'members'
}

function chosenIn(again: Again | undefined): readonly string[] | undefined {
  const typed = again?.typed['shownResponsible'] === undefined ? undefined : (again.typed['responsible'] ?? [])
  return typed === undefined ? undefined : [typed].flat()
}

function urlsOf(res: Response, req: Request): { readonly rights: string; readonly responsible: string } {
  const { project, module, record } = req.params
  if (project !== undefined) return { rights: projectUrl(res, String(project), 'security'), responsible: '' }
  const place = ['records', String(module), String(record)]
  return { rights: guestsUrl(res, ...place), responsible: guestsUrl(res, ...place, 'responsible') }
}

// --- saving ---

const effect = z.enum(['', 'allow', 'deny'])
const wordOf = (grantee: string, right: Right): string => `${right}-${grantee}`

function saveRights(context: Context): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { world, place, id } = await subjectIn(context, req)
        const at = { module: place.module.name, id }
        const { grantees } = await shownPeople(context, req, { world, place, id })
        const { stamp, wanted } = wantedIn(req, grantees)
        const subject = rightsSubject(at, world.module.name)
        await changeRecordRights(context, { at, stamp, wanted, subject }, req.staff)
        res.redirect(303, `${urlsOf(res, req).rights}?done=rights`)
      },
      (again) => show(context, req, res, again)
    )
}

/** Of those whom the page showed and the form names; whoever it does not name keeps what he has. */
function wantedIn(req: Request, grantees: readonly string[]): { stamp: string; wanted: RecordRights } {
  const words = grantees.flatMap((grantee) =>
    rights.map((right) => [wordOf(grantee, right), effect.optional()] as const)
  )
  const typed = readForm(z.strictObject({ stamp: z.string().max(64), ...Object.fromEntries(words) }), req.body) as {
    stamp: string
  } & Record<string, Effect | '' | undefined>
  const wanted = grantees.flatMap((grantee) => {
    const said = rights.map((right) => [right, typed[wordOf(grantee, right)]] as const)
    if (said.every(([, value]) => value === undefined)) return []
    return [[grantee, Object.fromEntries(said.filter(([, value]) => value))] as const]
  })
  return { stamp: typed.stamp, wanted: new Map(wanted) }
}

function saveResponsible(context: Context): RequestHandler {
  const ids = z.array(z.string().max(36)).max(100)
  const form = z.strictObject({ responsible: ids, shownResponsible: z.string().max(5000) })
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { world, place, id } = await subjectIn(context, req)
        if (!hasResponsible(place)) throw new NotFound()
        const { responsible, shownResponsible } = readForm(form, req.body)
        const people = await shownPeople(context, req, { world, place, id })
        if (responsible.some((one) => !people.choices.some(({ value }) => value === one)))
          throw new Invalid({ responsible: { key: 'errors.field.option' } })
        const at = { module: place.module.name, id }
        const wanted = [...responsible, ...people.hiddenResponsible]
        const shown = shownResponsible.split(' ').filter(Boolean)
        const change = { at, shown, wanted, subject: rightsSubject(at, world.module.name) }
        await changeResponsible(context, change, req.staff)
        res.redirect(303, `${urlsOf(res, req).rights}?done=responsible`)
      },
      (again) => show(context, req, res, again)
    )
}
