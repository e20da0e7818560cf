/** Pages: a view is rendered to `body`, then the layout around it. Views get prepared values, never the request. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants } from 'node:zlib'
import compression from 'compression'
import express, { type RequestHandler, type Response } from 'express'
import type { Config } from '../config.js'
import { formatFor, type Reader } from './format.js'
import { translator } from './locale.js'
import { projectFolder } from './project-folder.js'
import { addressAt, publicSite, type Site } from './site.js'
import { openViews, type Views } from './views.js'

/** What pages are made with; folders default to this installation's. */
export interface RenderingOptions {
  readonly config: Pick<Config, 'environment' | 'publicUrl'>
  readonly views?: string
  readonly public?: string
}

interface Rendering {
  readonly views: Views
  /** The public address. */
  readonly main: Site
  /** Path of a public file. */
  asset(name: string): string
}

/** A tenth smaller than the usual 4, and as quick for files of this size. */
const brotliQuality = 6

const renderings = new WeakMap<Response, Rendering>()

/** Makes `page` and `urlFor` work for every later route. */
export function rendering(options: RenderingOptions): RequestHandler {
  const cache = options.config.environment === 'production'
  const made: Rendering = {
    views: openViews(options.views ?? projectFolder('views'), cache),
    main: publicSite(options.config),
    asset: assets(options.public ?? projectFolder('public'), cache)
  }
  return (req, res, next) => {
    renderings.set(res, made)
    next()
  }
}

/** Serves `public`, compressed; pages are not: what visitors send stands in them beside tokens. */
export function publicFiles(options: RenderingOptions): RequestHandler[] {
  const forGood = options.config.environment === 'production'
  return [
    compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } } }),
    express.static(options.public ?? projectFolder('public'), {
      index: false,
      cacheControl: false,
      setHeaders: (res) => res.setHeader('Cache-Control', keep(forGood))
    })
  ]
}

function keep(forGood: boolean): string {
  return forGood ? 'public, max-age=31536000, immutable' : 'no-cache'
}

/** Paths of public files with their content's stamp, so that browsers may keep them for good. */
function assets(folder: string, cache: boolean): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const path = known.get(name) ?? `/public/${name}?v=${stampOf(join(folder, name))}`
    if (cache) known.set(name, path)
    return path
  }
}

function stampOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('base64url').slice(0, 12)
}

/** Sends the view `views/<view>.ejs` inside the layout. What an area puts into `res.locals` is there in every view of it:
 *  `nav` (its navigation), `reader` (time zone and formats), `area` (what the layout should look like). */
export async function page(
  res: Response,
  view: string,
  locals: Record<string, unknown> = {},
  options: { status?: number } = {}
): Promise<void> {
  const { views, asset } = renderingOf(res)
  const all = { ...sharedLocals(res, asset), ...res.locals, ...locals }
  const body = views.render(view, all)
  const html = views.render('layout', { ...all, body })
  res
    .status(options.status ?? 200)
    .type('html')
    .send(html)
}

/** A path of ours as the browser has to ask for it at the site where it stands (E06). */
export function urlFor(res: Response, path: string): string {
  return addressAt(res.req.site, renderingOf(res).main, path)
}

function renderingOf(res: Response): Rendering {
  const found = renderings.get(res)
  if (!found) throw new Error('`rendering` does not stand before this route.')
  return found
}

function sharedLocals(res: Response, asset: Rendering['asset']): Record<string, unknown> {
  const locale = res.req.locale ?? 'en'
  return {
    t: translator(locale),
    page: { title: '' },
    locale,
    format: formatFor(locale, res.locals.reader as Reader | undefined),
    csrf: res.req.forgery?.token() ?? '',
    url: (path: string) => urlFor(res, path),
    asset: (name: string) => urlFor(res, asset(name)),
    nav: undefined,
    here: res.req.method === 'GET' ? res.req.originalUrl : urlFor(res, '/')
  }
}
