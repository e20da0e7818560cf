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

/** Relative, so that it holds below any mount path. */
function addressWith(req: Request, after: string | undefined, trail: readonly string[]): string {
  const kept = new URLSearchParams(req.originalUrl.split('?')[1] ?? '')
  kept.delete('after')
  kept.delete('trail')
  if (after !== undefined) kept.set('after', after)
  if (trail.length > 0) kept.set('trail', trail.join('~'))
  return `?${kept}`
}
