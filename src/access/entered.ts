/** Into a module: what a statement about it needs, or the answer of a module that does not exist. */
import type { Catalog } from '../host/catalog.js'
import { NotFound } from '../errors.js'
import type { Action, ModulePolicy } from './grant.js'
import { grantsFor, type Subject } from './projection.js'
import type { Viewer } from './viewer.js'

/** A module the viewer was let into. */
export interface Entered extends Subject {
  readonly viewer: Viewer
  readonly catalog: Catalog
  readonly policy: ModulePolicy
}

/** @throws NotFound when no grant of his gives `action` there. */
export async function enter(viewer: Viewer, name: string, action: Action): Promise<Entered> {
  const entered = await enterIfHis(viewer, name, action)
  if (!entered) throw new NotFound()
  return entered
}

/** Undefined when no grant of his gives `action` there. */
export async function enterIfHis(viewer: Viewer, name: string, action: Action): Promise<Entered | undefined> {
  const subject = await subjectOf(viewer, name)
  const policy = viewer.policy.get(name)
  if (!subject || !policy || grantsFor(policy, action).length === 0) return undefined
  return { ...subject, viewer, catalog: subject.compiler.catalog, policy }
}

/** The module as `viewer` would ask about it; undefined when the host has none of that name. */
export async function subjectOf(viewer: Viewer, name: string): Promise<Subject | undefined> {
  const catalog = await viewer.kernel.host.catalog(viewer.person.locale)
  const module = catalog.modules.get(name)
  return module && { compiler: { catalog, dialect: viewer.kernel.dialect }, policies: viewer.policy, module }
}

/** What an id can look like on any host; anything else is asked of no database. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,36}$/.test(text)
}
