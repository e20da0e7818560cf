/** What the administrators' pages share: their addresses, a form that is shown again, the list of changes. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import { readForm, submit, typedIn, wholeNumber, type ShownAgain } from '../../web/forms.js'
import { translator } from '../../web/locale.js'
import { urlFor } from '../../web/render.js'

export const adminPath = '/portico/admin/portals'

/** Address of an administrators' page as the browser sees it. */
export function adminUrl(res: Response, ...rest: string[]): string {
  return urlFor(res, [adminPath, ...rest.map(encodeURIComponent)].join('/'))
}

export interface Again extends ShownAgain {
  /** A refusal of the whole, not of one field. */
  readonly notice: string | undefined
  readonly status: number
}

/** Runs `act`; what can't be taken, and what somebody else was faster with, shows the form again with what was typed. */
export async function submitOrRefuse(
  req: Request,
  act: () => Promise<void>,
  again: (form: Again) => Promise<void>
): Promise<void> {
  const t = translator(req.locale)
  try {
    await submit(req, act, (form) => again({ ...form, notice: t('portal:form.mend'), status: 422 }))
  } catch (error) {
    if (!(error instanceof PorticoError) || error.status !== 409) throw error
    await again({ errors: {}, typed: typedIn(req.body), notice: t(error.key, error.args), status: 409 })
  }
}

/** What a button does to what its page is about, with the revision that the page showed. */
type Act = (context: Context, seen: Seen, req: Request) => Promise<void>
type Show = (context: Context, req: Request, res: Response, again: Again) => Promise<void>

const buttonForm = z.strictObject({ revision: wholeNumber })

/** The buttons on the page of what the address names as `:<name>`: each does its act and leads to a page; refused, `show` shows
 *  the page as it is now. */
export function buttonsOn(
  name: string,
  show: Show
): (act: Act, next: (req: Request, res: Response) => string) => (context: Context) => RequestHandler {
  return (act, next) => (context) => (req, res) =>
    submitOrRefuse(
      req,
      async () => {
        const { revision } = readForm(buttonForm, req.body)
        await act(context, { id: String(req.params[name]), revision }, req)
        res.redirect(303, next(req, res))
      },
      (again) => show(context, req, res, { ...again, typed: {} })
    )
}
