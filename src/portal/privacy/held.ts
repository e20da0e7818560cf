/** All that is held about a person, and what of it is left out (Z30 *export*). */
import { aboutAccess } from './held-access.js'
import { aboutPrivacy } from './held-privacy.js'
import { recordChapters } from './held-records.js'
import type { Chapter, Holding } from './holding.js'

export interface Held {
  readonly chapters: readonly Chapter[]
  /** What is not in it, each with the reason. */
  readonly leftOut: readonly string[]
}

export async function heldAbout(holding: Holding): Promise<Held> {
  const { chapters, leftOut } = await recordChapters(holding)
  const all = [...chapters, ...aboutPrivacy(holding), ...(await aboutAccess(holding))]
  return { chapters: all, leftOut: [...leftOut, ...alwaysLeftOut(holding)] }
}

function alwaysLeftOut({ t, subject }: Holding): string[] {
  const names = subject.isOneself
    ? ['internalNotes', 'colleagues', 'secrets', 'othersRecords']
    : ['internalNotes', 'unreleased']
  return names.map((name) => t(`privacy:archive.leftOut.${name}`))
}
