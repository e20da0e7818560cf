import { expect } from 'chai'
import fc from 'fast-check'
import {
  addressAt,
  cookieName,
  cookieOptions,
  isEverywhere,
  isSpelledOut,
  pathAt,
  publicSite,
  rewritingsIn,
  siteAt,
  siteOfHost,
  type Site
} from '../../src/web/site.js'

const id = '0f5c2f3e-8a0b-4c57-9d9e-1f2a3b4c5d6e'
const base = '/portal/acme'
const rewrittenTo = `/portal/${id}`
const hosts = ['portal.example.com', 'portal.example.com:8443', '[2001:db8::7]', '[2001:db8::7]:8080', '192.0.2.7']
const mounts = ['', '/customers', '/a/b', '/portal', '/public', '/acme']

const url = fc
  .tuple(fc.constantFrom('http', 'https'), fc.constantFrom(...hosts), fc.constantFrom(...mounts))
  .map(([scheme, host, mount]) => `${scheme}://${host}${mount}`)
const portalSite = url.map((at) => siteAt({ url: at, base, rewrittenTo }))
const mainSite = url.map((publicUrl) => publicSite({ publicUrl }))
const word = fc.stringMatching(/^[a-z0-9%.~_-]{1,12}$/).filter((one) => !/^(public|language|portal)$/.test(one))
const rest = fc
  .tuple(fc.array(word, { maxLength: 4 }), fc.boolean(), fc.option(fc.webQueryParameters(), { nil: undefined }))
  .map(
    ([words, slash, query]) =>
      `/${words.join('/')}${slash && words.length > 0 ? '/' : ''}${query === undefined ? '' : `?${query}`}`
  )

describe('E06 a site', () => {
  it('leads back by what it gives: every path of a portal', () => {
    fc.assert(
      fc.property(portalSite, mainSite, rest, (site, main, path) => {
        const address = addressAt(site, main, base + path)
        expect(pathAt(site, address)).to.equal(base + path)
        expect(address.startsWith(`${site.mount}/`)).to.equal(true)
        expect(address.slice(site.mount.length)).not.to.match(/^\/portal\//)
      })
    )
  })

  it('leads back by what it gives: every path at the public address, and files and the language at each', () => {
    fc.assert(
      fc.property(mainSite, rest, fc.constantFrom('', base, '/portico', '/external'), (main, path, area) => {
        expect(pathAt(main, addressAt(main, main, area + path))).to.equal(area + path)
      })
    )
    fc.assert(
      fc.property(portalSite, mainSite, fc.constantFrom('/public/portico.css?v=a', '/language'), (site, main, path) => {
        for (const at of [site, main]) expect(pathAt(at, addressAt(at, main, path))).to.equal(path)
      })
    )
  })

  it('gives whole addresses of what it doesn’t have', () => {
    fc.assert(
      fc.property(portalSite, mainSite, rest, (site, main, path) => {
        for (const area of ['/portico', '/external', '/portal/acme-two', '/portal/other'])
          expect(addressAt(site, main, area + path)).to.equal(main.url + area + path)
      })
    )
  })

  it('knows a path however often a web server put the portal’s in front, and says how often', () => {
    fc.assert(
      fc.property(portalSite, rest, fc.integer({ min: 0, max: 3 }), (site, path, times) => {
        const arrived = site.mount + rewrittenTo.repeat(times) + path
        expect(pathAt(site, arrived)).to.equal(base + path)
        expect(rewritingsIn(site, arrived)).to.equal(times)
        expect(isSpelledOut(site, arrived)).to.equal(false)
        expect(isSpelledOut(site, site.mount + rewrittenTo.repeat(times) + base + path)).to.equal(true)
        expect(pathAt(site, site.mount + base + path)).to.equal(base + path)
      })
    )
  })

  it('knows a path whose mount a proxy took off', () => {
    fc.assert(
      fc.property(portalSite, rest, (site, path) => {
        fc.pre(site.mount === '' || !(path === site.mount || path.startsWith(`${site.mount}/`)))
        expect(pathAt(site, path)).to.equal(base + path)
      })
    )
  })

  it('is not mistaken for one whose path or name begins alike', () => {
    const site = siteAt({ url: 'https://www.example.com/customers', base, rewrittenTo })
    expect(pathAt(site, '/customersx/a')).to.equal(`${base}/customersx/a`)
    expect(pathAt(site, '/customers')).to.equal(`${base}/`)
    expect(pathAt(site, '/customers?a=1')).to.equal(`${base}/?a=1`)
    expect(pathAt(site, `/customers/portal/acmex/a`)).to.equal(`${base}/portal/acmex/a`)
    expect(isEverywhere('/publicx')).to.equal(false)
    expect(isEverywhere('/public?v=1')).to.equal(true)
  })
})

describe('E06 the site of a host name', () => {
  const main = publicSite({ publicUrl: 'https://www.example.com/crm' })
  const [own, longer] = ['https://www.example.com/customers', 'https://www.example.com/customers/gold'].map((at) =>
    siteAt({ url: at, base, rewrittenTo: '/portal/x' })
  )
  const whole = siteAt({ url: 'https://[2001:db8::7]:8443', base, rewrittenTo })
  const sites = [main, own!, longer!, whole]
  const found = (host: string, path: string): Site | undefined => siteOfHost(sites, host, path)

  it('is the one with the longest path that fits', () => {
    expect(found('www.example.com', '/customers/case')).to.equal(own)
    expect(found('www.example.com', '/customers/gold/case')).to.equal(longer)
    expect(found('www.example.com', '/crm/portico')).to.equal(main)
  })

  it('is the public address where a proxy took its path off, and that of a portal where one was put in front', () => {
    expect(found('www.example.com', '/portico')).to.equal(main)
    expect(found('www.example.com', '/portal/x/case')).to.equal(own)
  })

  it('goes by the name alone, whatever the port, and is none for another', () => {
    expect(found('[2001:db8::7]', '/a')).to.equal(whole)
    for (const host of ['example.com', 'www.example.com.evil.example', 'localhost', ''])
      expect(found(host, '/crm/'), host).to.equal(undefined)
    const local = publicSite({ publicUrl: 'http://localhost:3000' })
    for (const host of ['localhost', '127.0.0.1', '[::1]']) expect(siteOfHost([local], host, '/')).to.equal(local)
  })
})

describe('A34 a cookie of a site', () => {
  const cookie = (at: string): unknown[] => {
    const site = siteAt({ url: at, base, rewrittenTo })
    const { secure, path, httpOnly, sameSite } = cookieOptions(site)
    return [cookieName(site, 'c'), secure, path, httpOnly, sameSite]
  }

  it('E06 is bound to the host name where it is all ours and https, and to the path where it is not', () => {
    expect(cookie('https://portal.example.com')).to.deep.equal(['__Host-c', true, '/', true, 'lax'])
    expect(cookie('https://portal.example.com/a')).to.deep.equal(['c', true, '/a', true, 'lax'])
    expect(cookie('http://portal.example.com')).to.deep.equal(['c', false, '/', true, 'lax'])
  })
})
