/** Routes of pages with a form: the same page shows it at first and again, with what was typed and why it was not taken. */
import type { Request, RequestHandler, Response } from 'express'
import type { Context } from '../../context.js'
import { submitOrRefuse, type Again } from '../../web/submit.js'

export type Show = (context: Context, req: Request, res: Response, again?: Again) => Promise<void>
export type Act = (context: Context, req: Request, res: Response) => Promise<void>

export function shower(context: Context): (view: Show) => RequestHandler {
  return (view) => (req, res) => view(context, req, res)
}

export function saver(context: Context): (act: Act, view: Show) => RequestHandler {
  return (act, view) => (req, res) =>
    submitOrRefuse(
      req,
      () => act(context, req, res),
      (again) => view(context, req, res, again)
    )
}
