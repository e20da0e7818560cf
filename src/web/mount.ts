/** Where a request stands: the site whose host name it names, and which path of ours that makes of its own. */
import type { Request, RequestHandler } from 'express'
import type { Config } from '../config.js'
import { addressAt, hostnamesOf, isEverywhere, isHostOf, pathAt, publicSite, siteOfHost, type Site } from './site.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** Where this request stands. */
    site: Site
    /** Path and query as they arrived, whatever a web server made of them. */
    arrivedAs: string
    /** Path and query of ours that were asked for; `originalUrl` is the same as the browser sees it. */
    address: string
  }
}

/** The sites beside the public address, as they are configured at this moment. */
export type OtherSites = () => Promise<readonly Site[]>

/** Puts every request where it stands: routes see our own paths, `urlFor` makes the visitor's of them again. A host name that is none of
 *  ours gets an answer that names nothing (E06). */
export function standAtSite(config: Pick<Config, 'publicUrl'>, others: OtherSites = async () => []): RequestHandler {
  const main = publicSite(config)
  return async (req, res, next) => {
    req.arrivedAs = pathOf(req.url)
    stand(req, main, main)
    const site = await siteOf(req, main, others)
    if (!site) return void res.status(404).type('text').send('Not found\n')
    stand(req, site, main)
    next()
  }
}

/** A request line may name the whole address; the `Host` header says which host is meant. */
function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/^(?!\/)/, '/')
}

function stand(req: Request, site: Site, main: Site): void {
  req.site = site
  req.url = req.address = pathAt(site, req.arrivedAs)
  req.originalUrl = addressAt(site, main, req.url)
}

/** The public address has files for pages without a look at what is configured. */
async function siteOf(req: Request, main: Site, others: OtherSites): Promise<Site | undefined> {
  const hostnames = hostnamesOf(req)
  if (hostnames[0] !== undefined && isHostOf(main, hostnames[0]) && isEverywhere(req.address)) return main
  const sites = [main, ...(await others())]
  for (const hostname of hostnames) {
    const site = siteOfHost(sites, hostname, req.arrivedAs)
    if (site) return site
  }
  return undefined
}
