/** People whose access changes: made, changed in the CRM, and what was sent to them. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { demoPassword, staff } from '../../demo/cast.js'
import type { Context } from '../../src/context.js'
import { momentAt } from '../../src/db/moment.js'
import type { Staff } from '../../src/host/host.js'
import { confirm } from '../../src/portal/people/access-changes.js'
import { invite } from '../../src/portal/people/invitations.js'
import { portalUserById, type PortalUser } from '../../src/portal/people/portal-users.js'
import type { TestApp } from '../support/app.js'
import type { Visitor } from '../support/visitor.js'
import { door } from './people.js'

export interface Somebody {
  /** Of the portal user. */
  readonly id: string
  readonly module: string
  readonly recordId: string
  readonly address: string
}

export class Life {
  readonly context: Context
  readonly db: Context['db']

  constructor(private readonly test: TestApp) {
    this.context = test.embedded.portico.context
    this.db = test.embedded.db
  }

  readonly by = async (): Promise<Staff> => (await this.context.host.staffById(staff.irena.id))!

  /** A record with an address nobody else has. */
  readonly record = async (
    module: string,
    values: Record<string, string | null> = {}
  ): Promise<Omit<Somebody, 'id'>> => {
    const address = values.email ?? `n${randomBytes(4).toString('hex')}@nordwind.example`
    const recordId = await this.context.host.save(
      { module, values: { firstName: 'Nora', lastName: 'Novak', ...values, email: address } },
      { kind: 'system' }
    )
    return { module, recordId, address }
  }

  readonly invited = async (userTypeId: string, who?: Omit<Somebody, 'id'>, module = 'Contact'): Promise<Somebody> => {
    const person = who ?? (await this.record(module))
    const form = { module: person.module, recordId: person.recordId, userTypeId, language: 'en' } as const
    return { ...person, id: await invite(this.context, form, await this.by()) }
  }

  /** As if he had accepted his invitation and set the demo's password. */
  readonly confirmed = async (
    userTypeId: string,
    who?: Omit<Somebody, 'id'>,
    module = 'Contact'
  ): Promise<Somebody> => {
    const person = await this.invited(userTypeId, who, module)
    const user = await portalUserById(this.db, person.id)
    const { identityId } = user
    const preferences = {
      locale: 'en',
      timeZone: 'UTC',
      country: undefined,
      formats: { date: 'iso', time: '24' }
    } as const
    if (!(await this.context.identity.profile(identityId!))?.hasPassword) {
      await this.context.identity.setPassword(identityId!, demoPassword)
      await this.context.identity.prefer(identityId!, preferences)
    }
    await confirm(this.context, user, momentAt(this.context.now()))
    await this.db('portico_mail').where({ to_address: person.address }).delete()
    return person
  }

  /** The address in his record becomes another one, and the CRM tells of it. */
  readonly changed = async (person: Pick<Somebody, 'module' | 'recordId'>, email: string | null): Promise<void> => {
    const { module, recordId: id } = person
    await this.context.host.save({ module, id, values: { email } }, { kind: 'system' })
    await this.test.settle()
  }

  readonly user = (person: Pick<Somebody, 'id'>): Promise<PortalUser> => portalUserById(this.db, person.id)

  readonly mailsTo = (address: string): Promise<{ state: string; text: string }[]> =>
    this.db('portico_mail').select('state', 'text').where({ to_address: address }).orderBy('id')

  /** The path of the newest link of this kind that was mailed to an address. */
  readonly linkTo = async (address: string, purpose: 'confirmation' | 'invitation' | 'reset'): Promise<string> => {
    const texts = (await this.mailsTo(address)).map(({ text }) => text).filter((text) => text.includes(`/${purpose}/`))
    expect(texts, `mails with a ${purpose} to ${address}`).not.to.have.length(0)
    return new URL(new RegExp(`https?://\\S+/${purpose}/[\\w-]+`).exec(texts.at(-1)!)![0]).pathname
  }

  readonly signIn = async (address: string, where = door, password: string = demoPassword): Promise<Visitor> => {
    const visitor = this.test.visitor()
    await visitor.open(`${where}/sign-in`)
    return visitor.send('Sign in', { email: address, password })
  }

  readonly isIn = async (visitor: Visitor, where = door): Promise<boolean> =>
    (await visitor.peek(`${where}/profile`)).status === 200
}
