/** Where Portico is mounted: requests arrive with the path of the public URL, or without it when a proxy took it off. */
import type { RequestHandler } from 'express'
import type { Config } from '../config.js'
import { mountOf } from './render.js'

declare module 'express-serve-static-core' {
  interface Request {
    /** Path and query that were asked for, below the mount; `originalUrl` is the same as the browser sees it. */
    address: string
  }
}

/** From here on both look alike: routes see the path below the mount. `urlFor` puts it in front again. */
export function belowMount(config: Pick<Config, 'publicUrl'>): RequestHandler {
  const mount = mountOf(config)
  return (req, res, next) => {
    req.url = req.address = without(mount, req.url)
    req.originalUrl = mount + req.url
    next()
  }
}

function without(mount: string, url: string): string {
  if (mount === '' || !url.startsWith(mount)) return url
  const rest = url.slice(mount.length)
  if (rest.startsWith('/')) return rest
  return rest === '' || rest.startsWith('?') ? `/${rest}` : url
}
