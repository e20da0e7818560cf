import { expect } from 'chai'
import { staff } from '../../demo/cast.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'
import { inspectAll, signIn } from './browsing.js'
import { openShowcase, type Showcase } from './showcase.js'

/** No fewer kinds of pages than this: a crawl that finds nothing proves nothing. */
const fewest = 76

onSqlite('every page of staff in a browser', (open) => {
  browserSuite('Chromium', (browser) => {
    let showcase: Showcase

    before(async () => (showcase = await openShowcase(open)))
    after(() => showcase.close())

    it('X07 axe finds nothing, dark or light, phone or desk; in any language pages are translated, fit the screen and weigh at most 50 kB', async function () {
      this.timeout(300_000)
      const { origin } = showcase
      const kinds = await inspectAll(await browser(), origin, {
        enter: (page) => signIn(page, `${origin}/crm/sign-in`, staff.irena.userName),
        doors: async () => [
          '/crm',
          '/crm/settings',
          '/portico/admin/portals',
          '/portico/admin/sharing',
          '/portico/admin/external-users',
          '/portico/admin/external-users/projects/nordwind-retrofit',
          '/portico/admin/external-users/records/Task/foundation-house-b',
          '/portico/admin/external-users/settings/fields/Project'
        ]
      })
      expect(kinds.length, kinds.join('\n')).to.be.at.least(fewest)
    })
  })
})
