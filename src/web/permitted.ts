/** Who of the staff may open which of the administrators' pages (Z31). A page that doesn't say what it needs can't be put among them. */
import { Router, type RequestHandler } from 'express'
import type { Context } from '../context.js'
import type { Permission, Staff } from '../host/host.js'
import { hasPermission, letIn } from './staff.js'

/** What a page, a menu entry or a button can need. */
export const needs = {
  portals: { anyOf: ['manage-portals'] },
  users: { anyOf: ['manage-portal-users'] },
  either: { anyOf: ['manage-portals', 'manage-portal-users'] },
  /** What gives access, and says to what. */
  both: { allOf: ['manage-portals', 'manage-portal-users'] }
} as const satisfies Record<string, { anyOf: readonly Permission[] } | { allOf: readonly Permission[] }>
export type Needs = (typeof needs)[keyof typeof needs]

export function mayOpen(staff: Staff, what: Needs): boolean {
  const has = (permission: Permission): boolean => hasPermission(staff, permission)
  return 'anyOf' in what ? what.anyOf.some(has) : what.allOf.every(has)
}

export interface PermittedPage {
  readonly method: 'get' | 'post' | 'use'
  readonly path: string
  readonly needs: Needs
}

type Put = (path: string, what: Needs, ...handlers: readonly RequestHandler[]) => void

export interface PermittedRouter {
  readonly router: Router
  /** In the order in which they are asked. */
  readonly pages: readonly PermittedPage[]
  readonly get: Put
  readonly post: Put
  /** Everything below the path. */
  readonly use: Put
}

/** A router whose pages are not there for staff without what each of them needs. */
export function permittedRouter(context: Context): PermittedRouter {
  const router = Router()
  const pages: PermittedPage[] = []
  const guard = (what: Needs): RequestHandler => letIn(context, (staff) => mayOpen(staff, what))
  const put =
    (method: PermittedPage['method']): Put =>
    (path, what, ...handlers) => {
      pages.push({ method, path, needs: what })
      router[method](path, guard(what), ...handlers)
    }
  return { router, pages, get: put('get'), post: put('post'), use: put('use') }
}
