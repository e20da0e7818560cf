/** Administrators' page of the web server in front of a portal: its configuration as text to copy, what to do with it, and a check of the
 *  deployed address (E06). */
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import type { Context } from '../../context.js'
import { PorticoError } from '../../errors.js'
import type { Finding } from '../../host/finding.js'
import { backendOf, backendOfListen } from '../../web-server/backends.js'
import { checkAddress } from '../../web-server/check/check-address.js'
import { inWords } from '../../web-server/check/observation.js'
import { placeOf } from '../../web-server/check/place.js'
import { checkedSetup, type CheckedSetup } from '../../web-server/setup.js'
import { modes, webServerText, type Tls } from '../../web-server/web-server.js'
import { translator, type Translate } from '../../web/locale.js'
import { page } from '../../web/render.js'
import { publicSite, type Site } from '../../web/site.js'
import { configuration, type Portal } from '../configuration.js'
import { asTyped } from '../portals/custom-url.js'
import { portalById } from '../portals/portals.js'
import { siteOf } from '../portals/sites.js'
import { webServerSetup, type WebServerChoice } from '../portals/web-server-setup.js'
import { adminUrl } from './frame.js'

/** Each with a mode: `apache-proxy`. */
const kinds = [
  ...modes.apache.map((mode) => ({ word: `apache-${mode}`, server: 'apache', mode }) as const),
  ...modes.nginx.map((mode) => ({ word: `nginx-${mode}`, server: 'nginx', mode }) as const)
] as const
const usual = { word: 'apache-proxy', server: 'apache', mode: 'proxy' } as const

const line = z.string().trim().max(1000).catch('')
const choiceForm = z.object({
  kind: line,
  tls: z.enum(['certificate', 'front']).catch('certificate'),
  certificate: line,
  key: line,
  backends: line
})
type Choice = z.infer<typeof choiceForm>

export function webServerPage(context: Context): RequestHandler {
  return async (req, res) => show(context, req, res, { typed: req.query })
}

/** Looks at the address that is configured, whatever was posted. */
export function checkAddressPage(context: Context): RequestHandler {
  return async (req, res) => {
    const { url } = siteFor(context, await portalAsked(context, req))
    const observations = await checkAddress(url, await placeOf(context, url))
    await show(context, req, res, { typed: req.body, findings: inWords(observations, translator(req.locale)) })
  }
}

async function portalAsked(context: Context, req: Request): Promise<Portal> {
  return portalById(await configuration(context.db), String(req.params['portal']))
}

function siteFor({ config }: Context, portal: Portal): Site {
  return siteOf(portal) ?? publicSite(config)
}

interface Shown {
  readonly typed: unknown
  readonly findings?: readonly Finding[]
}

async function show(context: Context, req: Request, res: Response, { typed, findings }: Shown): Promise<void> {
  const portal = await portalAsked(context, req)
  const site = siteFor(context, portal)
  const t = translator(req.locale)
  const choice = choiceIn(context, site, typed)
  const made = madeOf(context, portal, choice)
  const url = adminUrl(res, portal.id, 'web-server')
  await page(
    res,
    'portal-admin/web-server',
    {
      portal: { name: portal.name, url: adminUrl(res, portal.id), isActive: portal.isActive, isOwn: site.base !== '' },
      site: { url: asTyped(site.url), isPart: site.mount !== '' },
      form: {
        values: choice,
        action: url,
        checkUrl: `${url}/check`,
        kinds: kinds.map(({ word }) => ({ value: word, label: t(`addresses:server.${word}`) })),
        tls: (['certificate', 'front'] as const).map((word) => ({ value: word, label: t(`addresses:tls.${word}`) })),
        hasTls: mayHaveTls(site)
      },
      about: t(`addresses:serverAbout.${choice.kind}`),
      text: made.setup && webServerText(made.setup),
      notice: made.problem && t(made.problem.key, made.problem.args),
      steps: made.setup ? stepsFor(context, made.setup, t) : [],
      findings: findings?.map((finding) => ({ ...finding, ...marks[toneOf(finding)] })),
      listUrl: adminUrl(res)
    },
    { status: made.problem && findings === undefined ? 422 : 200 }
  )
}

/** What was chosen; the first time, what is usual. */
function choiceIn({ config }: Context, site: Site, typed: unknown): Choice {
  const choice = choiceForm.parse(typed ?? {})
  const folder = `/etc/letsencrypt/live/${site.hostname}`
  return {
    ...choice,
    kind: kindOf(choice).word,
    certificate: choice.certificate || `${folder}/fullchain.pem`,
    key: choice.key || `${folder}/privkey.pem`,
    backends: choice.backends || backendOfListen(config.listen)
  }
}

function madeOf(context: Context, portal: Portal, choice: Choice): { setup?: CheckedSetup; problem?: PorticoError } {
  try {
    const setup = checkedSetup(webServerSetup(context, portal, wordsOf(siteFor(context, portal), choice)))
    return { setup }
  } catch (error) {
    if (error instanceof PorticoError && error.status === 422) return { problem: error }
    throw error
  }
}

function kindOf({ kind }: Pick<Choice, 'kind'>): (typeof kinds)[number] {
  return kinds.find(({ word }) => word === kind) ?? usual
}

function wordsOf(site: Site, choice: Choice): WebServerChoice {
  const { tls, certificate, key, backends } = choice
  const { server, mode } = kindOf(choice)
  const files: Tls = tls === 'front' ? tls : { certificate, key }
  return {
    server,
    mode,
    tls: mayHaveTls(site) && mode !== 'htaccess' ? files : undefined,
    backends: backends
      .split(/[\s,;]+/)
      .filter(Boolean)
      .map(backendOf)
  }
}

/** Else the text becomes a part of what is there already, with its certificate. */
function mayHaveTls({ isSecure, mount }: Site): boolean {
  return isSecure && mount === ''
}

/** What to do with the text, in this order. */
function stepsFor(
  { config }: Context,
  { site, mode, isWholeHost, isBehindFront, certificate }: CheckedSetup,
  t: Translate
): string[] {
  const host = site.hostname
  const proxies = isBehindFront ? 2 : 1
  const trusted = { count: proxies, now: config.trustedProxies }
  return [
    ...(isWholeHost ? [t('addresses:step.name', { host })] : []),
    ...(certificate ? [t('addresses:step.certificate', { host })] : []),
    ...(isBehindFront ? [t('addresses:step.front')] : []),
    t(mode === 'htaccess' ? 'addresses:step.htaccess' : `addresses:step.${isWholeHost ? 'file' : 'part'}`, { host }),
    t(config.trustedProxies === proxies ? 'addresses:step.trusted' : 'addresses:step.trust', trusted),
    t('addresses:step.check')
  ]
}

const marks = {
  good: { tone: 'good', icon: 'circle-check' },
  warn: { tone: 'warn', icon: 'info' },
  bad: { tone: 'bad', icon: 'circle-x' }
} as const

function toneOf({ remedy, isAdvice }: Finding): keyof typeof marks {
  if (remedy === undefined) return 'good'
  return isAdvice ? 'warn' : 'bad'
}
