import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { guest } from '../../demo/guests.js'
import { demoPortal } from '../../demo/portals.js'
import { seedShowcase } from '../../demo/showcase.js'
import { locales, type Locale } from '../../src/host/catalog.js'
import { configuration } from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import { openApp, type TestApp } from '../support/app.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
/** `portal:list.empty` in place of its text. */
const untranslated = new RegExp(`\\b(${namespaces().join('|')}):[a-z][a-zA-Z]*\\.[a-zA-Z.]+`)
const languageNames: Record<Locale, string> = { en: 'English', de: 'Deutsch', cs: 'Čeština' }

/** Bytes of a page with all that it loads, as they come over the wire, nothing of it known before. */
const heaviest = 50_000
/** No fewer kinds of pages than this: a crawl that finds nothing proves nothing. */
const fewest = { staff: 76, customer: 30, stranger: 9, external: 3, preview: 28 }

onSqlite('every page in a browser', (open) => {
  browserSuite('Chromium', (browser) => {
    let test: TestApp
    let server: Server
    let origin: string

    before(async () => {
      test = await openApp(open)
      await seedShowcase(test.embedded)
      server = createServer(test.app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })

    after(async () => {
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    })

    const people = [
      {
        who: 'stranger',
        doors: [
          '/',
          '/crm/sign-in',
          `/portal/${demoPortal.slug}/sign-in`,
          `/portal/${demoPortal.slug}/forgotten-password`,
          '/nowhere'
        ]
      },
      {
        who: 'customer',
        doors: [`/portal/${demoPortal.slug}`],
        signIn: `/portal/${demoPortal.slug}/sign-in`,
        name: customers.anna.email
      },
      { who: 'external', doors: ['/external', '/external/profile'], signIn: '/external/sign-in', name: guest.email },
      {
        who: 'staff',
        doors: [
          '/crm',
          '/crm/settings',
          '/portico/admin/portals',
          '/portico/admin/sharing',
          '/portico/admin/external-users',
          '/portico/admin/external-users/projects/nordwind-retrofit'
        ],
        signIn: '/crm/sign-in',
        name: staff.irena.userName
      },
      { who: 'preview', doors: [], signIn: '/crm/sign-in', name: staff.frank.userName, preview: customers.anna }
    ] as const

    it('X07 invited: axe finds nothing on the pages of the first sign-in, in any language', async function () {
      this.timeout(120_000)
      const guests = ['guest-en', 'guest-de', 'guest-cs'] as const
      for (const [index, locale] of locales.entries()) {
        const context = await contextFor(await browser(), { locale, isPhone: locale === 'de', isDark: locale === 'cs' })
        const page = await context.newPage()
        await page.goto(`${origin}/`)
        await choose(page, origin, locale)
        const link = origin + (await invitationFor(test, guests[index]!, locale))
        await inspect(page, link, locale)
        await page.locator('main form button').click()
        await inspect(page, page.url(), locale)
        await page.locator('main input[type=password]').first().fill('brass kettle under the elm')
        await page.locator('main form button').click()
        await page.waitForURL(/welcome/)
        await inspect(page, page.url(), locale)
        await context.close()
      }
    })

    for (const person of people) {
      it(`X07 as a ${person.who}: axe finds nothing in any language, dark or light, phone or desk, and no page weighs more than 50 kB`, async function () {
        this.timeout(300_000)
        const shapes = new Map<string, string>()
        for (const locale of locales) {
          const context = await contextFor(await browser(), {
            locale,
            isPhone: locale === 'cs',
            isDark: locale !== 'en'
          })
          const page = await context.newPage()
          if ('signIn' in person) await signIn(page, origin + person.signIn, person.name)
          await choose(page, origin, locale)
          if (shapes.size === 0) {
            const doors =
              'preview' in person ? [await beginPreview(page, origin, person.preview.firstName)] : person.doors
            for (const [shape, path] of await crawl(page, origin, doors)) shapes.set(shape, path)
          }
          for (const path of shapes.values()) await inspect(page, origin + path, locale)
          await context.close()
        }
        expect(shapes.size, [...shapes.keys()].join('\n')).to.be.at.least(fewest[person.who])
      })
    }
  })
})

/** Invites a new contact and gives the path of the link in his mail. */
async function invitationFor({ embedded }: TestApp, id: string, language: Locale): Promise<string> {
  const { context } = embedded.portico
  await embedded.crm.store.system.create(
    'Contact',
    { firstName: 'Eva', lastName: id, email: `${id}@nordwind.example` },
    { id }
  )
  const { userTypes } = await configuration(context.db)
  const frank = (await embedded.host.staffById(staff.frank.id))!
  await invite(context, { module: 'Contact', recordId: id, userTypeId: [...userTypes.keys()][0]!, language }, frank)
  const mail = await context
    .db<{ text: string; to_address: string }>('portico_mail')
    .first('text')
    .where({ to_address: `${id}@nordwind.example` })
  return new URL(/https?:\/\/\S+\/invitation\/\S+/.exec(mail?.text ?? '')![0]).pathname
}

/** Without a cache, so that every page has its whole weight. */
async function contextFor(
  browser: Browser,
  as: { locale: Locale; isPhone: boolean; isDark: boolean }
): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: as.isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    colorScheme: as.isDark ? 'dark' : 'light',
    locale: as.locale,
    bypassCSP: true
  })
  await context.route('**/*', (route) => route.continue())
  return context
}

