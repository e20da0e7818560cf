/** Second factors: authenticator apps and passkeys as rows, each confirmed by a first use, none good twice for the same proof (T04, A35). */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import type { Config } from '../../config.js'
import { momentAt } from '../../db/moment.js'
import { publicSite } from '../../web/site.js'
import { createSealer } from '../kept-secret.js'
import { newAppSecret, stepOfCode } from './app-code.js'
import type { Passkey } from './passkeys.js'

export type FactorKind = 'app' | 'passkey'

export interface SecondFactor {
  readonly id: string
  readonly kind: FactorKind
  /** What its owner calls it. */
  readonly label: string
  /** UTC, `YYYY-MM-DD HH:MM:SS`. */
  readonly createdAt: string
  readonly usedAt: string | undefined
  /** The host name at which a passkey is good; undefined for an app, which is everywhere. */
  readonly site: string | undefined
}

export interface SecondFactors {
  /** Those that count, oldest first, without what proves them. */
  of(identityId: string): Promise<SecondFactor[]>
  /** A new app that counts once its first code was typed; one that waits for its first code is forgotten. Gives its id. */
  beginApp(identityId: string, label: string): Promise<string>
  /** What an app that waits for its first code is set up with; undefined when there is none. */
  waitingApp(identityId: string, id: string): Promise<string | undefined>
  confirmApp(identityId: string, id: string, code: string, trx?: Knex): Promise<boolean>
  /** Whether it is the code of one of his apps, and newer than the last one that was used. Of two at once only one is told so. */
  useApp(identityId: string, code: string): Promise<boolean>
  addPasskey(identityId: string, label: string, passkey: Passkey, trx?: Knex): Promise<void>
  /** Those made at one host name, or all. */
  passkeys(identityId: string, site?: string): Promise<(Passkey & { id: string })[]>
  /** Notes that a passkey was used and has counted on; false when somebody was faster. */
  usePasskey(used: { id: string; from: number; to: number }): Promise<boolean>
  /** Gives what it was; undefined: he has none with this id. */
  remove(identityId: string, id: string, trx?: Knex): Promise<FactorKind | undefined>
}

interface Row {
  readonly id: string
  readonly identity_id: string
  readonly kind: FactorKind
  readonly label: string
  readonly credential_id: string | null
  readonly site: string | null
  readonly secret: string
  readonly counter: number | string
  readonly created_at: string
  readonly confirmed_at: string | null
  readonly used_at: string | null
}

const table = 'portico_second_factors'

export function createSecondFactors(
  db: Knex,
  config: Pick<Config, 'publicUrl' | 'secret'>,
  now: () => number
): SecondFactors {
  const sealer = createSealer(config.secret)
  const siteOf = ({ kind, site }: Pick<Row, 'kind' | 'site'>): string | undefined =>
    kind === 'passkey' ? (site ?? publicSite(config).hostname) : undefined
  const rows = (where: Partial<Row>, trx = db) => trx<Row>(table).where(where)
  const insert = (row: Pick<Row, 'identity_id' | 'kind' | 'label' | 'secret'> & Partial<Row>, trx = db) =>
    trx<Row>(table).insert({ id: randomUUID(), created_at: momentAt(now()), counter: 0, ...row })
  /** The code's step is used up. */
  const spend = async (row: Row, code: string, values: Partial<Row> = {}, trx = db): Promise<boolean> => {
    const kept = sealer.open(row.secret)
    const step = kept === undefined ? undefined : stepOfCode(kept, code, now())
    if (step === undefined) return false
    const used = { counter: step, used_at: momentAt(now()), ...values }
    return (await rows({ id: row.id }, trx).andWhere('counter', '<', step).update(used)) === 1
  }
  const waiting = (identityId: string, id: string, trx = db) =>
    rows({ identity_id: identityId, id, kind: 'app' }, trx).whereNull('confirmed_at')
  return {
    async of(identityId) {
      const found = await rows({ identity_id: identityId })
        .whereNotNull('confirmed_at')
        .select('id', 'kind', 'label', 'created_at', 'used_at', 'site')
        .orderBy(['created_at', 'id'])
      return found.map((row) => ({
        id: row.id,
        kind: row.kind,
        label: row.label,
        createdAt: row.created_at,
        usedAt: row.used_at ?? undefined,
        site: siteOf(row)
      }))
    },
    async beginApp(identityId, label) {
      const id = randomUUID()
      await rows({ identity_id: identityId, kind: 'app' }).whereNull('confirmed_at').delete()
      await insert({ id, identity_id: identityId, kind: 'app', label, secret: sealer.seal(newAppSecret()) })
      return id
    },
    async waitingApp(identityId, id) {
      const row = await waiting(identityId, id).first('secret')
      return row && sealer.open(row.secret)
    },
    async confirmApp(identityId, id, code, trx = db) {
      const row = await waiting(identityId, id, trx).first()
      return row ? spend(row, code, { confirmed_at: momentAt(now()) }, trx) : false
    },
    async useApp(identityId, code) {
      const apps = await rows({ identity_id: identityId, kind: 'app' }).whereNotNull('confirmed_at')
      for (const app of apps) if (await spend(app, code)) return true
      return false
    },
    async addPasskey(identityId, label, { credentialId, counter, site, ...key }, trx = db) {
      const proof = { credential_id: credentialId, counter, site, secret: sealer.seal(JSON.stringify(key)) }
      await insert({ identity_id: identityId, kind: 'passkey', label, ...proof, confirmed_at: momentAt(now()) }, trx)
    },
    async passkeys(identityId, wanted) {
      const found = await rows({ identity_id: identityId, kind: 'passkey' })
      return found.flatMap((row) => {
        const [kept, site] = [sealer.open(row.secret), siteOf(row)]
        if (kept === undefined || site === undefined || (wanted !== undefined && wanted !== site)) return []
        const { publicKey, transports } = JSON.parse(kept) as Pick<Passkey, 'publicKey' | 'transports'>
        const credentialId = row.credential_id ?? ''
        return [{ id: row.id, site, credentialId, publicKey, transports, counter: Number(row.counter) }]
      })
    },
    async usePasskey({ id, from, to }) {
      return (await rows({ id, counter: from }).update({ counter: to, used_at: momentAt(now()) })) === 1
    },
    async remove(identityId, id, trx = db) {
      const row = await rows({ identity_id: identityId, id }, trx).whereNotNull('confirmed_at').first('kind')
      return row && (await rows({ identity_id: identityId, id }, trx).delete()) === 1 ? row.kind : undefined
    }
  }
}

/** The same person signs in with another identity from now on: his apps and recovery codes go along. Passkeys do too; a browser finds them by
 *  what they are called, not by whose they are. */
export async function copyFactors(trx: Knex, from: string, to: string): Promise<void> {
  const factors = await trx<Row>(table).where({ identity_id: from }).whereNotNull('confirmed_at')
  for (const factor of factors) await trx(table).insert({ ...factor, id: randomUUID(), identity_id: to })
}

/** Everything that proves a second factor goes; the number for text messages stays in the identity's own row. */
export async function forgetFactors(trx: Knex, identityId: string): Promise<void> {
  for (const each of [table, 'portico_recovery_codes'] as const)
    await trx(each).where({ identity_id: identityId }).delete()
}
