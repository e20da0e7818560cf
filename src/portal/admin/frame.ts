/** What the administrators' pages share: their addresses, a form that is shown again, the list of changes. */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Seen } from '../../audit/configuration-change.js'
import type { Context } from '../../context.js'
import { readForm, wholeNumber } from '../../web/forms.js'
import { urlFor } from '../../web/render.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'

export const adminPath = '/portico/admin/portals'

/** Address of an administrators' page as the browser sees it. */
export function adminUrl(res: Response, ...rest: string[]): string {
  return urlFor(res, [adminPath, ...rest.map(encodeURIComponent)].join('/'))
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
