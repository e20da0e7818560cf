/** Who does something: the name and id that the CRM keeps of him. */
import type { Knex } from 'knex'
import { firstRow } from './answers.js'
import type { Actor } from '../host.js'

export interface Author {
  readonly kind: Actor['kind']
  readonly id: string | null
  readonly name: string
}

export function actorId(actor: Actor): string | null {
  return actor.kind === 'system' ? null : actor.id
}

/** People from outside bring their name; that of staff is looked up. */
export async function authorOf(db: Knex, actor: Actor): Promise<Author> {
  if (actor.kind === 'outside') return { kind: 'outside', id: actor.id, name: actor.name.slice(0, 255) }
  if (actor.kind === 'system') return { kind: 'system', id: null, name: 'System' }
  const user = await firstRow<{ name: string }>(db('crm_user').first('name').where({ id: actor.id }))
  if (!user) throw new RangeError(`The CRM has no user ${actor.id}.`)
  return { kind: 'staff', id: actor.id, name: user.name }
}
