/** The world under attack: the demo with its portal, a second portal with wide rights, and what every attack is measured by. */
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { expect } from 'chai'
import type { Express } from 'express'
import type { Knex } from 'knex'
import { customers, demoPassword, staff } from '../../demo/cast.js'
import { demoPortal } from '../../demo/portals.js'
import { createApp } from '../../src/app.js'
import { momentAt } from '../../src/db/moment.js'
import { raiseConfigurationVersion } from '../../src/db/configuration-version.js'
import type { Context } from '../../src/context.js'
import { openEmbedded } from '../../src/embedded.js'
import type { Staff } from '../../src/host/host.js'
import { configuration, plainRelease, userTypesOf } from '../../src/portal/configuration.js'
import { invite } from '../../src/portal/people/invitations.js'
import { confirm } from '../../src/portal/people/access-changes.js'
import { portalUserById } from '../../src/portal/people/portal-users.js'
import { createPortal } from '../../src/portal/portals/portals.js'
import type { ReleaseDraft } from '../../src/portal/user-types/release-check.js'
import { saveRelease } from '../../src/portal/user-types/releases.js'
import { finishSetUp } from '../../src/portal/user-types/set-up.js'
import { openApp, type TestApp } from '../support/app.js'
import type { OpenDatabase } from '../support/databases.js'
import { Attacker, wordsOf } from './attacker.js'

export type CustomerName = keyof typeof customers
export type StaffName = keyof typeof staff

export const demo = `/portal/${demoPortal.slug}`
export const workshop = '/portal/workshop'

export interface World {
  readonly test: TestApp
  readonly db: Knex
  readonly context: Context
  /** Customers of different companies, signed in to the demo's portal. */
  readonly anna: Attacker
  readonly bjorn: Attacker
  /** Anna in the second portal, where she may create, edit, delete and clone. */
  readonly annaAtWork: Attacker
  readonly workshopType: string
  /** The same installation a second time: another process on the database, reached by https as `portal.thermovia.example`, and allowed in
   *  frames of `www.thermovia.example`. */
  readonly replica: () => Attacker
  stranger(): Attacker
  customer(name: CustomerName, door?: string): Promise<Attacker>
  staff(name: StaffName): Promise<Attacker>
  close(): Promise<void>
}

type Draft = Partial<Omit<ReleaseDraft, 'fields'>> &
  Pick<ReleaseDraft, 'module' | 'kind'> & {
    readonly editable?: readonly string[]
    readonly readOnly?: readonly string[]
  }

const wide: readonly Draft[] = [
  {
    module: 'Contact',
    kind: 'primary',
    rights: new Set(['edit']),
    editable: ['firstName', 'lastName', 'phone', 'interests', 'emailOptOut'],
    readOnly: ['name', 'email', 'account']
  },
  { module: 'Account', kind: 'related', path: ['contacts'], readOnly: ['name'] },
  {
    module: 'Case',
    kind: 'related',
    path: ['account', 'contacts'],
    rights: new Set(['create', 'edit', 'delete', 'clone']),
    notes: 'write',
    editable: ['subject', 'account', 'priority', 'isInternal', 'description'],
    readOnly: ['number', 'contact', 'status']
  },
  {
    module: 'Quote',
    kind: 'related',
    path: ['account', 'contacts'],
    rights: new Set(['create', 'edit', 'editShared']),
    editable: ['subject'],
    readOnly: ['number', 'amount', 'status']
  },
  {
    module: 'QuoteItem',
    kind: 'part',
    rights: new Set(['create', 'edit', 'delete']),
    editable: ['product', 'description', 'quantity', 'unitPrice']
  },
  { module: 'Product', kind: 'public', readOnly: ['name', 'code'] }
]

export async function openWorld(open: OpenDatabase): Promise<World> {
  const test = await openApp(open, { config: { limits } })
  try {
    return await fill(test)
  } catch (error) {
    await test.close()
    throw error
  }
}

async function fill(test: TestApp): Promise<World> {
  const { context } = test.embedded.portico
  const server = await listen(test.app)
  const stranger = () => new Attacker(server)
  const customer = async (name: CustomerName, door = demo) => signedIn(stranger(), door, customers[name].email)
  await fillLists(test)
  const workshopType = await openPortal(context, 'workshop', wide)
  for (const name of ['anna', 'jonas', 'bjorn'] as const) await admit(context, name, workshopType)
  const people = {
    anna: await customer('anna'),
    bjorn: await customer('bjorn'),
    annaAtWork: await customer('anna', workshop)
  }
  const second = await openSecond(test)
  return {
    ...people,
    test,
    context,
    workshopType,
    db: test.embedded.db,
    replica: () => second.attacker(),
    stranger,
    customer,
    staff: async (name) => signedInToCrm(stranger(), name),
    async close() {
      await second.close()
      await stop(server)
      await test.close()
    }
  }
}

