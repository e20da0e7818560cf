/** What people do with second factors before the doors of `entrance.ts`: add them, show them, get them wrong. */
import { load } from 'cheerio'
import { expect } from 'chai'
import { Secret, TOTP } from 'otpauth'
import type { Response } from 'supertest'
import { authenticator, type Authenticator, type Claims } from './authenticator.js'
import { password, Visitor, type Entrance } from './entrance.js'

export const base = '/portal/acme'
export const own = `${base}/profile/second-factor`
/** How long a code of an app is the newest. */
export const step = 30_000

export class FactorSteps {
  /** The origin where he begins; default: of the public address. */
  origin: string | undefined

  constructor(
    readonly at: Entrance,
    readonly name: string,
    readonly id: string
  ) {}

  /** As if nothing had happened: no factors, no counted attempts, and another moment. */
  async startAnew(): Promise<void> {
    const { db, identity, clock, acme, other } = this.at
    clock.milliseconds += 10 * step
    await identity.resetFactors(this.id, db)
    await identity.waivePasswordChange(this.id, db)
    for (const table of ['portico_attempts', 'portico_sms', 'portico_mail', 'portico_sign_in_codes', 'portico_audit'])
      await db(table).delete()
    for (const door of [acme, other]) door.admitted.add(this.id)
  }

  /** With the right password. */
  async atDoor(portal = 'acme', typed = password): Promise<Visitor> {
    const visitor = new Visitor(this.at.app, 'en', this.origin)
    expect((await visitor.signIn(this.name, typed, portal)).status).to.equal(303)
    return visitor
  }

  codeOf(secret: string): string {
    return TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: this.at.clock.milliseconds })
  }

  wrongFor(secret: string): string {
    const near = [-step, 0, step].map((later) =>
      TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: this.at.clock.milliseconds + later })
    )
    return ['000000', '000001', '000002', '000003'].find((code) => !near.includes(code))!
  }

  begin(visitor: Visitor, kind: 'app' | 'passkey', typed = password): Promise<Response> {
    return visitor.post(`${own}/${kind}`, { label: 'Mine', password: typed })
  }

  /** What the page of a new app shows to be typed. */
  async secretShown(visitor: Visitor): Promise<string> {
    const { text } = await visitor.get(`${own}/app`)
    return load(text)('.secret').text().replace(/\s/g, '')
  }

  confirm(visitor: Visitor, code: string): Promise<Response> {
    return visitor.post(`${own}/app/code`, { code }, `${base}/profile`)
  }

  /** An app in the profile, and whoever added it there. */
  async addApp(): Promise<{ visitor: Visitor; secret: string; recovery: string[] }> {
    const visitor = await this.atDoor()
    await this.begin(visitor, 'app')
    const secret = await this.secretShown(visitor)
    const added = await this.confirm(visitor, this.codeOf(secret))
    expect(added.text).to.contain('It is added')
    this.at.clock.milliseconds += step
    return { visitor, secret, recovery: codesShown(added.text) }
  }

  show(visitor: Visitor, way: string, code: string, portal = 'acme'): Promise<Response> {
    return visitor.post(`/portal/${portal}/sign-in/factor`, { way, code }, `/portal/${portal}/sign-in/factor`)
  }

  async addPasskey(key: Authenticator = authenticator(), claims: Claims = {}): Promise<Response> {
    const visitor = await this.atDoor()
    await this.begin(visitor, 'passkey')
    const page = await visitor.get(`${own}/passkey`)
    const response = key.create(optionsOf(page.text), claims)
    return visitor.post(`${own}/passkey/response`, { response }, `${base}/profile`)
  }

  async showPasskey(key: Authenticator, claims: Claims = {}): Promise<Response> {
    const visitor = await this.atDoor()
    const page = await visitor.get(`${base}/sign-in/factor?way=passkey`)
    return this.answer(visitor, key.get(optionsOf(page.text), claims))
  }

  /** From a page that asks for no other passkey. */
  answer(visitor: Visitor, response: string): Promise<Response> {
    return visitor.post(`${base}/sign-in/factor`, { way: 'passkey', response }, `${base}/sign-in/factor?way=recovery`)
  }
}

export function optionsOf(html: string): string {
  return load(html)('form[data-passkey]').attr('data-options') ?? ''
}

export function codesShown(html: string): string[] {
  const $ = load(html)
  return $('.codes code')
    .map((_, one) => $(one).text())
    .get()
}
