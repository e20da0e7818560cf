/** What every page must be in a browser: translated, light, no wider than the screen, and without a finding of axe. */
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { Locale } from '../../src/host/catalog.js'
import { axePath } from './showcase.js'

/** `portal:list.empty` in place of its text. */
const untranslated = new RegExp(`\\b(${namespaces().join('|')}):[a-z][a-zA-Z]*\\.[a-zA-Z.]+`)

/** Bytes of a page with all that it loads, as they come over the wire, nothing of it known before. */
const heaviest = 50_000

/** Opens the page, finds nothing wrong with it, and gives the addresses it links to; undefined: it is no page. Without `axe` only what another
 *  language may change is looked at. */
export async function inspect(
  page: Page,
  url: string,
  locale: Locale,
  { axe = true }: { axe?: boolean } = {}
): Promise<readonly string[] | undefined> {
  const response = await page.goto(url, { waitUntil: 'load' })
  if (!String(response?.headers()['content-type']).includes('text/html')) return undefined
  expect(response!.status(), url).to.be.below(500)
  const { language, text, isTooWide, weight, links } = await page.evaluate(look)
  expect(language, url).to.equal(locale)
  expect(text, `${url} has an untranslated key`).not.to.match(untranslated)
  expect(isTooWide, `${url} scrolls sideways`).to.equal(false)
  expect(weight, `${url} weighs`).to.be.within(1, heaviest)
  if (axe) expect(await page.evaluate(findings, axePath), `${url} in ${locale}`).to.deep.equal([])
  return links
}

function namespaces(): string[] {
  return readdirSync(new URL('../../locales/en/', import.meta.url)).map((file) => file.replace('.json', ''))
}

/** One question for all: each costs the browser a turn. */
function look() {
  const { documentElement: root, body } = document
  const loaded = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  const links = document.querySelectorAll<HTMLAnchorElement>('a[href]:not([download])')
  return {
    language: root.lang,
    text: body.textContent,
    isTooWide: root.scrollWidth > root.clientWidth + 1,
    weight: loaded.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
    links: [...links].map((link) => link.href)
  }
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe has to say. */
async function findings(address: string): Promise<Violation[]> {
  const script = document.createElement('script')
  script.src = address
  await new Promise((resolve, reject) => {
    script.onload = resolve
    script.onerror = reject
    document.head.append(script)
  })
  const { axe } = globalThis as unknown as {
    axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> }
  }
  const { violations } = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  })
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary }))
  }))
}
