/** The addresses that portals have of their own (E06). */
import { cachedByVersion } from '../../db/configuration-version.js'
import { siteAt, type Site } from '../../web/site.js'
import { configuration, type Portal } from '../configuration.js'
import { baseOf } from './portals.js'
import { isUrl } from '../../url.js'

/** Of the portals that are on. */
export const portalSites = cachedByVersion(async (db): Promise<readonly Site[]> => {
  const { portals } = await configuration(db)
  return [...portals.values()].filter(({ isActive }) => isActive).flatMap((portal) => siteOf(portal) ?? [])
})

export function siteOf(portal: Pick<Portal, 'id' | 'slug' | 'customUrl'>): Site | undefined {
  if (portal.customUrl === undefined || !isUrl(portal.customUrl)) return undefined
  return siteAt({ url: portal.customUrl, base: baseOf(portal), rewrittenTo: `/portal/${portal.id}` })
}
