/** What the staff's permissions open: every administrators' page of the portal module, its menu entries and its buttons (Z31). */
import cookieParser from 'cookie-parser'
import { expect } from 'chai'
import express, { type Express, type Router } from 'express'
import supertest from 'supertest'
import { customers, demoPassword } from '../../demo/cast.js'
import { NotFound } from '../../src/errors.js'
import type { Permission, Staff } from '../../src/host/host.js'
import { needs, type Needs, type PermittedPage } from '../../src/web/permitted.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { switchOn } from './privacy-on.js'
import { adminPages } from '../../src/portal/admin/routes.js'
import { standAtSite } from '../../src/web/mount.js'
import { rendering } from '../../src/web/render.js'
import { unchanged } from '../attacks/measures.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { admin, masked, thePortal, theUserType } from './people.js'

/** Staff by the permissions they have. */
const kinds = {
  nothing: [],
  sharing: ['manage-sharing'],
  portals: ['manage-portals'],
  users: ['manage-portal-users'],
  both: ['manage-portals', 'manage-portal-users']
} as const satisfies Record<string, readonly Permission[]>
type Kind = keyof typeof kinds
const everybody = Object.keys(kinds) as Kind[]

/** What they may open. */
const opens: Readonly<Record<Kind, readonly Needs[]>> = {
  nothing: [],
  sharing: [],
  portals: [needs.portals, needs.either],
  users: [needs.users, needs.either],
  both: Object.values(needs)
}

onSqlite('permissions of the staff', (open) => {
  describe('a page of the administrators', function () {
    this.timeout(60_000)
    let test: TestApp
    let pages: readonly PermittedPage[]
    const visitors = new Map<Kind, Visitor>()
    const members = new Map<Kind, Staff>()

    before(async () => {
      test = await openApp(open)
      await switchOn(test)
      pages = adminPages(test.embedded.portico.context).pages
      for (const kind of everybody) {
        await enlist(test, kind)
        visitors.set(kind, await signedIn(test, kind))
        members.set(kind, (await test.embedded.host.staffById(kind))!)
      }
    })

    after(() => test.close())

    const may = (kind: Kind, page: PermittedPage): boolean => opens[kind].includes(page.needs)

    it('Z31 A47 says what it needs, or the router does not have it', () => {
      const { router, pages: stated } = adminPages(test.embedded.portico.context)
      const inRouter = layersOf(router).flatMap(({ route }) =>
        route ? Object.keys(route.methods).map((method) => `${method} ${route.path}`) : []
      )
      expect(inRouter).to.deep.equal(
        stated.filter(({ method }) => method !== 'use').map(({ method, path }) => `${method} ${path}`)
      )
      expect(inRouter.length).to.be.greaterThan(20)
    })

    it('Z31 opens for the permission it says, before anything else is asked, and for no other', async () => {
      for (const kind of everybody) {
        const app = probe(test, members.get(kind)!)
        for (const page of pages) {
          const answer = await supertest(app)[page.method === 'post' ? 'post' : 'get'](admin + filled(page.path))
          expect(answer.status, `${kind}: ${page.method} ${page.path}`).to.equal(may(kind, page) ? 204 : 404)
        }
      }
    })

    it('Z31 is not there without it, as an address that never was, and takes nothing', async () => {
      const real = await realParams(test)
      for (const kind of ['nothing', 'portals', 'users'] as const) {
        const visitor = visitors.get(kind)!
        const refused = pages.filter((page) => !may(kind, page))
        await visitor.open('/crm')
        const nowhere = masked((await visitor.peek('/portico/nowhere')).text)
        await unchanged({ db: test.embedded.db, context: test.embedded.portico.context }, async () => {
          for (const { method, path } of refused) {
            const url = admin + filled(path, real)
            const answer = method === 'post' ? await visitor.forge(url, { name: 'Forged' }) : await visitor.peek(url)
            expect(answer.status, `${kind}: ${method} ${url}`).to.equal(404)
            expect(masked(answer.text), url).to.equal(nowhere)
          }
        })
      }
    })

    it('Z31 is there with it', async () => {
      const real = await realParams(test)
      const query = '?module=Contact&record=anna'
      for (const kind of ['portals', 'users'] as const) {
        const known = pages.filter(
          ({ method, path }) =>
            method === 'get' && !isFile(path) && paramsIn(path).every((name) => real[name] !== undefined)
        )
        expect(known.length).to.be.greaterThan(8)
        for (const page of known.filter((one) => may(kind, one))) {
          const answer = await visitors.get(kind)!.peek(admin + filled(page.path, real) + query)
          expect(answer.status, `${kind}: ${page.path}`).to.be.oneOf([200, 303])
        }
      }
    })

    it('Z31 sends whoever is not signed in to the sign-in, and does nothing', async () => {
      const stranger = test.visitor()
      for (const { method, path } of pages) {
        const url = admin + filled(path)
        const answer = method === 'post' ? await stranger.bare(url) : await stranger.peek(url)
        expect(answer.status, `${method} ${url}`).to.equal(method === 'post' ? 403 : 303)
      }
    })

    it('Z31 has a menu entry, and a button on a record, exactly where it opens', async () => {
      const { context, plugin } = test.embedded.portico
      const shownTo = async (staff: Staff): Promise<string[]> => {
        const ask = { staff, locale: 'en' } as const
        const records = ['anna', 'radek'].map((id) => ({ ...ask, module: 'Contact', id }))
        const buttons = await Promise.all(records.map((one) => plugin.recordActions(one)))
        const items = [...(await context.adminMenu(ask)), ...buttons.flat()]
        return items.map(({ url }) => url).filter((url) => url.startsWith(admin))
      }
      const all = await shownTo((await test.embedded.host.staffById('irena'))!)
      expect(all.length).to.be.greaterThan(4)
      for (const kind of everybody) {
        const shown = await shownTo(members.get(kind)!)
        for (const url of all) {
          const answer = await visitors.get(kind)!.peek(url)
          expect(answer.status === 200, `${kind}: ${url} opens`).to.equal(shown.includes(url))
        }
      }
    })

    it('Z31 leads nobody to a page that is not there for him', async () => {
      for (const kind of ['portals', 'users'] as const) {
        const dead = await deadLinks(visitors.get(kind)!)
        expect(dead, kind).to.deep.equal([])
      }
    })

    it('Z31 is gone with the permission, from one request to the next', async () => {
      const visitor = visitors.get('both')!
      ;(await visitor.open(admin)).is(200)
      await test.embedded.crm.users.change('both', { permissions: [] })
      ;(await visitor.open(admin)).is(404)
      ;(await visitor.open(`${admin}/users`)).is(404)
      await test.embedded.crm.users.change('both', { permissions: kinds.both })
      ;(await visitor.open(admin)).is(200)
    })
  })
})

