/** What the administrators' pages share: their addresses, a form that is shown again, the list of changes. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import { submit, typedIn, type ShownAgain } from '../../web/forms.js'
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

export interface ShownChange {
  readonly at: string
  readonly by: string
  readonly action: string
  /** The module that was released or taken back; whose eyes a preview was through. */
  readonly about: string | undefined
  readonly details: readonly { readonly name: string; readonly before: string; readonly after: string }[]
}

/** The last changes of what `subject` names, newest first. */
export async function changesOf(context: Context, req: Request, subject: string): Promise<ShownChange[]> {
  const t = translator(req.locale)
  const entries = await context.audit.list({ subject, limit: 10 })
  return entries.map((entry) => ({
    at: entry.at,
    by: entry.actor.name,
    action: t(`portal:audit.${entry.action.replaceAll('.', '-')}`),
    about: subjectIn(partsOf(entry.after ?? entry.before)),
    details: differences(entry.before, entry.after)
  }))
}

function subjectIn(parts: Readonly<Record<string, string>>): string | undefined {
  return parts['module'] ?? parts['portalUser'] ?? parts['userType']
}

function differences(before: unknown, after: unknown): ShownChange['details'] {
  const old = partsOf(before)
  const now = partsOf(after)
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
    (name) => !(name in old) || !(name in now) || old[name] !== now[name]
  )
  return names
    .filter((name) => name !== 'id' && name !== 'revision')
    .map((name) => ({ name, before: old[name] ?? '', after: now[name] ?? '' }))
}

function partsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, typeof part === 'string' ? part : JSON.stringify(part)])
  )
}
