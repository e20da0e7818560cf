/** The whole way of a visitor through a portal at some address, and a look at everything that his browser was told there. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { invite } from '../../src/portal/people/invitations.js'
import type { TestApp } from '../support/app.js'
import type { Answer, WebVisitor } from '../support/web-visitor.js'

export interface Walk {
  readonly test: TestApp
  readonly emily: WebVisitor
  /** The portal's address, without a slash at its end. */
  readonly address: string
}

/** Sign-in page and its files, sign-in, list, record, a new record with a file, download, profile, sign-out. */
export async function walkThrough({ emily, address }: Walk): Promise<void> {
  await emily.open(`${address}/case`)
  emily.is(200).sees('Sign in')
  await filesOfPage(emily)
  await emily.press('Sign in', { email: customers.emily.email, password: demoPassword })
  emily.is(200).sees('Pump leaks')
  expect(emily.last.url.href, 'after the sign-in he is where he wanted to go').to.equal(`${address}/case`)
  await emily.follow('Pump leaks')
  emily.is(200).sees('Notes')
  await newCase(emily, address)
  await emily.follow('Profile')
  emily.is(200).sees('Language and formats')
  await emily.press('Sign out')
  emily.is(200).sees('Sign in')
  await emily.open(`${address}/case`)
  expect(emily.last.url.href, 'signed out').to.match(/\/sign-in(\?|$)/)
}

async function newCase(emily: WebVisitor, address: string): Promise<void> {
  const content = 'The radiator of Mr. Müller; 20 °C'
  await emily.open(`${address}/case/new`)
  await emily.press('Save', { subject: 'Radiator & Ventil', description: 'x' })
  emily.is(200).sees('Radiator & Ventil')
  await emily.press('Write note', { text: 'With a file' }, [
    { field: 'files', name: 'Müller 20%.txt', content, type: 'text/plain' }
  ])
  emily.is(200).sees('Müller 20%.txt')
  const link = emily.page('ul.files a')
  const file = await emily.ask(link.attr('href')!)
  expect([file.status, file.text], 'the file as it was sent').to.deep.equal([200, content])
  await emily.open(`${address}/case`)
}

/** Style sheets, scripts and pictures of the page. */
async function filesOfPage(emily: WebVisitor): Promise<void> {
  const { page, last } = emily
  const files = page('link[rel=stylesheet], link[rel=icon], script[src], img[src]')
    .map((_, one) => page(one).attr('href') ?? page(one).attr('src'))
    .get()
  expect(files, 'files of the page').to.not.be.empty
  for (const file of files) {
    const { status, headers } = await emily.ask(new URL(file, last.url).href)
    expect(status, file).to.equal(200)
    expect(headers['content-type'], file).to.match(/css|javascript|image/)
  }
  emily.answers.push(last)
}

export async function signIn(visitor: WebVisitor, address: string): Promise<void> {
  await visitor.open(`${address}/sign-in`)
  await visitor.press('Sign in', { email: customers.emily.email, password: demoPassword })
  visitor.is(200)
}

/** The link of an invitation, opened and accepted. */
export async function acceptInvitation({ emily, address, test }: Walk, userTypeId: string): Promise<void> {
  const { context } = test.embedded.portico
  const by = (await context.host.staffById(staff.frank.id))!
  const email = `n${randomBytes(4).toString('hex')}@nordwind.example`
  const values = { firstName: 'Nora', lastName: 'Novak', email }
  const recordId = await context.host.save({ module: 'Contact', values }, { kind: 'system' })
  await invite(context, { module: 'Contact', recordId, userTypeId, language: 'en' }, by)
  const link = await linkInLastMail(test, email)
  expect(link, 'the link in the invitation').to.match(beginsWith(address))
  await emily.open(link)
  await emily.press('Accept the invitation')
  emily.is(200).sees('Choose your password')
}

/** The link of the mail that a forgotten password causes, opened and used. */
export async function forgetPassword({ emily, address, test }: Walk): Promise<void> {
  await emily.open(`${address}/sign-in`)
  await emily.follow('Forgotten your password?')
  await emily.press('Send the mail', { email: customers.emily.email })
  emily.is(200)
  const link = await linkInLastMail(test, customers.emily.email)
  expect(link, 'the link in the mail').to.match(beginsWith(address))
  await emily.open(link)
  emily.is(200).sees('Choose a new password')
}

async function linkInLastMail({ embedded }: TestApp, recipient: string): Promise<string> {
  const mail = await embedded
    .db<{ id: string; text: string; to_address: string }>('portico_mail')
    .where({ to_address: recipient })
    .orderBy('id', 'desc')
    .first('id', 'text')
  expect(mail?.text, `a mail to ${recipient}`).to.be.a('string')
  return /https?:\/\/\S+/.exec(mail!.text)![0]
}

/** Everything that the visitor was sent leads to this address: links, forms, redirects, files; cookies that a browser keeps and sends to
 *  this address alone; a policy that names nobody. */
export function staysAt(emily: WebVisitor, address: string, besides: readonly string[] = []): void {
  for (const answer of emily.answers) {
    for (const target of targetsOf(answer)) {
      const isKnown = beginsWith(address).test(target) || besides.some((other) => beginsWith(other).test(target))
      expect(isKnown, `${target} on ${answer.url.href}, which should stay at ${address}`).to.equal(true)
    }
    expect(String(answer.headers['content-security-policy'] ?? ''), answer.url.href).to.not.match(/https?:/)
    cookiesStayAt(answer, address)
  }
  expect(emily.jar.refused, 'cookies that a browser throws away').to.deep.equal([])
}

function cookiesStayAt({ headers, url }: Answer, address: string): void {
  const site = new URL(address)
  for (const line of headers['set-cookie'] ?? []) {
    const path = /; path=([^;]*)/i.exec(line)?.[1] ?? ''
    expect(line, url.href)
      .to.match(/; HttpOnly/i)
      .and.match(/; SameSite=Lax/i)
    expect(/; secure/i.test(line), line).to.equal(site.protocol === 'https:')
    expect(line.startsWith('__Host-'), line).to.equal(site.protocol === 'https:' && site.pathname === '/')
    expect(
      `${site.pathname.replace(/\/$/, '')}/`.startsWith(path.replace(/\/?$/, '/')),
      `${line} at ${address}`
    ).to.equal(true)
  }
}

/** Whole addresses of everything that a browser could go to or load. */
function targetsOf({ headers, text, url }: Answer): string[] {
  const location = headers.location === undefined ? [] : [headers.location]
  const isPage = String(headers['content-type'] ?? '').startsWith('text/html')
  return [...location, ...(isPage ? addressesIn(text) : [])].map((target) => new URL(target, url).href)
}

/** By their attributes, for a page is parsed too slowly to be parsed for each. */
function addressesIn(html: string): string[] {
  const attributes = html.matchAll(/\s(?:href|src|action|formaction|poster)="([^"]*)"/g)
  const targets = [...attributes].map(([, target = '']) => target.replaceAll('&amp;', '&'))
  return targets.filter((target) => !/^(mailto:|tel:|#|data:)/.test(target))
}

function beginsWith(address: string): RegExp {
  return new RegExp(`^${address.replace(/[.*+?^$()[\]\\|]/g, '\\$&')}(?=[/?#]|$)`)
}