async function enlist(test: TestApp, kind: Kind): Promise<void> {
  const user = { id: kind, userName: kind, name: kind, password: demoPassword, permissions: kinds[kind] }
  await test.embedded.crm.users.create(user)
}

async function signedIn(test: TestApp, kind: Kind): Promise<Visitor> {
  const visitor = await test.visitor().open('/crm/sign-in')
  return (await visitor.send('Sign in', { userName: kind, password: demoPassword })).is(200)
}

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean>; readonly stack: Layer[] }
  handle: unknown
}

function layersOf(router: Router): Layer[] {
  return router.stack as unknown as Layer[]
}

/** The routes as they are, with who asks given, and whatever stands behind the guards answering 204. */
function probe({ embedded }: TestApp, staff: Staff): Express {
  const { context } = embedded.portico
  const { router } = adminPages({ ...context, host: { ...context.host, staff: async () => staff } })
  const opened = (req: express.Request, res: express.Response): void => void res.status(204).end()
  let isBehindGuard = false
  for (const layer of layersOf(router)) {
    for (const behind of layer.route?.stack.slice(1) ?? []) behind.handle = opened
    if (!layer.route && isBehindGuard) layer.handle = opened
    isBehindGuard = !layer.route
  }
  const app = express()
  app.use(rendering({ config: context.config }), standAtSite(context.config))
  app.use(cookieParser())
  app.use(admin, router)
  app.use((error: unknown, req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(error instanceof NotFound ? 404 : 500).end()
  })
  return app
}

/** There is none in the demo portal. */
function isFile(path: string): boolean {
  return path.endsWith('/logo')
}

function paramsIn(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
}

function filled(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? 'any')
}

async function realParams(test: TestApp): Promise<Record<string, string>> {
  const portal = (await thePortal(test)).id
  const user = (await portalUserByAddress(test.embedded.db, portal, customers.anna.email))!.id
  return { portal, type: (await theUserType(test)).id, module: 'Case', user, kind: 'invitation', language: 'en' }
}

/** Links from one administrators' page to another that are not there for this visitor, of at most 40 pages. */
async function deadLinks(visitor: Visitor): Promise<string[]> {
  const waiting = [
    admin,
    `${admin}/users`,
    `${admin}/access?module=Contact&record=anna`,
    `${admin}/viewers?module=Case&record=annas-heating-case`
  ]
  const starts = new Set(waiting)
  const known = new Set(waiting)
  const dead: string[] = []
  for (let looked = 0; waiting.length > 0 && looked < 40; looked++) {
    const url = waiting.shift()!
    await visitor.open(url)
    if (visitor.response.status === 404 && !starts.has(url)) dead.push(url)
    const { page } = visitor
    for (const a of page('a[href]').toArray()) {
      const to = page(a).attr('href')!.split('#')[0]!
      if (to.startsWith(admin) && !known.has(to)) waiting.push(to)
      known.add(to)
    }
  }
  return dead
}
