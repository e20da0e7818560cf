/** Granting a deletion: what would go, what must stay and why, and how far it has come (Z30). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { ChangedMeanwhile } from '../../audit/configuration-change.js'
import { Forbidden, NotFound } from '../../errors.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { acceptDeletion } from '../privacy/decisions.js'
import { belongingsOf, choicesFor, planFrom, proposedFor, type Belongings } from '../privacy/deletion.js'
import { knownElsewhere } from '../privacy/known.js'
import { carryOut, mayGoOn } from '../privacy/erasure.js'
import { deletionParts, keepings, requestById, takeOverDeletion, type PrivacyRequest } from '../privacy/requests.js'
import { adminUrl } from './frame.js'
import { whileOn } from './privacy-frame.js'
import { decidableAt, requestUrl } from './privacy-request-pages.js'

export function deletionPage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request } = await decidableAt(context, req)
    if (request.kind !== 'delete') throw new NotFound()
    if (request.state === 'accepted') return showProgress(context, res, request)
    if (request.state !== 'open') return res.redirect(303, requestUrl(res, request))
    await showPreview(context, req, res, request)
  })
}

const form = z.object({
  revision: wholeNumber,
  part: z.array(z.enum(deletionParts)).max(10),
  answer: z.string().trim().max(5000).default('')
})
const keeping = z.enum(keepings)

export function deletePage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request } = await decidableAt(context, req)
    if (request.kind !== 'delete') throw new NotFound()
    await submitOrRefuse(
      req,
      async () => {
        const { revision, part, answer } = readForm(form, req.body)
        const belongings = await belongingsOf(context, request)
        const choices = await choicesFor(context, req.staff, belongings)
        const plan = planFrom(belongings, choices, {
          parts: part,
          modules: keptIn(req, belongings),
          staffId: req.staff.id,
          known: await knownElsewhere(context, belongings)
        })
        await acceptDeletion(context, request, { id: request.id, revision }, { answer, by: req.staff, plan })
        await goOn(context, req, res, request.id)
      },
      async (again) => {
        const now = await requestById(context.db, request.id)
        if (now.state === 'open') await showPreview(context, req, res, now, again)
        else res.redirect(303, requestUrl(res, now))
      }
    )
  })
}

/** What stays and what goes of each module: fields of the form that are called after the modules. */
function keptIn(req: Request, { modules }: Belongings): Record<string, z.infer<typeof keeping>> {
  return Object.fromEntries(
    modules.map(({ module }) => {
      const sent: unknown = req.body?.[`keep-${module.name}`]
      return [module.name, keeping.safeParse(sent).data ?? proposedFor(module)]
    })
  )
}

/** Somebody goes on with what broke off: from now on by his rights. */
export function goOnPage(context: Context): RequestHandler {
  return whileOn(context, async (req, res) => {
    const { request } = await decidableAt(context, req)
    if (request.state !== 'accepted' || !request.plan) throw new ChangedMeanwhile()
    if (!(await mayGoOn(context, req.staff, request))) throw new Forbidden()
    await takeOverDeletion(context.db, request, req.staff.id)
    await goOn(context, req, res, request.id)
  })
}

/** The first round at once; with more, a job does the rest, and the page says how far it is. */
async function goOn(context: Context, req: Request, res: Response, id: string): Promise<void> {
  const request = await requestById(context.db, id)
  const isDone = await carryOut(context, request, req.staff)
  res.redirect(303, isDone ? `${requestUrl(res, request)}?saved=1` : `${requestUrl(res, request)}/deletion`)
}

async function showProgress(context: Context, res: Response, request: PrivacyRequest): Promise<void> {
  const { modules, notes } = await belongingsOf(context, request, request.plan?.userIds)
  const going = modules.filter(({ module }) => request.plan?.modules[module.name] === 'remove')
  const catalog = await context.host.catalog(res.req.locale)
  res.setHeader('Refresh', '10')
  await page(res, 'portal-admin/privacy-progress', {
    request,
    left: [
      ...going.map(({ module, count, isCapped }) => ({
        label: catalog.modules.get(module.name)?.labelPlural ?? module.name,
        count,
        isCapped
      })),
      ...(request.plan?.parts.includes('notes') ? [{ label: undefined, count: notes, isCapped: false }] : [])
    ],
    mayGoOn: await mayGoOn(context, res.req.staff, request),
    goOnUrl: `${requestUrl(res, request)}/deletion/continuation`,
    links: { list: adminUrl(res, 'privacy', 'requests'), request: requestUrl(res, request) }
  })
}

async function showPreview(
  context: Context,
  req: Request,
  res: Response,
  request: PrivacyRequest,
  again?: Again
): Promise<void> {
  const belongings = await belongingsOf(context, request)
  const choices = await choicesFor(context, req.staff, belongings)
  const typed = again && Object.keys(again.typed).length > 0 ? again.typed : undefined
  const catalog = await context.host.catalog(req.locale)
  const chosen = typed
    ? [typed['part'] ?? []].flat()
    : choices.flatMap(({ part, isPossible }) => (isPossible ? [part] : []))
  await page(
    res,
    'portal-admin/privacy-deletion',
    {
      request,
      parts: choices.map(({ part, isPossible }) => ({
        value: part,
        isPossible,
        isChosen: chosen.includes(part),
        count: countOf(part, belongings)
      })),
      modules: belongings.modules.map(({ module, count, isCapped }) => ({
        name: `keep-${module.name}`,
        label: catalog.modules.get(module.name)?.labelPlural ?? module.name,
        count,
        isCapped,
        value: typed?.[`keep-${module.name}`] ?? proposedFor(module)
      })),
      keepings,
      isExternalUser: belongings.isExternalUser,
      form: {
        action: `${requestUrl(res, request)}/deletion`,
        revision: request.revision,
        errors: again?.errors ?? {},
        answer: typed?.['answer'] ?? ''
      },
      links: { list: adminUrl(res, 'privacy', 'requests'), request: requestUrl(res, request) },
      notice: again?.notice
    },
    { status: again?.status }
  )
}

function countOf(part: string, { users, notes, messages }: Belongings): number {
  const counts: Readonly<Record<string, number>> = {
    access: users.filter(({ status }) => status !== 'removed').length,
    notes,
    messages
  }
  return counts[part] ?? 0
}
