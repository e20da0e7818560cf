/** The role tree in a browser: its lists open, close and are remembered, keys lead through it, and roles are moved with the mouse (S02, S11). */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { demoPassword, staff } from '../../demo/cast.js'
import { draft } from '../../src/global-sharing/draft.js'
import { openApp, type TestApp } from '../support/app.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'

const tree = '/portico/admin/sharing/roles'

onSqlite('the role tree in a browser', (open) => {
  browserSuite('Chromium', (browser) => {
    let test: TestApp
    let server: Server
    let page: Page
    let origin: string

    before(async function () {
      this.timeout(60_000)
      test = await openApp(open)
      server = createServer(test.app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      page = await (await browser()).newPage({ viewport: { width: 1280, height: 900 } })
      await page.goto(`${origin}/crm/sign-in`)
      await page.fill('[name=userName]', staff.grace.userName)
      await page.fill('[name=password]', demoPassword)
      await page.click('main button.btn--primary')
      await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
    })

    after(async () => {
      await page.close()
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    })

    it('S11 what is collapsed stays so on the next page, and all is expanded by one button', async function () {
      this.timeout(30_000)
      await page.goto(origin + tree)
      await page.getByText('Collapse all').click()
      await page.waitForFunction(() => localStorage.getItem('tree:organization')?.includes('management'))
      await page.reload()
      expect(await page.getByText('Head of Sales').isVisible()).to.equal(false)
      await page.getByText('Expand all').click()
      expect(await page.getByText('Sales assistant').isVisible()).to.equal(true)
    })

    it('S11 arrow keys lead from role to role, and close and open what is below', async function () {
      this.timeout(30_000)
      await page.goto(origin + tree)
      await page.getByText('Expand all').click()
      await page.locator('.roles a').first().focus()
      await page.keyboard.press('ArrowDown')
      expect(await focused(page)).to.equal('Head of Sales')
      await page.keyboard.press('ArrowLeft')
      expect(await page.getByText('Sales assistant').isVisible()).to.equal(false)
      await page.keyboard.press('ArrowDown')
      expect(await focused(page)).to.equal('Support')
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('ArrowRight')
      expect(await page.getByText('Sales assistant').isVisible()).to.equal(true)
    })

    it('S02 a role is dropped below another one, but not below one of its own', async function () {
      this.timeout(30_000)
      await page.goto(origin + tree)
      await page.getByText('Expand all').click()
      await page.dragAndDrop('.roles a:text-is("Sales assistant")', '.roles a:text-is("Support")')
      await page.waitForURL(`${origin}${tree}?saved=1`)
      expect(await superiorOf('sales-assistant')).to.equal('support')
      await page.goto(origin + tree)
      await page.dragAndDrop('.roles a:text-is("Support")', '.roles a:text-is("Sales assistant")')
      expect(page.url()).to.equal(origin + tree)
      expect(await superiorOf('support')).to.equal('management')
    })

    async function superiorOf(role: string): Promise<string | null | undefined> {
      return (await draft(test.embedded.db)).model.roles[role]?.parent
    }
  })
})

function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.textContent)
}