/** More cases than a page holds, hers and others in turn. */
async function fillLists({ embedded }: TestApp): Promise<void> {
  for (let n = 1; n <= 15; n++) {
    for (const account of ['nordwind', 'fjordside']) {
      await embedded.crm.store.system.create('Case', { subject: `Number ${n} of ${account}`, account })
    }
  }
}

async function openSecond({ embedded }: TestApp): Promise<{ attacker(): Attacker; close(): Promise<void> }> {
  const second = await openEmbedded({ ...embedded.config, ...secondPlace }, embedded.log)
  const server = await listen(createApp(second))
  return {
    attacker: () => new Attacker(server, { 'X-Forwarded-Proto': 'https', Host: 'portal.thermovia.example' }),
    async close() {
      await stop(server)
      await second.close()
    }
  }
}

const limits = { userTypesPerPortal: 10, activeUsersPerType: 50, uploadSize: 50_000, filesPerNote: 3 }
const secondPlace = {
  publicUrl: 'https://portal.thermovia.example',
  trustedProxies: 1,
  frameAncestors: ['https://www.thermovia.example']
}

async function stop(server: Server): Promise<void> {
  server.close().closeAllConnections()
  await once(server, 'close')
}

async function listen(app: Express): Promise<Server> {
  const server = createServer(app).listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return server
}

/** What every type must show to be finished: the person's own name. */
const ownName: Draft = { module: 'Contact', kind: 'primary', readOnly: ['name'] }

/** A portal at `/portal/<slug>`; gives the id of its user type. */
export async function openPortal(context: Context, slug: string, drafts: readonly Draft[]): Promise<string> {
  const by = await irena(context)
  const portal = {
    name: `Thermovia ${slug}`,
    slug,
    locale: 'en',
    timeZone: 'Europe/Prague',
    formats: { date: 'dmy', time: '24' }
  } as const
  const portalId = await createPortal(context, portal, by)
  const typeId = userTypesOf(await configuration(context.db), portalId)[0]!.id
  for (const draft of [ownName, ...drafts]) await release(context, typeId, draft)
  const { revision } = (await configuration(context.db)).userTypes.get(typeId)!
  await finishSetUp(context, { id: typeId, revision }, by)
  return typeId
}

export async function release(context: Context, typeId: string, draft: Draft): Promise<void> {
  const { revision } = (await configuration(context.db)).userTypes.get(typeId)!
  const { editable = [], readOnly = [], ...given } = draft
  const fields = new Map([
    ...editable.map((name) => [name, 'editable'] as const),
    ...readOnly.map((name) => [name, 'readOnly'] as const)
  ])
  await saveRelease(context, { id: typeId, revision }, { ...plainRelease, ...given, fields }, await irena(context))
}

/** As if he had accepted an invitation; he signs in with the password he has. Gives the portal user's id. */
export async function admit(context: Context, name: CustomerName, userTypeId: string): Promise<string> {
  const id = await invite(
    context,
    { module: 'Contact', recordId: name, userTypeId, language: 'en' },
    await irena(context)
  )
  await confirm(context, await portalUserById(context.db, id), momentAt(context.now()))
  return id
}

export async function irena(context: Context): Promise<Staff> {
  return (await context.host.staffById(staff.irena.id))!
}

/** Makes a case at Nordwind and gives its id. */
export async function makeCase(who: Attacker, subject: string, door = workshop): Promise<string> {
  await who.get(`${door}/case/new`)
  const made = await who.post(`${door}/case`, {
    subject,
    priority: 'Normal',
    ...(door === workshop && { account: 'nordwind' })
  })
  expect(made.status, wordsOf(made)).to.equal(303)
  return String(made.headers['location']).split('/').at(-1)!.split('?')[0]!
}

/** Changes rows by hand, as a broken migration would, and puts them in force. */
export async function damage(db: Knex, change: PromiseLike<unknown>): Promise<void> {
  await change
  await raiseConfigurationVersion(db)
}

async function signedIn(attacker: Attacker, door: string, email: string): Promise<Attacker> {
  const answer = await attacker.signIn(door, email, demoPassword)
  expect(answer.status, `${email} at ${door}`).to.equal(303)
  return attacker
}

async function signedInToCrm(attacker: Attacker, name: StaffName): Promise<Attacker> {
  const answer = await attacker.signInToCrm(staff[name].userName, demoPassword)
  expect(answer.status, name).to.equal(303)
  return attacker
}
