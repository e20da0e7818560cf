/** What a portal user is told by mail: his own page in the portal, and the page behind the link in a mail, for which nobody signs in. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { nothingTyped, readForm, submit, type ShownAgain } from '../../web/forms.js'
import { localeFor, translator, type Translate } from '../../web/locale.js'
import { page, urlFor } from '../../web/render.js'
import { configuration, type Portal } from '../configuration.js'
import { choose, recipientOf, unsubscribe } from '../notifications/choosing.js'
import { notificationKinds, preferencesOf, summaries } from '../notifications/preferences.js'
import { unsubscribeToken, unsubscriptionIn, type Unsubscription } from '../notifications/unsubscribe-token.js'
import { portalUserById } from '../people/portal-users.js'
import { baseOf } from '../portals/portals.js'
import { standingAt } from './room.js'

const form = z.strictObject({ kinds: z.array(z.enum(notificationKinds)), summary: z.enum(summaries) })

/** `/notifications`, behind the sign-in. */
export function notificationPages(context: Context): Router {
  const router = Router()
  router.get('/notifications', (req, res) => showPreferences(context, req, res, nothingTyped))
  router.post('/notifications', savePreferences(context))
  return router
}

function savePreferences(context: Context): RequestHandler {
  return (req, res) =>
    submit(
      req,
      async () => {
        await choose(context, req.viewer.person, readForm(form, req.body))
        res.redirect(303, `${await addressOf(req, res)}?saved=1`)
      },
      (again) => showPreferences(context, req, res, again)
    )
}

async function addressOf(req: Request, res: Response): Promise<string> {
  return urlFor(res, `${(await standingAt(req)).base}/notifications`)
}

async function showPreferences(context: Context, req: Request, res: Response, again: ShownAgain): Promise<void> {
  const t = translator(req.locale)
  const stored = await preferencesOf(context.db, req.viewer.person.id)
  const isRefused = Object.keys(again.errors).length > 0
  await page(
    res,
    'portal/notifications',
    {
      form: {
        action: await addressOf(req, res),
        values: isRefused ? again.typed : stored,
        errors: again.errors
      },
      kinds: notificationKinds.map((value) => ({ value, label: t(`notifications:kind.${value}`) })),
      summaries: summaries.map((value) => ({ value, label: t(`notifications:summary.${value}`) })),
      address: await mailAddressOf(context, req.viewer.person.id),
      saved: req.query['saved'] === '1' && !isRefused
    },
    { status: isRefused ? 422 : 200 }
  )
}

/** Undefined for somebody who signs in by a phone number. */
async function mailAddressOf(context: Context, portalUserId: string): Promise<string | undefined> {
  const user = await portalUserById(context.db, portalUserId)
  const profile = user.identityId ? await context.identity.profile(user.identityId) : undefined
  return profile?.address.includes('@') ? profile.address : undefined
}

/** `/portico/unsubscribe/<token>`: opening it only asks, a POST does it, with or without a person at it (RFC 8058). */
export function unsubscribePages(context: Context): Router {
  const router = Router()
  router.get('/:token', async (req, res) => showUnsubscription(context, req, res, { token: req.params.token }))
  router.post('/:token', async (req, res) => {
    await unsubscribe(context, unsubscriptionOf(context, req.params.token))
    await showUnsubscription(context, req, res, { token: req.params.token, isDone: true })
  })
  return router
}

/** @throws NotFound for a token that is not ours. */
function unsubscriptionOf({ config }: Context, token: string): Unsubscription {
  const found = unsubscriptionIn(config, token)
  if (!found) throw new NotFound()
  return found
}

/** Says nothing of the person: whoever has the mail may see it. */
async function showUnsubscription(
  context: Context,
  req: Request,
  res: Response,
  { token, isDone = false }: { token: string; isDone?: boolean }
): Promise<void> {
  const { portalUserId, from } = unsubscriptionOf(context, token)
  const user = await recipientOf(context.db, portalUserId)
  const portal = user && (await configuration(context.db)).portals.get(user.portalId)
  req.locale = localeFor(req, { door: user?.language ?? 'en' })
  const t = translator(req.locale)
  const door = portal?.name ?? t('notifications:unsubscribe.portal')
  const home = portal?.isActive ? homeOf(res, portal) : undefined
  res.locals['area'] = { kind: 'entrance', name: door, home: home ?? urlFor(res, '/'), nav: [] }
  await page(res, 'portal/unsubscribe', {
    what: whatIn(t, from, door),
    isDone,
    action: urlFor(res, `/portico/unsubscribe/${token}`),
    all: from === 'all' ? undefined : allOf(context, res, portalUserId),
    preferencesUrl: home && `${home}/notifications`
  })
}

function homeOf(res: Response, portal: Portal): string {
  return portal.customUrl ?? urlFor(res, baseOf(portal))
}

function whatIn(t: Translate, from: Unsubscription['from'], door: string): { ask: string; done: string } {
  return {
    ask: t(`notifications:unsubscribe.ask.${from}`, { door }),
    done: t(`notifications:unsubscribe.done.${from}`, { door })
  }
}

function allOf({ config }: Context, res: Response, portalUserId: string): string {
  return urlFor(res, `/portico/unsubscribe/${unsubscribeToken(config, { portalUserId, from: 'all' })}`)
}
