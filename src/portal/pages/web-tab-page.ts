/** A web tab: a page of elsewhere in a frame that can do as little as possible (Z09). */
import type { RequestHandler } from 'express'
import type { Context } from '../../context.js'
import { NotFound } from '../../errors.js'
import { page } from '../../web/render.js'
import { allowFrames } from '../../web/security.js'
import { publicSite } from '../../web/site.js'
import { webTabsFor } from '../portals/web-tabs.js'

/** For users of a type that has the web tab; for others it is not there. */
export function webTabPage(context: Context): RequestHandler {
  return async (req, res) => {
    const tab = (await webTabsFor(context.db, req.viewer.person)).find(({ id }) => id === req.params['tab'])
    if (!tab) throw new NotFound()
    const { origin, hostname } = new URL(tab.url)
    const sandbox = sandboxOf(hostname, await ourHosts(context)).join(' ')
    allowFrames(res, [origin])
    await page(res, 'portal/web-tab', { tab: { name: tab.name, url: tab.url, host: hostname, sandbox } })
  }
}

/** Of all sites, whichever one the tab's reader stands at. */
async function ourHosts({ config, sites }: Context): Promise<string[]> {
  return [publicSite(config), ...(await sites())].map(({ hostname }) => hostname)
}

/** What the frame may do: run scripts, send its forms, and open windows that are bound like itself. It may never lead our page away,
 *  start downloads or show dialogs. It has its own cookies and storage only where it is at home on another host than ours,
 *  whatever the port; else it could undo its own bounds. */
export function sandboxOf(hostname: string, ours: readonly string[]): string[] {
  const bound = ['allow-scripts', 'allow-forms', 'allow-popups']
  return ours.includes(hostname) ? bound : [...bound, 'allow-same-origin']
}
