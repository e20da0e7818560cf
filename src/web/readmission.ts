/** Requests that take long: who stands behind one is asked anew while it runs, as he was when it came in (A24, A28). */
import type { Request } from 'express'
import type { Viewer } from '../access/viewer.js'
import { forgetAnswers } from '../db/within-request.js'

type Ask = () => Promise<Viewer | undefined>

const asks = new WeakMap<Request, Ask>()

/** How to find out who stands behind this request from now on; said by whoever let it in. */
export function readmitBy(req: Request, ask: Ask): void {
  asks.set(req, ask)
}

/** Whoever stands behind the request, by what holds now; undefined once he may not come in any more, and where nobody can say. */
export async function readmitted(req: Request): Promise<Viewer | undefined> {
  forgetAnswers()
  return asks.get(req)?.()
}
