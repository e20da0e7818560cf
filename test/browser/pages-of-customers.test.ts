import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { customers, staff } from '../../demo/cast.js'
import { guest } from '../../demo/guests.js'
import { demoPortal } from '../../demo/portals.js'
import { locales, type Locale } from '../../src/host/catalog.js'
import { configuration } from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import type { TestApp } from '../support/app.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'
import { choose, contextFor, inspectAll, signIn, type Walk } from './browsing.js'
import { inspect } from './inspection.js'
import { openShowcase, type Showcase } from './showcase.js'

const door = `/portal/${demoPortal.slug}`

/** `fewest` kinds of pages: a crawl that finds nothing proves nothing. */
const people: readonly { who: string; fewest: number; walk: (origin: string) => Walk }[] = [
  {
    who: 'stranger',
    fewest: 9,
    walk: () => ({
      doors: async () => ['/', '/crm/sign-in', `${door}/sign-in`, `${door}/forgotten-password`, '/nowhere']
    })
  },
  {
    who: 'customer',
    fewest: 30,
    walk: (origin) => ({
      enter: (page) => signIn(page, `${origin}${door}/sign-in`, customers.anna.email),
      doors: async () => [door]
    })
  },
  {
    who: 'external',
    fewest: 22,
    walk: (origin) => ({
      enter: (page) => signIn(page, `${origin}/external/sign-in`, guest.email),
      doors: async () => ['/external', '/external/profile']
    })
  },
  {
    who: 'preview',
    fewest: 28,
    walk: (origin) => ({
      enter: (page) => signIn(page, `${origin}/crm/sign-in`, staff.frank.userName),
      doors: async (page) => [await beginPreview(page, origin, customers.anna.firstName)]
    })
  }
]

onSqlite('every page of customers and guests in a browser', (open) => {
  browserSuite('Chromium', (browser) => {
    let showcase: Showcase

    before(async () => (showcase = await openShowcase(open)))
    after(() => showcase.close())

    it('X07 invited: axe finds nothing on the pages of the first sign-in, in any language', async function () {
      this.timeout(120_000)
      const { test, origin } = showcase
      const guests = ['guest-en', 'guest-de', 'guest-cs'] as const
      for (const [index, locale] of locales.entries()) {
        const context = await contextFor(await browser(), { locale, isPhone: locale === 'de', isDark: locale === 'cs' })
        const page = await context.newPage()
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

    for (const { who, fewest, walk } of people) {
      it(`X07 as a ${who}: axe finds nothing, dark or light, phone or desk; in any language pages are translated, fit the screen and weigh at most 50 kB`, async function () {
        this.timeout(300_000)
        const kinds = await inspectAll(await browser(), showcase.origin, walk(showcase.origin))
        expect(kinds.length, kinds.join('\n')).to.be.at.least(fewest)
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
  const { userTypes, portals } = await configuration(context.db)
  const portal = [...portals.values()].find(({ name }) => name === demoPortal.name)
  const userType = [...userTypes.values()].find(({ portalId }) => portalId === portal?.id)
  const frank = (await embedded.host.staffById(staff.frank.id))!
  await invite(context, { module: 'Contact', recordId: id, userTypeId: userType!.id, language }, frank)
  const mail = await context
    .db<{ text: string; to_address: string }>('portico_mail')
    .first('text')
    .where({ to_address: `${id}@nordwind.example` })
  return new URL(/https?:\/\/\S+\/invitation\/\S+/.exec(mail?.text ?? '')![0]).pathname
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
