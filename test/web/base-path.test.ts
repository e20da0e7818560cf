import { expect } from 'chai'
import type { Express } from 'express'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { configuration } from '../../src/portal/configuration.js'
import { saveLogo } from '../../src/portal/portals/logo.js'
import { saveAccent } from '../../src/portal/portals/theme.js'
import { pngOf } from '../portal/pictures.js'
import { openApp, type TestApp } from '../support/app.js'
import { onSqlite } from '../support/databases.js'
import { Visitor } from '../support/visitor.js'

const mount = '/crm-portal'
const publicUrl = `http://127.0.0.1${mount}`

/** A proxy that takes the mount off before it passes a request on; nothing else reaches Portico through it. */
function behindStripping(app: Express): Express {
  const proxy = (req: Parameters<Express>[0], res: Parameters<Express>[1]): void => {
    if (!req.url.startsWith(`${mount}/`) && req.url !== mount) return void res.writeHead(404).end('not Portico')
    req.url = req.url.slice(mount.length) || '/'
    app(req, res)
  }
  return proxy as unknown as Express
}

/** A proxy that passes requests below the mount on as they are. */
function behindPlain(app: Express): Express {
  const proxy = (req: Parameters<Express>[0], res: Parameters<Express>[1]): void => {
    if (!req.url.startsWith(`${mount}/`) && req.url !== mount) return void res.writeHead(404).end('not Portico')
    app(req, res)
  }
  return proxy as unknown as Express
}

onSqlite('below a path of the public address', (open) => {
  let test: TestApp

  before(async () => {
    test = await openApp(open, { config: { publicUrl } })
    const { context } = test.embedded.portico
    const irena = (await test.embedded.host.staffById(staff.irena.id))!
    const { id, revision } = [...(await configuration(context.db)).portals.values()][0]!
    await saveAccent(context, { id, revision }, '#8a2be2', irena)
    await saveLogo(context, { id, revision: revision + 1 }, { type: 'image/png', content: pngOf(10, 10) }, irena)
  })
  after(() => test.close())

  for (const [title, behind] of [
    ['a proxy that passes requests on as they are', behindPlain],
    ['a proxy that takes the path off', behindStripping]
  ] as const) {
    describe(`behind ${title}`, () => {
      const visitor = (): Visitor => new Visitor(behind(test.app), 'en')

      /** Everything a page leads to or loads is below the mount. */
      const staysBelow = (one: Visitor): void => {
        const $ = one.page
        const places = $('[href], [src], form[action], [formaction]')
          .map((_, element) => ['href', 'src', 'action', 'formaction'].map((name) => $(element).attr(name)))
          .get()
          .flat()
          .filter((place) => place?.startsWith('/') || place?.startsWith('http'))
        expect(places.length, one.path).to.be.greaterThan(3)
        for (const place of places)
          expect(place, one.path).to.satisfy(
            (url: string) => url.startsWith(`${mount}/`) || url === mount || url.startsWith(publicUrl)
          )
        const back = $('.languages input[name=to]').attr('value')
        if (one.response.status === 200) expect(back, one.path).to.match(/^\/crm-portal\//)
      }

      it('the first page and its files are there, with and without a slash', async () => {
        for (const path of [`${mount}/`, mount]) {
          const one = await visitor().open(path)
          one.is(200).sees('Thermovia runs Portico')
          staysBelow(one)
          expect((await one.peek(one.page('link[rel=stylesheet]').attr('href')!)).status).to.equal(200)
        }
        expect((await visitor().peek(`${mount}x/`)).status).to.equal(404)
      })

      it('a language is remembered, and the visitor is back where he was', async () => {
        const one = await visitor().open(`${mount}/portal/${demoPortal.slug}/sign-in?x=1`)
        await one.send('Deutsch')
        one.is(200).sees('Anmelden')
        expect(one.path).to.equal(`${mount}/portal/${demoPortal.slug}/sign-in?x=1`)
      })

      it('a customer asks for a page, signs in, gets it, and finds his way from there', async () => {
        const one = await visitor().open(`${mount}/portal/${demoPortal.slug}/case?q=Heat`)
        expect(one.path).to.match(/^\/crm-portal\/portal\/[\w-]+\/sign-in\?to=/)
        staysBelow(one)
        await one.send('English')
        await one.send('Sign in', { email: customers.anna.email, password: demoPassword })
        one.is(200).sees('Heating fails')
        expect(one.path).to.equal(`${mount}/portal/${demoPortal.slug}/case?q=Heat`)
        staysBelow(one)
        const link = one.page('table a').first().attr('href')!
        await one.open(new URL(link, `http://x${one.path}`).pathname)
        one.is(200)
        staysBelow(one)
        await one.open(`${mount}/portal/${demoPortal.slug}/profile`)
        staysBelow(one.is(200))
      })

      it('E01 a portal’s stylesheet and logo are found there', async () => {
        const one = await visitor().open(`${mount}/portal/${demoPortal.slug}/sign-in`)
        staysBelow(one.is(200))
        const places = [one.page('link[href*="theme.css"]').attr('href'), one.page('.brand img').attr('src')]
        for (const place of places) expect((await one.peek(place!)).status, place).to.equal(200)
      })

      it('staff ask for an administrators’ page, sign in, get it, and use its forms', async () => {
        const one = await visitor().open(`${mount}/portico/admin/portals`)
        expect(one.path).to.equal(`${mount}/crm/sign-in?to=${encodeURIComponent(`${mount}/portico/admin/portals`)}`)
        await one.send('Sign in', { userName: staff.irena.userName, password: demoPassword })
        one.is(200)
        expect(one.path).to.equal(`${mount}/portico/admin/portals`)
        staysBelow(one)
        expect(one.page('nav a[aria-current=page]').first().attr('href')).to.equal(`${mount}/portico/admin/portals`)
        await one.open(`${mount}/portico/admin/sharing`)
        staysBelow(one.is(200))
        await one.open(`${mount}/crm/Case`)
        staysBelow(one.is(200))
        await one.open(`${mount}/crm/nothing-here`)
        staysBelow(one.is(404))
      })

      it('cookies belong to the path', async () => {
        const one = visitor()
        await one.open(`${mount}/crm/sign-in`)
        const sent = await one.forge(`${mount}/crm/sign-in`, {
          userName: staff.irena.userName,
          password: demoPassword
        })
        const cookies = [sent.get('Set-Cookie') ?? []].flat()
        expect(cookies.some((cookie) => cookie.startsWith('crm.sid='))).to.equal(true)
        for (const cookie of cookies) expect(cookie).to.match(/; Path=\/crm-portal(;|$)/)
      })

      it('a mail leads there', async () => {
        const one = visitor()
        await one.open(`${mount}/portal/${demoPortal.slug}/forgotten-password`)
        await one.submit(`${mount}/portal/${demoPortal.slug}/forgotten-password`, { email: customers.anna.email })
        await test.settle()
        const mail = await test.embedded
          .db<{ text: string; created_at: string }>('portico_mail')
          .orderBy('id', 'desc')
          .first('text')
        const link = /http\S+/.exec(mail!.text)![0]
        expect(link).to.match(new RegExp(`^${publicUrl}/portal/`))
        await one.open(new URL(link).pathname)
        staysBelow(one.is(200))
      })
    })
  }
})
