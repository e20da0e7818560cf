/** The whole way of a visitor through a portal at some address, and a look at everything that his browser was told there. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { load } from 'cheerio'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { invite } from '../../src/portal/people/invitations.js'
import type { TestApp } from '../support/app.js'
import type { Answer, WebVisitor } from '../support/web-visitor.js'

export interface Walk {
  readonly test: TestApp
  readonly anna: WebVisitor
  /** The portal's address, without a slash at its end. */
  readonly address: string
}

/** Sign-in page and its files, sign-in, list, record, a new record with a file, download, profile, sign-out. */
export async function walkThrough({ anna, address }: Walk): Promise<void> {
  await anna.open(`${address}/case`)
  anna.is(200).sees('Sign in')
  await filesOfPage(anna)
  await anna.press('Sign in', { email: customers.emily.email, password: demoPassword })
  anna.is(200).sees('Pump leaks')
  expect(anna.last.url.href, 'after the sign-in he is where he wanted to go').to.equal(`${address}/case`)
  await anna.follow('Pump leaks')
  anna.is(200).sees('Notes')
  await newCase(anna, address)
  await anna.follow('Profile')
  anna.is(200).sees('Language and formats')
  await anna.press('Sign out')
  anna.is(200).sees('Sign in')
  await anna.open(`${address}/case`)
  expect(anna.last.url.href, 'signed out').to.match(/\/sign-in(\?|$)/)
}

async function newCase(anna: WebVisitor, address: string): Promise<void> {
  const content = 'The radiator of Mr. Müller; 20 °C'
  await anna.open(`${address}/case/new`)
  await anna.press('Save', { subject: 'Radiator & Ventil', description: 'x' })
  anna.is(200).sees('Radiator & Ventil')
  await anna.press('Write note', { text: 'With a file' }, [
    { field: 'files', name: 'Müller 20%.txt', content, type: 'text/plain' }
  ])
  anna.is(200).sees('Müller 20%.txt')
  const link = anna.page('ul.files a')
  const file = await anna.ask(link.attr('href')!)
  expect([file.status, file.text], 'the file as it was sent').to.deep.equal([200, content])
  await anna.open(`${address}/case`)
}

/** Style sheets, scripts and pictures of the page. */
async function filesOfPage(anna: WebVisitor): Promise<void> {
  const { page, last } = anna
  const files = page('link[rel=stylesheet], link[rel=icon], script[src], img[src]')
    .map((_, one) => page(one).attr('href') ?? page(one).attr('src'))
    .get()
  expect(files, 'files of the page').to.not.be.empty
  for (const file of files) {
    const { status, headers } = await anna.ask(new URL(file, last.url).href)
    expect(status, file).to.equal(200)
    expect(headers['content-type'], file).to.match(/css|javascript|image/)
  }
  anna.answers.push(last)
}

export async function signIn(visitor: WebVisitor, address: string): Promise<void> {
  await visitor.open(`${address}/sign-in`)
  await visitor.press('Sign in', { email: customers.emily.email, password: demoPassword })
  visitor.is(200)
}

/** The link of an invitation, opened and accepted. */
export async function acceptInvitation({ anna, address, test }: Walk, userTypeId: string): Promise<void> {
  const { context } = test.embedded.portico
  const by = (await context.host.staffById(staff.frank.id))!
  const email = `n${randomBytes(4).toString('hex')}@nordwind.example`
  const values = { firstName: 'Nora', lastName: 'Novak', email }
  const recordId = await context.host.save({ module: 'Contact', values }, { kind: 'system' })
  await invite(context, { module: 'Contact', recordId, userTypeId, language: 'en' }, by)
  const link = await linkInLastMail(test, email)
  expect(link, 'the link in the invitation').to.match(beginsWith(address))
  await anna.open(link)
  await anna.press('Accept the invitation')
  anna.is(200).sees('Choose your password')
}

/** The link of the mail that a forgotten password causes, opened and used. */
export async function forgetPassword({ anna, address, test }: Walk): Promise<void> {
  await anna.open(`${address}/sign-in`)
  await anna.follow('Forgotten your password?')
  await anna.press('Send the mail', { email: customers.emily.email })
  anna.is(200)
  const link = await linkInLastMail(test, customers.emily.email)
  expect(link, 'the link in the mail').to.match(beginsWith(address))
  await anna.open(link)
  anna.is(200).sees('Choose a new password')
}

export async function linkInLastMail({ embedded }: TestApp, recipient: string): Promise<string> {
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
export function staysAt(anna: WebVisitor, address: string, besides: readonly string[] = []): void {
  for (const answer of anna.answers) {
    for (const target of targetsOf(answer)) {
      const isKnown = beginsWith(address).test(target) || besides.some((other) => beginsWith(other).test(target))
      expect(isKnown, `${target} on ${answer.url.href}, which should stay at ${address}`).to.equal(true)
    }
    expect(String(answer.headers['content-security-policy'] ?? ''), answer.url.href).to.not.match(/https?:/)
    cookiesStayAt(answer, address)
  }
  expect(anna.jar.refused, 'cookies that a browser throws away').to.deep.equal([])
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

function addressesIn(html: string): string[] {
  const $ = load(html)
  const attributes = ['href', 'src', 'action', 'formaction', 'poster']
  return attributes
    .flatMap((name) =>
      $(`[${name}]`)
        .map((_, one) => $(one).attr(name)!)
        .get()
    )
    .filter((target) => !/^(mailto:|tel:|#|data:)/.test(target))
}

function beginsWith(address: string): RegExp {
  return new RegExp(`^${address.replace(/[.*+?^$()[\]\\|]/g, '\\$&')}(?=[/?#]|$)`)
}
