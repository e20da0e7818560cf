/** One external user: who he is, his projects, his module rights (T06), his account (T10), and for administrators his sign-in (T04). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { lookUpAll } from '../../access/question.js'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import type { Staff } from '../../host/host.js'
import { needs, type PermittedRouter } from '../../web/permitted.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { closingFor } from '../closing.js'
import { changeRights, deactivate, externalUserById, subjectOf, type ExternalUser } from '../external-users.js'
import { inviteAgain, restore } from '../invitation.js'
import { kinds } from '../kinds.js'
import { moduleRights } from '../module-rights.js'
import { mustHavePower, powerOver, type Power } from '../power.js'
import { projectWorld, type ProjectWorld } from '../project-settings.js'
import { outcomeFor } from '../record-people.js'
import { projectsOfPerson } from '../user-search.js'
import { doneIn, guestsUrl, projectUrl, sectionPage } from './frame.js'
import { userChanges } from './told-changes.js'
import { shownSignIn, signInPages } from './user-sign-in.js'
import { openChanges, shownStatus } from './user-shown.js'

export function onePages(router: PermittedRouter, context: Context): void {
  const { users } = needs
  router.get('/users/:user', users, (req, res) => showUser(context, req, res))
  router.post('/users/:user/rights', users, saveRights(context))
  signInPages(router, context, showUser)
  router.post('/users/:user/:change', users, changeUser(context))
}

type UserChange = (context: Context, id: string, by: Staff) => Promise<void>

const statusChanges: Readonly<Record<string, UserChange>> = {
  invitation: inviteAgain,
  deactivation: deactivate,
  activation: restore
}

const outcomes = ['rights', 'force', 'waive', 'phone', 'reset', ...Object.keys(statusChanges)]

async function showUser(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const user = await externalUserById(context.db, String(req.params['user']))
  const t = context.t(req.locale)
  const world = await projectWorld(context.db, await context.host.catalog(req.locale))
  const url = guestsUrl(res, 'users', user.id)
  const power = await powerOver(context, req.staff, user.id)
  const locals = {
    power,
    user: {
      ...user,
      url,
      status: shownStatus(t, user),
      recordUrl: context.host.recordUrl(user.module, user.recordId),
      actions: changesOpen(user, power).map((change) => ({
        label: t(`external:change.${change}`),
        url: `${url}/${change}`,
        question: change === 'deactivation' ? t('guests-admin:ask.deactivation', { name: user.name }) : undefined
      }))
    },
    projects: world ? await projectsShown(context, req, res, world, user) : { rows: [], hidden: 0 },
    rights: await rightsShown(context, req, world, user, again),
    signIn: await shownSignIn(context, req, user, again),
    changes: await userChanges(context, req, subjectOf(user)),
    done: doneIn(req, outcomes)
  }
  await sectionPage(context, req, res, { section: 'users', view: 'user', locals, again })
}

function changesOpen({ status }: ExternalUser, power: Power): readonly string[] {
  return power === 'none' ? [] : openChanges[status]
}

const mostProjects = 100

/** Those that the CRM shows, with whether they are open to him now; of the others how many there are. */
async function projectsShown(
  context: Context,
  req: Request,
  res: Response,
  world: ProjectWorld,
  user: ExternalUser
): Promise<{ rows: Record<string, unknown>[]; hidden: number }> {
  const t = context.t(req.locale)
  const { module } = world
  const ids = await projectsOfPerson(context.db, module.name, user.id, mostProjects)
  const titles = await lookUpAll(context.kernel, module.name, ids, [module.title])
  const rows: Record<string, unknown>[] = []
  for (const id of ids) {
    const record = titles.get(id)
    if (!record || !(await context.host.allows(req.staff, 'view', module.name, id))) continue
    const isOpen = (await outcomeFor(context, user, { module: module.name, id })) !== 'none'
    const why = isOpen ? '' : t(`guests-admin:closing.${await closingFor(context, world, user, id)}`)
    rows.push({ title: record.title, url: projectUrl(res, id), isOpen, why })
  }
  return { rows, hidden: titles.size - rows.length }
}

async function rightsShown(
  context: Context,
  req: Request,
  world: ProjectWorld | undefined,
  user: ExternalUser,
  again: Again | undefined
): Promise<Record<string, unknown>> {
  const t = context.t(req.locale)
  const kept = await moduleRights(context.db, user.id)
  const typed = again?.typed['rights-form'] === undefined ? undefined : again.typed
  return {
    revision: typed?.['revision'] ?? user.revision,
    yes: kinds.flatMap((kind) => (kept.has(kind) ? [t(`external:kind.${kind}`)] : [])).join(', '),
    rows: kinds.map((kind) => ({
      kind,
      label: t(`external:kind.${kind}`),
      value: typed ? typed[kind] : kept.has(kind) ? 'yes' : 'no',
      module: world?.parts.get(kind)?.module.labelPlural
    }))
  }
}

function saveRights(context: Context): RequestHandler {
  const answers = Object.fromEntries(kinds.map((kind) => [kind, z.enum(['yes', 'no'])]))
  const form = z.strictObject({ revision: wholeNumber, 'rights-form': z.string().max(1), ...answers })
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = String(req.params['user'])
        const { revision, ...typed } = readForm(form, req.body)
        const answer: Readonly<Record<string, unknown>> = typed
        const wanted = new Set(kinds.filter((kind) => answer[kind] === 'yes'))
        const seen = { id, revision }
        await mustHavePower(context, req.staff, id, 'all')
        await context.db.transaction((trx) => changeRights(context, seen, wanted, req.staff, trx))
        res.redirect(303, `${guestsUrl(res, 'users', id)}?done=rights`)
      },
      (again) => showUser(context, req, res, again)
    )
}

/** `POST /users/:user/deactivation` and its like. */
function changeUser(context: Context): RequestHandler {
  return async (req, res) => {
    const name = String(req.params['change'])
    const change = Object.hasOwn(statusChanges, name) ? statusChanges[name] : undefined
    if (!change) throw new NotFound()
    const id = String(req.params['user'])
    const act = async (): Promise<void> => {
      readForm(z.strictObject({}), req.body)
      await mustHavePower(context, req.staff, id, 'some')
      await change(context, id, req.staff)
      res.redirect(303, `${guestsUrl(res, 'users', id)}?done=${name}`)
    }
    await submitOrRefuse(req, act, (again) => showUser(context, req, res, again))
  }
}
