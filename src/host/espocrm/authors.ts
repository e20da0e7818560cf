/** Under whose name a write stands in EspoCRM: staff under their own, people from outside under a user made for each of them. */
import { z } from 'zod'
import { HostUnavailable, type Actor } from '../host.js'
import { isId } from './ids.js'
import { serviceUserName, type Espo } from './espo.js'
import { EspoRefused } from './rest.js'

export interface Authors {
  /** The EspoCRM user in whose name `by` writes; undefined for Portico itself.
   *  @throws HostUnavailable; RangeError for a staff id that can't be one. */
  idOf(by: Actor): Promise<string | undefined>
  /** Our ids of the people from outside, by the EspoCRM users (of `userIds`) that stand for them. */
  outsideOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>
}

type Outside = Extract<Actor, { kind: 'outside' }>

/** Before our id in the name of the EspoCRM user. */
const prefix = `${serviceUserName}.`
/** People remembered at once. */
const capacity = 5000
/** Milliseconds until EspoCRM is asked again: an administrator may have removed the user. */
const freshness = 10 * 60_000

export function createAuthors({ db, rest, now }: Espo): Authors {
  const known = new Map<string, { readonly id: Promise<string>; readonly since: number }>()

  const authorOf = ({ id, name, module, recordId }: Outside): Promise<string> => {
    const key = JSON.stringify([id, name])
    const found = known.get(key)
    if (found && now() - found.since < freshness) return found.id
    const asked = ask({ id, name, module, recordId })
    remember(key, asked)
    asked.catch(() => known.delete(key))
    return asked
  }

  const ask = async (body: Omit<Outside, 'kind'>): Promise<string> => {
    try {
      return author.parse(await rest.send('POST', 'Portico/author', { body })).userId
    } catch (cause) {
      if (cause instanceof HostUnavailable) throw cause
      const reason = cause instanceof EspoRefused ? cause.reason : 'its answer names no user'
      throw new HostUnavailable(`EspoCRM's extension gives no author for somebody from outside: ${reason}`, { cause })
    }
  }

  const remember = (key: string, id: Promise<string>): void => {
    known.delete(key)
    known.set(key, { id, since: now() })
    const [oldest] = known.keys()
    if (known.size > capacity && oldest !== undefined) known.delete(oldest)
  }

  return {
    async idOf(by) {
      if (by.kind === 'system') return undefined
      if (by.kind === 'outside') return authorOf(by)
      if (!isId(by.id)) throw new RangeError(`EspoCRM has no user ${by.id}.`)
      return by.id
    },
    async outsideOf(userIds) {
      if (userIds.length === 0) return new Map()
      const users = (await db('user')
        .select('id', 'user_name')
        .whereIn('id', [...userIds])
        .where({ type: 'portal' })
        .where('user_name', 'like', `${prefix}%`)) as { id: string; user_name: string }[]
      return new Map(users.map((user) => [user.id, user.user_name.slice(prefix.length)]))
    }
  }
}

const author = z.object({ userId: z.string().min(1) })
