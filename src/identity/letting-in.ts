/** The way in after somebody has proved who he is: his second factor if he has one, a new password if he must choose one, then his first
 *  page. Every way in comes through here (A35). */
import type { Person } from '../access/viewer.js'
import { viewerFor } from '../access/viewer.js'
import { urlFor } from '../web/render.js'
import { sameSitePath } from '../web/return-path.js'
import { beginAt, type Arrival } from './admission.js'
import { needsFactor } from './factors/ways.js'
import type { Door } from './identity.js'
import type { DoorPage } from './pages.js'
import type { Parts } from './parts.js'
import type { StoredIdentity } from './profiles.js'

/** What he has shown so far, and where he wants to go. */
export type Proven = Omit<Arrival, 'identityId' | 'stage'>

/** Begins a session for who has proved who he is, and leads to what is still asked of him, to the page he wanted, or to his first ones. */
export async function letIn(
  { parts, req, res, door }: Parameters<DoorPage>[0],
  identity: StoredIdentity,
  person: Person,
  proven: Proven
): Promise<void> {
  const { by, isFactored, since } = proven
  const wanted = pathBehind(door, proven.wanted)
  const arrival = { identityId: identity.id, by, isFactored, since }
  const go = (path: string) => res.redirect(303, urlFor(res, path))
  if (!isFactored && (await needsFactor(parts, identity))) {
    await beginAt(parts, req, door, { ...arrival, wanted, stage: 'factor' })
    return go(`${door.base}/sign-in/factor`)
  }
  if (identity.mustChangePassword) {
    await beginAt(parts, req, door, { ...arrival, wanted, stage: 'change' })
    return go(`${door.base}/sign-in/new-password`)
  }
  await beginAt(parts, req, door, { ...arrival, stage: 'in' })
  await parts.profiles.noteSignIn(identity.id)
  go(identity.isWelcomed ? await firstPage(parts, door, person, wanted) : `${door.base}/welcome`)
}

export async function firstPage(parts: Parts, door: Door, person: Person, wanted?: string): Promise<string> {
  return pathBehind(door, wanted) ?? door.base + (await door.home(await viewerFor(parts.kernel, person)))
}

/** A path of this very door, or nothing. */
export function pathBehind(door: Door, wanted: unknown): string | undefined {
  const path = sameSitePath(wanted)
  return path?.startsWith(`${door.base}/`) ? path : undefined
}
