/** Moving through lists: the cursor of this page, and the addresses of the ones before and behind it. */
import type { Request } from 'express'

export interface PageLinks {
  readonly previous: string | undefined
  readonly next: string | undefined
}

const longestCursor = 2000
/** How many pages back a visitor can go; the cursors stand in the address. */
const longestTrail = 20

/** A query parameter that came once, trimmed, at most `longest` characters of it; otherwise undefined. */
export function queryText(req: Request, name: string, longest = 100): string | undefined {
  const value: unknown = req.query[name]
  const text = typeof value === 'string' ? value.trim().slice(0, longest) : ''
  return text === '' ? undefined : text
}

/** The cursor that the list asks the records for. */
export function cursorOf(req: Request): string | undefined {
  return queryText(req, 'after', longestCursor)
}

/** The links for `_pager`; `next` is the cursor the list gave. All other parameters of the address are kept. */
export function pageLinks(req: Request, next: string | undefined): PageLinks {
  const here = cursorOf(req)
  const trail = (queryText(req, 'trail', longestCursor * longestTrail) ?? '').split('~').filter(Boolean)
  const behind = here === undefined ? [] : [...trail, here].slice(-longestTrail)
  return {
    previous: here === undefined ? undefined : addressWith(req, trail.at(-1), trail.slice(0, -1)),
    next: next === undefined ? undefined : addressWith(req, next, behind)
  }
}

const longestSkip = 1_000_000
/** What a page was told of the deed before it; the next page is none of it. */
const notices = ['done', 'nobody']

/** How many rows stand before this page, in lists that count them: `?skip=`. */
export function skipIn(req: Request): number {
  return Math.min(Math.max(Math.trunc(Number(queryText(req, 'skip') ?? 0)) || 0, 0), longestSkip)
}

/** The links for `_pager` of such a list at the address `here`; what else is asked for is kept. */
export function skipLinks(
  req: Request,
  { here, perPage, hasMore }: { here: string; perPage: number; hasMore: boolean }
): PageLinks {
  const skip = skipIn(req)
  const to = (rows: number): string => {
    const kept = new URLSearchParams(req.originalUrl.split('?')[1] ?? '')
    for (const notice of notices) kept.delete(notice)
    kept.set('skip', String(rows))
    return `${here}?${kept}`
  }
  return {
    previous: skip > 0 ? to(Math.max(0, skip - perPage)) : undefined,
    next: hasMore ? to(skip + perPage) : undefined
  }
}

/** Relative, so that it holds below any mount path. */
function addressWith(req: Request, after: string | undefined, trail: readonly string[]): string {
  const kept = new URLSearchParams(req.originalUrl.split('?')[1] ?? '')
  kept.delete('after')
  kept.delete('trail')
  if (after !== undefined) kept.set('after', after)
  if (trail.length > 0) kept.set('trail', trail.join('~'))
  return `?${kept}`
}
