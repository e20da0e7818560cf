/** What the pages of global sharing share: their addresses, the links between them, and what is staged. */
import type { Request, Response } from 'express'
import type { Context } from '../../context.js'
import { page, urlFor } from '../../web/render.js'
import type { Again } from '../../web/submit.js'
import { draft } from '../draft.js'

export const adminPath = '/portico/admin/sharing'

/** Address of a page of global sharing as the browser sees it. */
export function sharingUrl(res: Response, ...rest: string[]): string {
  return urlFor(res, [adminPath, ...rest.map(encodeURIComponent)].join('/'))
}

/** The pages that stand beside each other, in the order administrators need them. */
export const sections = [
  'defaults',
  'roles',
  'people',
  'profiles',
  'groups',
  'rules',
  'recalculation',
  'answers',
  'help'
] as const
export type Section = (typeof sections)[number]

/** Renders `global-sharing/<view>` below the links to the other sections, with what is staged and with a form's refusal. */
export async function sharingPage(
  context: Context,
  req: Request,
  res: Response,
  { section, view, locals, again }: { section: Section; view: string; locals: object; again?: Again | undefined }
): Promise<void> {
  const { isStaged, changedAt, changedBy } = await draft(context.db)
  const t = context.t(req.locale)
  const links = sections.map((name) => ({
    url: sharingUrl(res, ...(name === 'defaults' ? [] : [name])),
    label: t(`sharing:section.${name}`),
    isHere: name === section
  }))
  const frame = { sections: links, staged: isStaged ? { at: changedAt, by: changedBy } : undefined }
  await page(
    res,
    `global-sharing/${view}`,
    { ...locals, frame, notice: again?.notice, errors: again?.errors ?? {}, typed: again?.typed ?? {} },
    { status: again?.status ?? 200 }
  )
}
