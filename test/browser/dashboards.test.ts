/** A dashboard in a browser: charts without a style of their own keep the content policy, and are told from their ground (E04, X07). */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { chooseDashboard, createDashboard, dashboardById, putDashlet } from '../../src/portal/dashboards/dashboards.js'
import { chartShapes } from '../../src/charts/drawing.js'
import type { Dashlet } from '../../src/portal/dashboards/dashlets.js'
import { thePortal } from '../portal/people.js'
import { openApp, type TestApp } from '../support/app.js'
import { browserSuite } from '../support/browser.js'
import { onSqlite } from '../support/databases.js'

const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const door = `/portal/${demoPortal.slug}`

onSqlite('a dashboard in a browser (E04, X07)', (open) => {
  browserSuite('Chromium', (browser) => {
    let test: TestApp
    let server: Server
    let origin: string

    before(async function () {
      this.timeout(60_000)
      test = await openApp(open)
      await giveDashboard(test)
      server = createServer(test.app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    })

    after(async () => {
      await new Promise((resolve) => server.close(resolve))
      await test.close()
    })

    for (const [what, isPhone, colorScheme] of [
      ['on a desk, in light', false, 'light'],
      ['on a phone, in dark', true, 'dark']
    ] as const) {
      it(`E04 X07 ${what}: charts are drawn within the policy, axe finds nothing, colours stand out`, async function () {
        this.timeout(60_000)
        const viewport = isPhone ? { width: 390, height: 844 } : { width: 1280, height: 900 }
        const context = await (await browser()).newContext({ viewport, colorScheme, locale: 'de' })
        const page = await context.newPage()
        const complaints: string[] = []
        page.on('console', (message) => complaints.push(message.text()))
        await signIn(page, origin)
        await page.goto(`${origin}${door}/`)
        expect(await page.locator('svg.drawing').count()).to.equal(chartShapes.length)
        expect(complaints).to.deep.equal([])
        expect(await page.evaluate(svgProblems)).to.deep.equal([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).to.be.at.most(0)
        const [ground = [], ...paints] = await page.evaluate(colours)
        expect(paints).to.have.length(8)
        for (const paint of paints)
          expect(contrast(ground, paint), `${paint.join()} on ${ground.join()}`).to.be.at.least(3)
        await page.locator('.figure summary').first().click()
        await page.evaluate(axe)
        expect(await page.evaluate(axeFindings)).to.deep.equal([])
        await page.evaluate(() => document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>'))
        expect(complaints.join(), 'this check can fail').to.match(/Content Security Policy/)
        await context.close()
      })
    }
  })
})

async function giveDashboard({ embedded }: TestApp): Promise<void> {
  const { context } = embedded.portico
  const irena = (await embedded.host.staffById(staff.irena.id))!
  const id = await createDashboard(context, 'Customers', irena)
  const title = { any: '' }
  const ofCases = { title, module: 'Case', filters: [], period: 'month' as const }
  const dashlets: Dashlet[] = [
    { kind: 'text', id: 'text', title, text: { any: 'Hello **there**.\n\n- one\n- two' }, isWide: true },
    { kind: 'count', id: 'count', title, module: 'Case', filters: [] },
    ...chartShapes.map((shape): Dashlet => ({
      kind: 'chart',
      id: shape,
      ...ofCases,
      shape,
      by: shape === 'line' ? 'createdAt' : 'status'
    })),
    { kind: 'list', id: 'list', title, module: 'Case', filters: [], columns: [], limit: 5, isWide: false },
    { kind: 'stream', id: 'stream', title, limit: 5, isWide: false }
  ]
  for (const dashlet of dashlets) await putDashlet(context, await dashboardById(context.db, id), dashlet, irena)
  await chooseDashboard(context, await thePortal({ embedded } as TestApp), id, irena)
}

async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}${door}/sign-in`)
  await page.fill('[name=email]', customers.anna.email)
  await page.fill('[name=password]', demoPassword)
  await page.locator('main form button').click()
  await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'))
}

/** What a strict reader of XML finds in the drawings, and drawings without a name or out of sight. */
function svgProblems(): string[] {
  return [...document.querySelectorAll('svg.drawing')].flatMap((svg) => {
    const read = new DOMParser().parseFromString(new XMLSerializer().serializeToString(svg), 'image/svg+xml')
    const { width, height } = svg.getBoundingClientRect()
    return [
      ...[...read.querySelectorAll('parsererror')].map((one) => one.textContent ?? ''),
      ...(svg.querySelector('title') && svg.querySelector('desc') ? [] : ['no name']),
      ...(width > 100 && height > 50 ? [] : [`${width} by ${height}`])
    ]
  })
}

/** The card's colour, and then those of what is drawn on it: red, green and blue. */
function colours(): number[][] {
  const canvas = document.createElement('canvas').getContext('2d')!
  const ground = getComputedStyle(document.querySelector('.dashlet')!).backgroundColor
  const paints = ['fill-series', ...Array.from({ length: 7 }, (_, index) => `fill-slice-${index}`)].map((paint) => {
    const shape = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    document.querySelector('svg.drawing')!.append(shape)
    shape.setAttribute('class', paint)
    const { fill } = getComputedStyle(shape)
    shape.remove()
    return fill
  })
  return [ground, ...paints].map((colour) => {
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  })
}

/** As WCAG counts it. */
function contrast(one: readonly number[], other: readonly number[]): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: readonly number[]): number {
  const linear = colour.map((part) => part / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!
}

async function axeFindings(): Promise<string[]> {
  type Found = { violations: { id: string; nodes: { html: string }[] }[] }
  const { axe: tool } = window as unknown as { axe: { run(): Promise<Found> } }
  const { violations } = await tool.run()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}
