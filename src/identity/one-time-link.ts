/** One-time links: 256 random bits in a mail, their hash in the database, one use within a time, at one door and for one purpose (A32). */
import type { Knex } from 'knex'
import { momentAt } from '../db/moment.js'
import { hashOfToken, newToken } from '../signing.js'
import type { LinkPurpose } from './identity.js'

export interface LinkOrder {
  readonly purpose: LinkPurpose
  readonly identityId: string
  readonly audience: string
  readonly days: number
  /** Who sends it, shown on the page of an invitation. */
  readonly by?: string
}

export interface Link {
  readonly identityId: string
  readonly by: string | undefined
}

/** What a visitor brings: the token, and the purpose and door of the page he brought it to. */
export interface Presented {
  readonly token: string
  readonly purpose: LinkPurpose
  readonly audience: string
}

/** A link that a message can name already, and that works once it is issued. */
export interface DraftLink {
  readonly token: string
  /** From now on it works; older ones of the same purpose and door die. */
  issue(trx: Knex): Promise<void>
}

export interface Links {
  draft(order: LinkOrder): DraftLink
  /** A new token; older ones of the same purpose and door die. */
  issue(order: LinkOrder, trx?: Knex): Promise<string>
  /** The link, if it could be used now; asking uses nothing up. */
  peek(presented: Presented): Promise<Link | undefined>
  /** Uses the link up. Of two at once only one gets it. */
  use(presented: Presented): Promise<Link | undefined>
  /** All links of an identity at a door die. */
  end(identityId: string, audience: string, trx?: Knex): Promise<void>
  /** All links to a new password die, at every door: there is a new one. */
  endResets(identityId: string): Promise<void>
}

interface LinkRow {
  readonly identity_id: string
  readonly issued_by: string | null
}

const dayMilliseconds = 24 * 60 * 60 * 1000

export function createLinks(db: Knex, now: () => number): Links {
  const usable = (presented: Presented) =>
    db('portico_links')
      .where({ token_hash: hashOfToken(presented.token), purpose: presented.purpose, audience: presented.audience })
      .whereNull('used_at')
      .andWhere('expires_at', '>', momentAt(now()))
  const peek = async (presented: Presented) => {
    const row = await usable(presented).first<LinkRow | undefined>('identity_id', 'issued_by')
    return row && { identityId: row.identity_id, by: row.issued_by ?? undefined }
  }
  const draft = (order: LinkOrder): DraftLink => {
    const token = newToken()
    return {
      token,
      async issue(trx) {
        await alive(trx, order).andWhere({ purpose: order.purpose }).delete()
        await trx('portico_links').insert(rowOf(order, token, now()))
      }
    }
  }
  return {
    draft,
    async issue(order, trx = db) {
      const link = draft(order)
      await link.issue(trx)
      return link.token
    },
    peek,
    async use(presented) {
      const link = await peek(presented)
      const used = link ? await usable(presented).update({ used_at: momentAt(now()) }) : 0
      return used === 1 ? link : undefined
    },
    async end(identityId, audience, trx = db) {
      await alive(trx, { identityId, audience }).delete()
    },
    async endResets(identityId) {
      await db('portico_links').where({ identity_id: identityId, purpose: 'password-reset' }).delete()
    }
  }
}

function alive(db: Knex, { identityId, audience }: Pick<LinkOrder, 'identityId' | 'audience'>): Knex.QueryBuilder {
  return db('portico_links').where({ identity_id: identityId, audience })
}

function rowOf(order: LinkOrder, token: string, at: number) {
  return {
    token_hash: hashOfToken(token),
    purpose: order.purpose,
    identity_id: order.identityId,
    audience: order.audience,
    issued_by: order.by ?? null,
    issued_at: momentAt(at),
    expires_at: momentAt(at + order.days * dayMilliseconds)
  }
}
