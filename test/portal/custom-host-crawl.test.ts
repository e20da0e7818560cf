import { expect } from 'chai'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import { portalUserByAddress } from '../../src/portal/people/portal-users.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { door, thePortal } from './people.js'

const main = 'https://crm.example.com/desk'
const custom = 'https://www.example.com/customers'
const mount = new URL(custom).pathname
/** As many kinds of pages as there are; a page is of one kind with others whose ids alone differ. */
const most = 120

onSqlite('E06 a portal at an address of its own', (open) => {
  let test: TestApp

  before(async function () {
    this.timeout(60_000)
    test = await openApp(open, { world: 'demo', config: { publicUrl: main, trustedProxies: 1 } })
    const { db } = test.embedded
    await db('portico_portals')
      .where({ id: (await thePortal(test)).id })
      .update({ custom_url: custom })
    await raiseConfigurationVersion(db)
  })
  after(() => test.close())

  const visitor = (): Visitor => test.visitor('en', { at: custom })

  async function signedIn(): Promise<Visitor> {
    const anna = await visitor().open(`${mount}/`)
    return (await anna.send('Sign in', { email: customers.anna.email, password: demoPassword })).is(200)
  }

  /** Where everything on this page leads, as whole addresses. */
  const leads = ({ page, origin, path }: Visitor): URL[] =>
    page('[href], [src], form, [formaction]')
      .get()
      .flatMap((element) => ['href', 'src', 'action', 'formaction'].flatMap((name) => page(element).attr(name) ?? []))
      .filter((address) => !/^(#|mailto:|tel:|data:)/.test(address))
      .map((address) => new URL(address, origin + path))

  const isHere = ({ href }: URL): boolean => href === custom || href.startsWith(`${custom}/`)

  /** Nothing leads to the public address, nor to the portal's path there; gives what leads on at this one. */
  function staysHere(one: Visitor): string[] {
    const found = leads(one)
    expect(found.length, one.path).to.be.greaterThan(3)
    for (const url of found) {
      expect(url.hostname, `${url.href} on ${one.path}`).not.to.equal(new URL(main).hostname)
      if (url.origin === new URL(custom).origin) expect(isHere(url), `${url.href} on ${one.path}`).to.equal(true)
      expect(url.pathname, one.path).not.to.match(/\/portal\//)
    }
    expect(one.response.text, one.path).not.to.include(door)
    if (one.response.status === 200)
      expect(one.page('.languages input[name=to]').attr('value'), one.path).to.match(/^\/customers\//)
    return found.filter(isHere).map(({ pathname, search }) => pathname + search)
  }

  const rooms = /^(profile|sign-in|privacy|notifications|public|web)$/
  const kindOf = (path: string): string => {
    const { pathname, searchParams } = new URL(path, custom)
    const [place = '', id, ...rest] = pathname.slice(mount.length + 1).split('/')
    const record = id === undefined || id === 'new' || rooms.test(place) ? (id ?? '') : '…'
    return `${[place, record, ...rest.map(withoutId)].join('/')}?${[...searchParams.keys()].toSorted().join('&')}`
  }
  const withoutId = (word: string): string => (/\d/.test(word) ? '…' : word)

  it('leads a customer around within it, wherever he goes: no page, file or form leads out or nowhere', async function () {
    this.timeout(60_000)
    const anna = await signedIn()
    const seen = new Set<string>()
    const waiting = staysHere(anna)
    while (waiting.length > 0 && seen.size < most) {
      const path = waiting.shift()!
      if (seen.has(kindOf(path)) || /sign-out/.test(path)) continue
      seen.add(kindOf(path))
      if (isOnlyPosted(anna, path)) continue
      const answer = await anna.peek(path)
      expect(answer.status, `${path}: ${answer.text?.slice(0, 300)}`).to.be.oneOf([200, 302, 303])
      if (answer.status !== 200)
        expect(isHere(new URL(String(answer.headers['location']), custom)), `${path} leads on`).to.equal(true)
      if (!/^text\/html/.test(String(answer.headers['content-type']))) continue
      await anna.open(path)
      waiting.push(...staysHere(anna))
    }
    expect(seen.size).to.be.greaterThan(30)
    expect(anna.refusedCookies).to.deep.equal([])
  })

  /** The address of a form that is sent, and of no page. */
  const posted = new Set<string>()
  function isOnlyPosted(one: Visitor, path: string): boolean {
    for (const action of one
      .page('form[method=post]')
      .map((_, form) => one.page(form).attr('action'))
      .get())
      posted.add(new URL(action, one.origin + one.path).pathname)
    return posted.has(new URL(path, custom).pathname)
  }

  it('has its pages for strangers there too', async () => {
    const one = visitor()
    for (const [path, status] of [
      ['/', 200],
      ['/sign-in?to=x', 200],
      ['/forgotten-password', 200],
      ['/reset/invented', 410],
      ['/invitation/invented', 410],
      ['/confirmation/invented', 410]
    ] as const) {
      await one.open(mount + path)
      staysHere(one.is(status))
      expect(one.origin + one.path, path).to.include(`${custom}/`)
    }
    for (const path of ['/portico/admin/portals', '/external/sign-in', '/crm', '/portal/other/'])
      expect((await (await signedIn()).open(mount + path)).response.status, path).to.equal(404)
  })

  it('keeps a language for itself, and leads back to where it was chosen', async () => {
    const one = await visitor().open(`${mount}/forgotten-password?a=1`)
    await one.send('Deutsch')
    expect(one.is(200).path).to.equal(`${mount}/forgotten-password?a=1`)
    one.sees('Passwort')
    expect(one.cookies).to.include('portico_language=de')
    expect((await one.open(`${main}${door}/forgotten-password`)).text).not.to.include('Kennwort')
    expect(one.cookies).not.to.include('portico_language=de')
  })

  it('has its stylesheet, logo and files there, by https alone', async () => {
    const one = await visitor().open(`${mount}/sign-in`)
    const files = one.page('link[href], script[src], .brand img[src]')
    for (const element of files.get()) {
      const path = one.page(element).attr('href') ?? one.page(element).attr('src')!
      const answer = await one.peek(path)
      expect(answer.status, path).to.equal(200)
      expect(answer.headers['strict-transport-security'], path).to.equal('max-age=31536000')
      for (const [, inside = ''] of (answer.text ?? '').matchAll(/url\(["']?([^"')]+)/g))
        expect(inside, path).to.match(/^(data:|#|[\w.-]+$)/)
    }
  })

  it('Z13 a preview of it stays among the pages of staff', async () => {
    const irena = test.visitor()
    const user = await portalUserByAddress(test.embedded.db, (await thePortal(test)).id, customers.anna.email)
    await irena.open(`${main}/portico/admin/portals/preview?user=${user!.id}`)
    await irena.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
    await irena.send('English')
    await irena.send('Start preview')
    expect(irena.is(200).origin + irena.path).to.include(`${main}/portico/admin/portals/preview/`)
    const found = leads(irena).filter(({ origin }) => origin === new URL(main).origin)
    expect(found.length).to.be.greaterThan(10)
    for (const { href } of found) expect(href).to.match(/^https:\/\/crm\.example\.com\/desk\/(portico|public|language)/)
    for (const { href } of leads(irena)) expect(href.startsWith(custom), href).to.equal(false)
  })
})
