/** Deleting a user type: what goes with it, and to which other type its people are moved first (Z25). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import type { UserType } from '../configuration.js'
import { formsOfType } from '../forms/access-forms.js'
import { countByStatus } from '../people/portal-users.js'
import { deleteType, targetsFor } from '../user-types/transfer.js'
import { adminUrl } from './frame.js'
import { askToDiscardType } from './removal-pages.js'
import { frameOf, placeOf, typeUrl, type Place } from './set-up-frame.js'
import { discardPage } from './user-type-summary.js'

const removalForm = z.strictObject({ revision: wholeNumber, target: z.string().max(36).optional() })

/** `GET /user-types/:type/removal`; what was never finished is only given up. */
export function askToDeleteType(context: Context): RequestHandler {
  const discard = askToDiscardType(context)
  return async (req, res, next) => {
    const place = await placeOf(context, req)
    const isFinished = place.userType.setUp === undefined && !place.userType.isBuiltIn
    await (isFinished ? showRemoval(context, req, res, place) : discard(req, res, next))
  }
}

/** `POST /user-types/:type/removal` */
export function deleteTypePage(context: Context): RequestHandler {
  const discard = discardPage(context)
  return async (req, res, next) => {
    const { userType } = await placeOf(context, req)
    const isFinished = userType.setUp === undefined && !userType.isBuiltIn
    await (isFinished ? submitRemoval(context, req, res, userType) : discard(req, res, next))
  }
}

function submitRemoval(context: Context, req: Request, res: Response, { id, portalId }: UserType): Promise<void> {
  return submitOrRefuse(
    req,
    async () => {
      const { revision, target } = readForm(removalForm, req.body)
      const moved = await deleteType(context, { id, revision }, target || undefined, req.staff)
      res.redirect(303, `${adminUrl(res, portalId)}?moved=${moved}`)
    },
    async (again) => showRemoval(context, req, res, await placeOf(context, req), again)
  )
}

async function showRemoval(context: Context, req: Request, res: Response, place: Place, again?: Again): Promise<void> {
  const { userType, catalog } = place
  const targets = await targetsFor(context, userType)
  const { removed: _gone, ...counts } = await countByStatus(context.db, userType.id)
  const releases = userType.releases.map(({ module }) => catalog.modules.get(module)?.labelPlural ?? module)
  await page(
    res,
    'portal-admin/type-removal',
    {
      ...frameOf(res, place),
      revision: userType.revision,
      counts: Object.entries(counts).filter(([, users]) => users > 0),
      people: Object.values(counts).reduce((sum, users) => sum + users, 0),
      targets: targets.map(({ type, hasRoom }) => ({ value: type.id, label: type.name, disabled: !hasRoom })),
      canMove: targets.some(({ hasRoom }) => hasRoom),
      modules: releases.join(', '),
      forms: (await formsOfType(context.db, userType.id)).map(({ name }) => name).join(', '),
      chosen: again?.typed['target'],
      action: `${typeUrl(res, userType.id)}/removal`,
      cancelUrl: typeUrl(res, userType.id),
      notice: again?.notice
    },
    { status: again?.status }
  )
}
