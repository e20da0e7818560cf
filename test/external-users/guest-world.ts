/** Dirk and Sabine in the retrofit, Siobhan in the pump room, and what tests say of them: rights, released fields, responsibilities. */
import { releasedToGuests } from '../../demo/guest-rights.js'
import { setModuleRights } from '../../src/external-users/module-rights.js'
import type { Kind } from '../../src/external-users/kinds.js'
import { everybody, rightsAt, setRights, type Effect, type Right } from '../../src/external-users/object-rights.js'
import { releasedFields, releaseFields } from '../../src/external-users/released-fields.js'
import { responsibleAt, setResponsible } from '../../src/external-users/responsible.js'
import { moduleOf } from '../../src/host/catalog.js'
import type { OpenDatabase } from '../support/databases.js'
import type { Visitor } from '../support/visitor.js'
import { externalUser, openGuests, pumpRoom, retrofit, type Guests } from './guests.js'

type Effects = Partial<Record<Right, Effect>>

export interface GuestWorld {
  readonly at: Guests
  /** In the retrofit. */
  readonly dirk: Visitor
  /** Gives the contact's external user exactly these kinds. */
  yes(contactId: string, ...kinds: readonly Kind[]): Promise<void>
  /** Says what the contact, or the group (`external`), may do with a record; nothing: no more. */
  say(module: string, id: string, to: string, effects: Effects): Promise<void>
  release(module: string, ...fields: readonly string[]): Promise<void>
  /** Makes exactly these contacts responsible. */
  responsible(module: string, id: string, ...contactIds: readonly string[]): Promise<void>
  /** Ids of the external users who are responsible. */
  responsibleAt(module: string, id: string): Promise<string[]>
  rightsAt(module: string, id: string): Promise<Record<string, Effects>>
  userId(contactId: string): Promise<string>
  /** By staff, in the CRM. */
  save(module: string, values: Readonly<Record<string, string | number | null>>, id?: string): Promise<string>
  titleOf(table: string, column: string, id: string): Promise<string | undefined>
}

export async function openGuestWorld(open: OpenDatabase): Promise<GuestWorld> {
  const at = await openGuests(open)
  const { db, host, portico } = at.test.embedded
  const { context } = portico
  const userId = async (contactId: string): Promise<string> => (await externalUser(at.test, contactId))!.id
  const release = async (module: string, ...fields: readonly string[]): Promise<void> => {
    const { revision } = await releasedFields(db)
    await releaseFields(context, at.irena, revision, moduleOf(await host.catalog('en'), module), fields)
  }
  for (const [module, fields] of Object.entries(releasedToGuests)) await release(module, ...fields)
  for (const id of [retrofit, pumpRoom]) await at.letGroupRead(id)
  await at.admit('dirk', retrofit)
  await at.admit('sabine', retrofit)
  await at.admit('siobhan', pumpRoom)
  return {
    at,
    dirk: await at.guest('dirk'),
    release,
    userId,
    yes: async (contactId, ...kinds) => {
      const id = await userId(contactId)
      await db.transaction((trx) => setModuleRights(trx, id, new Set(kinds)))
    },
    say: async (module, id, to, effects) => {
      const grantee = to === everybody ? to : await userId(to)
      await db.transaction((trx) => setRights(trx, module, id, new Map([[grantee, effects]])))
    },
    responsible: async (module, recordId, ...contactIds) => {
      const people = await Promise.all(contactIds.map(userId))
      await db.transaction((trx) =>
        setResponsible(trx, { module, recordId, people, by: at.irena.id, now: context.now() })
      )
    },
    responsibleAt: (module, id) => responsibleAt(db, module, id),
    rightsAt: async (module, id) => Object.fromEntries(await rightsAt(db, module, id)),
    save: (module, values, id) => host.save({ module, values, ...(id && { id }) }, { kind: 'staff', id: at.irena.id }),
    titleOf: async (table, column, id) =>
      (await db<Record<string, string>>(table).first(column).where({ id }))?.[column]
  }
}

/** Pages carry a token, those of an error a number of their own, and the navigation marks where one is. */
export function withoutTokens(html: string): string {
  return html.replace(/name="(_csrf|to)" value="[^"]*"/g, '').replace(/[0-9a-f-]{36}| aria-current="page"/g, '')
}
