import { expect } from 'chai'
import fc from 'fast-check'
import { asTyped, isApart, readCustomUrl, type Around } from '../../src/portal/portals/custom-url.js'

const https: Around = { publicUrl: 'https://crm.example.com/portico', crmUrl: 'https://crm.example.com/', others: [] }
const http: Around = { publicUrl: 'http://127.0.0.1:3000', crmUrl: 'http://127.0.0.1:3000/crm', others: [] }

const read = (typed: string, around = https): string | undefined => {
  const result = readCustomUrl(typed, around)
  return 'url' in result ? result.url : undefined
}
const problem = (typed: string, around = https): string | undefined => {
  const result = readCustomUrl(typed, around)
  return 'problem' in result ? result.problem.key.replace('addresses:problem.', '') : undefined
}

describe('E06 a custom URL as it is typed', () => {
  const taken: [typed: string, url: string][] = [
    ['portal.example.com', 'https://portal.example.com'],
    ['  HTTPS://Portal.Example.COM/ ', 'https://portal.example.com'],
    ['portal.example.com:8443', 'https://portal.example.com:8443'],
    ['https://portal.example.com:443/', 'https://portal.example.com'],
    ['www.example.com/Customers//', 'https://www.example.com/Customers'],
    ['https://www.example.com/a/b_c~d.e-f/', 'https://www.example.com/a/b_c~d.e-f'],
    ['žába.example', 'https://xn--ba-lia14d.example'],
    ['https://XN--BA-LIA14D.example', 'https://xn--ba-lia14d.example'],
    ['[2001:DB8::0:1]:8443', 'https://[2001:db8::1]:8443'],
    ['192.0.2.7', 'https://192.0.2.7'],
    ['https://crm.example.com/customers', 'https://crm.example.com/customers']
  ]
  for (const [typed, url] of taken) it(`«${typed}» is ${url}`, () => expect(read(typed)).to.equal(url))

  it('without a scheme has that of the public address', () => {
    expect(read('portal.localhost:3000', http)).to.equal('http://portal.localhost:3000')
    expect(read('https://portal.example.com', http), 'more than that is fine').to.equal('https://portal.example.com')
  })

  it('is shown with the letters that people type', () => {
    expect(asTyped('https://xn--ba-lia14d.example:8443/a')).to.equal('https://žába.example:8443/a')
    expect(asTyped('https://[2001:db8::1]:8443')).to.equal('https://[2001:db8::1]:8443')
  })

  it('is the same when it is saved again as it is shown', () => {
    const host = fc.domain().filter((name) => !name.endsWith('localhost'))
    const path = fc.array(fc.stringMatching(/^[a-z0-9~_-]{1,8}$/), { maxLength: 3 })
    fc.assert(
      fc.property(host, fc.option(fc.integer({ min: 1, max: 65535 })), path, (name, port, parts) => {
        const first = read(`${name}${port === null ? '' : `:${port}`}/${['x', ...parts].join('/')}`)
        expect(first).to.equal(read(asTyped(first ?? '')))
      })
    )
  })
})

describe('E06 no custom URL', () => {
  const refused: [typed: string, why: string][] = [
    ['a b', 'notUrl'],
    ['https:/portal.example.com', 'notUrl'],
    ['https:///portal.example.com', 'notUrl'],
    ['https:\\\\portal.example.com', 'notUrl'],
    ['javascript:alert(1)', 'notUrl'],
    ['mailto:me', 'notUrl'],
    ['https://a..example.com', 'notUrl'],
    ['https://-a.example.com', 'notUrl'],
    ['https://portal.example.com:99999', 'notUrl'],
    ['https://"><script>', 'notUrl'],
    ['ftp://portal.example.com', 'scheme'],
    ['https://me:secret@portal.example.com', 'credentials'],
    ['https://portal.example.com/?a=b', 'query'],
    ['https://portal.example.com/?', 'query'],
    ['https://portal.example.com/#a', 'query'],
    ['*.example.com', 'wildcard'],
    ['https://example.com/*', 'wildcard'],
    ['https://example.com/a//b', 'path'],
    ['https://example.com/kündigung', 'path'],
    ['https://example.com/%41', 'path'],
    [`https://example.com/${'a'.repeat(240)}`, 'long'],
    ['http://portal.example.com', 'http'],
    ['localhost', 'loopback'],
    ['https://portal.localhost', 'loopback'],
    ['https://127.1', 'loopback'],
    ['https://[::1]', 'loopback'],
    ['https://[::ffff:127.0.0.1]', 'loopback'],
    ['https://0.0.0.0', 'loopback'],
    ['https://portal.example.com/portal/acme', 'ownWord'],
    ['https://portal.example.com/Public', 'ownWord'],
    ['https://crm.example.com/portico', 'ownWord'],
    ['https://crm.example.com', 'publicUrl'],
    ['https://crm.example.com:8443/', 'publicUrl']
  ]
  for (const [typed, why] of refused) it(`«${typed.slice(0, 60)}»: ${why}`, () => expect(problem(typed)).to.equal(why))

  it('is in the way of the public address: the same host name, or one path within the other', () => {
    const around = { ...https, publicUrl: 'https://crm.example.com/crm-portal' }
    expect(problem('https://crm.example.com/crm-portal', around)).to.equal('publicUrl')
    expect(problem('https://crm.example.com/CRM-portal/acme', around)).to.equal('publicUrl')
    expect(problem('http://localhost:3000/a', http), 'all names of the machine are one').to.equal('publicUrl')
    expect(read('https://crm.example.com/crm-portals', around)).to.equal('https://crm.example.com/crm-portals')
  })

  it('is where staff work', () => {
    const around = { ...https, publicUrl: 'https://portico.example.com' }
    expect(problem('https://crm.example.com', around)).to.equal('crm')
    expect(read('https://crm.example.com/customers', around)).to.equal('https://crm.example.com/customers')
  })

  it('is in the way of another portal’s, and says which', () => {
    const others = [{ name: 'Partner', customUrl: 'https://xn--ba-lia14d.example/partner' }]
    const result = readCustomUrl('https://žába.example/partner/north', { ...https, others })
    expect(result).to.deep.equal({
      problem: {
        key: 'addresses:problem.taken',
        args: { portal: 'Partner', address: 'https://žába.example/partner' }
      }
    })
    expect(read('https://žába.example/partners', { ...https, others })).to.not.equal(undefined)
  })

  it('is apart by the host name or by paths beside each other, never by the port, the scheme or case', () => {
    const one = 'https://a.example/b'
    for (const other of ['https://a.example/c', 'https://b.example/b', 'https://a.example/bc'])
      expect([isApart(one, other), isApart(other, one)], other).to.deep.equal([true, true])
    for (const other of ['https://a.example', 'https://a.example/b/c', 'http://a.example:81/b', 'https://a.example/B'])
      expect([isApart(one, other), isApart(other, one)], other).to.deep.equal([false, false])
  })
})
