/** People in a browser: their way in, and from page to page, in every language. */
import { expect } from 'chai'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { demoPassword } from '../../demo/cast.js'
import { locales, type Locale } from '../../src/host/catalog.js'
import { inspect } from './inspection.js'
import { shapeOf } from './kinds-of-pages.js'

const languageNames: Record<Locale, string> = { en: 'English', de: 'Deutsch', cs: 'Čeština' }

/** How many pages of one person are inspected at once: the browser looks at one while the server makes the next. */
const tabs = 2

/** Somebody, and where he begins. */
export interface Walk {
  /** Opens the door for the person whose browser this is, before a language is chosen. */
  readonly enter?: (page: Page) => Promise<void>
  /** The paths he begins at; asked once, in the first language. */
  readonly doors: (page: Page) => Promise<readonly string[]>
}

/** Follows links from the doors and inspects one page of each kind, in every language, on a desk and a phone, in light and dark; by axe in light
 *  on the desk and in dark on the phone. Gives the kinds. */
export async function inspectAll(browser: Browser, origin: string, { enter, doors }: Walk): Promise<readonly string[]> {
  const kinds = new Map<string, string>()
  for (const locale of locales) {
    const context = await contextFor(browser, { locale, isPhone: locale === 'cs', isDark: locale !== 'en' })
    const page = await context.newPage()
    await enter?.(page)
    await choose(page, origin, locale)
    const look = (paths: readonly string[]) =>
      inTabs(context, paths, (tab, path) => inspect(tab, origin + path, locale, { axe: locale !== 'de' }))
    if (kinds.size > 0) await look([...kinds.values()])
    else await crawl(kinds, await doors(page), origin, look)
    await context.close()
  }
  return [...kinds.keys()]
}

/** Puts one address into `kinds` for each kind of page that links lead to. */
async function crawl(
  kinds: Map<string, string>,
  doors: readonly string[],
  origin: string,
  look: (paths: readonly string[]) => Promise<readonly (readonly string[] | undefined)[]>
): Promise<void> {
  for (let paths = newKinds(kinds, doors); paths.length > 0;) {
    const links = await look(paths)
    for (const [index, path] of paths.entries()) if (!links[index]) kinds.delete(shapeOf(path))
    paths = newKinds(
      kinds,
      links.flatMap((those) => pathsOf(those ?? [], origin))
    )
  }
}

function newKinds(kinds: Map<string, string>, paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const isNew = !kinds.has(shapeOf(path))
    if (isNew) kinds.set(shapeOf(path), path)
    return isNew
  })
}

function pathsOf(links: readonly string[], origin: string): string[] {
  return links
    .filter((link) => link.startsWith(origin) && !link.includes('/files/'))
    .map((link) => link.slice(origin.length).split('#')[0]!)
}

/** What `look` finds at each path, in their order. */
async function inTabs<T>(
  context: BrowserContext,
  paths: readonly string[],
  look: (tab: Page, path: string) => Promise<T>
): Promise<T[]> {
  const waiting = [...paths.entries()]
  const found: T[] = []
  const work = async (): Promise<void> => {
    const tab = await context.newPage()
    for (let next = waiting.shift(); next; next = waiting.shift()) found[next[0]] = await look(tab, next[1])
    await tab.close()
  }
  await Promise.all(Array.from({ length: Math.min(tabs, paths.length) }, work))
  return found
}

/** A browser window of somebody's own. */
export function contextFor(
  browser: Browser,
  as: { locale: Locale; isPhone: boolean; isDark: boolean }
): Promise<BrowserContext> {
  return browser.newContext({
    viewport: as.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: as.isDark ? 'dark' : 'light',
    locale: as.locale,
    bypassCSP: true
  })
}

export async function signIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url)
  await page.locator('main form input:not([type=hidden])').first().fill(name)
  await page.locator('main form input[type=password]').fill(demoPassword)
  await page.locator('main form button').first().click()
  await page.waitForLoadState()
  expect(page.url(), 'signed in').not.to.include('sign-in')
}

export async function choose(page: Page, origin: string, locale: Locale): Promise<void> {
  if (page.url() === 'about:blank') await page.goto(`${origin}/`)
  await page.locator('footer').getByRole('button', { name: languageNames[locale] }).click()
  await page.waitForLoadState()
}
