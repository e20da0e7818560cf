/** Administrators' page of a portal's looks: its accent colour and its logo (E01). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { readForm, wholeNumber, type Typed } from '../../web/forms.js'
import { page } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'
import { configuration, type Portal } from '../configuration.js'
import { largestLogo, longestSide, receiveLogo, saveLogo } from '../portals/logo.js'
import { sendLogo } from '../pages/appearance.js'
import { portalById } from '../portals/portals.js'
import {
  contrastsOf,
  darkShades,
  isReadable,
  lightShades,
  nearestReadable,
  readColour,
  saveAccent,
  surfaces,
  type Colour
} from '../portals/theme.js'
import { changesOf } from './changes.js'
import { adminUrl } from './frame.js'

/** Portico's own, as public/portico.css has it. */
const ownAccent: Colour = '#0f6674'

const accentForm = z.strictObject({
  revision: wholeNumber,
  accent: z.string().max(20),
  picked: z.string().max(20),
  shown: z.string().max(20),
  proposed: z.string().max(20).optional()
})
const revisionOf = z.object({ revision: wholeNumber })

export function appearancePage(context: Context): RequestHandler {
  return async (req, res) => showAppearance(context, req, res)
}

export function changeAccent(context: Context): RequestHandler {
  return saving(context, async (req, id) => {
    const form = readForm(accentForm, req.body)
    await saveAccent(context, { id, revision: form.revision }, chosenAccent(form), req.staff)
  })
}

/** A form without a file changes nothing. */
export function changeLogo(context: Context): RequestHandler {
  return saving(context, async (req, id) => {
    const { fields, logo } = await receiveLogo(req, req.staff)
    const { revision } = readForm(revisionOf, fields)
    if (logo) await saveLogo(context, { id, revision }, logo, req.staff)
  })
}

export function removeLogo(context: Context): RequestHandler {
  return saving(context, async (req, id) => {
    await saveLogo(context, { id, ...readForm(revisionOf, req.body) }, undefined, req.staff)
  })
}

/** For this page alone: the portal itself may be off. */
export function logoOfPortal(context: Context): RequestHandler {
  return async (req, res) => sendLogo(context, res, await portalAsked(context, req))
}

function saving(context: Context, act: (req: Request, portalId: string) => Promise<void>): RequestHandler {
  return (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const id = String(req.params['portal'])
        await act(req, id)
        res.redirect(303, `${adminUrl(res, id, 'appearance')}?saved=1`)
      },
      (again) => showAppearance(context, req, res, again)
    )
}

/** Of the two fields for one colour, the one that was changed counts; where both were, the written one. */
function chosenAccent({ accent, picked, shown, proposed }: Omit<z.infer<typeof accentForm>, 'revision'>): string {
  if (proposed !== undefined) return proposed
  return accent === shown && picked !== pickerValue(shown) ? picked : accent
}

/** A colour field always holds a colour. */
function pickerValue(text: string): Colour {
  return readColour(text) ?? ownAccent
}

async function portalAsked(context: Context, req: Request): Promise<Portal> {
  return portalById(await configuration(context.db), String(req.params['portal']))
}

async function showAppearance(context: Context, req: Request, res: Response, again?: Again): Promise<void> {
  const portal = await portalAsked(context, req)
  const accent = again ? accentTyped(again.typed, portal) : (portal.accent ?? '')
  const url = adminUrl(res, portal.id, 'appearance')
  await page(
    res,
    'portal-admin/appearance',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id), revision: portal.revision, isOwn: !portal.accent },
      accent: {
        value: accent,
        picked: pickerValue(accent),
        error: again?.errors['accent'],
        nearest: nearest(accent),
        url
      },
      samples: samplesOf(nearestReadable(pickerValue(portal.accent ?? ''))),
      logo: {
        url: portal.logo && `${url}/logo?v=${portal.logo}`,
        error: again?.errors['logo'],
        action: `${url}/logo`,
        removalUrl: `${url}/logo/removal`,
        size: largestLogo,
        side: longestSide
      },
      notice: again?.notice,
      saved: req.query['saved'] === '1',
      changes: await changesOf(context, req, `portal:${portal.id}`),
      listUrl: adminUrl(res)
    },
    { status: again?.status }
  )
}

function accentTyped(typed: Typed, portal: Portal): string {
  const form = accentForm.omit({ revision: true }).safeParse({
    accent: typed['accent'],
    picked: typed['picked'],
    shown: typed['shown'],
    proposed: typed['proposed']
  })
  return form.success ? chosenAccent(form.data) : (portal.accent ?? '')
}

/** What is offered in place of a colour that can't be read. */
function nearest(accent: string): Colour | undefined {
  const colour = readColour(accent)
  return colour && !isReadable(colour) ? nearestReadable(colour) : undefined
}

/** How the accent in force comes out, in both modes, with the contrasts in numbers. */
function samplesOf(accent: Colour): Record<string, unknown>[] {
  const modes = [
    ['light', lightShades(accent)],
    ['dark', darkShades(accent)]
  ] as const
  return modes.map(([mode, shades]) => ({ mode, surface: surfaces[mode][0], ...shades, ...contrastsOf(mode, shades) }))
}
