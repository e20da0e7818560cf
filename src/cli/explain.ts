/** `portico explain`: why somebody sees a record, or why not (X01). */
import { records } from '../access/records.js'
import type { Explanation } from '../access/record.js'
import { viewerFor } from '../access/viewer.js'
import type { Translate } from '../web/locale.js'
import { personOf } from '../portal/portals/door.js'
import { portalOf, portalUserAt } from './portal-of.js'
import { languageOf, say, withInstallation } from './terminal.js'

export async function explain(
  address: string,
  module: string,
  id: string,
  options: { portal: string; language: string }
): Promise<void> {
  await withInstallation(async ({ portico: { context } }) => {
    const t = context.t(languageOf(options.language))
    const portal = await portalOf(context, options.portal)
    const user = await portalUserAt(context, portal, address)
    const person = await personOf(context, portal.id, user)
    if (!person) return say(t('access:explain.noAccess', { status: user.status }))
    const viewer = await viewerFor(context.kernel, { ...person, locale: languageOf(options.language) })
    print(await records(viewer).explain(module, id, t), t)
  })
}

function print(explanation: Explanation, t: Translate): void {
  say(t(explanation.visible ? 'access:explain.visible' : 'access:explain.hidden'))
  if (explanation.grants.length === 0) say(t('access:explain.nothingReleased'))
  for (const restriction of explanation.restrictions) {
    say(`${mark(restriction.holds)} ${t(restriction.reason.key, { ...restriction.reason.args })}`)
  }
  for (const grant of explanation.grants) {
    say(`${mark(grant.matches)} ${t(grant.reason.key, { ...grant.reason.args })} (${grant.actions.join(', ')})`)
    for (const condition of grant.conditions)
      say(`${'  '.repeat(condition.depth + 1)}${mark(condition.holds)} ${condition.sentence}`)
  }
}

function mark(holds: boolean): string {
  return holds ? '✓' : '✗'
}
