/** A posted form, from end to end: done, or shown again with the reason and with what was typed. */
import type { Request } from 'express'
import { PorticoError } from '../errors.js'
import { submit, typedIn, type ShownAgain } from './forms.js'
import { translator } from './locale.js'

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
    await submit(req, act, (form) => again({ ...form, notice: t('web:form.mend'), status: 422 }))
  } catch (error) {
    if (!(error instanceof PorticoError) || error.status !== 409) throw error
    await again({ errors: {}, typed: typedIn(req.body), notice: t(error.key, error.args), status: 409 })
  }
}
