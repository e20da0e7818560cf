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

export function sectionUrl(res: Response, section: Section): string {
  return sharingUrl(res, ...(section === 'defaults' ? [] : [section]))
}

export interface SharingPage {
  readonly section: Section
  readonly view: string
  readonly locals: object
  /** A form that comes again. */
  readonly again?: Again | undefined
}

/** Renders `global-sharing/<view>` below the links to the other sections, with what is staged and with a form's refusal.
 *  `?saved=1` in the address says that something was. */
export async function sharingPage(
  context: Context,
  req: Request,
  res: Response,
  { section, view, locals, again }: SharingPage
): Promise<void> {
  const { isStaged, isWhole, changedAt, changedBy } = await draft(context.db)
  const t = context.t(req.locale)
  const links = sections.map((name) => ({
    url: sectionUrl(res, name),
    label: t(`sharing:section.${name}`),
    isHere: name === section
  }))
  const frame = {
    sections: links,
    home: { label: t('sharing:menu.label'), url: sharingUrl(res) },
    section: { label: t(`sharing:section.${section}`), url: sectionUrl(res, section) },
    staged: isStaged ? { isWhole, at: changedAt, by: changedBy, url: sectionUrl(res, 'recalculation') } : undefined,
    saved: req.method === 'GET' && req.query['saved'] === '1'
  }
  await page(
    res,
    `global-sharing/${view}`,
    { ...locals, frame, notice: again?.notice, errors: again?.errors ?? {}, typed: again?.typed ?? {} },
    { status: again?.status ?? 200 }
  )
}
