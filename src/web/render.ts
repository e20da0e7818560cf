/** Pages: a view is rendered to `body`, then the layout around it. Views get prepared values, never the request. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants } from 'node:zlib'
import compression from 'compression'
import express, { type Express, type Response } from 'express'
import type { Config } from '../config.js'
import { formatFor, type Reader } from './format.js'
import { translator } from './locale.js'
import { projectFolder } from './project-folder.js'
import { openViews, type Views } from './views.js'

/** What `setUpRendering` needs to know; folders default to this installation's. */
export interface RenderingOptions {
  readonly config: Pick<Config, 'environment' | 'publicUrl'>
  readonly views?: string
  readonly public?: string
}

interface Rendering {
  readonly views: Views
  readonly mount: string
  asset(name: string): string
}

/** A tenth smaller than the usual 4, and as quick for files of this size. */
const brotliQuality = 6

const renderings = new WeakMap<Response, Rendering>()

/** Serves `public`, compressed (pages are not: what visitors send stands in them beside tokens), and makes `page` work for every later route. */
export function setUpRendering(app: Express, options: RenderingOptions): void {
  const files = options.public ?? projectFolder('public')
  const mount = mountOf(options.config)
  const cache = options.config.environment === 'production'
  const views = openViews(options.views ?? projectFolder('views'), cache)
  const rendering = { views, mount, asset: assets(files, mount, cache) }
  app.use((req, res, next) => {
    renderings.set(res, rendering)
    next()
  })
  app.use(
    '/public',
    compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } } }),
    express.static(files, {
      index: false,
      cacheControl: false,
      setHeaders: (res) => res.setHeader('Cache-Control', keep(cache))
    })
  )
}

function keep(forGood: boolean): string {
  return forGood ? 'public, max-age=31536000, immutable' : 'no-cache'
}

/** The path of the public URL, without a trailing slash: '' when Portico has the host name to itself. */
export function mountOf(config: Pick<Config, 'publicUrl'>): string {
  return new URL(config.publicUrl).pathname.replace(/\/+$/, '')
}

/** URLs of public files with their content's stamp, so that browsers may keep them for good. */
function assets(folder: string, mount: string, cache: boolean): (name: string) => string {
  const known = new Map<string, string>()
  return (name) => {
    const url = known.get(name) ?? `${mount}/public/${name}?v=${stampOf(join(folder, name))}`
    if (cache) known.set(name, url)
    return url
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
  const rendering = renderingOf(res)
  const all = { ...sharedLocals(res, rendering), ...res.locals, ...locals }
  const body = rendering.views.render(view, all)
  const html = rendering.views.render('layout', { ...all, body })
  res
    .status(options.status ?? 200)
    .type('html')
    .send(html)
}

/** `path` as the browser sees it: below the public URL's own path. */
export function urlFor(res: Response, path: string): string {
  return renderingOf(res).mount + path
}

function renderingOf(res: Response): Rendering {
  const rendering = renderings.get(res)
  if (!rendering) throw new Error('setUpRendering was not called before this route.')
  return rendering
}

function sharedLocals(res: Response, rendering: Rendering): Record<string, unknown> {
  const locale = res.req.locale ?? 'en'
  return {
    t: translator(locale),
    page: { title: '' },
    locale,
    format: formatFor(locale, res.locals.reader as Reader | undefined),
    csrf: res.req.forgery?.token() ?? '',
    url: (path: string) => rendering.mount + path,
    asset: rendering.asset,
    nav: undefined,
    here: res.req.method === 'GET' ? res.req.originalUrl : `${rendering.mount}/`
  }
}