async function signIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url)
  await page.locator('main form input:not([type=hidden])').first().fill(name)
  await page.locator('main form input[type=password]').fill(demoPassword)
  await page.locator('main form button').first().click()
  await page.waitForLoadState()
  expect(page.url(), 'signed in').not.to.include('sign-in')
}

async function choose(page: Page, origin: string, locale: Locale): Promise<void> {
  if (page.url() === 'about:blank') await page.goto(`${origin}/`)
  await page.locator('footer').getByRole('button', { name: languageNames[locale] }).click()
  await page.waitForLoadState()
}

/** Gives the path of the first page of a preview as somebody of the demo portal's first user type; the portals that the demo makes
 *  within one second stand in any order. */
async function beginPreview(page: Page, origin: string, name: string): Promise<string> {
  await page.goto(`${origin}/portico/admin/portals/preview`)
  const portal = page.locator('main section', { hasText: demoPortal.name })
  await portal.locator('a[href*="preview?type="]').first().click()
  await page.locator('main input[name=q]').fill(name)
  await page.locator('main form:has(input[name=q]) button').click()
  await page.locator('main form[method=post] button').first().click()
  await page.waitForURL(/preview\/[^?]+/)
  return new URL(page.url()).pathname
}

/** One address for each kind of page that links lead to from `doors`. */
async function crawl(page: Page, origin: string, doors: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const waiting = [...doors]
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (found.has(shapeOf(path))) continue
    found.set(shapeOf(path), path)
    const response = await page.goto(origin + path)
    if (!String(response?.headers()['content-type']).includes('text/html')) {
      found.delete(shapeOf(path))
      continue
    }
    const links = await page
      .locator('a[href]:not([download])')
      .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))
    for (const link of links)
      if (link.startsWith(origin) && !link.includes('/files/')) waiting.push(link.slice(origin.length).split('#')[0]!)
  }
  return found
}

/** The kind of page behind an address: ids stand for each other, and so do the CRM's many modules; a portal's few do not. */
function shapeOf(path: string): string {
  const [bare = ''] = path.split('?')
  const [, inPreview] = /^\/portico\/admin\/portals\/preview\/[^/]+(\/.*)$/.exec(bare) ?? []
  const parts = (inPreview === undefined ? bare : `/portal/preview${inPreview}`).replace(/\/+$/, '').split('/')
  return parts
    .map((word, index) => (index === 0 || words.has(word) || (parts[1] === 'portal' && index === 3) ? word : '*'))
    .join('/')
}

const words = new Set(
  'crm portal portico admin sign-in forgotten-password profile settings users recycle-bin search new edit change clone conversion convert removal remove delete sharing external-users portals user-types releases portal-users access invitations invitation projects notes language mailbox related set-up tabs fields type roles levels layout-sets layouts dashboards dashlets dashboard appearance web-tabs web preview persons modules viewers privacy record requests deletion people templates forms form-requests confirmation sent confirmed notifications unsubscribe feed answer text-messages code runs candidates holds all answers person help'.split(
    ' '
  )
)

function namespaces(): string[] {
  return readdirSync(new URL('../../locales/en/', import.meta.url)).map((file) => file.replace('.json', ''))
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

async function inspect(page: Page, url: string, locale: Locale): Promise<void> {
  const sizes: Promise<number>[] = []
  const listen = (finished: Request): void =>
    void sizes.push(
      finished.sizes().then(
        ({ responseBodySize }) => responseBodySize,
        () => 0
      )
    )
  page.on('requestfinished', listen)
  const response = await page.goto(url, { waitUntil: 'load' })
  page.off('requestfinished', listen)
  const weight = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0)
  if (!String(response?.headers()['content-type']).includes('text/html')) return
  expect(response!.status(), url).to.be.below(500)
  expect(await page.getAttribute('html', 'lang'), url).to.equal(locale)
  expect(await page.textContent('body'), `${url} has an untranslated key`).not.to.match(untranslated)
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1),
    `${url} scrolls sideways`
  ).to.equal(false)
  expect(weight, `${url} weighs`).to.be.within(1, heaviest)
  await page.evaluate(axe)
  const violations = await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> }
    }
    const result = await checker.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    })
    return result.violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary }))
    }))
  })
  expect(violations, `${url} in ${locale}`).to.deep.equal([])
}
